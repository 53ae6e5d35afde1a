"""The papers of each driver: its grade is earned, its README and the reference say what a technician needs."""

import importlib
import re
import tomllib
from pathlib import Path

import pytest

TIERS = ("bronze", "silver", "gold")
RULES = {
    "bronze": {
        "golden_bytes_with_source",
        "bounded_time_outs_and_tries",
        "refusals_carry_the_reason",
        "decoder_never_raises",
        "settings_refuse_the_unknown",
        "readme_with_wiring_and_quirks",
    },
    "silver": {"foreign_and_late_answers_skipped", "noise_tests", "wire_cost_table", "read_back"},
    "gold": {"tried_against_an_independent_library", "tried_on_a_real_device", "turn_around_measured"},
}
FOLDERS = sorted(path.parent for path in Path("devices/drivers").glob("*/driver.py"))
each_driver = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


def grade(folder: Path) -> dict:
    return tomllib.loads((folder / "grade.toml").read_text())


@each_driver
def test_the_grade_is_the_highest_whose_rules_are_all_met(folder):
    held = grade(folder)
    met = []
    for tier in TIERS:
        if any(rule == "todo" for rule in held[tier].values()):
            break
        met.append(tier)
    assert held["grade"] == (met[-1] if met else "none")


@each_driver
def test_every_rule_of_every_tier_is_answered(folder):
    held = grade(folder)
    assert {tier: set(held[tier]) for tier in TIERS} == RULES
    for rule in (rule for tier in TIERS for rule in held[tier].values()):
        assert rule in ("done", "todo") or (rule["status"] == "exempt" and rule["reason"])


@each_driver
def test_the_claim_of_a_real_device_is_made_once_and_the_same(folder):
    held = grade(folder)
    assert held["tried_on_a_real_device"] == (held["gold"]["tried_on_a_real_device"] == "done")


@each_driver
def test_the_readme_has_wiring_quirks_wire_cost_and_sources(folder):
    headings = set(re.findall(r"^## (.+)$", (folder / "README.md").read_text(), re.M))
    assert {"Wiring", "Quirks", "Wire cost", "Sources", "Not verified"} <= headings


@each_driver
def test_the_reference_names_the_driver_and_each_of_its_settings(folder):
    text = Path("docs/reference/drivers.md").read_text()
    section = text.split(f"## {folder.name}\n", 1)[1].split("\n## ", 1)[0]
    named = set(re.findall(r"^\| `(\w+)` \|", section, re.M))
    assert named == set(importlib.import_module(f"devices.drivers.{folder.name}").DRIVER.settings.model_fields)
