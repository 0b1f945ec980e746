"""Why a measure changed: drivers add up to the cent, and runs that differ in one thing differ in its driver."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import workforce_sim as ws
from tests.support import few
from workforce_sim import MeasureChange, RequestError, Result, explain_change, simulate
from workforce_sim.explaining.shapley import rounded, shapley
from workforce_sim.tables.output import Tables

BASE: dict[str, Any] = {
    "simulation": {"start_year": 2025, "end_year": 2027, "target_growth_rate": 0.04},
    "workforce": {"total_termination_rate": 0.12},
    "census": {"size": 250},
    "random_seed": 3,
}
SERVICE = [{"from": 0, "rate": 0.25, "max": 0.04}, {"from": 5, "rate": 1.0, "max": 0.06}]
BY_AGE = [{"from": 0, "rate": 0.02}, {"from": 40, "rate": 0.06}]
PLANS: dict[str, dict[str, Any]] = {
    "defaults": {},
    "offset": {"match": {"preset": "simple"}, "vesting": {"match": "graded_6"}},
    "payroll": {"match": {"preset": "simple", "basis": "payroll"}},
    "participating": {"match": {"preset": "simple", "compensation": "participating"}},
    "service": {"match": {"by_service": SERVICE, "last_day": True, "minimum_hours": 1000}},
    "dollars": {"match": {"dollar_tiers": [{"up_to": 2000, "rate": 1.0}]}},
    "by year": {"match": {2025: {"preset": "simple"}, 2026: {"preset": "stretch", "basis": "payroll"}}},
    "integrated": {
        "nonelective": {"kind": "integrated", "integrated": {"base_rate": 0.03, "excess_rate": 0.03}},
        "forfeitures": "reallocate",
        "vesting": {"nonelective": "cliff_3"},
    },
    "age": {
        "nonelective": {"kind": "age", "by_age": BY_AGE, "last_day": True},
        "forfeitures": "expenses",
        "vesting": {"nonelective": "cliff_3"},
    },
    "415": {"nonelective": {"kind": "flat", "rate": 0.2}, "match": {"tiers": [{"up_to": 0.1, "rate": 2.0}]}},
    "limited": {"hce_deferral_limit": {2025: 0.05, 2026: 0.03}, "match": {"preset": "simple"}},
    "pool": {
        "profit_sharing": {
            "kind": "pool",
            "pool": {"payroll_share": 0.04, "allocation": "age_weighted"},
            "last_day": True,
        },
        "vesting": {"profit_sharing": "graded_6"},
    },
    "groups": {
        "profit_sharing": {
            "kind": "groups",
            "groups": [
                {"levels": ["Staff"], "departments": ["Sales"], "dollars": 700},
                {"owners": False, "rate": 0.02},
            ],
        },
    },
    "graded": {"profit_sharing": {"kind": "age", "by_age": BY_AGE, "excess": {"rate": 0.02, "level": 80000}}},
    "second match": {"discretionary_match": {"preset": "stretch", "annual_limit": 1000, "last_day": True}},
    "later": {
        "match": {"preset": "simple", "eligibility": {"waiting_period_years": 2}},
        "profit_sharing": {"kind": "flat", "rate": 0.05, "eligibility": {"waiting_period_months": 18}},
    },
    "dollars by payroll": {"match": {"dollar_tiers": [{"up_to": 2000, "rate": 1.0}], "basis": "payroll"}},
    "base pay": {"match": {"preset": "simple", "pay": "base"}, "nonelective": {"kind": "flat", "rate": 0.05}},
    "off": {"enabled": False},
}
BONUS = {"name": "bonus", "kind": "bonus", "share": 0.2, "date": "03-15"}
POOL: dict[str, Any] = {"kind": "pool", "pool": {"payroll_share": 0.04, "allocation": "equal"}}
LEAVING: dict[str, Any] = {"workforce": {"total_termination_rate": 0.3}}
BACK: dict[str, Any] = {**LEAVING, "hiring": {"rehires": {"share": 0.9}}}
BY_HOURS: dict[str, Any] = {
    **LEAVING,
    "hiring": {"part_time_share": 0.6, "part_time_hours": 700},
    "eligibility": {"waiting_period_years": 1, "service": {"method": "hours"}},
}
WAIT: dict[str, Any] = {"compensation": "plan_year", "eligibility": {"waiting_period_years": 2}}
CONDITIONS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "hours less leave": ({**POOL, "minimum_hours": 1500}, {"leave": {"share": 0.6, "longest_days": 300}}),
    "waived": ({**POOL, "last_day": True, "waived_for": ["death", "disability", "retirement"]}, LEAVING),
    "service of rehires": ({**POOL, "minimum_service_years": 2}, BACK),
    "long-term part-time": (POOL, BY_HOURS),
    "entry of rehires": ({"kind": "flat", "rate": 0.05, **WAIT}, BACK),
}
"""Profit sharing with what decides who gets it, and the sections under which that happens."""
MONEY = (
    *("net_employer_cost", "match", "nonelective", "deferrals", "payroll"),
    *("profit_sharing", "discretionary_match"),
)


def run(plan: Mapping[str, Any] | None = None, **sections: Any) -> Result:
    return simulate({**BASE, "plan": plan or {}, **sections})


@pytest.fixture(scope="module")
def runs() -> dict[str, Result]:
    paid = {"base pay": {"compensation": {"other_pay": [BONUS]}}}
    return {name: run(plan, **paid.get(name, {})) for name, plan in PLANS.items()}


def parts(change: MeasureChange) -> dict[str, float]:
    """Return the drivers that changed anything."""
    return dict(change.steps)


def with_snapshots(result: Result, snapshots: pl.DataFrame, **times: int) -> Result:
    """Return a run with other employees, and measures that are so many times as large."""
    summary = result.summary.with_columns(pl.col(name) * factor for name, factor in times.items())
    return replace(result, tables=Tables(result.events, snapshots, summary))


# --- sums ---


@pytest.mark.parametrize("measure", few(MONEY, 2))
@pytest.mark.parametrize("plan", few(PLANS, 3))
def test_drivers_of_money_add_up_to_the_cent(runs: dict[str, Result], plan: str, measure: str) -> None:
    for change in (
        explain_change(runs[plan], measure, 2025, 2027),
        explain_change(runs["defaults"], measure, beside=runs[plan]),
    ):
        assert change.drivers["cents"].sum() == change.second - change.first
        assert change.first + sum(parts(change).values()) == change.second


@pytest.mark.parametrize("plan", PLANS)
def test_values_are_those_of_the_summary(runs: dict[str, Result], plan: str) -> None:
    change = explain_change(runs[plan], "net_employer_cost_cents", 2026, 2027)
    found = runs[plan].summary.filter(pl.col("year") >= 2026)["net_employer_cost_cents"].fill_null(0)

    assert [change.first, change.second] == found.to_list()


@pytest.mark.parametrize("plan", few([name for name in PLANS if name not in {"payroll", "by year", "later"}], 3))
@pytest.mark.parametrize("measure", few(MONEY, 2))
def test_nothing_is_left_over_on_the_annual_basis(runs: dict[str, Result], plan: str, measure: str) -> None:
    assert parts(explain_change(runs[plan], measure)).get("other", 0) == 0


@pytest.mark.parametrize("name", CONDITIONS)
def test_who_gets_profit_sharing_is_told_as_the_engine_has_it(name: str) -> None:
    """Leave, waivers, service before a return, and long-term part-time employees, who get none."""
    formula, sections = CONDITIONS[name]
    long = {"simulation": {**BASE["simulation"], "end_year": 2028}}
    found = parts(explain_change(run({"profit_sharing": formula}, **long, **sections), "profit_sharing", 2026, 2028))

    assert "headcount" in found
    assert found.get("other", 0) == 0


@pytest.mark.parametrize("measure", ["discretionary_match", "profit_sharing"])
def test_nothing_is_left_over_where_nobody_enters_a_source_later_than_the_plan(measure: str) -> None:
    formula: dict[str, Any] = {
        "discretionary_match": {"preset": "stretch"},
        "profit_sharing": {"kind": "flat", "rate": 0.05},
    }
    plan = {measure: {**formula[measure], "eligibility": {}}}
    change = explain_change(run(plan, eligibility={"minimum_age": 18}), measure, 2026, 2027)

    assert change.second > change.first > 0
    assert parts(change).get("other", 0) == 0


def test_little_is_left_over_of_a_source_with_the_entry_of_a_match_that_counts_the_whole_year() -> None:
    wait: dict[str, Any] = {"eligibility": {"waiting_period_months": 18}}
    plan = {
        "match": {"preset": "simple", "compensation": "plan_year", **wait},
        "profit_sharing": {"kind": "flat", "rate": 0.05, **wait},
    }
    change = explain_change(run(plan), "profit_sharing")

    assert abs(parts(change)["other"]) < 0.005 * change.first


def test_little_is_left_over_where_payrolls_are_matched(runs: dict[str, Result]) -> None:
    change = explain_change(runs["payroll"], "match")

    assert 0 < abs(parts(change)["other"]) < 0.005 * change.first


# --- one difference ---


def test_two_formulas_alone_are_the_match_formula(runs: dict[str, Result]) -> None:
    """The default vests at once, so that no forfeiture depends on the match."""
    richer = run({"match": {"tiers": [{"up_to": 0.03, "rate": 1.5}, {"up_to": 0.05, "rate": 0.5}]}})
    for measure in ("match", "net_employer_cost"):
        change = explain_change(runs["defaults"], measure, 2026, beside=richer)

        assert parts(change) == {"match formula": change.second - change.first}
        assert change.second > change.first


def test_another_rate_of_a_payroll_match_is_the_match_formula(runs: dict[str, Result]) -> None:
    richer = run({"match": {"tiers": [{"up_to": 0.06, "rate": 0.6}], "basis": "payroll"}})
    change = explain_change(runs["payroll"], "match", beside=richer)

    assert parts(change)["match formula"] == pytest.approx(change.second - change.first, rel=1e-5)


def test_another_formula_in_the_next_year_is_told_from_what_employees_do(runs: dict[str, Result]) -> None:
    """As the first year's formula would have gone on, but for the formula."""
    match = {2025: {"preset": "simple"}, 2026: {"tiers": [{"up_to": 0.06, "rate": 0.6}]}}
    same, other = (explain_change(each, "match", 2025, 2026) for each in (runs["offset"], run({"match": match})))
    formula = parts(other)["match formula"]

    assert formula == pytest.approx(other.second / 12 + other.first / 10, rel=0.01)
    assert other.change - formula == pytest.approx(1.1 * same.change, rel=0.01)


