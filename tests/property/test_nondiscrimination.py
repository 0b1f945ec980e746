"""Laws of the tests: corrections pass, nobody gets back more than was put in, zeros never raise a mean."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st

import workforce_sim as ws
from tests import support
from tests.property import strategies
from tests.support import Scenario, fast
from workforce_sim import Result, SimulationError
from workforce_sim.money import half_up
from workforce_sim.plan.adp import highest_passing_bp, mean_bp, measured, ratios_bp
from workforce_sim.plan.annuity import annuity_per_million
from workforce_sim.plan.correction import apportioned, excess_of, level, permitted_ratio
from workforce_sim.plan.coverage import (
    average_benefit_bp,
    classification_harbors,
    lowest_rate_group_bp,
    ratio_percentage_bp,
)
from workforce_sim.plan.hce import top_paid
from workforce_sim.plan.qnec import qnecs_of
from workforce_sim.plan.rates import below_gateway, gateway_bp
from workforce_sim.plan.shifting import shifted

MOST = 10**10
amounts = st.integers(0, MOST) | st.integers(0, 3 * 10**6)
pays = st.integers(1, MOST) | st.integers(10**6, 4 * 10**7)
percentages = st.integers(0, 2_000)
deferral = pl.sum_horizontal("pre_tax_cents", "roth_cents") - pl.col("catch_up_cents")


class Plan(NamedTuple):
    """Columns of a test in cents and flags."""

    contribution: np.ndarray
    compensation: np.ndarray
    hce: np.ndarray


def columns(rows: list[tuple[int, int, bool]]) -> Plan:
    contribution, compensation = (np.array([row[n] for row in rows], dtype=np.int64) for n in range(2))
    return Plan(contribution, compensation, np.array([row[2] for row in rows], dtype=np.bool_))


people = st.lists(st.tuples(amounts, pays, st.booleans()), max_size=12).map(columns)
prior = st.none() | percentages


def ratios(tested: Plan) -> np.ndarray:
    return ratios_bp(tested.contribution, tested.compensation)


def taken_by_hand(contributions: list[int], total: int) -> list[int]:
    """Take a total off the largest, cent by cent; of equals the first listed gives first."""
    left = list(contributions)
    for _ in range(total):
        left[left.index(max(left))] -= 1
    return [before - after for before, after in zip(contributions, left, strict=True)]


class TestCorrection:
    @given(people, prior)
    def test_leveled_percentages_pass(self, tested: Plan, prior_bp: int | None) -> None:
        test, excess = measured(*tested, prior_bp), excess_of(*tested, prior_bp)

        assert (excess.permitted_bp is None) == test.passed
        if excess.permitted_bp is not None:
            leveled = [min(Fraction(ratio), excess.permitted_bp) for ratio in ratios(tested)[tested.hce].tolist()]
            assert sum(leveled) == round(100 * test.highest_passing) * len(leveled)

    @given(people, prior)
    def test_nobody_gives_back_more_than_contributed_and_only_the_highly_compensated_do(
        self, tested: Plan, prior_bp: int | None
    ) -> None:
        excess = excess_of(*tested, prior_bp).cents

        assert ((excess >= 0) & (excess <= tested.contribution)).all()
        assert not excess[~tested.hce].any()

    @given(people, prior, st.data())
    def test_parts_add_up_to_the_total(self, tested: Plan, prior_bp: int | None, data: st.DataObject) -> None:
        room = data.draw(st.lists(amounts, min_size=len(tested.hce), max_size=len(tested.hce)))
        method: dict[str, Any] = (
            {} if prior_bp is None else {"method": "prior", "prior_nhce_percentage": prior_bp / 100}
        )
        contribution, compensation = ((column / 100).tolist() for column in tested[:2])

        found = ws.correct_adp(
            contribution, compensation, tested.hce.tolist(), **method, catch_up_room=[cents / 100 for cents in room]
        )

        cents = [
            [round(100 * amount) for amount in part] for part in (found.excess, found.recharacterized, found.refunds)
        ]
        assert sum(cents[0]) == round(100 * found.total)
        assert all(excess == kept + back for excess, kept, back in zip(*cents, strict=True))
        assert all(kept == min(excess, most) for excess, kept, most in zip(*cents[:2], room, strict=True))
        assert cents[0] == excess_of(*tested, prior_bp).cents.tolist()

    @given(people, percentages, st.integers(0, 500))
    def test_better_figures_of_the_others_never_cost_more(self, tested: Plan, bp: int, more: int) -> None:
        assert excess_of(*tested, bp + more).cents.sum() <= excess_of(*tested, bp).cents.sum()

    @given(people, prior)
    def test_who_contributed_more_keeps_no_less(self, tested: Plan, prior_bp: int | None) -> None:
        excess = excess_of(*tested, prior_bp).cents[tested.hce]
        before = tested.contribution[tested.hce]
        order = np.argsort(before, kind="stable")

        kept = (before - excess)[order]
        assert (np.diff(kept) >= -1).all()  # the odd cents

    @given(st.lists(st.integers(0, 60), min_size=1, max_size=6), st.data())
    def test_apportioning_is_taking_cents_off_the_largest(self, contributions: list[int], data: st.DataObject) -> None:
        total = data.draw(st.integers(0, sum(contributions)))

        taken = apportioned(contributions, total)

        assert sum(taken) == total
        left = sorted(before - after for before, after in zip(contributions, taken, strict=True))
        by_hand = taken_by_hand(contributions, total)
        assert left == sorted(before - after for before, after in zip(contributions, by_hand, strict=True))

    @given(st.lists(amounts, min_size=1), st.data())
    def test_a_level_takes_exactly_what_is_asked(self, values: list[int], data: st.DataObject) -> None:
        over = data.draw(st.integers(1, max(1, sum(values))))
        assume(over <= sum(values))

        found = level(values, over)

        assert sum(max(Fraction(0), value - found) for value in values) == over

    @given(st.lists(st.integers(0, 10_000), min_size=1), percentages)
    def test_a_permitted_ratio_is_there_exactly_where_the_mean_is_too_high(self, some: list[int], most: int) -> None:
        found = permitted_ratio(np.array(some), most)

        assert (found is not None) == (mean_bp(np.array(some)) > most)
        assert found is None or found < max(some)


class TestPercentages:
    @given(people, prior)
    def test_the_decision_is_that_of_exact_fractions(self, tested: Plan, prior_bp: int | None) -> None:
        """Rounded as the regulations have it, half up to a hundredth of a point, and compared exactly."""
        each = [Fraction(c, p) for c, p in zip(*(column.tolist() for column in tested[:2]), strict=True)]
        rounded = [Fraction((20_000 * ratio + 1) // 2) for ratio in each]
        high, others = (
            [ratio for ratio, hce in zip(rounded, tested.hce, strict=True) if hce == wanted] for wanted in (True, False)
        )
        h, n = (Fraction((2 * sum(of) / len(of) + 1) // 2) if of else None for of in (high, others))
        n = n if prior_bp is None else Fraction(prior_bp)

        passed = h is None or n is None or h <= max(n * 5 / 4, min(2 * n, n + 200))
        assert measured(*tested, prior_bp).passed == passed

    @given(st.lists(st.integers(0, 20_000), min_size=1), st.integers(1, 5))
    def test_zeros_never_raise_a_mean(self, some: list[int], zeros: int) -> None:
        assert mean_bp(np.array(some + [0] * zeros)) <= mean_bp(np.array(some))

    @given(st.integers(0, 10_000), st.integers(0, 100))
    def test_the_others_allow_more_the_more_they_contribute(self, bp: int, more: int) -> None:
        assert bp <= highest_passing_bp(bp) <= highest_passing_bp(bp + more)
        assert highest_passing_bp(bp) <= 2 * bp

    @given(people, st.randoms(use_true_random=False))
    def test_order_means_nothing(self, tested: Plan, shuffle: Any) -> None:
        order = list(range(len(tested.hce)))
        shuffle.shuffle(order)
        turned = Plan(tested.contribution[order], tested.compensation[order], tested.hce[order])

        assert measured(*turned, None) == measured(*tested, None)
        assert excess_of(*turned, None).cents.sum() == excess_of(*tested, None).cents.sum()

    @given(people)
    def test_a_frame_a_list_and_cents_agree(self, tested: Plan) -> None:
        frame = pl.DataFrame({"c": tested.contribution / 100, "p": tested.compensation / 100, "h": tested.hce})

        found = ws.adp_test(frame["c"], frame["p"], frame["h"])

        assert found == ws.adp_test(*(column.to_list() for column in frame)) == measured(*tested, None)


class TestInPlaceOfRefunds:
    @given(people)
    def test_a_qnec_makes_the_test_pass_and_a_smaller_one_does_not(self, tested: Plan) -> None:
        found = qnecs_of(*tested)
        paid = np.where(tested.hce, 0, tested.compensation)

        assert not (found.flat + found.targeted)[tested.hce].any()
        if found.flat_bp is None:
            most = Plan(tested.contribution + paid, *tested[1:])
            assert not measured(*most, None).passed
            assert not found.flat.any()
            return
        for given_out in (found.flat, found.targeted):
            assert measured(tested.contribution + given_out, *tested[1:], None).passed
            assert (10_000 * given_out <= max(500, found.flat_bp) * paid + 5_000).all()
        less = half_up(max(found.flat_bp - 1, 0) * paid, 10_000)
        assert found.flat_bp == 0 or not measured(tested.contribution + less, *tested[1:], None).passed
        assert found.flat_bp > 0 or measured(*tested, None).passed

    @given(st.lists(st.tuples(st.integers(0, 700), st.integers(10**6, 4 * 10**7)), min_size=2, max_size=12))
    def test_targeted_qnecs_go_to_the_lowest_paid(self, others: list[tuple[int, int]]) -> None:
        """Of others who defer up to 7%, beside one who defers 8%."""
        rows = [(rate * pay // 10_000, pay, False) for rate, pay in others]
        tested = columns([(8 * 10**5, 10**7, True), *rows])
        found = qnecs_of(*tested)
        without = ~tested.hce & (found.targeted == 0)

        if found.flat_bp is not None and found.flat_bp < 500 and without.any() and found.targeted.any():
            assert tested.compensation[found.targeted > 0].max() <= tested.compensation[without].min()

    @given(percentages, percentages, percentages, percentages)
    def test_shifting_passes_where_both_tests_do_with_and_without(
        self, n: int, h: int, other_n: int, other_h: int
    ) -> None:
        found = shifted(n, h, other_n, other_h)
        shift = round(100 * found.shift)

        def passes(others: int, high: int) -> bool:
            return highest_passing_bp(others) >= high

        assert passes(other_n + shift, other_h)
        assert shift == 0 or not passes(other_n + shift - 1, other_h)
        assert found.passes == (passes(n, h) and n >= shift and passes(n - shift, h))


class TestBenefits:
    @given(st.lists(st.booleans(), min_size=1, max_size=20), st.integers(1, 2_000))
    def test_one_rate_for_all_passes(self, high: list[bool], rate: int) -> None:
        hce, rates = np.array(high, dtype=bool), np.full(len(high), rate)

        assert average_benefit_bp(rates, hce) in (10_000, None)
        assert lowest_rate_group_bp(rates, hce) in (10_000, None)
        assert below_gateway(rates, hce) == 0

    @given(st.floats(0, 100), st.floats(0, 100))
    def test_the_gateways_never_fall_and_the_combined_one_is_no_lower(self, one: float, two: float) -> None:
        low, most = sorted((one, two))

        assert ws.gateway_rate(low) <= ws.gateway_rate(most) <= 5
        assert ws.combined_gateway_rate(low) <= ws.combined_gateway_rate(most) <= 7.5
        assert ws.gateway_rate(low) <= ws.combined_gateway_rate(low)

    @given(st.lists(st.tuples(st.integers(0, 2_000), st.booleans()), min_size=1, max_size=20))
    def test_a_plan_at_its_gateway_has_nobody_below(self, staff: list[tuple[int, bool]]) -> None:
        rates, hce = np.array([rate for rate, _ in staff]), np.array([high for _, high in staff], dtype=bool)
        lifted = np.where(~hce & (rates > 0), np.maximum(rates, gateway_bp(rates, hce)), rates)

        assert below_gateway(lifted, hce) == 0

    @given(st.integers(0, 500), st.integers(0, 500))
    def test_the_harbors_fall_with_the_share_of_others(self, hces: int, others: int) -> None:
        harbors, more = classification_harbors(hces, others), classification_harbors(hces, others + 1)

        assert 2_000 <= harbors.unsafe <= harbors.midpoint <= harbors.safe <= 5_000
        assert (more.safe <= harbors.safe and more.unsafe <= harbors.unsafe) or hces + others == 0

    @given(st.integers(0, 109), st.sampled_from([Fraction(75, 1000), Fraction(8, 100), Fraction(85, 1000)]))
    def test_a_dollar_buys_less_the_closer_65_is_and_more_after(self, age: int, interest: Fraction) -> None:
        now, next_year = annuity_per_million(age, interest), annuity_per_million(age + 1, interest)

        assert now > next_year if age < 65 else now < next_year


class TestGroups:
    @given(
        st.lists(st.tuples(amounts, st.integers(0, 2**64 - 1), st.booleans()), max_size=30, unique_by=lambda p: p[1])
    )
    def test_the_top_paid_are_the_first_in_order_of_pay_and_key(self, staff: list[tuple[int, int, bool]]) -> None:
        pay, keys, counted = ([person[n] for person in staff] for n in range(3))
        flags = top_paid(np.array(pay, dtype=np.int64), np.array(keys, dtype=np.uint64), np.array(counted, dtype=bool))

        size = int(Fraction(sum(counted), 5) + Fraction(1, 2))
        first = sorted(staff, key=lambda person: (-person[0], person[1]))[:size]
        assert {person for person, flag in zip(staff, flags, strict=True) if flag} == set(first)

    @given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=30))
    def test_the_ratio_percentage_is_that_of_exact_fractions(self, staff: list[tuple[bool, bool]]) -> None:
        benefiting, hce = (np.array([person[n] for person in staff], dtype=bool) for n in range(2))
        shares = [Fraction(sum(b for b, h in staff if h == w), max(1, sum(h == w for _, h in staff))) for w in (0, 1)]

        found = ratio_percentage_bp(benefiting, hce)

        if shares[1] == 0 or hce.all():
            assert found is None
        else:
            assert found == (20_000 * shares[0] / shares[1] + 1) // 2

    @given(st.lists(st.tuples(st.integers(0, 5).map(lambda n: 100 * n), st.booleans()), max_size=20))
    def test_the_lowest_rate_group_is_that_of_all_highly_compensated(self, staff: list[tuple[int, bool]]) -> None:
        rates = np.array([rate for rate, _ in staff], dtype=np.int64)
        hce = np.array([high for _, high in staff], dtype=bool)
        groups = [ratio_percentage_bp(rates >= rate, hce) for rate, high in staff if high and rate]

        assert lowest_rate_group_bp(rates, hce) == min((ratio for ratio in groups if ratio is not None), default=None)


@given(scenario=strategies.scenarios())
@settings(max_examples=support.examples(40))
def test_any_plan_year_of_any_run_can_be_tested(scenario: Scenario) -> None:
    assume(scenario.config.plan.enabled)
    try:
        tables = fast(scenario)
    except SimulationError:
        reject()
    told = pl.col("officer").fill_null(True), pl.col("owner_share_ppm", "deferral_balance_cents").fill_null(10**6)
    opening = scenario.opening.staff.with_columns(*told)
    result = Result(tables, scenario.config, opening=opening)

    for year in sorted(set(tables.snapshots["year"])):
        tests = ws.nondiscrimination(result, year)

        rows = tables.snapshots.filter(pl.col("year") == year)
        refunds = tests.refunds.join(rows, on="employee_id")
        both = pl.sum_horizontal("match_cents", "discretionary_match_cents")
        put_in = pl.when(pl.col("test") == "ADP").then(deferral).otherwise(both)
        assert refunds.filter((pl.col("excess_cents") > put_in) | ~pl.col("hce")).is_empty()
        kept, back = pl.col("recharacterized_cents"), pl.col("refund_cents")
        assert refunds.filter(pl.col("excess_cents") != kept + back).is_empty()
        assert tests.adp.hces + tests.adp.nhces <= rows.height
        assert len(str(tests).splitlines()) > 2 * len(tests.tests)
        assert (tests.tests[-1].outcome == "not testable") == opening.is_empty()
