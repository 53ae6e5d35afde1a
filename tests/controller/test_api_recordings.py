"""Recordings: one loudness, two forms, whose voice it is, and who has heard it to its end."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from controller.errors import UnfitError
from controller.media.speech.voices import VoiceEntry, Voices, VoicesFile, read_voices
from tests.support.desk import WORDS, Desk, wav


def tone(seconds: float, hertz: float) -> bytes:
    """A sound file of a steady tone, as a person's recording stands in tests."""
    turns = np.arange(round(seconds * 48_000)) / 48_000 * hertz
    out = io.BytesIO()
    soundfile.write(out, np.sin(turns * 2 * np.pi) * 0.3, 48_000, format="WAV")
    return out.getvalue()


@pytest.fixture
def speaking(desk: Desk, tmp_path: Path) -> Desk:
    """A site with a voice of its own: a command that answers every text with the same sound."""
    (tmp_path / "voice.wav").write_bytes(wav(2.0))
    entry = VoiceEntry(language="vi", name="lan", command=("cat", str(tmp_path / "voice.wav")))
    desk.app.state.deps = replace(desk.deps, voices=Voices(VoicesFile(voices=(entry,), espeak=False)))
    return desk


def facts(desk: Desk, sha256: str, person: str = "guard") -> dict[str, object]:
    return dict(desk.must(person, "GET", f"/recordings/{sha256}"))


def test_a_recording_is_kept_as_a_master_and_as_what_travels(desk: Desk) -> None:
    sha256 = desk.sound(1.5)
    found = facts(desk, sha256)
    assert (found["seconds"], found["voice"], found["heard"]) == (1.5, None, False)
    assert found["lufs"] == pytest.approx(-16, abs=1)
    played, _ = soundfile.read(io.BytesIO(desk.deps.media.read(sha256)), dtype="int16")
    assert len(played) == 72_000


def test_its_picture_is_drawn_in_the_colour_of_the_text(desk: Desk) -> None:
    answer = desk.get(f"/recordings/{desk.sound(1.0)}/waveform.svg")
    assert answer.headers["content-type"].startswith("image/svg+xml")
    assert b"currentColor" in answer.content


@pytest.mark.parametrize("name", ["0" * 64, "x", "f" * 63])
def test_a_recording_nobody_brought_is_unknown(desk: Desk, name: str) -> None:
    assert desk.get(f"/recordings/{name}").status_code in (404, 422)


def test_a_machines_voice_becomes_part_of_a_new_version_and_says_what_it_is(speaking: Desk) -> None:
    message = speaking.draft()
    answer = speaking.must("author", "POST", f"/messages/{message}/speech", {"language": "vi"})
    found = facts(speaking, answer["audio"]["vi"])
    assert (answer["version"], answer["state"]) == (2, "draft")
    assert "lan" in str(found["voice"])
    assert "bảy giờ" in str(found["words"])


def test_the_same_words_are_not_made_twice(speaking: Desk) -> None:
    first, second = (speaking.draft() for _ in range(2))
    made = [speaking.must("author", "POST", f"/messages/{each}/speech", {"language": "vi"}) for each in (first, second)]
    assert made[0]["audio"] == made[1]["audio"]


def test_colours_and_signs_are_not_spoken(speaking: Desk) -> None:
    plain = speaking.draft(texts={"vi": "DỪNG LẠI xe tải"})
    coloured = speaking.draft(texts={"vi": "[đỏ: :no-entry: DỪNG LẠI] xe tải :lorry:"})
    made = [
        speaking.must("author", "POST", f"/messages/{each}/speech", {"language": "vi"}) for each in (plain, coloured)
    ]
    assert made[0]["audio"] == made[1]["audio"]


def test_a_language_no_voice_reads_rightly_is_refused_and_changes_nothing(speaking: Desk) -> None:
    message = speaking.draft()
    answer = speaking.ask("author", "POST", f"/messages/{message}/speech", {"language": "en"})
    assert (answer.status_code, answer.json()["code"]) == (422, "speech.language")
    assert speaking.must("author", "GET", f"/messages/{message}")["version"] == 1


def test_a_text_that_is_not_there_cannot_be_read(speaking: Desk) -> None:
    message = speaking.draft(texts={"en": WORDS["en"]})
    answer = speaking.ask("author", "POST", f"/messages/{message}/speech", {"language": "vi"})
    assert (answer.status_code, answer.json()["code"]) == (422, "speech.text")


def offered(desk: Desk) -> tuple[str, str, str]:
    """A submitted message read by a machine: its id, digest and recording."""
    message = desk.draft()
    audio = desk.must("author", "POST", f"/messages/{message}/speech", {"language": "vi"})["audio"]["vi"]
    digest = desk.must("author", "POST", f"/messages/{message}/submit")["digest"]
    return message, digest, audio


def test_nobody_approves_a_machines_voice_unheard(speaking: Desk) -> None:
    message, digest, _ = offered(speaking)
    answer = speaking.ask("guard", "POST", f"/messages/{message}/approvals", {"digest": digest})
    assert (answer.status_code, answer.json()["code"]) == (409, "approval.unheard")


def test_each_approver_hears_it_to_its_end_and_then_may_approve(speaking: Desk) -> None:
    message, digest, audio = offered(speaking)
    for person in ("guard", "department"):
        speaking.must(person, "POST", f"/recordings/{audio}/hearing")
        speaking.clock.advance(seconds=2)
        speaking.must(person, "POST", f"/recordings/{audio}/hearing/end")
        state = speaking.must(person, "POST", f"/messages/{message}/approvals", {"digest": digest})["state"]
    assert state == "approved"


