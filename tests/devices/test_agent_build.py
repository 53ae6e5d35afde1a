"""From a config to lines and hands: how a line is opened, and which drivers an agent works."""

from __future__ import annotations

from typing import Any

import pytest

import devices.links.opening
from devices.agent.build import build_workers, driver_of, open_line
from devices.agent.config import AgentConfig, ConfigError
from devices.agent.nosound import NoSound
from tests.support.fake_devices import FakeLink, Line

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
        "rts": False,
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


@pytest.mark.parametrize("shared", [{"rs485": {"gap_ms": 5}}, {}], ids=["a bus of one", "two on a line"])
def test_an_address_that_everybody_answers_to_is_refused_on_a_shared_bus(tmp_path, shared) -> None:
    sign = {"driver": "alpha", "line": "l", "settings": {"shape": "80x16:rg", "address": 0}}
    devices = [sign | {"id": "d"}] + ([] if shared else [sign | {"id": "e"}])
    bench = Line(tmp_path)
    facts = FACTS | {"lines": [{"id": "l", "link": "serial:/dev/x", **shared}], "devices": devices}
    with pytest.raises(ConfigError, match="device d: address 0 is for every device of line l"):
        build_workers(
            AgentConfig.model_validate(facts), bench.tools, bench.clock, lambda *_: None, lambda *_: FakeLink(),
            lambda _: NoSound(),
        )  # fmt: skip
    bench.store.close()


def test_a_sign_that_stands_alone_may_be_called_by_that_address(tmp_path) -> None:
    sign = {"id": "d", "driver": "alpha", "line": "l", "settings": {"shape": "80x16:rg", "address": 0}}
    bench = Line(tmp_path)
    facts = FACTS | {"lines": [{"id": "l", "link": "serial:/dev/x"}], "devices": [sign]}
    workers = build_workers(
        AgentConfig.model_validate(facts), bench.tools, bench.clock, lambda *_: None, lambda *_: FakeLink(),
        lambda _: NoSound(),
    )  # fmt: skip
    assert list(workers) == ["l"]
    bench.store.close()
