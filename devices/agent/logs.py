"""Log lines as JSON on standard error, one for each change of state."""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

_OWN = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}
_WORDINGS = 1000


class JsonLines(logging.Formatter):
    """Time, level, where, what, and whatever facts the caller gave as `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        """One line of JSON."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "text": record.getMessage(),
        }
        line.update({key: value for key, value in record.__dict__.items() if key not in _OWN})
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class Restraint(logging.Filter):
    """At most so many lines of one wording in a minute: whoever floods us does not fill the disk with our own words."""

    def __init__(self, most: int = 30, seconds: float = 60.0, clock: Callable[[], float] = time.monotonic) -> None:
        """How many were left out is told, as `left_out`, by the first line of that wording that passes again."""
        super().__init__()
        self._most, self._seconds, self._clock = most, seconds, clock
        self._said: dict[tuple[str, str], tuple[float, int]] = {}  # since when, how often

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is written."""
        wording, now = (record.name, str(record.msg)), self._clock()
        since, count = self._said.get(wording, (now, 0))
        if now - since >= self._seconds:
            if count > self._most:
                record.left_out = count - self._most
            since, count = now, 0
        if len(self._said) >= _WORDINGS:
            self._said.clear()
        self._said[wording] = (since, count + 1)
        return count < self._most


def log_to_stderr(level: int = logging.INFO) -> None:
    """Send every log line of the process to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    handler.addFilter(Restraint())
    logging.basicConfig(level=level, handlers=[handler], force=True)
