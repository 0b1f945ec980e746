"""Whether a sample fits what is assumed, and is large enough to say so."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

SURE = 4.0
"""Standard errors: one right sample in 16,000 is further off."""


def errors_off(count: float, n: int, p: float) -> float:
    """Return how many standard errors a count of n is from a chance of p."""
    return (count - n * p) / sqrt(n * p * (1 - p)) if p < 1 else inf


def matches(count: float, n: int, p: float, off: float = 0.05) -> bool:
    """Whether a count of n fits a chance of p, and fits neither a chance ``off`` lower nor one ``off`` higher."""
    fits = abs(errors_off(count, n, p)) < SURE
    other_fits = abs(errors_off(count, n, p * (1 - off))) < SURE or abs(errors_off(count, n, p * (1 + off))) < SURE
    return fits and not other_fits


def chi_square(observed: Sequence[float] | NDArray[Any], shares: Sequence[float] | NDArray[Any]) -> float:
    """Return how far counts are from shares of their total, in standard deviations."""
    counts, parts = np.asarray(observed, dtype=float), np.asarray(shares, dtype=float)
    expected = counts.sum() * parts / parts.sum()
    possible = expected > 0
    assert counts[~possible].sum() == 0
    df = possible.sum() - 1
    return float((((counts - expected)[possible] ** 2 / expected[possible]).sum() - df) / sqrt(2 * df))


def spread_as(observed: Any, shares: Any, tilt: float = 0.1) -> bool:
    """Whether counts fit shares, and would not fit them tilted by ``tilt``: the first half more, the second less."""
    parts = np.asarray(shares, dtype=float)
    lean = np.where(np.arange(len(parts)) < len(parts) / 2, 1 + tilt, 1 - tilt)
    return chi_square(observed, parts) < SURE < chi_square(observed, parts * lean)


def correlations(columns: dict[str, NDArray[Any]]) -> dict[tuple[str, str], float]:
    """Return the correlation of each two columns, in standard deviations, when independent."""
    names, n = list(columns), len(next(iter(columns.values())))
    found = np.corrcoef([np.asarray(columns[name], dtype=float) for name in names]) * sqrt(n)
    return {(a, b): float(found[i, k]) for i, a in enumerate(names) for k, b in enumerate(names) if i < k}
