"""Hires: level, age, date, department and pay of the year's new employees.

Chapter: ``docs/model/hires.md``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workforce_sim.assumptions import Assumptions
from workforce_sim.dates import Ints, PlanYear, dates_in_year, days_in_leap_year, years_before
from workforce_sim.draws import Draws, Keys, Stream, Uniforms, person_numbers
from workforce_sim.frames import Events
from workforce_sim.money import PPM, half_up, ppm, quota
from workforce_sim.pay import PayScale
from workforce_sim.staff import Flags, Rows, Staff, birth_years, selection

FULL_TIME_HOURS = 2080


@dataclass(frozen=True)
class CensusCounts:
    """Census counts that hiring follows: staff by level, and cumulative ppm by department (none last)."""

    levels: list[int]
    departments: Ints


@dataclass(frozen=True)
class Hires:
    """The year's hires and their age on the hire date."""

    staff: Staff
    age: Ints


def census_counts(staff: Staff, levels: int, departments: int) -> CensusCounts:
    """Count the opening staff of the start year by level and by department."""
    by_department = np.bincount(staff.department, minlength=departments + 1)
    shares = quota(PPM, by_department.tolist()) if len(staff) else [0] * departments + [PPM]
    return CensusCounts(np.bincount(staff.level, minlength=levels).tolist(), np.cumsum(shares))


def decide(
    counts: list[int],
    year: PlanYear,
    assumptions: Assumptions,
    mix: list[list[int]],
    departments: Ints,
    scale: PayScale,
    replicates: tuple[int, ...],
    draws: Draws,
) -> Hires:
    """Return the hires of every replicate, ``counts`` of each; ``mix`` weighs the levels of each replicate.

    Identities number the hires of a replicate from 0: row n is the n-th hire of the year in every replicate.
    """
    section = assumptions.config.hiring
    ordinal = np.concatenate([np.arange(n, dtype=np.int64) for n in counts])
    key = (ordinal + 1).astype(np.uint64) + np.uint64(year.year << 32)
    person = _persons(key, counts, replicates, draws.seed)
    hire = dates_in_year(draws.of(person, Stream.HIRE_DATE), year, year.profile(section.month_weights), year.last - 1)
    age = _ages(draws.of(person, Stream.HIRE_AGE), assumptions)
    hire_day = days_in_leap_year(hire, year)
    birth = years_before(hire_day, year.year, age) - np.floor(draws.of(person, Stream.BIRTHDAY) * 365).astype(np.int32)
    level = _levels(draws.of(person, Stream.HIRE_LEVEL), counts, mix)
    pay = scale.pay(level, _millionths(draws.of(person, Stream.HIRE_PAY)))
    pay, full_time = _part_time(pay, draws.of(person, Stream.HIRE_PART_TIME), assumptions, year.year)
    department = np.searchsorted(departments, _millionths(draws.of(person, Stream.HIRE_DEPARTMENT)), side="right")
    staff = Staff(
        identity=ordinal.astype(np.int32),
        key=key,
        person=person,
        replicate=np.repeat(np.arange(len(counts), dtype=np.int32), counts),
        birth=birth,
        birth_year=birth_years(birth),
        hire=hire,
        hire_year=np.full(len(key), year.year, dtype=np.int16),
        hire_day=hire_day.astype(np.int16),
        level=level.astype(np.int16),
        department=department.astype(np.int32),
        salary=pay,
        full_time=full_time,
    )
    return Hires(staff, age)


def _persons(key: Keys, counts: list[int], replicates: tuple[int, ...], seed: int) -> Keys:
    parts = np.split(key, np.cumsum(counts)[:-1])
    return np.concatenate([person_numbers(seed, r, part) for r, part in zip(replicates, parts, strict=True)])


def _millionths(u: Uniforms) -> Ints:
    return np.floor(u * PPM).astype(np.int64)


def _ages(u: Uniforms, assumptions: Assumptions) -> Ints:
    section = assumptions.config.hiring
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
            level[start + ascending(u[start : start + count])] = np.repeat(
                np.arange(len(weights)), quota(count, weights)
            )
        start += count
    return level


def ascending(u: Uniforms) -> Rows:
    """Return the order of the draws, equal ones as they stand."""
    order = np.argsort(u)
    ranked = u[order]
    return np.argsort(u, kind="stable") if (ranked[1:] == ranked[:-1]).any() else order


def level_mix(assumptions: Assumptions, census: CensusCounts, opening: Staff, replicates: int) -> list[list[int]]:
    """Return whole weights of the levels for each replicate: census or adaptive counts, or shares in ppm."""
    mix = assumptions.config.hiring.level_mix
    if mix == "adaptive":
        size = len(assumptions.levels)
        return [np.bincount(opening.level[part], minlength=size).tolist() for part in opening.bounds(replicates)]
    if mix == "census":
        return [census.levels] * replicates
    return [[ppm(mix.get(name, 0.0)) for name in assumptions.names]] * replicates


def _part_time(pay: Ints, u: Uniforms, assumptions: Assumptions, year: int) -> tuple[Ints, NDArray[np.int32]]:
    section = assumptions.config.hiring
    part_time = u < section.part_time_share.ppm(year) / PPM
    share = half_up(section.part_time_hours * PPM, FULL_TIME_HOURS)
    full_time = np.where(part_time, share, PPM).astype(np.int32)
    return np.where(part_time, half_up(pay * section.part_time_hours, FULL_TIME_HOURS), pay), full_time


def record(is_hire: Flags, staff: Staff) -> Events:
    """Return one hire row per hire, with salary and level after."""
    hires = selection(is_hire)
    return Events("hire", hires, staff.hire[hires], salary_after=staff.salary[hires], level_after=staff.level[hires])
