"""One writer at a time: a lock that the operating system gives back when its process dies.

A lock file that nobody holds is what a killed writer left; the next one takes it over. POSIX file locks
(Linux, macOS); elsewhere runs can be read, not written.
"""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from workforce_sim.errors import LedgerError
from workforce_sim.store.layout import LOCK

_NO_POSIX = "runs are written on Linux and macOS alone (POSIX file locks); simulate in memory, or write it there"
_LOOKS, _BETWEEN_LOOKS = 20, 0.01  # seconds


@contextmanager
def locked(run: Path) -> Iterator[None]:
    """Hold the folder of a run for writing.

    Raises:
        LedgerError: when another writer holds it, saying who.
    """
    path = run / LOCK
    handle = _taken(path)
    try:
        _sign(handle)
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(handle)


def _taken(path: Path) -> int:
    """Return the handle of the locked file."""
    try:
        import fcntl  # noqa: PLC0415 - reading a run needs no locks, and works without POSIX
    except ImportError:
        raise LedgerError(f"{path.parent}: {_NO_POSIX}") from None

    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            problem = f"{path.parent}: {_holder(handle)} is writing this run; wait for it, or choose another folder"
            os.close(handle)
            raise LedgerError(problem) from None
        if _still_there(path, handle):
            return handle
        os.close(handle)  # its holder ended in between and took the file along


def _still_there(path: Path, handle: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(handle))
    except FileNotFoundError:
        return False


def _sign(handle: int) -> None:
    who = {"pid": os.getpid(), "host": socket.gethostname(), "since": datetime.now(UTC).isoformat(timespec="seconds")}
    os.ftruncate(handle, 0)
    os.pwrite(handle, json.dumps(who).encode(), 0)


def _holder(handle: int) -> str:
    """Say who holds the lock, as far as the file tells; who has just taken it signs in a moment."""
    for _ in range(_LOOKS):
        try:
            who = json.loads(os.pread(handle, 4096, 0))
            return f"process {who['pid']} on {who['host']} (since {who['since']})"
        except (ValueError, KeyError, TypeError):
            time.sleep(_BETWEEN_LOOKS)
    return "another process"
