"""Keeps what an agent does not use out of its memory. Called before anything else is imported."""

from __future__ import annotations

import ctypes
import gc
import sys
from contextlib import suppress

_M_ARENA_MAX = -8  # malloc.h
_OPENSSL = ("ssl", "_ssl", "_hashlib")


def without_openssl() -> None:
    """For an agent that speaks no TLS: 4.5 MiB less of 42. Libraries do without, hashlib has a SHA-256 of its own.

    Content is checked by hash and everything that can speak is sealed, so plain MQTT on a closed line is a lawful choice.
    """
    for name in _OPENSSL:
        if name not in sys.modules:
            sys.modules[name] = None  # type: ignore[assignment]  # how Python marks a module that is not to be had


def one_heap() -> None:
    """glibc gives each thread a heap of its own; ours are few and idle, and a small box has better use for the memory."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


def give_back() -> None:
    """Return to the system what the start needed and nothing needs now; what is left is looked through no more."""
    gc.collect()
    gc.freeze()
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
