"""Works one announcer box: what the plan has due is begun by its number on the card, and the box's own word is the proof."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from devices.agent.card import CardEntry
from devices.agent.faults import FaultBook
from devices.agent.hand import Due, Hand, Tools
from devices.agent.orders import View
from devices.agent.passes import Cue, Pass, passes
from devices.agent.plays import draft
from devices.agent.reconcile import PROBE_SECONDS, Probe
from devices.contract.messages import Outcome, PlayRecord, Shown
from devices.errors import DeviceError, LinkError
from devices.ports import ClipPlayer, Evidence
from schedules.evaluate import OnAir
from schedules.levels import volume_at
from schedules.model import Alert, Plan, Priority

SOUND_FAULTS = frozenset({"audio.sink", "audio.stall", "audio.silent"})  # of a loudspeaker that needs another's voice
LATE = 2.0  # seconds after its due instant in which a clip may still begin
LISTEN = 0.3  # seconds between two looks whether the clip has ended
GRACE = 5.0  # seconds beyond its length in which the box must have said that a clip is over
LOOK_BACK = 600.0  # seconds; nothing on a card is longer than what may still be playing then
TEST_VOLUME = 50
LONGEST_OWN = 120.0  # seconds of a clip of the site's own
TEST, EMERGENCY, RESTARTING = "test", "emergency", "restarting"  # what the config may name


@dataclass(frozen=True, slots=True)
class PlayClip:
    """Begin a clip; whatever played is cut off."""

    clip: str
    of: Pass
    cue: Cue


@dataclass(frozen=True, slots=True)
class StopClip:
    """Silence."""


@dataclass(frozen=True, slots=True)
class Listen:
    """Hear whether the clip has ended."""


@dataclass(frozen=True, slots=True)
class TryOut:
    """Play a clip of the site's own of which there is no record: the technician's, or that the system is starting."""

    clip: str
    percent: int


Step = PlayClip | StopClip | Listen | TryOut | Probe


@dataclass(slots=True)
class _Playing:
    clip: str
    of: Pass
    cue: Cue
    record: PlayRecord
    row: int | None
    started: datetime
    began: float


class AnnouncerHand(Hand):
    """The hand of one box. Sound only: chimes, gaps and zones are not its matter."""

    def __init__(
        self, tools: Tools, card: tuple[CardEntry, ...], clips: Mapping[str, int], beside: FaultBook | None = None
    ) -> None:
        """`card` says which approved sound is which clip; `clips` are the site's own, named by the config.

        `beside` are the faults of the loudspeaker it stands in for: silent while that one's sound is well.
        """
        super().__init__(tools)
        self._clips = {one.sha256: one.clip for one in card}
        self._own = frozenset(clips)
        self._beside, self._needed = beside, beside is None
        self._greeting = RESTARTING in clips
        self._player: ClipPlayer | None = None
        self._quick: ClipPlayer | None = None
        self._playing: _Playing | None = None
        self._answer: OnAir | None = None
        self._bases: dict[str, tuple[int, datetime]] = {}
        self._told: tuple[datetime, str] | None = None
        self._listened = 0.0
        self._volume: int | None = None
        self._test_until: datetime | None = None
        self._evidence: Evidence | None = None

    def attach(self, open_device: Callable[[bool], Any]) -> None:
        """Take hold of the box, once patiently and once for quick looks."""
        self._player, self._quick = open_device(True), open_device(False)
        self._volume = None

    def detach(self) -> None:
        """What it plays is unknown from here on."""
        self._end(Outcome.PARTIAL, "the line was lost")
        self._player = self._quick = None

    def look(self) -> Due | None:
        """The next step on the line."""
        now = self._clock.now()
        self._stand_in()
        self._answer, plan, alerts = self._answer_now(now)
        step = self._next(plan, alerts, now)
        if step is None:
            self._tools.journal.release()
            self._done_alerts = dict(self._orders.revisions)
            return None
        return Due(0 if self._answer.cause == "alert" else 2 if isinstance(step, Probe) else 1, step)

    def _stand_in(self) -> None:
        """Speak for the loudspeaker beside it while its sound is in fault; what is on begins at once then."""
        if self._beside is None:
            return
        codes = {fault.code for fault in self._beside.standing()}
        needed = bool(codes & SOUND_FAULTS)
        if needed and not self._needed:
            self._bases = {}
        self._needed = needed

    def _facts(self, now: datetime) -> tuple[Plan, tuple[Alert, ...]]:
        plan, alerts = super()._facts(now)
        return (plan, alerts) if self._needed else (plan.model_copy(update={"rules": ()}), ())

    def _next(self, plan: Plan, alerts: tuple[Alert, ...], now: datetime) -> Step | None:
        if self._contact.retry is not None:
            return Probe() if self._contact.retry <= 0 else None
        found = self._due(plan, alerts, now)
        playing = self._playing
        if found is not None or (self._answer is not None and self._answer.cause == "alert"):
            self._greeting = False  # there is something better to say
        if found is not None:
            return found
        if self._greeting and playing is None:
            self._greeting = False
            return TryOut(RESTARTING, volume_at(plan, "", now, Priority.NORMAL).percent)
        if self._test_until is not None and playing is None and TEST in self._own:
            return TryOut(TEST, TEST_VOLUME) if now < self._test_until else None
        if playing is not None:
            if self._cut_short(playing, now):
                return StopClip()
            return Listen() if self._clock.monotonic() - self._listened >= LISTEN else None
        return Probe() if self._contact.quiet >= PROBE_SECONDS else None

    def _due(self, plan: Plan, alerts: tuple[Alert, ...], now: datetime) -> PlayClip | None:
        """The clip that should begin now."""
        self._note_bases(alerts, now)
        bases = {name: base for name, (_, base) in self._bases.items()}
        for one in passes(plan, now - timedelta(seconds=LOOK_BACK), now + timedelta(seconds=1), alerts, bases):
            for cue in one.cues:
                late = (now - cue.due).total_seconds()
                if cue.content is None or not 0 <= late <= LATE or (one.until and now >= one.until):
                    continue
                if self._playing is not None and (self._playing.cue.due, self._playing.clip) == (
                    cue.due,
                    self._clip(cue),
                ):
                    continue
                clip = self._clip(cue)
                if clip is None and one.cause == "alert" and EMERGENCY in self._own:
                    clip = None if self._bridged(one, cue) else EMERGENCY
                    if clip is None:
                        continue
                if clip is None:
                    self._not_on_card(one, cue, now)
                elif self._told != (cue.due, clip) and not self._said(one, cue):
                    return None if self._nearly_over(one) else PlayClip(clip, one, cue)
        return None

    def _bridged(self, one: Pass, cue: Cue) -> bool:
        """Whether the site's own emergency clip speaks for this alert already, or something of it is on the card."""
        playing = self._playing
        if playing is not None and playing.clip == EMERGENCY and playing.of.source == one.source:
            return True
        words = [each for each in one.cues if each.content is not None]
        return cue != words[0] or any(self._clip(each) for each in words)

    def _nearly_over(self, coming: Pass) -> bool:
        """Whether what plays only has its end to tell, and nothing stronger comes: a box is a little slower than its card."""
        playing = self._playing
        if playing is None or coming.priority.rank > playing.of.priority.rank:
            return False
        return self._clock.monotonic() - playing.began < playing.cue.seconds + LATE / 2

    def _clip(self, cue: Cue) -> str | None:
        return self._clips.get(cue.content.sha256) if cue.content else None

    def _said(self, one: Pass, cue: Cue) -> bool:
        return one.cause == "rule" and self._tools.journal.said(self._draft(one, cue))

    def _not_on_card(self, one: Pass, cue: Cue, now: datetime) -> None:
        if cue.item is None or cue.content is None or self._told == (cue.due, cue.content.sha256):
            return
        self._told = (cue.due, cue.content.sha256)
        self._tools.faults.put("content.missing", f"message {cue.item.message} is not on the card of this box", now)
        facts = {"outcome": Outcome.FAILED, "reason": "not on the card"}
        self._tools.journal.add(self._draft(one, cue).model_copy(update=facts))

    def _note_bases(self, alerts: tuple[Alert, ...], now: datetime) -> None:
        old, self._bases = self._bases, {}
        for alert in alerts:
            known = old.get(alert.id)
            fresh = known is None or known[0] != alert.revision
            self._bases[alert.id] = (alert.revision, max(alert.starts, now)) if fresh or known is None else known

    def _cut_short(self, playing: _Playing, now: datetime) -> bool:
        """Whether its time is over before it is: at its natural end the box is let speak for itself."""
        until, natural = playing.of.until, playing.cue.due + timedelta(seconds=playing.cue.seconds)
        if until is not None and now >= until:
            return until < natural
        gone = self._answer is None or self._answer.source != playing.of.source
        return gone and (playing.of.loops or playing.of.cause == "alert")

    def act(self, step: Step) -> None:
        """One exchange with the box."""
        if self._player is None or self._quick is None:
            return
        try:
            self._on_line(step, self._player, self._quick)
        except LinkError:
            raise
        except DeviceError as exc:
            self._end(Outcome.PARTIAL, f"the box failed: {exc}")
            self._contact.failed(exc)
        finally:
            self._tools.journal.release()

    def _on_line(self, step: Step, player: ClipPlayer, quick: ClipPlayer) -> None:
        if isinstance(step, PlayClip):
            self._begin(step, player)
        elif isinstance(step, StopClip):
            self._end(
                Outcome.SHOWN if self._playing and self._playing.of.cause == "alert" else Outcome.INTERRUPTED,
                "its time ended",
            )
            player.stop()
        elif isinstance(step, Listen):
            self._listen(player)
        elif isinstance(step, TryOut):
            self._test_until = None
            self._set_volume(player, step.percent)
            player.play(step.clip)
            self._contact.heard(done=True)
        else:
            quick.identify()
            self._contact.heard(done=True)

    def _begin(self, step: PlayClip, player: ClipPlayer) -> None:
        self._end(Outcome.INTERRUPTED, f"{step.of.cause} {step.of.source}")
        self._set_volume(
            player, volume_at(self._orders.plan_for(True), "", self._clock.now(), step.of.priority).percent
        )
        record = self._draft(step.of, step.cue)
        if step.clip == EMERGENCY:
            record = record.model_copy(update={"reason": "not on the card: the box's own emergency clip in its place"})
        self._told = (step.cue.due, step.clip)
        row = self._tools.journal.open_play(record)
        self._evidence = player.play(step.clip)
        self._contact.heard(done=True)
        self._tools.faults.clear("content.missing")
        now, mono = self._clock.now(), self._clock.monotonic()
        self._playing = _Playing(step.clip, step.of, step.cue, record, row, now, mono)
        self._listened = mono

    def _set_volume(self, player: ClipPlayer, percent: int) -> None:
        if percent != self._volume:
            player.volume(percent)
            self._volume = percent

    def _listen(self, player: ClipPlayer) -> None:
        self._listened = self._clock.monotonic()
        playing = self._playing
        if playing is None:
            return
        passed = self._clock.monotonic() - playing.began
        if playing.clip in player.finished(0.02):
            self._contact.heard(done=True)
            self._evidence = Evidence.READ_BACK
            self._end(Outcome.PARTIAL if playing.clip == EMERGENCY else Outcome.SHOWN, "")
        elif passed > (LONGEST_OWN if playing.clip == EMERGENCY else playing.cue.seconds) + GRACE:
            self._end(Outcome.PARTIAL, "the box never said that the clip ended")
        else:
            self._tools.journal.progress(playing.row, playing.started, round(passed, 3), Evidence.ACKNOWLEDGED)

    def _end(self, outcome: Outcome, reason: str) -> None:
        playing, self._playing = self._playing, None
        if playing is None:
            return
        longest = LONGEST_OWN if playing.clip == EMERGENCY else playing.cue.seconds
        seconds = round(min(self._clock.monotonic() - playing.began, longest), 3)
        said = "; ".join(each for each in (playing.record.reason, reason) if each)
        facts = {
            "outcome": outcome, "reason": said[:300], "seconds": seconds, "started": playing.started,
            "ended": playing.started + timedelta(seconds=seconds), "evidence": (self._evidence or Evidence.SENT).value,
            "start_error": round((playing.started - playing.cue.due).total_seconds(), 6),
        }  # fmt: skip
        self._tools.journal.close_play(playing.row, playing.record.model_copy(update=facts))

    def _draft(self, one: Pass, cue: Cue) -> PlayRecord:
        if cue.item is None or cue.content is None:
            raise ValueError("a tone has no record")
        answer = OnAir(one.cause, one.source, one.priority, None, (), True, None, None, drill=one.drill)
        return draft(self.device, self._tools.journal.boot, answer, cue.item, cue.content, cue.meant, self._clock)

    def wake(self) -> float:
        """Until a clip is to begin, or the box is to be heard."""
        now = self._clock.now()
        times = [PROBE_SECONDS if self._player is None else self._contact.next_try(PROBE_SECONDS)]
        if self._playing is not None:
            times.append(LISTEN)
        if self._beside is not None or (self._answer is not None and self._answer.cause in ("rule", "alert")):
            times.append(LISTEN)  # cues of a pass follow one another; the sound beside it may fail at any time
        if self._answer is not None and self._answer.until is not None:
            times.append(max((self._answer.until - now).total_seconds(), 0.0))
        return max(min(times), 0.0)

    def view(self) -> View:
        """What it does now."""
        if self._answer is None:
            return View(revision=self._orders.revision, trusted=self._clock.trusted())
        item = self._playing.cue.item if self._playing else None
        return View(
            revision=self._orders.revision, health=self._health(as_wanted=True), answer=self._answer,
            message=item.message if item else None, why=self._words(), shown=self._shown(), alerts=self._done_alerts,
            trusted=self._clock.trusted(),
        )  # fmt: skip

    def _shown(self) -> Shown | None:
        if self._evidence is None:
            return None
        record = self._playing.record if self._playing else None
        return Shown(
            sha256=record.content.sha256 if record else None, message=record.message if record else None,
            language=record.content.language if record else None, evidence=self._evidence.value, at=self._clock.now(),
        )  # fmt: skip

    def test(self, seconds: float) -> None:
        """A box has no tone of its own: its clip "test" sounds, where the config names one."""
        self._test_until = self._clock.now() + timedelta(seconds=seconds)

    def stop(self) -> None:
        """Silence, and a record of what sounded so far."""
        self._tools.journal.release()
        self._end(Outcome.PARTIAL, "the agent was stopped")
        if self._quick is not None:
            try:
                self._quick.stop()
            except DeviceError as exc:
                self._contact.failed(exc)
