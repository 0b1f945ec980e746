"""Choosing people: scaled risks, and exactly k of them by order sampling with permanent random numbers.

Source: B. Rosén, "On sampling with probability proportional to size", J. Statist. Plann. Inference 62 (1997).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from workforce_sim.dates import Flags, Ints
from workforce_sim.draws import Keys, Uniforms
from workforce_sim.engine.partitions import blocks
from workforce_sim.errors import SimulationError
from workforce_sim.money import PPM


@dataclass(frozen=True)
class Risks:
    """Probabilities of one group, as doubles, and who is certain to be chosen."""

    q: Uniforms
    certain: Flags


def scaled_risks(weights: Ints, leavers_ppm: int, certain: Flags | None = None) -> Risks:
    """Scale whole weights to probabilities that add up to ``leavers_ppm`` millionths of people.

    Employees whose probability would reach 1 become certain, all of a pass together, until none is left. ``certain``
    are so from the start.
    """
    certain = np.zeros(len(weights), dtype=bool) if certain is None else certain.copy()
    rest = weights[~certain] if certain.any() else weights
    left, total, highest = leavers_ppm - PPM * (len(weights) - len(rest)), int(rest.sum()), int(rest.max(initial=0))
    while left > 0 and total > 0 and left * highest >= PPM * total:
        now = ~certain & (weights > 0) & (weights >= -(-PPM * total // left))
        certain |= now
        left -= PPM * int(np.count_nonzero(now))
        rest = weights[~certain]
        total, highest = int(rest.sum()), int(rest.max(initial=0))
    c = left / PPM / total if left > 0 and total > 0 else 0.0
    return Risks(np.multiply(c, weights, dtype=np.float64), certain)


def chosen_freely(risks: Risks, u: Uniforms) -> Flags:
    """Return who is chosen if each employee is drawn independently."""
    return risks.certain | (u < risks.q)


def ranking(risks: Risks, u: Uniforms) -> Uniforms:
    """Return Rosén's Q: the k smallest are chosen; -1 for the certain, infinity for those never chosen."""
    order = np.empty(len(u))
    for rows in blocks(len(u)):  # of ten million employees the intermediate results would need 300 MB
        _rank(risks.q[rows], risks.certain[rows], u[rows], order[rows])
    return order


def _rank(q: Uniforms, certain: Flags, u: Uniforms, order: Uniforms) -> None:
    """Write the ranks of a block to their place."""
    with np.errstate(divide="ignore", invalid="ignore"):
        np.divide(u * (1 - q), q * (1 - u), out=order)
    order[q <= 0] = np.inf
    order[certain | (q >= 1)] = -1.0


_NEAR, _MANY = 2.0, 2_000


def smallest(order: Uniforms, keys: Keys, k: int, what: str) -> Flags:
    """Return a flag for exactly the k smallest, ties by key.

    Raises:
        SimulationError: when fewer than k have a finite order.
    """
    if k == 0:
        return np.zeros(len(order), dtype=bool)
    threshold = _threshold(order, k, what)
    chosen: Flags = order <= threshold
    surplus = int(np.count_nonzero(chosen)) - k
    if surplus:
        _leave_out(chosen, order, keys, threshold, surplus)
    return chosen


def _threshold(order: Uniforms, k: int, what: str) -> float:
    """Return the k-th smallest: about 1 where risks add up to k, so only numbers up to ``_NEAR`` need sorting."""
    near = order.take(np.flatnonzero(order <= _NEAR)) if len(order) > _MANY else order
    among = near if k <= len(near) else order
    threshold = float(np.partition(among, k - 1)[k - 1]) if k <= len(among) else np.inf
    if threshold == np.inf:
        able = int(np.count_nonzero(order < np.inf))
        raise SimulationError(
            f"{what}: {k} must be chosen but only {able} have a risk above 0; lower the rate or widen the factors"
        )
    return threshold


