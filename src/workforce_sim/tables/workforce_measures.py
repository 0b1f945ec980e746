"""Measures of the summary: headcount, moves and pay."""

from __future__ import annotations

import polars as pl

from workforce_sim.tables.counting import BEFORE, HEADS, PENETRATION, SALARY, STAYS, is_, ratio
from workforce_sim.tables.declared import Counts, Measure
from workforce_sim.tables.measuring import cents, counted, employees, fraction

_WHOLE = 1_000_000


WORKFORCE = (
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
