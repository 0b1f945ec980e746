"""Ensembles, comparisons and sweeps as plain data for JSON, and as tables for files; nobody is named in either."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from workforce_sim.ensembles.comparing import Comparison
    from workforce_sim.ensembles.ensemble import Ensemble
    from workforce_sim.ensembles.sweeping import Sweep


def of_ensemble(found: Ensemble) -> dict[str, Any]:
    """Return an ensemble: how many replicates of what, how sure, and the bands."""
    sure = {name: _finite(value) for name, value in found.sure.items()}
    return {**_about(found), "relative_errors": sure, "bands": _rows(found.bands)}


def of_comparison(found: Comparison, gains: pl.DataFrame | None = None) -> dict[str, Any]:
    """Return a comparison: what was asked, bands, differences, cost, and who gains by group where that is given."""
    return {
        **_about(found.ensembles[found.baseline]),
        "scenarios": list(found.ensembles),
        "baseline": found.baseline,
        **{name: _rows(table) for name, table in tables_of_comparison(found, gains).items() if name != "replicates"},
    }


def tables_of_comparison(found: Comparison, gains: pl.DataFrame | None = None) -> dict[str, pl.DataFrame]:
    """Return the tables of a comparison by name."""
    tables = {name: getattr(found, name) for name in ("configurations", "bands", "differences", "cost_per_point")}
    of_groups = {} if gains is None else {"gains": gains}
    return {**tables, **of_groups, "replicates": found.replicates}


def of_sweep(found: Sweep) -> dict[str, Any]:
    """Return a sweep: its combinations and their summary."""
    about = _about(found.ensembles[0])
    return {**about, "combinations": _rows(found.combinations), "summary": _rows(found.summary)}


def tables_of_sweep(found: Sweep) -> dict[str, pl.DataFrame]:
    """Return the tables of a sweep by name."""
    return {"combinations": found.combinations, "summary": found.summary, "replicates": found.replicates}


def _about(found: Ensemble) -> dict[str, Any]:
    years = found.config.simulation.years
    return {"replicates": found.count, "years": [years[0], years[-1]], "random_seed": found.config.random_seed}


def _rows(table: pl.DataFrame) -> list[dict[str, Any]]:
    return [{name: _finite(value) for name, value in row.items()} for row in table.iter_rows(named=True)]


def _finite(value: Any) -> Any:
    """Return a value as JSON has it: null for a number that is none."""
    return None if isinstance(value, float) and not math.isfinite(value) else value
