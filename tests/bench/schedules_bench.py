"""How fast the schedule answers. Each figure is a row; `ratio` is against a baseline measured in the same run."""

from __future__ import annotations

import random
import tracemalloc
from collections.abc import Callable
from datetime import datetime, timedelta
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import DAILY, rrule, rruleset

from schedules.compiled import CompiledPlan
from schedules.evaluate import on_air
from schedules.model import ContentRef, Item, Plan, Playlist, Rule, Window
from schedules.review import conflicts
from schedules.timeline import segments
from schedules.zone import DAY, tick

Row = dict[str, Any]
HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
START = datetime(2026, 11, 23, tzinfo=HANOI)
WINDOW = 180  # minutes; every rule has one such window a day, at a random minute


def a_plan(rules: int, seed: int = 1) -> Plan:
    """A plan of so many daily rules, the load the peers were measured with."""
    draw = random.Random(seed)
    content = ContentRef(sha256="a" * 64, kind="pages", language="vi", size=100, seconds=5)
    item = Item(message="m", version=1, digest="d" * 64, contents=(content,))
    starts = [draw.randrange(1440) for _ in range(rules)]
    made = tuple(
        Rule(id=f"r{n}", playlist="p", targets=("g/d",), windows=(Window(start=at, end=(at + WINDOW) % 1440 or 1440),))
        for n, at in enumerate(starts)
    )
    return Plan(device="g/d", revision=1, issued=START, playlists=(Playlist(id="p", items=(item,)),), rules=made)


def _on_air(rules: int) -> Row:
    """Microseconds of a warm question at random moments of a day."""
    plan, draw = a_plan(rules), random.Random(2)
    moments = [START + timedelta(seconds=draw.randrange(86_400)) for _ in range(500)]
    for moment in moments:
        on_air(plan, moment)
    ours = _seconds(lambda: [on_air(plan, moment) for moment in moments]) / len(moments)
    base = _seconds(lambda: _plainly(plan, moments[0]), rounds=1)
    return _row(f"on_air_{rules}_us", ours * 1e6, "us", base * 1e6)


def _plainly(plan: Plan, at: datetime) -> int:
    """The same question by plain expansion: the last start of every window before `at`, and whether it is over."""
    naive, due = at.replace(tzinfo=None), 0
    for rule in plan.rules:
        window = rule.windows[0]
        first = datetime(2026, 11, 20) + timedelta(minutes=window.start)  # noqa: DTZ001 the wall clock
        start = rrule(DAILY, dtstart=first).before(naive, inc=True)
        due += start is not None and naive < start + timedelta(minutes=window.minutes)
    return due


def on_air_100_us() -> Row:
    """A warm question to 100 rules."""
    return _on_air(100)


def on_air_1000_us() -> Row:
    """A warm question to 1,000 rules."""
    return _on_air(1_000)


def on_air_10000_us() -> Row:
    """A warm question to 10,000 rules."""
    return _on_air(10_000)


def compile_1000_ms() -> Row:
    """Making 30 days of 1,000 rules ready; the baseline expands the same starts with dateutil."""
    plan = a_plan(1_000)
    first = tick(START) // DAY

    def ours() -> None:
        ready = CompiledPlan(plan)
        for number in range(first, first + 30):
            ready.day(number)

    def base() -> None:
        every = rruleset()
        for rule in plan.rules[:50]:
            begin = datetime(2026, 11, 23) + timedelta(minutes=rule.windows[0].start)  # noqa: DTZ001 the wall clock
            every.rrule(rrule(DAILY, dtstart=begin, count=30))
        list(every)

    return _row("compile_1000_ms", _seconds(ours, 3) * 1e3, "ms", _seconds(base, 1) * 20 * 1e3)


def week_preview_30x100_ms() -> Row:
    """The exact week of 30 devices with 100 rules each, from nothing."""
    fresh = iter([[a_plan(100, seed) for seed in range(30)] for _ in range(5)])
    end = START + timedelta(days=7)

    def preview() -> None:
        for plan in next(fresh):
            for _ in segments(plan, START, end):
                pass

    return _row("week_preview_30x100_ms", _seconds(preview) * 1e3, "ms", None)


def conflicts_1000_ms() -> Row:
    """Every clash in 7 days of 1,000 rules, from nothing."""
    fresh = iter([a_plan(1_000) for _ in range(5)])
    end = START + timedelta(days=7)
    return _row("conflicts_1000_ms", _seconds(lambda: conflicts(next(fresh), START, end)) * 1e3, "ms", None)


def compiled_plan_1000_mb() -> Row:
    """Memory of 1,000 rules ready for a day, each minute of it asked for once."""
    plan = a_plan(1_000)
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for minute in range(1440):
        on_air(plan, START + timedelta(minutes=minute))
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return _row("compiled_plan_1000_mb", (after - before) / 1e6, "MB", None)


def year_of_segments_mb() -> Row:
    """The most memory a year of segments of 100 rules holds at once."""
    plan = a_plan(100)
    tracemalloc.start()
    for _ in segments(plan, START, START + timedelta(days=365)):
        pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return _row("year_of_segments_mb", peak / 1e6, "MB", None)


def _seconds(deed: Callable[[], object], rounds: int = 5) -> float:
    """The quickest of some rounds."""
    best = float("inf")
    for _ in range(rounds):
        began = perf_counter()
        deed()
        best = min(best, perf_counter() - began)
    return best


def _row(name: str, value: float, unit: str, baseline: float | None) -> Row:
    ratio = value / baseline if baseline else None
    return {"name": name, "value": value, "unit": unit, "ratio": ratio, "baseline": baseline}


ROWS: tuple[Callable[[], Row], ...] = (
    on_air_100_us,
    on_air_1000_us,
    on_air_10000_us,
    compile_1000_ms,
    week_preview_30x100_ms,
    conflicts_1000_ms,
    compiled_plan_1000_mb,
    year_of_segments_mb,
)
