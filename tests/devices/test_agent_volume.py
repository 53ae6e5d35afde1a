"""How loud announcements are: by zone, hour and class, under the caps of the night; an emergency is not held, and says so."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.agent.orders import Orders
from devices.sound.mixer import UNITY, gain_of
from devices.sound.orders import OrderError, Play, read_order
from devices.sound.timeline import utc_samples
from schedules.levels import Cap, Levels, Volume
from schedules.model import Window
from tests.devices.test_agent_later import PA, SOUNDS, alert, orders, plan, ref
from tests.support.fake_devices import Line
from tests.support.sound import EPOCH, Studio, a_wav

ALWAYS = Window(start=0, end=1440)
LOUD = Levels(
    volumes=(Volume(percent=80, zones=("yard",)), Volume(percent=60)), caps=(Cap(percent=30, windows=(ALWAYS,)),)
)


def a_line(tmp_path):
    line = Line(tmp_path)
    for name, data in SOUNDS.items():
        line.media.keep(ref(name, 1.0).sha256, data)
    return line, *line.speaker(PA, ("hall", "yard"))


@pytest.mark.parametrize(
    ("levels", "gain"),
    [
        (Levels(), 100),
        (Levels(volumes=LOUD.volumes), 80),
        (LOUD, 30),
        (Levels(volumes=(Volume(percent=20, classes=("priority",)),)), 100),
    ],
)
def test_a_notice_is_as_loud_as_its_zone_and_hour_allow(tmp_path, levels, gain):
    line, _, sound = a_line(tmp_path)
    line.go(orders(plan().model_copy(update={"levels": levels})))
    line.run(2.0)
    assert {clip.gain for clip in sound.history} == {gain}


def test_an_emergency_is_not_held_by_the_cap_of_the_night_and_its_record_says_so(tmp_path):
    line, _, sound = a_line(tmp_path)
    line.go(orders(plan().model_copy(update={"levels": LOUD}), alert(0, 20)))
    line.run(8.0)
    urgent = [clip for clip in sound.history if clip.bus == "emergency"]
    assert {clip.gain for clip in urgent} == {60}  # all public zones: the quietest of them
    line.go(Orders(PA, None))
    line.run(2.0)
    said = [one for one in line.records() if one.cause == "alert"]
    assert said[0].reason == "over the cap of 30 % of this hour"


def test_a_clip_of_half_the_loudness_is_a_quarter_of_its_samples_and_full_is_bit_for_bit(tmp_path):
    studio, path = Studio(), a_wav(tmp_path / "x.wav", [10_000] * 4800)
    studio.player.order(Play("half", studio_due(0.1), path, "normal", 60.0, gain=50))
    studio.player.order(Play("full", studio_due(0.5), path, "normal", 60.0, gain=100))
    samples = studio.run(1.0)
    assert samples.count(2500) == 4800
    assert samples.count(10_000) == 4800


def studio_due(seconds):
    return utc_samples(EPOCH + timedelta(seconds=seconds))


@given(percent=st.integers(0, 99))
def test_more_percent_is_louder_and_all_of_it_is_the_file_itself(percent):
    assert gain_of(percent) < gain_of(percent + 1) or percent < 1
    assert gain_of(100) == UNITY
    assert gain_of(0) == 0


@pytest.mark.parametrize("gain", ["loud", -1, 101, 1.5, True])
def test_a_gain_that_is_none_is_refused(gain):
    line = {"id": "a", "due": "2026-01-05T07:00:00+07:00", "path": "x", "bus": "normal", "gain": gain}
    with pytest.raises(OrderError, match="gain"):
        read_order(json.dumps({"play": line}).encode())
