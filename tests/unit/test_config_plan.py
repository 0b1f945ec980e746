"""The models of enrollment and of the plan: their defaults, what they refuse, and in which words."""

from __future__ import annotations

import datetime as dt
import json
import typing
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support_config import SMALLEST, told
from workforce_sim import load_config
from workforce_sim.config import Config, with_changes
from workforce_sim.config.plan import FIRST_YEAR, LIMITS, Match
from workforce_sim.errors import ConfigError
from workforce_sim.plan import limits


def loaded(text: str) -> Config:
    """Return the smallest configuration with more of YAML."""
    return load_config(yaml.safe_load(SMALLEST + text))


# --- defaults ---------------------------------------------------------------------------------------------------------

DEFAULTS: dict[str, dict[str, Any]] = {
    "enrollment.auto_enrollment": {
        "enabled": True,
        "hire_date_cutoff": dt.date(2024, 1, 1),
        "scope": "new_hires_only",
        "window_days": 45,
        "default_deferral_rate": 0.04,
    },
    "enrollment": {"match_seeking": 0.35, "conversion": 0.08, "stop": 0.015, "max_deferral": 0.75},
    "enrollment.change": {"probability": 0.15, "step": 0.02},
    "enrollment.escalation": {
        "enabled": True,
        "date": "01-01",
        "increment": 0.01,
        "cap": 0.10,
        "delay_years": 1,
        "scope": "automatic",
        "declining_share": 0.15,
        "census_source": "in_scope",
    },
    "enrollment.match_response": {"below": 0.0, "above": 0.0},
    "plan": {
        "enabled": True,
        "catch_up": True,
        "super_catch_up": True,
        "deferrals_stop_at_pay_limit": False,
        "hce_deferral_limit": None,
        "forfeitures": "offset",
    },
    "plan.nonelective": {"kind": "none", "last_day": False, "minimum_hours": 0, "minimum_service_years": 0},
    "plan.roth": {"available": True, "share": 0.15},
    "plan.vesting": {"match": "immediate", "nonelective": "immediate", "normal_retirement_age": 65},
    "plan.limits": {"inflation": 0.025, "wage_growth": 0.035, "overrides": {}},
    "plan.testing": {"method": "current", "top_paid_group": False, "safe_harbor": None},
}


@pytest.mark.parametrize("section", DEFAULTS)
def test_defaults_are_the_documented_ones(section: str) -> None:
    found: Any = load_config()
    for name in section.split("."):
        found = getattr(found, name)

    assert {key: getattr(found, key) for key in DEFAULTS[section]} == DEFAULTS[section]


def test_the_default_match_is_the_basic_safe_harbor_on_the_years_totals() -> None:
    plan = load_config().plan
    match = plan.match.at(2025)

    assert match.bands == Match(preset="safe_harbor_basic").bands == ((0, ((0, 300, 10_000), (300, 500, 5_000))),)
    assert (match.basis, match.compensation, match.minimum_service_years) == ("annual", "eligible", 0)
    assert (match.last_day, match.minimum_hours, match.safe_harbor) == (False, 0, "traditional")
    assert plan.annual_return.at(2025) == 0
    assert plan.safe_harbor(2025)


def test_the_default_tables_by_age_and_pay_cover_everybody() -> None:
    enrollment = load_config().enrollment
    for table in (enrollment.election, enrollment.deferral_rates, enrollment.auto_enrollment.opt_out):
        assert isinstance(table, tuple)
        assert (table[0].age_from, table[0].pay_from) == (0, 0)


def test_the_names_and_the_first_year_of_limits_are_those_of_the_limits() -> None:
    assert limits.NAMES == LIMITS
    assert limits.published_years()[0] == FIRST_YEAR


# --- what is accepted -------------------------------------------------------------------------------------------------


def test_a_match_may_be_a_table_by_year() -> None:
    plan = loaded("plan: {match: {2024: {preset: simple}, 2027: {preset: none}}}").plan

    assert [plan.match.at(year).preset for year in (2024, 2026, 2027, 2029)] == ["simple", "simple", "none", "none"]
    assert plan.match.first_year == 2024
    assert load_config().plan.match.first_year is None


