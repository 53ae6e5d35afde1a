"""The simulated TOA amplifier against the manual's own examples."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.simulators.amplifiers import POWER, ToaAmplifier
from devices.simulators.gate import simulated


def told(amplifier: ToaAmplifier, words: str) -> str:
    return amplifier.receive(bytes.fromhex(words), 0.0).hex(" ").upper()


@pytest.mark.parametrize(
    ("model", "question", "answer"),
    [
        ("9000", "91 03 00 00 00", "91 03 00 00 00"),
        ("9000", "91 03 00 08 00", "91 03 00 77 00"),
        ("9000", "91 03 00 00 6A", "91 03 00 00 6A"),
        ("9000", "91 03 01 00 7E", "91 03 01 00 7E"),
        ("9000M2", "91 03 00 00 6A", "91 03 00 00 6A"),
        ("9000", "91 03 05 00 6A", ""),
        ("9000", "F1 02 00 00", "F1 02 00 00"),
        ("9000", "F1 02 00 01", "F1 02 00 01"),
        ("9000", "F4 01 01", "F4 01 01"),
        ("9000", "F4 01 00", "F4 01 00"),
        ("9000", "92 03 01 02 01", "92 03 01 02 01"),
        ("9000", "AB 03 01 01 01", "AB 03 01 01 01"),
        ("9000", "F0 03 40 00 00", "C0 09 00 00 49 4E 50 55 54 31 00"),
        ("9000M2", "F2 02 00 01", "F2 02 00 01"),
        ("9000", "F2 02 00 01", ""),
        ("9000M2", "95 05 00 00 01 02 47", "95 05 00 00 01 02 47"),
        ("M-864D", "91 03 00 00 43", "91 03 00 00 03"),
        ("M-864D", "92 03 00 00 01", "92 03 00 00 01"),
        ("M-864D", "F0 03 12 02 03", "92 03 02 03 00"),
        ("M-864D", "F0 03 11 02 03", "91 03 02 03 00"),
        ("M-864D", "92 03 02 04 01", ""),
        ("M-864D", "F4 01 01", ""),
    ],
)
def test_the_manuals_examples_are_answered_as_printed(model, question, answer):
    assert told(ToaAmplifier(model), question) == answer


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("92 03 01 02 02", "92 03 01 02 7D"),
        ("F1 02 00 20", "F1 02 00 5F"),
        ("95 05 00 00 01 08 47", "95 05 00 00 01 77 47"),
        ("95 05 01 00 01 02 47", ""),
        ("93 03 00 00 40", "93 03 00 00 3F"),
        ("F0 03 41 00 00", ""),
        ("91 02 00 00", ""),
        ("B7 01 00", ""),
    ],
    ids=[
        "a switch has two states",
        "32 presets",
        "8 outputs",
        "wrong way",
        "no step",
        "other name",
        "short",
        "unknown",
    ],
)
def test_what_it_does_not_take_comes_back_inverted_or_not_at_all(question, answer):
    assert told(ToaAmplifier("9000M2"), question) == answer


@pytest.mark.parametrize("model", ["9000", "9000M2"])
def test_data_it_takes_for_abnormal_come_back_turned_over_as_both_manuals_print(model):
    amplifier = ToaAmplifier(model)
    amplifier.garbles = True
    assert told(amplifier, "91 03 00 00 6A") == "91 03 00 00 15"
    assert amplifier.desk.faders == {}


def test_the_outputs_of_an_m_864d_are_its_mono_outs_and_are_told_when_asked():
    mixer = ToaAmplifier("M-864D")
    told(mixer, "92 03 02 03 01")
    assert mixer.outputs() == (False, False, False, True)
    assert told(mixer, "F0 03 12 02 03") == "92 03 02 03 01"
    assert told(mixer, "91 03 02 03 35") == "91 03 02 03 35"
    assert told(mixer, "F0 03 11 02 03") == "91 03 02 03 35"


def test_steps_answer_with_where_the_fader_stands_then():
    amplifier = ToaAmplifier("9000M2")
    told(amplifier, "91 03 01 02 7C")
    assert told(amplifier, "93 03 01 02 45") == "93 03 01 02 7E"
    assert told(amplifier, "93 03 01 02 62") == "93 03 01 02 7C"
    assert amplifier.desk.faders == {(1, 2): 0x7C}


def test_without_power_only_the_power_command_is_heard():
    amplifier = ToaAmplifier()
    told(amplifier, "92 03 01 02 01")
    assert amplifier.outputs()[2]
    amplifier.press_power(False)
    assert not any(amplifier.outputs())
    assert told(amplifier, "F0 03 40 00 00") == ""
    assert told(amplifier, "F4 01 01") == "F4 01 01"
    assert amplifier.outputs()[2]


def test_a_new_command_begins_anew_and_extra_bytes_are_thrown_away():
    amplifier = ToaAmplifier()
    assert told(amplifier, "92 03 01 92 03 01 02 01 55 66 F4 01 01") == "92 03 01 02 01 F4 01 01"
    assert amplifier.frames == 2


def test_every_output_that_really_changes_is_told_once():
    moves = []
    amplifier = ToaAmplifier(changed=lambda output, on: moves.append((output, on)))
    for words in ("92 03 01 02 01", "92 03 01 02 01", "92 03 00 02 01", "F4 01 00", "F4 01 01"):
        told(amplifier, words)
    assert moves == [(2, True), (POWER, False), (2, False), (POWER, True), (2, True)]


def test_a_silent_amplifier_obeys_without_a_word():
    amplifier = ToaAmplifier()
    amplifier.silent = True
    assert told(amplifier, "92 03 01 00 01") == ""
    assert amplifier.outputs()[0]


def test_presets_paging_and_crosspoints_are_kept():
    amplifier = ToaAmplifier("9000M2")
    for words in ("F1 02 00 03", "F2 02 05 01", "F2 02 00 01", "F2 02 00 00", "95 05 00 00 01 02 47", "AB 03 01 01 01"):
        told(amplifier, words)
    desk = amplifier.desk
    assert (desk.preset, desk.paging, desk.crosspoints, desk.loudness) == (3, {5}, {(0, 2): 0x47}, {(1, 1): True})


@given(st.binary(max_size=300))
def test_after_noise_the_next_command_is_heard(noise):
    amplifier = ToaAmplifier()
    amplifier.receive(noise, 0.0)
    assert told(amplifier, "F4 01 01").endswith("F4 01 01")


def test_zones_of_the_config_name_the_lines_of_the_log(tmp_path):
    amplifier = simulated("toa_9000", {"zones": {"staff": 2}}, log=tmp_path / "pa.log")
    assert isinstance(amplifier, ToaAmplifier)
    told(amplifier, "92 03 01 02 01")
    told(amplifier, "F4 01 00")
    words = [line.split(" ", 1)[1] for line in (tmp_path / "pa.log").read_text().splitlines()]
    assert words == ["staff on", "power off", "staff off"]
