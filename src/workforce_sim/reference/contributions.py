"""The reference model, contributions: what is deferred, its limits, and the conditions of employer contributions."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from workforce_sim.config.plan_values import EmployerMoney
from workforce_sim.money import PPM, half_up, ppm
from workforce_sim.reference.chance import DAY, completed_years
from workforce_sim.reference.match import WHOLE_BP, bp
from workforce_sim.reference.opening_date import MONTHS
from workforce_sim.reference.other_pay import kinds_counted, pay_through
from workforce_sim.reference.records import FULL_TIME_HOURS, PersonYear
from workforce_sim.reference.vesting import vesting_rules
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
        second = self.plan.discretionary_match
        self.discretionary_match = None if second is None else second.at(year.year)
        self.nonelective = self.plan.nonelective
        self.deferral_kinds = kinds_counted(self.plan.deferral_pay)
        self.testing_kinds = kinds_counted(self.plan.testing.pay)
        most = self.plan.hce_deferral_limit
        self.hce_limit_bp = None if most is None else bp(most.at(year.year))
        self.return_ppm = self.plan.annual_return.ppm(year.year)
        self.vesting = vesting_rules(year)
        self.roth_ppm = ppm(self.plan.roth.share) if self.plan.roth.available else 0
        wages = self.limits.roth_catch_up_wages_cents
        self.roth_catch_up_wages = wages if year.year >= FIRST_ROTH_CATCH_UP else None

    def pay(self, person: PersonYear, through: dt.date, kinds: frozenset[str]) -> int:
        """Return E_C(d): pay earned in the plan year through a day, other pay of some kinds included."""
        return pay_through(person, through, kinds, self.year.days)

    def pay_between(self, person: PersonYear, first: dt.date, last: dt.date, kinds: frozenset[str]) -> int:
        """Return pay of a span, both ends included."""
        return self.pay(person, last, kinds) - self.pay(person, first - DAY, kinds)


class Span(NamedTuple):
    """Days in the plan with one deferral rate: as elected, and as payroll applies it."""

    elected_bp: int
    rate_bp: int
    first: dt.date
    last: dt.date


class InPlan:
    """Somebody's span in the plan in one year, and what is deferred in it.

    Attributes:
        person: whose.
        plan: of the year.
        start: the first day of the span.
        spans: its days of one rate.
        limit: the most that may be deferred in the year, in cents.
        deferral: of the year, in cents, before section 415.
    """

    def __init__(self, person: PersonYear, plan: PlanYear, start: dt.date) -> None:
        self.person = person
        self.plan = plan
        self.start = start
        cap = rate_cap(person, plan)
        self.spans = [span._replace(rate_bp=min(span.rate_bp, cap)) for span in _spans(person, start)]
        self.limit = deferral_limit(person, plan)
        self.deferral = self.deferred(person.last_day)

    def spans_from(self, day: dt.date) -> list[Span]:
        """Return the days of one rate from a day on."""
        return [span._replace(first=max(span.first, day)) for span in self.spans if span.last >= day]

    def deferred(self, through: dt.date) -> int:
        """Return what is deferred through a day, in cents."""
        parts = (span._replace(last=min(span.last, through)) for span in self.spans if span.first <= through)
        deferred = sum(part.rate_bp * (self._counted(part.last) - self._counted(part.first - DAY)) for part in parts)
        return min(half_up(deferred, WHOLE_BP), self.limit)

    def pay_left(self, day: dt.date) -> int | None:
        """Return what is left, from a day on, of the pay at which deferrals stop; None where they do not."""
        if not self.plan.plan.deferrals_stop_at_pay_limit:
            return None
        return self.plan.limits.compensation_cents - self._counted(day - DAY)

    def _counted(self, through: dt.date) -> int:
        """Return pay of the span in the plan through a day from which is deferred."""
        pay = self.plan.pay_between(self.person, self.start, through, self.plan.deferral_kinds)
        stops = self.plan.plan.deferrals_stop_at_pay_limit
        return min(pay, self.plan.limits.compensation_cents) if stops else pay


def defer(person: PersonYear, plan: PlanYear) -> InPlan | None:
    """Find what somebody in the plan this year defers; None for who is not in it."""
    entry = person.eligibility_date
    if entry is None:
        return None
    start = max(person.first_day, entry)
    pay = plan.pay_between(person, start, person.last_day, plan.testing_kinds)
    person.money.testing_compensation = min(pay, plan.limits.compensation_cents)
    found = InPlan(person, plan, start)
    _split(person, found.deferral, plan)
    return found


def _spans(person: PersonYear, start: dt.date) -> list[Span]:
    """Return the days of constant rate from the start of the span in the plan through the last day."""
    rate_from: dict[dt.date, int] = {}
    for day, rate in person.rates:
        rate_from[max(day, start)] = rate
    ends = [*(day - DAY for day in rate_from), person.last_day][1:]
    return [Span(rate, rate, first, last) for (first, rate), last in zip(rate_from.items(), ends, strict=True)]


# --- Limits on deferrals ---


def base_limit(person: PersonYear, plan: PlanYear) -> int:
    """Return the most that somebody may defer without catch-up: section 402(g), or the plan's limit for HCEs."""
    legal = plan.limits.elective_deferral_cents
    if plan.hce_limit_bp is None or not person.money.hce:
        return legal
    return min(legal, half_up(plan.hce_limit_bp * person.money.testing_compensation, WHOLE_BP))


def deferral_limit(person: PersonYear, plan: PlanYear) -> int:
    """Return the most that somebody may defer in the year, with catch-up."""
    return base_limit(person, plan) + _own_catch_up(person, plan)


def rate_cap(person: PersonYear, plan: PlanYear) -> int:
    """Return the highest rate that payroll applies: the limit for HCEs where these have no catch-up."""
    if plan.hce_limit_bp is None or not person.money.hce or _own_catch_up(person, plan) > 0:
        return WHOLE_BP
    return plan.hce_limit_bp


def _own_catch_up(person: PersonYear, plan: PlanYear) -> int:
    """Return the catch-up of somebody's age; none where it would have to be Roth, and the plan has no Roth."""
    if must_be_roth(person, plan) and not plan.plan.roth.available:
        return 0
    return catch_up(plan.year.year - person.employee.birth_date.year, plan)


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
    money, basic = person.money, base_limit(person, plan)
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
    """Return whether somebody gets employer money, and has the years, the last day and the hours of a source."""
    year, employee = plan.year, person.employee
    waived = person.cause is not None and person.cause in source.waived_for
    days = (person.last_day - person.first_day + DAY).days - person.leave_days
    hours = employee.full_time_ppm * FULL_TIME_HOURS * days // (PPM * year.days)
    return (
        gets_employer_money(person, year)
        and completed_years(employee.plan_service_date, person.last_day) >= source.minimum_service_years
        and (waived or person.last_day == year.last or not source.last_day)
        and (waived or MONTHS * hours >= year.months * source.minimum_hours)
    )


def gets_employer_money(person: PersonYear, year: Year) -> bool:
    """Return whether somebody may get employer contributions: long-term part-time employees only if the plan says."""
    return not person.employee.long_term_part_time or year.config.eligibility.long_term_part_time.employer_money
