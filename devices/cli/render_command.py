"""gatecast-agent render: draw a text as the pages of a board, one PNG a page, and say what is wrong with it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from pydantic import ValidationError

from devices.profiles.board import BoardShape
from devices.rendering.findings import Finding
from devices.rendering.look import Look
from devices.rendering.page import Page, Strip
from devices.rendering.png import apng, png
from devices.rendering.reading import Reader
from devices.rendering.setting import set_text
from devices.rendering.style import COLOURS, ROWS


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument(
        "--board", required=True, type=_board, help='size and lamps, such as "192x64:rg" (mono, rg, rgb)'
    )
    parser.add_argument("--lang", default="vi", help="vi, zh-Hans or en (default vi)")
    parser.add_argument("--text", required=True, help='the text; "-" reads it from standard input')
    parser.add_argument("--out", required=True, type=Path, help="FILE.png becomes FILE-1.png, FILE-2.png ...")
    parser.add_argument(
        "--audience", choices=("driver", "walker"), default="driver", help="who reads it (default driver)"
    )
    parser.add_argument("--distance", type=float, metavar="METRES", help="from where it must be readable")
    parser.add_argument(
        "--rows",
        choices=("16", "24", "32", "largest"),
        default="largest",
        help="height of a line in lamps (default largest)",
    )
    parser.add_argument("--weight", choices=("bold", "regular"), default="bold", help="strokes (default bold)")
    parser.add_argument("--colour", choices=COLOURS, default="amber", help="default amber, seen from farthest")
    parser.add_argument("--align", choices=("left", "centre", "right"), default="centre", help="default centre")
    parser.add_argument(
        "--scroll", action="store_true", help="one line that passes the board; FILE.png is its animation"
    )


def run(args: argparse.Namespace) -> int:
    """Write the pages; 1 when the text cannot be shown or a file cannot be written."""
    text = sys.stdin.buffer.read().decode(errors="surrogateescape") if args.text == "-" else args.text
    reader = Reader(audience=args.audience, distance_m=args.distance)
    rows = "largest" if args.rows == "largest" else next(rows for rows in ROWS if str(rows) == args.rows)
    motion = "scroll" if args.scroll else "pages"
    look = Look(rows=rows, weight=args.weight, colour=args.colour, align=args.align, motion=motion)
    rendering = set_text(text, args.lang, args.board, look, reader)
    _say(rendering.findings, args.lang)
    try:
        if rendering.file is None:
            return 1
        return _scroll(rendering.file.strip, args) if rendering.file.strip else _pages(rendering.file.pages, args)
    except OSError as exc:
        print(f"cannot write {exc.filename or args.out}: {exc.strerror}", file=sys.stderr)
        return 1


def _pages(pages: Sequence[Page], args: argparse.Namespace) -> int:
    for number, page in enumerate(pages, 1):
        path = args.out.with_name(f"{args.out.stem}-{number}{args.out.suffix or '.png'}")
        path.write_bytes(png(page))
        print(f"{path}  {page.seconds} s")
    return 0


def _scroll(strip: Strip, args: argparse.Namespace) -> int:
    args.out.write_bytes(apng([strip.frame(number) for number in range(strip.frames)]))
    print(f"{args.out}  {strip.seconds:.1f} s")
    return 0


def _say(findings: Iterable[Finding], language: str) -> None:
    for finding in findings:
        place = "" if finding.position is None else f" at {finding.position + 1}"
        print(f"{finding.severity}: {finding.code}{place}: {finding.text(language)}", file=sys.stderr)


def _board(text: str) -> BoardShape:
    try:
        return BoardShape.parse(text)
    except ValidationError as exc:
        first = exc.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise argparse.ArgumentTypeError(f"{place}: {first['msg']}" if place else first["msg"]) from exc
    except ValueError as exc:
        raise argparse.ArgumentTypeError(str(exc)) from exc
