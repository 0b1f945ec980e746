"""Money and counts: whole cents, whole millionths, one rounding rule.

Every amount is an integer number of cents and every rate that multiplies one is an integer number of
millionths (ppm), so a result is the same on every machine. One rounding per computed amount, half up.
The functions take plain integers or integer arrays alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Context, Decimal, Inexact, InvalidOperation
from functools import lru_cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from workforce_sim.errors import SimulationError

PPM = 1_000_000
MAX_SALARY_CENTS = 10**10
MAX_GROWN_CENTS = 10**11
MAX_BALANCE_CENTS = 10**10
MAX_MERIT_PPM = 10**7

_EXACT = Context(prec=400, Emax=400, traps=[InvalidOperation, Inexact])
"""Holds every double to the last decimal; what it cannot hold is an error, never rounded."""

Whole = TypeVar("Whole", int, NDArray[np.int64])


def scaled(value: float | str | Decimal, places: int) -> int:
    """Return ``value`` in units of 10^-places, exactly as its shortest decimal text reads.

    Raises:
        ValueError: when the text has more than ``places`` decimals.
    """
    return _scaled_text(str(value), places)


@lru_cache(maxsize=4096)
def _scaled_text(text: str, places: int) -> int:
    try:
        return int(Decimal(text).scaleb(places, _EXACT).to_integral_exact(context=_EXACT))
    except Inexact:
        raise ValueError(f"has more than {places} decimals") from None


def ppm(rate: float) -> int:
    """Return a rate in whole millionths; more than 6 decimals is a ``ValueError``."""
    return scaled(rate, 6)


def cents(dollars: float) -> int:
    """Return dollars in whole cents; more than 2 decimals is a ``ValueError``."""
    return scaled(dollars, 2)


def half_up(numerator: Whole, denominator: Whole | int) -> Whole:
    """Return numerator / denominator rounded half up (towards plus infinity), in integers.

    Of an array, numerators up to 2^63 less half the denominator.
    """
    found = numerator + denominator // 2
    found //= denominator
    return found


def raised(salary: Whole, rate_ppm: Whole | int) -> Whole:
    """Return salary x (1 + rate), half up; of arrays, salaries up to 8 x 10^11 cents at rates up to 1,000 %."""
    return half_up(salary * (PPM + rate_ppm), PPM)


def exact_sum(numbers: NDArray[np.int64]) -> int:
    """Return a sum that may be beyond 64 bits: upper and lower halves are added up apart."""
    return (int((numbers >> 32).sum()) << 32) + int((numbers & 0xFFFF_FFFF).sum())


def quota(total: int, weights: Sequence[int]) -> list[int]:
    """Share ``total`` out in proportion to whole weights by largest remainder, ties to the smaller index."""
    whole = sum(weights)
    if whole == 0:
        raise ValueError("weights add up to 0")
    shares = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in by_remainder[: total - sum(shares)]:
        shares[i] += 1
    return shares


def percentile(ordered: Sequence[int] | NDArray[np.int64], percent: int) -> int:
    """Return the percentile of sorted whole numbers: linear interpolation at rank p (n - 1), half up."""
    k, rest = divmod(percent * (len(ordered) - 1), 100)
    if rest == 0:
        return int(ordered[k])
    return half_up((100 - rest) * int(ordered[k]) + rest * int(ordered[k + 1]), 100)


def refuse_growth(highest_cents: int, year: int) -> None:
    """Raise ``SimulationError`` when pay has grown beyond a billion dollars, where whole cents would leave 64 bits."""
    if highest_cents > MAX_GROWN_CENTS:
        raise SimulationError(
            f"pay of more than ${MAX_GROWN_CENTS // 100:,} is reached in {year}; "
            "lower the raises or range_growth, or end earlier"
        )


def refuse_balance(highest_cents: int, year: int, what: str = "balance") -> None:
    """Raise ``SimulationError`` when a balance has grown beyond 100 million dollars."""
    if highest_cents > MAX_BALANCE_CENTS:
        raise SimulationError(
            f"a {what} of more than ${MAX_BALANCE_CENTS // 100:,} is reached in {year}; "
            "lower plan.annual_return, or end earlier"
        )


def refuse_merit(highest_ppm: int, year: int) -> None:
    """Raise ``SimulationError`` when the merit pool gives anybody more than 1,000 %."""
    if highest_ppm > MAX_MERIT_PPM:
        raise SimulationError(
            f"a merit increase of more than {MAX_MERIT_PPM // 10**4:,}% in {year}; "
            "lower merit_pool or bring the factors together"
        )
