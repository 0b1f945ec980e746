"""Average benefit test, cross-testing and its gateway: figures by hand, and what a plan year makes of them."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import workforce_sim as ws
from tests.unit.tested_years import Person, Run, found, high, other, run
from workforce_sim.plan.annuity import annuity_per_million, annuity_price
from workforce_sim.plan.coverage import average_benefit_bp, classification_harbors
from workforce_sim.plan.cross_testing import accrual_rates_bp, is_gradual, standard_interest

AT_8 = Fraction(8, 100)
BY_CLASS: dict[str, Any] = {"kind": "age", "by_age": [{"from": 0, "rate": 0.05}, {"from": 55, "rate": 0.12}]}
"""Any formula whose rates are tested; what it gives is said of each person."""


def born(age: int) -> dict[str, dt.date]:
    """Somebody of an age on December 31, 2025."""
    return {"birth_date": dt.date(2025 - age, 6, 1)}


def firm(*others: tuple[int, float], owner: float = 12.0, owner_age: int = 55, **plan: Any) -> Run:
    """An owner paid 200,000 and others paid 100,000, by age and rate of nonelective contribution in percent."""
    people: list[Person] = [high(0, nonelective_cents=int(200_000 * owner), **born(owner_age))]
    people += [other(0, nonelective_cents=int(100_000 * rate), **born(age)) for age, rate in others]
    return run(*people, nonelective=BY_CLASS, **plan)


class TestAnnuity:
    def test_a_price_is_the_sum_of_what_is_paid_to_those_alive(self) -> None:
        """At 108: once for sure, 33.4732% live to 109 and 23.9785% of them to 110; 11/24 off for monthly pay."""
        price = 1 + 0.334732 / 1.08 + 0.334732 * 0.239785 / 1.08**2 - 11 / 24

        assert float(annuity_price(108, AT_8)) == pytest.approx(price, abs=1e-12)
        assert annuity_price(120, AT_8) == annuity_price(110, AT_8) == Fraction(13, 24)

    def test_the_price_at_65_is_that_of_the_table(self) -> None:
        """About 8.65 years' purchase at 8%, dearer at lower interest."""
        assert [round(12 * float(annuity_price(65, Fraction(rate, 1000))), 2) for rate in (75, 80, 85)] == [
            107.22,
            103.76,
            100.50,
        ]

    def test_a_million_grows_to_65_and_buys_then(self) -> None:
        assert annuity_per_million(55, AT_8) == round(1_000_000 * 1.08**10 / float(annuity_price(65, AT_8)))
        assert annuity_per_million(65, AT_8) < annuity_per_million(64, AT_8) < annuity_per_million(20, AT_8)
        assert annuity_per_million(70, AT_8) > annuity_per_million(65, AT_8)


class TestAccrualRate:
    def test_a_published_contribution_as_a_pension(self) -> None:
        """1,250 grows in 35 years to 18,482 and buys 2,137 a year, of pay of 25,000."""
        assert ws.accrual_rate(1_250, 25_000, 30) == 8.55

    def test_the_young_get_more_for_a_dollar_and_at_a_lower_interest_less(self) -> None:
        assert ws.accrual_rate(5_000, 100_000, 30) > ws.accrual_rate(5_000, 100_000, 50)
        assert ws.accrual_rate(5_000, 100_000, 30, interest=0.075) < ws.accrual_rate(5_000, 100_000, 30, interest=0.085)

    def test_amounts_beyond_64_bits_are_exact(self) -> None:
        large = np.array([10**10]), np.array([10**10]), np.array([0])
        per_million = annuity_per_million(0, AT_8)

        assert accrual_rates_bp(*large, AT_8).tolist() == [(per_million + 50) // 100]

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ((1, 0, 30), "compensation must be above 0"),
            ((1, 1, -1), "age at least 0"),
            ((-1, 1, 30), "contribution"),
        ],
    )
    def test_what_has_no_rate_is_refused(self, arguments: tuple[int, int, int], message: str) -> None:
        with pytest.raises(ValueError, match=message):
            ws.accrual_rate(*arguments)

    @pytest.mark.parametrize("interest", [0.0749, 0.0851])
    def test_interest_is_standard(self, interest: float) -> None:
        with pytest.raises(ValueError, match=r"from 0.075 to 0.085 \(26 CFR 1.401\(a\)\(4\)-12\)"):
            standard_interest(interest)


class TestGateway:
    @pytest.mark.parametrize(("highest", "least"), [(0, 0), (6, 2), (15, 5), (24, 5)])
    def test_a_third_up_to_five_percent(self, highest: float, least: float) -> None:
        assert ws.gateway_rate(highest) == least

    @pytest.mark.parametrize(
        ("highest", "least"), [(9, 3), (25, 5), (25.01, 6), (30, 6), (30.5, 7), (35, 7), (35.01, 7.5), (90, 7.5)]
    )
    def test_with_a_pension_plan_it_rises_above_25_percent(self, highest: float, least: float) -> None:
        assert ws.combined_gateway_rate(highest) == least

    @pytest.mark.parametrize("function", [ws.gateway_rate, ws.combined_gateway_rate])
    @pytest.mark.parametrize("rate", [-1, float("nan")])
    def test_no_rate(self, function: Any, rate: float) -> None:
        with pytest.raises(ValueError, match="percentage from 0 up"):
            function(rate)


