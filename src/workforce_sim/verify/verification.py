"""Whether a run on disk is what it says: hashes, chain, columns, laws and replay; simulated again when asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from workforce_sim.config import Level
from workforce_sim.engine.clock import Clock
from workforce_sim.engine.start import prepared
from workforce_sim.errors import LedgerError
from workforce_sim.opening import Opening, Tables
from workforce_sim.run import stepped
from workforce_sim.store.header import Header, read_header
from workforce_sim.store.layout import (
    LOCK,
    MADE,
    MANIFEST,
    OPENING,
    RUN,
    committed_years,
    file_sha256,
    read_sealed,
    sealed,
    year_folder,
)
from workforce_sim.store.reading import Stored
from workforce_sim.tables import TABLES, Column, names
from workforce_sim.verify.checks import broken_laws


@dataclass(frozen=True)
class Verification:
    """What was found in the folder of a run; true when nothing is wrong with it.

    Attributes:
        folder: of the run.
        years: plan years that were looked at.
        problems: a line on everything wrong, naming the file or the year.
        deep: whether the run was simulated again and compared.
    """

    folder: Path
    years: tuple[int, ...]
    problems: tuple[str, ...]
    deep: bool = False

    def __bool__(self) -> bool:
        return not self.problems

    def __str__(self) -> str:
        if self.problems:
            return "\n".join(self.problems)
        how = "hashes, chain, columns, laws, replay" + (", simulated again" if self.deep else "")
        return f"{self.folder}: good; {self.years[0]} to {self.years[-1]}: {how}"


def verify_run(path: str | Path, *, deep: bool = False) -> Verification:
    """Verify a run on disk.

    Args:
        path: folder of the run.
        deep: simulate it again from its opening and compare every row.

    Raises:
        FileNotFoundError: when there is no such folder.
    """
    folder = Path(path)
    try:
        header = read_header(folder)
    except LedgerError as error:
        return Verification(folder, (), (str(error),), deep)
    years = tuple(committed_years(folder))
    stored = Stored(folder, header, years)
    problems = [*_files(folder), *_opening(stored), *_years(stored)]
    if not problems:  # the content of a changed file is not worth a look
        problems = [*_content(stored), *(_again(stored) if deep else ())]
    return Verification(folder, years, tuple(problems), deep)


# --- files ---


def _files(run: Path) -> Iterator[str]:
    """Yield what lies in the folder and does not belong there."""
    known = {RUN, OPENING, *(f"year={year:04d}" for year in committed_years(run))}
    for path in sorted(run.iterdir()):
        if path.name == LOCK:
            yield f"{path}: the run is being written, or its writer was stopped; simulate it again with the same folder"
        elif path.name not in known:
            yield f"{path}: is no part of the run; remove it"


def _opening(stored: Stored) -> Iterator[str]:
    known = stored.header.opening
    if known is not None:
        yield from _same(stored.folder / OPENING, known)


def _same(path: Path, known: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line when a file is not the one that was written."""
    if not path.is_file():
        yield f"{path}: missing"
    elif path.stat().st_size != known["bytes"] or file_sha256(path) != known["sha256"]:
        yield f"{path}: was changed since it was written (its SHA-256 is another)"


def _years(stored: Stored) -> Iterator[str]:
    before: str | None = stored.header.root()
    for year in stored.header.years:
        folder = year_folder(stored.folder, year)
        if year not in stored.years:
            yield f"{folder}: missing; the run is not finished, or lost a year: simulate it again with the same folder"
            before = None
            continue
        try:
            manifest = read_sealed(folder / MANIFEST)
            yield from _chained(folder, manifest, stored.header, year, before)
            yield from _parts(folder, manifest)
            before = sealed(manifest)["seal"]
        except (LedgerError, KeyError, TypeError) as error:
            yield str(error) if isinstance(error, LedgerError) else f"{folder / MANIFEST}: is not of this format"
            before = None
    for year in sorted({*stored.years} - {*stored.header.years}):
        yield f"{year_folder(stored.folder, year)}: is no year of this run; remove it"


