"""gatecast-controller serve: the controller, and the embedded broker unless GATECAST_BROKER_HOST names another."""

from __future__ import annotations

import argparse
import logging
import os
import sys

from controller.broker.server import BrokerError
from controller.cli.settings import settings_from
from controller.errors import UnfitError
from controller.serving import ServeError, serve


def arguments(parser: argparse.ArgumentParser) -> None:
    """Everything comes from GATECAST_* variables."""
    parser.epilog = "Settings are environment variables: see docs/reference."


def run(args: argparse.Namespace) -> int:
    """Serve until told to end; 1 with one sentence if that cannot be."""
    del args
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for noisy in ("apscheduler", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    try:
        serve(settings_from(os.environ))
    except (UnfitError, BrokerError, ServeError) as exc:
        print(f"gatecast-controller: {exc}", file=sys.stderr)
        return 1
    return 0
