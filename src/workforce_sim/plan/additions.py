"""The limit on annual additions, section 415(c), and what comes off first. Integers or int64 arrays alike.

Chapter: ``docs/model/contributions.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workforce_sim.plan.amounts import larger, smaller


@dataclass(frozen=True)
class Additions:
    """What a year adds to an account, cents, catch-up left out; and what came off."""

    deferral: Any
    match: Any
    nonelective: Any
    reallocated: Any
    excess: Any


def reduced(additions: Additions, limit_cents: Any, *, safe_harbor: bool) -> Additions:
    """Return the additions within the limit: off reallocated forfeitures, nonelective, match, then deferrals.

    Args:
        additions: before the limit; ``excess`` is not looked at.
        limit_cents: the year's dollar limit, or all pay of the year where that is less.
        safe_harbor: whether the match is safe-harbor money, of which nothing comes off.
    """
    whole = additions.deferral + additions.match + additions.nonelective + additions.reallocated
    excess = larger(whole - limit_cents, 0)
    off_reallocated = smaller(excess, additions.reallocated)
    off_nonelective = smaller(excess - off_reallocated, additions.nonelective)
    left = excess - off_reallocated - off_nonelective
    off_match = 0 * left if safe_harbor else smaller(left, additions.match)
    off_deferral = smaller(left - off_match, additions.deferral)
    return Additions(
        additions.deferral - off_deferral,
        additions.match - off_match,
        additions.nonelective - off_nonelective,
        additions.reallocated - off_reallocated,
        off_reallocated + off_nonelective + off_match + off_deferral,
    )
