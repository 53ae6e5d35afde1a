"""Write docs/reference/topics.md, api.md and schemas/*.json from the code; `--check` only says whether they are current."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from controller.api.reference import reference
from devices.contract.messages import (
    Ack,
    AlertMessage,
    CommandMessage,
    FiguresMessage,
    Online,
    PlanMessage,
    Records,
    Reply,
    Status,
    TimeMessage,
    Wire,
)
from devices.contract.seal import Envelope, Head
from devices.contract.topics import agent_rights, agent_topic, alert_topic, plan_topic, status_topic

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"
WIRE: tuple[type[Wire], ...] = (
    PlanMessage, AlertMessage, CommandMessage, FiguresMessage, TimeMessage, Status, Records, Ack, Online, Reply,
)  # fmt: skip

ROWS = [
    (
        plan_topic("chi-ma/board-1"),
        "controller",
        "retained, QoS 1",
        "sealed `PlanMessage`: the whole plan of a device, newest revision",
    ),
    (
        alert_topic("all", "a1"),
        "controller",
        "QoS 0, then retained QoS 1",
        "sealed `AlertMessage`; the scope is a gate or `all`",
    ),
    (
        agent_topic("chi-ma", "agent", "command"),
        "controller",
        "QoS 1",
        "sealed `CommandMessage`, done at most once, never after `expires`",
    ),
    (
        agent_topic("chi-ma", "agent", "figures"),
        "controller",
        "retained, QoS 1",
        "sealed `FiguresMessage`: the digital gate's numbers for fields of texts",
    ),
    (agent_topic("chi-ma", "agent", "reply"), "agent", "QoS 1", "`Reply` to a command"),
    (
        agent_topic("chi-ma", "agent", "online"),
        "agent",
        "retained, QoS 1, last will",
        "`Online`: birth and death, with the boot",
    ),
    (status_topic("chi-ma/board-1"), "agent", "retained, QoS 1", "`Status` of a device"),
    (agent_topic("chi-ma", "agent", "records"), "agent", "QoS 1", "`Records`: a batch of play records"),
    (
        agent_topic("chi-ma", "agent", "ack"),
        "controller",
        "QoS 1",
        "sealed `Ack`: up to which sequence records are stored",
    ),
]


def topics_page() -> str:
    """The topic tree as a table, and what one agent may do."""
    publish, subscribe = agent_rights("chi-ma", "agent", ("board-1",))
    lines = [
        "# Topics of v1",
        "",
        "Written by `make schemas` from `devices/contract/topics.py`; do not edit. Payloads are JSON; their schemas are in",
        "[schemas](schemas). The examples are for the gate `chi-ma`, its agent `agent` and its device `board-1`.",
        "",
        "| topic | from | kept | what |",
        "|---|---|---|---|",
        *(f"| `{topic}` | {sender} | {kept} | {what} |" for topic, sender, kept, what in ROWS),
        "",
        "A sealed payload is an `Envelope`: the base64 of a `Head`, the key id and an Ed25519 signature over the head's bytes as",
        "they are. The head names the kind, the subject, a revision that only grows, the validity and the base64 of the body.",
        "",
        "## What the broker lets one agent do",
        "",
        "Publish: " + ", ".join(f"`{topic}`" for topic in publish),
        "",
        "Subscribe: " + ", ".join(f"`{topic}`" for topic in subscribe),
    ]
    return "\n".join(lines) + "\n"


def files() -> dict[Path, str]:
    """Every generated file and its text."""
    models = (*WIRE, Envelope, Head)
    schemas = {
        REFERENCE / "schemas" / f"{model.__name__}.json": json.dumps(
            model.model_json_schema(), indent=1, ensure_ascii=False
        )
        + "\n"
        for model in models
    }
    return {REFERENCE / "topics.md": topics_page(), REFERENCE / "api.md": reference(), **schemas}


def main() -> int:
    """Write, or with --check compare; the exit code says whether anything was stale."""
    stale = [path for path, text in files().items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if "--check" in sys.argv:
        for path in stale:
            print(f"stale: {path.relative_to(REFERENCE.parents[1])}; run make schemas")
        return 1 if stale else 0
    for path, text in files().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    print(f"wrote {len(files())} files below docs/reference")
    return 0


if __name__ == "__main__":
    sys.exit(main())
