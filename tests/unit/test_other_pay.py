"""Pay other than salary with the arithmetic beside each amount: who gets it, when, and which of it the plan counts."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

import workforce_sim as ws
from tests.support import fast, of_type, only, table
from tests.support import result_of as result
from tests.unit.small_plans import drawing, laid_over, leaving_on, on, person, scenario, snapshot, snapshots
from workforce_sim import ConfigError, SimulationError
from workforce_sim.config.other_pay import KINDS
from workforce_sim.draws import Stream
from workforce_sim.explaining.timeline import timeline
from workforce_sim.tables import EVENTS, PAY_KINDS, SNAPSHOTS, SUMMARY
from workforce_sim.tables.output import Tables

MODEL = Path(__file__).parents[2] / "docs" / "model"
DAILY = 3_650_000  # 100 dollars a day of a year of 365
BONUS = {"name": "bonus", "kind": "bonus", "share": 0.1, "date": "07-01", "prorated": False}
OVERTIME = {"name": "overtime", "kind": "overtime", "share": 0.2}
NO_ROTH = {"roth": {"share": 0.0}}


def paying(*entries: dict[str, Any], **sections: Any) -> dict[str, Any]:
    """Sections with these entries, and a plan without Roth deferrals unless asked for."""
    return laid_over({"compensation": {"other_pay": list(entries)}, "plan": NO_ROTH}, sections)


def lived(*people: dict[str, Any], **sections: Any) -> Tables:
    return fast(scenario(*people, **sections))


def paid(tables: Tables) -> list[tuple[str, str, int]]:
    """Return what is paid on a day: date, kind and cents, by date."""
    rows = of_type(tables.events, "other_pay").sort("effective_date", "cause", "amount_cents")
    return [
        (day.isoformat()[5:], str(kind), cents)
        for day, kind, cents in rows.select("effective_date", "cause", "amount_cents").iter_rows()
    ]


# --- the chapter ------------------------------------------------------------------------------------------------------


def firm() -> tuple[dict[str, Any], pl.DataFrame]:
    """The firm of the examples with the keys of the chapter, and its census."""
    index, page = ((MODEL / name).read_text(encoding="utf-8") for name in ("index.md", "other-pay.md"))
    blocks = [
        re.findall(rf"```{kind}\n(.*?)```", text, re.DOTALL)[0]
        for kind, text in (
            ("csv", index),
            ("yaml", index),
            ("yaml", page),
        )
    ]
    census = pl.read_csv(io.StringIO(blocks[0]), try_parse_dates=True)
    return {**yaml.safe_load(blocks[1]), **yaml.safe_load(blocks[2])}, census


def test_the_example_of_the_chapter() -> None:
    config, census = firm()
    run = ws.simulate(config, census=census)
    columns = ("bonus_pay_cents", "overtime_pay_cents", "discretionary_bonus_pay_cents", "earnings_cents")
    people = {row[0]: row[1:] for row in run.snapshots.filter(year=2026).select("employee_id", *columns).iter_rows()}
    money = ("plan_compensation_cents", "testing_compensation_cents", "match_cents")
    deferred = pl.col("pre_tax_cents") + pl.col("roth_cents")
    plan = {
        row[0]: row[1:] for row in run.snapshots.filter(year=2026).select("employee_id", deferred, *money).iter_rows()
    }

    assert people["E-0003"] == (989_956, 0, 0, 9_227_813 + 989_956)
    assert people["E-0006"] == (803_066, 539_871, 181_800, 10_522_581)
    assert people["E-0008"] == (0, 90_898, 0, 1_514_961 + 90_898)
    assert people["NH-2025-000001"] == (1_245_536, 0, 188_773, 9_389_802 + 1_245_536 + 188_773)
    assert people["NH-2026-000001"] == (50_442, 0, 0, 6_352_192 + 50_442)
    assert plan["E-0006"] == (523_015, 10_340_781, 10_522_581, 253_142)
    assert plan["NH-2025-000001"] == (260_973, 7_491_069, 7_679_842, 126_711)
    assert run.snapshots.filter(year=2025)["discretionary_bonus_pay_cents"].sum() == 0
    annual = {**config, "plan": laid_over(config["plan"], {"match": {"basis": "annual"}})}
    assert (
        ws.simulate(annual, census=census).snapshots.filter(year=2026, employee_id="E-0006")["match_cents"][0]
        == 261_508
    )


def test_tables_and_configuration_name_the_same_kinds() -> None:
    assert KINDS == PAY_KINDS


# --- who gets it, and how much ----------------------------------------------------------------------------------------


def test_it_is_a_share_of_the_salary_in_force_on_the_day_after_its_raises() -> None:
    merit = {"merit_pool": 0.05, "merit_date": "07-01"}
    tables = lived(person(salary_cents=1_000_001), **paying(BONUS, compensation=merit))
    assert paid(tables) == [("07-01", "bonus", 105_000)]  # 10% of 1,050,001, half up
    day_before = paying({**BONUS, "date": "06-30"}, compensation=merit)
    assert paid(lived(person(salary_cents=1_000_001), **day_before)) == [("06-30", "bonus", 100_000)]


def test_who_is_there_on_the_day_gets_it_the_first_and_the_last_day_included() -> None:
    hired = [person(hire_date=f"2024-{day}") for day in ("07-01", "07-02")]
    whole = {**BONUS, "prorated": False}
    assert len(paid(lived(*hired, start=2025, **paying(whole)))) == 2
    last = [leaving_on(f"2025-{day}") for day in ("06-30", "07-01")]
    tables = lived(*last, person(), person(), **paying(whole))
    assert paid(tables) == [("07-01", "bonus", 1_000_000)] * 3


def test_it_is_prorated_by_the_days_since_hire_until_there_are_365() -> None:
    dates = ("2024-07-01", "2024-07-02", "2024-07-03", "2024-12-31")
    tables = lived(*(person(hire_date=date) for date in dates), **paying({**BONUS, "prorated": True}))
    # 366, 365, 364 and 183 days; 10% of 364/365 is 99,726 ppm, of 183/365 50,137 ppm
    assert snapshots(tables, "bonus_pay_cents") == [(1_000_000,), (1_000_000,), (997_260,), (501_370,)]


def test_it_is_by_the_level_in_force_on_the_day_and_with_salary_by_that_of_january_1() -> None:
    rising = {
        "workforce": {"levels": [{"name": "stays", "termination_factor": 0}, {"name": "leaves"}]},
        "promotion": {"mode": "rates", "base_rate": 1.0, "date": "07-01", "increase": {"lowest": 0.0, "highest": 0.0}},
    }
    by_level = {"by_level": {"leaves": 0.3}}
    tables = lived(person(salary_cents=DAILY), **paying({**BONUS, **by_level}, {**OVERTIME, **by_level}, **rising))
    assert snapshot(tables, "level", "bonus_pay_cents", "overtime_pay_cents") == ("leaves", 1_095_000, 730_000)
    earlier = paying({**BONUS, "date": "06-30", **by_level}, **rising)
    assert snapshot(lived(person(salary_cents=DAILY), **earlier), "bonus_pay_cents") == 365_000


def test_it_is_of_some_departments() -> None:
    people = [person(department=name, salary_cents=DAILY) for name in ("Sales", "Finance", None)]
    tables = lived(*people, **paying({**OVERTIME, "departments": ["Sales"]}))
    assert snapshots(tables, "overtime_pay_cents") == [(730_000,), (0,), (0,)]


def test_february_29_is_march_1_in_other_years_and_payments_of_a_kind_on_a_day_are_one_row() -> None:
    entries = [
        {**BONUS, "date": "02-29"},
        {**BONUS, "name": "more", "date": "03-01", "share": 0.02},
        {**BONUS, "name": "fees", "kind": "commission", "date": "03-01", "share": 0.03},
    ]
    assert paid(lived(person(), **paying(*entries))) == [
        ("03-01", "bonus", 1_200_000),
        ("03-01", "commission", 300_000),
    ]
    assert paid(lived(person(), start=2028, **paying(*entries))) == [
        ("02-29", "bonus", 1_000_000),
        ("03-01", "bonus", 200_000),
        ("03-01", "commission", 300_000),
    ]


def test_with_salary_it_is_earned_by_the_day_and_each_entry_is_rounded() -> None:
    entries = [{**OVERTIME, "name": str(n), "share": 0.000005} for n in range(3)]
    assert snapshot(lived(person(), **paying(*entries)), "overtime_pay_cents") == 3 * 50
    tables = lived(leaving_on("2025-03-01", salary_cents=DAILY), person(), **paying(OVERTIME))
    gone = tables.snapshots.drop_nulls("termination_date")
    assert gone.select("earnings_cents", "other_pay_cents").row(0) == (720_000, 120_000)  # 60 days
    assert paid(tables) == []


def test_receivers_and_spread_are_drawn_by_the_name_of_the_entry() -> None:
    people = [person() for _ in range(400)]
    entry = {**BONUS, "receivers": 0.5, "spread": 0.4}
    one = lived(*people, **paying(entry, {**entry, "name": "other", "kind": "commission"}))
    first, second = (one.snapshots[f"{kind}_pay_cents"] for kind in ("bonus", "commission"))
    assert 160 < (first > 0).sum() < 240
    assert 80 < ((first > 0) != (second > 0)).sum() < 320
    shares = first.filter(first > 0)
    assert (shares.min() >= 600_000) & (shares.max() <= 1_400_000)  # 10% of 100,000, 40% more or less
    assert abs(shares.mean() - 1_000_000) < 40_000
    assert shares.n_unique() > 150
    assert one.snapshots["earnings_cents"].equals(10_000_000 + first + second)


@pytest.mark.parametrize("key", ["share", "receivers"])
def test_a_table_by_year_holds_from_its_year_on(key: str) -> None:
    people = [person() for _ in range(20)]

    def years(value: Any) -> list[str]:
        tables = fast(scenario(*people, end=2026, **paying({**BONUS, key: value})))
        return [ws.store.ledger.fingerprint(only(tables, pl.col("year") == year)) for year in (2025, 2026)]

    constant, stepped = years(0.3), years({2020: 0.3, 2026: 0.6})
    assert stepped[0] == constant[0]
    assert stepped[1] != constant[1]


def test_a_discretionary_bonus_of_one_year() -> None:
    gift = {**BONUS, "kind": "discretionary_bonus", "share": {2025: 0, 2026: 0.02, 2027: 0}, "receivers": 0.5}
    tables = fast(scenario(*(person() for _ in range(50)), end=2027, **paying(gift)))
    assert set(of_type(tables.events, "other_pay")["year"]) == {2026}
    assert set(of_type(tables.events, "other_pay")["amount_cents"]) == {200_000}


# --- what the plan counts ---------------------------------------------------------------------------------------------


def of_plan(*entries: dict[str, Any], **plan: Any) -> dict[str, Any]:
    return paying(*entries, plan=plan)


def test_a_payment_is_deferred_from_at_the_rate_of_its_day() -> None:
    draws = {(Stream.CHANGE_OR_STOP_DATE, 2025): on("2025-07-01"), (Stream.CHANGE_DIRECTION, 2025): (0.0, 0.75)}
    row = person(employee_id=drawing(draws)[0], deferral_bp=500, salary_cents=DAILY)
    rules = {"enrollment": {"change": {"probability": 1.0, "step": 0.02}}}
    # 181 days at 5%, then 7%: the bonus of 365,000 on July 1 at 7%, the day before at 5%
    salary = 181 * 500 + 184 * 700
    assert snapshot(lived(row, **of_plan(BONUS), **rules), "pre_tax_cents") == salary + 25_550
    before = of_plan({**BONUS, "date": "06-30"})
    assert snapshot(lived(row, **before, **rules), "pre_tax_cents") == salary + 18_250
    assert snapshot(lived(row, **of_plan(BONUS, deferral_pay="base"), **rules), "pre_tax_cents") == salary


def test_each_source_and_the_tests_count_pay_of_their_own() -> None:
    plan = {
        "match": {"preset": "simple", "pay": "base"},
        "nonelective": {"kind": "flat", "rate": 0.1, "pay": {"excluding": ["overtime"]}},
        "testing": {"pay": {"excluding": ["bonus"]}},
        "deferral_pay": "base",
    }
    tables = lived(person(salary_cents=DAILY, deferral_bp=400), **of_plan(BONUS, OVERTIME, **plan))
    columns = ("earnings_cents", "plan_compensation_cents", "testing_compensation_cents")
    assert snapshot(tables, *columns) == (DAILY + 365_000 + 730_000, DAILY, DAILY + 730_000)
    assert snapshot(tables, "pre_tax_cents", "match_cents", "nonelective_cents") == (146_000, 73_000, 401_500)


def test_the_pay_limit_counts_in_date_order() -> None:
    limits = {"limits": {"overrides": {"compensation": {2025: 30_000.0}}}, "deferrals_stop_at_pay_limit": True}
    row = person(salary_cents=DAILY, deferral_bp=1000)
    # 3,000,000 cents are reached: 182 days of salary with the bonus of 365,000 on July 1, day 182, are 2,185,000
    assert snapshot(lived(row, **of_plan(BONUS, **limits)), "pre_tax_cents") == 300_000
    assert snapshot(lived(row, **of_plan(BONUS, **limits)), "plan_compensation_cents") == 3_000_000


def test_section_415_and_the_next_years_status_look_at_all_pay() -> None:
    # 100% of pay: deferrals of 60% and a nonelective contribution of 50% of salary are 110% of salary, 92% of all pay
    plan = {"deferral_pay": "base", "match": {"preset": "none"}, "testing": {"pay": "base"}}
    plan |= {"nonelective": {"kind": "flat", "rate": 0.5, "pay": "base"}}
    row = person(salary_cents=1_000_000, deferral_bp=6000)
    assert snapshot(lived(row, **of_plan(OVERTIME, **plan)), "excess_415_cents") == 0
    assert snapshot(lived(row, **paying(plan=plan)), "excess_415_cents") == 100_000

    well_paid = person(salary_cents=15_000_000)  # 150,000 and 180,000 of pay; the limit of 2025 is 160,000
    tables = fast(scenario(well_paid, end=2026, **of_plan(OVERTIME, **plan)))
    assert [hce for (hce,) in snapshots(tables, "hce")] == [False, True]


def test_the_published_case_of_a_bonus_that_is_not_deferred_from() -> None:
    """PBMares, What is a 401(k) match true-up: 26 payrolls of 1,000, 100 deferred of each, then a bonus of 2,000."""
    bonus = {**BONUS, "share": 0.076923}  # of 26,000: 2,000
    match = {"tiers": [{"up_to": 0.04, "rate": 0.5}]}
    found = {}
    for basis in ("payroll", "annual"):
        plan = {"deferral_pay": {"excluding": ["bonus"]}, "match": {**match, "basis": basis}}
        tables = lived(person(salary_cents=2_600_000, deferral_bp=1000), **of_plan(bonus, **plan))
        assert snapshot(tables, "pre_tax_cents", "plan_compensation_cents") == (260_000, 2_800_000)
        found[basis] = snapshot(tables, "match_cents")
    assert found == {"payroll": 52_000, "annual": 56_000}


# --- the law ----------------------------------------------------------------------------------------------------------


def test_the_compensation_ratio_by_hand() -> None:
    """Base of 200,000 and 160,000 of two HCEs with bonuses of 10%; of NHCEs, one of two has overtime of a fifth."""
    people = [
        *(
            person(salary_cents=pay, prior_year_pay_cents=20_000_000, department="Office")
            for pay in (20_000_000, 16_000_000)
        ),
        person(salary_cents=5_000_000, department="Plant"),
        person(salary_cents=5_000_000, department="Desk"),
    ]
    entries = {**BONUS, "departments": ["Office"]}, {**OVERTIME, "departments": ["Plant"]}
    plan = {"match": {"preset": "simple", "pay": "base"}, "nonelective": {"pay": {"excluding": ["overtime"]}}}
    firm_of_four = scenario(*people, **of_plan(*entries, **plan))
    tests = {test.test: test for test in ws.nondiscrimination(result(firm_of_four, fast(firm_of_four)), 2025).tests}
    base, without_overtime = (tests[f"Compensation ratio ({name})"] for name in ("match", "nonelective"))

    # base: 1 / 1.1 = 90.91% of each HCE; 1 / 1.2 = 83.33% and 100% of NHCEs, 91.67% on average (91.665, half up)
    assert base.figures == {"hce_percent": 90.91, "nhce_percent": 91.67, "hces": 2, "nhces": 2}
    assert base.outcome == "passed"
    # without overtime: all pay of the HCEs; of the NHCEs the same
    assert without_overtime.figures == {"hce_percent": 100.0, "nhce_percent": 91.67, "hces": 2, "nhces": 2}
    assert without_overtime.outcome == "failed"
    assert "Compensation ratio (tests)" not in tests


def test_a_definition_that_leaves_out_nothing_has_no_test() -> None:
    firm_of_one = scenario(person(), **of_plan(BONUS, match={"pay": {"excluding": ["overtime"]}}))
    tests = ws.nondiscrimination(result(firm_of_one, fast(firm_of_one)), 2025).tests
    assert [test.test for test in tests if test.test.startswith("Compensation")] == []


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sections", "said"),
    [
        (paying({**BONUS, "kind": "tips"}), "other_pay.0.kind: expected bonus, discretionary_bonus"),
        (paying({**BONUS, "share": 4.5}), "other_pay.0.share: must be at most 4"),
        (paying(BONUS, BONUS), "other_pay: give each entry a name of its own; bonus is there twice"),
        (paying({**BONUS, "departments": []}), "other_pay.0.departments: needs 1 value, has 0"),
        (paying({**BONUS, "share": {2026: 0.1}}), "other_pay.0.share: the table starts in 2026, after start_year 2025"),
        (paying({**BONUS, "by_level": {"Boss": 0.1}}), "other_pay.0.by_level.Boss: no such level in workforce.levels"),
        (paying(plan={"deferral_pay": "w2"}), "plan.deferral_pay: expected all, base or {excluding: [kinds]}"),
        (paying(plan={"match": {"pay": {"excluding": ["tips"]}}}), "plan.match.pay.excluding.0: expected bonus"),
        (paying(plan={"testing": {"pay": {"excluding": []}}}), "plan.testing.pay.excluding: needs 1 value, has 0"),
        (paying(plan={"match": {"pay": {"only": ["bonus"]}}}), "plan.match.pay: expected all, base or"),
    ],
)
def test_what_cannot_be_meant_is_refused(sections: dict[str, Any], said: str) -> None:
    config = {
        "simulation": {"start_year": 2025, "end_year": 2025, "target_growth_rate": 0.0},
        "workforce": {"total_termination_rate": 0.1, "levels": [{"name": "stays"}]},
        "random_seed": 1,
    }
    with pytest.raises(ConfigError) as error:
        ws.load_config({**config, **sections})
    assert said in str(error.value)


def test_a_department_that_the_census_lacks_is_refused() -> None:
    firm_of_one = scenario(person(department="Sales"), **paying({**BONUS, "departments": ["Sale"]}))
    with pytest.raises(ConfigError, match=r"other_pay\.0\.departments: no department of the census is named Sale"):
        ws.simulate(firm_of_one.config, census=firm_of_one.census)


def test_pay_of_more_than_a_billion_dollars_a_year_is_refused() -> None:
    huge = [{**OVERTIME, "name": str(n), "share": 4} for n in range(5)]
    with pytest.raises(SimulationError, match=r"pay of more than \$1,000,000,000 is reached in 2025"):
        lived(person(salary_cents=5_000_000_000), **paying(*huge))


# --- what people see --------------------------------------------------------------------------------------------------


def test_a_timeline_says_which_entry_paid() -> None:
    firm_of_one = scenario(person(salary_cents=DAILY), **paying(BONUS, OVERTIME))
    found = timeline(result(firm_of_one, fast(firm_of_one)), "E-1")
    text = re.sub(r"\s+", " ", str(found))

    assert "other_pay, bonus $3,650.00" in text
    assert "compensation.other_pay[0].share 10% bonus: of a salary of $36,500.00 as stays" in text
    assert "earned $47,450.00, $10,950.00 of it beside salary" in text


def test_runs_without_other_pay_have_nothing_of_it_and_runs_with_it_a_number_for_everybody() -> None:
    without = fast(scenario(person(), person()))
    needing = [column.name for column in SNAPSHOTS if column.needs == "other_pay"]
    assert needing == ["other_pay_cents", *(f"{kind}_pay_cents" for kind in KINDS)]
    assert without.snapshots.select(needing).null_count().row(0) == (2,) * 5
    assert without.summary["other_pay_cents"].to_list() == [None]
    nobody = fast(scenario(person(), person(), **paying({**BONUS, "receivers": 0.0})))
    assert nobody.snapshots.select(needing).sum().row(0) == (0,) * 5
    assert nobody.summary["other_pay_cents"].to_list() == [0]
    assert [column.name for column in (*EVENTS, *SUMMARY) if column.needs == "other_pay"] == ["other_pay_cents"]


def test_the_summary_adds_it_up_and_payroll_has_it() -> None:
    tables = lived(person(salary_cents=DAILY), person(salary_cents=DAILY), **paying(BONUS, OVERTIME))
    assert tables.summary.select("other_pay_cents", "payroll_cents").row(0) == (2_190_000, 2 * DAILY + 2_190_000)
    assert table(tables, "events")["amount_cents"].sum() == 730_000


def test_several_replicates_are_each_as_alone() -> None:
    firm_of_many = scenario(*(person() for _ in range(30)), **paying({**BONUS, "receivers": 0.5, "spread": 0.5}))
    both = fast(firm_of_many, (0, 3))
    for number in (0, 3):
        alone = fast(firm_of_many, (number,))
        assert ws.store.ledger.fingerprint(only(both, pl.col("replicate") == number)) == ws.store.ledger.fingerprint(
            alone
        )
