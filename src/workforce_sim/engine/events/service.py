"""Hours of service and years of vesting service, in runs where hours count; long-term part-time employees.

Chapters: ``docs/model/eligibility.md``, ``docs/model/vesting.md``.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from workforce_sim.config.vesting import VestingService
from workforce_sim.dates import Days, Ints, PlanYear, completed_years
from workforce_sim.engine.columns import FLAG, Array, Columns
from workforce_sim.engine.context import Year
from workforce_sim.engine.event import KeptColumn, node
from workforce_sim.plan.service import scheduled_hours, vesting_years

IN_PLAN = pl.col("eligibility_date") <= pl.col("last_day")


@node(
    adds={
        "hours_of_service": (pl.Int64, "scheduled hours of the days employed in the year, but for days of leave"),
        "vesting_years": (pl.Int64, "years of vesting service at the end of the year or at termination"),
    },
    snapshot={
        "long_term_part_time": (pl.col("long_term_part_time") != 0) & IN_PLAN,
        "hours_of_service": pl.col("hours_of_service"),
        "vesting_years": pl.col("vesting_years"),
    },
    kept={
        "long_term_part_time": KeptColumn(
            FLAG, "whether the way into the plan is that of a long-term part-time employee"
        ),
        "lacks_hours": KeptColumn(FLAG, "has no eligibility date for lack of hours alone"),
    },
    used=lambda config: "hours" in config.provisions,
)
def service(staff: Columns, year: Year) -> Mapping[str, Array]:
    """Add hours of service of the year, and years of vesting service."""
    last, time = staff["last_day"], staff["full_time_ppm"].astype(np.int64)
    provisions = year.config.provisions
    away = staff["leave_days"] if "leave" in provisions else 0
    days = last - np.maximum(staff.first_day, np.int32(year.first)) + np.int64(1) - away
    years = years_of_service(staff, last, year.calendar, year.config.plan.vesting.service)
    return {"hours_of_service": scheduled_hours(time, days, year.days), "vesting_years": years}


def years_of_service(staff: Columns, through: Days, calendar: PlanYear, section: VestingService) -> Ints:
    """Return years of vesting service through these days of a year, counted as a section says.

    By hours they are those at the latest termination and those since the return; before a first one, since hire.
    """
    if section.method == "elapsed":
        return completed_years(np.minimum(staff.served_since, through), through, calendar)
    time = staff["full_time_ppm"].astype(np.int64)
    joined = staff.flags("long_term_part_time") & (staff["eligibility_date"] <= through)
    since = np.minimum(staff["hire_date"], through)
    return staff.years_before + vesting_years(since, through, time, joined, calendar, section)
