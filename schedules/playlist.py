"""What a playlist shows at a moment: contents in turn, gaps, repeats, loops and shuffled passes.

Of a plan's playlist that includes others, ask with what `on_air` gives: there it is unfolded."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256

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
    whole = sum(map(Fraction, own))
    return tuple(float(Fraction(item.seconds) * Fraction(each) / whole) for each in own)


def playlist_seconds(playlist: Playlist) -> float:
    """How long one pass takes from its due instant: the contents, repeats, gaps between them, and the end tone."""
    return float(_length(playlist))


def period_seconds(playlist: Playlist) -> float:
    """From one pass of a loop to the next: a pass, and the time for the next one's chime."""
    return float(_period(playlist))


PATIENCE = {Priority.PRIORITY: 600.0}
USUAL_PATIENCE = 60.0


def patience(item: Item, priority: Priority) -> float:
    """Seconds by which a sound of this class may be late: its own, else ten minutes for ưu tiên and one for the rest."""
    return PATIENCE.get(priority, USUAL_PATIENCE) if item.max_late is None else item.max_late


def item_at(playlist: Playlist, elapsed: float, loop: bool = True) -> Slot | None:
    """The turn `elapsed` seconds after the due instant; a gap belongs to the content before it."""
    period = _period(playlist)
    if elapsed < 0 or (elapsed >= _length(playlist) and not loop):
        return None
    passes, within = divmod(Fraction(elapsed), period)
    turns = list(_turns(playlist, in_order(playlist, passes)))
    index = max(bisect_right(turns, within, key=lambda turn: turn[2]) - 1, 0)
    item, content, starts, ends = turns[index]
    begins = passes * period
    offset = max(within - starts, Fraction(0))
    return Slot(item, content, float(begins + starts), float(begins + ends), float(offset), index)


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


def _length(playlist: Playlist) -> Fraction:
    words = max(ends for _, _, _, ends in _turns(playlist, playlist.items))
    return words + Fraction(playlist.gap) + Fraction(playlist.tail) if playlist.tail else words


def _period(playlist: Playlist) -> Fraction:
    return _length(playlist) + Fraction(playlist.lead)


def turns(playlist: Playlist, items: tuple[Item, ...]) -> Iterator[tuple[Item, ContentRef, float, float]]:
    """Every content of a pass with the seconds from the due instant at which it begins and ends."""
    for item, content, starts, ends in _turns(playlist, items):
        yield item, content, float(starts), float(ends)


def _turns(playlist: Playlist, items: tuple[Item, ...]) -> Iterator[tuple[Item, ContentRef, Fraction, Fraction]]:
    clock, gap = Fraction(0), Fraction(playlist.gap)
    for _ in range(playlist.repeats):
        for item in items:
            for content, seconds in zip(item.contents, content_seconds(item), strict=True):
                yield item, content, clock, clock + Fraction(seconds)
                clock += Fraction(seconds) + gap
