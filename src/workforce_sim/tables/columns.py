"""Census, ledger and snapshot: every column with its type, unit, meaning and owner, its bounds, and how it differs.

``docs/data-model.md`` is printed from here. ``owner`` is what may change a column.
"""

from __future__ import annotations

import polars as pl

from workforce_sim.tables.declared import NAME, Column, Last, Positive, Reached
from workforce_sim.tables.event_types import EVENT_CAUSE, EVENT_TYPE, EXCLUSION, PAY_KINDS, STATUS, TERMINATION_CAUSE

KEYS = (
    Column("replicate", pl.Int32, "Number of the simulation (replicate); 0 in a single run", owner="simulation"),
    Column("year", pl.Int32, "Plan year", owner="simulation"),
)

_COUNTED = ("plan.match", "plan.limits", "plan.testing.pay", "eligibility.")
_ROTH = (
    *("plan.deferral_pay", "plan.roth", "plan.catch_up", "plan.super_catch_up", "plan.limits", "plan.deferrals_stop"),
    "plan.hce_deferral_limit",
)
_RANGES = ("workforce.levels", "hiring.range_growth")
_BALANCES = ("plan.annual_return", "plan.forfeitures")
_MORE_SOURCES = {"profit_sharing": "Profit sharing", "discretionary_match": "Discretionary match"}
"""Sources of employer contributions that a plan may have besides match and nonelective, and what they are called."""

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

_ALL_BP = 10_000

SNAPSHOTS = (
    *KEYS,
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
        "age", pl.Int32, "Completed years on January 1, of hires on the hire date", "years", "simulation", fixed=True
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
            name,
            "cents",
            "plan",
            lowest=0,
            in_plan=True,
            needs=source,
            differs=f"{name.lower()} formula",
            keys=(f"plan.{source}", "plan.limits"),
        )
        for source, name in _MORE_SOURCES.items()
    ),
    *(
        Column(name, pl.Int64, about, "cents", "plan", lowest=0, in_plan=True, differs="balances", keys=_BALANCES)
        for name, about in (
            ("match_balance_cents", "Match balance; of terminated employees before the payout"),
            ("nonelective_balance_cents", "Nonelective balance; of terminated employees before the payout"),
        )
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
            needs=source,
            differs="balances",
            keys=_BALANCES,
        )
        for source, name in _MORE_SOURCES.items()
    ),
    *(
        Column(
            f"vested_share_{source}_bp",
            pl.Int32,
            f"Vested share of the {source} balance",
            "basis points",
            "plan",
            lowest=0,
            highest=_ALL_BP,
            in_plan=True,
            differs="vesting",
            keys=("plan.vesting",),
        )
        for source in ("match", "nonelective")
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
            needs=source,
            differs="vesting",
            keys=("plan.vesting",),
        )
        for source, name in _MORE_SOURCES.items()
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
        keys=("plan.limits", "plan.match", "plan.nonelective", *(f"plan.{source}" for source in _MORE_SOURCES)),
        behind="catch_up_cents",
    ),
)
