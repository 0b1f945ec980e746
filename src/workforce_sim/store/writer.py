"""Writing a run: one plan year after another, each committed in one step; begun anew, gone on with, or extended."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl

from workforce_sim.errors import LedgerError
from workforce_sim.ledger import in_order
from workforce_sim.opening import Tables
from workforce_sim.store.header import Header, read_header, refuse_difference
from workforce_sim.store.layout import (
    CARRIED,
    LOCK,
    MADE,
    MANIFEST,
    OPENING,
    RESTORE,
    RUN,
    committed_years,
    is_leftover,
    json_bytes,
    leftovers,
    new_folder,
    placed,
    read_sealed,
    remove,
    sealed,
    sync,
    table_file,
    write_new,
    year_folder,
)
from workforce_sim.store.lock import locked
from workforce_sim.store.parquet import write_tables


@dataclass(frozen=True)
class Carried:
    """What the next year needs besides the snapshots.

    Attributes:
        staff: one row for each who stays, in the order of the snapshots.
        forfeitures_cents: unused forfeitures, by replicate.
    """

    staff: pl.DataFrame
    forfeitures_cents: list[int]


@dataclass
class RunWriter:
    """A run held for writing.

    Attributes:
        folder: of the run.
        header: what the run is.
        years: plan years that stand already.
    """

    folder: Path
    header: Header
    years: list[int]
    _before: str = field(init=False)

    def __post_init__(self) -> None:
        self._before = chain(self.folder, self.header, self.years)

    def commit(self, year: int, tables: Tables, carried: Carried | None, made: Mapping[str, Any]) -> None:
        """Write one plan year beside its place, wait for the disk, and move it there.

        Raises:
            LedgerError: when it cannot be written; what stood before still stands.
        """
        with writable(self.folder), placed(year_folder(self.folder, year)) as part:
            manifest = self._written(new_folder(part), year, tables, carried)
            write_new(part / MADE, json_bytes(sealed({**machine(), **made})))
        self._before, self.years = manifest["seal"], [*self.years, year]

    def _written(self, part: Path, year: int, tables: Tables, carried: Carried | None) -> dict[str, Any]:
        """Write the files of a year and their manifest, and return it."""
        written = in_order(tables)
        frames = {table_file(name): getattr(written, name) for name in ("events", "snapshots", "summary")}
        if carried is not None:
            frames[CARRIED] = carried.staff
        files = {part / name: frame for name, frame in frames.items()}
        manifest = sealed(
            {
                "run": self.header.identity(),
                "year": year,
                "files": write_tables(files, self.header.compression, self.header.level),
                "forfeitures_cents": None if carried is None else carried.forfeitures_cents,
                "before": self._before,
            }
        )
        write_new(part / MANIFEST, json_bytes(manifest))
        return manifest


def chain(run: Path, header: Header, years: list[int]) -> str:
    """Return the seal of the last of these years, each checked to hang on the one before; without any, the root.

    Raises:
        LedgerError: when a year is missing or does not belong to this run.
    """
    before = header.root()
    if years and header.opening is not None:
        _refuse_missing(run, {OPENING: header.opening})
    surplus = years[len(header.years) :]
    if surplus:
        raise LedgerError(f"{run}: {surplus[0]} is none of its years; remove what does not belong there")
    for year, expected in zip(years, header.years, strict=False):
        if year != expected:
            raise LedgerError(f"{run}: {expected} is missing, though {year} is there; write the run again elsewhere")
        manifest = read_sealed(year_folder(run, year) / MANIFEST)
        if manifest["before"] != before:
            raise LedgerError(f"{year_folder(run, year)}: belongs to another run; write the run again elsewhere")
        _refuse_missing(year_folder(run, year), manifest["files"])
        before = sealed(manifest)["seal"]
    return before


def _refuse_missing(folder: Path, files: Mapping[str, Mapping[str, Any]]) -> None:
    """Raise ``LedgerError`` when a file is not there or not as large as it was written."""
    for name, known in files.items():
        path = folder / name
        if not path.is_file():
            raise LedgerError(f"{path}: missing; {RESTORE}")
        if path.stat().st_size != known["bytes"]:
            raise LedgerError(f"{path}: was changed since it was written; {RESTORE}")


def finished(run: Path, header: Header) -> bool:
    """Return whether a folder holds exactly this run already, whole.

    Raises:
        LedgerError: when it holds another run, with what differs.
    """
    if not (run / RUN).is_file():
        return False
    _refuse_other(run, header)
    unclean = (run / LOCK).exists() or any(leftovers(run))  # another is writing, or was killed when all but done
    return not unclean and committed_years(run) == list(header.years)


@contextmanager
def writing(run: Path, header: Header, opening: pl.DataFrame | None) -> Iterator[RunWriter]:
    """Hold a folder and begin a run in it, or go on with the same one.

    Args:
        run: new or empty folder, or that of the same run, unfinished or to be extended.
        header: what the run is; rows and hash of the opening are filled in.
        opening: the completed census as the run starts.

    Raises:
        LedgerError: when the folder holds anything else, is being written by another, or cannot be written.
    """
    refuse_foreign(run)
    with writable(run), held(run):
        there = _refuse_other(run, header) if (run / RUN).is_file() else None
        with _cleared_up(run):
            yield _begun(run, header, opening, there)


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Make a folder where there is none and hold it for writing; one that is new and empty at an error is removed."""
    new = not folder.exists()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with locked(folder):
            yield
    except BaseException:
        if new and not any(folder.iterdir()):
            folder.rmdir()
        raise


