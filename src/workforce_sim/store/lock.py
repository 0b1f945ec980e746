"""One writer at a time: a lock that the operating system releases when its process ends.

A lock file that nobody holds was left by a killed writer; the next one takes it over. POSIX file locks (Linux, macOS);
elsewhere runs can be read but not written.
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
from typing import Annotated

from pydantic import Field, ValidationError

from workforce_sim.errors import LedgerError
from workforce_sim.store.documents import Document
from workforce_sim.store.files import is_file, is_there, open_file, opened_file
from workforce_sim.store.layout import LOCK
from workforce_sim.wording.terminal import printable

_LONGEST = 1_000
"""Most bytes of a signature."""

_NO_POSIX = "runs can be written only on Linux and macOS (POSIX file locks); simulate in memory, or write it there"
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
        if _still_there(path, handle):
            path.unlink()
        os.close(handle)


def is_left_by_a_writer(path: Path) -> bool:
    """Return whether a lock is signed by a writer, not signed yet, or gone by now."""
    if not is_there(path):
        return True
    if not is_file(path):
        return False
    with opened_file(path) as file:
        raw = file.read(_LONGEST + 1)
    return not raw or _signature(raw) is not None


def _taken(path: Path) -> int:
    """Return the handle of the locked file."""
    try:
        import fcntl  # noqa: PLC0415 - reading a run needs no locks, and works without POSIX
    except ImportError:
        raise LedgerError(f"{path.parent}: {_NO_POSIX}") from None

    while True:
        handle = open_file(path, os.O_RDWR | os.O_CREAT)
        if os.fstat(handle).st_nlink > 1:
            os.close(handle)
            raise LedgerError(f"{path}: is a file of another name too, and no lock; remove it")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            problem = f"{path.parent}: {_holder(handle)} is writing this run; wait for it, or choose another folder"
            os.close(handle)
            raise LedgerError(problem) from None
        if _still_there(path, handle):
            return handle
        os.close(handle)  # its holder ended in between and removed the file


def _still_there(path: Path, handle: int) -> bool:
    try:
        return os.path.samestat(path.lstat(), os.fstat(handle))
    except FileNotFoundError:
        return False


def _sign(handle: int) -> None:
    who = {"pid": os.getpid(), "host": socket.gethostname(), "since": datetime.now(UTC).isoformat(timespec="seconds")}
    os.ftruncate(handle, 0)
    os.pwrite(handle, json.dumps(who).encode(), 0)


def _holder(handle: int) -> str:
    """Return who holds the lock, if the file says so; a new holder signs within a moment."""
    for _ in range(_LOOKS):
        who = _signature(os.pread(handle, _LONGEST + 1, 0))
        if who is not None:
            return f"process {who.pid} on {printable(who.host)} (since {printable(who.since)})"
        time.sleep(_BETWEEN_LOOKS)
    return "another process"


class _Signature(Document):
    pid: int
    host: Annotated[str, Field(max_length=255)]
    since: Annotated[str, Field(max_length=40)]


def _signature(raw: bytes) -> _Signature | None:
    try:
        return _Signature.model_validate_json(raw)
    except ValidationError:
        return None
