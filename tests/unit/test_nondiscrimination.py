"""The tests of a plan year, on people made by hand; and the parts that stand alone: coverage, rates, key employees."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import workforce_sim as ws
from tests.support import configured, synthetic
from tests.unit.tested_years import PERSON, PRIOR, SIMPLE, Person, Run, found, high, other, run
from workforce_sim.dates import PlanYear, day_number
from workforce_sim.plan.coverage import lowest_rate_group_bp, non_excludable, ratio_percentage_bp
from workforce_sim.plan.people import people_of
from workforce_sim.plan.percentages import who_may_be_matched
from workforce_sim.plan.top_heavy import is_top_heavy, key_employees, most_officers


class TestPercentages:
    def test_catch_up_is_left_out_and_roth_counts(self) -> None:
        tests = ws.nondiscrimination(
            run(
                high(0, pre_tax_cents=1_000_000, roth_cents=750_000, catch_up_cents=750_000),
                other(2, roth_cents=100_000),
            ),
            2025,
        )

        assert tests.adp == ws.AdpTest(True, 5.0, 3.0, 5.0, 1, 1)
        assert tests.tests[0].section == "401(k)(3)"
        assert tests.refunds.is_empty()

    def test_the_match_is_tested_by_itself(self) -> None:
        tests = ws.nondiscrimination(run(high(5, match_cents=1_000_000), other(5, match_cents=100_000)), 2025)

        assert tests.acp == ws.AdpTest(False, 5.0, 1.0, 2.0, 1, 1)
        assert (tests.tests[1].outcome, tests.tests[1].section) == ("failed", "401(m)(2)")
        assert tests.refunds.rows() == [("ACP", "A", 600_000, 0, 600_000)]

    def test_only_the_eligible_are_tested(self) -> None:
        tests = ws.nondiscrimination(run(high(5), other(4), other(0, eligibility_date=None)), 2025)

        assert (tests.adp.nhce_percentage, tests.adp.nhces) == (4.0, 1)

    def test_a_failed_test_says_what_corrects_it(self) -> None:
        """Levelled to 5%: 2,000 and 2,560; the larger deferral gives more."""
        tests = ws.nondiscrimination(
            run(high(6), high(0, testing_compensation_cents=12_800_000, pre_tax_cents=896_000), other(3)), 2025
        )

        assert tests.refunds.rows() == [("ADP", "A", 380_000, 0, 380_000), ("ADP", "B", 76_000, 0, 76_000)]
        assert tests.refunds.dtypes[2:] == [pl.Int64] * 3
        figures = tests.tests[0].figures
        assert (figures["excess"], figures["recharacterized"], figures["refunds"]) == (4_560.0, 0.0, 4_560.0)

    def test_excess_of_the_older_is_first_catch_up(self) -> None:
        born = dt.date(1975, 12, 31)  # 50 on the last day of the year: 7,500
        tests = ws.nondiscrimination(run(high(10, birth_date=born, catch_up_cents=700_000), other(1)), 2025)

        assert tests.adp.hce_percentage == 6.5
        assert tests.refunds.rows() == [("ADP", "A", 900_000, 50_000, 850_000)]

    @pytest.mark.parametrize(
        ("year", "born", "plan", "room"),
        [
            (2025, dt.date(1976, 1, 1), {}, 0),
            (2025, dt.date(1964, 1, 1), {}, 1_125_000),  # 61
            (2025, dt.date(1964, 1, 1), {"super_catch_up": False}, 750_000),
            (2025, dt.date(1964, 1, 1), {"catch_up": False}, 0),
            (2025, dt.date(1964, 1, 1), {"roth": {"available": False}}, 1_125_000),
            (2026, dt.date(1964, 1, 1), {"roth": {"available": False}}, 0),  # paid 200,000: it would have to be Roth
        ],
    )
    def test_how_much_can_be_catch_up(self, year: int, born: dt.date, plan: dict[str, Any], room: int) -> None:
        people = high(20, birth_date=born, year=year, opening_salary_cents=20_000_000), other(1, year=year)

        tests = ws.nondiscrimination(run(*people, **plan), year)

        assert tests.refunds["recharacterized_cents"].to_list() == [room]

    @pytest.mark.parametrize(
        ("paid", "told", "hired", "room"),
        [
            (15_000_001, None, dt.date(2010, 1, 1), 0),
            (15_000_000, None, dt.date(2010, 1, 1), 1_125_000),
            (15_000_000, 15_000_001, dt.date(2010, 1, 1), 0),  # as the census says
            (30_000_000, 15_000_000, dt.date(2010, 1, 1), 1_125_000),
            (30_100_000, None, dt.date(2025, 7, 2), 0),  # 183 of 365 days: 150,912
            (29_900_000, None, dt.date(2025, 7, 2), 1_125_000),  # 149,910
            (30_000_000, None, dt.date(2026, 1, 1), 1_125_000),  # no pay of the year before
        ],
    )
    def test_without_roth_catch_up_is_for_those_paid_up_to_the_limit_the_year_before(
        self, paid: int, told: int | None, hired: dt.date, room: int
    ) -> None:
        """150,000 in 2025 for 2026; 61 years old."""
        born = dt.date(1965, 1, 1)
        person = high(20, year=2026, birth_date=born, hire_date=hired, opening_salary_cents=paid)
        opening = [{"employee_id": "A", "prior_year_pay_cents": told}, {"employee_id": "B"}]
        tests = run(person, other(1, year=2026), opening=opening, roth={"available": False})

        assert ws.nondiscrimination(tests, 2026).refunds["recharacterized_cents"].to_list() == [room]

    @pytest.mark.parametrize(("paid", "room"), [(15_000_001, 0), (15_000_000, 800_000)])
    def test_and_by_their_earnings_where_the_run_has_the_year_before(self, paid: int, room: int) -> None:
        born = dt.date(1970, 1, 1)
        now = high(20, year=2026, birth_date=born), other(1, year=2026)
        last_year = high(1, employee_id="A", earnings_cents=paid), other(1, employee_id="B")
        tests = ws.nondiscrimination(run(*now, *last_year, roth={"available": False}), 2026)

        assert tests.refunds["recharacterized_cents"].to_list() == [room]

    def test_those_who_do_not_defer_count_as_zeros_whatever_the_match_counts(self) -> None:
        """Others: 2 of 10 at 6% are 1.20%, so 2.40% passes: 3.6% of 200,000 is too much, twice."""
        paid = {"testing_compensation_cents": 5_000_000}
        people = high(6), high(6), *(other(3, **paid) for _ in range(2)), *(other(0, **paid) for _ in range(8))
        match = {"preset": "simple", "compensation": "participating"}
        tests = ws.nondiscrimination(run(*people, match=match), 2025)

        assert tests.adp == ws.AdpTest(False, 6.0, 1.2, 2.4, 2, 10)
        assert tests.tests[0].figures["excess"] == 14_400.0

    def test_rows_may_come_in_any_order(self) -> None:
        """The odd cent comes off the smaller id."""
        tests = run(high(0, pre_tax_cents=1_000_001), high(0, pre_tax_cents=1_000_001), other(1.5))
        turned = Run(tests.snapshots.reverse(), tests.config)

        assert ws.nondiscrimination(turned, 2025) == ws.nondiscrimination(tests, 2025)
        assert ws.nondiscrimination(turned, 2025).refunds.equals(ws.nondiscrimination(tests, 2025).refunds)

    def test_nobody_gets_match(self) -> None:
        assert found(run(high(1), other(1)), "ACP").outcome == "not applicable"


class TestAcpEligibility:
    """Who could get match if they deferred, 26 CFR 1.401(m)-5: two others of four meet the condition."""

    @pytest.mark.parametrize(
        ("condition", "lacking"),
        [
            ({"last_day": True}, {"termination_date": dt.date(2025, 12, 30)}),
            ({"minimum_service_years": 1}, {"hire_date": dt.date(2025, 1, 2), "eligibility_date": dt.date(2025, 1, 2)}),
            ({"minimum_hours": 1000}, {"full_time_ppm": 480_769}),  # 999 hours
            ({"minimum_hours": 1000}, {"termination_date": dt.date(2025, 6, 24)}),  # 175 of 365 days: 997
        ],
    )
    def test_is_of_those_who_meet_the_conditions_of_the_match(
        self, condition: dict[str, Any], lacking: dict[str, Any]
    ) -> None:
        people = high(4, match_cents=400_000), other(4, match_cents=200_000), other(), other(4, **lacking)
        tests = ws.nondiscrimination(run(*people, match={"preset": "simple", **condition}), 2025)

        assert tests.acp == ws.AdpTest(True, 2.0, 1.0, 2.0, 1, 2)  # 2% and 0
        assert tests.adp.nhces == 3

    @pytest.mark.parametrize(
        ("condition", "enough"),
        [
            ({"last_day": True}, {"termination_date": dt.date(2025, 12, 31)}),
            ({"minimum_service_years": 1}, {"hire_date": dt.date(2024, 12, 31)}),
            ({"minimum_hours": 1000}, {"full_time_ppm": 480_770}),
        ],
    )
    def test_who_just_meets_them_counts(self, condition: dict[str, Any], enough: dict[str, Any]) -> None:
        people = high(4, match_cents=1), other(**enough)

        assert ws.nondiscrimination(run(*people, match={"preset": "simple", **condition}), 2025).acp.nhces == 1

    def test_last_years_others_are_those_who_met_them_then(self) -> None:
        then = {"year": 2024, "match_cents": 100_000}
        last_year = other(4, employee_id="B", **then), other(employee_id="C", year=2024, full_time_ppm=0)
        people = high(4, match_cents=400_000), other(), other()
        match = {"preset": "simple", "minimum_hours": 1}
        tests = ws.nondiscrimination(run(*people, *last_year, match=match, **PRIOR), 2025)

        assert tests.acp.nhce_percentage == 1.0

    def test_and_the_match_covers_no_others(self) -> None:
        """Of 10 others 4 are short of 1,000 hours, so 60% benefit; all may defer."""
        others = [other(full_time_ppm=1_000_000 if n < 6 else 400_000) for n in range(10)]
        tests = run(high(1, match_cents=1), *others, match={"preset": "simple", "minimum_hours": 1000})

        test = found(tests, "Coverage, match")
        assert (test.outcome, test.section, test.figures["ratio_percent"]) == ("failed", "410(b)(2)", 60.0)
        assert test.note == "ratio percentage test failed, and the average benefit percentage is below 70%"
        assert found(tests, "Coverage, deferrals").outcome == "passed"

    @pytest.mark.parametrize(
        ("match", "unpaid"),
        [
            ({"by_service": [{"from": 0, "rate": 0.0, "max": 0.06}, {"from": 2, "rate": 0.5, "max": 0.06}]}, {}),
            (
                {
                    "by_tenure": [
                        {"from": 0, "tiers": [{"up_to": 0.03, "rate": 0.0}, {"up_to": 0.06, "rate": 0.0}]},
                        {"from": 2, "tiers": [{"up_to": 0.03, "rate": 0.0}, {"up_to": 0.06, "rate": 0.5}]},
                    ]
                },
                {},
            ),
            (
                {"by_points": [{"from": 0, "rate": 0.0, "max": 0.06}, {"from": 46, "rate": 0.5, "max": 0.06}]},
                {},  # 44 and 1 on 1 January
            ),
        ],
        ids=lambda value: next(iter(value), None),
    )
    def test_nor_does_a_band_that_pays_nothing(self, match: dict[str, Any], unpaid: dict[str, Any]) -> None:
        """Of 10 others 4 are in it, by their tenure on 1 January; they may defer, and get nothing for it."""
        new = {"hire_date": dt.date(2023, 6, 1), "eligibility_date": dt.date(2024, 6, 1), **unpaid}
        others = [other(4, match_cents=200_000) for _ in range(6)] + [other(4, **new) for _ in range(4)]
        tests = run(high(1, match_cents=1), *others, match=match)

        covered = found(tests, "Coverage, match")
        assert (covered.section, covered.figures["ratio_percent"], covered.figures["nhces"]) == ("410(b)(2)", 60.0, 10)
        assert found(tests, "Coverage, deferrals").figures["ratio_percent"] == 100.0
        assert ws.nondiscrimination(tests, 2025).acp.nhces == 6

    def test_a_hire_is_in_the_band_of_the_hire_date(self) -> None:
        """37 years old on the hire date, 36 on 1 January; points from 37 are paid."""
        match = {"by_points": [{"from": 0, "rate": 0.0, "max": 0.06}, {"from": 37, "rate": 0.5, "max": 0.06}]}
        new = {"hire_date": dt.date(2025, 6, 2), "birth_date": dt.date(1988, 6, 1)}
        new |= {"eligibility_date": dt.date(2025, 6, 2)}
        tests = run(high(1, match_cents=1), other(4, **new), match=match, eligibility={"waiting_period_days": 0})

        assert found(tests, "Coverage, match").figures["nhce_percent"] == 100.0

    def test_without_a_match_there_is_nothing_to_cover(self) -> None:
        tests = ws.nondiscrimination(run(high(1), other(1), match={"preset": "none"}), 2025)

        assert "Coverage, match" not in tests.frame["test"].to_list()


ALL_ELIGIBLE = {"auto_enrollment": {"enabled": True, "scope": "all_eligible"}}
THREE_PERCENT = {"nonelective": {"kind": "flat", "rate": 0.03}, "testing": {"safe_harbor": True}}


class TestSafeHarbor:
    @pytest.mark.parametrize(
        ("plan", "sections"),
        [
            ({"match": {"preset": "safe_harbor_basic"}}, ("401(k)(12)", "401(m)(11)")),
            ({"match": {"preset": "qaca"}, "enrollment": ALL_ELIGIBLE}, ("401(k)(13)", "401(m)(12)")),
            (
                {"match": {"tiers": [{"up_to": 0.04, "rate": 1.0}]}, "testing": {"safe_harbor": True}},
                ("401(k)(12)", "401(m)(11)"),
            ),
            (THREE_PERCENT, ("401(k)(12)", "401(m)(11)")),
        ],
    )
    def test_exempts_and_figures_are_given(self, plan: dict[str, Any], sections: tuple[str, str]) -> None:
        tests = ws.nondiscrimination(run(high(10, match_cents=1), other(1), **plan), 2025)

        assert [(one.outcome, one.section) for one in tests.tests[:2]] == [("exempt", section) for section in sections]
        assert tests.adp == ws.AdpTest(False, 10.0, 1.0, 2.0, 1, 1)
        assert tests.refunds.is_empty()

    @pytest.mark.parametrize(
        ("plan", "why"),
        [
            ({"testing": {"safe_harbor": True}}, "401(k)(12)(B)"),  # 50% up to 6% is too little
            ({"match": {"preset": "safe_harbor_basic", "last_day": True}}, "401(k)(12)"),
            ({"match": {"preset": "safe_harbor_basic"}, "vesting": {"match": "cliff_3"}}, "401(k)(12)(E)(i)"),
            ({**THREE_PERCENT, "vesting": {"nonelective": "cliff_3"}}, "401(k)(12)(E)(i)"),
        ],
    )
    def test_money_that_is_only_said_to_be_safe_harbor_money_does_not(self, plan: dict[str, Any], why: str) -> None:
        tests = ws.nondiscrimination(run(high(10, match_cents=1_000_000), other(1, match_cents=1), **plan), 2025)

        for test, section in zip(tests.tests, ("401(k)(3)", "401(m)(2)"), strict=False):
            assert (test.outcome, test.section) == ("failed", section)
            assert test.note.startswith("not exempt: plan.")
            assert f"IRC {why})" in test.note
        assert set(tests.refunds["test"]) == {"ADP", "ACP"}

    @pytest.mark.parametrize(
        ("plan", "why"),
        [
            ({"match": {"tiers": [{"up_to": 0.07, "rate": 1.0}]}, "testing": {"safe_harbor": True}}, "(i)"),
            ({**THREE_PERCENT, "match": {"preset": "stretch"}}, "(i)"),
            ({**THREE_PERCENT, "match": {"dollar_tiers": [{"up_to": 9.0, "rate": 1.0}]}}, "(i)"),
            (
                {**THREE_PERCENT, "match": {"tiers": [{"up_to": 0.01, "rate": 0.1}, {"up_to": 0.06, "rate": 0.5}]}},
                "(ii)",
            ),
            ({**THREE_PERCENT, "match": {"preset": "simple", "last_day": True}}, "(iii)"),
            (
                {
                    **THREE_PERCENT,
                    "match": {
                        "by_service": [{"from": 0, "rate": 0.5, "max": 0.06}, {"from": 5, "rate": 1.0, "max": 0.06}]
                    },
                },
                "(iii)",
            ),
        ],
    )
    def test_a_match_beyond_the_limits_of_401m11_is_tested(self, plan: dict[str, Any], why: str) -> None:
        tests = ws.nondiscrimination(run(high(10, match_cents=1_000_000), other(1), **plan), 2025)

        assert [test.outcome for test in tests.tests[:2]] == ["exempt", "failed"]
        assert f"401(m)(11)(B){why})" in tests.tests[1].note

    def test_without_match_there_is_no_acp_test(self) -> None:
        assert found(run(high(1), other(1), **THREE_PERCENT), "ACP").outcome == "not applicable"

    def test_a_plan_may_be_tested_all_the_same(self) -> None:
        plan = {"match": {"preset": "qaca"}, "testing": {"safe_harbor": False}}

        assert found(run(high(10), other(1), **plan), "ADP").outcome == "failed"


BASIC_AFTER_A_YEAR: dict[str, Any] = {
    "match": {"preset": "safe_harbor_basic", "minimum_service_years": 1},
    "eligibility": {"waiting_period_days": 0, "minimum_age": 0},
}
NEW: Person = {"hire_date": dt.date(2025, 3, 1), "eligibility_date": dt.date(2025, 3, 1)}


class TestEarlyEntrants:
    """Those who defer before the safe-harbor money's own year of service, 26 CFR 1.401(k)-3(h)(3)."""

    def test_are_tested_apart(self) -> None:
        people = high(10, match_cents=1), other(1), high(8, **NEW), other(3, **NEW), other(1, **NEW)
        tests = ws.nondiscrimination(run(*people, **BASIC_AFTER_A_YEAR), 2025)

        made = {one.test: one for one in tests.tests}
        assert [one.test for one in tests.tests[:4]] == ["ADP", "ACP", "ADP, early entrants", "Coverage, deferrals"]
        assert (made["ADP"].outcome, made["ADP"].figures["hce_percent"], made["ADP"].figures["nhces"]) == (
            "exempt",
            10.0,
            1,
        )
        early = made["ADP, early entrants"]
        assert (early.outcome, early.section) == ("failed", "401(k)(3)")
        assert (early.figures["hce_percent"], early.figures["nhce_percent"]) == (8.0, 2.0)
        assert tests.refunds.rows() == [("ADP", "C", 800_000, 0, 800_000)]  # 4% of 200,000 passes

    def test_pass_where_none_of_them_is_highly_compensated(self) -> None:
        tests = run(high(10, match_cents=1), other(1), other(3, **NEW), **BASIC_AFTER_A_YEAR)

        assert found(tests, "ADP, early entrants").outcome == "passed"
        assert found(tests, "ADP").outcome == found(tests, "ACP").outcome == "exempt"

    def test_are_those_without_the_year_on_31_december_or_on_leaving(self) -> None:
        leaver = {"hire_date": dt.date(2024, 7, 1), "eligibility_date": dt.date(2024, 7, 1)}
        people = [
            high(10, match_cents=1),
            other(1, **leaver, termination_date=dt.date(2025, 6, 30)),
            other(1, **leaver, termination_date=dt.date(2025, 7, 1)),
            other(1, hire_date=dt.date(2024, 12, 31), eligibility_date=dt.date(2024, 12, 31)),
            other(1, hire_date=dt.date(2025, 1, 1), eligibility_date=dt.date(2025, 1, 1)),
        ]
        tests = run(*people, **BASIC_AFTER_A_YEAR)

        assert found(tests, "ADP, early entrants").figures["nhces"] == 2
        assert found(tests, "ADP").figures["nhces"] == 2

    def test_there_are_none_where_the_money_asks_for_no_more_than_the_plan(self) -> None:
        plan = {**BASIC_AFTER_A_YEAR, "match": {"preset": "safe_harbor_basic"}}
        tests = ws.nondiscrimination(run(high(10), other(1), other(3, **NEW), **plan), 2025)

        assert "ADP, early entrants" not in tests.frame["test"].to_list()
        assert tests.adp.nhces == 2

    def test_a_match_of_theirs_is_tested_apart_too(self) -> None:
        """The nonelective contribution is the safe-harbor money; the match asks for no service."""
        nonelective = {"kind": "flat", "rate": 0.03, "minimum_service_years": 1}
        at_once = {"waiting_period_days": 0, "minimum_age": 0}
        people = high(5, match_cents=1), other(1), high(6, match_cents=600_000, **NEW), other(1, match_cents=1, **NEW)
        tests = run(*people, nonelective=nonelective, testing={"safe_harbor": True}, eligibility=at_once)

        assert found(tests, "ACP").outcome == "exempt"
        assert found(tests, "ACP, early entrants").outcome == "failed"
        assert found(tests, "ACP, early entrants").section == "401(m)(2)"

    def test_the_prior_year_method_compares_with_the_early_entrants_of_last_year(self) -> None:
        then = {"year": 2024, "hire_date": dt.date(2024, 3, 1), "eligibility_date": dt.date(2024, 3, 1)}
        last_year = other(5, employee_id="X", **then), other(1, employee_id="B", year=2024)
        people = high(6, **NEW), other(0), *last_year
        plan = {**BASIC_AFTER_A_YEAR, **PRIOR}

        assert found(run(*people, **plan), "ADP, early entrants").figures["nhce_percent"] == 5.0

    def test_make_two_plans_of_coverage(self) -> None:
        people = high(1, match_cents=1), other(1), other(1, **NEW), other(1, **NEW)
        tests = run(*people, **BASIC_AFTER_A_YEAR)

        assert found(tests, "Coverage, deferrals").figures["nhces"] == 1
        assert found(tests, "Coverage, deferrals, otherwise excludable").figures["nhces"] == 2

    @pytest.mark.parametrize(
        ("people", "outcome"),
        [((), "exempt"), ((NEW,), "top-heavy"), (({**NEW, "hce": True},), "exempt")],
        ids=["none", "one", "highly compensated"],
    )
    def test_cost_the_exemption_from_the_top_heavy_rules(self, people: tuple[Person, ...], outcome: str) -> None:
        """Rev. Rul. 2004-13."""
        census = TestTopHeavy().census()
        rich = high(0, earnings_cents=23_000_001, match_balance_cents=5)
        test = found(
            run(rich, other(), *(other(**new) for new in people), opening=census, **BASIC_AFTER_A_YEAR),
            "Top-heavy",
        )

        assert test.outcome == outcome
        assert ("Rev. Rul. 2004-13" in test.note) == (outcome == "top-heavy")

    def test_in_a_simulated_plan(self) -> None:
        scenario = synthetic(
            400,
            configured(
                2025,
                2026,
                plan={"match": BASIC_AFTER_A_YEAR["match"]},
                eligibility=BASIC_AFTER_A_YEAR["eligibility"],
            ),
        )
        result = ws.simulate(scenario.config, census=scenario.census)
        rows = result.snapshots.filter(pl.col("year") == 2026, pl.col("testing_compensation_cents") > 0)
        new = rows.filter(pl.col("hire_date") >= dt.date(2026, 1, 1))

        early = found(result, "ADP, early entrants", 2026)

        assert new["match_cents"].sum() == 0
        assert early.figures["nhces"] >= new.height > 0
        assert (
            early.figures["hces"] + early.figures["nhces"] + found(result, "ADP", 2026).figures["nhces"] <= rows.height
        )


