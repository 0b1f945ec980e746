"""The reference model, leave: who is on unpaid leave, from when and how long."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from workforce_sim.draws import Stream
from workforce_sim.money import PPM
from workforce_sim.reference.chance import DAY, cumulated_days, date_between, whole_between
from workforce_sim.reference.records import Employee, Event, Leave, PersonYear
from workforce_sim.reference.year import Year


def decide_leave(people: Sequence[PersonYear], year: Year) -> None:
    """Give everybody the leave of the year: one of the year before, or one that begins."""
    for person in people:
        before = person.employee.leave
        if before is not None and before.last >= year.first - DAY:
            person.leave = before
        else:
            _begin(person, year)
        if person.leave is not None and person.leave.last + DAY <= person.last_day:
            person.events.append(Event("leave_return", person.leave.last + DAY))


def _begin(person: PersonYear, year: Year) -> None:
    leave = _drawn(person.employee, year)
    if leave is not None and _may_begin(leave.first, person, year):
        person.leave = person.employee.leave = leave
        person.events.append(Event("leave_start", leave.first))


def _may_begin(day: dt.date, person: PersonYear, year: Year) -> bool:
    return day >= year.first and person.employee.first_day < day <= person.last_day


def _drawn(employee: Employee, year: Year) -> Leave | None:
    rule = year.config.leave
    if not year.u(employee, Stream.LEAVE) < rule.share.ppm(year.year) / PPM:
        return None
    profile = cumulated_days(rule.month_weights, year.year)
    first = date_between(year.u(employee, Stream.LEAVE_DATE), year.january_1, year.last, profile)
    days = whole_between(year.u(employee, Stream.LEAVE_LENGTH), rule.shortest_days, rule.longest_days)
    return Leave(first, first + dt.timedelta(days=days - 1))
