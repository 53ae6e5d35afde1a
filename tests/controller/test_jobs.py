"""The alarm clock only wakes; what is true is found out there."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent

from controller.jobs import JOBS, build_jobs
from controller.services import outbox
from tests.support.desk import MONDAY_NOON, Desk


def run_all(desk: Desk) -> None:
    for deed, _ in JOBS:
        deed(desk.deps)


def test_every_timed_deed_is_on_the_clock_once_and_makes_up_for_missed_turns(desk: Desk):
    clock = build_jobs(desk.deps)
    jobs = clock.get_jobs()
    assert sorted(job.trigger.interval for job in jobs) == sorted(timedelta(seconds=seconds) for _, seconds in JOBS)
    assert all(job.coalesce and job.max_instances == 1 and job.misfire_grace_time is None for job in jobs)


def test_with_nothing_due_a_round_changes_nothing(desk: Desk):
    desk.sent()
    before = desk.audit()
    run_all(desk)
    assert (desk.waiting(), desk.audit()) == ([], before)


def test_a_late_round_finds_all_that_became_true_meanwhile(desk: Desk):
    desk.scheduled(desk.playlist(desk.approved()), ends="2026-11-23")
    desk.must("operator", "POST", "/alerts", {"texts": {"vi": "KHẨN"}, "targets": ["chi-ma/*"], "minutes": 5})
    desk.sent()
    desk.clock.advance(days=3)
    run_all(desk)
    assert [(each.topic.split("/")[3], bool(each.payload)) for each in desk.waiting()] == [
        ("alert", False),
        ("board-1", True),
    ]
    with desk.deps.store.read() as connection:
        left = connection.exec_driver_sql("SELECT count(*) FROM outbox WHERE sent_at IS NOT NULL").scalar_one()
    assert left == 0
    assert outbox.depth(desk.deps) == 2


def test_a_deed_that_fails_is_said_and_does_not_stop_the_clock(desk: Desk, caplog: pytest.LogCaptureFixture):
    clock = build_jobs(desk.deps)
    clock.start(paused=True)
    try:
        with caplog.at_level(logging.ERROR, "gatecast.jobs"):
            failed = JobExecutionEvent(EVENT_JOB_ERROR, "x", "default", MONDAY_NOON, exception=OSError("disk full"))
            clock._dispatch_event(failed)
        assert "disk full" in caplog.text
        assert clock.running
    finally:
        clock.shutdown()
