"""Bands of the measures of an ensemble: percentiles and mean of each year, each with its Monte Carlo standard error."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import polars as pl
from numpy.typing import NDArray

from workforce_sim.tables import SUMMARY, names

PERCENTS = (5, 10, 25, 50, 75, 90, 95)
MEASURES = tuple(name for name in names(SUMMARY) if name not in {"replicate", "year"})

Values = NDArray[np.float64]


def bands(replicates: pl.DataFrame) -> pl.DataFrame:
    """Return the spread of every summary measure over the replicates.

    Args:
        replicates: one row per replicate and year, columns of ``tables.SUMMARY``.

    Returns:
        One row per year and measure: year, measure, replicates (how many have a value), mean, mean_error, p5, p5_error,
        ..., p95, p95_error. Units are those of the measure. Errors are standard errors over replicates: of the mean
        sd / sqrt(n); of a percentile half the distance between the order statistics one binomial standard deviation to
        either side of it. Null where no replicate has a value; errors are null of fewer than two.
    """
    rows = [row for year, part in _years(replicates) for row in _of_year(year, part)]
    columns = ["mean", "mean_error", *(f"p{p}{end}" for p in PERCENTS for end in ("", "_error"))]
    schema = {"year": pl.Int32, "measure": pl.String, "replicates": pl.Int64, **dict.fromkeys(columns, pl.Float64)}
    return pl.DataFrame(rows, schema=schema, orient="row")


def measures(replicates: pl.DataFrame) -> list[str]:
    """Return the names of the measures: those of the summary, then those of the user's own events."""
    return [name for name in replicates.columns if name not in {"replicate", "year"}]


def _years(replicates: pl.DataFrame) -> Iterator[tuple[int, pl.DataFrame]]:
    for part in replicates.sort("year", "replicate").partition_by("year", maintain_order=True):
        yield int(part["year"][0]), part


def _of_year(year: int, part: pl.DataFrame) -> Iterator[tuple[int | str | float | None, ...]]:
    for measure in measures(part):
        column = part[measure].cast(pl.Float64)
        values = np.sort((column.drop_nulls() if column.null_count() else column).to_numpy())
        yield (year, measure, len(values), *mean(values), *(x for p in PERCENTS for x in percentile(values, p)))


def mean(values: Values) -> tuple[float | None, float | None]:
    """Return the mean of values in rising order and its standard error."""
    if len(values) < 2:
        return (float(values[0]), None) if len(values) else (None, None)
    if values[0] == values[-1]:
        return float(values[0]), 0.0
    return float(values.mean()), float(values.std(ddof=1) / math.sqrt(len(values)))


def percentile(ordered: Values, percent: int) -> tuple[float | None, float | None]:
    """Return a percentile of values in rising order (linear interpolation at rank p (n - 1)) and its standard error.

    The error follows from the number of values below the true percentile, which is binomial: half the distance between
    the values one standard deviation of that number below and above (W. J. Conover, Practical Nonparametric Statistics,
    3.2). Where there are too few values for that, it is the distance on the side that has them; null where neither has.
    """
    n, p = len(ordered), percent / 100
    if n < 2:
        return (float(ordered[0]), None) if n else (None, None)
    spread = math.sqrt(n * p * (1 - p))
    rank = p * (n - 1)
    at = _at(ordered, rank)
    beside = [abs(_at(ordered, rank + d) - at) for d in (-spread, spread) if 0 <= rank + d <= n - 1]
    return at, sum(beside) / len(beside) if beside else None


def _at(ordered: Values, rank: float) -> float:
    """Return the value at a rank, which may lie between two."""
    below = int(rank)
    value, part = float(ordered[below]), rank - below
    return value + part * (float(ordered[below + 1]) - value) if part else value
