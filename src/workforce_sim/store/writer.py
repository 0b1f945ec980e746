"""Writing a run: one plan year after another, each committed in one step; new, continued or extended."""

from __future__ import annotations

import os
import platform
import stat
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl

from workforce_sim.errors import LedgerError
from workforce_sim.store.documents import Manifest, read_document
from workforce_sim.store.files import (
    is_file,
    is_there,
    readable,
    refuse_changed,
    refuse_no_folder,
    refuse_other_kind,
    refuse_other_size,
)
from workforce_sim.store.growing import GrowingYear, growing_files
from workforce_sim.store.header import Header, read_header, refuse_difference
from workforce_sim.store.layout import (
    CARRIED,
    FORMER,
    LOCK,
    MADE,
    MANIFEST,
    OPENING,
    RUN,
    beside,
    committed_years,
    leftovers,
    make_folders,
    placed_folder,
    remove,
    replace_file,
    sealed,
    sha256,
    sync,
    table_file,
    write_new,
    year_folder,
)
from workforce_sim.store.ledger import in_order
from workforce_sim.store.lock import is_left_by_a_writer, locked
from workforce_sim.store.parquet import encoded, write_tables
from workforce_sim.tables.output import Tables
from workforce_sim.wording.terminal import printable


@dataclass(frozen=True)
class Carried:
    """What the next year needs besides the snapshots.

    Attributes:
        staff: one row per employee who stays, in the order of the snapshots.
        forfeitures_cents: unused forfeitures, by replicate.
        former: former employees who will come back; None without rehires.
    """

    staff: pl.DataFrame
    forfeitures_cents: list[int]
    former: pl.DataFrame | None = None


Opening = pl.DataFrame | Iterable[pl.DataFrame] | None
"""The opening of a run, in one frame or several in order."""


@dataclass
class RunWriter:
    """A run locked for writing.

    Attributes:
        folder: of the run.
        header: the identity of the run.
        years: plan years committed already.
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
            LedgerError: when it cannot be written; committed years are kept.
        """
        with writable(self.folder), placed_folder(year_folder(self.folder, year)) as part:
            files = self._written(part, tables, carried)
            self._seal(part, year, files, None if carried is None else carried.forfeitures_cents, made)
        self.years = [*self.years, year]

    @contextmanager
    def growing(self, year: int) -> Iterator[GrowingYear]:
        """Give a plan year to add rows to; at the end it is committed, after an error removed.

        It may begin before the previous year is committed, but must not end before that.

        Raises:
            LedgerError: when it cannot be written; committed years are kept.
        """
        with writable(self.folder), placed_folder(year_folder(self.folder, year)) as part:
            with growing_files(part, self.header.compression, self.header.level) as (grown, files):
                yield grown
            self._seal(part, year, files, grown.forfeitures_cents, grown.made)
        self.years = [*self.years, year]

    def _written(self, part: Path, tables: Tables, carried: Carried | None) -> dict[str, Any]:
        """Write the tables of a year and return the records of their files."""
        written = in_order(tables)
        frames = {table_file(name): getattr(written, name) for name in ("events", "snapshots", "summary")}
        if carried is not None:
            frames[CARRIED] = carried.staff
            if carried.former is not None:
                frames[FORMER] = carried.former
        files = {part / name: frame for name, frame in frames.items()}
        return write_tables(files, self.header.compression, self.header.level)

    def _seal(
        self, part: Path, year: int, files: dict[str, Any], forfeitures: list[int] | None, made: Mapping[str, Any]
    ) -> None:
        """Write the manifest of a year whose tables are written, and the record of how it was made."""
        found = sealed(
            {
                "run": self.header.identity,
                "year": year,
                "files": files,
                "forfeitures_cents": forfeitures,
                "before": self._before,
            }
        )
        write_new(part / MANIFEST, found.content)
        write_new(part / MADE, sealed({**machine(), **made}).content)
        self._before = found.seal