QACA_PLAN: dict[str, Any] = {
    "match": {"preset": "qaca"},
    "vesting": {"match": "qaca_2"},
}
BY_NONELECTIVE: dict[str, Any] = {
    "match": {"preset": "none"},
    "nonelective": {"kind": "flat", "rate": 0.03},
    "vesting": {"nonelective": "qaca_2"},
}
BY_ENHANCED: dict[str, Any] = {
    "match": {"tiers": [{"up_to": 0.035, "rate": 1.0}]},
    "vesting": {"match": "qaca_2"},
}


class TestQaca:
    @pytest.mark.parametrize("plan", [QACA_PLAN, BY_NONELECTIVE, BY_ENHANCED], ids=["match", "nonelective", "enhanced"])
    @pytest.mark.parametrize("said", [True, "qaca"])
    def test_is_one_by_its_match_an_enhanced_one_or_three_percent(self, plan: dict[str, Any], said: Any) -> None:
        """IRC 401(k)(13)(D)(i) and (ii)."""
        plan = {**plan, "testing": {"safe_harbor": said}, "enrollment": ALL_ELIGIBLE}
        adp = found(run(high(10, match_cents=1), other(1), **plan), "ADP")

        assert (adp.outcome, adp.section) == ("exempt", "401(k)(13)")

    @pytest.mark.parametrize("plan", [QACA_PLAN, BY_NONELECTIVE, BY_ENHANCED], ids=["match", "nonelective", "enhanced"])
    @pytest.mark.parametrize(
        ("default", "escalation", "exempt"),
        [
            (0.10, {"cap": 0.15}, False),  # 11% in the year after
            (0.10, {"cap": 0.15, "delay_years": 2}, True),
            (0.10, {"cap": 0.10}, True),
            (0.11, {"enabled": False}, False),
            (0.06, {"increment": 0.05, "cap": 0.15}, False),
            (0.06, {"increment": 0.04, "cap": 0.15}, True),
        ],
    )
    def test_not_above_ten_percent_until_the_end_of_the_year_after_the_first_contribution(
        self, plan: dict[str, Any], default: float, escalation: dict[str, Any], exempt: bool
    ) -> None:
        auto = {**ALL_ELIGIBLE["auto_enrollment"], "default_deferral_rate": default}
        enrollment = {"auto_enrollment": auto, "escalation": escalation}
        tests = run(
            high(10, match_cents=2_000_000), other(1), **plan, testing={"safe_harbor": "qaca"}, enrollment=enrollment
        )

        assert (found(tests, "ADP").outcome == "exempt") == exempt
        assert ("401(k)(13)(C)(iii)" in found(tests, "ADP").note) != exempt


