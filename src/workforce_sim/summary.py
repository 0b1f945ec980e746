"""One row per replicate and year: headcount bridge, payroll; and the same measures by group.

Chapter: ``docs/model/tables.md``. A summary is a function of the two tables alone.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import polars as pl

from workforce_sim.tables import EVENT_CAUSE, EVENT_TYPE, NAME, STATUS, SUMMARY, Column, completed

if TYPE_CHECKING:
    from workforce_sim.result import Result


def _is(*statuses: str) -> pl.Expr:
    return pl.any_horizontal([pl.col("status") == pl.lit(s, dtype=STATUS) for s in statuses])


def _type(name: str) -> pl.Expr:
    return pl.col("event_type") == pl.lit(name, dtype=EVENT_TYPE)


def _count(flag: pl.Expr) -> pl.Expr:
    return flag.sum().cast(pl.Int64)


def _ratio(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    """Return one division of whole numbers; null of nothing."""
    return pl.when(whole > 0).then(part / whole)


_STAYS = _is("continuing", "new_hire")
_CONTINUING = _is("continuing")
_SALARY = pl.col("salary_cents")

_OF_STAFF = {
    "headcount_opening": _count(_is("continuing", "terminated")),
    "hires": _count(_is("new_hire", "new_hire_terminated")),
    "terminations_opening_staff": _count(_is("terminated")),
    "terminations_new_hires": _count(_is("new_hire_terminated")),
    "headcount_closing": _count(_STAYS),
    "payroll_cents": pl.col("earnings_cents").sum(),
    "eligible": _count(_STAYS & pl.col("eligibility_date").is_not_null()),
    "_closing_salaries": pl.when(_STAYS).then(_SALARY).sum(),
    "_continuing_closing": pl.when(_CONTINUING).then(_SALARY).sum(),
    "_continuing_opening": pl.when(_CONTINUING).then(pl.col("opening_salary_cents")).sum(),
}
_OF_EVENTS = {
    "reductions": _count(_type("termination") & (pl.col("cause") == pl.lit("reduction", dtype=EVENT_CAUSE))),
    "promotions": _count(_type("promotion")),
    "cola_raises": _count(_type("cola")),
    "merit_raises": _count(_type("merit")),
}
_PARTICIPATES = _STAYS & (pl.col("deferral_bp") > 0)
_STAFF_IN_PLAN = {
    "participants": _count(_PARTICIPATES),
    "_deferral_bp": pl.when(_PARTICIPATES).then(pl.col("deferral_bp").cast(pl.Int64)).sum(),
    "deferral_cents": (pl.col("pre_tax_cents") + pl.col("roth_cents")).sum(),
    "match_cents": pl.col("match_cents").sum(),
    "nonelective_cents": pl.col("nonelective_cents").sum(),
    "forfeitures_cents": pl.col("forfeited_cents").sum(),
}
_EVENTS_OF_PLAN = {
    "enrollments": _count(_type("enrollment")),
    "opt_outs": _count(_type("opt_out")),
    "escalations": _count(_type("escalation")),
}
COUNTED = {
    "reductions": "reduction",
    "promotions": "promotion",
    "cola_raises": "cola",
    "merit_raises": "merit",
    "enrollments": "enrollment",
    "opt_outs": "opt_out",
    "escalations": "escalation",
}
"""The same measures of ledger rows, as a year counts them by type."""

_HEADS, _OPENING = pl.col("headcount_closing"), pl.col("_continuing_opening")
_DERIVED: dict[str, pl.Expr] = {
    "average_salary_cents": pl.when(_HEADS > 0).then((2 * pl.col("_closing_salaries") + _HEADS) // (2 * _HEADS)),
    "average_salary_growth_continuing": pl.when(_OPENING > 0).then(pl.col("_continuing_closing") / _OPENING - 1),
}
_PARTICIPANTS, _COST = pl.col("participants"), pl.col("net_employer_cost_cents")
_DERIVED_OF_PLAN: dict[str, pl.Expr] = {
    "participation_rate": _ratio(_PARTICIPANTS, pl.col("eligible")),
    "participation_rate_all": _ratio(_PARTICIPANTS, _HEADS),
    "average_deferral_rate": _ratio(pl.col("_deferral_bp"), 10_000 * _PARTICIPANTS),
}

BANDS = {
    "age_band": ("age", (25, 35, 45, 55, 65)),
    "tenure_band": ("tenure_years", (2, 5, 10, 20)),
}
"""Groups by the edges of a column."""


@dataclass(frozen=True)
class UsedForfeitures:
    """Forfeitures that a year used, by replicate, and whether that lowered the employer's cost."""

    cents: list[int]
    lowers_cost: bool


def staff_sums(*, in_plan: bool) -> dict[str, pl.Expr]:
    """Return the sums over the snapshots of a year, by name; those of the plan where there is one."""
    return _OF_STAFF | _STAFF_IN_PLAN if in_plan else _OF_STAFF


