"""What changes from a year on: the example of the chapter, and what a change means for those already there."""

from __future__ import annotations

import datetime as dt
import io
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from tests.property.test_partitions import given_in_parts
from tests.support import fast, few
from tests.support_store import hashes
from tests.unit.small_plans import drawing, leaving_on, person, rates, scenario, snapshots
from workforce_sim import (
    Result,
    explain_change,
    nondiscrimination,
    plan_warnings,
    read_run,
    simulate,
    synthetic_census,
)
from workforce_sim.census.completion import complete
from workforce_sim.config import read_config, with_changes
from workforce_sim.draws import Stream
from workforce_sim.tables.output import Tables

PAGE = (Path(__file__).parents[2] / "docs/model/amendments.md").read_text(encoding="utf-8")
AUTOMATIC = {"enabled": True, "window_days": 30, "default_deferral_rate": 0.04, "opt_out": 0.0}
OFF = {"enabled": False}


def block(kind: str, place: int = 0) -> str:
    return re.findall(rf"```{kind}\n(.*?)```", PAGE, flags=re.DOTALL)[place]


def years(first: int, then: Any, before: Any) -> dict[int, Any]:
    """A value until a year, and another from it on."""
    return {2025: before, first: then}


def dates(tables: Tables, column: str) -> list[tuple[int, str | None]]:
    return [(year, value and value.isoformat()) for year, value in snapshots(tables, "year", column)]


# --- the example ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def example() -> Result:
    census = pl.read_csv(io.StringIO(block("csv")), try_parse_dates=True)
    return simulate(yaml.safe_load(block("yaml", 1)), census=census)


def of(result: Result, who: str, *columns: str) -> list[tuple[Any, ...]]:
    return result.snapshots.filter(pl.col("employee_id") == who).sort("year").select(columns).rows()


def test_the_example_of_the_chapter_is_right_to_the_cent(example: Result) -> None:
    deferred = pl.col("pre_tax_cents") + pl.col("roth_cents")
    rows = example.snapshots.with_columns(deferred=deferred).sort("employee_id", "year")
    money = rows.select("employee_id", "year", "deferred", "match_cents", "nonelective_cents").rows()

    assert money == [
        ("A-1", 2025, 240_000, 120_000, 0),
        ("A-1", 2026, 240_000, 120_000, 180_000),
        ("A-1", 2027, 240_000, 120_000, 180_000),
        ("A-2", 2025, 0, 0, 0),
        ("A-2", 2026, 183_562, 91_781, 150_000),
        ("A-2", 2027, 200_000, 100_000, 150_000),
        ("A-3", 2025, 0, 0, 0),
        ("A-3", 2026, 146_849, 73_425, 120_000),
        ("A-3", 2027, 160_000, 80_000, 120_000),
        ("A-4", 2025, 0, 0, 0),
        ("A-4", 2026, 0, 0, 135_000),
        ("A-4", 2027, 0, 0, 135_000),
    ]
    assert all(amount in PAGE for amount in ("1,835.62", "917.81", "1,468.49", "734.25"))


def test_the_example_of_the_chapter_has_its_dates_and_vested_shares(example: Result) -> None:
    day = dt.date(2026, 1, 31)

    assert [row[0] for row in of(example, "A-3", "eligibility_date")] == [None, *[dt.date(2026, 1, 1)] * 2]
    assert of(example, "A-3", "enrollment_date") == of(example, "A-2", "enrollment_date") == [(None,), (day,), (day,)]
    assert of(example, "A-4", "enrollment_date") == [(None,)] * 3
    shares = ("vested_share_match_bp", "vested_share_nonelective_bp")
    assert of(example, "A-2", *shares) == [(7500, 4000), (10_000, 6000), (10_000, 8000)]
    assert of(example, "A-3", *shares) == [(2500, 0), (2500, 2000), (4000, 4000)]


def test_what_changed_between_two_years_adds_up(example: Result) -> None:
    found = explain_change(example, "net_employer_cost", 2025, 2026)

    assert sum(found.drivers["cents"]) == found.second - found.first


# --- eligibility ------------------------------------------------------------------------------------------------------

WAITS = {"waiting_period_days": 0, "minimum_age": 0, "waiting_period_years": 2}


def test_a_shorter_wait_lets_in_on_january_1_at_the_earliest() -> None:
    firm = scenario(
        person(hire_date="2024-06-01"),
        person(hire_date="2024-11-20"),
        end=2026,
        eligibility=years(2026, {**WAITS, "waiting_period_years": 1, "entry": "monthly"}, WAITS),
    )
    tables = fast(firm)

    assert dates(tables, "eligibility_date") == [(2025, None)] * 2 + [(2026, "2026-01-01")] * 2


