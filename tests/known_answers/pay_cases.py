"""Pay: position in the range of the level."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.support import Scenario, census_of, configured, fast
from workforce_sim.money import cents


def _position(case: dict[str, Any]) -> dict[str, Any]:
    """Run a year in which nothing happens to the one employee."""
    level = {"name": "Crew", "minimum": case["min"], "midpoint": case["midpoint"], "maximum": case["max"]}
    staff = census_of(
        employee_id=["Omar"],
        hire_date=[dt.date(2020, 1, 1)],
        birth_date=[dt.date(1985, 1, 1)],
        salary_cents=[cents(case["pay"])],
        level=["Crew"],
    )
    config = configured(
        simulation={"target_growth_rate": 0.0},
        workforce={"levels": [level], "total_termination_rate": 0.0},
        compensation={"cola_rate": 0.0, "merit_pool": 0.0, "range_maximum": "freeze"},
        plan={"enabled": False},
    )
    row = fast(Scenario(staff, config)).snapshots.row(0, named=True)
    return {"compa_ratio": row["compa_ratio_ppm"] / 1e6, "range_penetration": row["range_penetration_ppm"] / 1e6}


ANSWERS = {"COMPA-Omar": _position}
