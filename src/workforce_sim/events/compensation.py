"""Raises and earnings: cost of living, merit, and the walk of each salary through the year.

Chapter: ``docs/model/raises.md``. Salaries are walked in date order (on one day: promotion, cost of living, merit).
Merit is the hinge: its pool needs everybody's salary just before their merit date, so the walk runs up to there,
the pool is spent, and the walk goes on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workforce_sim.assumptions import Assumptions
from workforce_sim.dates import Days, Ints, PlanYear, dates_in_year
from workforce_sim.draws import Draws, Stream
from workforce_sim.events import promotion
from workforce_sim.events.promotion import Promotions, employed_with_tenure
from workforce_sim.frames import Events
from workforce_sim.money import PPM, half_up, raised
from workforce_sim.pay import PayScale
from workforce_sim.staff import Flags, Rows, Staff, group_sums, selection

_NEVER = np.int32(2**31 - 1)


@dataclass(frozen=True)
class Dates:
    """When raises fall: the day of the cost-of-living increase and who gets it; each one's merit date or never."""

    cola: int
    has_cola: Flags
    merit: Days
    has_merit: Flags


@dataclass
class Walk:
    """Salaries on their way through the year, with what each raise made of them."""

    salary: Ints
    cola_before: Ints
    cola_after: Ints
    merit_before: Ints
    merit_after: Ints


def dates(
    staff: Staff, is_hire: Flags, last_day: Days, year: PlanYear, assumptions: Assumptions, draws: Draws
) -> Dates:
    """Return who gets which raise, and when."""
    section = assumptions.config.compensation
    cola = year.day(section.cola_date)
    has_cola = (last_day >= cola) & (~is_hire | (staff.hire < cola))
    if section.fixed_merit_date is None:
        profile = year.profile(section.merit_month_weights)
        merit = dates_in_year(draws.of(staff.person, Stream.MERIT_DATE), year, profile)
    else:
        merit = np.full(len(staff), year.day(section.fixed_merit_date), dtype=np.int32)
    everybody = np.arange(len(staff))
    has_merit = employed_with_tenure(staff, everybody, merit, last_day, section.merit_minimum_tenure, year)
    return Dates(cola, has_cola, np.where(has_merit, merit, _NEVER), has_merit)


def decide(
    staff: Staff,
    when: Dates,
    promotions: Promotions,
    scale: PayScale,
    assumptions: Assumptions,
    replicates: int,
    year: PlanYear,
    draws: Draws,
) -> Walk:
    """Walk every salary through the year; fills in the salaries of ``promotions``."""
    cola_rate = assumptions.config.compensation.cola_rate.ppm(year.year)
    walk = Walk(staff.salary, staff.salary, staff.salary, staff.salary, staff.salary)
    before_merit = promotions.date <= when.merit[promotions.rows]
    cola_first = when.cola <= when.merit
    _round(walk, staff, when.cola, when.has_cola & cola_first, cola_rate, promotions, before_merit, scale, assumptions)
    _merit(walk, staff, when, promotions.rows[before_merit], assumptions, replicates, year.year, draws)
    _round(
        walk, staff, when.cola, when.has_cola & ~cola_first, cola_rate, promotions, ~before_merit, scale, assumptions
    )
    return walk


def _round(
    walk: Walk,
    staff: Staff,
    cola: int,
    gets_cola: Flags,
    cola_rate: int,
    promotions: Promotions,
    chosen: Flags,
    scale: PayScale,
    assumptions: Assumptions,
) -> None:
    """Apply chosen promotions up to the cost-of-living date, the increase, and the promotions after it."""
    early = promotions.date <= cola
    _promote(walk, staff, promotions, chosen & early, scale, assumptions)
    if gets_cola.any():
        after = np.where(gets_cola, raised(walk.salary, cola_rate), walk.salary)
        walk.cola_before = np.where(gets_cola, walk.salary, walk.cola_before)
        walk.cola_after = np.where(gets_cola, after, walk.cola_after)
        walk.salary = after
    _promote(walk, staff, promotions, chosen & ~early, scale, assumptions)


