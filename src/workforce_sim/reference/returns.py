"""The reference model, returns: former employees who come back, at what pay, and what the plan gives back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

from workforce_sim.draws import Stream
from workforce_sim.money import PPM, half_up, raised
from workforce_sim.reference.chance import DAY, completed_years, date_between, years_before
from workforce_sim.reference.eligibility import date_by_rules
from workforce_sim.reference.enrollment import find_automatic_dates
from workforce_sim.reference.match import WHOLE_BP
from workforce_sim.reference.records import Employee, Former, PaidOut, PersonYear, person_year
from workforce_sim.reference.service import birthday
from workforce_sim.reference.year import Year
from workforce_sim.tables import SOURCES

MANY_BREAKS = 5
"""One-year breaks in service after which nothing forfeited is restored."""


# --- At termination ---


def former_employees(people: Sequence[PersonYear], year: Year) -> Iterator[Former]:
    """Yield who of the year's terminated employees will return, and when."""
    rule = year.config.hiring.rehires
    share = rule.share.ppm(year.year) / PPM
    first, last = dt.date(year.year + 1, 1, 1), dt.date(year.year + rule.within_years, 12, 31)
    for person in people:
        employee = person.employee
        if person.cause in rule.causes and year.u(employee, Stream.RETURN) < share:
            day = date_between(year.u(employee, Stream.RETURN_DATE), first, last)
            day -= DAY if (day.month, day.day) == (12, 31) else dt.timedelta(0)
            yield Former(employee, person.last_day, day, _paid_out(person), person.money.vesting_years)


def _paid_out(person: PersonYear) -> Mapping[str, PaidOut]:
    money = person.money
    balances = {s: (getattr(money, f"{s}_balance"), getattr(money, f"{s}_vested_bp")) for s in SOURCES}
    return {
        source: PaidOut(balance, half_up(balance * share, WHOLE_BP)) for source, (balance, share) in balances.items()
    }


# --- In the year of return ---


def who_returns(hires: int, year: Year) -> list[Former]:
    """Return who of the year's returning find one of the openings; the others never return."""
    due = [one for one in year.run.former if one.return_date.year == year.year]
    year.run.former = [one for one in year.run.former if one.return_date.year != year.year]
    return sorted(due, key=lambda one: (one.return_date, one.employee.key))[:hires]


def less_returning(weights: Sequence[int], returning: Sequence[Former]) -> Sequence[int]:
    """Return weights of levels less who returns to each; as they were where nothing would be left."""
    levels = [one.employee.level for one in returning]
    left = [max(0, weight - levels.count(place)) for place, weight in enumerate(weights)]
    return left if any(left) else weights


def come_back(former: Former, year: Year) -> PersonYear:
    """Make a former employee one of the year's hires, with the pay, the service and what the plan gives back."""
    employee, disregarded = former.employee, _is_disregarded(former, year)
    was_in = employee.eligibility_date is not None and employee.eligibility_date <= former.last_day
    plan_service = service_after(employee.plan_service_date, former.last_day, former.return_date)
    employee.service_from = service_after(employee.service_date, former.last_day, former.return_date)
    employee.plan_service_from = former.return_date if disregarded else plan_service
    employee.kept_vesting_years = 0 if disregarded else former.vesting_years
    employee.hire_date, employee.leave = former.return_date, None
    for y in range(former.last_day.year + 1, year.year + 1):
        employee.salary_cents = raised(employee.salary_cents, year.config.range_growth.ppm(y))
    if year.config.plan.enabled:
        _enter_plan_anew(employee, former, year, at_once=was_in and not disregarded)
    person = person_year(employee, year.first, year.last)
    person.returned = True
    _give_back(person, former, buy_back=year.config.plan.breaks.buy_back)
    return person


def service_after(since: dt.date, last_day: dt.date, return_date: dt.date) -> dt.date:
    """Return where service counts from after an absence: of a year or more, it keeps only the years and days served."""
    if completed_years(last_day, return_date) == 0:
        return since
    years = completed_years(since, last_day)
    days = last_day - birthday(since, years) + DAY
    return years_before(return_date, years) - days


def _is_disregarded(former: Former, year: Year) -> bool:
    """Return whether the rule of parity disregards the service before the absence, of a nonvested employee."""
    employee = former.employee
    never_deferred = employee.deferral_bp == 0 and employee.enrollment_year == 0
    nonvested = never_deferred and all(source.vested == 0 for source in former.paid_out.values())
    served = completed_years(employee.plan_service_date, former.last_day)
    return year.config.plan.breaks.rule_of_parity and nonvested and former.breaks >= max(MANY_BREAKS, served)


def _enter_plan_anew(employee: Employee, former: Former, year: Year, *, at_once: bool) -> None:
    """Give the dates of eligibility and automatic enrollment anew; nothing is left of rate and balances."""
    if employee.eligibility_date is not None:
        date, part_time = former.return_date, employee.long_term_part_time
        if not at_once:
            date, part_time = date_by_rules(employee, year.config.eligibility)
        employee.eligibility_date, employee.long_term_part_time = max(date, former.return_date), part_time
    employee.participates, employee.opted_out = False, None
    employee.deferral_bp, employee.automatic, employee.automatic_date = 0, False, None
    for source in SOURCES:
        setattr(employee, f"{source}_balance_cents", 0)
    if year.year > former.last_day.year + 1:
        employee.prior_pay_cents = None
    find_automatic_dates([employee], year.config)


def _give_back(person: PersonYear, former: Former, *, buy_back: bool) -> None:
    """Restore what was forfeited of each source, against repayment of what was paid; not after five breaks."""
    for source, (balance, vested) in former.paid_out.items():
        if former.breaks < MANY_BREAKS and balance > vested and (vested == 0 or buy_back):
            person.money.restored += balance - vested
            person.money.repaid += vested
            person.money.brought[source] = balance
