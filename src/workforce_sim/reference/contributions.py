"""The reference model, contributions: what is deferred and what the employer pays in, before limits of the whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise

from workforce_sim.config.plan_values import EmployerMoney
from workforce_sim.money import PPM, half_up, ppm
from workforce_sim.reference.chance import DAY, completed_years
from workforce_sim.reference.hires import FULL_TIME_HOURS
from workforce_sim.reference.match import WHOLE_BP, Period, annual_match, payroll_match, tiers_at
from workforce_sim.reference.nonelective import nonelective_amount
from workforce_sim.reference.records import PersonYear
from workforce_sim.reference.vesting import schedule_of
from workforce_sim.reference.year import Year

FIRST_ROTH_CATCH_UP = 2026
"""The first year in which catch-up of the well paid must be Roth."""


class PlanYear:
    """What the plan says in one year, computed once."""

    def __init__(self, year: Year) -> None:
        self.year = year
        self.plan = year.config.plan
        self.limits = year.limits
        self.match = self.plan.match.at(year.year)
        self.nonelective = self.plan.nonelective
        self.return_ppm = self.plan.annual_return.ppm(year.year)
        vesting = self.plan.vesting
        self.match_vesting, self.nonelective_vesting = schedule_of(vesting.match), schedule_of(vesting.nonelective)
        self.roth_ppm = ppm(self.plan.roth.share) if self.plan.roth.available else 0
        wages = self.limits.roth_catch_up_wages_cents
        self.roth_catch_up_wages = wages if year.year >= FIRST_ROTH_CATCH_UP else None

    def pay(self, person: PersonYear, through: dt.date) -> int:
        """Return E(d): pay earned from 1 January through a day, half up."""
        return half_up(person.day_cents(through), self.year.days)


def contribute(person: PersonYear, plan: PlanYear) -> None:
    """Find the deferral, match and nonelective contribution of somebody who is in the plan this year."""
    entry = person.eligibility_date
    if entry is None:
        return
    start = max(person.first_day, entry)
    before = plan.pay(person, start - DAY)
    periods = _periods(person, start, before, plan)
    counted = _until_pay_limit(periods, plan) if plan.plan.deferrals_stop_at_pay_limit else periods
    limit = deferral_limit(person, plan)
    deferral = min(half_up(sum(rate * pay for rate, pay in counted), WHOLE_BP), limit)
    _split(person, deferral, plan)
    money = person.money
    money.testing_compensation = min(sum(pay for _, pay in periods), plan.limits.compensation_cents)
    money.plan_compensation = _compensation(plan.match, person, periods, plan)
    money.nonelective_compensation = _compensation(plan.nonelective, person, periods, plan)
    if meets_conditions(plan.match, person, plan):
        money.match = _match(person, deferral, limit, [Period(0, before), *counted], plan)
    if meets_conditions(plan.nonelective, person, plan):
        money.nonelective = nonelective_amount(
            plan.nonelective, person.age, person.tenure, money.nonelective_compensation, plan.limits.wage_base_cents
        )


# --- Pay ---


def _periods(person: PersonYear, start: dt.date, before: int, plan: PlanYear) -> list[Period]:
    """Return the periods of constant rate from the start of the span in the plan through the last day.

    Args:
        person: whose.
        start: first day of the span.
        before: pay earned before it.
        plan: of the year.
    """
    rate_from: dict[dt.date, int] = {}
    for day, rate in person.rates:
        rate_from[max(day, start)] = rate
    earned = [before, *(plan.pay(person, day - DAY) for day in rate_from if day > start), person.earnings_cents]
    return [Period(rate, b - a) for rate, (a, b) in zip(rate_from.values(), pairwise(earned), strict=True)]


def _until_pay_limit(periods: Sequence[Period], plan: PlanYear) -> list[Period]:
    """Return the periods with the pay of each that lies within the limit of section 401(a)(17)."""
    left, cut = plan.limits.compensation_cents, []
    for rate, pay in periods:
        cut.append(Period(rate, min(pay, left)))
        left -= cut[-1].pay_cents
    return cut


def _compensation(source: EmployerMoney, person: PersonYear, periods: Sequence[Period], plan: PlanYear) -> int:
    """Return plan compensation of a source, at most the limit of section 401(a)(17), which is not prorated."""
    if source.compensation == "plan_year":
        pay = person.earnings_cents
    else:
        pay = sum(pay for rate, pay in periods if rate > 0 or source.compensation == "eligible")
    return min(pay, plan.limits.compensation_cents)


# --- Deferrals ---


def deferral_limit(person: PersonYear, plan: PlanYear) -> int:
    """Return the most that somebody may defer in the year: section 402(g) and catch-up, unless it must be Roth."""
    basic = plan.limits.elective_deferral_cents
    if must_be_roth(person, plan) and not plan.plan.roth.available:
        return basic
    return basic + catch_up(plan.year.year - person.employee.birth_date.year, plan)


def catch_up(age: int, plan: PlanYear) -> int:
    """Return the catch-up of somebody who attains an age in the year: from 50; at 60 to 63 the higher one."""
    higher = plan.limits.super_catch_up_cents
    if age < 50 or not plan.plan.catch_up:
        return 0
    if age in (60, 61, 62, 63) and plan.plan.super_catch_up and higher is not None:
        return higher
    return plan.limits.catch_up_cents


def must_be_roth(person: PersonYear, plan: PlanYear) -> bool:
    """Return whether catch-up must be Roth, by pay of the year before; never of the year's hires."""
    prior = person.employee.prior_pay_cents
    return prior is not None and plan.roth_catch_up_wages is not None and prior > plan.roth_catch_up_wages


