"""TOA 9000, 9000M2 and M-864D: zones as outputs of a matrix amplifier on RS-232."""

from devices.drivers.toa_9000.driver import DRIVER

__all__ = ["DRIVER"]
