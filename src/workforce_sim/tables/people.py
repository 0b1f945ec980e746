"""People: columns of the snapshot, and measures of headcount and moves."""

from __future__ import annotations

import polars as pl

from workforce_sim.tables.counting import HEADS, STAYS, is_, ratio
from workforce_sim.tables.declared import NAME, Column, Counts, Last, Measure
from workforce_sim.tables.event_types import STATUS, TERMINATION_CAUSE
from workforce_sim.tables.measuring import counted, employees, fraction

PEOPLE = (
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
)

AT_CLOSING = (
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

HEADCOUNT = (
    employees(
        "headcount_opening",
        "Employees at the opening",
        "simulation",
        is_("continuing", "terminated"),
        of_a_day=True,
        label="Employees at the start of the year",
    ),
    employees("hires", "Hires of the year", "hire", is_("new_hire", "new_hire_terminated"), label="Hires"),
    *(
        counted(name, about, Counts("hire", cause), "employees", needs=needs, label=label)
        for name, about, needs, cause, label in (
            ("known_hires", "Known hires, within the hires", "known_hires", "known", "Known hires"),
            ("seasonal_hires", "Seasonal hires, within the hires", "seasonal", "seasonal", "Seasonal hires"),
            (
                "acquired_employees",
                "Employees who join by an acquisition, within the hires",
                "acquisitions",
                "acquisition",
                "Employees who joined by an acquisition",
            ),
        )
    ),
    counted(
        "rehires",
        "Hires who were employed before",
        Counts("rehire"),
        "employees",
        needs="rehires",
        label="Rehires, part of hires",
    ),
    employees(
        "terminations_opening_staff",
        "Terminations of existing employees, reductions included",
        "termination",
        is_("terminated"),
        label="Terminations: existing employees",
    ),
    employees(
        "terminations_new_hires",
        "Terminations of new hires",
        "termination",
        is_("new_hire_terminated"),
        label="Terminations: new hires",
    ),
    counted(
        "reductions",
        "Reductions in force: terminations of cause reduction",
        Counts("termination", "reduction"),
        "employees",
        label="Reductions in force",
    ),
    counted(
        "retirements",
        "Terminations of cause retirement",
        Counts("termination", "retirement"),
        "employees",
        needs="retirement",
        label="Retirements",
    ),
    employees(
        "headcount_closing",
        "Employees at the closing",
        "simulation",
        STAYS,
        of_a_day=True,
        label="Employees at year end",
    ),
    employees(
        "retirement_eligible",
        "Employees at the closing who meet age and service to retire",
        "simulation",
        STAYS & pl.col("retirement_eligible"),
        needs="retirement",
        of_a_day=True,
        label="Eligible to retire at year end",
    ),
    fraction(
        "retirement_eligible_share",
        "Their share of the employees at the closing",
        "simulation",
        ratio(pl.col("retirement_eligible"), HEADS),
        needs="retirement",
        label="Eligible to retire, share of employees",
    ),
    Measure(
        "leaves_begun",
        pl.Int64,
        "Leaves begun in the year",
        "events",
        "leave",
        needs="leave",
        counts=Counts("leave_start"),
        label="Leaves begun",
    ),
    employees(
        "on_leave",
        "Employees on leave at the closing",
        "leave",
        pl.col("on_leave"),
        needs="leave",
        of_a_day=True,
        label="On leave at year end",
    ),
)
