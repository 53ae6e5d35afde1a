"""Sound on a bad day at the controller: a language nobody recorded, a disk that takes nothing."""

from __future__ import annotations

import errno
from dataclasses import replace
from pathlib import Path

from controller.console.i18n import words
from tests.support.desk import Desk, wav

PA = "tan-thanh/pa-1"
SILENT = words("vi")("Nothing is heard in this language.")


class FullDisk:
    """A media folder on a disk without room."""

    def keep(self, data: bytes, *, settled: bool = True) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    def settle(self, sha256: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    def path(self, sha256: str) -> Path | None:
        return None

    def read(self, sha256: str) -> bytes:
        raise KeyError(sha256)


def test_a_language_without_a_recording_is_left_out_and_the_others_are_said(desk: Desk) -> None:
    recordings = {"vi": desk.sound(1.0), "en": desk.sound(1.5)}
    message = desk.approved(audio=recordings)  # its texts are in three languages
    desk.scheduled(desk.playlist(message), PA, windows=[["13:00", "13:05"]])
    (item,) = desk.plan(PA).playlists[0].items
    assert [(each.kind, each.language) for each in item.contents] == [("audio", "vi"), ("audio", "en")]


def seen_by_the_guard(desk: Desk, message: str) -> str:
    headers = {"authorization": f"Bearer {desk.token('guard')}"}
    return str(desk.client.get(f"/messages/{message}", headers=headers).text)


def test_a_message_whose_sound_lacks_a_language_says_so_to_whoever_approves_it(desk: Desk) -> None:
    message, _ = desk.submitted(audio={"vi": desk.sound(1.0)})
    assert seen_by_the_guard(desk, message).count(SILENT) == 2


def test_a_message_for_boards_alone_is_not_said_to_lack_sound(desk: Desk) -> None:
    message, _ = desk.submitted()
    assert SILENT not in seen_by_the_guard(desk, message)


def test_a_full_disk_refuses_an_upload_in_words_and_nothing_is_known_of_it(desk: Desk) -> None:
    desk.app.state.deps = replace(desk.deps, media=FullDisk())
    answer = desk.ask("author", "POST", "/media?ticket=ticket-1", content=wav(1.0))
    assert answer.status_code == 503
    assert answer.json()["detail"]
    assert desk.get("/uploads/ticket-1", "author").status_code == 404
    desk.app.state.deps = desk.deps
    assert "media.brought" not in str(desk.audit())
    assert desk.brought(wav(1.0))
