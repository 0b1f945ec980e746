"""The configuration as the engine reads it: dense tables by age, tenure and level, whole numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from workforce_sim.config import Config, Level
from workforce_sim.config.events import RateCell
from workforce_sim.config.values import AgeFactor
from workforce_sim.dates import Ints
from workforce_sim.money import PPM, half_up, ppm, scaled
from workforce_sim.staff import Small

_ONE = 1000  # a factor of 1 in thousandths


@dataclass(frozen=True)
class Table:
    """Whole numbers by age, tenure and level; the last age and tenure hold for all above."""

    cells: Ints

    def at(self, age: Ints, tenure: Ints, level: Small) -> Ints:
        """Return the cell of each employee."""
        return self.cells.ravel()[self.index(age, tenure, level)]

    def index(self, age: Ints, tenure: Ints, level: Small) -> Ints:
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
class Assumptions:
    """What does not change from year to year: the tables of a configuration and its levels."""

    config: Config
    levels: tuple[Level, ...]

    @cached_property
    def names(self) -> list[str]:
        """Level names from the lowest to the highest."""
        return [level.name for level in self.levels]

    @cached_property
    def termination(self) -> Table:
        """Relative weight of leaving in ppm."""
        section = self.config.terminations
        level = np.array([level.termination_milli for level in self.levels], dtype=np.int64)
        if not section.uses_factors:
            return Table(half_up(_rates(section.rate_table)[:, :, None] * level, _ONE))
        factors = by_age(section.age_factors)[:, None, None] * by_age(section.tenure_factors)[:, None]
        return Table(half_up(factors * level, _ONE))

    @cached_property
    def rates_as_given(self) -> bool:
        """Whether everybody leaves with the configured rate itself, not a scaled one."""
        return self.config.workforce.headcount == "stochastic" and self.config.terminations.rates is not None

    def promotion(self, year: int) -> Table:
        """Probability of promotion in ppm, at most 10^6; 0 at the top level."""
        section = self.config.promotion
        level = [level.promotion_milli for level in self.levels[:-1]] + [0]
        factors = by_age(section.age_factors)[:, None, None] * by_age(section.tenure_factors)[:, None] * level
        base = section.base_rate.ppm(year)
        enough = 10**15 // max(base, 1) + 1  # from here on the probability is 1; keeps products within 64 bits
        return Table(np.minimum(half_up(np.minimum(factors, enough) * base, 10**9), PPM))

    @cached_property
    def causes(self) -> tuple[Ints, Ints]:
        """Ages from which the bands hold, and cumulative ppm of the causes by band."""
        bands = self.config.terminations.causes
        return np.array([b.start for b in bands]), np.cumsum([b.ppm for b in bands], axis=1)

    @cached_property
    def merit_factors(self) -> Ints:
        """Merit factor by level and rating in whole 10^-4; one rating of factor 1 when there are none."""
        section = self.config.compensation
        by_level = [scaled(section.merit_factors.get(name, 1.0), 4) for name in self.names]
        by_rating = [scaled(rating.factor, 4) for rating in section.sorted_ratings] or [10**4]
        return half_up(np.outer(by_level, by_rating).astype(np.int64), 10**4)

    @cached_property
    def rating_shares(self) -> Ints:
        """Cumulative ppm of the ratings in the order of their names."""
        shares = [ppm(rating.share) for rating in self.config.compensation.sorted_ratings]
        return np.cumsum(shares or [10**6])
