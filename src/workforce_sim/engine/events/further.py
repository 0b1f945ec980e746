"""A source of employer contributions besides match and nonelective: within section 415 after them, and its account.

Chapter: ``docs/model/sources.md``. An excess comes off the sources added last, so each is added to what is there
already: the outcome is that of one limit on all.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from workforce_sim.dates import Ints
from workforce_sim.engine.columns import Array, Columns, Described
from workforce_sim.engine.context import Year
from workforce_sim.engine.deferral_limit import catch_up_of
from workforce_sim.engine.event import KeptColumn
from workforce_sim.engine.events.account import YearsServed, in_account
from workforce_sim.engine.events.contribution import roth_of


def adds(source: str, name: str) -> Described:
    """Return the columns that the event of a source adds."""
    return {
        f"{source}_cents": (pl.Int64, name),
        f"new_{source}_balance_cents": (
            pl.Int64,
            f"{name} balance at the end of the year; of terminated employees before the payout",
        ),
        f"vested_share_{source}_bp": (pl.Int64, f"vested share of the {name} balance"),
        f"forfeited_{source}_cents": (pl.Int64, f"forfeited of the {name} balance at termination"),
    }


def snapshot(source: str) -> dict[str, pl.Expr]:
    """Return the columns of the snapshot from the event of a source."""
    return {
        f"{source}_cents": pl.col(f"{source}_cents"),
        f"{source}_balance_cents": pl.col(f"new_{source}_balance_cents"),
        f"vested_share_{source}_bp": pl.col(f"vested_share_{source}_bp"),
    }


def kept(source: str, name: str) -> dict[str, KeptColumn]:
    """Return the balance that passes from year to year."""
    balance = f"{source}_balance_cents"
    return {balance: KeptColumn(pl.Int64(), f"{name} balance", census=balance)}


def added(source: str, wished: Ints, before: tuple[str, ...], staff: Columns, year: Year) -> Mapping[str, Array]:
    """Return the columns of a source, and those of the contributions before it that its excess changes.

    Args:
        source: ``profit_sharing``, for example.
        wished: its contribution before section 415, cents.
        before: columns of the annual additions that are there already, besides deferrals.
        staff: of the year.
        year: the plan year.
    """
    deferral = staff["pre_tax_cents"] + staff["roth_cents"]
    moved, cut = excess_of(wished, before, staff, year)
    found = dict(zip(adds(source, ""), _account(source, wished - cut, staff, year), strict=True))
    return (
        found | _became_catch_up(moved, deferral, staff, year) | {"excess_415_cents": staff["excess_415_cents"] + cut}
    )


def excess_of(wished: Ints, before: tuple[str, ...], staff: Columns, year: Year) -> tuple[Ints, Ints]:
    """Return how much of the deferrals a source beyond section 415 makes catch-up, and how much of it is cut; cents.

    Arguments as for ``added``.
    """
    catch_up, deferral = staff["catch_up_cents"], staff["pre_tax_cents"] + staff["roth_cents"]
    there = sum((staff[name] for name in before), start=deferral - catch_up)
    most = np.minimum(staff["earnings_cents"], year.limits.annual_additions_cents)
    excess = np.maximum(there + wished - most, 0)
    moved, above = np.zeros_like(excess), np.flatnonzero(excess)
    room = catch_up_of(above, staff, year) - catch_up[above]
    moved[above] = np.minimum(np.minimum(excess[above], room), (deferral - catch_up)[above])
    return moved, excess - moved


def _account(source: str, paid: Ints, staff: Columns, year: Year) -> tuple[Array, ...]:
    return (paid, *in_account(source, paid, staff, YearsServed.of(staff, year), year))


def _became_catch_up(moved: Ints, deferral: Ints, staff: Columns, year: Year) -> dict[str, Array]:
    """Return the deferrals after some have become catch-up, which may have to be Roth."""
    if not moved.any():
        return {}
    catch_up, roth = staff["catch_up_cents"] + moved, staff["roth_cents"].copy()
    rows = np.flatnonzero(moved)
    must = staff.flags("roth_catch_up")[rows]
    roth[rows] = roth_of(deferral[rows], catch_up[rows], deferral[rows], must, year.config.plan.roth)
    return {"catch_up_cents": catch_up, "roth_cents": roth, "pre_tax_cents": deferral - roth}
