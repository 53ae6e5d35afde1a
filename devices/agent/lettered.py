"""A board that draws letters of its own, worked as any other: what it is told is the text, never its pixels."""

from __future__ import annotations

from devices.errors import SettingsError
from devices.ports import Evidence, Forecast, ForetellingText, Identity, TextBoard
from devices.profiles.board import BoardShape
from devices.rendering.page import Page, Strip, blank_page
from devices.rendering.scene import Area, Scene

ROW = 16  # lamps of a line of its letters


class Lettered:
    """A `StageBoard` in front of a board of letters. Pages of one text are one telling: the card turns them itself."""

    def __init__(self, board: TextBoard, shape: BoardShape) -> None:
        """`shape` says how many lines there is room for."""
        self._board, self._shape = board, shape
        self._told: tuple[str, Page, Evidence] | None = None

    def identify(self) -> Identity:
        """Ask who is there."""
        return self._board.identify()

    def show(self, page: Page) -> Evidence:
        """A page alone says nothing that could be told, unless it is dark."""
        return self.stage(Scene(page))

    def scrolls(self, strip: Strip, area: Area, areas: tuple[Area, ...]) -> bool:
        """The card lets a long text run or turn as it was set: there are no strips."""
        return False

    def stage(self, scene: Scene) -> Evidence:
        """Tell the text of a scene; SettingsError for what has letters that the board has not."""
        if not any(any(plane) for plane in scene.page.planes):
            self._told = None
            return self._board.blank()
        if not scene.words:
            raise SettingsError("the text has letters that this board has not, or was approved before it stood here")
        words = self._lines(scene.words)
        if self._told is not None and self._told[0] == words and self._told[1] != scene.page:
            self._told = words, scene.page, self._told[2]  # the next page of what it is showing already
            return self._told[2]
        self._told = None
        evidence = self._board.show_text(words)
        self._told = words, scene.page, evidence
        return evidence

    def foretell(self, scene: Scene) -> Forecast:
        """Nothing for the next page of what it shows already, else the words; nothing is known of other boards of letters."""
        words = self._lines(scene.words)
        same = self._told is not None and self._told[0] == words and self._told[1] != scene.page
        if same or not words or not isinstance(self._board, ForetellingText):
            return Forecast("nothing" if same else "text", 0, 0, 0.0)
        try:
            return self._board.foretell_text(words)
        except SettingsError:
            return Forecast("text", 0, 0, 0.0)  # it will be refused before anything is sent

    def blank(self) -> Evidence:
        """All lamps dark."""
        return self.stage(Scene(blank_page(self._shape)))

    def brightness(self, percent: int) -> Evidence:
        """Not known of any card of this kind."""
        raise SettingsError("a board of letters is not dimmed: how is not known")

    def _lines(self, words: str) -> str:
        """As many lines as there is room for; more of them are one, and the card turns it."""
        lines = words.splitlines()
        return words if len(lines) <= self._shape.height // ROW else " ".join(lines)
