"""A configuration of the database pipeline that came before, translated: nothing is lost without a word."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from workforce_sim import load_config, simulate
from workforce_sim.cli.main import main
from workforce_sim.config import Config
from workforce_sim.config.migrate import MOVES, SWITCHES, migrated

OLD = """\
scenario_id: base
simulation: {start_year: 2025, end_year: 2029, target_growth_rate: 0.03, random_seed: 7}
workforce: {total_termination_rate: 0.12, new_hire_termination_rate: 0.25}
compensation: {cola_rate: 0.02, merit_budget: 0.035, promotion_increase: 0.125}
enrollment:
  auto_enrollment: {default_deferral_rate: 0.02, opt_out_grace_period: 30, opt_out_rates: {target: 0.09}}
  match_magnet: {enabled: false, snap_probability: 0.45}
employer_match: {active_formula: stretch_match, formulas: {own: [1, 2]}}
employer_core_contribution: {enabled: true, contribution_rate: 0.01}
deferral_auto_escalation: {enabled: true, effective_day: "07-01", maximum_rate: 0.08}
dc_plan: {eligibility_months: 6, default_deferral_percent: 4.5}
"""


def test_every_setting_is_translated_or_dropped_with_a_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = tmp_path / "old.yaml"
    old.write_text(OLD, encoding="utf-8")

    assert main(["config", "migrate", str(old)]) == 0

    out, err = capsys.readouterr()
    config = load_config(tmp_path / "old.migrated.yaml")
    assert err == f"written to {tmp_path / 'old.migrated.yaml'}\n"
    assert "  compensation.merit_budget -> compensation.merit_pool\n" in out
    assert "  scenario_id: a run is named by its folder\n" in out
    assert "  employer_match.formulas.own: not the formula in force" in out
    assert "  compensation.promotion_increase: write promotion.increase" in out
    assert (config.random_seed, config.compensation.merit_pool.at(2025)) == (7, 0.035)
    assert config.plan.match.at(2025).preset == "stretch"
    assert (config.plan.nonelective.kind, config.plan.nonelective.rate) == ("flat", 0.01)
    assert config.enrollment.match_seeking == 0.0  # the magnet is off, whatever its strength
    assert config.enrollment.auto_enrollment.opt_out == 0.09
    assert config.enrollment.auto_enrollment.default_deferral_rate == 0.045  # the later block goes over the earlier
    assert (config.enrollment.escalation.date, config.enrollment.escalation.cap) == ("07-01", 0.08)
    assert config.eligibility.waiting_period_months == 6


def ours(old: str, **more: Any) -> Config:
    """Our configuration of an old one, in YAML, that says what it must."""
    found = migrated(yaml.safe_load(old) | REQUIRED | more)
    assert found.problems() == []
    return load_config(found.config)


REQUIRED = {
    "simulation": {"start_year": 2025, "end_year": 2026, "target_growth_rate": 0.03, "random_seed": 7},
    "workforce": {"total_termination_rate": 0.12},
}


def told(old: str) -> list[str]:
    """The settings that are to be written by hand."""
    return [key for key, _ in migrated(yaml.safe_load(old)).changing]


# --- the match --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "preset"),
    [
        ("simple_match", "simple"),
        ("tiered_match", "tiered"),
        ("stretch_match", "stretch"),
        ("safe_harbor_basic", "safe_harbor_basic"),
        ("safe_harbor", "safe_harbor_basic"),
        ("safe_harbor_enhanced", "safe_harbor_enhanced"),
        ("qaca_safe_harbor", "qaca"),
        ("qaca_match", "qaca"),
        ("qaca", "qaca"),
    ],
)
@pytest.mark.parametrize("key", ["employer_match: {active_formula: %s}", "dc_plan: {match_template: %s}"])
def test_a_formula_that_is_named_is_the_preset_of_that_name(key: str, name: str, preset: str) -> None:
    assert ours(key % name).plan.match.at(2025).preset == preset


def test_a_name_that_nobody_knows_is_to_be_written_by_hand() -> None:
    found = migrated(yaml.safe_load("employer_match: {active_formula: house_match}") | REQUIRED)
    (line,) = found.changing
    assert line[0] == "employer_match.active_formula"
    assert "the default, safe_harbor_basic, holds: write plan.match" in line[1]
    assert "plan" not in found.config


def test_a_formula_that_the_file_defines_goes_over_a_preset_of_its_name() -> None:
    simple = "{simple_match: {type: simple, match_rate: 1.0, max_match_percentage: 0.04}}"
    match = ours(f"employer_match: {{active_formula: simple_match, formulas: {simple}}}").plan.match.at(2025)
    assert match.bands == ((0, ((0, 400, 10_000),)),)


def test_a_formula_that_is_the_preset_is_that_preset_with_its_safe_harbor() -> None:
    second = "{employee_min: 0.03, employee_max: 0.05, match_rate: 0.5}"
    tiers = f"[{{employee_min: 0, employee_max: 0.03, match_rate: 1}}, {second}]"
    formulas = f"{{safe_harbor_basic: {{type: safe_harbor, tiers: {tiers}, max_match_percentage: 0.04}}}}"
    match = ours(f"employer_match: {{active_formula: safe_harbor_basic, formulas: {formulas}}}").plan.match.at(2025)
    assert (match.preset, match.safe_harbor) == ("safe_harbor_basic", "traditional")


def test_tiers_end_where_the_cap_on_the_match_is_reached() -> None:
    tiers = "[{employee_min: 0, employee_max: 0.10, match_rate: 0.5}]"
    own = f"{{own: {{type: tiered, tiers: {tiers}, max_match_percentage: 0.03}}}}"
    studio = f"dc_plan: {{match_tiers: {tiers}, match_cap_percent: 0.03}}"
    for old in (studio, f"employer_match: {{active_formula: own, formulas: {own}}}"):
        assert ours(old).plan.match.at(2025).bands == ((0, ((0, 600, 5_000),)),)


def test_tiers_of_the_studio_go_over_everything_that_is_named() -> None:
    old = """
        dc_plan:
          match_template: simple
          match_status: deferral_based
          match_tiers:
            - {employee_min: 0.0, employee_max: 0.02, match_rate: 1.0}
            - {employee_min: 0.04, employee_max: 0.06, match_rate: 0.25}
        employer_match: {active_formula: stretch_match}
    """
    assert ours(old).plan.match.at(2025).bands == ((0, ((0, 200, 10_000), (200, 400, 0), (400, 600, 2_500))),)
    assert told(old) == []


def test_a_match_that_is_off_is_none() -> None:
    assert ours("dc_plan: {match_enabled: false, match_template: simple}").plan.match.at(2025).preset == "none"


def test_a_match_by_service_by_tenure_and_by_points_is_one_here() -> None:
    service = """dc_plan: {match_status: graded_by_service, match_graded_schedule: [
        {service_years_min: 0, service_years_max: 5, match_rate: 0.5, max_deferral_pct: 0.06},
        {service_years_min: 5, service_years_max: null, match_rate: 100, max_deferral_pct: 6}]}"""
    assert ours(service).plan.match.at(2025).bands == ((0, ((0, 600, 5_000),)), (5, ((0, 600, 10_000),)))
    points = """employer_match: {employer_match_status: points_based, points_match_tiers: [
        {min_points: 0, max_points: 50, match_rate: 50, max_deferral_pct: 6},
        {min_points: 50, max_points: null, match_rate: 1, max_deferral_pct: 1}]}"""
    match = ours(points).plan.match.at(2025)
    assert (match.graded_by, match.bands) == ("points", ((0, ((0, 600, 5_000),)), (50, ((0, 100, 100),))))
    tenure = """employer_match: {employer_match_status: tenure_graded, tenure_graded_bands: [
        {min_years: 2, max_years: 10, tiers: [{employee_min: 0, employee_max: 0.06, match_rate: 0.5}]}]}"""
    bands = ours(tenure).plan.match.at(2025).bands
    assert [start for start, _ in bands] == [0, 2, 10]  # those before and after have a match of nothing
    assert [sum(tier.rate_bp for tier in tiers) for _, tiers in bands] == [0, 5_000, 0]


def test_a_schedule_that_is_missing_is_to_be_written_by_hand() -> None:
    assert told("employer_match: {employer_match_status: points_based}") == ["employer_match.employer_match_status"]
    assert told("employer_core_contribution: {status: graded_by_service}") == ["employer_core_contribution.status"]


CONDITIONS = "eligibility: {minimum_tenure_years: 2, require_active_at_year_end: true, minimum_hours_annual: 1000}"


@pytest.mark.parametrize("applied", ["true", "false", "left out"])
def test_conditions_of_the_match_hold_where_the_file_applies_them(applied: str) -> None:
    said = "" if applied == "left out" else f"apply_eligibility: {applied}, "
    match = ours(f"employer_match: {{{said}{CONDITIONS}}}").plan.match.at(2025)
    expected = (2, True, 1000) if applied == "true" else (0, False, 0)
    assert (match.minimum_service_years, match.last_day, match.minimum_hours) == expected


def test_conditions_that_the_studio_sets_are_applied() -> None:
    block = "employer_match: {apply_eligibility: false, active_formula: simple_match}"
    match = ours(f"{block}\ndc_plan: {{match_min_hours_annual: 500}}").plan.match.at(2025)
    assert (match.preset, match.minimum_hours) == ("simple", 500)


def test_exceptions_for_everybody_who_leaves_lift_the_last_day_and_others_are_told() -> None:
    both = "allow_terminated_new_hires: true, allow_experienced_terminations: true"
    old = "employer_core_contribution: {contribution_rate: 0.02, eligibility: {require_active_at_year_end: true, %s}}"
    assert not ours(old % both).plan.nonelective.last_day
    assert told(old % both) == []
    one = "allow_terminated_new_hires: true, allow_experienced_terminations: false"
    assert ours(old % one).plan.nonelective.last_day
    assert told(old % one) == ["employer_core_contribution.eligibility.allow_terminated_new_hires"]


# --- the core contribution --------------------------------------------------------------------------------------------

SCHEDULES = {
    "graded_by_service": ("graded_schedule", "service_years_min", "service_years_max", "service"),
    "points_based": ("points_schedule", "min_points", "max_points", "points"),
    "age_banded": ("age_schedule", "min_age", "max_age", "age"),
}


@pytest.mark.parametrize("status", SCHEDULES)
@pytest.mark.parametrize("studio", [False, True])
def test_a_graded_core_contribution_stays_graded(status: str, studio: bool) -> None:
    name, low, high, kind = SCHEDULES[status]
    rows = [{low: 0, high: 3, "contribution_rate": 0.01}, {low: 3, high: None, "rate": 2.5}]
    block: dict[str, Any] = {"status": status, "contribution_rate": 0.05, name: rows}
    if studio:
        old = {"dc_plan": {"core_status": status, "core_contribution_rate_percent": 5, f"core_{name}": rows}}
    else:
        old = {"employer_core_contribution": block}
    core = ours(yaml.safe_dump(old)).plan.nonelective
    assert (core.kind, core.bands) == (kind, ((0, 10_000), (3, 25_000)))


def test_a_flat_core_contribution_is_flat_and_one_of_none_is_none() -> None:
    core = ours("employer_core_contribution: {enabled: true, contribution_rate: 0.01}").plan.nonelective
    assert (core.kind, core.rate) == ("flat", 0.01)
    core = ours("dc_plan: {core_status: flat, core_contribution_rate_percent: 1.5}").plan.nonelective
    assert (core.kind, core.rate) == ("flat", 0.015)
    for old in ("dc_plan: {core_status: none, core_contribution_rate_percent: 1.5}", "dc_plan: {core_enabled: false}"):
        assert (
            ours(old + "\nemployer_core_contribution: {enabled: true, contribution_rate: 0.01}").plan.nonelective.kind
            == "none"
        )


def test_integration_with_social_security_goes_with_a_flat_rate() -> None:
    old = """employer_core_contribution: {contribution_rate: 0.05, eligibility: {minimum_hours_annual: 1000},
        integration: {enabled: true, level_mode: percent_of_ss_wage_base, level_value: 80, disparity_rate: 0.04}}"""
    core = ours(old).plan.nonelective
    assert core.integrated is not None
    assert (core.kind, core.minimum_hours) == ("integrated", 1000)
    assert (core.integrated.base_rate, core.integrated.excess_rate, core.integrated.level_share) == (0.05, 0.04, 0.8)
    graded = """employer_core_contribution: {status: age_banded, age_schedule: [{min_age: 0, contribution_rate: 0.05}],
        integration: {enabled: true, disparity_rate: 0.04}}"""
    assert ours(graded).plan.nonelective.kind == "age"
    assert told(graded) == ["employer_core_contribution.integration.enabled"]


# --- pay and eligibility ----------------------------------------------------------------------------------------------


def test_the_increase_on_promotion_and_its_caps_are_kept() -> None:
    promotion = ours("""compensation: {promotion_compensation: {
        base_increase_pct: 0.15, distribution_range: 0.03, max_cap_pct: 0.25, max_cap_amount: 40000,
        distribution_type: uniform}}""").promotion
    assert (promotion.increase.lowest, promotion.increase.highest) == (0.12, 0.18)
    assert (promotion.max_increase, promotion.max_amount) == (0.25, 40_000)


@pytest.mark.parametrize(
    ("old", "lowest", "highest"),
    [
        ("promotion_compensation: {base_increase_pct: 0.15}", 0.10, 0.20),
        ("promotion_compensation: {distribution_range: 0.10}", 0.10, 0.30),
        ("promotion_compensation: {base_increase_pct: 0.15, distribution_type: deterministic}", 0.15, 0.15),
        ("promotion_compensation: {base_increase_pct: 0.03}", 0.0, 0.08),
        ("promotion_increase: 0.1, promotion_compensation: {base_increase_pct: 0.15}", 0.05, 0.15),
        ("promotion_increase_percent: 10", 0.05, 0.15),
        ("promotion_increase: 0.125, promotion_compensation: {base_increase_pct: 0.15}", 0.10, 0.20),
    ],
)
def test_the_increase_on_promotion_is_the_one_in_force(old: str, lowest: float, highest: float) -> None:
    increase = ours(f"compensation: {{{old}}}").promotion.increase
    assert (increase.lowest, increase.highest) == (lowest, highest)


def test_hires_who_are_not_eligible_exclude_nobody_of_the_census() -> None:
    config = ours("eligibility: {new_hire_ineligible_pct: 1.0, waiting_period_days: 0, minimum_age: 0}")
    assert (config.eligibility.excluded_share, config.eligibility.excluded_scope) == (1.0, "hires")
    people = simulate(config, end_year=2025).snapshots
    hires, staff = (people.filter(status=status)["eligibility_date"] for status in ("new_hire", "continuing"))
    assert (hires.null_count(), staff.null_count()) == (len(hires), 0)
    assert len(hires) > 0
    assert told("eligibility: {new_hire_eligibility_match_census: false}") == []
    assert told("eligibility: {new_hire_eligibility_match_census: true}") != []


# --- what is told -----------------------------------------------------------------------------------------------------


def test_what_changes_results_comes_first_and_what_changes_nothing_in_few_lines() -> None:
    old = {
        "orchestrator": {f"setting_{i}": i for i in range(200)},
        "setup": {"clear_tables": True},
        "enrollment": {"voluntary_enrollment": {"base_rates_by_age": {"young": 0.3, "senior": 0.8}}},
        "new_hire": {"market_scenario": "competitive"},
        "compensation": {"cola_rate": 0.02},
        "colour": "red",
    }
    found = migrated(old)
    assert found.report() == [
        "changes results: write these by hand",
        (
            "  enrollment.voluntary_enrollment.base_rates_by_age (2 settings): "
            "write enrollment.election and enrollment.deferral_rates, by age and pay"
        ),
        "  new_hire.market_scenario: write workforce.levels and hiring.ages",
        "",
        "not known here",
        "  colour: nothing here corresponds to it; see whether results depend on it",
        "",
        "translated",
        "  compensation.cola_rate -> compensation.cola_rate",
        "",
        "changes nothing",
        "  orchestrator (200 settings): how a run is carried out is said on the command line",
        "  setup.clear_tables: of the old system's own database",
        "",
    ]
    assert [key for key, _ in found.dropped[2:4]] == ["new_hire.market_scenario", "colour"]


def test_the_studio_goes_over_the_blocks_wherever_it_stands() -> None:
    auto = "enrollment: {auto_enrollment: {default_deferral_rate: 0.02}}"
    for old in (
        f"dc_plan: {{default_deferral_percent: 4.5}}\n{auto}",
        f"{auto}\ndc_plan: {{default_deferral_percent: 4.5}}",
    ):
        assert ours(old).enrollment.auto_enrollment.default_deferral_rate == 0.045


def test_a_table_of_another_shape_is_to_be_written_by_hand() -> None:
    old = "employer_match: {employer_match_status: points_based, points_match_tiers: [50, 60]}"
    assert told(old) == ["employer_match.employer_match_status", "employer_match.points_match_tiers"]


def nested(key: str, value: Any) -> dict[str, Any]:
    for part in reversed(key.split(".")):
        value = {part: value}
    return value


@pytest.mark.parametrize("key", [*MOVES, *SWITCHES])
def test_each_known_setting_lands_at_a_key_of_ours(key: str) -> None:
    new = MOVES.get(key, SWITCHES.get(key))
    assert new is not None
    value: Any = False if key in SWITCHES else 1
    found = migrated(nested(key, value))
    assert found.translated[0] == (key, new[0])
    assert {old for old, _ in found.translated} == {key}
    assert not [line for line in found.problems() if "unknown key" in line]


def test_what_ours_lacks_is_told_and_written_all_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = tmp_path / "old.yaml"
    old.write_text("simulation: {start_year: 2025}\n", encoding="utf-8")
    assert main(["config", "migrate", str(old), str(tmp_path / "new.yaml")]) == 1
    assert "new.yaml: workforce: required, and missing" in capsys.readouterr().err
    assert (tmp_path / "new.yaml").exists()
    assert main(["config", "migrate", str(old), str(tmp_path / "new.yaml")]) == 1
    assert "exists already" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["a: [", "- 1\n", ""])
def test_a_file_that_is_no_configuration_is_one_line(text: str, tmp_path: Path, capsys: Any) -> None:
    old = tmp_path / "old.yaml"
    old.write_text(text, encoding="utf-8")
    assert main(["config", "migrate", str(old)]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert str(old) in err
    assert "Traceback" not in err
    assert not (tmp_path / "old.migrated.yaml").exists()
