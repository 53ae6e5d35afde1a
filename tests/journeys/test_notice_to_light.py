"""Journey (a): from an author's words to the lamps of a board and the voice of a loudspeaker, and the proof of it back."""

import io
import json
import wave
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import soundfile

from controller.domain.plans import GAP, chime_lead
from devices.profiles.tones import tone_wav
from devices.rendering.png import png
from tests.support.province import a_province, eventually

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("notice")]  # one province for all
GATE_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
TEXTS = {"vi": "Xe tải chờ ở bãi số 2", "zh-Hans": "货车请在2号停车场等候", "en": "Lorries wait in yard 2"}
BOARD = "chi-ma/board-1"


@pytest.fixture(scope="module")
def province(tmp_path_factory):
    with a_province(tmp_path_factory.mktemp("light"), "chi-ma", "tan-thanh") as running:
        yield running


def a_clip(seconds: float = 1.0, hertz: int = 440) -> bytes:
    """A sound as a WAV file."""
    samples = (8000 * np.sin(2 * np.pi * hertz * np.arange(int(48000 * seconds)) / 48000)).astype("<i2")
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(48000)
        wav.writeframes(samples.tobytes())
    return file.getvalue()


@pytest.fixture(scope="module")
def notice(province):
    """(id, digest) of a notice that is due on the board all day."""
    message, digest = province.approved(TEXTS)
    province.scheduled(message, [BOARD])
    return message, digest


def test_an_approved_notice_stands_on_the_board_bit_for_bit_and_its_record_names_the_digest(province, notice):
    message, digest = notice
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


def test_the_picture_file_and_the_reported_picture_are_the_lamps(province, notice):
    eventually(lambda: province.call("truc", "GET", f"devices/{BOARD}")["shown"], what="a report")
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


def test_an_announcement_opens_its_zones_and_its_first_word_falls_on_the_due_second_of_the_recording(province):
    clips = {"vi": province.bring("tacgia", a_clip()), "en": province.bring("tacgia", a_clip(1.5, 660))}
    message, digest = province.approved({"vi": "Thông báo", "en": "Announcement"}, audio=clips)
    due = (datetime.now(GATE_ZONE) + timedelta(seconds=75)).replace(second=0, microsecond=0)
    window = [due.strftime("%H:%M"), (due + timedelta(minutes=5)).strftime("%H:%M")]
    province.scheduled(message, ["tan-thanh/pa-1"], windows=[window], zones=["inspection-hall", "pedestrian-lane"])

    records = eventually(
        lambda: (r := [r for r in province.records("tan-thanh/pa-1") if r["message"] == message]) and len(r) == 2 and r,
        within=120,
        what="a record of each language",
    )

    first, second = sorted(records, key=lambda each: each["due"])
    assert {each["digest"] for each in records} == {digest}
    assert [each["outcome"] for each in records] == ["shown", "shown"]
    assert [each["evidence"] for each in records] == ["read_back", "read_back"]
    assert datetime.fromisoformat(first["due"]) == due
    assert datetime.fromisoformat(second["due"]) == due + timedelta(seconds=1.0 + GAP)
    begins, ends = due - timedelta(seconds=chime_lead()), due + timedelta(seconds=1.0 + GAP + 1.5)
    log = province.folder / "sim" / "tan-thanh-pa-1.log"
    for relay in ("power", "inspection-hall", "pedestrian-lane"):
        opened, shut = eventually(lambda relay=relay: moves(log, relay), what=f"{relay} opened and shut")
        assert begins - timedelta(seconds=3) < opened < begins
        assert ends < shut < ends + timedelta(seconds=3)
    assert " cargo-yard-a on" not in log.read_text()
    wav = province.folder / "sim" / "tan-thanh-pa-1.wav"
    recording = eventually(lambda: (r := Recording(wav)) and r.ends > ends + timedelta(seconds=1) and r, what="the WAV")
    approved = [decoded(province.call("kiemtra", "GET", f"content/{clips[each]}")) for each in ("vi", "en")]
    assert recording.holds(samples(io.BytesIO(tone_wav("chime-2"))), begins)
    assert recording.holds(approved[0], datetime.fromisoformat(first["due"]))
    assert recording.holds(approved[1], datetime.fromisoformat(second["due"]))


def moves(log, relay) -> list[datetime]:
    """When a relay closed and when it opened again; nothing until it did both."""
    found = [line.split() for line in log.read_text().splitlines() if f" {relay} " in line]
    return (
        [datetime.fromisoformat(words[0]) for words in found if words[-1] in ("on", "off")] if len(found) == 2 else []
    )


def decoded(data: bytes) -> np.ndarray:
    """The samples of an Opus file, as whoever approved it heard them."""
    found, rate = soundfile.read(io.BytesIO(data), dtype="int16")
    assert rate == 48_000
    return found


class Recording:
    """What the sink took, and at which instants."""

    def __init__(self, path) -> None:
        beginning = json.loads(path.with_name(path.name + ".json").read_text())
        self.started, self.rate = datetime.fromisoformat(beginning["started"]), beginning["rate"]
        self.samples = samples(io.BytesIO(path.read_bytes()))

    @property
    def ends(self) -> datetime:
        """The instant after its last sample on disk."""
        return self.started + timedelta(seconds=len(self.samples) / self.rate)

    def holds(self, clip, due) -> bool:
        """Whether the clip's first sample stands at the due instant, every sample as approved, and silence around it."""
        first = round((due - self.started).total_seconds() * self.rate)
        before, after = self.samples[first - 480 : first], self.samples[first + len(clip) : first + len(clip) + 480]
        return np.array_equal(self.samples[first : first + len(clip)], clip) and not before.any() and not after.any()


def samples(file) -> np.ndarray:
    with wave.open(file, "rb") as wav:
        return np.frombuffer(wav.readframes(wav.getnframes()), "<i2")
