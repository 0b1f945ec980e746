"""What is measured: openings of four sizes under the documented defaults."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from workforce_sim import load_config, synthetic_census
from workforce_sim.census.completion import complete
from workforce_sim.census.opening import Opening
from workforce_sim.config import Config
from workforce_sim.config.load import overridden, with_changes
from workforce_sim.engine.clock import Clock
from workforce_sim.simulation.run import run
from workforce_sim.tables.output import Tables

SIZES = (1_000, 10_000, 100_000, 1_000_000)


@cache
def config(years: int) -> Config:
    """Return the documented defaults over so many years."""
    return overridden(load_config(), start_year=2025, end_year=2024 + years)


RICH_PLAN: Mapping[str, Any] = {
    "plan.match": {
        "basis": "payroll",
        "minimum_hours": 1000,
        "by_tenure": [
            {"from": 0, "tiers": [{"up_to": 0.04, "rate": 0.5}]},
            {"from": 5, "tiers": [{"up_to": 0.03, "rate": 1.0}, {"up_to": 0.06, "rate": 0.5}]},
        ],
    },
    "plan.nonelective": {"kind": "points", "by_points": [{"from": 0, "rate": 0.02}, {"from": 50, "rate": 0.04}]},
    "plan.vesting": {"match": "graded_6", "nonelective": "cliff_3"},
    "plan.forfeitures": "reallocate",
    "plan.annual_return": 0.06,
    "plan.testing.top_paid_group": True,
    "enrollment.auto_enrollment.scope": "all_eligible",
    "enrollment.escalation.date": "07-01",
}
"""What costs most: a payroll match by tenure, conditions, points, graded vesting, reallocation, escalation in July."""

UNEVEN_RAISES: Mapping[str, Any] = {"compensation.merit_factors": {"Staff": 1.2, "Executive": 0.8}}
"""Merit increases that differ by level, so that the pool is shared out among everybody."""

PLANS: Mapping[str, Mapping[str, Any]] = {
    "no plan": {"plan.enabled": False},
    "defaults": {},
    "uneven raises": UNEVEN_RAISES,
    "rich plan": RICH_PLAN,
}


@cache
def planned(name: str, years: int) -> Config:
    """Return the documented defaults with one of ``PLANS``."""
    return with_changes(config(years), PLANS[name])


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