def test_vesting_alone_is_forfeitures(runs: dict[str, Result]) -> None:
    at_once = run({"match": {"preset": "simple"}})
    change = explain_change(at_once, "net_employer_cost", beside=runs["offset"])

    assert parts(change) == {"forfeitures": change.second - change.first}
    assert change.second < change.first


def test_a_nonelective_contribution_is_its_formula(runs: dict[str, Result]) -> None:
    change = explain_change(
        runs["defaults"], "net_employer_cost", beside=run({"nonelective": {"kind": "flat", "rate": 0.02}})
    )

    assert list(parts(change)) == ["nonelective formula"]


@pytest.mark.parametrize("plan", ["defaults", "service", "integrated", "payroll"])
@pytest.mark.parametrize("measure", ["net_employer_cost", "match", "deferrals", "payroll"])
def test_twice_the_employees_are_headcount(runs: dict[str, Result], plan: str, measure: str) -> None:
    one, cents = runs[plan], [name for name in runs[plan].summary.columns if name.endswith("_cents")]
    twice = with_snapshots(one, pl.concat([one.snapshots, one.snapshots]), **dict.fromkeys(cents, 2))
    found = parts(explain_change(one, measure, beside=twice))
    forfeitures = found.pop("forfeitures", 0)

    assert list(found) == ["headcount"]
    assert found["headcount"] + forfeitures == one.summary[f"{measure}_cents".replace("deferrals", "deferral")][-1]


