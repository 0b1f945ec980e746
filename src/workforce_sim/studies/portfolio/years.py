"""Plan years of many employers as people read them: whole for all of them, or short for some."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from workforce_sim.dates import PlanYear
from workforce_sim.studies.portfolio.book import OPENS
from workforce_sim.studies.portfolio.totals import EMPLOYERS


def labelled_totals(rows: pl.DataFrame, employers: pl.DataFrame, by: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Return totals for people: a year that is short for employers of a row says for how many.

    Args:
        rows: totals, one row per group and year: the groups, year, employers.
        employers: the table of employers.
        by: the columns that group.
    """
    keys, dates = [*by, "year"], pl.col(OPENS)
    short = (
        employers.filter(dates.dt.month() > 1)
        .with_columns(dates.dt.year().alias("year"))
        .group_by(keys)
        .agg(dates.len().alias("short"), pl.when(dates.n_unique() == 1).then(dates.first()).alias(OPENS))
    )
    found = rows.join(short, on=keys, how="left", nulls_equal=True, maintain_order="left").to_dicts()
    return [{**row, "year": _label(row)} for row in found]


def _label(row: dict[str, Any]) -> str:
    short, of, opens = row["short"], row[EMPLOYERS], row[OPENS]
    if short is None:
        return str(row["year"])
    if short == of and opens is not None:
        return PlanYear(row["year"], opens.month).label
    return f"{row['year']} (short for {short:,} of {of:,} employers)"
