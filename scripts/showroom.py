"""The pictures of docs/showroom.md: the best and the hardest of the gallery as boards look, every lamp a round dot.

`python scripts/showroom.py` writes docs/images/showroom; `--check` writes nothing and exits 1 if a picture is no longer what
the renderer draws.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from devices.profiles.board import BoardShape, palette
from devices.rendering.areas import render_together
from devices.rendering.page import Page
from devices.rendering.render import render
from devices.rendering.signs import NAMES
from devices.rendering.style import Style

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "docs" / "images" / "showroom"
PITCH = 4
FACE = (13, 13, 13)  # of the board, between its lamps
GREETING = "Kính chào quý khách đến cửa khẩu quốc tế Hữu Nghị. Xe tải chờ ở bãi số 2, xin chuẩn bị hộ chiếu và giấy tờ hải quan."
SAMPLES = {  # name -> announcement, language, board, style
    "fog-vi": ("fog", "vi", "192x64:rg", Style()),
    "fog-zh": ("fog", "zh-Hans", "192x64:rg", Style()),
    "fog-en": ("fog", "en", "192x64:rg", Style()),
    "hours-vi": ("opening-hours", "vi", "128x32:mono", Style()),
    "hours-zh": ("opening-hours", "zh-Hans", "128x32:mono", Style()),
    "lanes-vi": ("queue-lanes", "vi", "256x64:rgb", Style(rows=32, weight="regular", colour="green")),
    "emergency-en": ("evacuation", "en", "192x64:rg", Style(rows=24, colour="red")),
}
HARD = {
    "greeting": (GREETING, "vi", "192x64:rg", Style()),
    "no-entry": ("[đỏ: :no-entry: DỪNG LẠI] Xe tải chờ ở bãi số 2", "vi", "192x64:rg", Style(rows=24)),
    "marks": ("tin tín chờ chớ đỡ đõ Ẵ Ộ ẩ ẫ", "vi", "224x16:mono", Style()),
    "scripts": ("Hữu Nghị（友谊）Gate 07:00–19:00 ₫", "vi", "256x32:rg", Style()),
    "address": ("https://langson.gov.vn/cuakhauhuunghiquocte", "en", "192x64:rg", Style()),
    "signs": (" ".join(f":{name}:" for name in NAMES), "en", "560x32:mono", Style(rows=32)),
}


def dots(page: Page) -> Image.Image:
    """A page as round lamps."""
    shape, colours = page.shape, palette(page.shape.colours)
    picture = Image.new("P", (shape.width * PITCH, shape.height * PITCH), len(colours))
    picture.putpalette([number for colour in (*colours, FACE) for number in colour])
    pen = ImageDraw.Draw(picture)
    for y in range(shape.height):
        for x in range(shape.width):
            left, top = x * PITCH, y * PITCH
            pen.rounded_rectangle((left, top, left + PITCH - 2, top + PITCH - 2), 1, fill=page.lamp(x, y))
    return picture


def pages() -> Iterator[tuple[str, Page]]:
    """Every picture's name and page."""
    said = {each["id"]: each["show"] for each in announcements()}
    texts = {name: (said[each[0]][each[1]], *each[1:]) for name, each in SAMPLES.items()}
    for name, (text, language, board, style) in (texts | HARD).items():
        file = render(text, language, BoardShape.parse(board), style=style).file
        yield from numbered(name, file.pages if file else ())
    together = render_together(said["documents"], BoardShape.parse("192x64:rg")).file
    yield from numbered("together", together.pages if together else ())


def numbered(name: str, drawn: tuple[Page, ...]) -> Iterator[tuple[str, Page]]:
    """`name` alone, or with the number of each page."""
    for number, page in enumerate(drawn, 1):
        yield (name if len(drawn) == 1 else f"{name}-{number}"), page


def announcements() -> list[dict[str, Any]]:
    """The twelve samples of the demo."""
    facts = tomllib.loads((ROOT / "controller" / "demo" / "announcements.toml").read_text(encoding="utf-8"))
    return list(facts["announcements"])


def changed(name: str, picture: Image.Image) -> bool:
    """Whether the committed picture shows other pixels; files are not compared, for they depend on who packs them."""
    place = OUT / f"{name}.png"
    if not place.exists():
        return True
    with Image.open(place) as known:
        return known.convert("RGB").tobytes() != picture.convert("RGB").tobytes()


def main() -> int:
    """Write what changed, or only say so."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a picture would change")
    check, count = parser.parse_args().check, 0
    OUT.mkdir(parents=True, exist_ok=True)
    names = set()
    for name, page in pages():
        names.add(f"{name}.png")
        picture = dots(page)
        if changed(name, picture):
            count += 1
            print(f"{name}: changed")
            if not check:
                out = BytesIO()
                picture.save(out, "PNG", optimize=True)
                (OUT / f"{name}.png").write_bytes(out.getvalue())
    for stray in (each for each in OUT.glob("*.png") if each.name not in names):
        count += 1
        print(f"{stray.name}: shown no more")
        if not check:
            stray.unlink()
    return int(check and count > 0)


if __name__ == "__main__":
    sys.exit(main())
