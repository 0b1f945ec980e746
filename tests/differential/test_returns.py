"""The engines agree where many come back, or bring service: by hours, with parity, and rules that change."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests import support
from tests.support import Scenario, assert_same, fast, of_type, slow
from workforce_sim.census import Census
from workforce_sim.config import Config
from workforce_sim.tables.output import Tables

BY_HOURS: dict[str, Any] = {
    "waiting_period_years": 1,
    "service": {"method": "hours"},
    "excluded_share": 0.1,
    "excluded_classes": [{"reason": "nonresident_alien"}],
    "classes": [{"union": True, "waiting_period_days": 400}],
}
ELIGIBILITY: dict[str, dict[int, dict[str, Any]]] = {
    "hours, and part-timers": {2023: BY_HOURS, 2026: BY_HOURS | {"minimum_age": 30, "entry": "quarterly"}},
    "part-timers later": {2023: BY_HOURS | {"long_term_part_time": {"enabled": False}}, 2026: BY_HOURS},
    "elapsed, then hours, then elapsed": {
        2023: {"waiting_period_days": 700, "excluded_share": 0.1},
        2025: BY_HOURS | {"service": {"method": "hours", "hours": 900}, "long_term_part_time": {"enabled": False}},
        2028: {"waiting_period_months": 6},
    },
}
VESTING: dict[str, dict[int, dict[str, Any]]] = {
    "plan years": {2023: {"match": "cliff_3", "nonelective": "graded_6", "service": {"method": "hours"}}},
    "anniversaries, then elapsed and slower": {
        2023: {"match": "graded_5", "service": {"method": "hours", "periods": "anniversary", "hours": 700}},
        2026: {"match": "graded_6", "nonelective": "cliff_3"},
        2028: {"match": "cliff_3", "nonelective": "cliff_3", "service": {"method": "hours", "hours": 1200}},
    },
}


def firm(eligibility: dict[int, Any], vesting: dict[int, Any], headcount: str) -> Scenario:
    """A firm that half of the staff leave every year, and come back to sooner or later."""
    config = support.configured(
        2023,
        2031,
        simulation={"target_growth_rate": {2023: -0.3, 2025: 0.1, 2028: 0.5, 2030: 0.0}},
        workforce={"headcount": headcount, "total_termination_rate": 0.5, "new_hire_termination_rate": 0.5},
        terminations={
            "retirement": {"eligible": [{"age": 55, "service": 3}], "rates": [{"from": 55, "rate": 0.2}]},
            "causes": [{"from": 0, "voluntary": 0.7, "involuntary": 0.1, "retirement": 0.2}],
        },
        hiring={
            "part_time_share": 0.4,
            "part_time_hours": 800,
            "rehires": {
                "share": 1.0,
                "within_years": 8,
                "causes": ["voluntary", "involuntary", "retirement", "reduction"],
            },
        },
        leave={"share": 0.1, "longest_days": 300},
        eligibility=eligibility,
        enrollment={"auto_enrollment": {"scope": "all_eligible"}, "election": 0.4, "stop": 0.3},
        plan={
            "vesting": vesting,
            "breaks": {"rule_of_parity": True},
            "annual_return": 0.05,
            "forfeitures": "offset",
            "nonelective": {"kind": "flat", "rate": 0.02, "minimum_hours": 700, "minimum_service_years": 1},
            "testing": {"top_paid_group": True},
        },
    )
    return Scenario(staff(240, config, seed=3), config)


def staff(size: int, config: Config, seed: int) -> Census:
    """Invent staff of whom half work part-time, and some are in a union, excluded, opted out or have a balance."""
    some, out = pl.int_range(pl.len()) % 8, pl.col("deferral_bp") == 0
    return Census(
        support.synthetic(size, config, seed).census.frame.with_columns(
            full_time_ppm=pl.when(some < 4).then(1_000_000).otherwise(100_000 + 60_000 * some).cast(pl.Int32),
            union=some == 1,
            nonresident=some == 3,
            excluded=(some == 5) & out,
            opted_out=(some == 6) & out,
            match_balance_cents=(12_345 * some * ~out).cast(pl.Int64),
        )
    )


@pytest.mark.parametrize("headcount", support.few(["stochastic", "exact"], 2))
@pytest.mark.parametrize("vesting", support.few(VESTING.values(), 3), ids=VESTING)
@pytest.mark.parametrize("eligibility", ELIGIBILITY.values(), ids=ELIGIBILITY)
def test_engines_agree_where_many_come_back(
    eligibility: dict[int, Any], vesting: dict[int, Any], headcount: str
) -> None:
    scenario = firm(eligibility, vesting, headcount)
    tables = fast(scenario, (2,))

    assert_rich(tables)
    assert tables.snapshots["long_term_part_time"].any() is (BY_HOURS in eligibility.values())
    assert_same(tables, slow(scenario, 2))


def assert_rich(tables: Tables) -> None:
    """Assert that what the firm is for happens in it."""
    back = of_type(tables.events, "rehire").group_by("employee_id").len()
    people = tables.snapshots
    disregarded = (pl.col("plan_service_date") == pl.col("hire_date")) & (pl.col("service_date") < pl.col("hire_date"))

    assert back.height > 100
    assert back["len"].max() > 1
    assert people.filter(disregarded).height > 0
    assert people["restored_cents"].sum() > 0
    assert people["vested_share_match_bp"].n_unique() > 2 or people["vested_share_nonelective_bp"].n_unique() > 2


@pytest.mark.parametrize("headcount", support.few(["exact", "stochastic"], 2))
@pytest.mark.parametrize("vesting", support.few(VESTING.values(), 3), ids=VESTING)
@pytest.mark.parametrize("eligibility", ELIGIBILITY.values(), ids=ELIGIBILITY)
def test_engines_agree_where_acquired_firms_bring_their_service(
    eligibility: dict[int, Any], vesting: dict[int, Any], headcount: str, tmp_path: Path
) -> None:
    scenario = firm(eligibility, vesting, headcount)
    joining = [("A-", "2023-10-01"), ("B-", "2025-04-15"), ("C-", "2026-01-01")]
    for prefix, _ in joining:
        staff(60, scenario.config, seed=ord(prefix[0])).frame.write_parquet(tmp_path / f"{prefix}.parquet")
    acquisitions = [{"census": str(tmp_path / f"{a}.parquet"), "date": day, "prefix": a} for a, day in joining]
    changes = {"hiring.rehires.share": 0.0, "simulation.end_year": 2027}
    scenario = scenario.changed({**changes, "actions.acquisitions": acquisitions})
    tables = fast(scenario, (2,))

    assert tables.summary["acquired_employees"].sum() == 180
    assert_same(tables, slow(scenario, 2))
