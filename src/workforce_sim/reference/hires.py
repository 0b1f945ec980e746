"""The reference model, chapter 6: hires of a plan year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise

from workforce_sim import draws
from workforce_sim.draws import Stream, category
from workforce_sim.money import PPM, half_up, ppm, quota
from workforce_sim.reference.chance import (
    DAY,
    cumulated_days,
    cumulative,
    date_between,
    millionths,
    years_before,
)
from workforce_sim.reference.promotions import Vacancies
from workforce_sim.reference.records import FULL_TIME_HOURS, Employee, Former
from workforce_sim.reference.returns import less_returning
from workforce_sim.reference.year import Knots, Year, count_levels


def hire(number: int, weights: Sequence[int], year: Year) -> list[Employee]:
    """Return the year's hires, number 1 and on, at levels by weight; the n-th is the same person in every scenario."""
    hires = [stranger(ordinal, year) for ordinal in range(1, number + 1)]
    give_levels(hires, weights, year)
    profile = cumulated_days(year.config.hiring.month_weights, year.year)
    ages = cumulative(year.config.hiring.age_ppm)
    part_time = year.config.hiring.part_time_share.ppm(year.year) / PPM
    for employee in hires:
        employee.hire_date = date_between(year.u(employee, Stream.HIRE_DATE), year.first, year.last - DAY, profile)
        employee.birth_date = birth_date(employee, ages, year)
        employee.department = _department(employee, year)
        employee.salary_cents = pay_at(millionths(year.u(employee, Stream.HIRE_PAY)), year.pay_knots[employee.level])
        if year.u(employee, Stream.HIRE_PART_TIME) < part_time:
            make_part_time(employee, year.config.hiring.part_time_hours)
    return hires


def pay_at(place: int, knots: Knots) -> int:
    """Return the pay at ``place`` millionths on straight lines through the knots, half up."""
    for (a, low), (b, high) in pairwise(knots):
        if place < b:
            return half_up((b - place) * low + (place - a) * high, b - a)
    raise ValueError("a place is below 10^6")


def stranger(ordinal: int, year: Year) -> Employee:
    """Return a hire of whom only the key is known yet."""
    key = draws.hire_key(year.year, ordinal)
    return Employee(
        employee_id=draws.hire_id(year.year, ordinal),
        key=key,
        person=draws.person_number(year.config.random_seed, year.run.replicate, key),
        birth_date=year.first,
        hire_date=year.first,
        department=None,
        full_time_ppm=PPM,
        level=0,
        salary_cents=0,
    )


def give_levels(hires: Sequence[Employee], weights: Sequence[int], year: Year) -> None:
    """Give each level's quota out in ascending order of the draws."""
    if not hires:
        return
    quotas = quota(len(hires), weights)
    places = [place for place, count in enumerate(quotas) for _ in range(count)]
    in_order = sorted(hires, key=lambda employee: (year.u(employee, Stream.HIRE_LEVEL), employee.key))
    for employee, place in zip(in_order, places, strict=True):
        employee.level = place


def level_weights(
    opening_staff: Sequence[Employee], vacancies: Vacancies | None, returning: Sequence[Former], year: Year
) -> Sequence[int]:
    """Return the proportion of levels among hires: of who is missing from outside, or with rates of the level mix."""
    if vacancies is not None:
        return less_returning(vacancies.outside if any(vacancies.outside) else year.run.level_counts, returning)
    mix, levels = year.config.hiring.level_mix, year.run.levels
    if isinstance(mix, dict):
        return [ppm(mix.get(level.name, 0.0)) for level in levels]
    return count_levels(opening_staff, len(levels)) if mix == "adaptive" else year.run.level_counts


def birth_date(employee: Employee, ages_cumulative: Sequence[int], year: Year) -> dt.date:
    """Return the birth date: a band of ages, an age in it, and a day in the year before that birthday."""
    x = millionths(year.u(employee, Stream.HIRE_AGE))
    place = category(x, ages_cumulative)
    band = year.config.hiring.ages[place]
    below = ages_cumulative[place - 1] if place else 0
    age = band.start + (x - below) * (band.end - band.start) // (ages_cumulative[place] - below)
    days = int(year.u(employee, Stream.BIRTHDAY) * 365)
    return years_before(employee.hire_date, age) - dt.timedelta(days=days)


def _department(employee: Employee, year: Year) -> str | None:
    if not year.run.departments:
        return None
    x = millionths(year.u(employee, Stream.HIRE_DEPARTMENT))
    return year.run.departments[category(x, year.run.department_ppm)]


def make_part_time(employee: Employee, hours: int) -> None:
    """Pay a hire for the hours worked, half up."""
    employee.salary_cents = half_up(employee.salary_cents * hours, FULL_TIME_HOURS)
    employee.full_time_ppm = half_up(hours * PPM, FULL_TIME_HOURS)