def test_the_end_cannot_be_heard_before_its_time(speaking: Desk) -> None:
    _, _, audio = offered(speaking)
    assert speaking.ask("guard", "POST", f"/recordings/{audio}/hearing/end").status_code == 409
    speaking.must("guard", "POST", f"/recordings/{audio}/hearing")
    speaking.clock.advance(seconds=0.5)
    answer = speaking.ask("guard", "POST", f"/recordings/{audio}/hearing/end")
    assert (answer.status_code, answer.json()["code"]) == (409, "hearing.short")
    assert facts(speaking, audio)["heard"] is False


def test_a_persons_voice_needs_no_proof_of_hearing(desk: Desk) -> None:
    message = desk.draft(audio={"vi": desk.sound(1.0)})
    digest = desk.must("author", "POST", f"/messages/{message}/submit")["digest"]
    assert desk.ask("guard", "POST", f"/messages/{message}/approvals", {"digest": digest}).status_code == 200


def test_a_gates_own_words_are_said_its_own_way(speaking: Desk) -> None:
    speaking.must("author", "PUT", "/lexicons/chi-ma/vi", {"words": {"BOT": "bê ô tê"}})
    message = speaking.draft(texts={"vi": "Trạm BOT mở cửa"})
    body = {"language": "vi", "gate": "chi-ma"}
    audio = speaking.must("author", "POST", f"/messages/{message}/speech", body)["audio"]["vi"]
    assert "bê ô tê" in str(facts(speaking, audio)["words"])
    assert speaking.must("author", "GET", "/lexicons/chi-ma/vi") == {"BOT": "bê ô tê"}


def test_a_list_of_words_belongs_to_a_gate_that_exists(desk: Desk) -> None:
    answer = desk.ask("author", "PUT", "/lexicons/nowhere/vi", {"words": {"a": "b"}})
    assert answer.status_code == 404


@pytest.fixture
def phrase(desk: Desk) -> str:
    """ "Gate opens at" TIME, with a few words recorded."""
    begin = desk.brought(tone(1.0, 300))
    words = {"bảy": 400, "giờ": 500, "không": 600}
    for word, hertz in words.items():
        sha256 = desk.brought(tone(0.5, hertz))
        desk.must("author", "PUT", f"/words/vi/{word}", {"recording": sha256})
    parts = [{"recording": begin}, {"slot": "open", "kind": "time"}]
    body = {"name": "Giờ mở cửa", "language": "vi", "parts": parts}
    return str(desk.must("author", "POST", "/phrases", body)["id"])


def test_a_phrase_is_the_very_samples_of_its_parts(desk: Desk, phrase: str) -> None:
    made = desk.must("author", "POST", f"/phrases/{phrase}/recordings", {"values": {"open": "7h"}})
    assert made["seconds"] == pytest.approx(1.0 + 0.15 + 0.5 + 0.06 + 0.5, abs=0.001)
    assert facts(desk, made["sha256"])["voice"] is None


def test_words_that_were_never_recorded_are_named(desk: Desk, phrase: str) -> None:
    answer = desk.ask("author", "POST", f"/phrases/{phrase}/recordings", {"values": {"open": "8h30"}})
    problem = answer.json()["errors"][0] if "errors" in answer.json() else answer.json()
    assert answer.status_code == 422
    assert "tám" in str(problem)


@pytest.mark.parametrize("values", [{}, {"open": "7h", "more": "1"}, {"open": "..."}])
def test_slots_are_filled_neither_less_nor_more(desk: Desk, phrase: str, values: dict[str, str]) -> None:
    assert desk.ask("author", "POST", f"/phrases/{phrase}/recordings", {"values": values}).status_code == 422


def test_a_recorded_word_is_one_word(desk: Desk) -> None:
    body = {"recording": desk.sound(1.0)}
    assert desk.ask("author", "PUT", "/words/vi/hai ba", body).status_code == 422


def test_a_voices_file_names_piper_or_a_command(tmp_path: Path) -> None:
    place = tmp_path / "voices.toml"
    place.write_text('espeak = false\n[[voices]]\nlanguage = "vi"\nname = "vais"\npiper = "/voices/vais.onnx"\n')
    engine = read_voices(place).for_language("vi")
    assert [voice.id for voice in engine.voices()] == ["vais"]


@pytest.mark.parametrize(
    "text",
    ["[[voices]]\nlanguage='vi'\nname='x'\n", "[[voices]]\nlanguage='fr'\nname='x'\ncommand=['a']\n", "voices = ["],
)
def test_a_voices_file_that_cannot_be_used_says_where(tmp_path: Path, text: str) -> None:
    place = tmp_path / "voices.toml"
    place.write_text(text)
    with pytest.raises(UnfitError, match="voices file"):
        read_voices(place)


def test_a_voice_of_another_language_than_it_is_named_for_is_refused(tmp_path: Path) -> None:
    (tmp_path / "joe.onnx.json").write_text(
        json.dumps({"espeak": {"voice": "en-us"}, "audio": {"sample_rate": 22_050}})
    )
    place = tmp_path / "voices.toml"
    for language, refused in (("vi", True), ("en", False)):
        place.write_text(f'[[voices]]\nlanguage = "{language}"\nname = "joe"\npiper = "{tmp_path}/joe.onnx"\n')
        if refused:
            with pytest.raises(UnfitError, match="speaks en-us, not vi"):
                read_voices(place)
        else:
            assert read_voices(place).for_language("en").voices()[0].id == "joe"
