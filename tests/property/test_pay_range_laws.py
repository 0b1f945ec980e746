"""Laws of pay ranges and retirement, on random censuses and configurations."""

from __future__ import annotations

from typing import Any

import polars as pl
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st

from tests import support
from tests.property import strategies
from tests.support import Scenario, fast, of_type
from workforce_sim import SimulationError
from workforce_sim.census import Census
from workforce_sim.money import PPM
from workforce_sim.tables.output import Tables


@st.composite
def ranged(draw: st.DrawFn, **rules: Any) -> Scenario:
    """A scenario in which all levels have ranges that do not grow, with rules of pay over its own."""
    scenario = draw(strategies.scenarios(largest=25))
    ends = st.tuples(*[st.integers(2_000_000, 20_000_000)] * 2).map(sorted)
    levels = [
        {"name": level.name, "minimum": low / 100, "maximum": high / 100}
        for level in scenario.config.workforce.levels or ()
        for low, high in [draw(ends)]
    ]
    asked = {f"compensation.{key}": value for key, value in rules.items()}
    return scenario.changed({"workforce.levels": levels, "hiring.range_growth": 0.0, **asked})


def run(scenario: Scenario) -> Tables:
    try:
        return fast(scenario)
    except SimulationError:
        reject()


def ends(scenario: Scenario, level: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Return minimum and maximum for the hours of each, of ranges that do not grow."""
    share = pl.col("full_time_ppm").cast(pl.Int64)
    found = []
    for at in (0, 1):
        by_name = {entry.name: (entry.range_cents or (0, 0))[at] for entry in scenario.config.workforce.levels or ()}
        full = level.cast(pl.String).replace_strict(by_name, return_dtype=pl.Int64)
        found.append((full * share + 500_000) // 1_000_000)
    return found[0], found[1]


def with_people(events: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Return ledger rows with hours and levels of the year; the level before a promotion of a later day."""
    people = tables.snapshots.select("year", "employee_id", "full_time_ppm", "level", "lump_sum_cents")
    moved = of_type(tables.events, "promotion").select(
        "year", "employee_id", moved=pl.col("effective_date"), before=pl.col("level_before")
    )
    keys = ["year", "employee_id"]
    found = events.join(people, on=keys).join(moved, on=keys, how="left")
    later = (pl.col("moved") > pl.col("effective_date")).fill_null(value=False)
    return found.with_columns(at=pl.when(later).then("before").otherwise("level"))


@settings(max_examples=support.examples(40))
@given(scenario=ranged(range_maximum="freeze") | ranged(range_maximum="lump_sum"))
def test_no_increase_ends_above_the_maximum(scenario: Scenario) -> None:
    tables = run(scenario)
    raises = with_people(of_type(tables.events, "cola", "merit"), tables)
    _, most = ends(scenario, pl.col("at"))
    up = raises.filter(pl.col("salary_after_cents") > pl.col("salary_before_cents"))

    assert up.filter(pl.col("salary_after_cents") > most).is_empty()


@settings(max_examples=support.examples(40))
@given(scenario=ranged(range_maximum="lump_sum", other_pay=[]))
def test_a_lump_sum_is_what_the_year_pays_beyond_the_maximum(scenario: Scenario) -> None:
    paid, frozen = run(scenario), run(scenario.changed({"compensation.range_maximum": "freeze"}))
    columns = ["year", "employee_id", "salary_cents", "earnings_cents", "lump_sum_cents"]
    one, other = (tables.snapshots.select(columns).sort("year", "employee_id") for tables in (paid, frozen))
    rows = of_type(paid.events, "lump_sum").group_by("year", "employee_id").agg(pl.col("amount_cents").sum())
    booked = one.join(rows, on=["year", "employee_id"], how="left")["amount_cents"].fill_null(0)

    assert one["salary_cents"].equals(other["salary_cents"])
    assert (one["earnings_cents"] - other["earnings_cents"]).equals(one["lump_sum_cents"], check_names=False)
    assert booked.equals(one["lump_sum_cents"], check_names=False)
    assert paid.summary["lump_sums_cents"].sum() == booked.sum()


@settings(max_examples=support.examples(40))
@given(scenario=ranged(range_minimum="lift", range_lift_date="12-31", merit_pool=0.0, cola_date="01-01"))
def test_after_a_lift_on_the_last_day_nobody_is_below_the_minimum(scenario: Scenario) -> None:
    tables = run(scenario.changed({"promotion.date": "07-01", "promotion.month_weights": None}))
    low, _ = ends(scenario, pl.col("level"))
    last = pl.date(pl.col("year"), 12, 31)
    there = tables.snapshots.filter(pl.col("termination_date").is_null() & (pl.col("hire_date") < last))

    assert there.filter(pl.col("salary_cents") < low).is_empty()
    full_time = there.filter(full_time_ppm=PPM)  # rounding puts a part of a minimum to either side of it
    assert full_time.filter(pl.col("range_penetration_ppm") < 0).is_empty()


@settings(max_examples=support.examples(40))
@given(
    scenario=strategies.scenarios(largest=30),
    age=st.integers(20, 70),
    service=st.integers(0, 10),
    rule=st.sampled_from(
        [{}, {"rates": [{"from": 0, "rate": 0.5}]}, {"rates": [{"from": 0, "rate": 0.5}], "combine": "add"}]
    ),
)
def test_only_who_may_retire_retires(scenario: Scenario, age: int, service: int, rule: dict[str, Any]) -> None:
    section = {"eligible": [{"age": age, "service": service}], **rule}
    factors = {"terminations.age_factors": None, "terminations.tenure_factors": None}
    tables = run(scenario.changed({**factors, "terminations.retirement": section}))
    gone = of_type(tables.events, "termination").filter(pl.col("cause").cast(pl.String) == "retirement")
    retired = gone.join(tables.snapshots, on=["year", "employee_id"])

    assert retired["retirement_eligible"].all()
    assert tables.summary["retirements"].sum() == retired.height
    years = pl.col("year") - pl.col("birth_date").dt.year()
    assert tables.snapshots.filter(pl.col("retirement_eligible") & (years < age)).is_empty()


NOTHING = {"range_maximum": "freeze", "range_minimum": "lift", "merit_proration": "none"}


@settings(max_examples=support.examples(20))
@given(scenario=strategies.scenarios(largest=25))
def test_rules_of_ranges_that_never_bind_change_nothing_but_their_columns(scenario: Scenario) -> None:
    """With ranges from a cent to a hundred million dollars, which nobody is paid."""
    levels = [{"name": level.name, "minimum": 0.01, "maximum": 1e8} for level in scenario.config.workforce.levels or ()]
    staff = Census(scenario.census.frame.with_columns(pl.col("salary_cents") % 10**7 + 1))
    wide = Scenario(staff, scenario.config).changed(
        {"workforce.levels": levels, "hiring.range_growth": 0.0, "compensation.merit_proration": "none"}
    )
    plain, ruled = run(wide), run(wide.changed({f"compensation.{key}": value for key, value in NOTHING.items()}))
    columns = [name for name in plain.snapshots.columns if plain.snapshots[name].null_count() < plain.snapshots.height]
    full_time = plain.snapshots["salary_cents"] / plain.snapshots["full_time_ppm"] * 10**6
    assume(full_time.max() is None or full_time.max() <= 10**9)  # so that raises within the year are below, too

    assert plain.events.equals(ruled.events)
    assert plain.snapshots.select(columns).equals(ruled.snapshots.select(columns))


@settings(max_examples=support.examples(40))
@given(
    scenario=ranged(merit_date="01-01", merit_month_weights=None, merit_minimum_tenure=0, cola_date="12-31"),
    matrix=strategies.merit_matrix(),
    share=st.sampled_from(["none", "days", "months"]),
)
def test_the_pool_is_spent_whatever_the_matrix_and_the_share_of_recent_hires(
    scenario: Scenario, matrix: dict[str, Any], share: str
) -> None:
    """All merit is on January 1, before anything else but promotions, which are on December 31."""
    row = next(iter(matrix["increases"].values()))
    pooled = {"compensation.merit_matrix": {**matrix, "increases": {"all": row}, "pool": True}}
    alone: dict[str, Any] = {
        "compensation.ratings": {},
        "compensation.merit_hired_by": None,
        "compensation.range_maximum": "ignore",
    }
    late = {"promotion.date": "12-31", "promotion.month_weights": None, "compensation.range_minimum": "ignore"}
    chosen = scenario.changed({**alone, **late, **pooled, "compensation.merit_proration": share})
    tables = run(chosen)
    spent = (
        of_type(tables.events, "merit")
        .group_by("year")
        .agg((pl.col("salary_after_cents") - pl.col("salary_before_cents")).sum().alias("spent"))
    )
    hired = of_type(tables.events, "hire").filter(pl.col("effective_date").dt.ordinal_day() == 1)
    opening = tables.snapshots.drop_nulls("opening_salary_cents")

    for year, cents in spent.rows():
        staff = opening.filter(pl.col("year") == year)["opening_salary_cents"]
        pay = staff.sum() + hired.filter(pl.col("year") == year)["salary_after_cents"].sum()
        pool = pay * chosen.config.compensation.merit_pool.ppm(year) // 1_000_000
        assert abs(cents - pool) <= 2 * pay / 1_000_000 + len(staff) + 1
