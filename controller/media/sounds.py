"""Whatever sound staff upload becomes a levelled recording in both its forms, decoded where it can harm nobody."""

from __future__ import annotations

from controller.media.audio import MAX_BYTES, MAX_SECONDS, Clip, MediaError, clip_of, plain
from controller.media.bounded import MEGABYTE, DecodeError, Limits, decoded
from controller.media.coded import Coded, coded
from controller.media.mastering import master
from controller.media.shares import Told, unheard, within
from devices.profiles.wav import RATE, WIDTH

# Half an hour of AAC takes 10 to 20 s; FFmpeg's libraries alone map 350 MB.
LIMITS = Limits(seconds=240, memory_mb=1536, answer_mb=MAX_SECONDS * RATE * WIDTH // MEGABYTE + 2)
_DECODED, _LEVELLED = 0.2, 0.7  # shares of the whole
_REFUSED = {
    "time": ("media.time", f"the sound file was not decoded within {LIMITS.seconds} s: hand in a shorter one"),
    "unreadable": ("media.unreadable", "the file is not a sound file that can be read, or it is damaged"),
}


def bring_in(data: bytes, told: Told = unheard) -> Coded:
    """Decode, level and code an upload: a sound file, a phone's recording, or the sound of a video; MediaError says why not.

    `told` hears the share that is done, some of it on another thread.
    """
    if len(data) > MAX_BYTES:
        raise MediaError("media.large", f"a sound file is at most {MAX_BYTES // MEGABYTE} MB")
    if not data:
        raise MediaError("media.empty", "the sound file holds no sound")
    clip = plain(data) or _decoded(data, within(told, 0.0, _DECODED))
    return coded(master(clip, within(told, _DECODED, _LEVELLED)), within(told, _LEVELLED, 1.0))


def _decoded(data: bytes, told: Told) -> Clip:
    try:
        found, samples = decoded("controller.media.sound_child", {}, data, LIMITS, told)
    except DecodeError as exc:
        raise MediaError(*_REFUSED[exc.reason]) from exc
    if "refused" in found:
        raise MediaError(str(found["refused"]), str(found["text"]))
    return clip_of(samples)
