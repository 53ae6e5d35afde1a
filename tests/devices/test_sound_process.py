"""The sound process as a process, and its owner's view of it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from devices.ports import Clip
from devices.profiles.tones import tone_wav
from devices.sound.client import SinkFaultError, SoundProcess
from devices.sound.settings import SoundSettings
from tests.support.sound import a_wav, samples_of
from tests.support.sounding import a_sound, fault_of, polled, soon, wait_for

RATE = 48_000


def record_of(path: Path) -> tuple[datetime, list[int]]:
    side = json.loads(path.with_name(path.name + ".json").read_text())
    return datetime.fromisoformat(side["started"]), samples_of(path.read_bytes()[44:])


def test_a_chime_and_the_words_after_it_fall_on_their_due_sample(tmp_path):
    words = a_wav(tmp_path / "w.wav", [7_000 + i % 50 for i in range(24_000)])
    with a_sound(record=tmp_path / "r.wav") as sound:
        due = soon(4).replace(microsecond=0) + timedelta(seconds=1)
        sound.play(
            (
                Clip("chime", due - timedelta(seconds=1.5), "tone:chime-2", "normal"),
                Clip("words", due, words, "normal"),
            )
        )
        ended = polled(sound, 2)
    started, heard = record_of(tmp_path / "r.wav")
    first = round((due - started).total_seconds() * RATE)
    tone = samples_of(tone_wav("chime-2")[44:])
    found = heard.index(7_000, first - 10)
    assert abs(found - first) <= 1
    assert heard[found : found + 24_000] == [7_000 + i % 50 for i in range(24_000)]
    assert heard[found - len(tone) : found] == tone
    assert [(end.id, end.frames, end.of_frames, end.reason) for end in ended] == [
        ("chime", len(tone), len(tone), ""),
        ("words", 24_000, 24_000, ""),
    ]
    assert all(abs(end.start_error) < 0.05 for end in ended)


def test_progress_grows_and_a_stopped_clip_is_gone():
    with a_sound() as sound:
        sound.play((Clip("t", soon(-1), "tone:test", "normal"),))
        wait_for(lambda: sound.progress().get("t", 0) > 0)
        sound.stop(frozenset({"t"}))
        (end,) = polled(sound, 1)
        assert (end.id, end.reason, end.of_frames) == ("t", "stopped", 480_000)
        assert 0 < end.frames < 480_000
        assert sound.progress() == {}


def test_a_missing_file_and_one_too_late_end_with_their_reasons():
    with a_sound() as sound:
        sound.play(
            (
                Clip("gone", soon(100), "/no/such.wav", "normal"),
                Clip("late", soon(-10), "tone:end", "normal", max_late=5),
            )
        )
        assert {end.id: end.reason for end in polled(sound, 2)} == {"gone": "missing", "late": "late"}


def test_a_process_killed_in_mid_clip_ends_it_as_sink_and_the_next_clip_still_plays():
    with a_sound() as sound:
        sound.play((Clip("now", soon(0), "tone:test", "normal"), Clip("next", soon(6), "tone:end", "normal")))
        wait_for(lambda: sound.progress().get("now", 0) > 0)
        first = sound.pid
        os.kill(first, signal.SIGKILL)
        (end,) = polled(sound, 1)
        assert (end.id, end.reason, end.of_frames) == ("now", "sink", 480_000)
        assert 0 < end.frames < 480_000
        with pytest.raises(SinkFaultError, match="ended with code -9") as caught:
            sound.poll()
        assert caught.value.code == "audio.sink"
        (after,) = polled(sound, 1)
        assert (after.id, after.frames, after.reason) == ("next", 48_000, "")
        assert abs(after.start_error) < 0.05
        assert sound.pid not in (None, first)
        assert sound.poll() == ()


def silence_of(sound: SoundProcess, now: list[float], steps: float, seconds: float) -> str:
    """Poll every `steps` seconds of the owner's clock; what it says when it gives the process up."""
    for _ in range(round(seconds / steps)):
        now[0] += steps
        try:
            sound.poll()
        except SinkFaultError as fault:
            return str(fault)
    return ""


@contextmanager
def a_hanging_sound(now: list[float]) -> Iterator[SoundProcess]:
    """It has begun to beat, and then hangs."""
    sound = SoundProcess(SoundSettings(), clock=lambda: now[0])
    try:
        sound.play((Clip("a", soon(0), "tone:test", "normal"),))
        wait_for(lambda: sound.progress().get("a", 0) > 0)
        os.kill(sound.pid, signal.SIGSTOP)
        yield sound
    finally:
        sound.close()


