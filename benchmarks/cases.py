"""What is measured: openings of four sizes under the documented defaults."""

from __future__ import annotations

from functools import cache

from workforce_sim import synthetic_census
from workforce_sim.census.completion import complete
from workforce_sim.config import Config
from workforce_sim.config.load import load_config, overridden
from workforce_sim.monitor import Clock
from workforce_sim.opening import Opening, Tables
from workforce_sim.simulation import run

SIZES = (1_000, 10_000, 100_000, 1_000_000)


@cache
def config(years: int) -> Config:
    """Return the documented defaults over so many years."""
    return overridden(load_config(), start_year=2025, end_year=2024 + years)


@cache
def opening(size: int) -> Opening:
    """Return the synthetic opening of a size."""
    return complete(synthetic_census(size, seed=42), config(1))


def simulated(size: int, years: int) -> Tables:
    """Run the fast engine, events and snapshots kept."""
    return run(config(years), opening(size), (0,), Clock())


def employee_years(tables: Tables) -> int:
    """Return how many employees at an opening were simulated, added up over the years."""
    return int(tables.summary["headcount_opening"].sum())
