"""Ensembles, comparisons and sweeps as plain data for JSON, and as tables for files; nobody is named in either."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from workforce_sim.ensembles.comparing import Comparison
    from workforce_sim.ensembles.ensemble import Ensemble
    from workforce_sim.ensembles.sweeping import Sweep


def of_ensemble(found: Ensemble) -> dict[str, Any]:
    """Return an ensemble: its configuration, number of replicates, precision and bands."""
    sure = {name: _finite(value) for name, value in found.sure.items()}
    return {**_about(found), "relative_errors": sure, "bands": rows_of(found.bands)}


def of_comparison(found: Comparison, tables: Mapping[str, pl.DataFrame] | None = None) -> dict[str, Any]:
    """Return a comparison: the scenarios and its tables, without the figures of each simulation."""
    tables = tables_of_comparison(found) if tables is None else tables
    return {
        **_about(found.ensembles[found.baseline]),
        "scenarios": list(found.ensembles),
        "baseline": found.baseline,
        **{name: rows_of(table) for name, table in tables.items() if name != "replicates"},
    }


def tables_of_comparison(found: Comparison, by: str | None = None, least: int | None = None) -> dict[str, pl.DataFrame]:
    """Return the tables of a comparison by name.

    Args:
        found: the comparison.
        by: the groups for which cost and gains are shown.
        least: groups and cells of fewer employees are hidden; None hides none.
    """
    tables = {
        name: getattr(found, name) for name in ("configurations", "bands", "differences", "totals", "cost_per_point")
    }
    if found.groups:
        tables["by_hired"] = found.by_group(least=least)
    if by is not None:
        tables |= {"by_group": found.by_group(by, least=least), "gains": found.gains(by, least=least)}
    return {**tables, "replicates": found.replicates}


def of_sweep(found: Sweep) -> dict[str, Any]:
    """Return a sweep: its combinations, their summary, and the totals of all years."""
    about = _about(found.ensembles[0])
    return {**about, **{name: rows_of(table) for name, table in tables_of_sweep(found).items() if name != "replicates"}}


def tables_of_sweep(found: Sweep) -> dict[str, pl.DataFrame]:
    """Return the tables of a sweep by name."""
    return {name: getattr(found, name) for name in ("combinations", "results", "summary", "totals", "replicates")}


def _about(found: Ensemble) -> dict[str, Any]:
    years = found.config.simulation.years
    return {"replicates": found.count, "years": [years[0], years[-1]], "random_seed": found.config.random_seed}


def rows_of(table: pl.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table for JSON."""
    return [{name: _finite(value) for name, value in row.items()} for row in table.iter_rows(named=True)]


def _finite(value: Any) -> Any:
    """Return a value for JSON: null for a number that is not finite."""
    return None if isinstance(value, float) and not math.isfinite(value) else value
