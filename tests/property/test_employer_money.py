"""Laws of employer money: the closed form against loops, annual against payroll, richer against poorer, arrays."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workforce_sim.config.match import Match, MatchTier
from workforce_sim.config.nonelective import Nonelective
from workforce_sim.config.vesting import schedule_bp
from workforce_sim.money import half_up
from workforce_sim.plan.match import (
    annual_match,
    dollar_match,
    formula_match,
    formula_payroll_match,
    full_match_rate_bp,
    match_amount,
    match_rate,
    payroll_match,
)
from workforce_sim.plan.nonelective import formula_nonelective
from workforce_sim.plan.period_match import period_match
from workforce_sim.plan.vesting import share_bp

BP = 10_000
MOST = 10**10
Tiers = tuple[MatchTier, ...]
Segments = list[tuple[int, int]]

rates = st.integers(0, BP)
amounts = st.integers(0, MOST)
limits = st.integers(0, 4 * 10**7) | st.just(MOST)
any_pay = st.integers(0, 10**8)


@st.composite
def tiers(draw: st.DrawFn, *, concave: bool = False, step: int = 1, most: int = BP) -> Tiers:
    """Up to four tiers with edges of at most ``most``; match rates in steps, falling for a concave formula."""
    count = draw(st.integers(1, 4))
    uppers = sorted(draw(st.sets(st.integers(1, most // step), min_size=count, max_size=count)))
    matched = draw(st.lists(st.integers(0, 40_000), min_size=count, max_size=count))
    edges = [0, *(step * upper for upper in uppers)]
    return tuple(map(MatchTier, edges, edges[1:], sorted(matched, reverse=True) if concave else matched))


def segments(pays: st.SearchStrategy[int] = any_pay) -> st.SearchStrategy[Segments]:
    return st.lists(st.tuples(rates, pays), max_size=8)


def totals(year: Segments, limit: int, cap: int) -> tuple[Fraction, int]:
    """Return the year's deferrals, before they are rounded to the cent, and plan compensation."""
    deferred = sum((Fraction(rate * pay, BP) for rate, pay in year), Fraction(0))
    return min(deferred, Fraction(limit)), min(sum(pay for _, pay in year), cap)


def rounded(amount: Fraction) -> int:
    return half_up(amount.numerator, amount.denominator)


