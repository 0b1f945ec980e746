"""``calibrate``: facts that a known configuration gives are met by moving another one back to it."""

from __future__ import annotations

from typing import Any

import pytest

import workforce_sim as ws
from workforce_sim.config import with_changes

BASE: dict[str, Any] = {
    "simulation": {"start_year": 2025, "end_year": 2025, "target_growth_rate": 0.03},
    "workforce": {"total_termination_rate": 0.12},
    "census": {"size": 400},
    "random_seed": 4,
}


def facts(**changes: float) -> dict[str, float]:
    changed = {key.replace("__", "."): value for key, value in changes.items()}
    row = ws.simulate_ensemble(with_changes(ws.load_config(BASE), changed), replicates=5, progress=None).replicates
    return {name: row[name].mean() for name in ("headcount_closing", "average_salary_growth_continuing")} | {
        "payroll": row["payroll_cents"].mean() / 100
    }


def test_payroll_is_met_by_the_cost_of_living_that_gave_it() -> None:
    known = facts(compensation__cola_rate=0.035)

    found = ws.calibrate(BASE, {"payroll": known["payroll"]}, replicates=5)

    assert found.met
    assert found.config.compensation.cola_rate.at(2025) == pytest.approx(0.035, abs=0.0015)
    assert found.moved.rows() == [("compensation.cola_rate", 0.025, found.config.compensation.cola_rate.at(2025))]


def test_several_facts_move_one_key_each() -> None:
    known = facts(compensation__merit_pool=0.02, simulation__target_growth_rate=0.05)
    known.pop("payroll")

    found = ws.calibrate(BASE, known, replicates=5)

    assert found.met
    assert found.config.simulation.target_growth_rate.at(2025) == pytest.approx(0.05, abs=0.003)
    assert found.config.compensation.merit_pool.at(2025) == pytest.approx(0.02, abs=0.002)
    assert "simulation.target_growth_rate" in str(found)


def test_two_keys_for_one_fact_share_the_way_by_their_size() -> None:
    known = facts(compensation__cola_rate=0.04)["payroll"]
    keys = ["compensation.cola_rate", "compensation.merit_pool"]

    found = ws.calibrate(BASE, {"payroll": known}, moving=keys, replicates=5)
    cola, merit = (after - before for _, before, after in found.moved.rows())

    assert found.met
    assert 0 < merit < 0.015
    assert 0 < cola < 0.015  # less than the 0.015 that either would move alone


def test_what_cannot_be_met_is_said() -> None:
    found = ws.calibrate(BASE, {"participation_rate": 1.0}, moving=["compensation.cola_rate"], replicates=2)

    assert not found.met
    assert found.facts["met"].to_list() == [False]


@pytest.mark.parametrize(
    ("targets", "moving", "says"),
    [
        ({"happiness": 1.0}, None, "no measure is named 'happiness'"),
        ({"hires": 10.0}, None, "say in moving which key may move"),
        ({"payroll": 1e6}, ["compensation.ratings"], "holds no single number"),
        ({}, None, "name at least one measure"),
    ],
)
def test_what_makes_no_sense_is_refused(targets: dict[str, float], moving: list[str] | None, says: str) -> None:
    with pytest.raises(ws.RequestError, match=says):
        ws.calibrate(BASE, targets, moving=moving)
