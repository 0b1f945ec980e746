"""Tables of a report from one simulation of each scenario: who gains by group, why the cost differs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from workforce_sim.ensembles.ensemble import whole
from workforce_sim.ensembles.people import GROUPS
from workforce_sim.explaining.change import explain_change

if TYPE_CHECKING:
    from workforce_sim.ensembles.comparing import Comparison

REPORT_TABLES = ("groups", "drivers")
"""Names of the tables, in the folder of a comparison too."""

COST = "net_employer_cost"
SCHEMA: dict[str, Any] = {
    "scenario": pl.String,
    "year": pl.Int32,
    "baseline_cents": pl.Int64,
    "driver": pl.String,
    "cents": pl.Int64,
}


def report_tables(found: Comparison, least: int | None) -> dict[str, pl.DataFrame]:
    """Return the tables that a report of a comparison has beyond those of the comparison.

    Args:
        found: the comparison; if read from its folder, with the tables written there.
        least: cells of fewer people are hidden, as in ``Comparison.gains``; None hides none.
    """
    if found.census is None:
        return {name: table for name, table in found.saved.items() if name in REPORT_TABLES}
    return {"groups": gains_by_group(found, least), "drivers": cost_drivers(found)}


def gains_by_group(found: Comparison, least: int | None) -> pl.DataFrame:
    """Return who gains and who loses, by each way of grouping.

    Returns:
        One row per scenario but the baseline, way of grouping and group: scenario, by, group, the columns of
        ``Comparison.gains``, and ``least``.
    """
    rows = pl.concat(_named(by, found.gains(by, least=least)) for by in GROUPS)
    return rows.with_columns(least=pl.lit(least, pl.Int32))


def _named(by: str, gains: pl.DataFrame) -> pl.DataFrame:
    group = pl.col(by).cast(pl.String).fill_null("unknown").alias("group")
    return gains.select("scenario", pl.lit(by).alias("by"), group, pl.exclude("scenario", by))


def cost_drivers(found: Comparison) -> pl.DataFrame:
    """Return why the cost of the last year differs from that of the baseline, in simulation 0.

    Returns:
        One row per scenario but the baseline and driver: scenario, year, baseline_cents (its cost), driver, cents.
    """
    runs = {name: whole(config, found.census, 0, found.own) for name, config in found.configs.items()}
    year = found.configs[found.baseline].simulation.years[-1]
    rows: list[tuple[Any, ...]] = []
    for name in found.others:
        change = explain_change(runs[found.baseline], COST, year, beside=runs[name])
        rows += [(name, year, int(change.first), driver, cents) for driver, cents in change.drivers.rows()]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")
