"""What is believed of experience: the formulas of ``docs/model/fitting.md`` by hand, and closed forms."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest

from workforce_sim.config import read_config
from workforce_sim.studies.fitting.credibility import cells, level, share, spread, student, widened
from workforce_sim.studies.fitting.estimates import ages_at_hire
from workforce_sim.studies.fitting.exposure import prior_rates
from workforce_sim.studies.fitting.fit import BASE
from workforce_sim.studies.fitting.priors import EXIT_SPREAD, at_size
from workforce_sim.studies.fitting.scoring import crps, pit


def test_the_level_of_two_years_by_hand() -> None:
    actual, expected = np.array([90.0, 120.0]), np.array([100.0, 100.0])
    found = level(actual, expected, np.ones(2), 0.12)

    x = [math.log(90.5 / 100), math.log(120.5 / 100)]
    chance = 1 / (100 * 210.5 / 200)
    deviations = [(a - sum(x) / 2) ** 2 for a in x]
    s2 = (3 * 0.12**2 + max(sum(deviations) - chance, 0)) / 4
    weight = 1 / (s2 + chance)
    believed = 2 * weight + 4
    mean = weight * sum(x) / believed
    assert found.spread == pytest.approx(math.sqrt(s2))
    assert found.factor == pytest.approx(math.exp(mean + s2 / 2 - 0.5 / believed))
    assert found.error == pytest.approx(believed**-0.5)
    assert found.credibility == pytest.approx(2 * weight / believed)


def test_much_experience_is_believed_and_little_is_not() -> None:
    rich, poor = (level(np.full(5, n / 2), np.full(5, float(n)), np.ones(5), 0.12) for n in (10_000, 1))

    assert rich.factor == pytest.approx(0.5, rel=0.02)
    assert poor.factor == pytest.approx(1.0, rel=0.3)
    assert poor.credibility < 0.6
    assert rich.credibility > 0.98


def test_a_bad_year_weighs_no_more_than_a_good_one() -> None:
    """So the mean over many samples of unbiased years is unbiased."""
    draws = np.random.default_rng(5)
    factors = draws.lognormal(-(0.15**2) / 2, 0.15, (4_000, 5))
    found = [level(draws.poisson(36 * row).astype(float), np.full(5, 36.0), np.ones(5), 0.15).factor for row in factors]

    assert np.mean(found) == pytest.approx(1.0, abs=0.01)


def test_cells_that_agree_stay_at_1_and_those_that_do_not_move_by_credibility() -> None:
    alike = cells(np.array([50.0, 100.0]), np.array([50.0, 100.0]), 5, 0.12)
    apart = cells(np.array([100.0, 100.0, 0.0]), np.array([50.0, 150.0, 0.0]), 5, 0.12)

    assert alike.factors == pytest.approx(1)
    assert 1.7 < apart.factors[0] < 2
    assert apart.factors[2] == 1
    assert apart.credibility[2] == 0


def test_a_cell_by_hand() -> None:
    found = cells(np.array([30.0]), np.array([20.0]), 1, 0.12)
    weight = 0.3**2 / (0.3**2 + 0.12**2 + 1 / 20)

    assert found.factors[0] == pytest.approx(1 + weight * 0.5)
    assert found.errors[0] == pytest.approx((1 / 0.3**2 + 1 / (0.12**2 + 1 / 20)) ** -0.5)


def test_one_interval_says_less_of_cells_than_five() -> None:
    one, five = (cells(np.array([300.0]), np.array([200.0]), years, 0.12).credibility[0] for years in (1, 5))

    assert one < 0.85 < five


@pytest.mark.parametrize("prior", [0.12, 0.025])
def test_the_spread_of_years_is_shrunk_by_three_prior_years(prior: float) -> None:
    deviations, none = np.array([0.1, -0.1, 0.1, -0.1]), np.zeros(4)

    assert spread(deviations, prior, none) == pytest.approx(math.sqrt((3 * prior**2 + 0.04) / 6))
    assert spread(deviations, prior, none + 0.005) == pytest.approx(math.sqrt((3 * prior**2 + 0.04 - 0.015) / 6))
    assert spread(deviations, prior, none + 0.1) == pytest.approx(prior * math.sqrt(3 / 6))
    assert spread(np.zeros(1), prior, none[:1]) == pytest.approx(prior)


@pytest.mark.parametrize(("years", "quantile"), [(1, 1.638), (2, 1.533), (4, 1.440)])
def test_few_years_widen_a_band_as_students_distribution_does(years: int, quantile: float) -> None:
    """Quantiles of 90 % with 3, 4 and 6 degrees of freedom, from the tables."""
    assert widened(0.1, years) == pytest.approx(0.1 * quantile / 1.2816, rel=0.01)


def test_large_employers_have_steadier_years() -> None:
    assert at_size(EXIT_SPREAD, 3_000) == EXIT_SPREAD
    assert at_size(EXIT_SPREAD, 96_000) == pytest.approx(EXIT_SPREAD / 2)


def test_a_share_lies_between_the_prior_and_what_was_seen() -> None:
    p, low, high = share(30, 100, 0.1, 50)

    assert p == pytest.approx(35 / 150)
    assert low < p < high
    assert share(0, 0, 0.1, 50)[0] == pytest.approx(0.1)


@pytest.mark.parametrize(("freedom", "quantile"), [(5, 2.015), (10, 1.812), (30, 1.697), (1e9, 1.645)])
def test_students_quantile_is_that_of_the_tables(freedom: float, quantile: float) -> None:
    assert student(freedom) == pytest.approx(quantile, abs=0.03)


def test_the_prior_is_the_table_where_ages_are_known_and_its_average_elsewhere() -> None:
    config = read_config(BASE)
    table, hired = config.terminations.rate_table, ages_at_hire(config)
    known = prior_rates(table, np.array([22, 47]), np.array([0, 12]), hired)
    unknown = prior_rates(table, np.array([-1]), np.array([0]), hired)

    assert known.tolist() == [0.2220, 0.0368]
    assert 0.15 < unknown[0] < 0.222
    by_hand = sum(hired[age] * prior_rates(table, np.array([age]), np.array([0]), hired)[0] for age in range(18, 65))
    assert unknown[0] == pytest.approx(by_hand)


def test_the_crps_of_a_point_is_its_distance_and_of_two_is_known() -> None:
    assert crps(np.array([3.0]), 5.0) == 2.0
    assert crps(np.array([0.0, 2.0]), 1.0) == pytest.approx(1.0 - 0.5)  # mean |x - y| less a half of mean |x - x'|


def test_the_crps_of_a_normal_sample_is_that_of_the_formula() -> None:
    """Gneiting and Raftery (2007), equation 21."""
    normal = NormalDist(10, 2)
    sample = np.array([normal.inv_cdf((i + 0.5) / 20_000) for i in range(20_000)])
    for actual in (10.0, 13.0, 4.0):
        z = (actual - 10) / 2
        exact = 2 * (z * (2 * NormalDist().cdf(z) - 1) + 2 * NormalDist().pdf(z) - 1 / math.sqrt(math.pi))
        assert crps(sample, actual) == pytest.approx(exact, rel=1e-3)


def test_pit_is_the_place_of_what_happened() -> None:
    assert pit(np.array([1.0, 2.0, 3.0, 4.0]), 3.0) == pytest.approx(0.625)
