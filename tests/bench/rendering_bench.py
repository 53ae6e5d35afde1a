"""How fast text becomes lamps: pages, messages, previews, memory, and Pango with cairo beside them where Debian's libraries are."""

from __future__ import annotations

import ctypes
import random
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from time import perf_counter
from typing import Any

from devices.profiles.board import BoardShape
from devices.rendering.png import png
from devices.rendering.render import Rendering, render

Row = dict[str, Any]

SHAPE = BoardShape.parse("192x64:rg")
GREETING = (
    "Kính chào quý khách đến cửa khẩu quốc tế Hữu Nghị. "
    "Xe tải chờ ở bãi số 2, xin chuẩn bị hộ chiếu và giấy tờ hải quan."
)
WORDS = """xe tải chờ ở bãi cửa khẩu Hữu Nghị hộ chiếu giấy tờ hải quan xin mời quý khách đường vào lối ra
lorry lane gate open closed passport ready please wait here customs health check left right slow"""
VIETNAMESE, ENGLISH = (line.split() for line in WORDS.splitlines())
HAN = "请货车司机在数字口岸平台申报再进场旅客备好有效护照通行证减速慢行开启雾灯"
ROUNDS, PAGES = 5, 300


def texts(seed: int) -> Iterator[str]:
    """Pages of four lines, Vietnamese, Chinese, English and Vietnamese, none drawn before."""
    chance = random.Random(seed)
    for _ in range(PAGES):
        vietnamese = [" ".join(chance.choices(VIETNAMESE, k=5)) for _ in range(2)]
        han = "".join(chance.choices(HAN, k=10))
        yield f"{vietnamese[0]}\n{han}\n{' '.join(chance.choices(ENGLISH, k=3))}\n{vietnamese[1]}"


def per_second(draws: Sequence[Callable[[str], object]], seed: int) -> list[float]:
    """Texts each way of drawing does in a second: in turns, best of several rounds, every round with new texts."""
    best = [0.0] * len(draws)
    for turn in range(ROUNDS):
        fresh = list(texts(seed * ROUNDS + turn))
        for number, draw in enumerate(draws):
            start = perf_counter()
            for text in fresh:
                draw(text)
            best[number] = max(best[number], len(fresh) / (perf_counter() - start))
    return best


def ours(text: str) -> Rendering:
    """One page by our own renderer: cleaned, checked, broken into lines, drawn."""
    return render(text, "vi", SHAPE)


def pango() -> Callable[[str], object] | None:
    """The same page by Pango and cairo, without grey; None where the libraries are missing."""
    try:
        cairo, lib = ctypes.CDLL("libcairo.so.2"), ctypes.CDLL("libpangocairo-1.0.so.0")
        base = ctypes.CDLL("libpango-1.0.so.0")
    except OSError:
        return None
    pointer = ctypes.c_void_p
    for owner, name in (
        (cairo, "cairo_image_surface_create"),
        (cairo, "cairo_create"),
        (lib, "pango_cairo_create_layout"),
    ):
        getattr(owner, name).restype = pointer
    base.pango_font_description_from_string.restype = pointer
    surface = pointer(cairo.cairo_image_surface_create(3, SHAPE.width, SHAPE.height))  # 3: one bit a pixel
    context = pointer(cairo.cairo_create(surface))
    layout = pointer(lib.pango_cairo_create_layout(context))
    face = pointer(base.pango_font_description_from_string(b"Noto Sans, Unifont Bold"))
    base.pango_font_description_set_absolute_size(face, ctypes.c_double(12 * 1024))
    base.pango_layout_set_font_description(layout, face)
    base.pango_layout_set_alignment(layout, 1)
    base.pango_layout_set_width(layout, SHAPE.width * 1024)

    def draw(text: str) -> None:
        data = text.encode()
        cairo.cairo_set_operator(context, 0)
        cairo.cairo_paint(context)
        cairo.cairo_set_operator(context, 2)
        cairo.cairo_move_to(context, ctypes.c_double(0), ctypes.c_double(0))
        base.pango_layout_set_text(layout, data, len(data))
        lib.pango_cairo_show_layout(context, layout)
        cairo.cairo_surface_flush(surface)

    return draw


def render_pages_per_s() -> Row:
    """Pages of 192x64 in two colours, four lines in three languages, every text new."""
    return row("render_pages_per_s", per_second((ours,), 1)[0], "pages/s")


def render_page_vs_pango() -> Row:
    """The same against Pango and cairo in the same run; more than 1 is faster."""
    rival = pango()
    if rival is None:
        value = per_second((ours,), 2)[0]
        return row("render_page_vs_pango", value, "pages/s", baseline="Pango and cairo are not installed here")
    value, theirs = per_second((ours, rival), 2)
    return row("render_page_vs_pango", value, "pages/s", value / theirs, f"Pango and cairo: {theirs:,.0f} pages/s")


def render_messages_per_s() -> Row:
    """The greeting of 116 characters to its two pages: cleaned, checked, broken, drawn."""
    best = 0.0
    for _ in range(ROUNDS):
        start = perf_counter()
        for _ in range(PAGES):
            render(GREETING, "vi", SHAPE)
        best = max(best, PAGES / (perf_counter() - start))
    return row("render_messages_per_s", best, "messages/s")


def preview_png_ms() -> Row:
    """One page as a PNG, one pixel a lamp."""
    drawn = render(GREETING, "vi", SHAPE)
    if drawn.file is None:
        raise RuntimeError("the greeting of the bench cannot be drawn")
    best = float("inf")
    for _ in range(ROUNDS * 4):
        start = perf_counter()
        png(drawn.file.pages[0])
        best = min(best, perf_counter() - start)
    return row("preview_png_ms", best * 1000, "ms")


def renderer_rss_mb() -> Row:
    """Memory of a process that has read one pack and laid out and drawn a notice with it; without pydantic's page files."""
    code = (
        "from devices.rendering.drawing import draw_lines\n"
        "from devices.rendering.cleaning import clean\n"
        "from devices.rendering.glyphs import face\n"
        "from devices.rendering.layout import lay_out\n"
        "letters = face(('u16',))\n"
        f"pages = lay_out(clean({GREETING!r}, letters.widths).text, letters.widths, 192, 4).pages\n"
        "assert any(draw_lines(pages[0], letters, 192, 64))\n"
        "print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmRSS')))\n"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    return row("renderer_rss_mb", int(out) / 1024, "MB")


def row(name: str, value: float, unit: str, ratio: float | None = None, baseline: str | None = None) -> Row:
    """One line of the bench."""
    return {"name": name, "value": value, "unit": unit, "ratio": ratio, "baseline": baseline}


ROWS: tuple[Callable[[], Row], ...] = (
    render_pages_per_s, render_page_vs_pango, render_messages_per_s, preview_png_ms, renderer_rss_mb,
)  # fmt: skip
