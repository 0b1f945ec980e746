"""Every function of money up to its extremes: exact, or a clear error; never wrapped in 64 bits."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import workforce_sim as ws
from tests.support import configured
from workforce_sim.config.match import Match, MatchTier
from workforce_sim.money import MAX_BALANCE_CENTS, MAX_GROWN_CENTS, exact_sum, half_up, quota, raised, scaled
from workforce_sim.plan.amounts import in_cents
from workforce_sim.plan.match import annual_match, dollar_match, payroll_match
from workforce_sim.plan.nonelective import integrated_amount, share_of_pay
from workforce_sim.plan.people import deferral_balances
from workforce_sim.plan.vesting import vested_cents
from workforce_sim.tables import CENSUS, SNAPSHOTS, completed

PPM, BP = 10**6, 10**4
INT64 = 2**63
MOST_DOLLARS = 10**8

grown = st.sampled_from([0, 1, 10**10, MAX_GROWN_CENTS]) | st.integers(0, MAX_GROWN_CENTS)
"""Pay of a year that a run may come to, cents."""
millionths = st.sampled_from([0, 1, PPM]) | st.integers(0, PPM)
bps = st.sampled_from([0, 1, BP]) | st.integers(0, BP)
limits = st.sampled_from([0, 10**13]) | st.integers(0, 10**13)
"""Limits of a year, cents: up to 100 billion dollars."""


def exactly_half_up(value: Fraction) -> int:
    return (value + Fraction(1, 2)).__floor__()


def array(*values: int) -> Any:
    return np.array(values, dtype=np.int64)


# --- dollars as they are written --------------------------------------------------------------------------------------


def read_by_hand(text: str) -> int:
    with localcontext(prec=2000):
        return int((100 * Decimal(text)).to_integral_value(ROUND_HALF_UP))


half_cents = st.integers(0, 10**10 - 1).map(lambda n: (2 * n + 1) / 200)
near_half_cents = st.tuples(half_cents, st.sampled_from([0.0, 1.0])).map(lambda pair: float(np.nextafter(*pair)))
dollars = st.floats(0, MOST_DOLLARS) | half_cents | near_half_cents | st.integers(0, 10**10).map(lambda n: n / 100)
singles = st.floats(0, 10**7, width=32).map(np.float32) | st.integers(0, 10**6).map(lambda n: np.float32(n / 1000))


@given(st.lists(dollars, max_size=20))
def test_dollars_are_cents_as_their_text_reads_alone_and_in_columns(amounts: list[float]) -> None:
    expected = [read_by_hand(repr(amount)) for amount in amounts]

    assert [in_cents(amount, "pay") for amount in amounts] == expected
    assert in_cents(amounts, "pay").tolist() == expected
    assert in_cents(pl.Series(amounts, dtype=pl.Float64), "pay").tolist() == expected
    assert in_cents(np.array(amounts, dtype=np.float64), "pay").tolist() == expected


@given(st.lists(singles, max_size=20))
def test_so_are_floats_of_32_bits(amounts: list[np.float32]) -> None:
    expected = [read_by_hand(str(amount)) for amount in amounts]

    assert [in_cents(amount, "pay") for amount in amounts] == expected
    assert in_cents(pl.Series(amounts, dtype=pl.Float32), "pay").tolist() == expected
    assert in_cents(np.array(amounts, dtype=np.float32), "pay").tolist() == expected


@given(st.decimals(0, MOST_DOLLARS, allow_nan=False) | st.decimals(0, 10, places=35))
def test_so_are_decimals_of_any_length(amount: Decimal) -> None:
    assert in_cents(amount, "pay") == read_by_hand(str(amount))


@given(st.fractions(0, MOST_DOLLARS))
def test_a_fraction_is_exact(amount: Fraction) -> None:
    assert in_cents(amount, "pay") == exactly_half_up(100 * amount)


@given(dollars)
def test_a_census_reads_dollars_as_the_formulas_do(amount: float) -> None:
    people = pl.DataFrame(
        {
            "employee_id": ["A"],
            "hire_date": [dt.date(2020, 1, 1)],
            "annual_salary": [50_000.0],
            "match_balance": [amount],
        }
    )

    assert ws.read_census(people).frame["match_balance_cents"].item() == read_by_hand(repr(amount))


@given(st.floats() | st.decimals(), st.integers(0, 9))
def test_a_number_is_scaled_exactly_or_refused(value: float | Decimal, places: int) -> None:
    try:
        found = scaled(value, places)
    except (ValueError, ArithmeticError):
        exact = Decimal(str(value))
        assert not exact.is_finite() or Fraction(exact) * 10**places % 1 != 0 or exact.adjusted() > 300
    else:
        assert found == Fraction(Decimal(str(value))) * 10**places


# --- whole numbers ----------------------------------------------------------------------------------------------------


@given(st.integers(-INT64, INT64 - 1 - 10**9), st.integers(1, 10**9))
def test_half_up_of_an_array_holds_to_the_ends_of_64_bits(numerator: int, denominator: int) -> None:
    found = half_up(array(numerator), denominator)

    assert found.tolist() == [half_up(numerator, denominator)] == [exactly_half_up(Fraction(numerator, denominator))]


@given(st.integers(0, 8 * 10**11), st.integers(-PPM + 1, 10**7))
def test_raised_holds_for_all_that_a_year_can_make_of_a_salary(salary: int, rate: int) -> None:
    """$1 billion, doubled by a promotion and by a cost-of-living increase, then 1,000% of merit."""
    exact = exactly_half_up(salary * (1 + Fraction(rate, PPM)))

    assert raised(salary, rate) == exact
    assert raised(array(salary), array(rate)).tolist() == [exact]


@given(st.lists(st.integers(-INT64, INT64 - 1), max_size=50))
def test_a_sum_is_exact_beyond_64_bits(numbers: list[int]) -> None:
    assert exact_sum(array(*numbers)) == sum(numbers)


@given(st.integers(0, 10**18), st.lists(st.integers(0, 10**18), min_size=1, max_size=6).filter(any))
def test_quotas_of_large_totals_add_up_and_stay_within_one(total: int, weights: list[int]) -> None:
    shares = quota(total, weights)

    assert sum(shares) == total
    assert all(abs(s - Fraction(total * w, sum(weights))) < 1 for s, w in zip(shares, weights, strict=True))


# --- employer money ---------------------------------------------------------------------------------------------------


@st.composite
def tiers(draw: st.DrawFn, most: int = BP) -> tuple[MatchTier, ...]:
    edges = sorted(draw(st.sets(st.integers(1, most), min_size=1, max_size=4) | st.just({most})))
    rates = [draw(st.sampled_from([0, 5_000, 40_000]) | st.integers(0, 40_000)) for _ in edges]
    return tuple(map(MatchTier, [0, *edges], edges, rates))


def slices(amount: Fraction, formula: tuple[MatchTier, ...], scale: Fraction) -> Fraction:
    """Return the match on an amount by tiers whose edges are in units of ``scale``."""
    parts = (
        Fraction(t.rate_bp, BP) * min(max(amount - t.lower * scale, 0), (t.upper - t.lower) * scale) for t in formula
    )
    return sum(parts, Fraction(0))


@given(grown, grown, tiers())
def test_a_match_on_the_year_is_exact_for_any_pay(deferral: int, pay: int, formula: tuple[MatchTier, ...]) -> None:
    exact = exactly_half_up(slices(Fraction(deferral), formula, Fraction(pay, BP)))

    assert annual_match(deferral, pay, formula) == exact
    assert annual_match(array(deferral), array(pay), formula).tolist() == [exact]


@given(grown, tiers(10**10))
def test_a_match_in_dollars_is_exact_for_any_deferral(deferral: int, formula: tuple[MatchTier, ...]) -> None:
    exact = exactly_half_up(slices(Fraction(deferral), formula, Fraction(1)))

    assert dollar_match(deferral, formula) == exact
    assert dollar_match(array(deferral), formula).tolist() == [exact]


def payroll_by_hand(
    year: list[tuple[int, int]], formula: tuple[MatchTier, ...], deferral_limit: int, pay_limit: int
) -> int:
    left, room, matched = Fraction(deferral_limit), pay_limit, Fraction(0)
    for rate, pay in year:
        counted = min(pay, room)
        deferred = min(Fraction(rate * counted, BP), left)
        if rate:
            pay_matched = deferred * BP / rate
            matched += pay_matched * slices(Fraction(rate, BP), formula, Fraction(1, BP))
        left, room = left - deferred, room - counted
    return exactly_half_up(matched)


@given(st.lists(st.tuples(bps, grown), max_size=5), tiers(), limits, limits)
def test_a_match_by_payroll_is_exact_for_any_pay(
    year: list[tuple[int, int]], formula: tuple[MatchTier, ...], deferral_limit: int, pay_limit: int
) -> None:
    exact = payroll_by_hand(year, formula, deferral_limit, pay_limit)
    spans = [(array(rate), array(pay)) for rate, pay in year]

    assert payroll_match(year, formula, deferral_limit, pay_limit) == exact
    assert payroll_match(spans, formula, array(deferral_limit), array(pay_limit)).tolist() == [exact]


@given(grown, millionths, st.integers(0, 57_000), limits)
def test_nonelective_money_is_exact_for_any_pay(pay: int, base: int, excess: int, level: int) -> None:
    exact = exactly_half_up(Fraction(base * pay + excess * max(0, pay - level), PPM))

    assert integrated_amount(pay, base, excess, level) == exact
    assert integrated_amount(array(pay), base, excess, level).tolist() == [exact]
    assert share_of_pay(array(pay), base).tolist() == [exactly_half_up(Fraction(base * pay, PPM))]


@given(st.integers(0, MAX_BALANCE_CENTS), bps)
def test_what_is_vested_of_any_balance_is_exact(balance: int, share: int) -> None:
    exact = exactly_half_up(Fraction(balance * share, BP))

    assert vested_cents(balance, share) == exact
    assert vested_cents(array(balance), array(share)).tolist() == [exact]


@given(dollars, dollars, st.sampled_from([0.0, 1.0, 4.0]) | st.integers(0, 40_000).map(lambda n: n / BP))
def test_match_amount_is_exact_for_any_dollars_that_it_takes(deferral: float, pay: float, rate: float) -> None:
    formula = Match.model_validate({"tiers": [{"up_to": 1.0, "rate": rate}]})
    deferred, paid = in_cents(deferral, "deferral"), in_cents(pay, "pay")
    exact = exactly_half_up(min(deferred, paid) * Fraction(str(rate))) / 100

    assert ws.match_amount(deferral, pay, formula) == exact
    assert ws.match_amount([deferral], [pay], formula).to_list() == [exact]


# --- balances of deferrals --------------------------------------------------------------------------------------------


class Run:
    """A run of one person, employed all of 2025 to ``last``; what the tests of a plan look at."""

    opening = None

    def __init__(self, last: int, deferral: int, rate: float) -> None:
        years = range(2025, last + 1)
        rows = {"replicate": 0, "employee_id": "A", "year": list(years), "pre_tax_cents": deferral, "roth_cents": 0}
        self.snapshots = completed(pl.DataFrame(rows), SNAPSHOTS)
        self.config = configured(2025, last, plan={"annual_return": rate})


@given(
    st.integers(0, MAX_BALANCE_CENTS) | st.just(9 * 10**9),
    st.integers(0, 10**7),
    st.sampled_from([1.0, 0.07, -0.999999]),
    st.integers(2025, 2040),
)
def test_balances_of_deferrals_are_exact_or_refused(balance: int, deferral: int, rate: float, last: int) -> None:
    opening = completed(pl.DataFrame({"employee_id": ["A"], "deferral_balance_cents": [balance]}), CENSUS)
    exact, beyond = balance, None
    for year in range(2025, last + 1):
        exact += exactly_half_up(exact * Fraction(str(rate))) + deferral
        beyond = beyond or (year if exact > MAX_BALANCE_CENTS else None)
    run = Run(last, deferral, rate)

    if beyond is None:
        assert deferral_balances(run, opening, last, 0).tolist() == [exact]
    else:
        with pytest.raises(ws.SimulationError, match=rf"deferral balance of more than \$100,000,000 .* in {beyond};"):
            deferral_balances(run, opening, last, 0)


# --- limits -----------------------------------------------------------------------------------------------------------


@given(st.integers(2011, 2250), st.integers(-999_999, 50_000).map(lambda n: n / PPM), st.integers(0, 2 * 10**11))
def test_limits_fit_a_frame_or_are_refused(year: int, rate: float, amount: int) -> None:
    options: dict[str, Any] = {"inflation": rate, "wage_growth": rate, "overrides": {"wage_base": {year: amount}}}

    if year > 2200 or amount > 10**11:
        with pytest.raises(ValueError, match=r"projected up to 2200|must be dollars from 0 to 100,000,000,000"):
            ws.limits(year, **options)
    else:
        assert ws.limits([year], **options)["wage_base_cents"].item() == 100 * amount
