"""The talk with an Onbon card, as scripts: every answer it can give, and every way a line can fail."""

import struct
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from devices.drivers.onbon_bx import areas, standard
from devices.drivers.onbon_bx.codec import HOST, PING, SERIES, Answer, Frame, command
from devices.drivers.onbon_bx.driver import DRIVER, OnbonBoard, OnbonSettings
from devices.drivers.onbon_bx.stage import division
from devices.drivers.onbon_bx.standard import Packet
from devices.errors import BusyError, GarbledError, MismatchError, RefusedError, SettingsError, SilentError
from devices.ports import Evidence, Identity
from devices.profiles.board import BoardShape
from devices.rendering.page import Page, blank_page
from devices.rendering.scene import cut_out
from tests.support.scripted_link import ScriptedLink

SETTINGS = OnbonSettings(shape="64x16:rg", address=1, busy_patience=1.0)
PAGE = Page(shape=SETTINGS.shape, planes=(b"\x80" + bytes(127), bytes(128)), seconds=2)


def host(data: bytes, settings: OnbonSettings = SETTINGS) -> bytes:
    return Frame(settings.address, HOST, SERIES[settings.series], data).to_bytes()


def card(answer: Answer, address: int = 1) -> bytes:
    return Frame(HOST, address, SERIES["6E2"], answer.to_bytes()).to_bytes()


def no(error: int) -> bytes:
    return card(Answer(0xA0, 0x01, status=1, error=error))


YES = card(Answer(0xA0, 0x00))
SHOW = host(areas.update_6e((areas.Area(PAGE),)))
ASK = Packet(1, HOST, SERIES["6E2"], command(PING), sequence=1).to_bytes()
SAID = struct.pack("<H8sBHBHHBBB", SERIES["6E2"], b"20.01.08", 1, 1, 2, 64, 16, 3, 15, 1) + bytes(40)


def standard_card(answer: Answer, sequence: int = 0) -> bytes:
    return Packet(HOST, 1, SERIES["6E2"], answer.to_bytes(), sequence=sequence).to_bytes()


def pong(said: bytes = SAID) -> bytes:
    return standard_card(Answer(0xA2, 0x80, data=said))


def board(*talk, settings: OnbonSettings = SETTINGS) -> tuple[OnbonBoard, ScriptedLink]:
    link = ScriptedLink(*talk)
    return OnbonBoard(link, settings, clock=link.clock), link


def test_a_page_is_shown_when_the_card_says_yes():
    lamps, link = board((SHOW, YES))
    assert lamps.show(PAGE) is Evidence.ACKNOWLEDGED
    assert link.done


def test_a_5e_card_gets_its_own_kind_of_area():
    settings = SETTINGS.model_copy(update={"series": "5E2"})
    frame = host(areas.update_5e((areas.Area(PAGE),)), settings)
    lamps, link = board((frame, YES), settings=settings)
    lamps.show(PAGE)
    assert link.done


def test_blank_is_a_dark_page_so_that_nothing_stored_shines_through():
    lamps, link = board((host(areas.update_6e((areas.Area(blank_page(SETTINGS.shape)),))), YES))
    assert lamps.blank() is Evidence.ACKNOWLEDGED
    assert link.done


def test_areas_are_deleted_on_demand():
    lamps, link = board((host(areas.delete()), YES))
    lamps.delete_areas()
    assert link.done


@pytest.mark.parametrize(("percent", "level"), [(0, 0), (50, 8), (100, 15)])
def test_brightness_becomes_one_of_sixteen_levels(percent, level):
    lamps, link = board((host(areas.brightness(level)), YES))
    lamps.brightness(percent)
    assert link.done


def test_a_ping_tells_the_card_and_the_board_behind_it():
    lamps, _ = board((ASK, pong()))
    assert lamps.identify() == Identity("Onbon BX-6E2", "20.01.08", 64, 16)


@pytest.mark.parametrize(
    ("at", "value", "found"),
    [(14, 128, "128x16:rg"), (16, 32, "64x32:rg"), (18, 1, "64x16:mono"), (18, 9, "colours 9")],
)
def test_a_board_of_another_kind_than_the_config_says_is_a_mismatch(at, value, found):
    said = bytearray(SAID)
    said[at] = value
    lamps, _ = board((ASK, pong(bytes(said))))
    with pytest.raises(MismatchError, match=found):
        lamps.identify()


def test_a_card_without_the_standard_dialect_is_pinged_in_the_other():
    refusal = standard_card(Answer(0xA0, 0x01, status=1, error=2))
    lamps, link = board((ASK, refusal), (host(command(PING)), YES))
    assert lamps.identify() == Identity("Onbon BX-6E2")
    assert link.done