def _leave_out(chosen: Flags, order: Uniforms, keys: Keys, threshold: float, surplus: int) -> None:
    """Take back so many of those at the threshold, who are tied: those with the largest keys."""
    tied = np.flatnonzero(order == threshold)
    chosen[tied[np.argsort(keys[tied])[len(tied) - surplus :]]] = False


class Groups:
    """Adjacent rows in groups; of each an exact number is chosen, in one go for all, as each would be alone.

    Args:
        sizes: how many rows each group has.
        counts: how many of each are chosen.

    Attributes:
        rows: of each group.
    """

    def __init__(self, sizes: Sequence[int], counts: Sequence[int]) -> None:
        self._sizes, self._counts = sizes, counts
        self.rows = [slice(end - size, end) for size, end in zip(sizes, accumulate(sizes), strict=True)]
        self._filled = [at for at, size in enumerate(sizes) if size]
        self._starts = [self.rows[at].start for at in self._filled]

    def chosen(self, weights: Ints, u: Uniforms, keys: Keys, what: str) -> Flags:
        """Return who is chosen, in proportion to whole weights above 0.

        Raises:
            SimulationError: when a group has fewer than are to be chosen.
        """
        chosen = np.zeros(len(u), dtype=bool)
        if not any(self._counts):
            return chosen
        order = ranking(self._risks(weights), u)
        threshold = [_threshold(order[rows], k, what) if k else -np.inf for k, rows in self._each()]
        for limit, rows in zip(threshold, self.rows, strict=True):
            np.less_equal(order[rows], limit, out=chosen[rows])
        for at, count in enumerate(self._by_group(np.add, chosen)):
            if count > self._counts[at]:
                rows = self.rows[at]
                _leave_out(chosen[rows], order[rows], keys[rows], threshold[at], count - self._counts[at])
        return chosen

    def _risks(self, weights: Ints) -> Risks:
        """Return the risks as ``scaled_risks`` scales them: by one factor where nobody of a group is certain."""
        each = zip(self._counts, self._by_group(np.add, weights), self._by_group(np.maximum, weights), strict=True)
        factors = [k / total if k * most < total else 0.0 for k, total, most in each]
        risks = Risks(np.repeat(factors, self._sizes), np.zeros(len(weights), dtype=bool))
        np.multiply(risks.q, weights, out=risks.q)
        for factor, (k, rows) in zip(factors, self._each(), strict=True):
            if k and not factor:
                alone = scaled_risks(weights[rows], k * PPM)
                risks.q[rows], risks.certain[rows] = alone.q, alone.certain
        return risks

    def _each(self) -> Iterator[tuple[int, slice]]:
        return zip(self._counts, self.rows, strict=True)

    def _by_group(self, function: np.ufunc, values: Ints | Flags) -> list[int]:
        """Return the sum or the highest of whole values in each group; 0 for one without rows."""
        found = [0] * len(self.rows)
        for at, value in zip(self._filled, self._of_filled(function, values), strict=True):
            found[at] = value
        return found

    def _of_filled(self, function: np.ufunc, values: Ints | Flags) -> list[int]:
        found: list[int] = function.reduceat(values, self._starts, dtype=np.int64).tolist() if self._starts else []
        return found


def shared_out(total: int, weights: Ints, keys: Keys) -> Ints:
    """Divide ``total`` in proportion to whole weights by largest remainder; ties go to the smaller key.

    Exact: long division in base 1,024 keeps every product within 64 bits. Without weights all shares are 0.
    """
    whole = int(weights.sum())
    shares, rest = np.zeros(len(weights), dtype=np.int64), np.zeros(len(weights), dtype=np.int64)
    if whole == 0:
        return shares
    for place in range(total.bit_length() // 10, -1, -1):
        value = rest * 1024 + weights * (total >> 10 * place & 1023)
        shares, rest = shares * 1024 + value // whole, value % whole
    left = total - int(shares.sum())
    return shares + smallest(-rest.astype(np.float64), keys, left, "shares")
