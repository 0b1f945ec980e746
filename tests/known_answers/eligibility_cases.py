"""Eligibility: long-term part-time employees."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl

import workforce_sim as ws


def _long_term_part_time(case: dict[str, Any]) -> dict[str, Any]:
    """Return when somebody of age enters whose hours of each year are the same, from January 1 of the first on."""
    hours, first = set(case["hours"].values()), min(map(int, case["hours"]))
    census = pl.DataFrame(
        {
            "employee_id": ["A"],
            "hire_date": [dt.date(first, 1, 1)],
            "birth_date": [dt.date(1980, 1, 1)],
            "annual_salary": [20_000.0],
            "full_time_share": [round(hours.pop() / 2080, 6)],
            "level": ["Staff"],
        }
    )
    config = {
        "simulation": {"start_year": first + 1, "end_year": first + 5, "target_growth_rate": 0.0},
        "workforce": {"total_termination_rate": 0.0},
        "eligibility": {"waiting_period_years": 1, "service": {"method": "hours"}},
        "random_seed": 1,
    }
    entered = ws.simulate(config, census=census).snapshots["eligibility_date"].drop_nulls()
    assert not hours
    return {"earliest_entry": str(entered[0])}


ANSWERS = {"ELIG-LTPT-1": _long_term_part_time}
