"""A desk for tests of the API and of the deeds."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.desk import Desk, a_desk
from tests.support.postgres import Postgres


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a desk on its first morning, made once."""
    folder = tmp_path_factory.mktemp("desk")
    with a_desk(folder):
        return folder


@pytest.fixture
def desk(tmp_path: Path, furnished: Path) -> Iterator[Desk]:
    """A controller with three gates and one person of every role; Monday, noon."""
    shutil.copytree(furnished, tmp_path, dirs_exist_ok=True)
    with a_desk(tmp_path) as made:
        yield made


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server of our own; each test asks it for a database."""
    running = Postgres().start()
    yield running
    running.stop()
