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
from numpy.lib.stride_tricks import sliding_window_view

from controller.media.loudness import decibels
from controller.media.shares import Told, unheard
from controller.media.windows import Samples, most
from devices.profiles.wav import HEADER_BYTES, RATE

BITS_A_SECOND = 24_000  # 190 kB a minute; below that true peaks rise by more than the 1 dB that mastering leaves
HIGHEST = -0.1  # dBFS of what is played: coding moves waves about, and peaks with them
_STRETCH = 10 * RATE
_HOP, _AROUND = RATE // 100, 4
_MORE = (0.3, 0.6, 1.2, 2.4, 4.8)  # dB, one after another: coded anew, peaks lie anew
_BITEXACT = {"fflags": "+bitexact"}  # no date and no number of chance: the same samples give the same file
# "voip" makes words plainer at 8 kHz, and raised a peak of -2 dBTP to +3.5: louder than any loudspeaker's file may be.
_CODER = {"application": "audio", "vbr": "on", "frame_duration": "20", "compression_level": "7", "flags": "+bitexact"}
Pcm = np.ndarray[tuple[int], np.dtype[np.int16]]


def opus(wav: bytes, told: Told = unheard) -> bytes:
    """An Ogg Opus file of a WAV in our form, with just as many samples once decoded; of speech none above HIGHEST."""
    pcm = _pcm(wav)
    made = _coded(pcm, told)
    for more in _MORE:
        high = peaks_of(made)
        if decibels(float(high.max(initial=0.0))) <= HIGHEST:
            break
        pcm = _eased(pcm, high, more)
        made = _coded(pcm, unheard)
    return made


def _eased(pcm: Pcm, high: Samples, more: float) -> Pcm:
    """Softer by what is too much and `more` dB, for 40 ms before and after it: the loudness of the whole stays."""
    limit = 10 ** (HIGHEST / 20)
    need = np.where(high > limit, limit * 10 ** (-more / 20) / np.maximum(high, 1e-6), 1.0)
    around = sliding_window_view(np.pad(need, _AROUND, constant_values=1.0), 2 * _AROUND + 1).min(axis=1)
    gains = np.interp(np.arange(len(pcm)), (np.arange(len(high)) + 0.5) * _HOP, around)
    return np.asarray(np.rint(pcm * gains), dtype="<i2")


def peaks_of(coded: bytes) -> Samples:
    """The highest sample of each 10 ms of one of our own files, decoded, as a factor of full scale."""
    with soundfile.SoundFile(BytesIO(coded)) as file:
        found = [most(np.abs(each), _HOP) for each in file.blocks(_STRETCH, dtype="float32")]
    return np.concatenate(found) if found else np.zeros(0, np.float32)


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
