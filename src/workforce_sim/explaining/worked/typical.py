"""A constructed employee of average pay and deferral rate, whose figures show how those of a year come about.

A page shows no employee, so its example is one that no run has.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from workforce_sim.dates import PlanYear, date_of, months_after, plan_year
from workforce_sim.explaining.queries import collected
from workforce_sim.explaining.rebuilt import Rebuilt, Records, rebuilt
from workforce_sim.explaining.worked.person import WORKED, Worked, worked
from workforce_sim.explaining.worked.steps import day
from workforce_sim.money import half_up
from workforce_sim.result.result import Result
from workforce_sim.tables import EMPLOYER_MONEY
from workforce_sim.wording import bp_percent, whole_dollars

AGE, SERVICE = 45, 10
"""Completed years on the first day of the plan year."""
_WHOLE_SALARY = 100_000
"""Cents to which the salary is rounded: $1,000."""
_USUAL_BP = 600
"""Deferral rate where nobody participates."""


def example(measure: str, result: Result, row: Mapping[str, Any]) -> Worked | None:
    """Return the figure of a constructed employee of average pay who defers at the average rate all year.

    Args:
        measure: its name; None comes back for measures that are no amounts.
        result: the run.
        row: the summary of the year.
    """
    if measure not in WORKED or measure == "forfeitures_cents" or not result.config.plan.enabled:
        return None
    average = row["average_salary_cents"]
    if average is None:
        return None
    salary = max(half_up(average, _WHOLE_SALARY), 1) * _WHOLE_SALARY
    rate = round(100 * (row["average_deferral_rate"] or 0)) * 100 or _USUAL_BP
    first = plan_year(result.config.simulation, row["year"]).first
    found = worked(measure, _staff(result, row, salary, rate), 0, {})
    name = (
        f"a constructed employee, nobody of the run: {whole_dollars(salary)} a year without a raise, {AGE} years old "
        f"with {SERVICE} years of service on {day(first)}{_at_level(result)}, full-time, "
        f"deferring {bp_percent(rate)} all year"
    )
    return Worked(name, found.passages[: len(found.passages) - (found.cents != found.kept)], found.cents, found.cents)


def _months_before(year: PlanYear, months: int) -> dt.date:
    """Return the day that lies so many months before the first day of a plan year."""
    return date_of(months_after(np.array([year.first], dtype=np.int32), -months)[0])


def _lowest(result: Result) -> str | None:
    """Return the lowest level of a run."""
    levels = result.scan("snapshots").collect_schema()["level"]
    return levels.categories.to_list()[0] if isinstance(levels, pl.Enum) else None


def _at_level(result: Result) -> str:
    level = _lowest(result)
    return "" if level is None else f", at level {level}"


def _staff(result: Result, row: Mapping[str, Any], salary: int, rate: int) -> Rebuilt:
    """Return a staff of one, from a snapshot that is made up."""
    year = row["year"]
    of_year = plan_year(result.config.simulation, year)
    hired = _months_before(of_year, 12 * SERVICE)
    schema = result.scan("snapshots").collect_schema()
    values: dict[str, Any] = {
        **{name: 0 for name, dtype in schema.items() if dtype.is_integer()},
        "replicate": row["replicate"],
        "year": year,
        "employee_id": "constructed",
        "status": "continuing",
        "birth_date": _months_before(of_year, 12 * AGE + 6),
        "hire_date": hired,
        "service_date": hired,
        "plan_service_date": hired,
        "eligibility_date": _months_before(of_year, 12 * SERVICE - 12),
        "age": AGE,
        "tenure_years": SERVICE,
        "level": _lowest(result),
        "full_time_ppm": 1_000_000,
        "opening_salary_cents": salary,
        "salary_cents": salary,
        "earnings_cents": half_up(salary * of_year.length, of_year.days),
        "deferral_bp": rate,
        **dict.fromkeys(EMPLOYER_MONEY, 0),
    }
    known = {name: [values.get(name)] for name in schema}
    people = pl.DataFrame(known, schema=dict(schema))
    nothing = collected(result.scan("events").limit(0))
    return rebuilt(result, row["replicate"], year, Records(people, nothing, people.clear(), None))