def test_a_process_that_hangs_is_known_within_three_seconds_killed_and_replaced():
    now = [time.monotonic()]
    with a_hanging_sound(now) as sound:
        first = sound.pid
        assert silence_of(sound, now, 0.5, 2.5) == ""
        assert "silent" in silence_of(sound, now, 0.5, 1.5)  # the look that kills it tells of the clip that sounded
        now[0] += 2
        with suppress(SinkFaultError):
            sound.poll()
        assert sound.pid not in (None, first)


def test_an_owner_that_slept_itself_does_not_take_its_process_for_dead():
    now = [time.monotonic()]
    with a_hanging_sound(now) as sound:
        first = sound.pid
        assert silence_of(sound, now, 60.0, 60.0) == ""
        assert sound.pid == first


@pytest.mark.parametrize(
    ("command", "words"),
    [
        pytest.param(("no-such-player",), "cannot be started", id="not there"),
        pytest.param((sys.executable, "-S", "-c", "raise SystemExit('no card')"), "no card", id="ends at once"),
    ],
)
def test_a_sink_command_that_fails_is_a_fault_within_two_seconds(command, words):
    with a_sound(sink="pipe", command=command) as sound:
        assert words in fault_of(sound)


def outputs(folder, *names: str) -> tuple[str, ...]:
    """A sound server's list of outputs that a test may change."""
    (folder / "sinks").write_text("".join(f"{n}\t{name}\tmodule-null-sink.c\n" for n, name in enumerate(names)))
    return ("cat", str(folder / "sinks"))


def test_an_output_that_the_server_does_not_list_is_a_fault_and_no_silent_success(tmp_path):
    eater = (sys.executable, "-S", "-c", "import sys\nwhile sys.stdin.buffer.read(960): pass")
    with a_sound(sink="pipe", command=eater, listing=outputs(tmp_path, "yard"), output="hall") as sound:
        sound.play((Clip("t", soon(0), "tone:test", "normal"),))
        assert "no sound output named hall" in fault_of(sound)


def test_an_output_taken_away_in_mid_play_ends_the_clip_as_sink_and_comes_back(tmp_path):
    with a_sound(listing=outputs(tmp_path, "hall"), output="hall") as sound:
        sound.play((Clip("t", soon(0), "tone:test", "normal"),))
        wait_for(lambda: sound.progress().get("t", 0) > 0)
        outputs(tmp_path, "yard")
        (end,) = polled(sound, 1)
        assert (end.id, end.reason) == ("t", "sink")
        assert "no sound output named hall" in fault_of(sound)
        outputs(tmp_path, "hall")
        sound.play((Clip("u", soon(0), "tone:chime-2", "normal"),))
        (end,) = polled(sound, 1)
        assert (end.id, end.reason) == ("u", "")


def test_a_list_that_cannot_be_had_is_a_fault():
    with a_sound(listing=("no-such-list",), output="hall") as sound:
        assert "cannot be had" in fault_of(sound)


def test_a_sink_command_that_vanishes_is_started_again(tmp_path):
    pids = tmp_path / "pids"
    code = (
        f"import os, sys; open({str(pids)!r}, 'a').write(f'{{os.getpid()}}\\n')\nwhile sys.stdin.buffer.read(960): pass"
    )
    with a_sound(sink="pipe", command=(sys.executable, "-S", "-c", code)) as sound:
        sound.play((Clip("t", soon(0), "tone:test", "normal"),))
        wait_for(lambda: sound.progress().get("t", 0) > 0 and pids.exists() and pids.read_text().endswith("\n"))
        os.kill(int(pids.read_text().split()[0]), signal.SIGKILL)
        (end,) = polled(sound, 1)
        assert (end.id, end.reason) == ("t", "sink")
        assert 0 < end.frames < end.of_frames
        wait_for(lambda: len(pids.read_text().split()) == 2)


