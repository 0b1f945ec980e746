"""One row per replicate and year: headcount bridge, payroll; and the same measures by group.

Chapter: ``docs/model/tables.md``. A summary is a function of the two tables alone.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from workforce_sim.census.opening import present
from workforce_sim.dates import year_of
from workforce_sim.errors import RequestError
from workforce_sim.tables import (
    EVENT_CAUSE,
    NAME,
    SUMMARY,
    USED_FOR_COST,
    WORKING,
    Column,
    Counts,
    Measure,
    completed,
)

if TYPE_CHECKING:
    from workforce_sim.result.result import Result


@dataclass(frozen=True)
class Measures:
    """Expressions of the measures, by name.

    Attributes:
        of_staff: sums over people.
        of_events: sums over ledger rows.
        derived: from the others, in steps: each needs those before it.
        lacking: what others are derived from and the runs have none of: null.
        shown: the columns of the summary, null where the runs have none.
    """

    of_staff: dict[str, pl.Expr]
    of_events: dict[str, pl.Expr]
    derived: tuple[dict[str, pl.Expr], ...]
    lacking: tuple[pl.Expr, ...]
    shown: tuple[pl.Expr, ...]


@cache
def measures(provisions: frozenset[str], *, of_groups: bool = False) -> Measures:
    """Return the measures of runs with these provisions; of groups, without those of one account for all."""
    declared = [column for column in (*SUMMARY, *WORKING) if isinstance(column, Measure)]
    wanted = [m for m in declared if m.applies(provisions) and not (of_groups and m.of_account)]
    counts = {m.name: m.counts for m in wanted if m.counts is not None}
    derived = {m.name: m.derived for m in wanted if m.derived is not None}
    needed = {name for found in derived.values() for name in found.meta.root_names()}
    without = [m for m in declared if m.name in needed and not m.applies(provisions)]
    return Measures(
        of_staff={m.name: m.sums for m in wanted if m.sums is not None},
        of_events={name: _rows(of.event, of.cause).sum().cast(pl.Int64) for name, of in counts.items()},
        derived=tuple(_steps(derived)),
        lacking=tuple(pl.lit(None, m.dtype).alias(m.name) for m in without),
        shown=tuple(_shown(column, provisions) for column in SUMMARY),
    )


def _shown(column: Column, provisions: frozenset[str]) -> pl.Expr:
    absent = isinstance(column, Measure) and not column.applies(provisions)
    return pl.lit(None, column.dtype).alias(column.name) if absent else pl.col(column.name)


def _rows(event_type: str, cause: str | None) -> pl.Expr:
    of_type = pl.col("event_type") == pl.lit(event_type)  # as text: a user's own events make another Enum
    return of_type if cause is None else of_type & (pl.col("cause") == pl.lit(cause, dtype=EVENT_CAUSE))


def _steps(derived: dict[str, pl.Expr]) -> Iterator[dict[str, pl.Expr]]:
    """Yield derived measures in steps, each of what needs only the steps before it."""
    while derived:
        ready = {name: found for name, found in derived.items() if derived.keys().isdisjoint(found.meta.root_names())}
        yield ready
        derived = {name: found for name, found in derived.items() if name not in ready}


def counted_rows(provisions: frozenset[str]) -> dict[str, Counts]:
    """Return which ledger rows the measures of runs with these provisions count, by name."""
    declared = (column for column in SUMMARY if isinstance(column, Measure) and column.applies(provisions))
    return {measure.name: measure.counts for measure in declared if measure.counts is not None}


class Band(NamedTuple):
    """Groups by the edges of a column, in units of so many of it."""

    column: str
    edges: tuple[int, ...]
    unit: int = 1


BANDS = {
    "age_band": Band("age", (25, 35, 45, 55, 65)),
    "tenure_band": Band("tenure_years", (2, 5, 10, 20)),
    "pay_band": Band("salary_cents", (50_000, 75_000, 100_000, 150_000), 100),
}
"""Groups by the edges of a column; those of pay in dollars a year."""

HIRED = "hired"
EXISTING, FUTURE = "existing employees", "future hires"
"""Groups of ``hired``: employed at the start of the first plan year, and hired since."""

_NO_GROUP = frozenset({"replicate", "year", "employee_id", *(column.name for column in SUMMARY)})


@dataclass(frozen=True)
class UsedForfeitures:
    """Forfeitures that a year used, by replicate, and whether that lowered the employer's cost."""

    cents: list[int]
    lowers_cost: bool


