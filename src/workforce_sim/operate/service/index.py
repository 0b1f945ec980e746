"""The index of jobs and of kept censuses: SQLite, so that what was answered survives whatever ends the service.

A job waits, runs, and is then done, failed or cancelled. One that ran when the service ended waits again.
"""

from __future__ import annotations

import secrets
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from workforce_sim.errors import LedgerError, RequestError

WAITING, RUNNING, DONE, FAILED, CANCELLED = STATES = ("waiting", "running", "done", "failed", "cancelled")
ENDED = (DONE, FAILED, CANCELLED)
FORMAT = 1
MOST_STARTS = 10
"""How often a job is started; one that ends the service each time is given up."""

_TABLES = """
CREATE TABLE IF NOT EXISTS jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, key TEXT UNIQUE, kind TEXT NOT NULL,
    asked TEXT NOT NULL, census TEXT, state TEXT NOT NULL, starts INTEGER NOT NULL DEFAULT 0,
    submitted REAL NOT NULL, started REAL, ended REAL, message TEXT);
CREATE INDEX IF NOT EXISTS jobs_by_state ON jobs (state, number);
CREATE TABLE IF NOT EXISTS censuses (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, rows INTEGER NOT NULL, bytes INTEGER NOT NULL, kept INTEGER NOT NULL,
    added REAL NOT NULL);
"""


class JobRow(NamedTuple):
    """A row of the index; times are seconds since 1970."""

    number: int
    id: str
    key: str | None
    kind: str
    asked: str
    census: str | None
    state: str
    starts: int
    submitted: float
    started: float | None
    ended: float | None
    message: str | None


class CensusRow(NamedTuple):
    """What is known of a census: its file's name and size, employees, whether it is on disk, and since when."""

    id: str
    name: str
    rows: int
    bytes: int
    kept: bool
    added: float


def new_id() -> str:
    """Return an id that nobody can guess."""
    return secrets.token_hex(16)


class Index:
    """Jobs and censuses, for all threads: one writes at a time, readers do not wait for it."""

    def __init__(self, path: Path) -> None:
        self._write, self._read = _opened(path), _opened(path)
        self._writing, self._reading = threading.Lock(), threading.Lock()
        with self._change() as change:
            found = change.execute("PRAGMA user_version").fetchone()[0]
            if found not in (0, FORMAT):
                raise LedgerError(f"{path}: is an index of another version ({found}); choose another folder")
            change.executescript(f"{_TABLES} PRAGMA user_version = {FORMAT};")

    def close(self) -> None:
        """Close the file."""
        with self._writing, self._reading:
            self._write.close()
            self._read.close()

    def add(self, kind: str, asked: str, census: str | None, key: str | None, most: int) -> tuple[JobRow, bool]:
        """Take a job on, and tell whether it is new: one with a key that was used is the earlier one.

        Raises:
            RequestError: for a key that was used for another request.
            OverflowError: when as many wait as may.
        """
        with self._change() as change:
            known = None if key is None else _job(change, "key", key)
            if known is not None:
                if (known.kind, known.asked) != (kind, asked):
                    raise RequestError("Idempotency-Key: was used for another request; use a new one")
                return known, False
            if change.execute("SELECT count(*) FROM jobs WHERE state = ?", (WAITING,)).fetchone()[0] >= most:
                raise OverflowError
            row = (new_id(), key, kind, asked, census, WAITING, time.time())
            columns = "id, key, kind, asked, census, state, submitted"
            change.execute(f"INSERT INTO jobs ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?)", row)
            return _there(_job(change, "id", row[0])), True

    def take(self) -> JobRow | None:
        """Return the job that waits longest, which now runs; None where none waits."""
        with self._change() as change:
            sql = "SELECT * FROM jobs WHERE state = ? ORDER BY number LIMIT 1"
            row = change.execute(sql, (WAITING,)).fetchone()
            if row is None:
                return None
            sql = "UPDATE jobs SET state = ?, started = ?, starts = starts + 1 WHERE id = ?"
            change.execute(sql, (RUNNING, time.time(), JobRow(*row).id))
            return _job(change, "id", JobRow(*row).id)

    def end(self, name: str, state: str, message: str | None = None, *, only: str = RUNNING) -> bool:
        """Let a job end that is in the state ``only``; tell whether it was."""
        with self._change() as change:
            sql = "UPDATE jobs SET state = ?, ended = ?, message = ? WHERE id = ? AND state = ?"
            return change.execute(sql, (state, time.time(), message, name, only)).rowcount == 1

    def again(self, name: str) -> None:
        """Let a job that ran when the service ended wait again, or give it up."""
        with self._change() as change:
            sql = "UPDATE jobs SET state = ? WHERE id = ? AND state = ? AND starts < ?"
            if change.execute(sql, (WAITING, name, RUNNING, MOST_STARTS)).rowcount:
                return
        self.end(name, FAILED, f"given up: the service ended {MOST_STARTS} times while it ran")

    def job(self, name: str) -> JobRow | None:
        """Return a job; None where there is none."""
        with self._look() as look:
            return _job(look, "id", name)

    def jobs(self, state: str | None, most: int, before: int | None = None) -> list[JobRow]:
        """Return jobs of a state or of any, the newest first, from below a number on."""
        sql = "SELECT * FROM jobs WHERE (?1 IS NULL OR state = ?1) AND (?2 IS NULL OR number < ?2)"
        with self._look() as look:
            return [JobRow(*row) for row in look.execute(f"{sql} ORDER BY number DESC LIMIT ?3", (state, before, most))]

    def counts(self) -> dict[str, int]:
        """Return how many jobs are in each state."""
        with self._look() as look:
            return dict.fromkeys(STATES, 0) | dict(look.execute("SELECT state, count(*) FROM jobs GROUP BY state"))

    def censuses_in_use(self) -> set[str]:
        """Return the censuses of jobs that wait or run."""
        sql = "SELECT DISTINCT census FROM jobs WHERE state IN (?, ?) AND census IS NOT NULL"
        with self._look() as look:
            return {name for (name,) in look.execute(sql, (WAITING, RUNNING))}

    def remove(self, name: str) -> None:
        """Forget a job."""
        with self._change() as change:
            change.execute("DELETE FROM jobs WHERE id = ?", (name,))

    def add_census(self, census: CensusRow) -> None:
        """Note a census that is on disk."""
        with self._change() as change:
            change.execute("INSERT INTO censuses VALUES (?, ?, ?, ?, ?, ?)", census)

    def census(self, name: str) -> CensusRow | None:
        """Return a census that is on disk; None where there is none."""
        with self._look() as look:
            row = look.execute("SELECT * FROM censuses WHERE id = ?", (name,)).fetchone()
            return None if row is None else CensusRow(*row)._replace(kept=True)

    def remove_census(self, name: str) -> None:
        """Forget a census."""
        with self._change() as change:
            change.execute("DELETE FROM censuses WHERE id = ?", (name,))

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        with self._writing, self._write:
            self._write.execute("BEGIN IMMEDIATE")
            yield self._write

    @contextmanager
    def _look(self) -> Iterator[sqlite3.Connection]:
        with self._reading:
            yield self._read


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, check_same_thread=False, timeout=30, isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = FULL"):
        with closing(connection.execute(f"PRAGMA {pragma}")):
            pass
    return connection


def _job(connection: sqlite3.Connection, column: str, value: Any) -> JobRow | None:
    row = connection.execute(f"SELECT * FROM jobs WHERE {column} = ?", (value,)).fetchone()
    return None if row is None else JobRow(*row)


def _there(job: JobRow | None) -> JobRow:
    assert job is not None
    return job
