"""Correction of a failed ADP or ACP test: percentages set the total, dollars say who gets it back.

Chapter: ``docs/model/testing.md``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import accumulate
from typing import NamedTuple

import numpy as np
import polars as pl

from workforce_sim.dates import Flags, Ints
from workforce_sim.money import exact_sum, half_up
from workforce_sim.plan.adp import (
    BP,
    Method,
    checked_columns,
    group_bp,
    highest_passing_bp,
    mean_bp,
    prior_bp_of,
    ratios_bp,
)
from workforce_sim.plan.amounts import same_length
from workforce_sim.plan.columns import Column, cents_column

Dollars = tuple[float, ...] | pl.Series


@dataclass(frozen=True, eq=False)
class AdpCorrection:
    """What corrects a failed test, in dollars; the last three have one entry per employee, in the order given.

    They are tuples; columns where the contributions are a column of a Polars frame.

    Attributes:
        highest_permitted_ratio: percent to which the highest ratios are brought down; None when nothing is to correct.
        total: excess contributions of all.
        excess: excess contributions apportioned to each one; they add up to the total.
        recharacterized: the part of it that stays in the plan as catch-up.
        refunds: the part that is paid back, before earnings.
    """

    highest_permitted_ratio: float | None
    total: float
    excess: Dollars = field(repr=False)
    recharacterized: Dollars = field(repr=False)
    refunds: Dollars = field(repr=False)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AdpCorrection) and self._plain == other._plain

    def __hash__(self) -> int:
        return hash(self._plain)

    @property
    def _plain(self) -> tuple[object, ...]:
        return (
            self.highest_permitted_ratio,
            self.total,
            *map(tuple, (self.excess, self.recharacterized, self.refunds)),
        )


class Excess(NamedTuple):
    """Excess contributions of everybody tested: the permitted ratio in basis points, and each one's part in cents."""

    permitted_bp: Fraction | None
    cents: Ints


def excess_of(contribution_cents: Ints, compensation_cents: Ints, hce: Flags, prior_bp: int | None = None) -> Excess:
    """Return the excess contributions of a test, all 0 where it is passed; arguments as for ``adp.measured``."""
    rows = np.flatnonzero(hce & (compensation_cents > 0))
    others = group_bp(contribution_cents, compensation_cents, ~hce) if prior_bp is None else prior_bp
    contributions, compensations = contribution_cents[rows], compensation_cents[rows]
    ratios = ratios_bp(contributions, compensations)
    permitted = None if others is None else permitted_ratio(ratios, highest_passing_bp(others))
    cents = np.zeros(len(contribution_cents), dtype=np.int64)
    if permitted is not None:
        above = ratios > math.floor(permitted)
        total = excess_total(contributions[above], compensations[above], permitted)
        cents[rows] = apportioned(contributions.tolist(), total)
    return Excess(permitted, cents)


def permitted_ratio(ratios: Ints, target_bp: int) -> Fraction | None:
    """Return the ratio down to which the highest are leveled for their mean to be the target; None where it passes.

    The highest ratio comes down to the next, both to the one after, and so on, the last step only as far as needed.

    Args:
        ratios: of the highly compensated, basis points.
        target_bp: highest percentage that passes.
    """
    mean = mean_bp(ratios)
    if mean is None or mean <= target_bp:
        return None
    return level(ratios.tolist(), exact_sum(ratios) - target_bp * len(ratios))


def level(amounts: list[int], over: int) -> Fraction:
    """Return the level whose excess, of the amounts above it, is ``over`` in all; ``over`` is at most their sum."""
    falling = sorted(amounts, reverse=True)
    levels = (Fraction(total - over, k) for k, total in enumerate(accumulate(falling), 1))
    return next(found for found, lower in zip(levels, [*falling[1:], 0], strict=True) if found >= lower)


def excess_total(contribution_cents: Ints, compensation_cents: Ints, permitted_bp: Fraction) -> int:
    """Return in cents what contributions are beyond the permitted ratio of compensation; each one's half up."""
    p, q = permitted_bp.numerator, permitted_bp.denominator * BP
    rows = zip(contribution_cents.tolist(), compensation_cents.tolist(), strict=True)
    return sum(max(0, half_up(q * contribution - p * paid, q)) for contribution, paid in rows)


def apportioned(contributions: list[int], total: int) -> list[int]:
    """Return how a total in cents comes off the largest contributions: the largest down to the next, and so on.

    Where the level is not whole cents, those listed first give a cent more.
    """
    if total == 0:
        return [0] * len(contributions)
    lowest = math.ceil(level(contributions, total))
    taken = [max(0, contribution - lowest) for contribution in contributions]
    above = [at for at, contribution in enumerate(contributions) if contribution >= lowest]
    for at in above[: total - sum(taken)]:
        taken[at] += 1
    return taken


def correct_adp(
    contribution: Column,
    compensation: Column,
    highly_compensated: Column,
    *,
    method: Method = "current",
    prior_nhce_percentage: float | None = None,
    catch_up_room: Column | None = None,
) -> AdpCorrection:
    """Return what corrects a failed ADP test, or with match for deferrals a failed ACP test; nothing where it passes.

    First percentages: the highest ratios of the highly compensated are leveled until their mean passes, and what each
    contributed beyond the permitted ratio of compensation is added up. Then dollars: that total is taken off the
    largest contributions, leveled in the same way. What fits into unused catch-up stays in the plan, the rest is
    refunded; the plan then passes, whatever a second test would say. Source: IRC 401(k)(8), 401(m)(6), 414(v)(3);
    26 CFR 1.401(k)-2(b)(2), 1.401(m)-2(b)(2), 1.414(v)-1(b)(1)(iii) and (c)(3).

    Args:
        contribution: as for ``adp_test``; so are the next four.
        compensation: dollars of plan compensation.
        highly_compensated: who is.
        method: ``current`` or ``prior``.
        prior_nhce_percentage: that of the year before.
        catch_up_room: dollars of catch-up that each one may still make; none when left out. Not for the ACP test.

    Raises:
        TypeError: for columns that are not dollars or flags.
        ValueError: as ``adp_test``.
    """
    columns = checked_columns(contribution, compensation, highly_compensated)
    found = excess_of(*columns, prior_bp=prior_bp_of(method, prior_nhce_percentage))
    room = np.zeros_like(found.cents) if catch_up_room is None else cents_column(catch_up_room, "catch_up_room")
    same_length(contribution=found.cents, catch_up_room=room)
    kept = np.minimum(found.cents, room)
    return AdpCorrection(
        highest_permitted_ratio=None if found.permitted_bp is None else float(found.permitted_bp / 100),
        total=int(found.cents.sum()) / 100,
        excess=dollars_like("excess", found.cents, contribution),
        recharacterized=dollars_like("recharacterized", kept, contribution),
        refunds=dollars_like("refunds", found.cents - kept, contribution),
    )


def dollars_like(name: str, cents: Ints, like: Column) -> Dollars:
    """Return cents in dollars: a named column where the other is one of a Polars frame, else a tuple."""
    return pl.Series(name, cents / 100) if isinstance(like, pl.Series) else tuple((cents / 100).tolist())