def summarise(
    sums: pl.DataFrame,
    replicates: Sequence[int],
    year: int,
    used: UsedForfeitures | None,
    own: Sequence[str] = (),
) -> pl.DataFrame:
    """Return the measures of one year: one row per replicate, columns of ``tables.SUMMARY``.

    Args:
        sums: one row per replicate: ``staff_sums``, and how many events there are of each type of ``COUNTED``.
        replicates: their numbers.
        year: the plan year.
        used: forfeitures used, by replicate; None without a plan, whose columns are null then.
        own: measures of the user's own events among the sums; they come last.
    """
    known = [pl.Series("replicate", replicates, dtype=pl.Int32), pl.Series("year", [year] * len(replicates), pl.Int32)]
    if used is not None:
        known.append(pl.Series("forfeitures_used_cents", used.cents, dtype=pl.Int64))
    rows = sums.hstack(known).lazy()
    for derived in _steps(in_plan=used is not None, lowered=used is not None and used.lowers_cost):
        rows = rows.with_columns(derived)
    measured = rows.collect(engine="in-memory", optimizations=_AS_WRITTEN)
    return completed(measured, SUMMARY).hstack([measured[name] for name in own])


_AS_WRITTEN = pl.QueryOptFlags.none()


@cache
def _steps(*, in_plan: bool, lowered: bool) -> list[list[pl.Expr]]:
    """Return the derived measures of a year, each step of those before it."""
    steps = [_measures(in_plan=in_plan)[2]]
    if in_plan:
        steps += [{"net_employer_cost_cents": _net_cost(lowered=lowered)}]
        steps += [{"employer_cost_share_of_payroll": _ratio(_COST, pl.col("payroll_cents"))}]
    return [[expr.alias(name) for name, expr in step.items()] for step in steps]


def _measures(*, in_plan: bool) -> tuple[dict[str, pl.Expr], dict[str, pl.Expr], dict[str, pl.Expr]]:
    """Return the measures of people, of ledger rows, and those derived from both."""
    if not in_plan:
        return _OF_STAFF, _OF_EVENTS, _DERIVED
    return _OF_STAFF | _STAFF_IN_PLAN, _OF_EVENTS | _EVENTS_OF_PLAN, _DERIVED | _DERIVED_OF_PLAN


def _net_cost(*, lowered: bool) -> pl.Expr:
    money = pl.col("match_cents") + pl.col("nonelective_cents")
    return money - pl.col("forfeitures_used_cents") if lowered else money


def summary_by(result: Result, by: str) -> pl.DataFrame:
    """Return the measures of ``result.summary`` by group.

    Args:
        result: what ``simulate`` or ``read_run`` gave.
        by: ``department``, ``level``, ``age_band`` or ``tenure_band``; everybody counts in the group in force at the
            end of the year or on leaving, ages and tenures as of 1 January (of hires, the hire date).

    Returns:
        One row per replicate, year and group with anybody in it, sorted: replicate, year, the group, the measures.
        Forfeitures are used from one account for all, so what is used and the cost net of it are null.

    Raises:
        ValueError: for another ``by``.
    """
    if by not in {"department", "level", *BANDS}:
        raise ValueError(f"by must be department, level, age_band or tenure_band (got {by!r})")
    person, keys = ["replicate", "year", "employee_id"], ["replicate", "year", by]
    people = result.snapshots.lazy()
    if by in BANDS:
        people = people.with_columns(band(*BANDS[by]).alias(by))
    events = result.events.lazy().join(people.select(*person, by), on=person, how="left")
    of_staff, of_events, derived = _measures(in_plan=result.config.plan.enabled)
    measured = _measured(events, people, keys, of_staff, of_events)
    rows = measured.with_columns(pl.col(*of_events).fill_null(0)).with_columns(**derived)
    return completed(
        rows.sort(keys).collect(engine="in-memory"), (*SUMMARY[:2], Column(by, NAME, "Group"), *SUMMARY[2:])
    )


def _measured(
    events: pl.LazyFrame,
    people: pl.LazyFrame,
    keys: list[str],
    of_staff: dict[str, pl.Expr],
    of_events: dict[str, pl.Expr],
) -> pl.LazyFrame:
    """Return the sums over people and ledger rows by ``keys``."""
    counts = events.group_by(keys).agg(**of_events)
    return people.group_by(keys).agg(**of_staff).join(counts, on=keys, how="left", nulls_equal=True)


def band(column: str, edges: tuple[int, ...]) -> pl.Expr:
    """Return the label of each one's band, an Enum in rising order: ``under 25``, ``25-34``, ..., ``65 and over``."""
    inner = [f"{a:,}-{b - 1:,}" for a, b in itertools.pairwise(edges)]
    labels = [f"under {edges[0]:,}", *inner, f"{edges[-1]:,} and over"]
    position = pl.sum_horizontal([(pl.col(column) >= edge).cast(pl.UInt32) for edge in edges])
    return pl.lit(pl.Series(labels, dtype=pl.Enum(labels))).gather(position)
