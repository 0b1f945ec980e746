"""A file of scenarios: differences from one configuration, for comparisons and searches."""

from __future__ import annotations

from pathlib import Path

import pytest

import workforce_sim as ws
from workforce_sim.cli.main import main
from workforce_sim.ensembles.scenario_file import scenario_file

TODAY = """
simulation: {start_year: 2025, end_year: 2025, target_growth_rate: 0.02}
workforce: {total_termination_rate: 0.1}
census: {size: 120}
plan: {match: {preset: simple}}
random_seed: 1
"""
SCENARIOS = """
extends: today.yaml
scenarios:
  today: {}
  stretch: {plan.match: {preset: stretch}}
  early:
    eligibility: {waiting_period_days: 0}
    plan: {match: {tiers: [{rate: 1, up_to: 0.03}]}}
"""


@pytest.fixture
def scenarios(tmp_path: Path) -> Path:
    (tmp_path / "today.yaml").write_text(TODAY, encoding="utf-8")
    path = tmp_path / "scenarios.yaml"
    path.write_text(SCENARIOS, encoding="utf-8")
    return path


def test_differences_are_laid_over_the_configuration(scenarios: Path) -> None:
    found = scenario_file(scenarios)

    assert found is not None
    configs = found.configs()
    assert configs["today"] == ws.load_config(scenarios.parent / "today.yaml")
    assert configs["stretch"].plan.match.at(2025).preset == "stretch"
    assert configs["early"].eligibility.waiting_period_days == 0
    assert configs["early"].plan.match.at(2025).preset is None


def test_a_file_is_compared_as_its_scenarios_are(scenarios: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = ws.compare(scenarios, replicates=1, progress=None)
    assert list(found.ensembles) == ["today", "stretch", "early"]

    assert main(["compare", str(scenarios), "--replicates", "1"]) == 0
    assert capsys.readouterr().out == f"{found}\n"


def test_scenarios_are_a_lever(scenarios: Path) -> None:
    base = scenarios.parent / "today.yaml"
    found = ws.optimize(base, {"design": str(scenarios)}, "minimize match", replicates=4, progress=False)

    assert found.best is not None
    assert found.best.labels == ("stretch",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("extend: today.yaml\nscenarios: {a: {}}", "extend: unknown; a file of scenarios has extends and scenarios"),
        ("scenarios: {a: {}}", "extends: name the configuration file"),
        ("extends: today.yaml\nscenarios: []", "expected names with their differences"),
        ("extends: today.yaml\nscenarios: {a: 3}", r"scenarios\.a: expected keys with their values"),
        ("extends: today.yaml\nscenarios: {a: {}, b: {plan.matcher: 3}}", r"scenario b: plan\.matcher: unknown key"),
    ],
)
def test_what_is_wrong_is_said(scenarios: Path, text: str, said: str) -> None:
    scenarios.write_text(text, encoding="utf-8")

    with pytest.raises(ws.ConfigError, match=said):
        ws.compare(scenarios, replicates=1, progress=None)


def test_one_configuration_is_no_comparison(scenarios: Path) -> None:
    told = r"today\.yaml: is one configuration, and a comparison needs two or more: name another after it"
    with pytest.raises(ws.RequestError, match=told):
        ws.compare(scenarios.parent / "today.yaml", replicates=1, progress=None)
