"""Texts that can be drawn and are still wrong: Vietnamese without its marks, and letters of old encodings read as Unicode."""

from __future__ import annotations

import re
from collections.abc import Iterator

from devices.rendering.findings import Finding, finding
from devices.rendering.old_encodings import from_tcvn3, from_utf8, from_vni

_SYLLABLE = re.compile(
    r"(?:ngh|ng|nh|gh|gi|kh|ch|ph|qu|th|tr|[bcdghklmnprstvx])?(?:[aeiouy]|ai|ao|au|ay|eo|eu|ia|ie|ieu|iu|oa|oai|oao|oay|oe|oeo"
    r"|oi|oo|ua|uay|ue|ui|uo|uoi|uou|uu|uy|uya|uye|uyu|ye|yeu|uong)(?:ch|nh|ng|[cmnpt])?",
    re.IGNORECASE,
)
_WORDS = re.compile("[A-Za-z]+")
# Never in Vietnamese, always in Vietnamese of the old encodings once their bytes are read as Latin-1.
_SYMBOLS = "¡¢£¤¥¦§¨©ª¬®¯±´µ¶¸¹º¼½¾¿×÷"  # of TCVN3; VNI has letters only
_FOREIGN = "äåæçëîïñöøûüþßÿÄÅÆÇËÎÏÑÖØÛÜÞ" + _SYMBOLS
_UTF8 = re.compile("á[º»]|Æ[°¡]|Ä[‘ƒ\u0090-\u0091]|Ã[\u00a0-\u00bf]")
_SUSPECT = frozenset(_FOREIGN + "ÆÄÃ»")  # none of these is in sound Vietnamese, but Ã and quotes
_SURE = frozenset("§®©÷µ¶¸¹åäëïöøû")  # one of these inside a word is enough
_OLD = re.compile(f"(?<=[A-Za-z])[{_FOREIGN}]|[{_FOREIGN}](?=[a-z])")


def lint(text: str, language: str) -> Iterator[Finding]:
    """Findings about the text as a whole; only Vietnamese has such habits."""
    if language != "vi":
        return
    if text.isascii():
        yield from _unmarked(text)
    elif not _SUSPECT.isdisjoint(text):
        yield from _mojibake(text)


def _unmarked(text: str) -> Iterator[Finding]:
    words = _WORDS.findall(text)
    if len(words) < 3:  # a name alone, such as Chi Ma, may do without
        return
    alike = sum(_SYLLABLE.fullmatch(word) is not None for word in words)
    if alike * 4 >= len(words) * 3:
        yield finding("text.unmarked", "warn", text.find(words[0]))


def _mojibake(text: str) -> Iterator[Finding]:
    hits = list(_OLD.finditer(text))
    utf8 = _UTF8.search(text)
    if utf8:
        meant = from_utf8(text) or from_utf8(text[utf8.start() :]) or "…"
        yield finding("text.mojibake", "warn", utf8.start(), encoding="UTF-8", meant=meant[:60])
    elif len(hits) > 1 or (hits and hits[0].group() in _SURE):
        encoding = "TCVN3" if any(hit.group() in _SYMBOLS for hit in hits) else "VNI"
        meant = from_tcvn3(text) if encoding == "TCVN3" else from_vni(text)
        yield finding("text.mojibake", "warn", hits[0].start(), encoding=encoding, meant=meant[:60])
