"""Journey (a): from an author's words to the lamps of a board and the voice of a loudspeaker, and the proof of it back."""

import io
import json
import wave
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from devices.profiles.tones import tone_wav
from devices.rendering.png import png
from tests.support.province import a_province, eventually

pytestmark = pytest.mark.journey
GATE_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
TEXTS = {"vi": "Xe tải chờ ở bãi số 2", "zh-Hans": "货车请在2号停车场等候", "en": "Lorries wait in yard 2"}
BOARD = "chi-ma/board-1"


@pytest.fixture(scope="module")
def province(tmp_path_factory):
    with a_province(tmp_path_factory.mktemp("light"), "chi-ma", "tan-thanh") as running:
        yield running


def a_clip(seconds: float = 1.0) -> bytes:
    """A 440 Hz sound as a WAV file."""
    samples = (8000 * np.sin(2 * np.pi * 440 * np.arange(int(48000 * seconds)) / 48000)).astype("<i2")
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(48000)
        wav.writeframes(samples.tobytes())
    return file.getvalue()


def test_an_approved_notice_stands_on_the_board_bit_for_bit_and_its_record_names_the_digest(province):
    message, digest = province.approved(TEXTS)
    province.scheduled(message, [BOARD])
    approved = {page.planes for pages in province.pages_of(message, "192x64:rg").values() for page in pages}
    board = province.simulated["chi-ma"].board("board-1")

    eventually(lambda: board.page().planes in approved, what="the board shows an approved page")

    seen = eventually(lambda: [r for r in province.records(BOARD) if r["message"] == message], what="a play record")
    assert {record["digest"] for record in seen} == {digest}
    assert all(record["evidence"] == "acknowledged" for record in seen if record["outcome"] == "shown")
    device = province.call("truc", "GET", f"devices/{BOARD}")
    assert device["on_air"]["message"] == message
    assert device["health"] == "healthy"
    assert device["revision_held"] == device["revision_wanted"]


def test_the_picture_file_and_the_reported_picture_are_the_lamps(province):
    board = province.simulated["chi-ma"].board("board-1")
    file = province.folder / "sim" / "chi-ma-board-1.png"
    lamps = eventually(lambda: file.read_bytes() == png(board.page()) and file.read_bytes(), what="the picture file")
    eventually(
        lambda: province.call("truc", "GET", f"devices/{BOARD}/shown.png") == png(board.page()), what="shown.png"
    )
    assert lamps


def test_a_withdrawn_notice_leaves_the_board(province):
    message, _ = province.approved({"vi": "Tin sẽ thu hồi"})
    province.scheduled(message, [BOARD], priority="priority")
    approved = {page.planes for pages in province.pages_of(message, "192x64:rg").values() for page in pages}
    board = province.simulated["chi-ma"].board("board-1")
    eventually(lambda: board.page().planes in approved, what="the board shows it")
    province.call("duyet-so", "POST", f"messages/{message}/withdrawal")
    eventually(lambda: board.page().planes not in approved, what="the board shows it no more")
    assert province.call("truc", "GET", f"messages/{message}")["state"] == "withdrawn"


def test_an_announcement_opens_its_zones_and_its_chime_stands_at_the_due_second_of_the_recording(province):
    sha256 = province.bring("tacgia", a_clip())
    message, digest = province.approved({"vi": "Thông báo"}, audio={"vi": sha256})
    due = (datetime.now(GATE_ZONE) + timedelta(seconds=75)).replace(second=0, microsecond=0)
    window = [due.strftime("%H:%M"), (due + timedelta(minutes=5)).strftime("%H:%M")]
    province.scheduled(message, ["tan-thanh/pa-1"], windows=[window], zones=["inspection-hall", "pedestrian-lane"])

    record = eventually(
        lambda: [r for r in province.records("tan-thanh/pa-1") if r["message"] == message], within=120, what="a record"
    )[0]

    assert record["digest"] == digest
    assert record["outcome"] == "shown"
    assert datetime.fromisoformat(record["due"]) >= due
    log = (province.folder / "sim" / "tan-thanh-pa-1.log").read_text()
    for relay in ("power", "inspection-hall", "pedestrian-lane"):
        assert f" {relay} on" in log
    assert " cargo-yard-a on" not in log
    assert chime_starts(province.folder / "sim" / "tan-thanh-pa-1.wav", due)


def chime_starts(path, due) -> bool:
    """Whether the recording holds the chime with its first sample at the due instant, to the sample."""
    beginning = json.loads(path.with_name(path.name + ".json").read_text())
    first = round((due - datetime.fromisoformat(beginning["started"])).total_seconds() * beginning["rate"])
    chime = samples(io.BytesIO(tone_wav("chime-2")))
    played = samples(io.BytesIO(path.read_bytes()))[first - 480 : first + len(chime)]
    silence, sound = played[:480], played[480:]
    return not silence.any() and np.array_equal(sound, chime)


def samples(file) -> np.ndarray:
    with wave.open(file, "rb") as wav:
        return np.frombuffer(wav.readframes(wav.getnframes()), "<i2")
