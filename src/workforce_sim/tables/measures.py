"""The summary: every measure, and how it comes about from the ledger and the snapshot of a year."""

from __future__ import annotations

import polars as pl

from workforce_sim.tables.columns import KEYS
from workforce_sim.tables.declared import Counts, Measure
from workforce_sim.tables.event_types import STATUS


def _is(*statuses: str) -> pl.Expr:
    return pl.any_horizontal([pl.col("status") == pl.lit(status, dtype=STATUS) for status in statuses])


def _heads(flag: pl.Expr) -> pl.Expr:
    return flag.sum().cast(pl.Int64)


def _ratio(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    """Return one division of whole numbers; null of nothing."""
    return pl.when(whole > 0).then(part / whole)


_STAYS, _CONTINUING = _is("continuing", "new_hire"), _is("continuing")
_TAKES_PART = _STAYS & (pl.col("deferral_bp") > 0)
_SALARY = pl.col("salary_cents")
_COMPA_RATIO, _PENETRATION = pl.col("compa_ratio_ppm"), pl.col("range_penetration_ppm")
_HEADS, _PARTICIPANTS, _BEFORE = (pl.col(name) for name in ("headcount_closing", "participants", "_continuing_opening"))

EMPLOYER_MONEY = ("match_cents", "nonelective_cents", "profit_sharing_cents", "discretionary_match_cents")
"""Measures, and columns of snapshots, of employer contributions; the last two are null in runs without them."""
_WHOLE = 1_000_000

USED_FOR_COST = "_used_for_cost"
"""Forfeitures used that lower the employer's cost, of each replicate; expenses of the plan are no part of it."""

WORKING = (
    Measure(
        "_continuing_closing",
        pl.Int64,
        "Closing salaries of continuing employees",
        sums=pl.when(_CONTINUING).then(_SALARY).sum(),
    ),
    Measure(
        "_continuing_opening",
        pl.Int64,
        "Their salaries at the opening",
        sums=pl.when(_CONTINUING).then(pl.col("opening_salary_cents")).sum(),
    ),
    Measure(
        "_compa_ratios",
        pl.Int64,
        "Compa-ratios at the closing",
        needs="pay_ranges",
        sums=pl.when(_STAYS).then(_COMPA_RATIO).sum(),
    ),
    Measure(
        "_in_ranges",
        pl.Int64,
        "Employees at the closing with a compa-ratio",
        needs="pay_ranges",
        sums=_heads(_STAYS & _COMPA_RATIO.is_not_null()),
    ),
    Measure(
        "_deferral_bp",
        pl.Int64,
        "Deferral rates of participants",
        in_plan=True,
        sums=pl.when(_TAKES_PART).then(pl.col("deferral_bp").cast(pl.Int64)).sum(),
    ),
)
"""Sums that measures are derived from, in no table."""

SUMMARY = (
    *KEYS,
    Measure(
        "headcount_opening",
        pl.Int64,
        "Employees at the opening",
        "employees",
        "simulation",
        sums=_heads(_is("continuing", "terminated")),
        label="Employees at the start of the year",
    ),
    Measure(
        "hires",
        pl.Int64,
        "Hires of the year",
        "employees",
        "hire",
        sums=_heads(_is("new_hire", "new_hire_terminated")),
        label="Hires",
    ),
    *(
        Measure(name, pl.Int64, about, "employees", "hire", needs=needs, counts=Counts("hire", cause), label=label)
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
    Measure(
        "rehires",
        pl.Int64,
        "Hires who were employed before",
        "employees",
        "rehire",
        needs="rehires",
        counts=Counts("rehire"),
        label="Rehires, part of hires",
    ),
    Measure(
        "terminations_opening_staff",
        pl.Int64,
        "Terminations of existing employees, reductions included",
        "employees",
        "termination",
        sums=_heads(_is("terminated")),
        label="Terminations: existing employees",
    ),
    Measure(
        "terminations_new_hires",
        pl.Int64,
        "Terminations of new hires",
        "employees",
        "termination",
        sums=_heads(_is("new_hire_terminated")),
        label="Terminations: new hires",
    ),
    Measure(
        "reductions",
        pl.Int64,
        "Reductions in force: terminations of cause reduction",
        "employees",
        "termination",
        counts=Counts("termination", "reduction"),
        label="Reductions in force",
    ),
    Measure(
        "retirements",
        pl.Int64,
        "Terminations of cause retirement",
        "employees",
        "termination",
        needs="retirement",
        counts=Counts("termination", "retirement"),
        label="Retirements",
    ),
    Measure(
        "headcount_closing",
        pl.Int64,
        "Employees at the closing",
        "employees",
        "simulation",
        sums=_heads(_STAYS),
        label="Employees at year end",
    ),
    Measure(
        "retirement_eligible",
        pl.Int64,
        "Employees at the closing who meet age and service to retire",
        "employees",
        "simulation",
        needs="retirement",
        sums=_heads(_STAYS & pl.col("retirement_eligible")),
        label="Eligible to retire at year end",
    ),
    Measure(
        "retirement_eligible_share",
        pl.Float64,
        "Their share of the employees at the closing",
        "fraction",
        "simulation",
        needs="retirement",
        derived=_ratio(pl.col("retirement_eligible"), _HEADS),
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
    Measure(
        "on_leave",
        pl.Int64,
        "Employees on leave at the closing",
        "employees",
        "leave",
        needs="leave",
        sums=_heads(pl.col("on_leave")),
        label="On leave at year end",
    ),
    Measure(
        "promotions", pl.Int64, "Promotions", "events", "promotion", counts=Counts("promotion"), label="Promotions"
    ),
    Measure(
        "cola_raises",
        pl.Int64,
        "Cost-of-living increases",
        "events",
        "cola",
        counts=Counts("cola"),
        label="Cost-of-living increases",
    ),
    Measure(
        "merit_raises", pl.Int64, "Merit increases", "events", "merit", counts=Counts("merit"), label="Merit increases"
    ),
    Measure(
        "range_lifts",
        pl.Int64,
        "Lifts to the minimum of the pay range",
        "events",
        "range_lift",
        needs="pay_ranges",
        counts=Counts("range_lift"),
        label="Lifts to the range minimum",
    ),
    Measure(
        "lump_sums_cents",
        pl.Int64,
        "Raises beyond the maximum of the pay range, paid once",
        "cents",
        "lump_sum",
        needs="pay_ranges",
        sums=pl.col("lump_sum_cents").sum(),
        label="Lump sums",
    ),
    Measure(
        "below_range",
        pl.Int64,
        "Employees at the closing below the minimum of their pay range",
        "employees",
        "simulation",
        needs="pay_ranges",
        sums=_heads(_STAYS & (_PENETRATION < 0)),
        label="Below the pay range",
    ),
    Measure(
        "above_range",
        pl.Int64,
        "Employees at the closing above the maximum of their pay range",
        "employees",
        "simulation",
        needs="pay_ranges",
        sums=_heads(_STAYS & (_PENETRATION > _WHOLE)),
        label="Above the pay range",
    ),
    Measure(
        "average_compa_ratio",
        pl.Float64,
        "Mean compa-ratio at the closing; null where nobody has one",
        "fraction",
        "simulation",
        needs="pay_ranges",
        derived=_ratio(pl.col("_compa_ratios"), _WHOLE * pl.col("_in_ranges")),
        label="Average compa-ratio",
    ),
    Measure(
        "payroll_cents",
        pl.Int64,
        "Pay earned in the year by everybody",
        "cents",
        "simulation",
        sums=pl.col("earnings_cents").sum(),
        label="Payroll",
    ),
    Measure(
        "other_pay_cents",
        pl.Int64,
        "Bonuses, overtime and commissions of everybody, within the payroll",
        "cents",
        "other_pay",
        needs="other_pay",
        sums=pl.col("other_pay_cents").sum(),
        label="Pay other than salary",
    ),
    Measure(
        "salary_roll_cents",
        pl.Int64,
        "Salaries of those at the closing, in all",
        "cents a year",
        "simulation",
        sums=pl.when(_STAYS).then(_SALARY).sum(),
        label="Salaries at year end",
    ),
    Measure(
        "average_salary_cents",
        pl.Int64,
        "Mean salary at the closing, half up; null without employees",
        "cents a year",
        "simulation",
        derived=pl.when(_HEADS > 0).then((2 * pl.col("salary_roll_cents") + _HEADS) // (2 * _HEADS)),
        label="Average salary at year end",
    ),
    Measure(
        "average_salary_growth_continuing",
        pl.Float64,
        "Closing over opening salaries of continuing employees, less 1; null without any",
        "fraction",
        "simulation",
        derived=pl.when(_BEFORE > 0).then(pl.col("_continuing_closing") / _BEFORE - 1),
        label="Pay growth: continuing employees",
    ),
    Measure(
        "eligible",
        pl.Int64,
        "Active and eligible at year end",
        "employees",
        "eligibility",
        sums=_heads(_STAYS & pl.col("eligibility_date").is_not_null()),
        label="Eligible employees",
    ),
    Measure(
        "long_term_part_time",
        pl.Int64,
        "Active and eligible as long-term part-time employees at year end",
        "employees",
        "eligibility",
        needs="hours",
        sums=_heads(_STAYS & pl.col("long_term_part_time")),
        label="Long-term part-time employees",
    ),
    Measure(
        "participants",
        pl.Int64,
        "Active and deferring at year end",
        "employees",
        "plan",
        in_plan=True,
        sums=_heads(_TAKES_PART),
        label="Participants",
    ),
    Measure(
        "participation_rate",
        pl.Float64,
        "Participants over eligible",
        "fraction",
        "plan",
        in_plan=True,
        derived=_ratio(_PARTICIPANTS, pl.col("eligible")),
        label="Participation: eligible employees",
    ),
    Measure(
        "participation_rate_all",
        pl.Float64,
        "Participants over headcount",
        "fraction",
        "plan",
        in_plan=True,
        derived=_ratio(_PARTICIPANTS, _HEADS),
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
        derived=_ratio(pl.col("_deferral_bp"), 10_000 * _PARTICIPANTS),
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
        derived=_ratio(pl.col("net_employer_cost_cents"), pl.col("payroll_cents")),
        label="Net employer cost, share of payroll",
    ),
)
