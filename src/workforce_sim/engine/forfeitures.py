"""The account of forfeitures: what a year uses, and what it leaves for the next.

Chapter: ``docs/model/contributions.md``.
"""

from __future__ import annotations

import polars as pl

from workforce_sim.engine.context import Year
from workforce_sim.result.summary import UsedForfeitures
from workforce_sim.tables import EMPLOYER_MONEY


def used_forfeitures(sums: pl.DataFrame, year: Year) -> UsedForfeitures:
    """Return the forfeitures that a year uses, from its sums by replicate."""
    use = year.config.plan.forfeitures
    return UsedForfeitures(_used(sums, use, year), lowers_cost=use != "expenses")


def _used(sums: pl.DataFrame, use: str, year: Year) -> list[int]:
    if use == "expenses" or not any(year.forfeitures):
        return year.forfeitures
    if use == "reallocate":
        return sums["reallocated_cents"].to_list()
    paid = [name for name in (*EMPLOYER_MONEY, "restored_cents") if name in sums.columns]
    money = sums.select(pl.sum_horizontal(paid)).to_series().to_list()
    return [min(account, most) for account, most in zip(year.forfeitures, money, strict=True)]


def left_over(sums: pl.DataFrame, used: UsedForfeitures | None, year: Year) -> list[int]:
    """Return the account at the end of a year, by replicate."""
    if used is None:
        return year.forfeitures
    new = sums["forfeitures_cents"].to_list()
    return [old - spent + more for old, spent, more in zip(year.forfeitures, used.cents, new, strict=True)]