def test_a_longer_wait_delays_only_those_who_have_not_entered() -> None:
    short, longer = {**WAITS, "waiting_period_years": 1}, {**WAITS, "waiting_period_years": 3}
    firm = scenario(
        person(hire_date="2024-06-01"),
        person(hire_date="2024-12-31"),
        end=2027,
        eligibility=years(2026, {**longer, "waiting_period_days": 1}, {**short, "waiting_period_months": 6}),
    )

    found = dates(fast(firm), "eligibility_date")
    assert found[::2] == [(2025, "2025-12-01"), (2026, "2025-12-01"), (2027, "2025-12-01")]
    assert found[1::2] == [(2025, None), (2026, None), (2027, "2027-12-31")]  # 2026-06-30 by the old rules


def test_the_excluded_stay_so() -> None:
    firm = scenario(
        person(excluded=True),
        end=2026,
        eligibility=years(2026, {**WAITS, "waiting_period_years": 0}, WAITS),
    )

    assert dates(fast(firm), "eligibility_date") == [(2025, None), (2026, None)]


# --- automatic enrollment ---------------------------------------------------------------------------------------------


def automatic(tables: Tables) -> list[tuple[str, str, str | None]]:
    return [(date, kind, cause) for date, kind, cause, _, _ in rates(tables)]


def test_all_who_were_never_asked_are_enrolled_once_where_the_plan_begins_to() -> None:
    firm = scenario(
        person(),
        person(opted_out=True),
        person(opted_out=False),
        end=2028,
        enrollment={
            "auto_enrollment": {2025: OFF, 2026: {**AUTOMATIC, "scope": "all_eligible"}, 2027: OFF, 2028: AUTOMATIC}
        },
    )

    assert automatic(fast(firm)) == [("2026-01-31", "enrollment", "automatic")] * 2


def test_with_new_hires_alone_the_cutoff_says_who_is_enrolled() -> None:
    rule = {**AUTOMATIC, "hire_date_cutoff": "2020-01-01"}
    firm = scenario(
        person(hire_date="2019-12-31"),
        person(hire_date="2020-01-01"),
        end=2026,
        enrollment={"auto_enrollment": years(2026, rule, OFF)},
    )

    assert [row[:2] for row in automatic(fast(firm))] == [("2026-01-31", "enrollment")]


def test_a_pending_automatic_date_is_lost_where_automatic_enrollment_ends() -> None:
    firm = scenario(
        person(hire_date="2024-12-31", opted_out=False),
        end=2027,
        eligibility={"waiting_period_days": 365, "minimum_age": 0},
        enrollment={"auto_enrollment": {2025: AUTOMATIC, 2026: OFF, 2027: AUTOMATIC}},
    )

    assert automatic(fast(firm)) == [("2027-01-31", "enrollment", "automatic")]


def test_who_opted_out_is_not_asked_again_under_other_rules() -> None:
    everybody = {**AUTOMATIC, "scope": "all_eligible"}
    firm = scenario(
        person(),
        end=2027,
        enrollment={"auto_enrollment": {2025: {**everybody, "opt_out": 1.0}, 2026: OFF, 2027: everybody}},
    )

    assert automatic(fast(firm)) == [("2025-01-31", "opt_out", None)]


def test_who_was_due_before_the_start_is_not_asked_later() -> None:
    new_hires = {**AUTOMATIC, "hire_date_cutoff": "2015-01-01"}
    firm = scenario(
        person(),
        end=2026,
        enrollment={
            "auto_enrollment": years(2026, {**new_hires, "scope": "all_eligible", "window_days": 10}, new_hires)
        },
    )

    assert automatic(fast(firm)) == []


def test_who_once_took_part_is_not_asked() -> None:
    firm = scenario(
        person(deferral_bp=500),
        end=2026,
        enrollment={"stop": 1.0, "auto_enrollment": years(2026, {**AUTOMATIC, "scope": "all_eligible"}, OFF)},
    )

    assert [row[1] for row in automatic(fast(firm))] == ["stop"]


def test_an_automatic_date_moves_with_the_entry() -> None:
    firm = scenario(
        person(hire_date="2024-06-01"),
        end=2026,
        eligibility=years(2026, {**WAITS, "waiting_period_years": 1}, WAITS),
        enrollment={"auto_enrollment": AUTOMATIC},
    )

    assert automatic(fast(firm)) == [("2026-01-31", "enrollment", "automatic")]


def test_another_default_rate_is_for_those_enrolled_from_then_on() -> None:
    everybody = {**AUTOMATIC, "scope": "all_eligible"}
    firm = scenario(
        person(),
        person(hire_date="2024-12-31"),
        end=2027,
        eligibility={"waiting_period_years": 2, "minimum_age": 0},
        enrollment={"auto_enrollment": years(2026, {**everybody, "default_deferral_rate": 0.06}, everybody)},
    )

    assert [row[-2:] for row in rates(fast(firm))] == [(0, 400), (0, 600)]
    assert [row[0] for row in snapshots(fast(firm), "deferral_bp")][-2:] == [400, 600]


