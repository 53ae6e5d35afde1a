"""A page of lamps, and the file that carries the pages of one text: its SHA-256 is what approvals and plans name."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from typing import Any

from pydantic import Field, ValidationError, model_validator

from devices.profiles.board import BoardShape
from schedules.model import ContentRef, Fact, Language

FORMAT = "gatecast-pages/1"
MAX_FILE_BYTES = 8_000_000  # 2000 x 1000 lamps in three planes is 1 MB a page


class Page(Fact):
    """Lit lamps of one page. Each plane holds rows top to bottom, each row in whole bytes, most significant bit left, 1 = lit."""

    shape: BoardShape
    planes: tuple[bytes, ...]
    seconds: float = Field(gt=0)

    @model_validator(mode="after")
    def _fits(self) -> Page:
        size = self.shape.stride * self.shape.height
        if len(self.planes) != self.shape.colours.planes or any(len(plane) != size for plane in self.planes):
            raise ValueError(f"a page of {self.shape} has {self.shape.colours.planes} planes of {size} bytes")
        return self

    def lamp(self, x: int, y: int) -> int:
        """Lit planes at a lamp, bit 0 = plane 0; 0 is dark. The index into `palette`."""
        byte, bit = y * self.shape.stride + x // 8, 7 - x % 8
        return sum((plane[byte] >> bit & 1) << i for i, plane in enumerate(self.planes))

    def text_art(self) -> str:
        """One character a lamp: "." dark, "#" lit, "R"/"G" red or green alone on colour boards."""
        marks = ".#" if self.shape.colours.planes == 1 else ".RG#BMCW"
        return "\n".join(
            "".join(marks[self.lamp(x, y)] for x in range(self.shape.width)) for y in range(self.shape.height)
        )


def blank_page(shape: BoardShape, seconds: float = 1.0) -> Page:
    """All lamps dark."""
    return Page(shape=shape, planes=(bytes(shape.stride * shape.height),) * shape.colours.planes, seconds=seconds)


class PageFile(Fact):
    """The pages of one text in one language for one board shape, in showing order."""

    language: Language
    renderer: str = Field(description="version of the renderer that drew them")
    pages: tuple[Page, ...] = Field(min_length=1, max_length=200)

    @model_validator(mode="after")
    def _one_shape(self) -> PageFile:
        if len({page.shape for page in self.pages}) != 1:
            raise ValueError("all pages of a file have one shape")
        return self

    @property
    def seconds(self) -> float:
        """Time of one showing of all pages."""
        return round(sum(page.seconds for page in self.pages), 3)

    def page_at(self, offset: float, whole: float) -> tuple[int, float]:
        """The page lit `offset` seconds into a turn of `whole` seconds, and when it ends; pages share in proportion."""
        scale, ends = whole / sum(page.seconds for page in self.pages), 0.0
        for index, page in enumerate(self.pages[:-1]):
            ends += page.seconds * scale
            if offset < ends:
                return index, ends
        return len(self.pages) - 1, whole

    def to_bytes(self) -> bytes:
        """The same bytes on every machine: sorted keys, no spaces, planes uncompressed in base64."""
        body = {
            "format": FORMAT,
            "board": str(self.pages[0].shape),
            "language": self.language,
            "renderer": self.renderer,
            "pages": [
                {"seconds": page.seconds, "planes": [base64.b64encode(plane).decode() for plane in page.planes]}
                for page in self.pages
            ],
        }
        return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> PageFile:
        """Read a page file; ValueError names what is wrong."""
        if len(data) > MAX_FILE_BYTES:
            raise ValueError("a page file is at most 8 MB")
        try:
            body: dict[str, Any] = json.loads(data)
            if body["format"] != FORMAT:
                raise ValueError(f"this page file is of format {body['format']}, not {FORMAT}")
            shape = BoardShape.parse(body["board"])
            pages = tuple(
                Page(
                    shape=shape,
                    seconds=page["seconds"],
                    planes=tuple(base64.b64decode(plane, validate=True) for plane in page["planes"]),
                )
                for page in body["pages"]
            )
            return cls(language=body["language"], renderer=body["renderer"], pages=pages)
        except (
            KeyError,
            TypeError,
            AttributeError,
            RecursionError,
            UnicodeDecodeError,
            binascii.Error,
            ValidationError,
        ) as exc:
            raise ValueError(f"not a page file: {exc}") from exc

    def ref(self) -> ContentRef:
        """The reference by which plans and approvals name this file."""
        data = self.to_bytes()
        return ContentRef(
            sha256=hashlib.sha256(data).hexdigest(),
            kind="pages",
            language=self.language,
            size=len(data),
            seconds=self.seconds,
        )
