"""Values drawn from bands: the model's rule, and the same rule cut off at a limit. NumPy arrays in and out.

Bands are contiguous, each from its lower bound up to, not including, the next one's, with shares in whole
millionths. Everything is integer arithmetic but for the one product with the uniform draw, which is floored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workforce_sim.money import PPM

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Bands:
    """Edges of n bands (n + 1 whole numbers) and the cumulative millionths at each edge (0 to 10^6)."""

    edges: Ints
    cumulative: Ints

    @classmethod
    def of(cls, edges: Sequence[int], shares_ppm: Sequence[int]) -> Bands:
        """Return the bands between ``edges`` with the given shares."""
        cumulative = np.concatenate([[0], np.cumsum(np.array(shares_ppm, dtype=np.int64))])
        if len(edges) != len(cumulative) or cumulative[-1] != PPM:
            raise ValueError("bands need one edge more than shares, and shares of 10^6 together")
        return cls(np.array(edges, dtype=np.int64), cumulative)

    def value(self, x: Ints) -> Ints:
        """Return the value at ``x`` millionths (0 to 10^6 - 1) of the distribution: one per entry."""
        band = np.searchsorted(self.cumulative[1:], x, side="right")
        lo, below = self.edges[band], self.cumulative[band]
        value: Ints = lo + (x - below) * (self.edges[band + 1] - lo) // (self.cumulative[band + 1] - below)
        return value

    def below(self, limit: Ints) -> Ints:
        """Return M, the millionths of the distribution below each limit, rounded up: ``value(M - 1) < limit``."""
        inside = np.clip(limit, self.edges[0], self.edges[-1])
        band = np.clip(np.searchsorted(self.edges, inside, side="right") - 1, 0, len(self.edges) - 2)
        lo, start = self.edges[band], self.cumulative[band]
        share = (inside - lo) * (self.cumulative[band + 1] - start)
        reach: Ints = start - -share // (self.edges[band + 1] - lo)
        return reach

    def drawn(self, u: NDArray[np.float64]) -> Ints:
        """Return the value of each uniform draw."""
        return self.value(np.floor(u * PPM).astype(np.int64))

    def drawn_below(self, u: NDArray[np.float64], limit: Ints) -> Ints:
        """Return the value of each draw within the part below its limit; the lowest edge where that part is empty."""
        reach = self.below(limit)
        x = np.floor(u * reach).astype(np.int64)
        return np.where(reach == 0, self.edges[0], self.value(x))
