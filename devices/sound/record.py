"""What the sink took, kept as a WAV file whose timeline is true, silence included; bounded by turning over to a second file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import BinaryIO

from devices.profiles.wav import HEADER_BYTES, RATE, WIDTH, wav_header
from devices.sound.timeline import utc_instant

_TRUE_WITHIN = RATE // 20  # frames: 50 ms
_PAD_LIMIT = 60 * RATE  # frames of silence put in for a time when no sink took sound
_BUFFER = 64 * 1024


class WavRecord:
    """`path` holds at most `minutes`, then becomes `<name>.1.wav`; `<path>.json` names the instant of sample 0.

    Every method raises OSError.
    """

    def __init__(self, path: Path, minutes: int) -> None:
        """Nothing is written before `begin`."""
        self._path, self._limit = path, minutes * 60 * RATE
        self._file: BinaryIO | None = None
        self._frames, self._started = 0, 0

    def write(self, data: bytes, utc: int) -> None:
        """Keep samples, the first of which sounds at UTC sample `utc`."""
        if self._file is None or self._frames >= self._limit or not self._align(utc):
            self._begin(utc)
        self._put(data)

    def flush(self) -> None:
        """Make the header true and hand all to the system."""
        if self._file is None:
            return
        self._file.seek(0)
        self._file.write(wav_header(self._frames))
        self._file.seek(HEADER_BYTES + self._frames * WIDTH)
        self._file.flush()

    def close(self) -> None:
        """Flush and give the file back; a second close does nothing."""
        try:
            self.flush()
        finally:
            file, self._file = self._file, None
            if file:
                file.close()

    def _put(self, data: bytes) -> None:
        if self._file:
            self._file.write(data)
            self._frames += len(data) // WIDTH

    def _align(self, utc: int) -> bool:
        """Fill a short hole in time with silence; False where the clock went back, or too far on, and a new file must begin."""
        hole = utc - (self._started + self._frames)
        if abs(hole) <= _TRUE_WITHIN:
            return True
        if not 0 < hole <= min(_PAD_LIMIT, self._limit - self._frames):
            return False
        while hole > 0:
            self._put(bytes(min(hole, RATE) * WIDTH))
            hole -= RATE
        return True

    def _begin(self, utc: int) -> None:
        self.close()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        side = self._path.with_name(self._path.name + ".json")
        if self._path.exists():
            older = self._path.with_suffix(".1" + self._path.suffix)
            self._path.replace(older)
            if side.exists():
                side.replace(older.with_name(older.name + ".json"))
        side.write_text(json.dumps({"started": utc_instant(utc).isoformat(), "rate": RATE}) + "\n")
        self._file = self._path.open("wb", buffering=_BUFFER)
        self._file.write(wav_header(0))
        self._frames, self._started = 0, utc
        self.flush()
