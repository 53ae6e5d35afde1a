"""The screen process: a wall's pixels as a full-screen picture on the PC, beside the sending card's own driver."""

from devices.drivers.screen.driver import DRIVER

__all__ = ["DRIVER"]
