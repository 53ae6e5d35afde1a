"""Modbus RTU relay boards that switch the zones and the power of amplifiers."""

from devices.drivers.modbus_relay.driver import DRIVER

__all__ = ["DRIVER"]
