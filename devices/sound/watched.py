"""A sink whose output is looked for in the sound server's own list: players play into nothing and say that all is well."""

from __future__ import annotations

import subprocess
import threading

from devices.sound.sinks import Sink, SinkError

EVERY = 0.7  # seconds between looks: with the time a look may take, an output that vanished is known within 2 s
_PATIENCE = 1.0
_MOST = 1_000_000  # bytes of a list


class WatchedSink:
    """Passes on to a sink for as long as `listing` names `output`."""

    def __init__(self, inner: Sink, listing: tuple[str, ...], output: str) -> None:
        """`listing` prints the outputs there are, such as ("pactl", "list", "short", "sinks"); nothing is started yet."""
        self._inner, self._listing, self._output = inner, listing, output
        self._fault = ""
        self._closed = threading.Event()

    def open(self) -> None:
        """Look, then begin a stream, and go on looking."""
        self._fault = self._look()
        if self._fault:
            raise SinkError(self._fault)
        self._inner.open()
        self._closed = closed = threading.Event()
        threading.Thread(target=self._watch, args=(closed,), daemon=True, name="sink watch").start()

    def write(self, block: bytes) -> None:
        """Take one block, unless the output is gone."""
        if self._fault:
            raise SinkError(self._fault)
        self._inner.write(block)

    def latency(self) -> float:
        """Of the sink behind."""
        return self._inner.latency()

    def close(self) -> None:
        """Stop looking and give everything back."""
        self._closed.set()
        self._inner.close()

    def _watch(self, closed: threading.Event) -> None:
        while not closed.wait(EVERY) and not self._fault:
            fault = self._look()
            if not closed.is_set():
                self._fault = fault

    def _look(self) -> str:
        """Why the output cannot be used; empty if it is there."""
        try:
            done = subprocess.run(self._listing, capture_output=True, timeout=_PATIENCE, check=False)
        except subprocess.TimeoutExpired:
            return f"the list of sound outputs ({self._listing[0]}) does not come"
        except OSError as exc:
            return f"the list of sound outputs ({self._listing[0]}) cannot be had: {exc.strerror}"
        words = done.stdout[:_MOST].decode(errors="replace").split()
        return "" if self._output in words else f"there is no sound output named {self._output}"
