"""gatecast-controller demo: everything on this machine, with simulated devices. Imports little: the demo has to start quickly."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from controller.demo.place import DemoError
from controller.demo.supervise import demo


def arguments(parser: argparse.ArgumentParser) -> None:
    """Where its state lies."""
    parser.add_argument("--folder", type=Path, default=Path("var/demo"), help="state of the demo (default: var/demo)")


def run(args: argparse.Namespace) -> int:
    """Run until Ctrl-C; 1 with one sentence if it cannot."""
    try:
        demo(args.folder, os.environ, lambda words: print(f"gatecast: {words}", flush=True))
    except DemoError as exc:
        print(f"gatecast: {exc}", file=sys.stderr)
        return 1
    return 0
