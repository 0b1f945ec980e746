"""The configuration as the engine reads it: dense tables by age, tenure and level, whole numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workforce_sim.config import Config, Level
from workforce_sim.config.amended import in_force
from workforce_sim.config.enrollment import DeferralCell, ShareCell
from workforce_sim.config.events import RateCell
from workforce_sim.config.plan import FIRST_YEAR
from workforce_sim.config.values import AgeFactor
from workforce_sim.dates import Ints
from workforce_sim.engine.columns import Small, reached
from workforce_sim.money import PPM, cents, half_up, ppm, scaled
from workforce_sim.plan.limits import Limits, limits

Whole = NDArray[np.integer[Any]]

_ONE = 1000  # a factor of 1 in thousandths


@dataclass(frozen=True)
class Table:
    """Whole numbers by age, tenure and level; the last age and tenure also hold above it."""

    cells: Ints

    def at(self, age: Whole, tenure: Whole, level: Small) -> Ints:
        """Return the cell of each employee."""
        return self.cells.take(self.index(age, tenure, level))

    def index(self, age: Whole, tenure: Whole, level: Small) -> Ints:
        """Return the position of each employee's cell in the flattened table."""
        ages, tenures, levels = self.cells.shape
        return np.asarray((np.minimum(age, ages - 1) * tenures + np.minimum(tenure, tenures - 1)) * levels + level)


def by_age(bands: Sequence[AgeFactor] | None) -> Ints:
    """Return thousandths by completed years, dense from 0; 1 throughout when no band is configured."""
    if bands is None:
        return np.array([_ONE], dtype=np.int64)
    starts = [band.start for band in bands]
    return np.repeat([band.milli for band in bands], np.diff([*starts, starts[-1] + 1])).astype(np.int64)


def _rates(cells: Sequence[RateCell]) -> Ints:
    """Return ppm by age and tenure: the largest age_from, within it the largest tenure_from."""
    dense = np.zeros((cells[-1].age_from + 1, max(cell.tenure_from for cell in cells) + 1), dtype=np.int64)
    for cell in cells:
        dense[cell.age_from :, cell.tenure_from :] = ppm(cell.value)
    return dense


@dataclass(frozen=True)
class AgePay:
    """Whole numbers by age and pay: ages and pay in cents from which rows and columns hold."""

    ages: Ints
    pays: Ints
    cells: Ints

    def at(self, age: Whole, salary: Ints) -> Ints:
        """Return the value of each employee."""
        return self.cells[reached(self.ages, age) - 1, reached(self.pays, salary) - 1]


def by_age_and_pay(table: float | Sequence[ShareCell] | Sequence[DeferralCell], places: int) -> AgePay:
    """Return one number or a table as whole units of 10^-places."""
    if isinstance(table, float):
        return AgePay(
            np.zeros(1, dtype=np.int64),
            np.zeros(1, dtype=np.int64),
            np.array([[scaled(table, places)]], dtype=np.int64),
        )
    ages = sorted({cell.age_from for cell in table})
    pays = sorted({cents(cell.pay_from) for cell in table})
    cells = np.zeros((len(ages), len(pays)), dtype=np.int64)
    for cell in table:
        cells[ages.index(cell.age_from), pays.index(cents(cell.pay_from)) :] = scaled(cell.value, places)
    return AgePay(np.array(ages), np.array(pays, dtype=np.int64), cells)


@dataclass(frozen=True)
class Assumptions:
    """The tables of a configuration and its levels; ``at`` has those of a year."""

    config: Config
    levels: tuple[Level, ...]

    def at(self, year: int) -> Assumptions:
        """Return what holds in a year: itself where nothing changes."""
        return self if len(self._versions) == 1 else self._versions[in_force(self._versions, year)]

    @cached_property
    def _versions(self) -> dict[int, Assumptions]:
        return {year: replace(self, config=self.config.at(year)) for year in self.config.turns}

    @cached_property
    def names(self) -> list[str]:
        """Level names from the lowest to the highest."""
        return [level.name for level in self.levels]

    @cached_property
    def termination(self) -> Table:
        """Relative weight of termination in ppm."""
        section = self.config.terminations
        level = np.array([level.termination_milli for level in self.levels], dtype=np.int64)
        if not section.uses_factors:
            return Table(half_up(_rates(section.rate_table)[:, :, None] * level, _ONE))
        factors = by_age(section.age_factors)[:, None, None] * by_age(section.tenure_factors)[:, None]
        return Table(half_up(factors * level, _ONE))

    @property
    def rates_as_given(self) -> bool:
        """Whether the configured rates themselves apply, not scaled ones."""
        return self.config.rates_as_given

    def promotion(self, base: int) -> Table:
        """Probability of promotion by rates in ppm, at most 10^6; 0 at the top level; ``base`` before factors."""
        enough = 10**15 // max(base, 1) + 1  # from here on the probability is 1; keeps products within 64 bits
        return Table(np.minimum(half_up(np.minimum(self._promotion_factors, enough) * base, 10**9), PPM))

    @cached_property
    def promotion_weights(self) -> Table:
        """Relative weight of promotion into a vacancy in ppm; 0 at the top level."""
        return Table(half_up(self._promotion_factors, _ONE))

    @cached_property
    def _promotion_factors(self) -> Ints:
        """Factors of age, tenure and level in billionths; 0 at the top level."""
        section = self.config.promotion
        level = [level.promotion_milli for level in self.levels[:-1]] + [0]
        factors: Ints = by_age(section.age_factors)[:, None, None] * by_age(section.tenure_factors)[:, None] * level
        return factors

    @cached_property
    def causes(self) -> tuple[Ints, Ints]:
        """Ages from which the bands hold, and cumulative ppm of the causes by band."""
        bands = self.config.terminations.causes
        return np.array([b.start for b in bands]), np.cumsum([b.ppm for b in bands], axis=1)

    @cached_property
    def merit_weights(self) -> Ints:
        """Merit by level, rating and column of the merit matrix: in ppm; without a matrix one column, in 10^-4."""
        section = self.config.compensation
        by_level = np.array([scaled(section.merit_factors.get(name, 1.0), 4) for name in self.names], dtype=np.int64)
        if section.merit_matrix is None:
            rows = [[scaled(rating.factor, 4)] for rating in section.sorted_ratings] or [[10**4]]
        else:
            rows = section.merit_matrix.rows_ppm
        return half_up(np.multiply.outer(by_level, np.array(rows, dtype=np.int64)), 10**4)

    @cached_property
    def rating_shares(self) -> Ints:
        """Cumulative ppm of the ratings in the order of their names."""
        shares = [ppm(rating.share) for rating in self.config.compensation.sorted_ratings]
        return np.cumsum(shares or [10**6])

    @cached_property
    def election(self) -> AgePay:
        """Share of employees who elect to enroll, ppm."""
        return by_age_and_pay(self.config.enrollment.election, 6)

    @cached_property
    def opt_out(self) -> AgePay:
        """Share of employees who opt out of automatic enrollment, ppm."""
        return by_age_and_pay(self.config.enrollment.auto_enrollment.opt_out, 6)

    @cached_property
    def deferral_rates(self) -> AgePay:
        """Deferral rates of those who elect to enroll, bp."""
        return by_age_and_pay(self.config.enrollment.deferral_rates, 4)

    @cached_property
    def limits(self) -> Callable[[int], Limits]:
        """The statutory limits by year; years before the first known year have its limits."""
        section = self.config.plan.limits
        rates = {"inflation": section.inflation, "wage_growth": section.wage_growth}
        return cache(lambda year: limits(max(year, FIRST_YEAR), **rates, overrides=section.overrides))
