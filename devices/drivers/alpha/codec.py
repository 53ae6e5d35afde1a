"""Alpha Sign Communications Protocol bytes, after Adaptive's form 9708-8061F. No I/O, no clock.

NUL x 5, SOH, type, address, STX, command, data, ETX, checksum, EOT. With an ETX the checksum is compulsory; a frame with a
wrong one is dropped without a word.
"""

from __future__ import annotations

from dataclasses import dataclass

from devices.rendering.page import Page

NUL, SOH, STX, ETX, EOT, ESC, CR = 0x00, 0x01, 0x02, 0x03, 0x04, 0x1B, 0x0D
ANY_TYPE = "Z"
WRITE_TEXT, WRITE_SPECIAL, READ_SPECIAL, WRITE_DOTS, READ_DOTS = "A", "E", "F", "I", "J"
GENERAL, MEMORY, ERRORS, CLEAR_ERRORS, DIMMING = '"', "$", "*", "4", "/"
MIDDLE, HOLD = b" ", b"b"  # display position and mode
CALL_DOTS = b"\x14"
MAX_ROWS, MAX_COLUMNS = 31, 255  # of a SMALL DOTS picture
DIMMED = (100, 86, 72, 58, 44)  # percent, by number
MAX_REPLY_BYTES = 20_000  # a picture of 31 x 255 is 8 kB

# Bits of the error register; bit 6 is always set.
ILLEGAL, BAD_CHECKSUM, OVERFLOW, TIMED_OUT, FRAMING, PARITY = 0x20, 0x10, 0x08, 0x04, 0x02, 0x01
DAMAGE = BAD_CHECKSUM | TIMED_OUT | FRAMING | PARITY


def checksum(data: bytes) -> bytes:
    """Sum of the bytes from STX to ETX in four hexadecimal digits."""
    return f"{sum(data) & 0xFFFF:04X}".encode()


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame to a sign. `head` bytes of its data are followed by a pause of 0.1 s where the manual asks for one."""

    command: str
    data: bytes = b""
    address: int = 0
    head: int = 0

    def parts(self) -> tuple[bytes, ...]:
        """As it goes on the wire, cut where a pause belongs."""
        body = bytes([STX]) + self.command.encode() + self.data + bytes([ETX])
        start = bytes(5) + bytes([SOH]) + f"{ANY_TYPE}{self.address:02X}".encode()
        wire = start + body + checksum(body) + bytes([EOT])
        cut = len(start) + 2 + self.head
        return (wire[:cut], wire[cut:]) if self.head else (wire,)

    def to_bytes(self) -> bytes:
        """As it goes on the wire, in one piece."""
        return b"".join(self.parts())


def special(label: str, data: bytes = b"", address: int = 0) -> Frame:
    """Write a special function."""
    return Frame(WRITE_SPECIAL, label.encode() + data, address)


def read_special(label: str, address: int = 0) -> Frame:
    """Ask for a special function."""
    return Frame(READ_SPECIAL, label.encode(), address)


def show_dots(text: str, picture: str, address: int = 0) -> Frame:
    """Write TEXT file `text`: the DOTS file `picture`, held still in the middle."""
    data = text.encode() + bytes([ESC]) + MIDDLE + HOLD + CALL_DOTS + picture.encode()
    return Frame(WRITE_TEXT, data, address)


def dots(label: str, page: Page, address: int = 0, amber: str = "3") -> Frame:
    """Write DOTS file `label`: size, then rows of a digit for each lamp: 0 dark, 1 red, 2 green, `amber` both."""
    size = f"{label}{page.shape.height:02X}{page.shape.width:02X}".encode()
    return Frame(WRITE_DOTS, size + picture(page, amber), address, head=len(size))


def picture(page: Page, amber: str = "3") -> bytes:
    """The rows of a DOTS picture, each ended by CR."""
    columns, lines, digits = range(page.shape.width), range(page.shape.height), b"012" + amber.encode()
    return b"".join(bytes(digits[page.lamp(x, y)] for x in columns) + bytes([CR]) for y in lines)


@dataclass(frozen=True, slots=True)
class MemoryFile:
    """One file of the sign's memory: eleven characters of its configuration."""

    label: str
    kind: str  # A TEXT, B STRING, D DOTS
    locked: bool
    size: str  # four hexadecimal digits; of DOTS rows and columns
    tail: str  # TEXT: when it runs; STRING 0000; DOTS 1000, 2000, 4000 for one, three, eight colours

    def to_bytes(self) -> bytes:
        """As it stands in a configuration."""
        return f"{self.label}{self.kind}{'L' if self.locked else 'U'}{self.size}{self.tail}".encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> MemoryFile:
        """Read eleven characters; ValueError if they are no file."""
        text = data.decode("ascii")
        if len(text) != 11 or text[1] not in "ABD" or text[2] not in "LU":
            raise ValueError(f"no file of a memory: {text!r}")
        int(text[3:7], 16)
        return cls(text[0], text[1], text[2] == "L", text[3:7], text[7:])

    def serves(self, wanted: MemoryFile) -> bool:
        """Whether this file, as read back, does for `wanted`: a sign gives its first TEXT file all memory that is left over."""
        if (self.label, self.kind) != (wanted.label, wanted.kind):
            return False
        if self.kind == "A":
            return int(self.size, 16) >= int(wanted.size, 16)
        return (self.size, self.tail) == (wanted.size, wanted.tail)


