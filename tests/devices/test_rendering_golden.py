"""Golden pages as text art: what the renderer drew when its version was set. Any change of a lamp needs a new RENDERER.

To write them anew after such a change: GATECAST_WRITE_GOLDEN=1 pytest tests/devices/test_rendering_golden.py
"""

import os
from pathlib import Path

import pytest

from devices.profiles.board import BoardShape
from devices.rendering.render import RENDERER, render

FOLDER = Path(__file__).parent / "golden"
GOLDEN = {
    "greeting-vi-192x64-rg": ("vi", "Kính chào quý khách đến cửa khẩu quốc tế Hữu Nghị. Xe tải chờ ở bãi số 2."),
    "hours-zh-Hans-128x32-mono": ("zh-Hans", "峙马口岸通关时间 08:00-18:00（北京时间）"),
    "fog-en-96x48-rgb": ("en", "Dense fog, poor visibility: slow down, lights on"),
    "scripts-vi-192x16-mono": ("vi", "Hữu Nghị（友谊）Gate 07:00–19:00 ₫"),
    "traps-vi-128x32-mono": ("vi", "chờ chớ đỡ đõ\nẲ Ộ Ữ ý ỳ ạ"),
}


def art(name):
    language, text = GOLDEN[name]
    width_height, colours = name.split("-")[-2:]
    file = render(text, language, BoardShape.parse(f"{width_height}:{colours}")).file
    pages = [f"page {number}: {page.seconds} s\n{page.text_art()}\n" for number, page in enumerate(file.pages, 1)]
    return f"renderer {RENDERER}\n{text}\n" + "".join(pages)


@pytest.mark.parametrize("name", GOLDEN)
def test_a_page_is_lamp_for_lamp_what_it_was(name):
    path = FOLDER / f"{name}.txt"
    if os.environ.get("GATECAST_WRITE_GOLDEN"):
        path.write_text(art(name), encoding="utf-8")
    assert art(name) == path.read_text(encoding="utf-8")
