"""Whether forfeitures are used in time. Chapter: ``docs/model/testing.md``."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from workforce_sim.plan.findings import PlanTest
from workforce_sim.plan.people import RunTables

FIRST_DEADLINE = 2025
"""Forfeitures of 2024 and before are to be used by the end of this year, prop. 26 CFR 1.401-7."""


def forfeitures_in_time(run: RunTables, year: int, replicate: int) -> Iterator[PlanTest]:
    """Yield whether what was forfeited by the end of the year before is used by the end of the year.

    Forfeitures are used in the order in which they arose. Nothing where nothing was forfeited by then.
    """
    rows = run.summary.filter((pl.col("replicate") == replicate) & (pl.col("year") <= year))
    before = int(rows.filter(pl.col("year") < year)["forfeitures_cents"].fill_null(0).sum())
    used = int(rows["forfeitures_used_cents"].fill_null(0).sum())
    if before == 0 or year < FIRST_DEADLINE:
        return
    overdue = max(0, before - used)
    figures = {"overdue": overdue / 100, "forfeited": before / 100, "used": used / 100}
    note = "forfeitures are to be used within 12 months after the plan year (prop. 26 CFR 1.401-7)"
    yield PlanTest("Forfeitures", "failed" if overdue else "passed", "401(a)", figures, note if overdue else "")
