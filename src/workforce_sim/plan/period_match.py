"""The match of one person's real payrolls, in dollars. Chapter: ``docs/model/match.md``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np
import polars as pl

from workforce_sim.plan.amounts import in_cents, place_of
from workforce_sim.plan.match import formula_match, formula_of

PAIRS = "payrolls: expected pairs of pay and deferral, such as [(2_000, 100)], or a frame with them"


@dataclass(frozen=True)
class PeriodMatch:
    """The match of one person's payrolls, in dollars.

    Attributes:
        periods: match paid with each payroll, in order.
        true_up: what is paid after the year's end, so that the year gets the match on its totals.
        total: all of it.
    """

    periods: tuple[float, ...]
    true_up: float
    total: float


def period_match(
    payrolls: Iterable[tuple[Any, Any]] | pl.DataFrame,
    formula: Any,
    *,
    true_up: bool = False,
    compensation_limit: Any = None,
    tenure_years: int | None = None,
    age: int | None = None,
) -> PeriodMatch:
    """Return the match of real payrolls: the formula on each one's pay and deferral, and a true-up if asked for.

    Args:
        payrolls: (pay, deferral) in dollars, one pair a payroll, in date order; or a Polars frame of one person's
            payrolls with columns ``pay`` and ``deferral``.
        formula: as for ``match_amount``. Tiers in dollars run on the year's deferrals to date.
        true_up: whether the plan pays, after the year, what the formula on the year's totals gives beyond the sum.
        compensation_limit: dollars, section 401(a)(17); pay beyond it is not matched. None: no limit.
        tenure_years: completed years on January 1; needed where the formula goes by tenure or points.
        age: completed years on January 1; needed where the formula goes by points.

    Raises:
        ConfigError: for a formula that cannot be read.
        TypeError: for arguments of another kind.
        ValueError: for missing, negative or infinite amounts, payrolls that are no pairs, or a tenure or age that is
            needed and not given.

    Sources: the limit on compensation, IRC 401(a)(17); a match by payroll with or without a true-up, the published
    examples in ``docs/model/match.md``.
    """
    rule = formula_of(formula)
    place = place_of(rule.graded_by, tenure_years, age)
    _check_one_person(place, "tenure_years and age")
    pays, deferrals = _payrolls(payrolls, compensation_limit)
    total = formula_match(rule, sum(deferrals), sum(pays), place)
    if rule.in_dollars:
        paid = _differences([formula_match(rule, to_date, 0) for to_date in accumulate(deferrals)])
    else:
        paid = [formula_match(rule, deferral, pay, place) for pay, deferral in zip(pays, deferrals, strict=True)]
    owed = max(0, total - sum(paid)) if true_up else 0
    return PeriodMatch(tuple(cents / 100 for cents in paid), owed / 100, (sum(paid) + owed) / 100)


def _payrolls(payrolls: Iterable[tuple[Any, Any]] | pl.DataFrame, limit: Any) -> tuple[list[int], list[int]]:
    """Return pay, cut where it reaches the limit, and deferrals, both in cents."""
    pays, deferrals = _columns(payrolls)
    to_date = list(accumulate(pays))
    if limit is not None:
        most = in_cents(limit, "compensation_limit")
        _check_one_person(most, "compensation_limit")
        to_date = [min(pay, most) for pay in to_date]
    return _differences(to_date), deferrals


def _columns(payrolls: Iterable[tuple[Any, Any]] | pl.DataFrame) -> tuple[list[int], list[int]]:
    if isinstance(payrolls, pl.DataFrame):
        absent = [name for name in ("pay", "deferral") if name not in payrolls.columns]
        if absent:
            raise ValueError(f"payrolls: the frame has no column {' and '.join(absent)}")
        return in_cents(payrolls["pay"], "pay").tolist(), in_cents(payrolls["deferral"], "deferral").tolist()
    try:
        pairs = [tuple(pair) for pair in payrolls]
    except TypeError:
        raise TypeError(PAIRS) from None
    if any(len(pair) != 2 for pair in pairs):
        raise ValueError(PAIRS)
    columns = [in_cents(pay, "pay") for pay, _ in pairs], [in_cents(deferral, "deferral") for _, deferral in pairs]
    for name, column in zip(("pay", "deferral"), columns, strict=True):
        for amount in column:
            _check_one_person(amount, name)
    return columns


def _check_one_person(amount: Any, name: str) -> None:
    if isinstance(amount, np.ndarray):
        raise TypeError(f"{name}: expected a number; these are payrolls of one person")


def _differences(to_date: Sequence[int]) -> list[int]:
    return [after - before for before, after in zip([0, *to_date], to_date, strict=False)]
