"""The ledger: replay, order, fingerprint."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
import polars as pl

from workforce_sim.draws import HIRE_ID, census_keys
from workforce_sim.tables import EVENT_KINDS, NAME, SNAPSHOTS, Column, Last, Positive, Reached
from workforce_sim.tables import TABLES as DECLARED
from workforce_sim.tables.output import Tables

_ORDER = {
    "events": ["replicate", "year", "effective_date", "_key", "event_type", "cause"],
    "snapshots": ["replicate", "year", "_key"],
    "summary": ["replicate", "year"],
    "census": ["_key"],
}
TABLES = ("events", "snapshots", "summary")


def replay(opening: pl.DataFrame, events: pl.DataFrame, columns: Iterable[Column] = SNAPSHOTS) -> pl.DataFrame:
    """Fold a year's ledger over its opening and return its closing.

    Args:
        opening: staff at the opening, such as ``result.opening`` or who stays of a snapshot: employee_id, level,
            salary_cents; replicate when there are several; for the plan deferral_bp, and eligible or eligibility_date.
        events: ledger rows of one year.
        columns: what the snapshot has, and how the ledger tells it; ``tables.SNAPSHOTS``.

    Returns:
        One row per employee at the closing: replicate, employee_id, level, salary_cents, eligible, enrolled,
        deferral_bp; sorted.
    """
    keys, followed = ["replicate", "employee_id"], [column for column in columns if column.state is not None]
    carried = [(column, column.state) for column in followed if isinstance(column.state, (Last, Reached))]
    happened = events.lazy().sort("effective_date", "event_type", "cause")
    is_type = partial(_is, dtype=events.schema["event_type"])
    after = happened.select(*keys, *(_after(*found, is_type).alias(state_name(found[0])) for found in carried))
    rows = pl.concat([_opening_state(opening, [column for column, _ in carried]), after]).group_by(keys)
    closing = rows.agg(pl.exclude(keys).drop_nulls().last()).with_columns(
        pl.col(column.state.column).gt(0).alias(column.name)
        for column in followed
        if isinstance(column.state, Positive)
    )
    stays = closing.join(happened.filter(is_type("termination")), on=keys, how="anti").sort(keys)
    found = stays.select(*keys, *map(state_name, followed)).collect(engine="in-memory")
    return found.with_columns(pl.col(c.name).cast(opening.schema[c.name]) for c, _ in carried if c.dtype is NAME)


def state_name(column: Column) -> str:
    """Return what replay calls a column that it follows."""
    return column.state.name if isinstance(column.state, Reached) else column.name


def known_state(column: Column, there: Collection[str]) -> pl.Expr:
    """Return what a snapshot or an opening with the columns ``there`` says of a column that replay follows."""
    name, state = state_name(column), column.state
    if isinstance(state, Reached):
        reached = pl.col(column.name).is_not_null() if column.name in there else pl.lit(value=False)
        return pl.col(name) if name in there else reached.alias(name)
    if isinstance(state, Positive):
        return pl.col(name).fill_null(value=False)
    starts = state.starts if isinstance(state, Last) else None
    if starts is None:
        return pl.col(name)
    return pl.col(name).fill_null(starts) if name in there else pl.lit(starts).alias(name)


def _after(column: Column, state: Last | Reached, is_type: Callable[[str], pl.Expr]) -> pl.Expr:
    """Return what a ledger row makes of a column that replay follows; null where nothing."""
    enters = pl.any_horizontal([is_type(kind.name) for kind in EVENT_KINDS if kind.enters])
    if isinstance(state, Reached):
        return pl.when(enters).then(statement=False).when(is_type(state.event)).then(statement=True)
    value = pl.col(state.column).cast(_plain(column))
    return value if state.starts is None else pl.when(enters).then(state.starts).otherwise(value)


def _plain(column: Column) -> Any:
    """Return the type under which values of several Enums go together."""
    if isinstance(column.state, Reached):
        return pl.Boolean
    return pl.String if column.dtype is NAME else column.dtype


def _opening_state(opening: pl.DataFrame, carried: Sequence[Column]) -> pl.LazyFrame:
    """Return what replay follows, as the opening has it: out of the plan where it does not say."""
    replicate = pl.col("replicate") if "replicate" in opening.columns else pl.lit(0).alias("replicate")
    known = (known_state(column, opening.columns).cast(_plain(column)) for column in carried)
    return opening.lazy().select(replicate.cast(pl.Int32), "employee_id", *known)


def _is(event_type: str, dtype: pl.DataType) -> pl.Expr:
    return pl.col("event_type") == pl.lit(event_type, dtype=dtype)


def ordered(frame: pl.DataFrame, table: str) -> pl.DataFrame:
    """Return a table in its written order: replicate, year, then date, employee key (unsigned), event type."""
    if "employee_id" not in frame.columns:
        return frame.sort(_ORDER[table])
    return frame.with_columns(_key=pl.Series(employee_keys(frame["employee_id"]))).sort(_ORDER[table]).drop("_key")


def employee_keys(ids: pl.Series) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    """Return the permanent key of each employee id, of census staff and of hires."""
    distinct = ids.unique()
    parts = distinct.str.extract_groups(HIRE_ID).struct.unnest().cast(pl.UInt64)
    hire_key = parts["1"] * pl.Series([2**32], dtype=pl.UInt64) + parts["2"]
    key = hire_key.fill_null(pl.Series(census_keys(distinct)).gather(pl.int_range(len(distinct), eager=True)))
    found = ids.replace_strict(distinct, key, return_dtype=pl.UInt64)
    return found.cast(pl.UInt64).to_numpy()  # no ids at all come back as text


def fingerprint(tables: Tables) -> str:
    """Return the SHA-256 of the digests of the years, in order; independent of any file format."""
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


def summary_digest(summary: pl.DataFrame) -> str:
    """Return the SHA-256 of yearly totals, of one simulation or of many; independent of any file format."""
    digest = hashlib.sha256()
    for part in values_of(summary, "summary"):
        digest.update(part)
    return digest.hexdigest()


def values_of(frame: pl.DataFrame, name: str) -> Iterator[bytes | memoryview]:
    """Yield the names and values of a frame's columns as bytes that depend on nothing else.

    A column without any value is left out, of a table without rows one that needs a provision: a column that a run does
    not use does not change its fingerprint.
    """
    optional = {column.name for column in DECLARED[name] if column.needs}
    for column in frame.iter_columns():
        if column.null_count() == len(column) and (len(column) or column.name in optional):
            continue
        yield f"{name}.{column.name}:{len(column)}".encode()
        yield from _bytes(column)


def _bytes(column: pl.Series) -> Iterator[bytes | memoryview]:
    """Yield the values of a column as bytes that depend on nothing but the values."""
    if column.dtype in (pl.String, pl.Enum):
        missing, text = _filled(column.cast(pl.String), "")
        yield missing
        yield text.str.len_bytes().cast(pl.Int64).to_numpy().data
        yield text.str.join("").item().encode()
    else:
        missing, numbers = _filled(column if column.dtype == pl.Float64 else column.cast(pl.Int64), 0)
        yield missing
        yield numbers.to_numpy().data


def _filled(column: pl.Series, value: Any) -> tuple[bytes, pl.Series]:
    """Return a byte for each value of a column, 1 where it is missing, and the column with a value put there.

    Most columns are whole. Of the others all is asked at once: each question to Polars takes longer than its answer.
    """
    if not column.null_count():
        return bytes(len(column)), column
    found = column.to_frame("values").select(pl.first().is_null().alias("missing"), pl.first().fill_null(value))
    return found["missing"].to_numpy().tobytes(), found["values"]
