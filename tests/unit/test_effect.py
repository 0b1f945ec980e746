"""What is said of settings that have no effect, or less than they ask for: in a run, and in a check before it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from workforce_sim import load_config, simulate
from workforce_sim.census.synthetic import LEVELS, synthetic_census
from workforce_sim.cli.main import main
from workforce_sim.config import Config, with_changes
from workforce_sim.config.drawing import drawing
from workforce_sim.config.effect.notes import effect_notes

NOT_ABOVE = "% is not above the rate of automatic enrollment"
SMALL = {"census.size": 60, "simulation.end_year": 2027}


def configured(**changes: Any) -> Config:
    """The documented configuration of a small firm with other values, ``__`` for the dots of their keys."""
    return with_changes(load_config(), SMALL | {key.replace("__", "."): value for key, value in changes.items()})


def notes(**changes: Any) -> tuple[str, ...]:
    """What is said of the effect of settings; the same as a note of a run and as a line of a check."""
    config = configured(**changes)
    found = effect_notes(drawing(config), 0)
    run = [note for note in simulate(config).notes if note in found]
    assert run == list(found)
    return found


def idle(**changes: Any) -> dict[str, str]:
    """The keys that have no effect, and why."""
    found = (note.split(": no effect, because ") for note in notes(**changes) if ": no effect, because " in note)
    return {key: why for keys, why in found for key in keys.split(", ")}


def test_of_the_documented_configuration_and_of_the_example_nothing_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert notes() == ()
    example = Path("src/workforce_sim/config/simulation_config.yaml")
    assert main(["config", "check", str(example)]) == 0
    assert capsys.readouterr().out == f"{example}: good; 2025 to 2029, seed 42, census: synthetic, 10,000 employees\n"


def test_escalation_of_those_enrolled_automatically_has_no_effect_where_nobody_is() -> None:
    found = idle(enrollment__auto_enrollment__enabled=False, enrollment__escalation__increment=0.02)
    assert found.keys() == {"enrollment.escalation.enabled", "enrollment.escalation.increment"}
    assert "set enrollment.escalation.scope to all" in found["enrollment.escalation.enabled"]
    off = {"enrollment__auto_enrollment__enabled": False}
    assert idle(**off).keys() == {"enrollment.escalation.enabled"}  # on by default, and nobody would know
    assert idle(**off, enrollment__escalation__enabled=False) == {}
    assert idle(**off, enrollment__escalation__scope="all") == {}


@pytest.mark.parametrize(
    ("match", "why"),
    [
        ({"preset": "none"}, "the same in all years"),
        ({"preset": "simple"}, "the same in all years"),
        ({2025: {"preset": "simple"}, 2028: {"preset": "tiered"}}, "the same in all years"),  # after the last year
        ({2025: {"preset": "simple"}, 2026: {"tiers": [{"up_to": 0.06, "rate": 0.5}]}}, "the same in all years"),
        ({2025: {"preset": "simple"}, 2026: {"preset": "none"}}, "changes to a formula that matches nothing"),
    ],
)
def test_a_response_to_a_match_that_does_not_change_has_no_effect(match: Any, why: str) -> None:
    assert why in idle(plan__match=match, enrollment__match_response__below=0.5)["enrollment.match_response.below"]


@pytest.mark.parametrize("after", ["simple", "stretch"])
def test_a_response_to_a_match_that_begins_has_an_effect(after: str) -> None:
    match = {2025: {"preset": "none"}, 2026: {"preset": after}}
    changes = {"plan__match": match, "enrollment__match_response__below": 1.0}
    assert idle(**changes) == {}
    assert simulate(configured(**changes)).events.filter(cause="match_response").height > 0


def test_a_default_rate_above_the_highest_acts_as_that() -> None:
    found = notes(enrollment__auto_enrollment__default_deferral_rate=0.2, enrollment__max_deferral=0.15)
    assert found == (
        "enrollment.auto_enrollment.default_deferral_rate: 20% is limited to 15% by enrollment.max_deferral",
        f"enrollment.escalation.cap: 10{NOT_ABOVE}, 15%: employees enrolled at that rate are never escalated",
    )
    found = notes(enrollment__max_deferral=0.03)
    assert [note.split(":")[0] for note in found] == [
        "enrollment.auto_enrollment.default_deferral_rate",
        "enrollment.escalation.cap",
        "enrollment.deferral_rates",
        "enrollment.escalation.cap",
    ]
    assert notes(enrollment__auto_enrollment__default_deferral_rate=0.09) == ()


def test_a_promotion_beyond_its_cap_acts_as_that() -> None:
    found = notes(promotion__max_increase=0.1)
    assert found == ("promotion.increase: up to 12% is limited to 10% by promotion.max_increase",)


def test_the_factor_of_a_promotion_out_of_the_highest_level_is_told_of() -> None:
    levels = [{"name": name, "promotion_factor": 2.0} for name in LEVELS]
    (note,) = notes(workforce__levels=levels)
    assert note.startswith("workforce.levels[].promotion_factor: no effect for the highest level")
    assert notes(workforce__levels=[*levels[:-1], {"name": LEVELS[-1]}]) == ()


def test_vesting_of_money_that_is_not_paid_acts_on_balances_alone() -> None:
    found = notes(plan__match={"preset": "none"}, plan__vesting__match="graded_6", plan__annual_return=0.05)
    assert [note.split(":")[0] for note in found] == ["plan.vesting.match", "plan.annual_return"]
    assert all("only to balances in the census" in note for note in found)


@pytest.mark.parametrize(
    ("changes", "keys"),
    [
        ({"plan__enabled": False, "plan__match": {"preset": "simple"}}, {"plan.match.preset"}),
        ({"plan__enabled": False, "eligibility__minimum_age": 18}, {"eligibility.minimum_age"}),
        ({"plan__enabled": False, "plan__testing__method": "prior"}, {"plan.testing.method"}),
        ({"hiring__part_time_hours": 500}, {"hiring.part_time_hours"}),
        ({"promotion__base_rate": 0.0, "promotion__minimum_tenure": 3}, {"promotion.minimum_tenure"}),
        ({"compensation__cola_rate": 0.0, "compensation__cola_date": "07-01"}, {"compensation.cola_date"}),
        ({"compensation__merit_pool": 0.0, "compensation__merit_date": "07-01"}, {"compensation.merit_date"}),
        ({"plan__roth": {"available": False, "share": 0.3}}, {"plan.roth.share"}),
        ({"plan__catch_up": False, "plan__super_catch_up": False}, {"plan.super_catch_up"}),
        ({"plan__forfeitures": "expenses"}, {"plan.forfeitures"}),
        ({"plan__vesting__normal_retirement_age": 60}, {"plan.vesting.normal_retirement_age"}),
        ({"plan__limits__wage_growth": 0.05}, {"plan.limits.wage_growth"}),
        ({"plan__limits__inflation": 0.05, "simulation__end_year": 2026}, {"plan.limits.inflation"}),
        ({"plan__match": {"preset": "none", "last_day": True}}, {"plan.match.last_day"}),
        ({"plan__nonelective__last_day": True}, {"plan.nonelective.last_day"}),
        ({"enrollment__change": {"probability": 0.0, "step": 0.03}}, {"enrollment.change.step"}),
        ({"census__date_format": "%d/%m/%Y"}, {"census.date_format"}),
        ({"uncertainty__year_effects__terminations": 0.2}, {"uncertainty.year_effects.terminations"}),
        (
            {
                "workforce__headcount": "stochastic",
                "terminations__rates": [{"age_from": 0, "tenure_from": 0, "value": 0.1}],
            },
            {"workforce.total_termination_rate"},
        ),
        ({"simulation__target_growth_rate": -0.2, "hiring__pay": "uniform"}, {"hiring.pay"}),
        (
            {"workforce__levels": [{"name": "Staff", "minimum": 1, "midpoint": 50_000, "maximum": 900_000}]},
            {"workforce.levels[].midpoint"},
        ),
    ],
)
def test_a_key_that_another_key_switches_off_is_told_of(changes: dict[str, Any], keys: set[str]) -> None:
    assert idle(**changes).keys() == keys


def test_keys_that_have_no_effect_for_one_reason_are_one_note() -> None:
    (note,) = notes(plan__enabled=False, plan__catch_up=False, enrollment__stop=0.5, eligibility__entry="annual")
    assert note == ("eligibility.entry, enrollment.stop, plan.catch_up: no effect, because plan.enabled is false")


def test_a_list_that_has_no_effect_is_named_and_not_its_rows() -> None:
    table = [{"age_from": 0, "pay_from": 0, "value": 0.5}]
    found = idle(enrollment__auto_enrollment__opt_out=table, enrollment__auto_enrollment__enabled=False)
    assert found.keys() == {"enrollment.auto_enrollment.opt_out", "enrollment.escalation.enabled"}


def test_years_of_a_table_that_the_run_does_not_come_to_are_told_of() -> None:
    assert notes(compensation__cola_rate={2019: 0.01, 2024: 0.02, 2026: 0.03, 2030: 0.04}) == (
        "compensation.cola_rate: no effect in 2019, 2030: the run covers 2025 to 2027",
    )
    overrides = {"elective_deferral": {2023: 20_000, 2024: 23_000, 2027: 25_000, 2028: 26_000}}
    assert notes(plan__limits__overrides=overrides) == (
        "plan.limits.overrides.elective_deferral: no effect in 2023, 2028: the run covers 2025 to 2027",
    )
    assert notes(plan__match={2025: {"preset": "simple"}, 2031: {"preset": "qaca"}}) == (
        "plan.match: no effect in 2031: the run covers 2025 to 2027",
    )


POOL = {"dollars": 50_000.0, "interest": 0.05}
EQUAL, AGE_WEIGHTED = ({"kind": "pool", "pool": {**POOL, "allocation": how}} for how in ("equal", "age_weighted"))
DAYS, YEARS = ({"waiting_period_days": 400, **years} for years in ({}, {"waiting_period_years": 1}))


@pytest.mark.parametrize(
    ("section", "before", "after", "key"),
    [
        ("plan__profit_sharing", EQUAL, AGE_WEIGHTED, "plan.profit_sharing.pool.interest"),
        ("plan__nonelective__eligibility", YEARS, DAYS, "plan.nonelective.eligibility.waiting_period_days"),
        (
            "plan__match",
            *({"preset": "simple", "eligibility": own} for own in (YEARS, DAYS)),
            "plan.match.eligibility.waiting_period_days",
        ),
        ("plan__profit_sharing", EQUAL, AGE_WEIGHTED, "plan.vesting.normal_retirement_age"),
    ],
)
def test_a_key_that_has_an_effect_in_a_later_year_is_not_told_of(
    section: str, before: dict[str, Any], after: dict[str, Any], key: str
) -> None:
    beside = {"plan__vesting__normal_retirement_age": 60, "plan__nonelective__kind": "flat"}
    beside |= {"plan__nonelective__rate": 0.02}

    assert key in idle(**beside, **{section: before})
    assert key not in idle(**beside, **{section: {2025: before, 2026: after}})


def test_a_limit_that_nothing_looks_at_is_told_of() -> None:
    found = idle(plan__limits__overrides={"wage_base": {2025: 180_000}, "compensation": {2025: 300_000}})
    assert found.keys() == {"plan.limits.overrides.wage_base"}


def test_an_uncertain_key_that_has_no_effect_is_told_of() -> None:
    entry = {"key": "hiring.part_time_hours", "uniform": [500, 1500]}
    assert notes(uncertainty__assumptions=[entry])[-1] == (
        "uncertainty.assumptions: hiring.part_time_hours: no effect, because hiring.part_time_share is 0"
    )


# --- headcount that is to shrink --------------------------------------------------------------------------------------

STOCHASTIC = {"workforce__headcount": "stochastic"}


@pytest.mark.parametrize(("growth", "target"), [(-0.12, "68.1%"), (-0.2, "51.2%"), ({2025: -0.2}, "51.2%")])
def test_a_headcount_that_shrinks_faster_than_people_leave_lays_nobody_off(growth: Any, target: str) -> None:
    (note,) = notes(simulation__target_growth_rate=growth, **STOCHASTIC)
    assert note.startswith("simulation.target_growth_rate: -")
    assert (
        "in 2025 causes no reductions in force, because workforce.headcount is stochastic; "
        "nobody is hired, and 12% are expected to terminate"
    ) in note
    assert f"expect about 68.1% of the opening headcount (target: {target})" in note


def test_the_headcount_that_is_expected_is_what_many_runs_come_to() -> None:
    config = configured(simulation__target_growth_rate={2025: 0.03, 2026: -0.3}, **STOCHASTIC, census__size=4000)
    (note,) = effect_notes(drawing(config), 0)
    closing = simulate(config).summary["headcount_closing"][-1] / 4000
    assert "in 2026" in note
    assert "about 79.8% of" in note
    assert closing == pytest.approx(0.798, abs=0.02)


def test_of_a_headcount_that_people_who_leave_make_room_for_nothing_is_said() -> None:
    assert notes(simulation__target_growth_rate=-0.05, **STOCHASTIC) == ()
    assert notes(simulation__target_growth_rate=-0.2) == ()


def test_with_rates_as_given_it_is_said_who_decides_how_many_leave() -> None:
    rates = [{"age_from": 0, "tenure_from": 0, "value": 0.1}]
    *_, note = notes(simulation__target_growth_rate=-0.2, terminations__rates=rates, **STOCHASTIC)
    assert "headcount falls only by terminations at terminations.rates" in note


def test_a_check_says_it_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sections = {
        "simulation": {"start_year": 2025, "end_year": 2026, "target_growth_rate": -0.2},
        "workforce": {"total_termination_rate": 0.12, "headcount": "stochastic"},
        "hiring": {"part_time_hours": 900},
        "random_seed": 1,
    }
    file = tmp_path / "config.yaml"
    file.write_text(json.dumps(sections), encoding="utf-8")
    assert main(["config", "check", str(file)]) == 0
    out = capsys.readouterr().out
    assert f"{file}: hiring.part_time_hours: no effect, because hiring.part_time_share is 0\n" in out
    assert f"{file}: simulation.target_growth_rate: -20% in 2025 causes no reductions in force" in out


def test_the_size_of_a_synthetic_census_has_no_effect_beside_a_path(tmp_path: Path) -> None:
    census = synthetic_census(60)
    found = simulate(configured(census__size=70, census__id_prefix="A-"), census=census).notes
    assert not [note for note in found if "census." in note]  # a census in place of the configuration's is no surprise
    census.frame.select("employee_id", "hire_date", "salary_cents").write_parquet(tmp_path / "c.parquet")
    config = configured(census__path=str(tmp_path / "c.parquet"), census__size=70)
    assert [note for note in effect_notes(drawing(config), 0) if note.startswith("census.size: no effect")]