class TestAnnualAgainstPayroll:
    @given(segments(st.integers(0, 10**4).map(lambda pay: BP * pay)), tiers(concave=True), limits, limits)
    def test_annual_is_never_less_of_a_concave_formula(
        self, year: Segments, formula: Tiers, limit: int, cap: int
    ) -> None:
        deferred, compensation = totals(year, limit, cap)

        assert annual_match(int(deferred), compensation, formula) >= payroll_match(year, formula, limit, cap)

    @given(segments(), tiers(concave=True), limits, limits)
    def test_deferrals_rounded_down_cost_no_more_than_their_own_match(
        self, year: Segments, formula: Tiers, limit: int, cap: int
    ) -> None:
        deferred, compensation = totals(year, limit, cap)
        lost = -(-formula[0].rate_bp // (2 * BP))

        assert annual_match(rounded(deferred), compensation, formula) + lost >= payroll_match(year, formula, limit, cap)

    @given(rates, st.integers(0, 10**5).map(lambda pay: BP * pay), st.integers(1, 8), tiers())
    def test_one_rate_all_year_is_the_same_both_ways(self, rate: int, pay: int, count: int, formula: Tiers) -> None:
        deferred = count * rate * pay // BP

        assert payroll_match([(rate, pay)] * count, formula, MOST, MOST) == annual_match(deferred, count * pay, formula)


class TestClosedForm:
    @given(
        st.lists(st.tuples(rates, st.integers(0, 10**7), st.integers(1, 30)), min_size=1, max_size=6),
        tiers(),
        limits,
        limits,
    )
    def test_equals_a_loop_over_days_up_to_the_day_on_which_a_limit_binds(
        self, spans: list[tuple[int, int, int]], formula: Tiers, limit: int, cap: int
    ) -> None:
        matched, of_the_day = day_by_day(spans, formula, limit, cap)

        found = payroll_match([(rate, pay) for rate, pay, _ in spans], formula, limit, cap)

        assert rounded(matched) <= found <= rounded(matched + of_the_day)

    @given(
        st.lists(st.integers(0, 25), min_size=24, max_size=24),
        st.lists(st.integers(0, 10_000), min_size=24, max_size=24),
        tiers(step=100, most=2000),
    )
    def test_equals_24_payrolls_to_the_cent_where_each_is_whole_cents(
        self, percents: list[int], pays: list[int], formula: Tiers
    ) -> None:
        formula = tuple(tier._replace(rate_bp=tier.rate_bp // 5000 * 5000) for tier in formula)
        payrolls = [(2 * pay, 2 * pay * percent / 100) for pay, percent in zip(pays, percents, strict=True)]
        in_bp = [(100 * percent, 200 * pay) for pay, percent in zip(pays, percents, strict=True)]

        paid = period_match(payrolls, as_written(formula))

        assert round(100 * paid.total) == payroll_match(in_bp, formula, MOST, MOST)

    @given(st.lists(st.tuples(rates, st.integers(0, 10**6)), min_size=24, max_size=24), tiers())
    def test_is_within_half_a_cent_a_payroll_of_payrolls_that_are_not(self, year: Segments, formula: Tiers) -> None:
        paid = sum(rounded(Fraction(match_rate(rate, formula) * pay, BP * BP)) for rate, pay in year)

        assert abs(paid - payroll_match(year, formula, MOST, MOST)) <= len(year) // 2

    @given(segments(), tiers(), limits, limits, st.data())
    def test_does_not_depend_on_where_segments_are_cut(
        self, year: Segments, formula: Tiers, limit: int, cap: int, data: st.DataObject
    ) -> None:
        cuts = [data.draw(st.integers(0, pay)) for _, pay in year]
        pieces = [(rate, part) for (rate, pay), cut in zip(year, cuts, strict=True) for part in (cut, pay - cut)]

        assert payroll_match(pieces, formula, limit, cap) == payroll_match(year, formula, limit, cap)


def day_by_day(spans: list[tuple[int, int, int]], formula: Tiers, limit: int, cap: int) -> tuple[Fraction, Fraction]:
    """Return the match of the days before one on which a limit binds, and that of the day; 0 where none binds."""
    days = [(rate, Fraction(pay, count)) for rate, pay, count in spans for _ in range(count)]
    paid, deferred, matched = Fraction(0), Fraction(0), Fraction(0)
    for rate, pay in days:
        paid, deferred = paid + pay, deferred + rate * pay / BP
        of_the_day = match_rate(rate, formula) * pay / BP**2
        if paid > cap or deferred > limit:
            return matched, of_the_day
        matched += of_the_day
    return matched, Fraction(0)


def as_written(formula: Tiers) -> list[dict[str, float]]:
    return [{"up_to": tier.upper / BP, "rate": tier.rate_bp / BP} for tier in formula]


def richer(formula: Tiers, more: int) -> Tiers:
    return tuple(tier._replace(rate_bp=tier.rate_bp + more) for tier in formula)


class TestRicher:
    @given(amounts, amounts, tiers(), st.integers(0, 5000))
    def test_higher_rates_never_give_less(self, deferral: int, pay: int, formula: Tiers, more: int) -> None:
        assert annual_match(deferral, pay, richer(formula, more)) >= annual_match(deferral, pay, formula)
        assert dollar_match(deferral, richer(formula, more)) >= dollar_match(deferral, formula)

    @given(segments(), limits, limits, tiers(), st.integers(0, 5000))
    def test_nor_payroll_by_payroll(self, year: Segments, limit: int, cap: int, formula: Tiers, more: int) -> None:
        assert payroll_match(year, richer(formula, more), limit, cap) >= payroll_match(year, formula, limit, cap)

    @given(segments(), limits, limits, tiers(), st.integers(0, 10**6))
    def test_nor_do_higher_limits(self, year: Segments, limit: int, cap: int, formula: Tiers, more: int) -> None:
        least = payroll_match(year, formula, limit, cap)

        assert payroll_match(year, formula, limit + more, cap) >= least
        assert payroll_match(year, formula, limit, cap + more) >= least

    @given(amounts, st.integers(0, 10**6), amounts, tiers())
    def test_who_defers_more_gets_no_less_and_never_above_the_full_match(
        self, deferral: int, more: int, pay: int, formula: Tiers
    ) -> None:
        match = annual_match(deferral, pay, formula)
        full = full_match_rate_bp(formula)

        assert match <= annual_match(deferral + more, pay, formula) <= annual_match(pay, pay, formula)
        assert match_rate(full, formula) == match_rate(BP, formula)
        assert full == 0 or match_rate(full - 1, formula) < match_rate(full, formula)


class TestTrueUp:
    @given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**5)), max_size=30), tiers(concave=True))
    def test_lifts_to_the_match_on_the_totals_and_takes_nothing_back(self, year: Segments, formula: Tiers) -> None:
        payrolls = [(pay / 100, deferral / 100) for pay, deferral in year]
        pay, deferral = sum(pay for pay, _ in year) / 100, sum(deferral for _, deferral in year) / 100

        paid = period_match(payrolls, as_written(formula), true_up=True)

        owed = match_amount(deferral, pay, as_written(formula))
        assert paid.total == owed if paid.true_up else paid.total >= owed
        assert paid.periods == period_match(payrolls, as_written(formula)).periods


