"""The simulated DFPlayer against the frames of the maker's library."""

import pytest
from DFPlayer import DFPlayer
from hypothesis import given
from hypothesis import strategies as st

from devices.simulators.announcers import DfPlayer, message
from devices.simulators.gate import simulated
from devices.simulators.line import SimulatedLine, Wire
from devices.simulators.pty import PtyEnd

CLIPS = {"02/007": 10.0, "02/1004": 5.0, "mp3/0291": 3.0, "advert/0005": 2.0}
FOLDER_2_TRACK_7 = "7E FF 06 0F 00 02 07 FE E3 EF"
ADVERT_5 = "7E FF 06 13 00 00 05 FE E3 EF"
STOP = "7E FF 06 16 00 00 00 FE E5 EF"
ACK = "7E FF 06 41 00 00 00 FE BA EF"
PLAYING = "7E FF 06 42 00 02 01 FE B6 EF"


def told(player: DfPlayer, words: str, at: float = 0.0) -> str:
    return player.receive(bytes.fromhex(words), at).hex(" ").upper()


def error(number: int) -> str:
    return message(0x40, number).hex(" ").upper()


@pytest.mark.parametrize(
    ("frame", "command", "value"),
    [
        (ACK, 0x41, 0),
        ("7E FF 06 3D 00 00 03 FE BB EF", 0x3D, 3),
        ("7E FF 06 40 00 00 06 FE B5 EF", 0x40, 6),
        ("7E FF 06 3F 00 00 02 FE BA EF", 0x3F, 2),
        (PLAYING, 0x42, 0x0201),
    ],
    ids=["ack", "finished", "error", "ready", "playing"],
)
def test_its_words_have_the_bytes_of_the_makers_library(frame, command, value):
    assert message(command, value).hex(" ").upper() == frame


@pytest.mark.parametrize(
    ("frame", "clip"),
    [
        (FOLDER_2_TRACK_7, "02/007"),
        ("7E FF 06 14 00 23 EC FD D8 EF", "02/1004"),
        ("7E FF 06 12 00 01 23 FE C5 EF", "mp3/0291"),
        ("7E FF 06 0F 00 02 07 EF", "02/007"),
    ],
    ids=["folder", "4 and 12 bits", "mp3", "without checksum"],
)
def test_clips_are_found_by_every_way_to_name_them(frame, clip):
    player = DfPlayer(CLIPS)
    assert told(player, frame) == ""
    assert player.playing() == clip


def test_volume_is_set_and_acknowledged_when_asked():
    player = DfPlayer(CLIPS)
    assert told(player, "7E FF 06 06 00 00 14 FE E1 EF") == ""
    assert player.volume == 20
    assert told(player, "7E FF 06 06 01 00 1E FE D6 EF") == ACK
    assert player.volume == 30


def test_the_end_of_a_clip_is_said_unasked():
    player = DfPlayer(CLIPS)
    told(player, FOLDER_2_TRACK_7, 5.0)
    assert player.wake(14.9) == 15.0
    assert player.unasked(14.9) == b""
    assert player.wake(15.0) is None
    assert player.unasked(15.0) == message(0x3D, 1)
    assert player.playing() is None


def test_a_clone_says_it_twice():
    player = DfPlayer(CLIPS)
    player.twice = True
    told(player, FOLDER_2_TRACK_7)
    player.wake(10.0)
    assert player.unasked(10.0) == message(0x3D, 1) * 2


def test_the_end_of_a_clip_travels_at_the_lines_pace():
    player = DfPlayer(CLIPS)
    wire = Wire([player], 9600)
    wire.send(bytes.fromhex(FOLDER_2_TRACK_7), 0.0)
    heard = b""
    while (at := wire.next_at()) is not None:
        heard += wire.step(at)
    assert heard == message(0x3D, 1)
    assert at is None


def test_an_advert_interrupts_and_the_clip_goes_on_where_it_was():
    moves = []
    player = DfPlayer(CLIPS, changed=lambda number, on: moves.append((number, on)))
    told(player, FOLDER_2_TRACK_7)
    told(player, ADVERT_5, 4.0)
    assert player.playing() == "advert/0005"
    assert player.wake(6.0) == pytest.approx(12.0)
    assert player.unasked(6.0) == message(0x3D, 4)
    assert player.playing() == "02/007"
    player.wake(12.0)
    assert moves == [(1, True), (1, False), (4, True), (4, False), (1, True), (1, False)]


