"""gatecast-controller explain: what a device shows at a moment, why, what that beat, and who approved it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator

from controller.cli.moments import GATE_ZONE, LANGUAGES, moment
from controller.cli.settings import opened, settings_from
from controller.domain.people import Actor, Role
from controller.errors import ControllerError
from controller.services.foresee import Explanation, Named, explain

AUDITOR = Actor(username="console", role=Role.AUDITOR)  # whoever can read the database may


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which device, and when."""
    parser.add_argument("--device", required=True, help='its id, such as "chi-ma/board-1"')
    parser.add_argument("--at", type=moment, help="2026-02-18T10:00, of gate time; without it: now")
    parser.add_argument("--language", choices=LANGUAGES, default="en", help="of the reason")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def run(args: argparse.Namespace) -> int:
    """Print the explanation; 1 with one sentence if there is no such device."""
    try:
        with opened(settings_from(os.environ).model_copy(update={"gates_file": None})) as deps:
            found = explain(deps, AUDITOR, args.device, args.at or deps.now().astimezone(GATE_ZONE), args.language)
    except ControllerError as exc:
        print(f"gatecast-controller: {exc}", file=sys.stderr)
        return 1
    print(found.model_dump_json(indent=2) if args.format == "json" else "\n".join(text_of(found)))
    return 0


def text_of(found: Explanation) -> Iterator[str]:
    """The explanation for people."""
    revision = f"plan {found.revision}" if found.revision else "no plan yet"
    yield f"{found.device} at {found.at.astimezone(GATE_ZONE):%d/%m/%Y %H:%M:%S}, by {revision}:"
    yield from (f"[{each.area}] {each.why}" for each in found.areas)
    if not found.areas:
        yield found.why
    for each in found.messages:
        by = ", ".join(
            f"{one.by} ({one.agency}, {one.at.astimezone(GATE_ZONE):%d/%m/%Y %H:%M})" for one in each.approvals
        )
        yield f'  message {each.message} version {each.version} "{each.title}", approved by {by or "nobody we know of"}'
    lines = (("goes before", found.beaten), ("held back by an event", found.held_back), ("waiting", found.waiting))
    for words, schedules in lines:
        if schedules:
            yield f"  {words}: {_list(schedules)}"
    if found.alerts_ended:
        yield f"  alerts on at that time, ended since: {', '.join(found.alerts_ended)}"


def _list(schedules: tuple[Named, ...]) -> str:
    return ", ".join(f"{each.name} ({each.id})" for each in schedules)
