"""What a schedule may be: its days, windows, playlist, devices, and the calendars it names."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from sqlalchemy.engine import Connection

from controller.domain.calendars import Kind
from controller.domain.gates import Device
from controller.domain.plans import WantedRule, rule_of
from controller.errors import InvalidError, Problem, UnknownError
from controller.services.playlist import check_messages
from controller.store import calendar, registry, wanted
from schedules.model import Window

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def checked(connection: Connection, facts: dict[str, Any], now: datetime) -> WantedRule:
    """The schedule these facts make; InvalidError with the place of what cannot be."""
    starts, ends = _begin(facts["starts"]), _end(facts["ends"])
    if ends and (ends <= (starts or now)):
        raise invalid("/ends", "schedule.ends", "it ends before it starts" if starts else "it ended already")
    _check_windows(facts["windows"])
    _check_playlist(connection, facts["playlist"])
    devices = {device.id: device for device in registry.all_devices(connection)}
    for problem in (*_of_targets(facts, devices), *_of_calendars(connection, facts)):
        raise invalid(problem.pointer, problem.code, problem.text)
    changes = {
        "starts": starts, "ends": ends, "targets": tuple(dict.fromkeys(facts["targets"])),
        "weekdays": tuple(sorted(set(facts["weekdays"]))),
    }  # fmt: skip
    rule = WantedRule.model_validate(facts | changes)
    _try(rule, devices)
    return rule


def invalid(pointer: str, code: str, text: str) -> InvalidError:
    """The refusal of a schedule."""
    return InvalidError(code, "the schedule cannot be accepted", (Problem(pointer, code, text),))


def _begin(when: date | None) -> datetime | None:
    if when is None or isinstance(when, datetime):
        return when
    return datetime.combine(when, time(), ZONE)


def _end(when: date | None) -> datetime | None:
    if when is None or isinstance(when, datetime):
        return when
    return datetime.combine(when, time(), ZONE) + timedelta(days=1)


def _check_playlist(connection: Connection, name: str) -> None:
    try:
        wanted.playlist(connection, name)
    except UnknownError as exc:
        raise invalid("/playlist", exc.code, exc.text) from exc
    lists = wanted.unfolded(connection, [name]).values()
    named = list(dict.fromkeys(entry.message for each in lists for entry in each.items))
    check_messages(named, wanted.states(connection, named))


def _of_targets(facts: dict[str, Any], known: dict[str, Device]) -> Iterator[Problem]:
    zones, area = set(facts["zones"]), facts["area"]
    for place, target in enumerate(facts["targets"]):
        if target not in known:
            yield Problem(f"/targets/{place}", "device.unknown", f'there is no device "{target}"')
        elif known[target].kind == "speaker" and (odd := zones - known[target].spoken):
            yield Problem("/zones", "zone.unknown", f"{target} has no public zone {', '.join(sorted(odd))}")
    here = [known[target] for target in facts["targets"] if target in known]
    if zones and not any(device.kind == "speaker" for device in here):
        text = "none of the targets is a loudspeaker, and only these have zones"
        yield Problem("/zones", "zone.unknown", text)
    if area and not any(each.id == area for device in here for each in device.areas):
        yield Problem("/area", "area.unknown", f'none of the targets has an area "{area}"')


def _of_calendars(connection: Connection, facts: dict[str, Any]) -> Iterator[Problem]:
    said = calendar.all_of(connection)
    known = {kind: {one.id for one in said if one.kind is kind and one.confirmed} for kind in Kind}
    for key in ("only_on", "not_on"):
        for place, name in enumerate(facts[key]):
            if name not in known[Kind.DAYS]:
                yield Problem(f"/{key}/{place}", "days.unknown", f'there is no confirmed list of days "{name}"')
    if facts["relative"] and facts["relative"]["hours"] not in known[Kind.HOURS]:
        name = facts["relative"]["hours"]
        yield Problem("/relative/hours", "hours.unknown", f'there are no confirmed opening hours "{name}"')
    if facts["event"] and facts["event"] not in known[Kind.EVENT]:
        yield Problem("/event", "event.unknown", f'there is no event "{facts["event"]}"')


def _check_windows(windows: tuple[tuple[str, str], ...]) -> None:
    for place, (start, end) in enumerate(windows):
        try:
            Window.of(start, end)
        except ValueError as exc:
            raise invalid(f"/windows/{place}", "schedule.window", reason(exc)) from exc


def _try(rule: WantedRule, devices: dict[str, Device]) -> None:
    """What the terms say together: a share and fixed minutes, for instance, contradict one another."""
    for target in rule.targets:
        try:
            rule_of(devices[target], rule, rule.playlist)
        except ValueError as exc:
            raise invalid("", "schedule.terms", reason(exc)) from exc


def reason(exc: ValueError) -> str:
    """The sentence of the first thing that is wrong."""
    text = exc.errors()[0]["msg"] if isinstance(exc, ValidationError) else str(exc)
    return str(text).removeprefix("Value error, ")
