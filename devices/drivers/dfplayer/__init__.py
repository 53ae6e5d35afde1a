"""DFPlayer and YX5200 modules: clips stored on a card, played with no sound card in the agent."""

from devices.drivers.dfplayer.driver import DRIVER

__all__ = ["DRIVER"]
