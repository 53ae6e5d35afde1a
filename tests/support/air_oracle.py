"""One stream of sound settled the slow way: second by second, strongest first. Shares no code with the arbiter."""

from __future__ import annotations

from typing import NamedTuple


class Wish(NamedTuple):
    """Something that wants `length` seconds of air from `due` on, and would wait until `latest`."""

    name: str
    level: int
    due: int
    length: int
    latest: int | None
    resumes: int | None  # seconds it waits to go on where it was cut; None: it does not


def air_of(wishes: list[Wish], seconds: int) -> list[str]:
    """Who has each second; "" where nobody has."""
    air = [""] * seconds
    for wish in sorted(wishes, key=lambda one: (-one.level, one.due, one.name)):
        _give(wish, air)
    return air


def _give(wish: Wish, air: list[str]) -> None:
    begin, latest, left = wish.due, wish.latest, wish.length
    if air[begin]:
        found = _room(air, begin, left, latest)
        if found is None:
            return
        begin = found
    for _ in range(5):
        second = begin
        while left and not air[second]:
            air[second] = wish.name
            second, left = second + 1, left - 1
        if not left or wish.resumes is None:
            return
        found = _room(air, second, left, second + wish.resumes)
        if found is None:
            return
        begin = found


def _room(air: list[str], at: int, length: int, latest: int | None) -> int | None:
    if latest is None:
        return None
    for begin in range(at, latest + 1):
        if not any(air[begin : begin + length]):
            return begin
    return None
