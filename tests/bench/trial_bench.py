"""How long an author waits for the lamps of a wording that is being written."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

from tests.support.desk import a_desk

TRIALS = 40
TEXTS = {
    "vi": "Xe tải chờ ở bãi số {n}, xin chuẩn bị hộ chiếu",
    "zh-Hans": "请货车在{n}号场等候，备好护照",
    "en": "Lorries wait in yard {n}, have your passport ready",
}


def render_check_ms() -> dict[str, Any]:
    """Median of trials over the API: three languages on all boards of three gates, every wording a new one."""
    spans = []
    with tempfile.TemporaryDirectory() as folder, a_desk(Path(folder)) as desk:
        for number in range(TRIALS):
            texts = {language: text.replace("{n}", str(number)) for language, text in TEXTS.items()}
            began = perf_counter()
            desk.must("author", "POST", "/render/check", {"texts": texts})
            spans.append(perf_counter() - began)
    value = statistics.median(spans) * 1000
    return {"name": "render_check_ms", "value": value, "unit": "ms", "ratio": None, "baseline": None}


ROWS: tuple[Callable[[], dict[str, Any]], ...] = (render_check_ms,)