class TestPriorYear:
    def test_compares_with_those_who_were_not_highly_compensated_last_year(self) -> None:
        last_year = [other(4, employee_id="B", year=2024), high(20, employee_id="C", year=2024)]
        tests = run(high(6), other(0), other(0), *last_year, **PRIOR)

        assert ws.nondiscrimination(tests, 2025).adp == ws.AdpTest(True, 6.0, 4.0, 6.0, 1, 2)

    def test_corrects_by_last_years_figures(self) -> None:
        tests = ws.nondiscrimination(run(high(7), other(0), other(4, employee_id="B", year=2024), **PRIOR), 2025)

        assert tests.refunds["excess_cents"].to_list() == [200_000]

    def test_the_first_year_takes_its_own_figures_and_says_so(self) -> None:
        adp = found(run(high(6), other(4), **PRIOR), "ADP")

        assert (adp.outcome, adp.figures["nhce_percent"]) == ("passed", 4.0)
        assert "no prior year" in adp.note

    def test_so_does_a_year_after_one_without_others(self) -> None:
        adp = found(run(high(6), other(4), high(9, employee_id="A", year=2024), **PRIOR), "ADP")

        assert (adp.outcome, adp.figures["nhce_percent"]) == ("passed", 4.0)
        assert "no NHCE was eligible last year" in adp.note


