"""NovaStar sending cards: control and health of a wall whose pixels come by video."""

from devices.drivers.novastar.driver import DRIVER

__all__ = ["DRIVER"]
