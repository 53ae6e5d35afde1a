"""The two forms in which a levelled recording is kept: FLAC as the master, Opus for thin links and for all that is played.

What approvers hear, what travels and what a gate decodes is the Opus file; the master is there to code anew from.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from functools import partial
from io import BytesIO
from itertools import chain, pairwise
from typing import TypeAlias

import av
import numpy as np
import soundfile
from numpy.lib.stride_tricks import sliding_window_view

from controller.media.loudness import decibels
from controller.media.shares import Told, unheard, within
from controller.media.windows import Pcm, Samples, most
from devices.profiles.wav import HEADER_BYTES, RATE

BITS_A_SECOND = 24_000  # 190 kB a minute; below that true peaks rise by more than the 1 dB that mastering leaves
HIGHEST = -0.1  # dBFS of what is played: coding moves waves about, and peaks with them
_STRETCH = 10 * RATE
_HOP, _AROUND = RATE // 100, 4
_FRAME = RATE // 50  # samples of one packet
_LONG, _PART = 60 * RATE, 100 * RATE  # samples from which several coders work, and that each of them makes
_SIDE_BY_SIDE = 2
_SETTLED = 2 * RATE  # samples after which a coder or decoder no longer depends on where it began
_CODING = 0.7  # the coder's share of the time; then its peaks are looked for
_MORE = (0.3, 0.6, 1.2, 2.4, 4.8)  # dB, one after another: coded anew, peaks lie anew
_BITEXACT = {"fflags": "+bitexact"}  # no date and no number of chance: the same samples give the same file
# "voip" makes words plainer at 8 kHz, and raised a peak of -2 dBTP to +3.5: louder than any loudspeaker's file may be.
_CODER = {"application": "audio", "vbr": "on", "frame_duration": "20", "compression_level": "7", "flags": "+bitexact"}
Packets: TypeAlias = "list[av.Packet[av.AudioStream]]"


def opus(wav: bytes, told: Told = unheard) -> bytes:
    """An Ogg Opus file of a WAV in our form, with just as many samples once decoded; of speech none above HIGHEST."""
    pcm = _pcm(wav)
    made = _coded(pcm, within(told, 0.0, _CODING))
    for more in _MORE:
        high = peaks_of(made)
        if decibels(float(high.max(initial=0.0))) <= HIGHEST:
            break
        pcm = _eased(pcm, high, more)
        made = _coded(pcm, unheard)
    told(1.0)
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
        count = _count(file.frames)
        starts = [file.frames * n // count // _STRETCH * _STRETCH for n in range(count)]
    lengths = [stop - start for start, stop in pairwise(starts)]
    with ThreadPoolExecutor(_SIDE_BY_SIDE) as decoders:
        return np.concatenate(list(decoders.map(partial(_peaks_from, coded), starts, [*lengths, -1])))


def _peaks_from(coded: bytes, start: int, frames: int) -> Samples:
    """Of so many frames (-1: of all) from `start`, by a decoder that began early enough to have settled."""
    begins = max(0, start - _SETTLED)
    with soundfile.SoundFile(BytesIO(coded)) as file:
        file.seek(begins)
        file.read(start - begins, dtype="float32")
        found = [most(np.abs(each), _HOP) for each in file.blocks(_STRETCH, dtype="float32", frames=frames)]
    return np.concatenate(found) if found else np.zeros(0, np.float32)


def _coded(pcm: Pcm, told: Told) -> bytes:
    """By one coder, or a long sound by several, two of them side by side, each of which makes a part of it."""
    out, starts = BytesIO(), _starts(pcm)
    parts = [(start, stop, told if len(starts) == 1 else unheard) for start, stop in pairwise([*starts, len(pcm)])]
    with (
        ThreadPoolExecutor(_SIDE_BY_SIDE) as coders,
        av.open(out, "w", format="ogg", options=_BITEXACT) as file,
    ):
        stream = file.add_stream("libopus", rate=RATE, layout="mono", options=_CODER)
        stream.bit_rate = BITS_A_SECOND
        for number, packets in enumerate(coders.map(lambda part: _packets(pcm, *part), parts)):
            for packet in packets:
                packet.stream = stream
                file.mux(packet)
            if len(parts) > 1:
                told((number + 1) / len(parts))
    return out.getvalue()


def _count(frames: int) -> int:
    """Parts of a sound that are coded and decoded by themselves: as many for one as for the other that works beside it."""
    return _SIDE_BY_SIDE * max(1, frames // _PART // _SIDE_BY_SIDE) if frames >= _LONG else 1


def _starts(pcm: Pcm) -> list[int]:
    """Where parts begin: where there is least to hear near their even places, so that nobody hears that coders changed."""
    count = _count(len(pcm))
    return [0, *(_quietest(pcm, len(pcm) * n // count) for n in range(1, count))]


def _quietest(pcm: Pcm, around: int) -> int:
    """The first sample of a packet, within a second of `around`, that is quietest together with the packet before it."""
    low = (around - RATE) // _FRAME * _FRAME
    frames = pcm[low : low + 2 * RATE].reshape(-1, _FRAME)
    powers = np.square(frames, dtype=np.float32).mean(axis=1)
    return low + (int(np.argmin(powers[1:] + powers[:-1])) + 1) * _FRAME


def _packets(pcm: Pcm, start: int, stop: int, told: Told) -> Packets:
    """The packets of a part. They lie on one grid with all others; the coder hears what comes before, so that it has settled."""
    coder = av.CodecContext.create("libopus", "w")
    coder.options, coder.bit_rate, coder.time_base = _CODER, BITS_A_SECOND, Fraction(1, RATE)
    coder.sample_rate, coder.layout, coder.format = RATE, "mono", "s16"
    begins = max(0, start - _SETTLED)
    frames: Iterator[av.AudioFrame | None] = _frames(pcm[begins:stop], told, begins)
    if stop == len(pcm):
        frames = chain(frames, (None,))  # gives out what the coder holds back
    made = [packet for frame in frames for packet in coder.encode(frame)]
    return made[(start - begins) // _FRAME :]


def _frames(pcm: Pcm, told: Told, begins: int = 0) -> Iterator[av.AudioFrame]:
    """Ten seconds at a time."""
    for at in range(0, len(pcm), _STRETCH):
        frame = av.AudioFrame.from_ndarray(pcm[at : at + _STRETCH].reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts = RATE, begins + at
        yield frame
        told(min(1.0, (at + _STRETCH) / len(pcm)))


def flac(wav: bytes) -> bytes:
    """A FLAC file that holds the very samples."""
    out = BytesIO()
    soundfile.write(out, _pcm(wav), RATE, format="FLAC", subtype="PCM_16")
    return out.getvalue()


def _pcm(wav: bytes) -> Pcm:
    return np.frombuffer(wav, "<i2", offset=HEADER_BYTES)
