"""The tests of a plan year, on people made by hand; and the parts that stand alone: coverage, rates, key employees."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
import pytest

import workforce_sim as ws
from tests.support import configured, synthetic
from workforce_sim import PlanTest
from workforce_sim.config import Config
from workforce_sim.dates import PlanYear, day_number
from workforce_sim.plan.coverage import lowest_rate_group_bp, non_excludable, ratio_percentage_bp
from workforce_sim.plan.top_heavy import is_top_heavy, key_employees, most_officers
from workforce_sim.tables import CENSUS, SNAPSHOTS, completed

SIMPLE: dict[str, Any] = {"match": {"preset": "simple"}}
PRIOR: dict[str, Any] = {"testing": {"method": "prior"}}
PERSON: dict[str, Any] = {
    "replicate": 0,
    "year": 2025,
    "hire_date": dt.date(2010, 1, 1),
    "birth_date": dt.date(1980, 6, 1),
    "termination_date": None,
    "eligibility_date": dt.date(2011, 1, 1),
    "hce": False,
    "earnings_cents": 10_000_000,
    "plan_compensation_cents": 10_000_000,
    "pre_tax_cents": 0,
    "roth_cents": 0,
    "catch_up_cents": 0,
    "match_cents": 0,
    "nonelective_cents": 0,
    "match_balance_cents": 0,
    "nonelective_balance_cents": 0,
    "excess_415_cents": 0,
}
Person = dict[str, Any]


@dataclass(frozen=True)
class Run:
    """What a test looks at of a result."""

    snapshots: pl.DataFrame
    config: Config
    opening: pl.DataFrame | None = None


def run(*people: Person, opening: list[Person] | None = None, **plan: Any) -> Run:
    """Return a run of these people, named A, B, C, ...; the plan's match is the simple one."""
    named = [{"employee_id": chr(ord("A") + n)} | PERSON | person for n, person in enumerate(people)]
    dtypes = {column.name: column.dtype for column in SNAPSHOTS if column.name in named[0]}
    census = None
    if opening is not None:
        known = {column.name: column.dtype for column in CENSUS if any(column.name in row for row in opening)}
        census = completed(pl.DataFrame(opening, schema=known, orient="row"), CENSUS)
    return Run(pl.DataFrame(named, schema=dtypes, orient="row"), configured(plan=SIMPLE | plan), census)


def high(percent: float, **more: Any) -> Person:
    """Somebody highly compensated who defers a share of 200,000."""
    cents = 20_000_000
    return {
        "hce": True,
        "earnings_cents": cents,
        "plan_compensation_cents": cents,
        "pre_tax_cents": int(percent * cents / 100),
    } | more


def other(percent: float = 0, **more: Any) -> Person:
    """Somebody else who defers a share of 100,000."""
    return {"pre_tax_cents": int(percent * 100_000)} | more


def found(tests: Run, test: str, year: int = 2025) -> PlanTest:
    return next(one for one in ws.nondiscrimination(tests, year).tests if one.test == test)


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
        """Levelled to 5 %: 2,000 and 2,560; the larger deferral gives more."""
        tests = ws.nondiscrimination(
            run(high(6), high(0, plan_compensation_cents=12_800_000, pre_tax_cents=896_000), other(3)), 2025
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
            (2026, dt.date(1964, 1, 1), {"roth": {"available": False}}, 0),  # it would have to be Roth
        ],
    )
    def test_how_much_can_be_catch_up(self, year: int, born: dt.date, plan: dict[str, Any], room: int) -> None:
        people = high(20, birth_date=born, year=year), other(1, year=year)

        tests = ws.nondiscrimination(run(*people, **plan), year)

        assert tests.refunds["recharacterized_cents"].to_list() == [room]

    def test_rows_may_come_in_any_order(self) -> None:
        """The odd cent comes off the smaller id."""
        tests = run(high(0, pre_tax_cents=1_000_001), high(0, pre_tax_cents=1_000_001), other(1.5))
        turned = Run(tests.snapshots.reverse(), tests.config)

        assert ws.nondiscrimination(turned, 2025) == ws.nondiscrimination(tests, 2025)
        assert ws.nondiscrimination(turned, 2025).refunds.equals(ws.nondiscrimination(tests, 2025).refunds)

    def test_nobody_gets_match(self) -> None:
        assert found(run(high(1), other(1)), "ACP").outcome == "not applicable"


class TestSafeHarbor:
    @pytest.mark.parametrize(
        ("plan", "sections"),
        [
            ({"match": {"preset": "safe_harbor_basic"}}, ("401(k)(12)", "401(m)(11)")),
            ({"match": {"preset": "qaca"}}, ("401(k)(13)", "401(m)(12)")),
            ({"testing": {"safe_harbor": True}}, ("401(k)(12)", "401(m)(11)")),
        ],
    )
    def test_exempts_and_figures_are_given(self, plan: dict[str, Any], sections: tuple[str, str]) -> None:
        tests = ws.nondiscrimination(run(high(10, match_cents=1), other(1), **plan), 2025)

        assert [(one.outcome, one.section) for one in tests.tests[:2]] == [("exempt", section) for section in sections]
        assert tests.adp == ws.AdpTest(False, 10.0, 1.0, 2.0, 1, 1)
        assert tests.refunds.is_empty()

    def test_a_plan_may_be_tested_all_the_same(self) -> None:
        plan = {"match": {"preset": "qaca"}, "testing": {"safe_harbor": False}}

        assert found(run(high(10), other(1), **plan), "ADP").outcome == "failed"


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
        assert "no year before" in adp.note

    def test_so_does_a_year_after_one_without_others(self) -> None:
        adp = found(run(high(6), other(4), high(9, employee_id="A", year=2024), **PRIOR), "ADP")

        assert (adp.outcome, adp.figures["nhce_percent"]) == ("passed", 4.0)
        assert "nobody else was eligible last year" in adp.note


