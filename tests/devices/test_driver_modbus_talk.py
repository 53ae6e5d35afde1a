"""The talk with a relay board, as scripts: power first, one write, read back, and every way it can go wrong."""

import pytest
from pydantic import ValidationError

from devices.drivers.modbus_relay.codec import READ_COILS, READ_INPUTS, Read, WriteCoils, pack, with_check
from devices.drivers.modbus_relay.driver import DRIVER, RelayBoard, RelaySettings
from devices.errors import BusyError, GarbledError, MismatchError, RefusedError, SettingsError, SilentError
from devices.ports import Evidence
from devices.simulators.speakers import RelayBoard as Simulated
from tests.support.scripted_link import ScriptedLink

SETTINGS = RelaySettings(zones={"hall": 0, "yard": 2}, power=7, inputs={"fault": 0, "mains": 3})
READ = Read(1, READ_COILS, 0, 8).to_bytes()


def closed(*coils: int) -> tuple[bool, ...]:
    return tuple(coil in coils for coil in range(8))


def holds(*coils: int) -> bytes:
    return with_check(bytes([1, 1, 1]) + pack(closed(*coils)))


def write(*coils: int) -> bytes:
    return WriteCoils(1, 0, closed(*coils)).to_bytes()


DONE = with_check(bytes.fromhex("010F00000008"))


def board(*talk: tuple[bytes, *tuple[bytes | float, ...]]) -> tuple[RelayBoard, ScriptedLink]:
    link = ScriptedLink(*talk)
    return RelayBoard(link, SETTINGS, clock=link.clock), link


def test_power_comes_first_then_all_zones_in_one_write_each_read_back():
    relays, link = board(
        (READ, holds()),
        (write(7), DONE),
        (READ, holds(7)),
        (write(0, 2, 7), DONE),
        (READ, holds(0, 2, 7)),
    )
    assert relays.open_zones(frozenset({"hall", "yard"})) is Evidence.READ_BACK
    assert link.done


def test_the_amplifiers_get_their_time_to_wake():
    relays, link = board((READ, holds()), (write(7), DONE), (READ, holds(7)), (write(0, 7), DONE), (READ, holds(0, 7)))
    begun = link.now
    relays.open_zones(frozenset({"hall"}))
    woken = link.now - begun - SETTINGS.settle  # the zones, once written, settle too
    assert woken == pytest.approx(SETTINGS.power_settle), "counted from the power, not from its read-back"


def test_with_power_on_already_zones_change_in_a_single_write():
    relays, link = board((READ, holds(0, 7)), (write(2, 7), DONE), (READ, holds(2, 7)))
    relays.open_zones(frozenset({"yard"}))
    assert link.done


def test_no_zones_shuts_all_and_the_power():
    relays, link = board((write(), DONE), (READ, holds()))
    assert relays.open_zones(frozenset()) is Evidence.READ_BACK
    assert link.done


def test_a_relay_that_does_not_follow_is_a_mismatch():
    relays, _ = board((READ, holds(7)), (write(0, 7), DONE), (READ, holds(7)))
    with pytest.raises(MismatchError) as caught:
        relays.open_zones(frozenset({"hall"}))
    assert (caught.value.wanted, caught.value.found) == ([0, 7], [7])


def test_zones_are_what_the_board_says_and_none_without_power():
    relays, _ = board((READ, holds(0, 7)), (READ, holds(0, 2)))
    assert relays.zones() == {"hall"}
    assert relays.zones() == frozenset()


def test_inputs_are_read_by_name():
    ask = Read(1, READ_INPUTS, 0, 4).to_bytes()
    relays, _ = board((ask, with_check(bytes([1, 2, 1, 0b1000]))))
    assert relays.inputs() == {"fault": False, "mains": True}


def test_a_board_without_named_inputs_is_not_asked():
    link = ScriptedLink()
    settings = RelaySettings(zones={"hall": 0})
    assert RelayBoard(link, settings, clock=link.clock).inputs() == {}


def test_an_unknown_zone_is_refused_before_anything_is_sent():
    relays, link = board()
    with pytest.raises(SettingsError, match="nowhere"):
        relays.open_zones(frozenset({"nowhere"}))
    assert link.sent == []


