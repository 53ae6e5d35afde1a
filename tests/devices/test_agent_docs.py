"""The config's reference holds: its examples load, and it names every key and every fault."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel

from devices.agent.build import driver_of
from devices.agent.config import AgentConfig, ControllerConfig, DeviceConfig, InputConfig, LineConfig, SharedLine

PAGE = Path("docs/reference/agent-config.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
SMALL = Path("docs/how-to/small-site.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_every_example_is_a_config_that_drivers_accept(number: int) -> None:
    config = AgentConfig.model_validate(tomllib.loads(EXAMPLES[number]))
    for device in config.devices:
        assert driver_of(config, device)[0].name == device.driver


def test_a_small_site_is_configured_in_fewer_than_thirty_lines(tmp_path: Path) -> None:
    examples = re.findall(r"```toml\n(.*?)```", SMALL, re.DOTALL)
    *examples, part = examples
    assert len(examples) == 2
    assert "stands_in_for" in part
    (tmp_path / "card.json").write_text(
        '[{"number": 1, "sha256": "%s", "message": "m", "language": "vi", "seconds": 2}]' % ("a" * 64)
    )
    for text in examples:
        assert len(text.strip().splitlines()) < 30
        facts = tomllib.loads(text.replace("/etc/gatecast/gatecast-card.json", str(tmp_path / "card.json")))
        config = AgentConfig.model_validate(facts)
        assert next(driver_of(config, device)[0].kind for device in config.devices) in ("speaker", "player")


@pytest.mark.parametrize("model", [AgentConfig, ControllerConfig, LineConfig, SharedLine, DeviceConfig, InputConfig])
def test_every_key_is_described(model: type[BaseModel]) -> None:
    assert [name for name in model.model_fields if name not in PAGE] == []


def test_every_fault_code_of_the_agent_is_described() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in Path("devices/agent").glob("*.py"))
    codes = set(
        re.findall(r'"((?:link|device|content|plan|alert|clock|audio|store|zone|power|cabinet)\.[a-z]+)"', code)
    )
    assert codes
    assert sorted(each for each in codes if each not in PAGE) == ["plan.older"]  # inside plan.refused
