"""Qualified nonelective contributions (QNECs) that make a failed ADP or ACP test pass, in place of refunds.

Chapter: ``docs/model/testing.md``.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from workforce_sim.dates import Flags, Ints
from workforce_sim.money import half_up
from workforce_sim.plan.adp import BP, checked_columns, measured
from workforce_sim.plan.columns import Column
from workforce_sim.plan.correction import Dollars, dollars_like

TARGETED_BP = 500
"""What a QNEC for some employees only may be in any case, 26 CFR 1.401(k)-2(a)(6)(iv)."""


class Qnecs(NamedTuple):
    """QNECs of everybody tested: one share of pay for all, bp and cents; and to the lowest paid, cents.

    The share is None where even all of pay would not do.
    """

    flat_bp: int | None
    flat: Ints
    targeted: Ints


def qnecs_of(contribution_cents: Ints, compensation_cents: Ints, hce: Flags) -> Qnecs:
    """Return the smallest QNECs with which a test of this year's figures passes, all 0 where it does without.

    Arguments as for ``adp.measured``. The lowest paid get 5% of pay each, the last one less, and all the flat share
    where 5% for everybody is not enough.
    """

    def passes(more: Ints) -> bool:
        return measured(contribution_cents + more, compensation_cents, hce).passed

    def flat(share: int) -> Ints:
        return np.where(hce, 0, half_up(share * compensation_cents, BP))

    share = _first(lambda share: passes(flat(share)), BP + 1)
    found = flat(share if share <= BP else 0)
    if not 0 < share < TARGETED_BP:
        return Qnecs(share if share <= BP else None, found, found)
    return Qnecs(share, found, _targeted(flat(TARGETED_BP), compensation_cents, hce, passes))


def _targeted(most: Ints, compensation_cents: Ints, hce: Flags, passes: Callable[[Ints], bool]) -> Ints:
    """Return the most for the lowest paid, as many as it takes, and what is still needed for the last of them."""
    order = np.argsort(compensation_cents, kind="stable")
    order = order[~hce[order] & (compensation_cents[order] > 0)]

    def given(count: int, last: NDArray[np.int64] | int | None = None) -> Ints:
        found = np.zeros_like(most)
        found[order[:count]] = most[order[:count]]
        if last is not None:
            found[order[count - 1]] = last
        return found

    count = _first(lambda count: passes(given(count)), len(order))
    last = order[count - 1]
    share = _first(lambda share: passes(given(count, half_up(share * compensation_cents[last], BP))), TARGETED_BP)
    return given(count, half_up(share * compensation_cents[last], BP))


def _first(holds: Callable[[int], bool], most: int) -> int:
    """Return the smallest number for which something holds; it holds for all larger ones."""
    return bisect_left(range(most), True, key=holds)


@dataclass(frozen=True, eq=False)
class QnecCorrection:
    """QNECs that make a test pass; the last two have one entry per employee, dollars, in the order given.

    Attributes:
        percent: the smallest share of pay for all who are not highly compensated, 1.25 for 1.25%; None where even all
            of pay would not do.
        total: dollars of it.
        targeted_total: dollars where the lowest paid get 5% of pay each, as many as it takes.
        amounts: the share of pay of each one.
        targeted: what each one gets where the lowest paid get 5%.
    """

    percent: float | None
    total: float
    targeted_total: float
    amounts: Dollars = field(repr=False)
    targeted: Dollars = field(repr=False)


def smallest_qnec(contribution: Column, compensation: Column, highly_compensated: Column) -> QnecCorrection:
    """Return the smallest QNECs with which an ADP test passes, or with match for deferrals an ACP test.

    One share of pay, in whole basis points, for all who are not highly compensated; a QNEC that is the same share for
    all is never disproportionate. And the cheapest that the law allows for some only: 5% of pay for the lowest paid,
    as many as it takes, with what is still needed for the last one. Tests are of this year's figures (``current``).
    Source: IRC 401(k)(3)(D), 401(m)(3); 26 CFR 1.401(k)-2(a)(6)(iv), 1.401(m)-2(a)(6)(v).

    Args:
        contribution: as for ``adp_test``; so are the others.
        compensation: dollars of plan compensation.
        highly_compensated: who is.

    Raises:
        TypeError: for columns that are not dollars or flags.
        ValueError: as ``adp_test``.
    """
    found = qnecs_of(*checked_columns(contribution, compensation, highly_compensated))
    return QnecCorrection(
        percent=None if found.flat_bp is None else found.flat_bp / 100,
        total=int(found.flat.sum()) / 100,
        targeted_total=int(found.targeted.sum()) / 100,
        amounts=dollars_like("amounts", found.flat, contribution),
        targeted=dollars_like("targeted", found.targeted, contribution),
    )
