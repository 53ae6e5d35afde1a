"""gatecast-agent commission: a test tone at rising levels in each zone, and the sheet of what the meter showed there."""

from __future__ import annotations

import argparse
import csv
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from devices.errors import DeviceError

STEPS = (25, 50, 75, 100)  # percent of the plan's volume: 24, 12, 5 and 0 dB below the recording
SECONDS = 8.0  # of tone at each step; the tone itself lasts ten
HEAD = ("time", "device", "zone", "percent", "dBA", "remark")
FAILED, MISUSED = 1, 2


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.epilog = (
        "Stop the agent first: it holds the line. Stand where people stand, read the meter, and write what it shows; "
        "a remark may follow after a blank. An empty line leaves the step out."
    )
    parser.add_argument("--config", type=Path, required=True, metavar="FILE", help="the agent's TOML file")
    parser.add_argument("--device", required=True, metavar="ID", help="the loudspeaker, as the config names it")
    parser.add_argument("--zone", action="append", metavar="ID", help="only this zone; may be given several times")
    parser.add_argument("--sheet", type=Path, required=True, metavar="FILE.csv", help="lines are added to it")
    parser.add_argument("--seconds", type=float, default=SECONDS, help=argparse.SUPPRESS)


def run(args: argparse.Namespace) -> int:
    """0 when every step was sounded; 1 if the device or the sound failed; 2 if the words or the config are wrong."""
    from devices.agent.build import driver_of, open_line, open_sound
    from devices.agent.config import ConfigError, read_config

    try:
        config = read_config(args.config)
        device = next((one for one in config.devices if one.id == args.device), None)
        if device is None:
            raise ConfigError(f"the config has no device {args.device}")
        driver, settings = driver_of(config, device)
        zones = _zones(settings, args.zone)
    except ConfigError as exc:
        return _refuse(str(exc), MISUSED)
    try:
        line = config.line_of(device)
        link = open_line(line, line.baud or driver.baud)
    except DeviceError as exc:
        return _refuse(f"{exc}; is the agent still running?", FAILED)
    sound = open_sound(device)
    try:
        _walk(driver.open(link, settings), sound, zones, args, config.device_id(device))
    except (DeviceError, OSError) as exc:
        return _refuse(str(exc), FAILED)
    finally:
        sound.close()
        link.close()
    print(f"the sheet is {args.sheet}")
    return 0


def _zones(settings: Any, wanted: list[str] | None) -> tuple[str, ...]:
    from devices.agent.config import ConfigError

    known = tuple(getattr(settings, "zones", ()))
    if not known:
        raise ConfigError("this device has no zones")
    if stray := set(wanted or ()) - set(known):
        raise ConfigError(f"there is no zone {', '.join(sorted(stray))}; known: {', '.join(known)}")
    return tuple(zone for zone in known if not wanted or zone in wanted)


def _walk(speaker: Any, sound: Any, zones: tuple[str, ...], args: argparse.Namespace, device: str) -> None:
    fresh = not args.sheet.exists()
    with args.sheet.open("a", encoding="utf-8", newline="") as file:
        sheet = csv.writer(file)
        if fresh:
            sheet.writerow(HEAD)
        try:
            for row in _steps(speaker, sound, zones, args.seconds, device, _ask):
                sheet.writerow(row)
                file.flush()
        finally:
            speaker.open_zones(frozenset())


def _steps(
    speaker: Any, sound: Any, zones: tuple[str, ...], seconds: float, device: str, ask: Callable[[str], str]
) -> Iterator[tuple[str, ...]]:
    """One row for each step that was read; the zone under test is open alone."""
    from devices.ports import Clip

    for zone in zones:
        speaker.open_zones(frozenset({zone}))
        for percent in STEPS:
            due = datetime.now(UTC) + timedelta(seconds=0.3)
            name = f"{zone}-{percent}"
            sound.play((Clip(id=name, due=due, path="tone:test", bus="normal", gain=percent),))
            time.sleep(0.3 + seconds)
            sound.stop(frozenset({name}))
            time.sleep(0.2)
            for played in sound.poll():
                if played.reason in ("sink", "missing"):
                    raise OSError(f"no sound was made: {played.reason}")
            level, _, remark = ask(f"{zone} at {percent} %: dBA? ").strip().partition(" ")
            if level:
                yield datetime.now(UTC).isoformat(timespec="seconds"), device, zone, str(percent), level, remark


def _ask(question: str) -> str:
    print(question, end="", flush=True)
    answer = sys.stdin.readline()
    print()
    return answer


def _refuse(text: str, code: int) -> int:
    print(f"gatecast-agent: {text}", file=sys.stderr)
    return code
