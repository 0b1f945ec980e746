"""Where everything of a run lies, and how it gets there: written beside, synced, renamed.

::

    RUN/
      run.json             what was asked: configuration, census fingerprint, versions
      opening.parquet      the completed census, as the run started from it
      year=2025/           one part per plan year, committed in one step, never written again
        events.parquet  snapshots.parquet  summary.parquet
        carried.parquet    what the next year needs besides the snapshots
        manifest.json      rows and SHA-256 of each file, chained to the years before
        made.json          when, how long, on what machine: nothing else depends on it

While a run is written there is a ``.lock`` too, and beside a part that is not committed yet its name ends in ``.part``.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from workforce_sim.errors import LedgerError

RUN, OPENING, LOCK = "run.json", "opening.parquet", ".lock"
MANIFEST, MADE, CARRIED = "manifest.json", "made.json", "carried.parquet"
_YEAR = re.compile(r"year=([0-9]{4})")


def year_folder(run: Path, year: int) -> Path:
    """Return the folder of a plan year."""
    return run / f"year={year:04d}"


def table_file(name: str) -> str:
    """Return the name of the file of a table within the folder of a year."""
    return f"{name}.parquet"


def committed_years(run: Path) -> list[int]:
    """Return the plan years that stand in a run, in order."""
    found = [_YEAR.fullmatch(entry.name) for entry in run.iterdir()] if run.is_dir() else []
    return sorted(int(match[1]) for match in found if match is not None)


def beside(path: Path) -> Path:
    """Return the name under which a file or folder is written before it is renamed."""
    return path.parent / f".{path.name}.part"


def is_leftover(name: str) -> bool:
    """Return whether a name is one that ``beside`` gives."""
    return name.startswith(".") and name.endswith(".part")


def leftovers(run: Path) -> Iterator[Path]:
    """Yield what a killed writer left beside the parts."""
    return (path for path in run.iterdir() if is_leftover(path.name))


def remove(path: Path) -> None:
    """Remove a file or a folder with all in it, where there is one."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def new_folder(path: Path) -> Path:
    """Make an empty folder that only its owner may read."""
    remove(path)
    path.mkdir(mode=0o700)
    return path


def sync(path: Path) -> None:
    """Wait until a file or the entries of a folder are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def commit(part: Path, place: Path) -> None:
    """Move what was written beside to its place, for good."""
    part.rename(place)
    sync(place.parent)


@contextmanager
def placed(place: Path) -> Iterator[Path]:
    """Give the path beside a place, to write a file or a folder to; it is moved there, or removed when that fails."""
    part = beside(place)
    remove(part)
    try:
        yield part
        sync(part)
        commit(part, place)
    except BaseException:
        remove(part)
        raise


def private(path: Path) -> Path:
    """Create a file that only its owner may read and write, and return its path."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    return path


def write_new(path: Path, content: bytes) -> None:
    """Write a file that is not there yet, and wait for the disk."""
    private(path).write_bytes(content)
    sync(path)


def replace_file(path: Path, content: bytes) -> None:
    """Write a file beside its place and move it there: a reader sees the old one or the new one."""
    with placed(path) as part:
        private(part).write_bytes(content)


def sha256(content: bytes) -> str:
    """Return the SHA-256 of bytes, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# --- JSON, in one form only: a changed byte is seen ---


def json_bytes(content: Any) -> bytes:
    """Return plain data as JSON: keys sorted, two spaces, a newline at the end."""
    text = json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return f"{text}\n".encode()


def sealed(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content with its own SHA-256 under ``seal``."""
    return {**content, "seal": sha256(json_bytes(dict(content)))}


def read_sealed(path: Path, formats: Sequence[int | str] = ()) -> dict[str, Any]:
    """Return the content of a sealed JSON file, one that says of which format it is when only some are read.

    Raises:
        LedgerError: when it cannot be read, is of an older format, or not a byte of it may have changed and one has.
    """
    try:
        raw = path.read_bytes()
        content = json.loads(raw)
        unsealed = {name: value for name, value in content.items() if name != "seal"}
    except FileNotFoundError:
        raise LedgerError(f"{path}: missing") from None
    except (OSError, ValueError, AttributeError, RecursionError) as error:
        raise LedgerError(f"{path}: cannot be read ({type(error).__name__}); {RESTORE}") from None
    if type(unsealed.get("format")) is int:  # whatever seals were then
        refuse_older(path, unsealed, formats)
    if raw != json_bytes(sealed(unsealed)):
        raise LedgerError(f"{path}: was changed since it was written; {RESTORE}")
    refuse_older(path, unsealed, formats)
    return unsealed


def refuse_older(path: Path, content: Mapping[str, Any], formats: Sequence[int | str]) -> None:
    """Raise ``LedgerError`` unless content is of one of the formats that are read, saying which version wrote it."""
    if not formats or content.get("format", formats[0]) in formats:
        return
    found, version = content["format"], content.get("versions", {}).get("workforce_sim")
    what = f"is of an older format ({found}; this version reads {formats[0]})"
    wrote = "the version that wrote it" if version is None else f"workforce_sim {version}, which wrote it"
    raise LedgerError(f"{path}: {what}; simulate it again elsewhere, or read it with {wrote}")


RESTORE = "restore it from a copy, or write the run again elsewhere"
