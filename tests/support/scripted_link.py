"""A talk as a script: each send is checked against what the host should say, each reply given, on a clock of its own."""

from devices.drivers.kit import ScriptedLink

__all__ = ["ScriptedLink"]
