"""Shifting deferrals of others from the ADP to the ACP test. Chapter: ``docs/model/testing.md``."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from workforce_sim.money import scaled
from workforce_sim.plan.adp import BP, highest_passing_bp


@dataclass(frozen=True)
class AcpShift:
    """What shifting takes, percent.

    Attributes:
        adp_needs: the average that the others need in the ADP test.
        available: what they have beyond it.
        acp_needs: the average that they need in the ACP test.
        shift: what the ACP test lacks.
        passes: whether both tests pass with the shift.
    """

    adp_needs: float
    available: float
    acp_needs: float
    shift: float
    passes: bool


def needed_bp(hce_bp: int) -> int:
    """Return the lowest average of the others with which one of the highly compensated passes, basis points."""
    return bisect_left(range(max(hce_bp, BP) + 1), hce_bp, key=highest_passing_bp)


def shifted(nhce_adp_bp: int, hce_adp_bp: int, nhce_acp_bp: int, hce_acp_bp: int) -> AcpShift:
    """Return what shifting takes; arguments in basis points."""
    adp, acp = needed_bp(hce_adp_bp), needed_bp(hce_acp_bp)
    available, shift = nhce_adp_bp - adp, max(0, acp - nhce_acp_bp)
    return AcpShift(adp / 100, max(0, available) / 100, acp / 100, shift / 100, shift <= available)


def adp_to_acp_shift(nhce_adp: float, hce_adp: float, nhce_acp: float, hce_acp: float) -> AcpShift:
    """Return whether the ACP test passes with deferrals that the ADP test of the others does not need.

    The ADP test must pass with all deferrals and without those shifted. Source: 26 CFR 1.401(m)-2(a)(6)(ii).

    Args:
        nhce_adp: average deferral percentage of those not highly compensated, 4.51 for 4.51%; 2 decimals at most.
        hce_adp: that of the highly compensated.
        nhce_acp: average contribution percentage of those not highly compensated.
        hce_acp: that of the highly compensated.

    Raises:
        ValueError: for negative percentages, or more than 2 decimals.
    """
    given = {"nhce_adp": nhce_adp, "hce_adp": hce_adp, "nhce_acp": nhce_acp, "hce_acp": hce_acp}
    return shifted(*(_bp(name, percent) for name, percent in given.items()))


def _bp(name: str, percent: float) -> int:
    try:
        bp = scaled(percent, 2)
    except (ArithmeticError, ValueError):
        bp = -1
    if bp < 0:
        raise ValueError(f"{name} must be a percentage from 0 up, at most 2 decimals (4.51 for 4.51%)")
    return bp
