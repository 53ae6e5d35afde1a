"""The sound process as its owner sees it: starts it, speaks to it in lines, starts it again when it dies."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from devices.errors import DeviceError
from devices.ports import Clip, Played
from devices.sound.settings import SoundSettings
from devices.sound.sources import clip_frames

_log = logging.getLogger(__name__)

_MAX_LINE = 64 * 1024
_SILENT_AFTER = 3.0  # seconds without a beat, of two a second, after which the process is taken for dead
_STARTING = 20.0  # the same for its first beat: a small box under load takes a while to start a program
_ASLEEP = 4.0  # seconds between two looks of ours after which it was we who did not run
_BACK_OFF = (1.0, 30.0)
_FULL = 100  # percent
_KEPT = 10_000  # reports waiting for a poll


class SinkFaultError(DeviceError):
    """No sink takes sound, or the sound process is gone."""

    code = "audio.sink"


class StalledError(SinkFaultError):
    """The sink, or the sound process, is there and takes nothing."""

    code = "audio.stall"


class SoundProcess:
    """A `devices.ports.SoundOut` in a process of its own, with `progress` besides. May be used from several threads."""

    def __init__(
        self,
        settings: SoundSettings,
        python: str = sys.executable,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """The process is started at once; if it dies, `poll` starts it again after 1 to 30 s."""
        self._settings, self._python, self._clock = settings, python, clock
        self._lock = threading.RLock()
        self._clips: dict[str, Clip] = {}
        self._progress: dict[str, int] = {}
        self._ended: deque[Played] = deque(maxlen=_KEPT)
        self._fault, self._stalled = "", False
        self._clipped = 0
        self._heard_at = self._retry_at = 0.0
        self._looked_at = clock()
        self._patience = _STARTING
        self._back_off = _BACK_OFF[0]
        self._child: subprocess.Popen[bytes] | None = None
        self._closed = False
        self._start()

    def play(self, clips: tuple[Clip, ...]) -> None:
        """Queue clips; each ends as one `Played` in `poll`. Clips due end to end on one bus sound without a seam."""
        with self._lock:
            for clip in clips:
                self._clips[clip.id] = clip
                self._tell(_play_line(clip))

    def stop(self, ids: frozenset[str]) -> None:
        """Ramp these clips down and drop them."""
        with self._lock:
            if self._child is None:
                for name in ids & self._clips.keys():
                    self._end(name, 0, "stopped")
            elif ids:
                for name in sorted(ids):
                    self._tell({"stop": [name]})

    def poll(self) -> tuple[Played, ...]:
        """What ended since the last poll. With nothing ended, SinkFaultError while no sink takes sound."""
        with self._lock:
            self._revive()
            ended = tuple(self._ended)
            self._ended.clear()
            if not ended and self._fault:
                raise (StalledError if self._stalled else SinkFaultError)(self._fault)
            return ended

    def clipped(self) -> int:
        """Samples since the last look that did not fit: sounds that are too loud together."""
        with self._lock:
            found, self._clipped = self._clipped, 0
            return found

    def progress(self) -> Mapping[str, int]:
        """Frames the sink has taken so far, of each clip that sounds; fresh each second."""
        with self._lock:
            return dict(self._progress)

    @property
    def pid(self) -> int | None:
        """Of the sound process; None while it is down."""
        child = self._child
        return child.pid if child else None

    def close(self) -> None:
        """End the process; a second close does nothing."""
        with self._lock:
            self._closed = True
            child, self._child = self._child, None
        if child is not None:
            _end_child(child, 2.0)

    def _start(self) -> None:
        try:
            self._child = subprocess.Popen(
                [self._python, "-m", "devices.sound", *self._settings.arguments()],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            )  # fmt: skip
        except OSError as exc:
            self._down(f"the sound process cannot be started: {exc.strerror}")
            return
        if self._child.stdin:
            os.set_blocking(self._child.stdin.fileno(), False)
        self._heard_at, self._patience = self._clock(), _STARTING
        threading.Thread(target=self._listen, args=(self._child,), daemon=True, name="sound reports").start()
        for clip in self._clips.values():
            self._tell(_play_line(clip))

    def _revive(self) -> None:
        """Start a process that is down and due for another try; kill one that has fallen silent."""
        now = self._clock()
        looked, self._looked_at = self._looked_at, now
        if self._closed:
            return
        if now - looked > _ASLEEP:
            self._heard_at = now  # what it told us meanwhile still lies in the pipe
        if self._child is None and now >= self._retry_at:
            self._start()
        elif self._child is not None and now - self._heard_at > _SILENT_AFTER:
            self._drop("the sound process has fallen silent", stalled=True)

    def _tell(self, order: Mapping[str, Any]) -> None:
        """Write one line. A process that does not read is as good as dead."""
        if self._child is None or self._child.stdin is None:
            return
        line = json.dumps(order, separators=(",", ":")).encode() + b"\n"
        try:
            if os.write(self._child.stdin.fileno(), line) < len(line):
                self._drop("the sound process takes no orders")
        except OSError:
            self._drop("the sound process takes no orders")

    def _drop(self, reason: str, stalled: bool = False) -> None:
        child = self._child
        if child is not None:
            self._down(reason, stalled)
            _end_child(child, 0.0)

    def _down(self, reason: str, stalled: bool = False) -> None:
        """The process is gone: what sounded has ended, what has not begun is told to the next one."""
        self._child = None
        self._fault, self._stalled = reason, stalled
        self._retry_at = self._clock() + self._back_off
        self._back_off = min(2 * self._back_off, _BACK_OFF[1])
        for name in tuple(self._progress):
            self._end(name, self._progress[name], "sink")

    def _end(
        self, name: str, frames: int, reason: str, of_frames: int = 0, error: float = 0.0, heard: str = ""
    ) -> None:
        clip = self._clips.pop(name)
        self._progress.pop(name, None)
        if not of_frames:
            with contextlib.suppress(OSError, ValueError):
                of_frames = clip_frames(clip.path)
        self._ended.append(Played(name, frames, of_frames, error, reason, heard))

    def _listen(self, child: subprocess.Popen[bytes]) -> None:
        """Read reports until the process closes its output."""
        if child.stdout is None:
            return
        with child.stdout as reports:
            for line in _lines(reports.readline):
                with self._lock:
                    if child is not self._child:
                        break
                    self._hear(json.loads(line))
        code = child.wait()
        if child.stdin:
            with contextlib.suppress(OSError):
                child.stdin.close()
        with self._lock:
            if child is self._child:
                self._down(f"the sound process ended with code {code}")

    def _hear(self, report: Mapping[str, Any]) -> None:
        self._heard_at, self._patience = self._clock(), _SILENT_AFTER
        event = report["event"]
        if event == "beat":
            self._progress = {name: frames for name, frames in report["frames"].items() if name in self._clips}
            self._clipped += report["clipped"]
            if report["sink"]:
                self._back_off = _BACK_OFF[0]
        elif event == "sink":
            self._fault, self._stalled = "" if report["ok"] else report["text"], report["stalled"]
        elif event == "error":
            _log.warning("sound: %s", report["text"])
        elif event == "ended" and report["id"] in self._clips:
            heard = (report.get("heard") or {}).get("verdict", "")
            self._end(
                report["id"], report["frames"], report["reason"], report["of_frames"], report["start_error"], heard
            )


def _play_line(clip: Clip) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "id": clip.id,
        "due": clip.due.isoformat(),
        "path": clip.path,
        "bus": clip.bus,
        "max_late": clip.max_late,
    }
    if clip.offset:
        fields["offset"] = clip.offset
    if clip.delay:
        fields["delay"] = clip.delay
    if clip.gain != _FULL:
        fields["gain"] = clip.gain
    return {"play": fields}


def _lines(readline: Callable[[int], bytes]) -> Iterable[bytes]:
    while line := readline(_MAX_LINE):
        yield line


def _end_child(child: subprocess.Popen[bytes], patience: float) -> None:
    """Close its input, give it `patience` seconds, then kill it."""
    if child.stdin:
        with contextlib.suppress(OSError):
            child.stdin.close()
    try:
        child.wait(patience)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
