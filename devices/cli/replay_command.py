"""gatecast-agent replay: tell a simulated device what a record says was told, and compare its answers with the recorded ones."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from devices.links.trace import RECEIVED, SENT
from devices.simulators.gate import KINDS, simulated


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument(
        "record", type=Path, metavar="FILE", help="a record of a line, as the agent's capture writes it"
    )
    parser.add_argument("--driver", choices=sorted(KINDS), required=True, help="what stood at the other end")
    parser.add_argument("--board", default="192x64:rg", metavar="SHAPE", help="size and lamps of the board")
    parser.add_argument("--series", default="6E2", help="card of the board")
    parser.add_argument("--address", type=int, default=1, help="address on the line")
    parser.add_argument("--png", type=Path, metavar="FILE", help="where the board draws what it was told")


def run(args: argparse.Namespace) -> int:
    """0 if every question was answered alike, 1 if some were not, 2 if the record cannot be read."""
    settings: dict[str, Any] = {"shape": args.board, "series": args.series, "address": args.address}
    try:
        device = simulated(args.driver, settings, picture=args.png)
        alike = other = 0
        for at, told, answered in exchanges(args.record.read_text(encoding="ascii")):
            said = device.receive(told, at)
            if said == answered:
                alike += 1
            else:
                other += 1
                print(f"{at:10.3f} s  told {len(told)} bytes, answered {answered.hex(' ') or 'nothing'}")
                print(f"{'':12}  the simulated device: {said.hex(' ') or 'nothing'}")
            device.wake(at)
    except (OSError, ValueError, KeyError) as exc:
        print(f"replay: {exc}", file=sys.stderr)
        return 2
    print(f"{alike + other} exchanges: {alike} answered alike, {other} otherwise")
    return 0 if other == 0 else 1


def exchanges(text: str) -> Iterator[tuple[float, bytes, bytes]]:
    """Seconds since the record began, what was told in one go, and all that came back before the next; ValueError at a bad line."""
    began: datetime | None = None
    told, answered, since = b"", b"", 0.0
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        parts = line.split(maxsplit=2)
        if len(parts) < 2 or parts[1] not in (SENT, RECEIVED):
            raise ValueError(f'no line of a record: "{line}"')
        at, data = datetime.fromisoformat(parts[0]), bytes.fromhex(parts[2] if len(parts) > 2 else "")
        began = began or at
        if parts[1] == RECEIVED:
            answered += data
            continue
        if answered:
            yield since, told, answered
            told, answered = b"", b""
        told, since = told + data, (at - began).total_seconds()
    if told:
        yield since, told, answered
