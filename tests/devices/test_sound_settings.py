"""What a config may say of a loudspeaker's sound, and what the sound process is started with."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from devices.sound.process import _arguments
from devices.sound.settings import SoundSettings


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({"sink": "pipe"}, id="a pipe without a command"),
        pytest.param({"command": ("aplay",)}, id="a command without a pipe"),
        pytest.param({"sink": "pulse", "command": ("aplay",)}, id="a command of one's own for a system that has one"),
        pytest.param({"sink": "pipe", "command": ("aplay",), "output": "hall"}, id="an output without a list"),
        pytest.param({"listing": ("pactl",)}, id="a list without an output"),
        pytest.param({"sink": "file"}, id="a file without a name"),
        pytest.param({"sink": "alsa", "monitor": "output"}, id="a monitor that ALSA does not have"),
        pytest.param({"trims": {"yard": 0.3}}, id="a trim beyond what an open zone allows"),
        pytest.param({"trim": -0.1}, id="a trim into the past"),
        pytest.param({"record_minutes": 0}, id="no minutes"),
        pytest.param({"latency": -1}, id="negative latency"),
        pytest.param({"volume": 11}, id="unknown"),
    ],
)
def test_settings_that_cannot_be_are_refused(settings):
    with pytest.raises(ValidationError):
        SoundSettings(**settings)


def started(**settings):
    return _arguments(SoundSettings(**settings).arguments())


def test_a_pulse_output_is_played_to_looked_for_and_listened_to_by_its_name():
    found = started(sink="pulse", output="hall", monitor="output", latency=0.1)
    assert (found.sink, found.output, found.latency) == ("pipe", "hall", 0.1)
    assert found.command[0] == "paplay"
    assert "--device=hall" in found.command
    assert found.listing == ["pactl", "list", "short", "sinks"]
    assert "--device=hall.monitor" in found.monitor


def test_the_usual_output_of_a_system_is_not_looked_for_by_name():
    for system, program in (("pulse", "paplay"), ("alsa", "aplay")):
        found = started(sink=system)
        assert (found.sink, found.command[0], found.listing) == ("pipe", program, None)


def test_an_alsa_card_is_looked_for_in_the_list_of_cards():
    found = started(sink="alsa", output="plughw:CARD=Device")
    assert found.command[-2:] == ["-D", "plughw:CARD=Device"]
    assert found.listing == ["aplay", "-L"]


def test_a_line_in_may_be_listened_to_beside_any_sink():
    line_in = ("arecord", "-q", "-t", "raw")
    found = started(sink="alsa", monitor=line_in)
    assert found.monitor == list(line_in)


def test_every_setting_of_a_command_of_ones_own_reaches_the_process(tmp_path):
    found = started(
        sink="pipe", command=("pw-cat", "-"), listing=("ls",), output="x", record=tmp_path / "r.wav",
        record_minutes=3, microphone=("mic",),
    )  # fmt: skip
    assert (found.command, found.listing, found.output) == (["pw-cat", "-"], ["ls"], "x")
    assert (found.record, found.record_minutes, found.microphone) == (str(tmp_path / "r.wav"), 3, ["mic"])
    assert json.loads(json.dumps(found.monitor)) is None


def test_of_several_zones_the_longest_trim_holds_and_zones_without_one_have_the_usual():
    settings = SoundSettings(trim=0.02, trims={"yard": 0.12, "lane": 0.0})
    assert [settings.delay(zones) for zones in (["yard"], ["lane"], ["hall"], ["lane", "yard"], ["lane", "hall"], [])] == [
        0.12, 0.0, 0.02, 0.12, 0.02, 0.02,
    ]  # fmt: skip
