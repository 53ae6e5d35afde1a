"""Frames of relay boards byte for byte, as two independent libraries make them; and those libraries themselves as judges."""

import minimalmodbus
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymodbus.framer import FramerRTU
from pymodbus.pdu import DecodePDU
from pymodbus.pdu.bit_message import ReadCoilsResponse, WriteMultipleCoilsRequest, WriteMultipleCoilsResponse

from devices.drivers.modbus_relay.codec import (
    READ_COILS,
    READ_INPUTS,
    AnswerDecoder,
    HoldCoil,
    No,
    Read,
    WriteCoils,
    Yes,
    unpack,
)

ZONES_1_AND_3 = (True, False, True, False, False, False, False, False)
GOLDEN = {
    "zones 1 and 3 of 8 in one write": (WriteCoils(1, 0, ZONES_1_AND_3), "01 0F 00 00 00 08 01 05 3E 96"),
    "all 8 on": (WriteCoils(1, 0, (True,) * 8), "01 0F 00 00 00 08 01 FF BE D5"),
    "everybody off": (WriteCoils(0, 0, (False,) * 8), "00 0F 00 00 00 08 01 00 3F 59"),
    "read 8 coils": (Read(1, READ_COILS, 0, 8), "01 01 00 00 00 08 3D CC"),
    "coil 0 for 0.7 s": (HoldCoil(1, 0, 7), "01 05 02 00 00 07 8D B0"),
    "coil 1 for a minute": (HoldCoil(1, 1, 600), "01 05 02 01 02 58 9D 28"),
    "read 8 inputs": (Read(1, READ_INPUTS, 0, 8), "01 02 00 00 00 08 79 CC"),
}


@pytest.mark.parametrize(("request_", "expected"), GOLDEN.values(), ids=GOLDEN.keys())
def test_a_request_is_byte_for_byte_what_its_source_says(request_, expected):
    assert request_.to_bytes() == bytes.fromhex(expected)


def test_the_answer_to_a_read_gives_the_coils():
    (answer,) = AnswerDecoder(Read(1, READ_COILS, 0, 8)).feed(bytes.fromhex("01 01 01 05 91 8B"))
    assert isinstance(answer, Yes)
    assert unpack(answer.data, 8) == ZONES_1_AND_3


def test_a_refusal_carries_its_reason():
    assert AnswerDecoder(Read(1, READ_COILS, 0, 8)).feed(bytes.fromhex("01 81 02 C1 91")) == [No(2)]


def test_the_answer_to_a_held_coil_repeats_it_and_another_coils_is_not_taken():
    frame = bytes.fromhex("01 05 02 00 00 07 8D B0")
    assert AnswerDecoder(HoldCoil(1, 0, 7)).feed(frame) == [Yes()]
    assert AnswerDecoder(HoldCoil(1, 1, 7)).feed(frame) == []


bits = st.lists(st.booleans(), min_size=1, max_size=64).map(tuple)
addresses = st.integers(1, 247)


@given(addresses, bits)
def test_an_independent_library_reads_our_group_write_as_we_meant_it(address, coils):
    framer = FramerRTU(DecodePDU(is_server=True))
    used, pdu = framer.handleFrame(WriteCoils(address, 0, coils).to_bytes(), 0, 0)
    assert isinstance(pdu, WriteMultipleCoilsRequest)
    assert used == len(WriteCoils(address, 0, coils).to_bytes())
    assert (pdu.dev_id, pdu.address, tuple(pdu.bits[: len(coils)])) == (address, 0, coils)


@given(addresses, bits)
def test_our_decoder_reads_an_independent_librarys_answers(address, coils):
    framer = FramerRTU(DecodePDU(is_server=True))
    read = framer.buildFrame(ReadCoilsResponse(dev_id=address, bits=list(coils)))
    wrote = framer.buildFrame(WriteMultipleCoilsResponse(dev_id=address, address=0, count=len(coils)))
    (answer,) = AnswerDecoder(Read(address, READ_COILS, 0, len(coils))).feed(read)
    assert isinstance(answer, Yes)
    assert unpack(answer.data, len(coils)) == coils
    assert AnswerDecoder(WriteCoils(address, 0, coils)).feed(wrote) == [Yes()]


@given(addresses, bits)
def test_a_second_independent_library_makes_the_same_group_write(address, coils):
    payload = minimalmodbus._create_payload(
        functioncode=15,
        registeraddress=0,
        value=[int(coil) for coil in coils],
        number_of_decimals=0,
        number_of_registers=0,
        number_of_bits=len(coils),
        signed=False,
        byteorder=0,
        payloadformat=minimalmodbus._Payloadformat.BITS,
    )
    frame = minimalmodbus._embed_payload(address, minimalmodbus.MODE_RTU, 15, payload)
    theirs = frame if isinstance(frame, bytes) else frame.encode("latin-1")
    assert WriteCoils(address, 0, coils).to_bytes() == theirs
