"""From a text as it was typed or pasted to letters that a pack has; whatever was changed or cannot be shown becomes a finding."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from itertools import permutations
from typing import NamedTuple

from devices.rendering.findings import Finding, finding, named
from devices.rendering.glyphs import simplified
from devices.rendering.signs import LETTERS, instead_of, signs_at

NO_BREAK_SPACE, BREAK, JOIN = "\u00a0", "\u200b", "\u2060"  # kept in a clean text: they steer line breaking
BLANKS = frozenset(f" \n\u3000{NO_BREAK_SPACE}{BREAK}{JOIN}")
REPLACEMENT = "□"  # stands for what cannot be shown, in texts that are blocked anyway
MAX_FINDINGS = 100

_MARK = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\ufe20-\ufe2f"
_PICTURE = (
    "[\U0001f000-\U0001f1e5\U0001f200-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u2300-\u23ff"
    "\u203c\u2049\u2139\u3030\u303d\u3297\u3299\u24c2\u00a9\u00ae\u2122\u2194-\u21aa\u25a0-\u25ff]"
)
_SUFFIX = "[\ufe0e\ufe0f\u20e3\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]*"
_HIDDEN = (
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200c-\u200f\u2061-\u2064\u206a-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_TOKEN = re.compile(
    rf"""
    (?P<line>\r\n|[\r\n\u2028\u2029])
  | (?P<tab>\t)
  | (?P<control>[\x00-\x1f\x7f-\x9f])
  | (?P<bidi>[\u202a-\u202e\u2066-\u2069])
  | (?P<rtl>[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]+)
  | (?P<picture>[0-9#*]\ufe0f?\u20e3|[\U0001f1e6-\U0001f1ff]{{1,2}}|{_PICTURE}{_SUFFIX}(?:\u200d{_PICTURE}{_SUFFIX})*)
  | (?P<steer>[{NO_BREAK_SPACE}{BREAK}{JOIN}])
  | (?P<space>[\u1680\u2000-\u2006\u2008-\u200a\u205f])
  | (?P<fixed>[\u2007\u202f])
  | (?P<hidden>{_HIDDEN})
  | (?P<letter>.[{_MARK}]*)
    """,
    re.VERBOSE | re.DOTALL,
)
_ETH = {"Ð": "Đ", "ð": "đ", "Ɖ": "Đ"}
_PLAIN = {chr(ord(letter) + 0xFEE0): letter for letter in map(chr, range(0x21, 0x7F)) if letter.isalnum()}
_PLAIN |= {"＄": "$", "∶": ":", "―": "—"}
_SIGNS = frozenset(LETTERS.values())
_UNSURE = frozenset(_ETH) | _SIGNS  # signs are written by name; their letters are nobody's else


class Cleaned(NamedTuple):
    """Letters a pack has, line feeds, and the three characters that steer line breaking."""

    text: str
    findings: tuple[Finding, ...] = ()


class _Cleaner:
    """One walk over one text."""

    def __init__(self, letters: Collection[str]) -> None:
        self.letters = letters
        self.out: list[str] = []
        self.findings: list[Finding] = []

    def note(self, item: Finding) -> None:
        if len(self.findings) < MAX_FINDINGS or item.severity == "block":
            del self.findings[MAX_FINDINGS - 1 :]
            self.findings.append(item)

    def refuse(self, code: str, at: int, token: str, **facts: str) -> None:
        self.out.append(REPLACEMENT)
        self.note(finding(code, "block", at, character=named(token[0]), **facts))

    def walk(self, text: str) -> Cleaned:
        signs = signs_at(text)
        done = 0
        for match in _TOKEN.finditer(text):
            at = match.start()
            if at in signs:
                done, letter = signs[at]
                self.out.append(letter)
            elif at >= done:
                getattr(self, f"_{match.lastgroup}")(at, match.group())
        return Cleaned("".join(self.out), tuple(self.findings))

    def _line(self, at: int, token: str) -> None:
        self.out.append("\n")

    def _tab(self, at: int, token: str) -> None:
        self.out.append(" ")
        self.note(finding("text.tab", "info", at))

    def _control(self, at: int, token: str) -> None:
        self.refuse("text.control", at, token)

    def _bidi(self, at: int, token: str) -> None:
        self.refuse("text.bidi", at, token)

    def _rtl(self, at: int, token: str) -> None:
        self.refuse("text.right-to-left", at, token)

    def _picture(self, at: int, token: str) -> None:
        if token[0] in self.letters and set(token[1:]) <= {"\ufe0e", "\ufe0f"}:
            self.out.append(token[0])
        else:
            self.refuse("text.emoji", at, token, sign=instead_of(token))

    def _steer(self, at: int, token: str) -> None:
        self.out.append(token)

    def _space(self, at: int, token: str) -> None:
        self.out.append(" ")

    def _fixed(self, at: int, token: str) -> None:
        self.out.append(NO_BREAK_SPACE)

    def _hidden(self, at: int, token: str) -> None:
        self.note(finding("text.removed", "info", at, character=named(token)))

    def _letter(self, at: int, token: str) -> None:
        composed = compose(token)
        if len(composed) > 1 or unicodedata.combining(composed):
            self.refuse("text.stray-mark", at, composed[-1])
            return
        if composed != unicodedata.normalize("NFC", token):
            self.note(finding("text.repaired", "info", at, letter=composed))
        self._single(at, composed)

    def _single(self, at: int, letter: str) -> None:
        if letter in _SIGNS:
            self.refuse("text.no-glyph", at, letter)
            return
        plain = _PLAIN.get(letter, letter)
        if plain != letter:
            self.note(finding("text.full-width", "info", at, character=letter, letter=plain))
            letter = plain
        if letter in _ETH:
            self.note(finding("text.eth", "warn", at, character=named(letter), letter=_ETH[letter]))
            letter = letter if letter in self.letters else _ETH[letter]
        if letter in self.letters:
            self.out.append(letter)
        elif letter in simplified():
            self.refuse("text.traditional", at, letter, letter=simplified()[letter])
        else:
            self.refuse(_why_not(letter), at, letter)


def clean(text: str, letters: Collection[str]) -> Cleaned:
    """Compose, repair and check `text` against the `letters` of a face. Blank text is refused like what cannot be shown."""
    cleaned = Cleaned(text) if _is_plain(text, letters) else _Cleaner(letters).walk(text)
    if BLANKS.issuperset(cleaned.text):
        return Cleaned(cleaned.text, (*cleaned.findings, finding("text.empty", "block")))
    return cleaned


def compose(cluster: str) -> str:
    """NFC of a letter with its marks, in whatever order of marks gives one letter, if any does."""
    composed = unicodedata.normalize("NFC", cluster.replace("\u034f", ""))
    if len(composed) == 1 or len(composed) > 4:
        return composed
    apart = unicodedata.normalize("NFD", composed)
    base, marks = apart[0], apart[1:]
    if len(marks) > 4:
        return composed
    orders = (unicodedata.normalize("NFC", base + "".join(order)) for order in permutations(marks))
    return next((letter for letter in orders if len(letter) == 1), composed)


def _is_plain(text: str, letters: Collection[str]) -> bool:
    seen = set(text)
    seen.discard("\n")
    return seen.isdisjoint(_UNSURE) and not (":" in seen and signs_at(text)) and all(map(letters.__contains__, seen))


def _why_not(letter: str) -> str:
    if (
        "\u2e80" <= letter <= "\u2fdf"
        or "\u3400" <= letter <= "\u9fff"
        or "\uf900" <= letter <= "\ufaff"
        or letter >= "\U00020000"
    ):
        return "text.not-gb2312"
    if not letter.isalpha():
        return "text.no-glyph"
    return "text.look-alike" if unicodedata.name(letter, "").startswith(("CYRILLIC", "GREEK")) else "text.script"
