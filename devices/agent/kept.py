"""What an agent holds of a device, read while no agent needs to run: for tools on the box."""

from __future__ import annotations

from devices.agent.acceptance import read_alert, read_plan
from devices.agent.config import AgentConfig, ConfigError
from devices.agent.enrolment import load_enrolment
from devices.agent.plans import PlanFiles
from schedules.model import Plan


def kept_plan(config: AgentConfig, device: str) -> Plan:
    """The newest plan of a device, its seal checked; ConfigError in one sentence if there is none."""
    if device not in {one.id for one in config.devices}:
        raise ConfigError(f"the config has no device {device}")
    enrolment = load_enrolment(config.state / "enrolment.json")
    if enrolment is None:
        raise ConfigError("this agent has not met its controller yet")
    keys, name = enrolment.pinned(), f"{config.gate}/{device}"
    files = PlanFiles(
        config.state, (name,), lambda sealed, each: read_plan(sealed, keys=keys, device=each, now=None),
        lambda sealed: read_alert(sealed, keys=keys, now=None),
    )  # fmt: skip
    found = files.plans().get(name)
    if found is None:
        raise ConfigError(f"there is no plan of {device} here yet")
    return found