class TestGradual:
    """A schedule that needs no gateway, 26 CFR 1.401(a)(4)-8(b)(1)(iv)."""

    @pytest.mark.parametrize(
        ("bands", "by", "gradual"),
        [
            ([(0, 30_000), (5, 40_000), (10, 50_000)], "tenure", True),
            ([(0, 30_000), (6, 40_000), (11, 50_000)], "tenure", True),  # the first from one year on
            ([(0, 30_000), (7, 40_000), (12, 50_000)], "tenure", False),
            ([(0, 30_000), (5, 40_000), (12, 50_000), (17, 60_000)], "tenure", False),
            ([(0, 20_000), (25, 30_000), (35, 40_000), (45, 50_000)], "age", True),
            ([(0, 20_000), (35, 30_000), (45, 40_000), (55, 50_000)], "age", True),  # the first from 25 on
            ([(0, 20_000), (36, 30_000), (46, 40_000), (56, 50_000)], "age", False),
            ([(0, 30_000), (50, 60_000)], "points", True),
            ([(0, 30_000), (50, 60_001)], "points", False),  # more than twice
            ([(0, 100_000), (50, 150_001)], "points", False),  # more than 5 points
            ([(0, 20_000), (25, 30_000), (35, 60_000)], "age", False),  # 1.5 times, then twice
            ([(0, 20_000), (25, 20_000), (35, 30_000)], "age", False),
            ([(0, 0), (25, 20_000)], "age", False),
            ([(0, 20_000), (25, 0), (35, 20_000)], "age", False),
            ([(0, 30_000)], "tenure", False),
        ],
    )
    def test_rises_smoothly_at_regular_intervals(self, bands: list[tuple[int, int]], by: Any, gradual: bool) -> None:
        assert is_gradual(bands, by) is gradual


class TestHarbors:
    @pytest.mark.parametrize(
        ("hces", "others", "safe", "unsafe"),
        [
            (4, 6, 5_000, 4_000),
            (395, 605, 5_000, 4_000),
            (39, 61, 4_925, 3_925),
            (14, 86, 3_050, 2_050),
            (13, 87, 2_975, 2_000),
            (1, 99, 2_075, 2_000),
            (0, 0, 5_000, 4_000),
        ],
    )
    def test_are_those_of_the_regulations_table(self, hces: int, others: int, safe: int, unsafe: int) -> None:
        assert classification_harbors(hces, others)[:2] == (safe, unsafe)

    def test_the_midpoint(self) -> None:
        assert classification_harbors(13, 87).midpoint == 2_488  # 24.875%

    def test_the_average_benefit_percentage_counts_those_without(self) -> None:
        hce = np.array([True, True, False, False, False])

        assert average_benefit_bp(np.array([400, 600, 900, 0, 0]), hce) == 6_000
        assert average_benefit_bp(np.array([0, 0, 1, 0, 0]), hce) is None
        assert average_benefit_bp(np.array([1, 1]), np.array([True, True])) is None


class TestCoverage:
    """One highly compensated of 11 or 12 who could not be kept out: the safe harbor is 28.25 or 27.5%."""

    def test_less_than_seventy_percent_passes_with_the_average_benefit_test(self) -> None:
        others = [other(4, eligibility_date=None if n < 4 else dt.date(2011, 1, 1)) for n in range(10)]
        test = found(run(high(2), *others), "Coverage, deferrals")

        assert (test.outcome, test.section) == ("passed", "410(b)(2)")
        assert (test.figures["ratio_percent"], test.figures["safe_harbor_percent"]) == (60.0, 27.5)
        assert test.figures["average_benefit_percent"] == 200.0  # 4% of all ten, whether they may defer or not: 2%

    def test_an_average_below_seventy_percent_fails(self) -> None:
        others = [other(2.2, eligibility_date=None if n < 4 else dt.date(2011, 1, 1)) for n in range(10)]
        test = found(run(high(4, **born(45)), *others), "Coverage, deferrals")

        assert test.outcome == "failed"
        assert test.figures["average_benefit_percent"] == pytest.approx(55, abs=0.1)  # benefits to 0.01% each
        assert test.note == "ratio percentage test failed, and the average benefit percentage is below 70%"

    @pytest.mark.parametrize(
        ("eligible", "outcome", "note"),
        [
            (3, "passed", "passed by the average benefit test (IRC 410(b)(2))"),  # 30%
            (2, "failed", "above the unsafe one, facts and circumstances decide (26 CFR 1.410(b)-4(c)(3))"),  # 20%
            (1, "failed", "ratio percentage below the safe harbor of the average benefit test"),
        ],
    )
    def test_between_the_harbors_facts_decide(self, eligible: int, outcome: str, note: str) -> None:
        others = [other(9, eligibility_date=dt.date(2011, 1, 1) if n < eligible else None) for n in range(10)]
        test = found(run(high(2), *others), "Coverage, deferrals")

        assert test.outcome == outcome
        assert test.note.endswith(note)


