"""Bad lines: the decoder meets cuts, flips, doubles and floods, never raises, holds little, and comes back."""

from hypothesis import given, settings
from hypothesis import strategies as st

from devices.drivers.onbon_bx import areas
from devices.drivers.onbon_bx.codec import (
    HOST,
    SERIES,
    Answer,
    Damaged,
    Decoder,
    Frame,
    escape,
    unescape,
)
from devices.drivers.onbon_bx.settings import OnbonSettings
from devices.drivers.onbon_bx.stage import division
from devices.profiles.board import BoardShape, Colours
from devices.rendering.page import Page
from devices.rendering.scene import Area, cut_out

frames = st.builds(
    Frame,
    destination=st.integers(0, 0xFFFF),
    source=st.integers(0, 0xFFFF),
    device=st.integers(0, 0xFFFF),
    data=st.one_of(st.binary(max_size=80), st.lists(st.sampled_from([0xA5, 0xA6, 0x5A, 0x5B, 1, 2])).map(bytes)),
)
YES = Frame(HOST, 1, SERIES["6E2"], Answer(0xA0, 0x00).to_bytes())


def fed(decoder: Decoder[Frame], data: bytes, cuts: list[int]) -> list[Frame | Damaged]:
    """All events of `data` handed over in pieces."""
    events, at = [], 0
    for size in [*cuts, len(data)]:
        events += decoder.feed(data[at : at + size])
        at += size
    return events


@given(st.binary(max_size=300))
def test_escaping_hides_the_marks_and_comes_back(body):
    wire = escape(body)
    assert not set(wire) & {0xA5, 0x5A}
    assert unescape(wire) == body


@given(st.lists(frames, min_size=1, max_size=4), st.lists(st.integers(0, 30), max_size=40))
def test_frames_are_read_whole_however_they_are_cut(sent, cuts):
    wire = b"".join(frame.to_bytes() for frame in sent)
    assert fed(Decoder(Frame.from_bytes), wire, cuts) == sent


def test_one_byte_at_a_time_is_enough():
    assert fed(Decoder(Frame.from_bytes), YES.to_bytes(), [1] * 99) == [YES]


def test_a_single_a5_begins_a_frame_and_a_second_5a_ends_nothing():
    short = YES.to_bytes()[7:] + b"\x5a"
    assert fed(Decoder(Frame.from_bytes), short * 2, [1] * 99) == [YES, YES]


@given(frames, st.integers(0, 10_000), st.integers(1, 255))
def test_a_flipped_byte_never_gives_another_frame(frame, where, flip):
    wire = bytearray(frame.to_bytes())
    wire[where % len(wire)] ^= flip
    assert all(event == frame for event in Decoder(Frame.from_bytes).feed(bytes(wire)) if isinstance(event, Frame))


@given(frames, st.integers(0, 10_000), st.integers(1, 6))
def test_a_lost_stretch_never_gives_another_frame(frame, where, size):
    wire = frame.to_bytes()
    start = where % len(wire)
    events = Decoder(Frame.from_bytes).feed(wire[:start] + wire[start + size :])
    assert all(event == frame for event in events if isinstance(event, Frame))


@given(st.binary(max_size=400), st.lists(st.integers(0, 50), max_size=20))
def test_after_any_noise_the_next_frame_is_read(noise, cuts):
    assert fed(Decoder(Frame.from_bytes), noise + YES.to_bytes(), cuts)[-1] == YES


def test_a_flood_without_an_end_is_dropped_and_said():
    decoder = Decoder(Frame.from_bytes, limit=100)
    events = decoder.feed(b"\xa5" + b"\x00" * 10_000)
    assert events == [Damaged("too long")]
    assert decoder.feed(YES.to_bytes()) == [YES]


@given(st.binary(max_size=60))
def test_an_answer_is_read_or_refused_never_misread(data):
    try:
        answer = Answer.from_bytes(data)
    except ValueError:
        return
    assert answer.to_bytes()[1:] == data[1:]


@st.composite
def pages(draw):
    width, height = draw(st.integers(1, 70)), draw(st.integers(1, 6))
    shape = BoardShape(width=width, height=height, colours=draw(st.sampled_from([Colours.MONO, Colours.RG])))
    size = shape.stride * height
    planes = tuple(draw(st.binary(min_size=size, max_size=size)) for _ in range(shape.colours.planes))
    return Page(shape=shape, planes=planes, seconds=1)


@settings(max_examples=60)
@given(pages())
def test_a_6e_bitmap_has_each_lamp_at_its_bit_and_ones_past_the_edge(page):
    bitmap = areas.bitmap_6e(page)
    words = (page.shape.width + 31) // 32
    for y in range(page.shape.height):
        for x in range(words * 32):
            for plane in range(len(page.planes)):
                at = ((plane * page.shape.height + y) * words + x // 32) * 4
                dark = int.from_bytes(bitmap[at : at + 4], "little") >> (31 - x % 32) & 1
                lit = x < page.shape.width and page.lamp(x, y) >> plane & 1
                assert dark != bool(lit)


@settings(max_examples=60)
@given(pages())
def test_a_5e_bitmap_has_red_and_green_bytes_in_turn(page):
    bitmap = areas.bitmap_5e(page)
    planes, stride = len(page.planes), page.shape.stride
    for y in range(page.shape.height):
        for x in range(stride * 8):
            for plane in range(planes):
                dark = bitmap[(y * stride + x // 8) * planes + plane] >> (7 - x % 8) & 1
                lit = x < page.shape.width and page.lamp(x, y) >> plane & 1
                assert dark != bool(lit)


@st.composite
def divided(draw):
    """A board, a card's settings, and areas wanted on it that do not overlap."""
    page = draw(pages())
    bands = draw(st.integers(1, min(4, page.shape.height)))
    settings = OnbonSettings(shape=page.shape, address=1, bands=bands, columns=draw(st.integers(1, 3)))
    cut = draw(st.integers(0, page.shape.height))
    left = draw(st.sampled_from([0, 32, 8, 1]))
    wanted = [
        Area(0, 0, draw(st.sampled_from([32, 33, page.shape.width])), cut),
        Area(left, cut, page.shape.width - left, page.shape.height - cut),
    ]
    return page, settings, tuple(area for area in wanted if area.width > 0 and area.height > 0 and draw(st.booleans()))


@settings(max_examples=80, deadline=None)
@given(divided())
def test_the_areas_of_the_card_are_the_whole_page_and_never_overlap(case):
    page, card, wanted = case
    places = division(card, wanted)
    assert len(places) <= 32
    lamps = {}
    for number, place in enumerate(places):
        part = cut_out(page, place)
        assert place.left % 32 == 0
        assert place.inside(page.shape)
        for y in range(part.shape.height):
            for x in range(part.shape.width):
                assert lamps.setdefault((place.left + x, place.top + y), (number, part.lamp(x, y)))[0] == number
    seen = {place: lamp for place, (_, lamp) in lamps.items()}
    assert seen == {(x, y): page.lamp(x, y) for y in range(page.shape.height) for x in range(page.shape.width)}
