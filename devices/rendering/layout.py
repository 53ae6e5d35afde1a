"""Lines and pages: a text is spread so that lines are even, sentences and phrases stay together, and nothing is lost."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from math import inf
from typing import NamedTuple

from devices.rendering.breaking import INSIDE, LEANS, PHRASE, SENTENCE, WORD, Atoms, atoms

Lines = tuple[str, ...]
CROWDED = 3  # lines that a page of several sentences holds; the most a Vietnamese road sign may have (QCVN 41 Art. 50)
LONG = 1000  # atoms; a longer paragraph just fills page after page
FEW, FEW_LINES = 60, 12  # atoms and lines of a page for which every way is weighed
ONE_MORE = 0.3  # a page more weighs less than two words parted
TRIES = 40  # places looked at for turning a page
STRADDLE = 0.35  # a line that ends soon after a pause inside it, "fog: slow", weighs more than half of two words parted


_TEAR = {SENTENCE: 0.0, PHRASE: 0.2, WORD: 0.6, LEANS: 0.8, INSIDE: 2.0}


class Layout(NamedTuple):
    """Pages of lines, and the words that had to be broken."""

    pages: tuple[Lines, ...]
    broken: tuple[str, ...] = ()


def lay_out(text: str, widths: Mapping[str, int], width: int, capacity: int) -> Layout:
    """Pages of at most `capacity` lines of at most `width` lamps; line feeds in `text` are kept as breaks of lines."""
    paragraphs = text.split("\n")
    broken: list[str] = []
    if len(paragraphs) > 1:
        return Layout(tuple(_gathered(paragraphs, widths, width, capacity, broken)), tuple(broken))
    line = _line(text, widths, width)
    if line:
        return Layout(((line,),))
    paragraph = atoms(text, widths, width)
    return Layout(tuple(_Spread(paragraph, width, capacity).pages()), paragraph.broken)


def _line(paragraph: str, widths: Mapping[str, int], width: int) -> str | None:
    """A paragraph that is one line as it stands; None where it needs breaking or holds characters that steer."""
    line = paragraph.strip(" ")
    fits = line.isprintable() and sum(map(widths.__getitem__, line)) <= width
    return line if fits else None


def _gathered(
    paragraphs: Sequence[str], widths: Mapping[str, int], width: int, capacity: int, broken: list[str]
) -> Iterator[Lines]:
    """Whole paragraphs on a page as long as they fit; empty ones part the others, and are not shown at a page's edge."""
    page: list[str] = []
    for paragraph in paragraphs:
        line = _line(paragraph, widths, width)
        if line is not None and len(page) < capacity:
            page.append(line)
            continue
        pieces = atoms(paragraph, widths, width)
        broken.extend(pieces.broken)
        spread = _Spread(pieces, width, capacity, crowded=capacity)
        lines = spread.lines()
        if len(page) + len(lines) > capacity:
            yield from _trimmed(page)
            page = []
        if len(lines) > capacity:
            *whole, last = spread.pages()
            yield from whole
            lines = last
        page.extend(lines)
    yield from _trimmed(page)


def _trimmed(page: Sequence[str]) -> Iterator[Lines]:
    filled = [number for number, line in enumerate(page) if line.strip()]
    if filled:
        yield tuple(page[filled[0] : filled[-1] + 1])