def staff_sums(provisions: frozenset[str]) -> dict[str, pl.Expr]:
    """Return the sums over the snapshots of a year with these provisions, by name."""
    return measures(provisions).of_staff


def summarise(
    sums: pl.DataFrame,
    replicates: Sequence[int],
    year: int,
    used: UsedForfeitures | None,
    provisions: frozenset[str],
    own: Sequence[str] = (),
) -> pl.DataFrame:
    """Return the measures of one year: one row per replicate, columns of ``tables.SUMMARY``.

    Args:
        sums: one row per replicate: ``staff_sums``, and the counts of ``counted_rows``.
        replicates: their numbers.
        year: the plan year.
        used: forfeitures used, by replicate; None without a plan.
        provisions: of the configuration; measures of the others are null.
        own: measures of the user's own events among the sums; they come last.
    """
    known = [pl.Series("replicate", replicates, dtype=pl.Int32), pl.Series("year", [year] * len(replicates), pl.Int32)]
    if used is not None:
        lowering = used.cents if used.lowers_cost else [0] * len(used.cents)
        columns = {"forfeitures_used_cents": used.cents, USED_FOR_COST: lowering}
        known += [pl.Series(name, cents, dtype=pl.Int64) for name, cents in columns.items()]
    found = measures(provisions)
    rows = _derived(sums.hstack(known).lazy(), found).select_seq(*found.shown, *own)
    return rows.collect(engine="in-memory", optimizations=_AS_WRITTEN)


_AS_WRITTEN = pl.QueryOptFlags.none()


def _derived(rows: pl.LazyFrame, found: Measures) -> pl.LazyFrame:
    """Add measures one after another: rows are few, and threads take longer to wake than to compute them."""
    rows = rows.with_columns_seq(found.lacking)
    for step in found.derived:
        rows = rows.with_columns_seq(**step)
    return rows


def recomputed(
    summary: pl.DataFrame, provisions: frozenset[str], *, lowers_cost: bool
) -> Iterator[tuple[str, pl.Series]]:
    """Yield each measure that follows from other columns of a summary, by name, computed from those.

    Args:
        summary: of a run, one row per year.
        provisions: of the configuration.
        lowers_cost: whether forfeitures that are used lower the employer's cost.
    """
    used = pl.col("forfeitures_used_cents") * int(lowers_cost)
    rows = summary.with_columns(used.alias(USED_FOR_COST))
    for step in measures(provisions).derived:
        known = {name: each for name, each in step.items() if {*each.meta.root_names()} <= {*rows.columns}}
        yield from ((name, column) for name, column in zip(known, rows.select(**known), strict=True))


def summary_by(result: Result, by: str | Sequence[str]) -> pl.DataFrame:
    """Return the measures of ``result.summary`` by group.

    Args:
        result: what ``simulate`` or ``read_run`` gave.
        by: ``department``, ``level``, ``age_band``, ``tenure_band``, ``pay_band`` (of salary), ``hired`` (existing
            employees, future hires), or any column of the snapshots; or two of them, for every combination. Everybody
            counts in the group in force at the end of the year or at termination, ages and tenures as of the first day
            of the plan year (of hires, the hire date).

    Returns:
        One row per replicate, year and group with anybody in it, sorted: replicate, year, the group, the measures.
        Forfeitures are used from one account for all, so what is used and the cost net of it are null.

    Raises:
        RequestError: for another ``by``, or more than two.
    """
    groups = [by] if isinstance(by, str) else list(by)
    people = result.snapshots.lazy()
    refuse_groups(groups, people.collect_schema().names())
    start = result.config.simulation.opening
    people = people.with_columns(grouped(name, start).alias(name) for name in groups)
    person, keys = ["replicate", "year", "employee_id"], ["replicate", "year", *groups]
    events = result.events.lazy().join(people.select(*person, *groups), on=person, how="left")
    found = measures(result.config.provisions, of_groups=True)
    counts = events.group_by(keys).agg(**found.of_events)
    measured = people.group_by(keys).agg(**found.of_staff).join(counts, on=keys, how="left", nulls_equal=True)
    rows = _derived(measured.with_columns(pl.col(*found.of_events).fill_null(0)), found).sort(keys)
    group = (*SUMMARY[:2], *(Column(name, NAME, "Group") for name in groups), *SUMMARY[2:])
    return completed(rows.collect(engine="in-memory"), group)


