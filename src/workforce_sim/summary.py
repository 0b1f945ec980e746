"""One row per replicate and year: headcount bridge, payroll; and the same measures by group.

Chapter: ``docs/model/tables.md``. A summary is a function of the two tables alone.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from workforce_sim.tables import EVENT_CAUSE, EVENT_TYPE, STATUS, SUMMARY, completed


def _is(*statuses: str) -> pl.Expr:
    return pl.any_horizontal([pl.col("status") == pl.lit(s, dtype=STATUS) for s in statuses])


def _type(name: str) -> pl.Expr:
    return pl.col("event_type") == pl.lit(name, dtype=EVENT_TYPE)


def _count(flag: pl.Expr) -> pl.Expr:
    return flag.sum().cast(pl.Int64)


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
_HEADS, _OPENING = pl.col("headcount_closing"), pl.col("_continuing_opening")
_DERIVED = {
    "average_salary_cents": pl.when(_HEADS > 0).then((2 * pl.col("_closing_salaries") + _HEADS) // (2 * _HEADS)),
    "average_salary_growth_continuing": pl.when(_OPENING > 0).then(pl.col("_continuing_closing") / _OPENING - 1),
}


def summarise(events: pl.DataFrame, snapshots: pl.DataFrame, keys: Sequence[str] = ("replicate",)) -> pl.DataFrame:
    """Return the measures of one year, a row per replicate (and group, with more keys), sorted."""
    staff = snapshots.lazy().group_by(keys).agg(pl.col("year").first(), **_OF_STAFF)
    counts = events.lazy().group_by(keys).agg(**_OF_EVENTS)
    rows = staff.join(counts, on=keys, how="left").with_columns(pl.col(list(_OF_EVENTS)).fill_null(0))
    return completed(rows.with_columns(**_DERIVED).sort(keys).collect(engine="in-memory"), SUMMARY)
