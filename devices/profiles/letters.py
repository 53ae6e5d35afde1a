"""Which characters a board that draws letters of its own has: the authors' findings and the driver ask the same."""

from __future__ import annotations

# Python's GB2312 has the dot and the dash of Chinese type at the code points of Unicode 1, keyboards send these.
SAME_IN_PRINT = str.maketrans({"·": "・", "—": "―"})


def unwritten(text: str, letters: str) -> tuple[str, ...]:
    """The characters of a text that the set `letters` lacks, each once, in order; a line end is one of them.

    A backslash begins an escape on the cards we know, and how one is written plain is not published.
    """
    return tuple(dict.fromkeys(one for one in text.translate(SAME_IN_PRINT) if not _in_set(one, letters)))


def _in_set(letter: str, letters: str) -> bool:
    if letter == "\\" or not letter.isprintable():
        return letter == "\u3000"  # the wide space of Chinese type
    try:
        letter.encode(letters)
    except UnicodeEncodeError:
        return False
    return True
