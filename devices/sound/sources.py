"""Samples of a clip, from a WAV file on disk or from a tone by name."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from devices.profiles.tones import TONES, tone_wav
from devices.profiles.wav import RATE, WIDTH, read_wav_header
from devices.sound.microphone import Microphone

TONE = "tone:"
MICROPHONE = "mic:"
LONGEST_TALK = 3600 * RATE  # frames; who opened it shuts it long before
_HEAD_BYTES = 64 * 1024
_READ_AHEAD = 128 * 1024  # bytes taken from the disk at once: 1.4 s, so that a slow card is asked seldom


class ClipSource:
    """One clip opened for playing."""

    def __init__(self, file: BinaryIO, size: int, skip: int = 0) -> None:
        """ValueError if the file is not 48 kHz mono 16-bit WAV."""
        self._file = file
        offset, frames = read_wav_header(file.read(_HEAD_BYTES), size)
        self.frames = max(frames - skip, 0)
        file.seek(offset + skip * WIDTH)

    def read(self, frames: int) -> bytes:
        """The next frames; a file that cannot be read any more breaks off."""
        try:
            data = self._file.read(frames * WIDTH)
        except OSError:
            return b""
        return data[: len(data) // WIDTH * WIDTH]

    def close(self) -> None:
        """Give the file back."""
        self._file.close()


def open_clip(path: str, skip: int = 0, microphone: tuple[str, ...] = ()) -> ClipSource | Microphone:
    """Open "tone:NAME", "mic:FILE" (what is said now, kept in the file) or a WAV file `skip` frames after its beginning;
    OSError or ValueError, with a text for the operator, if there is no such sound."""
    if path.startswith(MICROPHONE):
        if not microphone:
            raise ValueError("no microphone is named")
        return Microphone(microphone, Path(path.removeprefix(MICROPHONE)), LONGEST_TALK)
    if path.startswith(TONE):
        name = path.removeprefix(TONE)
        if name not in TONES:
            raise ValueError(f"there is no tone named {name}")
        data = tone_wav(name)
        return ClipSource(BytesIO(data), len(data), skip)
    size = Path(path).stat().st_size
    file = Path(path).open("rb", buffering=_READ_AHEAD)  # noqa: SIM115  the voice closes it at its end
    try:
        return ClipSource(file, size, skip)
    except (OSError, ValueError):
        file.close()
        raise


def clip_frames(path: str, skip: int = 0) -> int:
    """How long a clip is without what is skipped, in frames; raises as `open_clip` does. A microphone has no end."""
    if path.startswith(MICROPHONE):
        return LONGEST_TALK
    source = open_clip(path, skip)
    source.close()
    return source.frames
