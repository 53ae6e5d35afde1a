"""The technician's walk: a tone at rising levels in each zone, one at a time, and a sheet that only grows."""

from __future__ import annotations

import csv
import io
import tomllib

import pytest

from devices.cli import main
from devices.cli.commission_command import HEAD, STEPS
from devices.profiles.wav import read_wav_header
from devices.simulators.gate import SimulatedGate
from tests.devices.test_agent_sound import ONE_SPEAKER
from tests.support.sound import samples_of


@pytest.fixture
def site(tmp_path):
    text = ONE_SPEAKER.format(folder=tmp_path, url="http://127.0.0.1:1")
    config = tmp_path / "agent.toml"
    config.write_text(text)
    gate = SimulatedGate(tomllib.loads(text), tmp_path / "sim").start()
    yield config, gate
    gate.stop()


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_each_zone_sounds_alone_at_four_levels_and_the_sheet_says_what_was_read(tmp_path, site, monkeypatch, capsys):
    config, _ = site
    sheet = tmp_path / "sheet.csv"
    monkeypatch.setattr("sys.stdin", io.StringIO("58\n70 beside the booth\n\n82\n"))
    words = [
        "commission",
        "--config",
        str(config),
        "--device",
        "pa-1",
        "--zone",
        "yard",
        "--sheet",
        str(sheet),
        "--seconds",
        "0.3",
    ]
    assert main(words) == 0
    assert "yard at 25 %" in capsys.readouterr().out
    found = rows(sheet)
    assert found[0] == list(HEAD)
    assert [row[1:] for row in found[1:]] == [
        ["tan-thanh/pa-1", "yard", "25", "58", ""],
        ["tan-thanh/pa-1", "yard", "50", "70", "beside the booth"],
        ["tan-thanh/pa-1", "yard", "100", "82", ""],
    ]
    log = (tmp_path / "sim" / "tan-thanh-pa-1.log").read_text()
    assert "yard on" in log
    assert "hall on" not in log
    assert log.splitlines()[-1].endswith("off")
    data = (tmp_path / "pa.wav").read_bytes()
    offset, frames = read_wav_header(data[:1024], len(data))
    peaks = sorted({max(map(abs, samples_of(data[offset : offset + 2 * frames])))})
    assert peaks[0] > 5000
    monkeypatch.setattr("sys.stdin", io.StringIO("60\n" * len(STEPS)))
    assert main(words) == 0
    assert len(rows(sheet)) == 8


@pytest.mark.parametrize(
    ("words", "code", "text"),
    [
        (["--device", "nobody"], 2, "no device nobody"),
        (["--device", "pa-1", "--zone", "attic"], 2, "no zone attic"),
    ],
)
def test_what_is_not_there_is_told_in_one_sentence(tmp_path, site, capsys, words, code, text):
    config, _ = site
    assert main(["commission", "--config", str(config), *words, "--sheet", str(tmp_path / "s.csv")]) == code
    assert text in capsys.readouterr().err
    assert not (tmp_path / "s.csv").exists()


def test_a_line_that_cannot_be_opened_is_told(tmp_path, site, capsys):
    config, gate = site
    gate.stop()
    words = ["commission", "--config", str(config), "--device", "pa-1", "--sheet", str(tmp_path / "s.csv")]
    assert main(words) == 1
    assert "is the agent still running" in capsys.readouterr().err