def chain(run: Path, header: Header, years: list[int]) -> str:
    """Check that each year continues the one before; return the seal of the last, or the root without any.

    Raises:
        LedgerError: when a year is missing or does not belong to this run.
    """
    before, identity = header.root(), header.identity
    if years and header.starts_from is not None:
        refuse_other_size(run / OPENING, header.starts_from)
    surplus = years[len(header.years) :]
    if surplus:
        raise LedgerError(f"{run}: {surplus[0]} is not one of its years; remove it")
    for year, expected in zip(years, header.years, strict=False):
        if year != expected:
            raise LedgerError(f"{run}: {expected} is missing, though {year} is there; write the run again elsewhere")
        manifest = read_manifest(run, year)
        if (manifest.year, manifest.before, manifest.run) != (year, before, identity):
            raise LedgerError(f"{year_folder(run, year)}: belongs to another run; write the run again elsewhere")
        for name, known in manifest.files.items():
            refuse_other_size(year_folder(run, year) / name, known)
        before = manifest.seal
    return before


def read_manifest(run: Path, year: int) -> Manifest:
    """Return the manifest of a year.

    Raises:
        LedgerError: when its folder is a link, or its manifest cannot be read.
    """
    folder = year_folder(run, year)
    with readable(folder):
        refuse_no_folder(folder)
    return read_document(folder / MANIFEST, Manifest)


def finished(run: Path, header: Header) -> bool:
    """Return whether a folder already has exactly this run, complete.

    Raises:
        LedgerError: when it has another run, with the differences.
    """
    with readable(run):
        if not is_there(run / RUN):
            return False
    _refuse_other(run, header)
    unclean = is_there(run / LOCK) or any(leftovers(run))  # another process is writing, or was killed near the end
    return not unclean and committed_years(run) == list(header.years)


