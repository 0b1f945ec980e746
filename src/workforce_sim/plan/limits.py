"""The statutory limits of a plan year: published figures, then projections by the statutory formula.

A limit is its statutory base plus an increase that is rounded once a year. Projections carry the index forward and
round at the end; compounding a rounded limit would freeze it. Chapter: ``docs/model/limits.md``. Figures, indices and
sources: ``limits.yaml``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction
from functools import cache, lru_cache
from importlib.resources import files
from numbers import Rational, Real
from typing import Any, SupportsIndex, overload

import numpy as np
import polars as pl
import yaml
from numpy.typing import NDArray

from workforce_sim.config.document import PARSER
from workforce_sim.config.values import LAST_YEAR
from workforce_sim.money import PPM, cents, half_up, ppm

Overrides = Mapping[str, Mapping[int, float]]
"""Dollars by name of a limit and year; each holds for its year alone."""

Years = Sequence[int] | pl.Series | NDArray[np.int64]


@dataclass(frozen=True)
class Limits:
    """The limits of one calendar year, in whole cents. A limit that is not in force yet is None.

    Attributes:
        year: the calendar year.
        projected: whether the year lies beyond the published figures.
        elective_deferral_cents: deferrals of one person, section 402(g)(1).
        catch_up_cents: further deferrals from age 50, section 414(v)(2)(B)(i).
        super_catch_up_cents: in place of catch-up at 60 to 63, from 2025, section 414(v)(2)(E)(i).
        annual_additions_cents: all additions to an account but catch-up, section 415(c)(1)(A).
        compensation_cents: compensation that may count, section 401(a)(17).
        highly_compensated_cents: pay of this year above which one is highly compensated in the next, section
            414(q)(1)(B).
        key_officer_cents: pay above which an officer is a key employee, section 416(i)(1)(A)(i).
        one_percent_owner_cents: pay above which an owner of more than 1% is one, section 416(i)(1)(A)(iii).
        wage_base_cents: wages under Social Security tax, section 3121(a)(1).
        roth_catch_up_wages_cents: FICA wages of the year before above which catch-up is Roth, from 2026, section
            414(v)(7)(A).
    """

    year: int
    projected: bool
    elective_deferral_cents: int
    catch_up_cents: int
    super_catch_up_cents: int | None
    annual_additions_cents: int
    compensation_cents: int
    highly_compensated_cents: int
    key_officer_cents: int
    one_percent_owner_cents: int
    wage_base_cents: int
    roth_catch_up_wages_cents: int | None

    def of_months(self, months: int) -> Limits:
        """Return the limits of a plan year of so many months; a short one reduces some of them.

        Pay that makes somebody highly compensated, a key employee or a Roth catch-up contributor is that of a year.
        """
        if months == 12:
            return self
        whole = {name: getattr(self, name) for name in _REDUCED}
        reduced: dict[str, Any] = {
            name: half_up(cents * months, 12) for name, cents in whole.items() if cents is not None
        }
        return replace(self, **reduced)


_REDUCED = (
    *("elective_deferral_cents", "catch_up_cents", "super_catch_up_cents"),
    *("compensation_cents", "annual_additions_cents", "wage_base_cents"),
)
"""Limits that are those of the months of a short plan year."""

ROTH_CATCH_UP_FROM = 2026
"""First year in which catch-up must be Roth for some; section 414(v)(7), as put off by Notice 2023-62."""

MOST_DOLLARS = 10**11
"""A projection or an override beyond this is a mistake, and would leave 64 bits."""

NAMES = tuple(name.removesuffix("_cents") for name in Limits.__annotations__ if name.endswith("_cents"))
"""What an override may name."""


@overload
def limits(
    year: int, *, inflation: float = ..., wage_growth: float = ..., overrides: Overrides | None = ...
) -> Limits: ...


@overload
def limits(
    year: Years, *, inflation: float = ..., wage_growth: float = ..., overrides: Overrides | None = ...
) -> pl.DataFrame: ...


def limits(
    year: int | Years, *, inflation: float = 0.025, wage_growth: float = 0.035, overrides: Overrides | None = None
) -> Limits | pl.DataFrame:
    """Return the limits of a calendar year, or of several as a frame.

    Published figures are those of the Internal Revenue Service and the Social Security Administration, later years
    follow section 415(d) and the like; sources year by year in ``limits.yaml``.

    Args:
        year: from 2011 to 2200: a whole number, or a list, range, NumPy array or Polars column of them. Published years
            ignore the two rates.
        inflation: yearly growth of the consumer price index after its last published third quarter.
        wage_growth: yearly growth of the national average wage after its last published year.
        overrides: dollars by name and year, such as ``{"wage_base": {2027: 190_000}}``. An override replaces the
            figure of its own year; other years are published or projected as without it.

    Returns:
        The limits, or a frame with one row per year and the attributes of ``Limits`` as columns.

    Raises:
        TypeError: for rates that are no numbers, or overrides that are no tables.
        ValueError: for a year that is not whole, before the first published one, after 2200, or projected beyond 100
            billion dollars; for rates not above -1 and at most 1, or with more than 6 decimals; for an override of an
            unknown name, an amount below 0, above 100 billion dollars or with a fraction of a cent.
    """
    if not isinstance(year, SupportsIndex) or isinstance(year, np.ndarray):
        return _by_year(year, inflation=inflation, wage_growth=wage_growth, overrides=overrides)
    first, last = published_years()
    year = int(year)
    if year < first:
        raise ValueError(f"limits are known from {first} on, not for {year}; start the plan in {first} or later")
    if year > LAST_YEAR:
        raise ValueError(f"limits are projected up to {LAST_YEAR}, not for {year}")
    growth = {"cpi_u": _growth("inflation", inflation), "average_wage": _growth("wage_growth", wage_growth)}
    amounts: dict[str, Any] = dict(_amounts(year, **growth))
    return Limits(year, year > last, **(amounts | _overridden(overrides or {}, year)))


def _by_year(years: Any, **assumptions: Any) -> pl.DataFrame:
    several = isinstance(years, (pl.Series, Sequence)) or (isinstance(years, np.ndarray) and years.ndim == 1)
    listed = list(years) if several and not isinstance(years, str) else [years]
    if not all(isinstance(year, SupportsIndex) and not isinstance(year, np.ndarray) for year in listed):
        raise ValueError("a year must be a whole number, such as 2026")
    schema = {name: pl.Boolean if name == "projected" else pl.Int64 for name in Limits.__annotations__}
    return pl.DataFrame([asdict(limits(int(year), **assumptions)) for year in listed], schema=schema)


def catch_up_limit(age: int, limits: Limits, *, catch_up: bool = True, super_catch_up: bool = True) -> int:
    """Return in cents what somebody may defer beyond 402(g), section 414(v).

    Args:
        age: age attained by December 31 of the year. From 50 on there is catch-up; 60 to 63 have the higher one where
            it is in force, 64 no longer.
        limits: of the year.
        catch_up: whether the plan offers catch-up at all.
        super_catch_up: whether it offers the higher one; a plan may leave it out.
    """
    if not catch_up or age < 50:
        return 0
    if super_catch_up and 60 <= age <= 63 and limits.super_catch_up_cents is not None:
        return limits.super_catch_up_cents
    return limits.catch_up_cents


def deferral_limit(age: int, limits: Limits, *, catch_up: bool = True, super_catch_up: bool = True) -> int:
    """Return in cents the most somebody of an age may defer in the year: section 402(g) plus ``catch_up_limit``."""
    return limits.elective_deferral_cents + catch_up_limit(
        age, limits, catch_up=catch_up, super_catch_up=super_catch_up
    )


@cache
def published_years() -> tuple[int, int]:
    """Return the first and the last year of published limits."""
    years = _data()["limits"]["elective_deferral"]["published"]
    return min(years), max(years)


def cost_of_living_factor(index: Fraction, base_index: Fraction) -> Fraction:
    """Return index / base index cut to 5 decimals, then rounded half up to 4; never below 1 (26 CFR 1.415(d)-1)."""
    hundred_thousandths = int(index * 10**5 / base_index)
    return max(Fraction(1), Fraction((hundred_thousandths + 5) // 10, 10**4))


def adjusted(base: int, factor: Fraction, multiple: int) -> int:
    """Return ``base`` plus its increase by ``factor``, the increase rounded down to a multiple; whole dollars."""
    return base + int(base * (factor - 1)) // multiple * multiple


def nearest(amount: Fraction, multiple: int) -> int:
    """Return ``amount`` rounded to the nearest multiple, halves upwards."""
    return half_up(amount.numerator, amount.denominator * multiple) * multiple


def index_value(index: str, year: int, growth: Fraction = Fraction(0)) -> Fraction:
    """Return an index of ``limits.yaml`` in a year, grown from its last published year by ``1 + growth`` a year."""
    values = _data()["indices"][index]
    known = min(year, max(values))
    return sum(map(Fraction, values[known]), Fraction(0)) * (1 + growth) ** (year - known)


def indexed(name: str, year: int, growth: Fraction = Fraction(0)) -> int:
    """Return in whole dollars what the formula gives for a limit in a year, published or not.

    The law adds that a limit never falls below that of the year before; see ``docs/model/limits.md``.
    """
    rule = _data()["limits"][name]
    base_index = index_value(rule["index"], rule["base_year"])
    if rule["index"] == "average_wage":
        return nearest(rule["base"] * index_value("average_wage", year - 2, growth) / base_index, rule["multiple"])
    factor = cost_of_living_factor(index_value("cpi_u", year - 1, growth), base_index)
    return adjusted(rule["base"], factor, rule["multiple"])


@lru_cache(maxsize=1024)
def _amounts(year: int, **growth: Fraction) -> Mapping[str, int | None]:
    return {f"{name}_cents": _amount(name, year, growth) for name in NAMES}


def _amount(name: str, year: int, growth: Mapping[str, Fraction]) -> int | None:
    """Cents. The formula moves one way with a constant growth, so the largest of all years since is one of two."""
    rule = _data()["limits"][name]
    published = rule["published"]
    if year < min(published):
        return None
    dollars = published[min(year, max(published))]
    if year > max(published) and "index" in rule:
        dollars = max(dollars, indexed(name, year, growth[rule["index"]]))
    if dollars > MOST_DOLLARS:
        raise ValueError(f"the limits of {year} are projected beyond ${MOST_DOLLARS:,}; lower inflation or wage_growth")
    return 100 * int(dollars)


def _overridden(overrides: Overrides, year: int) -> dict[str, int]:
    """All are checked; those of the year count."""
    tables: Any = overrides
    if not isinstance(tables, Mapping) or not all(isinstance(by_year, Mapping) for by_year in tables.values()):
        raise TypeError('overrides: expected dollars by name and year, such as {"wage_base": {2027: 190_000}}')
    by_name = {name: {at: _checked(name, at, d) for at, d in by_year.items()} for name, by_year in overrides.items()}
    return {f"{name}_cents": by_year[year] for name, by_year in by_name.items() if year in by_year}


def _checked(name: str, year: int, dollars: float) -> int:
    if name not in NAMES:
        hint = "".join(f"; did you mean {close}?" for close in get_close_matches(name, NAMES, n=1))
        raise ValueError(f"unknown limit {name!r}{hint} (known: {', '.join(NAMES)})")
    try:
        amount = cents(dollars)
    except (ArithmeticError, ValueError):
        amount = -1
    if not 0 <= amount <= 100 * MOST_DOLLARS:
        raise ValueError(
            f"the override of {name} in {year} must be dollars from 0 to {MOST_DOLLARS:,}, at most 2 decimals"
        )
    return amount


def _growth(name: str, rate: Any) -> Fraction:
    if isinstance(rate, bool) or not isinstance(rate, (Real, Decimal)):
        raise TypeError(f"{name}: expected a number such as 0.025 for 2.5%, not {type(rate).__name__}")
    if not -1 < float(rate) <= 1:
        raise ValueError(f"{name} must be above -1 and at most 1, not {rate}")
    written: Any = float(rate) if isinstance(rate, Rational) else rate
    try:
        return Fraction(ppm(written), PPM)
    except ValueError as error:
        raise ValueError(f"{name} {error}") from None


@cache
def _data() -> dict[str, Any]:
    text = files("workforce_sim.plan").joinpath("limits.yaml").read_text(encoding="utf-8")
    data: dict[str, Any] = yaml.load(text, Loader=PARSER)
    return data
