"""Columns of the snapshot: the plan."""

from __future__ import annotations

import polars as pl

from workforce_sim.tables.declared import Column, Last, Positive, Reached
from workforce_sim.tables.event_types import EXCLUSION, OPTIONAL_SOURCES, SOURCES

_COUNTED = ("plan.match", "plan.limits", "plan.testing.pay", "eligibility.")
_ROTH = (
    *("plan.deferral_pay", "plan.roth", "plan.catch_up", "plan.super_catch_up", "plan.limits", "plan.deferrals_stop"),
    "plan.hce_deferral_limit",
)
_ALL_BP = 10_000
_NAMES = {source: source.replace("_", " ").capitalize() for source in SOURCES}
"""What the sources of employer contributions are called."""

PLAN = (
    Column(
        "eligibility_date",
        pl.Date,
        "When eligible; null before that, and for the excluded",
        owner="eligibility",
        in_plan=True,
        state=Reached("eligibility", "eligible"),
        differs="eligible on a different day",
    ),
    Column(
        "long_term_part_time",
        pl.Boolean,
        "Eligible as a long-term part-time employee",
        owner="eligibility",
        in_plan=True,
        needs="hours",
        differs="long-term part-time or not",
        keys=("eligibility.",),
    ),
    Column(
        "union",
        pl.Boolean,
        "Union employee",
        owner="hire",
        in_plan=True,
        needs="classes",
        differs="union employee or not",
        keys=("eligibility.classes", "eligibility.excluded_classes"),
    ),
    Column(
        "excluded_class",
        EXCLUSION,
        "Reason of the class that is excluded from the plan; none for those not in one",
        owner="eligibility",
        in_plan=True,
        needs="classes",
        differs="excluded by class or not",
        keys=("eligibility.excluded_classes",),
    ),
    Column(
        "enrollment_date",
        pl.Date,
        "Latest enrollment since the start; null before",
        owner="enrollment",
        in_plan=True,
        differs="enrolled on a different day",
    ),
    Column(
        "enrolled",
        pl.Boolean,
        "Participates: defers at the end of the year or at termination",
        owner="enrollment, stop",
        in_plan=True,
        state=Positive("deferral_bp"),
        differs="in the plan or not",
        keys=("eligibility.", "enrollment.", "plan."),
    ),
    Column(
        "deferral_bp",
        pl.Int32,
        "Deferral rate last in force",
        "basis points",
        "enrollment and deferral events",
        lowest=0,
        highest=_ALL_BP,
        in_plan=True,
        state=Last("deferral_after_bp", starts=0),
        differs="different rate at the opening",
        keys=("enrollment.election", "enrollment.deferral_rates"),
    ),
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
