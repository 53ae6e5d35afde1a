"""python -m controller.media.unpack IN OUT: the sound of a phone's recording or of a video as a WAV file.

What libsndfile does not read (M4A, AMR, WebM, the sound of MP4 and MOV) goes through FFmpeg's decoders, which are many and
old: in a process of its own, without much memory, time or disk, so that a hostile file costs its sender one refusal.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import wave
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path

import av

PATIENCE = 180  # seconds of the clock and of the processor: half an hour of AAC takes about 20
MEMORY = 1 << 30  # bytes of address space; FFmpeg's libraries alone map a third of it
LARGEST = 800_000_000  # bytes written: half an hour in two channels is 346 MB
_RATE = 48_000
_NOTHING_TO_SAY = "the file holds no sound that can be read"


def unpacked(data: bytes, folder: Path | None = None) -> bytes:
    """The first sound track as a 48 kHz 16-bit WAV of one or two channels; ValueError if there is none."""
    with tempfile.TemporaryDirectory(dir=folder) as place:
        source, target = Path(place, "in"), Path(place, "out.wav")
        source.write_bytes(data)
        command = [sys.executable, "-m", "controller.media.unpack", str(source), str(target)]
        try:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                timeout=PATIENCE, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired as exc:
            raise ValueError(f"the file was not decoded within {PATIENCE} s") from exc
        if done.returncode or not target.exists():
            raise ValueError(_NOTHING_TO_SAY)
        return target.read_bytes()


def main(source: str, target: str) -> int:
    """The child's work."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (PATIENCE, PATIENCE))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST, LARGEST))
    av.logging.set_level(None)
    # Only the file itself: a playlist inside it must not open other files or addresses.
    with av.open(source, options={"protocol_whitelist": "file"}) as file:
        if not file.streams.audio or file.format.name in _LISTS:
            return 1
        track = file.streams.audio[0]
        layout = "mono" if track.codec_context.layout.nb_channels == 1 else "stereo"
        resampler = av.AudioResampler(format="s16", layout=layout, rate=_RATE)
        with wave.open(target, "wb") as out:
            out.setnchannels(1 if layout == "mono" else 2)
            out.setsampwidth(2)
            out.setframerate(_RATE)
            for frame in chain(_whole_frames(file, track), (None,)):
                for piece in resampler.resample(frame):
                    out.writeframes(bytes(piece.planes[0])[: piece.samples * 2 * out.getnchannels()])
    return 0


def _whole_frames(file: av.container.InputContainer, track: av.AudioStream) -> Iterator[av.AudioFrame]:
    """What can be decoded; a damaged stretch is left out."""
    for packet in file.demux(track):
        with suppress(av.error.InvalidDataError):
            yield from packet.decode()


_LISTS = ("hls", "concat", "dash", "ffmetadata")

if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:3]))
