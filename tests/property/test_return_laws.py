"""The laws of rehires and of leave, for any plan and for any firm without one."""

from __future__ import annotations

from typing import Any

import polars as pl
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from tests import support
from tests.property import plans, strategies
from tests.support import Scenario, fast, of_type, table
from workforce_sim import SimulationError
from workforce_sim.tables.output import Tables
from workforce_sim.verify.checks import check_year

KEYS: dict[str, st.SearchStrategy[Any]] = {
    "hiring.rehires.share": st.sampled_from([0.3, 1.0]),
    "hiring.rehires.within_years": st.sampled_from([1, 2, 3, 10]),
    "hiring.rehires.causes": st.sampled_from([["voluntary"], ["voluntary", "involuntary", "retirement", "reduction"]]),
    "leave.share": st.sampled_from([0.0, 0.3, 1.0]),
    "leave.shortest_days": st.just(1),
    "leave.longest_days": st.sampled_from([30, 365]),
    "plan.vesting.service.method": st.sampled_from(["elapsed", "hours"]),
    "plan.vesting.service.periods": st.sampled_from(["plan_year", "anniversary"]),
    "plan.breaks.buy_back": st.booleans(),
    "plan.breaks.rule_of_parity": st.booleans(),
    "plan.vesting.match": st.sampled_from(["graded_6", "cliff_3", "immediate"]),
    "plan.vesting.nonelective": st.sampled_from(["graded_6", "qaca_2"]),
    "workforce.total_termination_rate": st.sampled_from([0.1, 0.5]),
    "simulation.target_growth_rate": st.sampled_from([0.0, 0.3]),
}
WORK = [name for name in KEYS if not name.startswith("plan.")]


@st.composite
def returning(draw: st.DrawFn) -> Scenario:
    """Any plan, in a firm where many come back, over more years than it had."""
    scenario = draw(plans.plans())
    end = scenario.config.simulation.start_year + draw(st.integers(2, 8))
    return scenario.changed({**draw(st.fixed_dictionaries(KEYS)), "simulation.end_year": end})


@st.composite
def working(draw: st.DrawFn) -> Scenario:
    """Any firm, with rehires and leave."""
    scenario = draw(strategies.scenarios())
    return scenario.changed(draw(st.fixed_dictionaries({name: KEYS[name] for name in WORK})))


def simulated(scenario: Scenario) -> Tables:
    """Run; assumptions that cannot be carried out are no example."""
    try:
        return fast(scenario)
    except SimulationError:
        reject()


some_examples = settings(max_examples=support.examples(15))
ALL_SOURCES = ("match", "nonelective", "profit_sharing", "discretionary_match")
MOVES = ("hire", "rehire", "termination")


@some_examples
@given(scenario=returning() | working())
def test_every_year_keeps_the_laws_of_a_run(scenario: Scenario) -> None:
    tables = simulated(scenario)
    opening = None
    for year in scenario.config.simulation.years:
        one = support.only(tables, pl.col("year") == year)
        if opening is not None:
            check_year(opening, one, scenario.config.simulation.opening)
        opening = one.snapshots


@some_examples
@given(scenario=returning() | working())
def test_who_comes_back_left_before_and_hires_stay_as_planned(scenario: Scenario) -> None:
    tables = simulated(scenario)
    none = simulated(scenario.changed({"hiring.rehires.share": 0.0}))
    moves = of_type(table(tables, "events"), *MOVES).select(
        "employee_id", "year", "effective_date", kind=pl.col("event_type").cast(pl.String)
    )
    for _, rows in moves.group_by("employee_id", maintain_order=True):
        kinds, years = rows["kind"].to_list(), rows["year"].to_list()
        for at, kind in enumerate(kinds):
            assert (kind == "rehire") == (at > 0 and kinds[at - 1] == "termination")
            assert kind != "rehire" or years[at] > years[at - 1]
            assert kind != "termination" or at == 0 or kinds[at - 1] != "termination"
    if scenario.config.workforce.headcount == "exact":
        counted = ("headcount_opening", "hires", "terminations_new_hires", "headcount_closing")
        assert tables.summary.select(counted).equals(none.summary.select(counted))
    assert (tables.summary["rehires"] <= tables.summary["hires"]).all()


@some_examples
@given(scenario=returning())
def test_a_rehire_never_loses_vested_money(scenario: Scenario) -> None:
    tables = simulated(scenario)
    causes = of_type(tables.events, "termination").select("employee_id", "year", "cause")
    people = table(tables, "snapshots").join(causes, on=["employee_id", "year"], how="left").sort("employee_id", "year")
    for _, rows in people.group_by("employee_id", maintain_order=True):
        then = rows.row(0, named=True)
        for now in rows.iter_rows(named=True):
            anew = now["plan_service_date"] == now["hire_date"] != then["hire_date"]
            for source in ("match", "nonelective"):
                vested = f"vested_share_{source}_bp"
                assert now[vested] >= then[vested] or anew or then["cause"] == "disability"
            if now["hire_date"] == then["hire_date"]:
                assert now["restored_cents"] == now["repaid_cents"] == 0 or now["year"] == now["hire_date"].year
            else:
                balance = sum(then[f"{source}_balance_cents"] or 0 for source in ALL_SOURCES)
                assert now["restored_cents"] <= then["forfeited_cents"]
                assert now["repaid_cents"] <= balance - then["forfeited_cents"]
            assert now["service_date"] <= now["plan_service_date"] <= now["hire_date"]
            then = now


@some_examples
@given(scenario=returning())
def test_the_plan_of_breaks_changes_nobody(scenario: Scenario) -> None:
    flipped = not scenario.config.plan.breaks.buy_back, not scenario.config.plan.breaks.rule_of_parity
    other = scenario.changed({"plan.breaks": dict(zip(("buy_back", "rule_of_parity"), flipped, strict=True))})
    ours, theirs = simulated(scenario), simulated(other)
    work = ["status", "hire_date", "service_date", "tenure_years", "level", "salary_cents", "earnings_cents"]

    assert table(ours, "snapshots").select(work).equals(table(theirs, "snapshots").select(work))


@some_examples
@given(scenario=returning() | working())
def test_leave_changes_no_service_and_no_event_but_its_own(scenario: Scenario) -> None:
    with_it, without = (simulated(scenario.changed({"leave.share": share})) for share in (0.6, 0.0))
    rest = table(with_it, "events").filter(~pl.col("event_type").cast(pl.String).str.starts_with("leave_"))
    same = [name for name in rest.columns if name != "amount_cents"]
    kept = ["status", "hire_date", "service_date", "tenure_years", "level", "salary_cents", "eligibility_date"]
    kept += ["enrollment_date", "deferral_bp", "vested_share_match_bp", "vested_share_nonelective_bp"]
    forfeits = pl.col("event_type").cast(pl.String) == "forfeiture"
    people, others = table(with_it, "snapshots"), table(without, "snapshots")

    assert rest.filter(~forfeits).select(same).equals(table(without, "events").filter(~forfeits).select(same))
    assert people.select(kept).equals(others.select(kept))
    assert (people["earnings_cents"] <= others["earnings_cents"]).all()
    assert (people.filter(pl.col("leave_days") == 0)["earnings_cents"]).equals(
        others.filter(people["leave_days"] == 0)["earnings_cents"]
    )
