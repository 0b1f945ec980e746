"""A sweep as people read it: the last year of each combination, and how it differs from the first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import polars as pl

from workforce_sim.ensembles.wording import error, gap, table, values
from workforce_sim.wording import columns, counted, number

Measured = Mapping[str, Mapping[str, Any]]
"""The summary of a combination, by measure."""

if TYPE_CHECKING:
    from workforce_sim.ensembles.sweeping import Sweep

PARTICIPATION = {"participation_rate": "of eligible", "participation_rate_all": "of all"}
COST = "net_employer_cost_cents"
APART = ("difference", "std error")


def readable(found: Sweep) -> str:
    """Return the combinations and their last year as text."""
    return "\n".join([*_headline(found), *_combinations(found), "", *_participation(found), "", *_cost(found)])


def _headline(found: Sweep) -> Iterator[str]:
    count = counted(found.ensembles[0].count, "replicate")
    combinations = counted(len(found.ensembles), "combination")
    yield f"{combinations}, {count} of each; the same census and common random numbers in all"
    yield ""


def _combinations(found: Sweep) -> list[str]:
    rows = [[_text(cell) for cell in row] for row in found.combinations.iter_rows()]
    return columns([["", *found.keys], *rows], right=[0])


def _text(cell: str | float) -> str:
    return cell if isinstance(cell, str) else number(cell)


def _participation(found: Sweep) -> list[str]:
    """Return the shares of the eligible and of all staff who take part, and their differences from the first."""
    heading = [cell for name in PARTICIPATION.values() for cell in (f"take part, {name}", *APART)]
    return _last_year(found, heading, lambda of: [cell for name in PARTICIPATION for cell in _cells(name, of[name])])


def _cost(found: Sweep) -> list[str]:
    heading = ["net employer cost", "P5", "P95", *APART]
    return _last_year(found, heading, lambda of: _cells(COST, of[COST], "p5", "p95"))


def _last_year(found: Sweep, heading: list[str], cells: Callable[[Measured], list[str]]) -> list[str]:
    """Return a line for each combination, with what its measures of the last year are."""
    last = found.summary["year"].max()
    rows = found.summary.filter(pl.col("year") == last).partition_by("combination", maintain_order=True)
    lines = [[str(part["combination"][0]), *cells({row["measure"]: row for row in part.to_dicts()})] for part in rows]
    return table([str(last), *heading], lines, left=0)


def _cells(measure: str, row: Mapping[str, Any], *ends: str) -> list[str]:
    """Return the mean and ends of a measure, and the difference of the mean from the first with its error."""
    moved = [gap(measure, row["difference_mean"]), error(measure, row["difference_mean_error"])]
    return [*values(measure, [row[name] for name in ("mean", *ends)]), *moved]