def refuse_groups(groups: Sequence[str], columns: Sequence[str]) -> None:
    """Raise ``RequestError`` for groups that nobody can be put into."""
    if not 1 <= len(set(groups)) == len(groups) <= 2:
        raise RequestError(f"by: give one column or two different ones (got {', '.join(groups) or 'none'})")
    usual = ("department", "level", *BANDS, HIRED)
    for name in groups:
        if name not in usual and (name not in columns or name in _NO_GROUP):
            known = ", ".join(usual)
            raise RequestError(f"by must be {known} or a column of the snapshots that is no measure (got {name!r})")


def grouped(by: str, start: dt.date) -> pl.Expr:
    """Return the group of each row of a snapshot.

    Args:
        by: a name of ``BANDS``, ``hired``, or a column.
        start: the first day of the first plan year.
    """
    if by in BANDS:
        return band(*BANDS[by])
    return hired(pl.col("hire_date") < pl.lit(start)) if by == HIRED else pl.col(by)


def hired(before: pl.Expr) -> pl.Expr:
    """Return which employees were there before the first plan year, as an Enum."""
    labels = pl.Enum([EXISTING, FUTURE])
    return pl.when(before).then(pl.lit(EXISTING, dtype=labels)).otherwise(pl.lit(FUTURE, dtype=labels))


def level_mix(result: Result) -> pl.DataFrame:
    """Return the mix of levels by year: headcount at each level at the closing, and its share of all employees.

    Args:
        result: what ``simulate`` or ``read_run`` gave.

    Returns:
        One row per replicate, year and level with anybody at it, sorted: replicate, year, level, headcount, share. The
        census comes first, as the closing of the year before the start; of a run that opens later in a year too.
    """
    there = result.scan("snapshots").filter(pl.col("termination_date").is_null())
    staff = there.select("replicate", "year", "level").group_by("replicate", "year", "level").len("headcount").collect()
    if result.opening is not None:
        before = result.config.simulation.start_year - 1
        census = present(result.opening).group_by("level").len("headcount").with_columns(year=pl.lit(before, pl.Int32))
        replicates = result.summary.select("replicate").unique()
        staff = pl.concat([replicates.join(census, how="cross").select(staff.columns), staff])
    share = pl.col("headcount") / pl.col("headcount").sum().over("replicate", "year")
    return staff.with_columns(share=share).sort("replicate", "year", "level")


def labelled_years(rows: Iterable[Mapping[str, Any]], opening: dt.date | None) -> list[dict[str, Any]]:
    """Return the rows of a summary for people: the year of a short one with the day on which it begins."""
    return [{**row, "year": row["year"] if opening is None else year_of(opening, row["year"]).label} for row in rows]


def band(column: str, edges: tuple[int, ...], unit: int = 1) -> pl.Expr:
    """Return the label of each one's band, an Enum in rising order: ``under 25``, ``25-34``, ..., ``65 and over``."""
    labels = band_labels(edges)
    return pl.lit(pl.Series(labels, dtype=pl.Enum(labels))).gather(band_position(column, edges, unit))


def band_labels(edges: tuple[int, ...]) -> list[str]:
    """Return the labels of bands in rising order."""
    inner = [f"{a:,}-{b - 1:,}" for a, b in itertools.pairwise(edges)]
    return [f"under {edges[0]:,}", *inner, f"{edges[-1]:,} and over"]


def band_position(column: str, edges: tuple[int, ...], unit: int = 1) -> pl.Expr:
    """Return the number of each one's band, from 0."""
    return pl.sum_horizontal([(pl.col(column) >= edge * unit).cast(pl.UInt32) for edge in edges])
