"""gatecast-controller: serve, demo, doctor, explain and more. Each command is a module, loaded when it is called."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence

# A command's module has `arguments(parser)` and `run(args) -> int`; the summaries stand here so that --help imports nothing.
COMMANDS = {
    "serve": "run the controller, with its embedded broker unless another is named",
    "demo": "run the main job here: broker, controller, three gates, simulated devices",
    "doctor": "check settings, data folder, database, broker and names",
    "explain": "say what a device shows at a moment, why, what that beat, and who approved it",
    "timeline": "print what a device shows over a period",
    "account": "say who may sign in: list, add, password, end",
    "enrol-code": "make a one-time code that lets one agent in",
    "mosquitto-config": "write the files for a mosquitto instead of the embedded broker",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point of `gatecast-controller`; the process's exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    parser = argparse.ArgumentParser(prog="gatecast-controller", description="The centre's side of Gatecast.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    wanted = next((word for word in words if word in COMMANDS), None)
    loaded = {}
    for name, summary in COMMANDS.items():
        sub = commands.add_parser(name, help=summary, description=summary[0].upper() + summary[1:] + ".")
        if name == wanted:
            loaded[name] = importlib.import_module(f"controller.cli.{name.replace('-', '_')}_command")
            loaded[name].arguments(sub)
    args = parser.parse_args(words)
    return int(loaded[args.command].run(args))
