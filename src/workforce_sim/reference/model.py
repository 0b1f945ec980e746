"""The reference model: one employee at a time in plain Python, to be checked against the model document.

The fast engine must equal it row for row and cent for cent. It follows the chapters: the order of a year (3),
growth (4) and terminations (5) here; conventions and chance (1, 2) in ``chance``, a year's factor on
terminations in ``uncertainty``, hires (6) in ``hires``, promotions, raises and earnings (7, 8) in ``raises``,
the tables (11) in ``tables``. The plan is in ``eligibility``, ``enrollment`` and ``deferral``, its money in
``contributions`` and ``accounts``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import prod

import polars as pl

from workforce_sim.config import CAUSES, Config
from workforce_sim.config.events import RateCell
from workforce_sim.config.values import band_at
from workforce_sim.draws import Stream, category
from workforce_sim.errors import SimulationError
from workforce_sim.money import PPM, half_up, ppm, raised
from workforce_sim.opening import Opening, Tables
from workforce_sim.reference.accounts import Forfeitures, close_accounts
from workforce_sim.reference.chance import (
    DAY,
    chances_in_proportion,
    cumulated_days,
    cumulative,
    date_between,
    millionths,
    taking_order,
)
from workforce_sim.reference.compensated import find_highly_compensated, keep_pay, settle_prior_pay
from workforce_sim.reference.eligibility import enter_eligibility, find_eligibility
from workforce_sim.reference.enrollment import (
    draw_decliners,
    draw_participation,
    enroll,
    find_automatic_dates,
    settle_participants,
)
from workforce_sim.reference.hires import hire
from workforce_sim.reference.raises import decide_cost_of_living, decide_merit, decide_promotions, walk_salaries
from workforce_sim.reference.records import Employee, PersonYear, census_of, has_rates, person_year
from workforce_sim.reference.tables import Book
from workforce_sim.reference.uncertainty import multiplied
from workforce_sim.reference.year import Run, Year, milli_at


def simulate(config: Config, opening: Opening, *, replicate: int = 0) -> Tables:
    """Simulate every plan year of the configuration, one replicate.

    Returns:
        The ledger, one snapshot per employee and year, one line of summary per year; rows in no order.

    Raises:
        SimulationError: when a year needs more leavers than there are staff who can leave, or more hires
            than ``workforce.max_hires_ratio`` allows; when pay or a balance grows out of bounds.
    """
    parts = list(years(config, opening, replicate=replicate))
    return Tables(*(pl.concat([getattr(part, name) for part in parts]) for name in ("events", "snapshots", "summary")))


def years(config: Config, opening: Opening, *, replicate: int = 0) -> Iterator[Tables]:
    """Yield the tables of one plan year after another; raises as ``simulate`` does."""
    staff, run = set_up(config, opening, replicate=replicate)
    forfeitures = Forfeitures()
    for number in config.simulation.years:
        people = plan_year(staff, Year(run, number), forfeitures)
        book = Book(opening, replicate, config.plan)
        book.add(number, people, forfeitures.used_cents)
        yield book.frames()
        staff = [person.employee for person in people if person.cause is None]


def set_up(config: Config, opening: Opening, *, replicate: int = 0) -> tuple[list[Employee], Run]:
    """Return the employees of the opening, one by one, and what a run knows before its first year."""
    staff = census_of(opening, config.random_seed, replicate)
    if config.plan.enabled:
        _open_plan(staff, config, draw_rates=not has_rates(opening))
    return staff, Run(config, opening.levels, staff, replicate)


def _open_plan(census: Sequence[Employee], config: Config, *, draw_rates: bool) -> None:
    """Find who of the census may join the plan, and who is in it; where it has no rates, by chance."""
    find_eligibility(census, config)
    if draw_rates:
        draw_participation(census, config)
    settle_participants(census, config)
    find_automatic_dates(census, config)
    draw_decliners(census, config)
    settle_prior_pay(census, config)


# --- Chapter 3: the order of a year ---


def plan_year(staff: Sequence[Employee], year: Year, forfeitures: Forfeitures) -> list[PersonYear]:
    """Take the opening staff through one plan year; return everybody employed in it, with closing level and salary."""
    opening = [person_year(employee, year.first, year.last) for employee in staff]
    weights = termination_weights(opening, year)
    growth = headcount_growth(weights, year)
    terminate_opening_staff(opening, weights, growth, year)
    newcomers = hire(growth.hires, staff, year)
    if year.config.plan.enabled:
        _offer_plan(newcomers, year.config)
    hires = [person_year(employee, year.first, year.last) for employee in newcomers]
    terminate_hires(hires, growth, year)
    people = opening + hires
    decide_promotions(people, year)
    decide_cost_of_living(people, year)
    decide_merit(people, year)
    walk_salaries(people, year)
    if year.config.plan.enabled:
        enter_eligibility(people)
        enroll(people, year)
        find_highly_compensated(people, year)
        close_accounts(people, year, forfeitures)
        keep_pay(people, year)
    return people


def _offer_plan(newcomers: Sequence[Employee], config: Config) -> None:
    find_eligibility(newcomers, config)
    find_automatic_dates(newcomers, config)
    draw_decliners(newcomers, config)


# --- Chapter 4: growth ---


@dataclass(frozen=True)
class Growth:
    """How many leave and how many come in one year."""

    leavers_ppm: int
    """Opening staff to leave, in millionths: whole people in exact mode, expected ones in stochastic mode."""
    ordinary: int
    """Leavers beyond these, in their ranking, leave by reduction."""
    hires: int
    hires_leaving_ppm: int
    """Hires of the year to leave in it, in millionths."""


def headcount_growth(weights: Sequence[int], year: Year) -> Growth:
    """Return the numbers of one year for an opening of ``len(weights)`` employees; nobody makes none."""
    if not weights:
        return Growth(0, 0, 0, 0)
    rates = year.config.workforce
    growth_ppm = year.config.simulation.target_growth_rate.ppm(year.year)
    leaving_ppm = rates.total_termination_rate.ppm(year.year)
    hires_leaving_ppm = rates.new_hire_termination_rate.ppm(year.year)
    if year.exact:
        growth = exact_growth(len(weights), growth_ppm, leaving_ppm, hires_leaving_ppm, year.year)
    else:
        target = half_up(*_target_path(year))
        expected = _expected_leavers(weights, leaving_ppm, year)
        factor_ppm = year.exit_factor_ppm
        growth = stochastic_growth(
            len(weights), target, expected, leaving_ppm, hires_leaving_ppm, year.year, factor_ppm
        )
    _hires_within_ratio(growth.hires, len(weights), year)
    return growth


def exact_growth(
    opening: int, growth_ppm: int, leaving_ppm: int, hires_leaving_ppm: int, year: int | None = None
) -> Growth:
    """Return the numbers that close the year on its target exactly."""
    target = raised(opening, growth_ppm)
    ordinary = half_up(opening * leaving_ppm, PPM)
    net = target - (opening - ordinary)
    if net <= 0:
        return Growth(leavers_ppm=PPM * (ordinary - net), ordinary=ordinary, hires=0, hires_leaving_ppm=0)
    hires = _hires_of_whom_stay(net, hires_leaving_ppm, year)
    return Growth(PPM * ordinary, ordinary, hires, hires_leaving_ppm=PPM * (hires - net))


def stochastic_growth(
    opening: int,
    target: int,
    expected: int,
    leaving_ppm: int,
    hires_leaving_ppm: int,
    year: int | None = None,
    factor_ppm: int = PPM,
) -> Growth:
    """Return the numbers of a year in which everybody leaves freely: hires make good what is missing to the target.

    They are planned without the year's factor, which multiplies both rates of leaving once they are there.
    """
    missing = target - opening + expected
    hires = 0 if missing <= 0 else _hires_of_whom_stay(missing, hires_leaving_ppm, year)
    leavers_ppm = opening * multiplied(leaving_ppm, factor_ppm)
    return Growth(leavers_ppm, opening, hires, hires * multiplied(hires_leaving_ppm, factor_ppm))


def _hires_of_whom_stay(staying: int, hires_leaving_ppm: int, year: int | None) -> int:
    """Return the hires of whom so many stay to the end of the year."""
    if hires_leaving_ppm == PPM:
        when = "" if year is None else f"{year}: "
        raise SimulationError(
            f"{when}{staying} more staff are needed, and with workforce.new_hire_termination_rate 1 no hire stays; "
            "lower it, simulation.target_growth_rate or workforce.total_termination_rate"
        )
    return _ceiling(staying * PPM, PPM - hires_leaving_ppm)


def _target_path(year: Year) -> tuple[int, int]:
    """Return numerator and denominator of the census headcount grown through this year."""
    rates = year.config.simulation.target_growth_rate
    growth = [PPM + rates.ppm(y) for y in range(year.config.simulation.start_year, year.year + 1)]
    return year.run.headcount * prod(growth), int(PPM ** len(growth))


def _expected_leavers(weights: Sequence[int], leaving_ppm: int, year: Year) -> int:
    if _rates_as_given(year):
        return half_up(sum(min(weight, PPM) for weight in weights), PPM)
    return half_up(len(weights) * leaving_ppm, PPM)


def _rates_as_given(year: Year) -> bool:
    """Whether a configured table of rates decides as it stands: in stochastic mode."""
    return not year.exact and year.config.terminations.rates is not None


def _ceiling(numerator: int, denominator: int) -> int:
    return -(-numerator // denominator)


def _hires_within_ratio(hires: int, opening: int, year: Year) -> None:
    ratio = year.config.workforce.max_hires_ratio
    if hires > Fraction(str(ratio)) * opening:
        workforce = year.config.workforce
        raise SimulationError(
            f"{year.year}: {hires} hires for an opening of {opening} are more than workforce.max_hires_ratio "
            f"({ratio:g}) times as many; lower simulation.target_growth_rate "
            f"({year.config.simulation.target_growth_rate.at(year.year):g}), workforce.total_termination_rate "
            f"({workforce.total_termination_rate.at(year.year):g}) or workforce.new_hire_termination_rate "
            f"({workforce.new_hire_termination_rate.at(year.year):g}), or raise the ratio"
        )


# --- Chapter 5: terminations ---


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
    if _rates_as_given(year):
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