def test_twice_the_pay_is_pay() -> None:
    """Below every limit: pay, deferrals and match all double, but for half a cent a person."""
    free = {name: {2027: 10_000_000} for name in ("compensation", "elective_deferral", "annual_additions")}
    one = run({"match": {"preset": "simple"}, "limits": {"overrides": free}})
    rows = one.snapshots.with_columns(pl.col("^.*_cents$") * 2)
    names = ("match_cents", "net_employer_cost_cents", "deferral_cents", "payroll_cents")
    twice = with_snapshots(one, rows, **dict.fromkeys(names, 2))
    for measure in ("match", "deferrals", "payroll", "net_employer_cost"):
        change = explain_change(one, measure, beside=twice)

        assert parts(change)["pay"] == pytest.approx(change.first, abs=rows.height)
        assert all(abs(amount) < rows.height for name, amount in change.steps if name != "pay")


def test_the_plans_own_limit_for_the_highly_compensated_is_a_limit() -> None:
    entry: dict[str, Any] = {"eligibility": {"waiting_period_days": 0}}
    high = {"overrides": {"highly_compensated": dict.fromkeys(range(2024, 2028), 60_000)}}
    young: dict[str, Any] = {"limits": high, "catch_up": False}
    one, limited = run(young, **entry), run({**young, "hce_deferral_limit": 0.03}, **entry)

    change = explain_change(one, "deferrals", 2026, beside=limited)

    assert change.second < change.first
    assert parts(change)["limits"] == pytest.approx(change.second - change.first, rel=0.02)