YEAR = PlanYear(2025)


def days(*dates: dt.date) -> np.ndarray:
    return np.array([day_number(date) for date in dates], dtype=np.int32)


class TestCoverage:
    @pytest.mark.parametrize(("since", "counted"), [(dt.date(2025, 12, 1), 2), (dt.date(2025, 12, 2), 1)])
    def test_who_came_back_waits_from_the_service_date_of_the_plan(self, since: dt.date, counted: int) -> None:
        back = {"hire_date": dt.date(2025, 12, 20), "plan_service_date": since, "eligibility_date": None}
        staff = other(0, plan_service_date=dt.date(2010, 1, 1)), other(0, **back), high(0)
        firm = run(*staff, eligibility={"waiting_period_days": 30})

        assert found(firm, "Coverage, deferrals").figures["nhces"] == counted

    @pytest.mark.parametrize(
        ("hired", "born", "left", "counts"),
        [
            (dt.date(2010, 1, 1), dt.date(1980, 1, 1), dt.date(2025, 1, 1), True),
            (dt.date(2024, 1, 1), dt.date(1980, 1, 1), dt.date(2025, 1, 1), True),
            (dt.date(2024, 1, 2), dt.date(1980, 1, 1), dt.date(2025, 6, 30), False),  # enters on 1 July at the latest
            (dt.date(2024, 1, 2), dt.date(1980, 1, 1), dt.date(2025, 7, 1), True),
            (dt.date(2024, 7, 1), dt.date(1980, 1, 1), dt.date(2025, 12, 31), True),
            (dt.date(2024, 7, 2), dt.date(1980, 1, 1), dt.date(2025, 12, 31), False),
            (dt.date(2020, 1, 1), dt.date(2004, 7, 1), dt.date(2025, 12, 31), True),
            (dt.date(2020, 1, 1), dt.date(2004, 7, 2), dt.date(2025, 12, 31), False),
        ],
    )
    def test_who_is_21_with_a_year_of_service_in_time_to_enter(
        self, hired: dt.date, born: dt.date, left: dt.date, counts: bool
    ) -> None:
        assert non_excludable(days(hired), days(born), days(left), YEAR).tolist() == [counts]

    @pytest.mark.parametrize(
        ("benefiting", "hce", "ratio"),
        [
            ([1, 0, 1, 1, 0], [1, 1, 0, 0, 0], 13_333),
            ([1, 1, 1, 0, 0], [1, 1, 0, 0, 0], 3_333),
            ([0, 0, 1, 1, 0], [1, 1, 0, 0, 0], None),  # none of the highly compensated benefits
            ([1, 1], [1, 1], None),  # there is nobody else
            ([1, 1], [0, 0], None),
        ],
    )
    def test_the_ratio_percentage(self, benefiting: list[int], hce: list[int], ratio: int | None) -> None:
        assert ratio_percentage_bp(np.array(benefiting, dtype=bool), np.array(hce, dtype=bool)) == ratio

    @pytest.mark.parametrize(("others_in", "outcome"), [(7, "passed"), (6, "failed")])
    def test_seventy_percent_passes(self, others_in: int, outcome: str) -> None:
        others = [other(eligibility_date=PERSON["eligibility_date"] if n < others_in else None) for n in range(10)]
        test = found(run(high(1), *others), "Coverage, deferrals")

        assert (test.outcome, test.figures["ratio_percent"]) == (outcome, 10.0 * others_in)
        assert (test.figures["hces"], test.figures["nhces"]) == (1, 10)

    def test_newcomers_are_counted_where_the_plan_lets_them_in(self) -> None:
        """One plan of everybody, 26 CFR 1.410(b)-6(b): half of the newcomers are excluded by class, so 60% benefit."""
        new = {"hire_date": dt.date(2025, 2, 1), "eligibility_date": dt.date(2025, 2, 1)}
        out = {**new, "eligibility_date": None}
        people = high(1), other(1), other(1), *(other(1, **new) for _ in range(4)), *(other(0, **out) for _ in range(4))
        tests = run(*people, eligibility={"waiting_period_days": 0})

        test = found(tests, "Coverage, deferrals")
        assert (test.outcome, test.figures["ratio_percent"], test.figures["nhces"]) == ("failed", 60.0, 10)
        assert ws.nondiscrimination(tests, 2025).adp.nhces == 6

    def test_or_as_two_plans_each_tested(self) -> None:
        """410(b)(4)(B): the two others who served long are all in, of the newcomers half; none of those is an HCE."""
        new = {"hire_date": dt.date(2025, 2, 1), "eligibility_date": dt.date(2025, 2, 1)}
        people = (
            high(1),
            other(1),
            other(1),
            *(other(1, **new) for _ in range(4)),
            other(0, **{**new, "eligibility_date": None}),
        )
        apart = run(*people, eligibility={"waiting_period_days": 0}, testing={"otherwise_excludable": "apart"})

        older, newer = (found(apart, f"Coverage, deferrals{name}") for name in ("", ", otherwise excludable"))
        assert (older.outcome, older.figures["ratio_percent"], older.figures["nhces"]) == ("passed", 100.0, 2)
        assert (newer.outcome, newer.figures["nhce_percent"], newer.figures["nhces"]) == ("passed", 80.0, 5)

    def test_a_highly_compensated_newcomer_can_fail_the_second(self) -> None:
        new = {"hire_date": dt.date(2024, 9, 1), "eligibility_date": dt.date(2024, 9, 1)}
        people = high(1), other(1), high(1, **new), other(0, **{**new, "eligibility_date": None})
        two = {"otherwise_excludable": "apart"}
        apart = run(*people, eligibility={"waiting_period_days": 0}, testing=two)

        assert found(apart, "Coverage, deferrals").outcome == "passed"
        assert found(apart, "Coverage, deferrals, otherwise excludable").outcome == "failed"

    def test_who_is_short_of_the_matchs_own_service_is_left_out(self) -> None:
        """The plan of the match asks for a year; others are let in at once."""
        new = {"hire_date": dt.date(2025, 2, 1), "eligibility_date": dt.date(2025, 2, 1)}
        people = high(1, match_cents=1), other(1, match_cents=1), *(other(1, **new) for _ in range(4))
        match = {"preset": "simple", "minimum_service_years": 1}
        tests = run(*people, eligibility={"waiting_period_days": 0}, match=match)

        assert found(tests, "Coverage, match").figures["nhces"] == 1
        assert found(tests, "Coverage, deferrals").figures["nhces"] == 5

    @pytest.mark.parametrize(
        ("vesting", "asked", "hired", "counted"),
        [
            ("immediate", 2, dt.date(2024, 1, 15), 1),
            ("immediate", 3, dt.date(2023, 1, 15), 2),  # two years in time for 1 July
            ("cliff_3", 2, dt.date(2024, 1, 15), 2),  # one year
            ("cliff_3", 2, dt.date(2024, 7, 15), 1),
        ],
    )
    def test_but_only_by_as_much_as_the_law_lets_it_ask_for(
        self, vesting: str, asked: int, hired: dt.date, counted: int
    ) -> None:
        """A year of service, or two where all is vested at once, IRC 410(a)(1)(B)(i)."""
        short = {"hire_date": hired, "eligibility_date": hired}
        people = high(1, match_cents=1), other(1, match_cents=1), other(1, **short)
        match = {"preset": "simple", "minimum_service_years": asked}
        tests = run(*people, match=match, vesting={"match": vesting})

        assert found(tests, "Coverage, match").figures["nhces"] == counted

    def test_newcomers_are_not_counted(self) -> None:
        new = other(hire_date=dt.date(2025, 2, 1), eligibility_date=None)

        assert found(run(high(1), other(1), new), "Coverage, deferrals").figures["nhces"] == 1


