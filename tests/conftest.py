"""Tests that need a part of the system are skipped where it is missing; with CI=true they run, and fail."""

from __future__ import annotations

import os
import shutil

import pytest
from hypothesis import HealthCheck, settings

# Machines are noisy: how long an example takes is no law of ours, and speed is measured by `make bench`.
settings.register_profile("gatecast", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("gatecast")

NEEDS = {
    "mosquitto": ("mosquitto",),
    "sound_server": ("pulseaudio",),
    "browser": ("chromium", "chromium-browser", "google-chrome"),
    "postgresql": ("pg_ctlcluster",),
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what cannot run here."""
    if os.environ.get("CI") == "true":
        return
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
    for marker, programs in NEEDS.items():
        if any(shutil.which(program, path=path) for program in programs):
            continue
        for item in items:
            if item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=f"{programs[0]} is not installed (scripts/system_parts.py)"))
