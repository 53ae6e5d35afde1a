"""Words of the pages in Vietnamese, Chinese and English. Message ids are English sentences, or a kind and a
code ("state draft"); catalogues are gettext .po files, and the English one holds the codes only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.messages.pofile import read_po

LANGUAGES = {"vi": "Tiếng Việt", "zh-Hans": "中文", "en": "English"}
DEFAULT = "vi"
GATE_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
_LOCALE = Path(__file__).parent / "locale"


@dataclass(frozen=True)
class Words:
    """The catalogue of one language."""

    language: str
    catalogue: dict[str, str]

    def __call__(self, text: str, /, **values: object) -> str:
        """The words for `text` with `{name}` filled from `values`; the English itself where a translation is missing."""
        found = self.catalogue.get(text, text)
        return found.format(**values) if values else found


@cache
def words(language: str) -> Words:
    """The catalogue of `language`; that of the default for an unknown one."""
    if language not in LANGUAGES:
        language = DEFAULT
    path = _LOCALE / language.replace("-", "_") / "LC_MESSAGES" / "console.po"
    with path.open("rb") as file:
        messages = read_po(file, locale=language.replace("-", "_"))
    return Words(language, {str(m.id): str(m.string) for m in messages if m.id and m.string})


def choose(cookie: str | None, accept: str | None) -> str:
    """The language of a request: the cookie's, else the first of Accept-Language that we speak, else Vietnamese."""
    if cookie in LANGUAGES:
        return str(cookie)
    for part in (accept or "").split(","):
        primary = part.split(";")[0].strip().lower().partition("-")[0]
        for language in LANGUAGES:
            if language.partition("-")[0] == primary:
                return language
    return DEFAULT


def moment(at: datetime | None, now: datetime) -> str:
    """HH:MM today, else dd/MM/yyyy HH:MM, in gate time; empty for None."""
    if at is None:
        return ""
    local, today = at.astimezone(GATE_ZONE), now.astimezone(GATE_ZONE).date()
    return local.strftime("%H:%M") if local.date() == today else local.strftime("%d/%m/%Y %H:%M")
