"""Money: whole numbers, one rounding rule."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workforce_sim import money
from workforce_sim.errors import SimulationError
from workforce_sim.money import (
    MAX_SALARY_CENTS,
    exact_sum,
    half_up,
    percentile,
    ppm,
    quota,
    raised,
    refuse_balance,
    refuse_growth,
    refuse_merit,
)

WEIGHTS = st.lists(st.integers(0, 10**6), min_size=1, max_size=12).filter(any)


def exactly_half_up(value: Fraction) -> int:
    return (value + Fraction(1, 2)).__floor__()


@pytest.mark.parametrize(
    ("value", "places", "whole"),
    [
        (0.07, 6, 70_000),
        (0.000001, 6, 1),
        (0.1, 6, 100_000),
        (1, 6, 1_000_000),
        (-0.2, 6, -200_000),
        ("0.123456", 6, 123_456),
        (Decimal("0.5000000"), 6, 500_000),
        (52_000.1, 2, 5_200_010),
        (1.005, 3, 1005),
        (0.0, 2, 0),
        (1e8, 2, 10**10),
        (Decimal("1e27"), 6, 10**33),
        (Decimal("12345678901234567890123456789.12"), 2, 1234567890123456789012345678912),
    ],
)
def test_scaled_reads_a_number_as_it_is_written(value: float | str | Decimal, places: int, whole: int) -> None:
    assert money.scaled(value, places) == whole


LONG = "0.12345600000000000000000000000000001"
"""More digits than decimals have by default."""


@pytest.mark.parametrize(
    ("value", "places"), [(0.0300001, 6), (1e-7, 6), (10.005, 2), (0.1 + 0.2, 6), ("nan", 6), (LONG, 6), ("1e-999", 6)]
)
def test_scaled_refuses_what_would_need_rounding(value: float | str, places: int) -> None:
    with pytest.raises(ValueError, match=r"decimals|NaN"):
        money.scaled(value, places)


@pytest.mark.parametrize("whole", [0, 1, 7, 999_999, 1_000_000, 123_457])
def test_every_rate_of_six_decimals_survives_being_a_double(whole: int) -> None:
    assert ppm(whole / 10**6) == whole


@given(st.integers(-(10**10), 10**10))
def test_every_amount_of_two_decimals_survives_being_a_double(whole: int) -> None:
    assert money.cents(whole / 100) == whole


@pytest.mark.parametrize(
    ("numerator", "denominator", "rounded"),
    [
        (5, 10, 1),
        (4, 10, 0),
        (15, 10, 2),
        (25, 10, 3),
        (-5, 10, 0),
        (-6, 10, -1),
        (-15, 10, -1),
        (0, 7, 0),
        (1, 3, 0),
        (2, 3, 1),
        (7, 1, 7),
        (10**30 + 5, 10, 10**29 + 1),
    ],
)
def test_half_up_rounds_halves_towards_plus_infinity(numerator: int, denominator: int, rounded: int) -> None:
    assert half_up(numerator, denominator) == rounded


@given(st.integers(-(10**15), 10**15), st.integers(1, 10**9))
def test_half_up_is_the_floor_of_the_exact_value_and_a_half(numerator: int, denominator: int) -> None:
    assert half_up(numerator, denominator) == exactly_half_up(Fraction(numerator, denominator))


@given(st.lists(st.integers(-(10**15), 10**15), max_size=20), st.integers(1, 10**6))
def test_half_up_of_an_array_equals_that_of_its_numbers(numerators: list[int], denominator: int) -> None:
    array = np.array(numerators, dtype=np.int64)

    assert half_up(array, denominator).tolist() == [half_up(n, denominator) for n in numerators]


@pytest.mark.parametrize(
    ("salary", "rate_ppm", "after"),
    [
        (5_000_000, 30_000, 5_150_000),
        (5_000_001, 25_000, 5_125_001),  # 5,125,001.025
        (50, 10_000, 51),  # 50.5: a half goes up
        (49, 10_000, 49),  # 49.49
        (150, 10_000, 152),  # 151.5: up, where half to even would give 152 too
        (250, 10_000, 253),  # 252.5: up, where half to even would give 252
        (100, 0, 100),
        (100, -200_000, 80),
        (1, -500_000, 1),  # 0.5
        (0, 50_000, 0),
        (MAX_SALARY_CENTS, 1_000_000, 2 * MAX_SALARY_CENTS),
    ],
)
def test_raised_by_hand(salary: int, rate_ppm: int, after: int) -> None:
    assert raised(salary, rate_ppm) == after
    assert raised(np.array([salary]), rate_ppm).tolist() == [after]


@given(st.integers(0, MAX_SALARY_CENTS), st.integers(-999_999, 1_000_000))
def test_raised_is_exact_over_every_salary_and_rate_that_is_allowed(salary: int, rate_ppm: int) -> None:
    after = exactly_half_up(Fraction(salary) * (1 + Fraction(rate_ppm, 10**6)))

    assert raised(salary, rate_ppm) == after
    assert raised(np.array([salary]), np.array([rate_ppm])).tolist() == [after]


@pytest.mark.parametrize(
    ("total", "weights", "shares"),
    [
        (10, [1, 1, 1], [4, 3, 3]),  # a tie goes to the smaller index
        (11, [1, 1, 1], [4, 4, 3]),
        (10, [3, 3, 4], [3, 3, 4]),
        (7, [600_000, 300_000, 100_000], [4, 2, 1]),  # 4.2, 2.1, 0.7
        (1, [1, 2, 1], [0, 1, 0]),
        (5, [0, 1, 0], [0, 5, 0]),
        (0, [1, 2], [0, 0]),
        (1_000_000, [1, 1, 1], [333_334, 333_333, 333_333]),
        (3, [1], [3]),
    ],
)
def test_quota_by_hand(total: int, weights: list[int], shares: list[int]) -> None:
    assert quota(total, weights) == shares


@given(st.integers(0, 10**6), WEIGHTS)
def test_quotas_add_up_and_stay_within_one_of_the_exact_share(total: int, weights: list[int]) -> None:
    shares = quota(total, weights)

    assert sum(shares) == total
    assert all(abs(s - Fraction(total * w, sum(weights))) < 1 for s, w in zip(shares, weights, strict=True))
    assert all(share == 0 for share, weight in zip(shares, weights, strict=True) if weight == 0)


@given(st.integers(0, 1000), WEIGHTS, st.integers(1, 1000))
def test_quotas_depend_on_proportions_alone(total: int, weights: list[int], scale: int) -> None:
    assert quota(total, [weight * scale for weight in weights]) == quota(total, weights)


@pytest.mark.parametrize("weights", [[], [0], [0, 0]])
def test_quota_refuses_weights_of_nothing(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights add up to 0"):
        quota(3, weights)


@pytest.mark.parametrize(
    ("ordered", "percent", "value"),
    [
        ([7], 50, 7),
        ([7], 0, 7),
        ([7], 100, 7),
        ([1, 2], 50, 2),  # 1.5: a half goes up
        ([1, 2], 10, 1),  # 1.1
        ([10, 20, 30, 40, 50], 25, 20),
        ([10, 20, 30, 40, 50], 10, 14),
        ([10, 20, 30, 40, 50], 90, 46),
        ([0, 0, 0, 1], 50, 0),
        ([3, 3, 3], 75, 3),
        ([1, 2, 3], 100, 3),
    ],
)
def test_percentile_by_hand(ordered: list[int], percent: int, value: int) -> None:
    assert percentile(ordered, percent) == value


@given(st.lists(st.integers(0, MAX_SALARY_CENTS), min_size=1, max_size=30), st.integers(0, 100))
def test_percentile_interpolates_between_ranks(values: list[int], percent: int) -> None:
    ordered = sorted(values)
    rank = Fraction(percent, 100) * (len(ordered) - 1)
    low = rank.__floor__()
    above = ordered[min(low + 1, len(ordered) - 1)]

    assert percentile(ordered, percent) == exactly_half_up(ordered[low] + (rank - low) * (above - ordered[low]))


@given(st.lists(st.integers(0, MAX_SALARY_CENTS), min_size=1, max_size=30))
def test_percentiles_never_fall(values: list[int]) -> None:
    found = [percentile(sorted(values), percent) for percent in range(101)]

    assert found == sorted(found)
    assert (found[0], found[-1]) == (min(values), max(values))


@pytest.mark.parametrize(("percent", "value"), [(0, 2**61), (50, 2**61 + 1), (100, 2**61 + 1)])
def test_percentile_of_an_array_is_a_plain_integer(percent: int, value: int) -> None:
    """A hundred times such a number overflows an array's own integers."""
    found = percentile(np.array([2**61, 2**61 + 1]), percent)

    assert type(found) is int
    assert found == value


