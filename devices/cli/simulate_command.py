"""gatecast-agent simulate: be one device on a terminal or port, or all devices of whole gates."""

from __future__ import annotations

import argparse
import contextlib
import signal
import sys
import threading
import tomllib
from pathlib import Path

from devices.simulators.faults import Faults
from devices.simulators.gate import KINDS, SimulatedGate, open_end, simulated
from devices.simulators.line import SimulatedLine


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `simulate`."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--driver", choices=sorted(KINDS), help="be one device of this driver")
    what.add_argument("--config", nargs="+", type=Path, metavar="AGENT.toml", help="be all devices of these gates")
    parser.add_argument("--listen", default="pty", metavar="LINE", help="pty, pty:PATH or tcp:HOST:PORT")
    parser.add_argument("--board", default="192x64:rg", metavar="SHAPE", help="size and lamps of the board")
    parser.add_argument("--series", default="6E2", help="card of the board")
    parser.add_argument("--model", help="kind of amplifier or sending card")
    parser.add_argument("--address", type=int, default=1, help="address on the line")
    parser.add_argument("--coils", type=int, default=8, help="relays of the relay board")
    parser.add_argument("--file", type=Path, metavar="TOML", help="description of the device, for the driver template")
    parser.add_argument("--baud", type=int, default=57600, help="pace of the line")
    parser.add_argument("--png", type=Path, metavar="FILE", help="where the board draws itself")
    parser.add_argument("--log", type=Path, metavar="FILE", help="where the relay board writes its moves")
    parser.add_argument("--out", type=Path, metavar="DIR", help="with --config: where pictures and logs go")
    parser.add_argument("--faults", default="", help="a bad line: drop=0.001,flip=0.001,duplicate,delay,cut,echo,seed")


def run(args: argparse.Namespace) -> int:
    """Simulate until told to end; 2 if what was asked cannot be."""
    ended = threading.Event()
    with contextlib.ExitStack() as stack:
        for number in (signal.SIGTERM, signal.SIGINT):
            stack.callback(signal.signal, number, signal.signal(number, lambda *_: ended.set()))
        try:
            faults = Faults.parse(args.faults)
            ready = _gates(args, faults, stack) if args.config else _one(args, faults, stack)
        except (OSError, ValueError, KeyError, tomllib.TOMLDecodeError) as exc:
            missing = isinstance(exc, KeyError)
            print(f"simulate: {'the config lacks ' if missing else ''}{exc}", file=sys.stderr)
            return 2
        print(ready, flush=True)
        ended.wait()
    return 0


def _gates(args: argparse.Namespace, faults: Faults, stack: contextlib.ExitStack) -> str:
    if args.out is None:
        raise ValueError("--config needs --out DIR")
    gates = []
    for path in args.config:
        gate = SimulatedGate.from_file(path, args.out, faults)
        stack.callback(gate.stop)
        gates.append(gate.start())
    devices, lines = sum(len(gate.devices) for gate in gates), sum(len(gate.lines) for gate in gates)
    return f"simulating {devices} devices on {lines} lines"


def _one(args: argparse.Namespace, faults: Faults, stack: contextlib.ExitStack) -> str:
    settings = {"shape": args.board, "series": args.series, "address": args.address, "coils": args.coils}
    if args.model:
        settings["model"] = args.model
    if args.file:
        settings["file"] = args.file
    device = simulated(args.driver, settings, picture=args.png, log=args.log)
    line = SimulatedLine(open_end(args.listen), [device], args.baud, faults)
    stack.callback(line.stop)
    line.start()
    return f"simulating {args.driver} at {line.end.where}"
