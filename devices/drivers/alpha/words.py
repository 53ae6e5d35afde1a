"""What a sign draws with letters of its own: texts, strings, the priority message, the order in which texts run, its clock. Pure.

The letters are single bytes of a Latin set: no Vietnamese tone marks, no Chinese. What a sign has no letter for is refused here.
"""

from __future__ import annotations

from datetime import datetime

from devices.drivers.alpha.codec import ESC, WRITE_TEXT, Frame, special

WRITE_STRING, READ_STRING, READ_TEXT = "G", "H", "B"
PRIORITY = "0"  # a file that is always there, and while it is not empty shown alone
MOST_SHORT = 125  # bytes of a string and of the priority message; a longer string empties its file
CALL_STRING, NEW_PAGE, NEW_LINE = b"\x10", b"\x0c", b"\r"
SEQUENCE, CLOCK, WEEKDAY, DATE = ".", " ", "&", ";"
POSITIONS = {"middle": b" ", "top": b'"', "bottom": b"&", "fill": b"0"}
MODES = {"hold": b"b", "rotate": b"a", "flash": b"c", "scroll": b"m", "auto": b"o"}
COLOURS = {"red": b"1", "green": b"2", "amber": b"3", "yellow": b"8"}


def letters(words: str) -> bytes:
    """The bytes of a text; lines end in CR, pages in form feeds. ValueError names what the sign has no letter for."""
    made = bytearray()
    for letter in words:
        if letter == "\n":
            made += NEW_LINE
        elif letter == "\f":
            made += NEW_PAGE
        elif " " <= letter <= "~":
            made += letter.encode("ascii")
        else:
            raise ValueError(f"the sign has no letter {letter!r}: send it as a picture")
    return bytes(made)


def text(
    label: str, words: str, *, position: str = "middle", mode: str = "hold", colour: str = "amber", address: int = 0
) -> Frame:
    """Write a TEXT file, all of it in one colour."""
    body = bytes([ESC]) + POSITIONS[position] + MODES[mode] + b"\x1c" + COLOURS[colour] + letters(words)
    return Frame(WRITE_TEXT, label.encode() + body, address)


def priority(words: str | None, address: int = 0) -> Frame:
    """Show this alone; None gives the sign back. Giving back is the bare label: anything after it would blank the sign."""
    if words is None:
        return Frame(WRITE_TEXT, PRIORITY.encode(), address)
    frame = text(PRIORITY, words, address=address)
    if len(frame.data) - 1 > MOST_SHORT:
        raise ValueError(f"a priority message has at most {MOST_SHORT} bytes, this one {len(frame.data) - 1}")
    return frame


def string(label: str, words: str, address: int = 0) -> Frame:
    """Write a STRING file: texts that call it change without a blink. ValueError where it is too long."""
    body = letters(words)
    if len(body) > MOST_SHORT:
        raise ValueError(f"a string has at most {MOST_SHORT} bytes, this one {len(body)}")
    return Frame(WRITE_STRING, label.encode() + body, address)


def run(labels: str, address: int = 0) -> Frame:
    """Show these texts one after the other, and no others, whatever their own times say."""
    return special(SEQUENCE, b"SU" + labels.encode(), address)


def clock(at: datetime, address: int = 0) -> tuple[Frame, ...]:
    """Time, day of the week (1 is Sunday) and date, of the local time in `at`."""
    return (
        special(CLOCK, f"{at:%H%M}".encode(), address),
        special(WEEKDAY, str(at.isoweekday() % 7 + 1).encode(), address),
        special(DATE, f"{at:%m%d%y}".encode(), address),
    )
