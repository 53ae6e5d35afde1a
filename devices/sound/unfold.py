"""python -m devices.sound.unfold CODED WAV: write a coded clip as the WAV that is played, so that playing needs no decoder.

A process of its own, because the decoder is larger than the whole agent and a damaged file must not harm it.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from devices.profiles.wav import RATE, WIDTH, wav_header

CODED = b"OggS"
PATIENCE = 300.0  # seconds; half an hour of speech takes a small box about one minute
_STRETCH = 1 << 16


def unfold(coded: Path, wav: Path) -> None:
    """Decode in a child process; ValueError if the file cannot be decoded, or not in time."""
    command = [sys.executable, "-m", "devices.sound.unfold", str(coded), str(wav)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired as exc:
        raise ValueError(f"the clip was not decoded within {PATIENCE:.0f} s") from exc
    if done.returncode:
        last = done.stderr.decode(errors="replace").strip().splitlines()
        raise ValueError(f"the clip cannot be decoded: {last[-1][:200] if last else done.returncode}")


def main(coded: str, wav: str) -> int:
    """The child's work."""
    import soundfile

    with soundfile.SoundFile(coded) as source, Path(wav).open("wb") as out:
        if (source.samplerate, source.channels) != (RATE, 1):
            raise ValueError(f"not {RATE} Hz mono")
        out.write(wav_header(0))
        while len(samples := source.read(_STRETCH, dtype="int16")):
            out.write(samples.astype("<i2").tobytes())
        frames = out.tell() // WIDTH - len(wav_header(0)) // WIDTH
        out.seek(0)
        out.write(wav_header(frames))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:3]))
