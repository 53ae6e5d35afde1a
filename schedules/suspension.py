"""A notice that a gate is closed for a while: who may order it, for how long at most, and what it does to opening hours.

The limits are those of Luật Biên phòng 2020, Điều 11(4) as far as they were read; they are data, and another table may be given.
That several orders of one closing count together is one reading of the law, to be confirmed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, Field, model_validator

from schedules.book import OpenBook, Span, joined
from schedules.fact import MINUTES_A_DAY, Fact, Id, Window
from schedules.hours import DayHours, Hours


class GateKind(StrEnum):
    """What a gate is in law."""

    INTERNATIONAL = "international"  # cửa khẩu quốc tế
    MAIN = "main"  # cửa khẩu chính, song phương
    SECONDARY = "secondary"  # cửa khẩu phụ, lối mở


class Office(StrEnum):
    """Who orders a suspension."""

    POST_COMMANDER = "post_commander"  # Đồn trưởng
    PROVINCIAL_COMMANDER = "provincial_commander"  # Chỉ huy trưởng BĐBP tỉnh
    PROVINCE_CHAIR = "province_chair"  # Chủ tịch UBND tỉnh
    HIGHER = "higher"  # Bộ, Chính phủ


LIMIT_HOURS: Mapping[tuple[GateKind, Office], int] = {
    (GateKind.SECONDARY, Office.POST_COMMANDER): 6,
    (GateKind.SECONDARY, Office.PROVINCIAL_COMMANDER): 12,
    (GateKind.MAIN, Office.PROVINCIAL_COMMANDER): 6,
    (GateKind.MAIN, Office.PROVINCE_CHAIR): 24,
}


class KindFrom(Fact):
    """A gate is of this kind from a day on."""

    first: date
    kind: GateKind


class Gate(Fact):
    """A gate or passage and what it has been in law."""

    id: Id
    kinds: tuple[KindFrom, ...] = Field(min_length=1)

    def kind_on(self, day: date) -> GateKind | None:
        """What the gate is on a day; None before the first day known."""
        known = [one for one in self.kinds if one.first <= day]
        return max(known, key=lambda one: one.first).kind if known else None


class Suspension(Fact):
    """One order to suspend crossing; it ends by itself."""

    order: str = Field(min_length=1, max_length=60, description="number of the order")
    gate: Id
    office: Office
    issuer: str = Field(min_length=1, max_length=100, description="name and title")
    starts: AwareDatetime
    until: AwareDatetime

    @model_validator(mode="after")
    def _in_order(self) -> Suspension:
        if self.starts >= self.until:
            raise ValueError("a suspension must start before it ends")
        return self


class UnlawfulError(ValueError):
    """A suspension nobody may order so; the text says why and what would be lawful."""

    def __init__(self, reason: str, limit_hours: int | None = None) -> None:
        super().__init__(reason)
        self.limit_hours = limit_hours


def check(
    order: Suspension,
    gate: Gate,
    earlier: Sequence[Suspension] = (),
    zone: str = "Asia/Ho_Chi_Minh",
    limits: Mapping[tuple[GateKind, Office], int] = LIMIT_HOURS,
) -> None:
    """UnlawfulError if the order is longer than its office may order at this gate on that day. Orders that follow one
    another without a pause are one closing, and count together."""
    if order.gate != gate.id:
        raise UnlawfulError(f'the order is for "{order.gate}", not for "{gate.id}"')
    kind = gate.kind_on(order.starts.astimezone(ZoneInfo(zone)).date())
    if kind is None:
        raise UnlawfulError(f'nothing is known of what "{gate.id}" was on that day')
    if order.office is Office.HIGHER:
        return
    limit = limits.get((kind, order.office))
    if limit is None:
        raise UnlawfulError(f"{order.office.value} may not suspend crossing at a gate of kind {kind.value}")
    length = order.until - _closed_since(order, earlier)
    if length > timedelta(hours=limit):
        raise UnlawfulError(
            f"{order.office.value} may suspend crossing at a gate of kind {kind.value} for {limit} h in all, not {_hours(length)}",
            limit,
        )


def suspended(hours: Hours, orders: Sequence[Suspension], zone: str = "Asia/Ho_Chi_Minh") -> Hours:
    """Opening hours with the suspensions cut out, as exceptions of the days they touch; minutes begun count as closed."""
    info = ZoneInfo(zone)
    book = OpenBook(hours)
    touched: set[int] = set()
    for order in orders:
        first, last = order.starts.astimezone(info).toordinal(), order.until.astimezone(info).toordinal()
        touched |= set(range(first - 1, last + 2))
    kept = {one.day: one for one in hours.exceptions}
    note = ", ".join(order.order for order in orders)[:200]
    spilt: dict[int, list[Span]] = {}
    for day in sorted(touched):
        usual = book.windows(day)
        left, late = _parts(_without(usual, _away(orders, day, info)))
        spilt[day + 1] = late
        left += spilt.get(day, [])
        if tuple(left) != usual:
            kept[date.fromordinal(day)] = DayHours(day=date.fromordinal(day), windows=_windows(left), note=note)
    return hours.model_copy(update={"exceptions": tuple(kept[day] for day in sorted(kept))})


def _away(orders: Sequence[Suspension], day: int, info: ZoneInfo) -> tuple[Span, ...]:
    """The orders in minutes of a local day; those of other days lie outside its hours."""
    midnight = datetime.fromordinal(day).replace(tzinfo=info)
    return joined(tuple((_minutes(one.starts, midnight), -_minutes(midnight, one.until)) for one in orders))


def _closed_since(order: Suspension, earlier: Sequence[Suspension]) -> datetime:
    since = order.starts
    for one in sorted(earlier, key=lambda one: one.starts, reverse=True):
        if one.gate == order.gate and one.starts < since <= one.until:
            since = one.starts
    return since


def _minutes(moment: datetime, since: datetime) -> int:
    """Whole minutes between two moments, rounded down."""
    return (moment.astimezone(UTC) - since.astimezone(UTC)) // timedelta(minutes=1)


def _without(spans: Sequence[Span], away: Sequence[Span]) -> tuple[Span, ...]:
    left = list(spans)
    for start, end in away:
        left = [part for s, e in left for part in ((s, min(e, start)), (max(s, end), e)) if part[0] < part[1]]
    return tuple(left)


def _parts(spans: Sequence[Span]) -> tuple[list[Span], list[Span]]:
    """The spans that begin on the day, and those that begin after its midnight as the next day counts them."""
    late = [(start - MINUTES_A_DAY, end - MINUTES_A_DAY) for start, end in spans if start >= MINUTES_A_DAY]
    return [each for each in spans if each[0] < MINUTES_A_DAY], late


def _windows(spans: Sequence[Span]) -> tuple[Window, ...]:
    return tuple(Window(start=start, end=end if end <= MINUTES_A_DAY else end - MINUTES_A_DAY) for start, end in spans)


def _hours(length: timedelta) -> str:
    minutes = length // timedelta(minutes=1)
    return f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes // 60} h {minutes % 60} min"
