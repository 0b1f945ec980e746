"""What a run is: everything that decides its results, where it is written down, and how two runs differ in it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

import numpy as np
import polars as pl
import pyarrow
from numpy.typing import NDArray

from workforce_sim.config import Config
from workforce_sim.errors import LedgerError
from workforce_sim.ledger import ordered, values_of
from workforce_sim.store.layout import RUN, json_bytes, read_sealed, replace_file, sealed, sha256
from workforce_sim.store.parquet import FAST
from workforce_sim.tables import CENSUS, SCHEMA, completed

FOLDER = 2
"""Of the folder: its files, and what their names mean."""

FORMAT = f"{FOLDER}-{SCHEMA}"
"""Of a run on disk: its folder, and the columns and types of its tables."""

NUMBERED = {2: "2-7d34103788e9f79b"}
"""What a format was that was given a number alone: its runs are read as long as nothing has changed since."""

READ: tuple[int | str, ...] = (FORMAT, *(number for number, known in NUMBERED.items() if known == FORMAT))
"""Formats that are read, the one that is written first."""

Source = Literal["synthetic", "configured", "given"]
"""Where a census comes from: made up, read from ``census.path``, or given to the run in place of either."""

_NOT_DECIDING = (("simulation", "end_year"), ("census", "path"), ("output", "path"))
"""How long a run is, and where files lie: no year depends on them."""

_DECIDING = ("replicate", "engine", "census", "opening", "versions", "level", "format")


def software() -> dict[str, str]:
    """Return the versions that decide the bytes of a run: of the model, and of what writes its files."""
    try:
        own = version("workforce-sim")
    except PackageNotFoundError:  # run from a folder, not installed
        own = "unknown"
    return {"workforce_sim": own, "pyarrow": pyarrow.__version__}


def census_fingerprint(census: pl.DataFrame) -> str:
    """Return the SHA-256 of the values of a completed census in written order; no file format takes part in it."""
    digest = hashlib.sha256()
    for part in values_of(completed(census, CENSUS), "census"):
        digest.update(part)
    return digest.hexdigest()


@dataclass(frozen=True)
class Header:
    """What a run is.

    Attributes:
        configuration: all of it, as JSON.
        replicate: which of the seed's many worlds.
        engine: which engine computed it.
        census: fingerprint of the completed census; never its content.
        opening: rows and SHA-256 of ``opening.parquet``; None without one.
        notes: what was imputed, ignored or dropped; what the law has against the plan.
        versions: of the software.
        level: of compression, where the kind of compression has levels.
        own: the user's own events: SHA-256 of the source of each, by name.
        format: of the folder.
        source: where the census came from; None of runs that were written without it.
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
    def of(cls, content: Mapping[str, Any]) -> Header:
        """Return a header from the plain data that ``asdict`` gives."""
        return cls(**{**content, "notes": tuple(content["notes"])})

    @property
    def config(self) -> Config:
        """The configuration."""
        return Config.model_validate(self.configuration, strict=False)

    @property
    def compression(self) -> str:
        """The kind of compression."""
        return str(self.configuration["output"]["compression"])

    @property
    def years(self) -> range:
        """The plan years asked for."""
        years = self.configuration["simulation"]
        return range(years["start_year"], years["end_year"] + 1)

    def identity(self) -> dict[str, Any]:
        """Return what decides each year of the run: without its last year, and without where files lie."""
        known, asked = asdict(self), dict(self.configuration)
        for section, name in _NOT_DECIDING:
            asked[section] = {key: value for key, value in asked[section].items() if key != name}
        deciding = {name: known[name] for name in _DECIDING}
        if self.own:
            deciding["own"] = known["own"]
        return {**deciding, "configuration": asked}

    def root(self) -> str:
        """Return the SHA-256 of the identity: the chain of years hangs on it."""
        return sha256(json_bytes(self.identity()))

    def write(self, run: Path) -> None:
        """Write ``run.json``."""
        replace_file(run / RUN, json_bytes(sealed(asdict(self))))


@dataclass(frozen=True)
class Origin:
    """What a run in memory came from.

    Attributes:
        replicate: which of the seed's many worlds.
        engine: which engine computed it.
        census: the completed census, in any order; None of tables that no run gave.
        order: its rows in written order, where they are known.
        own: the user's own events: SHA-256 of the source of each, by name.
        source: where the census came from; None where nobody knows.
    """

    replicate: int = 0
    engine: str = "fast"
    census: pl.DataFrame | None = None
    order: NDArray[np.integer[Any]] | None = None
    own: Mapping[str, str] = field(default_factory=dict)
    source: Source | None = None

    def header(self, config: Config, notes: tuple[str, ...], level: int = FAST) -> Header:
        """Return what the run is, to be written down; ``level`` is that of compression."""
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
        )

    def _fingerprint(self) -> str:
        if self.census is None:
            return "unknown"
        return census_fingerprint(ordered(self.census, "census") if self.order is None else self.census[self.order])


def read_header(run: Path) -> Header:
    """Return what a folder says about its run.

    Raises:
        FileNotFoundError: when there is no such folder.
        LedgerError: when it holds no run, or one of an older format, or ``run.json`` was changed.
    """
    if not run.exists():
        raise FileNotFoundError(f"{run}: no such folder")
    if not (run / RUN).is_file():
        raise LedgerError(f"{run}: holds no complete run; write it again")
    content = read_sealed(run / RUN, READ)
    try:
        return Header.of(content)
    except (TypeError, KeyError, ValueError) as error:
        raise LedgerError(f"{run / RUN}: is not of this format ({type(error).__name__})") from None


_NO_DIFFERENCE = {"opening": None, "level": None, "format": None}
"""What two runs may have otherwise and be the same; of formats, all that are read are alike."""


def differences(there: Header, asked: Header) -> list[str]:
    """Return a line on everything that decides results and differs."""
    known, wanted = (dict(_leaves(header.identity() | _NO_DIFFERENCE)) for header in (there, asked))
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
    """Yield the dotted name of each single value of nested data, as a configuration names it."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, f"{name}.{key}".strip("."))
    else:
        yield name.removeprefix("configuration."), value


def _shown(value: Any) -> str:
    if value is ...:
        return "nothing"
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
