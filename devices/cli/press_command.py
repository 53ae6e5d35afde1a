"""gatecast-agent press: begin or end a local call of the agent that runs on this box, as a button would."""

from __future__ import annotations

import argparse
import socket
import sys
from pathlib import Path

PATIENCE = 3.0  # seconds; the agent answers between two steps of its loop


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("call", help="the call's id, as the plan has it")
    parser.add_argument("--config", type=Path, required=True, metavar="FILE", help="the agent's TOML file")
    parser.add_argument("--release", action="store_true", help="let go, for calls that last while they are pressed")


def run(args: argparse.Namespace) -> int:
    """0 if something began or ended; 1 if nothing changed, or no agent runs here."""
    from devices.agent.config import ConfigError, read_config
    from devices.agent.local import DOOR

    try:
        config = read_config(args.config)
        answer = _ask(config.state / DOOR, f"{'release' if args.release else 'press'} {args.call}\n")
    except ConfigError as exc:
        print(f"gatecast-agent: {exc}", file=sys.stderr)
        return 1
    except OSError as exc:
        print(f"gatecast-agent: no agent answers in {config.state}: {exc.strerror or exc}", file=sys.stderr)
        return 1
    print(answer)
    return 0 if answer == "done" else 1


def _ask(path: Path, line: str) -> str:
    with socket.socket(socket.AF_UNIX) as door:
        door.settimeout(PATIENCE)
        door.connect(str(path))
        door.sendall(line.encode())
        return door.makefile(encoding="ascii", errors="replace").readline().strip()
