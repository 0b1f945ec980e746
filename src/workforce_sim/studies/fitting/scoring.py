"""Scores of a forecast by many replicates, and of two simple forecasts."""

from __future__ import annotations

import numpy as np
import polars as pl

from workforce_sim.studies.fitting.credibility import Floats

PERCENTS = (5, 10, 25, 50, 75, 90, 95)
BANDS = {50: ("p25", "p75"), 80: ("p10", "p90"), 90: ("p5", "p95")}


def crps(replicates: Floats, actual: float) -> float:
    """Return the continuous ranked probability score of replicates; of one, the absolute error.

    Source: Gneiting and Raftery, "Strictly Proper Scoring Rules, Prediction, and Estimation", JASA 102, 2007,
    equation 21; the sum over pairs from the ranks.
    """
    ordered = np.sort(replicates)
    n = len(ordered)
    between = 2 * float(((2 * np.arange(1, n + 1) - n - 1) * ordered).sum()) / n**2
    return float(np.abs(ordered - actual).mean()) - between / 2


def pit(replicates: Floats, actual: float) -> float:
    """Return the share of replicates below a value, half of those equal to it."""
    return float(((replicates < actual) + 0.5 * (replicates == actual)).mean())


def scored(replicates: Floats, actual: float, flat: float, last: float) -> dict[str, float]:
    """Return the scores of a forecast and of two point forecasts."""
    percentiles = {
        f"p{p}": float(x) for p, x in zip(PERCENTS, np.percentile(replicates, PERCENTS).tolist(), strict=True)
    }
    own = {"actual": actual, "mean": float(replicates.mean()), "sd": float(replicates.std(ddof=1))}
    points = {"flat": flat, "last": last}
    plain = {"crps_flat": abs(flat - actual), "crps_last": abs(last - actual)}
    return {**own, **percentiles, **points, "crps": crps(replicates, actual), **plain, "pit": pit(replicates, actual)}


def by_measure(scores: pl.DataFrame) -> pl.DataFrame:
    """Return one row per measure: median error, coverage, skill, width of the 80% band, mean PIT; in their order."""
    actual = pl.col("actual")
    error = pl.when(actual != 0).then(pl.col("p50") / actual - 1)
    inside = {
        f"cover_{band}": ((actual >= pl.col(low)) & (actual <= pl.col(high))).mean()
        for band, (low, high) in BANDS.items()
    }
    skill = {f"skill_{other}": 1 - pl.col("crps").sum() / pl.col(f"crps_{other}").sum() for other in ("flat", "last")}
    return scores.group_by("measure", maintain_order=True).agg(
        forecasts=pl.len(),
        median_error=error.median(),
        median_absolute_error=error.abs().median(),
        **inside,
        **skill,
        width_80=(pl.col("p90") - pl.col("p10")).sum() / actual.sum(),
        pit=pl.col("pit").mean(),
    )