def _split(person: PersonYear, deferral: int, plan: PlanYear) -> None:
    """Say how much of a deferral is catch-up, and split it into pre-tax and Roth."""
    money, basic = person.money, plan.limits.elective_deferral_cents
    money.catch_up = max(0, deferral - basic)
    money.catch_up_room = deferral_limit(person, plan) - basic - money.catch_up
    split_roth(person, deferral, plan)


def split_roth(person: PersonYear, deferral: int, plan: PlanYear) -> None:
    """Split a deferral, of which the catch-up is known, into pre-tax and Roth."""
    money = person.money
    roth_only = money.catch_up if must_be_roth(person, plan) else 0
    money.roth = half_up((deferral - roth_only) * plan.roth_ppm, PPM) + roth_only
    money.pre_tax = deferral - money.roth


# --- The employer ---


def meets_conditions(source: EmployerMoney, person: PersonYear, plan: PlanYear) -> bool:
    """Return whether somebody has the years, the last day and the hours that a source asks for."""
    year, employee = plan.year, person.employee
    days = (person.last_day - person.first_day + DAY).days - person.leave_days
    hours = employee.full_time_ppm * FULL_TIME_HOURS * days // (PPM * year.days)
    return (
        completed_years(employee.plan_service_date, person.last_day) >= source.minimum_service_years
        and (person.last_day == year.last or not source.last_day)
        and hours >= source.minimum_hours
    )


def _match(person: PersonYear, deferral: int, limit: int, periods: Sequence[Period], plan: PlanYear) -> int:
    """Return the match in cents.

    Args:
        person: whose.
        deferral: of the year, in cents.
        limit: the most that the person may defer.
        periods: of the year: first what comes before the span in the plan, then those in it.
        plan: of the year.
    """
    match, tiers = plan.match, tiers_at(plan.match, person.age, person.tenure)
    if match.basis == "annual" or match.dollar_tiers is not None:
        return annual_match(match, tiers, deferral, person.money.plan_compensation)
    if match.compensation == "eligible":
        periods = periods[1:]
    elif match.compensation == "participating":
        periods = [period for period in periods if period.rate_bp > 0]
    return payroll_match(tiers, periods, plan.limits.compensation_cents, limit)