BANDED: list[dict[str, Any]] = [
    {"preset": "qaca"},
    {"preset": "none"},
    {"dollar_tiers": [{"up_to": 500, "rate": 1.0}, {"up_to": 1500.5, "rate": 0.3333}]},
    {"by_service": [{"from": 0, "rate": 0.25, "max": 0.04}, {"from": 5, "rate": 1.0, "max": 0.06}]},
    {"by_points": [{"from": 0, "rate": 0.5, "max": 0.06}, {"from": 60, "rate": 1.0, "max": 0.06}]},
    {
        "by_tenure": [
            {"from": 0, "tiers": [{"up_to": 0.06, "rate": 0.5}]},
            {"from": 3, "tiers": [{"up_to": 0.03, "rate": 1.0}, {"up_to": 0.06, "rate": 0.5}]},
            {"from": 10, "tiers": [{"up_to": 0.08, "rate": 1.0}]},
        ]
    },
]
people = st.lists(st.tuples(amounts, amounts, st.integers(0, 100)), min_size=1, max_size=6)


def columns(rows: list[Any]) -> list[np.ndarray]:
    return [np.array(column, dtype=np.int64) for column in zip(*rows, strict=True)]


@pytest.mark.parametrize("formula", BANDED, ids=lambda formula: next(iter(formula)))
class TestArrays:
    @given(staff=people)
    def test_annual(self, formula: dict[str, Any], staff: list[tuple[int, int, int]]) -> None:
        match = Match.model_validate(formula)
        one_by_one = [formula_match(match, *person) for person in staff]

        assert formula_match(match, *columns(staff)).tolist() == one_by_one

    @given(staff=st.lists(st.tuples(rates, amounts, rates, amounts, limits, limits, st.integers(0, 100)), min_size=1))
    def test_payroll(self, formula: dict[str, Any], staff: list[tuple[int, ...]]) -> None:
        match = Match.model_validate(formula)

        def paid(r1: Any, p1: Any, r2: Any, p2: Any, limit: Any, cap: Any, place: Any) -> Any:
            return formula_payroll_match(match, [(r1, p1), (r2, p2)], limit, cap, place)

        assert paid(*columns(staff)).tolist() == [paid(*person) for person in staff]


@pytest.mark.parametrize(
    "formula",
    [
        {},
        {"kind": "flat", "rate": 0.031234},
        {"kind": "age", "by_age": [{"from": 0, "rate": 0.02}, {"from": 50, "rate": 0.051}]},
        {"kind": "integrated", "integrated": {"base_rate": 0.05, "excess_rate": 0.043, "level_share": 0.7}},
    ],
    ids=lambda formula: formula.get("kind", "none"),
)
@given(staff=st.lists(st.tuples(amounts, st.integers(0, 100)), min_size=1))
def test_nonelective_arrays(formula: dict[str, Any], staff: list[tuple[int, int]]) -> None:
    rule = Nonelective.model_validate(formula)
    one_by_one = [formula_nonelective(rule, pay, age, 18_450_000) for pay, age in staff]
    pays, ages = columns(staff)

    assert formula_nonelective(rule, pays, ages, 18_450_000).tolist() == one_by_one


@given(st.sampled_from(["immediate", "cliff_3", "graded_6", "qaca_2"]), st.lists(st.integers(0, 60), min_size=1))
def test_vesting_arrays_and_shares_that_never_fall(name: str, years: list[int]) -> None:
    schedule = schedule_bp(name)
    one_by_one = [share_bp(schedule, at) for at in sorted(years)]

    assert share_bp(schedule, np.array(sorted(years))).tolist() == one_by_one == sorted(one_by_one)
