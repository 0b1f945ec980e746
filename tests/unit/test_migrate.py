"""A configuration of the database pipeline that came before, translated: nothing is lost without a word."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from workforce_sim import load_config
from workforce_sim.cli.main import main
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
    assert "  employer_match.formulas.own: write plan.match" in out
    assert "  compensation.promotion_increase: write promotion.increase" in out
    assert (config.random_seed, config.compensation.merit_pool.at(2025)) == (7, 0.035)
    assert config.plan.match.at(2025).preset == "stretch"
    assert (config.plan.nonelective.kind, config.plan.nonelective.rate) == ("flat", 0.01)
    assert config.enrollment.match_seeking == 0.0  # the magnet is off, whatever its strength
    assert config.enrollment.auto_enrollment.opt_out == 0.09
    assert config.enrollment.auto_enrollment.default_deferral_rate == 0.045  # the later block goes over the earlier
    assert (config.enrollment.escalation.date, config.enrollment.escalation.cap) == ("07-01", 0.08)
    assert config.eligibility.waiting_period_days == 180


def nested(key: str, value: Any) -> dict[str, Any]:
    for part in reversed(key.split(".")):
        value = {part: value}
    return value


@pytest.mark.parametrize("key", [*MOVES, *SWITCHES])
def test_each_known_setting_lands_at_a_key_of_ours(key: str) -> None:
    new = MOVES.get(key, SWITCHES.get(key))
    assert new is not None
    value: Any = False if key in SWITCHES else "simple_match" if key.endswith("active_formula") else 1
    found = migrated(nested(key, value))
    assert found.translated == [(key, new[0])]
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