def test_a_ping_reply_of_too_few_bytes_is_garbled():
    lamps, _ = board((ASK, pong(SAID[:10])))
    with pytest.raises(GarbledError, match="too few"):
        lamps.identify()


def test_with_a_dead_man_the_card_goes_dark_by_itself():
    settings = SETTINGS.model_copy(update={"dead_man_seconds": 300})
    area = areas.Area(PAGE, run_mode=areas.BLANK_ON_TIMEOUT, timeout=300)
    lamps, link = board((host(areas.update_6e((area,))), YES), settings=settings)
    lamps.show(PAGE)
    assert link.done


def test_a_card_whose_f0_dialect_has_no_brightness_is_told_in_the_standard_one():
    packet = Packet(1, HOST, SERIES["6E2"], areas.brightness(15), sequence=1).to_bytes()
    lamps, link = board((host(areas.brightness(15)), no(2)), (packet, standard_card(Answer(0xA0, 0x00))))
    assert lamps.brightness(100) is Evidence.ACKNOWLEDGED
    assert link.done


def test_brightness_refused_for_another_reason_is_refused():
    lamps, link = board((host(areas.brightness(15)), no(18)))
    with pytest.raises(RefusedError):
        lamps.brightness(100)
    assert link.done


def test_control_goes_in_the_standard_dialect_with_a_growing_number():
    noon = datetime(2026, 11, 22, 12, tzinfo=UTC)
    orders = [standard.power(False), standard.clock(noon), standard.brightness_by_hour((3,) * 48)]
    packets = [
        Packet(1, HOST, SERIES["6E2"], data, sequence=number).to_bytes() for number, data in enumerate(orders, 1)
    ]
    lamps, link = board(*[(packet, standard_card(Answer(0xA0, 0x00))) for packet in packets])
    assert lamps.power(False) is Evidence.ACKNOWLEDGED
    assert lamps.set_clock(noon) is Evidence.ACKNOWLEDGED
    assert lamps.brightness_by_hour((3,) * 48) is Evidence.ACKNOWLEDGED
    assert link.done


def test_a_report_reads_the_status_in_words():
    ask = Packet(1, HOST, SERIES["6E2"], command(standard.STATUS), sequence=1).to_bytes()
    status = bytes.fromhex("01 00 00 0C 0200 50303031 00 00 00 01 2620 11 22 20 15 30 07") + bytes(37)
    lamps, _ = board((ask, standard_card(Answer(0xA2, 0x8F, data=status))))
    assert lamps.report() == {
        "screen": "on",
        "brightness": "12 of 15, by hand",
        "stored programs": "2",
        "locked": "no",
        "clock": "2026-11-22 20:15:30",
        "temperature": "0 °C",
    }


@pytest.mark.parametrize(
    ("raw", "words"),
    [("ff ff ff", "no sensor"), ("eb 00 00", "23.5 °C"), ("32 00 01", "-5 °C")],
    ids=["no sensor", "warm", "frost"],
)
def test_a_report_tells_the_temperature_where_there_is_a_sensor(raw, words):
    ask = Packet(1, HOST, SERIES["6E2"], command(standard.STATUS), sequence=1).to_bytes()
    head = bytes.fromhex("01 00 00 0C 0200 50303031 00 00 00 01 2620 11 22 20 15 30 07")
    lamps, _ = board((ask, standard_card(Answer(0xA2, 0x8F, data=head + bytes.fromhex(raw) + bytes(34)))))
    assert lamps.report()["temperature"] == words


def test_the_light_sensor_is_read_and_a_card_without_the_question_has_none():
    ask = Packet(1, HOST, SERIES["6E2"], command(standard.LIGHT), sequence=1).to_bytes()
    lamps, _ = board((ask, standard_card(Answer(0xA2, 0x99, data=bytes.fromhex("10 27 00 00")))))
    assert lamps.lux() == 10_000
    lamps, _ = board((ask, standard_card(Answer(0xA0, 0x01, error=2))))
    assert lamps.lux() is None


def test_the_screen_is_locked_and_let_go():
    asks = [
        Packet(1, HOST, SERIES["6E2"], standard.lock(on), sequence=number).to_bytes()
        for number, on in enumerate((True, False), 1)
    ]
    lamps, link = board(*((ask, standard_card(Answer(0xA0, 0))) for ask in asks))
    assert (lamps.lock(True), lamps.lock(False)) == (Evidence.ACKNOWLEDGED,) * 2
    assert link.done


BANDED = SETTINGS.model_copy(update={"bands": 4})


