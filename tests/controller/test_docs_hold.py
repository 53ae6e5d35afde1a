"""What the papers say is there: links, commands, make targets, and the sample config of the demo gates."""

import re
from pathlib import Path

import pytest

import controller.demo
from controller.settings import PREFIX, BrokerSettings, Settings

ROOT = Path(__file__).parents[2]
PAPERS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
DEMO = Path(controller.demo.__file__).parent
NAMES = [str(paper.relative_to(ROOT)) for paper in PAPERS]


def without_code(text):
    return re.sub(r"```.*?```", "", text, flags=re.S)


@pytest.mark.parametrize("paper", PAPERS, ids=NAMES)
def test_every_link_leads_to_a_file(paper):
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", without_code(paper.read_text(encoding="utf-8")))
    ours = [link for link in links if "://" not in link and not link.startswith("mailto:")]
    assert [link for link in ours if not (paper.parent / link).exists()] == []


@pytest.mark.parametrize("paper", PAPERS, ids=NAMES)
def test_every_make_target_that_is_named_exists(paper):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    named = re.findall(r"(?:`|^|=\d+ )make ([a-z][a-z-]*)", paper.read_text(encoding="utf-8"), re.M)
    assert set(named) <= targets


@pytest.mark.parametrize("file", [DEMO / "gates.toml", *sorted((DEMO / "agents").glob("*.toml"))], ids=lambda f: f.stem)
def test_the_demo_gates_are_shown_as_they_are(file):
    page = (ROOT / "docs" / "reference" / "demo-gates.md").read_text(encoding="utf-8")
    assert f"```toml\n{file.read_text(encoding='utf-8')}```\n" in page
    assert str(file.relative_to(ROOT)) in page


def test_every_setting_of_the_controller_is_in_its_reference():
    page = (ROOT / "docs" / "reference" / "controller.md").read_text(encoding="utf-8")
    names = [f"{PREFIX}{name}".upper() for name in Settings.model_fields if name != "broker"]
    names += [f"{PREFIX}BROKER_{name}".upper() for name in BrokerSettings.model_fields]
    assert [name for name in names if f"`{name}`" not in page] == []


def test_both_readmes_name_the_same_commands_and_figures():
    english, vietnamese = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.vi.md"))
    for word in ("make demo", "make test", "make demo-reset", "GATECAST_PORT=9000", "var/demo/", "chi-ma-board-1.png"):
        assert word in english
        assert word in vietnamese
