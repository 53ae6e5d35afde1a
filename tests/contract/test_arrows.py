"""Imports point one way. Each contract is proven by planting a wrong import in a copy of the tree."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("controller", "devices", "schedules")

WRONG = [
    ("schedules/model.py", "import devices.errors", "controller > devices > schedules"),
    ("devices/errors.py", "import controller.domain", "controller > devices > schedules"),
    ("devices/contract/topics.py", "import devices.ports", "the floors inside devices"),
    ("devices/drivers/registry.py", "import devices.links", "the floors inside devices"),
    ("schedules/model.py", "import time", "the pure half imports nothing that acts"),
    ("devices/rendering/page.py", "import sqlite3", "the pure half imports nothing that acts"),
    ("controller/services/__init__.py", "import devices.drivers", "the controller sees only the pure half"),
]


def lint(tree: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    return subprocess.run(
        command, cwd=tree, env=os.environ | {"PYTHONPATH": str(tree)}, capture_output=True, text=True, check=False
    )


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "packs", "*.json.gz")
        )
    return tmp_path


@pytest.mark.parametrize(("file", "line", "contract"), WRONG, ids=[f"{file}: {line}" for file, line, _ in WRONG])
def test_a_wrong_import_breaks_its_contract(tree, file, line, contract):
    path = tree / file
    path.write_text(path.read_text() + f"\n{line}\n")
    result = lint(tree)
    assert result.returncode == 1, result.stdout
    broken = [row for row in result.stdout.splitlines() if "BROKEN" in row]
    assert any(contract in row for row in broken), result.stdout


def test_the_tree_as_it_is_keeps_every_contract(tree):
    result = lint(tree)
    assert result.returncode == 0, result.stdout
