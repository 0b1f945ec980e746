"""The censuses of many employers: plain Parquet files are read together, all others one by one.

Reading one census takes about as long for 20 people as for 20,000: what its columns mean is found out anew. Files that
leave no doubt (our own columns and types) are read as one table. If that gives rise to any error or note, each is
read again by itself, so every employer has exactly the census, and the words about it, that it has alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
import polars as pl

from workforce_sim.census.completion import complete
from workforce_sim.census.naming import refuse_unknown
from workforce_sim.census.opening import Opening
from workforce_sim.census.read import Census, read_census
from workforce_sim.census.sources import content_of, files_of
from workforce_sim.config import Config
from workforce_sim.config.census import CensusSection
from workforce_sim.errors import CensusError, WorkforceSimError
from workforce_sim.simulation.run import census_of
from workforce_sim.studies.portfolio.clients import CENSUS, Client, Failure
from workforce_sim.tables import CENSUS as CENSUS_COLUMNS
from workforce_sim.tables import NAME

SYNTHETIC = "synthetic"
"""What stands for the fingerprint of a synthetic census: the configuration decides it."""

_TEXT = (pl.String, pl.Enum, pl.Categorical)
_PLAIN: Mapping[str, tuple[object, ...]] = {
    column.name: _TEXT if column.dtype is NAME or column.dtype == pl.String else (column.dtype, pl.Int64)
    for column in CENSUS_COLUMNS
    if column.name not in {"leaves_on", "joins_on"}
}
"""Types of columns that leave no doubt."""
_NEEDED = {"employee_id", "hire_date", "salary_cents"}
_PLAIN_ID = pl.col("employee_id").str.contains(r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$")
_RESERVED = pl.col("employee_id").str.contains(r"^(?i:NH-)")
"""As ids of simulated hires begin."""
_AT = "number of the employer"


@dataclass(frozen=True)
class Source:
    """The census of an employer as bytes lie on the disk: their SHA-256, and the rows of a plain file."""

    fingerprint: str
    plain: pl.DataFrame | None = None


def source_of(client: Client, config: Config) -> Source:
    """Return where the census of an employer comes from.

    Raises:
        FileNotFoundError: when there is no such file.
        CensusError: when it cannot be read.
    """
    path = client.census or config.census.path
    if path is None:
        return Source(SYNTHETIC)
    files = files_of(path)
    if len(files) > 1:
        return Source(_together(map(content_of, files)))
    content = content_of(files[0])
    plain = _plain(content) if content.startswith(b"PAR1") and not _told(config) else None
    return Source(_together([content]), plain)


def _together(contents: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for content in contents:
        digest.update(content)
    return digest.hexdigest()


def _told(config: Config) -> bool:
    """Return whether the configuration says how the census is to be read."""
    return config.census.model_copy(update={"path": None, "size": CensusSection().size}) != CensusSection()


def _plain(content: bytes) -> pl.DataFrame | None:
    """Return the rows of a file that leaves no doubt; None for others."""
    try:
        frame = pl.read_parquet(BytesIO(content))
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError):
        return None  # said when it is read by itself
    schema = frame.schema
    fits = all(name in _PLAIN and kind in _PLAIN[name] for name, kind in schema.items())
    if not fits or not {*schema} >= _NEEDED or not frame.height or schema["employee_id"] != pl.String:
        return None
    texts = [name for name, kind in schema.items() if _PLAIN[name] is _TEXT and kind != pl.String]
    return frame.with_columns(pl.col(name).cast(pl.String) for name in texts) if texts else frame


def openings(
    clients: Sequence[Client], sources: Sequence[Source], config: Config
) -> Iterator[tuple[Client, Opening | Failure]]:
    """Yield the opening of each employer, or why it has none."""
    known = _read_together(clients, sources, config)
    for client in clients:
        try:
            read = known[client.name] if client.name in known else census_of(config, client.census)
            found = complete(read, config)
            refuse_unknown(config, found)
            yield client, found
        except (WorkforceSimError, OSError) as error:
            yield client, Failure(client.name, CENSUS, str(error))


def _read_together(clients: Sequence[Client], sources: Sequence[Source], config: Config) -> dict[str, Census]:
    """Return the censuses of plain files by employer; those with the same columns are read as one."""
    alike: dict[tuple[str, ...], list[tuple[Client, pl.DataFrame]]] = {}
    for client, source in zip(clients, sources, strict=True):
        if source.plain is not None:
            alike.setdefault(tuple(source.plain.columns), []).append((client, source.plain))
    found: dict[str, Census] = {}
    for group in alike.values():
        if len(group) > 1:
            found |= _as_one(group, config)
    return found


def _as_one(group: Sequence[tuple[Client, pl.DataFrame]], config: Config) -> dict[str, Census]:
    """Return the censuses of files read as one, those with unusual ids left out; none if anything is to be said."""
    rows = _numbered(group)
    unusual = {*rows.filter(~_PLAIN_ID.fill_null(value=False) | _RESERVED)[_AT]}
    ids = rows.filter(~pl.col(_AT).is_in([*unusual])) if unusual else rows
    known = ids.drop(_AT).with_columns(pl.concat_str(ids[_AT], pl.lit(":"), "employee_id").alias("employee_id"))
    try:
        read = read_census(known, config)
    except CensusError:
        return {}
    if read.notes or not read.frame["employee_id"].equals(known["employee_id"]):
        return {}
    whole, found, start = read.frame.with_columns(ids["employee_id"]), {}, 0
    for at, (client, frame) in enumerate(group):
        if at not in unusual:
            staff = whole[start : start + frame.height]
            found[client.name] = Census(staff, source=Path(client.census or "").name)
            start += frame.height
    return found


def _numbered(group: Sequence[tuple[Client, pl.DataFrame]]) -> pl.DataFrame:
    """Return the rows of files, each with the number of its employer."""
    every = pl.concat([frame for _, frame in group], how="vertical_relaxed", rechunk=True)
    return every.with_columns(pl.Series(_AT, np.repeat(np.arange(len(group)), [frame.height for _, frame in group])))
