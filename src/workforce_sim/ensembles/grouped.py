"""Who gains and who loses by every way of grouping, as one table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from workforce_sim.ensembles.people import GROUPS

if TYPE_CHECKING:
    from workforce_sim.ensembles.comparing import Comparison


def gains_by_group(found: Comparison, least: int | None) -> pl.DataFrame:
    """Return who gains and who loses, by each way of grouping.

    Args:
        found: the comparison.
        least: cells of fewer people are hidden, as in ``Comparison.gains``; None hides none.

    Returns:
        One row per scenario but the baseline, way of grouping and group: scenario, by, group, the columns of
        ``Comparison.gains``, and ``least``.
    """
    rows = pl.concat(_named(by, found.gains(by, least=least)) for by in GROUPS)
    return rows.with_columns(least=pl.lit(least, pl.Int32))


def _named(by: str, gains: pl.DataFrame) -> pl.DataFrame:
    group = pl.col(by).cast(pl.String).fill_null("unknown").alias("group")
    return gains.select("scenario", pl.lit(by).alias("by"), group, pl.exclude("scenario", by))