class TestNonelectiveRates:
    def test_the_example_of_the_chapter(self) -> None:
        """As contributions 12% of the owner and 5% of the others; as benefits 3.00%, and 8.55, 5.82 and 3.40%."""
        test = found(firm((30, 5), (35, 5), (42, 5)), "Nonelective rates")

        assert (test.outcome, test.section) == ("passed", "401(a)(4)")
        assert test.figures["lowest_ratio_percent"] == 0.0
        assert test.figures["cross_tested_ratio_percent"] == 100.0
        assert (test.figures["gateway_percent"], test.figures["below_gateway"]) == (4.0, 0)
        assert test.note == "passed as benefits at 65, cross-tested (26 CFR 1.401(a)(4)-8)"

    def test_an_older_employee_leaves_it_to_the_average_benefit_test(self) -> None:
        """At 50 5% are 1.83%: two of three others have 3% or more, 66.67%; the midpoint is 33.75%."""
        test = found(firm((30, 5), (35, 5), (50, 5)), "Nonelective rates")

        assert (test.outcome, test.figures["cross_tested_ratio_percent"]) == ("passed", 66.67)
        assert test.figures["needed_ratio_percent"] == 33.75
        assert test.figures["average_benefit_percent"] == 180.0  # (8.55 + 5.82 + 1.83) / 3 / 3.00
        assert "with the average benefit test" in test.note

    def test_below_the_gateway_nothing_helps(self) -> None:
        test = found(firm((30, 5), (30, 3.99), (30, 5)), "Nonelective rates")

        assert (test.outcome, test.figures["below_gateway"]) == ("failed", 1)
        assert test.note == "failed as contributions and, cross-tested, as benefits at 65; gateway missed"

    def test_at_the_gateway_is_enough(self) -> None:
        test = found(firm((30, 4), (30, 4), (30, 4)), "Nonelective rates")

        assert (test.outcome, test.figures["gateway_percent"], test.figures["below_gateway"]) == ("passed", 4.0, 0)

    def test_a_rate_group_needs_no_more_than_the_plan(self) -> None:
        """One of four others gets what the owner gets: 25% of the plan and of the group; the midpoint is 30%."""
        test = found(firm((30, 12), (30, 0), (30, 0), (30, 0)), "Nonelective rates")

        assert (test.outcome, test.figures["lowest_ratio_percent"]) == ("passed", 25.0)
        assert test.figures["needed_ratio_percent"] == 25.0

    def test_who_gets_nothing_is_not_asked_for_the_gateway(self) -> None:
        test = found(firm((30, 5), (30, 5), (30, 5), (30, 0)), "Nonelective rates")

        assert (test.outcome, test.figures["below_gateway"], test.figures["cross_tested_ratio_percent"]) == (
            "passed",
            0,
            75.0,
        )

    def test_a_young_owner_fails_as_benefits_too(self) -> None:
        test = found(firm((55, 5), (56, 5), owner_age=40), "Nonelective rates")

        assert (test.outcome, test.figures["cross_tested_ratio_percent"]) == ("failed", 0.0)

    @pytest.mark.parametrize(("interest", "ratio"), [(0.075, 0.0), (0.085, 100.0)])
    def test_interest_is_that_of_the_plan(self, interest: float, ratio: float) -> None:
        """A third of the owner's rate is as much 15 years earlier at 8.5% (3.40 times), not at 7.5% (2.96 times)."""
        test = found(firm((40, 4), testing={"interest_rate": interest}), "Nonelective rates")

        assert test.figures["cross_tested_ratio_percent"] == ratio

    def test_a_gradual_schedule_needs_no_gateway(self) -> None:
        schedule = {"kind": "age", "by_age": [{"from": 0, "rate": 0.02}, {"from": 50, "rate": 0.04}]}
        people = high(0, nonelective_cents=800_000, **born(55)), other(0, nonelective_cents=100_000, **born(25))
        test = found(run(*people, nonelective=schedule), "Nonelective rates")

        assert "gateway_percent" not in test.figures
        assert (test.outcome, test.note.split("; ")[1][:18]) == ("passed", "a gradual schedule")

    def test_enough_others_at_the_midpoint_pass_as_contributions(self) -> None:
        """9 of 20 others at the owner's 12%: 45%; of 21 employees 95% are others, so 21.88% is enough."""
        people = [(40, 12.0)] * 9 + [(40, 6.0)] * 11
        test = found(firm(*people), "Nonelective rates")

        assert (test.outcome, test.figures["lowest_ratio_percent"], test.figures["needed_ratio_percent"]) == (
            "passed",
            45.0,
            21.88,
        )
        assert test.note == "passed with the average benefit test (26 CFR 1.401(a)(4)-2(c)(3))"
