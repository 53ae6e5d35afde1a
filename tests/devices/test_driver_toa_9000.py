"""TOA units: the manuals' own examples byte for byte, and the talk as scripts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from devices.drivers.toa_9000.codec import (
    CHANNEL,
    FADER,
    INPUT,
    Decoder,
    Frame,
    m2_fader,
    name_in,
    name_request,
    output,
    output_fader,
    power,
    refused_bytes,
)
from devices.drivers.toa_9000.driver import DRIVER, ToaSettings, ToaUnit
from devices.errors import RefusedError, SettingsError, SilentError
from devices.ports import Evidence
from tests.support.scripted_link import ScriptedLink

GOLDEN = {
    "fader of input 1 to silence (manual)": (Frame(FADER, bytes([INPUT, 0, 0])), "91 03 00 00 00"),
    "wake (command list)": (power(True), "F4 01 01"),
    "sleep (command list)": (power(False), "F4 01 00"),
    "output 3 on (command list)": (output(2, True), "92 03 01 02 01"),
    "output 3 off (command list)": (output(2, False), "92 03 01 02 00"),
    "name of input 1 (manual)": (name_request(), "F0 03 40 00 00"),
}
ASK, PONG = bytes.fromhex("F0 03 40 00 00"), bytes.fromhex("C0 09 00 00 49 4E 50 55 54 31 00")
WAKE, SLEEP = power(True).to_bytes(), power(False).to_bytes()
HALL_ON, HALL_OFF = output(0, True).to_bytes(), output(0, False).to_bytes()
YARD_ON, YARD_OFF = output(2, True).to_bytes(), output(2, False).to_bytes()
SETTINGS = ToaSettings(zones={"hall": 1, "yard": 3})

frames = st.builds(Frame, st.integers(0x80, 0xFF), st.lists(st.integers(0, 0x7F), max_size=30).map(bytes))


def unit(*talk, settings: ToaSettings = SETTINGS) -> tuple[ToaUnit, ScriptedLink]:
    link = ScriptedLink(*talk)
    return ToaUnit(link, settings, clock=link.clock), link


def echoed(*sent: bytes) -> list[tuple[bytes, bytes]]:
    return [(frame, frame) for frame in sent]


@pytest.mark.parametrize(("frame", "expected"), GOLDEN.values(), ids=GOLDEN.keys())
def test_a_frame_is_byte_for_byte_what_its_source_says(frame, expected):
    assert frame.to_bytes() == bytes.fromhex(expected)
    assert Decoder().feed(bytes.fromhex(expected)) == [frame]


def test_the_name_is_read_from_the_manuals_own_answer():
    (frame,) = Decoder().feed(PONG)
    assert name_in(frame) == "INPUT1"


@pytest.mark.parametrize(
    ("sent", "got", "places"),
    [
        ("91 03 00 08 00", "91 03 00 77 00", (1,)),  # manual: there is no channel 9
        ("91 03 00 00 6A", "91 03 00 00 15", (2,)),  # manual: the older 9000 has no such position
        ("91 03 00 00 00", "91 03 00 00 00", ()),
        ("91 03 00 00 00", "91 03 00 01 00", None),
        ("91 03 00 00 00", "92 03 00 00 00", None),
    ],
    ids=["no such channel", "no such value", "done", "another channel", "another command"],
)
def test_an_answer_tells_done_or_refused_by_the_bytes_turned_over(sent, got, places):
    (asked,), (answer,) = Decoder().feed(bytes.fromhex(sent)), Decoder().feed(bytes.fromhex(got))
    assert refused_bytes(asked, answer) == places


@pytest.mark.parametrize(
    ("decibel", "position"),
    [(-70, 0x01), (-60, 0x06), (-40, 0x1A), (-36, 0x22), (-19, 0x44), (-2, 0x66), (-1.5, 0x67), (0, 0x6A), (10, 0x7E)],
)
def test_fader_positions_of_the_m2_are_those_of_its_table(decibel, position):
    assert m2_fader(decibel) == position


@given(st.floats(-100, 10), st.floats(-100, 10))
def test_a_louder_level_is_never_a_lower_fader(one, other):
    low, high = sorted((one, other))
    assert 1 <= m2_fader(low) <= m2_fader(high) <= 0x7E


def test_frames_refuse_what_the_line_cannot_carry():
    for command, data in ((0x7F, b""), (CHANNEL, b"\x80"), (CHANNEL, bytes(128))):
        with pytest.raises(ValueError, match="high bit"):
            Frame(command, data)


@given(st.binary(max_size=200), st.lists(st.integers(0, 20), max_size=30), frames)
def test_after_any_noise_the_next_frame_is_read_however_it_is_cut(noise, cuts, frame):
    decoder, events, wire, at = Decoder(), [], noise + frame.to_bytes(), 0
    for size in [*cuts, len(wire)]:
        events += decoder.feed(wire[at : at + size])
        at += size
    assert events[-1] == frame


def test_a_short_frame_ends_where_the_next_begins_and_extra_bytes_are_dropped():
    decoder = Decoder()
    assert decoder.feed(b"\x91\x03\x00" + HALL_ON + b"\x11\x22" + HALL_OFF) == [output(0, True), output(0, False)]
    assert decoder.skipped == 5


def test_zones_open_after_waking_settling_and_a_sign_of_life_shut_ones_first():
    talk = [*echoed(WAKE), (ASK, PONG), *echoed(YARD_OFF, HALL_ON)]
    toa, link = unit(*talk)
    assert toa.open_zones(frozenset({"hall"})) is Evidence.ACKNOWLEDGED
    assert link.done
    assert link.now == pytest.approx(SETTINGS.power_settle)


def test_a_unit_awake_is_not_woken_again_but_told_everything_again():
    talk = [*echoed(WAKE), (ASK, PONG), *echoed(YARD_OFF, HALL_ON), (ASK, PONG), *echoed(YARD_OFF, HALL_ON)]
    toa, link = unit(*talk)
    toa.open_zones(frozenset({"hall"}))
    toa.open_zones(frozenset({"hall"}))
    assert link.done


def test_no_zones_shuts_all_and_lets_the_unit_sleep():
    talk = [*echoed(WAKE), (ASK, PONG), *echoed(YARD_OFF, HALL_ON), (ASK, PONG), *echoed(HALL_OFF, YARD_OFF, SLEEP)]
    toa, link = unit(*talk)
    toa.open_zones(frozenset({"hall"}))
    toa.open_zones(frozenset())
    assert link.done


def test_at_the_start_no_zones_is_sleep_alone():
    toa, link = unit(*echoed(SLEEP))
    assert toa.open_zones(frozenset()) is Evidence.ACKNOWLEDGED
    assert link.done


def test_levels_are_set_before_a_zone_opens():
    settings = ToaSettings(zones={"hall": 1}, levels={"hall": -2}, power=False)
    fader = output_fader(0, 0x66).to_bytes()
    toa, link = unit((ASK, PONG), *echoed(fader, HALL_ON), settings=settings)
    toa.open_zones(frozenset({"hall"}))
    assert link.done


def test_two_hands_on_one_unit_know_the_same():
    toa, link = unit(
        *echoed(WAKE),
        (ASK, PONG),
        *echoed(YARD_OFF, HALL_ON),
        (ASK, PONG),
        (ASK, PONG),
        *echoed(HALL_OFF, YARD_OFF, SLEEP, SLEEP),
    )
    other = ToaUnit(link, SETTINGS, clock=link.clock)
    toa.open_zones(frozenset({"hall"}))
    assert other.zones() == {"hall"}
    other.open_zones(frozenset())
    assert toa.zones() == frozenset()
    assert link.done


def test_zones_of_a_unit_that_does_not_answer_are_not_claimed():
    toa, _ = unit(*echoed(WAKE), (ASK, PONG), *echoed(YARD_OFF, HALL_ON), (ASK,), (ASK,), (ASK,))
    toa.open_zones(frozenset({"hall"}))
    with pytest.raises(SilentError):
        toa.zones()


def test_a_looped_cable_is_not_taken_for_a_unit():
    toa, _ = unit(*echoed(WAKE, ASK, ASK, ASK))
    with pytest.raises(SilentError):
        toa.open_zones(frozenset({"hall"}))


def test_a_refused_output_is_told_with_its_reason_and_not_sent_again():
    refusal = bytes.fromhex("92 03 01 7D 00")
    toa, link = unit(*echoed(WAKE), (ASK, PONG), (YARD_OFF, refusal))
    with pytest.raises(RefusedError, match="no such channel") as caught:
        toa.open_zones(frozenset({"hall"}))
    assert caught.value.reason == 2
    assert link.done


def test_a_silent_unit_is_given_up_and_woken_anew_next_time():
    toa, link = unit(*echoed(WAKE), (ASK,), (ASK,), (ASK,), *echoed(WAKE), (ASK, PONG), *echoed(YARD_OFF, HALL_ON))
    with pytest.raises(SilentError):
        toa.open_zones(frozenset({"hall"}))
    toa.open_zones(frozenset({"hall"}))
    assert link.done


def test_a_late_echo_of_another_output_is_stepped_over():
    toa, link = unit(*echoed(WAKE), (ASK, PONG), (YARD_OFF, HALL_OFF, YARD_ON, YARD_OFF), *echoed(HALL_ON))
    toa.open_zones(frozenset({"hall"}))
    assert link.done


def test_there_are_no_inputs_and_unknown_zones_are_refused():
    toa, link = unit()
    assert toa.inputs() == {}
    with pytest.raises(SettingsError, match="nowhere"):
        toa.open_zones(frozenset({"nowhere"}))
    assert link.sent == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"zones": {}},
        {"zones": {"hall": 0}},
        {"zones": {"hall": 1, "yard": 1}},
        {"zones": {"hall": 1}, "model": "9000", "levels": {"hall": 0}},
        {"zones": {"hall": 1}, "levels": {"yard": 0}},
        {"zones": {"hall": 1}, "levels": {"hall": 11}},
        {"zones": {"hall": 1}, "address": 1},
    ],
    ids=["no zones", "output 0", "shared output", "levels of the 9000", "stray level", "too loud", "unknown key"],
)
def test_settings_that_cannot_be_are_refused(wrong):
    with pytest.raises(ValidationError):
        DRIVER.settings.model_validate(wrong)
