"""Census, ledger and snapshot: every column with its type, unit, meaning and owner, its bounds, and how it differs.

``docs/data-model.md`` is printed from here. ``owner`` is what may change a column.
"""

from __future__ import annotations

import polars as pl

from workforce_sim.tables.contributions import CONTRIBUTIONS
from workforce_sim.tables.declared import NAME, Column
from workforce_sim.tables.event_types import EVENT_CAUSE, EVENT_TYPE
from workforce_sim.tables.participation import MEMBERSHIP
from workforce_sim.tables.pay import PAY
from workforce_sim.tables.people import AT_CLOSING, PEOPLE

KEYS = (
    Column("replicate", pl.Int32, "Number of the simulation (replicate); 0 in a single run", owner="simulation"),
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
    Column("match_balance_cents", pl.Int64, "Match balance", "cents"),
    Column("nonelective_balance_cents", pl.Int64, "Nonelective balance", "cents"),
    Column("profit_sharing_balance_cents", pl.Int64, "Profit sharing balance", "cents"),
    Column("discretionary_match_balance_cents", pl.Int64, "Discretionary match balance", "cents"),
    Column("deferral_balance_cents", pl.Int64, "Deferral balance", "cents"),
    Column("union", pl.Boolean, "Represented by a union in collective bargaining"),
    Column("nonresident", pl.Boolean, "Nonresident alien without income from sources in the United States"),
    Column("leaves_on", pl.Date, "Known last day, where known exits are honored; null without one"),
    Column("joins_on", pl.Date, "First day of those who join by an acquisition; null for all others"),
)

EVENTS = (
    *KEYS,
    Column("employee_id", pl.String, "Who", owner="hire"),
    Column("event_type", EVENT_TYPE, "What happened", owner="the event"),
    Column(
        "cause",
        EVENT_CAUSE,
        "Why, of hires, terminations, enrollments, rate changes and lump sums",
        owner="the event",
        behind="effective_date",
    ),
    Column("effective_date", pl.Date, "When, within the plan year", owner="the event"),
    Column(
        "salary_before_cents",
        pl.Int64,
        "Annual salary before",
        "cents a year",
        "promotion, cola, range_lift, merit",
        behind="level_before",
    ),
    Column(
        "salary_after_cents",
        pl.Int64,
        "Annual salary after",
        "cents a year",
        "hire, promotion, cola, range_lift, merit",
        behind="level_after",
    ),
    Column("level_before", NAME, "Level before", owner="promotion", behind="amount_cents"),
    Column("level_after", NAME, "Level after", owner="hire, promotion", behind="cause"),
    Column("deferral_before_bp", pl.Int32, "Deferral rate before", "basis points", "enrollment and deferral events"),
    Column(
        "deferral_after_bp",
        pl.Int32,
        "Deferral rate after",
        "basis points",
        "enrollment and deferral events",
        behind="salary_after_cents",
    ),
    Column(
        "amount_cents",
        pl.Int64,
        "Amount paid or forfeited",
        "cents",
        "other_pay, lump_sum, forfeiture",
        behind="deferral_after_bp",
    ),
)

SNAPSHOTS = (*KEYS, *PEOPLE, *PAY, *AT_CLOSING, *MEMBERSHIP, *CONTRIBUTIONS)
