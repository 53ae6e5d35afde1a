"""What authors are told stands in the reference, and the showroom can be made."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

from controller.media.picture_words import PICTURE_WORDS
from devices.rendering.signs import NAMES
from devices.rendering.wording import WORDING

ROOT = Path(__file__).resolve().parents[2]


def test_every_finding_and_every_pictogram_is_in_the_reference_and_no_other():
    lines = (ROOT / "docs" / "reference" / "text.md").read_text(encoding="utf-8").splitlines()
    named = {word.strip("`, ") for line in lines if line.startswith("| `") for word in line.split("|")[1].split(", ")}
    assert {word for word in named if not word.startswith("{")} == set(WORDING)
    written = next(line for line in lines if line.startswith("`:stop:`"))
    assert written.split() == [f"`:{name}:`" for name in NAMES]


def test_the_showroom_draws_every_sample_on_every_board(tmp_path, monkeypatch, capsys):
    spec = importlib.util.spec_from_file_location("gallery", ROOT / "scripts" / "gallery.py")
    gallery = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "gallery", gallery)
    spec.loader.exec_module(gallery)
    text = "".join(gallery.page())
    assert text.count("<img") > 12 * 3 * len(gallery.BOARDS)
    assert all(f"{board}, {look.rows} rows" in text for board, look in gallery.BOARDS)
    assert "<script" not in text


def test_the_pictures_of_the_showroom_are_what_the_renderer_draws():
    done = subprocess.run(
        [sys.executable, "scripts/showroom.py", "--check"], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stdout + done.stderr
    page = (ROOT / "docs" / "showroom.md").read_text(encoding="utf-8")
    pictures = {path.name for path in (ROOT / "docs" / "images" / "showroom").glob("*.png")}
    assert set(re.findall(r"images/showroom/([\w-]+\.png)", page)) == pictures


def test_every_finding_of_pictures_and_videos_is_in_the_reference_and_no_other():
    lines = (ROOT / "docs" / "reference" / "pictures.md").read_text(encoding="utf-8").splitlines()
    rows = [line.split("|") for line in lines if re.match(r"\| `(picture|video)\.", line)]
    said = {row[1].strip(" `"): row[2].strip() for row in rows}
    assert said == {code: "yes" if severity == "block" else "no" for code, (severity, _) in PICTURE_WORDS.items()}
    assert all(set(words) == {"vi", "zh-Hans", "en"} for _, words in PICTURE_WORDS.values())