def text_file(label: str, size: int) -> MemoryFile:
    """A TEXT file that always runs."""
    return MemoryFile(label, "A", False, f"{size:04X}", "FFFF")


def dots_file(label: str, rows: int, columns: int, colours: int) -> MemoryFile:
    """A DOTS file; `colours` is 1, 3 or 8."""
    return MemoryFile(label, "D", False, f"{rows:02X}{columns:02X}", {1: "1000", 3: "2000", 8: "4000"}[colours])


def memory(files: tuple[MemoryFile, ...], address: int = 0) -> Frame:
    """Divide the memory anew; everything in it is lost. No files: clear it, after which the sign is deaf for some 5 s."""
    return special(MEMORY, b"".join(file.to_bytes() for file in files), address)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a sign answers to a read: the write command, the label, the data."""

    command: str
    label: str
    data: bytes

    @classmethod
    def from_bytes(cls, body: bytes) -> Reply:
        """Read what stood between SOH and EOT; ValueError says which check failed."""
        start, stop = body.find(STX), body.rfind(ETX)
        if not 0 <= start < stop - 2:
            raise ValueError("no STX or ETX")
        if checksum(body[start : stop + 1]) != body[stop + 1 :].upper():
            raise ValueError("checksum")
        return cls(chr(body[start + 1]), chr(body[start + 2]), body[start + 3 : stop])

    def files(self) -> tuple[MemoryFile, ...]:
        """The files of a memory configuration; ValueError if it is none."""
        return tuple(MemoryFile.from_bytes(self.data[at : at + 11]) for at in range(0, len(self.data), 11))


@dataclass(frozen=True, slots=True)
class Damaged:
    """Bytes that began like a reply and are none."""

    why: str


class Decoder:
    """Bytes in, replies out; holds at most `limit` bytes and begins anew at each SOH."""

    def __init__(self, limit: int = MAX_REPLY_BYTES) -> None:
        """`limit` is for one reply."""
        self._limit = limit
        self._body: bytearray | None = None  # None: outside a reply

    def feed(self, data: bytes) -> list[Reply | Damaged]:
        """The replies, whole or damaged, that these bytes complete."""
        events: list[Reply | Damaged] = []
        for byte in data:
            if byte == SOH:
                if self._body:
                    events.append(Damaged("cut short"))
                self._body = bytearray()
            elif self._body is not None:
                events += self._inside(byte, self._body)
        return events

    def _inside(self, byte: int, body: bytearray) -> list[Reply | Damaged]:
        if byte != EOT:
            body.append(byte)
            if len(body) <= self._limit:
                return []
            self._body = None
            return [Damaged("too long")]
        self._body = None
        try:
            return [Reply.from_bytes(bytes(body))]
        except ValueError as exc:
            return [Damaged(str(exc))]