@contextmanager
def a_raw_process(*arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    child = subprocess.Popen(
        [sys.executable, "-m", "devices.sound", *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with child:
        try:
            yield child
        finally:
            child.kill()


def test_rubbish_is_answered_by_one_line_each_and_the_stream_goes_on():
    with a_raw_process() as child:
        child.stdin.write(b"rubbish\n" + b"x" * 100_000 + b'\n{"sing": 1}\n')
        child.stdin.write(
            b'{"play": {"id": "a", "due": "2020-01-01T00:00:00Z", "path": "tone:end", "bus": "normal"}}\n'
        )
        child.stdin.flush()
        errors = []
        for line in child.stdout:
            report = json.loads(line)
            errors += [report["text"]] if report["event"] == "error" else []
            if report["event"] == "ended":
                break
        assert report["reason"] == "late"
        assert len(errors) == 3


def test_the_process_ends_when_its_owner_goes_away():
    with a_raw_process() as child:
        child.stdin.close()
        assert child.wait(20) == 0


def test_ctrl_c_in_the_terminal_is_left_to_the_owner_and_a_request_to_end_keeps_the_record_whole(tmp_path):
    record = tmp_path / "r.wav"
    with a_raw_process("--record", str(record)) as child:
        wait_for(lambda: record.exists() and record.stat().st_size > 2 * RATE)
        child.send_signal(signal.SIGINT)
        size = record.stat().st_size
        wait_for(lambda: record.stat().st_size > size)
        assert child.poll() is None
        child.send_signal(signal.SIGTERM)
        assert child.wait(20) == 0
    data = record.read_bytes()
    assert int.from_bytes(data[40:44], "little") == len(data) - 44


def test_an_owner_who_never_reads_does_not_stop_the_stream(tmp_path):
    with a_raw_process("--record", str(tmp_path / "r.wav")) as child:
        child.stdin.write(b"x\n" * 4_000)
        child.stdin.flush()
        wait_for(lambda: (tmp_path / "r.wav").exists() and (tmp_path / "r.wav").stat().st_size > 2 * RATE)
        assert child.poll() is None


def test_a_pipe_without_a_command_is_refused():
    with a_raw_process("--sink", "pipe") as child:
        assert child.wait(20) == 2


def test_a_record_that_cannot_be_written_does_not_stop_the_sound(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with a_sound(record=tmp_path / "file" / "r.wav") as sound:
        sound.play((Clip("t", soon(0), "tone:end", "normal"),))
        (end,) = polled(sound, 1)
        assert (end.frames, end.reason) == (48_000, "")


def test_a_file_sink_is_a_wav_at_the_pace_of_a_card_with_every_clip_on_its_second(tmp_path):
    with a_sound(sink="file", output=str(tmp_path / "hall.wav")) as sound:
        due = soon(1.5)
        sound.play((Clip("a", due, "tone:chime-2", "normal"),))
        (end,) = polled(sound, 1)
        assert (end.reason, end.frames) == ("", 72_000)
    began, samples = record_of(tmp_path / "hall.wav")
    first = next(n for n, value in enumerate(samples) if value)
    assert abs(first / RATE - (due - began).total_seconds()) < 0.01


def test_a_file_that_cannot_be_written_is_a_fault_of_the_sink(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with a_sound(sink="file", output=str(tmp_path / "file" / "x.wav")) as sound:
        assert "cannot be written" in fault_of(sound)


def test_a_closed_process_takes_nothing_more_and_a_second_close_does_nothing():
    sound = SoundProcess(SoundSettings())
    sound.close()
    sound.close()
    sound.stop(frozenset({"a"}))
    assert sound.pid is None
    assert sound.poll() == ()


def test_a_monitor_command_tells_whether_a_play_was_heard(tmp_path):
    raw = tmp_path / "raw"
    raw.write_bytes(b"")
    # A card of its own pace, and a monitor that gives back what came out of it.
    card = (
        "import sys, time\n"
        f"out, at = open({str(raw)!r}, 'ab', 0), time.monotonic()\n"
        "while data := sys.stdin.buffer.read(960):\n"
        "    at += 0.01\n"
        "    time.sleep(max(0, at - time.monotonic()))\n"
        "    out.write(data)\n"
    )
    follow = (
        "import sys, time\n"
        f"file = open({str(raw)!r}, 'rb', 0)\n"
        "while True:\n"
        "    data = file.read(9600)\n"
        "    sys.stdout.buffer.write(data); sys.stdout.buffer.flush()\n"
        "    if not data: time.sleep(0.01)\n"
    )
    python = (sys.executable, "-S", "-c")
    with a_sound(sink="pipe", command=(*python, card), monitor=(*python, follow)) as sound:
        sound.play((Clip("a", soon(2), "tone:chime-2", "normal"),))
        (end,) = polled(sound, 1)
    assert (end.frames, end.reason, end.heard) == (72_000, "", "heard")
