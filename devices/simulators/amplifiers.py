"""A TOA 9000 amplifier or M-864D mixer: commands with the high bit set, echoes that mean "done", inverted bytes for "no"."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

_FADER, _SWITCH, _STEP, _CROSSPOINT, _LOUDNESS = 0x91, 0x92, 0x93, 0x95, 0xAB
_NAME, _NAME_REPLY, _PRESET, _PAGING, _POWER = 0xF0, 0xC0, 0xF1, 0xF2, 0xF4
_INPUT = 0
_PRESETS = 32
POWER = -1  # stands for the power switch where channels are counted


class Model(StrEnum):
    """The series differ in their tables; what one takes another refuses."""

    M9000 = "9000"
    M9000M2 = "9000M2"
    M864D = "M-864D"


# Highest fader position, after the manuals' tables.
_HIGHEST = {Model.M9000: 0x7E, Model.M9000M2: 0x7E, Model.M864D: 0x3F}
# Channels by attribute: inputs and outputs; of the M-864D mono in, stereo in, mono out, rec out.
_KINDS = {Model.M9000: (8, 8), Model.M9000M2: (8, 8), Model.M864D: (8, 2, 4, 2)}
_OUTPUTS = {Model.M9000: 1, Model.M9000M2: 1, Model.M864D: 2}


class _Refused(Exception):  # noqa: N818  # the amplifier's answer, not a fault of ours
    """The byte at this place of the data is the one it does not take."""

    def __init__(self, place: int) -> None:
        super().__init__(place)
        self.place = place


class _Ignored(Exception):  # noqa: N818  # the amplifier's silence
    """No answer at all."""


@dataclass
class Desk:
    """Where all the knobs stand; keys are (attribute, channel)."""

    on: bool = True
    preset: int | None = None
    paging: set[int] = field(default_factory=set)
    faders: dict[tuple[int, int], int] = field(default_factory=dict)
    switches: dict[tuple[int, int], bool] = field(default_factory=dict)
    loudness: dict[tuple[int, int], bool] = field(default_factory=dict)
    crosspoints: dict[tuple[int, int], int] = field(default_factory=dict)


class ToaAmplifier:
    """Safe to touch from a test while a line's thread talks to it. `silent` obeys without answering."""

    def __init__(self, model: str = "9000M2", *, changed: Callable[[int, bool], None] | None = None) -> None:
        """`changed(output, on)` is told every output, and POWER, that really changes."""
        self.model = Model(model)
        self.silent = False
        self.garbles = False  # takes what arrives for abnormal data, as in the manuals' example of it
        self.frames = 0
        self.desk = Desk()
        self._output = _OUTPUTS[self.model]
        self._changed = changed
        self._lock = threading.RLock()
        self._heard = bytearray()
        self._deeds: dict[int, tuple[int, Callable[[bytes], bytes]]] = {
            _FADER: (3, self._fader),
            _SWITCH: (3, self._switch),
            _STEP: (3, self._step),
            _PRESET: (2, self._preset),
            _NAME: (3, self._status if self.model is Model.M864D else self._name),
        }
        if self.model is Model.M864D:
            del self._deeds[_STEP]
            return
        self._deeds |= {
            _CROSSPOINT: (5, self._crosspoint),
            _LOUDNESS: (3, self._loudness),
            _PAGING: (2, self._paging),
            _POWER: (1, self._power),
        }

    def outputs(self) -> tuple[bool, ...]:
        """Which outputs are heard: switched on, with power."""
        count = _KINDS[self.model][self._output]
        return tuple(self.desk.on and self.desk.switches.get((self._output, i), False) for i in range(count))

    def press_power(self, on: bool) -> None:
        """Somebody at the front panel: nothing is said on the line."""
        with self._lock:
            self._power(bytes([on]))

    def receive(self, data: bytes, at: float) -> bytes:
        """Hear bytes of the line; the answer if there is one."""
        with self._lock:
            answers = b"".join(filter(None, map(self._take, data)))
            return b"" if self.silent else answers

    def wake(self, at: float) -> float | None:
        """Nothing changes by itself."""

    def unasked(self, at: float) -> bytes:
        """It speaks only when spoken to."""
        return b""

    def _take(self, byte: int) -> bytes:
        """A high bit begins anew; what comes past the announced length is thrown away."""
        if byte & 0x80:
            self._heard = bytearray([byte])
            return b""
        if not self._heard:
            return b""
        self._heard.append(byte)
        if len(self._heard) < 2 or len(self._heard) < 2 + self._heard[1]:
            return b""
        frame, self._heard = bytes(self._heard), bytearray()
        return self._handle(frame)

    def _handle(self, frame: bytes) -> bytes:
        command, data = frame[0], frame[2:]
        size, deed = self._deeds.get(command, (-1, self._name))
        if size != len(data) or not (self.desk.on or command == _POWER):
            return b""  # most commands are ignored while the power is off
        self.frames += 1
        try:
            if self.garbles and command == _FADER:
                raise _Refused(len(data) - 1)
            return deed(data) or frame
        except _Refused as refused:
            if self.model is Model.M864D:
                return b""  # its manual knows no refusal: it answers with what it changed
            wrong = 2 + refused.place
            return frame[:wrong] + bytes([frame[wrong] ^ 0x7F]) + frame[wrong + 1 :]
        except _Ignored:
            return b""

    def _channel(self, data: bytes, place: int = 0) -> tuple[int, int]:
        kinds = _KINDS[self.model]
        if data[place] >= len(kinds):
            raise _Ignored
        if data[place + 1] >= kinds[data[place]]:
            raise _Refused(place + 1)
        return data[place], data[place + 1]

    def _flag(self, data: bytes) -> bool:
        if data[-1] > 1:
            raise _Refused(len(data) - 1)
        return bool(data[-1])

    def _fader(self, data: bytes) -> bytes:
        channel = self._channel(data)
        if self.model is Model.M864D and data[2] > _HIGHEST[self.model]:
            return self._step(data)
        if data[2] > _HIGHEST[self.model]:
            raise _Refused(2)
        self.desk.faders[channel] = data[2]
        return b""

    def _step(self, data: bytes) -> bytes:
        """41 to 5F up, 61 to 7F down; the answer carries where the fader stands then."""
        channel = self._channel(data)
        steps = data[2] - 0x40 if 0x41 <= data[2] <= 0x5F else 0x60 - data[2]
        if not (0x41 <= data[2] <= 0x5F or data[2] >= 0x61):
            raise _Refused(2)
        position = min(_HIGHEST[self.model], max(0, self.desk.faders.get(channel, 0) + steps))
        self.desk.faders[channel] = position
        command = _FADER if self.model is Model.M864D else _STEP
        return bytes([command, 3, *channel, position])

    def _switch(self, data: bytes) -> bytes:
        channel, on = self._channel(data), self._flag(data)
        before = self.outputs()
        self.desk.switches[channel] = on
        self._tell(before)
        return b""

    def _loudness(self, data: bytes) -> bytes:
        self.desk.loudness[self._channel(data)] = self._flag(data)
        return b""

    def _crosspoint(self, data: bytes) -> bytes:
        source, target = self._channel(data), self._channel(data, 2)
        if (source[0], target[0]) != (_INPUT, self._output):
            raise _Ignored
        self.desk.crosspoints[source[1], target[1]] = data[4]
        return b""

    def _name(self, data: bytes) -> bytes:
        if data[0] != 0x40:
            raise _Ignored
        attribute, channel = self._channel(data, 1)
        name = f"{'OUTPUT' if attribute else 'INPUT'}{channel + 1}".encode() + b"\0"
        return bytes([_NAME_REPLY, 2 + len(name), attribute, channel]) + name

    def _status(self, data: bytes) -> bytes:
        """The M-864D tells what is set: 11 the fader, 12 whether the channel is on."""
        if data[0] not in (_FADER & 0x7F, _SWITCH & 0x7F):
            raise _Ignored
        channel = self._channel(data, 1)
        if data[0] == _FADER & 0x7F:
            return bytes([_FADER, 3, *channel, self.desk.faders.get(channel, 0)])
        return bytes([_SWITCH, 3, *channel, self.desk.switches.get(channel, False)])

    def _preset(self, data: bytes) -> bytes:
        if data[0] != 0:
            raise _Ignored
        if data[1] >= _PRESETS:
            raise _Refused(1)
        self.desk.preset = data[1]
        return b""

    def _paging(self, data: bytes) -> bytes:
        if self.model is not Model.M9000M2:
            raise _Ignored
        (self.desk.paging.add if self._flag(data) else self.desk.paging.discard)(data[0])
        return b""

    def _power(self, data: bytes) -> bytes:
        on, before = self._flag(data), self.outputs()
        if on != self.desk.on:
            self.desk.on = on
            if self._changed:
                self._changed(POWER, on)
        self._tell(before)
        return b""

    def _tell(self, before: tuple[bool, ...]) -> None:
        if not self._changed:
            return
        for output, (was, now) in enumerate(zip(before, self.outputs(), strict=True)):
            if was != now:
                self._changed(output, now)
