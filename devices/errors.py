"""What can go wrong with a device, and whose fault it is.

DeviceError
├── LinkError            the wire: the port is gone, taken, or refuses our settings
│   └── LinkLostError    it was there and went away
├── GaveWayError         nobody's: an upload was broken off for something more urgent
├── SilentError          the device gave no answer in time
├── GarbledError         an answer came that fails its checks
├── RefusedError         the device said no, with its reason
│   └── BusyError        ... not now: ask again
├── OffError             the device was there without its power
├── MismatchError        the device holds something else than it was told
└── SettingsError        the config asks for what the device cannot do
"""

from __future__ import annotations


class DeviceError(Exception):
    """Root of all faults of a device; `code` is stable and goes into fault lists."""

    code = "device.error"


class LinkError(DeviceError):
    """The line cannot be used."""

    code = "link.port"

    def __init__(self, link: str, reason: str) -> None:
        """`link` is its name in the config; `reason` what the system said."""
        super().__init__(f"the line {link} cannot be used: {reason}")
        self.link = link
        self.reason = reason


class LinkLostError(LinkError):
    """The line was open and went away."""

    code = "link.lost"


class GaveWayError(DeviceError):
    """An upload was broken off, and nothing of it is seen unless `changed`."""

    code = "link.gave-way"

    def __init__(self, changed: bool = False) -> None:
        """`changed`: the device may have taken a part."""
        super().__init__("broken off for something more urgent")
        self.changed = changed


class SilentError(DeviceError):
    """No answer within the time-out."""

    code = "link.silent"

    def __init__(self, waited: float) -> None:
        """`waited` in seconds."""
        super().__init__(f"the device gave no answer within {waited:.2f} s")
        self.waited = waited


class GarbledError(DeviceError):
    """Bytes came that fail their checks."""

    code = "link.noise"

    def __init__(self, what: str) -> None:
        """`what` names the check that failed."""
        super().__init__(f"the device's answer is damaged: {what}")
        self.what = what


class RefusedError(DeviceError):
    """The device understood and said no."""

    code = "device.refused"

    def __init__(self, reason: int, meaning: str = "") -> None:
        """`reason` is the device's own number, `meaning` the manual's word for it."""
        words = f", {meaning}" if meaning else ""
        super().__init__(f"the device refused the frame (reason 0x{reason:02X}{words})")
        self.reason = reason
        self.meaning = meaning


class BusyError(RefusedError):
    """The device said: not now."""

    code = "device.busy"


class OffError(DeviceError):
    """The device had no power, or was asleep, while it should have worked."""

    code = "device.off"

    def __init__(self, how: str) -> None:
        """`how` says what showed it."""
        super().__init__(f"the device was off: {how}")
        self.how = how


class MismatchError(DeviceError):
    """Read-back differs from what was set."""

    code = "device.mismatch"

    def __init__(self, what: str, wanted: object, found: object) -> None:
        """`what` was set to `wanted` and reads back as `found`."""
        super().__init__(f"{what} should be {wanted} and is {found}")
        self.what = what
        self.wanted = wanted
        self.found = found


class SettingsError(DeviceError):
    """The config asks for what cannot be."""

    code = "device.settings"
