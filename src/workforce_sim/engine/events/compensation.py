"""Raises and earnings: cost of living, merit, promotions, and each salary through the year.

Chapter: ``docs/model/raises.md``. Salaries are walked in date order (on one day: promotion, cost of living, merit).
The merit pool needs all salaries just before the merit dates, so ``raises_before_merit`` runs up to there, the pool is
settled, and ``compensation`` distributes it and continues.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from workforce_sim.dates import NEVER, Days, Flags, Ints, dates_in_year
from workforce_sim.draws import Stream
from workforce_sim.engine.columns import Array, Columns, Described, group_sums
from workforce_sim.engine.columns import Rows as Selected
from workforce_sim.engine.context import Year
from workforce_sim.engine.earnings import earned
from workforce_sim.engine.event import Rows, Settlement, node
from workforce_sim.engine.events.promotion import employed_with_tenure, new_salary
from workforce_sim.engine.groups import costs_of_living, groups_of, merit_pools, pay_blocks
from workforce_sim.money import PPM, half_up, raised, refuse_growth, refuse_merit

COLA = Rows(
    "cola",
    pl.col("cola_after_cents") != pl.col("cola_before_cents"),
    "cola_date",
    {"salary_before_cents": pl.col("cola_before_cents"), "salary_after_cents": pl.col("cola_after_cents")},
)
MERIT = Rows(
    "merit",
    pl.col("merit_after_cents") != pl.col("merit_before_cents"),
    "merit_date",
    {"salary_before_cents": pl.col("merit_before_cents"), "salary_after_cents": pl.col("merit_after_cents")},
)
_WALKED: Described = {
    "cola_before_cents": (pl.Int64, "annual salary before the cost-of-living adjustment"),
    "cola_after_cents": (pl.Int64, "annual salary after it; the same where there is none"),
    "promotion_before_cents": (pl.Int64, "annual salary before the promotion"),
    "promotion_after_cents": (pl.Int64, "annual salary after it; the same where there is none"),
}
_JUST_BEFORE: Described = {
    "merit_date": (pl.Int32, "merit increase; never without one"),
    "merit_before_cents": (pl.Int64, "annual salary before the merit increase"),
}
_IN_FORCE: Described = {
    "merit_after_cents": (pl.Int64, "annual salary after it; the same where there is none"),
    "new_salary_cents": (pl.Int64, "annual salary at the end of the year or at termination"),
    "earnings_cents": (pl.Int64, "pay earned in the year"),
}


@dataclass
class _Walk:
    """Salaries within the year, with the salary after each raise; cents, of all staff."""

    staff: Columns
    year: Year
    salary: Ints
    cola_before: Ints
    cola_after: Ints
    promotion_before: Ints
    promotion_after: Ints

    def through(self, gets_cola: Flags, promoted: Selected) -> None:
        """Apply promotions up to the cost-of-living date, the cost-of-living increase, and later promotions."""
        early = self.staff["promotion_date"][promoted] <= _cola_date(self.year)
        self._promote(promoted[early])
        if gets_cola.any():
            after = np.where(gets_cola, raised(self.salary, _cola_rates(self.staff, self.year)), self.salary)
            self.cola_before = np.where(gets_cola, self.salary, self.cola_before)
            self.cola_after = np.where(gets_cola, after, self.cola_after)
            self.salary = after
        self._promote(promoted[~early])

    def _promote(self, rows: Selected) -> None:
        if len(rows) == 0:
            return
        before = self.salary[rows]
        minimum = self.year.scale.minimum[self.staff["level"][rows] + 1]
        after = new_salary(before, self.staff["promotion_ppm"][rows], minimum, self.year.config.promotion)
        self.promotion_before[rows], self.promotion_after[rows] = before, after
        self.salary = self.salary.copy()
        self.salary[rows] = after

    def columns(self) -> dict[str, Array]:
        """Return the columns that the raises add to the staff."""
        return {
            "cola_before_cents": self.cola_before,
            "cola_after_cents": self.cola_after,
            "promotion_before_cents": self.promotion_before,
            "promotion_after_cents": self.promotion_after,
        }


def _cola_date(year: Year) -> int:
    return year.day(year.config.compensation.cola_date)


def _cola_rates(staff: Columns, year: Year) -> Ints | int:
    """Return the cost-of-living increase in ppm: one for all, or that of each employee's replicate."""
    if year.config.departments:
        return costs_of_living(staff, year)
    rates = year.cost_of_living
    alike = len(set(rates)) == 1
    return rates[0] if alike else np.array(rates, dtype=np.int64)[staff["replicate"]]


def _gets_cola(staff: Columns, year: Year) -> Flags:
    cola = _cola_date(year)
    return (staff["last_day"] >= cola) & (~staff.flags("is_hire") | (staff.first_day < cola))


@node(adds={**_WALKED, **_JUST_BEFORE}, ledger=(COLA,))
def raises_before_merit(staff: Columns, year: Year) -> Mapping[str, Array]:
    """Add merit dates (or never) and salaries just before them, after promotions and COLA."""
    merit = _merit_dates(staff, year)
    salary, size = staff["salary_cents"], len(staff)
    walk = _Walk(staff, year, salary, salary, salary, np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64))
    promoted = np.flatnonzero(staff["promotion_date"] != NEVER)
    before = staff["promotion_date"][promoted] <= merit[promoted]
    walk.through(_gets_cola(staff, year) & (_cola_date(year) <= merit), promoted[before])
    return {"merit_date": merit, **walk.columns(), "merit_before_cents": walk.salary}


