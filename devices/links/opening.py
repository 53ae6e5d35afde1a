"""Opens a link from the way it is written in a config or on a command line."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import ValidationError

from devices.errors import SettingsError
from devices.links.line import LineSettings
from devices.links.process import PROGRAMS, ProcessLink
from devices.links.rs485 import Rs485Link
from devices.links.serial import SerialLink
from devices.links.tcp import TcpLink
from devices.ports import Link


def open_link(
    text: str,
    *,
    baud: int = 9600,
    parity: Literal["N", "E", "O"] = "N",
    stopbits: Literal[1, 2] = 1,
    bits: Literal[7, 8] = 8,
    echo: bool = False,
    gap: float | None = None,
    rts: bool = False,
) -> Link:
    """Open "serial:/dev/serial/by-id/...", a bare "/dev/...", "tcp:HOST:PORT", or a program of ours such as "screen:NAME".

    `rts` turns a two-wire line round by the adapter's driver; `echo` takes our own bytes out again. `gap` is the silence before
    each frame in seconds: of a serial line 3.5 characters unless told, of TCP none, as the server at the far end keeps it.
    LinkError if it cannot be opened.
    """
    try:
        line = LineSettings(baud=baud, bits=bits, parity=parity, stopbits=stopbits)
    except ValidationError as exc:
        raise SettingsError(f"a line cannot be set so: {exc.errors()[0]['msg']}") from exc
    if match := re.fullmatch(r"(?:serial:)?(/.+)", text):
        return Rs485Link(SerialLink(match[1], line, rts=rts), line, echo=echo, gap=gap)
    if match := re.fullmatch(r"tcp:(?:\[([^\]]+)\]|([^:\[\]]+)):(\d{1,5})", text):
        link = TcpLink(match[1] or match[2], int(match[3]))
        return Rs485Link(link, line, echo=echo, gap=gap or 0.0) if echo or gap else link
    if (match := re.fullmatch(r"([a-z]+):[a-z0-9_-]+", text)) and match[1] in PROGRAMS:
        return ProcessLink(text, PROGRAMS[match[1]])
    raise SettingsError(f'a link is written "serial:/dev/..." or "tcp:HOST:PORT" or "screen:NAME", not "{text}"')
