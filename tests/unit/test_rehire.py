"""Rehires, worked by hand on small firms; the chapter is docs/model/returns.md."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import cache
from typing import Any

import polars as pl
import pytest

from tests import support
from tests.support import Scenario, fast, of_type
from workforce_sim.tables.output import Tables

SHRINKS = {"target_growth_rate": {2025: -0.5, 2026: 1.0}}
ALL: dict[str, Any] = {
    "workforce": {"total_termination_rate": {2025: 0.5, 2026: 0.0}, "new_hire_termination_rate": 0.0},
    "hiring": {"rehires": {"share": 1.0, "within_years": 1, "causes": ["voluntary"]}},
    "terminations": {"causes": [{"from": 0, "voluntary": 1.0}]},
    "compensation": {"cola_rate": 0.02, "merit_pool": 0.0},
}
"""Half of the staff leave in the first year, and all of them want to come back in the second."""


def firm(end_year: int = 2026, size: int = 40, **sections: Any) -> Scenario:
    laid = {name: {**ALL.get(name, {}), **section} for name, section in sections.items()}
    return support.synthetic(size, support.configured(2025, end_year, **{**ALL, **laid}))


def rows(tables: Tables, year: int, *columns: str) -> pl.DataFrame:
    people = tables.snapshots.filter(pl.col("year") == year)
    return people.select("employee_id", *columns).sort("employee_id")


def returned(tables: Tables) -> pl.DataFrame:
    return of_type(tables.events, "rehire").sort("employee_id")


def left(tables: Tables, year: int) -> pl.DataFrame:
    return of_type(tables.events, "termination").filter(pl.col("year") == year).sort("employee_id")


@cache
def growing() -> Tables:
    return fast(firm(simulation=SHRINKS))


def test_all_who_left_come_back_where_as_many_are_hired() -> None:
    tables = growing()
    summary = tables.summary.sort("year")

    assert summary["rehires"].to_list() == [0, 20]
    assert summary["hires"].to_list() == [0, 20]
    assert summary["headcount_closing"].to_list() == [20, 40]
    assert returned(tables)["employee_id"].to_list() == left(tables, 2025)["employee_id"].to_list()
    assert of_type(tables.events, "hire").is_empty()


def test_they_come_back_as_they_were_and_paid_as_the_ranges_have_grown() -> None:
    tables = growing()
    same = ("birth_date", "department", "full_time_ppm", "level")
    before = rows(tables, 2025, "termination_date", "salary_cents", *same).filter(
        pl.col("termination_date").is_not_null()
    )
    after = rows(tables, 2026, "status", "hire_date", "opening_salary_cents", *same).join(before, on="employee_id")
    paid = returned(tables).select("employee_id", "effective_date", pay="salary_after_cents", level_now="level_after")
    both = after.join(paid, on="employee_id")

    assert both.height == 20
    assert both["status"].cast(pl.String).unique().to_list() == ["new_hire"]
    assert (both["hire_date"] == both["effective_date"]).all()
    assert both["opening_salary_cents"].null_count() == 20
    assert all((both[name] == both[f"{name}_right"]).all() for name in ("birth_date", "full_time_ppm", "level"))
    assert both["department"].eq_missing(both["department_right"]).all()
    raised = (2 * both["salary_cents"] * 1_020_000 + 1_000_000) // 2_000_000
    assert (both["pay"] == raised).all()
    assert both["effective_date"].is_between(dt.date(2026, 1, 1), dt.date(2026, 12, 30)).all()


def test_hires_never_exceed_the_plan_and_the_first_by_date_come_back() -> None:
    half = fast(firm(simulation={"target_growth_rate": {2025: -0.5, 2026: 0.5}}))
    every = returned(growing()).sort("effective_date").head(10)

    assert half.summary.sort("year")["rehires"].to_list() == [0, 10]
    assert half.summary.sort("year")["hires"].to_list() == [0, 10]
    assert set(returned(half)["employee_id"]) == set(every["employee_id"])


def test_who_finds_no_opening_never_comes_back() -> None:
    plan = {2025: -0.5, 2026: 0.0, 2027: 1.0}
    tables = fast(firm(2027, simulation={"target_growth_rate": plan}))

    assert tables.summary.sort("year")["rehires"].to_list() == [0, 0, 0]
    assert tables.summary.sort("year")["hires"].to_list() == [0, 0, 20]


@pytest.mark.parametrize("headcount", ["exact", "stochastic"])
@pytest.mark.parametrize("mode", ["rates", "vacancies"])
def test_new_people_keep_their_keys_and_draws_and_terminations_their_number(headcount: str, mode: str) -> None:
    sections: dict[str, Any] = {
        "workforce": {"total_termination_rate": 0.3, "new_hire_termination_rate": 0.3, "headcount": headcount},
        "promotion": {"mode": mode},
    }
    some = fast(firm(2025 + 2, 60, **sections))
    none = fast(firm(2025 + 2, 60, **sections, hiring={"rehires": {"share": 0.0}}))
    counts = ("hires", "headcount_closing", "terminations_new_hires", "terminations_opening_staff")
    years = [2025, 2026] if headcount == "exact" else [2025]
    second = ["headcount_opening", "hires"]

    if headcount == "exact":
        assert some.summary.select(counts).equals(none.summary.select(counts))
    assert (
        some.summary.filter(pl.col("year") <= 2026)
        .select(second)
        .equals(none.summary.filter(pl.col("year") <= 2026).select(second))
    )
    new = of_type(some.events, "hire").filter(pl.col("year").is_in([*years, 2026]))
    joined = new.join(of_type(none.events, "hire"), on=["year", "employee_id"], how="left")
    assert joined["effective_date_right"].null_count() == 0
    assert (joined["effective_date"] == joined["effective_date_right"]).all()
    assert int(some.summary["rehires"].sum()) > 0


def test_causes_and_share_say_who_may_come_back() -> None:
    causes = [{"from": 0, "voluntary": 0.5, "retirement": 0.5}]
    tables = fast(firm(simulation=SHRINKS, terminations={"causes": causes}, size=200))
    why = left(tables, 2025).select("employee_id", pl.col("cause").cast(pl.String))
    back = returned(tables).join(why, on="employee_id", suffix="_then")

    assert back["cause_then"].unique().to_list() == ["voluntary"]
    assert back.height == why.filter(pl.col("cause") == "voluntary").height


def test_a_share_is_drawn_and_no_more_of_it_come_back_with_a_smaller_one() -> None:
    found = []
    for share in (0.7, 0.3):
        rehires = {"share": share, "within_years": 1}
        tables = fast(firm(2026, 400, simulation=SHRINKS, hiring={"rehires": rehires}))
        found.append(set(returned(tables)["employee_id"]))

    assert found[1] < found[0]
    assert 110 <= len(found[0]) <= 170
    assert 35 <= len(found[1]) <= 85


def test_who_comes_back_may_leave_and_come_back_again() -> None:
    sections: dict[str, Any] = {"workforce": {"total_termination_rate": 0.5, "new_hire_termination_rate": 0.5}}
    tables = fast(firm(2029, 40, **sections))
    times = returned(tables).group_by("employee_id").len()

    assert times["len"].max() >= 2
    twice = times.filter(pl.col("len") >= 2)["employee_id"][0]
    kinds = tables.events.filter(pl.col("employee_id") == twice).select(kind=pl.col("event_type").cast(pl.String))
    moves = kinds.filter(pl.col("kind").is_in(["rehire", "termination", "hire"]))["kind"].to_list()
    assert moves[:4] in (["termination", "rehire"] * 2, ["hire", "termination", "rehire", "termination"])


def test_without_a_plan_they_come_back_and_bring_nothing() -> None:
    tables = fast(firm(simulation=SHRINKS, plan={"enabled": False}))

    assert tables.summary.sort("year")["rehires"].to_list() == [0, 20]
    assert tables.snapshots["restored_cents"].null_count() == tables.snapshots.height
    assert tables.snapshots["plan_service_date"].null_count() == tables.snapshots.height
    assert tables.snapshots["service_date"].null_count() == 0


def test_a_run_without_rehires_has_none_of_their_columns() -> None:
    tables = fast(firm(hiring={"rehires": {"share": 0.0}}))

    for name in ("service_date", "plan_service_date", "restored_cents", "repaid_cents"):
        assert tables.snapshots[name].null_count() == tables.snapshots.height
    assert tables.summary["rehires"].null_count() == 2


@pytest.mark.parametrize("mode", ["exact", "stochastic"])
def test_each_replicate_of_a_batch_gets_what_it_gets_alone(mode: str) -> None:
    scenario = firm(
        2029, 30, workforce={"total_termination_rate": 0.4, "headcount": mode}, plan={"vesting": {"match": "graded_6"}}
    )
    batch = fast(scenario, (0, 3, 5))

    for number in (0, 3, 5):
        support.assert_same(support.only(batch, pl.col("replicate") == number), fast(scenario, (number,)))


# --- the plan ---------------------------------------------------------------------------------------------------------

OUT_OF_THE_PLAN: dict[str, Any] = {
    "auto_enrollment": {"enabled": False},
    "election": 0.0,
    "conversion": 0.0,
    "stop": 0.0,
    "change": {"probability": 0.0, "step": 0.01},
}
"""Nobody joins or changes: the half of the census who defer at 5% go on."""


def plan_firm(end_year: int, size: int = 300, **plan: Any) -> Scenario:
    """A firm with balances of the match; half leave in 2025, and all openings come in the last year."""
    scenario = firm(end_year, size)
    half = pl.int_range(pl.len()) % 2
    people = scenario.census.frame.with_columns(
        deferral_bp=(500 * half).cast(pl.Int32),
        match_balance_cents=(1_000_003 * half).cast(pl.Int64),
    )
    changes: dict[str, Any] = {
        "simulation.target_growth_rate": {2025: -0.5, 2026: 0.0, end_year: 1.0},
        "hiring.rehires.within_years": end_year - 2025,
        "plan.match": {"preset": "none"},
        "plan.vesting.match": "graded_6",
        "enrollment": OUT_OF_THE_PLAN,
        "eligibility.waiting_period_days": 1000,
        **{f"plan.{key}": value for key, value in plan.items()},
    }
    return Scenario(replace(scenario.census, frame=people), scenario.config).changed(changes)


def pairs(tables: Tables, year: int) -> pl.DataFrame:
    """Return who came back in a year, with what they were when they left."""
    back = returned(tables).filter(pl.col("year") == year)["employee_id"].implode()
    people = tables.snapshots.filter(pl.col("employee_id").is_in(back))
    now, then = (people.filter(pl.col("year") == at) for at in (year, 2025))
    return now.join(then, on="employee_id", suffix="_then").sort("employee_id")


def test_what_was_forfeited_is_restored_and_the_employer_pays() -> None:
    tables = fast(plan_firm(2026))
    both = pairs(tables, 2026)
    paid = both["match_balance_cents_then"] - both["forfeited_cents_then"]
    forfeits = both["forfeited_cents_then"] > 0

    assert (both["restored_cents"] == both["forfeited_cents_then"]).all()
    assert (both["repaid_cents"] == paid * forfeits.cast(pl.Int64)).all()
    assert (both["match_balance_cents"] == both["restored_cents"] + both["repaid_cents"]).all()
    assert {0, 2000, 10_000} <= set(both["vested_share_match_bp_then"])
    first, second = tables.summary.sort("year").iter_rows(named=True)
    assert second["restored_cents"] == both["restored_cents"].sum() > 0
    assert second["forfeitures_used_cents"] == second["restored_cents"] <= first["forfeitures_cents"]
    assert second["net_employer_cost_cents"] == 0


def test_the_partly_vested_who_do_not_repay_get_nothing_back() -> None:
    with_it, without = (pairs(fast(plan_firm(2026, breaks={"buy_back": value})), 2026) for value in (True, False))
    share = without["vested_share_match_bp_then"]

    assert without["repaid_cents"].sum() == 0
    assert without.filter(share > 0)["restored_cents"].sum() == 0
    assert without.filter(share == 0)["restored_cents"].equals(with_it.filter(share == 0)["restored_cents"])
    repay = with_it.filter(share.is_between(1, 9999) & (with_it["forfeited_cents_then"] > 0))["repaid_cents"]
    assert repay.len() > 0
    assert (repay > 0).all()


@pytest.mark.parametrize("use", ["expenses", "reallocate"])
def test_forfeitures_used_otherwise_do_not_pay_for_what_is_restored(use: str) -> None:
    (second,) = fast(plan_firm(2026, forfeitures=use)).summary.filter(pl.col("year") == 2026).iter_rows(named=True)

    assert second["restored_cents"] > 0
    reallocated = second["forfeitures_used_cents"] if use == "reallocate" else 0
    assert second["nonelective_cents"] == reallocated
    assert second["net_employer_cost_cents"] == second["restored_cents"]


def test_after_five_breaks_nothing_is_restored() -> None:
    both = pairs(fast(plan_firm(2031, 600)), 2031)
    breaks = pl.Series(
        [completed(then, now) for then, now in both.select("termination_date_then", "hire_date").iter_rows()]
    )

    assert breaks.min() == 5
    assert both["restored_cents"].sum() == both["repaid_cents"].sum() == 0
    assert both["forfeited_cents_then"].sum() > 0


def completed(since: dt.date, on: dt.date) -> int:
    return on.year - since.year - ((on.month, on.day) < (since.month, since.day))


def test_the_rule_of_parity_disregards_service_of_the_nonvested_and_changes_nobody() -> None:
    on, off = (fast(plan_firm(2031, 600, breaks={"rule_of_parity": value})) for value in (True, False))
    both, without = pairs(on, 2031), pairs(off, 2031)
    anew = both["plan_service_date"] == both["hire_date"]
    out = both["deferral_bp_then"] == 0

    for name in ("employee_id", "hire_date", "service_date", "tenure_years", "salary_cents", "status"):
        assert on.snapshots[name].equals(off.snapshots[name])
    assert anew.any()
    assert not anew.all()
    assert (without["plan_service_date"] == without["service_date"]).all()
    for row in both.filter(anew).iter_rows(named=True):
        assert row["deferral_bp_then"] == 0 or row["vested_share_match_bp_then"] == 0
        assert completed(row["service_date_then"], row["termination_date_then"]) <= 6
    assert not (anew & ~out).any()


@pytest.mark.parametrize("parity", [False, True])
def test_years_of_vesting_service_by_hours_go_on_from_those_at_termination(parity: bool) -> None:
    leave: dict[str, Any] = {"workforce": {"total_termination_rate": 0.5, "new_hire_termination_rate": 0.5}}
    vesting = {"nonelective": "cliff_3", "service": {"method": "hours"}}
    sections = {**leave, "enrollment": OUT_OF_THE_PLAN, "hiring": {"rehires": {"share": 1.0, "within_years": 7}}}
    plan = {"vesting": vesting, "breaks": {"rule_of_parity": parity}}
    tables = fast(firm(2034, 80, **sections, plan=plan))
    came_back: list[int] = []
    anew = 0
    for _, people in tables.snapshots.sort("employee_id", "year").group_by("employee_id", maintain_order=True):
        before, hired, at_end, times = 0, people["hire_date"][0], 0, 0
        for now in people.iter_rows(named=True):
            if now["hire_date"] != hired:
                disregarded = now["plan_service_date"] == now["hire_date"]
                hired, before, times = now["hire_date"], 0 if disregarded else at_end, times + 1
                anew += disregarded
            at_end = now["vesting_years"]
            last = now["termination_date"] or dt.date(now["year"], 12, 31)
            assert at_end == before + years_with_1000_hours(hired, last, now["full_time_ppm"])
        came_back.append(times)
    assert max(came_back) >= 2
    assert (anew > 0) is parity


def years_with_1000_hours(hired: dt.date, last: dt.date, share: int) -> int:
    found = 0
    for year in range(hired.year, last.year + 1):
        first, end = dt.date(year, 1, 1), dt.date(year, 12, 31)
        days, length = (min(last, end) - max(hired, first)).days + 1, (end - first).days + 1
        found += 2 * share * 2080 * days >= 1999 * 10**6 * length
    return found


def test_service_of_whoever_took_part_is_never_disregarded() -> None:
    """Half of the census defer; all of them stop, and have no balance."""
    stops = {"enrollment.stop": 1.0, "simulation.target_growth_rate": {2025: 0.0, 2026: -0.5, 2027: 0.0, 2032: 1.0}}
    changes = {"workforce.total_termination_rate": {2025: 0.0, 2026: 0.5, 2027: 0.0}, "plan.vesting.match": "cliff_3"}
    scenario = plan_firm(2032, 600, breaks={"rule_of_parity": True}).changed({**stops, **changes})
    frame = scenario.census.frame
    took_part = set(frame.filter(pl.col("deferral_bp") > 0)["employee_id"])
    bare = frame.with_columns(match_balance_cents=pl.lit(0, dtype=pl.Int64))
    tables = fast(Scenario(replace(scenario.census, frame=bare), scenario.config))
    last = tables.snapshots.filter(pl.col("year") == 2026, pl.col("termination_date").is_not_null())
    back = tables.snapshots.filter(pl.col("employee_id").is_in(last["employee_id"].implode()), pl.col("year") == 2032)
    anew = back["plan_service_date"] == back["hire_date"]

    assert last["deferral_bp"].sum() == 0
    assert set(back["employee_id"]) & took_part
    assert anew.any()
    assert not set(back.filter(anew)["employee_id"]) & took_part


def test_former_participants_enter_at_once_and_others_wait_on() -> None:
    both = pairs(fast(plan_firm(2026)), 2026)
    was_in = both["eligibility_date_then"].is_not_null()

    assert (both.filter(was_in)["eligibility_date"] == both.filter(was_in)["hire_date"]).all()
    waiting = both.filter(~was_in)
    assert waiting.height > 0
    for row in waiting.iter_rows(named=True):
        entry = row["plan_service_date"] + dt.timedelta(days=1000)
        expected = max(entry, row["hire_date"])
        assert row["eligibility_date"] == (expected if expected <= dt.date(2026, 12, 31) else None)
    assert (both["deferral_bp"] == 0).all()


def test_who_comes_back_in_the_next_year_is_highly_compensated_by_pay_of_the_year_before() -> None:
    limit = {"overrides": {"highly_compensated": {2025: 10_000, 2026: 10_000, 2027: 10_000}}}
    soon, late = (pairs(fast(plan_firm(year, limits=limit)), year) for year in (2026, 2027))

    assert (soon["hce"] == (soon["earnings_cents_then"] > 1_000_000)).all()
    assert soon["hce"].any()
    assert late.height > 0
    assert not late["hce"].any()


BY_HOURS: dict[str, Any] = {
    "waiting_period_years": 1,
    "service": {"method": "hours"},
    "long_term_part_time": {"enabled": False},
}

AT_ONCE = {"waiting_period_days": 0, "minimum_age": 0}


def part_timers(end_year: int, eligibility: dict[int, dict[str, Any]]) -> Tables:
    """A firm of people with 832 hours a year, none of whom takes part at the opening; half come back in 2027."""
    scenario = plan_firm(2027, 600).changed({"simulation.end_year": end_year, "eligibility": eligibility})
    time = pl.lit(400_000, dtype=pl.Int32)
    people = scenario.census.frame.with_columns(full_time_ppm=time, deferral_bp=pl.lit(0, dtype=pl.Int32))
    return fast(Scenario(replace(scenario.census, frame=people), scenario.config))


def test_who_lacked_hours_is_looked_at_anew_by_the_rules_of_the_year_of_return() -> None:
    both = pairs(part_timers(2027, {2025: {**BY_HOURS, "excluded_share": 0.3}, 2027: AT_ONCE}), 2027)
    found = both.filter(pl.col("eligibility_date").is_not_null())

    assert both["eligibility_date_then"].null_count() == both.height
    assert 0.6 < found.height / both.height < 0.8  # the others are excluded by chance
    assert found["eligibility_date"].equals(found["hire_date"])


def test_who_returns_under_rules_by_hours_and_lacks_them_waits_for_other_rules() -> None:
    tables = part_timers(2028, {2025: {"waiting_period_days": 3_650}, 2027: BY_HOURS, 2028: AT_ONCE})
    waiting = pairs(tables, 2027).filter(pl.col("eligibility_date_then").is_null())
    people = tables.snapshots.filter(pl.col("employee_id").is_in(waiting["employee_id"].implode()))
    now, later = (people.filter(pl.col("year") == year)["eligibility_date"] for year in (2027, 2028))

    assert now.null_count() == len(now) > 100
    assert later.unique().to_list() == [dt.date(2028, 1, 1)]