def test_an_advert_can_be_ended_early():
    player = DfPlayer(CLIPS)
    told(player, FOLDER_2_TRACK_7)
    told(player, ADVERT_5, 4.0)
    told(player, "7E FF 06 15 00 00 00 FE E6 EF", 5.0)
    assert player.playing() == "02/007"
    assert player.wake(5.0) == pytest.approx(11.0)


def test_an_advert_needs_something_to_interrupt():
    assert told(DfPlayer(CLIPS), ADVERT_5) == error(7)


def test_pause_and_stop_say_nothing_of_an_end():
    player = DfPlayer(CLIPS)
    told(player, FOLDER_2_TRACK_7)
    assert told(player, "7E FF 06 42 00 00 00 FE B9 EF", 1.0) == PLAYING
    told(player, "7E FF 06 0E 00 00 00 FE ED EF", 2.0)
    assert (player.playing(), player.wake(50.0)) == (None, None)
    told(player, STOP, 60.0)
    assert player.unasked(60.0) == b""


def test_a_reset_takes_its_time_and_ends_with_ready():
    player = DfPlayer(CLIPS)
    told(player, FOLDER_2_TRACK_7)
    assert told(player, "7E FF 06 0C 00 00 00 FE EF EF", 1.0) == ""
    assert player.playing() is None
    assert told(player, FOLDER_2_TRACK_7, 2.0) == ""
    assert player.wake(2.5) is None
    assert player.unasked(2.5) == message(0x3F, 2)
    told(player, "7E FF 06 09 00 00 02 FE F0 EF", 3.0)
    told(player, FOLDER_2_TRACK_7, 4.0)
    assert player.playing() == "02/007"


@pytest.mark.parametrize(
    ("frame", "number"),
    [
        ("7E FF 06 0F 00 02 08 FE E2 EF", 6),
        ("7E FF 06 0F 00 02 07 FE E4 EF", 4),
        ("7E FF 06 0F 00 02 07 FE E3 EE", 3),
        ("7E FF 06 77 00 00 00 EF", 3),
        ("7E FF 06 09 00 00 09 EF", 5),
    ],
    ids=["no such file", "checksum", "no end", "unknown", "no such source"],
)
def test_what_it_cannot_do_is_an_error_with_its_number(frame, number):
    player = DfPlayer(CLIPS)
    assert told(player, frame) == error(number)
    assert player.playing() is None


@given(st.binary(max_size=200))
def test_noise_plays_nothing_and_soon_the_next_frame_is_heard(noise):
    player = DfPlayer(CLIPS)
    player.receive(noise, 0.0)
    before = player.playing()
    told(player, STOP, 50.0)
    told(player, FOLDER_2_TRACK_7, 60.0)
    told(player, FOLDER_2_TRACK_7, 61.0)
    assert before is None
    assert player.playing() == "02/007"


def test_a_silent_player_obeys_without_a_word():
    player = DfPlayer(CLIPS)
    player.silent = True
    assert told(player, "7E FF 06 06 01 00 1E FE D6 EF") == ""


def test_clips_of_the_config_name_the_lines_of_the_log(tmp_path):
    player = simulated("dfplayer", {"clips": {"02/007": 1.0}}, log=tmp_path / "pa.log")
    assert isinstance(player, DfPlayer)
    told(player, FOLDER_2_TRACK_7)
    player.wake(1.0)
    words = [line.split(" ", 1)[1] for line in (tmp_path / "pa.log").read_text().splitlines()]
    assert words == ["02/007 on", "02/007 off"]


def test_an_independent_library_plays_a_clip_reads_its_state_and_stops_it(tmp_path):
    player = DfPlayer({"01/001": 8.0, "02/007": 8.0})
    line = SimulatedLine(PtyEnd(tmp_path / "box"), [player], 9600).start()
    client = DFPlayer(line.end.where, volume=50, latency=0.2)
    try:
        assert player.volume == 15
        assert client.get_status() == DFPlayer.STATUS_STOPPED
        client.play(2, 7)
        assert client.get_status() == DFPlayer.STATUS_BUSY
        assert player.playing() == "02/007"
        client.stop()
        assert client.get_status() == DFPlayer.STATUS_STOPPED
    finally:
        client._uart.close()
        line.stop()
