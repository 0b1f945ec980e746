"""Pay of the opening that is outside the range of its level."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from workforce_sim.config import Level
from workforce_sim.config.values import some
from workforce_sim.money import PPM


def range_notes(staff: pl.DataFrame, levels: Sequence[Level]) -> tuple[str, ...]:
    """Return a note on the employees paid below or above the range of their level, by level; none without any."""
    ends = [level.range_cents or (0, 0) for level in levels]
    if not any(high for _, high in ends):
        return ()
    low, high = (_own(pl.Series([end[i] for end in ends], dtype=pl.Int64)) for i in (0, 1))
    salary, ranged = pl.col("salary_cents"), high > 0
    counts = (
        staff.lazy()
        .group_by("level")
        .agg(below=(ranged & (salary < low)).sum(), above=(ranged & (salary > high)).sum())
        .filter((pl.col("below") > 0) | (pl.col("above") > 0))
        .sort("level")
        .collect()
    )
    if counts.is_empty():
        return ()
    below, above = (int(counts[name].sum()) for name in ("below", "above"))
    what = (
        f"pay of {below + above:,} of {staff.height:,} employees is outside the range of their level, by hours worked: "
        f"{below:,} below the minimum, {above:,} above the maximum ({some([*_by_level(counts)])})"
    )
    return (what,)


def _own(ends: pl.Series) -> pl.Expr:
    """Return an end of each employee's range for the hours."""
    full = pl.lit(ends).gather(pl.col("level").to_physical().cast(pl.UInt32))
    return (full * pl.col("full_time_ppm").cast(pl.Int64) + PPM // 2) // PPM


def _by_level(counts: pl.DataFrame) -> Iterator[str]:
    for level, below, above in counts.rows():
        parts = [f"{count:,} {where}" for count, where in ((below, "below"), (above, "above")) if count]
        yield f"{level}: {' and '.join(parts)}"
