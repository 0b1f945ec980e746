"""Hires: level, age, date, department and pay of the year's new employees.

Chapter: ``docs/model/hires.md``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from workforce_sim.config import Hiring
from workforce_sim.config.actions import FULL_TIME_HOURS
from workforce_sim.dates import Days, Ints, dates_in_year, days_in_leap_year, years_before
from workforce_sim.draws import Keys, Stream, Uniforms, person_numbers
from workforce_sim.engine.columns import Array, Columns, Rows, reached
from workforce_sim.engine.context import Year
from workforce_sim.engine.event import Declared, mapped, with_arrays
from workforce_sim.engine.event import Rows as LedgerRows
from workforce_sim.engine.events import eligibility
from workforce_sim.engine.events.retirement import ADDED
from workforce_sim.engine.partitions import stacked
from workforce_sim.engine.state import STATE, birth_years, frame_of, without_plan
from workforce_sim.money import PPM, half_up, ppm, quota
from workforce_sim.plan.classes import NOT_SAID, Applicants


def _hire(staff: pl.LazyFrame, year: Year) -> pl.LazyFrame:
    """Add the hires to the staff."""
    hires = year.given["employment"].hires
    return mapped(staff, lambda frame: together(frame, hires, year.replicates))


def together(opening: pl.DataFrame, hires: pl.DataFrame, replicates: int) -> pl.DataFrame:
    """Return opening staff and hires, by replicate; columns of a user's events are null for hires."""
    bounds = zip(Columns(opening).bounds(replicates), Columns(hires).bounds(replicates), strict=True)
    parts = [part for before, new in bounds for part in _placed(opening[before], hires[new])]
    same = opening.columns == hires.columns
    return stacked(parts).rechunk() if same else pl.concat(parts, how="diagonal", rechunk=True)


def _placed(opening: pl.DataFrame, hires: pl.DataFrame) -> Iterable[pl.DataFrame]:
    """Return one replicate in parts: hires where their keys belong in staff in the order of keys, else at the end."""
    keys, new = opening["key"], hires["key"]
    if not (len(new) and keys.is_sorted() and new.is_sorted()):
        return opening, hires
    place, end = keys.search_sorted(new[0]), keys.search_sorted(new[-1])
    return (opening[:place], hires, opening[place:]) if place == end else (opening, hires)


@dataclass(frozen=True)
class Strangers:
    """Hires of whom only number, key and replicate are known yet."""

    counts: list[int]
    ordinal: NDArray[np.int32]
    key: Keys
    person: Keys


def strangers(counts: list[int], year: Year) -> Strangers:
    """Return the hires of every replicate, ``counts`` of each; the n-th has the same key in every replicate."""
    ordinal = np.concatenate([np.arange(1, n + 1, dtype=np.int32) for n in counts])
    key = ordinal.astype(np.uint64) + np.uint64(year.number << 32)
    return Strangers(counts, ordinal, key, _persons(key, counts, year))


def decide(counts: list[int], mix: list[list[int]], year: Year, *, named: bool) -> pl.DataFrame:
    """Return the hires of every replicate, ``counts`` of each.

    The n-th hire of a year has the same key and id in every replicate.

    Args:
        counts: hires by replicate.
        mix: whole weights of the levels by replicate.
        year: the plan year.
        named: whether the staff carry ids.
    """
    who = strangers(counts, year)
    level = levels(year.draw(who.person, Stream.HIRE_LEVEL), counts, mix)
    curve = level + _first_curves(counts, year)
    pay, full_time = part_time(drawn_pay(curve, who.person, year), who.person, year)
    place = millionths(year.draw(who.person, Stream.HIRE_DEPARTMENT))
    return made(
        who,
        year,
        named=named,
        hire=drawn_dates(who.person, year),
        level=level,
        department=_departments(place, counts, year),
        salary_cents=pay,
        full_time_ppm=full_time,
    )