def _merit_dates(staff: Columns, year: Year) -> Days:
    section = year.config.compensation
    if section.fixed_merit_date is None:
        u = year.draw(staff["person"], Stream.MERIT_DATE)
        merit = dates_in_year(u, year.calendar, year.calendar.profile(section.merit_month_weights))
    else:
        merit = np.full(len(staff), year.day(section.fixed_merit_date), dtype=np.int32)
    has_merit = employed_with_tenure(staff, slice(None), merit, section.merit_minimum_tenure, year)
    return np.where(has_merit, merit, NEVER)


@node(
    adds={**_WALKED, **_IN_FORCE},
    ledger=(MERIT,),
    snapshot={"salary_cents": pl.col("new_salary_cents"), "earnings_cents": pl.col("earnings_cents")},
)
def compensation(staff: Columns, year: Year) -> Mapping[str, Array]:
    """Add merit increases, later raises, final salaries, and pay earned in the year.

    Raises:
        SimulationError: when pay exceeds $1 billion.
    """
    merit, before = staff["merit_date"], staff["merit_before_cents"]
    has_merit = merit != NEVER
    after = np.where(has_merit, raised(before, _merit_rates(staff, year)), before)
    promoted = np.flatnonzero((staff["promotion_date"] != NEVER) & (staff["promotion_date"] > merit))
    gets_cola = _gets_cola(staff, year) & (_cola_date(year) > merit)
    walk = _Walk(staff, year, after, *(staff[name].copy() if len(promoted) else staff[name] for name in _WALKED))
    walk.through(gets_cola, promoted)
    refuse_growth(int(walk.salary.max(initial=0)), year.number)
    found = {**walk.columns(), "merit_after_cents": after, "new_salary_cents": walk.salary}
    return {**found, "earnings_cents": earned(staff, found, year)}


# --- the pool ---


def _uneven(year: Year) -> bool:
    factors = year.assumptions.merit_factors
    return not (factors == factors[0, 0]).all()


def _cells(staff: Columns, year: Year) -> Ints:
    """Return each employee's cell: replicate, level just before merit, and rating."""
    factors = year.assumptions.merit_factors
    promoted = (staff["promotion_date"] != NEVER) & (staff["promotion_date"] <= staff["merit_date"])
    level = staff["level"].astype(np.int64) + promoted
    return pay_blocks(staff, year) * factors.size + level * factors.shape[1] + _ratings(staff, year)


def _ratings(staff: Columns, year: Year) -> Ints | int:
    """Return each employee's rating of the year, by position."""
    shares = year.assumptions.rating_shares
    if len(shares) == 1:
        return 0
    x = np.floor(year.draw(staff["person"], Stream.RATING) * PPM).astype(np.int64)
    return np.searchsorted(shares, x, side="right")


def _payroll(staff: Columns, year: Year) -> list[int]:
    """Return the payroll of each cell just before merit."""
    has_merit = staff["merit_date"] != NEVER
    size = year.replicates * len(_pools(year)) * year.assumptions.merit_factors.size
    return group_sums(_cells(staff, year)[has_merit], staff["merit_before_cents"][has_merit], size)


def _spent(parts: list[list[int]], year: Year) -> list[Ints]:
    """Return the increase of each cell in ppm, for each partition."""
    payroll = [sum(cell) for cell in zip(*parts, strict=True)]
    fractions = _fractions(_pools(year), payroll, year.assumptions.merit_factors.ravel().tolist())
    paid = (rate for rate, pay in zip(fractions, payroll, strict=True) if pay)
    refuse_merit(max(paid, default=0), year.number)
    return [np.array(fractions, dtype=np.int64)] * len(parts)


def _pools(year: Year) -> list[int]:
    """Return the pools of a replicate, ppm: one for all, or that of each group."""
    return merit_pools(year) if year.config.departments else [year.config.compensation.merit_pool.ppm(year.number)]


def _fractions(pools: list[int], payroll: list[int], factors: list[int]) -> list[int]:
    """Return the increase of each cell in ppm, pool by pool: pool x f x sum(w) / sum(w f), half up, exactly."""
    size = len(factors)
    fractions = []
    for start in range(0, len(payroll), size):
        pool, cells = pools[start // size % len(pools)], payroll[start : start + size]
        weighted = sum(w * f for w, f in zip(cells, factors, strict=True))
        fractions += [half_up(pool * f * sum(cells), weighted) if weighted else 0 for f in factors]
    return fractions


MERIT_POOL = Settlement("merit pool", _uneven, _payroll, _spent)


def _merit_rates(staff: Columns, year: Year) -> Ints | int:
    """Return each employee's increase in ppm; if all factors are equal, it is the pool."""
    if _uneven(year):
        return np.asarray(year.given[MERIT_POOL.name][_cells(staff, year)])
    if not year.assumptions.merit_factors[0, 0]:
        return 0
    pools = _pools(year)
    return pools[0] if len(pools) == 1 else np.array(pools, dtype=np.int64)[groups_of(staff, year)]
