"""The reference model, terminations: who leaves, why, and on which day."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import cache

from workforce_sim.config import CAUSES
from workforce_sim.config.events import RateCell
from workforce_sim.config.values import band_at
from workforce_sim.draws import Stream, category
from workforce_sim.errors import SimulationError
from workforce_sim.money import PPM, half_up, ppm, scaled
from workforce_sim.reference.chance import (
    DAY,
    chances_in_proportion,
    cumulated_days,
    cumulative,
    date_between,
    millionths,
    taking_order,
)
from workforce_sim.reference.growth import Growth
from workforce_sim.reference.records import PersonYear
from workforce_sim.reference.retirement import may_retire, retiring_ppm, weight_of_eligible
from workforce_sim.reference.uncertainty import multiplied
from workforce_sim.reference.year import Year, milli_at

REMEDIES = {
    "existing employees": "raise the terminations factors or rates that are 0, or plan fewer terminations",
    "hires": "raise terminations.new_hire_hazard where it has nobody gone, or set it to days_left",
}
"""What to do where too few can leave."""


def termination_weights(people: Sequence[PersonYear], year: Year) -> list[int]:
    """Return the relative risk of leaving, ppm, of each of the opening staff, with all that changes it."""
    weights = _weights_before_retirement(people, year)
    return [
        0 if stays_for_now(person, year) else weight_of_eligible(person, weight, year)
        for person, weight in zip(people, weights, strict=True)
    ]


def _weights_before_retirement(people: Sequence[PersonYear], year: Year) -> list[int]:
    """Return weights with the factors of year and department in them."""
    terminations = year.config.terminations
    weights = _weights(people, year)
    if terminations.rates is not None:
        factor_ppm = terminations.rate_factor.ppm(year.year)
        weights = [half_up(weight * factor_ppm, PPM) for weight in weights]
    milli = {name: scaled(factor, 3) for name, factor in terminations.department_factors.items()}
    return [
        half_up(weight * milli.get(person.employee.department or "", 1000), 1000)
        for weight, person in zip(weights, people, strict=True)
    ]


def stays_for_now(person: PersonYear, year: Year) -> bool:
    """Return whether the known last day is in a later year."""
    return person.employee.leaves_on is not None and person.employee.leaves_on > year.last


def leaves_for_certain(person: PersonYear, weight: int, year: Year) -> bool:
    """Return whether the known last day is in the year, or a configured rate of 1 decides."""
    known = person.employee.leaves_on is not None and person.employee.leaves_on <= year.last
    return known or year.is_certain(weight)


def _weights(people: Sequence[PersonYear], year: Year) -> list[int]:
    """Return age factor x tenure factor x level factor, or rate x level factor, ppm, of each of the opening staff."""
    terminations = year.config.terminations
    level_milli = [level.termination_milli for level in year.run.levels]
    if terminations.uses_factors:
        age_milli, tenure_milli = milli_at(terminations.age_factors), milli_at(terminations.tenure_factors)
        return [
            half_up(age_milli(person.age) * tenure_milli(person.tenure) * level_milli[person.employee.level], 1000)
            for person in people
        ]
    rate_ppm = _rate_at(terminations.rate_table)
    return [
        half_up(rate_ppm(person.age, person.tenure) * level_milli[person.employee.level], 1000) for person in people
    ]


def terminate_opening_staff(people: Sequence[PersonYear], weights: Sequence[int], growth: Growth, year: Year) -> None:
    """Choose the terminations among existing employees, and give each a date and a cause."""
    certain = [leaves_for_certain(person, weight, year) for person, weight in zip(people, weights, strict=True)]
    chances = _chances(weights, certain, growth.terminations_ppm, year)
    terminated = _terminated(people, chances, growth.terminations_ppm, Stream.TERMINATION, year)
    weight_of = {person.employee.key: weight for person, weight in zip(people, weights, strict=True)}
    certain_keys = {person.employee.key for person, sure in zip(people, certain, strict=True) if sure}
    terminated.sort(key=lambda person: person.employee.key not in certain_keys)  # stable: these first, by key
    profile = cumulated_days(year.config.terminations.month_weights, year.year)
    cause = _cause_of_existing(year)
    for rank, person in enumerate(terminated, start=1):
        u = year.u(person.employee, Stream.LEAVING_DATE)
        person.last_day = person.employee.leaves_on or date_between(u, year.first, year.last, profile)
        person.cause = "reduction" if rank > growth.ordinary else cause(person, weight_of[person.employee.key])


def terminate_hires(hires: Sequence[PersonYear], growth: Growth, year: Year) -> None:
    """Choose the terminations among the year's hires by the days they could stay, and give each a date and a cause."""
    gone = year.hazard.gone
    least = 1 if year.exact else 0
    weights = [max(least, gone[(year.last - person.first_day).days]) for person in hires]
    chances = _chances_of_hires(weights, growth.hires_leaving_ppm, year)
    cause = _cause_of(year)
    for person in _terminated(hires, chances, growth.hires_leaving_ppm, Stream.HIRE_TERMINATION, year):
        u = year.u(person.employee, Stream.HIRE_LEAVING_DATE)
        place = int(u * gone[(year.last - person.first_day).days])
        person.last_day = min(person.first_day + bisect_right(gone, place) * DAY, year.last)
        person.cause = cause(person)


