"""The two forms in which a levelled recording is kept: FLAC as the master, Opus for thin links and for all that is played.

What approvers hear, what travels and what a gate decodes is the Opus file; the master is there to code anew from.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from io import BytesIO
from itertools import chain
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
_LONG = 60 * RATE  # samples from which two coders work side by side
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
        middle = file.frames // 2 // _STRETCH * _STRETCH if file.frames >= _LONG else 0
    with ThreadPoolExecutor(1) as beside:
        head = beside.submit(_peaks_from, coded, 0, middle)
        tail = _peaks_from(coded, middle, -1)
    return np.concatenate((head.result(), tail))


def _peaks_from(coded: bytes, start: int, frames: int) -> Samples:
    """Of so many frames (-1: of all) from `start`, by a decoder that began early enough to have settled."""
    begins = max(0, start - _SETTLED)
    with soundfile.SoundFile(BytesIO(coded)) as file:
        file.seek(begins)
        file.read(start - begins, dtype="float32")
        found = [most(np.abs(each), _HOP) for each in file.blocks(_STRETCH, dtype="float32", frames=frames)]
    return np.concatenate(found) if found else np.zeros(0, np.float32)


def _coded(pcm: Pcm, told: Told) -> bytes:
    """By one coder, or by two side by side, each a half: the second comes in where it is quietest around the middle."""
    out = BytesIO()
    with av.open(out, "w", format="ogg", options=_BITEXACT) as file:
        stream = file.add_stream("libopus", rate=RATE, layout="mono", options=_CODER)
        stream.bit_rate = BITS_A_SECOND
        coder = stream.codec_context
        for packet in _packets(coder, pcm, told) if len(pcm) < _LONG else _of_two(coder, pcm, told):
            packet.stream = stream
            file.mux(packet)
    return out.getvalue()


def _of_two(first: av.AudioCodecContext, pcm: Pcm, told: Told) -> Packets:
    """Packets of frames on one grid. The second coder hears what comes before its half, so that it has settled by then."""
    seam = _quietest(pcm)
    second = av.CodecContext.create("libopus", "w")
    second.options, second.bit_rate = _CODER, BITS_A_SECOND
    second.sample_rate, second.layout, second.format = first.sample_rate, first.layout, first.format
    second.time_base = Fraction(1, RATE)
    with ThreadPoolExecutor(1) as beside:
        tail = beside.submit(_packets, second, pcm[seam - _SETTLED :], unheard, seam - _SETTLED)
        head = _packets(first, pcm[:seam], told, ends=False)
    return head + tail.result()[_SETTLED // _FRAME :]


def _quietest(pcm: Pcm) -> int:
    """Where among the frames in the middle twentieth there is least to hear, looked at with the frame before."""
    low = len(pcm) * 19 // 40 // _FRAME * _FRAME
    frames = pcm[low : low + len(pcm) // 20 // _FRAME * _FRAME].reshape(-1, _FRAME)
    powers = np.square(frames, dtype=np.float32).mean(axis=1)
    return low + (int(np.argmin(powers[1:] + powers[:-1])) + 1) * _FRAME


def _packets(coder: av.AudioCodecContext, pcm: Pcm, told: Told, begins: int = 0, *, ends: bool = True) -> Packets:
    """What a coder makes of samples of which the first is number `begins`; with what it holds back if the sound `ends`."""
    return [packet for frame in chain(_frames(pcm, told, begins), (None,) * ends) for packet in coder.encode(frame)]


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
