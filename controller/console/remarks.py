"""What is said of a message on boards, for people: what blocks first, the same words once with all boards they hold for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from controller.console.i18n import LANGUAGES, Words
from controller.services.drawing import Remark
from schedules.model import Fact

ORDER = ("block", "warn", "info")


class Told(Fact):
    """One remark as a page shows it; `where` are language and boards."""

    severity: str
    grade: str
    text: str
    where: str


def told(remarks: Iterable[Remark], _: Words, names: Mapping[str, str]) -> tuple[Told, ...]:
    """All of them in the reader's language; `names` of devices."""
    places: dict[tuple[str, str], dict[str, dict[str, None]]] = {}
    for each in remarks:
        text = each.texts.get(_.language, each.text)
        boards = places.setdefault((each.severity, text), {}).setdefault(LANGUAGES.get(each.language, ""), {})
        boards.update(dict.fromkeys(names.get(one, one) for one in each.devices or (each.board,)))
    ordered = sorted(places.items(), key=lambda one: ORDER.index(one[0][0]))
    return tuple(
        Told(severity=severity, grade=_("severity " + severity), text=text, where="; ".join(map(_place, where.items())))
        for (severity, text), where in ordered
    )


def _place(where: tuple[str, dict[str, None]]) -> str:
    language, boards = where
    return ": ".join(part for part in (language, ", ".join(filter(None, boards))) if part)
