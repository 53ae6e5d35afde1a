"""Decode what strangers made in a process of its own, without much memory, time or disk, and without files or network.

The parent runs `python -m <module> <request>` with the file on standard input and takes the answer from standard output. The
child calls `confined` before it reads a byte: from then on no file, socket or process can be opened, for each needs a
file descriptor and there are none left. A hostile file costs its sender one refusal.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import IO, Any, BinaryIO

MEGABYTE = 1 << 20
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}  # each thread reserves memory, used or not
_SHARE, _LONGEST_WORD = b"share ", 4096
_AT_ONCE = threading.BoundedSemaphore(2)  # many uploads in one minute wait; they do not fight for the machine


@dataclass(frozen=True, slots=True)
class Limits:
    """What one decoding may take. No pydantic here: it would take half of the time in which a child starts."""

    seconds: int
    memory_mb: int
    answer_mb: int
    threads: int = 1


class DecodeError(ValueError):
    """The child gave no answer: `reason` is "time" or "unreadable"."""

    def __init__(self, reason: str) -> None:
        """Why not."""
        super().__init__(reason)
        self.reason = reason


def decoded(
    module: str, request: dict[str, Any], data: bytes, limits: Limits, told: Callable[[float], None] | None = None
) -> tuple[dict[str, Any], bytes]:
    """What `module` answers to `request` about the file: facts, and bytes. DecodeError if it does not.

    `told` hears, on a thread of its own, the shares that the child tells.
    """
    with _AT_ONCE, tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as target:
        source.write(data)
        source.seek(0)
        order = json.dumps(request | {"limits": asdict(limits)})
        with subprocess.Popen(
            [sys.executable, "-m", module, order], stdin=source, stdout=target,
            stderr=subprocess.PIPE if told else subprocess.DEVNULL, env=os.environ | _ONE_THREAD,
        ) as child:  # fmt: skip
            listener = threading.Thread(target=_listen, args=(child.stderr, told), daemon=True, name="shares")
            listener.start()
            try:
                code = child.wait(limits.seconds)
            except subprocess.TimeoutExpired as exc:
                child.kill()
                raise DecodeError("time") from exc
            finally:
                listener.join(1.0)  # what was told before the end is heard before the end
        if code:
            raise DecodeError("time" if code == -signal.SIGXCPU else "unreadable")
        target.seek(0)
        return _answer(target)


def _listen(words: IO[bytes] | None, told: Callable[[float], None] | None) -> None:
    """Shares among whatever else a decoder prints, which is read and forgotten."""
    if words is None or told is None:
        return
    with contextlib.suppress(OSError, ValueError):
        while line := words.readline(_LONGEST_WORD):
            if line.startswith(_SHARE):
                told(min(1.0, max(0.0, float(line[len(_SHARE) :]))))


def _answer(target: BinaryIO) -> tuple[dict[str, Any], bytes]:
    try:
        facts = json.loads(target.readline(100_000))
    except ValueError as exc:
        raise DecodeError("unreadable") from exc
    if not isinstance(facts, dict):
        raise DecodeError("unreadable")
    return facts, target.read()


@contextmanager
def confined(argument: str) -> Iterator[tuple[dict[str, Any], BinaryIO, BinaryIO]]:
    """For the child: the request, the file, and where the answer goes; with its limits in force."""
    request = json.loads(argument)
    limits = Limits(**request.pop("limits"))
    source = sys.stdin.buffer
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing that prints may write into the answer
    for kind, most in (
        (resource.RLIMIT_AS, limits.memory_mb * MEGABYTE),
        (resource.RLIMIT_CPU, limits.seconds * limits.threads),
        (resource.RLIMIT_FSIZE, limits.answer_mb * MEGABYTE),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 0),
    ):
        resource.setrlimit(kind, (most, most))
    with answer:
        yield request, source, answer


def tell(share: float) -> None:
    """For the child: how far it has come, from 0 to 1."""
    with contextlib.suppress(OSError):
        sys.stderr.buffer.write(_SHARE + f"{share:.3f}\n".encode())
        sys.stderr.buffer.flush()


def give(answer: BinaryIO, facts: dict[str, Any], *pieces: bytes | memoryview) -> None:
    """Write the answer: one line of facts, then bytes."""
    answer.write(json.dumps(facts).encode() + b"\n")
    for piece in pieces:
        answer.write(piece)