@pytest.mark.parametrize(
    "plan",
    [
        {"match": {2025: {"preset": "simple"}, 2027: {"tiers": [{"up_to": 0.05, "rate": 1.0}]}}},
        {"limits": {"overrides": {"elective_deferral": {2026: 24_500, 2027: 25_000.5}}}},
        {"annual_return": {2025: 0.05, 2026: -0.1}},
    ],
)
def test_years_may_be_numbers_as_in_yaml_or_text_as_in_json(plan: dict[str, Any]) -> None:
    source = {**yaml.safe_load(SMALLEST), "plan": plan}
    config = load_config(source)

    assert load_config(json.loads(json.dumps(source))) == config
    assert load_config(config.model_dump(by_alias=True)) == config
    assert load_config(json.loads(config.model_dump_json(by_alias=True))) == config


@pytest.mark.parametrize("text", ["plan:", "plan: {match: }", "plan: {match: {}, vesting: , roth: }", "enrollment:"])
def test_what_is_left_empty_takes_its_defaults(text: str) -> None:
    assert loaded(text) == load_config()


def test_the_scope_has_two_spellings() -> None:
    spellings = ("new_hires_only", "all_eligible", "all_eligible_employees")
    scoped = [loaded(f"enrollment: {{auto_enrollment: {{scope: {scope}}}}}") for scope in spellings]
    assert [config.enrollment.auto_enrollment.everybody for config in scoped] == [False, True, True]


@pytest.mark.parametrize(
    ("testing", "preset", "safe"),
    [
        ("", "qaca", True),
        ("", "simple", False),
        ("safe_harbor: false", "qaca", False),
        ("safe_harbor: true", "simple", True),
        ("safe_harbor: qaca", "simple", True),
    ],
)
def test_a_match_is_safe_harbor_money_as_its_preset_says_unless_said_otherwise(
    testing: str, preset: str, safe: bool
) -> None:
    assert loaded(f"plan: {{match: {{preset: {preset}}}, testing: {{{testing}}}}}").plan.safe_harbor(2025) is safe


@pytest.mark.parametrize("value", ["'true'", "1", "QACA", "automatic", "[true]"])
def test_safe_harbor_money_is_true_false_or_qaca(value: str) -> None:
    with pytest.raises(ConfigError, match=r"plan\.testing\.safe_harbor: expected true, false or qaca"):
        loaded(f"plan: {{testing: {{safe_harbor: {value}}}}}")


def test_rates_are_whole_basis_points_and_shares_whole_millionths() -> None:
    text = "{auto_enrollment: {default_deferral_rate: 0.0325}, max_deferral: 1, match_seeking: 0.123456}"
    enrollment = loaded(f"enrollment: {text}").enrollment
    assert enrollment.auto_enrollment.default_deferral_rate == 0.0325
    assert enrollment.max_deferral == 1
    assert enrollment.match_seeking == 0.123456


def test_a_year_of_a_table_can_be_changed_by_itself() -> None:
    config = loaded("plan: {match: {2025: {preset: simple}, 2027: {preset: none}}, annual_return: {2025: 0.05}}")
    changed = with_changes(config, {"plan.match.2027.preset": "tiered", "plan.annual_return.2026": 0.01})

    assert [changed.plan.match.at(year).preset for year in (2026, 2027)] == ["simple", "tiered"]
    assert [changed.plan.annual_return.at(year) for year in (2025, 2026)] == [0.05, 0.01]


# --- what is refused, and how -----------------------------------------------------------------------------------------

