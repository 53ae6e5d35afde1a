"""DFPlayer modules: bytes of the maker's own library, and the talk as scripts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from devices.drivers.dfplayer.codec import (
    ACCEPTED,
    FAULT,
    FINISHED,
    PAUSE,
    READY,
    RESET,
    SOURCE,
    STATE,
    STOP,
    VOLUME,
    Decoder,
    Frame,
    play_in_folder,
    play_mp3,
)
from devices.drivers.dfplayer.driver import DRIVER, ClipModule, PlayerSettings
from devices.errors import BusyError, GarbledError, RefusedError, SettingsError, SilentError
from devices.ports import Evidence, Identity
from tests.support.scripted_link import ScriptedLink

# Runs of the maker's library; each checksum derived again by hand.
GOLDEN = {
    "volume 20": (Frame(VOLUME, 20), "7E FF 06 06 00 00 14 FE E1 EF"),
    "volume 30 with an answer": (Frame(VOLUME, 30, answer=True), "7E FF 06 06 01 00 1E FE D6 EF"),
    "stop": (Frame(STOP), "7E FF 06 16 00 00 00 FE E5 EF"),
    "pause": (Frame(PAUSE), "7E FF 06 0E 00 00 00 FE ED EF"),
    "reset": (Frame(RESET), "7E FF 06 0C 00 00 00 FE EF EF"),
    "the card as source": (Frame(SOURCE, 2), "7E FF 06 09 00 00 02 FE F0 EF"),
    "accepted": (Frame(ACCEPTED), "7E FF 06 41 00 00 00 FE BA EF"),
    "track 3 finished": (Frame(FINISHED, 3), "7E FF 06 3D 00 00 03 FE BB EF"),
    "fault 6": (Frame(FAULT, 6), "7E FF 06 40 00 00 06 FE B5 EF"),
    "card ready": (Frame(READY, 2), "7E FF 06 3F 00 00 02 FE BA EF"),
    "playing": (Frame(STATE, 0x0201), "7E FF 06 42 00 02 01 FE B6 EF"),
}
frames = st.builds(Frame, st.integers(0, 255), st.integers(0, 0xFFFF), st.booleans())


@pytest.mark.parametrize(("frame", "expected"), GOLDEN.values(), ids=GOLDEN.keys())
def test_a_frame_is_byte_for_byte_what_its_source_says(frame, expected):
    assert frame.to_bytes() == bytes.fromhex(expected)
    assert Decoder().feed(bytes.fromhex(expected)) == [frame]


@given(frames)
def test_the_checksum_makes_the_sum_of_all_between_the_marks_zero(frame):
    wire = frame.to_bytes()
    assert (sum(wire[1:7]) + int.from_bytes(wire[7:9])) % 65_536 == 0


@pytest.mark.parametrize(
    ("frame", "command", "value"),
    [
        (play_mp3(291), 0x12, 0x0123),  # 7E FF 06 12 00 01 23 FE C5 EF without the answer we ask for
        (play_in_folder(2, 7), 0x0F, 0x0207),  # 7E FF 06 0F 00 02 07 FE E3 EF
        (play_in_folder(2, 1004), 0x14, 0x23EC),  # 7E FF 06 14 00 23 EC FD D8 EF
    ],
)
def test_files_are_numbered_as_the_makers_library_numbers_them(frame, command, value):
    assert (frame.command, frame.value, frame.answer) == (command, value, True)


@pytest.mark.parametrize("number", [0, 10_000])
def test_a_file_that_cannot_be_is_refused(number):
    with pytest.raises(ValueError, match="9999"):
        play_mp3(number)


@given(st.lists(frames, min_size=1, max_size=4), st.lists(st.integers(0, 12), max_size=30))
def test_frames_are_read_whole_however_they_are_cut(sent, cuts):
    wire, decoder, events, at = b"".join(frame.to_bytes() for frame in sent), Decoder(), [], 0
    for size in [*cuts, len(wire)]:
        events += decoder.feed(wire[at : at + size])
        at += size
    assert events == sent


@given(st.binary(max_size=60), frames)
def test_after_any_noise_a_frame_is_read_once_the_next_has_come(noise, frame):
    events = Decoder().feed(noise + frame.to_bytes() * 2)
    assert frame in events


@given(frames, st.integers(0, 9), st.integers(1, 255))
def test_a_flipped_byte_never_gives_another_frame(frame, where, flip):
    wire = bytearray(frame.to_bytes())
    wire[where] ^= flip
    assert Decoder().feed(bytes(wire)) in ([], [frame])


SETTINGS = PlayerSettings(clips={"siren": 1, "restart": 2})
YES = Frame(ACCEPTED).to_bytes()
END = Frame(FINISHED, 1).to_bytes()
SIREN, RESTART = play_mp3(1).to_bytes(), play_mp3(2).to_bytes()
SETUP = [(Frame(SOURCE, 2, answer=True).to_bytes(), YES), (Frame(VOLUME, 30, answer=True).to_bytes(), YES)]


def module(*talk) -> tuple[ClipModule, ScriptedLink]:
    link = ScriptedLink(*talk)
    return ClipModule(link, SETTINGS, clock=link.clock), link


def no(fault: int) -> bytes:
    return Frame(FAULT, fault).to_bytes()


def test_a_clip_begins_after_source_and_volume_were_set_once():
    player, link = module(*SETUP, (SIREN, YES), (RESTART, YES))
    assert player.play("siren") is Evidence.ACKNOWLEDGED
    player.play("restart")
    assert link.done


def test_the_end_of_a_clip_is_told_once_though_clones_tell_it_twice():
    player, _ = module(*SETUP, (SIREN, YES, 3.0, END, 0.1, END))
    player.play("siren")
    assert player.finished(1.0) == ()
    assert player.finished(5.0) == ("siren",)
    assert player.finished(5.0) == ()


def test_an_end_told_twice_does_not_end_the_clip_begun_meanwhile():
    player, _ = module(*SETUP, (SIREN, YES, 3.0, END), (RESTART, END, YES))
    player.play("siren")
    assert player.finished(5.0) == ("siren",)
    player.play("restart")
    assert player.finished(1.0) == ()


def test_an_end_that_comes_while_something_else_is_asked_is_not_lost():
    state = (Frame(STATE).to_bytes(), END, Frame(STATE, 0x0200).to_bytes())
    player, _ = module(*SETUP, (SIREN, YES), state)
    player.play("siren")
    assert player.identify() == Identity("DFPlayer, stopped")
    assert player.finished(0.0) == ("siren",)


def test_a_clip_that_is_not_on_the_card_is_refused_with_its_reason():
    player, link = module(*SETUP, (SIREN, no(6)))
    with pytest.raises(RefusedError, match="no such file"):
        player.play("siren")
    assert link.done


def test_a_busy_module_is_asked_again_and_given_up_at_last():
    player, link = module(*SETUP, (SIREN, no(1)), (SIREN, YES))
    player.play("siren")
    assert link.done
    player, link = module(*SETUP, *[(SIREN, no(1))] * 3)
    with pytest.raises(BusyError):
        player.play("siren")
    assert link.done


def test_a_frame_damaged_on_its_way_is_sent_again():
    player, link = module(*SETUP, (SIREN, no(4)), (SIREN, YES))
    player.play("siren")
    assert link.done
    player, _ = module(*SETUP, *[(SIREN, no(4))] * 3)
    with pytest.raises(GarbledError, match="checksum"):
        player.play("siren")


def test_a_silent_module_is_given_up_and_set_up_anew_next_time():
    player, link = module(*SETUP, *[(SIREN,)] * 3, *SETUP, (SIREN, YES))
    with pytest.raises(SilentError):
        player.play("siren")
    player.play("siren")
    assert link.done


def test_clips_may_lie_in_a_numbered_folder():
    link = ScriptedLink(*SETUP, (play_in_folder(2, 7).to_bytes(), YES))
    player = ClipModule(link, PlayerSettings(clips={"siren": 7}, folder=2), clock=link.clock)
    player.play("siren")
    assert link.done


def test_stop_and_volume_are_acknowledged():
    player, link = module((Frame(STOP, answer=True).to_bytes(), YES), (Frame(VOLUME, 15, answer=True).to_bytes(), YES))
    assert player.stop() is Evidence.ACKNOWLEDGED
    assert player.volume(50) is Evidence.ACKNOWLEDGED
    assert link.done


def test_what_cannot_be_is_refused_before_anything_is_sent():
    player, link = module()
    with pytest.raises(SettingsError, match="known: restart, siren"):
        player.play("song")
    with pytest.raises(SettingsError, match="101"):
        player.volume(101)
    assert link.sent == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"clips": {}},
        {"clips": {"siren": 0}},
        {"clips": {"siren": 1}, "volume": 31},
        {"clips": {"siren": 256}, "folder": 16},
    ],
)
def test_settings_that_cannot_be_are_refused(wrong):
    with pytest.raises(ValidationError):
        DRIVER.settings.model_validate(wrong)