def test_a_board_that_says_no_is_reported_with_its_reason_and_not_asked_again():
    relays, link = board((READ, bytes.fromhex("01 81 02 C1 91")))
    with pytest.raises(RefusedError, match="no such coil") as caught:
        relays.identify()
    assert caught.value.reason == 2
    assert link.done


def test_a_silent_board_is_given_up_after_the_stated_tries():
    relays, link = board((READ,), (READ,), (READ,))
    with pytest.raises(SilentError) as caught:
        relays.identify()
    assert caught.value.waited == pytest.approx(link.now)


def test_a_lost_answer_is_asked_for_again():
    relays, link = board((READ,), (READ, holds(0)))
    assert relays.identify().model
    assert link.done


def test_a_damaged_answer_is_asked_for_again_and_named_when_it_stays_so():
    damaged = bytes.fromhex("01 01 01 05 91 8C")
    relays, _ = board((READ, damaged), (READ, damaged), (READ, damaged))
    with pytest.raises(GarbledError):
        relays.identify()


def test_a_busy_board_is_asked_again_until_patience_ends():
    busy = with_check(bytes([1, 0x81, 6]))
    relays, link = board((READ, busy), (READ, busy), (READ, holds()))
    relays.identify()
    assert link.now == pytest.approx(2 * SETTINGS.busy_wait)
    relays, link = board(*[(READ, busy)] * 21)
    with pytest.raises(BusyError):
        relays.identify()
    assert link.done


def test_an_echo_and_another_boards_answer_are_stepped_over():
    foreign = with_check(bytes([2, 1, 1, 0xFF]))
    relays, _ = board((READ, READ, foreign, holds(0, 7)))
    assert relays.zones() == {"hall"}


def test_a_late_answer_to_the_last_question_is_not_taken_for_the_next():
    ask_inputs = Read(1, READ_INPUTS, 0, 4).to_bytes()
    late = with_check(bytes([1, 2, 1, 0]))
    relays, link = board((ask_inputs,), (ask_inputs,), (ask_inputs, 0.6, late), (READ, holds(2, 7)))
    with pytest.raises(SilentError):
        relays.inputs()
    assert relays.zones() == {"yard"}
    assert link.done


@pytest.mark.parametrize(
    "wrong",
    [
        {"zones": {}},
        {"zones": {"hall": 8}},
        {"zones": {"hall": 0, "yard": 0}},
        {"zones": {"hall": 0}, "power": 0},
        {"zones": {"hall": 0}, "address": 0},
        {"zones": {"hall": 0}, "colour": "red"},
        {"zones": {"hall": 0}, "inputs": {"fault": -1}},
    ],
    ids=[
        "no zones",
        "coil past the board",
        "shared coil",
        "power on a zone",
        "broadcast",
        "unknown key",
        "negative input",
    ],
)
def test_settings_that_cannot_be_are_refused(wrong):
    with pytest.raises(ValidationError):
        DRIVER.settings.model_validate(wrong)


def test_a_board_with_timed_coils_opens_its_zones_by_itself_when_nobody_confirms_them():
    simulated = Simulated(coils=8)

    class Wire:
        """A link whose time is counted by hand."""

        now = 0.0
        answers = b""

        def send(self, data):
            self.answers += simulated.receive(data, self.now)

        def receive(self, timeout):
            answers, self.answers = self.answers, b""
            return answers

        def discard(self):
            self.answers = b""

        def close(self):
            """Nothing is held."""

    wire = Wire()
    driver = RelayBoard(
        wire, RelaySettings(zones={"hall": 0, "yard": 2}, power=5, dead_man=9, settle=0, power_settle=0)
    )
    assert driver.confirm_every == 3
    driver.open_zones(frozenset({"hall", "yard"}))
    assert driver.zones() == {"hall", "yard"}
    wire.now = 8.9
    simulated.wake(wire.now)
    driver.open_zones(frozenset({"hall", "yard"}))
    wire.now = 17.0
    simulated.wake(wire.now)
    assert driver.zones() == {"hall", "yard"}
    simulated.wake(17.91)
    assert driver.zones() == frozenset()


def test_a_board_without_timed_coils_is_not_asked_for_them():
    driver, _ = board()
    assert driver.confirm_every is None
