"""Figures over several years: per simulation first, so that a total has its own range and error, not sums of errors."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from workforce_sim.ensembles.bands import Values, mean, percentile

DISCOUNT_RATE = 0.05
"""A year, of present values where no other rate is given."""
MOST_DISCOUNT = 0.5


class RangedFigure(NamedTuple):
    """A figure over the simulations: mean, its standard error, and the range of the middle 90%; None where unknown."""

    mean: float | None
    error: float | None
    low: float | None
    high: float | None

    @property
    def ends(self) -> tuple[float, float] | None:
        """The low and the high end of the range; None where there is none."""
        return None if self.low is None or self.high is None else (self.low, self.high)


def spread(values: Values) -> RangedFigure:
    """Return the mean of values with its error, and their 5th and 95th percentile; no range of a single one."""
    ordered = np.sort(values[~np.isnan(values)])
    middle, error = mean(ordered)
    if len(ordered) < 2:
        return RangedFigure(middle, None, None, None)
    return RangedFigure(middle, error, percentile(ordered, 5)[0], percentile(ordered, 95)[0])


def by_year(values: Values) -> list[RangedFigure]:
    """Return the spread of each year of values that have a column for each."""
    return [spread(column) for column in values.T]


def present(values: Values, rate: float, length: float = 1.0) -> Values:
    """Return the present value of each simulation on the first day of the first year, amounts falling at mid-year.

    Args:
        values: a row for each simulation, a column for each year.
        rate: of a year.
        length: years that the first plan year has, 0.5 of one that begins on July 1.
    """
    return (values * discounts(values.shape[1], rate, length)).sum(axis=1)


def discounts(years: int, rate: float, length: float = 1.0) -> Values:
    """Return what a dollar paid in the middle of each year is worth on the first day of the first."""
    times = np.arange(years) - 0.5 + length
    times[0] = length / 2
    return np.asarray((1.0 + rate) ** -times, np.float64)
