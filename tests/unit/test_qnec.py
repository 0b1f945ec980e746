"""QNECs in place of refunds, and shifting from ADP to ACP: by hand, and in a plan year."""

from __future__ import annotations

import polars as pl
import pytest

import workforce_sim as ws
from tests.unit.tested_years import PRIOR, found, high, other, run
from workforce_sim.plan.shifting import needed_bp

PLAN = [16_000, 3_000, 1_000, 250], [200_000, 100_000, 50_000, 25_000], [True, False, False, False]
"""8% against a mean of 3, 2 and 1%: the others need 6%."""


class TestSmallestQnec:
    def test_one_share_for_all_or_five_percent_for_the_lowest_paid(self) -> None:
        """4% of 175,000; or 5% of 25,000 and 50,000, and 1.99% of 100,000: 6, 7 and 4.99% are 6.00% in the mean."""
        found = ws.smallest_qnec(*PLAN)

        assert (found.percent, found.total, found.targeted_total) == (4.0, 7_000.0, 5_740.0)
        assert found.amounts == (0.0, 4_000.0, 2_000.0, 1_000.0)
        assert found.targeted == (0.0, 1_990.0, 2_500.0, 1_250.0)

    def test_then_the_test_passes_and_with_a_basis_point_less_it_does_not(self) -> None:
        deferral, pay, hce = PLAN
        for share, passed in ((0.04, True), (0.0399, False)):
            more = [amount + (0 if high else share * paid) for amount, paid, high in zip(*PLAN, strict=True)]
            assert ws.adp_test(more, pay, hce).passed == passed
        assert not ws.adp_test(deferral, pay, hce).passed

    def test_nothing_where_the_test_passes(self) -> None:
        found = ws.smallest_qnec([5, 3], [100, 100], [True, False])

        assert (found.percent, found.total, found.targeted_total, found.targeted) == (0.0, 0.0, 0.0, (0.0, 0.0))

    def test_above_five_percent_it_is_the_same_for_all(self) -> None:
        """10% needs 8% of others who defer nothing."""
        found = ws.smallest_qnec([10_000, 0, 0], [100_000, 100_000, 50_000], [True, False, False])

        assert (found.percent, found.total) == (8.0, 12_000.0)
        assert found.targeted == found.amounts == (0.0, 8_000.0, 4_000.0)

    def test_where_even_all_of_pay_would_not_do(self) -> None:
        found = ws.smallest_qnec([200, 0], [100, 100], [True, False])

        assert (found.percent, found.total) == (None, 0.0)

    def test_those_without_pay_get_none(self) -> None:
        found = ws.smallest_qnec([8, 0, 0], [100, 0, 100], [True, False, False])

        assert found.amounts == (0.0, 0.0, 6.0)

    def test_columns_of_a_frame_give_columns(self) -> None:
        frame = pl.DataFrame(PLAN, schema=["contribution", "compensation", "hce"])

        found = ws.smallest_qnec(*frame)

        assert isinstance(found.targeted, pl.Series)
        assert found.targeted.to_list() == [0.0, 1_990.0, 2_500.0, 1_250.0]

    def test_contributions_without_pay_are_refused(self) -> None:
        with pytest.raises(ValueError, match="1 of 1 contribute without compensation"):
            ws.smallest_qnec([1], [0], [False])


class TestInAPlanYear:
    def test_amounts_stand_beside_the_refunds(self) -> None:
        """10% against 1%: the others need 8%, so 7% of 100,000; more than 5%, so the same for all."""
        tests = ws.nondiscrimination(run(high(10), other(1), other(1)), 2025)

        assert tests.qnecs.rows() == [("ADP", "B", 700_000, 700_000), ("ADP", "C", 700_000, 700_000)]
        figures = tests.tests[0].figures
        assert (figures["qnec_percent"], figures["qnec"], figures["targeted_qnec"]) == (7.0, 14_000.0, 14_000.0)
        assert figures["refunds"] == 16_000.0

    def test_of_the_acp_test_they_are_contributions_too(self) -> None:
        people = high(0, match_cents=800_000), other(0, match_cents=100_000), other(0, match_cents=100_000)
        tests = ws.nondiscrimination(run(*people), 2025)

        assert tests.qnecs.rows() == [("ACP", "B", 100_000, 199_000), ("ACP", "C", 100_000, 0)]  # 2.99 and 1%: 2.00

    def test_the_prior_years_figures_cannot_be_mended(self) -> None:
        last_year = high(10, year=2024, employee_id="A"), other(1, year=2024, employee_id="B")
        tests = ws.nondiscrimination(run(high(10), other(1), *last_year, **PRIOR), 2025)

        assert tests.tests[0].outcome == "failed"
        assert tests.qnecs.is_empty()
        assert "qnec" not in tests.tests[0].figures


class TestShift:
    def test_a_published_example(self) -> None:
        """ADP 6.06 needs 4.06 of 4.51; ACP 2.55 needs 1.28 where there is 1.21."""
        assert ws.adp_to_acp_shift(4.51, 6.06, 1.21, 2.55) == ws.AcpShift(4.06, 0.45, 1.28, 0.07, True)

    def test_more_than_is_available_does_not_pass(self) -> None:
        assert not ws.adp_to_acp_shift(4.12, 6.06, 1.21, 2.55).passes
        assert ws.adp_to_acp_shift(4.13, 6.06, 1.21, 2.55).passes

    def test_a_failed_adp_test_has_nothing_to_give(self) -> None:
        assert ws.adp_to_acp_shift(4.05, 6.06, 2, 2) == ws.AcpShift(4.06, 0.0, 1.0, 0.0, False)

    @pytest.mark.parametrize(("hce", "needed"), [(0, 0), (1, 1), (400, 200), (401, 201), (1000, 800), (1001, 801)])
    def test_what_the_others_need(self, hce: int, needed: int) -> None:
        assert needed_bp(hce) == needed

    @pytest.mark.parametrize("percent", [-0.01, 1.234])
    def test_a_percentage_has_two_decimals(self, percent: float) -> None:
        with pytest.raises(ValueError, match="hce_acp must be a percentage from 0 up, at most 2 decimals"):
            ws.adp_to_acp_shift(1, 1, 1, percent)

    def test_a_plan_year_says_what_shifting_does(self) -> None:
        people = high(6.06, match_cents=510_000), other(4.51, match_cents=121_000)
        acp = found(run(*people), "ACP")

        assert (acp.outcome, acp.figures["shift_percent"]) == ("failed", 0.07)
        assert acp.note == "passes with 0.07% of pay shifted from the NHCEs' deferrals (26 CFR 1.401(m)-2(a)(6)(ii))"

    def test_not_so_with_too_little_to_shift(self) -> None:
        people = high(6.06, match_cents=510_000), other(4.1, match_cents=121_000)

        assert "shift_percent" not in found(run(*people), "ACP").figures
