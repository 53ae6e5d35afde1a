"""Alpha signs that keep several pictures, and what they draw with letters of their own: against the simulated sign and sources."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from devices.drivers.alpha import words
from devices.drivers.alpha.codec import dots
from devices.drivers.alpha.driver import AlphaSettings, AlphaSign
from devices.errors import MismatchError, SettingsError
from devices.ports import Evidence
from devices.profiles.board import BoardShape
from devices.rendering.page import Page, blank_page
from devices.simulators.alpha_sign import AlphaSign as SimulatedSign
from tests.support.fake_devices import FakeClock
from tests.support.virtual_line import VirtualLine

SUNDAY = datetime(2026, 11, 22, 20, 15, tzinfo=UTC)
SHAPE = BoardShape.parse("30x7:rg")


def page(seed: int) -> Page:
    return Page(shape=SHAPE, planes=(bytes([seed, 0, 0, 0]) * 7, bytes([0, seed, 0, 0]) * 7), seconds=1)


class Bench:
    """The driver and a simulated sign on a paced wire of 9600 baud."""

    def __init__(self, **facts: object) -> None:
        self.clock = FakeClock()
        self.seen: list[Page] = []
        self.sign = SimulatedSign(SHAPE, address="01", changed=self.seen.append)
        self.wire = VirtualLine(self.clock, self.sign, baud=9600)
        settings = AlphaSettings.model_validate({"shape": SHAPE, "address": 1} | facts)
        self.driver = AlphaSign(self.wire, settings, self.clock.monotonic)

    def timed(self, what: Page) -> tuple[Evidence, float]:
        before = self.clock.monotonic()
        evidence = self.driver.show(what)
        return evidence, self.clock.monotonic() - before


def test_a_picture_the_sign_keeps_is_shown_again_without_sending_it():
    bench = Bench()
    for seed in (1, 2, 3):
        bench.driver.show(page(seed))
    _, whole = bench.timed(page(4))
    for seed in (1, 2, 3, 4, 1):
        evidence, again = bench.timed(page(seed))
        assert evidence is Evidence.READ_BACK
        assert bench.sign.page().planes == page(seed).planes
        assert again < whole / 3


def test_no_half_picture_is_ever_seen():
    """A picture is written out of sight; only the text that calls it changes what is lit."""
    bench = Bench()
    for seed in (1, 2, 3, 1, 4):
        bench.driver.show(page(seed))
    lit = [one.planes for one in bench.seen if any(any(plane) for plane in one.planes)]
    assert lit == [page(seed).planes for seed in (1, 2, 3, 1, 4)]


def test_the_picture_not_shown_for_longest_makes_room():
    bench = Bench(pictures=2)
    for seed in (1, 2, 3, 1, 3, 2):
        assert bench.driver.show(page(seed)) is Evidence.READ_BACK
        assert bench.sign.page().planes == page(seed).planes


def test_of_a_round_longer_than_the_sign_keeps_most_pictures_stay():
    bench, whole = Bench(pictures=4), len(dots("a", page(1)).data)
    written: list[int] = []
    for _ in range(6):
        before = len(bench.wire.sent)
        for seed in range(1, 7):
            bench.driver.show(page(seed))
            assert bench.sign.page().planes == page(seed).planes
        written.append(sum(1 for _, data in bench.wire.sent[before:] if len(data) > whole * 0.9))
    assert written[0] == 6
    assert max(written[2:]) <= 4  # never all of them, as the oldest first would have it


def test_a_new_round_drives_out_the_old_one():
    bench = Bench(pictures=4)
    for seed in (*range(1, 7), *range(1, 7)):
        bench.driver.show(page(seed))
    for seed in (21, 22, 23, 24):
        bench.driver.show(page(seed))
    before = len(bench.wire.sent)
    for seed in (21, 22, 23, 24):
        bench.driver.show(page(seed))
    assert sum(len(data) for _, data in bench.wire.sent[before:]) < 4 * len(dots("a", page(1)).data)


def test_the_same_page_again_is_written_anew_because_somebody_doubts_it():
    bench = Bench()
    bench.driver.show(page(1))
    sent = len(bench.wire.sent)
    bench.driver.show(page(1))
    assert sum(len(data) for _, data in bench.wire.sent[sent:]) > len(dots("a", page(1)).data)


def test_after_a_fault_nothing_is_believed_of_the_sign():
    bench = Bench()
    bench.driver.show(page(1))
    bench.driver.show(page(2))
    bench.sign.memory.picture("a", b"071E" + (b"1" * 30 + b"\r") * 7)  # somebody else's hand
    bench.sign.silent = True
    with pytest.raises(Exception, match="no answer"):
        bench.driver.show(page(3))
    bench.sign.silent = False
    bench.driver.show(page(1))
    assert bench.sign.page().planes == page(1).planes


def test_a_run_sequence_that_reads_back_otherwise_is_a_mismatch(monkeypatch: pytest.MonkeyPatch):
    bench = Bench()
    bench.driver.show(page(1))
    get = bench.sign._get
    monkeypatch.setattr(bench.sign, "_get", lambda label: b"SUZ" if label == "." else get(label))
    with pytest.raises(MismatchError, match="the run sequence"):
        bench.driver.show(page(2))


@pytest.mark.parametrize(("both", "digit"), [("amber", b"3"), ("brown", b"6"), ("orange", b"7"), ("yellow", b"8")])
def test_a_sign_of_eight_colours_is_told_the_shade_of_both(both: str, digit: bytes):
    bench = Bench(colours=8, both=both)
    lit = Page(shape=SHAPE, planes=(b"\xff\xff\xff\xfc" * 7,) * 2, seconds=1)
    assert bench.driver.show(lit) is Evidence.READ_BACK
    file = bench.sign.memory.file("D", "a")
    assert (file.tail, set(file.dots)) == (b"4000", {digit * 30})
    assert bench.sign.page().planes == lit.planes


def test_a_sign_of_one_colour_gets_files_of_one_colour():
    bench = Bench()
    mono = BoardShape.parse("30x7")
    sign = SimulatedSign(mono, address="01")
    clock = FakeClock()
    driver = AlphaSign(VirtualLine(clock, sign, baud=9600), AlphaSettings(shape=mono, address=1), clock.monotonic)
    assert driver.show(blank_page(mono)) is Evidence.READ_BACK
    assert sign.memory.file("D", "a").tail == b"1000"
    assert bench.driver.show(page(1)) is Evidence.READ_BACK
    assert bench.sign.memory.file("D", "a").tail == b"2000"


@pytest.mark.parametrize("facts", [{"both": "orange"}, {"both": "brown", "colours": 3}, {"colours": 1}])
def test_shades_that_a_picture_cannot_have_are_refused(facts: dict):
    with pytest.raises(ValueError, match=r"only a picture of eight|cannot show red and green"):
        AlphaSettings.model_validate({"shape": SHAPE, "address": 1} | facts)


HELLO = "0000000000015A3030024141" + "1B2062" + "1C33" + "48454C4C4F"
SOURCES = {
    "give the sign back (measured by readerboard: the bare label, then end)": (
        words.priority(None),
        "0000000000015A3030024130033030373604",
    ),
    "run sequence S, U, A B C (three programs)": (words.run("ABC"), "0000000000015A303002452E5355414243033031453604"),
    "date of 22 November 2026 (three programs)": (
        words.clock(SUNDAY)[2],
        "0000000000015A303002453B313132323236033031423304",
    ),
}


@pytest.mark.parametrize("name", SOURCES)
def test_a_frame_is_byte_for_byte_what_its_sources_say(name: str):
    frame, expected = SOURCES[name]
    assert frame.to_bytes().hex() == expected.replace(" ", "").lower()


def test_a_text_begins_as_its_sources_say_and_carries_its_colour():
    assert words.text("A", "HELLO").to_bytes().hex().startswith(HELLO.lower())


def test_the_priority_message_stands_alone_until_the_sign_is_given_back():
    bench = Bench()
    bench.driver.show(page(1))
    bench.driver.priority("STOP")
    assert bench.sign.words() == "STOP"
    bench.driver.show(page(2))
    assert bench.sign.words() == "STOP"
    bench.driver.priority(None)
    assert bench.sign.page().planes == page(2).planes


def test_a_string_is_read_back_and_one_that_is_too_long_never_leaves():
    bench = Bench()
    bench.sign.memory.configure(b"AAU0040FFFFxBL00400000")
    assert bench.driver.string("x", "12 min") is Evidence.READ_BACK
    assert bench.sign.memory.file("B", "x").content == b"12 min"
    with pytest.raises(SettingsError, match="at most 125"):
        bench.driver.string("x", "y" * 126)
    assert bench.sign.memory.file("B", "x").content == b"12 min"


@pytest.mark.parametrize("said", ["Cửa khẩu", "友谊", "caffè\t"])
def test_what_the_sign_has_no_letters_for_is_refused_before_anything_is_sent(said: str):
    bench = Bench()
    for deed in (lambda: bench.driver.write_text("A", said), lambda: bench.driver.priority(said)):
        with pytest.raises(SettingsError, match="no letter"):
            deed()
    assert bench.wire.sent == []


def test_the_clock_is_told_with_its_day_and_date():
    bench = Bench()
    bench.driver.set_clock(SUNDAY)
    kept = bench.sign._registers.kept
    assert (kept[" "], kept["&"], kept[";"]) == (b"2015", b"1", b"112226")  # a Sunday


def test_a_report_tells_firmware_memory_and_files():
    bench = Bench(pictures=2)
    bench.driver.show(page(1))
    told = bench.driver.report()
    assert told["firmware"] == "10440000"
    assert told["files"] == "4: ABab"
    assert told["line"] == "no errors"
    assert "bytes free" in told["memory"]
