"""Plans, alerts and content on disk: whole or not at all, verified when read, damage survived."""

from __future__ import annotations

import hashlib
import json
import logging
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from devices.agent.acceptance import read_alert, read_plan
from devices.agent.clock import AgentClock
from devices.agent.config import ConfigError, read_config
from devices.agent.files import write_whole
from devices.agent.logs import JsonLines
from devices.agent.media import MediaFiles
from devices.agent.plans import PlanFiles
from devices.contract.messages import AlertMessage
from tests.support import facts
from tests.support.fake_controller import KEYS, sealed_alert, sealed_plan

DEVICE, NOON = facts.DEVICE, facts.NOON


def plan_files(folder: Path) -> PlanFiles:
    return PlanFiles(
        folder,
        (DEVICE,),
        lambda sealed, device: read_plan(sealed, keys=KEYS, device=device, now=None),
        lambda sealed: read_alert(sealed, keys=KEYS, now=None),
    )


def keep(files: PlanFiles, *revisions: int) -> None:
    for revision in revisions:
        plan = facts.plan(revision)
        files.keep_plan(plan, sealed_plan(plan))


def test_the_last_two_plans_are_kept_and_the_newest_is_read(tmp_path: Path) -> None:
    files = plan_files(tmp_path)
    keep(files, 1, 2, 10)
    assert files.plans()[DEVICE].revision == 10
    assert [path.name for path in sorted(tmp_path.glob("plans/*/*"))] == ["000000000002.sealed", "000000000010.sealed"]


