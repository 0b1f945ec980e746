"""A portfolio as people read it, and as plain data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from workforce_sim.explaining.years_text import plan_table, year_table
from workforce_sim.studies.portfolio.portfolio import FAILED, Portfolio
from workforce_sim.studies.portfolio.reading import SYNTHETIC
from workforce_sim.studies.portfolio.totals import EMPLOYERS, means
from workforce_sim.studies.portfolio.years import labelled_totals
from workforce_sim.wording import columns, counted
from workforce_sim.wording.measures import shown

OF_GROUPS = {
    "headcount_closing": "headcount",
    "payroll_cents": "payroll",
    "participation_rate": "participation",
    "average_deferral_rate": "deferral rate",
    "deferral_cents": "deferrals",
    "net_employer_cost_cents": "employer cost",
    "employer_cost_share_of_payroll": "of payroll",
}
"""Measures of groups, and their headings."""

MOST = 20
"""Failures that are shown; a table has them all."""


def readable(found: Portfolio, by: Sequence[str] = ()) -> str:
    """Return the years of all employers together, then those of each group."""
    rows = labelled_totals(found.years, found.employers)
    mean = f", means of {counted(found.replicates, 'simulation')}" if found.replicates > 1 else ""
    parts = [f"{found.what}{mean}", year_table(rows), plan_table(rows)] if rows else [found.what]
    if by and rows:
        parts.append("\n".join(_groups(labelled_totals(means(found.by(*by), by), found.employers, by), by)))
    return "\n\n".join(part for part in parts if part)


def _groups(rows: Sequence[Mapping[str, Any]], by: Sequence[str]) -> Iterator[str]:
    heading = [*by, "year", EMPLOYERS, *OF_GROUPS.values()]
    cells = [
        [
            *("(none)" if row[name] is None else str(row[name]) for name in by),
            row["year"],
            f"{row[EMPLOYERS]:,}",
            *(shown(measure, row[measure]) for measure in OF_GROUPS),
        ]
        for row in rows
    ]
    every = [heading, *cells]
    rule = ["─" * max(len(row[at]) for row in every) for at in range(len(heading))]
    yield from columns([heading, rule, *cells], right=range(len(by), len(heading)))


def failures(table: pl.DataFrame, most: int | None = MOST) -> list[str]:
    """Return the employers that failed, the reason under each name; then how many more there are."""
    failed = table.filter(pl.col("result") == FAILED)
    if failed.is_empty():
        return []
    lines = [f"{counted(failed.height, 'employer')} failed:"]
    for row in failed.head(most or failed.height).to_dicts():
        first, *more = str(row["problem"]).split("\n")
        lines += [f"  {row['name']}: {row['stage']}: {first}", *(f"    {line}" for line in more)]
    rest = failed.height - (most or failed.height)
    return [*lines, f"  ... and {rest:,} more: employers.parquet has them all"] if rest > 0 else lines


def synthetic(table: pl.DataFrame) -> list[str]:
    """Return a line on employers whose employees are synthetic, as nothing names their census."""
    count = table.filter(pl.col("census") == SYNTHETIC).height
    return [f"{counted(count, 'employer')} without a census: synthetic employees"] if count else []


def plain(found: Portfolio, by: Sequence[str] = ()) -> dict[str, Any]:
    """Return a portfolio as plain data, amounts in cents: totals by replicate and year, and by groups."""
    page = {
        "employers": found.employers.height,
        "simulations": found.replicates,
        "failed": found.failures.to_dicts(),
        "totals": found.summary.to_dicts(),
    }
    return {**page, "groups": found.by(*by).to_dicts()} if by else page
