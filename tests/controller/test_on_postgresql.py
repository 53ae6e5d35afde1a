"""The controller on PostgreSQL: the deeds that matter most on a bad day, as the same tests that SQLite passes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.controller.test_api_alerts import (  # noqa: F401 these are the tests
    test_an_alert_goes_out_fast_and_then_for_certain_with_the_same_bytes,
    test_ending_is_a_newer_revision_that_every_target_understands,
    test_sent_and_confirmed_are_told_device_by_device,
)
from tests.controller.test_api_figures import (  # noqa: F401
    test_a_later_set_takes_the_place_of_one_that_never_went_out_and_keeps_the_other_figures,
)
from tests.controller.test_api_messages import (  # noqa: F401
    test_an_edit_makes_a_new_draft_voids_the_approvals_and_is_in_the_audit,
    test_every_deed_is_in_the_audit_in_order,
    test_two_agencies_in_any_order_make_it_approved,
)
from tests.controller.test_api_schedules import (  # noqa: F401
    test_a_schedule_is_changed_and_its_plan_with_it,
    test_who_comes_second_with_a_change_is_told,
)
from tests.controller.test_enrol_agent import door, test_a_code_is_good_once  # noqa: F401
from tests.controller.test_faults import (  # noqa: F401
    test_a_fault_stands_until_the_device_no_longer_tells_it_and_is_one_row,
)
from tests.controller.test_receive import (  # noqa: F401
    test_a_record_comes_back_as_it_was,
    test_one_bad_record_does_not_block_the_good_ones,
    test_records_can_be_asked_for_by_time_and_in_pages,
)
from tests.controller.test_sign_in import (  # noqa: F401
    test_failures_in_a_row_are_throttled_but_never_for_good,
)
from tests.support.desk import Desk, a_desk
from tests.support.postgres import Postgres

pytestmark = pytest.mark.postgresql


@pytest.fixture
def desk(tmp_path: Path, postgres: Postgres) -> Iterator[Desk]:
    """In place of the desk on SQLite."""
    with a_desk(tmp_path, database=postgres.database()) as made:
        yield made


def test_it_really_is_postgresql(desk: Desk):
    with desk.deps.store.read() as connection:
        assert connection.dialect.name == "postgresql"
