"""The showroom: the twelve announcements and the hard strings on every board size, in one page to look at: `make gallery`.

Writes build/gallery.html, which needs nothing beside itself. What it shows are the very lamps that boards get.
"""

from __future__ import annotations

import base64
import sys
import tomllib
from collections.abc import Iterator
from html import escape
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from controller.domain.pictures import Picture, Tone
from controller.media.lamps import on_board
from controller.media.pictures import png_of
from devices.profiles.board import BoardShape
from devices.rendering.findings import Finding
from devices.rendering.look import Look
from devices.rendering.page import Page
from devices.rendering.png import apng, png
from devices.rendering.reading import Reader
from devices.rendering.render import RENDERER
from devices.rendering.setting import set_text, set_together
from devices.rendering.signs import NAMES
from devices.rendering.strip import scroll
from devices.rendering.style import LANGUAGES, ROWS

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "build" / "gallery.html"
BOARDS = (
    ("96x16:mono", Look(rows=16)),
    ("128x32:mono", Look()),
    ("128x32:mono", Look(rows=16, weight="regular")),
    ("160x32:rg", Look(rows=32, colour="green")),
    ("192x64:rg", Look()),
    ("192x64:rg", Look(rows=16)),
    ("192x64:rg", Look(rows=24)),
    ("256x64:rgb", Look(rows=32, weight="regular")),
    ("320x160:rgb", Look(rows=32, align="left")),
)
COLOURED = (
    ("vi", "[đỏ: :no-entry: DỪNG LẠI] Xe tải chờ ở bãi số 2"),
    ("zh-Hans", "[绿: 1号通道开放] 2号通道关闭"),
    ("en", "[red: :stop: STOP] Customs check"),
)
HARD = (
    ("vi", "Kính chào quý khách đến cửa khẩu quốc tế Hữu Nghị. Xe tải chờ ở bãi số 2, xin chuẩn bị hộ chiếu và giấy tờ hải quan."),
    ("zh-Hans", "欢迎来到友谊关口岸，请货车靠右行驶，注意（等候）通知。100%"),
    ("vi", "Hữu Nghị（友谊）Gate 07:00–19:00 ₫"),
    ("vi", "O\u0309\u0302 A\u0323\u0302 u\u031b\u0303 e\u0323\u0302 đu\u031bo\u031b\u0300ng a\u0301\u0302"),
    ("en", "https://langson.gov.vn/cuakhauhuunghiquocte"),
    ("vi", "Xe 🚚👨\u200d👩\u200d👧 đi ❤\ufe0f"),
    ("vi", "Gate שלום 123 العربية end"),
    ("en", "A\u200bB\u200dC\ufeffD\u00adE\u2060F"),
    ("vi", "Dòng 1\r\nDòng 2\u2028Dòng 3\n\nDòng 5"),
    ("vi", "A\0B\x1b[31mC\aC\tD"),
    ("vi", "chờ chớ đỡ đõ"),
    ("vi", "Ðường vào: XIN CHỜ"),
    ("vi", "XIN CHU Y: xe tai cho o bai 2"),
    ("vi", "C¶nh b¸o: cöa khÈu H÷u NghÞ"),
    ("zh-Hans", "歡迎光臨"),
)  # fmt: skip
HEAD = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Gatecast: the showroom</title>
<style>body{font:15px/1.5 system-ui,sans-serif;background:#4a4d52;color:#f4f4f4;margin:2rem}h2{margin-top:3rem}
img{image-rendering:pixelated;margin:2px 8px 2px 0;vertical-align:top}code{background:#333;padding:0 .3em}
figure{margin:0 0 1rem}figcaption{font-size:13px;opacity:.85}.block{color:#ffb0a8}.warn{color:#ffd88a}.info{color:#bcd6ff}</style>
"""


def image(data: bytes, width: int, note: str) -> str:
    """A picture inside the page, two or three pixels a lamp."""
    source = base64.b64encode(data).decode()
    wide, said = width * (3 if width < 400 else 2), escape(note)
    return f'<img src="data:image/png;base64,{source}" width="{wide}" alt="{said}" title="{said}">'


def pictures(pages: tuple[Page, ...], text: str) -> Iterator[str]:
    """Every page by itself, and all in turn where there are several."""
    for number, page in enumerate(pages, 1):
        yield image(png(page), page.shape.width, f"page {number}, {page.seconds} s: {text}")
    if len(pages) > 1:
        yield image(apng(pages), pages[0].shape.width, f"all in turn: {text}")


def remarks(findings: tuple[Finding, ...], languages: tuple[str, ...]) -> str:
    """What the findings say."""
    return "".join(
        f'<div class="{item.severity}"><code>{item.code}</code> {" · ".join(escape(item.text(words)) for words in languages)}</div>'
        for item in findings
    )


def figure(text: str, language: str, board: str, look: Look, *, say_all: bool = False) -> str:
    """One text on one board."""
    rendering = set_text(text, language, BoardShape.parse(board), look)
    shown = "".join(pictures(rendering.file.pages if rendering.file else (), text))
    grave = tuple(item for item in rendering.findings if say_all or item.code != "time.short")
    said = remarks(grave, LANGUAGES if say_all else (language,))
    caption = f"{board}, {look.rows} rows {look.weight}, {language}"
    return f"<figure><figcaption>{caption}</figcaption>{shown}{said}</figure>\n"


def announcements() -> Iterator[str]:
    """The twelve samples on every board in every language."""
    facts = tomllib.loads((ROOT / "controller" / "demo" / "announcements.toml").read_text(encoding="utf-8"))
    for sample in facts["announcements"]:
        yield f"<h2>{escape(sample['title'])}</h2>"
        for board, look in BOARDS:
            for language, text in sample["show"].items():
                yield figure(text, language, board, look)


def side_by_side() -> Iterator[str]:
    """The twelve samples with all languages at once."""
    facts = tomllib.loads((ROOT / "controller" / "demo" / "announcements.toml").read_text(encoding="utf-8"))
    for sample in facts["announcements"]:
        for board in ("192x64:rg", "640x32:mono", "320x160:rgb"):
            together = set_together(sample["show"], BoardShape.parse(board), Look())
            file = together.file if together else None
            shown = "".join(pictures(file.pages if file else (), sample["title"]))
            yield f"<figure><figcaption>{board}</figcaption>{shown}</figure>\n"


def coloured() -> Iterator[str]:
    """Words in colours of their own, on boards that have them and on one that has not."""
    for language, text in COLOURED:
        for board in ("192x64:rg", "192x64:rgb", "128x32:mono"):
            yield figure(text, language, board, Look(), say_all=True)


def hard_strings() -> Iterator[str]:
    """Each on every board; what is said of it, once in all languages."""
    for language, text in HARD:
        yield f"<p><code>{escape(ascii(text))}</code></p>"
        yield figure(text, language, "192x64:rg", Look(), say_all=True)
        for board, look in BOARDS:
            yield figure(text, language, board, look)


def drawings() -> Iterator[str]:
    """A sign and a photograph, both ways, on every board."""
    for name, picture in (("a sign", sign()), ("a photograph", photograph())):
        png_file = png_of(np.asarray(picture.convert("RGBA")))
        for board in dict.fromkeys(board for board, _ in BOARDS):
            tones: tuple[Tone, ...] = ("logo", "photo")
            seen = [on_board(png_file, Picture(sha256="0" * 64, tone=tone), BoardShape.parse(board)) for tone in tones]
            shown = "".join(part for each in seen for part in pictures(each.file.pages, name))
            yield f"<figure><figcaption>{board}, {name}: as a logo, as a photograph</figcaption>{shown}</figure>\n"


def sign() -> Image.Image:
    """No entry for lorries, red and white on black."""
    picture = Image.new("RGB", (480, 320))
    pen = ImageDraw.Draw(picture)
    pen.ellipse((90, 10, 390, 310), outline="red", width=34)
    pen.rectangle((150, 120, 265, 205), fill="white")
    pen.polygon(((272, 145), (312, 145), (332, 172), (332, 205), (272, 205)), fill="white")
    for x in (175, 240, 300):
        pen.ellipse((x - 16, 193, x + 16, 225), fill="white")
    return picture


def photograph() -> Image.Image:
    """Hills before a bright sky, with soft edges as a camera sees them."""
    across, down = np.meshgrid(np.linspace(0, 1, 600), np.linspace(0, 1, 400))
    hill = 0.55 + 0.2 * np.sin(across * 9) + 0.08 * np.sin(across * 23)
    land = 1 / (1 + np.exp(-(down - hill) * 60))
    sky = np.stack((0.9 - 0.5 * down, 0.8 - 0.3 * down, 0.95 - 0.2 * down), axis=2)
    ground = np.stack((0.25 + 0.2 * across, 0.45 - 0.2 * down, 0.1 + 0 * down), axis=2)
    return Image.fromarray((255 * (sky * (1 - land[..., None]) + ground * land[..., None])).astype(np.uint8))


def scrolling() -> Iterator[str]:
    """Two lines that pass a board."""
    for language, text in HARD[:2]:
        strip = scroll(text, language, BoardShape.parse("128x16:rg"), reader=Reader(audience="walker")).strip
        if strip is not None:
            yield f"<figure>{image(apng([strip.frame(n) for n in range(strip.frames)]), strip.shape.width, text)}</figure>\n"


def page() -> Iterator[str]:
    """The whole showroom."""
    yield HEAD
    yield f"<h1>Gatecast: what boards show</h1><p>Renderer {RENDERER}. Every lamp is a square; point at a picture for its time.</p>"
    yield "<h2>Pictograms</h2>"
    for rows in ROWS:
        yield figure(" ".join(f":{name}:" for name in NAMES), "en", f"640x{rows}", Look(rows=rows))
    yield "<h2>Hard strings</h2>"
    yield from hard_strings()
    yield "<h2>Pictures</h2>"
    yield from drawings()
    yield "<h2>Words in colours of their own</h2>"
    yield from coloured()
    yield "<h2>All languages at once</h2>"
    yield from side_by_side()
    yield "<h2>Scrolling, for people on foot</h2>"
    yield from scrolling()
    yield from announcements()
    yield "</html>\n"


def main() -> int:
    """Write the page and say where it lies."""
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text("".join(page()), encoding="utf-8")
    print(f"gatecast: {OUT.relative_to(ROOT)} ({OUT.stat().st_size // 1000} kB)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
