"""Onbon font cards of the series 5K and 6K: they are told texts in ASCII and GB2312 and draw them with their own letters."""

from devices.drivers.onbon_k.driver import DRIVER

__all__ = ["DRIVER"]