def _chances(weights: Sequence[int], certain: Sequence[bool], terminations_ppm: int, year: Year) -> list[float]:
    """Return the chance to leave of each of the opening staff: as given, or in proportion beside those who must."""
    if year.rates_as_given:
        chances = [multiplied(year.as_given(weight), year.exit_factor_ppm) / PPM for weight in weights]
    else:
        others = [0 if sure else weight for sure, weight in zip(certain, weights, strict=True)]
        chances = chances_in_proportion(others, terminations_ppm - PPM * sum(certain))
    return [1.0 if sure else q for sure, q in zip(certain, chances, strict=True)]


def _chances_of_hires(weights: Sequence[int], leaving_ppm: int, year: Year) -> list[float]:
    """Return the chance to leave of each of the year's hires: the share gone by 31 December, or in proportion."""
    if year.hazard.is_share and not year.exact:
        return [multiplied(weight, year.exit_factor_ppm) / PPM for weight in weights]
    return chances_in_proportion(weights, leaving_ppm)


def _terminated(
    people: Sequence[PersonYear], chances: Sequence[float], terminations_ppm: int, stream: Stream, year: Year
) -> list[PersonYear]:
    """Return who leaves: in exact mode that many, in the order of the ranking; in stochastic mode those with u < q."""
    us = [year.u(person.employee, stream) for person in people]
    if not year.exact:
        return [person for person, u, q in zip(people, us, chances, strict=True) if u < q]
    order = taking_order(chances, us, [person.employee.key for person in people])
    number = terminations_ppm // PPM
    if number > len(order):
        who = "hires" if stream is Stream.HIRE_TERMINATION else "existing employees"
        raise SimulationError(
            f"{year.year}: {number} of {len(people)} {who} must leave, but only {len(order)} have a "
            f"termination weight above 0; {REMEDIES[who]}"
        )
    return [people[i] for i in order[:number]]


def _rate_at(cells: Sequence[RateCell]) -> Callable[[int, int], int]:
    """Return the rate in ppm by age and tenure: the largest age_from <= age, within it the largest tenure_from."""

    @cache
    def rate(age: int, tenure: int) -> int:
        row = max(cell.age_from for cell in cells if cell.age_from <= age)
        cell = max(
            (cell for cell in cells if cell.age_from == row and cell.tenure_from <= tenure),
            key=lambda cell: cell.tenure_from,
        )
        return ppm(cell.value)

    return rate


def _cause_of_existing(year: Year) -> Callable[[PersonYear, int], str]:
    """Return the draw of a cause of existing employees by person and weight."""
    rule, by_band = year.config.terminations.retirement, _cause_at(year)
    plain = _cause_of(year)

    def cause(person: PersonYear, weight: int) -> str:
        """Return retirement by the added rate alone; else the cause of the band."""
        x, added = millionths(year.u(person.employee, Stream.CAUSE)), retiring_ppm(person, weight, year)
        if x < added:
            return "retirement"
        found = by_band(person, (x - added) * PPM // (PPM - added))
        return "voluntary" if found == "retirement" else found

    return cause if rule is not None and rule.adds else lambda person, weight: plain(person)


def _cause_of(year: Year) -> Callable[[PersonYear], str]:
    """Return the draw of a cause; where there is a rule of retirement, only the eligible retire."""
    rule, by_band = year.config.terminations.retirement, _cause_at(year)

    def cause(person: PersonYear) -> str:
        found = by_band(person, millionths(year.u(person.employee, Stream.CAUSE)))
        return "voluntary" if found == "retirement" and rule and not may_retire(person, year) else found

    return cause


def _cause_at(year: Year) -> Callable[[PersonYear, int], str]:
    """Return the cause at a place among the shares of the age on the first day, of hires on the hire date."""
    shares = cache(lambda age: cumulative(band_at(year.config.terminations.causes, age).ppm))
    return lambda person, x: CAUSES[category(x, shares(person.age))]
