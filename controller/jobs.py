"""The alarm clock: wakes the deeds that depend on time. A late wake-up changes when we look, nothing else (decision 0003)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, timedelta
from typing import Any

from apscheduler.events import EVENT_JOB_ERROR
from apscheduler.schedulers.background import BackgroundScheduler

from controller.services import alert_sending, calendar_watch, fault, outbox, plan, sign_in
from controller.services.context import Deps

log = logging.getLogger("gatecast.jobs")

KEPT = timedelta(days=2)  # what went out is kept this long, to look at when something went wrong


def _sweep(deps: Deps) -> None:
    sign_in.sweep(deps)
    outbox.sweep(deps, deps.now() - KEPT)


JOBS: tuple[tuple[Callable[[Deps], Any], int], ...] = (
    (alert_sending.clear_expired, 15),
    (fault.watch, 10),
    (plan.rebuild_now, 60),
    (calendar_watch.watch_calendars, 60),
    (_sweep, 600),
)


def build_jobs(deps: Deps) -> BackgroundScheduler:
    """The clock, not yet started. Missed wake-ups are made up for by the next one."""
    clock = BackgroundScheduler(timezone=UTC)
    for deed, seconds in JOBS:
        clock.add_job(
            deed, "interval", [deps], seconds=seconds, coalesce=True, max_instances=1, misfire_grace_time=None
        )
    clock.add_listener(_failed, EVENT_JOB_ERROR)
    return clock


def _failed(event: Any) -> None:
    log.error("a timed deed failed, it is tried again at its next turn: %s", event.exception)