def tiles(page: Page, settings: OnbonSettings = BANDED) -> list[areas.Area]:
    return [
        areas.Area(cut_out(page, place), number, place.left, place.top)
        for number, place in enumerate(division(settings, ()))
    ]


def stripes(page: Page, *wanted: int) -> bytes:
    cut = tiles(page)
    return host(areas.update_6e(tuple(cut[n] for n in wanted)))


def lit(*rows: int) -> Page:
    plane = b"".join(b"\xff" * 8 if row in rows else bytes(8) for row in range(16))
    return Page(shape=SETTINGS.shape, planes=(plane, bytes(128)), seconds=1)


def test_in_bands_only_what_changed_is_sent():
    first, second = lit(0), lit(0, 5, 12)
    talk = ((host(areas.delete()), YES), (stripes(first, 0, 1, 2, 3), YES), (stripes(second, 1, 3), YES))
    lamps, link = board(*talk, settings=BANDED)
    lamps.show(first)
    lamps.show(second)
    assert link.done
    assert len(link.sent[2]) < len(link.sent[1]) * 0.6


def test_in_bands_and_columns_a_changed_corner_costs_one_small_area():
    settings = SETTINGS.model_copy(update={"bands": 2, "columns": 2})
    corner = Page(shape=SETTINGS.shape, planes=(bytes(127) + b"\x01", bytes(128)), seconds=1)
    whole, cut = tiles(blank_page(SETTINGS.shape), settings), tiles(corner, settings)[3]
    assert (cut.x, cut.y, str(cut.page.shape)) == (32, 8, "32x8:rg")
    first = host(areas.update_6e(tuple(whole)))
    second = host(areas.update_6e((areas.Area(cut.page, 3, 32, 8),)))
    lamps, link = board((host(areas.delete()), YES), (first, YES), (second, YES), settings=settings)
    lamps.blank()
    lamps.show(corner)
    assert link.done


def test_the_same_page_again_is_sent_whole_as_the_card_may_have_lost_it():
    everything = (stripes(lit(0), 0, 1, 2, 3), YES)
    lamps, link = board((host(areas.delete()), YES), everything, everything, settings=BANDED)
    lamps.show(lit(0))
    lamps.show(lit(0))
    assert link.done


def test_after_a_failure_the_whole_page_is_sent_as_nobody_knows_what_the_card_holds():
    talk = (
        (host(areas.delete()), YES),
        (stripes(lit(0), 0, 1, 2, 3), YES),
        (stripes(lit(5), 0, 1), no(4)),
        (stripes(lit(5), 0, 1, 2, 3), YES),
    )
    lamps, link = board(*talk, settings=BANDED)
    lamps.show(lit(0))
    with pytest.raises(RefusedError):
        lamps.show(lit(5))
    lamps.show(lit(5))
    assert link.done


def test_a_5e_card_gets_each_changed_band_in_a_frame_of_its_own():
    settings = BANDED.model_copy(update={"series": "5E2"})
    frames = [host(areas.update_5e((tile,)), settings) for tile in tiles(PAGE)]
    lamps, link = board((host(areas.delete(), settings), YES), *[(frame, YES) for frame in frames], settings=settings)
    lamps.show(PAGE)
    assert link.done


def test_a_page_of_another_shape_is_refused_before_anything_is_sent():
    lamps, link = board()
    with pytest.raises(SettingsError, match="32x16"):
        lamps.show(blank_page(BoardShape(width=32, height=16)))
    with pytest.raises(SettingsError, match="101"):
        lamps.brightness(101)
    assert link.sent == []


def test_a_busy_card_is_waited_for_and_asked_again():
    lamps, link = board((SHOW, no(3)), (SHOW, no(3)), (SHOW, YES))
    assert lamps.show(PAGE) is Evidence.ACKNOWLEDGED
    assert link.now == pytest.approx(2 * SETTINGS.busy_wait)


def test_a_card_that_stays_busy_is_given_up_when_patience_ends():
    lamps, link = board(*[(SHOW, no(3))] * 5)
    with pytest.raises(BusyError, match="busy"):
        lamps.show(PAGE)
    assert link.done
    assert link.now == pytest.approx(SETTINGS.busy_patience + SETTINGS.busy_wait)


def test_a_frame_the_card_found_damaged_is_sent_again_at_once():
    lamps, link = board((SHOW, no(5)), (SHOW, YES))
    lamps.show(PAGE)
    assert (link.done, link.now) == (True, 0)


def test_a_line_that_damages_every_frame_is_named_so():
    lamps, link = board(*[(SHOW, no(5))] * 3)
    with pytest.raises(GarbledError, match="checksum"):
        lamps.show(PAGE)
    assert link.done


