"""The zones of one loudspeaker on its line: opened at their loudness, read back, looked at; which do not sound, and why."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

from devices.agent.contact import Contact
from devices.agent.faults import FaultBook
from devices.agent.inputs import Inputs
from devices.agent.reconcile import CloseZones, OpenZones, Probe, ReadInputs, SeenSpeaker
from devices.errors import DeviceError, LinkError, MismatchError
from devices.ports import Clock, DeadMan, Evidence, Leveled, Noisy, Speaker

NEVER = 1e9
NOISE = 0.05
FIRST_OPENING, LONGEST_OPENING = 0.6, 2.5  # seconds from the order to the zones' own word
Why = Literal["contact", "relay", "line"]
LineStep = OpenZones | CloseZones | Probe | ReadInputs


class ZonesError(MismatchError):
    """Relays that do not follow: some zones stay shut, or open, whatever they are told."""

    code = "zone.mismatch"

    def __init__(self, shut: Iterable[str], stuck: Iterable[str]) -> None:
        """`shut` should be open, `stuck` should be shut."""
        super().__init__("open zones", sorted(shut), sorted(stuck))
        words = ((shut, "does not open"), (stuck, "does not shut"))
        self.args = ("; ".join(f"zone {zone} {what}" for zones, what in words for zone in sorted(zones)),)


class ZoneLine:
    """What is known of the zones. All of it by the worker's thread alone."""

    def __init__(self, contact: Contact, clock: Clock, faults: FaultBook, inputs: Inputs) -> None:
        """`inputs` are what the contacts of the device mean."""
        self._contact, self._clock, self._faults, self._inputs = contact, clock, faults, inputs
        self._speaker: Speaker | None = None
        self._quick: Speaker | None = None
        self._leveled: Leveled | None = None
        self._dead_man: DeadMan | None = None
        self._noisy: tuple[Noisy, ...] = ()
        self._opened, self._checked = 0.0, 0.0
        self._ordered: frozenset[str] | None = None  # the last it was told, done or not
        self._softer: tuple[tuple[str, float], ...] = ()
        self._stuck: frozenset[str] = frozenset()  # do not follow
        self._doubted = False
        self._for: object = None  # the announcement they were opened for
        self.open: frozenset[str] | None = None  # by its own word; None: unknown
        self.told: frozenset[str] = frozenset()  # the last that were opened
        self.opening = FIRST_OPENING  # seconds
        self.evidence: Evidence | None = None

    def attach(self, open_device: Callable[[bool], Any]) -> None:
        """Take hold of the zones, once patiently and once for quick looks."""
        self._speaker, self._quick = open_device(True), open_device(False)
        # Asked once: to find out what a thing can do takes longer than to ask it.
        self._leveled = self._speaker if isinstance(self._speaker, Leveled) else None
        self._dead_man = self._speaker if isinstance(self._speaker, DeadMan) else None
        self._noisy = tuple(hand for hand in (self._speaker, self._quick) if isinstance(hand, Noisy))

    def detach(self) -> None:
        """Which zones are open is unknown from here on."""
        self._speaker = self._quick = self._leveled = self._dead_man = None
        self._noisy = ()
        self.open = None

    @property
    def attached(self) -> bool:
        """Whether the line is there."""
        return self._speaker is not None

    @property
    def leveled(self) -> frozenset[str]:
        """The zones whose loudness the device sets itself."""
        return self._leveled.leveled if self._leveled is not None else frozenset()

    def silent(self, zones: Iterable[str]) -> dict[str, Why]:
        """Those of some zones that should be open and that nobody hears now, and why."""
        found: dict[str, Why] = {}
        for zone in zones:
            if self.open is None:
                found[zone] = "line"
            elif zone in self._inputs.lost_zones:
                found[zone] = "contact"
            elif zone not in self.open:
                found[zone] = "relay"
        return found

    def hopeless(self, zones: frozenset[str]) -> dict[str, Why]:
        """Those of some zones that are known not to sound before anything was tried: their contact or relay says so."""
        lost = self._inputs.lost_zones
        return {zone: "contact" if zone in lost else "relay" for zone in sorted(zones & (lost | self._stuck))}

    def seen(self, placed: frozenset[str], wanted: frozenset[str], announcement: object) -> SeenSpeaker:
        """For `next_speaker_steps`: a device that answers takes another order at once, whatever became of the last."""
        retry = self._contact.retry
        if retry is not None and not self._contact.offline and wanted != self._ordered:
            retry = 0.0
        again = self.confirm_in() <= 0 or self._unsure_for(announcement)
        return SeenSpeaker(self.open, placed, self.unchecked(), retry, again, self._softer)

    def _unsure_for(self, announcement: object) -> bool:
        """What cannot be read back is told again before each announcement: hands at its panel are not seen."""
        return announcement is not None and self.evidence is not Evidence.READ_BACK and self._for != announcement

    def unchecked(self) -> float:
        """Seconds since the device said which zones are open; reading its inputs says nothing of them."""
        return self._clock.monotonic() - self._checked

    def confirm_in(self) -> float:
        """Seconds until a device with a dead man's switch must hear of its open zones again."""
        every = self._dead_man.confirm_every if self._dead_man is not None else None
        return NEVER if every is None or not self.open else self._opened + every - self._clock.monotonic()

    def act(self, step: LineStep, announcement: object = None) -> None:
        """One exchange. LinkError if the line is gone; what the device does wrong is kept, not raised."""
        if self._speaker is None or self._quick is None:
            return
        self._note_noise()
        try:
            self._on_line(step, self._speaker, self._quick, announcement)
        except LinkError:
            raise
        except ZonesError as exc:
            self._contact.failed(exc)
        except DeviceError as exc:
            self._contact.failed(exc)
            self.open = None

    def _note_noise(self) -> None:
        """A line that damages more than one answer in twenty is a fault before it is dead."""
        share = max((hand.noise for hand in self._noisy), default=0.0)
        self._contact.noisy = share > NOISE
        if self._contact.noisy:
            self._faults.put("link.noise", f"{share:.0%} of the answers come damaged", self._clock.now())

    def _on_line(self, step: LineStep, speaker: Speaker, quick: Speaker, announcement: object) -> None:
        if isinstance(step, ReadInputs):
            self._inputs.asked(self._clock.monotonic())  # a device that refuses is not asked again at once
            self._inputs.see(quick.inputs(), self._clock.now(), self._clock.monotonic())
            self._contact.heard(done=False)
        elif isinstance(step, Probe):
            self._probe(quick)
        else:
            self._open(step, speaker, quick, announcement)

    def _probe(self, quick: Speaker) -> None:
        found, self._checked = quick.zones(), self._clock.monotonic()
        known, self.open = self.open or frozenset(), found
        if found == known:
            self._doubted = False
            self._done()
            return
        self._doubted = True
        self._contact.failed(ZonesError(known - found, found - known))
        self._contact.hurry()

    def _open(self, step: OpenZones | CloseZones, speaker: Speaker, quick: Speaker, announcement: object) -> None:
        zones, softer = (step.zones, step.softer) if isinstance(step, OpenZones) else (frozenset[str](), ())
        began, self._ordered, self._for = self._clock.monotonic(), zones, announcement
        if self._leveled is not None:
            self._leveled.soften(dict(softer))
        try:
            self.evidence = speaker.open_zones(zones)
        except MismatchError:
            self._opened_in_part(zones, quick)
            return
        self.open, self._softer = zones, softer
        self.told = zones or self.told
        self._opened = self._checked = self._clock.monotonic()
        self._done()
        if zones:
            taken = self._clock.monotonic() - began
            self.opening = min(max(taken, self.opening * 0.8, 0.1), LONGEST_OPENING)

    def _opened_in_part(self, zones: frozenset[str], quick: Speaker) -> None:
        """Some relay did not follow: what the others did counts, and the wanted state is told again later."""
        found = quick.zones()
        self.open, self._checked = found, self._clock.monotonic()
        self.told = (found & zones) or self.told
        if found == zones:  # it was only slow
            self._done()
            return
        self.evidence = Evidence.READ_BACK
        self._stuck = zones - found
        raise ZonesError(zones - found, found - zones)

    def _done(self) -> None:
        self._stuck = frozenset()
        self._contact.heard(done=True)
        if not self._doubted:  # what moved by itself counts as mended when the next look says so
            self._faults.clear(ZonesError.code)

    def shut(self) -> None:
        """The agent stops: nothing stays open."""
        if self._quick is not None and self.open != frozenset():
            try:
                self._quick.open_zones(frozenset())
            except DeviceError as exc:
                self._contact.failed(exc)

    def softened(self, percents: Mapping[str, int]) -> tuple[int, tuple[tuple[str, float], ...]]:
        """The gain of the one stream in percent, and what each leveled zone takes off below it in dB.

        Zones whose loudness only the stream can set say the gain; the quietest of them.
        """
        plain = [percent for zone, percent in percents.items() if zone not in self.leveled]
        gain = min(plain) if plain else max(percents.values(), default=100)
        off = (
            (zone, decibels(percent) - decibels(gain))
            for zone, percent in sorted(percents.items())
            if zone in self.leveled and percent < gain
        )
        return gain, tuple((zone, round(each, 1)) for zone, each in off)


def decibels(percent: int) -> float:
    """How far below the recording a loudness lies: 50 % is 12 dB, 25 % is 24 dB, 0 % is silence."""
    return math.inf if percent <= 0 else -40 * math.log10(percent / 100)