# --- what happens in a year -------------------------------------------------------------------------------------------


def test_escalation_that_begins_later_is_for_those_who_follow() -> None:
    on = {"enabled": True, "declining_share": 0.0}
    firm = scenario(
        person(),
        person(deferral_bp=300, hire_date="2010-01-01"),
        end=2027,
        enrollment={
            "auto_enrollment": {**AUTOMATIC, "scope": "all_eligible"},
            "escalation": years(2027, on, {**on, "enabled": False}),
        },
    )

    assert [row for row in rates(fast(firm)) if row[1] == "escalation"] == [
        ("2027-01-01", "escalation", None, 400, 500)
    ]


def test_who_declines_at_one_share_declines_at_a_higher_one() -> None:
    (who,) = drawing({(Stream.DECLINES_ESCALATION, 0): (0.2, 0.3)})
    on = {"enabled": True, "scope": "all", "delay_years": 0}
    firm = scenario(
        person(employee_id=who, deferral_bp=300),
        end=2027,
        enrollment={"escalation": {**on, "declining_share": {2025: 0.1, 2026: 0.4, 2027: 0.2}}},
    )

    assert [row[0] for row in rates(fast(firm))] == ["2025-01-01", "2027-01-01"]


def test_a_key_by_year_holds_from_january_1() -> None:
    firm = scenario(
        person(birth_date="1960-01-01", deferral_bp=4000),
        end=2027,
        plan={"catch_up": {2025: False, 2027: True}, "roth": {2025: {"share": 0.0}, 2026: {"share": 1.0}}},
    )

    rows = snapshots(fast(firm), "catch_up_cents", "pre_tax_cents", "roth_cents")
    assert [row[0] > 0 for row in rows] == [False, False, True]
    assert [(row[1] > 0, row[2] > 0) for row in rows] == [(True, False), (False, True), (False, True)]


def test_forfeitures_are_used_as_the_year_says() -> None:
    leaver = leaving_on("2025-06-01", hire_date="2024-06-02", match_balance_cents=100_000)
    firm = scenario(
        leaver,
        person(),
        end=2026,
        plan={"vesting": {"match": "cliff_3"}, "forfeitures": {2025: "offset", 2026: "expenses"}},
    )

    used = fast(firm).summary.sort("year")["forfeitures_used_cents"].to_list()
    assert used == [0, 100_000]


# --- vesting ----------------------------------------------------------------------------------------------------------


def vested(*people: dict[str, Any], end: int = 2027, **vesting: Any) -> list[int]:
    firm = scenario(*people, end=end, plan={"vesting": vesting})
    return [share for (share,) in snapshots(fast(firm), "vested_share_match_bp")]


def test_with_three_years_the_old_schedule_goes_on() -> None:
    """At 3 years on January 1, 2026."""
    assert vested(person(hire_date="2023-01-01"), match=years(2026, "graded_6", "graded_4")) == [5000, 7500, 10_000]


def test_with_less_what_was_vested_stays() -> None:
    """At 2 years on January 1, 2026; anniversaries are on January 2."""
    assert vested(person(hire_date="2023-01-02"), match=years(2026, "graded_6", "graded_4")) == [5000, 5000, 6000]


def test_a_faster_schedule_holds_for_everybody() -> None:
    assert vested(person(hire_date="2023-01-02"), match=years(2026, "immediate", "cliff_3")) == [0, 10_000, 10_000]


def test_each_of_two_changes_takes_nothing_away() -> None:
    schedule = {2025: "graded_4", 2026: "graded_6", 2027: [0, 0, 0, 0.1, 1]}
    assert vested(person(hire_date="2024-02-01"), match=schedule) == [2500, 2500, 2500]
    assert vested(person(hire_date="2022-02-01"), match=schedule) == [7500, 10_000, 10_000]


def test_who_is_fully_vested_by_age_stays_so() -> None:
    firm = scenario(
        person(hire_date="2024-12-31", birth_date="1963-06-01"),
        end=2027,
        plan={"vesting": {"match": "graded_6", "normal_retirement_age": years(2026, 70, 62)}},
    )
    young = scenario(
        person(hire_date="2024-12-31", birth_date="1964-06-01"),
        end=2027,
        plan={"vesting": {"match": "graded_6", "normal_retirement_age": years(2026, 70, 62)}},
    )

    assert [row[0] for row in snapshots(fast(firm), "vested_share_match_bp")] == [10_000] * 3
    assert [row[0] for row in snapshots(fast(young), "vested_share_match_bp")] == [0, 2000, 4000]


# --- match response ---------------------------------------------------------------------------------------------------


