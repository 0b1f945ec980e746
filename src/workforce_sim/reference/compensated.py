"""The reference model, contributions: pay of the year before, and who is highly compensated by it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from workforce_sim.config import Config
from workforce_sim.config.plan import FIRST_YEAR
from workforce_sim.money import half_up
from workforce_sim.reference.chance import DAY, completed_years, years_before
from workforce_sim.reference.opening_date import opening_of
from workforce_sim.reference.records import Employee, PersonYear
from workforce_sim.reference.year import Year, limits_of

OWNER_PPM = 50_000
ENOUGH_SERVICE_DAYS = 183
ENOUGH_FULL_TIME_PPM = 437_500
ENOUGH_AGE = 21


def settle_prior_pay(census: Sequence[Employee], config: Config) -> None:
    """Give the census its pay of the 12 months before the opening, where it says none from the opening salary."""
    opening = opening_of(config)
    first, last = years_before(opening, 1), opening - DAY
    for employee in census:
        if employee.prior_pay_cents is None:
            days = (last - max(employee.hire_date, first) + DAY).days
            employee.prior_pay_cents = half_up(employee.salary_cents * days, (last - first + DAY).days)
    if config.plan.testing.top_paid_group:
        _mark_top_paid([(employee, last) for employee in census], last)


def keep_pay(people: Sequence[PersonYear], year: Year) -> None:
    """Keep the year's pay of everybody for rules of the next year; of a short year, that of the calendar year."""
    for person in people:
        person.employee.prior_pay_cents = person.earnings_cents + _before_opening(person, year)
    if year.run.config.at(year.year + 1).plan.testing.top_paid_group:
        _mark_top_paid([(person.employee, person.last_day) for person in people], year.last)


def _before_opening(person: PersonYear, year: Year) -> int:
    """Return estimated pay from 1 January to the first day of a short year, of those employed then."""
    if person.opening_salary_cents is None:
        return 0
    days = (year.first - max(person.employee.hire_date, year.january_1)).days
    return half_up(person.opening_salary_cents * max(0, days), year.days)


def _mark_top_paid(employed: Sequence[tuple[Employee, dt.date]], year_end: dt.date) -> None:
    """Mark the highest paid of those employed in a year, each with the last day in it: a fifth of those who count."""
    number = half_up(sum(_counts(employee, last_day, year_end) for employee, last_day in employed), 5)
    by_pay = sorted((employee for employee, _ in employed), key=lambda one: (-(one.prior_pay_cents or 0), one.key))
    for rank, employee in enumerate(by_pay):
        employee.top_paid = rank < number


def _counts(employee: Employee, last_day: dt.date, year_end: dt.date) -> bool:
    return (
        (last_day - employee.plan_service_date + DAY).days >= ENOUGH_SERVICE_DAYS
        and employee.full_time_ppm >= ENOUGH_FULL_TIME_PPM
        and completed_years(employee.birth_date, year_end) >= ENOUGH_AGE
    )


def find_highly_compensated(people: Sequence[PersonYear], year: Year) -> None:
    """Say who is highly compensated: by pay of the year before, never the year's new people, or as an owner."""
    threshold = limits_of(year.config, max(year.year - 1, FIRST_YEAR)).highly_compensated_cents
    top_paid_only = year.config.plan.testing.top_paid_group
    for person in people:
        employee = person.employee
        by_pay = (employee.prior_pay_cents or 0) > threshold and (employee.top_paid or not top_paid_only)
        paid = by_pay and (not person.is_hire or person.returned)
        person.money.hce = paid or employee.owner_share_ppm > OWNER_PPM
