"""The table of sunrise and sunset that plans carry, so that no agent needs astronomy."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from astral import Observer
from astral.sun import sunrise, sunset

from schedules.levels import DAYS_OF_TABLE, STEP_OF_TABLE, SunDay

LEAP_YEAR = 2028  # its days are numbered as the table's
LANG_SON = (21.85, 106.76)


@lru_cache(maxsize=64)
def sun_table(latitude: float, longitude: float, zone: str = "Asia/Ho_Chi_Minh") -> tuple[SunDay, ...]:
    """A row every five days of the year, minutes of the gate's clock; ValueError where the sun does not set."""
    if not (-60 <= latitude <= 60 and -180 <= longitude <= 180):
        raise ValueError("the table is made for latitudes to 60 degrees, where the sun rises and sets every day")
    observer, info = Observer(latitude, longitude), ZoneInfo(zone)
    return tuple(_row(observer, info, number) for number in range(1, DAYS_OF_TABLE + 1, STEP_OF_TABLE))


def _row(observer: Observer, info: ZoneInfo, number: int) -> SunDay:
    day = date(LEAP_YEAR, 1, 1) + timedelta(days=number - 1)
    rises, sets = sunrise(observer, day, tzinfo=info), sunset(observer, day, tzinfo=info)
    return SunDay(day=number, rises=_minute(rises), sets=_minute(sets))


def _minute(moment: datetime) -> int:
    return round(moment.hour * 60 + moment.minute + moment.second / 60)
