"""gatecast-agent card: the approved sounds of a device's plan, as files an announcer box plays by number, and their list."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--config", type=Path, required=True, metavar="FILE", help="the agent's TOML file")
    parser.add_argument("--device", required=True, metavar="ID", help="the announcer box, as the config names it")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="the root of the card")


def run(args: argparse.Namespace) -> int:
    """0 when every sound of the plan lies on the card; 1, with one sentence, if not."""
    from devices.agent.card import LIST, MOST, CardEntry, written
    from devices.agent.clips import Clips
    from devices.agent.config import ConfigError, read_config
    from devices.agent.kept import kept_plan
    from devices.agent.media import MediaFiles

    try:
        config = read_config(args.config)
        plan = kept_plan(config, args.device)
    except ConfigError as exc:
        return _refuse(str(exc))
    clips = Clips(config.state / "clips", MediaFiles(config.state / "content"))
    found: list[CardEntry] = []
    sounds = [ref for ref in plan.contents() if ref.kind == "audio"]
    if len(sounds) > MOST:
        return _refuse(f"the plan has {len(sounds)} sounds, and a card holds {MOST}")
    messages = {ref.sha256: item.message for item in plan.items() for ref in item.contents}
    try:
        (args.out / "mp3").mkdir(parents=True, exist_ok=True)
        for number, ref in enumerate(sounds, start=1):
            clips.prepare(ref.sha256)
            path = clips.path(ref.sha256)
            if path is None:
                return _refuse(
                    f"the sound of message {messages.get(ref.sha256, '?')} is not here yet; let the agent fetch it"
                )
            shutil.copyfile(path, args.out / "mp3" / f"{number:04d}.wav")
            message = messages.get(ref.sha256, "emergency-tone")
            found.append(
                CardEntry(number=number, sha256=ref.sha256, message=message, language=ref.language, seconds=ref.seconds)
            )
        (args.out / LIST).write_text(written(tuple(found)), encoding="utf-8")
    except (OSError, ValueError) as exc:
        return _refuse(f"the card cannot be written: {exc}")
    print(
        f"{len(found)} sounds in {args.out / 'mp3'}; copy {args.out / LIST} to the agent and name it as `card` of the device"
    )
    return 0


def _refuse(text: str) -> int:
    print(f"gatecast-agent: {text}", file=sys.stderr)
    return 1
