"""Breaks in service: what an absence does to service, and what a plan gives back to who returns.

Chapter: ``docs/model/returns.md``. Dates are days since 1970-01-01, amounts cents; integers or int64 arrays alike.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from workforce_sim.dates import Days, Flags, Ints, PlanYear, days_in_leap_year, whole_years, years_after, years_before
from workforce_sim.plan.vesting import vested_cents

FIVE = 5
"""One-year breaks from which forfeitures need not be restored, and service of the nonvested may be disregarded."""


def may_disregard(prior_years: Any, breaks: Any) -> Any:
    """Return whether service of a nonvested employee before an absence may be disregarded: the rule of parity.

    Source: IRC 410(a)(5)(D) and 411(a)(6)(D).

    Args:
        prior_years: completed years of service before the absence.
        breaks: consecutive one-year breaks.
    """
    return breaks >= np.maximum(FIVE, prior_years)


def after_absence(since: Days, last_day: Days, back: Days, year: PlanYear) -> Days:
    """Return the service dates of employees who return in a year: later by an absence of a year or more.

    Args:
        since: service dates at termination.
        last_day: last days of employment.
        back: dates of return.
        year: of the return.
    """
    whole = whole_years(since, last_day)
    more = last_day - years_after(since, whole) + 1
    later = years_before(days_in_leap_year(back, year), year.year, whole) - more
    return np.where(whole_years(last_day, back) >= 1, later, since).astype(np.int32)


def given_back(balance: Ints, share_bp: Ints, breaks: Ints, *, buy_back: bool) -> tuple[Ints, Ints]:
    """Return what is restored to employees who return, and what they repay, IRC 411(a)(7)(C).

    Args:
        balance: at termination before the payout.
        share_bp: the vested share at termination.
        breaks: consecutive one-year breaks.
        buy_back: whether they repay what they were paid.
    """
    paid = vested_cents(balance, share_bp)
    forfeited = balance - paid
    restores: Flags = (breaks < FIVE) & (forfeited > 0) & ((paid == 0) | buy_back)
    return np.where(restores, forfeited, 0), np.where(restores, paid, 0)
