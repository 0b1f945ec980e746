"""The reference model, eligibility: when an employee may join the plan.

The date belongs to the person. It is found once, at the opening or at hire; a year only enters it in the ledger.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable, Sequence

from workforce_sim import draws
from workforce_sim.config import Config
from workforce_sim.config.eligibility import Eligibility
from workforce_sim.draws import Stream
from workforce_sim.money import PPM, ppm
from workforce_sim.reference.chance import day_of_year
from workforce_sim.reference.records import Employee, Event, PersonYear

ENTRY_MONTHS = {"monthly": range(1, 13), "quarterly": (1, 4, 7, 10), "semiannual": (1, 7), "annual": (1,)}
"""The months whose first day is an entry date."""
DRAWN_ONCE = 0
"""The year of a draw that is made once per person."""


def find_eligibility(staff: Sequence[Employee], config: Config) -> None:
    """Give each of the staff the eligibility date; the excluded keep none, and participants never wait."""
    rule = config.eligibility
    start = dt.date(config.simulation.start_year, 1, 1)
    excluded = _exclusion(config)
    for employee in staff:
        if not excluded(employee):
            of_age = birthday(employee.birth_date, rule.minimum_age)
            date = first_entry(max(end_of_wait(employee.hire_date, rule), of_age), rule.entry)
            employee.eligibility_date = min(date, start) if employee.participates else max(date, _not_before(employee))


def _not_before(employee: Employee) -> dt.date:
    """Return the first day of who joins by an acquisition; nobody else has service from before the first day."""
    return employee.joins_on or dt.date.min


def end_of_wait(hired: dt.date, rule: Eligibility) -> dt.date:
    """Return the day on which the wait is over: after days, or in place of them after calendar years and months."""
    if rule.waiting_period_years is None and rule.waiting_period_months is None:
        return hired + dt.timedelta(days=rule.waiting_period_days)
    months = 12 * (rule.waiting_period_years or 0) + (rule.waiting_period_months or 0)
    if months % 12 == 0:
        return birthday(hired, months // 12)  # an anniversary falls as a birthday does
    year, month = divmod(12 * hired.year + hired.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, min(hired.day, last))


def birthday(birth: dt.date, age: int) -> dt.date:
    """Return the birthday of that age; of somebody born on 29 February, 1 March in a year without it."""
    return day_of_year(birth.year + age, f"{birth.month:02}-{birth.day:02}")


def first_entry(day: dt.date, entry: str) -> dt.date:
    """Return the first entry date on or after a day."""
    if entry == "immediate":
        return day
    firsts = (dt.date(year, month, 1) for year in (day.year, day.year + 1) for month in ENTRY_MONTHS[entry])
    return next(first for first in firsts if first >= day)


def _exclusion(config: Config) -> Callable[[Employee], bool]:
    """Return who is left out: by the census flag or by the draw, and never a participant of the census."""
    share = ppm(config.eligibility.excluded_share) / PPM
    start = dt.date(config.simulation.start_year, 1, 1)
    hires_alone = config.eligibility.excluded_scope == "hires"
    scalar = draws.decision(config.random_seed, DRAWN_ONCE, Stream.EXCLUDED)

    def excluded(employee: Employee) -> bool:
        concerned = employee.first_day >= start or not hires_alone
        by_chance = concerned and draws.uniform(employee.person, scalar) < share
        return not employee.participates and (employee.flagged_excluded or by_chance)

    return excluded


def enter_eligibility(people: Sequence[PersonYear]) -> None:
    """Enter in the ledger who becomes eligible while employed in the year; participants of the census already are."""
    for person in people:
        date = person.eligibility_date
        if date is not None and date >= person.first_day and not person.employee.participates:
            person.events.append(Event("eligibility", date))
