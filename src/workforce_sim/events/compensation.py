"""Raises and earnings: cost of living, merit, and the walk of each salary through the year.

Chapter: ``docs/model/raises.md``. Salaries are walked in date order (on one day: promotion, cost of living, merit).
Merit is the hinge: its pool needs everybody's salary just before their merit date, so the walk runs up to there,
the pool is spent, and the walk goes on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workforce_sim.context import Context, Employed
from workforce_sim.dates import NEVER, Days, Ints, dates_in_year
from workforce_sim.draws import Stream
from workforce_sim.events.promotion import Promotions, employed_with_tenure, new_salary
from workforce_sim.frames import Events
from workforce_sim.money import PPM, half_up, raised, refuse_growth, refuse_merit
from workforce_sim.staff import Flags, Rows, Staff, group_sums, selection


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


def dates(employed: Employed, context: Context) -> Dates:
    """Return who gets which raise, and when."""
    staff, section, year = employed.staff, context.config.compensation, context.year
    cola = year.day(section.cola_date)
    has_cola = (employed.last_day >= cola) & (~employed.is_hire | (staff.hire < cola))
    if section.fixed_merit_date is None:
        u = context.draw(staff.person, Stream.MERIT_DATE)
        merit = dates_in_year(u, year, year.profile(section.merit_month_weights))
    else:
        merit = np.full(len(staff), year.day(section.fixed_merit_date), dtype=np.int32)
    has_merit = employed_with_tenure(employed, slice(None), merit, section.merit_minimum_tenure, year)
    return Dates(cola, has_cola, np.where(has_merit, merit, NEVER), has_merit)


def decide(employed: Employed, when: Dates, promotions: Promotions, context: Context) -> Walk:
    """Walk every salary through the year; fills in the salaries of ``promotions``.

    Raises:
        SimulationError: when anybody's pay grows beyond reason.
    """
    salary = employed.staff.salary
    walk = Walk(salary, salary, salary, salary, salary)
    before_merit = promotions.date <= when.merit[promotions.rows]
    cola_first = when.cola <= when.merit
    steps = _Steps(employed.staff, when, promotions, context)
    steps.around_cola(walk, when.has_cola & cola_first, before_merit)
    steps.merit(walk, promotions.rows[before_merit])
    steps.around_cola(walk, when.has_cola & ~cola_first, ~before_merit)
    refuse_growth(int(walk.salary.max(initial=0)), context.year.year)
    return walk


@dataclass(frozen=True)
class _Steps:
    """The steps of the walk, each changing it in place."""

    staff: Staff
    when: Dates
    promotions: Promotions
    context: Context

    def around_cola(self, walk: Walk, gets_cola: Flags, chosen: Flags) -> None:
        """Apply chosen promotions up to the cost-of-living date, the increase, and the promotions after it."""
        early = self.promotions.date <= self.when.cola
        self.promote(walk, np.flatnonzero(chosen & early))
        if gets_cola.any():
            rate = self.context.config.compensation.cola_rate.ppm(self.context.year.year)
            after = np.where(gets_cola, raised(walk.salary, rate), walk.salary)
            walk.cola_before = np.where(gets_cola, walk.salary, walk.cola_before)
            walk.cola_after = np.where(gets_cola, after, walk.cola_after)
            walk.salary = after
        self.promote(walk, np.flatnonzero(chosen & ~early))

    def promote(self, walk: Walk, which: Rows) -> None:
        """Apply promotions."""
        if len(which) == 0:
            return
        promotions = self.promotions
        rows = promotions.rows[which]
        before = walk.salary[rows]
        minimum = self.context.scale.minimum[self.staff.level[rows] + 1]
        after = new_salary(before, promotions.increase[which], minimum, self.context.config.promotion)
        promotions.salary_before[which], promotions.salary_after[which] = before, after
        walk.salary = walk.salary.copy()
        walk.salary[rows] = after

    def merit(self, walk: Walk, promoted: Rows) -> None:
        """Spend the pool on the salaries just before."""
        after = raised(walk.salary, self.merit_rates(walk, promoted))
        walk.merit_before = walk.salary
        walk.merit_after = np.where(self.when.has_merit, after, walk.salary)
        walk.salary = walk.merit_after

    def merit_rates(self, walk: Walk, promoted: Rows) -> Ints | int:
        """Return everybody's increase in ppm, by cell of level and rating; one factor for all gives all the pool."""
        has_merit, assumptions, year = self.when.has_merit, self.context.assumptions, self.context.year.year
        factors, pool = assumptions.merit_factors, self.context.config.compensation.merit_pool.ppm(year)
        if (factors == factors[0, 0]).all():
            return pool if factors[0, 0] else 0
        level = self.staff.level.astype(np.int64)
        level[promoted] += 1
        group = self.staff.replicate * factors.size + level * factors.shape[1] + self.ratings(assumptions.rating_shares)
        sums = group_sums(group[has_merit], walk.salary[has_merit], self.context.replicates * factors.size)
        fractions = _fractions(pool, sums, factors.ravel().tolist())
        paid = (rate for rate, payroll in zip(fractions, sums, strict=True) if payroll)
        refuse_merit(max(paid, default=0), year)
        return np.array(fractions, dtype=np.int64)[group]

    def ratings(self, shares: Ints) -> Ints | int:
        """Return this year's rating of everybody, by position."""
        if len(shares) == 1:
            return 0
        x = np.floor(self.context.draw(self.staff.person, Stream.RATING) * PPM).astype(np.int64)
        return np.searchsorted(shares, x, side="right")


def _fractions(pool: int, payroll: list[int], factors: list[int]) -> list[int]:
    """Return the increase of each cell in ppm, by replicate: pool x f x sum(w) / sum(w f), half up, exactly."""
    size = len(factors)
    fractions = []
    for start in range(0, len(payroll), size):
        cells = payroll[start : start + size]
        weighted = sum(w * f for w, f in zip(cells, factors, strict=True))
        fractions += [half_up(pool * f * sum(cells), weighted) if weighted else 0 for f in factors]
    return fractions


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
