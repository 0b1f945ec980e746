"""Measures as text: one unit and enough digits for what stands side by side."""

from __future__ import annotations

import pytest

from workforce_sim.ensembles.wording import amount, gap, gaps, value, values

DOLLARS = 100


@pytest.mark.parametrize(
    ("found", "shown"),
    [
        # a payroll of 1.04 billion whose band is 10 million wide: with two decimals it would be 1.04 all along
        ([1_040.7e6, 1_034.1e6, 1_040.2e6, 1_044.6e6], ["$1.041B", "$1.034B", "$1.040B", "$1.045B"]),
        ([1_041e6, 1_030e6, 1_040e6, 1_050e6], ["$1.041B", "$1.030B", "$1.040B", "$1.050B"]),
        ([48_280_000, 47_120_000, 48_330_000, 49_330_000], ["$48.28M", "$47.12M", "$48.33M", "$49.33M"]),
        ([48_283_210, 48_283_100, 48_283_300, 48_283_400], ["$48.28321M", "$48.28310M", "$48.28330M", "$48.28340M"]),
        ([1_020_000, 990_000, 1_010_000, 1_050_000], ["$1,020.00K", "$990.00K", "$1,010.00K", "$1,050.00K"]),
        ([5_000_000, 0, 4_000_000, 9_000_000], ["$5.00M", "$0", "$4.00M", "$9.00M"]),
        ([431, 425, 430, 440], ["$431", "$425", "$430", "$440"]),
        ([431.2, 431.1, 431.2, 431.3], ["$431.20", "$431.10", "$431.20", "$431.30"]),
        ([0, 0, 0, 0], ["$0", "$0", "$0", "$0"]),
    ],
)
def test_amounts_show_how_wide_their_band_is(found: list[float], shown: list[str]) -> None:
    assert values("payroll_cents", [DOLLARS * dollars for dollars in found]) == shown


def test_shares_and_counts_show_how_wide_their_band_is() -> None:
    assert values("participation_rate", [0.81234, 0.81231, 0.81238]) == ["81.2340%", "81.2310%", "81.2380%"]
    assert values("participation_rate", [0.81, 0.79, 0.83]) == ["81.00%", "79.00%", "83.00%"]
    assert values("headcount_closing", [514.8, 501.8, 528.0]) == ["514.8", "501.8", "528.0"]
    assert values("headcount_closing", [321.0, 321.0, 400.0]) == ["321", "321", "400"]
    assert gaps("participation_rate", [0.0012, -0.0001, 0.0003]) == ["+0.12 pt", "-0.01 pt", "+0.03 pt"]


def test_what_never_varies_has_the_usual_digits() -> None:
    assert values("payroll_cents", [1.04e11] * 3) == ["$1.04B"] * 3
    assert values("participation_rate", [1 / 3, 1 / 3 + 1e-17]) == ["33.33%"] * 2


def test_nothing_is_a_dash_and_alone_a_value_has_the_usual_digits() -> None:
    assert values("match_cents", [None, None]) == ["-", "-"]
    assert values("match_cents", [None, 12_345_678.0]) == ["-", "$123.46K"]
    assert (value("match_cents", 999_900), gap("match_cents", -999_900), amount(1e6)) == (
        "$9,999",
        "-$9,999",
        "$10.00K",
    )
