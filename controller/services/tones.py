"""Our own tones as content files, so that loudspeakers can fetch and hold them like any other."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from controller.services.context import Deps
from controller.store import media
from devices.profiles.tones import tone_seconds, tone_wav
from schedules.model import ContentRef

EMERGENCY = "emergency"
NO_LANGUAGE = "zxx"  # BCP 47 for what is not in any language


@lru_cache
def tone_of(name: str) -> ContentRef:
    """One of our tones as content."""
    data = tone_wav(name)
    return ContentRef(
        sha256=hashlib.sha256(data).hexdigest(), kind="audio", language=NO_LANGUAGE, size=len(data),
        seconds=tone_seconds(name),
    )  # fmt: skip


def emergency_tone() -> ContentRef:
    """The signal before an alert's words."""
    return tone_of(EMERGENCY)


def keep_tones(deps: Deps) -> None:
    """Have the tones among the content, at every start."""
    ref = emergency_tone()
    deps.media.keep(tone_wav(EMERGENCY))
    with deps.store.write() as connection:
        media.keep(connection, [media.File(ref.sha256, "audio", ref.size, ref.seconds)], deps.now())