def test_lower_limits_are_limits() -> None:
    """Everybody is in the plan for the whole year, so that the snapshot has all pay that a higher limit would count."""
    entry = {"eligibility": {"waiting_period_days": 0}}
    caps = {"compensation": {2025: 100_000}, "elective_deferral": {2025: 5_000}}
    one, lower = run(**entry), run({"limits": {"overrides": caps}}, **entry)
    for measure in ("match", "deferrals"):
        change = explain_change(one, measure, 2025, beside=lower)

        assert change.second < 0.95 * change.first
        assert parts(change)["limits"] == pytest.approx(change.second - change.first, rel=0.02)


# --- by hand ---


def test_the_example_of_the_chapter(runs: dict[str, Result]) -> None:
    pay, kept = 5_000_000, runs["defaults"].snapshots.head(1)
    match = {2025: {"tiers": [{"up_to": 0.06, "rate": 0.5}]}, 2026: {"tiers": [{"up_to": 0.04, "rate": 1.0}]}}
    config = ws.load_config({**BASE, "plan": {"match": match}})
    rows = [
        kept.with_columns(
            pl.lit(year, pl.Int32).alias("year"),
            pl.lit(None, pl.Date).alias("termination_date"),
            pl.lit(bp, pl.Int32).alias("deferral_bp"),
            **{
                name: pl.lit(pay)
                for name in ("earnings_cents", "plan_compensation_cents", "testing_compensation_cents")
            },
            pre_tax_cents=pl.lit(pay * bp // 10_000),
            roth_cents=pl.lit(0),
            match_cents=pl.lit(amount),
            nonelective_cents=pl.lit(0),
            excess_415_cents=pl.lit(0),
            hire_date=pl.date(2015, 1, 1),
            eligibility_date=pl.date(2015, 1, 1),
        )
        for year, bp, amount in ((2025, 400, 100_000), (2026, 600, 200_000))
    ]
    result = with_snapshots(replace(runs["defaults"], config=config), pl.concat(rows))
    summary = result.summary.head(2).with_columns(match_cents=pl.Series([100_000, 200_000]))
    result = replace(result, tables=Tables(result.events, result.snapshots, summary))

    assert parts(explain_change(result, "match", 2025, 2026)) == {"deferral rates": 25_000, "match formula": 75_000}


def test_headcount_is_the_bridge(runs: dict[str, Result]) -> None:
    later = runs["defaults"].summary.filter(pl.col("year") > 2025)
    found = parts(explain_change(runs["defaults"], "headcount", 2025, 2027))

    assert found == {
        "hires": later["hires"].sum(),
        "terminations: existing employees": -later["terminations_opening_staff"].sum(),
        "terminations: new hires": -later["terminations_new_hires"].sum(),
    }


def test_headcount_of_two_runs(runs: dict[str, Result]) -> None:
    growing = run(simulation={**BASE["simulation"], "target_growth_rate": 0.1})
    change = explain_change(runs["defaults"], "headcount", 2026, beside=growing)

    assert change.drivers["employees"].sum() == change.second - change.first > 0
    assert next(iter(parts(change))) == "hires"


def test_participation_follows_employees(runs: dict[str, Result]) -> None:
    change = explain_change(runs["defaults"], "participation", 2025, 2026)
    rows = runs["defaults"].snapshots.filter(
        pl.col("termination_date").is_null() & pl.col("eligibility_date").is_not_null()
    )
    was, now = (
        {name: bp > 0 for name, bp in rows.filter(year=year).select("employee_id", "deferral_bp").iter_rows()}
        for year in (2025, 2026)
    )

    assert (change.first, change.second) == (sum(was.values()) / len(was), sum(now.values()) / len(now))
    assert change.drivers["share"].sum() == pytest.approx(change.second - change.first, abs=1e-12)
    found = dict(change.drivers.rows())
    assert (found["employees who start to participate"] > 0) == any(now.get(name) and not was[name] for name in was)
    assert (found["employees who stop"] < 0) == any(was[name] and not now.get(name, True) for name in was)


# --- the average over orders ---


@given(
    st.lists(st.fractions(-1000, 1000), min_size=1, max_size=4),
    st.lists(st.fractions(-1000, 1000), min_size=4, max_size=4),
)
def test_a_product_is_shared_out_whole(first: list[Fraction], second: list[Fraction]) -> None:
    names = [str(place) for place in range(len(first))]

    def worth(at: Mapping[str, int]) -> Fraction:
        product = Fraction(1)
        for name, pair in zip(names, zip(first, second, strict=False), strict=True):
            product *= pair[at[name]]
        return product

    found = shapley(names, worth)

    assert sum(found.values()) == worth(dict.fromkeys(names, 1)) - worth(dict.fromkeys(names, 0))
    assert all(found[name] == 0 for name, one, other in zip(names, first, second, strict=False) if one == other)
    assert shapley(names[::-1], worth) == found


@given(st.lists(st.fractions(-1000, 1000)))
def test_rounded_parts_add_up(amounts: list[Fraction]) -> None:
    exact = {str(place): amount for place, amount in enumerate(amounts)} | {"rest": -sum(amounts, Fraction(0)) % 1}
    total = int(sum(exact.values()))
    found = rounded(exact, total)

    assert sum(found.values()) == total
    assert all(abs(found[name] - part) < 1 for name, part in exact.items())
    assert all(found[name] == part for name, part in exact.items() if part.denominator == 1)


# --- what is refused, and what is printed ---


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("cost",), "measure: 'cost' cannot be explained; give one of net_employer_cost, match"),
        (("match", 2024, 2026), r"the run has 2025 to 2027 \(asked for 2024 and 2026\)"),
        (("match", 2026, 2026), "give the earlier year first"),
    ],
)
def test_what_cannot_be_explained_is_refused(runs: dict[str, Result], asked: tuple[Any, ...], said: str) -> None:
    with pytest.raises(RequestError, match=said):
        explain_change(runs["defaults"], *asked)


