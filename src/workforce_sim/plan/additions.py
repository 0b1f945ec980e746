"""The limit on annual additions, section 415(c), and what gives way first. Integers or int64 arrays alike.

Chapter: ``docs/model/contributions.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from workforce_sim.plan.amounts import larger, smaller


@dataclass(frozen=True)
class Additions:
    """What a year adds to an account, cents.

    Attributes:
        deferral: deferrals that are not catch-up.
        catch_up: deferrals beyond a limit, which are no annual additions.
        match, nonelective, reallocated: employer contributions; the last, forfeitures.
    """

    deferral: Any
    catch_up: Any
    match: Any
    nonelective: Any
    reallocated: Any

    @property
    def whole(self) -> Any:
        """Annual additions."""
        return self.deferral + self.match + self.nonelective + self.reallocated

    @property
    def everything(self) -> Any:
        """All that is added, catch-up too."""
        return self.whole + self.catch_up

    def of(self, rows: NDArray[np.intp]) -> Additions:
        """Return those of some rows, of arrays."""
        return Additions(**{source: amounts[rows] for source, amounts in vars(self).items()})

    def replaced(self, rows: NDArray[np.intp], others: Additions) -> Additions:
        """Return the same arrays but for some rows, which have others."""
        found = {source: amounts.copy() for source, amounts in vars(self).items()}
        for source, amounts in found.items():
            amounts[rows] = getattr(others, source)
        return Additions(**found)


def reduced(
    wished: Additions, limit_cents: Any, room_cents: Any, safe_harbor: Literal["match", "nonelective"] | None
) -> Additions:
    """Return the additions within the limit.

    An excess of somebody with room for it becomes catch-up, 26 CFR 1.414(v)-1(c). The rest comes off reallocated
    forfeitures, nonelective contributions, match, then deferrals; safe-harbor contributions come last.

    Args:
        wished: before the limit.
        limit_cents: the year's dollar limit, or all pay of the year where that is less.
        room_cents: catch-up that each one may still make.
        safe_harbor: which employer contributions are safe-harbor contributions.
    """
    excess = larger(wished.whole - limit_cents, 0)
    moved = smaller(smaller(excess, room_cents), wished.deferral)
    left = {
        "reallocated": wished.reallocated,
        "nonelective": wished.nonelective,
        "match": wished.match,
        "deferral": wished.deferral - moved,
    }
    if safe_harbor is not None:
        left[safe_harbor] = left.pop(safe_harbor)
    excess = excess - moved
    for source, amount in left.items():
        off = smaller(excess, amount)
        left[source], excess = amount - off, excess - off
    return Additions(catch_up=wished.catch_up + moved, **left)
