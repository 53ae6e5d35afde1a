"""All boards of one shape: drawn for once, read by whoever stands before each of them, driven by what each protocol can. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from controller.domain.gates import Device
from controller.domain.readers import Readers
from devices.profiles.board import BoardShape

Groups = tuple[tuple[Readers, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Boards:
    """`readers` and `drivers` name the devices each holds for; `area_only`: no whole board has this shape."""

    shape: str
    readers: Groups = ()
    drivers: tuple[tuple[str, tuple[str, ...]], ...] = ()
    area_only: bool = False

    @property
    def size(self) -> BoardShape:
        """The shape, read."""
        return BoardShape.parse(self.shape)

    @property
    def every_reader(self) -> tuple[Readers, ...]:
        """Each kind of reader once; where nothing is known, the usual one."""
        return tuple(readers for readers, _ in self.readers) or (Readers(),)

    @property
    def slowest(self) -> Readers:
        """Whose reading decides how long pages stay: drivers need longer than people on foot."""
        return min(self.every_reader, key=lambda readers: readers.audience)

    def devices_of(self, readers: Readers) -> tuple[str, ...]:
        """Before which devices these readers stand."""
        return dict(self.readers).get(readers, ())


def boards_of(devices: Iterable[Device], *, areas: bool = True) -> tuple[Boards, ...]:
    """The boards among the devices by shape, and with `areas` the parts that some are divided into."""
    known = list(devices)
    whole = {device.shape for device in known if device.shape}
    every = {shape for device in known for shape in device.shapes} if areas else whole
    return tuple(_boards(shape, known, shape not in whole) for shape in sorted(every))


def _boards(shape: str, devices: list[Device], area_only: bool) -> Boards:
    readers: dict[Readers, tuple[str, ...]] = {}
    drivers: dict[str, tuple[str, ...]] = {}
    for device in devices:
        if shape in device.shapes:
            read_by = device.readers or Readers()
            readers[read_by] = (*readers.get(read_by, ()), device.id)
            if device.driver is not None:
                drivers[device.driver] = (*drivers.get(device.driver, ()), device.id)
    return Boards(shape, tuple(readers.items()), tuple(drivers.items()), area_only)