def _promote(
    walk: Walk, staff: Staff, promotions: Promotions, chosen: Flags, scale: PayScale, assumptions: Assumptions
) -> None:
    which = np.flatnonzero(chosen)
    if len(which) == 0:
        return
    rows = promotions.rows[which]
    before = walk.salary[rows]
    minimum = scale.minimum[staff.level[rows] + 1]
    after = promotion.new_salary(before, promotions.increase[which], minimum, assumptions)
    promotions.salary_before[which], promotions.salary_after[which] = before, after
    walk.salary = walk.salary.copy()
    walk.salary[rows] = after


def _merit(
    walk: Walk,
    staff: Staff,
    when: Dates,
    promoted: Rows,
    assumptions: Assumptions,
    replicates: int,
    year: int,
    draws: Draws,
) -> None:
    """Spend the pool: a fraction for every cell of level and rating, of the salary just before."""
    level = staff.level.astype(np.int64)
    level[promoted] += 1
    factors = assumptions.merit_factors
    cells = factors.size
    cell = level * factors.shape[1] + _ratings(staff, assumptions, draws)
    group = staff.replicate * cells + cell
    pool = assumptions.config.compensation.merit_pool.ppm(year)
    sums = group_sums(group[when.has_merit], walk.salary[when.has_merit], replicates * cells)
    fractions: list[int] = []
    for r in range(replicates):
        fractions += _fractions(pool, sums[r * cells : (r + 1) * cells], factors.ravel().tolist())
    after = raised(walk.salary, np.array(fractions, dtype=np.int64)[group])
    walk.merit_before = walk.salary
    walk.merit_after = np.where(when.has_merit, after, walk.salary)
    walk.salary = walk.merit_after


def _ratings(staff: Staff, assumptions: Assumptions, draws: Draws) -> Ints | int:
    shares = assumptions.rating_shares
    if len(shares) == 1:
        return 0
    x = np.floor(draws.of(staff.person, Stream.RATING) * PPM).astype(np.int64)
    return np.searchsorted(shares, x, side="right")


def _fractions(pool: int, payroll: list[int], factors: list[int]) -> list[int]:
    """Return the increase of each cell in ppm: pool x f x sum(w) / sum(w f), half up, in exact integers."""
    total = sum(payroll)
    weighted = sum(w * f for w, f in zip(payroll, factors, strict=True))
    if weighted == 0:
        return [0] * len(factors)
    return [half_up(pool * f * total, weighted) for f in factors]


def earnings(
    staff: Staff, last_day: Days, first_day: Days, when: Dates, promotions: Promotions, walk: Walk, year: PlanYear
) -> Ints:
    """Return pay earned in the year, cents: each day at the salary after that day's events, half up."""
    days = last_day.astype(np.int64) + 1
    total = staff.salary * (days - first_day)
    total += (walk.cola_after - walk.cola_before) * (days - when.cola)
    total += (walk.merit_after - walk.merit_before) * (days - when.merit)
    gained = promotions.salary_after - promotions.salary_before
    total[promotions.rows] += gained * (days[promotions.rows] - promotions.date)
    return half_up(total, year.days)


def record(when: Dates, walk: Walk) -> list[Events]:
    """Return the cost-of-living and merit rows of those whose salary changed."""
    cola = selection(walk.cola_after != walk.cola_before)
    merit = selection(walk.merit_after != walk.merit_before)
    return [
        Events("cola", cola, when.cola, salary_before=walk.cola_before[cola], salary_after=walk.cola_after[cola]),
        Events(
            "merit",
            merit,
            when.merit[merit],
            salary_before=walk.merit_before[merit],
            salary_after=walk.merit_after[merit],
        ),
    ]
