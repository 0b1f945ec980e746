"""The plan's limit on deferrals of the highly compensated: the example of the chapter, catch-up above it, the match."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.support import configured
from tests.unit.small_plans import drawing, laid_over, lived, on, person, scenario, snapshot, snapshots
from workforce_sim import simulate, timeline
from workforce_sim.draws import Stream
from workforce_sim.errors import ConfigError
from workforce_sim.tables.output import Tables

HIGH = 20_000_000
YOUNG, OLD = "1981-03-01", "1971-03-01"  # 45 and 55 by the end of 2026


def limited(*people: dict[str, Any], share: Any = 0.06, plan: Any = None, **sections: Any) -> Tables:
    """Run a firm of 2026 in which the highly compensated may defer a share of pay; all Roth left out."""
    rules = laid_over({"hce_deferral_limit": share, "roth": {"share": 0.0}}, plan or {})
    return lived(*people, start=2026, plan=rules, **sections)


def high(born: str = YOUNG, **columns: Any) -> dict[str, Any]:
    given = {"birth_date": born, "salary_cents": HIGH, "prior_year_pay_cents": HIGH, "deferral_bp": 1000}
    return person(**{**given, **columns})


def deferred(tables: Tables) -> list[tuple[int, int]]:
    """Deferrals of each employee, and the part that is catch-up; from 2026 it is Roth at this pay."""
    rows = snapshots(tables, "pre_tax_cents", "roth_cents", "catch_up_cents")
    return [(pre_tax + roth, catch_up) for pre_tax, roth, catch_up in rows]


def test_the_example_of_the_chapter() -> None:
    # 10% through June 30 and 2% from July 1 on: a change of 8 points down on that day.
    draws = {(Stream.CHANGE_OR_STOP_DATE, 2026): on("2026-07-01"), (Stream.CHANGE_DIRECTION, 2026): (0.75, 1.0)}
    changing = {"enrollment": {"change": {"probability": 1.0, "step": 0.08}}}

    steady = limited(high(), high(OLD))
    lower = limited(high(employee_id=drawing(draws)[0]), **changing)

    assert deferred(steady) == [(1_200_000, 0), (2_000_000, 800_000)]
    assert deferred(lower) == [(796_712, 0)]
    assert snapshot(lower, "deferral_bp") == 200


def test_others_defer_as_before_and_rates_stay_as_elected() -> None:
    low = person(birth_date=YOUNG, salary_cents=HIGH, prior_year_pay_cents=16_000_000, deferral_bp=1000)

    found = snapshots(limited(low, high()), "hce", "pre_tax_cents", "deferral_bp")

    assert found == [(False, 2_000_000, 1000), (True, 1_200_000, 1000)]


def test_an_owner_of_more_than_five_percent_is_limited_whatever_the_pay() -> None:
    owner = person(birth_date=YOUNG, deferral_bp=1000, owner_share_ppm=50_001)
    assert snapshot(limited(owner), "pre_tax_cents") == 600_000


def test_section_402g_stays_the_limit_where_it_is_lower() -> None:
    found = deferred(limited(high(deferral_bp=2000), high(OLD, deferral_bp=2000), share=0.2))
    assert found == [(2_450_000, 0), (3_250_000, 800_000)]


@pytest.mark.parametrize(("share", "young", "old"), [(0.0, 0, 800_000), (1, 2_000_000, 2_000_000)])
def test_nothing_or_all_of_pay(share: float, young: int, old: int) -> None:
    assert [total for total, _ in deferred(limited(high(), high(OLD), share=share))] == [young, old]


def test_the_share_is_that_of_the_year() -> None:
    tables = lived(high(), start=2026, end=2027, plan={"hce_deferral_limit": {2026: 0.06, 2027: 0.07}})
    found = snapshots(tables, "pre_tax_cents", "roth_cents")
    assert [sum(row) for row in found] == [1_200_000, 1_400_000]


def test_the_limit_counts_pay_since_entry_within_the_pay_limit() -> None:
    paid = person(birth_date=YOUNG, salary_cents=50_000_000, prior_year_pay_cents=HIGH, deferral_bp=400)
    assert snapshot(limited(paid, share=0.03), "pre_tax_cents") == 1_080_000  # 3% of 360,000, not of 500,000


def test_without_catch_up_payroll_lowers_the_rate_so_that_the_match_goes_on() -> None:
    by_payroll = {"match": {"preset": "safe_harbor_enhanced", "basis": "payroll"}}
    draws = {(Stream.CHANGE_OR_STOP_DATE, 2026): on("2026-07-01"), (Stream.CHANGE_DIRECTION, 2026): (0.75, 1.0)}
    changing = {"enrollment": {"change": {"probability": 1.0, "step": 0.08}}}

    found = snapshots(limited(high(), high(OLD), plan=by_payroll), "match_cents")
    lower = limited(high(employee_id=drawing(draws)[0]), plan=by_payroll, **changing)

    assert found == [(800_000,), (800_000,)]  # 4% of pay
    assert snapshot(lower, "match_cents") == 396_712 + 201_644  # 4% of 9,917,808, then 2% of 10,082,192


def test_catch_up_that_the_plan_or_the_roth_rule_takes_away_leaves_the_limit() -> None:
    assert snapshot(limited(high(OLD), plan={"catch_up": False}), "pre_tax_cents") == 1_200_000
    assert snapshot(limited(high(OLD), plan={"roth": {"available": False}}), "pre_tax_cents") == 1_200_000


def test_an_excess_of_annual_additions_becomes_what_is_left_of_catch_up() -> None:
    # 13,000 deferred, 1,000 of it catch-up; 62,000 of employer money leaves room for 10,000 below 72,000.
    rules = {"nonelective": {"kind": "flat", "rate": 0.31}, "match": {"preset": "none"}}
    tables = limited(high(OLD, deferral_bp=650), plan=rules)
    assert (deferred(tables), snapshot(tables, "excess_415_cents")) == ([(1_300_000, 300_000)], 0)


def test_a_timeline_says_who_has_reached_it() -> None:
    rules = {"hce_deferral_limit": 0.05, "limits": {"overrides": {"highly_compensated": {2025: 0}}}}
    run = simulate(configured(2026, 2026, census={"size": 60}, plan=rules))
    rows = run.snapshots.filter(pl.col("hce") & (pl.col("deferral_bp") > 0)).sort("employee_id")
    reached = rows.select("employee_id", pl.col("pre_tax_cents") + pl.col("roth_cents") - pl.col("catch_up_cents"))
    share = (5 * rows["testing_compensation_cents"] + 50) // 100

    told = ["plan.hce_deferral_limit" in str(timeline(run, who)) for who in reached["employee_id"]]

    assert told == (reached["pre_tax_cents"] >= share).to_list()
    assert set(told) == {True, False}


def test_a_run_on_disk_goes_on_the_same(tmp_path: Path) -> None:
    rules = {"hce_deferral_limit": {2025: 0.06, 2027: 0.03}}
    shorter, longer = (configured(2025, end, census={"size": 60}, plan=rules) for end in (2025, 2027))

    simulate(shorter, out=tmp_path / "run")

    assert simulate(longer, out=tmp_path / "run").fingerprint == simulate(longer).fingerprint


def test_a_year_without_a_share_is_told() -> None:
    with pytest.raises(ConfigError, match=r"plan.hce_deferral_limit: the table starts in 2027, after start_year 2026"):
        scenario(high(), start=2026).changed({"plan.hce_deferral_limit": {2027: 0.06}})


@pytest.mark.parametrize("share", [-0.01, 1.01, 0.06123])
def test_a_share_is_from_0_to_1_with_at_most_4_decimals(share: float) -> None:
    with pytest.raises(ConfigError, match=r"plan\.hce_deferral_limit"):
        scenario(high(), start=2026).changed({"plan.hce_deferral_limit": share})
