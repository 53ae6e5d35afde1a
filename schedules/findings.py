"""What an operator should hear about a plan before it is published: silent rules, tables that end, languages that lack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from schedules.compiled import compiled
from schedules.model import Plan
from schedules.zone import tick

AHEAD = timedelta(days=120)  # tables are asked for so long before they end


@dataclass(frozen=True, slots=True)
class TableEnds:
    """A list of days that rules use, and of which nothing is known after `through`."""

    days: str
    through: date
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MissingLanguage:
    """A message in use that lacks languages; the others are shown all the same."""

    message: str
    playlists: tuple[str, ...]
    languages: tuple[str, ...]


def never_due(plan: Plan, after: datetime) -> tuple[str, ...]:
    """The rules that have nothing to show any more from `after` on, and are not showing it now: over, or never to fire.
    Looked for as far as `next_change` looks."""
    ready, moment = compiled(plan), tick(after)
    now = {ready.rules[one.order].id for one in ready.due(moment)}
    silent = (due.rule.id for due in ready.dues if due.next_start(moment) is None)
    return tuple(sorted(name for name in silent if name not in now))


def tables_ending(plan: Plan, at: datetime, ahead: timedelta = AHEAD) -> tuple[TableEnds, ...]:
    """The lists of days in use that end within `ahead`. After its end a list names no day: rules that leave its days out
    go by their weekdays, rules that wait for one are silent."""
    limit = (at.astimezone(compiled(plan).zone.info) + ahead).date()
    found = []
    for table in plan.days:
        users = tuple(sorted(rule.id for rule in plan.rules if table.id in (*rule.only_on, *rule.not_on)))
        if users and table.through < limit:
            found.append(TableEnds(table.id, table.through, users))
    return tuple(sorted(found, key=lambda one: (one.through, one.days)))


def missing_languages(plan: Plan, wanted: Sequence[str]) -> tuple[MissingLanguage, ...]:
    """The messages of the playlists in use that lack one of the wanted languages, by message."""
    in_use = {rule.playlist for rule in plan.rules}
    lists = {playlist.id: playlist for playlist in plan.playlists}
    waiting = sorted(in_use)
    while waiting:
        more = set(lists[waiting.pop()].includes) - in_use
        in_use |= more
        waiting.extend(more)
    where: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for name in sorted(in_use):
        for item in lists[name].items:
            spoken = {content.language for content in item.contents}
            lacking = tuple(each for each in wanted if each not in spoken)
            if lacking:
                where.setdefault((item.message, lacking), []).append(name)
    return tuple(
        MissingLanguage(message, tuple(dict.fromkeys(names)), lacking)
        for (message, lacking), names in sorted(where.items())
    )
