"""Whether a run on disk is what it says: hashes, chain, columns, laws and replay; simulated again when asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import polars as pl

from workforce_sim.census.opening import Opening
from workforce_sim.display.card import Card, CardTable, cells
from workforce_sim.display.displayed import Displayed
from workforce_sim.engine.clock import Clock
from workforce_sim.engine.resume import carried, misfit
from workforce_sim.engine.start import prepared
from workforce_sim.errors import LedgerError
from workforce_sim.explaining.queries import levels_of
from workforce_sim.simulation.run import SimulatedYear, stepped
from workforce_sim.store import ledger
from workforce_sim.store.documents import MadeDocument, Manifest, WrittenTable, read_document
from workforce_sim.store.files import is_there, readable, refuse_changed, refuse_other_size
from workforce_sim.store.header import Header, read_header, software
from workforce_sim.store.layout import (
    CARRIED,
    FORMER,
    LOCK,
    MADE,
    MANIFEST,
    OPENING,
    RUN,
    committed_years,
    table_file,
    year_folder,
)
from workforce_sim.store.reading import Stored
from workforce_sim.store.writer import read_manifest
from workforce_sim.tables import CENSUS, TABLES, Column, names
from workforce_sim.tables.output import Tables
from workforce_sim.verify.checks import broken_laws
from workforce_sim.wording import counted
from workforce_sim.wording.terminal import printable


@dataclass(frozen=True, repr=False)
class Verification(Displayed):
    """What was found in the folder of a run; true when nothing is wrong with it.

    Attributes:
        folder: of the run.
        years: plan years that were looked at.
        problems: a line on everything wrong, naming the file or the year.
        deep: whether the run was simulated again and compared.
        replayed: whether the ledger of the first year could be replayed: not without an opening.
    """

    folder: Path
    years: tuple[int, ...]
    problems: tuple[str, ...]
    deep: bool = False
    replayed: bool = True

    def __bool__(self) -> bool:
        return not self.problems

    def __repr__(self) -> str:
        found = counted(len(self.problems), "problem") if self.problems else "good"
        return f"<Verification of {printable(self.folder.name)}: {found}>"

    def _card(self) -> Card:
        if not self.problems:
            return Card(str(self))
        title = f"{self.folder}: {counted(len(self.problems), 'problem')}"
        return Card(title, (CardTable(("Problem",), cells((line,) for line in self.problems)),))

    def __str__(self) -> str:
        if self.problems:
            return "\n".join(self.problems)
        how = f"hashes, chain, columns, laws, {'replay' if self.replayed else 'replay of all years but the first'}"
        how += ", simulated again" if self.deep else ""
        without = "" if self.replayed else f"; without an opening {self.years[0]} cannot be replayed"
        return f"{self.folder}: good; {self.years[0]} to {self.years[-1]}: {how}{without}"


def verify_run(path: str | Path, *, deep: bool = False) -> Verification:
    """Verify a run on disk.

    Args:
        path: folder of the run.
        deep: simulate it again from its opening and compare every row, and all that a year hands to the next.

    Raises:
        FileNotFoundError: when there is no such folder.
    """
    folder = Path(path)
    try:
        header = read_header(folder)
        stored = Stored(folder, header, tuple(committed_years(folder)))
        problems = [*_files(folder), *_opening(stored), *_years(stored)]
        missing = [*_missing(stored)]
        if stored.years and not problems:  # the content of a changed file is not worth a look
            problems = [*_content(stored), *(_again(stored) if deep else ())]
    except LedgerError as error:
        return Verification(folder, (), (str(error),), deep)
    replayed = header.opening is not None
    return Verification(folder, stored.years, (*problems, *missing), deep, replayed)


# --- files ---


def _files(run: Path) -> Iterator[str]:
    """Yield what lies in the folder and does not belong there."""
    known = {RUN, OPENING, *(f"year={year:04d}" for year in committed_years(run))}
    for path in _entries(run):
        if path.name == LOCK:
            yield f"{path}: the run is being written, or its writer was stopped; simulate it again with the same folder"
        elif path.name not in known:
            yield f"{path}: is not part of the run; remove it"


def _entries(folder: Path) -> list[Path]:
    with readable(folder):
        return sorted(folder.iterdir())


def _opening(stored: Stored) -> Iterator[str]:
    known, path = stored.header.starts_from, stored.folder / OPENING
    if known is not None:
        yield from _same(path, known)
    elif is_there(path):
        yield f"{path}: is not part of the run; remove it"


def _same(path: Path, known: WrittenTable) -> Iterator[str]:
    """Yield a line when a file is not the one that was written."""
    try:
        refuse_other_size(path, known)
        refuse_changed(path, known)
    except LedgerError as error:
        yield str(error)


def _years(stored: Stored) -> Iterator[str]:
    """Yield what is wrong with the files of each year that stands."""
    before: str | None = stored.header.root()
    for year in stored.header.years:
        if year not in stored.years:
            before = None
            continue
        try:
            manifest = read_manifest(stored.folder, year)
            yield from _chained(year_folder(stored.folder, year), manifest, stored.header, year, before)
            yield from _parts(year_folder(stored.folder, year), manifest)
            before = manifest.seal
        except LedgerError as error:
            yield str(error)
            before = None
    for year in sorted({*stored.years} - {*stored.header.years}):
        yield f"{year_folder(stored.folder, year)}: is not a year of this run; remove it"


def _missing(stored: Stored) -> Iterator[str]:
    """Yield a line for years in a row that are not there."""
    missing = [year for year in stored.header.years if year not in stored.years]
    for _, several in groupby(enumerate(missing), lambda place: place[1] - place[0]):
        years = [year for _, year in several]
        rest = f", and all years to {years[-1]}" if len(years) > 1 else ""
        lost = years[-1] < max(stored.years, default=0)
        them = "them" if len(years) > 1 else "it"
        why = f"the run lost {them}" if lost else f"the run is not finished, or lost {them}"
        where = year_folder(stored.folder, years[0])
        yield f"{where}: missing{rest}; {why}: simulate it again {'elsewhere' if lost else 'with the same folder'}"


def _chained(folder: Path, manifest: Manifest, header: Header, year: int, before: str | None) -> Iterator[str]:
    if manifest.year != year or manifest.run != header.identity:
        yield f"{folder / MANIFEST}: is of another year or another run"
    elif before is not None and manifest.before != before:
        yield f"{folder / MANIFEST}: does not follow the year before it in this run"


def _parts(folder: Path, manifest: Manifest) -> Iterator[str]:
    try:
        read_document(folder / MADE, MadeDocument)
    except LedgerError as error:
        yield str(error)
    for name, known in manifest.files.items():
        yield from _same(folder / name, known)
    for path in _entries(folder):
        if path.name not in {MANIFEST, MADE, *manifest.files}:
            yield f"{path}: is not part of the run; remove it"


# --- content ---


def _content(stored: Stored) -> Iterator[str]:
    """Yield what is wrong with the tables, each year against its opening."""
    opening = stored.opening
    if opening is not None:
        if opening.columns[: len(CENSUS)] != names(CENSUS):
            yield f"{stored.folder / OPENING}: has other columns than a census"
            return
        opening = opening.with_columns(replicate=pl.lit(stored.header.replicate, dtype=pl.Int32))
    for year in stored.years:
        if year - 1 not in stored.years and year != stored.header.years[0]:
            opening = None
        try:
            tables = stored.part(year)
            problems = [*_columns(tables, year, stored), *_handed_on(tables, year, stored)]
        except LedgerError as error:
            yield str(error)
            return
        problems = problems or list(broken_laws(opening, tables, opens=stored.header.config.simulation.opening))
        yield from (f"{year_folder(stored.folder, year)}: {problem}" for problem in problems)
        opening = tables.snapshots


def _columns(tables: Tables, year: int, stored: Stored) -> Iterator[str]:
    """Yield tables with other rows than the run has.

    Raises:
        LedgerError: for one with other columns.
    """
    files = read_manifest(stored.folder, year).files
    for name in ledger.TABLES:
        frame = getattr(tables, name)
        if not _fits(frame, TABLES[name], own=bool(stored.header.own)):
            path = year_folder(stored.folder, year) / table_file(name)
            raise stored.header.fault(path, "has other columns or types than the model")
        elif frame.height != files[table_file(name)].rows:
            yield f"{name} has {frame.height} rows, the manifest says otherwise"
        elif (_years_written(year_folder(stored.folder, year) / f"{name}.parquet") != year).any():
            yield f"{name} has rows of other years"


def _handed_on(tables: Tables, year: int, stored: Stored) -> Iterator[str]:
    """Yield what a year hands to the next that is not of the staff who stay."""
    kept = stored.carried(year)
    wrong = None if kept is None else misfit(kept, tables.snapshots)
    if wrong:
        yield wrong


def _years_written(path: Path) -> pl.Series:
    """Return the year of each row as the file has it; a table that is read has that of its folder."""
    return pl.read_parquet(path, columns=["year"], hive_partitioning=False, glob=False)["year"]


def _fits(frame: pl.DataFrame, table: Sequence[Column], *, own: bool) -> bool:
    """Return whether a table has the columns of the model; with a user's own events, others behind them and types."""
    named = {column.name: column.dtype for column in table if column.dtype is not pl.Enum}
    fixed = {name: dtype for name, dtype in named.items() if not (own and name == "event_type")}
    schema = frame.schema
    there = schema.names()[: len(table)] if own else schema.names()
    return there == names(table) and all(schema[name] == dtype for name, dtype in fixed.items())


