"""The two forms in which a levelled recording is kept: FLAC as the master, Opus for thin links and for all that is played.

What approvers hear, what travels and what a gate decodes is the Opus file; the master is there to code anew from.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from itertools import chain

import av
import numpy as np
import soundfile

from controller.media.shares import Told, unheard
from devices.profiles.wav import HEADER_BYTES, RATE

BITS_A_SECOND = 24_000  # 186 kB a minute; below that true peaks rise by more than the 1 dB that mastering leaves
_STRETCH = 10 * RATE
_BITEXACT = {"fflags": "+bitexact"}  # no date and no number of chance: the same samples give the same file
_CODER = {"application": "voip", "vbr": "on", "frame_duration": "20", "flags": "+bitexact"}
Pcm = np.ndarray[tuple[int], np.dtype[np.int16]]


def opus(wav: bytes, told: Told = unheard) -> bytes:
    """An Ogg Opus file of a WAV in our form, with just as many samples once decoded."""
    out = BytesIO()
    with av.open(out, "w", format="ogg", options=_BITEXACT) as file:
        stream = file.add_stream("libopus", rate=RATE, layout="mono", options=_CODER)
        stream.bit_rate = BITS_A_SECOND
        for frame in chain(_frames(_pcm(wav), told), (None,)):
            for packet in stream.encode(frame):
                file.mux(packet)
    return out.getvalue()


def _frames(pcm: Pcm, told: Told) -> Iterator[av.AudioFrame]:
    """Ten seconds at a time."""
    for at in range(0, len(pcm), _STRETCH):
        frame = av.AudioFrame.from_ndarray(pcm[at : at + _STRETCH].reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts = RATE, at
        yield frame
        told(min(1.0, (at + _STRETCH) / len(pcm)))


def flac(wav: bytes) -> bytes:
    """A FLAC file that holds the very samples."""
    out = BytesIO()
    soundfile.write(out, _pcm(wav), RATE, format="FLAC", subtype="PCM_16")
    return out.getvalue()


def _pcm(wav: bytes) -> Pcm:
    return np.frombuffer(wav, "<i2", offset=HEADER_BYTES)
