"""Whether a plan year is presumed to be a partial termination. Chapter: ``docs/model/testing.md``."""

from __future__ import annotations

import numpy as np
import polars as pl

from workforce_sim.money import half_up
from workforce_sim.plan.findings import PlanTest
from workforce_sim.plan.people import People, RunTables

BP = 10_000
PRESUMED_BP = 2_000
"""Turnover from which a partial termination is presumed, Rev. Rul. 2007-43."""
SHORT = "of a short plan year alone: the plan year before counts too (Rev. Rul. 2007-43), and the run does not know it"
OTHER_CAUSES = ("voluntary", "retirement", "death", "disability")
"""Causes of termination that the employer does not bring about."""


def partial_termination(run: RunTables, people: People, replicate: int) -> PlanTest:
    """Return whether a partial termination is presumed in a plan year.

    Turnover: those in the plan whose termination the employer brought about, over all who were in it at some time.
    """
    ends = (pl.col("year") == people.year.year) & (pl.col("replicate") == replicate)
    ends &= pl.col("event_type").cast(pl.String) == "termination"
    causes = run.events.filter(ends).select("employee_id", cause=pl.col("cause").cast(pl.String))
    rows = people.ids.to_frame("employee_id").join(causes, on="employee_id", how="left", maintain_order="left")
    left = people.eligible & rows["cause"].is_not_null().to_numpy()
    initiated = left & ~rows["cause"].is_in(OTHER_CAUSES).fill_null(False).to_numpy()
    voluntary = left & (rows["cause"] == "voluntary").fill_null(False).to_numpy()
    members, ended = int(people.eligible.sum()), int(initiated.sum())
    presumed = members > 0 and BP * ended >= PRESUMED_BP * members
    figures: dict[str, float | int | None] = {
        "turnover_percent": _percent(ended, members),
        "with_voluntary_percent": _percent(ended + int(voluntary.sum()), members),
        "members": members,
        "initiated": ended,
        "affected_forfeitures": int(people.forfeited[left].sum()) / 100,
    }
    vest = "all who terminated in the year must be fully vested" if presumed and np.any(people.forfeited[left]) else ""
    note = "; ".join(filter(None, (vest, SHORT if people.year.short else "")))
    return PlanTest("Partial termination", "presumed" if presumed else "not presumed", "411(d)(3)", figures, note)


def _percent(some: int, of: int) -> float | None:
    return half_up(BP * some, of) / 100 if of else None