def test_two_runs_are_compared_in_a_year_of_both(runs: dict[str, Result]) -> None:
    with pytest.raises(RequestError, match=r"both runs have 2025 to 2027 \(asked for 2030\)"):
        explain_change(runs["defaults"], "match", 2030, beside=runs["offset"])
    with pytest.raises(RequestError, match="give one year"):
        explain_change(runs["defaults"], "match", 2025, 2026, beside=runs["offset"])


def test_a_run_of_one_year_has_no_change() -> None:
    with pytest.raises(RequestError, match="a change needs two years, or two runs"):
        explain_change(run(simulation={**BASE["simulation"], "end_year": 2025}), "match")


def test_one_replicate_of_several_is_named(runs: dict[str, Result]) -> None:
    alone, other = runs["defaults"], simulate({**BASE, "plan": {}}, replicate=2)
    tables = [
        pl.concat([getattr(each, name) for each in (alone, other)]) for name in ("events", "snapshots", "summary")
    ]
    both = replace(alone, tables=Tables(*tables))

    with pytest.raises(RequestError, match=r"the run holds 2 .*; name one with replicate="):
        explain_change(both, "match")
    with pytest.raises(RequestError, match="replicate: the run holds no replicate 1"):
        explain_change(both, "match", replicate=1)
    assert explain_change(both, "match", replicate=2).drivers.equals(explain_change(other, "match").drivers)


