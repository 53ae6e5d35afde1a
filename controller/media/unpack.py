"""The sound of a phone's recording or of a video, by FFmpeg's decoders: M4A, AMR, WebM, MP4, MOV. Only for the confined child.

The decoders are many and old. `controller.media.sounds` runs them where a hostile file costs its sender one refusal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from io import BytesIO
from itertools import chain

import av
import numpy as np
from numpy.typing import NDArray

from devices.profiles.wav import RATE

_LISTS = ("hls", "concat", "dash", "ffmetadata")


def sound_track(data: bytes, told: Callable[[float], None]) -> Iterator[NDArray[np.float32]]:
    """The first sound track at 48 kHz, stretch by stretch, one column a channel; ValueError if there is none.

    `told` hears the share that was read.
    """
    try:
        # Only the file itself: a playlist inside it must not open other files or addresses.
        with av.open(BytesIO(data), "r", options={"protocol_whitelist": "pipe"}) as file:
            if not file.streams.audio or file.format.name in _LISTS:
                raise ValueError("the file holds no sound that can be read")
            track = file.streams.audio[0]
            layout = "mono" if track.codec_context.layout.nb_channels == 1 else "stereo"
            resampler = av.AudioResampler(format="flt", layout=layout, rate=RATE)
            for frame in chain(_whole_frames(file, track, len(data), told), (None,)):
                for piece in resampler.resample(frame):
                    yield piece.to_ndarray().reshape(piece.samples, -1).astype(np.float32, copy=False)
    except av.error.FFmpegError as exc:
        raise ValueError("the file holds no sound that can be read") from exc


def _whole_frames(
    file: av.container.InputContainer, track: av.AudioStream, size: int, told: Callable[[float], None]
) -> Iterator[av.AudioFrame]:
    """What can be decoded; a damaged stretch is left out."""
    furthest = 0
    for packet in file.demux(track):
        furthest = max(furthest, packet.pos or 0)
        told(min(1.0, furthest / size))
        with suppress(av.error.InvalidDataError):
            yield from packet.decode()
