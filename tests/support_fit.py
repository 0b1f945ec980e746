"""Employers whose rates are known: the censuses of a run, one a year."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl

import workforce_sim as ws
from workforce_sim.config import with_changes

RATES = {0: 0.22, 1: 0.18, 2: 0.15, 3: 0.12, 5: 0.08, 10: 0.05, 15: 0.05, 20: 0.06, 25: 0.08, 30: 0.12}
"""Yearly exit rates by tenure."""
COLUMNS = {
    "employee_id": "W-" + pl.col("employee_id").cast(pl.String),  # hires of a run have ids that no census may have
    "hire_date": pl.col("hire_date"),
    "birth_date": pl.col("birth_date"),
    "annual_salary": pl.col("salary_cents") / 100,
    "level": pl.col("level").cast(pl.String),
    "department": pl.col("department").cast(pl.String),
}


def world(
    seed: int, size: int, *, years: int = 5, spread: float = 0.15, **sections: Any
) -> dict[dt.date, pl.DataFrame]:
    """Return the censuses of an employer: the opening, and the closing of each year."""
    rates = [{"age_from": 0, "tenure_from": tenure, "value": rate} for tenure, rate in RATES.items()]
    config = ws.load_config(
        {
            "simulation": {"start_year": 2020, "end_year": 2019 + years, "target_growth_rate": 0.01},
            "workforce": {"total_termination_rate": 0.12, "headcount": "stochastic"},
            "census": {"size": size},
            "plan": {"enabled": False},
            "terminations": {"rates": rates},
            "uncertainty": {"year_effects": {"terminations": spread}},
            "random_seed": seed,
            **sections,
        }
    )
    opening = ws.synthetic_census(size, seed=seed, as_of=dt.date(2020, 1, 1)).frame
    return {dt.date(2019, 12, 31): opening.select(**COLUMNS), **closings(ws.simulate(config))}


def closings(result: ws.Result, **more: pl.Expr) -> dict[dt.date, pl.DataFrame]:
    """Return the census at the end of each year of a run."""
    there = result.snapshots.filter(pl.col("status").cast(pl.String).is_in(["continuing", "new_hire"]))
    years = there["year"].unique().sort()
    named = {**COLUMNS, **more}
    return {dt.date(year, 12, 31): there.filter(pl.col("year") == year).select(**named) for year in years}


def simulated_from(fit: ws.Fit, seed: int, years: int = 5) -> dict[dt.date, pl.DataFrame]:
    """Return the last census of a fit, and those at the end of each year of a run of its configuration."""
    start = fit.config.simulation.start_year
    span = {"simulation.end_year": start + years - 1, "random_seed": seed, "plan.enabled": False}
    result = ws.simulate(with_changes(fit.config, {**span, "uncertainty.assumptions": []}), census=fit.census)
    same = {**COLUMNS, "employee_id": pl.col("employee_id")}
    opening = fit.census.frame.select(**same)
    return {dt.date(start - 1, 12, 31): opening, **closings(result, employee_id=pl.col("employee_id").cast(pl.String))}


def people(**columns: list[Any]) -> pl.DataFrame:
    """Return a census by hand; pay is 50,000 and the hire date 2010-01-04 where none is given."""
    size = len(next(iter(columns.values())))
    given = {"hire_date": [dt.date(2010, 1, 4)] * size, "annual_salary": [50_000.0] * size}
    return pl.DataFrame({**given, **columns})
