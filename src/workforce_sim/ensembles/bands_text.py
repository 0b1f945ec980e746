"""The bands of an ensemble as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from workforce_sim.dates import period_label, year_label
from workforce_sim.ensembles.ensemble import LEAST, Ensemble
from workforce_sim.ensembles.wording import IN_SHORT, SHOWN, error, table, values
from workforce_sim.wording import counted, percent

COLUMNS = ("mean", "std error", "P5", "P50", "P95")
_NOT_MET = "target precision not reached after {}"


def readable(found: Ensemble, targets: Mapping[str, float] | None = None) -> str:
    """Return the bands of headcount, payroll, participation, match and net employer cost as text, a row for each year.

    Args:
        found: the ensemble.
        targets: the requested relative standard errors, by measure.
    """
    sure = [_sure(name, found.sure[name], target, found.count) for name, target in (targets or {}).items()]
    simulation = found.config.simulation
    title = f"{counted(found.count, 'simulation')}, {period_label(simulation, simulation.years)}"
    return "\n".join([title, *sure, "", *table(("", "year", *COLUMNS), list(_rows(found)))])


def _rows(found: Ensemble) -> Iterator[tuple[str, ...]]:
    for measure in IN_SHORT:
        part = found.bands.filter((pl.col("measure") == measure) & pl.col("mean").is_not_null()).to_dicts()
        for place, row in enumerate(part):
            year = year_label(found.config.simulation, row["year"])
            yield (SHOWN[measure] if place == 0 else "", year, *_cells(measure, row))


def _cells(measure: str, row: Mapping[str, Any]) -> list[str]:
    """Return mean, its error and percentiles, with digits that show how wide the band is."""
    middle, *percentiles = values(measure, [row[name] for name in ("mean", "p5", "p50", "p95")])
    return [middle, error(measure, row["mean_error"]), *percentiles]


def _sure(measure: str, reached: float, target: float, count: int) -> str:
    met, simulations = reached <= target and count >= LEAST, counted(count, "simulation")
    found = f"stopped after {simulations}: target precision reached" if met else _NOT_MET.format(simulations)
    few = f"; it takes {LEAST} simulations to tell" if reached <= target and not met else ""
    name = measure.removesuffix("_cents")
    return f"{found} (standard error of {name}: {percent(reached, 2)} of its mean; target: {percent(target, 2)}{few})"
