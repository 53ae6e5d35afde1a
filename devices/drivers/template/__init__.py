"""Amplifiers and relay boxes described in a TOML file, for brands whose protocol comes on paper with the box."""

from devices.drivers.template.driver import DRIVER

__all__ = ["DRIVER"]
