"""A machine's voice for the demo: a draft, until a person has spoken the text. Run as a child, because the library is C.

`python -m controller.demo.voice FOLDER` reads JSON lines {"name", "language", "text"} on standard input and writes
FOLDER/name.wav for each; it answers 1 if it cannot speak at all.
"""

from __future__ import annotations

import ctypes
import json
import sys
import wave
from pathlib import Path
from typing import Any

from controller.media.speech.tongues import spoken

# Of speak_lib.h.
_RETRIEVAL, _DONT_EXIT, _CHARACTER, _UTF8, _RATE = 1, 0x8000, 1, 1, 1
WORDS_A_MINUTE = 150
VOICES = {"vi": "vi", "zh-Hans": "cmn", "en": "en-us"}


class Voice:
    """espeak-ng, as the package espeakng-loader brings it. OSError or ImportError if it is not there."""

    def __init__(self) -> None:
        """Loads the library; one per process."""
        import espeakng_loader  # only the child needs it, and only in the demo

        self._lib = ctypes.CDLL(espeakng_loader.get_library_path())
        folder = str(espeakng_loader.get_data_path()).encode()
        self.rate: int = self._lib.espeak_Initialize(_RETRIEVAL, 0, folder, _DONT_EXIT)
        if self.rate <= 0:
            raise OSError("the voice's data cannot be read")
        self._samples = bytearray()
        kind = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)
        self._heard = kind(self._hear)  # the library keeps the pointer: so must we
        self._lib.espeak_SetSynthCallback(self._heard)

    def _hear(self, samples: Any, count: int, _events: Any) -> int:
        if samples and count > 0:
            self._samples += ctypes.string_at(samples, 2 * count)
        return 0

    def speak(self, language: str, text: str) -> bytes:
        """16-bit mono samples at `rate`; OSError if it cannot say this."""
        self._samples.clear()
        words = text.encode()
        failed = self._lib.espeak_SetVoiceByName(VOICES[language].encode()) or self._lib.espeak_SetParameter(
            _RATE, WORDS_A_MINUTE, 0
        )
        failed = failed or self._lib.espeak_Synth(words, len(words) + 1, 0, _CHARACTER, 0, _UTF8, None, None)
        failed = failed or self._lib.espeak_Synchronize()
        if failed or not self._samples:
            raise OSError(f"the voice has no {language}")
        return bytes(self._samples)


def main(folder: Path) -> int:
    """Speak what is asked on standard input."""
    try:
        voice = Voice()
        for line in sys.stdin:
            asked = json.loads(line)
            samples = voice.speak(asked["language"], spoken(asked["text"], asked["language"]))
            with wave.open(str(folder / f"{asked['name']}.wav"), "wb") as file:
                file.setparams((1, 2, voice.rate, 0, "NONE", ""))
                file.writeframes(samples)
    except (OSError, ImportError) as exc:
        sys.stderr.write(f"{exc}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
