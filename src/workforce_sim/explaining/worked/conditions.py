"""Who gets a source of employer contributions: entry, service, last day and hours; and its limit for one employee.

Chapters: ``docs/model/match.md``, ``docs/model/sources.md``.
"""

from __future__ import annotations

from collections.abc import Iterator

from workforce_sim.config.plan_values import EmployerMoney
from workforce_sim.dates import NEVER, PlanYear, completed_years, date_of
from workforce_sim.engine.sources import meets, since_of, waived, without_employer_money
from workforce_sim.explaining.worked.one import ONLY, One
from workforce_sim.explaining.worked.steps import Reckoned, Step
from workforce_sim.money import cents
from workforce_sim.plan.conditions import hours_of_service
from workforce_sim.plan.sources import limited
from workforce_sim.tables import EVENT_CAUSES
from workforce_sim.wording import counted, dollars

UNITS = {"tenure": "years of tenure", "points": "points (age + tenure)", "age": "years of age"}
"""What bands of a formula go by."""


def given(one: One, money: EmployerMoney, amount: int, name: str) -> Reckoned:
    """Return the steps from what a formula gives to what a source gives before section 415, and cents."""
    found = [*conditions(one, money)]
    there = within(one, money) and bool(meets(money, ONLY, one.counted)[0])
    if not there:
        return [*found, Step(name, "not met: no contribution", dollars(0))], 0
    cents_given = int(limited(amount, money))
    if money.annual_limit is not None:
        most = f"at most {dollars(cents(money.annual_limit))} {per_year(one.year.calendar)} (annual_limit)"
        found.append(Step("limit for one employee", most, dollars(cents_given)))
    return [*found, Step(name, "before section 415", dollars(cents_given))], cents_given


def within(one: One, money: EmployerMoney) -> bool:
    """Return whether somebody is in a source on any day of the year."""
    since = since_of(one.counted, money)
    return one.in_plan if since is None else bool(since.within[0])


def entry(one: One, money: EmployerMoney) -> Iterator[Step]:
    """Yield when somebody enters a source with its own eligibility."""
    since = since_of(one.counted, money)
    if since is None:
        return
    date = int(since.entry[0])
    if date == NEVER or date > one["last_day"]:
        yield Step("not in this source in the year", "by its own eligibility")
    else:
        yield Step("in this source", f"since {date_of(date)}, by its own eligibility")


def conditions(one: One, money: EmployerMoney) -> Iterator[Step]:
    """Yield each condition with the employee's value."""
    left_out = without_employer_money(one.staff, one.year)
    if left_out is not None and left_out[0]:
        yield Step("long-term part-time", "no employer contributions (eligibility.long_term_part_time.employer_money)")
        return
    if money.minimum_service_years:
        begun, last = one.staff.served_since, one.staff["last_day"]
        years = int(completed_years(begun, last, one.year.calendar)[0])
        asked = counted(money.minimum_service_years, "completed year")
        yield _condition(
            f"{asked} of service", f"{years} on {date_of(one['last_day'])}", years >= money.minimum_service_years
        )
    excused = waived(money, ONLY, one.counted)
    if excused is not None and excused[0] and money.waives:
        cause = EVENT_CAUSES[one["cause"]]
        yield Step("condition: last day and hours", f"waived: terminated by {cause}")
        return
    if money.last_day:
        there = one["last_day"] >= one.year.last
        yield _condition(
            "employed on December 31", f"last day {date_of(one['last_day'])}" if not there else "yes", there
        )
    if money.minimum_hours:
        yield _hours(one, money.minimum_hours)


def _hours(one: One, asked: int) -> Step:
    away = one["leave_days"] if "leave" in one.config.provisions else 0
    days = one["last_day"] - one.first + 1 - away
    hours = int(hours_of_service(one["full_time_ppm"], days, one.year.days))
    share = one["full_time_ppm"] / 1_000_000
    how = f"{share:g} x 2,080 x {days} / {one.year.days} = {hours:,}"
    calendar = one.year.calendar
    return _condition(f"{hours_words(asked, calendar)} in the year", how, 12 * hours >= calendar.months * asked)


def hours_words(asked: int, year: PlanYear) -> str:
    """Return the hours that a condition asks for: of a short plan year, those of its months."""
    return f"{year.months}/12 of {asked:,} hours" if year.short else f"{asked:,} hours"


def per_year(year: PlanYear) -> str:
    """Return what a yearly amount is for, in words: in a short plan year it is already that of its months."""
    return f"in {year.months} months" if year.short else "a year"


def _condition(what: str, how: str, met: bool) -> Step:
    return Step(f"condition: {what}", f"{how}: {'met' if met else 'not met'}")
