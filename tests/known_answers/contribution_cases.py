"""Contributions of a simulated year: deferrals beyond section 402(g) are catch-up."""

from __future__ import annotations

import datetime as dt
from typing import Any

import workforce_sim as ws
from tests.support import census_of, configured

YEAR = 2025
STILL: dict[str, Any] = {
    "simulation": {"target_growth_rate": 0.0},
    "workforce": {"total_termination_rate": 0.0, "new_hire_termination_rate": 0.0},
    "compensation": {"cola_rate": 0.0, "merit_pool": 0.0},
    "promotion": {"base_rate": 0.0},
    "enrollment": {"stop": 0.0, "change": {"probability": 0.0}, "escalation": {"enabled": False}},
}
"""Nothing happens."""


def _catch_up(case: dict[str, Any]) -> dict[str, Any]:
    """The case is of 2006; a year whose limits are known takes its limits instead."""
    overrides = {
        "elective_deferral": {YEAR: float(case["limit_402g"])},
        "catch_up": {YEAR: float(case["catch_up_limit"])},
    }
    census = census_of(
        employee_id=["A"],
        hire_date=[dt.date(YEAR - 10, 1, 1)],
        birth_date=[dt.date(YEAR - case["age"], 1, 1)],
        salary_cents=[10 * 100 * case["deferral"]],
        deferral_bp=[1_000],
    )
    result = ws.simulate(configured(YEAR, plan={"limits": {"overrides": overrides}}, **STILL), census=census)
    row = result.snapshots.row(0, named=True)
    assert row["pre_tax_cents"] + row["roth_cents"] == 100 * case["deferral"]
    return {"catch_up": row["catch_up_cents"] / 100}


ANSWERS = {"CATCHUP-REG-1": _catch_up}
