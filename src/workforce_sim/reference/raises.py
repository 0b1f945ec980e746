"""The reference model, raises: cost of living, merit, the walk of salaries, and the year's earnings.

Raises are decided first and salaries walked once per person afterwards, in date order, promotions included.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from workforce_sim.draws import Stream, category
from workforce_sim.money import PPM, half_up, ppm, raised, refuse_growth
from workforce_sim.reference.chance import DAY, cumulative, day_of_year, millionths
from workforce_sim.reference.merit import Cell, Share, cell_of, gets_merit, merit_fractions, proration_ppm
from workforce_sim.reference.pay_ranges import compa_ratio, own, range_penetration, stop_at
from workforce_sim.reference.promotions import promoted_salary
from workforce_sim.reference.records import Employee, Event, From, PersonYear, Raise
from workforce_sim.reference.uncertainty import cost_of_living
from workforce_sim.reference.year import Year, day_of


def decide_cost_of_living(people: Sequence[PersonYear], year: Year) -> None:
    """Give the cost-of-living increase to those employed on its date: opening staff, and hires of before that date."""
    day = day_of_year(year.year, year.config.compensation.cola_date)
    rate = cost_of_living(year.config, year.year, year.run.replicate)
    for person in _employed_on(day, people):
        person.raises.append(Raise("cola", day, rate))


def decide_lifts(people: Sequence[PersonYear], year: Year) -> None:
    """Look at the minimum of the range of all who would get a cost-of-living increase on that day."""
    if year.config.compensation.range_minimum == "lift":
        day = day_of_year(year.year, year.config.compensation.range_lift_date)
        for person in _employed_on(day, people):
            person.raises.append(Raise("range_lift", day, 0))


def _employed_on(day: dt.date, people: Sequence[PersonYear]) -> Iterator[PersonYear]:
    """Yield those employed in the plan year on a day, of its hires those of before that day."""
    return (person for person in people if person.first_day + person.is_hire * DAY <= day <= person.last_day)


def decide_merit(people: Sequence[PersonYear], year: Year) -> None:
    """Say who gets a merit increase, when, and with which rating; how much depends on everybody who gets one."""
    compensation = year.config.compensation
    day = day_of(
        compensation.fixed_merit_date, compensation.merit_month_weights, Stream.MERIT_DATE, year, year.january_1
    )
    shares = cumulative([ppm(rating.share) for rating in compensation.sorted_ratings])
    for person in people:
        date = day(person.employee)
        if gets_merit(person, date, year):
            rating = category(millionths(year.u(person.employee, Stream.RATING)), shares) if shares else 0
            person.raises.append(Raise("merit", date, rating))


Fractions = Mapping[Cell, int]


class State(NamedTuple):
    """What a raise leaves."""

    salary: int
    level: int
    excess: int = 0
    """What the maximum of the range cut off the raise."""


def walk_salaries(people: Sequence[PersonYear], year: Year) -> None:
    """Walk every salary through the year in date order; same day: promotion, cola, lift, merit."""
    walk_groups([(people, year)])


def walk_groups(groups: Sequence[tuple[Sequence[PersonYear], Year]]) -> None:
    """Walk the salaries of groups of people, each with a merit pool, and so a year, of its own."""
    for people, _ in groups:
        for person in people:
            person.raises.sort(key=lambda step: step.day)  # stable: decided in the order of the same day
    fractions = [merit_fractions(_shares_of_merit(people, year), year) for people, year in groups]
    for (people, year), of_group in zip(groups, fractions, strict=True):
        for person in people:
            _walk(person, of_group, year)
        reached = [person.employee.salary_cents for person in people]
        lump_sums = [amount for person in people for _, amount in person.lump_sums]
        refuse_growth(max((*reached, *lump_sums), default=0), year.year)


def _shares_of_merit(people: Sequence[PersonYear], year: Year) -> Iterator[Share]:
    """Yield what each who gets merit brings to the pool."""
    how = year.config.compensation.merit_proration
    for person in people:
        employee = person.employee
        state = State(employee.salary_cents, employee.level)
        for step in person.raises:
            if step.kind == "merit":
                cell = cell_of(employee, step.value, state.salary, state.level, year)
                yield Share(cell, state.salary, proration_ppm(employee.hire_date, step.day, how))
                break
            state = _after(step, state, employee, {}, year)


def _after(step: Raise, state: State, employee: Employee, fractions: Fractions, year: Year) -> State:
    """Return salary and level after one raise."""
    salary, level, _ = state
    if step.kind == "promotion":
        promotion = year.config.promotion
        caps = ppm(promotion.max_increase), promotion.max_amount_cents
        return State(promoted_salary(salary, step.value, year.minimums[level + 1], *caps), level + 1)
    band = year.ranges[level]
    if step.kind == "range_lift":
        return State(max(salary, own(band.minimum, employee.full_time_ppm)) if band else salary, level)
    after = raised(salary, _rate(step, state, employee, fractions, year))
    if band is None or year.config.compensation.range_maximum == "ignore":
        return State(after, level)
    paid, excess = stop_at(own(band.maximum, employee.full_time_ppm), salary, after)
    return State(paid, level, excess)


def _rate(step: Raise, state: State, employee: Employee, fractions: Fractions, year: Year) -> int:
    """Return the increase in ppm of a cost-of-living or merit raise."""
    if step.kind == "cola":
        return step.value
    fraction = fractions[cell_of(employee, step.value, state.salary, state.level, year)]
    share = proration_ppm(employee.hire_date, step.day, year.config.compensation.merit_proration)
    return half_up(fraction * share, PPM)


def _walk(person: PersonYear, fractions: Fractions, year: Year) -> None:
    """Enter a person's year in the ledger, and set salaries, earnings and the closing level and salary."""
    employee = person.employee
    state = State(employee.salary_cents, employee.level)
    person.salaries.append(From(person.first_day, state.salary))
    person.levels.append(From(person.first_day, state.level))
    if person.is_hire:
        kind, paid = "rehire" if person.returned else "hire", {"salary_after": state.salary, "level_after": state.level}
        person.events.append(Event(kind, person.first_day, employee.hired_as, **paid))
    for step in person.raises:
        before, state = state, _after(step, state, employee, fractions, year)
        person.salaries.append(From(step.day, state.salary))
        person.levels.append(From(step.day, state.level))
        _enter(person, step, before, state, year)
    person.earnings_cents = person.earned(person.last_day, year.days)
    if person.cause is not None:
        person.events.append(Event("termination", person.last_day, person.cause))
    employee.salary_cents, employee.level = state.salary, state.level
    in_range = state.salary, employee.full_time_ppm, year.ranges[state.level]
    person.compa_ratio_ppm, person.range_penetration_ppm = compa_ratio(*in_range), range_penetration(*in_range)


def _enter(person: PersonYear, step: Raise, before: State, after: State, year: Year) -> None:
    """Enter one raise in the ledger, where it changes something, and what it pays once."""
    if step.kind == "promotion":
        levels = before.level, after.level
        person.events.append(Event("promotion", step.day, None, before.salary, after.salary, *levels))
    elif after.salary != before.salary:
        person.events.append(Event(step.kind, step.day, None, before.salary, after.salary))
    if after.excess and year.config.compensation.range_maximum == "lump_sum":
        person.lump_sums.append(From(step.day, after.excess))
        person.events.append(Event("lump_sum", step.day, step.kind, amount=after.excess))