def _chained(folder: Path, manifest: dict[str, Any], header: Header, year: int, before: str | None) -> Iterator[str]:
    if manifest["year"] != year or manifest["run"] != header.identity():
        yield f"{folder / MANIFEST}: is of another year or another run"
    elif before is not None and manifest["before"] != before:
        yield f"{folder / MANIFEST}: does not follow the year before it in this run"


def _parts(folder: Path, manifest: dict[str, Any]) -> Iterator[str]:
    try:
        read_sealed(folder / MADE)
    except LedgerError as error:
        yield str(error)
    for name, known in manifest["files"].items():
        yield from _same(folder / name, known)
    for path in sorted(folder.iterdir()):
        if path.name not in {MANIFEST, MADE, *manifest["files"]}:
            yield f"{path}: is no part of the run; remove it"


# --- content ---


def _content(stored: Stored) -> Iterator[str]:
    """Yield what is wrong with the tables, each year against its opening."""
    opening = stored.opening
    if opening is not None:
        opening = opening.with_columns(replicate=pl.lit(stored.header.replicate, dtype=pl.Int32))
    for year in stored.years:
        tables = stored.part(year)
        problems = [*_columns(tables, year, stored)]
        if not problems and opening is not None:
            problems = list(broken_laws(opening, tables))
        yield from (f"{year_folder(stored.folder, year)}: {problem}" for problem in problems)
        opening = tables.snapshots


def _columns(tables: Tables, year: int, stored: Stored) -> Iterator[str]:
    manifest = read_sealed(year_folder(stored.folder, year) / MANIFEST)
    for name in ("events", "snapshots", "summary"):
        frame = getattr(tables, name)
        if not _fits(frame, TABLES[name], own=bool(stored.header.own)):
            yield f"{name} has other columns or types than the model"
        elif frame.height != manifest["files"][f"{name}.parquet"]["rows"]:
            yield f"{name} has {frame.height} rows, the manifest says otherwise"
        elif (_years_written(year_folder(stored.folder, year) / f"{name}.parquet") != year).any():
            yield f"{name} has rows of other years"


def _years_written(path: Path) -> pl.Series:
    """Return the year of each row as the file has it; a table that is read has that of its folder."""
    return pl.read_parquet(path, columns=["year"], hive_partitioning=False, glob=False)["year"]


def _fits(frame: pl.DataFrame, table: Sequence[Column], *, own: bool) -> bool:
    """Return whether a table has the columns of the model; with a user's own events, others behind them and types."""
    named = {column.name: column.dtype for column in table if column.dtype is not pl.Enum}
    fixed = {name: dtype for name, dtype in named.items() if not (own and name == "event_type")}
    there = frame.columns[: len(table)] if own else frame.columns
    return there == names(table) and all(frame.schema[name] == dtype for name, dtype in fixed.items())


def _again(stored: Stored) -> Iterator[str]:
    """Yield the tables that another simulation from the same opening does not give."""
    staff = stored.opening
    if staff is None:
        yield f"{stored.folder}: has no opening; it cannot be simulated again"
        return
    if stored.header.own:
        own = ", ".join(stored.header.own)
        yield f"{stored.folder}: has events of its user ({own}); the folder does not hold them to simulate it again"
        return
    config = stored.header.config
    opening = Opening(staff.drop("eligible"), config.workforce.levels or _levels(staff["level"].dtype))
    state, world = prepared(config, opening, (stored.header.replicate,))
    for year in stepped(state, config.simulation.years, world, Clock(), in_order=True):
        there = stored.part(year.number)
        for name in ("events", "snapshots", "summary"):
            if not getattr(there, name).equals(getattr(year.tables, name)):
                yield f"{year_folder(stored.folder, year.number)}: {name} is not what the simulation gives"


def _levels(dtype: pl.DataType) -> tuple[Level, ...]:
    """Return the levels of a census that has been completed."""
    return tuple(Level(name=name) for name in dtype.categories) if isinstance(dtype, pl.Enum) else ()
