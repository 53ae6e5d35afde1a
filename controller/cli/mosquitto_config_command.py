"""gatecast-controller mosquitto-config DIR: the files for a mosquitto, tuned, with our accounts and their rights."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from controller.broker.mosquitto_config import write_mosquitto_files
from controller.cli.settings import door_of, opened, settings_from
from controller.errors import ControllerError
from controller.settings import BrokerSettings


def arguments(parser: argparse.ArgumentParser) -> None:
    """Where to, and how mosquitto will run."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="where mosquitto.conf, acl, passwords and store go")
    parser.add_argument("--owner", default="", metavar="USER", help="account mosquitto runs as; default: yours")


def run(args: argparse.Namespace) -> int:
    """Write them; 1 with one sentence if that cannot be."""
    try:
        settings = settings_from(os.environ)
        broker = settings.broker or BrokerSettings()
        with opened(settings) as deps:
            users = door_of(settings, broker.host, broker.port).users(deps, broker.password.get_secret_value())
        write_mosquitto_files(args.folder, users, port=broker.port, host=broker.host, owner=args.owner)
    except (ControllerError, OSError, LookupError) as exc:
        print(f"gatecast-controller: {exc}", file=sys.stderr)
        return 1
    print(f"written for {len(users)} accounts; start it with: mosquitto -c {args.folder / 'mosquitto.conf'}")
    return 0
