"""Speaks one text through libespeak-ng and ends: words on standard input, a WAV on standard output.

The library keeps its state in globals and may crash on odd input, so it lives in this process alone.
"""

from __future__ import annotations

import argparse
import ctypes
import io
import sys
import wave
from collections.abc import Sequence

# Names and numbers as in espeak-ng's speak_lib.h.
_SYNCHRONOUS, _UTF8, _RATE, _VOLUME, _IPA = 2, 1, 1, 2, 0x02
_LOUD = 70  # of 100: at 100 the voice clips
_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


def main(argv: Sequence[str] | None = None) -> int:
    """One version, one WAV or one line of phonemes; 1 with a reason on standard error if the library refuses."""
    parser = argparse.ArgumentParser(description="Speak one text.")
    parser.add_argument("--library", required=True)
    parser.add_argument("--data")
    parser.add_argument("--voice", default="en")
    parser.add_argument("--rate", type=int, default=150)
    parser.add_argument("--version", action="store_true")
    parser.add_argument("--phonemes", action="store_true")
    args = parser.parse_args(argv)
    try:
        espeak = ctypes.CDLL(args.library)
    except OSError as exc:
        sys.stderr.write(f"{exc}\n")
        return 1
    out = sys.stdout.buffer
    if args.version:
        espeak.espeak_Info.restype = ctypes.c_char_p
        out.write(espeak.espeak_Info(None).split()[0])
        return 0
    rate = espeak.espeak_Initialize(_SYNCHRONOUS, 0, args.data.encode() if args.data else None, 0)
    if rate <= 0 or espeak.espeak_SetVoiceByName(args.voice.encode()) != 0:
        sys.stderr.write(f"espeak-ng has no voice {args.voice}\n")
        return 1
    words = sys.stdin.buffer.read().replace(b"\0", b" ")
    out.write(_phonemes(espeak, words) if args.phonemes else _speech(espeak, words, rate, args.rate))
    return 0


def _speech(espeak: ctypes.CDLL, words: bytes, rate: int, speed: int) -> bytes:
    pieces: list[bytes] = []

    def take(samples: ctypes._Pointer[ctypes.c_short], count: int, events: int | None) -> int:
        if samples and count > 0:
            pieces.append(ctypes.string_at(samples, 2 * count))
        return 0

    callback = _Callback(take)  # held by this name while the library may call it
    espeak.espeak_SetSynthCallback(callback)
    espeak.espeak_SetParameter(_RATE, speed, 0)
    espeak.espeak_SetParameter(_VOLUME, _LOUD, 0)
    text = ctypes.create_string_buffer(words)
    espeak.espeak_Synth(text, ctypes.c_size_t(len(words) + 1), 0, 1, 0, _UTF8, None, None)
    espeak.espeak_Synchronize()
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(b"".join(pieces))
    return target.getvalue()


def _phonemes(espeak: ctypes.CDLL, words: bytes) -> bytes:
    """Clause by clause."""
    espeak.espeak_TextToPhonemes.restype = ctypes.c_char_p
    text = ctypes.c_char_p(words)
    said: list[bytes] = []
    while text.value:
        said.append(espeak.espeak_TextToPhonemes(ctypes.byref(text), _UTF8, _IPA) or b"")
    return b" ".join(said)


if __name__ == "__main__":
    raise SystemExit(main())
