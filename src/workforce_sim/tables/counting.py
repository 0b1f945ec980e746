"""How measures count and divide, and whom they count."""

from __future__ import annotations

import polars as pl

from workforce_sim.tables.event_types import STATUS


def is_(*statuses: str) -> pl.Expr:
    """Return who has one of some statuses."""
    return pl.any_horizontal([pl.col("status") == pl.lit(status, dtype=STATUS) for status in statuses])


def heads(flag: pl.Expr) -> pl.Expr:
    """Return how many there are."""
    return flag.sum().cast(pl.Int64)


def ratio(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    """Return one division of whole numbers; null of nothing."""
    return pl.when(whole > 0).then(part / whole)


STAYS, CONTINUING = is_("continuing", "new_hire"), is_("continuing")
TAKES_PART = STAYS & (pl.col("deferral_bp") > 0)
SALARY = pl.col("salary_cents")
COMPA_RATIO, PENETRATION = pl.col("compa_ratio_ppm"), pl.col("range_penetration_ppm")
HEADS, PARTICIPANTS, BEFORE = (pl.col(name) for name in ("headcount_closing", "participants", "_continuing_opening"))
