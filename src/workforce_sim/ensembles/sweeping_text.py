"""A sweep as text: the values of each combination beside its results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from workforce_sim.config.workforce import Simulation
from workforce_sim.dates import period_label, year_label
from workforce_sim.ensembles.ensemble import any_plan
from workforce_sim.ensembles.totals import COST, OF_PAYROLL, PAYROLL
from workforce_sim.ensembles.wording import error, gap, swept, table, values
from workforce_sim.wording import columns, counted, shortened

if TYPE_CHECKING:
    from workforce_sim.ensembles.sweeping import Sweep

PARTICIPATION = {"participation_rate": "eligible", "participation_rate_all": "all"}
HEADCOUNT = "headcount_closing"
APART = ("difference", "std error")
WIDTH = 24
"""Characters of the longest value in a table of results; longer ones are cut, and written in full above it."""

Measured = Mapping[tuple[int, str], Mapping[str, Any]]
"""Figures by combination and measure."""


def readable(found: Sweep, shown: Sequence[int] | None = None) -> str:
    """Return the combinations, what they cost over all years, and participation in the last year.

    Where none has a plan: payroll over all years, and headcount at the end of the last.

    Args:
        found: the sweep.
        shown: numbers of the combinations to show, in order; all when left out.
    """
    numbers = found.combinations["combination"].to_list() if shown is None else list(shown)
    parts = [_headline(found, len(numbers)), ""]
    if not numbers:
        return "\n".join([*parts, "no combination meets the conditions"])
    parts += _legend(found)
    if any_plan(found.ensembles):
        return "\n".join([*parts, *_cost(found, numbers), "", *_participation(found, numbers)])
    return "\n".join([*parts, *_payroll(found, numbers), "", *_headcount(found, numbers)])


def _headline(found: Sweep, shown: int) -> str:
    count = counted(found.ensembles[0].count, "simulation")
    combinations = counted(len(found.ensembles), "combination")
    some = "" if shown == len(found.ensembles) else f" ({shown} shown)"
    return f"{combinations}{some}, {count} of each; one census, and all use the same random draws"


def _legend(found: Sweep) -> Iterator[str]:
    """Yield the swept keys by the names of their columns, and values that are too long for them."""
    yield from columns([(short, key) for short, key in zip(headings(found.keys), found.keys, strict=True)])
    for key in found.keys:
        for value in found.combinations[key].unique(maintain_order=True):
            if len(swept(value)) > WIDTH:
                yield f"  {cut(value)} is {swept(value)}"
    yield ""


def headings(keys: Sequence[str]) -> list[str]:
    """Return the last parts of keys, as many as tell them apart."""
    for parts in range(1, 1 + max(key.count(".") + 1 for key in keys)):
        found = [".".join(key.split(".")[-parts:]) for key in keys]
        if len(set(found)) == len(keys):
            return found
    return list(keys)


def cut(cell: str | float) -> str:
    """Return a value as long as a column is wide."""
    return shortened(swept(cell), WIDTH)


def _simulation(found: Sweep) -> Simulation:
    return found.ensembles[0].config.simulation


def _span(found: Sweep) -> str:
    return period_label(_simulation(found), _simulation(found).years)


def _last(found: Sweep) -> tuple[str, pl.DataFrame]:
    """Return the last year in words, and its figures."""
    simulation = _simulation(found)
    last = simulation.years[-1]
    return year_label(simulation, last), found.summary.filter(pl.col("year") == last)


def _cost(found: Sweep, numbers: Sequence[int]) -> list[str]:
    """Return the net cost of all years together, as an amount and as a share of payroll."""
    of = _keyed(found.totals)
    rows = [
        [
            *_mean(COST, of[each, COST], "p5", "p95"),
            *_moved(COST, of[each, COST]),
            *_mean(OF_PAYROLL, of[each, OF_PAYROLL]),
        ]
        for each in numbers
    ]
    title = f"net employer cost, {_span(found)}"
    return [title, *_table(found, numbers, ["mean", "P5", "P95", *APART, "of payroll"], rows)]


def _participation(found: Sweep, numbers: Sequence[int]) -> list[str]:
    """Return the shares of eligible and of all employees who participate in the last year."""
    last, rows_of_last = _last(found)
    of = _keyed(rows_of_last)
    heading = [cell for name in PARTICIPATION.values() for cell in (name, *APART)]
    rows = [
        [cell for name in PARTICIPATION for cell in (*_mean(name, of[each, name]), *_moved(name, of[each, name]))]
        for each in numbers
    ]
    return [f"participation of eligible and of all employees, {last}", *_table(found, numbers, heading, rows)]


def _payroll(found: Sweep, numbers: Sequence[int]) -> list[str]:
    return [f"payroll, {_span(found)}", *_one(found, numbers, PAYROLL, _keyed(found.totals))]


def _headcount(found: Sweep, numbers: Sequence[int]) -> list[str]:
    last, rows = _last(found)
    return [f"closing headcount, {last}", *_one(found, numbers, HEADCOUNT, _keyed(rows))]


def _one(found: Sweep, numbers: Sequence[int], measure: str, of: Measured) -> list[str]:
    """Return a table of one measure with its range and its difference from the first combination."""
    rows = [[*_mean(measure, of[each, measure], "p5", "p95"), *_moved(measure, of[each, measure])] for each in numbers]
    return _table(found, numbers, ["mean", "P5", "P95", *APART], rows)


def _keyed(frame: pl.DataFrame) -> Measured:
    return {(row["combination"], row["measure"]): row for row in frame.to_dicts()}


def _table(found: Sweep, numbers: Sequence[int], heading: list[str], rows: list[list[str]]) -> list[str]:
    """Return a table: number and values of each combination, then its figures."""
    chosen = {row[0]: [cut(cell) for cell in row[1:]] for row in found.combinations.iter_rows()}
    lines = [[str(each), *chosen[each], *row] for each, row in zip(numbers, rows, strict=True)]
    return table(["", *headings(found.keys), *heading], lines, left=1 + len(found.keys))


def _mean(measure: str, row: Mapping[str, Any], *ends: str) -> list[str]:
    return values(measure, [row[name] for name in ("mean", *ends)])


def _moved(measure: str, row: Mapping[str, Any]) -> list[str]:
    """Return the difference of the mean from the first combination with its error."""
    return [gap(measure, row["difference_mean"]), error(measure, row["difference_mean_error"])]
