"""The reference model, terminations: who leaves, why, and on which day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from workforce_sim.config import CAUSES
from workforce_sim.config.events import RateCell
from workforce_sim.config.values import band_at
from workforce_sim.draws import Stream, category
from workforce_sim.errors import SimulationError
from workforce_sim.money import PPM, half_up, ppm
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
from workforce_sim.reference.uncertainty import multiplied
from workforce_sim.reference.year import Year, milli_at


def termination_weights(people: Sequence[PersonYear], year: Year) -> list[int]:
    """Return the relative risk of leaving, ppm, of each of the opening staff: factors, or rate x level factor."""
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
    """Choose the leavers among opening staff, and give each a date and a cause."""
    if year.rates_as_given:
        chances = [multiplied(weight, year.exit_factor_ppm) / PPM for weight in weights]
    else:
        chances = chances_in_proportion(weights, growth.leavers_ppm)
    profile = cumulated_days(year.config.terminations.month_weights, year.year)
    cause = _cause_of(year)
    for rank, person in enumerate(_leavers(people, chances, growth.leavers_ppm, Stream.TERMINATION, year), start=1):
        u = year.u(person.employee, Stream.LEAVING_DATE)
        person.last_day = date_between(u, year.first, year.last, profile)
        person.cause = "reduction" if rank > growth.ordinary else cause(person)


def terminate_hires(hires: Sequence[PersonYear], growth: Growth, year: Year) -> None:
    """Choose the leavers among the year's hires, likelier the longer they could stay; give each a date and a cause."""
    weights = [(year.last - person.first_day).days for person in hires]
    chances = chances_in_proportion(weights, growth.hires_leaving_ppm)
    cause = _cause_of(year)
    for person in _leavers(hires, chances, growth.hires_leaving_ppm, Stream.HIRE_TERMINATION, year):
        u = year.u(person.employee, Stream.HIRE_LEAVING_DATE)
        person.last_day = date_between(u, person.first_day + DAY, year.last)
        person.cause = cause(person)


def _leavers(
    people: Sequence[PersonYear], chances: Sequence[float], leavers_ppm: int, stream: Stream, year: Year
) -> list[PersonYear]:
    """Return who leaves: in exact mode that many, in the order of the ranking; in stochastic mode those with u < q."""
    us = [year.u(person.employee, stream) for person in people]
    if not year.exact:
        return [person for person, u, q in zip(people, us, chances, strict=True) if u < q]
    order = taking_order(chances, us, [person.employee.key for person in people])
    number = leavers_ppm // PPM
    if number > len(order):
        raise SimulationError(
            f"{year.year}: {number} of {len(people)} opening staff must leave, but only {len(order)} have a "
            "termination weight above 0; raise the terminations factors or rates that are 0, or plan fewer leavers"
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


def _cause_of(year: Year) -> Callable[[PersonYear], str]:
    """Return the draw of a cause by age on 1 January, of hires on the hire date."""
    shares = cache(lambda age: cumulative(band_at(year.config.terminations.causes, age).ppm))

    def cause(person: PersonYear) -> str:
        x = millionths(year.u(person.employee, Stream.CAUSE))
        return CAUSES[category(x, shares(person.age))]

    return cause
