"""gatecast-controller enrol-code GATE AGENT: a one-time code, for an operator at the machine itself."""

from __future__ import annotations

import argparse
import os
import sys

from controller.cli.settings import opened, settings_from
from controller.domain.people import Actor, Role
from controller.errors import ControllerError
from controller.services.enrol import make_code

SETUP = Actor(username="setup", role=Role.ADMINISTRATOR)  # whoever can write the database may


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which agent."""
    parser.add_argument("gate", help='id of the gate, such as "chi-ma"')
    parser.add_argument(
        "agent", nargs="?", default="agent", help='id of the agent; "agent" unless the gates file says else'
    )


def run(args: argparse.Namespace) -> int:
    """Print the code; 1 with one sentence if there is no such agent."""
    try:
        with opened(settings_from(os.environ)) as deps:
            print(make_code(deps, SETUP, args.gate, args.agent))
    except ControllerError as exc:
        print(f"gatecast-controller: {exc}", file=sys.stderr)
        return 1
    return 0
