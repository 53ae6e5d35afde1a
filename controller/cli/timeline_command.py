"""gatecast-controller timeline: what a device shows over a period, as text, JSON or iCalendar."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta

from controller.cli.explain_command import AUDITOR
from controller.cli.moments import GATE_ZONE, LANGUAGES, moment
from controller.cli.settings import opened, settings_from
from controller.errors import ControllerError
from controller.services.context import Deps
from controller.services.foresee import SegmentView, calendar_of, stream


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which device, from when to when, and how."""
    parser.add_argument("--device", required=True, help='its id, such as "chi-ma/board-1"')
    parser.add_argument("--from", dest="start", type=moment, help="2026-02-18 or 2026-02-18T10:00; without it: now")
    parser.add_argument("--to", dest="end", type=moment, help="without it: a day later")
    parser.add_argument("--language", choices=LANGUAGES, default="en", help="of the reasons")
    parser.add_argument("--format", choices=("text", "json", "ics"), default="text")


def run(args: argparse.Namespace) -> int:
    """Print as it is worked out; 1 with one sentence if there is no such device or period."""
    try:
        with opened(settings_from(os.environ).model_copy(update={"gates_file": None})) as deps:
            start = (args.start or deps.now()).astimezone(GATE_ZONE)
            sys.stdout.writelines(printed(deps, args, start, args.end or start + timedelta(days=1)))
    except ControllerError as exc:
        print(f"gatecast-controller: {exc}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # whoever read has seen enough
    return 0


def printed(deps: Deps, args: argparse.Namespace, start: datetime, end: datetime) -> Iterator[str]:
    """The lines of the chosen format; JSON has one segment a line."""
    if args.format == "ics":
        return calendar_of(deps, AUDITOR, args.device, start, end)
    segments = stream(deps, AUDITOR, args.device, start, end, args.language)
    if args.format == "json":
        return (each.model_dump_json() + "\n" for each in segments)
    return (text_of(each) + "\n" for each in segments)


def text_of(one: SegmentView) -> str:
    """A segment in one line."""
    start, end = one.start.astimezone(GATE_ZONE), one.end.astimezone(GATE_ZONE)
    area = f"[{one.area}] " if one.area else ""
    return f"{start:%d/%m/%Y %H:%M:%S} - {end:%d/%m/%Y %H:%M:%S}  {area}{one.why}"