class TestNonelective:
    def test_coverage_is_by_who_gets_some(self) -> None:
        people = high(0, nonelective_cents=600_000), other(0, nonelective_cents=300_000), other()
        test = found(run(*people, nonelective={"kind": "flat", "rate": 0.03}), "Coverage, nonelective")

        assert (test.outcome, test.figures["ratio_percent"], test.figures["nhce_percent"]) == ("failed", 50.0, 50.0)

    def test_each_rate_of_the_highly_compensated_needs_enough_others_at_it(self) -> None:
        hce = np.array([True, True, False, False, False, False])

        assert lowest_rate_group_bp(np.array([300, 300, 300, 300, 300, 300]), hce) == 10_000
        assert lowest_rate_group_bp(np.array([300, 600, 300, 300, 300, 300]), hce) == 0
        assert lowest_rate_group_bp(np.array([300, 600, 600, 600, 300, 0]), hce) == 7_500
        assert lowest_rate_group_bp(np.array([0, 0, 600, 600, 300, 0]), hce) is None

    def test_rates_that_differ_by_a_rounded_cent_are_one(self) -> None:
        hce = np.array([True, False])

        assert lowest_rate_group_bp(np.array([313, 312]), hce) == 10_000
        assert lowest_rate_group_bp(np.array([314, 312]), hce) == 0
        assert lowest_rate_group_bp(np.array([1, 0]), hce) == 0

    @pytest.mark.parametrize(
        "nonelective",
        [
            {"kind": "service", "by_service": [{"from": 0, "rate": 0.03}]},
            {"kind": "age", "by_age": [{"from": 0, "rate": 0.03}]},
            {"kind": "points", "by_points": [{"from": 0, "rate": 0.03}]},
            {"kind": "flat", "rate": 0.03, "compensation": "participating"},
        ],
        ids=lambda section: section["kind"],
    )
    @pytest.mark.parametrize(("own", "outcome"), [(300_000, "passed"), (200_000, "failed")])
    def test_in_a_year_of_a_run(self, nonelective: dict[str, Any], own: int, outcome: str) -> None:
        people = high(0, nonelective_cents=600_000), other(0, nonelective_cents=own)
        test = found(run(*people, nonelective=nonelective), "Nonelective rates")

        assert (test.outcome, test.section) == (outcome, "401(a)(4)")
        assert test.figures["highest_nhce_rate_percent"] == own / 100_000
        assert ("failed as contributions and, cross-tested" in test.note) == (outcome == "failed")

    @pytest.mark.parametrize("kind", [{"kind": "flat", "rate": 0.03}, {"kind": "none"}], ids=["flat", "forfeitures"])
    def test_a_uniform_share_of_pay_is_exempt_by_design(self, kind: dict[str, Any]) -> None:
        """Whoever leaves before 31 December may get less."""
        people = high(0, nonelective_cents=600_000), other(0, nonelective_cents=300_000), other()
        test = found(run(*people, nonelective=kind), "Nonelective rates")

        assert (test.outcome, test.section, test.figures["lowest_ratio_percent"]) == ("exempt", "401(a)(4)", 50.0)
        assert "26 CFR 1.401(a)(4)-2(b)(2)" in test.note

    def test_an_integrated_formula_is_uniform_by_law(self) -> None:
        formula = {"kind": "integrated", "integrated": {"base_rate": 0.03, "excess_rate": 0.03}}
        people = high(0, nonelective_cents=800_000), other(0, nonelective_cents=300_000)
        test = found(run(*people, nonelective=formula), "Nonelective rates")

        assert (test.outcome, test.section, test.figures["lowest_ratio_percent"]) == ("exempt", "401(l)", 0.0)

    def test_none(self) -> None:
        assert found(run(high(1), other(1)), "Nonelective rates").outcome == "not applicable"


