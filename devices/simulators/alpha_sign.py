"""A sign of the Alpha family: files, priority message, run sequence, registers that read back, and its deaf moments."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from devices.profiles.board import BoardShape
from devices.rendering.page import Page, blank_page
from devices.simulators.alpha_lamps import draw, leaves
from devices.simulators.alpha_memory import POOL, PRIORITY, Memory, NotDoneError
from devices.simulators.alpha_wire import AlphaEar, Packet, Trouble, reply

_ACK, _NAK = b"\x06", b"\x15"
_PAGE_SECONDS = 3.0
_DEAF_AFTER = {"$": 5.0, "(": 3.0, ",": 10.0}  # clearing memory, a tone, a soft reset
# Registers that are kept as written: time, speaker, day, 12/24 h, run times, run sequence, dimming, run days, date.
_KEPT = {
    " ": rb"([01][0-9]|2[0-3])[0-5][0-9]",
    "!": rb"00|FF",
    "&": rb"[1-7]",
    "'": rb"[SM]",
    ")": rb"[ -~][0-9A-F]{4}",
    ".": rb"[TSD][UL][ -~]{1,128}",
    "/": rb"[0-9A-F]{2}0[0-4]",
    "2": rb"[ -~][0-9A-F]{2}",
    ";": rb"[01][0-9][0-3][0-9]{3}",
}
_CANCELS_PRIORITY = (")", "2")


@dataclass
class _Registers:
    kept: dict[str, bytes] = field(default_factory=dict)
    trouble: Trouble = Trouble.NONE
    acknowledges: bool = False


class AlphaSign:
    """Safe to touch from a test while a line's thread talks to it. `silent` obeys without answering."""

    def __init__(
        self, shape: BoardShape, *, address: str = "01", changed: Callable[[Page], None] | None = None
    ) -> None:
        """`address` two hex digits; `changed` is told every new picture, once, in order."""
        if not re.fullmatch("[0-9A-F]{2}", address) or address == "00":
            raise ValueError(f'a sign\'s address is "01" to "FF", not "{address}"')
        self.shape, self.address = shape, address
        self.silent = False
        self.packets = 0  # packets for this sign
        self.memory = Memory()
        self._registers = _Registers()
        self._changed = changed
        self._lock = threading.RLock()
        self._ear = AlphaEar()
        self._powered = True
        self._deaf_until = float("-inf")
        self._show_from = 0.0
        self._page = blank_page(shape)
        self._words = ""
        self._next: float | None = None

    def page(self) -> Page:
        """What the lamps show, as last drawn."""
        return self._page

    def words(self) -> str:
        """The letters on the lamps."""
        return self._words

    def power_off(self) -> None:
        """Dark and deaf. A battery keeps the memory."""
        with self._lock:
            self._powered, self._ear = False, AlphaEar()
            self._put(blank_page(self.shape), "")

    def power_on(self) -> None:
        """Shows again what its memory holds."""
        with self._lock:
            self._powered = True
            self._redraw(self._show_from)

    def receive(self, data: bytes, at: float) -> bytes:
        """Hear bytes of the line; the answer if the sign has one."""
        with self._lock:
            if not self._powered or at < self._deaf_until:
                return b""
            answers = b"".join(self._handle(packet, at) for packet in self._ear.hear(data, at))
            return b"" if self.silent else answers

    def wake(self, at: float) -> float | None:
        """Turn pages."""
        with self._lock:
            if self._powered and self._next is not None and at >= self._next:
                self._redraw(at)
            return self._next

    def unasked(self, at: float) -> bytes:
        """It speaks only when spoken to."""
        return b""

    def _handle(self, packet: Packet, at: float) -> bytes:
        if not self._is_me(packet):
            return b""
        self.packets += 1
        trouble, answers = packet.trouble, b""
        for block in packet.blocks:
            try:
                answers += self._obey(block, at)
            except NotDoneError as refused:
                trouble |= refused.trouble
        self._registers.trouble |= trouble
        self._redraw(at, begin=True)
        if answers or not self._registers.acknowledges:
            return answers
        return (_ACK if trouble is Trouble.NONE else _NAK) + bytes([trouble])

    def _is_me(self, packet: Packet) -> bool:
        mine = all(told in (own, "?") for told, own in zip(packet.address, self.address, strict=True))
        return packet.kind in "Z!" and (mine or packet.address == "00")

    def _obey(self, block: bytes, at: float) -> bytes:
        command, label, data = block[:1], block[1:2].decode("latin-1"), block[2:]
        if command == b"E":
            self._set(label, data, at)
        elif command == b"F":
            return reply(b"E" + label.encode("latin-1") + self._get(label))
        elif command in b"AG":
            self.memory.write("A" if command == b"A" else "B", label, data)
        elif command == b"I":
            self._picture(label, data)
        elif command in b"BHJ":
            return reply(self._read(command, label))
        else:
            raise NotDoneError(Trouble.ILLEGAL)
        return b""

    def _picture(self, label: str, data: bytes) -> None:
        if not re.match(rb"[0-9A-F]{4}", data):
            raise NotDoneError(Trouble.ILLEGAL)
        self.memory.picture(label, data)

    def _read(self, command: bytes, label: str) -> bytes:
        name = label.encode("latin-1")
        if command == b"B":
            text = self.memory.priority or b"" if label == PRIORITY else self.memory.file("A", label).content
            return b"A" + name + text
        if command == b"H":
            return b"G" + name + self.memory.file("B", label).content
        dots = self.memory.file("D", label).dots
        size = b"%02X%02X" % (len(dots), len(dots[0]) if dots else 0)
        return b"I" + name + size + b"".join(row + b"\r" for row in dots)

    def _set(self, label: str, data: bytes, at: float) -> None:
        if label in _KEPT:
            if not re.fullmatch(_KEPT[label], data):
                raise NotDoneError(Trouble.ILLEGAL)
            self._registers.kept[label] = data
            if label in _CANCELS_PRIORITY:
                self.memory.priority = None
        elif label == "$":
            self.memory.configure(data)
            if data:
                return
        elif label == "4":
            self._registers.trouble = Trouble.NONE
        elif label == "s" and data in (b"0", b"1"):
            self._registers.acknowledges = data == b"1"
        elif label not in _DEAF_AFTER:
            raise NotDoneError(Trouble.ILLEGAL)
        if label in _DEAF_AFTER:
            self._deaf_until = at + _DEAF_AFTER[label]

    def _get(self, label: str) -> bytes:
        if label in _KEPT:
            return self._registers.kept.get(label, b"")
        if label == "$":
            return self.memory.configuration()
        if label == "*":
            return bytes([self._registers.trouble])
        if label == '"':
            time = self._registers.kept.get(" ", b"0000")
            return b"10440000A1226" + time + b"M00%04X,%04X" % (POOL, max(0, self.memory.free()))
        raise NotDoneError(Trouble.ILLEGAL)

    def _on_air(self) -> list[bytes]:
        """The texts that take turns: the priority message alone, or the run sequence, or every text."""
        memory = self.memory
        if memory.priority is not None:
            return [memory.priority]
        order = self._registers.kept.get(".", b"")[2:].decode("latin-1") or "".join(memory.files)
        files = [memory.files[label] for label in order if label in memory.files]
        return [file.content for file in files if file.kind == "A" and file.content]

    def _redraw(self, at: float, *, begin: bool = False) -> None:
        if begin:
            self._show_from = at
        pages = [leaf for text in self._on_air() for leaf in leaves(text, self.memory)]
        turn = int((at - self._show_from) / _PAGE_SECONDS + 1e-9)
        self._next = self._show_from + (turn + 1) * _PAGE_SECONDS if len(pages) > 1 else None
        if not pages:
            self._put(blank_page(self.shape), "")
            return
        leaf = pages[turn % len(pages)]
        self._put(draw(leaf, self.shape), leaf.words())

    def _put(self, page: Page, words: str) -> None:
        self._words = words
        if page != self._page:
            self._page = page
            if self._changed:
                self._changed(page)
