"""A sweep as people read it: the last year of each combination, and how it differs from the first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl

from workforce_sim.ensembles.wording import error, gap, table, values
from workforce_sim.wording import columns, counted, number

if TYPE_CHECKING:
    from workforce_sim.ensembles.sweeping import Sweep

TOLD = {"participation_rate": ("mean",), "net_employer_cost_cents": ("mean", "p5", "p95")}
"""Measures that are shown, and what of each."""


def readable(found: Sweep) -> str:
    """Return the combinations and their last year as text."""
    return "\n".join([*_headline(found), *_combinations(found), "", *_last_year(found)])


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


def _last_year(found: Sweep) -> list[str]:
    """Return participation and cost, and their differences from the first combination with their errors."""
    last = found.summary["year"].max()
    heading = [str(last), "take part", "difference", "std error", "net cost $", "P5", "P95", "difference", "std error"]
    rows = found.summary.filter((pl.col("year") == last) & pl.col("measure").is_in(list(TOLD)))
    lines = [_line(part) for part in rows.partition_by("combination", maintain_order=True)]
    return table(heading, lines, left=0)


def _line(part: pl.DataFrame) -> list[str]:
    line = [str(part["combination"][0])]
    of = {row["measure"]: row for row in part.to_dicts()}
    for measure, shown in TOLD.items():
        row = of[measure]
        line += values(measure, [row[name] for name in shown])
        line += [gap(measure, row["difference_mean"]), error(measure, row["difference_mean_error"])]
    return line
