"""Sums of a year over its partitions: whole numbers by replicate, which can be added in any order."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl


def added_up(parts: list[list[pl.DataFrame]], replicates: int) -> pl.DataFrame:
    """Return one row per replicate, in order, with all sums; 0 for a replicate without employees.

    Args:
        parts: the sums of each partition: one row for one replicate, otherwise one for each with employees.
        replicates: how many there are.
    """
    if replicates == 1:
        rows = pl.concat([first.hstack([sums for frame in more for sums in frame]) for first, *more in parts])
        return rows if rows.height == 1 else rows.sum()
    sums = (_of_all(frames, replicates).drop("replicate") for frames in zip(*parts, strict=True))
    return pl.concat(sums, how="horizontal")


def _of_all(frames: Sequence[pl.DataFrame], replicates: int) -> pl.DataFrame:
    """Return one row per replicate, in order."""
    rows = frames[0] if len(frames) == 1 else pl.concat(frames).group_by("replicate").sum()
    if rows.height == replicates:
        return rows.sort("replicate")
    every = pl.DataFrame({"replicate": pl.Series(range(replicates), dtype=pl.Int32)})
    return every.join(rows, on="replicate", how="left", maintain_order="left").fill_null(0)
