"""Orders, the record, the pace of a command, and the sinks one by one."""

from __future__ import annotations

import json
import sys
import time
import wave
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.sound.mixer import BLOCK, SILENCE
from devices.sound.orders import MAX_LINE, OrderError, Play, Stop, read_order
from devices.sound.pace import AHEAD, Pace
from devices.sound.record import WavRecord
from devices.sound.sinks import ClockedNullSink, FileSink, PipeSink, SinkError
from devices.sound.timeline import utc_samples
from tests.support.sound import EPOCH, samples_of

RATE = 48_000
START = utc_samples(EPOCH)
PLAY = {"id": "a", "due": "2026-01-05T07:00:00+07:00", "path": "tone:end", "bus": "normal"}


def a_play(**changes) -> bytes:
    return json.dumps({"play": {**PLAY, **changes}}).encode()


def test_a_play_and_a_stop_are_read():
    assert read_order(a_play()) == Play("a", START, "tone:end", "normal", 60.0)
    assert read_order(b'{"stop": ["a", "b"]}\n') == Stop(frozenset({"a", "b"}))


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(b"rubbish\n", id="no JSON"),
        pytest.param(b"\xff\xfe\n", id="no text"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b"{}", id="nothing in it"),
        pytest.param(b'{"sing": 1}', id="unknown verb"),
        pytest.param(b"[" * 5_000, id="deep"),
        pytest.param(b" " * (MAX_LINE + 1), id="too long"),
        pytest.param(b'{"stop": "a"}', id="stop without a list"),
        pytest.param(b'{"stop": [1]}', id="stop with a number"),
        pytest.param(b'{"play": 1}', id="play without fields"),
        pytest.param(a_play(loud=11), id="unknown field"),
        pytest.param(a_play(id=""), id="empty id"),
        pytest.param(a_play(id="x" * 201), id="long id"),
        pytest.param(a_play(path=""), id="no path"),
        pytest.param(a_play(path="a\0b"), id="a path with a null"),
        pytest.param(a_play(bus="loudest"), id="unknown bus"),
        pytest.param(a_play(bus=["normal"]), id="a bus that is a list"),
        pytest.param(a_play(due="soon"), id="no instant"),
        pytest.param(a_play(due=7), id="a number for an instant"),
        pytest.param(a_play(due="2026-01-05T07:00:00"), id="no time zone"),
        pytest.param(a_play(max_late=-1), id="negative lateness"),
        pytest.param(a_play(max_late=True), id="a truth for a number"),
        pytest.param(a_play(max_late=float("nan")), id="no number"),
    ],
)
def test_what_is_no_order_is_refused_in_one_sentence(line):
    with pytest.raises(OrderError, match=r"^[^\n]{5,120}$"):
        read_order(line)


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(line):
    with pytest.raises(OrderError):
        read_order(b"\x00" + line)


def read_wav(path) -> list[int]:
    with wave.open(str(path)) as file:
        return samples_of(file.readframes(file.getnframes()))


def a_block(value: int) -> bytes:
    return value.to_bytes(2, "little") * BLOCK


def test_the_record_is_true_at_every_flush_and_says_when_it_began(tmp_path):
    record = WavRecord(tmp_path / "r.wav", 1)
    record.write(a_block(1), START)
    record.flush()
    assert read_wav(tmp_path / "r.wav") == [1] * BLOCK
    record.write(a_block(2), START + BLOCK)
    record.close()
    record.close()
    assert read_wav(tmp_path / "r.wav") == [1] * BLOCK + [2] * BLOCK
    side = json.loads((tmp_path / "r.wav.json").read_text())
    assert (datetime.fromisoformat(side["started"]), side["rate"]) == (EPOCH, RATE)