def moved(*people: dict[str, Any], end: int = 2025, match: Any = None, **response: Any) -> list[tuple[Any, ...]]:
    firm = scenario(
        *people, end=end, enrollment={"match_response": response}, plan={"match": match or {"preset": "simple"}}
    )
    return [row[3:] for row in rates(fast(firm))]


def test_in_the_first_year_they_respond_to_the_match_before() -> None:
    low, high = person(deferral_bp=300), person(deferral_bp=900)

    assert moved(low, high, below=1.0, above=1.0, before="none") == [(300, 600), (900, 600)]
    assert moved(low, high, below=1.0, above=1.0, before=[{"up_to": 0.05, "rate": 1.0}]) == [(300, 600), (900, 600)]
    assert moved(low, high, below=1.0, above=1.0, before="simple") == []
    assert moved(low, high, below=1.0, above=1.0) == []


def test_they_move_a_share_of_the_way_half_up() -> None:
    """300 bp up and 301 bp down."""
    low, high = person(deferral_bp=300), person(deferral_bp=901)

    assert moved(low, high, below=1.0, above=1.0, before="none", move=0.5) == [(300, 450), (901, 750)]
    assert moved(low, high, below=1.0, above=1.0, before="none", move=0.001) == []


def test_the_way_ends_at_the_highest_rate_that_can_be_set() -> None:
    firm = scenario(
        person(deferral_bp=200),
        enrollment={"match_response": {"below": 1.0, "before": "none", "move": 0.5}, "max_deferral": 0.04},
        plan={"match": {"preset": "simple"}},
    )

    assert [row[3:] for row in rates(fast(firm))] == [(200, 300)]


def test_a_plan_by_year_is_responded_to() -> None:
    plan = {2025: {"match": {"preset": "simple"}}, 2026: {"match": {"preset": "stretch"}}}
    firm = scenario(person(deferral_bp=600), end=2026, enrollment={"match_response": {"below": 1.0}}, plan=plan)

    assert [row[:3] for row in rates(fast(firm))] == [("2026-01-01", "rate_change", "match_response")]


# --- the run ----------------------------------------------------------------------------------------------------------


def test_tests_and_warnings_are_by_the_rules_of_the_year() -> None:
    harbor = {2025: {"preset": "simple"}, 2026: {"preset": "safe_harbor_basic"}}
    firm = scenario(person(deferral_bp=500), person(deferral_bp=500), end=2026, plan={"match": harbor})
    config = with_changes(firm.config, {"plan.vesting": {"match": {2025: "immediate", 2026: "cliff_3"}}})
    result = simulate(config, census=firm.census)

    assert nondiscrimination(result, 2026).tests[0].section == "401(k)(3)"
    assert any("plan.vesting.match: safe-harbor" in warning for warning in plan_warnings(config))
    assert not any("plan.vesting.match" in warning for warning in plan_warnings(config.at(2025)))


EVERYTHING = {
    "eligibility": {2025: {"waiting_period_years": 2}, 2026: {"waiting_period_days": 90, "entry": "quarterly"}},
    "enrollment.auto_enrollment": {
        2025: {"enabled": False},
        2027: {"scope": "all_eligible", "default_deferral_rate": 0.03},
    },
    "enrollment.escalation.declining_share": {2025: 0.5, 2028: 0.0},
    "plan": {
        2025: {"match": {"preset": "simple"}, "vesting": {"match": "graded_4"}},
        2027: {"match": {"preset": "stretch"}, "vesting": {"match": "graded_6"}, "testing": {"top_paid_group": True}},
    },
}


def amended(end: int = 2028) -> Any:
    return with_changes(read_config(), {**EVERYTHING, "simulation.end_year": end})


@pytest.mark.parametrize("first", few([2025, 2026, 2027], 3))
def test_a_run_is_extended_as_if_it_had_been_asked_for_at_once(first: int, tmp_path: Path) -> None:
    census = synthetic_census(60, seed=5)
    for end in (first, 2028):
        simulate(amended(end), census=census, out=tmp_path / "run")
    simulate(amended(), census=census, out=tmp_path / "whole")

    assert hashes(tmp_path / "run") == hashes(tmp_path / "whole")
    assert read_run(tmp_path / "run").config == amended()


@pytest.mark.parametrize("replicates", [(0,), (0, 3)])
def test_partitions_and_batches_change_nothing(replicates: tuple[int, ...]) -> None:
    opening = complete(synthetic_census(60, seed=5), amended())
    found = {given_in_parts(amended(), opening, rows, replicates, in_order=False) for rows in (7, 1_000)}

    assert len(found) == 1


def test_a_run_without_changes_has_no_more_columns() -> None:
    config = read_config()
    assert config.at(2027) is config
    assert config.versions == (config,)
    assert with_changes(config, {"plan.catch_up": {2025: True}}).at(2027) == config
