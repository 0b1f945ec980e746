"""Tables by year in the sections of the plan: read, told what is wrong, written again, changed."""

from __future__ import annotations

import copy
import json
import pickle
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support_config import SMALLEST, told
from workforce_sim.config import Config, read_config, with_changes
from workforce_sim.config.drawing import drawing
from workforce_sim.config.effect.notes import effect_notes
from workforce_sim.errors import ConfigError
from workforce_sim.explaining.choices import Choice, _choice

AMENDED = """\
eligibility: {2025: {minimum_age: 18}, 2026: {waiting_period_days: 90}}
enrollment:
  auto_enrollment: {2025: {enabled: false}, "2027": {default_deferral_rate: 0.03}}
  stop: {2020: 0.5, 2024: 0.01, 2028: 0.02}
plan:
  catch_up: {2025: false, 2027: true}
  match: {preset: simple, last_day: {2025: true, 2026: false}}
"""


def read(text: str) -> Config:
    return read_config(yaml.safe_load(SMALLEST + text))


def test_each_year_has_the_values_in_force() -> None:
    config = read(AMENDED)

    assert [config.at(year).plan.catch_up for year in (2025, 2026, 2027, 2040)] == [False, False, True, True]
    assert [config.at(year).enrollment.stop for year in (2025, 2027, 2028)] == [0.01, 0.01, 0.02]
    assert [config.at(year).plan.match.at(year).last_day for year in (2025, 2026)] == [True, False]
    assert config.at(2026).plan.match.at(2026).preset == "simple"
    assert config.plan.catch_up is False
    assert config.turns == (2025, 2026, 2027, 2028)
    assert len(config.versions) == 4


def test_a_section_by_year_is_whole_in_each_year() -> None:
    section = read(AMENDED).at(2026).eligibility

    assert (section.waiting_period_days, section.minimum_age) == (90, 21)


def test_it_is_written_as_it_was_read() -> None:
    config = read(AMENDED)
    data = config.model_dump(by_alias=True, exclude_unset=True)

    assert data["plan"]["catch_up"] == {2025: False, 2027: True}
    assert data["eligibility"] == {2025: {"minimum_age": 18}, 2026: {"waiting_period_days": 90}}
    assert data["enrollment"]["stop"] == {2020: 0.5, 2024: 0.01, 2028: 0.02}
    assert Config.model_validate(config.model_dump(by_alias=True)) == config
    assert Config.model_validate_json(json.dumps(config.model_dump(mode="json", by_alias=True))) == config
    assert Config.model_validate_json(config.model_dump_json(by_alias=True)) == config
    assert pickle.loads(pickle.dumps(config)) == copy.deepcopy(config) == config
    assert config != with_changes(config, {"plan.catch_up.2027": False})


def test_provisions_are_those_of_all_years() -> None:
    config = read(AMENDED)

    assert config.at(2025).provisions == config.at(2028).provisions == config.provisions


@pytest.mark.parametrize(
    ("changes", "year", "value"),
    [
        ({"plan.catch_up.2027": False}, 2028, False),
        ({"plan.catch_up": True}, 2025, True),
        ({"plan.catch_up": {2025: True, 2029: False}}, 2029, False),
        ({"simulation.start_year": 2027}, 2027, True),
    ],
)
def test_other_values_are_put_in_their_years(changes: dict[str, Any], year: int, value: bool) -> None:
    assert with_changes(read(AMENDED), changes).at(year).plan.catch_up is value


