"""The tables: every column with its type, unit, meaning and owner. ``docs/data-model.md`` is printed from here.

``owner`` is what may change a column. Without a plan, columns of the plan are null.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

EVENT_TYPES = (
    "hire",
    "eligibility",
    "promotion",
    "cola",
    "merit",
    "enrollment",
    "opt_out",
    "rate_change",
    "escalation",
    "stop",
    "termination",
    "forfeiture",
)
TERMINATION_CAUSES = ("voluntary", "involuntary", "retirement", "death", "disability", "reduction")
EVENT_CAUSES = (*TERMINATION_CAUSES, "election", "automatic", "conversion", "own", "match_response")
STATUSES = ("continuing", "new_hire", "terminated", "new_hire_terminated")

EVENT_TYPE = pl.Enum(EVENT_TYPES)
EVENT_CAUSE = pl.Enum(EVENT_CAUSES)
STATUS = pl.Enum(STATUSES)
NAME = pl.Enum
"""Levels and departments are Enums of their names, in order: their values differ from run to run."""

DataType = pl.DataType | type[pl.DataType] | type[pl.Enum]


@dataclass(frozen=True)
class Column:
    """One column of a table."""

    name: str
    dtype: DataType
    meaning: str
    unit: str = ""
    owner: str = ""


_KEYS = (
    Column("replicate", pl.Int32, "Which replicate of the ensemble; 0 in a single run", owner="simulation"),
    Column("year", pl.Int32, "Plan year", owner="simulation"),
)

CENSUS = (
    Column("employee_id", pl.String, "Identifier, unique"),
    Column("hire_date", pl.Date, "First day of employment"),
    Column("salary_cents", pl.Int64, "Annual salary as paid, full-time or not", "cents a year"),
    Column("birth_date", pl.Date, "Date of birth; imputed where missing"),
    Column("level", NAME, "Job level; imputed from pay where missing"),
    Column("department", NAME, "Department; may be null"),
    Column("full_time_ppm", pl.Int32, "Hours as a share of full-time", "millionths"),
    Column("deferral_bp", pl.Int32, "Deferral rate; null where unknown", "basis points"),
    Column("opted_out", pl.Boolean, "Declined automatic enrollment"),
    Column("excluded", pl.Boolean, "Excluded from the plan"),
    Column("owner_share_ppm", pl.Int32, "Share of the employer owned", "millionths"),
    Column("officer", pl.Boolean, "An officer of the employer"),
    Column("prior_year_pay_cents", pl.Int64, "Pay of the year before the opening", "cents"),
    Column("match_balance_cents", pl.Int64, "Balance from match", "cents"),
    Column("nonelective_balance_cents", pl.Int64, "Balance from nonelective money", "cents"),
    Column("deferral_balance_cents", pl.Int64, "Balance from deferrals", "cents"),
)

EVENTS = (
    *_KEYS,
    Column("employee_id", pl.String, "Who", owner="hire"),
    Column("event_type", EVENT_TYPE, "What happened", owner="the event"),
    Column("cause", EVENT_CAUSE, "Why, of terminations, enrollments and rate changes", owner="the event"),
    Column("effective_date", pl.Date, "When, within the plan year", owner="the event"),
    Column("salary_before_cents", pl.Int64, "Annual salary before", "cents a year", "promotion, cola, merit"),
    Column("salary_after_cents", pl.Int64, "Annual salary after", "cents a year", "hire, promotion, cola, merit"),
    Column("level_before", NAME, "Level before", owner="promotion"),
    Column("level_after", NAME, "Level after", owner="hire, promotion"),
    Column("deferral_before_bp", pl.Int32, "Deferral rate before", "basis points", "enrollment and deferral events"),
    Column("deferral_after_bp", pl.Int32, "Deferral rate after", "basis points", "enrollment and deferral events"),
    Column("amount_cents", pl.Int64, "Amount forfeited", "cents", "forfeiture"),
)

SNAPSHOTS = (
    *_KEYS,
    Column("employee_id", pl.String, "Who", owner="hire"),
    Column("status", STATUS, "Stayed or left, opening staff or hire of the year", owner="termination"),
    Column("birth_date", pl.Date, "Date of birth", owner="hire"),
    Column("hire_date", pl.Date, "First day of employment", owner="hire"),
    Column("termination_date", pl.Date, "Last day of employment; null for those who stay", owner="termination"),
    Column("age", pl.Int32, "Completed years on 1 January, of hires on the hire date", "years", "simulation"),
    Column("tenure_years", pl.Int32, "Completed years since hire, on the same day", "years", "simulation"),
    Column("level", NAME, "Level at the end of the year or on leaving", owner="promotion"),
    Column("department", NAME, "Department; may be null", owner="hire"),
    Column("full_time_ppm", pl.Int32, "Hours as a share of full-time", "millionths", "hire"),
    Column("opening_salary_cents", pl.Int64, "Salary at the opening; null for hires", "cents a year", "simulation"),
    Column(
        "salary_cents",
        pl.Int64,
        "Salary at the end of the year or on leaving",
        "cents a year",
        "promotion, cola, merit",
    ),
    Column("earnings_cents", pl.Int64, "Pay earned in the year", "cents", "simulation"),
    Column("eligibility_date", pl.Date, "When eligible; null before that, and for the excluded", owner="eligibility"),
    Column("enrollment_date", pl.Date, "Latest enrollment since the start; null before", owner="enrollment"),
    Column("enrolled", pl.Boolean, "Takes part: defers at the end of the year or on leaving", owner="enrollment, stop"),
    Column("deferral_bp", pl.Int32, "Deferral rate last in force", "basis points", "enrollment and deferral events"),
    Column("plan_compensation_cents", pl.Int64, "Compensation that the match counts", "cents", "plan"),
    Column("testing_compensation_cents", pl.Int64, "Pay since entry, as the plan's tests count it", "cents", "plan"),
    Column("pre_tax_cents", pl.Int64, "Pre-tax deferrals", "cents", "plan"),
    Column("roth_cents", pl.Int64, "Roth deferrals", "cents", "plan"),
    Column("catch_up_cents", pl.Int64, "Catch-up deferrals, within the two above", "cents", "plan"),
    Column("match_cents", pl.Int64, "Employer match", "cents", "plan"),
    Column(
        "nonelective_cents", pl.Int64, "Nonelective contribution, reallocated forfeitures included", "cents", "plan"
    ),
    Column("match_balance_cents", pl.Int64, "Balance from match, of leavers before the payout", "cents", "plan"),
    Column("nonelective_balance_cents", pl.Int64, "Balance from nonelective money, the same", "cents", "plan"),
    Column("vested_share_match_bp", pl.Int32, "Vested share of the match balance", "basis points", "plan"),
    Column("vested_share_nonelective_bp", pl.Int32, "Vested share of the nonelective balance", "basis points", "plan"),
    Column("forfeited_cents", pl.Int64, "Forfeited on leaving", "cents", "forfeiture"),
    Column("hce", pl.Boolean, "Highly compensated", owner="plan"),
    Column("excess_415_cents", pl.Int64, "Taken off by the limit on annual additions", "cents", "plan"),
)

SUMMARY = (
    *_KEYS,
    Column("headcount_opening", pl.Int64, "Staff at the opening", "employees", "simulation"),
    Column("hires", pl.Int64, "Hires of the year", "employees", "hire"),
    Column(
        "terminations_opening_staff",
        pl.Int64,
        "Leavers among opening staff, reductions included",
        "employees",
        "termination",
    ),
    Column("terminations_new_hires", pl.Int64, "Leavers among the year's hires", "employees", "termination"),
    Column("reductions", pl.Int64, "Leavers of cause reduction", "employees", "termination"),
    Column("headcount_closing", pl.Int64, "Staff at the closing", "employees", "simulation"),
    Column("promotions", pl.Int64, "Promotions", "events", "promotion"),
    Column("cola_raises", pl.Int64, "Cost-of-living increases", "events", "cola"),
    Column("merit_raises", pl.Int64, "Merit increases", "events", "merit"),
    Column("payroll_cents", pl.Int64, "Pay earned in the year by everybody", "cents", "simulation"),
    Column(
        "average_salary_cents",
        pl.Int64,
        "Mean salary at the closing, half up; null without staff",
        "cents a year",
        "simulation",
    ),
    Column(
        "average_salary_growth_continuing",
        pl.Float64,
        "Closing over opening salaries of continuing staff, less 1; null without any",
        "fraction",
        "simulation",
    ),
    Column("eligible", pl.Int64, "Active and eligible at year end", "employees", "eligibility"),
    Column("participants", pl.Int64, "Active and deferring at year end", "employees", "plan"),
    Column("participation_rate", pl.Float64, "Participants over eligible", "fraction", "plan"),
    Column("participation_rate_all", pl.Float64, "Participants over headcount", "fraction", "plan"),
    Column("enrollments", pl.Int64, "Enrollments", "events", "enrollment"),
    Column("opt_outs", pl.Int64, "Opt-outs", "events", "opt_out"),
    Column("escalations", pl.Int64, "Automatic escalations", "events", "escalation"),
    Column("average_deferral_rate", pl.Float64, "Mean deferral rate of participants", "fraction", "plan"),
    Column("deferral_cents", pl.Int64, "Deferrals", "cents", "plan"),
    Column("match_cents", pl.Int64, "Employer match", "cents", "plan"),
    Column(
        "nonelective_cents", pl.Int64, "Nonelective contributions, reallocated forfeitures included", "cents", "plan"
    ),
    Column("forfeitures_cents", pl.Int64, "Forfeitures", "cents", "plan"),
    Column("forfeitures_used_cents", pl.Int64, "Forfeitures of earlier years used", "cents", "plan"),
    Column("net_employer_cost_cents", pl.Int64, "Employer money less forfeitures used for it", "cents", "plan"),
    Column("employer_cost_share_of_payroll", pl.Float64, "Net employer cost over payroll", "fraction", "plan"),
)

TABLES = {"census": CENSUS, "events": EVENTS, "snapshots": SNAPSHOTS, "summary": SUMMARY}


def names(table: Iterable[Column]) -> list[str]:
    """Return the column names of a table, in order."""
    return [column.name for column in table]


def completed(frame: pl.DataFrame, table: Iterable[Column]) -> pl.DataFrame:
    """Return the frame with every column of the table, in order; those not there yet are null."""
    absent = [
        pl.lit(None, dtype=pl.String if column.dtype is NAME else column.dtype).alias(column.name)
        for column in table
        if column.name not in frame.columns
    ]
    return (frame.with_columns(absent) if absent else frame).select(names(table))
