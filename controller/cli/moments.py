"""How commands read moments: of gate time unless a zone is written with them."""

from __future__ import annotations

import argparse
from datetime import datetime
from zoneinfo import ZoneInfo

GATE_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
LANGUAGES = ("vi", "zh-Hans", "en")


def moment(text: str) -> datetime:
    """2026-02-18, 2026-02-18T10:00 or 2026-02-18T10:00+07:00."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f'"{text}" is no moment: write 2026-02-18T10:00, of gate time') from None
    if not 2000 <= read.year <= 2999:
        raise argparse.ArgumentTypeError("years go from 2000 to 2999")
    return read if read.tzinfo else read.replace(tzinfo=GATE_ZONE)
