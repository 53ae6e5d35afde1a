"""The page files a board needs now, read once from the cache and kept while they are in turn; and the test page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache

from devices.agent.media import MediaFiles
from devices.agent.reconcile import DARK, Divided, Lit, Picture
from devices.ports import FilmBoard, StageBoard
from devices.profiles.board import BoardShape
from devices.profiles.protocols import Effect
from devices.rendering.fields import filled_page, values_at
from devices.rendering.page import Page, PageFile, Strip, blank_page
from devices.rendering.scene import Area, Film, Scene, put_together, whole
from devices.rendering.still import still
from schedules.live import Figures, live_field, next_value
from schedules.lunar import LunarTable
from schedules.model import ContentRef

TEST_WORDS = "0123456789"
_KEPT = 12  # a board of several areas keeps that many in turn


class PageShelf:
    """A few parsed page files of one board."""

    test_page = Lit("test", 0)

    def __init__(self, media: MediaFiles, shape: BoardShape) -> None:
        """`shape` is that of the test page."""
        self._media, self._shape = media, shape
        self._files: dict[str, PageFile] = {}
        self._standing: dict[str, PageFile] = {}
        self._areas: Mapping[str, Area] = {}
        self._moons: LunarTable | None = None
        self._figures: Figures = {}
        self.dark: set[str] = set()  # fields that nothing can be set into now
        self._board: StageBoard | None = None
        self._plays = True  # videos, until the board is there and does not

    def divide(self, areas: Mapping[str, Area], board: object) -> None:
        """How the board is divided now, by the ids of its areas, and who works it: not all of them can run text."""
        self._areas, self._board = areas, board if isinstance(board, StageBoard) else None
        self._plays = board is None or isinstance(board, FilmBoard)

    def fits(self, file: PageFile, area: Area) -> bool:
        """Whether it was drawn for this area, and the area lies on the board."""
        return area.inside(self._shape) and file.shape == area.shape_on(self._shape)

    def tell(self, moons: LunarTable | None, figures: Figures) -> None:
        """What fields read beside the clock."""
        self._moons, self._figures = moons, figures

    def values(self, file: PageFile, page: int, now: datetime) -> tuple[tuple[str, ...], datetime | None]:
        """What the fields of a page read, one for each field of the file, and when to look again; none where it has none."""
        here = [box for box in file.fields if box.page == page]
        if not here:
            return (), None
        read = values_at(file, page, now, self._moons, self._figures)
        for place, said in read.items():
            (self.dark.add if said is None else self.dark.discard)(file.fields[place].field)
        said_in_order = tuple(read.get(place) or "" for place in range(len(file.fields)))
        return said_in_order, min(next_value(live_field(box.field), now) for box in here)

    def pages(self, sha256: str) -> PageFile | None:
        """The file with this hash; None if it is missing, damaged or no page file."""
        found = self._files.pop(sha256, None) or self._read(sha256)
        if found is not None:
            self._files[sha256] = found  # the newest stands last
            while len(self._files) > _KEPT:
                del self._files[next(iter(self._files))]
        return found

    def film(self, sha256: str, area: Area | None) -> str | None:
        """Where a video lies; None if it is not here, or cannot be played there."""
        place = area or whole(self._shape)
        able = self._plays and (not isinstance(self._board, FilmBoard) or self._board.rolls(place))
        return self._media.path(sha256) if able else None

    def here(self, content: ContentRef) -> bool:
        """Whether a file is on the disk, and what its name says."""
        if content.kind == "video":
            return self._media.path(content.sha256) is not None
        return self.pages(content.sha256) is not None

    def run_or_stand(self, sha256: str, file: PageFile, area: Area | None) -> PageFile:
        """The strip itself where the board can run it, else what it says in pages that stand."""
        places = tuple(self._areas.values())
        strip = file.strip
        if strip is not None and self._board and self._board.scrolls(strip, area or whole(self._shape), places):
            return file
        return self._still(sha256, file)

    def scene(self, picture: Picture, instant: Callable[[datetime], float]) -> Scene | None:
        """What the board is to show; None if a file of it is no longer here. `instant` gives times of the monotonic clock."""
        parts = dict(picture.parts) if isinstance(picture, Divided) else {"": picture}
        pages: list[tuple[Area, Page]] = []
        strips, effects, films = {}, {}, {}
        for name, lit in parts.items():
            area = self._areas.get(name) if name else whole(self._shape)
            if area is not None and lit.since is not None:
                path = self.film(lit.sha256, area)
                if path is None:
                    return None
                films[area] = Film(path, instant(lit.since))
                continue
            shown = self._shown(lit)
            if area is None or shown is None:
                return None
            if isinstance(shown, Strip):
                strips[area] = shown
            else:
                pages.append((area, shown))
                effects[area] = self._effect(lit)
        # One page over all is not looked at here: if it is of another size, its driver says so in its own words.
        alone = "" in parts and bool(pages)
        page = pages[0][1] if alone else put_together(self._shape, pages, 1.0)
        words = self._words(parts[""]) if "" in parts else ""
        return Scene(page, tuple(self._areas.values()), strips, effects, films, words)

    def _words(self, lit: Lit) -> str:
        """What a picture of the whole board says, for boards that draw letters of their own."""
        if lit == self.test_page:
            return TEST_WORDS
        file = self._files.get(lit.sha256)
        return file.words if file is not None else ""

    def _shown(self, lit: Lit) -> Page | Strip | None:
        if lit == self.test_page:
            return _chequers(self._shape)
        if lit == DARK:
            return blank_page(self._shape)
        file = self.pages(lit.sha256)
        if file is None or (lit.runs and file.strip is not None):
            return file.strip if file else None
        standing = self._still(lit.sha256, file)
        return filled_page(standing, lit.page, dict(enumerate(lit.values))) if lit.values else standing.pages[lit.page]

    def _effect(self, lit: Lit) -> Effect:
        file = self._files.get(lit.sha256)
        return file.effect if file is not None else Effect.NONE

    def _still(self, sha256: str, file: PageFile) -> PageFile:
        if file.strip is None:
            return file
        found = self._standing.pop(sha256, None) or still(file)
        self._standing[sha256] = found
        while len(self._standing) > _KEPT:
            del self._standing[next(iter(self._standing))]
        return found

    def _read(self, sha256: str) -> PageFile | None:
        data = self._media.read(sha256)
        return _parsed(data) if data is not None else None


@lru_cache(maxsize=16)
def _parsed(data: bytes) -> PageFile | None:
    """Boards of one shape share their files."""
    try:
        return PageFile.from_bytes(data)
    except ValueError:
        return None


def _chequers(shape: BoardShape) -> Page:
    """Every second lamp, all colours: a dead row or column shows."""
    rows = (bytes([0xAA]) * shape.stride, bytes([0x55]) * shape.stride)
    plane = bytearray(b"".join(rows[y % 2] for y in range(shape.height)))
    if spare := shape.stride * 8 - shape.width:
        for y in range(shape.height):
            plane[(y + 1) * shape.stride - 1] &= 0xFF << spare & 0xFF
    return Page(shape=shape, planes=(bytes(plane),) * shape.colours.planes, seconds=10.0)
