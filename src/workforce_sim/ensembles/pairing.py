"""Two ensembles with the same random draws, in pairs: differences, gain from pairing, cost of a point."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import polars as pl

from workforce_sim.config import Config
from workforce_sim.ensembles.bands import Values, bands, mean, measures
from workforce_sim.ensembles.totals import horizon, with_year
from workforce_sim.tables import SUMMARY

KEYS = ("replicate", "year")

COST = {
    "year": pl.Int32,
    "replicates": pl.Int64,
    "cost_cents": pl.Float64,
    "cost_error_cents": pl.Float64,
    "points": pl.Float64,
    "points_error": pl.Float64,
    "cents_per_point": pl.Float64,
    "cents_per_point_error": pl.Float64,
}


def comparable(replicates: pl.DataFrame, config: Config) -> pl.DataFrame:
    """Return summaries in which a plan that is off costs nothing: nobody participates, and its amounts are 0."""
    lacking = (measure for measure in SUMMARY if measure.in_plan and not measure.applies(config.provisions))
    nothing = [measure.name for measure in lacking if measure.name != "average_deferral_rate"]
    return replicates.with_columns(pl.col(nothing).fill_null(0))


def paired(base: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    """Return every measure of ``other`` less that of ``base``: one row per replicate and year, as floats.

    Amounts and counts of provisions that a scenario lacks are 0, and so are differences of shares that both lack.
    """
    both = _lacking(base) & _lacking(other)
    counted = {column.name for column in SUMMARY if column.dtype == pl.Int64}
    one, two = (
        _floats(frame.with_columns(pl.col(name).fill_null(0) for name in both | (_lacking(frame) & counted)))
        for frame in (base, other)
    )
    return two.select(*KEYS, *(two[name] - one[name] for name in measures(base)))


def _lacking(replicates: pl.DataFrame) -> set[str]:
    """Return the measures of provisions that summaries lack."""
    of_provisions = (column.name for column in SUMMARY if column.needs and column.name in replicates.columns)
    return {name for name in of_provisions if replicates[name].null_count() == replicates.height}


def _floats(replicates: pl.DataFrame) -> pl.DataFrame:
    return replicates.sort("year", "replicate").with_columns(pl.col(measures(replicates)).cast(pl.Float64))


def differences(base: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    """Return the bands of the paired differences, and how much pairing narrowed them.

    Returns:
        One row per year and measure, columns of ``bands`` and ``narrowed``: what the variance of the difference would
        be if both had random numbers of their own (the sum of their variances), over its variance with common ones;
        null where the difference never varies.
    """
    gaps = paired(base, other)
    apart = _variances(base).join(_variances(other), on=("year", "measure"), suffix="_other")
    both = apart.join(_variances(gaps), on=("year", "measure"), suffix="_gap")
    gain = (pl.col("variance") + pl.col("variance_other")) / pl.col("variance_gap")
    narrowed = both.select("year", "measure", narrowed=pl.when(pl.col("variance_gap") > 0).then(gain))
    return bands(gaps).join(narrowed, on=("year", "measure"), how="left", maintain_order="left")


MEASURED = ("mean", "mean_error", "p5", "p95")


def side_by_side(base: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    """Return a scenario and its paired differences from a base, year by year and in total.

    Returns:
        One row per year and measure, then of the totals of what adds up over years (``year`` is null): year, measure,
        replicates, mean, mean_error, p5, p95, and the same four with ``difference_`` before them.
    """
    whole = in_total(base, other).select(pl.lit(None, pl.Int32).alias("year"), pl.all())
    return pl.concat([_measured(base, other), whole])


def in_total(base: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    """Return the same of what adds up over years, all years together: one row per measure, without a year."""
    return _measured(*(with_year(horizon(each)) for each in (base, other))).drop("year")


def _measured(base: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    gaps = bands(paired(base, other)).select("year", "measure", pl.col(MEASURED).name.prefix("difference_"))
    own = bands(other).select("year", "measure", "replicates", *MEASURED)
    return own.join(gaps, on=("year", "measure"), how="left", maintain_order="left")


def _variances(replicates: pl.DataFrame) -> pl.DataFrame:
    """Return the variance of each measure over the replicates: year, measure, variance."""
    yearly = replicates.group_by("year").agg(pl.col(measures(replicates)).cast(pl.Float64).var())
    return yearly.unpivot(measures(replicates), index="year", variable_name="measure", value_name="variance")


def cost_per_point(base: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    """Return the net employer cost of one more percentage point of participation, a ratio of mean differences.

    Returns:
        One row per year: year, replicates, cost_cents and points (the mean differences of net employer cost, in cents,
        and of the participation rate, in percentage points), cents_per_point, each with its standard error (of the
        ratio by linearization). The ratio is null if the points are within two standard errors of 0, as it is then
        arbitrary.
    """
    return pl.DataFrame(list(_costs(paired(base, other))), schema=COST, orient="row")


def _costs(gaps: pl.DataFrame) -> Iterator[tuple[float | int | None, ...]]:
    wanted = gaps.select("year", cost="net_employer_cost_cents", points=100 * pl.col("participation_rate"))
    for (year,), part in wanted.drop_nulls().sort("year").group_by("year", maintain_order=True):
        cost, points = (part[name].to_numpy() for name in ("cost", "points"))
        yield (int(str(year)), len(cost), *mean(cost), *mean(points), *ratio(cost, points))


def ratio(above: Values, below: Values) -> tuple[float | None, float | None]:
    """Return the ratio of two means and its standard error by linearization; None if the denominator may be 0."""
    bottom, error = mean(below)
    if bottom is None or error is None or abs(bottom) <= 2 * error:
        return None, None
    found = float(above.mean()) / bottom
    return found, float(np.std(above - found * below, ddof=1) / math.sqrt(len(below)) / abs(bottom))
