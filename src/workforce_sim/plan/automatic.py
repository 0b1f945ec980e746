"""Automatic enrollment that plans begun since December 29, 2022 must have, section 414A.

Chapter: ``docs/model/legality.md``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import polars as pl

from workforce_sim.config import Config
from workforce_sim.dates import plan_year
from workforce_sim.plan.findings import Outcome, PlanTest
from workforce_sim.plan.harbor import (
    ALL_INCREASES,
    LEAST_BP,
    MOST_AT_FIRST_BP,
    MOST_BP,
    default_rate,
    least_increases,
)
from workforce_sim.plan.people import RunTables

ENACTED = dt.date(2022, 12, 29)
FIRST_YEAR = 2025
"""The first plan year in which the section holds, Pub. L. 117-328, section 101(c)."""
NEW_FOR_YEARS = 3
SMALL = 10
"""Employees up to whom an employer is small."""


def exempt_by_date(config: Config, year: int) -> str:
    """Return why a plan need not enroll automatically in a year, whatever its size; nothing where it must."""
    plan = config.plan
    if plan.established is None or plan.established < ENACTED:
        return "established before December 29, 2022"
    if year < FIRST_YEAR:
        return f"the section holds from {FIRST_YEAR} on"
    if plan.governmental_or_church:
        return "plan of a government or a church"
    since = plan.employer_since
    first = plan_year(config.simulation, year).opening_month
    if since is not None and (year, first, 1) < (since.year + NEW_FOR_YEARS, since.month, since.day):
        return "the employer is younger than 3 years"
    return ""


def automatic_problems(config: Config) -> Iterator[str]:
    """Yield what automatic enrollment lacks of an arrangement that section 414A asks for."""
    section = config.enrollment.auto_enrollment
    if not section.enabled:
        yield "enrollment.auto_enrollment.enabled: must enroll automatically (IRC 414A(a))"
        return
    if not section.everybody:
        yield "enrollment.auto_enrollment.scope: must cover everybody without an election (IRC 414A(b)(1))"
    first = default_rate(config, 0)
    if not LEAST_BP <= first <= MOST_AT_FIRST_BP:
        yield "enrollment.auto_enrollment.default_deferral_rate: must be 3 to 10% (IRC 414A(b)(3)(A)(i))"
    if default_rate(config, ALL_INCREASES) > MOST_BP:
        yield "enrollment.escalation.cap: at most 15% (IRC 414A(b)(3)(A)(ii))"
    if any(
        default_rate(config, least_increases(config.enrollment.escalation, later)) < least
        for later, least in _rising(first)
    ):
        yield "enrollment.escalation: must rise by 1% a year to at least 10% (IRC 414A(b)(3)(A)(ii))"


def _rising(first_bp: int) -> Iterator[tuple[int, int]]:
    """Yield calendar years after that of the enrollment, and the least default rate on January 1, bp."""
    steps = range(1, 1 + -(-max(0, MOST_AT_FIRST_BP - first_bp) // 100))
    yield from ((1 + step, min(MOST_AT_FIRST_BP, first_bp + 100 * step)) for step in steps)


def automatic_warnings(config: Config) -> Iterator[str]:
    """Yield compliance warnings about a plan that must enroll automatically in some year of a run."""
    small = f"a plan begun since December 29, 2022 must, unless the employer normally has at most {SMALL} employees"
    for year in config.simulation.years:
        rules = config.at(year)
        if not exempt_by_date(rules, year):
            yield from (f"{problem}; {small}" for problem in automatic_problems(rules))


def automatic_enrollment(run: RunTables, year: int, replicate: int) -> Iterator[PlanTest]:
    """Yield whether a plan of which it is known when it began enrolls automatically as it must in a year."""
    config = run.config.at(year)
    if config.plan.established is None:
        return
    employees = _most_employees(run, year - 2, replicate)
    small = f"the employer normally has at most {SMALL} employees" if employees <= SMALL else ""
    exempt = exempt_by_date(config, year) or small
    problems = "; ".join(automatic_problems(config))
    outcome: Outcome = "exempt" if exempt else "failed" if problems else "passed"
    yield PlanTest("Automatic enrollment", outcome, "414A", {"most_employees": employees}, exempt or problems)


def _most_employees(run: RunTables, year: int, replicate: int) -> int:
    """Return the highest opening headcount up to a year; of years before the run that of its first."""
    rows = run.summary.filter(pl.col("replicate") == replicate).sort("year")
    known = rows.filter((pl.col("year") <= year) | (pl.col("year") == rows["year"].min()))
    return int(known["headcount_opening"].fill_null(0).cast(pl.Int64).max() or 0)  # type: ignore[arg-type]
