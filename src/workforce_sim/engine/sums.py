"""Sums of a year over its partitions: whole numbers by replicate, the same in whatever order they are added."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl


def added_up(parts: list[list[pl.DataFrame]], replicates: Sequence[int]) -> pl.DataFrame:
    """Return one row per replicate, in order, with all sums; 0 of a replicate that has nobody.

    Args:
        parts: of each partition, its sums: one row where there is one replicate, else one per replicate with anybody.
        replicates: their numbers.
    """
    if len(replicates) == 1:
        rows = pl.concat([pl.concat(frames, how="horizontal") for frames in parts])
        return rows if rows.height == 1 else rows.sum()
    every = pl.DataFrame({"replicate": pl.Series(replicates, dtype=pl.Int32)})
    for frames in zip(*parts, strict=True):
        rows = frames[0] if len(frames) == 1 else pl.concat(frames).group_by("replicate").sum()
        every = every.join(rows, on="replicate", how="left", maintain_order="left")
    return every.drop("replicate").fill_null(0)
