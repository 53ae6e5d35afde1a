"""Whatever sound file staff upload becomes one 48 kHz mono 16-bit WAV, named by its hash; or a clear refusal.

The file is read in stretches of a few seconds, so that memory holds the upload, the result and little else. Uploads come here
in a confined child only (`controller.media.sounds`).
"""

from __future__ import annotations

import hashlib
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from math import gcd
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from controller.media.shares import Told, unheard
from controller.media.unpack import sound_track
from devices.profiles.wav import RATE, WIDTH, wav_header

MAX_BYTES = 64 << 20
MAX_SECONDS = 30 * 60
MAX_CHANNELS = 16
_STRETCH = 1 << 18  # frames read at once
_ZERO_CROSSINGS = 32  # of the sinc, to each side
_BETA = 9.0  # Kaiser window: what folds back stays 90 dB down
_ROUND = 60  # output samples, at least, after which the same filters come again
_PRODUCT = 1 << 18  # multiplications at once: more of them are spread over threads that wait by spinning
_MAX_PHASES = 640  # 11,025 Hz needs 640, all other usual rates fewer

Samples = NDArray[np.float32]


class MediaError(ValueError):
    """An upload that cannot be used; `code` is stable: media.large, media.long, media.empty, media.cancelling,
    media.unreadable, media.rate.
    """

    def __init__(self, code: str, text: str) -> None:
        """`text` says in one sentence what is wrong."""
        super().__init__(text)
        self.code = code
        self.text = text


@dataclass(frozen=True, slots=True)
class Clip:
    """A sound in the form the gates play: the whole WAV file, its hash and its length."""

    wav: bytes
    sha256: str
    seconds: float


def ingest(data: bytes, told: Told = unheard) -> Clip:
    """The clip of a sound file, a phone's recording, or the sound of a video; else MediaError."""
    return clip_of(bare(data, told))


def bare(data: bytes, told: Told = unheard) -> bytes:
    """The samples of such a file, decoded, mixed down and resampled; else MediaError."""
    try:
        with soundfile.SoundFile(BytesIO(data)) as file:
            _check(file.samplerate, file.channels, file.frames)
            return _pcm(Resampler(file.samplerate).run(_mono(_read(file, told), file.samplerate)))
    except (soundfile.SoundFileError, TypeError, OverflowError):
        return _unpacked(data, told)


def plain(data: bytes) -> Clip | None:
    """The clip of a WAV file of bare 16-bit samples, in which there is nothing to decode; None for anything else."""
    try:
        with wave.open(BytesIO(data)) as file:
            if file.getsampwidth() != WIDTH or not file.getnframes():
                return None
            _check(file.getframerate(), file.getnchannels(), file.getnframes())
            return clip_of(_pcm(Resampler(file.getframerate()).run(_mono(_frames(file), file.getframerate()))))
    except (wave.Error, EOFError, RuntimeError):  # the last where a chunk says that it is larger than the file
        return None