@pytest.mark.parametrize("error", [1, 2, 4, 18, 19, 77])
def test_a_board_that_says_no_is_reported_with_its_reason_and_never_asked_again(error):
    lamps, link = board((SHOW, no(error)))
    with pytest.raises(RefusedError) as caught:
        lamps.show(PAGE)
    assert (caught.value.reason, link.done) == (error, True)


def test_a_silent_card_is_given_up_after_the_stated_tries_and_times():
    lamps, link = board((SHOW,), (SHOW,), (SHOW,))
    with pytest.raises(SilentError) as caught:
        lamps.show(PAGE)
    line_time = (len(SHOW) + 400) * 10 / 57600
    assert caught.value.waited == pytest.approx(3 * (1.0 + line_time))
    assert link.now == pytest.approx(caught.value.waited)


def test_a_silent_card_is_asked_but_once_until_it_answers_as_others_share_its_line():
    lamps, link = board((SHOW,), (SHOW,), (SHOW,), (SHOW,), (SHOW, YES), (SHOW,), (SHOW,), (SHOW, YES))
    for _ in range(2):
        with pytest.raises(SilentError):
            lamps.show(PAGE)
    lamps.show(PAGE)
    lamps.show(PAGE)
    assert link.done


def test_one_lost_answer_costs_one_more_sending():
    lamps, link = board((SHOW,), (SHOW, YES))
    assert lamps.show(PAGE) is Evidence.ACKNOWLEDGED
    assert link.done


def test_a_damaged_answer_is_not_an_answer():
    damaged = YES[:-4] + bytes([YES[-4] ^ 1]) + YES[-3:]
    lamps, link = board(*[(SHOW, damaged)] * 3)
    with pytest.raises(GarbledError):
        lamps.show(PAGE)
    assert link.done


def test_our_echo_and_another_cards_yes_are_not_our_cards_yes():
    foreign = card(Answer(0xA0, 0x00), address=2)
    lamps, _ = board((SHOW, SHOW, foreign, 0.2, YES))
    assert lamps.show(PAGE) is Evidence.ACKNOWLEDGED
    lamps, _ = board(*[(SHOW, SHOW, foreign)] * 3)
    with pytest.raises(SilentError):
        lamps.show(PAGE)


def test_a_ping_reply_that_comes_late_is_no_yes_to_a_page():
    ping_reply = card(Answer(0xA2, 0x80, data=bytes(20)))
    lamps, _ = board(*[(SHOW, ping_reply)] * 3)
    with pytest.raises(SilentError):
        lamps.show(PAGE)


def test_a_late_yes_to_the_last_order_is_not_taken_for_the_next():
    other = host(areas.delete())
    lamps, link = board((other,), (other,), (other, 1.5, YES), (SHOW,))
    with pytest.raises(SilentError):
        lamps.delete_areas()
    with pytest.raises(SilentError):
        lamps.show(PAGE)
    assert link.done


def test_what_lay_on_the_line_before_is_dropped():
    lamps, link = board((ASK, pong(), YES), (SHOW,), (SHOW,), (SHOW,))
    lamps.identify()
    with pytest.raises(SilentError):
        lamps.show(PAGE)
    assert link.done


@pytest.mark.parametrize(
    "wrong",
    [
        {"shape": "64x16:rg"},
        {"shape": "64x16:rg", "address": 0},
        {"shape": "64x16:rg", "address": 0xFFFE},
        {"shape": "64x16:rgb", "address": 1},
        {"shape": "64x16:rg", "address": 1, "series": "6Q1"},
        {"shape": "64 by 16", "address": 1},
        {"shape": "64x16:rg", "address": 1, "speed": 3},
        {"shape": "64x16:rg", "address": 1, "tries": 99},
        {"shape": "64x16:rg", "address": 1, "series": "5E2", "bands": 5},
        {"shape": "64x16:rg", "address": 1, "bands": 2, "dead_man_seconds": 60},
        {"shape": "64x16:rg", "address": 1, "bands": 17},
        {"shape": "320x64:rg", "address": 1, "bands": 4, "columns": 9},
    ],
    ids=[
        "no address",
        "address 0",
        "any card",
        "full colour",
        "unknown series",
        "bad shape",
        "unknown key",
        "endless",
        "bands past the card",
        "bands with a dead-man",
        "bands past the lamps",
        "tiles past the card",
    ],
)
def test_settings_that_cannot_be_are_refused(wrong):
    with pytest.raises(ValidationError):
        DRIVER.settings.model_validate(wrong)
