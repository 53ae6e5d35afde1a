"""Scales and adds 16-bit samples all at once, as lanes of one large integer. Pure, standard library only.

A lane has 32 bits. A sample lies in it as v + 32768, so that nothing is negative and no lane borrows from its neighbour; under a
gain g, a 15-bit fraction, the upper half of (v + 32768) x 2g is exactly (v x g >> 15) + g. Sample by sample in Python the
same takes four times as long, a hundred times a second, for as long as anything sounds.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from functools import cache

_TOP = 1 << 24  # above any sum of 256 samples, and a multiple of what 16 bits hold


def scaled_sum(parts: Sequence[tuple[bytes, int]]) -> bytes | None:
    """The sum of parts (16-bit little-endian samples, gain from 0 to 32768), rounded down part by part, as such samples;
    None where a sum does not fit into 16 bits. All parts have the same length, and there are at most 256."""
    count = len(parts[0][0]) // 2
    ones = _ones(count)
    upper, sign = 0xFFFF * ones, 0x8000 * ones
    total = (_TOP + 0x8000 - sum(gain for _, gain in parts)) * ones
    for data, gain in parts:
        total += ((_spread(data, count) ^ sign) * (2 * gain) >> 16) & upper
    if ((total >> 16) & upper) != (_TOP >> 16) * ones:
        return None
    return array("H", (total ^ sign).to_bytes(4 * count, "little"))[::2].tobytes()


def _spread(data: bytes, count: int) -> int:
    """Each sample in the lower half of its lane."""
    lanes = array("H", bytes(4 * count))
    lanes[::2] = array("H", data)
    return int.from_bytes(lanes.tobytes(), "little")


@cache
def _ones(count: int) -> int:
    """One in each lane."""
    return int.from_bytes(b"\1\0\0\0" * count, "little")