YEAR = PlanYear(2025)


def days(*dates: dt.date) -> np.ndarray:
    return np.array([day_number(date) for date in dates], dtype=np.int32)


class TestCoverage:
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

    @pytest.mark.parametrize(("own", "outcome"), [(300_000, "passed"), (200_000, "failed")])
    def test_in_a_year_of_a_run(self, own: int, outcome: str) -> None:
        people = high(0, nonelective_cents=600_000), other(0, nonelective_cents=own)
        test = found(run(*people, nonelective={"kind": "flat", "rate": 0.03}), "Nonelective rates")

        assert (test.outcome, test.section) == (outcome, "401(a)(4)")
        assert test.figures["highest_nhce_rate_percent"] == own / 100_000

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
        assert test.note == "on 31 December 2025; governs 2026"

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

    def test_deferrals_and_a_safe_harbor_match_alone_are_exempt(self) -> None:
        people = high(0, earnings_cents=23_000_001, match_balance_cents=5), other()
        plan = {"match": {"preset": "safe_harbor_basic"}}
        test = found(run(*people, opening=self.census(), **plan), "Top-heavy")
        more = {"nonelective_cents": 1}

        assert (test.outcome, test.section, test.figures["key_percent"]) == ("exempt", "416(g)(4)(H)", 100.0)
        assert found(run(people[0], other(**more), opening=self.census(), **plan), "Top-heavy").outcome == "top-heavy"

    @pytest.mark.parametrize("name", ["officer", "owner_share", "deferral_balance"])
    def test_what_the_census_does_not_say_cannot_be_tested(self, name: str) -> None:
        columns = {"owner_share": "owner_share_ppm", "deferral_balance": "deferral_balance_cents"}
        census = [row | {columns.get(name, name): None} for row in self.census()]
        test = found(run(high(1), other(1), opening=census), "Top-heavy")

        assert (test.outcome, test.note) == ("not testable", f"the census has no {name}")

    def test_a_run_read_from_disk_cannot_be_tested(self) -> None:
        test = found(run(high(1), other(1)), "Top-heavy")

        assert (test.outcome, test.figures) == ("not testable", {})


class TestResult:
    def test_each_replicate_and_year_is_tested_by_itself(self) -> None:
        tests = run(high(6), other(4), other(1, replicate=1), high(9, year=2026))

        assert ws.nondiscrimination(tests, 2025).adp.hce_percentage == 6.0
        assert ws.nondiscrimination(tests, 2025, replicate=1).adp.hces == 0
        assert ws.nondiscrimination(tests, 2026).adp.hce_percentage == 9.0

    def test_prints_a_line_of_outcome_and_figures_per_test_and_no_id(self) -> None:
        tests = ws.nondiscrimination(run(high(10, employee_id="Zebra"), other(1)), 2025)
        page = str(tests)

        assert page.startswith("Plan year 2025, replicate 0\nADP                   failed         IRC 401(k)(3)\n")
        assert "hce_percent 10.00, nhce_percent 1.00, highest_passing_percent 2.00, hces 1, nhces 1" in page
        assert "excess 16,000.00" in page
        assert "Zebra" not in page

    def test_the_frame_has_a_row_per_test(self) -> None:
        frame = ws.nondiscrimination(run(high(10), other(1)), 2025).frame

        assert frame["test"].to_list() == [
            "ADP",
            "ACP",
            "Coverage, deferrals",
            "Nonelective rates",
            "Annual additions",
            "Top-heavy",
        ]
        assert frame.columns == ["test", "outcome", "section", "figures", "note"]
        assert frame["figures"][4] == "employees 0, excess 0.00, highest_excess 0.00"

    def test_years_replicates_and_plans_that_are_not_there(self) -> None:
        with pytest.raises(ValueError, match="no plan year 2030; it has 2025 to 2026"):
            ws.nondiscrimination(run(high(1), other(1, year=2026)), 2030)
        with pytest.raises(ValueError, match="no replicate 3"):
            ws.nondiscrimination(run(high(1)), 2025, replicate=3)
        with pytest.raises(ValueError, match="there is no plan to test"):
            ws.nondiscrimination(run(high(1), enabled=False), 2025)

    def test_a_simulated_year(self) -> None:
        scenario = synthetic(300, configured(2025, 2026, plan=SIMPLE | PRIOR))
        result = ws.simulate(scenario.config, census=scenario.census)

        tests = ws.nondiscrimination(result, 2026)

        rows = result.snapshots.filter(pl.col("year") == 2026, pl.col("eligibility_date").is_not_null())
        assert tests.adp.hces == rows.filter("hce", pl.col("plan_compensation_cents") > 0).height
        assert "last year's figures" in tests.tests[0].note
