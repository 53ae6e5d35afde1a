"""The base of what a request brings."""

from __future__ import annotations

from pydantic import ConfigDict

from schedules.model import Fact


class Asked(Fact):
    """A body. Built at once: routes look into it while they are declared, and a plain fact waits for its first use."""

    model_config = ConfigDict(defer_build=False)
