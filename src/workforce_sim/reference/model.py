"""The reference model: one employee at a time in plain Python, to be checked against the model document.

The fast engine must equal it row for row and cent for cent. The order of a year is here; each chapter has a module
of its name. Conventions and chance are in ``chance``, earnings in ``raises``, changes of deferral rates in
``deferral``, balances and forfeitures in ``accounts``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from workforce_sim.census.opening import Opening
from workforce_sim.config import Config
from workforce_sim.reference.accounts import Forfeitures, close_accounts, fold_balances
from workforce_sim.reference.amendments import amend
from workforce_sim.reference.census import census_of, has_rates, joiners_of
from workforce_sim.reference.classes import find_classes
from workforce_sim.reference.compensated import find_highly_compensated, keep_pay, settle_prior_pay
from workforce_sim.reference.eligibility import enter_eligibility, find_eligibility
from workforce_sim.reference.enrollment import (
    draw_participation,
    enroll,
    find_automatic_dates,
    settle_participants,
)
from workforce_sim.reference.growth import headcount_growth
from workforce_sim.reference.hires import hire, level_weights
from workforce_sim.reference.leave import decide_leave
from workforce_sim.reference.other_pay import pay_beside_salary
from workforce_sim.reference.planned import (
    decide_numbers,
    decide_raises,
    end_seasons,
    groups_of,
    keep_paths,
    lay_off,
    terminate_group_hires,
    terminate_groups,
)
from workforce_sim.reference.planned_hires import hire_planned, known_hires
from workforce_sim.reference.promotions import decide_promotions, find_vacancies
from workforce_sim.reference.raises import decide_cost_of_living, decide_lifts, decide_merit, walk_salaries
from workforce_sim.reference.records import Employee, PersonYear, person_year
from workforce_sim.reference.retirement import find_eligible_to_retire
from workforce_sim.reference.returns import come_back, former_employees, who_returns
from workforce_sim.reference.tables import Book
from workforce_sim.reference.terminations import terminate_hires, terminate_opening_staff, termination_weights
from workforce_sim.reference.year import Run, Year
from workforce_sim.tables.output import Tables


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
    acquired = joiners_of(opening, config.random_seed, replicate)
    forfeitures = Forfeitures()
    for number in config.simulation.years:
        year = Year(run, number)
        joiners = [employee for employee in acquired if year.first <= employee.first_day <= year.last]
        people = plan_year(staff, year, forfeitures, joiners)
        book = Book(opening, replicate, config.at(number))
        book.add(number, people, forfeitures.used_cents)
        yield book.frames()
        staff = [person.employee for person in people if person.cause is None]


def set_up(config: Config, opening: Opening, *, replicate: int = 0) -> tuple[list[Employee], Run]:
    """Return the employees of the opening, one by one, and what a run knows before its first year."""
    staff = census_of(opening, config.random_seed, replicate)
    fold_balances(staff, config)
    if config.census.known_exits != "honor":
        for employee in staff:
            employee.leaves_on = None
    if config.plan.enabled:
        find_classes(staff, config, opening.levels, None)
        _open_plan(staff, config, draw_rates=not has_rates(opening))
    return staff, Run(config, opening.levels, staff, replicate)


def _open_plan(census: Sequence[Employee], config: Config, *, draw_rates: bool) -> None:
    """Find who of the census may join the plan, and who is in it; where it has no rates, by chance."""
    find_eligibility(census, config)
    if draw_rates:
        draw_participation(census, config)
    settle_participants(census, config)
    find_automatic_dates(census, config)
    settle_prior_pay(census, config)


def plan_year(
    staff: Sequence[Employee], year: Year, forfeitures: Forfeitures, joiners: Sequence[Employee] = ()
) -> list[PersonYear]:
    """Take the opening staff through one plan year; return everybody employed in it, with closing level and salary."""
    if year.config.plan.enabled:
        amend(staff, year)
    opening = [person_year(employee, year.first, year.last) for employee in staff]
    people = _planned(opening, joiners, year) if year.run.config.is_planned else _ordinary(opening, year)
    find_eligible_to_retire(people, year)
    if year.config.compensation.other_pay:
        pay_beside_salary(people, year)
    if year.config.plan.enabled:
        enter_eligibility(people)
        enroll(people, year)
        find_highly_compensated(people, year)
        close_accounts(people, year, forfeitures)
        keep_pay(people, year)
    year.run.former += former_employees(people, year)
    return people


def _ordinary(opening: Sequence[PersonYear], year: Year) -> list[PersonYear]:
    """Take a year through terminations, hires, promotions and raises."""
    weights = termination_weights(opening, year)
    growth = headcount_growth(weights, year)
    terminate_opening_staff(opening, weights, growth, year)
    vacancies = find_vacancies(opening, year)
    returning = who_returns(growth.hires, year)
    staff = [person.employee for person in opening]
    newcomers = hire(growth.hires - len(returning), level_weights(staff, vacancies, returning, year), year)
    hires = [person_year(employee, year.first, year.last) for employee in newcomers]
    _offer_plan(hires, year)
    hires += [come_back(former, year) for former in returning]
    terminate_hires(hires, growth, year)
    people = [*opening, *hires]
    decide_leave(people, year)
    decide_promotions(people, vacancies, year)
    decide_cost_of_living(people, year)
    decide_lifts(people, year)
    decide_merit(people, year)
    walk_salaries(people, year)
    return people


def _planned(opening: Sequence[PersonYear], joiners: Sequence[Employee], year: Year) -> list[PersonYear]:
    """Take a year through the same where anything is known or planned, group by group."""
    end_seasons(opening, year)
    lay_off(opening, year)
    groups, known = groups_of(opening, year), known_hires(year)
    decide_numbers(groups, {name: len(hires) for name, hires in known.items()}, year)
    terminate_groups(groups)
    seasonal = hire_planned(groups, known, year)
    joining = [person_year(employee, year.first, year.last) for employee in joiners]
    hires = [person for group in groups for person in group.hires]
    newcomers = [*hires, *seasonal, *joining]
    _offer_plan(newcomers, year)
    terminate_group_hires(groups)
    end_seasons(seasonal, year)
    keep_paths(groups, joining, year)
    decide_leave([*opening, *newcomers], year)
    decide_raises(groups, [*seasonal, *joining], year)
    return [*opening, *newcomers]


def _offer_plan(hires: Sequence[PersonYear], year: Year) -> None:
    """Find who of the year's hires may join the plan, if there is one."""
    if year.config.plan.enabled:
        newcomers = [person.employee for person in hires]
        find_classes(newcomers, year.config, year.run.levels, year.run.union_chance)
        find_eligibility(newcomers, year.config)
        find_automatic_dates(newcomers, year.config)