class _Spread:
    """One paragraph on lines of one width. A span is a first atom and the atom after the last."""

    def __init__(self, paragraph: Atoms, width: int, capacity: int, crowded: int | None = None) -> None:
        self.atoms = paragraph
        self.width = width
        self.capacity = capacity
        self.crowded = max(CROWDED, capacity // 2) if crowded is None else crowded
        self.count = len(paragraph.texts)
        self.cuts = paragraph.cuts()
        self.inside = {at for at, cut in enumerate(self.cuts) if cut is INSIDE}
        self.asides = paragraph.asides()
        self.paused = self._pauses()
        self.airy = crowded is None  # whether a line more may be taken for a better pause
        self.known: dict[tuple[int, int, int], list[tuple[int, int]]] = {}
        self.filled: dict[tuple[int, int], list[tuple[int, int]]] = {}

    def _pauses(self) -> list[int]:
        """For each place where a line may end without a pause: the last place before it where the text pauses; else 0."""
        places, last = [], 0
        for at, cut in enumerate(self.cuts):
            if cut <= PHRASE:
                places.append(0)
                last = at
            else:
                places.append(last)
        return [*places, 0]

    def _straddles(self, spans: Sequence[tuple[int, int]]) -> int:
        """How many lines end soon after a pause inside them: "fog: slow"."""
        return sum(self.paused[after] > at for at, after in spans[:-1])

    def lines(self) -> Lines:
        """All on even lines; one empty line if there is nothing."""
        return self._even(0, self.count) if self.count else ("",)

    def pages(self) -> Iterator[Lines]:
        """Pages that end where the text pauses."""
        fills = self._full(0, self.count)
        if self.count > LONG:
            for at in range(0, len(fills), self.capacity):
                yield tuple(self.atoms.line(*span) for span in fills[at : at + self.capacity])
        elif self.count:
            yield from self._pages(0, self.count)

    def _pages(self, first: int, last: int) -> Iterator[Lines]:
        if self.capacity == 1 and last - first <= FEW:
            yield from ((self.atoms.line(*span),) for span in self._one_by_one(first, last))
            return
        count = len(self._full(first, last))
        need = -(-count // self.capacity)
        cut = self._split(first, last, need) if need > 1 or count > self.crowded else None
        if cut is not None:
            yield from self._pages(first, cut)
            yield from self._pages(cut, last)
        else:
            yield self._even(first, last)

    def _one_by_one(self, first: int, last: int) -> list[tuple[int, int]]:
        """Pages of one line: as few as possible, or a few more that end where the text pauses."""
        count = len(self._full(first, last))
        ways = [self._set(first, last, lines) for lines in range(count, min(count + 2, last - first) + 1)]
        return min(ways, key=lambda spans: ONE_MORE * len(spans) + self._unrest(spans, last))

    def _unrest(self, spans: Sequence[tuple[int, int]], last: int) -> float:
        return STRADDLE * self._straddles(spans) + sum(self._turn_tear(at, last) for at, _ in spans[1:])

    def _split(self, first: int, last: int, need: int) -> int | None:
        """Where to turn the page; None if one page holds it all and no sentence ends inside."""
        parts = max(2, need)
        order = self._places(first, last, parts)
        if need == 1:
            order = [at for at in order if self.cuts[at] is SENTENCE]
        best = self._feasible(first, last, parts, order)
        if need == 1:
            return best
        if best is None:
            best = self._full(first, last)[self.capacity][0]
        worst = WORD if self.cuts[best] is INSIDE else PHRASE if parts > 2 else self.cuts[best]
        whole = (self._whole(first, best) and self._whole(best, last)) or self._hopeless(first, last)
        if self.cuts[best] <= worst and whole:
            return best
        pause = self._feasible(first, last, parts + 1, [at for at in order if self.cuts[at] <= worst])
        if pause is None or not (whole or (self._whole(first, pause) and self._whole(pause, last))):
            return best
        return pause  # one page more is better than words torn apart

    def _hopeless(self, first: int, last: int) -> bool:
        """Whether some word is wider than a line, so that a page more would not keep all of them whole."""
        starts, ends = self.atoms.starts, self.atoms.ends
        return any(self.cuts[at] is INSIDE and ends[at] - starts[at - 1] > self.width for at in range(first + 1, last))

    def _feasible(self, first: int, last: int, parts: int, order: Sequence[int]) -> int | None:
        """The first place in `order` that leaves no more than `parts` pages, and if there is one, that tears no word on them."""
        turns = ((at, self._turns(first, at) + self._turns(at, last)) for at in order[:TRIES])
        fitting = (at for at, count in turns if count <= parts)
        best = next(fitting, None)
        if best is None or (self._whole(first, best) and self._whole(best, last)):
            return best
        return next((at for at in fitting if self._whole(first, at) and self._whole(at, last)), best)

    def _whole(self, first: int, last: int) -> bool:
        """Whether a page of these atoms tears no word; what needs several pages is not judged yet."""
        count = len(self._full(first, last))
        if count > self.capacity or not self._torn(self._set(first, last, count)):
            return True
        roomy = self._set(first, last, count + 1) if count < self.capacity else []
        return bool(roomy) and not self._torn(roomy)

    def _places(self, first: int, last: int, parts: int) -> list[int]:
        """Where the page may be turned, best first: near an even share, where the text pauses, never before what explains."""
        starts, cuts, asides = self.atoms.starts, self.cuts, self.asides
        begin, share = starts[first], parts / max(1, self.atoms.ends[last - 1] - starts[first])
        uneasy = []
        for at in range(first + 1, last):
            part = (starts[at] - begin) * share
            nearest = 1 if parts == 2 or part < 1.5 else parts - 1 if part > parts - 1 else round(part)
            unease = abs(part - nearest) / parts + 0.15 * cuts[at]
            uneasy.append((unease + 0.5 if at in asides else unease, at))
        uneasy.sort()
        return [at for _, at in uneasy]

    def _unease(self, first: int, at: int, last: int, parts: int) -> float:
        begin, end = self.atoms.starts[first], self.atoms.ends[last - 1]
        share = (self.atoms.starts[at] - begin) / max(1, end - begin) * parts
        nearest = min(max(round(share), 1), parts - 1)
        return abs(share - nearest) / parts + 0.15 * self.cuts[at]

    def _turns(self, first: int, last: int) -> int:
        return -(-len(self._full(first, last)) // self.capacity)

    def _fill(self, first: int, last: int, width: int) -> list[tuple[int, int]]:
        """Spans of lines, each as full as `width` allows."""
        starts, ends = self.atoms.starts, self.atoms.ends
        spans = []
        while first < last:
            after = bisect_right(ends, starts[first] + width, first, last)
            if after == first:  # wider than the line
                after += 1
            spans.append((first, after))
            first = after
        return spans

    def _full(self, first: int, last: int) -> list[tuple[int, int]]:
        """Spans of lines as full as the board's width allows; remembered, for a page is weighed before it is chosen."""
        known = self.filled.get((first, last))
        if known is None:
            known = self.filled[first, last] = self._fill(first, last, self.width)
        return known

    def _even(self, first: int, last: int) -> Lines:
        """A new line for each sentence where there is room for that; else as few lines as possible."""
        spans = self._full(first, last)
        ends = [at for at in range(first + 1, last) if self.cuts[at] is SENTENCE] if len(spans) > 1 else []
        room = min(self.capacity, self.crowded)
        spans = [span for part in pairwise((first, *ends, last)) for span in self._balanced(*part)] if ends else []
        if not spans or len(spans) > room:
            spans = self._balanced(first, last)
        if not ends and self.airy and len(spans) < min(room, CROWDED) and self._straddles(spans):
            roomy = self._set(
                first, last, len(spans) + 1
            )  # a line more is better than one that ends soon after a pause
            spans = roomy if roomy and not self._torn(roomy) and not self._straddles(roomy) else spans
        return tuple(self.atoms.line(*span) for span in spans)

    def _balanced(self, first: int, last: int) -> list[tuple[int, int]]:
        """As few lines as possible, the longest as short as possible; two lines part where the text pauses."""
        count = len(self._full(first, last))
        spans = self._set(first, last, count)
        if self._torn(spans) and count < self.capacity:
            roomy = self._set(first, last, count + 1)  # a line more is better than a word torn apart
            spans = roomy if roomy and not self._torn(roomy) else spans
        return spans

    def _torn(self, spans: Sequence[tuple[int, int]]) -> bool:
        return not self.inside.isdisjoint([at for at, _ in spans[1:]])

    def _set(self, first: int, last: int, count: int) -> list[tuple[int, int]]:
        """Spans of `count` lines; remembered, for a page is weighed before it is chosen."""
        key = (first, last, count)
        if key not in self.known:
            self.known[key] = self._lines_of(first, last, count)
        return self.known[key]

    def _lines_of(self, first: int, last: int, count: int) -> list[tuple[int, int]]:
        if count == 2:
            low = bisect_left(self.atoms.starts, self.atoms.ends[last - 1] - self.width, first + 1, last - 1)
            high = min(self._full(first, last)[0][1], last - 1)
            at = min(range(low, high + 1), key=lambda at: self._unease(first, at, last, 2))
            return [(first, at), (at, last)]
        if count > 2:
            return self._phrased(first, last, count) or self._narrowest(first, last, count)
        return [(first, last)]

    def _phrased(self, first: int, last: int, count: int) -> list[tuple[int, int]]:
        """The best of all ways to set `count` lines: even, ending where the text pauses. Empty if there are too many."""
        if last - first > FEW or count > FEW_LINES:
            return []
        starts, ends, width = self.atoms.starts, self.atoms.ends, self.width
        total = ends[last - 1] - starts[first]
        even, tears = total / count, [_TEAR[cut] for cut in self.cuts[:last]] + [0.0]
        paused = self.paused if last == self.count else [*self.paused[:last], 0]
        furthest = [first, *(after for _, after in self._full(first, last)), last]  # after so many full lines
        costs = [inf] * last + [0.0]  # of what stands from an atom on, in the lines below
        goes_to: list[dict[int, int]] = []  # of each line, lowest first: its first atom, and the atom after it
        for above in range(count - 1, -1, -1):
            below, costs, ways = costs, [inf] * (last + 1), {}
            nearest = next(iter(goes_to[-1]), last) if goes_to else last
            soonest = max(first + above, bisect_left(starts, ends[nearest - 1] - width, 0, last))
            for at in range(soonest, min(furthest[min(above, len(furthest) - 1)], last - 1) + 1):
                start, cheapest, after = starts[at], inf, 0
                for end in range(max(at + 1, nearest), bisect_right(ends, start + width, at, last) + 1):
                    cost = below[end] + abs(ends[end - 1] - start - even) / total + tears[end]
                    if paused[end] > at:
                        cost += STRADDLE
                    if cost < cheapest:
                        cheapest, after = cost, end
                if after:
                    costs[at], ways[at] = cheapest, after
            goes_to.append(ways)
        if first not in goes_to[-1]:
            return []
        spans, at = [], first
        for ways in reversed(goes_to):
            spans.append((at, ways[at]))
            at = ways[at]
        return spans

    def _turn_tear(self, at: int, last: int) -> float:
        return self._tear(at, last) + (0.5 if at in self.asides else 0.0)

    def _tear(self, at: int, last: int) -> float:
        return _TEAR[self.cuts[at]] if at < last else 0.0

    def _narrowest(self, first: int, last: int, count: int) -> list[tuple[int, int]]:
        low, high = 1, self.width
        while low < high:
            middle = (low + high) // 2
            spans = self._fill(first, last, middle)
            fits = all(self.atoms.ends[b - 1] - self.atoms.starts[a] <= middle for a, b in spans)
            low, high = (low, middle) if fits and len(spans) <= count else (middle + 1, high)
        return self._fill(first, last, high)
