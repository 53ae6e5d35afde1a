"""gatecast-agent and its commands. Each is a module here, loaded only when it is called."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence

# A command's module has `arguments(parser)` and `run(args) -> int`; the summaries stand here so that --help imports nothing.
COMMANDS = {
    "run": "run the agent of one gate",
    "simulate": "be a device: on a pseudo-terminal or a TCP port",
    "render": "draw a text as the pages of a board",
    "try": "send one thing to one device, without controller or broker",
    "replay": "tell a simulated device what a record of a line says, and compare its answers",
    "press": "begin or end a local call, as a button would",
    "card": "write the approved sounds of a plan onto a card for an announcer box",
    "commission": "sound a test tone at rising levels in each zone and write down what the meter shows",
    "doctor": "check ports, clock, broker, disk and names",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point of `gatecast-agent`; the process's exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    parser = argparse.ArgumentParser(prog="gatecast-agent", description="The gate's side of Gatecast.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    wanted = next((word for word in words if word in COMMANDS), None)
    loaded = {}
    for name, summary in COMMANDS.items():
        sub = commands.add_parser(name, help=summary, description=summary[0].upper() + summary[1:] + ".")
        if name == wanted:
            loaded[name] = importlib.import_module(f"devices.cli.{name}_command")
            loaded[name].arguments(sub)
    args = parser.parse_args(words)
    return int(loaded[args.command].run(args))
