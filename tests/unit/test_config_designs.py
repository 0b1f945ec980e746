"""The plan designs that ship: each loads, is listed, and is the design that its name says.

``tests/golden/test_designs.py`` works a year of the whole employers by hand.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from workforce_sim import load_config, simulate
from workforce_sim.config import Config, with_changes

FOLDER = Path(__file__).parents[2] / "config"
DESIGNS = {path.stem: path for path in sorted((FOLDER / "plan_designs").glob("*.yaml"))}
PLANS = (
    "automatic_3_simple_match",
    "integrated_nonelective",
    "no_automatic_enrollment_stretch",
    "qaca_escalation",
    "safe_harbor",
)
"""One workforce, and other plans."""
EMPLOYERS = (
    "hospital_part_time_hours_rehires",
    "professional_firm_new_comparability",
    "retailer_seasonal",
    "safe_harbor_nonelective_profit_sharing",
    "union_and_staff",
)
"""Each with a workforce of its own."""
README = (FOLDER / "README.md").read_text(encoding="utf-8")


def design(name: str) -> Config:
    return load_config(DESIGNS[name])


def test_there_are_five_plans_for_one_workforce_and_five_employers() -> None:
    assert set(DESIGNS) == {*PLANS, *EMPLOYERS}


@pytest.mark.parametrize("name", DESIGNS)
def test_each_is_listed_names_its_schema_and_says_which_law_it_follows(name: str) -> None:
    lines = DESIGNS[name].read_text(encoding="utf-8").splitlines()
    header = "\n".join(lines[: lines.index("")])

    assert f"(plan_designs/{name}.yaml)" in README
    schema = lines[0].removeprefix("# yaml-language-server: $schema=")
    assert (DESIGNS[name].parent / schema).resolve().name == "schema.json"
    assert (DESIGNS[name].parent / schema).resolve().exists()
    assert re.search(r"IRC 4\d\d", header)
    assert max(map(len, lines)) <= 120


@pytest.mark.parametrize("name", PLANS)
def test_they_differ_by_the_plan_alone(name: str) -> None:
    written = yaml.safe_load(DESIGNS[name].read_text(encoding="utf-8"))
    config, plain = design(name), load_config()

    assert set(written) == {"simulation", "workforce", "random_seed", "eligibility", "enrollment", "plan"}
    of_the_plan = {"eligibility", "enrollment", "plan"}
    assert config.model_dump(exclude=of_the_plan) == plain.model_dump(exclude=of_the_plan)
    assert config.plan != plain.plan


def test_each_is_what_its_name_says() -> None:
    configs = {name: design(name) for name in DESIGNS}
    automatic = {name: config.enrollment.auto_enrollment for name, config in configs.items()}
    bands = {name: config.plan.match.at(2025).bands for name, config in configs.items()}

    assert not automatic["no_automatic_enrollment_stretch"].enabled
    assert bands["no_automatic_enrollment_stretch"] == ((0, ((0, 1200, 2500),)),)
    assert automatic["automatic_3_simple_match"].default_deferral_rate == 0.03
    assert bands["automatic_3_simple_match"] == ((0, ((0, 600, 5000),)),)
    assert bands["safe_harbor"] == ((0, ((0, 300, 10_000), (300, 500, 5000))),)
    assert bands["qaca_escalation"] == ((0, ((0, 100, 10_000), (100, 600, 5000))),)
    assert automatic["qaca_escalation"].everybody
    assert configs["integrated_nonelective"].plan.nonelective.kind == "integrated"


def test_a_qualified_automatic_contribution_arrangement_keeps_to_its_section() -> None:
    config = design("qaca_escalation")
    rising = config.enrollment.escalation

    assert 0.03 <= config.enrollment.auto_enrollment.default_deferral_rate <= 0.10
    assert rising.enabled
    assert rising.increment >= 0.01
    assert 0.06 <= rising.cap <= 0.15
    assert rising.delay_years <= 2
    assert config.plan.vesting.match_bp == (0, 0, 10_000)


def test_safe_harbors_are_those_of_the_presets() -> None:
    assert [name for name in DESIGNS if design(name).plan.safe_harbor(2025)] == [
        "professional_firm_new_comparability",
        "qaca_escalation",
        "safe_harbor",
        "safe_harbor_nonelective_profit_sharing",
    ]


@pytest.mark.parametrize("name", PLANS)
def test_each_runs_and_costs_the_employer_something(name: str) -> None:
    config = with_changes(design(name), {"census.size": 200, "simulation.end_year": 2026})
    summary = simulate(config).summary

    assert (summary["match_cents"] > 0).all()
    assert (summary["nonelective_cents"] > 0).all() == (name == "integrated_nonelective")
    assert bool(summary["opt_outs"].sum()) <= config.enrollment.auto_enrollment.enabled
    assert bool(summary["escalations"].sum()) <= config.enrollment.escalation.enabled


@pytest.mark.parametrize(
    ("name", "measures"),
    [
        ("hospital_part_time_hours_rehires", ("rehires", "leaves_begun", "other_pay_cents", "match_cents")),
        ("professional_firm_new_comparability", ("profit_sharing_cents", "nonelective_cents")),
        ("retailer_seasonal", ("seasonal_hires", "reductions", "other_pay_cents", "match_cents")),
        ("safe_harbor_nonelective_profit_sharing", ("profit_sharing_cents", "discretionary_match_cents")),
        ("union_and_staff", ("profit_sharing_cents", "match_cents")),
    ],
)
def test_each_employer_has_what_its_name_says(name: str, measures: tuple[str, ...]) -> None:
    config = with_changes(design(name), {"census.size": 300, "simulation.end_year": 2026})
    summary = simulate(config).summary

    assert {measure: summary[measure].sum() > 0 for measure in measures} == dict.fromkeys(measures, True)


def test_the_union_is_in_the_plan_sooner_or_not_at_all() -> None:
    config = with_changes(design("union_and_staff"), {"census.size": 300, "simulation.end_year": 2025})
    staff = simulate(config).snapshots
    excluded = staff.filter(excluded_class="union")

    assert set(excluded["department"]) == {"Technology"}
    assert excluded["eligibility_date"].null_count() == len(excluded)
    assert set(staff.filter(union=True)["department"]) == {"Operations", "Technology"}
