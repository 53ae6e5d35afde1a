"""What of a playlist may be shown when: items with an end, items that mourning mutes, playlists inside playlists."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence

from schedules.hours import Mourning
from schedules.model import Item, Playlist, unfold
from schedules.playlist import order_of, playlist_seconds
from schedules.zone import ALWAYS, NEVER, tick


class Editions:
    """The editions of one playlist, in order; each lasts until an item comes or goes."""

    def __init__(self, playlist: Playlist, lists: Mapping[str, Playlist], mournings: Sequence[Mourning]) -> None:
        self._playlist = playlist
        self._items = unfold(playlist, lists)
        self._mournings = mournings
        self.edges = sorted({NEVER, *(edge for item in self._items for edge in self._edges_of(item))})
        self._made: dict[int, Playlist | None] = {}
        self._seconds: dict[int, float] = {}
        self._alone: dict[int, Playlist] = {}
        shown = [place for place, edge in enumerate(self.edges) if self.at(edge)]
        # Nothing is shown before the first tick, nor from the last on.
        self.first = self.edges[shown[0]] if shown else ALWAYS
        self.last = [*self.edges[1:], ALWAYS][shown[-1]] if shown else NEVER

    def at(self, moment: int) -> Playlist | None:
        """The playlist with what may be shown at a tick; None if that is nothing."""
        place = self.place(moment)
        if place not in self._made:
            self._made[place] = self._edition(self.edges[place])
        return self._made[place]

    @property
    def audible(self) -> bool:
        """Whether all of it is sound."""
        return all(content.kind == "audio" for item in self._items for content in item.contents)

    def order(self, passes: int) -> list[int]:
        """The places of all items in one pass, counted from 0."""
        return order_of(self._playlist, passes, len(self._items))

    def alone(self, place: int) -> Playlist:
        """One item by itself."""
        if place not in self._alone:
            items = (self._items[place],)
            self._alone[place] = self._playlist.model_copy(update={"items": items, "includes": ()})
        return self._alone[place]

    def may(self, place: int, start: int, length: int) -> bool:
        """Whether an item may be shown for so many ticks from a tick on."""
        item = self._items[place]
        return len(self.edges) == 1 or (self._may(item, start) and self._may(item, start + length - 1))

    def __len__(self) -> int:
        return len(self._items)

    def seconds(self, moment: int) -> float:
        """How long one pass of the edition at a tick takes."""
        place = self.place(moment)
        if place not in self._seconds:
            edition = self.at(moment)
            self._seconds[place] = playlist_seconds(edition) if edition else 0.0
        return self._seconds[place]

    def place(self, moment: int) -> int:
        """Which edition a tick belongs to."""
        return max(bisect_right(self.edges, moment) - 1, 0)

    def loses(self, start: int, end: int) -> int:
        """The first tick in (start, end) at which an item shown at `start` may be shown no more, or `end`."""
        if len(self.edges) == 1:
            return end
        shown = [item for item in self._items if self._may(item, start)]
        for edge in self.edges[self.place(start) + 1 :]:
            if edge >= end:
                return end
            if not all(self._may(item, edge) for item in shown):
                return edge
        return end

    def _edition(self, moment: int) -> Playlist | None:
        items = tuple(item for item in self._items if self._may(item, moment))
        if items == self._playlist.items and not self._playlist.includes:
            return self._playlist
        return self._playlist.model_copy(update={"items": items, "includes": ()}) if items else None

    def _edges_of(self, item: Item) -> list[int]:
        bounds = [tick(each) for each in (item.starts, item.until) if each]
        return bounds + [tick(each) for one in self._muting(item) for each in (one.starts, one.until)]

    def _muting(self, item: Item) -> list[Mourning]:
        return [one for one in self._mournings if not set(one.mutes).isdisjoint(item.tags)]

    def _may(self, item: Item, moment: int) -> bool:
        if item.starts and moment < tick(item.starts):
            return False
        if item.until and moment >= tick(item.until):
            return False
        return not any(tick(one.starts) <= moment < tick(one.until) for one in self._muting(item))
