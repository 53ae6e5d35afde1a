"""Fill an empty controller with the demo: gates, accounts, the twelve announcements, playlists and schedules.

Everything goes through the deeds that people use: the author submits, both agencies hear the machine out and approve, the
operator schedules.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy.exc import SQLAlchemyError

from controller.app import build_deps
from controller.broker.files import write_secret
from controller.demo.gate_year import seed_calendars
from controller.domain.calendars import Kind
from controller.domain.people import Actor, Agency, Role
from controller.domain.recordings import Recording
from controller.errors import ControllerError
from controller.media.sounds import bring_in
from controller.media.speech.tongues import spoken
from controller.ports import Clock
from controller.services.approve import approve_message
from controller.services.bring import keep, made_of
from controller.services.calendar import CalendarDraft, keep_calendar
from controller.services.context import Bell, Deps
from controller.services.enrol import make_code, stations
from controller.services.hear import begin_hearing, end_hearing
from controller.services.playlist import PlaylistDraft, create_playlist
from controller.services.register import read_gates, register
from controller.services.schedule import ScheduleDraft, create_schedule
from controller.services.sign_in import add_user
from controller.services.submit import submit_message
from controller.services.tones import keep_tones
from controller.services.write import Draft, create_message
from controller.settings import Settings
from devices.profiles.tones import tone_wav

Say = Callable[[str], None]
HERE = Path(__file__).parent
PASSWORD = "demo"  # said on the first page; these accounts exist in the demo only
CODES = "codes.json"
PEOPLE = (
    Actor(username="tacgia", role=Role.AUTHOR, name="Người soạn tin"),
    Actor(username="duyet-so", role=Role.APPROVER, agency=Agency.DEPARTMENT, name="Người duyệt của Sở"),
    Actor(username="duyet-bdbp", role=Role.APPROVER, agency=Agency.BORDER_GUARD, name="Người duyệt của Biên phòng"),
    Actor(username="truc", role=Role.OPERATOR, name="Trực ban"),
    Actor(username="kythuat", role=Role.TECHNICIAN, name="Kỹ thuật viên"),
    Actor(username="kiemtra", role=Role.AUDITOR, name="Người kiểm tra"),
    Actor(username="quantri", role=Role.ADMINISTRATOR, name="Quản trị viên"),
)
AUTHOR, DEPARTMENT, BORDER_GUARD, OPERATOR = PEOPLE[:4]


def seed(data: Path, say: Say) -> None:
    """Make a whole demo in `data`, which must be empty; the agents' one-time codes lie there in CODES."""
    deps = build_deps(Settings(data=data, demo=True), Bell())
    try:
        keep_tones(deps)
        register(deps, read_gates(HERE / "gates.toml"))
        say("three gates, six devices")
        for person in PEOPLE:
            add_user(deps, person.username, person.name, person.role, person.agency, PASSWORD)
        seed_calendars(deps, OPERATOR)
        say("opening hours, holidays of both sides, quiet hours")
        sounds = _sounds(_table("announcements")["announcements"], say)
        messages = _announce(deps, sounds, say)
        _programme(deps, messages)
        _buttons(deps, messages["evacuation"])
        say("playlists, schedules and what the buttons of Tân Thanh start")
        write_secret(data / CODES, json.dumps(_codes(deps)).encode())
    finally:
        deps.store.close()


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads((HERE / f"{name}.toml").read_text(encoding="utf-8"))


class Sounds(NamedTuple):
    """A sound file for each "id-language", and the machine's voice that speaks them; None: they are tones."""

    files: Mapping[str, bytes]
    voice: str | None


