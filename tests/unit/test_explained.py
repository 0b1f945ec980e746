"""A figure explained, and what did not happen to somebody: examples by hand, and what is refused."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import workforce_sim as ws
from tests.support import census_of, configured
from tests.unit.test_timeline import RICH
from workforce_sim.cli.main import main
from workforce_sim.errors import RequestError
from workforce_sim.explaining.figure import explain
from workforce_sim.explaining.measured import MEASURES, RATIOS, account, rule
from workforce_sim.explaining.rebuilt import rebuilt, records, shared
from workforce_sim.explaining.worked.additions import Contributions
from workforce_sim.explaining.worked.one import One
from workforce_sim.explaining.worked.person import worked
from workforce_sim.explaining.worked.steps import exact

YEAR = 2025
STILL = {
    "workforce": {"total_termination_rate": 0.0, "new_hire_termination_rate": 0.0},
    "simulation": {"target_growth_rate": 0.0},
    "compensation": {"cola_rate": 0.0, "merit_pool": 0.0},
    "promotion": {"base_rate": 0.0},
    "enrollment": {"stop": 0.0, "change": {"probability": 0.0}, "conversion": 0.0, "election": 0.0}
    | {"auto_enrollment": {"enabled": False}},
}
"""Nobody comes or goes, and nothing changes."""
TENURE = [{"from": 0, "tiers": [{"up_to": 0.06, "rate": 0.5}]}, {"from": 3, "tiers": [{"up_to": 0.06, "rate": 1.0}]}]


def firm(plan: dict[str, Any] | None = None, **sections: Any) -> ws.Result:
    """Return a year of four employees: full-time, 30 to 60 years old, three of whom defer."""
    census = census_of(
        employee_id=["A", "B", "C", "D"],
        hire_date=[dt.date(2010, 1, 1), dt.date(2015, 1, 1), dt.date(2024, 7, 1), dt.date(2010, 1, 1)],
        birth_date=[dt.date(1969, 6, 1), dt.date(1989, 6, 1), dt.date(1994, 6, 1), dt.date(1979, 6, 1)],
        salary_cents=[10_000_000, 5_000_000, 7_300_000, 40_000_000],
        deferral_bp=[600, 400, 0, 1000],
        department=["Plant"] * 4,
    )
    config = configured(YEAR, **{**STILL, "plan": plan or {}, **sections})
    return ws.simulate(config, census=census)


def steps(found: Any) -> list[tuple[str, str, str]]:
    return [tuple(step) for part in found.worked.passages for step in part.steps]


def test_a_match_by_hand() -> None:
    found = explain(firm({"match": {"preset": "safe_harbor_basic"}}), "match", YEAR, employee="A")

    assert found.worked is not None
    assert found.worked.cents == found.worked.kept == 400_000
    listed = steps(found)
    assert ("100% of deferrals up to 3% of pay", "$0.00 to $3,000.00: 100% x $3,000.00", "$3,000.00") in listed
    assert ("50% of deferrals from 3% to 5% of pay", "$3,000.00 to $5,000.00: 50% x $2,000.00", "$1,000.00") in listed
    assert ("by the formula", "the sum, half up to the cent", "$4,000.00") in listed


def test_a_match_by_payroll_stops_where_a_limit_is_reached() -> None:
    """400,000 at 10%: deferrals stop at 23,500, so 235,000 of pay are matched at 3%."""
    match = {"tiers": [{"up_to": 0.06, "rate": 0.5}], "basis": "payroll"}
    found = explain(firm({"match": match}), "match", YEAR, employee="D")

    assert found.worked is not None
    assert found.worked.cents == found.worked.kept == 705_000
    how = "match 3% x $235,000.00 of pay, of $400,000.00: a limit is reached"
    assert ("payrolls January 1 to December 31, deferring 10%", how, "$7,050.00") in steps(found)


def test_section_415_is_told_with_what_it_cuts() -> None:
    plan = {"match": {"preset": "none"}, "nonelective": {"kind": "flat", "rate": 0.2}}
    found = explain(firm(plan), "nonelective", YEAR, employee="D")

    assert found.worked is not None
    assert found.worked.cents == found.worked.kept == 4_650_000  # 70,000 less 23,500 of deferrals
    assert ("cut off nonelective contributions", "", "$23,500.00") in steps(found)


def test_reallocated_forfeitures_are_part_of_the_cost_of_a_plan_without_nonelective_contributions() -> None:
    plan = {"match": {"preset": "simple"}, "forfeitures": "reallocate", "vesting": {"match": "cliff_3"}}
    leaving = {"total_termination_rate": 0.4, "new_hire_termination_rate": 0.4}
    result = ws.simulate(configured(YEAR, YEAR + 1, census={"size": 40}, plan=plan, workforce=leaving))
    got = result.snapshots.filter(pl.col("nonelective_cents") > 0, year=YEAR + 1)["employee_id"]

    found = explain(result, "net_employer_cost", YEAR + 1, employee=got[0])
    assert found.worked is not None
    assert found.worked.cents == found.worked.kept
    assert any(what == "share of reallocated forfeitures" for what, *_ in steps(found))


def test_parts_and_totals_of_a_ratio() -> None:
    found = explain(firm(), "participation", YEAR, by=["level", "hired"])

    assert found.measure == "participation_rate"
    assert found.totals == {"participants": 3, "eligible": 4}
    assert found.parts["hired"].rows() == [("existing employees", 4, 3, 4)]
    assert "3 / 4 = 75.00%" in str(found)


def test_the_example_is_nobody_of_the_run() -> None:
    found = explain(firm(), "match", YEAR)

    assert found.worked is None
    assert found.example is not None
    assert "nobody of the run: $156,000 a year" in found.example.name
    assert found.example.cents == 624_000  # 4% of 156,000, as 7% is deferred


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"measure": "mtch"}, "did you mean match"),
        ({"year": 2031}, "the run has 2025 to 2025 (asked for 2031)"),
        ({"employee": "Z"}, "no employee of this run has the id asked for"),
        ({"by": "salary"}, "by must be"),
        ({"replicate": 3}, "choose one of them"),
    ],
)
def test_what_there_is_not_is_said(asked: dict[str, Any], said: str) -> None:
    with pytest.raises(RequestError, match=said.replace("(", r"\(").replace(")", r"\)")):
        explain(firm(), **{"measure": "match", "year": YEAR, **asked})


def test_every_measure_has_a_rule_and_every_division_its_terms() -> None:
    derived = {name for name, found in MEASURES.items() if found.derived is not None}

    assert derived == {*RATIOS, "net_employer_cost_cents"}
    assert all(rule(name) for name in MEASURES)


def test_a_measure_that_the_run_lacks_has_no_figure() -> None:
    assert str(explain(firm(), "profit_sharing", YEAR)).startswith("Profit sharing, 2025: none in this run")


@pytest.mark.parametrize(
    ("cents", "per", "text"),
    [(12_345, 1, "$123.45"), (1, 10_000, "$0.000001"), (-150, 1, "-$1.50"), (8_357_986, 100, "$835.7986")],
)
def test_amounts_have_the_decimals_that_they_need(cents: int, per: int, text: str) -> None:
    assert exact(cents, per) == text


def test_the_command_prints_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = firm()
    result.write(tmp_path / "run")

    assert main(["run", "explain", str(tmp_path / "run"), "match", "2025", "--employee", "A", "--by", "hired"]) == 0
    assert capsys.readouterr().out == f"{explain(result, 'match', YEAR, by='hired', employee='A')}\n"


WAGES = {"roth_catch_up_wages": {2027: 60_000}}
SHARED = {
    "match": {"by_tenure": TENURE, "basis": "payroll", "compensation": "participating", "pay": "base"},
    "discretionary_match": {"tiers": [{"up_to": 0.04, "rate": 0.25}], "compensation": "participating"},
    "profit_sharing": {"kind": "pool", "pool": {"payroll_share": 0.03, "allocation": "integrated", "integrated": {}}},
    "vesting": {"match": "graded_6"},
    "forfeitures": "reallocate",
    "hce_deferral_limit": 0.05,
    "limits": {"overrides": {"annual_additions": {2027: 15_000}, "elective_deferral": {2027: 6_000}, **WAGES}},
}
OWN_ENTRY = {
    "match": {
        "preset": "simple",
        "basis": "payroll",
        "eligibility": {"waiting_period_years": 3},
        "minimum_hours": 1000,
    },
    "nonelective": {
        "kind": "integrated",
        "integrated": {"base_rate": 0.05, "excess_rate": 0.05},
        "annual_limit": 4_000,
    },
    "profit_sharing": {
        "kind": "age",
        "by_age": [{"from": 0, "rate": 0.01}],
        "excess": {"rate": 0.01},
        "last_day": True,
    },
    "roth": {"share": 0.5},
    "deferrals_stop_at_pay_limit": True,
    "limits": {"overrides": {"compensation": {2027: 80_000}, "annual_additions": {2027: 9_000}}},
}


@pytest.mark.parametrize("plan", [RICH["plan"], SHARED, OWN_ENTRY], ids=["simple", "shared", "own entry"])
def test_the_steps_of_everybody_end_in_the_snapshot_where_every_type_of_event_happens(plan: dict[str, Any]) -> None:
    result = ws.simulate({**RICH, "census": {"size": 80}, "plan": plan})
    whole = shared(rebuilt(result, 0, 2027, records(result, 0, 2027), account(result, 0, 2027)))

    for measure in ("payroll_cents", "deferral_cents", "net_employer_cost_cents"):
        ends = [worked(measure, whole, place, {}) for place in range(whole.staff.height)]
        assert [found.cents for found in ends] == [found.kept for found in ends]
        assert len({found.cents for found in ends}) > 40
    for place, person in enumerate(whole.records.people.iter_rows(named=True)):
        final = Contributions(One(whole, place)).final
        assert final == {name: person[name] for name in final}


# --- what did not happen ----------------------------------------------------------------------------------------------


def absent(result: ws.Result, who: str) -> list[tuple[str, str, str]]:
    """Return the lines of what did not happen to somebody: event, change, assumption."""
    kinds = pl.col("event").is_in(["not eligible", "past opt-out", "no catch-up"])
    return ws.timeline(result, who).frame.filter(kinds).select("event", "change", "assumption").rows()


def test_a_wait_that_is_not_over_is_told_with_its_day() -> None:
    ((event, change, because),) = absent(firm(eligibility={"waiting_period_days": 730}), "C")

    assert (event, change) == ("not eligible", "not yet; would enter on 2026-07-01")
    assert because.startswith("eligibility.waiting_period_days = 730 days (ends on 2026-07-01)")


def test_exclusions_are_told() -> None:
    by_chance = firm(eligibility={"excluded_share": 1.0})
    of_class = firm(eligibility={"excluded_classes": [{"reason": "other", "department": ["Plant"]}]})

    assert absent(by_chance, "C")[0][1:] == (
        "excluded from the plan",
        "eligibility.excluded_share = 100% (of employees, drawn once: among them)",
    )
    assert absent(of_class, "C")[0][2] == "eligibility.excluded_classes = other (class of the employee)"


def test_too_few_hours_are_told() -> None:
    census = census_of(
        employee_id=["P"],
        hire_date=[dt.date(2015, 1, 1)],
        birth_date=[dt.date(1980, 1, 1)],
        salary_cents=[2_000_000],
        full_time_ppm=[200_000],
        deferral_bp=[0],
    )
    hours = {"service": {"method": "hours"}, "waiting_period_years": 1, "long_term_part_time": {"enabled": False}}
    result = ws.simulate(configured(YEAR, **{**STILL, "eligibility": hours}), census=census)

    assert absent(result, "P") == [
        ("not eligible", "too few hours of service", "eligibility.service.hours = 1,000 (416 hours a year)")
    ]


def test_a_past_opt_out_is_told() -> None:
    enrolling = STILL["enrollment"] | {"auto_enrollment": {"hire_date_cutoff": dt.date(2020, 1, 1)}}
    waits = {"waiting_period_days": 0}
    found = absent(firm(eligibility=waits, enrollment=enrolling), "C")

    assert [line[:2] for line in found] == [("past opt-out", "no automatic enrollment")]
    assert found[0][2].startswith(
        "enrollment.auto_enrollment.unknown_opt_outs = opted_out (due 45 days after 2024-07-01"
    )


def test_no_catch_up_is_told_with_its_reason() -> None:
    assert absent(firm(), "D") == [
        (
            "no catch-up",
            "46 on December 31; it begins at 50",
            "plan.limits = $23,500.00 (most that may be deferred: reached)",
        )
    ]
    assert absent(firm(), "A") == []
