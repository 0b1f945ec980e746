"""Columns of the snapshot: people, pay and leave."""

from __future__ import annotations

import polars as pl

from workforce_sim.tables.declared import NAME, Column, Last
from workforce_sim.tables.event_types import PAY_KINDS, STATUS, TERMINATION_CAUSE

_RANGES = ("workforce.levels", "hiring.range_growth")

WORKFORCE = (
    Column("employee_id", pl.String, "Who", owner="hire"),
    Column(
        "status",
        STATUS,
        "Stayed or terminated; existing employee or new hire",
        owner="termination",
        differs="different status",
        behind="hce",
    ),
    Column("birth_date", pl.Date, "Date of birth", owner="hire", fixed=True, behind="hire_date"),
    Column("hire_date", pl.Date, "First day of employment; of rehires the return date", owner="hire", fixed=True),
    Column(
        "service_date",
        pl.Date,
        "Where tenure counts from: the hire date, or later after an absence of a year or more",
        owner="rehire",
        needs="rehires",
        fixed=True,
        behind="hire_date",
    ),
    Column(
        "plan_service_date",
        pl.Date,
        "Where service counts from in the plan: the service date, or later where service before is disregarded",
        owner="rehire",
        in_plan=True,
        needs="rehires",
        fixed=True,
        behind="hire_date",
    ),
    Column(
        "termination_date",
        pl.Date,
        "Last day of employment; null for those who stay",
        owner="termination",
        differs="different status",
        behind="status",
    ),
    Column(
        "termination_cause",
        TERMINATION_CAUSE,
        "Why terminated; null for those who stay",
        owner="termination",
        needs="waivers",
        differs="terminated for a different cause",
    ),
    Column(
        "age",
        pl.Int32,
        "Completed years on the first day of the plan year, of hires on the hire date",
        "years",
        "simulation",
        fixed=True,
    ),
    Column("tenure_years", pl.Int32, "Completed years since hire, on the same day", "years", "simulation", fixed=True),
    Column(
        "level",
        NAME,
        "Level at the end of the year or at termination",
        owner="promotion",
        state=Last("level_after"),
        differs="different level at the opening",
    ),
    Column("department", NAME, "Department; may be null", owner="hire", fixed=True, behind="birth_date"),
    Column(
        "full_time_ppm",
        pl.Int32,
        "Hours as a share of full-time",
        "millionths",
        "hire",
        fixed=True,
        behind="department",
    ),
    Column(
        "opening_salary_cents",
        pl.Int64,
        "Salary at the opening; null for hires",
        "cents a year",
        "simulation",
        lowest=0,
        fixed=True,
    ),
    Column(
        "salary_cents",
        pl.Int64,
        "Salary at the end of the year or at termination",
        "cents a year",
        "promotion, cola, range_lift, merit",
        lowest=0,
        state=Last("salary_after_cents"),
        differs="different salary",
    ),
    Column(
        "earnings_cents",
        pl.Int64,
        "Pay earned in the year",
        "cents",
        "simulation",
        lowest=0,
        differs="different pay earned",
        behind="other_pay_cents",
    ),
    *(
        Column(
            name,
            pl.Int64,
            about,
            "cents",
            "other_pay",
            lowest=0,
            needs="other_pay",
            differs="different other pay",
            keys=("compensation.other_pay",),
        )
        for name, about in (
            ("other_pay_cents", "Pay other than salary in the year, within the pay earned"),
            *((f"{kind}_pay_cents", f"Of it: {kind.replace('_', ' ')}") for kind in PAY_KINDS),
        )
    ),
    Column(
        "lump_sum_cents",
        pl.Int64,
        "Raises beyond the maximum of the range, paid once; part of the pay earned",
        "cents",
        "lump_sum",
        lowest=0,
        needs="pay_ranges",
        differs="different lump sums",
        keys=("compensation.range_maximum", *_RANGES),
    ),
    *(
        Column(
            name,
            pl.Int64,
            about,
            "millionths",
            "simulation",
            needs="pay_ranges",
            differs="different position in the pay range",
            keys=_RANGES,
        )
        for name, about in (
            ("compa_ratio_ppm", "Full-time salary over the midpoint of the level; null without a range"),
            ("range_penetration_ppm", "Full-time salary from 0 at the minimum to 10^6 at the maximum of the level"),
        )
    ),
    Column(
        "retirement_eligible",
        pl.Boolean,
        "Meets age and service to retire at the end of the year or at termination",
        owner="simulation",
        needs="retirement",
        differs="eligible to retire or not",
        keys=("terminations.retirement",),
    ),
    Column(
        "leave_days",
        pl.Int32,
        "Days of unpaid leave in the year",
        "days",
        "leave",
        lowest=0,
        highest=366,
        needs="leave",
        differs="on leave for another time",
        keys=("leave.",),
    ),
    Column(
        "on_leave",
        pl.Boolean,
        "On leave at the closing",
        owner="leave",
        needs="leave",
        differs="on leave at year end or not",
        keys=("leave.",),
    ),
)
