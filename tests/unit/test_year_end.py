"""What a plan year brings to an end: minimum contributions, forfeitures, partial terminations, section 414A."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

import workforce_sim as ws
from tests.support import configured
from tests.unit.tested_years import Person, Run, found, high, other, run
from workforce_sim.plan.legality import plan_warnings


class TestTopHeavyMinimum:
    """A is an officer, key with 240,000; the plan is top-heavy by the balances of the census."""

    PAID = 24_000_000

    def heavy(self, *others: Person, of_key: float = 5, balance: int = 700_000, **plan: Any) -> Run:
        key = high(0, earnings_cents=self.PAID, testing_compensation_cents=self.PAID)
        key |= {"pre_tax_cents": int(of_key / 100 * self.PAID), "opening_salary_cents": self.PAID}
        opening = [
            {"employee_id": "A", "officer": True, "owner_share_ppm": 0, "deferral_balance_cents": balance},
            {"employee_id": "B", "officer": False, "owner_share_ppm": 0, "deferral_balance_cents": 300_000},
        ]
        return run(key, *others, opening=opening, **plan)

    def test_three_percent_of_all_pay_to_those_employed_on_december_31(self) -> None:
        """B lacks 2,000; C has the nonelective 3%; D left, E is not in the plan; F entered in July, all pay counts."""
        firm = self.heavy(
            other(0, match_cents=100_000),
            other(0, nonelective_cents=300_000),
            other(0, termination_date=dt.date(2025, 12, 30)),
            other(0, eligibility_date=None),
            other(0, testing_compensation_cents=5_000_000, eligibility_date=dt.date(2025, 7, 1)),
        )
        test, tests = found(firm, "Top-heavy minimum"), ws.nondiscrimination(firm, 2025)

        assert (test.outcome, test.section) == ("failed", "416(c)(2)")
        assert test.figures == {"minimum_percent": 3.0, "lacking": 2, "missing": 5_000.0}
        assert test.note == "top-heavy on December 31, 2024"
        assert tests.minimums.rows() == [("B", 300_000, 100_000, 200_000), ("F", 300_000, 0, 300_000)]
        assert tests.minimums.dtypes[1:] == [pl.Int64] * 3

    @pytest.mark.parametrize(("of_key", "least"), [(0, 0.0), (2, 2.0), (2.99, 2.99), (3, 3.0), (9, 3.0)])
    def test_or_the_highest_rate_of_a_key_employee_with_deferrals(self, of_key: float, least: float) -> None:
        test = found(self.heavy(other(0), of_key=of_key), "Top-heavy minimum")

        assert (test.figures["minimum_percent"], test.figures["missing"]) == (least, 1_000 * least)
        assert test.outcome == ("failed" if least else "passed")

    def test_catch_up_of_the_year_is_no_deferral(self) -> None:
        firm = self.heavy(other(0), of_key=3)
        rows = firm.snapshots.with_columns(
            catch_up_cents=pl.when(pl.col("employee_id") == "A").then(240_000).otherwise("catch_up_cents")
        )

        assert found(Run(rows, firm.config, firm.opening), "Top-heavy minimum").figures["minimum_percent"] == 2.0

    def test_pay_counts_up_to_the_limit(self) -> None:
        paid = other(0, earnings_cents=50_000_000, testing_compensation_cents=35_000_000)

        assert found(self.heavy(paid), "Top-heavy minimum").figures["missing"] == 10_500.0  # 3% of 350,000

    def test_sixty_percent_is_not_top_heavy(self) -> None:
        names = [one.test for one in ws.nondiscrimination(self.heavy(other(0), balance=450_000), 2025).tests]
        assert "Top-heavy minimum" not in names

    def test_a_later_year_goes_by_the_december_31_before(self) -> None:
        now = high(3, year=2026, employee_id="A", earnings_cents=self.PAID), other(0, year=2026, employee_id="B")
        firm = self.heavy(other(0, match_balance_cents=600_000, employee_id="B"), *now, of_key=0)

        assert found(firm, "Top-heavy", 2025).outcome == "not top-heavy"
        assert "Top-heavy minimum" not in [one.test for one in ws.nondiscrimination(firm, 2026).tests]
        assert found(firm, "Top-heavy minimum", 2025).outcome == "passed"

    def test_the_first_year_of_a_plan_goes_by_its_own_end(self) -> None:
        firm = self.heavy(
            other(0, match_balance_cents=600_000), of_key=0, summary=MANY, established=dt.date(2025, 1, 1)
        )
        assert "Top-heavy minimum" not in [one.test for one in ws.nondiscrimination(firm, 2025).tests]

    def test_the_otherwise_excludable_may_be_left_without_from_2024_on(self) -> None:
        new = other(0, hire_date=dt.date(2025, 2, 1), eligibility_date=dt.date(2025, 2, 1))
        together, apart = (
            self.heavy(new, eligibility={"waiting_period_days": 0}, testing={"otherwise_excludable": how})
            for how in ("together", "apart")
        )

        assert found(together, "Top-heavy minimum").figures["lacking"] == 1
        assert found(apart, "Top-heavy minimum").figures["lacking"] == 0

    def test_deferrals_and_safe_harbor_money_alone_owe_nothing(self) -> None:
        firm = self.heavy(other(0), match={"preset": "safe_harbor_basic"})
        assert "Top-heavy minimum" not in [one.test for one in ws.nondiscrimination(firm, 2025).tests]


GRADED: dict[str, Any] = {"by_service": [{"from": 0, "rate": 0.25, "max": 0.06}, {"from": 5, "rate": 0.5, "max": 0.06}]}
NEWER: Person = {"hire_date": dt.date(2022, 1, 1), "eligibility_date": dt.date(2023, 1, 1)}


class TestAvailability:
    """Half of deferrals up to 6% from 5 years on, a quarter before; an HCE of 11 employees needs 27.5%."""

    @pytest.mark.parametrize(("served", "outcome"), [(2, "failed"), (3, "passed")])
    def test_a_better_rate_is_for_enough_others(self, served: int, outcome: str) -> None:
        others = [other(4, **({} if n < served else NEWER)) for n in range(10)]
        test = found(run(high(4), *others, match=GRADED), "Availability of match rates")

        assert (test.outcome, test.section) == (outcome, "401(a)(4)")
        assert test.figures == {
            "lowest_available_percent": 10.0 * served,
            "safe_harbor_percent": 27.5,
            "rates": 2,
        }
        assert ("26 CFR 1.401(a)(4)-4(b)" in test.note) == (outcome == "failed")

    def test_a_rate_that_no_highly_compensated_has_needs_nobody(self) -> None:
        others = [other(4), *(other(4, **NEWER) for _ in range(9))]
        test = found(run(high(4, **NEWER), *others, match=GRADED), "Availability of match rates")

        assert (test.outcome, test.figures["lowest_available_percent"]) == ("passed", 100.0)

    def test_two_plans_are_tested_each(self) -> None:
        young: Person = {"hire_date": dt.date(2024, 9, 1), "eligibility_date": dt.date(2024, 9, 1)}
        others = [other(4), *(other(4, **young) for _ in range(4))]
        apart = run(
            high(4),
            *others,
            match=GRADED,
            eligibility={"waiting_period_days": 0},
            testing={"otherwise_excludable": "apart"},
        )

        assert found(apart, "Availability of match rates").figures["lowest_available_percent"] == 100.0
        assert found(apart, "Availability of match rates, otherwise excludable").outcome == "passed"

    def test_one_formula_for_all_is_not_listed(self) -> None:
        names = [one.test for one in ws.nondiscrimination(run(high(4), other(4)), 2025).tests]
        assert "Availability of match rates" not in names


class TestForfeitures:
    @staticmethod
    def years(*used: int) -> list[Person]:
        forfeited = (1_000_000, 500_000, 0, 0)
        return [
            {"year": 2024 + n, "forfeitures_cents": forfeited[n], "forfeitures_used_cents": amount}
            for n, amount in enumerate(used)
        ]

    @pytest.mark.parametrize(("used", "overdue"), [(400_000, 6_000.0), (1_000_000, 0.0), (0, 10_000.0)])
    def test_those_of_a_year_are_to_be_used_by_the_end_of_the_next(self, used: int, overdue: float) -> None:
        test = found(run(high(1), other(1), summary=self.years(0, used)), "Forfeitures")

        assert (test.outcome, test.section) == ("failed" if overdue else "passed", "401(a)")
        assert test.figures["overdue"] == overdue
        assert ("prop. 26 CFR 1.401-7" in test.note) == bool(overdue)

    def test_the_oldest_are_used_first(self) -> None:
        """14,000 used by 2026 of 10,000 and 5,000: a thousand of 2025 is left."""
        people = high(1, year=2026), other(1, year=2026)
        test = found(run(*people, summary=self.years(0, 400_000, 1_000_000)), "Forfeitures", 2026)

        assert test.figures == {"overdue": 1_000.0, "forfeited": 15_000.0, "used": 14_000.0}

    @pytest.mark.parametrize("year", [2024, 2025])
    def test_before_2025_and_without_forfeitures_there_is_no_deadline(self, year: int) -> None:
        rows = [] if year == 2025 else [{"year": 2023, "forfeitures_cents": 5, "forfeitures_used_cents": 0}]
        tests = ws.nondiscrimination(run(high(1, year=year), other(1, year=year), summary=rows), year)
        assert "Forfeitures" not in [one.test for one in tests.tests]


class TestPartialTermination:
    @staticmethod
    def left(who: str, cause: str) -> Person:
        return {"year": 2025, "employee_id": who, "event_type": "termination", "cause": cause}

    @pytest.mark.parametrize(
        ("causes", "outcome", "turnover", "with_voluntary"),
        [
            ({"B": "involuntary"}, "presumed", 20.0, 20.0),
            ({"B": "reduction", "C": "voluntary"}, "presumed", 20.0, 40.0),
            ({"B": "voluntary", "C": "retirement", "D": "death"}, "not presumed", 0.0, 20.0),
            ({"F": "involuntary"}, "not presumed", 0.0, 0.0),  # not in the plan
            ({}, "not presumed", 0.0, 0.0),
        ],
    )
    def test_a_fifth_of_those_in_the_plan_let_go_is_presumed_to_be_one(
        self, causes: dict[str, str], outcome: str, turnover: float, with_voluntary: float
    ) -> None:
        people = high(1), *(other(1) for _ in range(4)), other(0, eligibility_date=None)
        events = [self.left(who, cause) for who, cause in causes.items()]
        test = found(run(*people, events=events), "Partial termination")

        assert (test.outcome, test.section) == (outcome, "411(d)(3)")
        assert test.figures["turnover_percent"] == turnover
        assert test.figures["with_voluntary_percent"] == with_voluntary

    def test_what_all_leavers_forfeited_is_to_be_vested(self) -> None:
        people = high(1), other(1, forfeited_cents=100_000), other(1, forfeited_cents=50_000), other(1), other(1)
        events = [self.left("B", "involuntary"), self.left("C", "voluntary")]
        test = found(run(*people, events=events), "Partial termination")

        assert (test.figures["affected_forfeitures"], test.figures["initiated"]) == (1_500.0, 1)
        assert test.note == "all who terminated in the year must be fully vested"

    def test_a_run_has_the_causes(self) -> None:
        """Three in four let go, a quarter of all leave of their own will."""
        causes = {"causes": [{"from": 0, "involuntary": 0.75, "voluntary": 0.25}]}
        config = configured(2025, 2025, terminations=causes, workforce={"total_termination_rate": 0.5})
        test = found(ws.simulate(config), "Partial termination")  # type: ignore[arg-type]

        assert test.outcome == "presumed"
        assert 20 < test.figures["turnover_percent"] < test.figures["with_voluntary_percent"]  # type: ignore[operator]


NEW_PLAN = {"established": dt.date(2023, 3, 1)}
ALL: dict[str, Any] = {"auto_enrollment": {"scope": "all_eligible"}}
FEW = [{"year": 2025, "headcount_opening": 10}]
MANY = [{"year": 2025, "headcount_opening": 11}]


class TestAutomaticEnrollment:
    @pytest.mark.parametrize(
        ("plan", "staff", "outcome", "why"),
        [
            (NEW_PLAN, MANY, "failed", "enrollment.auto_enrollment.enabled: must enroll automatically"),
            (NEW_PLAN, FEW, "exempt", "the employer normally has at most 10 employees"),
            ({"established": dt.date(2022, 12, 29)}, MANY, "failed", "IRC 414A(a)"),
            ({"established": dt.date(2022, 12, 28)}, MANY, "exempt", "established before December 29, 2022"),
            ({**NEW_PLAN, "governmental_or_church": True}, MANY, "exempt", "plan of a government or a church"),
            (
                {**NEW_PLAN, "employer_since": dt.date(2022, 1, 2)},
                MANY,
                "exempt",
                "the employer is younger than 3 years",
            ),
            ({**NEW_PLAN, "employer_since": dt.date(2022, 1, 1)}, MANY, "failed", "IRC 414A(a)"),
        ],
    )
    def test_of_plans_begun_since_2022(self, plan: Any, staff: list[Person], outcome: str, why: str) -> None:
        none = {"auto_enrollment": {"enabled": False}}
        test = found(run(high(1), other(1), summary=staff, enrollment=none, **plan), "Automatic enrollment")

        assert (test.outcome, test.section) == (outcome, "414A")
        assert why in test.note

    def test_a_plan_that_does(self) -> None:
        tests = run(high(1), other(1), summary=MANY, enrollment=ALL, **NEW_PLAN)
        assert (found(tests, "Automatic enrollment").outcome, found(tests, "Automatic enrollment").note) == (
            "passed",
            "",
        )

    @pytest.mark.parametrize(("year", "outcome"), [(2024, "exempt"), (2025, "failed")])
    def test_the_section_holds_from_2025_on(self, year: int, outcome: str) -> None:
        people = high(1, year=year), other(1, year=year)
        none = {"auto_enrollment": {"enabled": False}}
        staff = [{"year": year, "headcount_opening": 50}]
        assert (
            found(run(*people, summary=staff, enrollment=none, **NEW_PLAN), "Automatic enrollment", year).outcome
            == outcome
        )

    @pytest.mark.parametrize(("year", "outcome"), [(2026, "exempt"), (2027, "exempt"), (2028, "failed")])
    def test_a_small_employer_has_a_year_after_it_has_grown(self, year: int, outcome: str) -> None:
        """11 employees first in 2026: from 2028 on."""
        counts = {2025: 10, 2026: 11, 2027: 9, 2028: 9}
        staff = [{"year": at, "headcount_opening": count} for at, count in counts.items()]
        people = [
            person
            for at in counts
            for person in (high(1, year=at, employee_id="A"), other(1, year=at, employee_id="B"))
        ]
        none = {"auto_enrollment": {"enabled": False}}

        assert (
            found(run(*people, summary=staff, enrollment=none, **NEW_PLAN), "Automatic enrollment", year).outcome
            == outcome
        )

    def test_a_plan_of_unknown_age_is_not_listed(self) -> None:
        assert "Automatic enrollment" not in [one.test for one in ws.nondiscrimination(run(high(1)), 2025).tests]


class TestWarnings:
    @pytest.mark.parametrize(
        ("enrollment", "key"),
        [
            ({"auto_enrollment": {"enabled": False}}, "auto_enrollment.enabled"),
            ({"auto_enrollment": {"scope": "new_hires_only"}}, "auto_enrollment.scope"),
            (
                ALL | {"auto_enrollment": {"scope": "all_eligible", "default_deferral_rate": 0.02}},
                "default_deferral_rate",
            ),
            (ALL | {"escalation": {"cap": 0.16}}, "escalation.cap"),
            (ALL | {"escalation": {"cap": 0.09}}, "escalation: must rise"),
            (ALL | {"escalation": {"increment": 0.005}}, "escalation: must rise"),
            (ALL | {"escalation": {"delay_years": 3}}, "escalation: must rise"),
            (ALL | {"escalation": {"enabled": False}}, "escalation: must rise"),
        ],
    )
    def test_each_lack(self, enrollment: dict[str, Any], key: str) -> None:
        config = configured(2025, 2026, enrollment=enrollment, plan=NEW_PLAN)
        told = [warning for warning in plan_warnings(config) if "IRC 414A" in warning]

        assert len(told) == 1
        assert f"enrollment.{key}" in told[0] or key in told[0]
        assert told[0].endswith("must, unless the employer normally has at most 10 employees")

    @pytest.mark.parametrize(
        ("enrollment", "plan"),
        [
            (ALL, NEW_PLAN),
            (ALL | {"escalation": {"delay_years": 2, "cap": 0.15}}, NEW_PLAN),
            (
                {
                    "auto_enrollment": {"scope": "all_eligible", "default_deferral_rate": 0.1},
                    "escalation": {"enabled": False},
                },
                NEW_PLAN,
            ),
            ({"auto_enrollment": {"enabled": False}}, {}),
            ({"auto_enrollment": {"enabled": False}}, {"established": dt.date(2020, 1, 1)}),
        ],
    )
    def test_none(self, enrollment: dict[str, Any], plan: dict[str, Any]) -> None:
        config = configured(2025, 2026, enrollment=enrollment, plan=plan)
        assert not any("414A" in warning for warning in plan_warnings(config))
