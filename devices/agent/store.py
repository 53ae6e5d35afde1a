"""What the agent must not lose: play records waiting for the controller, the journal of running plays, ids already done."""

from __future__ import annotations

import logging
import secrets
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from devices.agent.database import open_database
from devices.agent.said import KEEP_SAID, said_by_rule, said_key
from devices.contract.messages import Outcome, PlayRecord

log = logging.getLogger(__name__)
KEEP_COMMANDS = timedelta(days=7)
MOST, MOST_IN_MEMORY = 500_000, 20_000  # records that may wait: a year of five devices, some 400 MB; or 16 MB of memory
GIVEN_UP = 500  # at once, the oldest
TIDY_EVERY = 1_000  # sounds begun, until what is too old to be asked for is dropped


class Store:
    """One SQLite file. Every method returns after the disk has what it says; may be used from any thread."""

    def __init__(self, path: Path, now: datetime, boot: str | None = None, most: int | None = None) -> None:
        """Open, and turn the plays that a power cut left open into records. `most` records wait, then the oldest are given up."""
        self._db, self.damaged = open_database(path)
        on_disk = bool(self._db.execute("PRAGMA database_list").fetchone()[2])
        self._most = most or (MOST if on_disk else MOST_IN_MEMORY)
        self.given_up = 0  # since this start
        self._lock = threading.RLock()
        self.boot = boot or secrets.token_hex(8)
        self._sequence = 0
        self._depth = int(self._db.execute("SELECT count(*) FROM outbox").fetchone()[0])
        self._begun = 0
        self.recovered = 0
        self.cut: list[PlayRecord] = []  # sounds that a power cut broke off, with how far they came
        try:
            self.recovered = self._recover(now)
            self._tidy(now)
        except sqlite3.OperationalError as exc:  # a full disk: the plays wait in the journal for the next start
            log.error("the store cannot be put in order at this start", extra={"reason": str(exc)})

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            counted = self._sequence, self._depth
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                self._sequence, self._depth = counted  # what is rolled back was never counted
                if self._db.in_transaction:  # a full disk has rolled back by itself
                    self._db.execute("ROLLBACK")
                raise

    # The outbox.

    def add(self, record: PlayRecord) -> int:
        """Keep a record; its sequence within this boot is returned."""
        with self._change():
            return self._insert(record)

    def _insert(self, record: PlayRecord) -> int:
        if self._depth >= self._most:
            self._give_up_oldest()
        sequence = self._sequence + 1
        whole = record.model_copy(update={"boot": self.boot, "sequence": sequence})
        self._db.execute(
            "INSERT INTO outbox (boot, sequence, record) VALUES (?, ?, ?)", (self.boot, sequence, whole.to_bytes())
        )
        stamp = (record.ended or record.due).isoformat()
        self._db.execute("INSERT OR REPLACE INTO marks VALUES ('last entry', ?)", (stamp,))
        self._sequence, self._depth = sequence, self._depth + 1
        return sequence

    def _give_up_oldest(self) -> None:
        """Nobody has taken them for months: the newest are worth more, and a full disk would cost those too."""
        oldest = "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox ORDER BY id LIMIT ?)"
        gone = self._db.execute(oldest, (GIVEN_UP,)).rowcount
        self._depth, self.given_up = self._depth - gone, self.given_up + gone
        log.error("play records were given up", extra={"count": gone, "in_all": self.given_up})

    def oldest(self, limit: int) -> tuple[PlayRecord, ...]:
        """The oldest records, in the order they were kept."""
        with self._lock:
            rows = self._db.execute("SELECT record FROM outbox ORDER BY id LIMIT ?", (limit,)).fetchall()
        return tuple(PlayRecord.model_validate_json(row[0]) for row in rows)

    def forget(self, boot: str, up_to: int) -> None:
        """The controller has stored all of a boot up to this sequence."""
        with self._change() as db:
            gone = db.execute("DELETE FROM outbox WHERE boot = ? AND sequence <= ?", (boot, up_to)).rowcount
        self._depth -= gone

    def depth(self) -> int:
        """How many wait."""
        return self._depth

    def last_entry(self) -> datetime | None:
        """When the newest record ended; what is older cannot vouch for the clock."""
        with self._lock:
            row = self._db.execute("SELECT value FROM marks WHERE name = 'last entry'").fetchone()
        return datetime.fromisoformat(row[0]) if row else None

    # The journal of running plays.

    def open_play(self, draft: PlayRecord) -> int:
        """Write down that a play begins; of a sound also that it was said, so that no restart says it twice."""
        with self._change() as db:
            if draft.content.kind == "audio":
                db.execute("INSERT OR REPLACE INTO said VALUES (?, ?, ?, ?)", said_key(draft))
                self._begun += 1
                if self._begun % TIDY_EVERY == 0:
                    self._forget_said(draft.due)
            row = db.execute("INSERT INTO plays (draft) VALUES (?)", (draft.to_bytes(),))
            return int(row.lastrowid or 0)

    def progress(self, play: int, started: datetime | None, seconds: float, evidence: str | None) -> None:
        """How far a play has come; what a power cut leaves of it."""
        with self._change() as db:
            db.execute(
                "UPDATE plays SET started = ?, seconds = ?, evidence = ? WHERE id = ?",
                (started.isoformat() if started else None, seconds, evidence, play),
            )

    def close_play(self, play: int, record: PlayRecord) -> int:
        """End a play: its row goes and its record comes in one transaction."""
        with self._change() as db:
            db.execute("DELETE FROM plays WHERE id = ?", (play,))
            return self._insert(record)

    def drop_play(self, play: int, draft: PlayRecord) -> None:
        """A play that never began and may come again: no record, and it was not said."""
        with self._change() as db:
            db.execute("DELETE FROM plays WHERE id = ?", (play,))
            for key in (said_key(draft), said_by_rule(draft)):
                db.execute("DELETE FROM said WHERE device = ? AND source = ? AND content = ? AND due = ?", key)

    def said(self, draft: PlayRecord) -> bool:
        """Whether this sound was begun, before or after the last restart."""
        with self._lock:
            return any(
                self._db.execute(
                    "SELECT 1 FROM said WHERE device = ? AND source = ? AND content = ? AND due = ?", key
                ).fetchone()
                for key in (said_key(draft), said_by_rule(draft))
            )

    def _forget_said(self, now: datetime) -> None:
        """Drop what is too old to be asked for; by the newest instant known too, so that a clock far ahead forgets nothing."""
        newest = self._db.execute("SELECT max(due) FROM said").fetchone()[0]
        if newest is not None:
            limit = min(now.timestamp(), newest) - KEEP_SAID.total_seconds()
            self._db.execute("DELETE FROM said WHERE due < ?", (limit,))

    def _recover(self, now: datetime) -> int:
        rows = self._db.execute("SELECT id, draft, started, seconds, evidence FROM plays ORDER BY id").fetchall()
        for play, draft_bytes, started, seconds, evidence in rows:
            draft = PlayRecord.model_validate_json(draft_bytes)
            if draft.content.kind == "audio" and not seconds:
                self.drop_play(play, draft)  # not one sample is known to have sounded: it may still be said
                continue
            begun = datetime.fromisoformat(started) if started else None
            ended = begun + timedelta(seconds=seconds) if begun else None
            facts = {
                "started": begun, "seconds": seconds, "evidence": evidence, "ended": ended,
                "outcome": Outcome.PARTIAL, "reason": "power",
            }  # fmt: skip
            self.close_play(play, draft.model_copy(update=facts))
            if draft.content.kind == "audio":
                self.cut.append(draft.model_copy(update=facts))
        return len(rows)

    # Commands, each done once.

    def first_time(self, command: str, now: datetime) -> bool:
        """Note a command's id; False if it was noted before."""
        with self._change() as db:
            return bool(db.execute("INSERT OR IGNORE INTO commands VALUES (?, ?)", (command, now.timestamp())).rowcount)

    def _tidy(self, now: datetime) -> None:
        with self._change() as db:
            db.execute("DELETE FROM commands WHERE at < ?", ((now - KEEP_COMMANDS).timestamp(),))
            self._forget_said(now)

    def close(self) -> None:
        """Give the file back."""
        with self._lock:
            self._db.close()
