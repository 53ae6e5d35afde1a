"""From a written notice to a levelled recording by a machine voice: a draft, and marked so for ever."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from controller.media.coded import Coded
from controller.media.sounds import bring_in
from controller.media.speech.engines import Engine, SpeechError, Voice
from controller.media.speech.tongues import TONGUES, spoken

RULES = 1  # raised when the rules of reading change what is said


@dataclass(frozen=True, slots=True)
class Draft:
    """The levelled sound, the words the voice was given, and the key under which the same request finds it."""

    coded: Coded
    words: str
    voice: str
    key: str


def voice_for(engine: Engine, language: str) -> Voice:
    """The engine's voice for a language; SpeechError speech.language if it has none that reads it rightly."""
    found = next((voice for voice in engine.voices() if voice.language == language), None)
    if found is None or language not in TONGUES:
        raise SpeechError("speech.language", f"no voice here reads {language} rightly: record a person instead")
    return found


def draft_key(words: str, voice: Voice, engine: Engine, speed: float) -> str:
    """SHA-256 over all that decides how it sounds; the lexicon has gone into the words."""
    facts = [RULES, words, voice.language, voice.id, engine.fingerprint(), round(speed, 3)]
    return hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest()


def speak(
    text: str, language: str, engine: Engine, speed: float = 1.0, lexicon: Mapping[str, str] | None = None
) -> Draft:
    """Read `text` aloud, level it, and say what was said. Raises SpeechError, or MediaError where the sound is unusable."""
    if not 0.5 <= speed <= 2.0:
        raise SpeechError("speech.text", "the speed of a voice is a factor between 0.5 and 2")
    voice = voice_for(engine, language)
    words = spoken(text, language, lexicon)
    if not any(char.isalnum() for char in words):
        raise SpeechError("speech.text", "there is nothing to say in this text")
    made = bring_in(engine.synthesize(words, voice, speed))
    name = f"{engine.fingerprint()} {voice.id}"
    return Draft(made, words, name, draft_key(words, voice, engine, speed))
