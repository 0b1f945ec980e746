"""Scaled risks and order sampling, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workforce_sim.engine.sampling import Risks, chosen_freely, ranking, scaled_risks, shared_out, smallest
from workforce_sim.errors import SimulationError
from workforce_sim.money import PPM, quota

WEIGHTS = st.lists(st.integers(0, 10) | st.integers(0, 125_000_000_000), max_size=30)


def risks(weights: list[int], leavers: float) -> list[float]:
    """Return each one's chance."""
    found = scaled_risks(np.array(weights, dtype=np.int64), round(leavers * PPM))
    return np.where(found.certain, 1.0, found.q).tolist()


@pytest.mark.parametrize(
    ("weights", "leavers", "chances"),
    [
        ([1, 1, 2], 1, [0.25, 0.25, 0.5]),
        ([6, 1, 1, 0], 2, [1.0, 0.5, 0.5, 0.0]),  # 2 x 6 >= 8: certain; one more of two
        ([6, 1, 1], 1, [0.75, 0.125, 0.125]),
        ([4, 4, 1], 2.25, [1.0, 1.0, 0.25]),  # 2.25 x 4 >= 9: two in the first pass
        ([100, 10, 1, 1], 3, [1.0, 1.0, 0.5, 0.5]),  # one pass each
        ([5, 0, 1, 1], 3, [1.0, 0.0, 1.0, 1.0]),  # as many as can leave
        ([5, 0, 1, 1], 4, [1.0, 0.0, 1.0, 1.0]),  # more than can leave
        ([5, 1], 0, [0.0, 0.0]),
        ([0, 0], 1, [0.0, 0.0]),
        ([], 0, []),
    ],
)
def test_chances_follow_weights_and_stop_at_certainty(weights: list[int], leavers: float, chances: list[float]) -> None:
    assert risks(weights, leavers) == chances


@given(WEIGHTS, st.integers(0, 30 * PPM))
def test_chances_add_up_to_the_leavers_and_are_in_proportion_below_certainty(weights: list[int], ppm: int) -> None:
    able = sum(weight > 0 for weight in weights)
    chances = risks(weights, ppm / PPM)
    assert sum(chances) == pytest.approx(min(ppm / PPM, able), rel=1e-9)
    assert all(0 <= q <= 1 for q in chances)
    assert all((q == 0) == (weight == 0 or ppm == 0) for q, weight in zip(chances, weights, strict=True))
    ratios = [q / weight for q, weight in zip(chances, weights, strict=True) if 0 < q < 1]
    assert ratios == pytest.approx([ratios[0]] * len(ratios) if ratios else [])


def test_ranking_takes_the_certain_first_and_the_impossible_never() -> None:
    odds = ranking(
        Risks(np.array([0.5, 0.2, 0.0, 0.9]), np.array([False, False, False, True])), np.array([0.5, 0.1, 0.0, 0.99])
    )
    # u (1 - q) / (q (1 - u)): 1; 0.1 x 0.8 / (0.2 x 0.9) = 0.444; never; certain
    assert odds.tolist() == [1.0, pytest.approx(4 / 9), np.inf, -1.0]


def test_below_one_the_ranking_says_what_choosing_freely_says() -> None:
    rng = np.random.default_rng(0)
    found = scaled_risks(rng.integers(0, 100, 1000), 300 * PPM)
    u = rng.random(1000)
    assert ((ranking(found, u) < 1) == chosen_freely(found, u)).all()
    assert chosen_freely(
        Risks(np.array([0.5, 0.5, 0.0]), np.array([False, False, True])), np.array([0.5, 0.4999, 0.9])
    ).tolist() == [
        False,
        True,
        True,
    ]


