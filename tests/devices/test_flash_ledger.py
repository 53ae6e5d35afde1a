"""Flash wears: every write is counted on disk before it is done, and none follows another within the hour."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from devices.cli import main
from devices.cli.flash import FlashLedger
from devices.errors import SettingsError
from devices.simulators.line import SimulatedLine
from devices.simulators.pty import TcpEnd
from devices.simulators.sending_card import SendingCard

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def test_writes_are_counted_across_runs_and_devices_apart(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "flash.json"
    assert FlashLedger(file).count("wall", NOON) == 1
    assert FlashLedger(file).count("other", NOON) == 1
    assert FlashLedger(file).count("wall", NOON + timedelta(hours=2)) == 2


@pytest.mark.parametrize(("minutes", "allowed"), [(0, False), (59, False), (60, True), (-5, True)])
def test_within_the_hour_nothing_is_stored(tmp_path: Path, minutes: int, allowed: bool) -> None:
    ledger = FlashLedger(tmp_path / "flash.json")
    ledger.count("wall", NOON)
    later = NOON + timedelta(minutes=minutes)  # a clock that was set back must not lock a device for years
    if allowed:
        ledger.allow("wall", later)
        assert ledger.count("wall", later) == 2
    else:
        with pytest.raises(SettingsError, match="stored 1 times, last at 12:00: flash wears"):
            ledger.allow("wall", later)
    ledger.allow("other", later)


@pytest.mark.parametrize("text", ["", "nonsense", "[1]", '{"wall": {"count": "x"}}', '{"wall": 3}'])
def test_a_damaged_ledger_counts_anew(tmp_path: Path, text: str) -> None:
    (tmp_path / "flash.json").write_text(text)
    ledger = FlashLedger(tmp_path / "flash.json")
    ledger.allow("wall", NOON)
    assert ledger.count("wall", NOON) == 1


def test_what_cannot_be_counted_is_not_stored(tmp_path: Path) -> None:
    (tmp_path / "folder").write_text("a file where a folder should be")
    with pytest.raises(SettingsError, match="cannot be written"):
        FlashLedger(tmp_path / "folder" / "flash.json").count("wall", NOON)


def test_a_technician_stores_once_and_is_stopped_the_second_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    card = SendingCard(ports=1, boards=1)
    end = TcpEnd()
    line = SimulatedLine(end, [card], 115200).start()
    words = ["try", "--link", f"tcp:{end.where}", "--driver", "novastar", "--ledger", str(tmp_path / "f.json"), "store"]
    try:
        assert main(words) == 0
        assert "stored: acknowledged; write 1 to this flash" in capsys.readouterr().out
        assert main(words) == 1
        assert "flash wears" in capsys.readouterr().err
    finally:
        line.stop()
    assert [one.writes_to_flash for one in card.wall.values()] == [1]
