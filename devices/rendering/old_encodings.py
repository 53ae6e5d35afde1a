"""Vietnamese of the encodings before Unicode, read back from the Latin-1 letters it turns into when it is pasted."""

from __future__ import annotations

import re
import unicodedata

# TCVN 5712-3: every letter has one place; capitals with marks share the places of small letters and came from a second font.
_TCVN3 = str.maketrans(
    "µ¸¶·¹¨»¾¼½Æ©ÇÊÈÉËÌÐÎÏÑªÒÕÓÔÖ×ÝØÜÞßãáâä«åèæçé¬êíëìîïóñòô\u00adõøö÷ùúýûüþ®¡¢£¤¥¦§",
    "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđĂÂÊÔƠƯĐ",
)

# VNI: a letter, then its marks as a letter of Latin-1.
_ACUTE, _GRAVE, _HOOK, _TILDE, _DOT, _CIRCUMFLEX, _BREVE = "\u0301\u0300\u0309\u0303\u0323\u0302\u0306"
_VNI_ALONE = {"ñ": "đ", "ô": "ơ", "ö": "ư", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ"}
_VNI_MARKS = {
    "ù": _ACUTE, "ø": _GRAVE, "û": _HOOK, "õ": _TILDE, "ï": _DOT,
    "â": _CIRCUMFLEX, "á": _CIRCUMFLEX + _ACUTE, "à": _CIRCUMFLEX + _GRAVE, "å": _CIRCUMFLEX + _HOOK,
    "ã": _CIRCUMFLEX + _TILDE, "ä": _CIRCUMFLEX + _DOT,
    "ê": _BREVE, "é": _BREVE + _ACUTE, "è": _BREVE + _GRAVE, "ú": _BREVE + _HOOK, "ü": _BREVE + _TILDE, "ë": _BREVE + _DOT,
}  # fmt: skip
_VNI = re.compile("([aeouyöôAEOUYÖÔ])([ùøûõïâáàåãäêéèúüëÙØÛÕÏÂÁÀÅÃÄÊÉÈÚÜË])|[ñôöæóòîÑÔÖÆÓÒÎ]")


def from_tcvn3(text: str) -> str:
    """What text of TCVN3 (the ".Vn" fonts) was meant to say."""
    return text.translate(_TCVN3)


def from_vni(text: str) -> str:
    """What text of VNI was meant to say."""
    return _VNI.sub(_vni, text)


def from_utf8(text: str) -> str | None:
    """What UTF-8 that was read as Windows-1252 was meant to say; None where bytes were lost on the way."""
    try:
        return b"".join(_byte(letter) for letter in text).decode()
    except UnicodeError:
        return None


def _byte(letter: str) -> bytes:
    return bytes((ord(letter),)) if ord(letter) < 256 else letter.encode("cp1252")


def _vni(match: re.Match[str]) -> str:
    if match[1] is None:
        return _cased(match[0], _VNI_ALONE[match[0].lower()])
    base = _VNI_ALONE.get(match[1].lower(), match[1].lower())
    return _cased(match[1], unicodedata.normalize("NFC", base + _VNI_MARKS[match[2].lower()]))


def _cased(model: str, letter: str) -> str:
    return letter.upper() if model.isupper() else letter
