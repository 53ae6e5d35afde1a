"""Voices behind one small interface. Each engine runs in a child process: a voice that crashes or hangs costs one sentence."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

PATIENCE = 60.0  # seconds for one text
MAX_WORDS = 5_000  # characters
MAX_SOUND = 100_000_000  # bytes
_CHILD = "controller.media.speech.espeak_child"
# espeak-ng 1.51's Mandarin reads tones as English words; 1.52 is right. Besides its version a voice is asked for one word, for
# a system may ship its own build: the phonemes of "new" are one syllable that ends with n.
_FIRST_GOOD = {"zh-Hans": (1, 52)}
_PROBES = {"zh-Hans": ("新", re.compile(r"\(?\w*\)?ɕ\S*n\S*"))}
_VOICES = {"vi": "vi", "zh-Hans": "cmn", "en": "en"}
_WORDS_A_MINUTE = {"vi": 150, "zh-Hans": 150, "en": 145}


class SpeechError(ValueError):
    """A text that could not be spoken; `code` is stable: speech.engine, speech.language, speech.text."""

    def __init__(self, code: str, text: str) -> None:
        """`text` says in one sentence what is wrong."""
        super().__init__(text)
        self.code = code
        self.text = text


@dataclass(frozen=True, slots=True)
class Voice:
    """One voice of an engine, for one language."""

    id: str
    language: str


class Engine(Protocol):
    """Makes sound of words. What comes is a draft: a person hears it before it is approved."""

    def voices(self) -> tuple[Voice, ...]:
        """The voices that read their language rightly; empty where there are none."""

    def synthesize(self, words: str, voice: Voice, speed: float) -> bytes:
        """A sound file of any kind; `speed` is a factor around 1. Raises SpeechError."""

    def fingerprint(self) -> str:
        """Changes whenever the same words might sound different."""


class CommandEngine:
    """An outside command that reads words on standard input and writes a sound file on standard output, such as piper."""

    def __init__(self, command: tuple[str, ...], voice: Voice, files: tuple[Path, ...] = ()) -> None:
        """`{speed}` in the command is replaced, and `{slowness}` by its inverse. `files` are what makes the voice: their
        contents go into the fingerprint."""
        self._command, self._voice, self._files = command, voice, files

    def voices(self) -> tuple[Voice, ...]:
        """The one it was given."""
        return (self._voice,)

    def synthesize(self, words: str, voice: Voice, speed: float) -> bytes:
        """Run the command once."""
        return run(
            [word.replace("{speed}", f"{speed:g}").replace("{slowness}", f"{1 / speed:g}") for word in self._command],
            words,
        )

    def fingerprint(self) -> str:
        """Of the command and the files it names."""
        found = hashlib.sha256(json.dumps(self._command).encode())
        for file in self._files:
            found.update(hashlib.sha256(file.read_bytes()).digest())
        return f"command {found.hexdigest()[:16]}"


class EspeakEngine:
    """espeak-ng: robotic, small, fast, and it speaks all three languages; from its Python package or from the system."""

    def __init__(self, library: str, data: str | None) -> None:
        """`library` is a path or a name the system finds; `data` its voices, None for the system's own. Raises SpeechError."""
        self._start = [sys.executable, "-m", _CHILD, "--library", library, *(["--data", data] if data else [])]
        self._probed: dict[str, bool] = {}
        self._version = run([*self._start, "--version"], "").decode(errors="replace").strip()
        if not self._version:
            raise SpeechError("speech.engine", "espeak-ng does not say its version")

    def voices(self) -> tuple[Voice, ...]:
        """Without those that this version reads wrongly."""
        version = tuple(int(part) for part in self._version.split("-")[0].split(".")[:2])
        good = [language for language in _VOICES if version >= _FIRST_GOOD.get(language, (0, 0))]
        return tuple(Voice(_VOICES[language], language) for language in good if self._reads_rightly(language))

    def _reads_rightly(self, language: str) -> bool:
        """By the phonemes of a word that broken builds misread; asked once."""
        if language not in _PROBES:
            return True
        if language not in self._probed:
            word, right = _PROBES[language]
            said = run([*self._start, "--voice", _VOICES[language], "--phonemes"], word).decode(errors="replace")
            self._probed[language] = right.fullmatch(said.strip().replace("ˈ", "")) is not None
        return self._probed[language]

    def synthesize(self, words: str, voice: Voice, speed: float) -> bytes:
        """Speak in a child process."""
        self._known(voice)
        rate = max(80, min(450, round(_WORDS_A_MINUTE[voice.language] * speed)))
        return run([*self._start, "--voice", voice.id, "--rate", str(rate)], words)

    def phonemes(self, words: str, voice: Voice) -> str:
        """How the words are pronounced, in the IPA; for the reviewer and for tests."""
        self._known(voice)
        return run([*self._start, "--voice", voice.id, "--phonemes"], words).decode()

    def fingerprint(self) -> str:
        """The version."""
        return f"espeak-ng {self._version}"

    def _known(self, voice: Voice) -> None:
        if voice not in self.voices():
            raise SpeechError(
                "speech.language", f"this espeak-ng has no voice {voice.id} that reads {voice.language} rightly"
            )


def find_espeak() -> EspeakEngine | None:
    """espeak-ng from its Python package, else from the system; None if neither is there."""
    try:
        import espeakng_loader

        places = [(str(espeakng_loader.get_library_path()), str(Path(espeakng_loader.get_data_path()).parent))]
    except ImportError:
        places = []
    for library, data in [*places, ("libespeak-ng.so.1", None)]:
        try:
            return EspeakEngine(library, data)
        except SpeechError:
            continue
    return None


def run(command: list[str], words: str) -> bytes:
    """One child, bounded in time and size; SpeechError if it fails."""
    if len(words) > MAX_WORDS:
        raise SpeechError(
            "speech.text", f"a text to be spoken has at most {MAX_WORDS} characters, this has {len(words)}"
        )
    try:
        done = subprocess.run(command, input=words.encode(), capture_output=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired as exc:
        raise SpeechError("speech.engine", f"the voice took longer than {PATIENCE:.0f} s") from exc
    except OSError as exc:
        raise SpeechError("speech.engine", f"the voice cannot be started: {exc.strerror}") from exc
    if done.returncode or len(done.stdout) > MAX_SOUND:
        last = done.stderr.decode(errors="replace").strip().splitlines()
        raise SpeechError(
            "speech.engine", f"the voice failed with code {done.returncode}: {last[-1][:200] if last else ''}"
        )
    return done.stdout
