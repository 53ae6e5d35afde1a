"""A page of lamps, and the file that carries the pages of one text: its SHA-256 is what approvals and plans name."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator

from devices.profiles.board import BoardShape
from devices.profiles.protocols import Effect
from schedules.model import ContentRef, Fact, Language

FORMAT = "gatecast-pages/1"
MAX_FILE_BYTES = 8_000_000  # 2000 x 1000 lamps in three planes is 1 MB a page
MAX_STRIP_LAMPS = 20_000  # about 400 s at the usual speed: nobody reads longer
MAX_STEPS_PER_SECOND = 1000


class Page(Fact):
    """Lit lamps of one page. Each plane holds rows top to bottom, each row in whole bytes, most significant bit left, 1 = lit."""

    shape: BoardShape
    planes: tuple[bytes, ...]
    seconds: float = Field(gt=0, allow_inf_nan=False)

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


class Strip(Fact):
    """`width` lamps of text, as high as the board; it enters at the right and leaves at the left, `step` lamps at a time."""

    shape: BoardShape
    width: int = Field(ge=1, le=MAX_STRIP_LAMPS)
    planes: tuple[bytes, ...]
    step: int = Field(default=1, ge=1, le=64)
    interval: float = Field(ge=1 / MAX_STEPS_PER_SECOND, le=10, description="seconds between steps")

    @model_validator(mode="after")
    def _fits(self) -> Strip:
        size = self.stride * self.shape.height
        if len(self.planes) != self.shape.colours.planes or any(len(plane) != size for plane in self.planes):
            raise ValueError(f"a strip of {self.width} lamps for {self.shape} has planes of {size} bytes")
        past = 0xFF >> (self.width % 8 or 8)
        if any(byte & past for plane in self.planes for byte in plane[self.stride - 1 :: self.stride]):
            raise ValueError("nothing is lit past the end of a strip")
        return self

    @property
    def stride(self) -> int:
        """Bytes of one row of one plane."""
        return (self.width + 7) // 8

    @property
    def frames(self) -> int:
        """Steps from the dark board through the whole text to the dark board."""
        return -(-(self.width + self.shape.width) // self.step)

    @property
    def seconds(self) -> float:
        """Time of one passage."""
        return self.frames * self.interval

    def frame(self, number: int) -> Page:
        """What the board shows after `number` steps."""
        return self.window(number * self.step - self.shape.width, self.interval)

    def window(self, left: int, seconds: float) -> Page:
        """The board's width of the strip from lamp `left` on; what lies outside the strip is dark."""
        planes = tuple(self._window(plane, left) for plane in self.planes)
        return Page.model_construct(shape=self.shape, planes=planes, seconds=seconds)

    def _window(self, plane: bytes, left: int) -> bytes:
        stride, wide = self.stride, self.shape.stride
        mask = ((1 << self.shape.width) - 1) << (wide * 8 - self.shape.width)
        rows = []
        for at in range(0, len(plane), stride):
            row = int.from_bytes(plane[at : at + stride], "big")
            shift = stride * 8 - wide * 8 - left  # brings lamp `left` of the text to the left edge of the board
            rows.append(((row >> shift if shift >= 0 else row << -shift) & mask).to_bytes(wide, "big"))
        return b"".join(rows)


class FieldBox(Fact):
    """Room on a page for a value that the gate fills in: where, of what kind, and in which letters. Dark in the page itself."""

    page: int = Field(ge=0, lt=200)
    field: str = Field(max_length=60, description="as it is written between braces")
    left: int = Field(ge=0)
    top: int = Field(ge=0)
    width: int = Field(ge=1)
    rows: Literal[16, 24, 32] = 16
    weight: Literal["bold", "regular"] = "bold"
    lit: tuple[bool, ...] = Field(max_length=3, description="planes that light up")
    language: str = Field(default="", description="of the value; empty: the file's")


