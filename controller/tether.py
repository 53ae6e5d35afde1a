"""Run a program tied to the life of whoever started it: `python tether.py PARENT PROGRAM ARGUMENTS...`.

A child that is merely a child outlives a parent killed with -9. This asks the kernel (Linux) to end the program when its
parent ends, then becomes the program. It stands alone, so that it can be run by file name before anything is imported.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def tethered(command: Sequence[str], on_death: signal.Signals = signal.SIGTERM) -> list[str]:
    """`command` so started that the kernel sends it `on_death` when the thread that starts it ends.

    Start it from the main thread, or from one that lives as long as the child should.
    """
    return [sys.executable, "-I", "-S", str(Path(__file__)), str(os.getpid()), str(int(on_death)), *command]


def _become(parent: int, on_death: int, command: Sequence[str]) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, on_death, 0, 0, 0)
        if os.getppid() != parent:  # it ended before the kernel was asked
            sys.exit(1)
    os.execv(command[0], list(command))


if __name__ == "__main__":
    _become(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
