"""The ledger: replay, order, fingerprint."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

import numpy as np
import polars as pl

from workforce_sim.draws import census_keys
from workforce_sim.opening import Tables
from workforce_sim.tables import EVENT_TYPE

_ORDER = {
    "events": ["replicate", "year", "effective_date", "_key", "event_type", "cause"],
    "snapshots": ["replicate", "year", "_key"],
    "summary": ["replicate", "year"],
    "census": ["_key"],
}
TABLES = ("events", "snapshots", "summary")
_HIRE_ID = r"^NH-([0-9]{4})-([0-9]{6,})$"


def replay(opening: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """Fold a year's ledger over its opening and return its closing.

    Args:
        opening: staff at the opening, such as ``result.opening`` or who stays of a snapshot: employee_id, level,
            salary_cents; replicate when there are several; for the plan deferral_bp, and eligible or eligibility_date.
        events: ledger rows of one year.

    Returns:
        One row per employee at the closing: replicate, employee_id, level, salary_cents, eligible, enrolled,
        deferral_bp; sorted.
    """
    keys, level = ["replicate", "employee_id"], opening.schema["level"]
    happened = events.lazy().sort("effective_date", "event_type", "cause")
    after = happened.select(
        *keys,
        level=pl.col("level_after").cast(pl.String),
        salary_cents="salary_after_cents",
        eligible=pl.when(_is("hire")).then(statement=False).when(_is("eligibility")).then(statement=True),
        deferral_bp=pl.when(_is("hire")).then(0).otherwise("deferral_after_bp"),
    )
    rows = pl.concat([_opening_state(opening), after]).group_by(keys)
    closing = rows.agg(pl.exclude(keys).drop_nulls().last()).with_columns(enrolled=pl.col("deferral_bp") > 0)
    stays = closing.join(happened.filter(_is("termination")), on=keys, how="anti").sort(keys)
    found = stays.select(*keys, "level", "salary_cents", "eligible", "enrolled", "deferral_bp")
    return found.collect(engine="in-memory").with_columns(pl.col("level").cast(level))


def _opening_state(opening: pl.DataFrame) -> pl.LazyFrame:
    """Return what replay follows, as the opening has it: out of the plan where it does not say."""
    eligible = (
        pl.col("eligibility_date").is_not_null() if "eligibility_date" in opening.columns else pl.lit(value=False)
    )
    known = {"replicate": pl.lit(0), "eligible": eligible, "deferral_bp": pl.lit(0)}
    absent = {name: value for name, value in known.items() if name not in opening.columns}
    return (
        opening.lazy()
        .with_columns(**absent)
        .select(
            pl.col("replicate").cast(pl.Int32),
            "employee_id",
            pl.col("level").cast(pl.String),
            "salary_cents",
            "eligible",
            pl.col("deferral_bp").cast(pl.Int32).fill_null(0),
        )
    )


def _is(event_type: str) -> pl.Expr:
    return pl.col("event_type") == pl.lit(event_type, dtype=EVENT_TYPE)


def ordered(frame: pl.DataFrame, table: str) -> pl.DataFrame:
    """Return a table in its written order: replicate, year, then date, employee key (unsigned), event type."""
    if "employee_id" not in frame.columns:
        return frame.sort(_ORDER[table])
    return frame.with_columns(_key=pl.Series(employee_keys(frame["employee_id"]))).sort(_ORDER[table]).drop("_key")


def employee_keys(ids: pl.Series) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    """Return the permanent key of each employee id, of census staff and of hires."""
    distinct = ids.unique()
    parts = distinct.str.extract_groups(_HIRE_ID).struct.unnest().cast(pl.UInt64)
    hire_key = parts["1"] * pl.Series([2**32], dtype=pl.UInt64) + parts["2"]
    key = hire_key.fill_null(pl.Series(census_keys(distinct)).gather(pl.int_range(len(distinct), eager=True)))
    found = ids.replace_strict(distinct, key, return_dtype=pl.UInt64)
    return found.cast(pl.UInt64).to_numpy()  # no ids at all come back as text


def fingerprint(tables: Tables) -> str:
    """Return the SHA-256 of the digests of the years, in order; no file format takes part in it."""
    return chained(year_digest(part) for part in by_year(tables))


def by_year(tables: Tables) -> Iterator[Tables]:
    """Yield the tables of each plan year, in order."""
    years = tables.summary["year"].unique().sort().to_list()
    frames = [getattr(tables, name) for name in TABLES]
    parts = [frame.partition_by("year", as_dict=True) for frame in frames]
    for year in years:
        yield Tables(*(part.get((year,), frame.clear()) for part, frame in zip(parts, frames, strict=True)))


def chained(digests: Iterable[bytes]) -> str:
    """Return the fingerprint of a run from the digests of its years, in order."""
    return hashlib.sha256(b"".join(digests)).hexdigest()


def year_digest(tables: Tables) -> bytes:
    """Return the SHA-256 of one year's sorted tables: names and values of their columns."""
    digest = hashlib.sha256()
    written = in_order(tables)
    for name in TABLES:
        for part in values_of(getattr(written, name), name):
            digest.update(part)
    return digest.digest()


def in_order(tables: Tables) -> Tables:
    """Return the tables with their rows in written order."""
    return (
        tables if tables.in_order else Tables(*(ordered(getattr(tables, name), name) for name in TABLES), in_order=True)
    )


def values_of(frame: pl.DataFrame, name: str) -> Iterator[bytes | memoryview]:
    """Yield the names and values of a frame's columns as bytes that depend on nothing else."""
    for column in frame.iter_columns():
        yield f"{name}.{column.name}:{len(column)}".encode()
        yield from _bytes(column)


def _bytes(column: pl.Series) -> Iterator[bytes | memoryview]:
    """Yield the values of a column as bytes that depend on nothing but the values."""
    yield column.is_null().to_numpy().tobytes()
    if column.dtype in (pl.String, pl.Enum):
        text = column.cast(pl.String).fill_null("")
        yield text.str.len_bytes().cast(pl.Int64).to_numpy().data
        yield text.str.join("").item().encode()
    elif column.dtype == pl.Float64:
        yield column.fill_null(0.0).to_numpy().data
    else:
        yield column.to_physical().cast(pl.Int64).fill_null(0).to_numpy().data
