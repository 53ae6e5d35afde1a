"""What lies on the card of an announcer box: which number is which approved sound, by hash. Pure but for reading the list."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import Field, TypeAdapter, ValidationError

from devices.errors import SettingsError
from schedules.model import Fact, Id, Sha256

LIST = "gatecast-card.json"
MOST = 899  # numbers from 900 on are for clips of the site's own, which the config names


class CardEntry(Fact):
    """One file of the card."""

    number: int = Field(ge=1, le=MOST, description="of the file, as mp3/0007.wav is 7")
    sha256: Sha256
    message: Id
    language: str = Field(max_length=12)
    seconds: float = Field(gt=0)

    @property
    def clip(self) -> str:
        """Its name for the driver."""
        return f"card-{self.number:04d}"


_ENTRIES = TypeAdapter(tuple[CardEntry, ...])


def read_card(path: Path) -> tuple[CardEntry, ...]:
    """The list beside the agent's config; SettingsError in one sentence if it cannot be used."""
    try:
        entries = _ENTRIES.validate_json(path.read_bytes())
    except OSError as exc:
        raise SettingsError(f"the list of the card {path} cannot be read: {exc.strerror or exc}") from exc
    except ValidationError as exc:
        raise SettingsError(f"the list of the card {path} is damaged: {exc.errors()[0]['msg']}") from exc
    if len({one.number for one in entries}) != len(entries):
        raise SettingsError(f"the list of the card {path} names a number twice")
    return entries


def written(entries: tuple[CardEntry, ...]) -> str:
    """The list as it is kept beside the files."""
    return json.dumps([one.model_dump() for one in entries], ensure_ascii=False, indent=1) + "\n"
