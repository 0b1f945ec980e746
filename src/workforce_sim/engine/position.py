"""Where pay stands in the range of its level; ranges are those of full-time pay.

Chapter: ``docs/model/pay-ranges.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workforce_sim.dates import Flags, Ints
from workforce_sim.engine.pay_scale import PayScale
from workforce_sim.money import MAX_GROWN_CENTS, PPM, half_up

NO_LIMIT = 2**62
"""The maximum of a level without a range."""
HIGHEST_RATIO_PPM = 10**10
"""Of compa-ratios, so that the sum of all fits into 64 bits."""


@dataclass(frozen=True)
class InRange:
    """Employees at their levels in the ranges of one year.

    Attributes:
        scale: of the year.
        level: of each.
        full_time: hours of each as a share of full-time, ppm.
    """

    scale: PayScale
    level: NDArray[Any]
    full_time: NDArray[Any]

    @property
    def minimum(self) -> Ints:
        """The minimum for the hours of each; 0 without a range."""
        return half_up(self.scale.minimum[self.level] * self.full_time, PPM)

    @property
    def maximum(self) -> Ints:
        """The maximum for the hours of each; ``NO_LIMIT`` without a range."""
        maximum = self.scale.maximum[self.level]
        return np.where(maximum > 0, half_up(maximum * self.full_time, PPM), NO_LIMIT)

    def compa_ratio(self, salary: Ints) -> tuple[Ints, Flags]:
        """Return full-time pay over the midpoint, ppm, and who has one."""
        ratio, known = _share(self._full_time_pay(salary), self.scale.midpoint[self.level])
        return np.minimum(ratio, HIGHEST_RATIO_PPM), known

    def penetration(self, salary: Ints) -> tuple[Ints, Flags]:
        """Return full-time pay from 0 at the minimum to 10^6 at the maximum, and who has one."""
        low, high = self.scale.minimum[self.level], self.scale.maximum[self.level]
        return _share(self._full_time_pay(salary) - low, high - low)

    def _full_time_pay(self, salary: Ints) -> Ints:
        share = self.full_time.astype(np.int64)
        return np.minimum((2 * PPM * salary + share) // (2 * share), MAX_GROWN_CENTS)


def _share(part: Ints, whole: Ints) -> tuple[Ints, Flags]:
    """Return millionths, half up, and where there is a whole; 0 elsewhere."""
    known = whole > 0
    whole = np.where(known, whole, 1)
    return np.where(known, (2 * PPM * part + whole) // (2 * whole), 0), known