CELL = "age_from: 0, pay_from: 0"
ENROLLMENT = [
    ("opt_out: 0.1", "4:14: enrollment.opt_out: unknown key (did you mean enrollment.auto_enrollment.opt_out?)"),
    (
        "auto_enrollment: false",
        "4:31: enrollment.auto_enrollment: expected a section of keys; write {enabled: false} (got false)",
    ),
    (
        "auto_enrollment: {window_days: 366}",
        "4:45: enrollment.auto_enrollment.window_days: must be at most 365 (got 366)",
    ),
    (
        "auto_enrollment: {default_deferral_rate: 1}",
        "4:55: enrollment.auto_enrollment.default_deferral_rate: must be below 1; 1% is written 0.01 (got 1)",
    ),
    (
        "auto_enrollment: {default_deferral_rate: 0}",
        "4:55: enrollment.auto_enrollment.default_deferral_rate: must be above 0 (got 0)",
    ),
    (
        "auto_enrollment: {scope: everybody}",
        (
            "4:39: enrollment.auto_enrollment.scope: expected new_hires_only, all_eligible or all_eligible_employees"
            " (got everybody)"
        ),
    ),
    (
        f"auto_enrollment: {{opt_out: {{{CELL}, value: 0.1}}}}",
        (
            "4:32: enrollment.auto_enrollment.opt_out: expected one number, or a list of cells"
            " {age_from, pay_from, value}"
        ),
    ),
    (
        "election: []",
        "4:14: enrollment.election: ages must start from 0, and each age_from needs a cell with pay_from 0",
    ),
    (
        "election: [{age_from: 20, pay_from: 0, value: 0.1}]",
        "4:14: enrollment.election: ages must start from 0, and each age_from needs a cell with pay_from 0",
    ),
    (
        f"election: [{{{CELL}, value: 0.1}}, {{age_from: 30, pay_from: 50000, value: 0.1}}]",
        "4:14: enrollment.election: ages must start from 0, and each age_from needs a cell with pay_from 0",
    ),
    (
        f"election: [{{{CELL}, value: 0.1}}, {{{CELL}, value: 0.2}}]",
        "4:14: enrollment.election: cells must be listed in rising order of age_from, then pay_from, each once",
    ),
    (f"election: [{{{CELL}}}]", "4:25: enrollment.election.0.value: required, and missing"),
    (
        "election: [{age: 0, pay_from: 0, value: 1}]",
        "4:26: enrollment.election.0.age: unknown key (did you mean age_from?)",
    ),
    ("deferral_rates: 0", "4:30: enrollment.deferral_rates: must be above 0 (got 0)"),
    (
        f"deferral_rates: [{{{CELL}, value: 0.00005}}]",
        "4:65: enrollment.deferral_rates.0.value: has more than 4 decimals (got 0.00005)",
    ),
    ("match_seeking: 35", "4:29: enrollment.match_seeking: must be at most 1; 35% is written 0.35 (got 35)"),
    ("conversion: 10%", "4:26: enrollment.conversion: expected a number; write 0.1 (got 10%)"),
    ("stop: true", "4:20: enrollment.stop: expected a number (got true)"),
    ("change: 0.1", "4:22: enrollment.change: expected a section of keys; its keys are probability, step (got 0.1)"),
    ("change: {step: 2}", "4:29: enrollment.change.step: must be below 1; 2% is written 0.02 (got 2)"),
    ("max_deferral: 75", "4:28: enrollment.max_deferral: must be at most 1; 75% is written 0.75 (got 75)"),
    (
        "escalation: {date: 2025-01-01}",
        "4:33: enrollment.escalation.date: expected a day of the year written MM-DD, in quotes (got 2025-01-01)",
    ),
    (
        "escalation: {increment: 1}",
        "4:38: enrollment.escalation.increment: must be below 1; 1% is written 0.01 (got 1)",
    ),
    ("escalation: {cap: 10}", "4:32: enrollment.escalation.cap: must be at most 1; 10% is written 0.1 (got 10)"),
    ("escalation: {delay_years: 11}", "4:40: enrollment.escalation.delay_years: must be at most 10 (got 11)"),
    ("escalation: {scope: some}", "4:34: enrollment.escalation.scope: expected automatic or all (got some)"),
    (
        "escalation: {census_source: some}",
        "4:42: enrollment.escalation.census_source: expected all, in_scope or none (got some)",
    ),
    (
        "match_response: {below: 2}",
        "4:38: enrollment.match_response.below: must be at most 1; 2% is written 0.02 (got 2)",
    ),
]


