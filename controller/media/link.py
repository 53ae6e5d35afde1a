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

from controller.media.loudness import decibels
from controller.media.shares import Told, unheard
from devices.profiles.wav import HEADER_BYTES, RATE

BITS_A_SECOND = 24_000  # 165 kB a minute; below that true peaks rise by more than the 1 dB that mastering leaves
HIGHEST = -1.0  # dBFS of what is played: coding moves waves about, and peaks with them
_STRETCH = 10 * RATE
_TRIES, _MORE = 4, 0.2  # dB: coded anew, peaks lie anew
_BITEXACT = {"fflags": "+bitexact"}  # no date and no number of chance: the same samples give the same file
# "voip" makes words plainer at 8 kHz, and raised a peak of -2 dBTP to +3.5: louder than any loudspeaker's file may be.
_CODER = {"application": "audio", "vbr": "on", "frame_duration": "60", "flags": "+bitexact"}
Pcm = np.ndarray[tuple[int], np.dtype[np.int16]]


def opus(wav: bytes, told: Told = unheard) -> bytes:
    """An Ogg Opus file of a WAV in our form, with just as many samples once decoded; of speech none above HIGHEST."""
    pcm = _pcm(wav)
    made, lower = _coded(pcm, told), 0.0
    for _ in range(_TRIES):
        over = highest(made) - HIGHEST
        if over <= 0:
            break
        lower += over + _MORE
        made = _coded(np.rint(pcm * 10 ** (-lower / 20)).astype("<i2"), unheard)
    return made


def highest(coded: bytes) -> float:
    """The highest sample of one of our own files, decoded, in dBFS."""
    with soundfile.SoundFile(BytesIO(coded)) as file:
        most = max((float(np.abs(each).max()) for each in file.blocks(_STRETCH, dtype="float32")), default=0.0)
    return decibels(most)


def _coded(pcm: Pcm, told: Told) -> bytes:
    out = BytesIO()
    with av.open(out, "w", format="ogg", options=_BITEXACT) as file:
        stream = file.add_stream("libopus", rate=RATE, layout="mono", options=_CODER)
        stream.bit_rate = BITS_A_SECOND
        for frame in chain(_frames(pcm, told), (None,)):
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
