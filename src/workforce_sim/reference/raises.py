"""The reference model, raises: cost of living, merit, the walk of salaries, and the year's earnings.

Raises are decided first and salaries walked once per person afterwards, in date order, promotions included.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from workforce_sim.draws import Stream, category
from workforce_sim.money import half_up, ppm, raised, refuse_growth, refuse_merit, scaled
from workforce_sim.reference.chance import cumulative, day_of_year, millionths
from workforce_sim.reference.promotions import promoted_salary
from workforce_sim.reference.records import Event, From, PersonYear, Raise
from workforce_sim.reference.uncertainty import cost_of_living
from workforce_sim.reference.year import Year, day_of


def decide_cost_of_living(people: Sequence[PersonYear], year: Year) -> None:
    """Give the cost-of-living increase to those employed on its date: opening staff, and hires of before that date."""
    day = day_of_year(year.year, year.config.compensation.cola_date)
    rate = cost_of_living(year.config, year.year, year.run.replicate)
    for person in people:
        if person.last_day >= day and (not person.is_hire or person.first_day < day):
            person.raises.append(Raise("cola", day, rate))


def decide_merit(people: Sequence[PersonYear], year: Year) -> None:
    """Say who gets a merit increase, when, and with which rating; how much depends on everybody who gets one."""
    compensation = year.config.compensation
    fixed = compensation.fixed_merit_date
    day = day_of(fixed, compensation.merit_month_weights, Stream.MERIT_DATE, year)
    shares = cumulative([ppm(rating.share) for rating in compensation.sorted_ratings])
    for person in people:
        date = day(person.employee)
        if person.has_tenure(compensation.merit_minimum_tenure, date):
            rating = category(millionths(year.u(person.employee, Stream.RATING)), shares) if shares else 0
            person.raises.append(Raise("merit", date, rating))


Cell = tuple[int, int]
"""Level just before the merit increase, and rating."""


def walk_salaries(people: Sequence[PersonYear], year: Year) -> None:
    """Walk every salary through the year in date order, promotions included; same day: promotion, cola, merit."""
    walk_groups([(people, year)])


def walk_groups(groups: Sequence[tuple[Sequence[PersonYear], Year]]) -> None:
    """Walk the salaries of groups of people, each with a merit pool, and so a year, of its own."""
    for people, _ in groups:
        for person in people:
            person.raises.sort(key=lambda step: step.day)  # stable: decided in the order of the same day
    fractions = [merit_fractions(_payroll_before_merit(people, year), year) for people, year in groups]
    for (people, year), merit_ppm in zip(groups, fractions, strict=True):
        for person in people:
            _walk(person, merit_ppm, year)
        refuse_growth(max((person.employee.salary_cents for person in people), default=0), year.year)


def merit_fractions(payroll: dict[Cell, int], year: Year) -> dict[Cell, int]:
    """Return each cell's increase in ppm: the pool is that share of this payroll, in cents just before the increase."""
    pool = year.config.compensation.merit_pool.ppm(year.year)
    factors = {cell: _merit_factor(cell, year) for cell in payroll}
    weighted = sum(payroll[cell] * factors[cell] for cell in payroll)
    if weighted == 0:
        return dict.fromkeys(payroll, 0)
    total = sum(payroll.values())
    merit_ppm = {cell: half_up(pool * factors[cell] * total, weighted) for cell in payroll}
    refuse_merit(max(merit_ppm.values(), default=0), year.year)
    return merit_ppm


def _merit_factor(cell: Cell, year: Year) -> int:
    """Return level factor x rating factor in 10^-4, half up."""
    compensation = year.config.compensation
    level, rating = cell
    of_level = scaled(compensation.merit_factors.get(year.run.levels[level].name, 1), 4)
    of_rating = scaled(compensation.sorted_ratings[rating].factor, 4) if compensation.ratings else 10**4
    return half_up(of_level * of_rating, 10**4)


def _payroll_before_merit(people: Sequence[PersonYear], year: Year) -> dict[Cell, int]:
    payroll: Counter[Cell] = Counter()
    for person in people:
        salary, level = person.employee.salary_cents, person.employee.level
        for step in person.raises:
            if step.kind == "merit":
                payroll[level, step.value] += salary
                break
            salary, level = _after(step, salary, level, {}, year)
    return payroll


def _after(step: Raise, salary: int, level: int, merit_ppm: dict[Cell, int], year: Year) -> tuple[int, int]:
    """Return salary and level after one raise."""
    if step.kind == "promotion":
        promotion = year.config.promotion
        caps = ppm(promotion.max_increase), promotion.max_amount_cents
        return promoted_salary(salary, step.value, year.minimums[level + 1], *caps), level + 1
    rate = step.value if step.kind == "cola" else merit_ppm[level, step.value]
    return raised(salary, rate), level


def _walk(person: PersonYear, merit_ppm: dict[Cell, int], year: Year) -> None:
    """Enter a person's year in the ledger, and set salaries, earnings and the closing level and salary."""
    employee = person.employee
    salary, level = employee.salary_cents, employee.level
    person.salaries.append(From(person.first_day, salary))
    if person.is_hire:
        person.events.append(Event("hire", person.first_day, employee.hired_as, salary_after=salary, level_after=level))
    for step in person.raises:
        before, level_before = salary, level
        salary, level = _after(step, salary, level, merit_ppm, year)
        person.salaries.append(From(step.day, salary))
        if step.kind == "promotion":
            person.events.append(Event("promotion", step.day, None, before, salary, level_before, level))
        elif salary != before:
            person.events.append(Event(step.kind, step.day, None, before, salary))
    person.earnings_cents = half_up(person.day_cents(person.last_day), year.days)
    if person.cause is not None:
        person.events.append(Event("termination", person.last_day, person.cause))
    employee.salary_cents, employee.level = salary, level
