"""Pay: columns of the snapshot, and measures."""

from __future__ import annotations

import polars as pl

from workforce_sim.tables.counting import BEFORE, HEADS, PENETRATION, SALARY, STAYS, ratio
from workforce_sim.tables.declared import Column, Counts, Last, Measure
from workforce_sim.tables.event_types import PAY_KINDS
from workforce_sim.tables.measuring import cents, counted, employees, fraction

_RANGES = ("workforce.levels", "hiring.range_growth")
_WHOLE = 1_000_000

PAY = (
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
)

PAYROLL = (
    counted("promotions", "Promotions", Counts("promotion")),
    counted("cola_raises", "Cost-of-living increases", Counts("cola")),
    counted("merit_raises", "Merit increases", Counts("merit")),
    counted(
        "range_lifts",
        "Lifts to the minimum of the pay range",
        Counts("range_lift"),
        needs="pay_ranges",
        label="Lifts to the range minimum",
    ),
    cents(
        "lump_sums_cents",
        "Raises beyond the maximum of the pay range, paid once",
        "lump_sum",
        pl.col("lump_sum_cents"),
        needs="pay_ranges",
        label="Lump sums",
    ),
    employees(
        "below_range",
        "Employees at the closing below the minimum of their pay range",
        "simulation",
        STAYS & (PENETRATION < 0),
        needs="pay_ranges",
        of_a_day=True,
        label="Below the pay range",
    ),
    employees(
        "above_range",
        "Employees at the closing above the maximum of their pay range",
        "simulation",
        STAYS & (PENETRATION > _WHOLE),
        needs="pay_ranges",
        of_a_day=True,
        label="Above the pay range",
    ),
    fraction(
        "average_compa_ratio",
        "Mean compa-ratio at the closing; null where nobody has one",
        "simulation",
        ratio(pl.col("_compa_ratios"), _WHOLE * pl.col("_in_ranges")),
        needs="pay_ranges",
        label="Average compa-ratio",
    ),
    cents(
        "payroll_cents", "Pay earned in the year by everybody", "simulation", pl.col("earnings_cents"), label="Payroll"
    ),
    cents(
        "other_pay_cents",
        "Bonuses, overtime and commissions of everybody, within the payroll",
        "other_pay",
        pl.col("other_pay_cents"),
        needs="other_pay",
        label="Pay other than salary",
    ),
    Measure(
        "salary_roll_cents",
        pl.Int64,
        "Salaries of those at the closing, in all",
        "cents a year",
        "simulation",
        sums=pl.when(STAYS).then(SALARY).sum(),
        of_a_day=True,
        label="Salaries at year end",
    ),
    Measure(
        "average_salary_cents",
        pl.Int64,
        "Mean salary at the closing, half up; null without employees",
        "cents a year",
        "simulation",
        derived=pl.when(HEADS > 0).then((2 * pl.col("salary_roll_cents") + HEADS) // (2 * HEADS)),
        of_a_day=True,
        label="Average salary at year end",
    ),
    fraction(
        "average_salary_growth_continuing",
        "Closing over opening salaries of continuing employees, less 1; null without any",
        "simulation",
        pl.when(BEFORE > 0).then(pl.col("_continuing_closing") / BEFORE - 1),
        label="Pay growth: continuing employees",
    ),
)
