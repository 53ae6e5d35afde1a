"""python -m controller.media.sound_child {}: whatever sound was handed in becomes bare samples: 48 kHz, mono, 16 bit.

Runs confined (controller.media.bounded). What is sent to the gates is made by the parent, of the samples alone.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from io import BytesIO

import av
import numpy as np
import soundfile

from controller.media.audio import MediaError, bare
from controller.media.bounded import confined, give, tell


def main(argument: str) -> int:
    """The child's work."""
    av.logging.set_level(None)
    # Libraries load parts of themselves late; later no file can be opened.
    for part in pkgutil.walk_packages(av.__path__, "av."):
        if not part.name.endswith(("__main__", "datasets")):
            importlib.import_module(part.name)
    _rehearse()
    with confined(argument) as (_, source, answer):
        try:
            give(answer, {}, bare(source.read(), tell))
        except MediaError as exc:
            give(answer, {"refused": exc.code, "text": exc.text})
    return 0


def _rehearse() -> None:
    """On a moment of our own, at a rate that is resampled."""
    file = BytesIO()
    soundfile.write(file, np.sin(np.arange(4_410)) / 2, 44_100, format="FLAC")
    bare(file.getvalue())


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
