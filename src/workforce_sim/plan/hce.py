"""Who is highly compensated, and the top-paid group.

Chapter: ``docs/model/testing.md``. Pay and thresholds are those of the look-back year, the year before the tested one.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from workforce_sim.dates import Days, Flags, Ints, PlanYear, whole_years
from workforce_sim.draws import Keys, census_keys
from workforce_sim.money import PPM, half_up
from workforce_sim.plan.amounts import as_series, same_length
from workforce_sim.plan.columns import Column, cents_column, flag_column

LEAST_SERVICE_DAYS = 183
"""Half a year of service."""
LEAST_FULL_TIME_PPM = PPM * 175 // 400
"""17.5 of 40 hours a week."""
LEAST_AGE = 21
FIVE_PERCENT_PPM = PPM // 20
"""Somebody who owns more is highly compensated, and a key employee."""


def counted_for_top_paid(
    hire: Days, last_day: Days | int, birth: Days, full_time_ppm: Any, year: PlanYear, through: int | None = None
) -> Flags:
    """Return who counts in the size of the top-paid group of a year, IRC 414(q)(5).

    Left out: under 183 days of service by the end of the year, under 17.5 of 40 hours a week, under 21 on December 31.

    Args:
        hire: where service counts from, days since 1970-01-01, of everybody employed in the year.
        last_day: last days of employment; may lie beyond the year.
        birth: dates of birth.
        full_time_ppm: hours as a share of full-time, millionths.
        year: the plan year.
        through: the last day that counts, where it is not December 31: of the 12 months before an opening date.
    """
    served = np.minimum(last_day, year.last if through is None else through) - hire + 1 >= LEAST_SERVICE_DAYS
    if through is None:
        of_age = birth <= PlanYear(year.year - LEAST_AGE).last
    else:
        of_age = whole_years(birth, np.full(len(birth), through, dtype=np.int32)) >= LEAST_AGE
    return np.asarray(served & of_age & (full_time_ppm >= LEAST_FULL_TIME_PPM), dtype=np.bool_)


def top_paid(pay_cents: Ints, keys: Keys, counted: Flags) -> Flags:
    """Return who is in the top-paid group: the ``half up(counted / 5)`` highest paid of all, ties to the smaller key.

    Args:
        pay_cents: pay of the year, of everybody employed in it.
        keys: permanent keys, unsigned.
        counted: who counts in the size; those who do not may still be in the group.
    """
    size = half_up(int(np.count_nonzero(counted)), 5)
    if size == 0:
        return np.zeros(len(pay_cents), dtype=np.bool_)
    least = np.partition(pay_cents, len(pay_cents) - size)[len(pay_cents) - size]
    flags = np.asarray(pay_cents > least, dtype=np.bool_)
    tied = np.flatnonzero(pay_cents == least)
    flags[tied[np.argsort(keys[tied])[: size - int(np.count_nonzero(flags))]]] = True
    return flags


def highly_compensated(pay_cents: Any, threshold_cents: int, owner_ppm: Any = 0, in_group: Any = True) -> Any:
    """Return who is highly compensated: pay strictly above the threshold, or an owner of more than 5%.

    Args:
        pay_cents: pay of the look-back year.
        threshold_cents: limit ``highly_compensated`` of the look-back year.
        owner_ppm: share of the employer owned, millionths.
        in_group: whether in the top-paid group of the look-back year, where the plan elects it.
    """
    return ((pay_cents > threshold_cents) & in_group) | (owner_ppm > FIVE_PERCENT_PPM)


def top_paid_group(pay: Column, *, counted: Column | None = None, employee_id: Column | None = None) -> Any:
    """Return who is in the top-paid group of a year: the highest-paid fifth.

    Its size is 20% of those who count, half up. People who do not count (in the look-back year under 6 months of
    service, under 17.5 hours a week, or under 21 at its end) make the group smaller, yet may be in it. The law asks for
    a uniform rule on rounding and ties; this is ours. Source: IRC 414(q)(3) and (5), 26 CFR 1.414(q)-1T, Q&A-3(b) and
    Q&A-9(b) and (c).

    Args:
        pay: dollars paid in the year, of everybody employed in it: a list, a NumPy array or a column of a Polars frame.
        counted: whether each one counts in the size; everybody when left out.
        employee_id: ids; among equal pay those with the smaller permanent key come first, so that the order of rows
            means nothing. Without ids the first listed do.

    Returns:
        One flag per employee: a list, or a column ``top_paid`` where ``pay`` is a column.

    Raises:
        TypeError: for columns that are not dollars or flags.
        ValueError: for missing, negative or infinite values, columns of different lengths, or repeated ids.
    """
    cents = cents_column(pay, "pay")
    counts = np.ones(len(cents), dtype=np.bool_) if counted is None else flag_column(counted, "counted")
    keys = np.arange(len(cents), dtype=np.uint64) if employee_id is None else _keys(employee_id)
    same_length(pay=cents, counted=counts, employee_id=keys)
    flags = top_paid(cents, keys, counts)
    return pl.Series("top_paid", flags) if isinstance(pay, pl.Series) else flags.tolist()


def _keys(employee_id: Column) -> Keys:
    ids = as_series(employee_id, "employee_id")
    if ids.null_count():
        raise ValueError(f"employee_id: {ids.null_count()} of {len(ids)} values are missing")
    twice = int(ids.is_duplicated().sum())
    if twice:
        raise ValueError(f"employee_id: {twice} of {len(ids)} values are there more than once; list everybody once")
    return census_keys(ids.cast(pl.String))