def test_a_key_of_a_section_by_year_is_changed_in_each_year() -> None:
    config = with_changes(read(AMENDED), {"eligibility.entry": "monthly", "eligibility.2026.minimum_age": 19})

    assert [config.at(year).eligibility.entry for year in (2025, 2026)] == ["monthly", "monthly"]
    assert [config.at(year).eligibility.minimum_age for year in (2025, 2026)] == [18, 19]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (
            "plan: {catch_up: {2026: true}}\n",
            ["4:8: plan.catch_up: the table starts in 2026, after start_year 2025; add an earlier year"],
        ),
        ("plan: {catch_up: {2025: true, 2027: 2}}\n", ["4:37: plan.catch_up.2027: expected true or false (got 2)"]),
        (
            "plan: {catch_up: {2025: true, late: false}}\n",
            [
                (
                    "4:31: plan.catch_up.late: expected a year from 1950 to 2200, as its neighbors; "
                    "years and other keys do not mix"
                )
            ],
        ),
        (
            "plan: {2025: {}, 2027: {catch_up: {2028: true}}}\n",
            ["4:25: plan.2027.catch_up: years within a year; write all years at one place"],
        ),
        (
            "plan: {enabled: {2025: false, 2027: true}}\n",
            ["4:1: plan: enabled cannot change from year to year, and does in 2027"],
        ),
        (
            "plan: {limits: {inflation: {2025: 0.02}}}\n",
            [
                (
                    "4:17: plan.limits.inflation: one value for all years; a figure of one year goes into "
                    "plan.limits.overrides"
                )
            ],
        ),
        (
            "plan: {nonelective: {2025: {}, 2028: {kind: flat}}}\n",
            ["4:32: plan.nonelective.2028: kind flat needs rate"],
        ),
        (
            "plan: {nonelective: {kind: {2025: none, 2028: flat}}}\n",
            ["4:8: plan.nonelective: kind flat needs rate (in 2028)"],
        ),
        (
            "eligibility: {2025: {minimum_age: 5}, 2026: {minimum_ages: 5}}\nplan: {match: {last_day: {2025: 3}}}\n",
            [
                "4:46: eligibility.2026.minimum_ages: unknown key (did you mean minimum_age?)",
                "5:33: plan.match.last_day.2025: expected true or false (got 3)",
            ],
        ),
        (
            "enrollment: {match_response: {before: simpel, move: 0}}\n",
            [
                (
                    "4:39: enrollment.match_response.before: expected simple, tiered, stretch, safe_harbor_basic, "
                    "safe_harbor_enhanced, qaca or none (got simpel)"
                ),
                "4:53: enrollment.match_response.move: must be above 0 (got 0)",
            ],
        ),
    ],
)
def test_what_is_wrong_is_told_where_it_stands(text: str, lines: list[str], tmp_path: Path) -> None:
    assert told(text, tmp_path) == lines


def test_years_twice_are_an_error() -> None:
    with pytest.raises(ConfigError, match="a table by year names a year twice"):
        read_config({**yaml.safe_load(SMALLEST), "plan": {"catch_up": {2025: True, "2025": False}}})


def test_values_without_effect_are_told_by_year() -> None:
    config = read("""\
enrollment:
  auto_enrollment: {unknown_opt_outs: {2025: enroll, 2026: opted_out}}
  escalation: {enabled: false, cap: {2025: 0.05, 2026: 0.06}}
plan: {roth: {2025: {available: false}, 2035: {}}, super_catch_up: false}
""")

    assert effect_notes(drawing(config), 0) == (
        "enrollment.escalation.cap: no effect, because enrollment.escalation.enabled is false",
        "plan.roth: no effect in 2035: the run covers 2025 to 2029",
        "enrollment.auto_enrollment.unknown_opt_outs: no effect in 2026: only the start year's counts",
    )


def test_what_another_year_switches_on_has_an_effect() -> None:
    config = read("enrollment: {escalation: {enabled: {2025: false, 2027: true}, cap: 0.06}}\n")

    assert effect_notes(drawing(config), 0) == ()


def test_a_value_of_a_section_by_year_is_set_where_it_is_no_default() -> None:
    assert _choice("eligibility.2026.entry", "monthly") == Choice(
        "eligibility.2026.entry", "monthly", "immediate", True
    )
    assert not _choice("eligibility.2026.entry", "immediate").is_set
    assert _choice("plan.catch_up.2027", True).is_set
