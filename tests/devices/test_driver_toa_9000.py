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
    name_in,
    name_request,
    output,
    output_fader,
    output_in,
    output_request,
    power,
    refused_bytes,
)
from devices.drivers.toa_9000.driver import DRIVER, ToaSettings, ToaUnit
from devices.drivers.toa_9000.models import MODELS
from devices.errors import MismatchError, OffError, RefusedError, SettingsError, SilentError
from devices.ports import Evidence
from tests.support.scripted_link import ScriptedLink

GOLDEN = {
    "fader of input 1 to silence (manual)": (Frame(FADER, bytes([INPUT, 0, 0])), "91 03 00 00 00"),
    "wake (command list)": (power(True), "F4 01 01"),
    "sleep (command list)": (power(False), "F4 01 00"),
    "output 3 on (command list)": (output(2, True), "92 03 01 02 01"),
    "output 3 off (command list)": (output(2, False), "92 03 01 02 00"),
    "name of input 1 (manual)": (name_request(), "F0 03 40 00 00"),
    "mono out 4 of an M-864D on (its manual, channel ON/OFF)": (output(3, True, 2), "92 03 02 03 01"),
    "fader of its mono out 1 to 0 dB (its table)": (output_fader(0, 0x35, 2), "91 03 02 00 35"),
    "whether its mono out 1 is on (a public program for it)": (output_request(0, 2), "F0 03 12 02 00"),
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


# Rows that the manuals print, model by model.
ROWS = {
    "9000": {
        -70: 0x01,
        -68: 0x02,
        -36: 0x22,
        -35.5: 0x23,
        -35: 0x24,
        -19: 0x44,
        -18.5: 0x45,
        -2: 0x66,
        -1.5: 0x67,
        10: 0x7E,
    },
    "9000M2": {-70: 0x01, -60: 0x06, -40: 0x1A, -36: 0x22, -19: 0x44, -2: 0x66, -1.5: 0x67, 0: 0x6A, 10: 0x7E},
    "M-864D": {-69: 0x01, -60: 0x04, -50: 0x09, -40: 0x0E, -20: 0x21, -10: 0x2B, 0: 0x35, 6: 0x3B, 10: 0x3F},
}


@pytest.mark.parametrize(
    ("model", "decibel", "position"), [(model, *row) for model, rows in ROWS.items() for row in rows.items()]
)
def test_fader_positions_of_each_model_are_those_of_its_own_table(model, decibel, position):
    assert MODELS[model].position(decibel) == position


@pytest.mark.parametrize("model", MODELS)
def test_a_table_is_as_long_as_its_manual_counts_and_rises(model):
    table = MODELS[model].table
    assert len(table) == {"9000": 0x7E, "9000M2": 0x7E, "M-864D": 0x3F}[model]
    assert sorted(set(table)) == list(table)
    with pytest.raises(ValueError, match="ends at"):
        MODELS[model].position(10.5)
    assert MODELS[model].position(float("-inf")) == 0


@given(st.sampled_from(list(MODELS)), st.floats(-100, 10), st.floats(-100, 10))
def test_a_louder_level_is_never_a_lower_fader_and_never_above_what_was_asked(model, one, other):
    facts = MODELS[model]
    low, high = sorted((one, other))
    assert 1 <= facts.position(low) <= facts.position(high) <= len(facts.table)
    assert facts.table[facts.position(high) - 1] <= max(high, facts.table[0])


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


def test_a_level_of_the_hour_is_set_below_the_zones_own_and_restored_when_it_shuts():
    settings = ToaSettings(zones={"hall": 1}, levels={"hall": -2}, power=False)
    soft, own = output_fader(0, 0x52).to_bytes(), output_fader(0, 0x66).to_bytes()
    toa, link = unit((ASK, PONG), *echoed(soft, HALL_ON), (ASK, PONG), *echoed(HALL_OFF, own), settings=settings)
    assert toa.leveled == {"hall"}
    toa.soften({"hall": 10})
    toa.open_zones(frozenset({"hall"}))
    toa.soften({})
    toa.open_zones(frozenset())
    assert link.done


def test_after_a_crash_the_first_shutting_puts_back_the_zones_own_level():
    settings = ToaSettings(zones={"hall": 1}, levels={"hall": -2}, power=False)
    toa, link = unit((ASK, PONG), *echoed(HALL_OFF, output_fader(0, 0x66).to_bytes()), settings=settings)
    toa.open_zones(frozenset())
    assert link.done


def test_a_zone_that_may_make_no_sound_at_all_gets_the_silent_step():
    settings = ToaSettings(zones={"hall": 1}, levels={"hall": 0}, power=False)
    toa, link = unit((ASK, PONG), *echoed(output_fader(0, 0).to_bytes(), HALL_ON), settings=settings)
    toa.soften({"hall": float("inf")})
    toa.open_zones(frozenset({"hall"}))
    assert link.done


def test_an_m_864d_is_never_sent_the_power_command_and_its_outputs_are_read_back():
    settings = ToaSettings(model="M-864D", zones={"hall": 1, "yard": 2}, levels={"hall": 0})
    is_open = [(output_request(n, 2).to_bytes(), output(n, n == 0, 2).to_bytes()) for n in (0, 1)]
    off, on = output(1, False, 2).to_bytes(), output(0, True, 2).to_bytes()
    fader = output_fader(0, 0x35, 2).to_bytes()
    toa, link = unit(is_open[0], *echoed(off, fader, on), *is_open, *is_open, settings=settings)
    assert toa.open_zones(frozenset({"hall"})) is Evidence.READ_BACK
    assert toa.zones() == {"hall"}
    assert link.done


def test_an_m_864d_that_did_not_obey_is_a_mismatch():
    settings = ToaSettings(model="M-864D", zones={"hall": 1})
    on, off = output(0, True, 2).to_bytes(), output(0, False, 2).to_bytes()
    ask = output_request(0, 2).to_bytes()
    toa, _ = unit((ask, off), (on, on), (ask, off), settings=settings)
    with pytest.raises(MismatchError, match="open zones"):
        toa.open_zones(frozenset({"hall"}))


def test_only_an_answer_about_the_asked_output_tells_of_it():
    assert output_in(output(0, True, 2), 0, 2) is True
    assert output_in(output(0, False, 2), 0, 2) is False
    assert output_in(output(1, True, 2), 0, 2) is None
    assert output_in(output_fader(0, 1, 2), 0, 2) is None


def test_silence_of_a_unit_that_answers_otherwise_is_a_refusal_out_of_range():
    toa, link = unit(*echoed(WAKE), (ASK, PONG), (YARD_OFF,), (YARD_OFF,), (YARD_OFF,), (ASK, PONG))
    with pytest.raises(RefusedError, match="out of its range"):
        toa.open_zones(frozenset({"hall"}))
    assert link.done


def test_a_unit_that_was_switched_off_at_its_panel_is_told_woken_and_holds_nothing():
    woken = [*echoed(WAKE), (ASK, PONG), *echoed(YARD_OFF, HALL_ON)]
    toa, link = unit(*woken, (ASK,), (ASK,), (ASK,), *echoed(WAKE), *woken)
    toa.open_zones(frozenset({"hall"}))
    with pytest.raises(OffError, match="switched off"):
        toa.zones()
    toa.open_zones(frozenset({"hall"}))
    assert toa._held.open == {"hall"}
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
    toa, _ = unit(*echoed(WAKE), (ASK, PONG), *echoed(YARD_OFF, HALL_ON), (ASK,), (ASK,), (ASK,), (WAKE,))
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
        {"zones": {"hall": 9}},
        {"zones": {"hall": 5}, "model": "M-864D"},
        {"zones": {"hall": 1}, "levels": {"yard": 0}},
        {"zones": {"hall": 1}, "levels": {"hall": 11}},
        {"zones": {"hall": 1}, "address": 1},
    ],
    ids=[
        "no zones",
        "output 0",
        "shared output",
        "output 9",
        "output 5 of an M-864D",
        "stray level",
        "too loud",
        "unknown key",
    ],
)
def test_settings_that_cannot_be_are_refused(wrong):
    with pytest.raises(ValidationError):
        DRIVER.settings.model_validate(wrong)
