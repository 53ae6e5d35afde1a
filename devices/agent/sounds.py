"""The sounds of one loudspeaker: placed with the sound process, followed while they sound, each content recorded once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from devices.agent.journal import Desk
from devices.agent.passes import MICROPHONE, Cue, Pass
from devices.agent.zones import Why
from devices.contract.messages import MOST_CHANGES, Outcome, PlayRecord, ZoneChange
from devices.errors import DeviceError
from devices.ports import Clip, Played, SoundOut
from schedules.model import Priority
from schedules.playlist import patience

RATE = 48_000
PROGRESS_SECONDS = 1.0
LATE = 1.0  # a sound later than this is not begun by itself: its item says what becomes of it
_STOP_LOOKS, _STOP_WAIT = 8, 0.05  # the ramp down takes some 50 ms
_WORDS: dict[Why, str] = {
    "contact": "its fault contact reports", "relay": "its relay does not follow", "line": "its device does not answer",
}  # fmt: skip
_BUS = {"normal": "normal", "event": "normal", "priority": "priority", "live": "live"}


@dataclass
class Placed:
    """A clip handed over. `record` is its draft, None for a chime; `row` its line in the journal."""

    clip: Clip
    cue: Cue
    of: Pass
    record: PlayRecord | None
    row: int | None
    heard: bool = False  # the zones were open at some moment while it sounded
    proof: str = "read_back"  # the weakest word that they were
    noted: float = 0.0
    ending: tuple[Outcome, str] | None = None
    lost: dict[str, Why] = field(default_factory=dict)  # zones that did not sound for all of it, and why not
    silent: Mapping[str, Why] = field(default_factory=dict)  # now
    changes: list[ZoneChange] = field(default_factory=list)


def clip_id(one: Pass, cue: Cue) -> str:
    """The same for the same sound, so that nothing is placed twice."""
    # Of a rule its zones: a schedule made anew while it sounds lets it sound on.
    whom = "+".join(sorted(one.zones)) or "*" if one.cause == "rule" else one.source
    return f"{whom}.{cue.due.timestamp():.3f}.{cue.content.sha256[:12] if cue.content else 'chime'}"


def tolerance(one: Pass, cue: Cue) -> float:
    """Seconds by which a sound may begin late without a thought: its item may want less than usual."""
    return LATE if cue.item is None else min(LATE, patience(cue.item, one.priority))


def clip_of(one: Pass, cue: Cue, path: str) -> Clip:
    """The clip of a cue; the file or tone lies at `path`. It never begins when its zones are about to shut."""
    usual = "emergency" if one.cause == "alert" else "normal"
    bus = _BUS.get(one.priority.value, usual)
    left = max((one.stops - cue.due).total_seconds(), 0.0)
    return Clip(
        id=clip_id(one, cue),
        due=cue.due,
        path=path,
        bus=bus,
        max_late=min(tolerance(one, cue), left),
        offset=cue.offset,
    )


def in_words(silent: Mapping[str, Why]) -> str:
    """Zones that do not sound, by the reason."""
    by: dict[str, list[str]] = {}
    for zone, why in sorted(silent.items()):
        by.setdefault(_WORDS[why], []).append(zone)
    return "; ".join(f"{', '.join(zones)}: {words}" for words, zones in by.items())


class Sounds:
    """What was placed with the sound process and has not ended."""

    zones_proof = "read_back"  # what the device's word for its open zones is worth now

    def __init__(
        self, journal: Desk, out: SoundOut, cut: Callable[[Placed, PlayRecord], None],
        talked: Callable[[Placed, Played], None],
    ) -> None:  # fmt: skip
        """`out` is this loudspeaker's alone; `cut` is told what was broken off and may go on, `talked` of a microphone's end."""
        self._journal, self._out, self._cut, self._talked = journal, out, cut, talked
        self._placed: dict[str, Placed] = {}
        self._unwritten: list[Placed] = []
        self.silent = False  # what was sent last did not come out

    @property
    def ids(self) -> frozenset[str]:
        """Of the clips that sound or will, and were not told to stop."""
        return frozenset(name for name, one in self._placed.items() if one.ending is None)

    @property
    def busy(self) -> bool:
        """Whether anything is placed."""
        return bool(self._placed)

    def place(self, clip: Clip, cue: Cue, of: Pass, record: PlayRecord | None) -> None:
        """Journal, then hand over; of an alert the other way round, and its zones do not wait for the disk either."""
        placed = Placed(clip, cue, of, record, None)
        self._placed[clip.id] = placed
        if of.cause == "alert":
            self._unwritten.append(placed)
        else:
            self._write(placed)
        self._out.play((clip,))

    def settle(self) -> None:
        """Journal what was handed over first."""
        unwritten, self._unwritten = self._unwritten, []
        for placed in unwritten:
            if placed.clip.id in self._placed:
                self._write(placed)

    def _write(self, placed: Placed) -> None:
        placed.row = self._journal.open_play(placed.record) if placed.record else None

    def stop(self, ids: frozenset[str], priority: Priority, reason: str, now: datetime) -> None:
        """Ramp down: what is stronger interrupts, the end of a window ends, and what no plan names any more breaks off."""
        for name in ids & self._placed.keys():
            one = self._placed[name]
            if priority.rank > one.of.priority.rank:
                one.ending = (Outcome.INTERRUPTED, reason)
            elif one.of.cause == "alert" or now >= min(one.of.stops, one.cue.due + timedelta(seconds=one.cue.seconds)):
                one.ending = (Outcome.SHOWN, "its time ended")
            else:
                one.ending = (Outcome.PARTIAL, "no longer wanted")
        self._out.stop(ids)

    def sounding(self, now: datetime) -> Placed | None:
        """The content that sounds now, if any."""
        for one in self._placed.values():
            if one.record and one.clip.due <= now < one.clip.due + timedelta(seconds=one.cue.seconds):
                return one
        return None

    def refuse(self, of: Pass, reason: str) -> None:
        """A pass may not sound, or no longer: what of it was placed ends here."""
        mine = [name for name, one in self._placed.items() if one.of == of and one.ending is None]
        for name in mine:
            self._placed[name].ending = (Outcome.PARTIAL, reason)
        self._out.stop(frozenset(mine))

    def begun(self, now: datetime) -> frozenset[str]:
        """The clips whose time has come."""
        return frozenset(name for name, one in self._placed.items() if one.clip.due <= now)

    def follow(
        self, now: datetime, silent: Callable[[Iterable[str]], Mapping[str, Why]], any_open: bool
    ) -> tuple[str, str] | None:
        """Take up what ended; the fault of the sound output as its code and words, None if there is none.

        `silent` names those of some zones that nobody hears now, and why.
        """
        current = self.sounding(now)
        if current is not None and current.record is not None and current.ending is None:
            if self.zones_proof != "read_back":
                current.proof = self.zones_proof
            if current.record.zones:
                _note_zones(current, current.record.zones, silent(current.record.zones), now)
            else:
                current.heard |= any_open
        self._note_progress()
        try:
            ended = self._out.poll()
        except DeviceError as exc:
            return exc.code, str(exc)
        for played in ended:
            self._end(played)
        self._listened(ended)
        lost = next((one.reason for one in ended if one.reason in ("sink", "missing")), "")
        return ("audio.sink", f"a sound was not played: {lost}") if lost else None

    def clipped(self) -> int:
        """Samples since the last look that were too loud together; 0 where the output does not count them."""
        count = getattr(self._out, "clipped", None)
        return int(count()) if count else 0

    def _listened(self, ended: Sequence[Played]) -> None:
        """What a monitor said last; without one nothing is known."""
        for played in ended:
            self.silent = played.heard == "silent" if played.heard else self.silent

    def _note_progress(self) -> None:
        for name, frames in self._frames().items():
            one, seconds = self._placed.get(name), frames / RATE
            if one is not None and frames and (not one.noted or seconds - one.noted >= PROGRESS_SECONDS):
                one.noted = seconds
                self._journal.progress(one.row, one.clip.due, round(seconds, 3), None)

    def _end(self, played: Played) -> None:
        one = self._placed.pop(played.id, None)
        if one is not None and one.cue.tone.startswith(MICROPHONE):
            self._talked(one, played)
        if one is None or one.record is None:
            return
        if one.ending is not None and not played.frames:
            # Stopped before its first sample: it was not played, and may come again.
            self._journal.drop_play(one.row, one.record)
            return
        record = _record(one, played)
        self._journal.close_play(one.row, record)
        if record.outcome is Outcome.INTERRUPTED or (record.outcome is Outcome.PARTIAL and played.reason == "sink"):
            self._cut(one, record)

    def end_all(self, reason: str) -> None:
        """The agent stops: what has sounded so far is all."""
        frames = self._frames()
        for name in self.ids:
            self._placed[name].ending = (Outcome.PARTIAL, reason)
        self._out.stop(frozenset(self._placed))
        for _ in range(_STOP_LOOKS):
            self._take_ended()
            if not self._placed:
                break
            time.sleep(_STOP_WAIT)
        for name in list(self._placed):
            self._end(Played(id=name, frames=frames.get(name, 0), of_frames=0, start_error=0.0, reason="stopped"))
        self._out.close()

    def _take_ended(self) -> None:
        with suppress(DeviceError):
            for played in self._out.poll():
                self._end(played)

    def _frames(self) -> dict[str, int]:
        progress = getattr(self._out, "progress", None)
        return dict(progress()) if progress else {}


def _record(one: Placed, played: Played) -> PlayRecord:
    if one.record is None:
        raise ValueError("a chime has no record")
    seconds = round(played.frames / RATE, 3)
    started = one.clip.due + timedelta(seconds=played.start_error) if played.frames else None
    outcome, reason = _outcome(one, played)
    if one.lost and one.heard:
        reason = "; ".join(each for each in (reason, f"not in {in_words(one.lost)}") if each)
    zones, changes = tuple(zone for zone in one.record.zones if zone not in one.lost), one.changes
    ended = started + timedelta(seconds=seconds) if started else None
    if outcome is Outcome.INTERRUPTED and ended is not None and one.heard and len(changes) < MOST_CHANGES:
        left = tuple(zone for zone in one.record.zones if zone not in one.silent)
        changes = [*changes, ZoneChange(at=ended, lost=left, why="stronger", by=reason[:80])]
    said = "; ".join(each for each in (one.record.reason, reason) if each)
    facts = {
        "outcome": outcome, "reason": said[:300], "seconds": seconds, "started": started,
        "ended": ended,
        "evidence": _evidence(one, played), "zones": zones, "changes": tuple(changes),
        "start_error": round(played.start_error, 6) if played.frames else None,
    }  # fmt: skip
    return one.record.model_copy(update=facts)


def _note_zones(one: Placed, zones: Sequence[str], silent: Mapping[str, Why], now: datetime) -> None:
    """Who hears it now; every change of that with its reason. Before anybody hears it nothing changes."""
    one.heard |= len(silent) < len(zones)
    if not one.heard:
        return
    # A device that does not answer may well leave its zones open: that is a change, and no proof of silence.
    one.lost |= {zone: why for zone, why in silent.items() if why != "line" and zone not in one.lost}
    for why in _WORDS:
        lost = tuple(sorted(zone for zone, each in silent.items() if each == why and zone not in one.silent))
        if lost:
            one.changes.append(ZoneChange(at=now, lost=lost, why=why))
    if gained := tuple(sorted(one.silent.keys() - silent.keys())):
        one.changes.append(ZoneChange(at=now, gained=gained, why="back"))
    one.silent = dict(silent)
    del one.changes[MOST_CHANGES:]


def _evidence(one: Placed, played: Played) -> str | None:
    """The highest that is true: a monitor's ear above the relays' word above the sink's."""
    if not played.frames:
        return None
    if played.heard == "heard":
        return "heard"
    return one.proof if one.heard else "sent"


def _outcome(one: Placed, played: Played) -> tuple[Outcome, str]:
    if not played.frames:
        return Outcome.FAILED, played.reason or "no sample was taken"
    if one.record is not None and one.record.zones and not one.heard:
        return Outcome.FAILED, "the zones did not open"
    if one.ending is not None:
        return one.ending
    if played.frames >= played.of_frames:
        return Outcome.SHOWN, ""
    return Outcome.PARTIAL, played.reason
