"""The reference model, terminations: who may retire, and what that does to weights and causes."""

from __future__ import annotations

from collections.abc import Sequence

from workforce_sim.money import PPM, half_up
from workforce_sim.reference.records import PersonYear
from workforce_sim.reference.year import Year, milli_at


def weight_of_eligible(person: PersonYear, weight: int, year: Year) -> int:
    """Return the weight of one of the existing employees once age and tenure on the first day allow retirement."""
    rule = year.config.terminations.retirement
    if rule is None or not _is_eligible(person, year):
        return weight
    if rule.factors is not None:
        return half_up(weight * milli_at(rule.factors)(person.age), 1000)
    rate = _rate_at(person.age, year)
    if rate is None:
        return weight
    return weight + rate if rule.adds else rate


def retiring_ppm(person: PersonYear, weight: int, year: Year) -> int:
    """Return S: which part of a weight is the added rate of retirement; 0 for those who have none."""
    rate = _rate_at(person.age, year) if _is_eligible(person, year) else None
    return half_up(PPM * rate, weight) if rate and weight else 0


def may_retire(person: PersonYear, year: Year) -> bool:
    """Return whether age and service completed on the last day of employment allow retirement."""
    rule, age = year.config.terminations.retirement, person.age_on(person.last_day)
    return rule is not None and any(
        line.age <= age and person.has_tenure(line.service, person.last_day) for line in rule.eligible
    )


def find_eligible_to_retire(people: Sequence[PersonYear], year: Year) -> None:
    """Note who meets age and service at the end of the year or at termination."""
    for person in people:
        person.retirement_eligible = may_retire(person, year)


def _is_eligible(person: PersonYear, year: Year) -> bool:
    rule = year.config.terminations.retirement
    return rule is not None and any(line.age <= person.age and line.service <= person.tenure for line in rule.eligible)


def _rate_at(age: int, year: Year) -> int | None:
    """Return the rate of the last line at or below an age, ppm; None below the first, or without rates."""
    rule = year.config.terminations.retirement
    lines = () if rule is None or rule.rates is None else rule.rates
    return next((line.ppm for line in reversed(lines) if line.start <= age), None)