@pytest.mark.parametrize(("text", "line"), ENROLLMENT, ids=lambda value: value[:40])
def test_what_is_wrong_with_enrollment_is_told_where_it_stands(text: str, line: str, tmp_path: Path) -> None:
    assert line in told(f"enrollment: {{{text}}}\n", tmp_path)


FORMULAS = "preset, tiers, dollar_tiers, by_tenure, by_service, by_points"
PRESETS = "simple, tiered, stretch, safe_harbor_basic, safe_harbor_enhanced, qaca or none"
SCHEDULES = "immediate, cliff_1, cliff_2, cliff_3, graded_3, graded_4, graded_5, graded_6 or qaca_2"
ANY_LEVEL = "IRC 401(l)(2), 26 CFR 1.401(l)-2(d)(4)"
PLAN = [
    ("enabled: no", "4:17: plan.enabled: expected true or false (got no)"),
    ("match: simple", "4:15: plan.match: expected a section of keys; write {preset: simple} (got simple)"),
    ("match: {preset: simpel}", f"4:24: plan.match.preset: expected {PRESETS} (got simpel)"),
    ("match: {prest: simple}", "4:16: plan.match.prest: unknown key (did you mean preset?)"),
    ("match: {2025: {prest: simple}}", "4:23: plan.match.2025.prest: unknown key (did you mean preset?)"),
    ('match: {"2025": {prest: simple}}', "4:25: plan.match.2025.prest: unknown key (did you mean preset?)"),
    (
        "match: {2025: simple}",
        "4:22: plan.match.2025: expected a section of keys; write {preset: simple} (got simple)",
    ),
    (
        "match: {2026: {preset: simple}}",
        "4:8: plan.match: the table starts in 2026, after start_year 2025; add an earlier year",
    ),
    ("match: {25: {preset: simple}}", "4:16: plan.match.25: the key must be a year from 1950 to 2200 (got 25)"),
    (
        "match: {2025.5: {preset: simple}}",
        "4:16: plan.match.2025.5: the key must be a year from 1950 to 2200 (got '2025.5')",
    ),
    ('match: {2025: {preset: none}, "2025": {preset: qaca}}', "4:8: plan.match: a table by year names a year twice"),
    (
        "match: {2025: {preset: simple}, preset: none}",
        ("4:8: plan.match: keys of a formula and years side by side; give one formula, or {year: {formula}, ...}"),
    ),
    (
        "match: {preset: simple, dollar_tiers: [{up_to: 1000, rate: 1}]}",
        f"4:8: plan.match: give one of {FORMULAS}, not preset and dollar_tiers",
    ),
    (
        "match: {2025: {preset: simple, dollar_tiers: [{up_to: 1000, rate: 1}]}}",
        f"4:16: plan.match.2025: give one of {FORMULAS}, not preset and dollar_tiers",
    ),
    ("match: {tiers: []}", "4:16: plan.match.tiers: needs at least one tier"),
    (
        "match: {tiers: [{up_to: 0.06, rate: 50}]}",
        "4:44: plan.match.tiers.0.rate: must be at most 4; 50% is written 0.5 (got 50)",
    ),
    (
        "match: {tiers: [{up_to: 6, rate: 0.5}]}",
        "4:32: plan.match.tiers.0.up_to: must be at most 1; 6% is written 0.06 (got 6)",
    ),
    ("match: {tiers: [{up_to: 0, rate: 0.5}]}", "4:32: plan.match.tiers.0.up_to: must be above 0 (got 0)"),
    (
        "match: {tiers: [{up_to: 0.06, rate: 1}, {up_to: 0.05, rate: 1}]}",
        "4:56: plan.match.tiers.1.up_to: must be above that of the tier before, 0.06 (got 0.05)",
    ),
    (
        "match: {tiers: [{upto: 0.06, rate: 1}]}",
        "4:25: plan.match.tiers.0.upto: unknown key (did you mean up_to?)",
    ),
    (
        "match: {by_tenure: [{from: 0, tiers: [{up_to: 0.06, rat: 1}]}]}",
        "4:60: plan.match.by_tenure.0.tiers.0.rat: unknown key (did you mean rate?)",
    ),
    (
        "match: {by_service: [{from: 1, rate: 0.5, max: 0.06}]}",
        "4:16: plan.match.by_service: the first band must start from 0, so that everybody has one",
    ),
    (
        "match: {by_points: [{from: 0, rate: 1, max: 0.06}, {from: 0, rate: 1, max: 0.06}]}",
        "4:16: plan.match.by_points: bands must be listed in rising order, each start once",
    ),
    (
        "match: {by_service: [{from: 0, rate: 1, up_to: 0.06}]}",
        "4:48: plan.match.by_service.0.up_to: unknown key (known here: from, rate, max)",
    ),
    ("match: {basis: monthly}", "4:23: plan.match.basis: expected annual or payroll (got monthly)"),
    (
        "match: {compensation: all}",
        "4:30: plan.match.compensation: expected plan_year, eligible or participating (got all)",
    ),
    ("match: {minimum_hours: 2081}", "4:31: plan.match.minimum_hours: must be at most 2080 (got 2081)"),
    ("nonelective: {rate: 0.03}", "4:28: plan.nonelective.rate: goes with kind flat, not none (got 0.03)"),
    ("nonelective: {kind: flat}", "4:8: plan.nonelective: kind flat needs rate"),
    (
        "nonelective: {kind: integrated, integrated: {base_rate: 0.03, excess_rate: 0.04}}",
        "4:40: plan.nonelective.integrated: excess_rate must not be above base_rate (IRC 401(l)(2)(A)(i))",
    ),
    (
        "nonelective: {kind: integrated, integrated: {base_rate: 0.06, excess_rate: 0.05, level_share: 0.8}}",
        (
            "4:40: plan.nonelective.integrated: excess_rate must be at most 0.043 with a level of 0.8 of the wage base"
            f" ({ANY_LEVEL})"
        ),
    ),
    ("vesting: cliff_3", "4:17: plan.vesting: expected a section of keys; write {match: cliff_3} (got cliff_3)"),
    ("vesting: {match: cliff3}", f"4:25: plan.vesting.match: expected {SCHEDULES} (got cliff3)"),
    (
        "vesting: {match: {0: 0, 3: 1}}",
        (
            "4:18: plan.vesting.match: expected the name of a schedule, or a list of shares at 0, 1, 2, ..."
            " completed years"
        ),
    ),
    (
        "vesting: {match: [0, 0.5, 0.4, 1]}",
        "4:34: plan.vesting.match.2: a vested share never falls: it is 0.5 a year earlier (got 0.4)",
    ),
    (
        "vesting: {match: [0, 0.5]}",
        "4:18: plan.vesting.match: the last share must be 1: everything is vested in the end",
    ),
    (
        "vesting: {match: [0, 20, 100]}",
        "4:29: plan.vesting.match.1: must be at most 1; 20% is written 0.2 (got 20)",
    ),
    (
        "vesting: {normal_retirement_age: 80}",
        "4:41: plan.vesting.normal_retirement_age: must be at most 75 (got 80)",
    ),
    ("roth: false", "4:14: plan.roth: expected a section of keys; write {available: false} (got false)"),
    ("forfeitures: ofset", "4:21: plan.forfeitures: expected offset, expenses or reallocate (got ofset)"),
    ("annual_return: 6", "4:23: plan.annual_return: must be at most 1; 6% is written 0.06 (got 6)"),
    ("annual_return: -1", "4:23: plan.annual_return: must be above -1 (got -1)"),
    (
        "annual_return: {2026: 0.05}",
        "4:8: plan.annual_return: the table starts in 2026, after start_year 2025; add an earlier year",
    ),
    ("limits: {inflation: 2.5}", "4:28: plan.limits.inflation: must be at most 1; 2.5% is written 0.025 (got 2.5)"),
    (
        "limits: {wage_base: {2025: 1}}",
        "4:17: plan.limits.wage_base: unknown key (did you mean plan.limits.overrides.wage_base?)",
    ),
    (
        "limits: {overrides: {wage_bse: {2025: 1}}}",
        "4:29: plan.limits.overrides.wage_bse: not a limit; did you mean wage_base?",
    ),
    (
        "limits: {overrides: {zzz: {2025: 1}}}",
        f"4:29: plan.limits.overrides.zzz: not a limit; the limits are {', '.join(LIMITS)}",
    ),
    (
        "limits: {overrides: {2025: {wage_base: 1}}}",
        ("4:29: plan.limits.overrides.2025: name the limit first, then the year: {elective_deferral: {2027: 25500}}"),
    ),
    (
        "limits: {overrides: {wage_base: 1}}",
        "4:40: plan.limits.overrides.wage_base: expected dollars by year, such as {2027: 25500} (got 1)",
    ),
    (
        "limits: {overrides: {wage_base: {}}}",
        "4:29: plan.limits.overrides.wage_base: expected dollars by year, such as {2027: 25500}",
    ),
    (
        "limits: {overrides: {wage_base: {2010: 1}}}",
        "4:41: plan.limits.overrides.wage_base.2010: limits are known from 2011 on; this year has none",
    ),
    (
        "limits: {overrides: {wage_base: {20255: 1}}}",
        "4:41: plan.limits.overrides.wage_base.20255: the key must be a year from 1950 to 2200 (got 20255)",
    ),
    (
        "limits: {overrides: {wage_base: {2025: -1}}}",
        "4:47: plan.limits.overrides.wage_base.2025: must be at least 0 (got -1)",
    ),
    (
        'limits: {overrides: {wage_base: {2025: "176,100"}}}',
        (
            "4:47: plan.limits.overrides.wage_base.2025: expected a number;"
            ' write 176100 without quotes or separators (got "176,100")'
        ),
    ),
    (
        "limits: {overrides: {wage_base: {2025: 0.001}}}",
        "4:47: plan.limits.overrides.wage_base.2025: has more than 2 decimals (got 0.001)",
    ),
    ("testing: {method: both}", "4:26: plan.testing.method: expected current or prior (got both)"),
    ("testing: {safe_harbour: true}", "4:18: plan.testing.safe_harbour: unknown key (did you mean safe_harbor?)"),
]


