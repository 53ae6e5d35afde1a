"""The screen's main loop: orders on standard input, answers on standard output, pictures in step with the machine's clock."""

from __future__ import annotations

import json
import os
import select
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from devices.screen.canvas import Canvas
from devices.screen.films import FilmError
from devices.screen.orders import (
    MAX_LINE,
    NO_FILM,
    NO_OUTPUT,
    NOT_OPEN,
    Open,
    Order,
    OrderError,
    Show,
    read_order,
)
from devices.screen.outputs import Headless, Output, OutputError, Window, write_png

IDLE = 0.1  # seconds: a window must answer its display also while nothing changes
PICTURE_EVERY = 0.5  # seconds between two files of the picture
LATE = 0.04  # seconds after its instant at which a frame counts as late: one of 25 a second

Clock = Callable[[], float]


class Screen:
    """Obeys orders and draws. Has no loop of its own, so that tests move the time."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        """Nothing is open."""
        self._clock = clock
        self._canvas: Canvas | None = None
        self._output: Output | None = None
        self._picture: Path | None = None
        self._picture_at, self._written = float("-inf"), -1
        self._due: float | None = None
        self._broken = ""
        self.frames = self.late = 0

    def obey(self, order: Order) -> dict[str, Any]:
        """The answer; OrderError if it cannot be done."""
        if isinstance(order, Open):
            self._open(order)
        elif self._canvas is None:
            raise OrderError(order.number, NOT_OPEN, "the screen is not open")
        elif isinstance(order, Show):
            self._show(order, self._canvas)
        return {"n": order.number, **self._report()}

    def _open(self, order: Open) -> None:
        if self._canvas is not None and self._output is not None:
            self._canvas.close()
            self._output.close()
            self._canvas = self._output = None
        try:
            window = order.output == "window"
            output = Window(order.width, order.height, order.display) if window else Headless(order.width, order.height)
        except OutputError as exc:
            raise OrderError(order.number, NO_OUTPUT, str(exc)) from exc
        self._canvas, self._output = Canvas(order.width, order.height), output
        self._picture = Path(order.picture) if order.picture else None
        self._draw()

    def _show(self, order: Show, canvas: Canvas) -> None:
        canvas.show(order)
        self._broken = ""
        try:
            self._draw()
        except FilmError as exc:
            raise OrderError(order.number, NO_FILM, str(exc)) from exc

    def _report(self) -> dict[str, Any]:
        if self._canvas is None or self._output is None:
            return {}
        held = self._output.held()
        told = {
            "width": self._canvas.width, "height": self._canvas.height, "lamps": self._canvas.lamps_of(held),
            "frames": self.frames, "late": self.late,
        }  # fmt: skip
        if self._canvas.film_frame is not None:
            told["film"] = self._canvas.film_frame
        if self._broken:
            told["broken"] = self._broken
        return told

    def turn(self) -> float:
        """Draw what is due; seconds until there is something to do."""
        if self._output is None:
            return IDLE
        now = self._clock()
        if self._due is not None and now >= self._due:
            self.late += now - self._due > LATE
            self._try_to_draw()
        else:
            self._output.idle()
            self._write_picture()
        return IDLE if self._due is None else min(max(self._due - self._clock(), 0.0), IDLE)

    def _try_to_draw(self) -> None:
        """A video that breaks off leaves its last picture; the next look tells."""
        try:
            self._draw()
        except FilmError as exc:
            self._broken, self._due = str(exc), None

    def _draw(self) -> None:
        if self._canvas is None or self._output is None:
            return
        now = self._clock()
        self._output.present(self._canvas.draw(now))
        self.frames += 1
        self._due = self._canvas.next_change(now)
        self._write_picture()

    def _write_picture(self) -> None:
        now = self._clock()
        if self._picture is None or self._output is None or self._written == self.frames:
            return
        if now - self._picture_at < PICTURE_EVERY:
            return
        self._picture_at, self._written = now, self.frames
        with suppress(OSError):  # on a full disk the old picture stays and the wall goes on
            write_png(self._output.held(), self._picture)

    def close(self) -> None:
        """Give everything back."""
        if self._canvas is not None and self._output is not None:
            self._canvas.close()
            self._output.close()


class Lines:
    """Bytes in, whole lines out; one that is too long is dropped to its end, and said once."""

    def __init__(self) -> None:
        self._rest = b""
        self._skipping = False

    def feed(self, data: bytes) -> list[bytes]:
        """The lines these bytes complete."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        if self._skipping and lines:
            lines, self._skipping = lines[1:], False
        if len(self._rest) > MAX_LINE:
            self._rest, self._skipping = b"", True
        return [line for line in lines if line]


def draw_until_told(descriptor: int, beats: int) -> int:
    """Until `descriptor`, which orders come from, is closed (0), or the output goes away (1); a beat for every turn."""
    screen, lines = Screen(), Lines()
    orders = select.poll()
    orders.register(descriptor, select.POLLIN)
    try:
        while True:
            pause = screen.turn()
            os.write(beats, b".")
            if not orders.poll(pause * 1000):
                continue
            data = os.read(descriptor, 65_536)
            if not data:
                return 0
            for line in lines.feed(data):
                _answer(_obeyed(screen, line))
    except OutputError as exc:
        sys.stderr.write(f"screen: {exc}\n")
        sys.stderr.flush()
        return 1
    except BrokenPipeError:
        return 0
    finally:
        screen.close()


def _obeyed(screen: Screen, line: bytes) -> dict[str, Any]:
    try:
        return screen.obey(read_order(line))
    except OrderError as exc:
        return {"n": exc.number, "no": exc.code, "why": exc.why}


def _answer(body: dict[str, Any]) -> None:
    sys.stdout.buffer.write(json.dumps(body, separators=(",", ":")).encode() + b"\n")
    sys.stdout.buffer.flush()
