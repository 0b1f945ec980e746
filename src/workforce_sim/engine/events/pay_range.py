"""Pay ranges: lifts to the minimum, lump sums beyond the maximum, and where pay stands at the end of the year.

Chapter: ``docs/model/pay-ranges.md``. The walk of salaries fills the columns of lifts and lump sums.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from workforce_sim.config import Config
from workforce_sim.engine.columns import Array, Columns
from workforce_sim.engine.context import Year
from workforce_sim.engine.event import Rows, node
from workforce_sim.engine.position import InRange
from workforce_sim.engine.walk import IN_RANGES


def _used(config: Config) -> bool:
    return "pay_ranges" in config.provisions


def _paid(kind: str) -> Rows:
    """Return the ledger rows of what a kind of raise pays once."""
    amount = pl.col(f"{kind}_lump_cents")
    return Rows("lump_sum", amount > 0, f"{kind}_date", {"amount_cents": amount, "cause": kind})


LIFTED = Rows(
    "range_lift",
    pl.col("lift_after_cents") != pl.col("lift_before_cents"),
    "lift_date",
    {"salary_before_cents": pl.col("lift_before_cents"), "salary_after_cents": pl.col("lift_after_cents")},
)


@node(
    adds={"lift_date": (pl.Int32, "day of lifts to the minimum of the range"), **IN_RANGES},
    ledger=(LIFTED, _paid("cola"), _paid("merit")),
    snapshot={"lump_sum_cents": pl.col("cola_lump_cents") + pl.col("merit_lump_cents")},
    used=_used,
)
def pay_range(staff: Columns, year: Year) -> Mapping[str, Array]:
    """Add the columns of lifts and lump sums, of which there are none yet."""
    date = np.full(len(staff), year.day(year.config.compensation.range_lift_date), dtype=np.int32)
    return {"lift_date": date, **{name: np.zeros(len(staff), dtype=np.int64) for name in IN_RANGES}}


@node(
    adds={
        "compa_ratio_ppm": (pl.Int64, "full-time salary at the end of the year over the midpoint; -1 without a range"),
        "range_penetration_ppm": (pl.Int64, "the same from the minimum to the maximum"),
        "has_penetration": (pl.UInt8, "whether the level has a range with a width"),
    },
    snapshot={
        "compa_ratio_ppm": pl.when(pl.col("compa_ratio_ppm") >= 0).then(pl.col("compa_ratio_ppm")),
        "range_penetration_ppm": pl.when(pl.col("has_penetration") != 0).then(pl.col("range_penetration_ppm")),
    },
    used=_used,
)
def compa_ratio(staff: Columns, year: Year) -> Mapping[str, Array]:
    """Add where the salary at the end of the year, or at termination, stands in the range of the level."""
    ranges = InRange(year.scale, staff["new_level"], staff["full_time_ppm"])
    ratio, known = ranges.compa_ratio(staff["new_salary_cents"])
    penetration, wide = ranges.penetration(staff["new_salary_cents"])
    return {
        "compa_ratio_ppm": np.where(known, ratio, -1),
        "range_penetration_ppm": penetration,
        "has_penetration": wide.view(np.uint8),
    }
