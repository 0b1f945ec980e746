"""Who gets employer contributions: the conditions of service, last day and hours. Integers or int64 arrays alike."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from workforce_sim.config.actions import FULL_TIME_HOURS
from workforce_sim.config.plan_values import EmployerMoney
from workforce_sim.dates import Days, Flags, Ints, PlanYear, completed_years
from workforce_sim.money import PPM, Whole


def hours_of_service(full_time_ppm: Whole, days: Whole, days_in_year: int) -> Whole:
    """Return the hours of a year: floor(full-time share x 2,080 x days employed / days of the year)."""
    return full_time_ppm * FULL_TIME_HOURS * days // (PPM * days_in_year)


def band_place(graded_by: str | None, tenure_years: Any, age: Any) -> Any:
    """Return what picks the band of a formula: completed years of tenure or age, or points, their sum."""
    places = {"tenure": tenure_years, "age": age, "points": tenure_years + age}
    return 0 if graded_by is None else places[graded_by]


def meets_conditions(
    conditions: EmployerMoney, service_years: Any, employed_on_last_day: Any, hours: Any, waived: Any = False
) -> Any:
    """Return whether somebody meets the conditions of a contribution.

    Args:
        conditions: the match or the nonelective contribution as configured.
        service_years: completed years on December 31, or at termination.
        employed_on_last_day: whether employed on December 31; who leaves on that day is.
        hours: hours of service in the plan year.
        waived: whether the last day and the hours are waived, for the cause of a termination.
    """
    served = service_years >= conditions.minimum_service_years
    there = employed_on_last_day | (not conditions.last_day)
    return served & (waived | (there & (hours >= conditions.minimum_hours)))


def who_meets(
    conditions: EmployerMoney,
    hire: Days,
    last_day: Days,
    full_time_ppm: NDArray[np.integer[Any]],
    year: PlanYear,
    since: Days | None = None,
    leave_days: Ints | int = 0,
    waived: Flags | None = None,
) -> Flags:
    """Return who of those employed in a year meets the conditions of a contribution.

    Args:
        conditions: the match or the nonelective contribution as configured.
        hire: first days of employment, days since 1970-01-01.
        last_day: last days of employment; December 31 of those who stay.
        full_time_ppm: hours as a share of full-time, millionths.
        year: the plan year.
        since: where service counts from; the first days of employment when left out.
        leave_days: days of unpaid leave in the year, which have no hours.
        waived: for whom the last day and the hours are waived; None for nobody.
    """
    if not conditions.has_conditions:
        return np.ones(len(hire), dtype=np.bool_)
    days = last_day.astype(np.int64) - np.maximum(hire, year.first) + 1 - leave_days
    hours = hours_of_service(np.asarray(full_time_ppm, dtype=np.int64), days, year.days)
    if year.short:
        hours = 12 * hours // year.months  # what a whole year asks for, against a whole year at this pace
    begun = hire if since is None else since
    served = completed_years(begun, last_day, year) if conditions.minimum_service_years else 0
    excused = False if waived is None else waived
    return np.asarray(meets_conditions(conditions, served, last_day >= year.last, hours, excused), dtype=np.bool_)
