"""A desk for tests of the API and of the deeds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.desk import Desk, a_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A controller with three gates and one person of every role; Monday, noon."""
    with a_desk(tmp_path) as made:
        yield made