def test_a_full_record_turns_over_and_keeps_one_older(tmp_path):
    record = WavRecord(tmp_path / "r.wav", 1)
    for n in range(6_000 * 2 + 1):
        record.write(a_block(n // 6_000), START + n * BLOCK)
    record.close()
    assert read_wav(tmp_path / "r.wav") == [2] * BLOCK
    assert read_wav(tmp_path / "r.1.wav") == [1] * 60 * RATE
    older = json.loads((tmp_path / "r.1.wav.json").read_text())
    assert datetime.fromisoformat(older["started"]) == EPOCH + timedelta(minutes=1)


def test_a_short_hole_in_time_is_silence_in_the_record(tmp_path):
    record = WavRecord(tmp_path / "r.wav", 1)
    record.write(a_block(1), START)
    record.write(a_block(2), START + 3 * RATE)
    record.close()
    assert read_wav(tmp_path / "r.wav") == [1] * BLOCK + [0] * (3 * RATE - BLOCK) + [2] * BLOCK


@pytest.mark.parametrize("jump", [-RATE, 3_600 * RATE])
def test_a_clock_that_went_back_or_far_on_begins_a_new_record(tmp_path, jump):
    record = WavRecord(tmp_path / "r.wav", 1)
    record.write(a_block(1), START)
    record.write(a_block(2), START + jump)
    record.close()
    assert read_wav(tmp_path / "r.1.wav") == [1] * BLOCK
    assert read_wav(tmp_path / "r.wav") == [2] * BLOCK


def test_a_record_that_was_there_before_is_kept_beside_the_new_one(tmp_path):
    for value in (1, 2):
        record = WavRecord(tmp_path / "deep" / "r.wav", 1)
        record.write(a_block(value), START)
        record.close()
    assert read_wav(tmp_path / "deep" / "r.1.wav") == [1] * BLOCK


def test_a_record_that_cannot_be_written_is_an_os_error(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(OSError, match="file"):
        WavRecord(tmp_path / "file" / "r.wav", 1).write(a_block(1), START)


def drive(pace: Pace, ahead, seconds: float) -> float:
    """A command that is `ahead(t)` seconds before us at t, as far as it is let; what it waited in all."""
    waited = 0.0
    for n in range(round(seconds * 100)):
        elapsed = n / 100
        waited += pace.took(elapsed + ahead(elapsed), elapsed)
    return waited


@pytest.mark.parametrize("parts", [50, -50, 300])
def test_a_card_whose_clock_drifts_is_followed(parts):
    pace = Pace()
    waited = drive(pace, lambda t: min(0.2, t) + t * parts / 1e6, 600)
    assert pace.drift == pytest.approx(600 * parts / 1e6, abs=0.004)
    assert waited == 0


def test_a_card_a_second_ahead_after_hours_is_not_held_back():
    pace = Pace()
    drive(pace, lambda t: min(0.2, t), 10)
    waits = [pace.took(n / 100 + 0.2 + 0.00005 * (n / 100), n / 100) for n in range(1_000, 4_000_000)]
    assert pace.drift > 1.9
    assert max(waits) == 0


def test_a_command_without_a_pace_is_held_at_a_second_and_never_taken_for_a_drifting_card():
    pace, written, now = Pace(), 0.0, 0.0
    for _ in range(3_000):
        written += 0.01
        now += pace.took(written, now)
    assert written - now == pytest.approx(AHEAD)
    assert pace.drift == 0


def test_the_clocked_sink_takes_block_n_at_t0_plus_n_times_10_ms():
    now, waits = [5.0], []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        now[0] += seconds + 0.003  # always wakes late

    sink = ClockedNullSink(lambda: now[0], sleep)
    sink.open()
    for _ in range(1_000):
        sink.write(SILENCE)
    assert now[0] == pytest.approx(5.0 + 9.99 + 0.003)
    assert sink.latency() == pytest.approx(0.007)


def test_a_file_sink_keeps_every_sample_at_its_pace_and_turns_over(tmp_path):
    now = [5.0]
    sink = FileSink(tmp_path / "x.wav", 1, lambda: now[0], lambda wait: now.__setitem__(0, now[0] + wait), lambda: 1e9)
    sink.open()
    for number in range(6_005):
        sink.write(a_block(number % 7))
    assert now[0] == pytest.approx(5.0 + 60.04)
    sink.close()
    assert read_wav(tmp_path / "x.1.wav")[: 2 * BLOCK] == [0] * BLOCK + [1] * BLOCK
    assert len(read_wav(tmp_path / "x.1.wav")) == 6_000 * BLOCK
    assert read_wav(tmp_path / "x.wav") == [value for n in range(6_000, 6_005) for value in [n % 7] * BLOCK]


def test_a_file_sink_that_cannot_write_is_a_sink_error(tmp_path):
    (tmp_path / "no").write_bytes(b"")
    with pytest.raises(SinkError, match="cannot be written"):
        FileSink(tmp_path / "no" / "x.wav", 1).open()


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-S", "-c", code)


def feed(sink: PipeSink, seconds: float) -> None:
    """Write silence for so long, or until the sink refuses."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        sink.write(SILENCE)


def test_a_command_gets_every_sample_in_order(tmp_path):
    target = tmp_path / "raw"
    sink = PipeSink(python(f"import sys; open({str(target)!r}, 'wb').write(sys.stdin.buffer.read())"))
    sink.open()
    for value in range(50):
        sink.write(a_block(value))
    sink.close()
    sink.close()
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and target.stat().st_size < 50 * len(SILENCE):
        time.sleep(0.02)
    assert samples_of(target.read_bytes()) == [value for value in range(50) for _ in range(BLOCK)]


def test_a_command_that_does_not_exist_is_an_error_at_once():
    with pytest.raises(SinkError, match="no-such-player cannot be started"):
        PipeSink(("no-such-player",)).open()


def test_a_command_that_ends_is_an_error_with_its_code_and_last_words():
    sink = PipeSink(python("import sys; sys.exit('no such sink: hall')"))
    sink.open()
    with pytest.raises(SinkError, match="ended with code 1: no such sink: hall"):
        feed(sink, 10)
    sink.close()


def test_a_command_that_ends_well_is_an_error_too():
    sink = PipeSink(python("pass"))
    sink.open()
    with pytest.raises(SinkError, match="ended with code 0"):
        feed(sink, 10)
    sink.close()


def test_a_command_that_never_reads_is_an_error_and_is_killed():
    sink = PipeSink(python("import time; time.sleep(60)"))
    sink.open()
    with pytest.raises(SinkError, match="takes no samples"):
        feed(sink, 10)
    sink.close()
    with pytest.raises(SinkError, match="not running"):
        sink.write(SILENCE)


def test_a_command_that_floods_its_errors_is_read_slowly_and_only_its_last_words_kept():
    code = (
        "import sys\nwhile sys.stdin.buffer.read(960): sys.stderr.write('x' * 100_000 + '\\nlast'); sys.stderr.flush()"
    )
    sink = PipeSink(python(code))
    sink.open()
    with pytest.raises(SinkError):
        feed(sink, 10)
    assert len(sink._words) <= 400
    sink.close()
