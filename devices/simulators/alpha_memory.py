"""The memory of an Alpha sign: files of text, strings and pictures under one-letter labels, made by one configuration."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from devices.simulators.alpha_wire import Trouble

POOL = 0x7800  # bytes; signs differ widely
_OVERHEAD = 13  # per file, measured by others; the document says 11
_MAX_SHORT = 125  # bytes of a string and of the priority file
_ENTRY = re.compile(rb"([ -~])([ABD])([UL])([0-9A-F]{4})([0-9A-F]{4})")
PRIORITY = "0"

Dots = tuple[bytes, ...]  # rows of colour numbers 0 to 8


class NotDoneError(Exception):
    """The sign does not do it; `trouble` goes into its error register."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.name)
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class File:
    """`kind` A text, B string, D picture; `size` in bytes, of pictures rows and columns; `tail` as it was configured."""

    kind: str
    locked: bool
    size: int
    tail: bytes
    content: bytes = b""
    dots: Dots = ()

    @property
    def bytes_used(self) -> int:
        """What the file takes from the pool."""
        if self.kind != "D":
            return self.size + _OVERHEAD
        rows, columns = divmod(self.size, 256)
        bits = {b"1000": 1, b"2000": 2}.get(self.tail, 4)
        return (rows * columns * bits + 7) // 8 + _OVERHEAD


@dataclass
class Memory:
    """All files; the priority file is always there and outside the pool."""

    files: dict[str, File] = field(default_factory=dict)
    priority: bytes | None = None

    def __post_init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """As after a bare `E$`: one text file that has the pool to itself."""
        self.priority = None
        self.files = {"A": File("A", False, POOL - _OVERHEAD, b"FFFF")}

    def free(self) -> int:
        """Bytes of the pool that no file has."""
        return POOL - sum(file.bytes_used for file in self.files.values())

    def configure(self, data: bytes) -> None:
        """Make these files, empty, instead of all that were there; the first inherits the spare pool."""
        if not data:
            self.clear()
            return
        entries = [_ENTRY.fullmatch(data[i : i + 11]) for i in range(0, len(data), 11)]
        files: dict[str, File] = {}
        for entry in entries:
            if entry is None or entry[1].decode() in (*files, PRIORITY) or (entry[2] == b"B" and entry[3] != b"L"):
                raise NotDoneError(Trouble.ILLEGAL)
            files[entry[1].decode()] = File(entry[2].decode(), entry[3] == b"L", int(entry[4], 16), entry[5])
        spare = POOL - sum(file.bytes_used for file in files.values())
        if spare < 0:
            raise NotDoneError(Trouble.OVERFLOW)
        label, first = next(iter(files.items()))
        if first.kind == "A":
            files[label] = replace(first, size=first.size + spare)
        self.files, self.priority = files, None

    def configuration(self) -> bytes:
        """The files as a configuration, sizes as they are now."""
        return b"".join(
            b"%s%s%s%04X%s" % (label.encode(), file.kind.encode(), b"L" if file.locked else b"U", file.size, file.tail)
            for label, file in self.files.items()
        )

    def write(self, kind: str, label: str, content: bytes) -> None:
        """Put text or a string into its file. A string that is too long empties it."""
        if kind == "A" and label == PRIORITY:
            if len(content) > _MAX_SHORT:
                raise NotDoneError(Trouble.OVERFLOW)
            self.priority = content or None
            return
        file = self.file(kind, label)
        if len(content) > min(file.size, _MAX_SHORT if kind == "B" else file.size):
            if kind == "B":
                self.files[label] = replace(file, content=b"")
            raise NotDoneError(Trouble.OVERFLOW)
        self.files[label] = replace(file, content=content)

    def picture(self, label: str, data: bytes) -> None:
        """Put a picture of colour numbers into its file; what is larger than the file is cut off."""
        file = self.file("D", label)
        height, width = int(data[:2], 16), int(data[2:4], 16)
        rows = data[4:].split(b"\r")
        if rows and not rows[-1]:
            rows.pop()
        if len(rows) != height or any(len(row) != width or row.strip(b"012345678") for row in rows):
            raise NotDoneError(Trouble.ILLEGAL)
        most_rows, most_columns = divmod(file.size, 256)
        self.files[label] = replace(file, dots=tuple(row[:most_columns] for row in rows[:most_rows]))
        if height > most_rows or width > most_columns:
            raise NotDoneError(Trouble.OVERFLOW)

    def file(self, kind: str, label: str) -> File:
        """The file; NotDoneError if there is none of that kind."""
        file = self.files.get(label)
        if file is None or file.kind != kind:
            raise NotDoneError(Trouble.ILLEGAL)
        return file
