"""Onbon BX boards of the 5E and 6E series: bitmap pages over RS-232, RS-485 or TCP."""

from devices.drivers.onbon_bx.driver import DRIVER

__all__ = ["DRIVER"]