def _first_curves(counts: list[int], year: Year) -> Ints | int:
    """Return the first curve of each hire's employer."""
    if not year.world.several:
        return 0
    return np.repeat([employer.first_curve for employer in year.world.employers], counts)


def _departments(place: Ints, counts: list[int], year: Year) -> Array:
    """Return departments in the shares of each hire's employer."""
    world = year.world
    if not world.several:
        return reached(world.employer.department_shares, place)
    parts = zip(world.employers, np.split(place, np.cumsum(counts)[:-1]), strict=True)
    return np.concatenate([reached(each.department_shares, part) for each, part in parts])


def drawn_dates(person: Keys, year: Year) -> Days:
    """Return hire dates that are drawn."""
    profile = year.calendar.profile(year.config.hiring.month_weights)
    return dates_in_year(year.draw(person, Stream.HIRE_DATE), year.calendar, profile, year.last - 1)


def drawn_pay(level: Ints, person: Keys, year: Year) -> Ints:
    """Return full-time pay along the curve of each level, cents; of several employers, along that row of the scale."""
    return year.scale.pay(level, millionths(year.draw(person, Stream.HIRE_PAY)))


def made(
    who: Strangers,
    year: Year,
    *,
    named: bool,
    hire: Days,
    level: Ints,
    department: Array,
    salary_cents: Ints,
    full_time_ppm: Array,
) -> pl.DataFrame:
    """Return hires as staff: with ages and births drawn, and no history in the plan."""
    draw, person = year.draw, who.person
    hire_day = days_in_leap_year(hire, year.calendar)
    age = _ages(draw(person, Stream.HIRE_AGE), year.config.hiring)
    days = np.floor(draw(person, Stream.BIRTHDAY) * 365).astype(np.int32)
    birth = years_before(hire_day, year.number, age) - days
    people = _applicants(hire, birth, full_time_ppm, level, department.astype(np.int32), person, year)
    in_plan = _in_plan(people, person, year)
    hires = frame_of(
        _ids(who.ordinal, year) if named else None,
        key=who.key,
        person=person,
        replicate=np.repeat(np.arange(len(who.counts), dtype=np.int32), who.counts),
        birth_date=birth,
        birth_year=birth_years(birth),
        hire_date=hire,
        hire_year=np.full(len(who.key), year.number, dtype=np.int16),
        hire_day=hire_day.astype(np.int16),
        level=level.astype(np.int16),
        department=department.astype(np.int32),
        salary_cents=salary_cents,
        full_time_ppm=full_time_ppm,
        **{name: in_plan[name] for name in STATE if name in in_plan},
        owner=np.zeros(len(who.key), dtype=np.uint8),
    )
    hires = hires.with_columns(year.world.kept) if year.world.kept else hires
    kept = {name: in_plan[name] for name in hires.columns if name in in_plan and name not in STATE}
    return with_arrays(hires, {**kept, **risk_of_hires(age, np.zeros_like(age), year)})


def risk_of_hires(age: Ints, tenure: Ints, year: Year) -> dict[str, Array]:
    """Return the columns of ``risk`` and ``retirement``, which have no effect on hires."""
    nothing = np.zeros(len(age), dtype=np.int64)
    years = {"age": age.astype(np.int32), "tenure": tenure.astype(np.int32)}
    found: dict[str, Array] = {**years, "weight": nothing, "chance": nothing.astype(np.float64)}
    return found if year.config.terminations.retirement is None else found | {ADDED: nothing}


def _applicants(
    hire: Days, birth: Days, full_time: Array, level: Ints, department: Array, person: Keys, year: Year
) -> Applicants:
    """Return what entry into the plan depends on."""
    return Applicants(
        hire=hire,
        birth=birth,
        full_time=full_time.astype(np.int64),
        level=level,
        department=department,
        levels=year.assumptions.names,
        departments=year.world.department_names,
        union=eligibility.union_of_hires(department, person, year),
        nonresident=np.full(len(hire), NOT_SAID, dtype=np.uint8),
    )


