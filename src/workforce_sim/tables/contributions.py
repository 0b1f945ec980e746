"""Money of the plan: columns of the snapshot, and measures."""

from __future__ import annotations

import polars as pl

from workforce_sim.tables.counting import ratio
from workforce_sim.tables.declared import Column, Measure
from workforce_sim.tables.event_types import OPTIONAL_SOURCES, SOURCES
from workforce_sim.tables.measuring import cents, fraction

EMPLOYER_MONEY = tuple(f"{source}_cents" for source in SOURCES)
"""Measures, and columns of snapshots, of employer contributions; the last two are null in runs without them."""
USED_FOR_COST = "_used_for_cost"
"""Forfeitures used that lower the employer's cost, of each replicate; expenses of the plan are no part of it."""

_COUNTED = ("plan.match", "plan.limits", "plan.testing.pay", "eligibility.")
_ROTH = (
    *("plan.deferral_pay", "plan.roth", "plan.catch_up", "plan.super_catch_up", "plan.limits", "plan.deferrals_stop"),
    "plan.hce_deferral_limit",
)
_ALL_BP = 10_000
_NAMES = {source: source.replace("_", " ").capitalize() for source in SOURCES}
"""What the sources of employer contributions are called."""

CONTRIBUTIONS = (
    *(
        Column(
            name, pl.Int64, about, "cents", "plan", lowest=0, in_plan=True, differs="plan compensation", keys=_COUNTED
        )
        for name, about in (
            ("plan_compensation_cents", "Compensation that the match is based on"),
            ("testing_compensation_cents", "Pay since entry, as the plan's tests count it"),
        )
    ),
    *(
        Column(
            name,
            pl.Int64,
            about,
            "cents",
            "plan",
            lowest=0,
            in_plan=True,
            differs="deferral limits or Roth",
            keys=_ROTH,
        )
        for name, about in (
            ("pre_tax_cents", "Pre-tax deferrals"),
            ("roth_cents", "Roth deferrals"),
            ("catch_up_cents", "Catch-up deferrals, within the two above"),
        )
    ),
    Column(
        "match_cents",
        pl.Int64,
        "Employer match",
        "cents",
        "plan",
        lowest=0,
        in_plan=True,
        differs="match formula",
        keys=("plan.match", "plan.limits"),
    ),
    Column(
        "nonelective_cents",
        pl.Int64,
        "Nonelective contribution, reallocated forfeitures included",
        "cents",
        "plan",
        lowest=0,
        in_plan=True,
        differs="nonelective formula",
        keys=("plan.nonelective", "plan.limits", "plan.forfeitures"),
    ),
    *(
        Column(
            f"{source}_cents",
            pl.Int64,
            _NAMES[source],
            "cents",
            "plan",
            lowest=0,
            in_plan=True,
            needs=source,
            differs=f"{_NAMES[source].lower()} formula",
            keys=(f"plan.{source}", "plan.limits"),
        )
        for source in OPTIONAL_SOURCES
    ),
    *(
        Column(
            f"{source}_balance_cents",
            pl.Int64,
            f"{name} balance; of terminated employees before the payout",
            "cents",
            "plan",
            lowest=0,
            in_plan=True,
            needs=source if source in OPTIONAL_SOURCES else "",
            differs="balances",
            keys=("plan.annual_return", "plan.forfeitures"),
        )
        for source, name in _NAMES.items()
    ),
    *(
        Column(
            f"vested_share_{source}_bp",
            pl.Int32,
            f"Vested share of the {name.lower()} balance",
            "basis points",
            "plan",
            lowest=0,
            highest=_ALL_BP,
            in_plan=True,
            needs=source if source in OPTIONAL_SOURCES else "",
            differs="vesting",
            keys=("plan.vesting",),
        )
        for source, name in _NAMES.items()
    ),
    Column(
        "hours_of_service",
        pl.Int32,
        "Scheduled hours of the days employed in the year",
        "hours",
        "simulation",
        lowest=0,
        in_plan=True,
        needs="hours",
        differs="hours of service",
    ),
    Column(
        "vesting_years",
        pl.Int32,
        "Years of vesting service at the end of the year or at termination",
        "years",
        "plan",
        lowest=0,
        in_plan=True,
        needs="hours",
        differs="vesting",
        keys=("plan.vesting",),
    ),
    Column(
        "forfeited_cents",
        pl.Int64,
        "Forfeited at termination",
        "cents",
        "forfeiture",
        lowest=0,
        in_plan=True,
        differs="vesting",
        keys=("plan.vesting",),
    ),
    *(
        Column(
            name,
            pl.Int64,
            about,
            "cents",
            "rehire",
            lowest=0,
            in_plan=True,
            needs="rehires",
            differs="restored on return",
            keys=("plan.breaks", "plan.vesting"),
        )
        for name, about in (
            ("restored_cents", "Forfeited at an earlier termination, restored on return"),
            ("repaid_cents", "Paid out at an earlier termination, repaid on return"),
        )
    ),
    Column(
        "hce",
        pl.Boolean,
        "Highly compensated",
        owner="plan",
        in_plan=True,
        differs="highly compensated",
        keys=("plan.testing", "plan.limits"),
    ),
    Column(
        "excess_415_cents",
        pl.Int64,
        "Cut by the limit on annual additions",
        "cents",
        "plan",
        lowest=0,
        in_plan=True,
        differs="limit on annual additions",
        keys=("plan.limits", *(f"plan.{source}" for source in SOURCES)),
        behind="catch_up_cents",
    ),
)

COST = (
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
