"""What the demo shows and says: twelve approved announcements, something on at every hour, a voice every five minutes."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from controller.app import build_deps
from controller.demo import seed as seeding
from controller.media.speech.tongues import spoken
from controller.services.context import Bell, Deps
from controller.settings import Settings
from controller.store import content, plans, recordings, registry, tables
from controller.store.tables import messages
from devices.profiles.board import BoardShape
from devices.profiles.tones import tone_wav
from schedules.evaluate import on_air
from schedules.model import Plan
from schedules.timeline import segments

HERE = Path(seeding.__file__).parent
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
MONDAY = datetime(2026, 11, 23, tzinfo=ZONE)
WEEK = timedelta(days=7)
BOARDS = ("huu-nghi/lane-1", "huu-nghi/lane-2", "chi-ma/board-1")
PA = "tan-thanh/pa-1"

pytestmark = pytest.mark.xdist_group("demo-content")


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deps]:
    """A seeded controller, with tones in place of speech."""
    folder, spoken = tmp_path_factory.mktemp("seeded"), seeding._sounds
    seeding._sounds = lambda announcements, _say: seeding.Sounds(  # type: ignore[assignment]
        {f"{each['id']}-{language}": tone_wav("test") for each in announcements for language in each["say"]},
        "a machine",
    )
    try:
        seeding.seed(folder / "data", lambda _words: None)
    finally:
        seeding._sounds = spoken
    deps = build_deps(Settings(data=folder / "data"), Bell())
    yield deps
    deps.store.close()


def table(name: str) -> dict[str, Any]:
    return tomllib.loads((HERE / f"{name}.toml").read_text(encoding="utf-8"))


def plan_of(deps: Deps, device: str) -> Plan:
    with deps.store.read() as connection:
        return plans.newest(connection)[device].plan


def test_there_are_twelve_announcements_to_read_and_to_hear_in_three_languages() -> None:
    announcements = table("announcements")["announcements"]
    assert len({each["id"] for each in announcements}) == 12
    for each in announcements:
        assert set(each["show"]) == set(each["say"]) == {"vi", "zh-Hans", "en"}


def test_all_twelve_are_approved_by_both_agencies_and_the_author_is_neither(seeded: Deps) -> None:
    with seeded.store.read() as connection:
        ids = connection.execute(messages.select()).all()
        stored = [content.load(connection, row.id) for row in ids]
    assert len(stored) == 12
    for each in stored:
        assert each.standing.state == "approved"
        assert {one.by for one in each.standing.approvals} == {"duyet-so", "duyet-bdbp"}


@pytest.mark.parametrize("device", BOARDS)
def test_every_board_shows_something_at_every_minute_of_a_week(seeded: Deps, device: str) -> None:
    plan = plan_of(seeded, device)
    assert [each for each in segments(plan, MONDAY, MONDAY + WEEK) if each.on_air.cause != "rule"] == []


def test_the_loudspeakers_begin_something_at_least_every_five_minutes(seeded: Deps) -> None:
    plan = plan_of(seeded, PA)
    begins = [MONDAY]
    for each in segments(plan, MONDAY, MONDAY + timedelta(days=1)):
        if each.on_air.cause == "rule":
            begins.append(each.start)
    begins.append(MONDAY + timedelta(days=1))
    assert max(later - sooner for sooner, later in pairwise(begins)) <= timedelta(minutes=5)


@pytest.mark.parametrize("hour", [21, 23, 2, 5])
def test_in_quiet_hours_only_the_staff_hear(seeded: Deps, hour: int) -> None:
    answer = on_air(plan_of(seeded, PA), MONDAY.replace(hour=hour))
    assert answer.zones == ("staff",)


def test_the_agents_templates_name_the_devices_of_the_gates_file(seeded: Deps) -> None:
    with seeded.store.read() as connection:
        register = {device.id: device for device in registry.all_devices(connection)}
    configs = [tomllib.loads(path.read_text(encoding="utf-8")) for path in (HERE / "agents").glob("*.toml")]
    found = {f"{config['gate']}/{device['id']}": device for config in configs for device in config["devices"]}
    assert set(found) == set(register)
    for name, device in found.items():
        shape = device["settings"].get("shape")
        assert (shape and str(BoardShape.parse(shape))) == register[name].shape
        assert set(register[name].zones) <= set(device["settings"].get("zones", {}))


def test_the_codes_are_for_their_owner_only(seeded: Deps, tmp_path_factory: pytest.TempPathFactory) -> None:
    codes = next(tmp_path_factory.getbasetemp().glob("seeded*")) / "data" / seeding.CODES
    assert stat.S_IMODE(codes.stat().st_mode) == 0o600
    assert set(json.loads(codes.read_text())) == {"huu-nghi", "chi-ma", "tan-thanh"}


def test_what_a_machine_speaks_is_marked_so_and_both_approvers_have_heard_it_out(seeded: Deps) -> None:
    with seeded.store.read() as connection:
        hashes = set(connection.execute(sa.select(tables.recordings.c.sha256)).scalars())
        known = recordings.find(connection, hashes)
        heard = [recordings.heard_by(connection, who, hashes) for who in ("duyet-so", "duyet-bdbp")]
    assert known
    assert {one.voice for one in known.values()} == {"a machine"}
    assert all(one.words for one in known.values())
    assert heard == [hashes, hashes]


def test_the_voice_speaks_all_three_languages_or_says_why_not(capfd: pytest.CaptureFixture[str]) -> None:
    said: list[str] = []
    words = {"vi": "Xin chào", "zh-Hans": "您好", "en": "Hello"}
    sounds = seeding._sounds([{"id": "hello", "say": words}], said.append)
    assert sounds.voice == "espeak-ng"
    assert set(sounds.files) == {"hello-vi", "hello-zh-Hans", "hello-en"}
    assert all(data.startswith(b"RIFF") and len(data) > 5_000 for data in sounds.files.values())
    assert len(said) == 1
    assert capfd.readouterr().out == ""


def test_without_a_voice_there_are_tones_and_the_reason_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    said: list[str] = []
    sounds = seeding._sounds([{"id": "hello", "say": {"vi": "Xin chào"}}], said.append)
    assert sounds == ({"hello-vi": tone_wav("test")}, None)
    assert said == ["no voice on this machine (no reason given): the loudspeakers get tones instead of speech"]


def test_the_demos_voice_reads_numbers_as_people_do(tmp_path: Path):
    text = "Cửa khẩu mở từ 07:00 đến 17:30"
    words = spoken(text, "vi")
    orders = [{"name": name, "language": "vi", "text": each} for name, each in (("written", text), ("said", words))]
    lines = "".join(json.dumps(order) + "\n" for order in orders)
    command = [sys.executable, "-m", "controller.demo.voice", str(tmp_path)]
    child = subprocess.run(command, input=lines, text=True, capture_output=True, timeout=60, check=False)
    assert child.returncode == 0, child.stderr
    assert words != text
    written, said = ((tmp_path / f"{name}.wav").stat().st_size for name in ("written", "said"))
    assert abs(written - said) < said / 200  # no two readings of a voice are the same to the sample
