"""Ways to move bytes: serial, RS-485, TCP, traced."""

from devices.links.opening import open_link

__all__ = ["open_link"]
