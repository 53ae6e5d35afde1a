"""What a playlist shows at a moment: contents in turn, gaps, repeats, loops and shuffled passes.

Of a plan's playlist that includes others, ask with what `on_air` gives: there it is unfolded."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

from schedules.model import ContentRef, Item, Playlist, Priority


@dataclass(frozen=True, slots=True)
class Slot:
    """One content's turn; `starts` and `ends` count seconds from the beginning of the playlist, loops included."""

    item: Item
    content: ContentRef
    starts: float
    ends: float
    offset: float
    index: int


def content_seconds(item: Item) -> tuple[float, ...]:
    """Share the item's turn among its contents, in proportion to what each takes by itself."""
    own = [content.seconds for content in item.contents]
    if item.seconds is None:
        return tuple(own)
    shares, _ = _in_units(own)
    above, below = item.seconds.as_integer_ratio()
    whole = sum(shares) * below
    return tuple(above * each / whole for each in shares)


def playlist_seconds(playlist: Playlist) -> float:
    """How long one pass takes from its due instant: the contents, repeats, gaps between them, and the end tone."""
    found = _layout(playlist, playlist.items)
    return found.length / found.unit


def period_seconds(playlist: Playlist) -> float:
    """From one pass of a loop to the next: a pass, and the time for the next one's chime."""
    found = _layout(playlist, playlist.items)
    return found.period / found.unit


PATIENCE = {Priority.PRIORITY: 600.0}
USUAL_PATIENCE = 60.0


def patience(item: Item, priority: Priority) -> float:
    """Seconds by which a sound of this class may be late: its own, else ten minutes for ưu tiên and one for the rest."""
    return PATIENCE.get(priority, USUAL_PATIENCE) if item.max_late is None else item.max_late


def item_at(playlist: Playlist, elapsed: float, loop: bool = True) -> Slot | None:
    """The turn `elapsed` seconds after the due instant; a gap belongs to the content before it."""
    plain = _layout(playlist, playlist.items, elapsed)
    if elapsed < 0 or (plain.at >= plain.length and not loop):
        return None
    passes, within = divmod(plain.at, plain.period)
    found = _layout(playlist, in_order(playlist, passes), elapsed) if playlist.shuffle else plain
    index = max(bisect_right(found.starts, within) - 1, 0)
    item, content = found.told[index % len(found.told)]
    starts, ends = found.turn(index)
    begins, unit = passes * found.period, found.unit
    return Slot(item, content, (begins + starts) / unit, (begins + ends) / unit, max(within - starts, 0) / unit, index)


OF_ALL = frozenset(("zxx", "mul"))  # ISO 639-2: a picture, which is of no language, and what is of several


def in_languages(playlist: Playlist, languages: Sequence[str]) -> Playlist:
    """The playlist with each item told in these languages, in their order; an item that has none of them stays as it is."""
    return playlist.model_copy(update={"items": tuple(_told_in(item, languages) for item in playlist.items)})


def _told_in(item: Item, languages: Sequence[str]) -> Item:
    told = tuple(content for language in languages for content in item.contents if content.language == language)
    everyones = tuple(content for content in item.contents if content.language in OF_ALL)
    return item.model_copy(update={"contents": (*everyones, *told)}) if told else item


def in_order(playlist: Playlist, passes: int) -> tuple[Item, ...]:
    """The items of one pass, counted from 0. A shuffled playlist shows each once in a pass, and nothing twice in a row."""
    if not playlist.shuffle or len(playlist.items) < 3:
        return playlist.items
    return tuple(playlist.items[place] for place in order_of(playlist, passes, len(playlist.items)))


def order_of(playlist: Playlist, passes: int, count: int) -> list[int]:
    """The places of so many items in the order of one pass."""
    if not playlist.shuffle or count < 3:
        return list(range(count))
    order, before = _shuffled(playlist, passes, count), _shuffled(playlist, passes - 1, count)
    if passes and order[0] == before[-1]:
        order[0], order[1] = order[1], order[0]
    return order


def _shuffled(playlist: Playlist, passes: int, count: int) -> list[int]:
    """An order drawn by hashing, so that it is the same on every machine and in every release."""
    drawn = f"{playlist.seed}/{playlist.id}/{passes}"
    return sorted(range(count), key=lambda place: sha256(f"{drawn}/{place}".encode()).digest())


class Told(NamedTuple):
    """One pass: every content with the seconds from the due instant at which it begins and ends, the pass's own, the period."""

    turns: tuple[tuple[Item, ContentRef, float, float], ...]
    seconds: float
    period: float


def told(playlist: Playlist, items: tuple[Item, ...]) -> Told:
    """A pass of these items, in their order."""
    found = _layout(playlist, items)
    return Told(tuple(_turns(found)), found.length / found.unit, found.period / found.unit)


def turns(playlist: Playlist, items: tuple[Item, ...]) -> Iterator[tuple[Item, ContentRef, float, float]]:
    """Every content of a pass with the seconds from the due instant at which it begins and ends."""
    return _turns(_layout(playlist, items))


def _turns(found: _Layout) -> Iterator[tuple[Item, ContentRef, float, float]]:
    for index in range(len(found.starts)):
        starts, ends = found.turn(index)
        yield *found.told[index % len(found.told)], starts / found.unit, ends / found.unit


class _Layout(NamedTuple):
    """One pass, in whole numbers of which `unit` make a second; a turn's contents are those of one repeat."""

    told: list[tuple[Item, ContentRef]]
    seconds: list[int]
    starts: list[int]  # of the turns of all repeats
    length: int
    period: int
    at: int  # the moment asked for
    unit: int

    def turn(self, index: int) -> tuple[int, int]:
        """When it begins and ends."""
        starts = self.starts[index]
        return starts, starts + self.seconds[index % len(self.seconds)]


def _layout(playlist: Playlist, items: tuple[Item, ...], elapsed: float = 0.0) -> _Layout:
    told = [(item, content) for item in items for content in item.contents]
    own = (each for item in items for each in content_seconds(item))
    (gap, lead, tail, at, *seconds), unit = _in_units((playlist.gap, playlist.lead, playlist.tail, elapsed, *own))
    starts, clock = [], 0
    for each in seconds * playlist.repeats:
        starts.append(clock)
        clock += each + gap
    length = clock + tail if tail else clock - gap
    return _Layout(told, seconds, starts, length, length + lead, at, unit)


def _in_units(seconds: Iterable[float]) -> tuple[list[int], int]:
    """Seconds as whole numbers of one unit, and how many of it make a second. Nothing is rounded: a float is a whole number
    of some power of two, and a quotient of whole numbers is rounded once, to the nearest float.
    """
    ratios = [each.as_integer_ratio() for each in seconds]
    unit = max(below for _, below in ratios)
    return [above * (unit // below) for above, below in ratios], unit