def _frames(file: wave.Wave_read) -> Iterator[Samples]:
    while stretch := file.readframes(_STRETCH):
        whole = stretch[: len(stretch) // (WIDTH * file.getnchannels()) * WIDTH * file.getnchannels()]
        yield np.frombuffer(whole, "<i2").reshape(-1, file.getnchannels()).astype(np.float32) / np.float32(32768)


def _unpacked(data: bytes, told: Told) -> bytes:
    """What libsndfile does not read."""
    try:
        return _pcm(_mono(sound_track(data, told), RATE))
    except MediaError:
        raise
    except ValueError as exc:
        raise MediaError("media.unreadable", "the file is not a sound file that can be read, or it is damaged") from exc


def _pcm(stretches: Iterator[Samples]) -> bytes:
    return b"".join(map(_to_pcm, stretches))


def clip_of(pcm: bytes) -> Clip:
    """The clip of bare samples."""
    if not pcm:
        raise MediaError("media.empty", "the sound file holds no sound")
    wav = wav_header(len(pcm) // 2) + pcm
    return Clip(wav=wav, sha256=hashlib.sha256(wav).hexdigest(), seconds=len(pcm) / 2 / RATE)


def _check(rate: int, channels: int, frames: int) -> None:
    if not 8_000 <= rate <= 192_000 or RATE // gcd(RATE, rate) > _MAX_PHASES:
        raise MediaError("media.rate", f"a sampling rate of {rate} Hz cannot be used; 44,100 or 48,000 Hz always can")
    if channels > MAX_CHANNELS:
        raise MediaError("media.unreadable", f"a sound file has at most {MAX_CHANNELS} channels, this has {channels}")
    if frames > MAX_SECONDS * rate:
        raise _too_long()


def _too_long() -> MediaError:
    return MediaError("media.long", f"a sound file lasts at most {MAX_SECONDS // 60} minutes")


def _read(file: Any, told: Told) -> Iterator[Samples]:
    """Stretches of what libsndfile reads, one column a channel."""
    taken = 0
    while len(stretch := file.read(_STRETCH, dtype="float32", always_2d=True)):
        taken += len(stretch)
        told(min(1.0, taken / max(file.frames, 1)))
        yield stretch


def _mono(stretches: Iterator[Samples], rate: int) -> Iterator[Samples]:
    """Channels averaged. A header may lie about the length, so what comes is counted too."""
    left = MAX_SECONDS * rate
    apart = together = 0.0
    for each in stretches:
        left -= len(each)
        if left < 0:
            raise _too_long()
        stretch = np.clip(np.nan_to_num(each, posinf=1.0, neginf=-1.0), -1.0, 1.0)
        mixed = stretch.mean(axis=1, dtype=np.float32)
        apart += float(np.vdot(stretch, stretch)) / stretch.shape[1]
        together += float(np.vdot(mixed, mixed))
        yield mixed
    if together < apart / 100:
        raise MediaError(
            "media.cancelling", "left and right cancel each other out: one of them is inverted; hand in one alone"
        )


def _to_pcm(samples: Samples) -> bytes:
    whole = samples * np.float32(32768)
    np.clip(np.rint(whole, out=whole), -32768, 32767, out=whole)
    return bytes(whole.astype("<i2").tobytes())


class Resampler:
    """A windowed-sinc polyphase filter from `rate` to 48 kHz, run over stretches without seams."""

    def __init__(self, rate: int) -> None:
        """`rate` in Hz; the output grid begins exactly at the first input sample."""
        common = gcd(RATE, rate)
        up, down = RATE // common, rate // common
        self._half = int(np.ceil(_ZERO_CROSSINGS * max(1.0, down / up)))
        several = -(-_ROUND // up)
        self._up, self._down = several * up, several * down
        self._banks = _banks(_filters(up, down, self._half), self._up, self._down)

    def run(self, stretches: Iterator[Samples]) -> Iterator[Samples]:
        """The same sound at 48 kHz; as long as before to the nearest sample."""
        if self._up == self._down:
            yield from stretches
            return
        held = np.zeros(self._half - 1, np.float32)  # held[0] is input sample `first`
        first, taken, made = 1 - self._half, 0, 0
        for stretch in stretches:
            held = np.concatenate((held, stretch))
            taken += len(stretch)
            rounds = ((first + len(held) - self._half) * self._up) // self._down // self._up
            if rounds * self._up > made:
                yield self._rounds(held, first, made // self._up, rounds)
                made = rounds * self._up
            keep = max(0, made * self._down // self._up - self._half + 1 - first)
            held, first = held[keep:], first + keep
        total = round(taken * self._up / self._down)
        held = np.concatenate((held, np.zeros(2 * self._half + 2 + self._down, np.float32)))
        yield self._rounds(held, first, made // self._up, -(-total // self._up))[: total - made]

    def _rounds(self, held: Samples, first: int, start: int, stop: int) -> Samples:
        """Rounds `start` to `stop`: of `up` output samples each, made of input that begins `down` samples after the last's."""
        out = np.empty((stop - start, self._up), np.float32)
        for lane, place, bank in self._banks:
            begin = start * self._down + place - self._half + 1 - first
            windows = np.lib.stride_tricks.sliding_window_view(held, len(bank))[begin :: self._down]
            few = max(1, _PRODUCT // bank.size)
            for at in range(0, len(out), few):
                part = out[at : at + few, lane : lane + bank.shape[1]]
                part[:] = windows[at : at + len(part)] @ bank
        return out.ravel()


def _banks(filters: Samples, up: int, down: int) -> list[tuple[int, int, Samples]]:
    """(first of some neighbouring output samples, the input sample it lies after, a matrix that makes them of their input)."""
    taps, banks = filters.shape[1], []
    together = min(up, max(1, taps // 2 * up // down))  # so many that they share most of their input
    for lane in range(0, up, together):
        places = [divmod(each * down, up) for each in range(lane, min(lane + together, up))]
        bank = np.zeros((places[-1][0] - places[0][0] + taps, len(places)), np.float32)
        for column, (place, phase) in enumerate(places):
            bank[place - places[0][0] :, column][:taps] = filters[phase * len(filters) // up]
        banks.append((lane, places[0][0], bank))
    return banks


def _filters(up: int, down: int, half: int) -> Samples:
    """Row p holds the taps for an output that lies p/up of a sample after its input sample; every row sums to one."""
    cut = min(1.0, up / down) * 0.97 if up != down else 1.0
    offsets = np.arange(1 - half, half + 1)[None, :] - (np.arange(up) / up)[:, None]
    window = np.i0(_BETA * np.sqrt(np.clip(1 - (offsets / half) ** 2, 0, None))) / np.i0(_BETA)
    taps = np.sinc(offsets * cut) * window
    return np.asarray(taps / taps.sum(axis=1, keepdims=True), dtype=np.float32)
