"""Which voice reads which language here: those the site brings, then espeak-ng where it is installed, or none."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, model_validator

from controller.errors import UnfitError
from controller.media.speech.engines import CommandEngine, Engine, SpeechError, Voice, find_espeak
from schedules.model import Fact

_TONGUES = {"vi": ("vi",), "zh-Hans": ("cmn", "zh"), "en": ("en",)}  # as piper's voices name them


class VoiceEntry(Fact):
    """One voice in the voices file: piper with a model of the site's own, or any command."""

    language: Literal["vi", "zh-Hans", "en"]
    name: str = Field(min_length=1, max_length=60)
    piper: Path | None = Field(default=None, description="the .onnx file; its .onnx.json lies beside it")
    command: tuple[str, ...] = Field(default=(), description="reads words on standard input, writes a sound file")
    files: tuple[Path, ...] = Field(default=(), description="what makes the voice: a change of them is another voice")

    @model_validator(mode="after")
    def _one_way(self) -> VoiceEntry:
        if bool(self.piper) == bool(self.command):
            raise ValueError('a voice has either "piper" or "command"')
        return self

    def engine(self) -> CommandEngine:
        """Ready to speak; nothing is started yet."""
        voice = Voice(self.name, self.language)
        if self.piper is None:
            return CommandEngine(self.command, voice, self.files)
        files = (self.piper, self.piper.with_name(self.piper.name + ".json"))
        # Piper's scale is of length: half the speed is twice as long.
        command = ("piper", "--model", str(self.piper), "--length_scale", "{slowness}", "--output_file", "-")
        return CommandEngine(command, voice, files)


class VoicesFile(Fact):
    """The whole file: `[[voices]]`. `espeak = false` leaves the built-in voices out."""

    voices: tuple[VoiceEntry, ...] = ()
    espeak: bool = True


@dataclass(frozen=True)
class Voices:
    """The voices of this site, by what the file says; without one what espeak-ng has."""

    file: VoicesFile

    @cached_property
    def engines(self) -> tuple[Engine, ...]:
        """In order of preference; the first call looks for espeak-ng."""
        ours: list[Engine] = [entry.engine() for entry in self.file.voices]
        found = find_espeak() if self.file.espeak else None
        return (*ours, found) if found else tuple(ours)

    def for_language(self, language: str) -> Engine:
        """The first engine with a voice for it; SpeechError speech.language if there is none."""
        for engine in self.engines:
            if any(voice.language == language for voice in engine.voices()):
                return engine
        raise SpeechError("speech.language", f"no voice here reads {language} rightly: record a person instead")


def read_voices(place: Path | None) -> Voices:
    """The voices a file names; UnfitError says in one sentence what is wrong with it."""
    if place is None:
        return Voices(VoicesFile())
    try:
        file = VoicesFile.model_validate(tomllib.loads(place.read_text(encoding="utf-8")))
    except OSError as exc:
        raise UnfitError("voices.unfit", f"the voices file {place} cannot be read: {exc.strerror}") from exc
    except ValidationError as exc:
        first = exc.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UnfitError("voices.unfit", f"the voices file {place}, {where}: {first['msg']}") from exc
    except ValueError as exc:
        raise UnfitError("voices.unfit", f"the voices file {place} is not TOML: {exc}") from exc
    for entry in file.voices:
        _check_language(entry, place)
    return Voices(file)


def _check_language(entry: VoiceEntry, place: Path) -> None:
    """A voice of another language reads every word wrongly: what piper's own file says of its voice is believed."""
    if entry.piper is None:
        return
    try:
        facts = json.loads(entry.piper.with_name(f"{entry.piper.name}.json").read_text(encoding="utf-8"))
        tongue = facts["espeak"]["voice"]
    except OSError:
        return  # it may be brought later; until then speaking fails, and says why
    except (ValueError, KeyError, TypeError) as exc:
        raise UnfitError(
            "voices.unfit", f"the voices file {place}: {entry.piper}.json is no description of a voice"
        ) from exc
    if str(tongue).partition("-")[0] not in _TONGUES[entry.language]:
        raise UnfitError("voices.unfit", f"the voices file {place}: {entry.name} speaks {tongue}, not {entry.language}")
