"""The reference model, eligibility: when an employee may join the plan.

The date belongs to the person. It is found once, at the opening or at hire, and again where the rules change
(``amendments``); a year only enters it in the ledger.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable, Sequence

from workforce_sim import draws
from workforce_sim.config import Config
from workforce_sim.config.eligibility import Eligibility, EntryRule
from workforce_sim.draws import Stream
from workforce_sim.money import PPM, ppm
from workforce_sim.reference.classes import NOT_EXCLUDED, Rule, rule_of
from workforce_sim.reference.opening_date import opening_of
from workforce_sim.reference.records import DRAWN_ONCE, NEVER, Employee, Event, PersonYear
from workforce_sim.reference.service import birthday, end_of_part_time_wait, end_of_years, has_part_time_hours

ENTRY_MONTHS = {"monthly": range(1, 13), "quarterly": (1, 4, 7, 10), "semiannual": (1, 7), "annual": (1,)}
"""The months whose first day is an entry date."""


def find_eligibility(staff: Sequence[Employee], config: Config) -> None:
    """Give each of the staff the eligibility date; the excluded keep none, and participants never wait."""
    start = opening_of(config)
    excluded = _exclusion(config)
    for employee in staff:
        if excluded(employee):
            continue
        date, part_time = date_by_rules(employee, config.eligibility)
        employee.eligibility_date = min(date, start) if employee.participates else max(date, _not_before(employee))
        employee.long_term_part_time = part_time and not (employee.participates and date > start)


def _not_before(employee: Employee) -> dt.date:
    """Return the first day of who joins by an acquisition; nobody else has service from before the first day."""
    return employee.joins_on or dt.date.min


def date_by_rules(employee: Employee, rules: Eligibility) -> tuple[dt.date, bool]:
    """Return the eligibility date, and whether it is that of a long-term part-time employee; NEVER without one."""
    rule, hired, share = rule_of(employee, rules), employee.plan_service_date, employee.full_time_ppm
    years = years_of_service(rule)
    waited = end_of_wait(hired, rule) if years is None else end_of_years(hired, share, years, rule.service)
    if waited is not None:
        return first_entry(max(waited, birthday(employee.birth_date, rule.minimum_age)), rule.entry), False
    concerned = has_part_time_hours(share, rule.service) and not (employee.union or employee.nonresident)
    if not concerned or not rules.long_term_part_time.enabled:
        return NEVER, False
    waited = end_of_part_time_wait(hired, employee.birth_date, rule.minimum_age, rule.service)
    return first_entry(waited, rule.entry), True


def years_of_service(rule: EntryRule | Rule) -> int | None:
    """Return how many years of service the wait is, with service by hours; None where it is time since hire."""
    if rule.service.method == "elapsed" or rule.waiting_period_months is not None:
        return None
    return rule.waiting_period_years or None


def end_of_wait(hired: dt.date, rule: EntryRule | Rule) -> dt.date:
    """Return the day on which the wait is over: after days, or in place of them after calendar years and months."""
    if rule.waiting_period_years is None and rule.waiting_period_months is None:
        return hired + dt.timedelta(days=rule.waiting_period_days)
    months = 12 * (rule.waiting_period_years or 0) + (rule.waiting_period_months or 0)
    if months % 12 == 0:
        return birthday(hired, months // 12)  # an anniversary falls as a birthday does
    year, month = divmod(12 * hired.year + hired.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, min(hired.day, last))


def first_entry(day: dt.date, entry: str) -> dt.date:
    """Return the first entry date on or after a day."""
    if entry == "immediate":
        return day
    firsts = (dt.date(year, month, 1) for year in (day.year, day.year + 1) for month in ENTRY_MONTHS[entry])
    return next(first for first in firsts if first >= day)


def _exclusion(config: Config) -> Callable[[Employee], bool]:
    """Return who is left out: by the census flag, by class or by the draw, and never a participant of the census."""
    share = ppm(config.eligibility.excluded_share) / PPM
    start = opening_of(config)
    hires_alone = config.eligibility.excluded_scope == "hires"
    scalar = draws.decision(config.random_seed, DRAWN_ONCE, Stream.EXCLUDED)

    def excluded(employee: Employee) -> bool:
        concerned = employee.first_day >= start or not hires_alone
        by_chance = concerned and draws.uniform(employee.person, scalar) < share
        by_class = employee.excluded_class != NOT_EXCLUDED
        return not employee.participates and (employee.flagged_excluded or by_class or by_chance)

    return excluded


def enter_eligibility(people: Sequence[PersonYear]) -> None:
    """Enter in the ledger who becomes eligible while employed in the year; participants of the census already are."""
    for person in people:
        date = person.eligibility_date
        if date is not None and date >= person.first_day and not person.employee.participates:
            person.events.append(Event("eligibility", date))
