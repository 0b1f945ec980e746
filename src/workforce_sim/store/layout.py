"""The places of a run's files, and how they are written: beside their place, synced, renamed.

::

    RUN/
      run.json             what was asked: configuration, census fingerprint, versions
      opening.parquet      the completed census that the run started from
      year=2025/           one part per plan year, committed in one step, never written again
        events.parquet  snapshots.parquet  summary.parquet
        carried.parquet    what the next year needs besides the snapshots
        former.parquet     former employees who will come back, in runs with rehires
        manifest.json      rows and SHA-256 of each file, chained to the years before
        made.json          when, how long, on what machine: nothing else depends on it

``run.json`` is written first: it makes the folder ours. While a run is written there is a ``.lock`` too, and the name
of a part that is not committed yet ends in ``.part``.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from workforce_sim.errors import LedgerError
from workforce_sim.store.files import readable

RUN, OPENING, LOCK = "run.json", "opening.parquet", ".lock"
MANIFEST, MADE, CARRIED, FORMER = "manifest.json", "made.json", "carried.parquet", "former.parquet"
SPOOL = "spool"
"""The spool of a large run while it is written; it has this name, with ``.part`` after it, only for a moment."""

ENSEMBLE = "ensemble.json"
"""The request of an ensemble, beside its batches."""
ASKED = "asked.json"
"""The configurations of a comparison or a sweep, and hashes of the tables."""

OPENS_FOLDERS = os.name == "posix"
"""Whether the system opens folders like files, to wait until their entries are on the disk."""

_YEAR = re.compile(r"year=([0-9]{4})")


def year_folder(run: Path, year: int) -> Path:
    """Return the folder of a plan year."""
    return run / f"year={year:04d}"


def table_file(name: str) -> str:
    """Return the name of the file of a table within the folder of a year."""
    return f"{name}.parquet"


def committed_years(run: Path) -> list[int]:
    """Return the committed plan years of a run, in order."""
    with readable(run):
        found = [_YEAR.fullmatch(entry.name) for entry in run.iterdir()] if run.is_dir() else []
    return sorted(int(match[1]) for match in found if match is not None)


def beside(path: Path) -> Path:
    """Return the name under which a file or folder is written before it is renamed."""
    return path.parent / f".{path.name}.part"


LEFT = re.compile(r"\.(run\.json|opening\.parquet|spool|year=[0-9]{4})\.part")
"""Names that a killed writer of a run may have left: those from ``beside``."""


def leftovers(folder: Path, left: re.Pattern[str] = LEFT) -> Iterator[Path]:
    """Yield the files that a killed writer left in its folder."""
    return (path for path in folder.iterdir() if left.fullmatch(path.name))


def remove(path: Path) -> None:
    """Remove a file, or a folder with its contents, if it exists."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def make_folders(path: Path) -> None:
    """Make a folder and missing folders above it, for their owner only."""
    if not path.is_dir():
        make_folders(path.parent)
        path.mkdir(mode=0o700, exist_ok=True)


def sync(path: Path) -> None:
    """Wait until a file or the entries of a folder are on the disk; of folders only where the system can (POSIX)."""
    if not OPENS_FOLDERS and path.is_dir():
        return
    handle = os.open(path, os.O_RDONLY if OPENS_FOLDERS else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def placed_folder(place: Path) -> Iterator[Path]:
    """Give a new folder beside a place; at the end it is moved there, or removed after an error."""
    part = _new(place, lambda part: part.mkdir(mode=0o700))
    with _moved(part, place):
        yield part
        sync(part)


@contextmanager
def placed_file(place: Path) -> Iterator[BinaryIO]:
    """Give a new file beside a place, to write to; at the end it is moved there, or removed after an error."""
    part = _new(place, private)
    with _moved(part, place), part.open("wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def _new(place: Path, make: Callable[[Path], object]) -> Path:
    """Make the file or folder beside a place; an existing one belongs to another writer and is kept."""
    part = beside(place)
    try:
        make(part)
    except FileExistsError:
        why = f"is in the way of {place.name}, which is written under that name first"
        raise LedgerError(f"{part}: {why}; move it, or remove it if a writer that was killed left it") from None
    return part


@contextmanager
def _moved(part: Path, place: Path) -> Iterator[None]:
    try:
        yield
        part.replace(place)
        sync(place.parent)
    except BaseException:
        remove(part)
        raise


def private(path: Path) -> Path:
    """Create a file that only its owner may read and write, and return its path."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    return path


def write_new(path: Path, content: bytes) -> None:
    """Write a new file and wait until it is on the disk."""
    private(path).write_bytes(content)
    sync(path)


def replace_file(path: Path, content: bytes | memoryview) -> None:
    """Write a file beside its place and move it there: readers see the old one or the new one."""
    with placed_file(path) as file:
        file.write(content)


def sha256(content: bytes | memoryview) -> str:
    """Return the SHA-256 of bytes, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


# --- JSON in one form only, so that any change is detected ---


def json_bytes(content: Any) -> bytes:
    """Return plain data as JSON: keys sorted, two spaces, a newline at the end."""
    return f"{_json(content)}\n".encode()


class Sealed(NamedTuple):
    """JSON with its own SHA-256 in it, under ``seal``."""

    content: bytes
    seal: str


def sealed(content: Mapping[str, Any]) -> Sealed:
    """Return content as JSON, sealed: the seal is the SHA-256 of what the JSON would be without it."""
    members = {name: _member(name, value) for name, value in content.items()}
    seal = sha256(_object(members))
    return Sealed(_object({**members, "seal": _member("seal", seal)}), seal)


def _object(members: Mapping[str, str]) -> bytes:
    """Return members as ``json_bytes`` returns the whole: each is encoded once."""
    inner = ",\n".join(members[name] for name in sorted(members))
    return f"{{\n{inner}\n}}\n".encode()


def _member(name: str, value: Any) -> str:
    return f"  {_json(name)}: {_json(value)}".replace("\n", "\n  ")


def _json(content: Any) -> str:
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