class PageFile(Fact):
    """One text in one language for one board shape: pages in showing order, or one strip that passes."""

    language: Language
    renderer: str = Field(description="version of the renderer that drew them")
    pages: tuple[Page, ...] = Field(default=(), max_length=200)
    strip: Strip | None = None
    fields: tuple[FieldBox, ...] = Field(default=(), max_length=10_000)  # 50 of a text on 200 pages
    effect: Effect = Field(default=Effect.NONE, description="how pages come onto the lamps, where the board can")
    words: str = Field(
        default="", max_length=2000, description="the text itself, for boards that draw letters of their own"
    )

    @model_validator(mode="after")
    def _one_shape(self) -> PageFile:
        if bool(self.pages) == (self.strip is not None):
            raise ValueError("a file holds pages or one strip")
        if self.strip is None and len({page.shape for page in self.pages}) != 1:
            raise ValueError("all pages of a file have one shape")
        for box in self.fields:
            if self.strip is not None or not self._has_room(box):
                raise ValueError(f"there is no room for the field {{{box.field}}} where it should be")
        if self.strip is not None and self.effect is not Effect.NONE:
            raise ValueError("a strip comes onto the lamps by moving: it has no other effect")
        return self

    def _has_room(self, box: FieldBox) -> bool:
        shape = self.pages[0].shape
        inside = box.left + box.width <= shape.width and box.top + box.rows <= shape.height
        return box.page < len(self.pages) and inside and len(box.lit) == shape.colours.planes

    @property
    def shape(self) -> BoardShape:
        """The board it was drawn for."""
        return self.strip.shape if self.strip is not None else self.pages[0].shape

    @property
    def seconds(self) -> float:
        """Time of one showing: of all pages, or one passage of the strip."""
        return round(self.strip.seconds if self.strip else sum(page.seconds for page in self.pages), 3)

    def page_at(self, offset: float, whole: float) -> tuple[int, float]:
        """The page lit `offset` seconds into a turn of `whole` seconds, and when it ends; pages share in proportion.

        A strip counts as one page.
        """
        if self.strip is not None:
            return 0, whole
        scale, ends = whole / sum(page.seconds for page in self.pages), 0.0
        for index, page in enumerate(self.pages[:-1]):
            ends += page.seconds * scale
            if offset < ends:
                return index, ends
        return len(self.pages) - 1, whole

    def to_bytes(self) -> bytes:
        """The same bytes on every machine: sorted keys, no spaces, planes uncompressed in base64."""
        body: dict[str, Any] = {
            "format": FORMAT, "board": str(self.shape), "language": self.language, "renderer": self.renderer,
        }  # fmt: skip
        if self.strip is not None:
            strip = self.strip
            facts = {"width": strip.width, "step": strip.step, "interval": strip.interval}
            body["strip"] = facts | {"planes": _to_text(strip.planes)}
        else:
            body["pages"] = [{"seconds": page.seconds, "planes": _to_text(page.planes)} for page in self.pages]
        if self.fields:
            body["fields"] = [box.model_dump(mode="json") for box in self.fields]
        if self.effect is not Effect.NONE:  # what is absent leaves the hash of earlier files as it was
            body["effect"] = self.effect.value
        if self.words:
            body["words"] = self.words
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
            facts = {"language": body["language"], "renderer": body["renderer"], "effect": body.get("effect", "none")}
            facts["words"] = body.get("words", "")
            if "strip" in body:
                return cls(
                    strip=_read_strip(shape, body["strip"]), pages=_read_pages(shape, body.get("pages", [])), **facts
                )
            boxes = tuple(FieldBox.model_validate(box) for box in body.get("fields", []))
            return cls(pages=_read_pages(shape, body["pages"]), fields=boxes, **facts)
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


def _to_text(planes: tuple[bytes, ...]) -> list[str]:
    return [base64.b64encode(plane).decode() for plane in planes]


def _to_planes(texts: list[str]) -> tuple[bytes, ...]:
    return tuple(base64.b64decode(text, validate=True) for text in texts)


def _read_pages(shape: BoardShape, bodies: list[Any]) -> tuple[Page, ...]:
    return tuple(Page(shape=shape, seconds=body["seconds"], planes=_to_planes(body["planes"])) for body in bodies)


def _read_strip(shape: BoardShape, body: dict[str, Any]) -> Strip:
    facts = {name: body[name] for name in ("width", "step", "interval")}
    return Strip(shape=shape, planes=_to_planes(body["planes"]), **facts)
