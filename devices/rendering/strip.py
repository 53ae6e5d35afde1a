"""Scrolling text as one long strip, a step and an interval: never as many pages. For people on foot; drivers need pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from devices.profiles.board import BoardShape
from devices.rendering.advice import board_limits, colour_rules
from devices.rendering.cleaning import BREAK, JOIN, NO_BREAK_SPACE, clean
from devices.rendering.drawing import draw_lines
from devices.rendering.findings import Finding, finding
from devices.rendering.glyphs import face
from devices.rendering.lint import lint
from devices.rendering.page import Page
from devices.rendering.reading import Reader
from devices.rendering.style import LANGUAGES, PLAIN, Style

MAX_LAMPS = 20_000  # about 400 s at the usual speed: nobody reads longer
LETTERS_PER_SECOND, HAN_PER_SECOND = 8, 3  # what walkers read off a moving strip
_STEER = str.maketrans({JOIN: None, BREAK: None, NO_BREAK_SPACE: " "})


@dataclass(frozen=True, slots=True)
class Strip:
    """`width` lamps of text, as high as the board; it enters at the right and leaves at the left, `step` lamps at a time."""

    shape: BoardShape
    width: int
    planes: tuple[bytes, ...]
    step: int
    interval: float  # seconds between steps

    @property
    def frames(self) -> int:
        """Steps from the dark board through the whole text to the dark board."""
        return -(-(self.width + self.shape.width) // self.step)

    @property
    def seconds(self) -> float:
        """Time of one passage."""
        return self.frames * self.interval

    def frame(self, number: int) -> Page:
        """What the board shows after `number` steps."""
        planes = tuple(self._window(plane, number * self.step - self.shape.width) for plane in self.planes)
        return Page.model_construct(shape=self.shape, planes=planes, seconds=self.interval)

    def _window(self, plane: bytes, left: int) -> bytes:
        stride, wide = (self.width + 7) // 8, self.shape.stride
        mask = ((1 << self.shape.width) - 1) << (wide * 8 - self.shape.width)
        rows = []
        for at in range(0, len(plane), stride):
            row = int.from_bytes(plane[at : at + stride], "big")
            shift = stride * 8 - wide * 8 - left  # brings lamp `left` of the text to the left edge of the board
            rows.append(((row >> shift if shift >= 0 else row << -shift) & mask).to_bytes(wide, "big"))
        return b"".join(rows)


@dataclass(frozen=True, slots=True)
class Scrolling:
    """A strip, or None when a finding blocks; and everything worth saying."""

    strip: Strip | None
    findings: tuple[Finding, ...] = ()


def scroll(
    text: str,
    language: str,
    shape: BoardShape,
    *,
    reader: Reader | None = None,
    style: Style = PLAIN,
    lamps_per_second: int | None = None,
) -> Scrolling:
    """One line that passes a board; without a speed, as fast as people on foot can read `language` at this height."""
    if language not in LANGUAGES:
        return Scrolling(None, (finding("language.unknown", "block", language=language[:40]),))
    letters = face(style.packs(language))
    cleaned = clean(text, letters.widths)
    line = " ".join(cleaned.text.translate(_STEER).split())
    findings = [*cleaned.findings, *lint(text, language), *board_limits(line, letters, shape)]
    width = sum(letters.widths.get(letter, 0) for letter in line)
    if width > MAX_LAMPS:
        findings.append(finding("scroll.too-long", "block", lamps=width, limit=MAX_LAMPS))
    if any(item.severity == "block" for item in findings):
        return Scrolling(None, tuple(findings))
    usual = _usual(line, width, language)
    speed = max(1, lamps_per_second or usual)
    findings += [*colour_rules(style, shape), *_remarks(speed, usual, reader or Reader())]
    plane = draw_lines([line], letters, width, shape.height, "left", style.vertical)
    planes = tuple(plane if lit else bytes(len(plane)) for lit in style.lit(shape.colours))
    return Scrolling(Strip(shape, width, planes, 1, 1 / speed), tuple(findings))


def _usual(line: str, width: int, language: str) -> int:
    """Lamps a second at which the letters of `line` pass as fast as they can be read."""
    per_second = HAN_PER_SECOND if language == "zh-Hans" else LETTERS_PER_SECOND
    return max(1, round(width / len(line) * per_second))


def _remarks(speed: int, usual: int, reader: Reader) -> Iterator[Finding]:
    if reader.audience == "driver":
        yield finding("scroll.driver", "warn")
    if speed > usual * 1.25:
        yield finding("scroll.fast", "warn", speed=speed, usual=usual)
