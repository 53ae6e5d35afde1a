"""What authors are told stands in the reference, and the showroom can be made."""

import importlib.util
import sys
from pathlib import Path

from devices.rendering.signs import NAMES
from devices.rendering.wording import WORDING

ROOT = Path(__file__).resolve().parents[2]


def test_every_finding_and_every_pictogram_is_in_the_reference_and_no_other():
    lines = (ROOT / "docs" / "reference" / "text.md").read_text(encoding="utf-8").splitlines()
    named = {word.strip("`, ") for line in lines if line.startswith("| `") for word in line.split("|")[1].split(", ")}
    assert named == set(WORDING)
    written = next(line for line in lines if line.startswith("`:stop:`"))
    assert written.split() == [f"`:{name}:`" for name in NAMES]


def test_the_showroom_draws_every_sample_on_every_board(tmp_path, monkeypatch, capsys):
    spec = importlib.util.spec_from_file_location("gallery", ROOT / "scripts" / "gallery.py")
    gallery = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "gallery", gallery)
    spec.loader.exec_module(gallery)
    text = "".join(gallery.page())
    assert text.count("<img") > 12 * 3 * len(gallery.BOARDS)
    assert all(f"{board}, {style.rows} rows" in text for board, style in gallery.BOARDS)
    assert "<script" not in text
