"""Several sources of employer contributions, with the arithmetic beside each amount."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from tests.support import fast, slow
from tests.unit.small_plans import LEAVES, leaving_on, person, scenario, snapshots
from workforce_sim import load_config, simulate
from workforce_sim.config import Config, with_changes
from workforce_sim.draws import census_key
from workforce_sim.errors import ConfigError
from workforce_sim.plan.profit_sharing import age_factors
from workforce_sim.tables.output import Tables

NOTHING = {"match": {"preset": "none"}, "roth": {"share": 0.0}}
DAILY = 3_650_000  # 100 dollars a day of a year of 365


def run(*people: dict[str, Any], end: int | None = None, **plan: Any) -> Tables:
    """Run these people in a plan with nothing but what is given."""
    return fast(scenario(*people, end=end, plan={**NOTHING, **plan}))


def sharing(*people: dict[str, Any], **keys: Any) -> list[int]:
    """Return what people get of profit sharing."""
    return [amount for (amount,) in snapshots(run(*people, profit_sharing=keys), "profit_sharing_cents")]


def second_match(*people: dict[str, Any], **keys: Any) -> list[int]:
    """Return what people get of a discretionary match."""
    return [amount for (amount,) in snapshots(run(*people, discretionary_match=keys), "discretionary_match_cents")]


# --- the example of the chapter ---------------------------------------------------------------------------------------

EXAMPLE = (
    person(hire_date="2010-01-04", birth_date="1969-06-01", salary_cents=10_000_000, deferral_bp=600),
    person(hire_date="2015-01-02", birth_date="1989-06-01", salary_cents=5_000_000, deferral_bp=400),
    person(hire_date="2024-07-01", birth_date="1994-06-01", salary_cents=7_300_000, deferral_bp=500),
    person(hire_date="2010-01-04", birth_date="1964-06-01", salary_cents=34_000_000, deferral_bp=1000),
)
FOUR_SOURCES: dict[str, Any] = {
    "match": {"tiers": [{"up_to": 0.06, "rate": 0.5}], "eligibility": {"waiting_period_years": 1}},
    "nonelective": {"kind": "flat", "rate": 0.03},
    "discretionary_match": {"tiers": [{"up_to": 0.04, "rate": 0.25}], "annual_limit": 1000.0},
    "profit_sharing": {"kind": "pool", "pool": {"dollars": 60000.0, "allocation": "age_weighted"}, "last_day": True},
}


def test_the_example_of_the_chapter() -> None:
    tables = fast(scenario(*EXAMPLE, plan=FOUR_SOURCES))
    columns = ("match_cents", "nonelective_cents", "discretionary_match_cents", "profit_sharing_cents")

    assert snapshots(tables, *columns) == [
        (300_000, 300_000, 100_000, 951_594),
        (100_000, 150_000, 50_000, 93_073),
        (92_000, 219_000, 73_000, 90_372),
        (1_020_000, 1_020_000, 100_000, 2_585_000),
    ]
    assert snapshots(tables, "plan_compensation_cents")[2] == (3_680_000,)
    assert snapshots(tables, "catch_up_cents", "excess_415_cents") == [(0, 0)] * 3 + [(1_125_000, 2_279_961)]
    total = sum(sum(row) for row in snapshots(tables, *columns))
    assert tables.summary["net_employer_cost_cents"].to_list() == [total]


# --- profit sharing, each kind ----------------------------------------------------------------------------------------

OLD = {"hire_date": "2005-01-01", "birth_date": "1960-01-01"}  # 65 years old, 20 of tenure: 85 points


@pytest.mark.parametrize(
    ("keys", "young", "old"),
    [
        ({"kind": "flat", "rate": 0.05}, 500_000, 500_000),
        ({"kind": "service", "by_service": [{"from": 0, "rate": 0.01}, {"from": 20, "rate": 0.03}]}, 100_000, 300_000),
        ({"kind": "points", "by_points": [{"from": 0, "rate": 0.01}, {"from": 86, "rate": 0.03}]}, 100_000, 100_000),
        ({"kind": "age", "by_age": [{"from": 0, "rate": 0.01}, {"from": 65, "rate": 0.03}]}, 100_000, 300_000),
        # 2% of 100,000 and 1% of the 20,000 above 80,000.
        (
            {"kind": "integrated", "integrated": {"base_rate": 0.02, "excess_rate": 0.01, "level": 80_000}},
            220_000,
            220_000,
        ),
        (
            {
                "kind": "age",
                "by_age": [{"from": 0, "rate": 0.01}, {"from": 65, "rate": 0.03}],
                "excess": {"rate": 0.5, "level": 99_999.99},  # half of a cent, up with the rest
            },
            100_001,
            300_001,
        ),
        ({"kind": "dollars", "dollars": 500.25}, 50_025, 50_025),
    ],
    ids=["flat", "service", "points", "age", "integrated", "excess", "dollars"],
)
def test_each_kind_of_formula(keys: dict[str, Any], young: int, old: int) -> None:
    assert sharing(person(), person(**OLD), **keys) == [young, old]


def test_the_first_allocation_group_that_fits_counts() -> None:
    groups = [
        {"owners": True, "rate": 0.1},
        {"levels": [LEAVES], "departments": ["Sales"], "dollars": 900},
        {"departments": ["Sales", "Finance"], "rate": 0.02},
        {"departments": ["Sales"], "rate": 1.0},
    ]
    people = [
        person(owner_share_ppm=50_001, department="Sales"),
        person(owner_share_ppm=50_000, department="Sales"),
        person(department="Finance"),
        person(),
        leaving_on("2025-12-31", department="Sales"),
    ]
    found = run(*people, profit_sharing={"kind": "groups", "groups": groups}).snapshots
    amounts = found.sort("salary_cents", "employee_id").select("department", "level", "profit_sharing_cents").rows()

    assert sorted(amount for *_, amount in amounts) == [0, 90_000, 200_000, 200_000, 1_000_000]
    assert [amount for _, level, amount in amounts if level == LEAVES] == [90_000]


def test_nobody_without_plan_compensation_gets_anything() -> None:
    people = person(salary_cents=1), person(deferral_bp=100)
    dollars = {"kind": "dollars", "dollars": 0.01, "compensation": "participating"}
    assert sharing(*people, **dollars) == [0, 1]
    equal = {"kind": "pool", "pool": {"dollars": 7.0, "allocation": "equal"}, "compensation": "participating"}
    assert sharing(*people, **equal) == [0, 700]


# --- pools ------------------------------------------------------------------------------------------------------------


def pool(**keys: Any) -> dict[str, Any]:
    return {"kind": "pool", "pool": keys}


def test_a_pool_is_shared_by_pay_to_the_cent_and_ties_go_to_the_smaller_key() -> None:
    people = [person(), person(), person(salary_cents=20_000_000)]
    # 1,000.02 over 4 parts: 250.005, 250.005, 500.01. The cent left goes to one of the first two.
    smaller = min(("E-1", "E-2"), key=census_key)
    expected = [25_001, 25_000, 50_001] if smaller == "E-1" else [25_000, 25_001, 50_001]
    assert sharing(*people, **pool(dollars=1000.02)) == expected
    assert sum(sharing(*people, **pool(dollars=0.01))) == 1


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"allocation": "equal"}, [50_000, 50_000]),
        # 100,000 x 0.5 against 100,000 x 1.
        ({"allocation": "age", "by_age": [{"from": 0, "weight": 0.5}, {"from": 60, "weight": 1}]}, [33_333, 66_667]),
        (
            {"allocation": "service", "by_service": [{"from": 0, "weight": 1}, {"from": 20, "weight": 3}]},
            [25_000, 75_000],
        ),
        (
            {"allocation": "points", "by_points": [{"from": 0, "weight": 0}, {"from": 85, "weight": 10}]},
            [0, 100_000],
        ),
        # 39 years old: 1.085^-26 = 0.119898 against 1.
        ({"allocation": "age_weighted"}, [10_706, 89_294]),
        ({"allocation": "age_weighted", "interest": 0.0}, [50_000, 50_000]),
    ],
    ids=["equal", "age", "service", "points", "age-weighted", "without interest"],
)
def test_each_allocation_of_a_pool(keys: dict[str, Any], expected: list[int]) -> None:
    assert sharing(person(), person(**OLD), **pool(dollars=1000.0, **keys)) == expected


def test_an_integrated_pool_gives_pay_above_the_level_twice_as_far_as_disparity_goes() -> None:
    people = [person(salary_cents=6_000_000), person(salary_cents=14_000_000)]
    keys = {"allocation": "integrated", "integrated": {"level": 100_000}}  # 56.8% of 176,100: 4.3%
    # C + X: 60,000 and 180,000. 4.3% of 240,000 is 10,320; less than that goes by C + X alone.
    assert sharing(*people, **pool(dollars=8000.0, **keys)) == [200_000, 600_000]
    # 10,320 as 2,580 and 7,740; the other 2,000 by pay, 600 and 1,400.
    assert sharing(*people, **pool(dollars=12_320.0, **keys)) == [318_000, 914_000]


def test_a_pool_of_payroll_counts_everybodys_pay_and_goes_to_those_who_meet_the_conditions() -> None:
    people = [person(salary_cents=DAILY), leaving_on("2025-03-01", salary_cents=DAILY)]
    tables = run(*people, profit_sharing={**pool(payroll_share=0.01), "last_day": True})
    amounts = dict(tables.snapshots.select("level", "profit_sharing_cents").rows())
    assert amounts == {"stays": (3_650_000 + 600_000) // 100, LEAVES: 0}


def test_a_pool_may_change_by_year_and_what_a_limit_cuts_is_not_shared_out_again() -> None:
    people = person(), person(salary_cents=30_000_000)
    tables = run(*people, end=2026, profit_sharing={**pool(dollars={2025: 400.0, 2026: 8.0}), "annual_limit": 200.0})
    assert snapshots(tables, "profit_sharing_cents") == [(10_000,), (20_000,), (200,), (600,)]


def test_factors_of_age_are_whole_millionths() -> None:
    factors = age_factors(0.085, 65)
    assert [factors[age] for age in (65, 60, 55, 35)] == [1_000_000, 665_045, 442_285, 86_518]
    assert len(factors) == 66


# --- entry of a source ------------------------------------------------------------------------------------------------


def test_what_a_source_does_not_say_is_as_for_the_plan() -> None:
    hired = person(hire_date="2024-11-15", salary_cents=DAILY)
    plan = {"waiting_period_months": 2, "minimum_age": 0, "entry": "quarterly"}

    def paid(own: dict[str, Any] | None) -> int:
        section = {"kind": "flat", "rate": 0.01, "eligibility": own}
        tables = fast(scenario(hired, plan={**NOTHING, "profit_sharing": section}, eligibility=plan))
        (amount,) = tables.snapshots["profit_sharing_cents"]
        return int(amount)

    assert paid(None) == 275 * 100  # two months on January 15, in on April 1
    assert paid({}) == 275 * 100
    assert paid({"waiting_period_days": 100}) == 275 * 100  # February 23, and still quarterly
    assert paid({"waiting_period_days": 400, "waiting_period_months": 8}) == 92 * 100  # July 15, October 1
    assert paid({"waiting_period_years": 1}) == 0  # November 15, in on January 1
    assert paid({"entry": "immediate"}) == 275 * 100  # never before the plan itself
    assert paid({"waiting_period_months": 5, "entry": "monthly"}) == 245 * 100  # April 15, May 1


def test_a_source_of_a_plan_that_counts_hours_may_wait_for_days_or_for_years() -> None:
    hired = person(hire_date="2023-11-15", salary_cents=DAILY)
    plan = {
        "waiting_period_years": 1,
        "minimum_age": 0,
        "entry": "quarterly",
        "service": {"method": "hours", "periods": "plan_year"},
    }

    def paid(own: dict[str, Any] | None) -> int:
        section = {"kind": "flat", "rate": 0.01, "eligibility": own}
        asked = scenario(hired, plan={**NOTHING, "profit_sharing": section}, eligibility=plan)
        (amount,) = fast(asked).snapshots["profit_sharing_cents"]
        assert slow(asked).snapshots["profit_sharing_cents"].to_list() == [amount]
        return int(amount)

    assert paid(None) == 365 * 100
    assert paid({}) == 365 * 100
    assert paid({"waiting_period_days": 600}) == 92 * 100  # July 7, October 1; time since hire
    assert paid({"waiting_period_months": 18}) == 184 * 100  # May 15, July 1
    assert paid({"waiting_period_years": 2}) == 365 * 100  # the second plan year ends with 2024


@pytest.mark.parametrize("basis", ["annual", "payroll"])
@pytest.mark.parametrize(
    ("compensation", "expected"),
    # In on 1 July: 184 days at 10%, all matched to 6% of what counts: 184 days, or of the year 365.
    [
        ("eligible", 184 * 600),
        ("participating", 184 * 600),
        ("plan_year", {"annual": 184 * 1000, "payroll": 184 * 600}),
    ],
)
def test_a_match_counts_deferrals_since_entry(basis: str, compensation: str, expected: Any) -> None:
    keys = {
        "tiers": [{"up_to": 0.06, "rate": 1.0}],
        "basis": basis,
        "compensation": compensation,
        "eligibility": {"waiting_period_years": 1},
    }
    hired = person(hire_date="2024-07-01", salary_cents=DAILY, deferral_bp=1000)
    found = expected if isinstance(expected, int) else expected[basis]
    assert second_match(hired, **keys) == [found]
    assert snapshots(run(hired, match=keys), "match_cents") == [(found,)]


def test_deferrals_before_entry_use_up_the_limit() -> None:
    # 36,500 at 100%: 23,500 are deferred by August 23. In on July 1: 18,100 before, 5,400 since.
    keys = {"tiers": [{"up_to": 1.0, "rate": 1.0}], "eligibility": {"waiting_period_years": 1}}
    hired = person(hire_date="2024-07-01", salary_cents=DAILY, deferral_bp=10_000)
    for basis in ("annual", "payroll"):
        assert second_match(hired, **keys, basis=basis) == [540_000]
        assert second_match(hired, **(keys | {"tiers": None, "dollar_tiers": [{"up_to": 50_000, "rate": 1.0}]})) == [
            540_000
        ]


def test_who_leaves_before_entry_gets_nothing() -> None:
    keys = {"kind": "flat", "rate": 0.1, "compensation": "plan_year", "eligibility": {"waiting_period_days": 400}}
    leaver, stayer = leaving_on("2025-06-30", hire_date="2024-06-01"), person(hire_date="2024-06-01")
    amounts = dict(run(leaver, stayer, profit_sharing=keys).snapshots.select("level", "profit_sharing_cents").rows())
    assert amounts == {LEAVES: 0, "stays": 1_000_000}


# --- limits -----------------------------------------------------------------------------------------------------------


def test_each_source_has_its_own_annual_limit() -> None:
    plan = {
        "match": {"preset": "safe_harbor_enhanced", "annual_limit": 100.01},
        "nonelective": {"kind": "flat", "rate": 0.5, "annual_limit": 200.0},
        "profit_sharing": {"kind": "flat", "rate": 0.5, "annual_limit": 300.0},
        "discretionary_match": {"preset": "stretch", "annual_limit": 50.0},
    }
    columns = ("match_cents", "nonelective_cents", "profit_sharing_cents", "discretionary_match_cents")
    assert snapshots(run(person(deferral_bp=500), **plan), *columns) == [(10_001, 20_000, 30_000, 5_000)]


def test_an_excess_comes_off_profit_sharing_first_then_the_discretionary_match_then_the_others() -> None:
    # Deferral 5,000, match 2,000, nonelective 3,000, discretionary match 1,000, profit sharing 4,000: 15,000.
    plan = {
        "match": {"tiers": [{"up_to": 0.04, "rate": 0.5}]},
        "nonelective": {"kind": "flat", "rate": 0.03},
        "discretionary_match": {"tiers": [{"up_to": 0.02, "rate": 0.5}]},
        "profit_sharing": {"kind": "flat", "rate": 0.04},
    }
    columns = ("match_cents", "nonelective_cents", "discretionary_match_cents", "profit_sharing_cents")

    def kept(dollars: float, **more: Any) -> tuple[int, ...]:
        limits = {"overrides": {"annual_additions": {2025: dollars}}}
        tables = run(person(deferral_bp=500), **plan, limits=limits, **more)
        (row,) = snapshots(tables, *columns, "pre_tax_cents", "excess_415_cents")
        return tuple(amount // 100 for amount in row)

    assert kept(15_000.0) == (2_000, 3_000, 1_000, 4_000, 5_000, 0)
    assert kept(11_500.0) == (2_000, 3_000, 1_000, 500, 5_000, 3_500)
    assert kept(10_250.0) == (2_000, 3_000, 250, 0, 5_000, 4_750)
    assert kept(9_000.0) == (2_000, 2_000, 0, 0, 5_000, 6_000)
    assert kept(4_000.0) == (0, 0, 0, 0, 4_000, 11_000)
    assert kept(4_000.0, testing={"safe_harbor": True}) == (0, 3_000, 0, 0, 1_000, 11_000)


def test_an_excess_of_any_source_becomes_catch_up_first_and_that_may_have_to_be_roth() -> None:
    # 55 years old, paid above 145,000 the year before: catch-up must be Roth in 2026.
    old = person(birth_date="1971-01-01", salary_cents=20_000_000, deferral_bp=500, prior_year_pay_cents=20_000_000)
    limits = {"overrides": {"annual_additions": {2026: 14_000.0}}}
    plan = {**NOTHING, "profit_sharing": {"kind": "flat", "rate": 0.02}, "discretionary_match": {"preset": "simple"}}
    firm = scenario(old, start=2026, plan={**plan, "limits": limits, "roth": {"share": 0.0}})
    columns = ("pre_tax_cents", "roth_cents", "catch_up_cents", "discretionary_match_cents", "profit_sharing_cents")
    # Deferral 10,000, discretionary match 5,000, profit sharing 4,000: 5,000 above, all of it catch-up (8,000 at most).
    assert snapshots(fast(firm), *columns) == [(500_000, 500_000, 500_000, 500_000, 400_000)]


# --- accounts ---------------------------------------------------------------------------------------------------------


def test_each_source_vests_by_its_schedule_and_is_forfeited_by_it() -> None:
    leaver = leaving_on(
        "2025-12-31",
        hire_date="2023-06-01",  # two years
        deferral_bp=1000,
        profit_sharing_balance_cents=100_000,
        discretionary_match_balance_cents=3,
    )
    plan = {
        "profit_sharing": {"kind": "dollars", "dollars": 10.0},
        "discretionary_match": {"dollar_tiers": [{"up_to": 10, "rate": 1.0}]},
        "vesting": {"profit_sharing": "graded_6", "discretionary_match": [0.0, 0.0, 0.5, 1.0]},
    }
    tables = run(leaver, person(deferral_bp=100), end=2026, **plan)
    gone = tables.snapshots.filter((pl.col("level").cast(pl.String) == LEAVES) & (pl.col("year") == 2025))
    columns = ["profit_sharing_balance_cents", "vested_share_profit_sharing_bp"]
    columns += ["discretionary_match_balance_cents", "vested_share_discretionary_match_bp", "forfeited_cents"]

    # 20% of 1,010.00 and 50% of 10.03, half up: 808.00 and 5.01 are forfeited.
    assert gone.select(columns).rows() == [(101_000, 2_000, 1_003, 5_000, 81_301)]
    assert tables.events.filter(pl.col("amount_cents") > 0)["amount_cents"].to_list() == [81_301]
    # Two sources of 10.00 each of the one who stays are paid with it.
    assert tables.summary["forfeitures_used_cents"].to_list() == [0, 2_000]
    assert tables.summary["net_employer_cost_cents"].to_list() == [4_000, 0]


def test_a_source_may_begin_in_a_later_year() -> None:
    plan = {**NOTHING, "discretionary_match": {2025: {"preset": "none"}, 2026: {"preset": "simple"}}}
    tables = fast(scenario(person(deferral_bp=600), end=2026, plan=plan))
    assert snapshots(tables, "discretionary_match_cents", "discretionary_match_balance_cents") == [
        (0, 0),
        (300_000, 300_000),
    ]


def test_runs_without_a_source_have_none_of_its_columns() -> None:
    tables = run(person(deferral_bp=600), profit_sharing={"kind": "flat", "rate": 0.01})
    assert tables.snapshots["discretionary_match_cents"].to_list() == [None]
    assert tables.summary.select("profit_sharing_cents", "discretionary_match_cents").row(0) == (100_000, None)
    assert tables.summary["net_employer_cost_cents"].to_list() == [100_000]


# --- what is refused --------------------------------------------------------------------------------------------------


def with_plan(**plan: Any) -> Config:
    return with_changes(load_config(), {f"plan.{name}": value for name, value in plan.items()})


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ({"kind": "pool"}, "kind pool needs pool"),
        ({"kind": "flat", "rate": 0.1, "dollars": 5}, "goes with kind dollars, not flat"),
        ({"kind": "flat", "rate": 0.1, "excess": {"rate": 0.1}}, "excess goes with kind service, points or age"),
        (pool(dollars=5.0, payroll_share=0.1), "give dollars or payroll_share, one of them"),
        (pool(allocation="pay"), "give dollars or payroll_share, one of them"),
        (pool(dollars=5.0, allocation="age"), "allocation age needs by_age"),
        (
            pool(dollars=5.0, allocation="pay", by_age=[{"from": 0, "weight": 1}]),
            "goes with allocation age, not pay",
        ),
        ({"kind": "groups", "groups": [{"owners": True}]}, "give rate or dollars, one of them"),
        ({"kind": "groups", "groups": []}, "needs 1 value, has 0"),
        (
            pool(dollars=5.0, allocation="integrated", integrated={"level": 1, "level_share": 0.5}),
            "give level or level_share, not both",
        ),
    ],
)
def test_profit_sharing_that_says_too_little_or_too_much_is_refused(section: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        with_plan(profit_sharing=section)


@pytest.mark.parametrize("formula", [{}, {"last_day": True}, {2025: {"preset": "simple"}, 2026: {}}])
def test_a_discretionary_match_needs_a_formula(formula: dict[Any, Any]) -> None:
    with pytest.raises(ConfigError, match=r"discretionary_match.*needs a formula"):
        with_plan(discretionary_match=formula)


@pytest.mark.parametrize("where", ["levels", "departments"])
def test_a_group_that_the_census_does_not_have_is_refused(where: str) -> None:
    config = with_plan(profit_sharing={"kind": "groups", "groups": [{where: ["Moon"], "rate": 0.1}]})
    with pytest.raises(ConfigError, match=rf"plan.profit_sharing.groups.0.{where}: no {where[:-1]} .*named Moon"):
        simulate(with_changes(config, {"census.size": 20}))


def test_an_integration_level_above_a_wage_base_of_the_run_is_refused() -> None:
    keys = pool(dollars=5.0, allocation="integrated", integrated={"level": 180_000})
    with pytest.raises(ConfigError, match=r"plan.profit_sharing.pool.integrated: in 2025, .*401\(l\)\(5\)"):
        simulate(with_changes(with_plan(profit_sharing=keys), {"census.size": 20}))
