"""What to do next so that a device does what it should: steps are data, and no steps mean a silent line. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from devices.ports import Clip

PROBE_SECONDS = 30.0
SPEAKER_PROBE = 8.0  # of relays: a stuck one, or a board that is away, is found within ten seconds; 0.2 % of 9600 baud
AGAIN_SECONDS = 900.0  # a board may lose its lamps' memory without a word: its power is its own


@dataclass(frozen=True, slots=True)
class Lit:
    """One page of one page file, its strip as it runs, or a video that began at `since`; `DARK` is all lamps off."""

    sha256: str
    page: int
    runs: bool = False
    values: tuple[str, ...] = ()  # what its fields read, in their order
    since: datetime | None = None  # of a video


DARK = Lit("", 0)


@dataclass(frozen=True, slots=True)
class Divided:
    """What each area of a board shows, by its id; one that is not named is dark."""

    parts: frozenset[tuple[str, Lit]]

    def of(self, area: str) -> Lit:
        """What one area shows."""
        return dict(self.parts).get(area, DARK)


Picture = Lit | Divided


def picture_of(parts: Mapping[str, Lit]) -> Picture:
    """The picture of parts by their ids; "" is all of the board. All dark is one thing, however it came about."""
    if "" in parts:
        return parts[""]
    lit = frozenset((area, one) for area, one in parts.items() if one != DARK)
    return Divided(lit) if lit else DARK


def part_of(picture: Picture | None, area: str) -> Lit | None:
    """What a part shows in a picture; None if that is unknown or the picture is divided otherwise."""
    if picture is None or picture == DARK:
        return DARK if picture == DARK else None
    if isinstance(picture, Divided):
        return picture.of(area) if area else None
    return None if area else picture


@dataclass(frozen=True, slots=True)
class WantedBoard:
    """What a board should show now."""

    lit: Picture


@dataclass(frozen=True, slots=True)
class SeenBoard:
    """What is known of a board: `lit` None if unknown; ages in seconds; `retry`: until one in trouble is asked again, else None."""

    lit: Picture | None
    lit_age: float = 0.0
    quiet: float = 0.0
    retry: float | None = None
    probe_every: float = PROBE_SECONDS
    known: bool = True  # it said who it is since its line was opened


Softer = tuple[tuple[str, float], ...]  # zones of a device that sets their loudness, and dB below their own level


@dataclass(frozen=True, slots=True)
class WantedSpeaker:
    """The zones that should be open now, and the clips that should be placed by now."""

    zones: frozenset[str]
    clips: tuple[Clip, ...] = ()
    softer: Softer = ()


@dataclass(frozen=True, slots=True)
class SeenSpeaker:
    """What is known of a loudspeaker: `zones` None if unknown; `placed` names the clips that sound or will."""

    zones: frozenset[str] | None
    placed: frozenset[str] = frozenset()
    quiet: float = 0.0
    retry: float | None = None
    unconfirmed: bool = False  # open zones are to be told again: it shuts them by itself, or cannot say what it did
    softer: Softer = ()


@dataclass(frozen=True, slots=True)
class ShowPage:
    """Put a page, or the pages of all areas, on the lamps."""

    lit: Picture


@dataclass(frozen=True, slots=True)
class Blank:
    """All lamps off."""


@dataclass(frozen=True, slots=True)
class SetBrightness:
    """Dim the board to `percent`; `wanted` without a cap; `by` what says so."""

    percent: int
    wanted: int
    by: str


@dataclass(frozen=True, slots=True)
class ReadLight:
    """Read the board's light sensor."""


@dataclass(frozen=True, slots=True)
class Probe:
    """Ask the device whether it is there and how it is."""


@dataclass(frozen=True, slots=True)
class ReadInputs:
    """Ask for the contact inputs."""


@dataclass(frozen=True, slots=True)
class OpenZones:
    """Exactly these zones hear."""

    zones: frozenset[str]
    softer: Softer = ()


@dataclass(frozen=True, slots=True)
class CloseZones:
    """No zone hears."""


@dataclass(frozen=True, slots=True)
class PlaceClips:
    """Hand these clips to the sound process."""

    clips: tuple[Clip, ...]


@dataclass(frozen=True, slots=True)
class StopClips:
    """Ramp these clips down."""

    ids: frozenset[str]


BoardStep = ShowPage | Blank | Probe | SetBrightness | ReadLight
SpeakerStep = StopClips | PlaceClips | OpenZones | CloseZones | ReadInputs | Probe


def next_board_steps(wanted: WantedBoard, seen: SeenBoard) -> list[BoardStep]:
    """At most one step: look again after it. A board that has not said who it is, or is in trouble, is asked and not told."""
    if seen.retry is not None or not seen.known:
        return [Probe()] if (seen.retry or 0) <= 0 else []
    if seen.lit != wanted.lit or seen.lit_age >= AGAIN_SECONDS:
        return [Blank() if wanted.lit == DARK else ShowPage(wanted.lit)]
    return [Probe()] if seen.quiet >= seen.probe_every else []


def next_speaker_steps(wanted: WantedSpeaker, seen: SeenSpeaker) -> list[SpeakerStep]:
    """Sound first, because it takes no time; then the line."""
    steps: list[SpeakerStep] = []
    names = {clip.id for clip in wanted.clips}
    if stray := seen.placed - names:
        steps.append(StopClips(stray))
    if fresh := tuple(clip for clip in wanted.clips if clip.id not in seen.placed):
        steps.append(PlaceClips(fresh))
    return steps + _zone_steps(wanted, seen)


def _zone_steps(wanted: WantedSpeaker, seen: SeenSpeaker) -> list[SpeakerStep]:
    if seen.retry is not None and seen.retry > 0:
        return []
    if seen.zones != wanted.zones or (wanted.zones and (seen.unconfirmed or seen.softer != wanted.softer)):
        return [OpenZones(wanted.zones, wanted.softer) if wanted.zones else CloseZones()]
    return [Probe()] if seen.quiet >= SPEAKER_PROBE or seen.retry is not None else []
