"""The identity of a run: everything that decides its results, its file, and how two runs differ in it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow
from numpy.typing import NDArray
from pydantic import ConfigDict, ValidationError

from workforce_sim.config import Config
from workforce_sim.errors import LedgerError
from workforce_sim.store.documents import (
    Described,
    Document,
    RunDocument,
    Source,
    WrittenTable,
    first_problem,
    read_document,
    way_on,
)
from workforce_sim.store.files import RESTORE, is_file, readable
from workforce_sim.store.layout import ENSEMBLE, MANIFEST, RUN, json_bytes, replace_file, sealed, sha256
from workforce_sim.store.ledger import ordered, values_of
from workforce_sim.store.parquet import FAST
from workforce_sim.tables import CENSUS, SCHEMA, completed
from workforce_sim.wording import shortened

FOLDER = 2
"""Of the folder: its files, and what their names mean."""

FORMAT = f"{FOLDER}-{SCHEMA}"
"""Of a run on disk: its folder, and the columns and types of its tables."""

_NOT_DECIDING = (("simulation", "end_year"), ("census", "path"), ("output", "path"))
"""Length of a run, and paths of files: no year depends on them."""

_DECIDING = ("replicate", "engine", "census", "opening", "versions", "level", "format")


def software() -> dict[str, str]:
    """Return the versions that decide the bytes of a run: of the model, and of the software that writes its files."""
    try:
        own = version("workforce-sim")
    except PackageNotFoundError:  # run from a folder, not installed
        own = "unknown"
    return {"workforce_sim": own, "pyarrow": pyarrow.__version__}


def census_fingerprint(census: pl.DataFrame) -> str:
    """Return the SHA-256 of the values of a completed census in written order, independent of the file format."""
    digest = hashlib.sha256()
    for part in values_of(completed(census, CENSUS), "census"):
        digest.update(part)
    return digest.hexdigest()


class _Section(Document):
    model_config = ConfigDict(extra="allow")


class _Years(_Section):
    start_year: int
    end_year: int


class _Place(_Section):
    path: str | None


class _Asked(_Section):
    """Keys of a configuration that are read without validation and must be present."""

    simulation: _Years
    census: _Place
    output: _Place
    random_seed: int


@dataclass(frozen=True)
class Header:
    """The identity of a run.

    Attributes:
        configuration: all of it, as JSON.
        replicate: the number of the simulation.
        engine: the engine that computed it.
        census: fingerprint of the completed census; never its content.
        opening: rows and SHA-256 of ``opening.parquet``; None without one.
        notes: what was imputed, ignored or dropped; compliance warnings.
        versions: of the software.
        level: of compression, if the kind of compression has levels.
        own: the user's own events: SHA-256 of the source of each, by name.
        format: format of the folder.
        source: where the census came from; None for runs written without it.
    """

    configuration: Mapping[str, Any]
    replicate: int
    engine: str
    census: str
    opening: Mapping[str, Any] | None = None
    notes: tuple[str, ...] = ()
    versions: Mapping[str, str] = field(default_factory=software)
    level: int = FAST
    own: Mapping[str, str] = field(default_factory=dict)
    format: int | str = FORMAT
    source: Source | None = None

    @classmethod
    def of(cls, found: Described, path: Path) -> Header:
        """Return the header in a file.

        Raises:
            LedgerError: when its configuration is not valid in this version.
        """
        content = found.model_dump(exclude={"seal"})
        header = cls(**{**content, "notes": tuple(found.notes)})
        try:
            _Asked.model_validate(found.configuration)
            header.config  # noqa: B018 - checked once, kept
        except (ValueError, ArithmeticError, RecursionError) as error:
            where = f": {first_problem(error)}" if isinstance(error, ValidationError) else ""
            what = f"holds a configuration that this version cannot read{where}"
            raise LedgerError(f"{path}: {what}; {way_on(found.versions)}") from None
        return header

    @cached_property
    def config(self) -> Config:
        """The configuration."""
        return Config.model_validate_json(json_bytes(self.configuration))

    @property
    def starts_from(self) -> WrittenTable | None:
        """The record of ``opening.parquet``; None without one."""
        return None if self.opening is None else WrittenTable.model_validate(self.opening)

    @property
    def compression(self) -> str:
        """The kind of compression."""
        return self.config.output.compression

    @property
    def years(self) -> range:
        """The plan years asked for."""
        return self.config.simulation.years

    @property
    def software(self) -> str:
        """The versions, in words."""
        return ", ".join(f"{name} {number}" for name, number in sorted(self.versions.items()))

    @cached_property
    def identity(self) -> dict[str, Any]:
        """What decides each year of the run, not to be changed: all but the last year and paths of files."""
        asked = dict(self.configuration)
        for section, name in _NOT_DECIDING:
            asked[section] = {key: value for key, value in asked[section].items() if key != name}
        deciding = {name: getattr(self, name) for name in (*_DECIDING, *(["own"] if self.own else []))}
        return {**deciding, "configuration": asked}

    def starting_from(self, opening: Mapping[str, Any]) -> Header:
        """Return the header of the run with this opening."""
        return replace(self, opening=opening).with_read(self.config)

    def with_read(self, config: Config) -> Header:
        """Keep the configuration, which then need not be read again."""
        vars(self)["config"] = config
        return self

    def fault(self, path: Path, what: str) -> LedgerError:
        """Return the error for a damaged table."""
        return LedgerError(f"{path}: {what}; {RESTORE}")

    def root(self) -> str:
        """Return the SHA-256 of the identity, which starts the chain of years."""
        return sha256(json_bytes(self.identity))

    def asked(self) -> str:
        """Return the SHA-256 of what was asked: the same in memory and on disk, wherever files lie."""
        return sha256(json_bytes({**self.identity, "opening": None}))

    def write(self, run: Path) -> None:
        """Write ``run.json``."""
        replace_file(run / RUN, sealed(asdict(self)).content)


@dataclass(frozen=True)
class Origin:
    """The origin of a run in memory.

    Attributes:
        replicate: the number of the simulation.
        engine: the engine that computed it.
        census: the completed census, in any order; None for tables that come from no run.
        order: its rows in written order, if known.
        own: the user's own events: SHA-256 of the source of each, by name.
        source: where the census came from; None if unknown.
    """

    replicate: int = 0
    engine: str = "fast"
    census: pl.DataFrame | None = None
    order: NDArray[np.integer[Any]] | None = None
    own: Mapping[str, str] = field(default_factory=dict)
    source: Source | None = None

    def header(self, config: Config, notes: tuple[str, ...], level: int = FAST) -> Header:
        """Return the header to write; ``level`` is that of compression."""
        configuration = config.model_dump(mode="json", by_alias=True)
        return Header(
            configuration,
            self.replicate,
            self.engine,
            self._fingerprint(),
            notes=notes,
            level=level,
            own=dict(self.own),
            source=self.source,
        ).with_read(config)

    def _fingerprint(self) -> str:
        if self.census is None:
            return "unknown"
        return census_fingerprint(ordered(self.census, "census") if self.order is None else self.census[self.order])


def read_header(run: Path) -> Header:
    """Return the header of the run in a folder.

    Raises:
        FileNotFoundError: when there is no such folder.
        LedgerError: when it has no run, a run in an older format, or a changed ``run.json``.
    """
    with readable(run):
        there, known = run.exists(), is_file(run / RUN)
    if not there:
        raise FileNotFoundError(f"{run}: no such folder")
    if not known:
        raise LedgerError(f"{run}: {_found_instead(run)}")
    return Header.of(read_document(run / RUN, RunDocument, FORMAT), run / RUN)


_INSTEAD = {
    ENSEMBLE: "an ensemble, which has no tables of employees: open replicates.parquet, bands.parquet or bands.json",
    "comparison.json": "a comparison: open its tables (Parquet) or comparison.json",
    "sweep.json": "a sweep: open its tables (Parquet) or sweep.json",
    "portfolio.json": "a portfolio: workforce-sim portfolio show prints its totals; a run of it lies in runs",
}
"""Other kinds of folders, by the file that identifies them."""


def _found_instead(run: Path) -> str:
    """Return what a folder is that should have been a run."""
    if not run.is_dir():
        return "is a file; give the folder of a run"
    if is_file(run / MANIFEST):
        return "is a part of a run or of an ensemble; give the folder that it lies in"
    for name, what in _INSTEAD.items():
        if is_file(run / name):
            return f"is not a run but {what}"
    return "holds no complete run; write it again"


_NO_DIFFERENCE = {"opening": None, "level": None, "format": None}
"""Fields in which two equal runs may differ; all readable formats count as equal."""


def differences(there: Header, asked: Header) -> list[str]:
    """Return one line with all differences that affect results."""
    known, wanted = (dict(_leaves(header.identity | _NO_DIFFERENCE)) for header in (there, asked))
    changed = [name for name in sorted({*known, *wanted}) if known.get(name, ...) != wanted.get(name, ...)]
    return [f"{n}: {_shown(known.get(n, ...))} there, {_shown(wanted.get(n, ...))} asked for" for n in changed]


def refuse_difference(what: str, there: Header, asked: Header, *, extended: bool = False) -> None:
    """Raise ``LedgerError``, beginning with ``what``, when two runs differ; ``extended`` allows for more years."""
    lines = differences(there, asked)
    if there.years[-1] != asked.years[-1] and not extended:
        lines.append(f"simulation.end_year: {there.years[-1]} there, {asked.years[-1]} asked for")
    if lines:
        raise LedgerError("\n  ".join([what, *lines[:MOST_LINES], *(["..."] if len(lines) > MOST_LINES else [])]))


MOST_LINES = 12


def _leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the dotted name of each single value of nested data, as in a configuration."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, f"{name}.{key}".strip("."))
    else:
        yield name.removeprefix("configuration."), value


def _shown(value: Any) -> str:
    if value is ...:
        return "nothing"
    return shortened(str(value), 60)
