"""Choosing people: scaled risks, and exactly k of them by order sampling with permanent random numbers.

Source: B. Rosén, "On sampling with probability proportional to size", J. Statist. Plann. Inference 62 (1997).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workforce_sim.dates import Flags, Ints
from workforce_sim.draws import Keys, Uniforms
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
    q = risks.q
    with np.errstate(divide="ignore", invalid="ignore"):
        order = (u * (1 - q)) / (q * (1 - u))
    order[q <= 0] = np.inf
    order[risks.certain | (q >= 1)] = -1.0
    return order


def smallest(order: Uniforms, keys: Keys, k: int, what: str) -> Flags:
    """Return a flag for exactly the k smallest, ties by key.

    Raises:
        SimulationError: when fewer than k have a finite order.
    """
    if k == 0:
        return np.zeros(len(order), dtype=bool)
    able = int(np.count_nonzero(order < np.inf))
    if able < k:
        raise SimulationError(
            f"{what}: {k} must be chosen but only {able} have a risk above 0; lower the rate or widen the factors"
        )
    threshold = np.partition(order, k - 1)[k - 1]
    chosen: Flags = order <= threshold
    surplus = int(np.count_nonzero(chosen)) - k
    if surplus:
        tied = np.flatnonzero(order == threshold)
        chosen[tied[np.argsort(keys[tied])[len(tied) - surplus :]]] = False
    return chosen


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
