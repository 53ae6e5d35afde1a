"""python -m controller.media.video_child REQUEST: a video on standard input, as one wall plays it.

Runs confined (controller.media.bounded). Answers facts, then the H.264 file of the wall's size and rate, then a poster of bare
pixels. The frames are hashed as the finished file decodes, which H.264 prescribes to the bit: the same on every machine.
"""

from __future__ import annotations

import hashlib
import importlib
import pkgutil
import sys
from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from io import BytesIO
from itertools import chain
from typing import Any, BinaryIO

import av
import av.filter
import numpy as np

from controller.media.bounded import confined, give
from controller.media.flashes import Eye

CONTAINERS = frozenset(("mov", "mp4", "matroska", "webm", "avi", "mpegts", "mpeg", "ogg", "3gp"))
MAX_PIXELS = 4_096 * 2_304
MAX_SECONDS = 180
_CODER = {"preset": "medium", "crf": "14", "flags": "+bitexact+cgop"}
_SCALE = "flags=area+accurate_rnd+full_chroma_int:out_color_matrix=bt709:out_range=tv"
_TURNS = {90: ("transpose", "cclock"), -90: ("transpose", "clock"), 180: ("hflip", ""), -180: ("hflip", "")}


class RefusedError(Exception):
    """The video is not taken; the reason is a code."""


def main(argument: str) -> int:
    """The child's work."""
    av.logging.set_level(None)
    for part in pkgutil.walk_packages(
        av.__path__, "av."
    ):  # the library loads its parts late; later no file can be opened
        if not part.name.endswith(("__main__", "datasets")):
            importlib.import_module(part.name)
    with confined(argument) as (request, source, answer):
        try:
            facts, file = _transcoded(request, source)
        except RefusedError as exc:
            give(answer, {"refused": str(exc)})
            return 0
        seen, poster = _seen(file, request)
        facts |= seen | {"size": len(file)}
        give(answer, facts, file, poster)
    return 0


def _transcoded(request: dict[str, Any], source: BinaryIO) -> tuple[dict[str, Any], bytes]:
    with av.open(source, "r", options={"protocol_whitelist": "pipe"}) as came:
        if not CONTAINERS & set(came.format.name.split(",")) or not came.streams.video:
            raise RefusedError("unreadable")
        track = came.streams.video[0]
        if not 0 < track.width * track.height <= MAX_PIXELS:
            raise RefusedError("large")
        if (came.duration or 0) > MAX_SECONDS * av.time_base:
            raise RefusedError("long")
        track.thread_type, track.codec_context.thread_count = "AUTO", request["threads"]
        facts = {
            "source_width": track.width, "source_height": track.height, "sound": bool(came.streams.audio),
            "source_rate": round(float(track.average_rate or track.guessed_rate or 0), 3),
        }  # fmt: skip
        return facts, _written(_at_rate(_whole_frames(came, track), track, request), request)


def _whole_frames(came: av.container.InputContainer, track: av.VideoStream) -> Iterator[av.VideoFrame]:
    """What can be decoded; a damaged stretch is left out."""
    for packet in came.demux(track):
        with suppress(av.error.InvalidDataError):
            yield from packet.decode()


def _at_rate(
    frames: Iterator[av.VideoFrame], track: av.VideoStream, request: dict[str, Any]
) -> Iterator[av.VideoFrame]:
    """Frames of the wall's size, `rate` a second from the first one on, however they came."""
    first = next(frames, None)
    if first is None:
        raise RefusedError("unreadable")
    graph = _graph(track, first, request)
    left = MAX_SECONDS * request["rate"]
    for frame in chain((first,), frames, (None,)):
        graph.push(frame)
        while True:
            try:
                made = graph.vpull()
            except (av.error.BlockingIOError, av.error.EOFError):
                break
            left -= 1
            if left < 0:
                raise RefusedError("long")
            yield made


def _graph(track: av.VideoStream, first: av.VideoFrame, request: dict[str, Any]) -> av.filter.Graph:
    graph, wide, high = av.filter.Graph(), request["width"], request["height"]
    fill = "increase" if request["fit"] == "fill" else "decrease"
    chosen = [("setpts", "PTS-STARTPTS"), ("fps", f"fps={request['rate']}")]
    if turn := _TURNS.get(int(first.rotation)):
        chosen.append(turn)
        chosen += [("vflip", "")] if turn[0] == "hflip" else []
    chosen += [
        ("scale", f"{wide}:{high}:force_original_aspect_ratio={fill}:{_SCALE}"),
        ("crop", f"'min(iw,{wide})':'min(ih,{high})'"),
        ("format", "yuv444p"),
        ("pad", f"{wide}:{high}:-1:-1:black"),
        ("setsar", "1"),
    ]  # fmt: skip
    parts = [graph.add_buffer(width=first.width, height=first.height, format=first.format, time_base=track.time_base)]
    parts += [graph.add(name, said) for name, said in chosen]
    parts.append(graph.add("buffersink"))
    graph.link_nodes(*parts).configure()
    return graph


def _written(frames: Iterator[av.VideoFrame], request: dict[str, Any]) -> bytes:
    out = BytesIO()
    with av.open(out, "w", format="mp4", options={"fflags": "+bitexact"}) as file:
        stream = file.add_stream("libx264", rate=request["rate"], options=_CODER)
        stream.width, stream.height, stream.pix_fmt = request["width"], request["height"], "yuv444p"
        stream.codec_context.gop_size = request["rate"]
        stream.codec_context.thread_count = request["threads"]
        stream.codec_context.colorspace, stream.codec_context.color_range = 1, 1  # BT.709, 16 to 235
        for number, frame in enumerate(frames):
            frame.pts, frame.time_base = number, Fraction(1, request["rate"])
            frame.pict_type = 0
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return out.getvalue()


def _seen(file: bytes, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """What the finished file shows: hash, length, flashes, light, and a frame from its middle."""
    digest = hashlib.sha256(f"{request['width']}x{request['height']} yuv444p {request['rate']}/1\n".encode())
    eye, count = Eye(request["rate"]), 0
    with av.open(BytesIO(file), "r") as made:
        middle = made.streams.video[0].frames // 2
        poster = b""
        for frame in made.decode(made.streams.video[0]):
            planes = frame.to_ndarray()  # 3 planes of height x width, without padding
            digest.update(planes.tobytes())
            eye.look(planes[0])
            if count == middle:
                poster = np.ascontiguousarray(frame.to_ndarray(format="rgb24")).tobytes()
            count += 1
    if not count:
        raise ValueError("no frames were made")
    return {
        "frames": count,
        "frames_sha256": digest.hexdigest(),
        "flashes": eye.flashes(),
        "light": eye.light(),
    }, poster


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