def _again(stored: Stored) -> Iterator[str]:
    """Yield the tables that another simulation from the same opening does not give."""
    opening = opening_of(stored)
    if opening is None:
        yield f"{stored.folder}: has no opening; it cannot be simulated again"
        return
    if stored.header.own:
        own = ", ".join(stored.header.own)
        yield f"{stored.folder}: has events of its user ({own}); the folder does not hold them to simulate it again"
        return
    config = stored.header.config
    state, world = prepared(config, opening, (stored.header.replicate,))
    other = software()["workforce_sim"] != stored.header.versions.get("workforce_sim")
    wrote = f"; another version wrote the run ({stored.header.versions.get('workforce_sim')})" if other else ""
    years = range(config.simulation.start_year, stored.years[-1] + 1)
    for year in stepped(state, years, world, Clock(), in_order=True):
        for name in _different(stored, year) if year.number in stored.years else ():
            yield f"{year_folder(stored.folder, year.number)}: {name} is not what the simulation gives{wrote}"


def opening_of(stored: Stored) -> Opening | None:
    """Return the opening that a run started from; None where its folder has none."""
    staff = stored.opening
    if staff is None:
        return None
    return Opening(staff.drop("eligible"), levels_of(stored.header.config, staff["level"].dtype))


def _different(stored: Stored, year: SimulatedYear) -> Iterator[str]:
    """Yield what of a year, and of all that it hands to the next, is not as it was simulated."""
    there, kept = stored.part(year.number), stored.carried(year.number)
    yield from (name for name in ledger.TABLES if not _equal(getattr(there, name), getattr(year.tables, name)))
    if kept is not None and year.closing is not None:
        expected = carried(year.closing)
        if not _equal(kept.staff, expected.staff):
            yield CARRIED
        if not _equal_former(kept.former, expected.former):
            yield FORMER
        if kept.forfeitures_cents != expected.forfeitures_cents:
            yield f"forfeitures_cents of {MANIFEST}"


def _equal(there: pl.DataFrame, expected: pl.DataFrame) -> bool:
    return there.schema == expected.schema and there.equals(expected)


def _equal_former(there: pl.DataFrame | None, expected: pl.DataFrame | None) -> bool:
    if there is None or expected is None:
        return there is expected
    return _equal(there, expected)