def test_annual_additions_that_were_cut_are_counted_and_added_up() -> None:
    test = found(run(high(1, excess_415_cents=100_001), other(1, excess_415_cents=2), other()), "Annual additions")

    assert (test.outcome, test.section) == ("corrected", "415(c)")
    assert test.figures == {"employees": 2, "excess": 1_000.03, "highest_excess": 1_000.01}
    assert found(run(high(1), other(1)), "Annual additions").outcome == "passed"


class TestTopHeavy:
    KNOWN = (("A", True, 0), ("B", False, 0), ("C", False, 0))

    def census(self, *known: tuple[str, bool, int], balance: int | None = 0) -> list[Person]:
        return [
            {"employee_id": name, "officer": officer, "owner_share_ppm": owned, "deferral_balance_cents": balance}
            for name, officer, owned in known or self.KNOWN
        ]

    @pytest.mark.parametrize(
        ("of_key", "of_others", "heavy"), [(600_000, 400_000, False), (600_001, 399_999, True), (0, 0, False)]
    )
    def test_more_than_sixty_percent(self, of_key: int, of_others: int, heavy: bool) -> None:
        assert is_top_heavy(of_key, of_key + of_others) == heavy
        people = high(0, earnings_cents=23_000_001, match_balance_cents=of_key), other(match_balance_cents=of_others)
        test = found(run(*people, opening=self.census()), "Top-heavy")

        assert test.outcome == ("top-heavy" if heavy else "not top-heavy")
        assert test.figures["key_employees"] == 1
        assert test.note == "on December 31, 2025; applies to 2026"

    @pytest.mark.parametrize(("employees", "most"), [(0, 3), (30, 3), (31, 4), (40, 4), (495, 50), (5000, 50)])
    def test_officers_are_at_most_a_tenth(self, employees: int, most: int) -> None:
        assert most_officers(employees) == most

    def test_who_is_a_key_employee(self) -> None:
        limits = ws.limits(2025)  # officers above 230,000
        pay = np.array([23_000_000, 23_000_001, 0, 0, 15_000_000, 15_000_001])
        officer = np.array([True, True, False, False, False, False])
        owner = np.array([0, 0, 50_000, 50_001, 10_001, 10_001])

        keys = np.arange(6, dtype=np.uint64)
        assert key_employees(pay, keys, officer, owner, limits, 6).tolist() == [False, True, False, True, False, True]

    def test_of_too_many_officers_the_highest_paid_ties_to_the_smaller_key(self) -> None:
        pay = np.array([30_000_000, 40_000_000, 30_000_000, 30_000_000, 30_000_000])
        keys = np.array([4, 5, 2**63, 1, 3], dtype=np.uint64)
        every = np.ones(5, dtype=bool)

        key = key_employees(pay, keys, every, np.zeros(5, dtype=np.int64), ws.limits(2025), 5)

        assert key.tolist() == [False, True, False, True, True]

    def test_balances_of_deferrals_grow_from_the_census_on(self) -> None:
        opening = self.census(balance=100_000)
        people = [
            high(0, year=2025, pre_tax_cents=50_001, employee_id="A"),
            other(year=2025, employee_id="B", termination_date=dt.date(2025, 3, 14)),  # 73 of 365 days
            high(0, year=2026, pre_tax_cents=10, roth_cents=1, employee_id="A", match_balance_cents=7),
            other(year=2026, employee_id="NH-2026-000001", pre_tax_cents=5),
        ]
        tests = run(*people, opening=opening, annual_return={2025: 0.1, 2026: 0.5})

        assert found(tests, "Top-heavy", 2025).figures["all_balances"] == (160_001 + 102_000) / 100
        assert found(tests, "Top-heavy", 2026).figures["all_balances"] == (240_002 + 11 + 7 + 5) / 100

    @pytest.mark.parametrize(("balance", "beyond"), [(5_000_000_000, False), (5_000_000_001, True)])
    def test_a_balance_of_deferrals_beyond_all_reason_is_refused_as_one_of_match_is(
        self, balance: int, beyond: bool
    ) -> None:
        tests = run(high(0, earnings_cents=23_000_001), opening=self.census(balance=balance), annual_return=1.0)
        if beyond:
            with pytest.raises(
                ws.SimulationError, match=r"a deferral balance of more than \$100,000,000 is reached in 20"
            ):
                ws.nondiscrimination(tests, 2025)
        else:
            assert found(tests, "Top-heavy").figures["all_balances"] == 100_000_000

    def test_a_balance_of_90_million_that_doubles_for_three_years_does_not_wrap(self) -> None:
        people = [high(0, year=year, employee_id="A") for year in (2025, 2026, 2027)]
        tests = run(*people, opening=self.census(balance=9 * 10**9), annual_return=1.0)

        with pytest.raises(ws.SimulationError, match=r"a deferral balance of more than .* is reached in 2025; lower"):
            ws.nondiscrimination(tests, 2027)

    def test_deferrals_and_a_safe_harbor_match_alone_are_exempt(self) -> None:
        people = high(0, earnings_cents=23_000_001, match_balance_cents=5), other()
        plan = {"match": {"preset": "safe_harbor_basic"}}
        test = found(run(*people, opening=self.census(), **plan), "Top-heavy")
        more = {"nonelective_cents": 1}

        assert (test.outcome, test.section, test.figures["key_percent"]) == ("exempt", "416(g)(4)(H)", 100.0)
        assert found(run(people[0], other(**more), opening=self.census(), **plan), "Top-heavy").outcome == "top-heavy"

    @pytest.mark.parametrize(
        ("plan", "outcome"),
        [
            (THREE_PERCENT, "exempt"),
            ({**THREE_PERCENT, "forfeitures": "reallocate"}, "top-heavy"),
            ({**THREE_PERCENT, "match": {"preset": "stretch"}}, "top-heavy"),  # not exempt from ACP
            ({"match": {"preset": "safe_harbor_basic", "last_day": True}}, "top-heavy"),
        ],
    )
    def test_so_are_they_with_other_money_that_really_is_safe_harbor_money(
        self, plan: dict[str, Any], outcome: str
    ) -> None:
        paid = {"nonelective_cents": 3} if "testing" in plan else {}
        people = high(0, earnings_cents=23_000_001, match_balance_cents=5, **paid), other(**paid)

        assert found(run(*people, opening=self.census(), **plan), "Top-heavy").outcome == outcome

    def test_what_a_leaver_forfeits_was_paid_out_to_nobody(self) -> None:
        """Key 550,000, others 350,000, a leaver's unvested 100,000: 61.11%, not 55."""
        key = high(0, earnings_cents=23_000_001, match_balance_cents=55_000_000)
        stays = other(match_balance_cents=20_000_000, nonelective_balance_cents=5_000_000)
        leaves = other(
            termination_date=dt.date(2025, 5, 1),
            match_balance_cents=15_000_000,
            nonelective_balance_cents=5_000_000,
            forfeited_cents=10_000_000,
        )
        test = found(run(key, stays, leaves, opening=self.census()), "Top-heavy")

        assert (test.outcome, test.figures["all_balances"]) == ("top-heavy", 900_000.0)
        assert test.figures["key_percent"] == pytest.approx(61.11, abs=0.005)

    def test_a_key_leaver_counts_with_what_was_paid_out(self) -> None:
        left = {"termination_date": dt.date(2025, 12, 31), "forfeited_cents": 500_000}
        key = high(0, earnings_cents=23_000_001, match_balance_cents=1_000_000, **left)
        test = found(run(key, other(match_balance_cents=500_000), opening=self.census()), "Top-heavy")

        assert (test.figures["key_balances"], test.figures["key_percent"]) == (5_000.0, 50.0)

    @pytest.mark.parametrize("name", ["officer", "owner_share", "deferral_balance"])
    def test_what_the_census_does_not_say_cannot_be_tested(self, name: str) -> None:
        columns = {"owner_share": "owner_share_ppm", "deferral_balance": "deferral_balance_cents"}
        census = [row | {columns.get(name, name): None} for row in self.census()]
        test = found(run(high(1), other(1), opening=census), "Top-heavy")

        assert (test.outcome, test.note) == ("not testable", f"the census has no {name}")

    def test_a_run_that_was_kept_without_its_census_cannot_be_tested(self) -> None:
        test = found(run(high(1), other(1)), "Top-heavy")

        assert (test.outcome, test.figures) == ("not testable", {})
        assert test.note == "the run was kept without its census, which has officers, owners and balances"

    def test_a_run_on_disk_is_tested_as_the_one_in_memory(self, tmp_path: Path) -> None:
        census = ws.synthetic_census(80, as_of=dt.date(2025, 1, 1)).frame.select(
            "employee_id",
            "hire_date",
            "birth_date",
            annual_salary=pl.col("salary_cents") / 100,
            officer=pl.int_range(pl.len()) < 5,
            owner_share=pl.lit(0.06),
            deferral_balance=pl.col("salary_cents") / 400,
            prior_year_pay=pl.col("salary_cents") / 90,
        )
        config = configured(2025, 2025, plan={"match": {"preset": "simple"}})
        written = ws.simulate(config, census=census, out=tmp_path / "run")
        tests = [ws.nondiscrimination(result, 2025) for result in (ws.read_run(tmp_path / "run"), written)]

        assert tests[0].tests[-1].outcome == "top-heavy"
        assert str(tests[0]) == str(tests[1]) == str(ws.nondiscrimination(ws.simulate(config, census=census), 2025))