@pytest.mark.parametrize(
    ("numbers", "total"),
    [
        ([], 0),
        ([3, 4], 7),
        ([-1, -(2**40)], -1 - 2**40),
        ([2**31 + 5, 2**40 + 7], 2**31 + 2**40 + 12),
        ([2**63 - 1] * 4, 4 * (2**63 - 1)),
        ([-(2**63)] * 3, -3 * 2**63),
    ],
)
def test_a_sum_by_hand(numbers: list[int], total: int) -> None:
    found = exact_sum(np.array(numbers, dtype=np.int64))

    assert type(found) is int
    assert found == total


PAY = "pay of more than $1,000,000,000 is reached in 2030; lower the raises or range_growth, or end earlier"
BALANCE = "a balance of more than $100,000,000 is reached in 2030; lower plan.annual_return, or end earlier"
MERIT = "a merit increase of more than 1,000% in 2030; lower merit_pool or bring the factors together"


@pytest.mark.parametrize(
    ("refuse", "most", "told"),
    [(refuse_growth, 10**11, PAY), (refuse_balance, 10**10, BALANCE), (refuse_merit, 10**7, MERIT)],
)
def test_what_grows_beyond_reason_is_refused_from_the_first_unit_on(
    refuse: Callable[[int, int], None], most: int, told: str
) -> None:
    for amount in (0, most - 1, most):
        refuse(amount, 2030)
    for amount in (most + 1, 2 * most):
        with pytest.raises(SimulationError) as caught:
            refuse(amount, 2030)
        assert str(caught.value) == told


def test_a_salary_of_a_census_is_at_most_100_million_dollars() -> None:
    assert MAX_SALARY_CENTS == 10_000_000_000
