"""Scrolling text as one long strip, a step and an interval: never as many pages. For people on foot; drivers need pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from devices.profiles.board import BoardShape
from devices.rendering.advice import board_limits
from devices.rendering.cleaning import BREAK, JOIN, NO_BREAK_SPACE
from devices.rendering.colouring import bare, clean_painted, colour_rules, painted_planes
from devices.rendering.fields import as_written, field_faults
from devices.rendering.findings import Finding, finding
from devices.rendering.glyphs import face
from devices.rendering.lint import lint
from devices.rendering.page import MAX_STEPS_PER_SECOND, MAX_STRIP_LAMPS, PageFile, Strip
from devices.rendering.reading import Reader
from devices.rendering.render import RENDERER
from devices.rendering.style import LANGUAGES, PLAIN, Style
from schedules.fields import ANY_DAY, fields_of, filled
from schedules.live import is_live

MAX_LAMPS = MAX_STRIP_LAMPS
LETTERS_PER_SECOND, HAN_PER_SECOND = 8, 3  # what walkers read off a moving strip
_STEER = str.maketrans({JOIN: None, BREAK: None, NO_BREAK_SPACE: " "})


@dataclass(frozen=True, slots=True)
class Scrolling:
    """A strip and its file, or None when a finding blocks; and everything worth saying."""

    file: PageFile | None
    findings: tuple[Finding, ...] = ()

    @property
    def strip(self) -> Strip | None:
        """What passes."""
        return self.file.strip if self.file is not None else None


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
    faults = _field_faults(text)
    if faults:
        return Scrolling(None, faults)
    letters = face(style.packs(language))
    whole = filled(text, language, ANY_DAY)
    cleaned, colours = clean_painted(whole, letters.widths, style.colour)
    line = " ".join(cleaned.text.translate(_STEER).split())
    findings = list(as_written((*cleaned.findings, *lint(bare(whole), language)), text, language, letters))
    findings += board_limits(line, letters, shape)
    width = sum(letters.widths.get(letter, 0) for letter in line)
    if width > MAX_LAMPS:
        findings.append(finding("scroll.too-long", "block", lamps=width, limit=MAX_LAMPS))
    if any(item.severity == "block" for item in findings):
        return Scrolling(None, tuple(findings))
    usual = _usual(line, width, language)
    speed = min(max(1, lamps_per_second or usual), MAX_STEPS_PER_SECOND)
    findings += [*colour_rules([[line]], [colours], style, shape), *_remarks(speed, usual, reader or Reader())]
    planes = painted_planes([line], colours, letters, shape, width, replace(style, align="left"))
    strip = Strip(shape=shape, width=width, planes=planes, interval=1 / speed)
    return Scrolling(PageFile(language=language, renderer=RENDERER, strip=strip), tuple(findings))


def _field_faults(text: str) -> tuple[Finding, ...]:
    """A strip is drawn once and for all: what a gate would fill has no room in it."""
    live = [field for field in fields_of(text) if is_live(field)]
    return field_faults(text) or tuple(finding("field.running", "block", field=f"{{{each}}}") for each in live[:1])


def _usual(line: str, width: int, language: str) -> int:
    """Lamps a second at which the letters of `line` pass as fast as they can be read."""
    per_second = HAN_PER_SECOND if language == "zh-Hans" else LETTERS_PER_SECOND
    return max(1, round(width / len(line) * per_second))


def _remarks(speed: int, usual: int, reader: Reader) -> Iterator[Finding]:
    if reader.audience == "driver":
        yield finding("scroll.driver", "warn")
    if speed > usual * 1.25:
        yield finding("scroll.fast", "warn", speed=speed, usual=usual)