def test_a_plan_that_is_off_has_no_participation(runs: dict[str, Result]) -> None:
    change = explain_change(runs["defaults"], "participation", beside=runs["off"])

    assert (change.first > 0, change.second) == (True, 0)
    assert sum(parts(change).values()) == pytest.approx(-change.first, abs=1e-12)


def test_a_run_on_disk_is_the_same(runs: dict[str, Result], tmp_path: Path) -> None:
    folder = runs["service"].write(tmp_path / "service")

    assert explain_change(folder, "match").drivers.equals(explain_change(runs["service"], "match").drivers)


def test_the_waterfall_goes_from_the_first_value_to_the_second(runs: dict[str, Result]) -> None:
    change = explain_change(runs["offset"], "net_employer_cost", 2025, 2026)
    head, empty, first, *steps, last, note = str(change).split("\n")

    assert head.startswith(
        f"Net employer cost, 2025 to 2026: ${change.first / 100:,.0f} to ${change.second / 100:,.0f}"
    )
    assert (empty, first.split()[:2], last.split()[:2]) == (
        "",
        ["2025", f"${change.first / 100:,.0f}"],
        ["2026", f"${change.second / 100:,.0f}"],
    )
    assert [line.strip().split("  ")[0] for line in steps] == [label for label, _ in change.steps]
    assert note.startswith("(bars start at $")
    assert max(map(len, str(change).split("\n"))) <= 100


def test_no_change_has_no_steps(runs: dict[str, Result]) -> None:
    change = explain_change(runs["defaults"], "payroll", beside=runs["offset"])

    assert change.steps == []
    assert str(change).split("\n")[0].endswith(", no change")


def test_a_notebook_and_a_picture_show_the_same_steps(runs: dict[str, Result]) -> None:
    change = explain_change(runs["offset"], "net_employer_cost", 2025, 2026)
    picture = change.plot()

    assert [str(row[0]).strip() for row in picture.table.rows] == ["2025", *(name for name, _ in change.steps), "2026"]
    assert all(name in picture.svg for name, _ in change.steps)
    assert "deferral rates" in change._repr_html_()
    assert "<MeasureChange of net_employer_cost_cents, 2025 to 2026: " in repr(change)
