"""Measures of the summary: the plan."""

from __future__ import annotations

import polars as pl

from workforce_sim.tables.counting import HEADS, PARTICIPANTS, STAYS, TAKES_PART, heads, ratio
from workforce_sim.tables.declared import Counts, Measure
from workforce_sim.tables.event_types import SOURCES

EMPLOYER_MONEY = tuple(f"{source}_cents" for source in SOURCES)
"""Measures, and columns of snapshots, of employer contributions; the last two are null in runs without them."""
USED_FOR_COST = "_used_for_cost"
"""Forfeitures used that lower the employer's cost, of each replicate; expenses of the plan are no part of it."""


PLAN = (
    Measure(
        "eligible",
        pl.Int64,
        "Active and eligible at year end",
        "employees",
        "eligibility",
        sums=heads(STAYS & pl.col("eligibility_date").is_not_null()),
        of_a_day=True,
        label="Eligible employees",
    ),
    Measure(
        "long_term_part_time",
        pl.Int64,
        "Active and eligible as long-term part-time employees at year end",
        "employees",
        "eligibility",
        needs="hours",
        sums=heads(STAYS & pl.col("long_term_part_time")),
        of_a_day=True,
        label="Long-term part-time employees",
    ),
    Measure(
        "participants",
        pl.Int64,
        "Active and deferring at year end",
        "employees",
        "plan",
        in_plan=True,
        sums=heads(TAKES_PART),
        of_a_day=True,
        label="Participants",
    ),
    Measure(
        "participation_rate",
        pl.Float64,
        "Participants over eligible",
        "fraction",
        "plan",
        in_plan=True,
        derived=ratio(PARTICIPANTS, pl.col("eligible")),
        label="Participation: eligible employees",
    ),
    Measure(
        "participation_rate_all",
        pl.Float64,
        "Participants over headcount",
        "fraction",
        "plan",
        in_plan=True,
        derived=ratio(PARTICIPANTS, HEADS),
        label="Participation: all employees",
    ),
    Measure(
        "enrollments",
        pl.Int64,
        "Enrollments",
        "events",
        "enrollment",
        in_plan=True,
        counts=Counts("enrollment"),
        label="Enrollments",
    ),
    Measure(
        "opt_outs", pl.Int64, "Opt-outs", "events", "opt_out", in_plan=True, counts=Counts("opt_out"), label="Opt-outs"
    ),
    Measure(
        "escalations",
        pl.Int64,
        "Automatic escalations",
        "events",
        "escalation",
        in_plan=True,
        counts=Counts("escalation"),
        label="Automatic escalations",
    ),
    Measure(
        "average_deferral_rate",
        pl.Float64,
        "Mean deferral rate of participants",
        "fraction",
        "plan",
        in_plan=True,
        derived=ratio(pl.col("_deferral_bp"), 10_000 * PARTICIPANTS),
        label="Average deferral rate",
    ),
    Measure(
        "deferral_cents",
        pl.Int64,
        "Deferrals",
        "cents",
        "plan",
        in_plan=True,
        sums=(pl.col("pre_tax_cents") + pl.col("roth_cents")).sum(),
        label="Employee deferrals",
    ),
    Measure(
        "match_cents",
        pl.Int64,
        "Employer match",
        "cents",
        "plan",
        in_plan=True,
        sums=pl.col("match_cents").sum(),
        label="Employer match",
    ),
    Measure(
        "nonelective_cents",
        pl.Int64,
        "Nonelective contributions, reallocated forfeitures included",
        "cents",
        "plan",
        in_plan=True,
        sums=pl.col("nonelective_cents").sum(),
        label="Nonelective contributions",
    ),
    *(
        Measure(
            f"{source}_cents",
            pl.Int64,
            meaning,
            "cents",
            "plan",
            in_plan=True,
            needs=source,
            sums=pl.col(f"{source}_cents").sum(),
            label=meaning,
        )
        for source, meaning in (("profit_sharing", "Profit sharing"), ("discretionary_match", "Discretionary match"))
    ),
    Measure(
        "forfeitures_cents",
        pl.Int64,
        "Forfeitures",
        "cents",
        "plan",
        in_plan=True,
        sums=pl.col("forfeited_cents").sum(),
        label="Forfeitures",
    ),
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
    Measure(
        "restored_cents",
        pl.Int64,
        "Forfeitures restored to rehires",
        "cents",
        "rehire",
        in_plan=True,
        needs="rehires",
        sums=pl.col("restored_cents").sum(),
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
    Measure(
        "employer_cost_share_of_payroll",
        pl.Float64,
        "Net employer cost over payroll",
        "fraction",
        "plan",
        in_plan=True,
        of_account=True,
        derived=ratio(pl.col("net_employer_cost_cents"), pl.col("payroll_cents")),
        label="Net employer cost, share of payroll",
    ),
)
