"""gatecast-agent run: the agent of one gate, until it is told to stop."""

from __future__ import annotations

import argparse
import sys
import tomllib
from contextlib import suppress
from pathlib import Path

from devices.agent.lean import one_heap, without_openssl


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--config", type=Path, required=True, metavar="FILE", help="the agent's TOML file")
    parser.add_argument("--controller-url", metavar="URL", help="use this controller instead of the one in the file")


def run(args: argparse.Namespace) -> int:
    """0 after a stop by signal; 1, with one sentence, if the agent cannot begin."""
    if not _speaks_tls(args.config, args.controller_url):
        without_openssl()  # before asyncio, which would load it
    from devices.agent.app import build_agent
    from devices.agent.config import ConfigError, read_config
    from devices.agent.logs import log_to_stderr
    from devices.agent.running import run_until_told

    log_to_stderr()
    one_heap()
    try:
        agent = build_agent(read_config(args.config, args.controller_url))
    except ConfigError as exc:
        print(f"gatecast-agent: {exc}", file=sys.stderr)
        return 1
    run_until_told(agent)
    return 0


def _speaks_tls(config: Path, url: str | None) -> bool:
    """Whether the controller's address is https; a file that cannot be read is told of later, in full."""
    if url is None:
        with suppress(OSError, ValueError):
            url = tomllib.loads(config.read_text(encoding="utf-8")).get("controller", {}).get("url", "")
    return str(url).startswith("https")
