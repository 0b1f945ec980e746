"""Hires: level, age, date, department and pay of the year's new employees.

Chapter: ``docs/model/hires.md``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workforce_sim.config import Hiring
from workforce_sim.context import Context, Employed
from workforce_sim.dates import Ints, dates_in_year, days_in_leap_year, years_before
from workforce_sim.draws import Keys, Stream, Uniforms, person_numbers
from workforce_sim.events import eligibility
from workforce_sim.frames import Events
from workforce_sim.money import PPM, half_up, ppm, quota
from workforce_sim.staff import Rows, Staff, birth_years, selection, without_plan

FULL_TIME_HOURS = 2080


@dataclass(frozen=True)
class Hires:
    """The year's hires and their age on the hire date."""

    staff: Staff
    age: Ints


def decide(counts: list[int], opening: Staff, context: Context) -> Hires:
    """Return the hires of every replicate, ``counts`` of each.

    Identities number the hires of a replicate from 0: row n is the n-th hire of the year in every replicate.
    """
    year, draw = context.year, context.draw
    ordinal = np.concatenate([np.arange(n, dtype=np.int32) for n in counts])
    key = (ordinal + 1).astype(np.uint64) + np.uint64(year.year << 32)
    person = _persons(key, counts, context)
    profile = year.profile(context.config.hiring.month_weights)
    hire = dates_in_year(draw(person, Stream.HIRE_DATE), year, profile, year.last - 1)
    hire_day = days_in_leap_year(hire, year)
    age = _ages(draw(person, Stream.HIRE_AGE), context.config.hiring)
    days = np.floor(draw(person, Stream.BIRTHDAY) * 365).astype(np.int32)
    birth = years_before(hire_day, year.year, age) - days
    level = _levels(draw(person, Stream.HIRE_LEVEL), counts, _mix(opening, context))
    pay = context.scale.pay(level, _millionths(draw(person, Stream.HIRE_PAY)))
    pay, full_time = _part_time(pay, draw(person, Stream.HIRE_PART_TIME), context)
    place = _millionths(draw(person, Stream.HIRE_DEPARTMENT))
    eligible = eligibility.of_hires(hire, birth, person, context)
    staff = Staff(
        identity=ordinal,
        key=key,
        person=person,
        replicate=np.repeat(np.arange(len(counts), dtype=np.int32), counts),
        birth=birth,
        birth_year=birth_years(birth),
        hire=hire,
        hire_year=np.full(len(key), year.year, dtype=np.int16),
        hire_day=hire_day.astype(np.int16),
        level=level.astype(np.int16),
        department=np.searchsorted(context.world.department_shares, place, side="right").astype(np.int32),
        salary=pay,
        full_time=full_time,
        eligible=eligible,
        **without_plan(len(key), year.year) | {"automatic": eligibility.automatic_of_hires(eligible, hire, context)},
    )
    return Hires(staff, age)


def _persons(key: Keys, counts: list[int], context: Context) -> Keys:
    parts = zip(context.world.lucks, np.split(key, np.cumsum(counts)[:-1]), strict=True)
    return np.concatenate([person_numbers(context.config.random_seed, r, part) for r, part in parts])


def _millionths(u: Uniforms) -> Ints:
    return np.floor(u * PPM).astype(np.int64)


def _ages(u: Uniforms, section: Hiring) -> Ints:
    upper = np.cumsum(section.age_ppm)
    x = _millionths(u)
    band = np.searchsorted(upper, x, side="right")
    low, high = np.array([(b.start, b.end) for b in section.ages], dtype=np.int64)[band].T
    width = np.array(section.age_ppm, dtype=np.int64)[band]
    return np.asarray(low + (x - (upper[band] - width)) * (high - low) // width)


def _levels(u: Uniforms, counts: list[int], mix: list[list[int]]) -> Ints:
    """Give out level quotas in ascending order of the draw, ties by key (rows of a replicate are in key order)."""
    level = np.empty(len(u), dtype=np.int64)
    start = 0
    for count, weights in zip(counts, mix, strict=True):
        if count:
            level[start + _ascending(u[start : start + count])] = np.repeat(
                np.arange(len(weights)), quota(count, weights)
            )
        start += count
    return level


def _ascending(u: Uniforms) -> Rows:
    """Return the order of the draws, equal ones as they stand."""
    order = np.argsort(u)
    ranked = u[order]
    return np.argsort(u, kind="stable") if (ranked[1:] == ranked[:-1]).any() else order


def _mix(opening: Staff, context: Context) -> list[list[int]]:
    """Return whole weights of the levels for each replicate: census or adaptive counts, or shares in ppm."""
    mix, names = context.config.hiring.level_mix, context.assumptions.names
    if mix == "adaptive":
        parts = opening.bounds(context.replicates)
        return [np.bincount(opening.level[part], minlength=len(names)).tolist() for part in parts]
    if mix == "census":
        return [context.world.level_counts] * context.replicates
    return [[ppm(mix.get(name, 0.0)) for name in names]] * context.replicates


def _part_time(pay: Ints, u: Uniforms, context: Context) -> tuple[Ints, NDArray[np.int32]]:
    section = context.config.hiring
    part_time = u < section.part_time_share.ppm(context.year.year) / PPM
    share = half_up(section.part_time_hours * PPM, FULL_TIME_HOURS)
    full_time = np.where(part_time, share, PPM).astype(np.int32)
    return np.where(part_time, half_up(pay * section.part_time_hours, FULL_TIME_HOURS), pay), full_time


def record(employed: Employed) -> Events:
    """Return one hire row per hire, with salary and level after."""
    rows, staff = selection(employed.is_hire), employed.staff
    return Events("hire", rows, staff.hire[rows], salary_after=staff.salary[rows], level_after=staff.level[rows])
