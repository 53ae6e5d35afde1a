"""The languages that can be read aloud, by their BCP 47 names."""

from __future__ import annotations

from collections.abc import Mapping

from controller.media.speech.en import ENGLISH
from controller.media.speech.reader import read_aloud
from controller.media.speech.vi import VIETNAMESE
from controller.media.speech.zh import MANDARIN

TONGUES = {"vi": VIETNAMESE, "zh-Hans": MANDARIN, "en": ENGLISH}


def spoken(text: str, language: str, lexicon: Mapping[str, str] | None = None) -> str:
    """The words a voice is given for a notice; KeyError for a language that has no rules. `lexicon` is the gate's own."""
    return read_aloud(text, TONGUES[language], lexicon)