@pytest.mark.parametrize(
    "damage", [lambda data: b"", lambda data: data[: len(data) // 2], lambda data: data.replace(b"A", b"B")]
)
def test_a_half_written_or_altered_plan_gives_way_to_the_older_one(tmp_path: Path, damage: object) -> None:
    keep(plan_files(tmp_path), 1, 2)
    newest = max(tmp_path.glob("plans/*/*"))
    newest.write_bytes(damage(newest.read_bytes()))  # type: ignore[operator]
    assert plan_files(tmp_path).plans()[DEVICE].revision == 1


def test_what_a_power_cut_left_beside_is_never_read(tmp_path: Path) -> None:
    keep(plan_files(tmp_path), 1)
    (tmp_path / "plans" / "board-1" / ".000000000002.sealed.123.new").write_bytes(b"half")
    assert plan_files(tmp_path).plans()[DEVICE].revision == 1


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_whole(tmp_path / "file", b"old")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("devices.agent.files.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_whole(tmp_path / "file", b"new")
    assert (tmp_path / "file").read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def alert(name: str, revision: int = 1) -> bytes:
    return sealed_alert(AlertMessage.model_validate({
        "id": name, "revision": revision, "targets": ("all",), "starts": NOON, "until": NOON + timedelta(hours=1),
        "showings": ({"targets": (DEVICE,), "item": facts.item()},),
    }))  # fmt: skip


def test_two_threads_that_keep_the_same_file_do_not_disturb_each_other(tmp_path: Path) -> None:
    path = tmp_path / "content" / "ab"
    with ThreadPoolExecutor(8) as threads:
        kept = [threads.submit(write_whole, path, bytes([number]) * 5000) for number in range(200)]
    assert [one.exception() for one in kept] == [None] * 200
    assert len(set(path.read_bytes())) == 1
    assert [one.name for one in path.parent.iterdir()] == ["ab"]


def test_alerts_are_kept_by_id_and_damaged_ones_left_out(tmp_path: Path) -> None:
    files = plan_files(tmp_path)
    files.keep_alerts({"a1": alert("a1"), "a2": alert("a2")})
    (tmp_path / "alerts" / "a1.sealed").write_bytes(b"half")
    assert plan_files(tmp_path).alerts() == (alert("a2"),)
    files.keep_alerts({"a2": alert("a2", 2)})
    assert plan_files(tmp_path).alerts() == (alert("a2", 2),)


def test_content_is_checked_when_kept_and_when_read(tmp_path: Path) -> None:
    media, data = MediaFiles(tmp_path), b"pages"
    sha256 = hashlib.sha256(data).hexdigest()
    with pytest.raises(ValueError, match="not the one named"):
        media.keep(sha256, b"other")
    assert media.path(sha256) is None
    media.keep(sha256, data)
    path = media.path(sha256)
    assert path == str(tmp_path / sha256[:2] / sha256)
    Path(path).write_bytes(b"rotten")
    assert media.read(sha256) is None
    assert media.path(sha256) is None


def test_lent_files_are_readable_before_they_are_on_disk(tmp_path: Path) -> None:
    media, data = MediaFiles(tmp_path), b"alert"
    sha256 = hashlib.sha256(data).hexdigest()
    media.lend({sha256: data})
    assert media.read(sha256) == data
    media.keep(sha256, data)
    assert MediaFiles(tmp_path).read(sha256) == data


def test_sweeping_drops_the_oldest_unwanted_files_down_to_the_cap(tmp_path: Path) -> None:
    media, names = MediaFiles(tmp_path, cap=25), []
    for number in range(4):
        data = bytes([number]) * 10
        names.append(hashlib.sha256(data).hexdigest())
        media.keep(names[-1], data)
        path = Path(str(media.path(names[-1])))
        os.utime(path, (number, number))
    media.sweep(frozenset({names[0]}))
    assert [media.path(name) is not None for name in names] == [True, False, True, True]


GOOD = """
gate = "chi-ma"
state = "{folder}"
[controller]
url = "http://127.0.0.1:8080/"
[[lines]]
id = "line-1"
link = "serial:/dev/x"
[[devices]]
id = "board-1"
line = "line-1"
driver = "onbon_bx"
"""
WRONG = {
    "not TOML": ("gate = ", "is not TOML"),
    "an unknown key": (GOOD + 'colour = "red"\n', "devices.0.colour"),
    "a line that is not there": (GOOD.replace('line = "line-1"', 'line = "line-2"'), "which does not exist"),
    "two devices of one id": (GOOD + GOOD[GOOD.index("[[devices]]") :], "twice: board-1"),
    "a bad id": (GOOD.replace('"chi-ma"', '"Chi Ma"'), "gate"),
    "no controller": (GOOD.replace('[controller]\nurl = "http://127.0.0.1:8080/"', ""), "controller"),
    "a port that is none": (GOOD.replace(":8080/", ":eighty/"), "is no address"),
    "a host that is none": (GOOD.replace("127.0.0.1:8080/", ":8080/"), "names no host"),
    "a link that is none": (GOOD.replace("serial:/dev/x", "bogus"), "a link is written"),
    "a line of nine bits": (GOOD.replace('id = "line-1"', 'id = "line-1"\nbits = 9', 1), "lines.0.bits"),
    "an address that is none": (GOOD.replace("http://127.0.0.1:8080/", "nowhere"), "controller.url"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_config_that_cannot_be_used_is_named_in_one_sentence(tmp_path: Path, what: str) -> None:
    text, reason = WRONG[what]
    path = tmp_path / "agent.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as wrong:
        read_config(path)
    assert reason in str(wrong.value)
    assert "\n" not in str(wrong.value)


def test_a_good_config_is_read_and_the_controller_can_be_replaced(tmp_path: Path) -> None:
    path = tmp_path / "agent.toml"
    path.write_text(GOOD)
    config = read_config(path)
    assert (config.gate, config.agent, config.controller.url) == ("chi-ma", "agent", "http://127.0.0.1:8080")
    assert read_config(path, "http://10.0.0.1:9").controller.url == "http://10.0.0.1:9"
    with pytest.raises(ConfigError, match="cannot be read"):
        read_config(tmp_path / "none.toml")


def test_the_clock_is_trusted_only_when_something_vouches_for_it() -> None:
    clock = AgentClock(synchronised=lambda: False)
    now = clock.now()
    assert not clock.trusted()
    clock.vouch(now - timedelta(days=7), None)  # an old plan says nothing about now
    assert not clock.trusted()
    clock.vouch(now, now + timedelta(hours=1))  # older than what we have written
    assert not clock.trusted()
    clock.vouch(now, now - timedelta(hours=1))
    assert clock.trusted()
    assert AgentClock(synchronised=lambda: True).trusted()
    assert AgentClock(trust=True, synchronised=lambda: False).trusted()


def test_log_lines_are_json_with_their_facts() -> None:
    record = logging.makeLogRecord(
        {"msg": "fault", "levelname": "WARNING", "name": "x", "device": DEVICE, "code": "link.silent"}
    )
    line = json.loads(JsonLines().format(record))
    assert (line["text"], line["level"], line["device"], line["code"]) == ("fault", "warning", DEVICE, "link.silent")