def _sounds(announcements: list[dict[str, Any]], say: Say) -> Sounds:
    """Spoken by a machine, or a tone where no voice can be loaded."""
    orders = [
        {"name": f"{each['id']}-{language}", "language": language, "text": text}
        for each in announcements
        for language, text in each["say"].items()
    ]
    with tempfile.TemporaryDirectory(prefix="gatecast-voice-") as folder:
        command = [sys.executable, "-m", "controller.demo.voice", folder]
        lines = "".join(json.dumps(order) + "\n" for order in orders)
        child = subprocess.run(command, input=lines, text=True, capture_output=True, timeout=120, check=False)
        if child.returncode != 0:
            reason = (child.stderr.strip().splitlines() or ["no reason given"])[-1]
            say(f"no voice on this machine ({reason}): the loudspeakers get tones instead of speech")
            return Sounds({order["name"]: tone_wav("test") for order in orders}, None)
        say("spoken by a machine: drafts, until people have spoken them")
        files = {order["name"]: (Path(folder) / f"{order['name']}.wav").read_bytes() for order in orders}
        return Sounds(files, "espeak-ng")


def _announce(deps: Deps, sounds: Sounds, say: Say) -> dict[str, str]:
    """Write, submit and approve them all: id in the table -> id of the message."""
    messages, announcements = {}, _table("announcements")["announcements"]
    for number, each in enumerate(announcements, start=1):
        audio = {
            language: _recorded(deps, sounds.files[f"{each['id']}-{language}"], sounds.voice, spoken(text, language))
            for language, text in each["say"].items()
        }
        hashes = {language: one.sha256 for language, one in audio.items()}
        draft = Draft(title=each["title"], category=each["category"], texts=each["show"], audio=hashes)
        message = create_message(deps, AUTHOR, draft).id
        digest = submit_message(deps, AUTHOR, message).digest
        for approver in (DEPARTMENT, BORDER_GUARD):
            _hear_out(deps, approver, audio.values())
            approve_message(deps, approver, message, digest)
        messages[each["id"]] = message
        say(f"announcement {number} of {len(announcements)}: written, submitted, approved by both agencies")
    return messages


def _recorded(deps: Deps, data: bytes, voice: str | None, words: str) -> Recording:
    return keep(deps, AUTHOR, made_of(bring_in(data), voice, words if voice else ""))


def _hear_out(deps: Deps, approver: Actor, recordings: Iterable[Recording]) -> None:
    """The story of the demo: they pressed play as long ago as the sound takes."""
    for one in recordings:
        begun = deps.now() - timedelta(seconds=one.seconds)
        begin_hearing(replace(deps, clock=_standing(begun)), approver, one.sha256)
        end_hearing(deps, approver, one.sha256)


def _standing(at: datetime) -> Clock:
    return lambda: at


def _programme(deps: Deps, messages: dict[str, str]) -> None:
    programme = _table("programme")
    playlists = {}
    for each in programme["playlists"]:
        items = [{"message": messages[name]} for name in each["items"]]
        draft = PlaylistDraft.model_validate({"name": each["name"], "items": items})
        playlists[each["id"]] = create_playlist(deps, OPERATOR, draft).id
    for each in programme["schedules"]:
        facts = {**each, "playlist": playlists[each["playlist"]]}
        create_schedule(deps, OPERATOR, ScheduleDraft.model_validate(facts))


def _buttons(deps: Deps, evacuation: str) -> None:
    """A red button that starts the evacuation with no network, and one to practise it."""
    for name, drill in (("fire", False), ("practice", True)):
        fact = {"message": evacuation, "evacuation": True, "longest": 120, "drill": drill}
        draft = CalendarDraft(targets=("tan-thanh/*",), fact=fact)
        keep_calendar(deps, OPERATOR, Kind.CALL, name, draft)


def _codes(deps: Deps) -> dict[str, str]:
    with deps.store.read() as connection:
        known = stations(connection)
    setup = Actor(username="setup", role=Role.ADMINISTRATOR)
    return {gate: make_code(deps, setup, gate, agent) for gate, agent in known}


def main(data: Path) -> int:
    """Seed, with a line on standard output for each step; one sentence on standard error if that fails."""

    def say(words: str) -> None:
        sys.stdout.write(f"{words}\n")
        sys.stdout.flush()

    try:
        seed(data, say)
    except (OSError, SQLAlchemyError, ControllerError) as exc:
        reason = str(exc).partition("\n")[0]
        sys.stderr.write(f"the demo's data cannot be written: {reason}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
