"""Read and check a census: one row per employee at the opening."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from workforce_sim.tables import CENSUS, completed

SYNTHETIC = "synthetic census"
"""The source of an invented census: its levels give way to configured ones."""


@dataclass(frozen=True)
class Census:
    """A census that keeps every rule.

    Attributes:
        frame: one row per employee, columns of ``tables.CENSUS``; birth date, level, department, full-time share and
            the plan's columns may hold nulls.
        notes: what was dropped or ignored, a sentence each, with counts.
        source: file name, or ``frame``.
    """

    frame: pl.DataFrame
    notes: tuple[str, ...] = ()
    source: str = "frame"


def read_census(source: pl.DataFrame | Census, config: object = None) -> Census:
    """Read a clean frame with ``employee_id``, ``hire_date`` and ``annual_salary`` in dollars."""
    if isinstance(source, Census):
        return source
    dollars = pl.col("annual_salary")
    frame = source.with_columns((dollars * 100 + 0.5).floor().cast(pl.Int64).alias("salary_cents"))
    return Census(completed(frame, CENSUS))
