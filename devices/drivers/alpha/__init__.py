"""Signs of the Alpha family (Adaptive, BetaBrite): pages as DOTS pictures in the sign's memory."""

from devices.drivers.alpha.driver import DRIVER

__all__ = ["DRIVER"]