def _in_plan(people: Applicants, person: Keys, year: Year) -> dict[str, Array]:
    """Return the columns of the plan for employees without a history in it."""
    joined = eligibility.of_hires(people, person, year)
    automatic = eligibility.automatic_of_hires(joined["eligibility_date"], people.hire, year)
    return {**joined, **without_plan(len(person)), "automatic_date": automatic}


def _ids(ordinal: NDArray[np.int32], year: Year) -> pl.Series:
    numbers = pl.lit(pl.Series(ordinal)).cast(pl.String).str.zfill(6)
    return pl.select((pl.lit(f"NH-{year.number}-") + numbers).alias("employee_id")).to_series()


def _persons(key: Keys, counts: list[int], year: Year) -> Keys:
    parts = zip(year.world.drawn_as, np.split(key, np.cumsum(counts)[:-1]), strict=True)
    return np.concatenate([person_numbers(year.config.random_seed, r, part) for r, part in parts])


def millionths(u: Uniforms) -> Ints:
    """Return draws in whole millionths, rounded down."""
    return np.floor(u * PPM).astype(np.int64)


def _ages(u: Uniforms, section: Hiring) -> Ints:
    upper = np.cumsum(section.age_ppm)
    x = millionths(u)
    band = reached(upper, x)
    starts, ends = np.array([(b.start, b.end) for b in section.ages], dtype=np.int64).T
    low, width = starts.take(band), np.array(section.age_ppm, dtype=np.int64).take(band)
    return np.asarray(low + (x - (upper.take(band) - width)) * (ends.take(band) - low) // width)


def levels(u: Uniforms, counts: list[int], mix: list[list[int]]) -> Ints:
    """Assign level quotas in ascending order of the draw, ties by key (rows of a replicate are in key order)."""
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
    """Return the order of the draws; equal draws keep their order."""
    order = np.argsort(u)
    ranked = u[order]
    return np.argsort(u, kind="stable") if (ranked[1:] == ranked[:-1]).any() else order


def level_mix(opening: list[NDArray[np.int16]], year: Year) -> list[list[int]]:
    """Return whole weights of the levels for each replicate by rates: census or adaptive counts, or shares in ppm.

    ``opening`` has the levels of the opening staff by replicate, if the mix adapts to them.
    """
    mix, names = year.config.hiring.level_mix, year.assumptions.names
    if mix == "adaptive":
        return [np.bincount(levels, minlength=len(names)).tolist() for levels in opening]
    if mix is None or mix == "census":
        return [employer.level_counts for employer in year.world.employers]
    return [[ppm(mix.get(name, 0.0)) for name in names]] * year.replicates


def part_time(pay: Ints, person: Keys, year: Year) -> tuple[Ints, NDArray[np.int32]]:
    """Return pay and full-time share of hires, of whom some are drawn to work part-time."""
    section = year.config.hiring
    part = year.draw(person, Stream.HIRE_PART_TIME) < section.part_time_share.ppm(year.number) / PPM
    share = half_up(section.part_time_hours * PPM, FULL_TIME_HOURS)
    full_time = np.where(part, share, PPM).astype(np.int32)
    return np.where(part, half_up(pay * section.part_time_hours, FULL_TIME_HOURS), pay), full_time


IS_HIRE = pl.col("is_hire") != 0
HIRED = LedgerRows(
    "hire", IS_HIRE, "hire_date", {"salary_after_cents": pl.col("salary_cents"), "level_after": pl.col("level")}
)
hire = Declared(
    "hire",
    _hire,
    adds={},
    ledger=(HIRED,),
    snapshot={
        "birth_date": pl.col("birth_date"),
        "hire_date": pl.col("hire_date"),
        "department": pl.col("department"),
        "full_time_ppm": pl.col("full_time_ppm"),
        "opening_salary_cents": pl.when(~IS_HIRE).then(pl.col("salary_cents")),
    },
    used=lambda config: not config.is_planned and "rehires" not in config.provisions,
)
