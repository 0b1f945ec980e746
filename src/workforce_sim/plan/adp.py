"""The ADP and the ACP test: do HCEs defer, or get matched, too much compared with NHCEs.

Ratios, means and limits are whole basis points, a basis point being the hundredth of a percentage point to which the
regulations count; no float decides. Chapter: ``docs/model/testing.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from workforce_sim.dates import Flags, Ints
from workforce_sim.money import exact_sum, half_up, scaled
from workforce_sim.plan.amounts import same_length
from workforce_sim.plan.columns import Column, cents_column, flag_column

BP = 10_000
FIRST_YEAR_BP = 300
"""What others than the highly compensated are deemed to defer before a plan's first year, IRC 401(k)(3)(E)."""

Method = Literal["current", "prior"]


@dataclass(frozen=True)
class AdpTest:
    """An ADP or ACP test; percentages are in percent, 6.5 for 6.5%, to 2 decimals.

    Attributes:
        passed: whether the highly compensated are within what the others allow.
        hce_percentage: mean ratio of the highly compensated; None when there is none.
        nhce_percentage: mean ratio of the others, of this year or the year before; None when there is none.
        highest_passing: highest percentage of the highly compensated that passes; None when any does.
        hces: how many highly compensated have compensation.
        nhces: how many others do.
    """

    passed: bool
    hce_percentage: float | None
    nhce_percentage: float | None
    highest_passing: float | None
    hces: int
    nhces: int


def ratios_bp(contribution_cents: Ints, compensation_cents: Ints) -> Ints:
    """Return contribution / compensation of each one in basis points, half up; compensation is above 0."""
    return (2 * BP * contribution_cents + compensation_cents) // (2 * compensation_cents)


def mean_bp(ratios: Ints) -> int | None:
    """Return the mean of ratios in basis points, half up, zeros included; None without any."""
    return half_up(exact_sum(ratios), len(ratios)) if len(ratios) else None


def highest_passing_bp(nhce_bp: int) -> int:
    """Return the highest whole percentage in bp that passes: max(1.25 N, min(2 N, N + 2%)), rounded down."""
    return max(5 * nhce_bp // 4, min(2 * nhce_bp, nhce_bp + 200))


def group_bp(contribution_cents: Ints, compensation_cents: Ints, group: Flags) -> int | None:
    """Return the mean ratio in basis points of those of a group who have compensation; None without any."""
    some = group & (compensation_cents > 0)
    return mean_bp(ratios_bp(contribution_cents[some], compensation_cents[some]))


def measured(contribution_cents: Ints, compensation_cents: Ints, hce: Flags, prior_bp: int | None = None) -> AdpTest:
    """Return the test of everybody eligible; who has no compensation is left out.

    Args:
        contribution_cents: deferrals without catch-up (ADP), or match (ACP).
        compensation_cents: plan compensation.
        hce: who is highly compensated.
        prior_bp: percentage of the others in the year before, basis points; None to take this year's.
    """
    paid = compensation_cents > 0
    high = group_bp(contribution_cents, compensation_cents, hce)
    others = group_bp(contribution_cents, compensation_cents, ~hce) if prior_bp is None else prior_bp
    most = None if others is None else highest_passing_bp(others)
    passed = high is None or most is None or high <= most
    counts = int(np.count_nonzero(hce & paid)), int(np.count_nonzero(~hce & paid))
    return AdpTest(passed, _percent(high), _percent(others), _percent(most), *counts)


def adp_test(
    contribution: Column,
    compensation: Column,
    highly_compensated: Column,
    *,
    method: Method = "current",
    prior_nhce_percentage: float | None = None,
) -> AdpTest:
    """Return the ADP test of the eligible employees of a plan, or with match for deferrals the ACP test.

    Each one's ratio is contribution / compensation to 0.01%, half up, 0 for those who contribute nothing; a group's
    percentage is the mean of its ratios, to 0.01%, half up. The highly compensated pass up to the larger of 1.25 times
    the others' percentage and the smaller of twice it and it plus 2 points. Who has no compensation is left out, and
    without anybody in one of the groups the test is passed. Source: IRC 401(k)(3), 401(m)(2); 26 CFR 1.401(k)-2(a),
    1.401(m)-2(a).

    Args:
        contribution: dollars deferred, pre-tax and Roth, without catch-up; for the ACP test, dollars of match. A list,
            a NumPy array or a column of a Polars frame, of everybody eligible.
        compensation: dollars of plan compensation, after the limit of section 401(a)(17).
        highly_compensated: who is.
        method: compare with the others' percentage of the year (``current``) or of the year before (``prior``).
        prior_nhce_percentage: that of the year before, 3.25 for 3.25%; when left out, 3% of a plan's first year.

    Raises:
        TypeError: for columns that are not dollars or flags.
        ValueError: for missing, negative or infinite values, columns of different lengths, contributions without
            compensation, an unknown method, or a percentage that is not wanted.
    """
    columns = checked_columns(contribution, compensation, highly_compensated)
    return measured(*columns, prior_bp=prior_bp_of(method, prior_nhce_percentage))


def checked_columns(contribution: Column, compensation: Column, highly_compensated: Column) -> tuple[Ints, Ints, Flags]:
    """Return the columns of a test in cents and flags; raises as ``adp_test``."""
    contributed = cents_column(contribution, "contribution")
    paid = cents_column(compensation, "compensation")
    hce = flag_column(highly_compensated, "highly_compensated")
    same_length(contribution=contributed, compensation=paid, highly_compensated=hce)
    unpaid = np.count_nonzero((contributed > 0) & (paid == 0))
    if unpaid:
        raise ValueError(f"contribution: {unpaid} of {len(paid)} contribute without compensation")
    return contributed, paid, hce


def prior_bp_of(method: Any, percentage: float | None) -> int | None:
    """Return the others' percentage of the year before in basis points; None where this year's counts."""
    if method not in ("current", "prior"):
        raise ValueError(f"method must be current or prior (got {method!r})")
    if method == "current":
        if percentage is not None:
            raise ValueError("prior_nhce_percentage is for method='prior'")
        return None
    return FIRST_YEAR_BP if percentage is None else _percentage_bp(percentage)


def _percentage_bp(percentage: float) -> int:
    try:
        bp = scaled(percentage, 2)
    except (ArithmeticError, ValueError):
        bp = -1
    if bp < 0:
        raise ValueError("prior_nhce_percentage must be a percentage from 0 up, at most 2 decimals (3.25 for 3.25%)")
    return bp


def _percent(bp: int | None) -> float | None:
    return None if bp is None else bp / 100
