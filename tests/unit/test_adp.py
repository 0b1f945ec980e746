"""The ADP and ACP tests: ratios, means, the passing rule, and the two steps of a correction."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import polars as pl
import pytest

import workforce_sim as ws
from workforce_sim.plan.adp import highest_passing_bp, mean_bp, ratios_bp
from workforce_sim.plan.correction import apportioned, level, permitted_ratio

PAY = 100_000


def plan(hce: list[float], nhce: list[float]) -> tuple[list[float], list[int], list[bool]]:
    """Return columns of a plan in which everybody is paid 100,000 and defers these percentages."""
    rates = [*hce, *nhce]
    return [1_000 * rate for rate in rates], [PAY] * len(rates), [True] * len(hce) + [False] * len(nhce)


class TestRatios:
    @pytest.mark.parametrize(
        ("contribution", "compensation", "bp"),
        [
            (0, 1, 0),
            (1, 1, 10_000),
            (314, 1_000_000, 3),  # 0.0314%
            (349, 1_000_000, 3),
            (350, 1_000_000, 4),  # 0.035% goes up
            (10**10, 10**10, 10_000),
            (2 * 10**10, 10**10, 20_000),  # deferrals may be above capped pay
        ],
    )
    def test_are_to_a_hundredth_of_a_point_half_up(self, contribution: int, compensation: int, bp: int) -> None:
        assert ratios_bp(np.array([contribution]), np.array([compensation])).tolist() == [bp]

    def test_a_sum_of_ratios_beyond_64_bits_is_exact(self) -> None:
        """100,000 people with a cent of pay and 100 million dollars of match: 10^14 basis points each."""
        ratios = ratios_bp(np.full(100_000, 10**10), np.ones(100_000, dtype=np.int64))

        assert mean_bp(ratios) == 10**14
        assert permitted_ratio(ratios, 10**14 - 1) == 10**14 - 1

    def test_a_mean_is_half_up_and_counts_zeros(self) -> None:
        assert mean_bp(np.array([1, 0])) == 1
        assert mean_bp(np.array([1, 0, 0])) == 0
        assert mean_bp(np.array([], dtype=np.int64)) is None


@pytest.mark.parametrize(
    ("nhce", "highest"),
    [
        (0, 0),
        (1, 2),
        (199, 398),
        (200, 400),  # below 2% twice, from 2% plus two
        (201, 401),
        (799, 999),
        (800, 1000),  # from 8% 1.25 times
        (801, 1001),  # 1001.25
        (803, 1003),  # 1003.75: 10.04% is too much
        (804, 1005),
    ],
)
def test_the_passing_rule_turns_at_two_and_eight_percent(nhce: int, highest: int) -> None:
    assert highest_passing_bp(nhce) == highest


class TestAdpTest:
    def test_percentages_are_means_of_ratios_not_pooled_dollars(self) -> None:
        found = ws.adp_test([5_000, 0, 2_000], [50_000, 50_000, 200_000], [False, False, False])

        assert found == ws.AdpTest(True, None, 3.67, 5.67, 0, 3)  # (10 + 0 + 1) / 3

    def test_at_the_limit_passes_and_a_hundredth_more_fails(self) -> None:
        assert ws.adp_test(*plan([6.0], [4.0])) == ws.AdpTest(True, 6.0, 4.0, 6.0, 1, 1)
        assert ws.adp_test(*plan([6.01], [4.0])) == ws.AdpTest(False, 6.01, 4.0, 6.0, 1, 1)

    def test_columns_of_a_frame(self) -> None:
        contribution, compensation, hce = plan([7.0, 5.0], [3.0, 1.0])
        frame = pl.DataFrame({"deferral": contribution, "pay": compensation, "hce": hce})

        assert ws.adp_test(frame["deferral"], frame["pay"], frame["hce"]) == ws.AdpTest(False, 6.0, 2.0, 4.0, 2, 2)

    def test_arrays(self) -> None:
        columns = plan([7.0, 5.0], [3.0, 1.0])
        arrays = tuple(map(np.array, columns))

        assert ws.adp_test(*arrays) == ws.adp_test(*columns)
        assert ws.correct_adp(*arrays) == ws.correct_adp(*columns)

    def test_prior_year_method_takes_last_years_percentage(self) -> None:
        columns = plan([6.0], [0.0])

        assert not ws.adp_test(*columns).passed
        assert ws.adp_test(*columns, method="prior", prior_nhce_percentage=4.0).passed
        assert ws.adp_test(*columns, method="prior").nhce_percentage == 3.0

    def test_who_has_no_compensation_is_left_out(self) -> None:
        assert ws.adp_test([6_000, 0, 4_000], [PAY, 0, PAY], [True, True, False]) == ws.AdpTest(
            True, 6.0, 4.0, 6.0, 1, 1
        )

    def test_without_highly_compensated_or_without_others_it_passes(self) -> None:
        assert ws.adp_test(*plan([], [0.0])).passed
        assert ws.adp_test(*plan([20.0], [])) == ws.AdpTest(True, 20.0, None, None, 1, 0)
        assert ws.adp_test([], [], []) == ws.AdpTest(True, None, None, None, 0, 0)

    @pytest.mark.parametrize(
        ("columns", "options", "message"),
        [
            (([1, None], [1, 1], [True, True]), {}, "contribution: 1 of 2 values are missing"),
            (([-1], [1], [True]), {}, "contribution: 1 of 1 values are not dollars"),
            (([1], [float("inf")], [True]), {}, "compensation: 1 of 1 values are not dollars"),
            (([1, 2], [1], [True]), {}, "equally long .*contribution 2, compensation 1, highly_compensated 1"),
            (([5, 0], [0, 0], [True, True]), {}, "contribution: 1 of 2 contribute without compensation"),
            (([1], [1], [True]), {"method": "last"}, "method must be current or prior"),
            (([1], [1], [True]), {"prior_nhce_percentage": 3.0}, "is for method='prior'"),
            (([1], [1], [True]), {"method": "prior", "prior_nhce_percentage": 3.001}, "at most 2 decimals"),
            (([1], [1], [True]), {"method": "prior", "prior_nhce_percentage": -1}, "from 0 up"),
            (([1], [1], [True]), {"method": "prior", "prior_nhce_percentage": float("nan")}, "from 0 up"),
        ],
    )
    def test_what_cannot_be_tested(self, columns: Any, options: dict[str, Any], message: str) -> None:
        with pytest.raises(ValueError, match=message):
            ws.adp_test(*columns, **options)
        with pytest.raises(ValueError, match=message):
            ws.correct_adp(*columns, **options)

    @pytest.mark.parametrize(
        "columns", [(1, [1], [True]), (["1"], [1], [True]), ([1], [1], ["yes"]), (np.ones((1, 1)), [1], [True])]
    )
    def test_columns_of_another_kind(self, columns: Any) -> None:
        with pytest.raises(TypeError, match="expected"):
            ws.adp_test(*columns)


class TestCorrection:
    def test_percentages_set_the_total_and_dollars_apportion_it(self) -> None:
        """D has the highest ratio; B, who deferred most, gets most back."""
        deferrals, pay = [4_500, 7_000, 3_000, 6_300], [150_000, 140_000, 100_000, 90_000]

        found = ws.correct_adp(deferrals, pay, [True] * 4, method="prior", prior_nhce_percentage=1.85)

        assert (found.highest_permitted_ratio, found.total) == (4.4, 3_180.0)
        assert found.refunds == found.excess == (0.0, 1_940.0, 0.0, 1_240.0)

    def test_columns_of_a_frame_give_columns(self) -> None:
        frame = pl.DataFrame(dict(zip(("deferral", "pay", "hce"), plan([10.0, 4.0], [2.0]), strict=True)))
        columns = frame["deferral"], frame["pay"], frame["hce"]

        found = ws.correct_adp(*columns, catch_up_room=pl.Series([1_000.0, 0.0, 0.0]))

        with_refunds = frame.with_columns(found.excess, found.recharacterized, found.refunds)
        assert with_refunds.select("excess", "recharacterized", "refunds").row(0) == (6_000.0, 1_000.0, 5_000.0)
        assert found == ws.correct_adp(*columns, catch_up_room=[1_000, 0, 0])
        assert found != ws.correct_adp(*columns)

    def test_others_get_nothing_back(self) -> None:
        found = ws.correct_adp(*plan([10.0], [40.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]))

        assert (found.highest_permitted_ratio, found.total) == (7.0, 3_000.0)
        assert found.excess == (3_000.0, *[0.0] * 8)

    def test_what_fits_into_catch_up_stays(self) -> None:
        columns = plan([10.0, 10.0], [2.0])

        found = ws.correct_adp(*columns, catch_up_room=[7_500, 1_000.5, 0])

        assert found.excess == (6_000.0, 6_000.0, 0.0)
        assert found.recharacterized == (6_000.0, 1_000.5, 0.0)
        assert found.refunds == (0.0, 4_999.5, 0.0)

    @pytest.mark.parametrize("columns", [plan([6.0], [4.0]), plan([9.0], []), plan([], [1.0]), ([], [], [])])
    def test_a_passed_test_needs_none(self, columns: Any) -> None:
        nothing = (0.0,) * len(columns[0])

        assert ws.correct_adp(*columns) == ws.AdpCorrection(None, 0.0, nothing, nothing, nothing)

    def test_a_mean_that_passes_only_by_rounding_needs_none(self) -> None:
        """6.00, 6.00 and 6.01 have a mean of 6.0033%, to 0.01% the limit."""
        columns = plan([6.0, 6.0, 6.01], [4.0])

        assert ws.adp_test(*columns).passed
        assert ws.correct_adp(*columns).total == 0

    def test_all_is_given_back_where_nothing_may_be_deferred(self) -> None:
        found = ws.correct_adp(*plan([5.0, 0.0], [0.0]))

        assert (found.highest_permitted_ratio, found.excess) == (0.0, (5_000.0, 0.0, 0.0))

    def test_who_has_no_compensation_takes_no_part(self) -> None:
        found = ws.correct_adp([9_000, 0, 2_000], [PAY, 0, PAY], [True, True, False])

        assert found.excess == (5_000.0, 0.0, 0.0)

    def test_room_is_given_for_everybody(self) -> None:
        with pytest.raises(ValueError, match="contribution 2, catch_up_room 1"):
            ws.correct_adp(*plan([10.0], [2.0]), catch_up_room=[1])


class TestLevels:
    def test_highest_come_down_to_the_next_and_so_on(self) -> None:
        assert level([700, 500, 300], 100) == 600
        assert level([700, 500, 300], 200) == 500
        assert level([700, 500, 300], 300) == 450
        assert level([700, 500, 300], 1_500) == 0
        assert level([500, 500, 1], 7) == Fraction(993, 2)

    def test_a_ratio_may_lie_between_basis_points(self) -> None:
        assert permitted_ratio(np.array([800, 800, 800, 0]), 500) == Fraction(2000, 3)
        assert permitted_ratio(np.array([500, 500]), 500) is None

    def test_odd_cents_come_off_the_first_listed(self) -> None:
        assert apportioned([10, 10, 10], 4) == [2, 1, 1]
        assert apportioned([10, 9, 10], 2) == [1, 0, 1]
        assert apportioned([1, 0, 1], 2) == [1, 0, 1]
        assert apportioned([3, 0], 0) == [0, 0]
        assert apportioned([], 0) == []
