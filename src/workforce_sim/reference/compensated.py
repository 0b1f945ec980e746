"""The reference model, contributions: pay of the year before, and who is highly compensated by it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from workforce_sim.config import Config
from workforce_sim.config.plan import FIRST_YEAR
from workforce_sim.money import half_up
from workforce_sim.reference.chance import DAY, completed_years
from workforce_sim.reference.records import Employee, PersonYear
from workforce_sim.reference.year import Year, limits_of

OWNER_PPM = 50_000
ENOUGH_SERVICE_DAYS = 183
ENOUGH_FULL_TIME_PPM = 437_500
ENOUGH_AGE = 21


def settle_prior_pay(census: Sequence[Employee], config: Config) -> None:
    """Give the census its pay of the year before the start year, where it says none from the opening salary."""
    first, last = (dt.date(config.simulation.start_year - 1, *day) for day in ((1, 1), (12, 31)))
    for employee in census:
        if employee.prior_pay_cents is None:
            days = (last - max(employee.hire_date, first) + DAY).days
            employee.prior_pay_cents = half_up(employee.salary_cents * days, (last - first + DAY).days)
    if config.plan.testing.top_paid_group:
        _mark_top_paid([(employee, last) for employee in census], last)


def keep_pay(people: Sequence[PersonYear], year: Year) -> None:
    """Keep the year's pay of everybody for rules of the next year."""
    for person in people:
        person.employee.prior_pay_cents = person.earnings_cents
    if year.run.config.at(year.year + 1).plan.testing.top_paid_group:
        _mark_top_paid([(person.employee, person.last_day) for person in people], year.last)


def _mark_top_paid(employed: Sequence[tuple[Employee, dt.date]], year_end: dt.date) -> None:
    """Mark the highest paid of those employed in a year, each with the last day in it: a fifth of those who count."""
    number = half_up(sum(_counts(employee, last_day, year_end) for employee, last_day in employed), 5)
    by_pay = sorted((employee for employee, _ in employed), key=lambda one: (-(one.prior_pay_cents or 0), one.key))
    for rank, employee in enumerate(by_pay):
        employee.top_paid = rank < number


def _counts(employee: Employee, last_day: dt.date, year_end: dt.date) -> bool:
    return (
        (last_day - employee.hire_date + DAY).days >= ENOUGH_SERVICE_DAYS
        and employee.full_time_ppm >= ENOUGH_FULL_TIME_PPM
        and completed_years(employee.birth_date, year_end) >= ENOUGH_AGE
    )


def find_highly_compensated(people: Sequence[PersonYear], year: Year) -> None:
    """Say who is highly compensated: by pay of the year before, or as an owner; never the year's hires."""
    threshold = limits_of(year.config, max(year.year - 1, FIRST_YEAR)).highly_compensated_cents
    top_paid_only = year.config.plan.testing.top_paid_group
    for person in people:
        employee = person.employee
        by_pay = (employee.prior_pay_cents or 0) > threshold and (employee.top_paid or not top_paid_only)
        person.money.hce = not person.is_hire and (by_pay or employee.owner_share_ppm > OWNER_PPM)
