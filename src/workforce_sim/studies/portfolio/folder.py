"""The folder of a portfolio: what was asked, one folder of results for each employer, and the totals.

::

    OUT/
      portfolio.json              what was asked, and of how many employers; sealed
      configurations/HASH.json    each configuration once
      employers/NAME/             written beside and moved there in one step, never written again
        summary.parquet           one row per simulation and year
        employer.json             configuration, census, number of the first simulation, notes; sealed
      runs/NAME/                  the whole run of the employer, where runs are kept
      employers.parquet           one row per employer: what became of it
      totals.parquet              one row per group, simulation and year

An employer's folder is complete or not there at all: a killed process loses the employers it was at, no more.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import polars as pl
from pydantic import Field

from workforce_sim.errors import LedgerError
from workforce_sim.store.documents import Count, Document, Replicate, Sha256, WrittenTable, read_document
from workforce_sim.store.files import is_there, opened_file, readable
from workforce_sim.store.header import software
from workforce_sim.store.layout import (
    json_bytes,
    leftovers,
    make_folders,
    private,
    remove,
    replace_file,
    sealed,
    sha256,
    sync,
)
from workforce_sim.store.parquet import decoded, encoded
from workforce_sim.store.writer import held, refuse_without, writable

PORTFOLIO, EMPLOYER, SUMMARY = "portfolio.json", "employer.json", "summary.parquet"
EMPLOYERS_TABLE, TOTALS_TABLE = "employers.parquet", "totals.parquet"
CONFIGURATIONS, EMPLOYERS, RUNS = "configurations", "employers", "runs"
FORMAT = 1
"""Of the folder: its files, their columns, and what their names mean."""

_LEFT = re.compile(r"\.(portfolio\.json|employers\.parquet|totals\.parquet|[0-9a-f]{64}\.json)\.part")
_PART = re.compile(r"\..+\.[0-9a-f]{16}\.part")
_SMALL = 50
"""Rows of a summary."""
_THREADS = 8
"""Files whose way to the disk is waited for at a time."""


class PortfolioDocument(Document):
    """``portfolio.json``: what decides the results of all employers alike."""

    format: int
    replicates: Annotated[int, Field(ge=1)]
    keep: bool
    groups: list[str]
    versions: dict[str, str]
    seal: Sha256


class EmployerDocument(Document):
    """``employer.json``."""

    format: int
    name: str
    configuration: Sha256
    census: str
    first: Replicate
    replicates: Count
    employees: Count
    notes: list[str]
    versions: dict[str, str]
    files: dict[str, WrittenTable]
    seal: Sha256

    @property
    def identity(self) -> Identity:
        """What decided the results."""
        return Identity(self.name, self.configuration, self.census, self.first, self.replicates)


@dataclass(frozen=True)
class Identity:
    """What decides the results of an employer: hashes of configuration and census, and which simulations."""

    name: str
    configuration: str
    census: str
    first: int
    replicates: int


@dataclass(frozen=True)
class Simulated:
    """The results of an employer, to be written."""

    identity: Identity
    employees: int
    notes: tuple[str, ...]
    summary: pl.DataFrame


# --- the whole ---


@contextmanager
def begun(folder: Path, replicates: int, groups: Sequence[str], names: Iterable[str], *, keep: bool) -> Iterator[None]:
    """Lock a folder for a portfolio, new or the same one, and write what was asked.

    Raises:
        LedgerError: when it holds anything else, other settings, or employers that the book does not have.
    """
    refuse_without(PORTFOLIO, folder, "exists and is not a portfolio; choose another folder, or remove it first")
    asked = {"format": FORMAT, "replicates": replicates, "keep": keep, "groups": [*groups], "versions": software()}
    with ExitStack() as stack:
        with writable(folder):
            stack.enter_context(held(folder))
        if is_there(folder / PORTFOLIO):
            _refuse_other(folder, asked)
        with writable(folder):
            for place in (folder / EMPLOYERS, folder / CONFIGURATIONS):
                make_folders(place)
            _clear(folder)
            _refuse_others(folder, {*names})
            replace_file(folder / PORTFOLIO, sealed(asked).content)
            remove(folder / TOTALS_TABLE)  # until the end it is not finished
        yield
        with writable(folder):
            _clear(folder)  # of a worker that was killed meanwhile


def _refuse_other(folder: Path, asked: Mapping[str, Any]) -> None:
    there = read_document(folder / PORTFOLIO, PortfolioDocument, FORMAT).model_dump(exclude={"seal", "groups"})
    other = [f"{name}: {there[name]} there, {asked[name]} asked for" for name in there if there[name] != asked[name]]
    if other:
        raise LedgerError("\n  ".join([f"{folder}: holds another portfolio; choose another folder", *other]))


def _clear(folder: Path) -> None:
    """Remove what killed writers left."""
    places = ((folder / EMPLOYERS, _PART), (folder, _LEFT), (folder / CONFIGURATIONS, _LEFT))
    for path in [path for place, left in places for path in leftovers(place, left)]:
        remove(path)


def _refuse_others(folder: Path, names: set[str]) -> None:
    """Raise ``LedgerError`` for employers that are not in the book."""
    others = sorted({path.name for path in (folder / EMPLOYERS).iterdir()} - names)
    if others:
        what = f"holds {len(others):,} employers that the book does not have (first: {others[0]})"
        raise LedgerError(f"{folder}: {what}; remove their folders, or choose another folder")


def asked_of(folder: Path) -> PortfolioDocument:
    """Return what was asked of the portfolio in a folder.

    Raises:
        FileNotFoundError: when there is no such folder.
        LedgerError: when it holds no portfolio, or one that is not finished.
    """
    if not is_there(folder):
        raise FileNotFoundError(f"{folder}: no such folder")
    with readable(folder):
        if not is_there(folder / PORTFOLIO):
            raise LedgerError(f"{folder}: holds no portfolio; give the folder of: workforce-sim portfolio run --out")
        if not is_there(folder / TOTALS_TABLE):
            raise LedgerError(f"{folder}: is not finished; run its command again to continue it")
    return read_document(folder / PORTFOLIO, PortfolioDocument, FORMAT)


def put_table(path: Path, table: pl.DataFrame) -> None:
    """Write a table beside its place and move it there."""
    replace_file(path, encoded([table], "zstd")[0])


def table_of(path: Path) -> pl.DataFrame:
    """Return a table of a portfolio."""
    with opened_file(path) as file:
        return decoded(path, file.read())


def put_configuration(folder: Path, configuration: Mapping[str, Any]) -> str:
    """Write a configuration under its hash, unless it is there, and return the hash."""
    content = json_bytes(configuration)
    name = sha256(content)
    place = folder / CONFIGURATIONS / f"{name}.json"
    if not is_there(place):
        replace_file(place, content)
    return name


# --- one employer ---

_versions = cache(software)


def stored(folder: Path, identity: Identity) -> tuple[EmployerDocument, pl.DataFrame] | None:
    """Return the results of an employer that are on the disk; None where there are none.

    Raises:
        LedgerError: when they are of another census or configuration, or were changed.
    """
    place = folder / EMPLOYERS / identity.name
    if not is_there(place):
        return None
    about, summary = read_employer(place)
    if about.identity != identity or about.versions != _versions():
        what = "holds results of another census, configuration or version"
        raise LedgerError(f"{place}: {what}; remove it to simulate the employer again, or choose another folder")
    return about, summary


def read_employer(place: Path) -> tuple[EmployerDocument, pl.DataFrame]:
    """Return the results in the folder of an employer, checked against their hash.

    Raises:
        LedgerError: when they are damaged.
    """
    about = read_document(place / EMPLOYER, EmployerDocument, FORMAT)
    with opened_file(place / SUMMARY) as file:
        content = file.read()
    if sha256(content) != about.files[SUMMARY].sha256:
        raise LedgerError(f"{place}: was changed since it was written; remove it, and run the command again")
    return about, decoded(place / SUMMARY, content)


def commit(folder: Path, employers: Sequence[Simulated]) -> None:
    """Write the folders of employers beside their places, wait for the disk, and move them there.

    A folder that another process has moved there meanwhile holds the same bytes, and stays.
    """
    place = folder / EMPLOYERS
    parts = [(place / f".{one.identity.name}.{secrets.token_hex(8)}.part", one) for one in employers]
    with writable(folder):
        try:
            written = [path for part, one in parts for path in _written(part, one)]
            with ThreadPoolExecutor(_THREADS) as pool:
                list(pool.map(sync, written))
            for part, one in parts:
                _moved(part, place / one.identity.name)
            sync(place)
        finally:
            for part, _ in parts:
                remove(part)


def _moved(part: Path, place: Path) -> None:
    try:
        part.rename(place)
    except OSError:
        if not is_there(place / EMPLOYER):
            raise


def _written(part: Path, one: Simulated) -> list[Path]:
    """Write the folder of an employer, and return what has to reach the disk."""
    small = one.summary.height < _SMALL  # is written sooner, and no larger, without compression
    content, rows = encoded([one.summary], "uncompressed" if small else "zstd")
    identity = one.identity
    about = {
        "format": FORMAT,
        **vars(identity),
        "employees": one.employees,
        "notes": [*one.notes],
        "versions": _versions(),
        "files": {SUMMARY: {"rows": rows, "bytes": len(content), "sha256": sha256(content)}},
    }
    part.mkdir(mode=0o700)
    files: dict[Path, bytes | memoryview] = {part / SUMMARY: content, part / EMPLOYER: sealed(about).content}
    for path, text in files.items():
        private(path).write_bytes(text)
    return [*files, part]