@pytest.mark.parametrize(("text", "line"), PLAN, ids=lambda value: value[:40])
def test_what_is_wrong_with_the_plan_is_told_where_it_stands(text: str, line: str, tmp_path: Path) -> None:
    assert line in told(f"plan: {{{text}}}\n", tmp_path)


def test_a_plan_needs_a_year_whose_limits_are_known() -> None:
    early = {"simulation": {"start_year": 2010, "end_year": 2012, "target_growth_rate": 0}}
    source = {**yaml.safe_load(SMALLEST), **early}

    with pytest.raises(
        ConfigError, match=r"^simulation\.start_year: statutory limits are known from 2011 on; .* \(got 2010\)"
    ):
        load_config(source)

    assert not load_config({**source, "plan": {"enabled": False}}).plan.enabled


def test_one_wrong_year_of_a_match_hides_no_other(tmp_path: Path) -> None:
    assert told(
        """\
plan:
  match:
    2025:
      preset: simple
      tiers:
        - {up_to: 0.06, rate: 0.5}
    2027: {bais: payroll}
    2028: {tiers: [{up_to: 0.06}]}
  vestng: {match: cliff_3}
""",
        tmp_path,
    ) == [
        f"6:5: plan.match.2025: give one of {FORMULAS}, not preset and tiers",
        "10:12: plan.match.2027.bais: unknown key (did you mean basis?)",
        "11:20: plan.match.2028.tiers.0.rate: required, and missing",
        "12:3: plan.vestng: unknown key (did you mean vesting?)",
    ]


def test_every_name_of_a_formula_and_a_schedule_is_accepted() -> None:
    for preset in typing.get_args(typing.get_args(Match.model_fields["preset"].annotation)[0]):
        assert loaded(f"plan: {{match: {{preset: {preset}}}}}").plan.match.at(2025).preset == preset
    for name in SCHEDULES.replace(" or", ",").split(", "):
        assert loaded(f"plan: {{vesting: {{match: {name}}}}}").plan.vesting.match_bp[-1] == 10_000