@contextmanager
def writing(run: Path, header: Header, opening: Opening) -> Iterator[RunWriter]:
    """Lock a folder and begin a run in it, or continue the same one.

    Args:
        run: new or empty folder, or that of the same run, unfinished or to be extended.
        header: the identity of the run; rows and hash of the opening are filled in.
        opening: the completed census as the run starts, in one frame or several.

    Raises:
        LedgerError: when the folder has other contents, another process is writing it, or it cannot be written.
    """
    refuse_foreign(run)
    with writable(run), held(run):
        there = _refuse_other(run, header) if is_there(run / RUN) else None
        if there is not None and not committed_years(run):
            _refuse_other_opening(run, there)
        with _cleared_up(run):
            yield _begun(run, header, opening, there)


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Make a folder if it is missing, and lock it for writing; after an error remove it if it is new and empty."""
    new = not folder.exists()
    make_folders(folder)
    try:
        with locked(folder):
            yield
    except BaseException:
        if new and not any(folder.iterdir()):
            folder.rmdir()
        raise


@contextmanager
def writable(run: Path) -> Iterator[None]:
    """Turn an error into one that says which run could not be written, and why."""
    try:
        yield
    except (OSError, pl.exceptions.PolarsError) as error:
        if isinstance(error, LedgerError):
            raise
        why = getattr(error, "strerror", None) or str(error).split("\n", 1)[0]
        raise LedgerError(f"{run}: cannot be written ({why}); check space and permissions") from error


@contextmanager
def _cleared_up(run: Path) -> Iterator[None]:
    """Remove a run of which no year could be committed."""
    try:
        yield
    except BaseException:
        if not committed_years(run):
            for path in (run / RUN, run / OPENING, *leftovers(run)):
                remove(path)
        raise


def refuse_foreign(run: Path) -> None:
    """Raise ``LedgerError`` when a folder has other contents than a run, or cannot have one."""
    refuse_without(RUN, run, "exists and is not an empty folder; choose another or remove it first")


def refuse_without(first: str, folder: Path, why: str) -> None:
    """Raise ``LedgerError`` when a folder that is not empty lacks the file that is written first."""
    there = _names(folder, why)
    with readable(folder):
        refuse_other_kind(folder / first, stat.S_IFREG)
    foreign = [] if first in there else [name for name in there if not _left_of_a_beginning(folder / name, first)]
    if foreign and not is_there(folder / first):  # it may have been written just now
        shown = [*map(printable, foreign[:MOST_NAMES]), *(["..."] if len(foreign) > MOST_NAMES else [])]
        raise LedgerError(f"{folder}: {why} (in it: {', '.join(shown)})")


MOST_NAMES = 3


def _names(folder: Path, why: str) -> list[str]:
    """Return the contents of a folder to write to; nothing if it does not exist yet."""
    try:
        folder.stat()
    except FileNotFoundError:
        return []
    except ValueError:
        raise LedgerError("the folder of a run has a name that no file can have; choose another") from None
    except OSError as error:
        raise LedgerError(f"{folder}: cannot be written ({error.strerror}); choose another folder") from None
    if not folder.is_dir():
        raise LedgerError(f"{folder}: {why}")
    with writable(folder):
        return sorted(entry.name for entry in folder.iterdir())


def _left_of_a_beginning(path: Path, first: str) -> bool:
    """Return whether this may be left from a writer that was killed before its first file was written."""
    if path.name == LOCK:
        return is_left_by_a_writer(path)
    return path == beside(path.parent / first) and (is_file(path) or not is_there(path))


def refuse_inputs(folder: Path, *inputs: object) -> None:
    """Raise ``LedgerError`` when an input file or folder is within the folder to write."""
    for given in inputs:
        if isinstance(given, str | os.PathLike):
            path = Path(given)
            places = path.resolve(), path.parent.resolve() / path.name  # the link and its target
            if any(place.is_relative_to(folder.resolve()) for place in places):
                raise LedgerError(f"{path}: is read, and lies in {folder}, which is written; choose another folder")


def _refuse_other_opening(run: Path, there: Header) -> None:
    """Raise ``LedgerError`` when a run without years has a foreign opening, which would be replaced."""
    if is_there(run / OPENING):
        if there.starts_from is None:
            raise LedgerError(f"{run / OPENING}: is not part of the run; move it")
        refuse_changed(run / OPENING, there.starts_from)


def _begun(run: Path, header: Header, opening: Opening, there: Header | None) -> RunWriter:
    for path in leftovers(run):
        remove(path)
    years = committed_years(run)
    if there is None or not years:
        return _from_the_start(run, header, opening)
    if there.years != header.years:
        there = replace(there, configuration=header.configuration, notes=header.notes, source=header.source)
        there.write(run)
    return RunWriter(run, there, years)


def _from_the_start(run: Path, header: Header, opening: Opening) -> RunWriter:
    """Write the header of the run, then its opening."""
    content = None
    if opening is not None:
        frames = [opening] if isinstance(opening, pl.DataFrame) else opening
        content, rows = encoded(frames, header.compression, header.level)
        header = header.starting_from({"rows": rows, "bytes": len(content), "sha256": sha256(content)})
    sync(run.parent)
    header.write(run)
    if content is None:
        remove(run / OPENING)
    else:
        replace_file(run / OPENING, content)
    return RunWriter(run, header, [])


def _refuse_other(run: Path, asked: Header) -> Header:
    """Return the existing header; raise ``LedgerError`` when it is another run."""
    there = read_header(run)
    extended = there.years[-1] < asked.years[-1]
    refuse_difference(f"{run}: holds another run; choose another folder", there, asked, extended=extended)
    return there


def machine() -> dict[str, Any]:
    """Return what computed and wrote the year; nothing depends on it."""
    return {
        "committed": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "python": platform.python_version(),
        "libraries": _libraries(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "processors": os.cpu_count(),
        "threads": pl.thread_pool_size(),
        "peak_memory_mb": peak_memory_mb(),
    }


@cache
def _libraries() -> dict[str, str]:
    return {name: version(name) for name in ("polars", "numpy", "pyarrow", "pydantic")}


def peak_memory_mb() -> float:
    """Return the most memory this process has held so far, MB."""
    import resource  # noqa: PLC0415 - only where runs are written: POSIX

    unit = 1 if sys.platform == "darwin" else 1024
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6, 1)
