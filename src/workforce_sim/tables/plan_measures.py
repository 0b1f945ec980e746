"""Measures of the summary: the plan."""

from __future__ import annotations

import polars as pl

from workforce_sim.tables.counting import HEADS, PARTICIPANTS, STAYS, TAKES_PART, ratio
from workforce_sim.tables.declared import Counts, Measure
from workforce_sim.tables.event_types import SOURCES
from workforce_sim.tables.measuring import cents, counted, employees, fraction

EMPLOYER_MONEY = tuple(f"{source}_cents" for source in SOURCES)
"""Measures, and columns of snapshots, of employer contributions; the last two are null in runs without them."""
USED_FOR_COST = "_used_for_cost"
"""Forfeitures used that lower the employer's cost, of each replicate; expenses of the plan are no part of it."""


PLAN = (
    employees(
        "eligible",
        "Active and eligible at year end",
        "eligibility",
        STAYS & pl.col("eligibility_date").is_not_null(),
        of_a_day=True,
        label="Eligible employees",
    ),
    employees(
        "long_term_part_time",
        "Active and eligible as long-term part-time employees at year end",
        "eligibility",
        STAYS & pl.col("long_term_part_time"),
        needs="hours",
        of_a_day=True,
        label="Long-term part-time employees",
    ),
    employees(
        "participants",
        "Active and deferring at year end",
        "plan",
        TAKES_PART,
        in_plan=True,
        of_a_day=True,
        label="Participants",
    ),
    fraction(
        "participation_rate",
        "Participants over eligible",
        "plan",
        ratio(PARTICIPANTS, pl.col("eligible")),
        in_plan=True,
        label="Participation: eligible employees",
    ),
    fraction(
        "participation_rate_all",
        "Participants over headcount",
        "plan",
        ratio(PARTICIPANTS, HEADS),
        in_plan=True,
        label="Participation: all employees",
    ),
    counted("enrollments", "Enrollments", Counts("enrollment"), in_plan=True),
    counted("opt_outs", "Opt-outs", Counts("opt_out"), in_plan=True),
    counted("escalations", "Automatic escalations", Counts("escalation"), in_plan=True),
    fraction(
        "average_deferral_rate",
        "Mean deferral rate of participants",
        "plan",
        ratio(pl.col("_deferral_bp"), 10_000 * PARTICIPANTS),
        in_plan=True,
        label="Average deferral rate",
    ),
    cents(
        "deferral_cents",
        "Deferrals",
        "plan",
        pl.col("pre_tax_cents") + pl.col("roth_cents"),
        in_plan=True,
        label="Employee deferrals",
    ),
    cents("match_cents", "Employer match", "plan", pl.col("match_cents"), in_plan=True),
    cents(
        "nonelective_cents",
        "Nonelective contributions, reallocated forfeitures included",
        "plan",
        pl.col("nonelective_cents"),
        in_plan=True,
        label="Nonelective contributions",
    ),
    *(
        cents(f"{source}_cents", meaning, "plan", pl.col(f"{source}_cents"), in_plan=True, needs=source)
        for source, meaning in (("profit_sharing", "Profit sharing"), ("discretionary_match", "Discretionary match"))
    ),
    cents("forfeitures_cents", "Forfeitures", "plan", pl.col("forfeited_cents"), in_plan=True),
    Measure(
        "forfeitures_used_cents",
        pl.Int64,
        "Forfeitures of earlier years used",
        "cents",
        "plan",
        in_plan=True,
        of_account=True,
        label="Forfeitures used",
    ),
    cents(
        "restored_cents",
        "Forfeitures restored to rehires",
        "rehire",
        pl.col("restored_cents"),
        in_plan=True,
        needs="rehires",
        label="Forfeitures restored",
    ),
    Measure(
        "net_employer_cost_cents",
        pl.Int64,
        "Employer contributions, with what is restored to rehires, less forfeitures used for them",
        "cents",
        "plan",
        in_plan=True,
        of_account=True,
        derived=pl.sum_horizontal(*EMPLOYER_MONEY, "restored_cents") - pl.col(USED_FOR_COST),
        label="Net employer cost",
    ),
    fraction(
        "employer_cost_share_of_payroll",
        "Net employer cost over payroll",
        "plan",
        ratio(pl.col("net_employer_cost_cents"), pl.col("payroll_cents")),
        in_plan=True,
        of_account=True,
        label="Net employer cost, share of payroll",
    ),
)