@pytest.mark.parametrize(
    ("order", "keys", "k", "chosen"),
    [
        ([0.3, 0.1, 0.2], [1, 2, 3], 2, [1, 2]),
        ([0.3, 0.1, 0.2], [1, 2, 3], 0, []),
        ([0.2, 0.1, 0.2, 0.2], [9, 4, 2**63 + 1, 5], 2, [1, 3]),  # tied: the smallest key, unsigned
        ([-1.0, -1.0, -1.0], [3, 2, 1], 2, [1, 2]),
        ([0.5, np.inf], [1, 2], 1, [0]),
    ],
)
def test_the_k_smallest_are_chosen_ties_by_key(order: list[float], keys: list[int], k: int, chosen: list[int]) -> None:
    flags = smallest(np.array(order), np.array(keys, dtype=np.uint64), k, "test")
    assert np.flatnonzero(flags).tolist() == chosen


def test_too_few_who_can_be_chosen_is_an_error_that_says_so() -> None:
    order = np.array([0.5, np.inf, np.inf])
    with pytest.raises(SimulationError, match="terminations: 2 must be chosen but only 1 have a risk above 0"):
        smallest(order, np.arange(3, dtype=np.uint64), 2, "terminations")


# --- sharing out ------------------------------------------------------------------------------------------------------

LARGE = st.integers(0, 3) | st.integers(0, 10**13)


def shared_by_hand(total: int, weights: list[int], keys: list[int]) -> list[int]:
    """Largest remainder in exact whole numbers, ties to the smaller key."""
    whole = sum(weights)
    if whole == 0:
        return [0] * len(weights)
    shares = [total * weight // whole for weight in weights]
    first = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), keys[i]))
    for i in first[: total - sum(shares)]:
        shares[i] += 1
    return shares


def shared(total: int, weights: list[int], keys: list[int]) -> list[int]:
    return shared_out(total, np.array(weights, dtype=np.int64), np.array(keys, dtype=np.uint64)).tolist()


@given(LARGE, st.lists(st.tuples(LARGE, st.integers(0, 2**64 - 1)), max_size=30, unique_by=lambda row: row[1]))
def test_a_total_is_shared_out_exactly(total: int, people: list[tuple[int, int]]) -> None:
    weights, keys = [weight for weight, _ in people], [key for _, key in people]
    assert shared(total, weights, keys) == shared_by_hand(total, weights, keys)
    if sum(weights):
        assert shared(total, weights, list(range(len(weights)))) == quota(total, weights)


@pytest.mark.parametrize(
    ("total", "weights", "keys", "shares"),
    [
        (10, [3, 4, 3], [1, 2, 3], [3, 4, 3]),
        (10, [1, 1, 1], [3, 1, 2], [3, 4, 3]),  # tied: the smallest key
        (11, [1, 1, 1], [3, 1, 2], [3, 4, 4]),
        (1, [1, 1], [2**63 + 1, 2**63 - 1], [0, 1]),  # unsigned
        (20_000, [3, 1, 2], [1, 2, 3], [10_000, 3_333, 6_667]),
        (1, [0, 5, 0], [1, 2, 3], [0, 1, 0]),
        (7, [0, 0], [1, 2], [0, 0]),  # nobody to share it among
        (7, [], [], []),
        (0, [1, 2], [1, 2], [0, 0]),
        (1, [10**13, 10**13 - 1], [2, 1], [1, 0]),
        (10**13 - 1, [10**13] * 2, [2, 1], [5 * 10**12 - 1, 5 * 10**12]),
    ],
)
def test_shares_are_by_largest_remainder_ties_by_key(
    total: int, weights: list[int], keys: list[int], shares: list[int]
) -> None:
    assert shared(total, weights, keys) == shares


def test_everybody_of_a_large_firm_gets_a_share_that_differs_by_less_than_a_cent() -> None:
    rng = np.random.default_rng(1)
    weights, total = rng.integers(0, 35_000_000, 20_000), 10**13 + 7
    shares = shared_out(total, weights, rng.permutation(20_000).astype(np.uint64))
    whole = int(weights.sum())
    assert int(shares.sum()) == total
    assert {int(share) - total * int(w) // whole for share, w in zip(shares, weights, strict=True)} == {0, 1}
