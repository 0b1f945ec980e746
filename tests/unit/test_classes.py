"""Classes of employees, by hand: union status, excluded classes with their reason, rules by class, and tests."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import workforce_sim as ws
from tests.support_store import assert_goes_on
from tests.unit.test_service_by_hours import STILL, of_year
from workforce_sim.draws import Stream, census_key, decision, person_number, uniform
from workforce_sim.engine.start import union_shares

D = dt.date
NAMES = ["welder", "fitter", "clerk", "intern", "expat", "chief"]
FIRM = pl.DataFrame(
    {
        "employee_id": NAMES,
        "hire_date": [D(2025 - n, 2, 1) if n < 3 else D(2020, 2, 1) for n in (1, 2, 1, 3, 4, 5)],
        "birth_date": [D(1985, 1, 1)] * 6,
        "annual_salary": [60_000.0, 50_000.0, 40_000.0, 30_000.0, 45_000.0, 300_000.0],
        "department": ["Plant", "Plant", "Office", "Office", "Office", "Office"],
        "level": ["Staff", "Staff", "Staff", "Intern", "Staff", "Head"],
        "deferral_rate": [0.0, 0.06, 0.0, 0.0, 0.0, 0.0],
        "union": [True, True, False, False, None, False],
        "nonresident": [None, None, None, None, True, None],
    }
)
LEVELS = [{"name": name, "minimum": low, "midpoint": 2 * low, "maximum": 4 * low} for name, low in
          (("Intern", 10_000), ("Staff", 20_000), ("Head", 90_000))]  # fmt: skip


def run(eligibility: dict[str, Any], census: pl.DataFrame = FIRM, **sections: Any) -> ws.Result:
    settings = {**STILL, "eligibility": {"waiting_period_days": 0, **eligibility}, **sections}
    return ws.simulate({**settings, "workforce": {**STILL["workforce"], "levels": LEVELS}}, census=census)


def excluded(result: ws.Result) -> dict[str, str]:
    return {name: reason for name, reason in of_year(result, 2025, "excluded_class").items() if reason != "none"}


# --- status -----------------------------------------------------------------------------------------------------------


def test_union_employees_are_those_of_the_census() -> None:
    result = run({"excluded_classes": [{"reason": "union"}]})

    assert of_year(result, 2025, "union") == dict(zip(NAMES, [True, True, False, False, False, False], strict=True))
    assert excluded(result) == {"welder": "union"}  # the fitter takes part already
    note = "eligibility.excluded_classes: 1 participant of the census is in an excluded class, and stays in the plan"
    assert note in result.notes
    assert of_year(result, 2025, "eligibility_date")["welder"] is None
    assert of_year(result, 2025, "match_cents")["fitter"] == 200_000


def test_where_the_census_says_nothing_departments_say_who_is_in_the_union() -> None:
    plant = {"reason": "union", "department": ["Plant", "Office"], "level": ["Staff"]}
    result = run({"excluded_classes": [plant]}, FIRM.drop("union", "nonresident"))

    assert excluded(result) == {"welder": "union", "clerk": "union", "expat": "union"}
    assert of_year(run({"excluded_classes": [plant]}), 2025, "union")["clerk"] is False  # the census says so
    assert excluded(run({"excluded_classes": [plant]})) == {"welder": "union", "expat": "union"}


def test_the_first_class_that_an_employee_is_in_gives_the_reason() -> None:
    others = [{"reason": "other", "level": ["Intern", "Staff"], "department": ["Office"]}]
    aliens = [{"reason": "nonresident_alien"}]

    assert excluded(run({"excluded_classes": aliens + others})) == {
        "expat": "nonresident_alien",
        "clerk": "other",
        "intern": "other",
    }
    assert excluded(run({"excluded_classes": others + aliens}))["expat"] == "other"


def test_hires_are_drawn_by_the_share_of_their_department() -> None:
    growing = {"simulation": {**STILL["simulation"], "target_growth_rate": 3.0 / 6, "end_year": 2025}}
    many = pl.concat([FIRM.with_columns(pl.col("employee_id") + f"-{n}") for n in range(60)])
    shares = many.with_columns(union=pl.Series([n % 3 > 0 for n in range(many.height)]))
    result = run({"excluded_classes": [{"reason": "union"}]}, shares, **growing)

    hires = result.snapshots.filter(pl.col("status") == "new_hire")
    drawn = [uniform(_person(name), decision(7, 0, Stream.UNION)) for name in hires["employee_id"]]
    of = {"Plant": (1, 2), "Office": (3, 4)}  # of welders and fitters n % 3 is 0 and 1, of the others 2, 0, 1 and 2
    expected = [
        u < round(1e6 * of[name][0] / of[name][1]) / 1e6 for u, name in zip(drawn, hires["department"], strict=True)
    ]
    assert hires.height == 180
    assert hires["union"].to_list() == expected
    assert hires.filter("union")["excluded_class"].unique().to_list() == ["union"]


def _person(name: str) -> int:
    year, ordinal = name.removeprefix("NH-").split("-")
    return person_number(7, 0, (int(year) << 32) + int(ordinal))


def test_a_department_of_which_the_census_says_nothing_has_the_share_of_all() -> None:
    union = pl.Series([True, None, False, None, True, True])
    department = pl.Series([0, 0, 1, 2, 3, 3], dtype=pl.Int32).to_numpy()

    shares = union_shares(union, department, 4)
    assert shares is not None
    assert shares.tolist() == [1_000_000, 0, 750_000, 1_000_000]
    assert union_shares(pl.Series([None] * 6, dtype=pl.Boolean), department, 4) is None


def test_the_census_may_say_union_without_any_class_and_nothing_changes() -> None:
    with_status, without = (run({}, census).fingerprint for census in (FIRM, FIRM.drop("union", "nonresident")))

    assert with_status == without
    assert run({}, FIRM.with_columns(union=pl.lit("Local 12"))).fingerprint == without


def test_a_status_that_cannot_be_read_is_an_error_where_it_counts() -> None:
    with pytest.raises(ws.CensusError, match="union that is neither true nor false"):
        run({"excluded_classes": [{"reason": "union"}]}, FIRM.with_columns(union=pl.lit("Local 12")))


# --- rules ------------------------------------------------------------------------------------------------------------


def test_union_employees_have_a_rule_of_their_own() -> None:
    late = FIRM.with_columns(hire_date=pl.lit(D(2024, 12, 10)), deferral_rate=pl.lit(0.0))
    rule = {"union": True, "waiting_period_days": 30, "minimum_age": 18, "entry": "monthly"}
    dates = of_year(run({"waiting_period_days": 365, "classes": [rule]}, late), 2025, "eligibility_date")

    assert dates["welder"] == D(2025, 2, 1)
    assert dates["clerk"] == D(2025, 12, 10)


def test_the_first_rule_counts_and_what_it_leaves_out_is_the_plans() -> None:
    late = FIRM.with_columns(hire_date=pl.lit(D(2024, 12, 10)), deferral_rate=pl.lit(0.0))
    classes = [
        {"department": ["Plant"], "entry": "quarterly"},
        {"level": ["Staff"], "waiting_period_months": 2},
        {"department": ["Office"], "minimum_age": 40},
    ]
    plan = {"waiting_period_days": 20, "entry": "monthly", "classes": classes}
    dates = of_year(run(plan, late), 2025, "eligibility_date")

    assert dates["welder"] == D(2025, 1, 1)  # 20 days, quarterly
    assert dates["clerk"] == D(2025, 3, 1)  # two months and no days, monthly
    assert dates["intern"] == D(2025, 1, 1)  # 40 years on that day


def test_a_class_may_count_hours() -> None:
    part = FIRM.with_columns(full_time_share=pl.lit(0.4), deferral_rate=pl.lit(0.0), hire_date=pl.lit(D(2024, 3, 1)))
    classes = [{"department": ["Plant"], "waiting_period_years": 1, "service": {"method": "hours"}}]
    result = run({"waiting_period_days": 90, "classes": classes}, part.drop("union"))

    assert of_year(result, 2027, "eligibility_date")["clerk"] == D(2024, 5, 30)
    assert of_year(result, 2027, "eligibility_date")["welder"] == D(2026, 3, 1)  # the second period of 832 hours
    assert of_year(result, 2027, "long_term_part_time")["welder"] is True
    covered = [{**classes[0], "union": True}]
    bargained = run({"waiting_period_days": 90, "classes": covered}, part)
    assert of_year(bargained, 2027, "eligibility_date")["welder"] is None  # no such way in for union employees


@pytest.mark.parametrize(
    ("eligibility", "told"),
    [
        (
            {"classes": [{"department": ["Shop"], "entry": "monthly"}]},
            "eligibility.classes.0.department: no department",
        ),
        ({"excluded_classes": [{"reason": "other", "level": ["Boss"]}]}, "no such level in workforce.levels"),
        ({"excluded_classes": [{"reason": "other"}]}, "reason other needs a department or a level"),
        ({"classes": [{"entry": "monthly"}]}, "needs department, level or union"),
        ({"classes": [{"union": True, "service": {"method": "hours"}}]}, "set waiting_period_years to 1 or more"),
    ],
)
def test_what_names_nobody_is_refused(eligibility: dict[str, Any], told: str) -> None:
    with pytest.raises(ws.ConfigError, match=told):
        run(eligibility)


# --- tests of a plan year ---------------------------------------------------------------------------------------------


def findings(result: ws.Result) -> dict[str, Any]:
    return {test.test: test for test in ws.nondiscrimination(result, 2025).tests}


def test_union_employees_and_nonresident_aliens_are_left_out_of_coverage() -> None:
    found = findings(run({"excluded_classes": [{"reason": "union"}, {"reason": "nonresident_alien"}]}))

    coverage = found["Coverage, deferrals"]
    assert (coverage.figures["nhces"], coverage.figures["nhce_percent"]) == (
        2,
        100.0,
    )  # the clerk and the intern; the chief is highly paid
    assert "2 union employees left out (IRC 410(b)(3)(A)); 1 nonresident alien left out" in coverage.note
    assert found["ADP, collectively bargained"].figures["nhces"] == 1  # the fitter, who was in the plan
    assert "ACP, collectively bargained" not in found


def test_another_class_counts_in_coverage_and_does_not_benefit() -> None:
    plant = {"excluded_classes": [{"reason": "other", "department": ["Plant"]}]}
    coverage = findings(run(plant, FIRM.drop("union")))["Coverage, deferrals"]

    assert (coverage.figures["nhces"], coverage.figures["nhce_percent"]) == (5, 80.0)  # all but the welder
    assert coverage.note == ""


def test_union_employees_within_the_plan_are_tested_apart() -> None:
    rule = {"union": True, "waiting_period_days": 10}
    found = findings(run({"classes": [rule]}))

    assert found["ADP"].figures["nhces"] == 3
    assert found["ADP, collectively bargained"].figures["nhces"] == 2


# --- waivers ----------------------------------------------------------------------------------------------------------

ALL_LEAVE: dict[str, Any] = {
    "simulation": {**STILL["simulation"], "end_year": 2025, "target_growth_rate": 0.0},
    "workforce": {"total_termination_rate": 0.5, "new_hire_termination_rate": 0.0},
}


@pytest.mark.parametrize(("cause", "given"), [("death", True), ("retirement", True), ("voluntary", False)])
def test_death_disability_and_retirement_waive_the_last_day_and_the_hours(cause: str, given: bool) -> None:
    causes = {"causes": [{"from": 0, cause: 1.0}], "month_weights": [1, *[0] * 11]}
    flat = {"kind": "flat", "rate": 0.03, "last_day": True, "minimum_hours": 1000, "minimum_service_years": 1}
    waived = flat | {"waived_for": ["death", "disability", "retirement"]}
    settings = {**STILL, **ALL_LEAVE, "terminations": causes, "eligibility": {"waiting_period_days": 0}}
    asked = ws.simulate({**settings, "plan": {"nonelective": flat}}, census=FIRM).snapshots
    result = ws.simulate({**settings, "plan": {"nonelective": waived}}, census=FIRM)
    free = result.snapshots

    gone = free.filter(pl.col("termination_date").is_not_null())
    assert gone["termination_cause"].to_list() == [cause] * 3
    assert asked["termination_cause"].null_count() == asked.height
    assert asked.filter(pl.col("termination_date").is_not_null())["nonelective_cents"].sum() == 0
    retired = str(ws.timeline(result, gone["employee_id"][0]))
    assert ("waives the last day and the hours" in retired) == given
    served = gone.filter(pl.col("hire_date") < D(2024, 1, 1))  # a year of service is not waived
    assert (served["nonelective_cents"] > 0).all() == given
    assert (
        gone.filter(pl.col("hire_date") >= D(2024, 2, 1), pl.col("termination_date") < D(2025, 2, 1))[
            "nonelective_cents"
        ].sum()
        == 0
    )
    assert served.height > 0


def test_a_waived_employee_could_get_a_match_in_the_acp_test() -> None:
    causes = {"causes": [{"from": 0, "death": 1.0}]}
    match = {"preset": "simple", "last_day": True}
    settings = {**STILL, **ALL_LEAVE, "terminations": causes, "eligibility": {"waiting_period_days": 0}}
    few, all_of_them = (
        findings(ws.simulate({**settings, "plan": {"match": one}}, census=FIRM))["ACP"].figures
        for one in (match, match | {"waived_for": ["death"]})
    )

    counts = [figures["hces"] + figures["nhces"] for figures in (few, all_of_them)]
    assert counts == [6, 9]  # three leave, and three are hired


# --- a run ------------------------------------------------------------------------------------------------------------

MOVING: dict[str, Any] = {
    **STILL,
    "simulation": {"start_year": 2025, "end_year": 2027, "target_growth_rate": 0.1},
    "workforce": {"total_termination_rate": 0.2, "new_hire_termination_rate": 0.2},
    "eligibility": {
        "excluded_classes": [
            {"reason": "union", "department": ["Sales"]},
            {"reason": "other", "department": ["Finance"]},
        ],
        "classes": [{"department": ["Technology"], "waiting_period_days": 0}],
    },
    "plan": {"match": {"last_day": True, "waived_for": ["retirement", "death"]}},
    "census": {"size": 60},
}


def test_a_run_goes_on_to_the_byte(tmp_path: Path) -> None:
    whole = assert_goes_on(MOVING, tmp_path)

    reasons = whole.snapshots["excluded_class"].unique().cast(pl.String).to_list()
    assert set(reasons) == {"none", "union", "other"}


def test_the_timeline_names_the_rule_of_the_class() -> None:
    late = FIRM.with_columns(hire_date=pl.lit(D(2024, 12, 10)), deferral_rate=pl.lit(0.0))
    told = str(ws.timeline(run({"classes": [{"union": True, "waiting_period_days": 60}]}, late), "welder"))

    assert "eligibility.classes[0].waiting_period_days" in told
    assert census_key("welder") > 0
