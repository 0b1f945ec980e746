"""A configuration with changes, written as a file: what was set, and no more, reads back as what it says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from workforce_sim import load_config
from workforce_sim.config import with_changes
from workforce_sim.config.written import yaml_text

GIVEN: dict[str, Any] = {
    "simulation": {"start_year": 2025, "end_year": 2027, "target_growth_rate": 0.03},
    "workforce": {"total_termination_rate": 0.1},
    "compensation": {"cola_rate": {2025: 0.02, 2026: 0.03}},
    "enrollment": {"auto_enrollment": {"hire_date_cutoff": "2025-01-01"}},
    "plan": {"match": {2025: {"preset": "simple"}, 2026: {"tiers": [{"up_to": 0.06, "rate": 0.5}]}}},
    "random_seed": 1,
}
CHANGES: tuple[dict[str, Any], ...] = (
    {},
    {"plan.match.last_day": True},
    {"plan.match": {"preset": "stretch"}},
    {"compensation.cola_rate.2026": 0.04},
    {"hiring.ages[0].weight": 5.0},
    {"plan.match.2026.tiers[0].rate": 0.25},
    {"plan.discretionary_match": {"preset": "stretch"}, "plan.annual_return": 0.05},
    {"compensation.merit_factors": {"A.B": 1.1}, "terminations.age_factors": None},
)


@pytest.mark.parametrize("changes", CHANGES, ids=lambda changes: ", ".join(changes) or "nothing")
def test_a_file_reads_back_as_the_configuration_with_the_changes(changes: dict[str, Any], tmp_path: Path) -> None:
    base, file = load_config(GIVEN), tmp_path / "plan.yaml"
    file.write_text(yaml_text(base, changes, ["What it is."]), encoding="utf-8")

    assert load_config(file).model_dump() == with_changes(base, changes).model_dump()


def test_keys_that_nobody_set_or_changed_are_left_out() -> None:
    text = yaml_text(load_config(GIVEN), {"plan.annual_return": 0.05}, [], {"plan.annual_return": "a guess"})

    assert "  # a guess\n  annual_return: 0.05\n" in text
    assert not any(name in text for name in ("hiring", "vesting", "opt_out", "last_day"))
