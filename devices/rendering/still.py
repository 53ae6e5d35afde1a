"""What a strip says as pages that stand, for boards that cannot scroll; it is cut between words."""

from __future__ import annotations

import re

from devices.rendering.page import Page, PageFile, Strip


def still(file: PageFile) -> PageFile:
    """The same text in pages that stand; a file of pages is returned as it is."""
    if file.strip is None:
        return file
    return PageFile.model_construct(language=file.language, renderer=file.renderer, pages=cut(file.strip))


def cut(strip: Strip) -> tuple[Page, ...]:
    """The strip in windows as wide as the board, each ended at the widest gap of its right half; time in proportion."""
    gaps = _gaps(strip)
    pages, left = [], 0
    while left < strip.width:
        right = _end(gaps, left, strip) if strip.width - left > strip.shape.width else strip.width
        seconds = strip.seconds * (right - left) / strip.width
        pages.append(_masked(strip.window(left, seconds), right - left))
        left = right
    return tuple(pages)


def _gaps(strip: Strip) -> list[tuple[int, int]]:
    """The runs of dark columns between letters and words, as (first, end)."""
    lit = 0
    for plane in strip.planes:
        for at in range(0, len(plane), strip.stride):
            lit |= int.from_bytes(plane[at : at + strip.stride], "big")
    columns = format(lit, f"0{strip.stride * 8}b")[: strip.width]
    return [match.span() for match in re.finditer("0+", columns)]


def _end(gaps: list[tuple[int, int]], left: int, strip: Strip) -> int:
    """Where a page that begins at `left` ends: in the middle of a word only where there is no gap at all."""
    middle, end = left + strip.shape.width // 2, left + strip.shape.width
    inside = [(first, min(last, end)) for first, last in gaps if first > left and last > middle and first <= end]
    if not inside:
        return end
    return max(inside, key=lambda gap: (gap[1] - gap[0], gap[1]))[1]


def _masked(page: Page, width: int) -> Page:
    """Dark from column `width` on: that belongs to the next page."""
    stride = page.shape.stride
    keep = ((1 << stride * 8) - 1) ^ ((1 << stride * 8 - width) - 1)
    planes = tuple(
        b"".join(
            (int.from_bytes(plane[at : at + stride], "big") & keep).to_bytes(stride, "big")
            for at in range(0, len(plane), stride)
        )
        for plane in page.planes
    )
    return page.model_copy(update={"planes": planes})