class TestResult:
    def test_each_replicate_and_year_is_tested_by_itself(self) -> None:
        tests = run(high(6), other(4), other(1, replicate=1), high(9, year=2026))

        assert ws.nondiscrimination(tests, 2025).adp.hce_percentage == 6.0
        assert ws.nondiscrimination(tests, 2025, replicate=1).adp.hces == 0
        assert ws.nondiscrimination(tests, 2026).adp.hce_percentage == 9.0

    def test_prints_figures_in_words_and_no_id(self) -> None:
        others = [other(1, full_time_ppm=1_000_000 if n < 6 else 0) for n in range(10)]
        people = high(10, employee_id="Zebra", match_cents=2), *others
        page = str(ws.nondiscrimination(run(*people, match={"preset": "simple", "minimum_hours": 1}), 2025))

        assert page.splitlines()[:11] == [
            "Plan year 2025",
            "ADP, IRC 401(k)(3): failed",
            "    HCE average                                               10.00%",
            "    NHCE average                                               1.00%",
            "    highest HCE average that passes                            2.00%",
            "    HCEs tested                                                    1",
            "    NHCEs tested                                                  10",
            "    excess                                                $16,000.00",
            "    recharacterized as catch-up                                $0.00",
            "    to be refunded                                        $16,000.00",
            "    employees with an excess                                       1",
        ]
        assert (
            "\nCoverage, match, IRC 410(b)(2): failed\n"
            "    ratio percentage (NHCEs / HCEs)                           60.00%\n"
        ) in page
        assert "Zebra" not in page
        assert "_" not in page.replace("owner_share", "").replace("deferral_balance", "")

    def test_the_frame_has_a_row_per_test(self) -> None:
        frame = ws.nondiscrimination(run(high(10), other(1)), 2025).frame

        assert frame["test"].to_list() == [
            "ADP",
            "ACP",
            "Coverage, deferrals",
            "Coverage, match",
            "Nonelective rates",
            "Annual additions",
            "Partial termination",
            "Top-heavy",
        ]
        assert frame.columns == ["test", "outcome", "section", "figures", "note"]
        assert frame["figures"][5] == "employees 0, excess 0.00, highest_excess 0.00"

    def test_years_replicates_and_plans_that_are_not_there(self) -> None:
        with pytest.raises(ValueError, match="no plan year 2030; it has 2025 to 2026"):
            ws.nondiscrimination(run(high(1), other(1, year=2026)), 2030)
        with pytest.raises(ValueError, match="no replicate 3"):
            ws.nondiscrimination(run(high(1)), 2025, replicate=3)
        with pytest.raises(ValueError, match="there is no plan to test"):
            ws.nondiscrimination(run(high(1), enabled=False), 2025)

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (("x", 2025), "result: expected what simulate or read_run gave, not str"),
            ((None, "2025"), "year: expected a whole number such as 2025, not str"),
            ((None, 2025.0), "year: expected a whole number such as 2025, not float"),
        ],
    )
    def test_arguments_of_another_kind(self, arguments: tuple[Any, Any], message: str) -> None:
        result, year = arguments
        with pytest.raises(TypeError, match=message):
            ws.nondiscrimination(run(high(1)) if result is None else result, year)
        with pytest.raises(TypeError, match="replicate: expected a whole number such as 0, not bool"):
            ws.nondiscrimination(run(high(1)), 2025, replicate=True)

    def test_others_without_a_year_of_service_may_be_left_out(self) -> None:
        """IRC 401(k)(3)(F): both highly compensated count, of the others those with a year of service and age 21."""
        new = {"hire_date": dt.date(2024, 9, 1), "eligibility_date": dt.date(2024, 9, 1)}
        young = {"birth_date": dt.date(2004, 7, 2)}  # 21 on 2 July: enters on 1 January at the latest
        people = high(4), high(6, **new), other(4), other(0, **new), other(0, **young)

        def adp(how: str) -> list[tuple[Any, ...]]:
            tests = ws.nondiscrimination(run(*people, testing={"otherwise_excludable": how}), 2025).tests
            of_adp = [one for one in tests if one.test.startswith("ADP")]
            return [(one.test, one.figures["hce_percent"], one.figures["nhce_percent"], one.outcome) for one in of_adp]

        assert adp("together") == [("ADP", 5.0, 1.33, "failed")]
        assert adp("left_out") == [("ADP", 5.0, 4.0, "passed")]
        assert adp("apart") == [("ADP", 4.0, 4.0, "passed"), ("ADP, otherwise excludable", 6.0, 0.0, "failed")]

    def test_so_may_they_of_the_match(self) -> None:
        """IRC 401(m)(5)(C)."""
        new = {"hire_date": dt.date(2024, 9, 1), "eligibility_date": dt.date(2024, 9, 1)}
        people = high(4, match_cents=600_000), other(4, match_cents=200_000), other(0, **new)

        def acp(how: str) -> float | None:
            return ws.nondiscrimination(run(*people, testing={"otherwise_excludable": how}), 2025).acp.nhce_percentage

        assert (acp("together"), acp("left_out"), acp("apart")) == (1.0, 2.0, 2.0)

    def test_and_with_the_prior_year_method_those_of_last_year(self) -> None:
        then = {"year": 2024, "hire_date": dt.date(2024, 3, 1), "eligibility_date": dt.date(2024, 3, 1)}
        last_year = other(4, employee_id="B", year=2024), other(0, employee_id="X", **then)
        testing = {"method": "prior", "otherwise_excludable": "left_out"}

        assert found(run(high(6), other(0), *last_year, testing=testing), "ADP").figures["nhce_percent"] == 4.0

    def test_a_simulated_year(self) -> None:
        scenario = synthetic(300, configured(2025, 2026, plan=SIMPLE | PRIOR))
        result = ws.simulate(scenario.config, census=scenario.census)

        tests = ws.nondiscrimination(result, 2026)

        rows = result.snapshots.filter(pl.col("year") == 2026, pl.col("eligibility_date").is_not_null())
        assert tests.adp.hces == rows.filter("hce", pl.col("testing_compensation_cents") > 0).height
        assert "last year's NHCE figures" in tests.tests[0].note

    @pytest.mark.parametrize(
        "condition", [{"minimum_service_years": 2}, {"last_day": True}, {"minimum_hours": 1000}], ids=str
    )
    def test_conditions_are_those_by_which_the_run_matched(self, condition: dict[str, Any]) -> None:
        scenario = synthetic(300, configured(2025, 2026, plan={"match": {"preset": "simple", **condition}}))
        people = people_of(ws.simulate(scenario.config, census=scenario.census), 2026, 0)
        defers = people.deferral + people.catch_up > 1

        meets = who_may_be_matched(scenario.config, people)

        assert (people.match[defers] > 0).tolist() == meets[defers].tolist()
        assert set(meets[defers]) == {True, False}
