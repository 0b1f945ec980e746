"""The reference model: one employee at a time in plain Python, to be checked against the model document.

The fast engine must equal it row for row and cent for cent. The order of a year is here; each chapter has a module
of its name. Conventions and chance are in ``chance``, earnings in ``raises``, changes of deferral rates in
``deferral``, balances and forfeitures in ``accounts``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from workforce_sim.config import Config
from workforce_sim.opening import Opening, Tables
from workforce_sim.reference.accounts import Forfeitures, close_accounts
from workforce_sim.reference.compensated import find_highly_compensated, keep_pay, settle_prior_pay
from workforce_sim.reference.eligibility import enter_eligibility, find_eligibility
from workforce_sim.reference.enrollment import (
    draw_decliners,
    draw_participation,
    enroll,
    find_automatic_dates,
    settle_participants,
)
from workforce_sim.reference.growth import headcount_growth
from workforce_sim.reference.hires import hire, level_weights
from workforce_sim.reference.promotions import decide_promotions, find_vacancies
from workforce_sim.reference.raises import decide_cost_of_living, decide_merit, walk_salaries
from workforce_sim.reference.records import Employee, PersonYear, census_of, has_rates, person_year
from workforce_sim.reference.tables import Book
from workforce_sim.reference.terminations import terminate_hires, terminate_opening_staff, termination_weights
from workforce_sim.reference.year import Run, Year


def simulate(config: Config, opening: Opening, *, replicate: int = 0) -> Tables:
    """Simulate every plan year of the configuration, one replicate.

    Returns:
        The ledger, one snapshot per employee and year, one line of summary per year; rows in no order.

    Raises:
        SimulationError: when a year needs more terminations than employees who can leave, or more hires
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
        book = Book(opening, replicate, config.at(number))
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


def plan_year(staff: Sequence[Employee], year: Year, forfeitures: Forfeitures) -> list[PersonYear]:
    """Take the opening staff through one plan year; return everybody employed in it, with closing level and salary."""
    opening = [person_year(employee, year.first, year.last) for employee in staff]
    weights = termination_weights(opening, year)
    growth = headcount_growth(weights, year)
    terminate_opening_staff(opening, weights, growth, year)
    vacancies = find_vacancies(opening, year)
    newcomers = hire(growth.hires, level_weights(staff, vacancies, year), year)
    if year.config.plan.enabled:
        _offer_plan(newcomers, year.config)
    hires = [person_year(employee, year.first, year.last) for employee in newcomers]
    terminate_hires(hires, growth, year)
    people = opening + hires
    decide_promotions(people, vacancies, year)
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
