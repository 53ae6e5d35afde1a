"""Works one loudspeaker: zones open before the sound and shut after it, chime and clips at their exact instants."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from devices.agent.hand import Due, Hand, Tools
from devices.agent.held import after_cut, too_late_to_begin
from devices.agent.inputs import Inputs
from devices.agent.later import Later
from devices.agent.orders import View
from devices.agent.passes import (
    SETTLE,
    Cue,
    Pass,
    all_or_nothing,
    goes_on_by_plan,
    heard_at,
    levels_of,
    passes,
    talk,
    test_tone,
    zone_edges,
)
from devices.agent.plays import draft
from devices.agent.reconcile import (
    SPEAKER_PROBE,
    CloseZones,
    OpenZones,
    PlaceClips,
    Probe,
    ReadInputs,
    SeenSpeaker,
    Softer,
    SpeakerStep,
    StopClips,
    WantedSpeaker,
    next_speaker_steps,
)
from devices.agent.sounds import Placed, Sounds, clip_id, clip_of, in_words, tolerance
from devices.agent.talks import record_of_talk
from devices.agent.zones import ZoneLine
from devices.contract.messages import Outcome, PlayRecord, Shown
from devices.ports import Clip, Played, SoundOut
from schedules.evaluate import OnAir
from schedules.model import Alert, Plan
from schedules.playlist import patience

AHEAD = 3.0  # seconds that clips are handed over before they are due
ALERT_SETTLE = 0.05  # seconds from the zones' own word to the emergency tone: a signal has no first syllable to lose
LONGEST_WAIT = timedelta(hours=4)  # of what is stacked
CLIP_STANDS = timedelta(minutes=1)  # long enough to be seen
BUSY_WAKE, IDLE_WAKE = 0.25, 1.0


class SpeakerHand(Hand):
    """The hand of one loudspeaker."""

    def __init__(
        self, tools: Tools, sound: SoundOut, public_zones: tuple[str, ...], inputs: Inputs,
        delay: Callable[[Iterable[str]], float] = lambda zones: 0.0,
    ) -> None:  # fmt: skip
        """`public_zones` hear what names no zones; `inputs` are what the contacts of its device mean; `delay` is the trim
        of zones in seconds."""
        super().__init__(tools)
        self._sounds = Sounds(tools.journal, sound, self._cut_off, self._talked)
        self._inputs = inputs
        self._later = Later()
        self._public, self._delay = public_zones, delay
        self._zones = ZoneLine(self._contact, self._clock, tools.faults, inputs)
        self._lead = 0.0
        self._bases: dict[str, tuple[int, datetime]] = {}
        self._near: list[Pass] = []
        self._answer: OnAir | None = None
        self._wanted_now = WantedSpeaker(frozenset())
        self._heard: Pass | None = None  # whose zones are open, or should be
        self._told: set[tuple[str, str]] = set()
        self._looked_back = False
        self._alerted = False
        self._overdue: dict[str, datetime] = {}
        self._test: Pass | None = None
        self._clipped_at: datetime | None = None

    def attach(self, open_device: Callable[[bool], Any]) -> None:
        """Take hold of the zones, once patiently and once for quick looks."""
        self._zones.attach(open_device)

    def detach(self) -> None:
        """Which zones are open is unknown from here on."""
        self._zones.detach()

    def look(self) -> Due | None:
        """Place and stop what is due; the next step on the line."""
        now = self._clock.now()
        self._answer, plan, alerts = self._answer_now(now)
        self._note_bases(alerts, now)
        self._follow(now)
        self._near = self._passes(plan, alerts, now)
        self._look_back(plan, now)
        self._say_later(plan, alerts, now)
        self._refuse(plan, now)
        self._wanted_now = self._wanted(plan, now)
        steps = [*next_speaker_steps(self._wanted_now, self._seen()), *self._look_at_inputs()]
        if not steps or not isinstance(steps[0], StopClips | PlaceClips | OpenZones):
            self._release()
        if not steps:
            self._done_alerts = dict(self._orders.revisions)
            return None
        return Due(0 if self._answer.cause == "alert" else _RANK[type(steps[0])], steps[0])

    def _look_at_inputs(self) -> list[SpeakerStep]:
        away = not self._zones.attached or self._contact.offline or not self._inputs.wanted
        return [] if away or self._inputs.due_in(self._clock.monotonic()) > 0 else [ReadInputs()]

    def _release(self) -> None:
        """The zones have moved: now the disk may take its time."""
        self._tools.journal.release()
        self._sounds.settle()

    def _passes(self, plan: Plan, alerts: tuple[Alert, ...], now: datetime) -> list[Pass]:
        self._lead = max((one.lead for one in plan.playlists), default=0.0)
        begin = now - timedelta(seconds=2 * SETTLE + self._lead)
        end = now + timedelta(seconds=AHEAD + self._zones.opening + self._lead)
        bases = {name: base for name, (_, base) in self._bases.items()}
        found = [one for one in passes(plan, begin, end, alerts, bases) if not self._later.gave_up(one)]
        found += talk(self._answer, bases, self._tools.talks, self.device)
        if self._test is not None and self._testing and all(one.cause != "alert" for one in found):
            found.append(self._test)
        return found

    def _talked(self, placed: Placed, played: Played) -> None:
        """The record of what was said into the microphone: the file is named by its hash."""
        record = record_of_talk(self.device, self._tools.journal.boot, placed, played, tuple(sorted(self._zones.told)))
        if record is not None:
            self._tools.journal.add(record)

    def _note_bases(self, alerts: tuple[Alert, ...], now: datetime) -> None:
        """An alert begins as soon as zones can be open; a new revision of it begins anew."""
        ready = now + timedelta(seconds=self._zones.opening + ALERT_SETTLE)
        old, self._bases = self._bases, {}
        for alert in alerts:
            known = old.get(alert.id)
            if known is None or known[0] != alert.revision:
                self._contact.hurry()  # whoever is in trouble is asked at once
            base = known[1] if known and known[0] == alert.revision else max(alert.starts, ready)
            self._bases[alert.id] = (alert.revision, base)

    def _follow(self, now: datetime) -> None:
        if self._zones.evidence is not None:
            self._sounds.zones_proof = self._zones.evidence.value
        fault = self._sounds.follow(now, self._zones.silent, bool(self._zones.open))
        if fault:
            self._tools.faults.put(*fault, now)
        elif not self._sounds.busy or self._sounds.sounding(now):
            self._tools.faults.clear("audio.sink", "audio.stall")
        if clipped := self._sounds.clipped():
            self._clipped_at = now
            self._tools.faults.put("audio.clip", f"{clipped} samples were too loud together", now)
        elif self._clipped_at and now - self._clipped_at > CLIP_STANDS:
            self._tools.faults.clear("audio.clip")
        if self._sounds.silent:
            self._tools.faults.put("audio.silent", "the monitor hears nothing of what is sent", now)
        else:
            self._tools.faults.clear("audio.silent")

    def _refuse(self, plan: Plan, now: datetime) -> None:
        """What sounds in all of its zones or in none does not begin, or ends, where one of them cannot sound."""
        ahead = timedelta(seconds=SETTLE + self._zones.opening)
        for one in [each for each in self._near if each.begins - ahead <= now < each.stops and each.cause == "rule"]:
            silent = self._zones.hopeless(frozenset(one.zones or self._public)) if all_or_nothing(plan, one) else {}
            if not silent:
                continue
            reason = f"refused: not in all of its zones ({in_words(silent)})"
            self._sounds.refuse(one, reason)
            for cue in one.cues:
                if clip_id(one, cue) not in self._sounds.begun(now):
                    self._tell_once(one, cue, Outcome.FAILED, reason, now)
            self._later.hold(one, None, now)
            self._near.remove(one)

    def _wanted(self, plan: Plan, now: datetime) -> WantedSpeaker:
        self._heard = heard_at(self._near, now, self._zones.opening)
        zones = frozenset(self._heard.zones or self._public) if self._heard else frozenset[str]()
        softer = self._levels(plan, self._heard, now)[2] if self._heard else ()
        limit = now + timedelta(seconds=AHEAD)
        clips = [
            clip
            for one in self._near
            for cue in one.cues
            if now < cue.due + timedelta(seconds=cue.seconds + tolerance(one, cue)) and cue.due <= limit and now < one.stops
            and (one.until is None or cue.due < one.until)
            and (clip := self._clip(one, cue, now)) is not None
        ]  # fmt: skip
        return WantedSpeaker(zones, tuple(clips), softer)

    def _levels(self, plan: Plan, one: Pass, at: datetime) -> tuple[int, int | None, Softer]:
        """The gain of a pass, the cap that it goes over, and what zones with a level of their own take off."""
        levels = levels_of(plan, one, at, self._public)
        gain, softer = self._zones.softened({zone: level.percent for zone, level in levels.items()})
        over = [level.over_cap for level in levels.values() if level.over_cap is not None]
        return gain, min(over, default=None), softer

    def _clip(self, one: Pass, cue: Cue, now: datetime) -> Clip | None:
        """The clip of a cue; None if it was said before, is too late to begin, or its file is not here."""
        if clip_id(one, cue) in self._sounds.ids:
            return clip_of(one, cue, "")
        if cue.due < now - timedelta(seconds=tolerance(one, cue)):
            self._check_overdue(one, cue, now)
            return None
        if cue.content is None:
            return clip_of(one, cue, cue.tone)
        if one.cause == "rule" and self._tools.journal.said(self._draft(one, cue)):
            return None
        path = self._tools.clips.path(cue.content.sha256)
        if path is None:
            self._tell_once(one, cue, Outcome.FAILED, "content.missing", now)
            return None
        self._tools.faults.clear("content.missing")
        return clip_of(one, cue, path)

    def _tell_once(self, one: Pass, cue: Cue, outcome: Outcome, reason: str, now: datetime) -> None:
        """A content that will not sound: one record for each occurrence."""
        if cue.content is None or cue.item is None:
            return
        if reason == "content.missing":
            text = f"the sound of message {cue.item.message} is not here yet"
            self._tools.faults.put("content.missing", text, now)
        key = (one.due.isoformat(), clip_id(one, cue))
        if key not in self._told:
            self._told = {each for each in self._told if each[0] >= key[0]} | {key}
            self._tools.journal.add(self._draft(one, cue).model_copy(update={"outcome": outcome, "reason": reason}))

    def _look_back(self, plan: Plan, now: datetime) -> None:
        """After a start, and after an alert: what of the plan was due while it could not be said."""
        alerted, self._alerted = self._alerted, self._answer is not None and self._answer.cause == "alert"
        if self._orders.plan is None or not self._clock.trusted() or self._alerted:
            return
        if not self._looked_back:
            self._looked_back = True
            self._go_on_after_power(plan)
            self._consider_all(plan, now, "the agent was not running")
        elif alerted:
            self._consider_all(plan, now, "an alert was on air")

    def _go_on_after_power(self, plan: Plan) -> None:
        for record in self._tools.journal.cut_sounds(self.device):
            found = passes(plan, record.due, record.due + LONGEST_WAIT, (), {})
            mine = (
                (one, next((each for each in one.cues if each.is_of(record.content.sha256, record.due)), None))
                for one in found
            )
            for one, cue in mine:
                if cue is not None and one.source == record.source:
                    begun = replace(
                        cue, offset=record.offset, seconds=cue.seconds - record.offset, attempt=record.attempt
                    )
                    self._hold_rest(one, begun, record.seconds, "power")

    def _consider_all(self, plan: Plan, now: datetime, why: str) -> None:
        items = [(item, rule) for rule in plan.rules for one in plan.playlists for item in one.items]
        longest = max((patience(item, rule.priority) for item, rule in items), default=0.0)
        for one in passes(plan, max(now - timedelta(seconds=longest), plan.issued), now, (), {}):
            if one.cause == "rule" and not self._later.gave_up(one):
                self._consider(one, now, why)

    def _consider(self, one: Pass, now: datetime, why: str) -> None:
        """Hold what of a pass should have begun and did not, as its items have it; else say that it was missed."""
        for cue in one.cues:
            if cue.content is None or cue.item is None:
                continue
            if cue.due >= now - timedelta(seconds=tolerance(one, cue)):
                return
            if self._tools.journal.said(self._draft(one, cue)):
                continue
            held = too_late_to_begin(one, cue, why)
            if held is not None and now <= held.expires and self._tools.clips.path(cue.content.sha256):
                self._later.hold(one, held, now)
                return
            self._tell_once(one, cue, Outcome.MISSED, why, now)

    def _check_overdue(self, one: Pass, cue: Cue, now: datetime) -> None:
        """Once for each cue that was not placed in time: its file or its sink came late, or it was said before."""
        name = clip_id(one, cue)
        if one.cause != "rule" or cue.content is None or name in self._overdue:
            return
        if self._tools.clips.path(cue.content.sha256) is None:
            return  # it may still come
        self._overdue = {each: at for each, at in self._overdue.items() if now - at < timedelta(hours=1)} | {name: now}
        if cue.attempt == 1 and not self._tools.journal.said(self._draft(one, cue)):
            self._consider(one, now, "it could not begin in time")

    def _cut_off(self, placed: Placed, record: PlayRecord) -> None:
        """A sound was broken off: the rest of its pass may go on afterwards."""
        if placed.of.cause != "rule" or placed.of.loops or placed.cue.content is None:
            return
        if self._orders.plan is None or not goes_on_by_plan(
            self._orders.plan, placed.of, placed.cue, self._clock.now()
        ):
            self._hold_rest(placed.of, placed.cue, record.seconds, record.reason)

    def _hold_rest(self, of: Pass, cut: Cue, seconds: float, why: str) -> None:
        held, now = after_cut(of, cut, seconds, why), self._clock.now()
        if self._orders.plan is not None and all_or_nothing(self._orders.plan, of):
            held = None
        self._later.hold(of, held, now)
        kept = {cue.meant for cue in held.cues} if held else set()
        for cue in of.cues:
            if cue.content and cue.meant > cut.meant and cue.meant not in kept:
                self._tell_once(of, cue, Outcome.MISSED, f"let go: {why}", now)

    def _say_later(self, plan: Plan, alerts: tuple[Alert, ...], now: datetime) -> None:
        """Add to what is near what is said after its second, when nothing else sounds."""
        for gone in self._later.let_go(now):
            for cue in gone.cues:
                if cue.attempt == 1:
                    self._tell_once(gone.of, cue, Outcome.MISSED, f"{gone.why}, and then it was too late", now)
        self._near = [one for one in self._near if not self._later.gave_up(one)]
        self._later.end(self._near, now)
        found = self._later.candidate(now + timedelta(seconds=self._zones.opening + SETTLE))
        if found is not None and self._answer is not None and self._answer.cause != "alert":
            held, said = found
            begin = now - timedelta(seconds=SETTLE + self._lead)
            others = passes(plan, begin, said.stops + timedelta(seconds=SETTLE + self._lead), alerts, {})
            self._later.begin(held, said, [one for one in others if not self._later.gave_up(one)], now)
        if self._later.now is not None:
            self._near.append(self._later.now)

    def _draft(self, one: Pass, cue: Cue) -> PlayRecord:
        if cue.content is None or cue.item is None:
            raise ValueError("a tone has no record")
        answer = OnAir(one.cause, one.source, one.priority, None, one.zones, True, None, None, drill=one.drill)
        zones = tuple(one.zones or self._public)
        return draft(
            self.device, self._tools.journal.boot, answer, cue.item, cue.content, cue.meant, self._clock, zones,
            cue.offset, cue.attempt,
        )  # fmt: skip

    def _seen(self) -> SeenSpeaker:
        return self._zones.seen(self._sounds.ids, self._wanted_now.zones, self._announcement())

    def _announcement(self) -> object:
        return (self._heard.source, self._heard.due) if self._heard else None

    def act(self, step: SpeakerStep) -> None:
        """Hand over or stop clips, or one exchange with the zones."""
        if isinstance(step, PlaceClips):
            self._place(step.clips)
        elif isinstance(step, StopClips):
            self._stop(step.ids)
        else:
            try:
                self._zones.act(step, self._announcement())
            finally:
                self._release()

    def _place(self, clips: tuple[Clip, ...]) -> None:
        wanted = {clip.id: clip for clip in clips}
        for one in self._near:
            for cue in one.cues:
                clip = wanted.pop(clip_id(one, cue), None)
                if clip is not None:
                    gain, over, _ = self._levels(self._orders.plan_for(self._clock.trusted()), one, cue.due)
                    record = self._draft(one, cue) if cue.content else None
                    if record is not None and over is not None:
                        record = record.model_copy(update={"reason": f"over the cap of {over} % of this hour"})
                    delay = self._delay(one.zones or self._public)
                    self._sounds.place(replace(clip, gain=gain, delay=delay), cue, one, record)

    def _stop(self, ids: frozenset[str]) -> None:
        answer = self._answer
        if answer is not None:
            self._sounds.stop(ids, answer.priority, f"{answer.cause} {answer.source}", self._clock.now())

    def wake(self) -> float:
        """Until a clip is to be handed over, a zone switched, or the board asked."""
        now = self._clock.now()
        due = SPEAKER_PROBE - self._zones.unchecked() if self._contact.retry is None else self._contact.retry
        times = [due if self._zones.attached else SPEAKER_PROBE, self._zones.confirm_in()]
        times += [(edge - now).total_seconds() for edge in zone_edges(self._near, self._zones.opening) if edge > now]
        if self._sounds.busy:
            times.append(BUSY_WAKE)
        if self._inputs.wanted and self._zones.attached:
            times.append(self._inputs.due_in(self._clock.monotonic()))
        if self._near or self._testing:
            times.append(IDLE_WAKE)
        if self._answer is not None and self._answer.until is not None:
            # What begins then is handed over ahead of it.
            ahead = (self._answer.until - now).total_seconds() - AHEAD - self._zones.opening - self._lead
            times.append(ahead if ahead > 0 else IDLE_WAKE)
        return max(min(times), 0.0)

    def view(self) -> View:
        """What it does now."""
        if self._answer is None:
            return View(revision=self._orders.revision, trusted=self._clock.trusted())
        current = self._sounds.sounding(self._clock.now())
        item = current.cue.item if current is not None else None
        return View(
            revision=self._orders.revision, health=self._health(self._zones.open == self._wanted_now.zones),
            answer=self._answer, message=item.message if item else _first_message(self._answer),
            why=self._words(), shown=self._shown(), alerts=self._done_alerts, trusted=self._clock.trusted(),
        )  # fmt: skip

    def _shown(self) -> Shown | None:
        if self._zones.evidence is None:
            return None
        current = self._sounds.sounding(self._clock.now())
        record = current.record if current else None
        return Shown(
            sha256=record.content.sha256 if record else None, message=record.message if record else None,
            language=record.content.language if record else None, evidence=self._zones.evidence.value,
            at=self._clock.now(), zones=tuple(sorted(self._zones.open or ())),
        )  # fmt: skip

    def test(self, seconds: float) -> None:
        """The test tone in the public zones, but never over an alert."""
        self._test = test_tone(self._clock.now() + timedelta(seconds=self._zones.opening + SETTLE), seconds)

    @property
    def _testing(self) -> bool:
        return self._test is not None and self._clock.now() < self._test.stops + timedelta(seconds=SETTLE)

    def stop(self) -> None:
        """Silence, shut zones, and records of what sounded so far. A sound process that died leaves no zone open."""
        try:
            self._release()
            self._sounds.end_all("the agent was stopped")
        finally:
            self._zones.shut()


_RANK = {StopClips: 1, PlaceClips: 1, OpenZones: 1, CloseZones: 1, ReadInputs: 1, Probe: 2}


def _first_message(answer: OnAir) -> str | None:
    return answer.playlist.items[0].message if answer.playlist else None
