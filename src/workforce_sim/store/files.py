"""Files and folders of a run: links are not followed, pipes not waited for, unreadable files named in errors."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import Protocol

from workforce_sim.errors import LedgerError

RESTORE = "restore it from a copy, or write the run again elsewhere"

_OWN = sum(getattr(os, flag, 0) for flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"))  # POSIX, or Windows


class About(Protocol):
    """The record of a file."""

    @property
    def bytes(self) -> int: ...  # noqa: D102
    @property
    def sha256(self) -> str: ...  # noqa: D102


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Turn an error into one that says which file or folder cannot be read, and why."""
    try:
        yield
    except PermissionError as error:
        raise LedgerError(f"{path}: cannot be read ({error.strerror}); ask its owner for permission") from None
    except OSError as error:
        raise LedgerError(f"{path}: cannot be read ({error.strerror}); {RESTORE}") from None


def is_there(path: Path) -> bool:
    """Return whether anything has this name, even a broken link."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def is_file(path: Path) -> bool:
    """Return whether this is a file and not a link."""
    return is_there(path) and stat.S_ISREG(path.lstat().st_mode)


def open_file(path: Path, flags: int = os.O_RDONLY) -> int:
    """Return the handle of a file; a link is not followed and a pipe not waited for.

    Raises:
        LedgerError: when it is not a file.
        OSError: when it cannot be opened.
    """
    refuse_other_kind(path, stat.S_IFREG)
    handle = os.open(path, flags | _OWN, 0o600)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise _strange(path, "file")
    return handle


def refuse_no_folder(path: Path) -> None:
    """Raise ``LedgerError`` when a folder of a run is a link or not a folder."""
    refuse_other_kind(path, stat.S_IFDIR)


def refuse_other_kind(path: Path, kind: int) -> None:
    """Raise ``LedgerError`` when this name belongs to something of another kind."""
    if is_there(path) and stat.S_IFMT(path.lstat().st_mode) != kind:
        raise _strange(path, "file" if kind == stat.S_IFREG else "folder")


def _strange(path: Path, what: str) -> LedgerError:
    found = "a link" if path.is_symlink() else f"no {what}"
    return LedgerError(f"{path}: is {found}, where a {what} of the run belongs; move it away, or {RESTORE}")


@contextmanager
def opened_file(path: Path) -> Iterator[BufferedReader]:
    """Give a file to read."""
    with readable(path), os.fdopen(open_file(path), "rb") as file:
        yield file


def content_of(path: Path, most: int) -> bytes | None:
    """Return the content of a file; None where it has more than ``most`` bytes."""
    with opened_file(path) as file:
        found = file.read(most + 1)
    return found if len(found) <= most else None


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with opened_file(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def refuse_other_size(path: Path, known: About) -> None:
    """Raise ``LedgerError`` when a file is missing or has another size than when it was written."""
    with readable(path):
        refuse_other_kind(path, stat.S_IFREG)
        if not is_there(path):
            raise LedgerError(f"{path}: missing; {RESTORE}")
        if path.lstat().st_size != known.bytes:
            raise changed(path)


def refuse_changed(path: Path, known: About) -> None:
    """Raise ``LedgerError`` when a file was changed after it was written."""
    if file_sha256(path) != known.sha256:
        raise changed(path)


def changed(path: Path) -> LedgerError:
    """Return the error for a file that was changed after it was written."""
    return LedgerError(f"{path}: was changed since it was written; {RESTORE}")