@contextmanager
def writable(run: Path) -> Iterator[None]:
    """Say which run could not be written, and why."""
    try:
        yield
    except (OSError, pl.exceptions.PolarsError) as error:
        if isinstance(error, LedgerError):
            raise
        why = getattr(error, "strerror", None) or str(error).split("\n", 1)[0]
        raise LedgerError(f"{run}: cannot be written ({why}); check space and permissions") from error


@contextmanager
def _cleared_up(run: Path) -> Iterator[None]:
    """Leave nothing of a run of which not one year could be committed."""
    try:
        yield
    except BaseException:
        if not committed_years(run):
            for path in (run / RUN, run / OPENING, *leftovers(run)):
                remove(path)
        raise


def refuse_foreign(run: Path) -> None:
    """Raise ``LedgerError`` when a folder holds anything but a run, or can be none."""
    try:
        run.stat()
    except FileNotFoundError:
        return
    except ValueError:
        raise LedgerError("the folder of a run has a name that no file can have; choose another") from None
    except OSError as error:
        raise LedgerError(f"{run}: cannot be written ({error.strerror}); choose another folder") from None
    there = {entry.name for entry in run.iterdir()} if run.is_dir() else {""}  # looked at once: it may be growing
    ours = {OPENING, LOCK, *(name for name in there if is_leftover(name))}
    if RUN not in there and there - ours:
        raise LedgerError(f"{run}: exists and is not an empty folder; choose another or remove it first")


def _begun(run: Path, header: Header, opening: pl.DataFrame | None, there: Header | None) -> RunWriter:
    for path in leftovers(run):
        remove(path)
    if there is None:
        run.chmod(0o700)
        sync(run.parent)
        header = replace(header, opening=_opening(run, header, opening))
        header.write(run)
        return RunWriter(run, header, [])
    if there.years != header.years:
        there = replace(there, configuration=header.configuration, notes=header.notes, source=header.source)
        there.write(run)
    return RunWriter(run, there, committed_years(run))


def _opening(run: Path, header: Header, opening: pl.DataFrame | None) -> dict[str, Any] | None:
    """Write the opening, and return its rows and hash."""
    remove(run / OPENING)
    if opening is None:
        return None
    with placed(run / OPENING) as part:
        (found,) = write_tables({part: opening}, header.compression, header.level).values()
    return found


def _refuse_other(run: Path, asked: Header) -> Header:
    """Return what is there; raise ``LedgerError`` when it is another run."""
    there = read_header(run)
    extended = there.years[-1] < asked.years[-1]
    refuse_difference(f"{run}: holds another run; choose another folder", there, asked, extended=extended)
    return there


def machine() -> dict[str, Any]:
    """Return what computed and wrote: for the record, nothing depends on it."""
    libraries = {name: version(name) for name in ("polars", "numpy", "pyarrow", "pydantic")}
    return {
        "committed": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "python": platform.python_version(),
        "libraries": libraries,
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "processors": os.cpu_count(),
        "threads": pl.thread_pool_size(),
        "peak_memory_mb": peak_memory_mb(),
    }


def peak_memory_mb() -> float:
    """Return the most memory this process has held so far, MB."""
    import resource  # noqa: PLC0415 - only where runs are written: POSIX

    unit = 1 if sys.platform == "darwin" else 1024
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6, 1)
