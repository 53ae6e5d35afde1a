"""From a config to lines and hands: how a line is opened, and which drivers an agent works."""

from __future__ import annotations

from typing import Any

import pytest

import devices.links.opening
from devices.agent.build import driver_of, open_line
from devices.agent.config import AgentConfig, ConfigError

FACTS: dict[str, Any] = {
    "gate": "chi-ma",
    "state": "/nowhere",
    "controller": {"url": "http://127.0.0.1:1"},
    "lines": [{"id": "l", "link": "serial:/dev/x", "bits": 7, "parity": "E", "stopbits": 2, "rs485": {"gap_ms": 20}}],
    "devices": [{"id": "d", "line": "l", "driver": "alpha", "settings": {"shape": "80x7:mono"}}],
}


def with_driver(name: str) -> AgentConfig:
    return AgentConfig.model_validate(FACTS | {"devices": [{"id": "d", "line": "l", "driver": name}]})


def test_a_line_is_opened_as_the_config_says(monkeypatch: pytest.MonkeyPatch) -> None:
    told: dict[str, Any] = {}
    monkeypatch.setattr(devices.links.opening, "open_link", lambda text, **facts: told.update(facts, text=text))
    open_line(AgentConfig.model_validate(FACTS).lines[0], 9600)
    assert told == {
        "text": "serial:/dev/x",
        "baud": 9600,
        "bits": 7,
        "parity": "E",
        "stopbits": 2,
        "echo": False,
        "gap": 0.02,
    }


@pytest.mark.parametrize(("name", "kind"), [("novastar", "panel")])
def test_a_device_that_an_agent_does_not_work_is_refused_in_one_sentence(name: str, kind: str) -> None:
    config = with_driver(name)
    with pytest.raises(ConfigError) as wrong:
        driver_of(config, config.devices[0])
    assert f"the driver {name} is for a {kind}" in str(wrong.value)
    assert "\n" not in str(wrong.value)


def test_a_driver_that_is_not_installed_is_refused_with_those_that_are() -> None:
    config = with_driver("neon")
    with pytest.raises(ConfigError, match=r"device d: there is no driver neon; installed: .*onbon_bx"):
        driver_of(config, config.devices[0])
