"""The summary: every measure, and how it comes about from the ledger and the snapshot of a year."""

from __future__ import annotations

import polars as pl

from workforce_sim.tables.columns import KEYS
from workforce_sim.tables.contributions import COST
from workforce_sim.tables.counting import COMPA_RATIO, CONTINUING, SALARY, STAYS, TAKES_PART, heads
from workforce_sim.tables.declared import Measure
from workforce_sim.tables.participation import PARTICIPATION
from workforce_sim.tables.pay import PAYROLL
from workforce_sim.tables.people import HEADCOUNT

WORKING = (
    Measure(
        "_continuing_closing",
        pl.Int64,
        "Closing salaries of continuing employees",
        sums=pl.when(CONTINUING).then(SALARY).sum(),
    ),
    Measure(
        "_continuing_opening",
        pl.Int64,
        "Their salaries at the opening",
        sums=pl.when(CONTINUING).then(pl.col("opening_salary_cents")).sum(),
    ),
    Measure(
        "_compa_ratios",
        pl.Int64,
        "Compa-ratios at the closing",
        needs="pay_ranges",
        sums=pl.when(STAYS).then(COMPA_RATIO).sum(),
    ),
    Measure(
        "_in_ranges",
        pl.Int64,
        "Employees at the closing with a compa-ratio",
        needs="pay_ranges",
        sums=heads(STAYS & COMPA_RATIO.is_not_null()),
    ),
    Measure(
        "_deferral_bp",
        pl.Int64,
        "Deferral rates of participants",
        in_plan=True,
        sums=pl.when(TAKES_PART).then(pl.col("deferral_bp").cast(pl.Int64)).sum(),
    ),
)
"""Sums that measures are derived from, in no table."""

_MEASURES = (*HEADCOUNT, *PAYROLL, *PARTICIPATION, *COST)

OF_A_DAY = frozenset(measure.name for measure in _MEASURES if measure.of_a_day)
"""Measures of the opening or the closing: those of several years do not add up."""

SUMMARY = (*KEYS, *_MEASURES)
