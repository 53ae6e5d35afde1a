"""Bad lines to relay boards: cuts, flips, noise and echoes around an answer."""

from hypothesis import given
from hypothesis import strategies as st

from devices.drivers.modbus_relay.codec import (
    MAX_FRAME_BYTES,
    READ_COILS,
    AnswerDecoder,
    Read,
    Reply,
    WriteCoils,
    Yes,
    pack,
    with_check,
)

READ = Read(1, READ_COILS, 0, 8)
ANSWER = bytes.fromhex("01 01 01 05 91 8B")


def fed(decoder: AnswerDecoder, data: bytes, cuts: list[int]) -> list[Reply]:
    events, at = [], 0
    for size in [*cuts, len(data)]:
        events += decoder.feed(data[at : at + size])
        at += size
    return events


@given(st.binary(max_size=60), st.lists(st.integers(0, 9), max_size=40))
def test_an_answer_is_found_behind_any_noise_however_it_is_cut(noise, cuts):
    assert fed(AnswerDecoder(READ), noise + ANSWER, cuts)[-1] == Yes(b"\x05")


@given(st.integers(0, 5), st.integers(1, 255))
def test_a_flipped_byte_is_no_answer(where, flip):
    damaged = bytearray(ANSWER)
    damaged[where] ^= flip
    assert AnswerDecoder(READ).feed(bytes(damaged)) == []


@given(st.lists(st.booleans(), min_size=1, max_size=64).map(tuple))
def test_our_own_echo_is_never_the_answer(bits):
    for request in (WriteCoils(1, 0, bits), Read(1, READ_COILS, 0, len(bits))):
        assert AnswerDecoder(request).feed(request.to_bytes()) == []


@given(st.integers(1, 64), st.integers(1, 64))
def test_the_answer_to_a_read_of_another_size_is_not_ours(asked, given_):
    data = pack((True,) * given_)
    frame = with_check(bytes([1, 1, len(data)]) + data)
    answers = AnswerDecoder(Read(1, READ_COILS, 0, asked)).feed(frame)
    assert bool(answers) == ((asked + 7) // 8 == (given_ + 7) // 8)


@given(st.lists(st.binary(max_size=500), max_size=8))
def test_the_decoder_never_raises_and_keeps_less_than_a_frame(pieces):
    decoder = AnswerDecoder(READ)
    for piece in pieces:
        decoder.feed(piece)
        assert len(decoder._pending) <= MAX_FRAME_BYTES


def test_what_answers_nothing_is_counted():
    decoder = AnswerDecoder(READ)
    decoder.feed(b"\x00\xff" + ANSWER + b"\x07")
    assert decoder.skipped == 3
