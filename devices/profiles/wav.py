"""The one form of sound we play: 48 kHz, mono, 16-bit little-endian PCM in a WAV file. Pure."""

from __future__ import annotations

import struct

RATE = 48_000
WIDTH = 2  # bytes of one frame
HEADER_BYTES = 44
_HEAD_LIMIT = 64 * 1024  # chunks before the samples (titles, cover pictures) may fill this much


def wav_header(frames: int) -> bytes:
    """The 44 bytes before `frames` frames."""
    size = frames * WIDTH
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF", 36 + size, b"WAVE", b"fmt ", 16, 1, 1, RATE, RATE * WIDTH, WIDTH, 8 * WIDTH, b"data", size,
    )  # fmt: skip


def read_wav_header(head: bytes, size: int) -> tuple[int, int]:
    """(offset of the first frame, frames) of a WAV of `size` bytes that begins with `head`; ValueError if it is not our form.

    A length that runs past the end of the file is cut to what is there: a half-written file plays as far as it goes.
    """
    if len(head) < 12 or head[:4] != b"RIFF" or head[8:12] != b"WAVE":
        raise ValueError("not a WAV file")
    place, form = 12, False
    while place + 8 <= min(len(head), _HEAD_LIMIT):
        name, length = struct.unpack_from("<4sI", head, place)
        place += 8
        if name == b"fmt ":
            form = _is_ours(head[place : place + 16])
        elif name == b"data":
            if not form:
                raise ValueError("not 48 kHz mono 16-bit PCM")
            return place, max(0, min(length, size - place)) // WIDTH
        place += length + (length & 1)
    raise ValueError("the WAV file has no samples near its beginning")


def _is_ours(form: bytes) -> bool:
    if len(form) < 16:
        return False
    kind, channels, rate, _, _, bits = struct.unpack("<HHIIHH", form)
    return (kind, channels, rate, bits) == (1, 1, RATE, 8 * WIDTH)
