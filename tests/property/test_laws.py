"""The laws of the model, for any valid census and configuration: what the tables must say of one another."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from fractions import Fraction
from typing import Any

import polars as pl
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from tests import support
from tests.property import strategies
from tests.support import Scenario, fast, of_type, only, table
from tests.support_walk import completed_years, years_walked
from workforce_sim.census import Census
from workforce_sim.config.other_pay import KINDS
from workforce_sim.config.values import LAST_YEAR
from workforce_sim.errors import SimulationError
from workforce_sim.money import PPM
from workforce_sim.store import ledger
from workforce_sim.tables import EVENT_KINDS, EVENT_TYPES
from workforce_sim.tables.output import Tables

SETS = {kind.name: (*kind.sets, *(("cause",) if kind.causes else ())) for kind in EVENT_KINDS}
"""What rows of a type may fill, besides the date."""
FILLED = frozenset(column for columns in SETS.values() for column in columns)

any_scenario = given(scenario=strategies.scenarios())
some_examples = settings(max_examples=support.examples(40))

ON_ONE_DAY = {
    "promotion": {"base_rate": 1.0, "date": "07-01", "minimum_tenure": 0},
    "compensation": {"cola_date": "07-01", "merit_date": "07-01", "merit_minimum_tenure": 0},
}
"""Everybody below the top is promoted, and all raises fall on 1 July."""
some_on_one_day = given(scenario=strategies.scenarios(), changes=st.sampled_from([{}, ON_ONE_DAY]))


def simulated(scenario: Scenario, replicates: tuple[int, ...] = (0,)) -> Tables:
    """Run; assumptions that cannot be carried out are no example."""
    try:
        return fast(scenario, replicates)
    except SimulationError:
        reject()


def closing_of(tables: Tables, year: int) -> pl.DataFrame:
    """Return who stays at the end of a year."""
    return tables.snapshots.filter((pl.col("year") == year) & pl.col("termination_date").is_null())


# --- the ledger gives the closing -------------------------------------------------------------------------------------


@some_on_one_day
@some_examples
def test_replaying_each_years_ledger_gives_its_closing(scenario: Scenario, changes: dict[str, Any]) -> None:
    scenario = scenario.changed(changes)
    tables = simulated(scenario)
    keys = ["replicate", "employee_id", "level", "salary_cents"]
    state = scenario.opening.staff.select("employee_id", "level", "salary_cents")
    for year, _, people in years_walked(scenario, tables):
        state = ledger.replay(state, tables.events.filter(pl.col("year") == year))
        assert_frame_equal(state.select(keys), closing_of(tables, year).select(keys).sort(keys[:2]))
        by_hand = {(who, person.level, person.salary) for who, person in people.items() if person.left is None}
        assert set(state.select(keys[1:]).iter_rows()) == by_hand


@any_scenario
@some_examples
def test_snapshots_say_what_the_ledger_says_of_everybody(scenario: Scenario) -> None:
    tables = simulated(scenario)
    status = {(False, False): "continuing", (True, False): "new_hire"}
    status |= {(False, True): "terminated", (True, True): "new_hire_terminated"}
    for year, opening, people in years_walked(scenario, tables):
        snapshot = tables.snapshots.filter(pl.col("year") == year)
        assert snapshot["employee_id"].n_unique() == snapshot.height == len(people)
        for row in snapshot.iter_rows(named=True):
            person = people[row["employee_id"]]
            on = row["hire_date"] if person.hired else support.first_day(scenario.config, year)
            assert row["status"] == status[person.hired, person.left is not None]
            assert row["termination_date"] == person.left
            assert row["opening_salary_cents"] == opening.get(row["employee_id"], (None, None))[1]
            assert (row["level"], row["salary_cents"]) == (person.level, person.salary)  # the last in force
            assert row["earnings_cents"] == person.earnings(year) + (row["other_pay_cents"] or 0)
            assert row["age"] == completed_years(row["birth_date"], on)
            assert row["tenure_years"] == completed_years(row["service_date"] or row["hire_date"], on)
            assert row["leave_days"] in (None, person.leave_days)
            assert row["on_leave"] in (None, person.away and person.left is None)


@any_scenario
@some_examples
def test_birth_and_department_never_change_and_a_hire_date_only_on_return(scenario: Scenario) -> None:
    tables = simulated(scenario)
    for_ever = ["employee_id", "birth_date", "department"]
    people = tables.snapshots.select(for_ever).unique()
    assert people["employee_id"].is_unique().all()
    staff = scenario.opening.staff
    of_census = people.filter(~pl.col("employee_id").str.starts_with("NH-"))
    assert_frame_equal(of_census, staff.select(for_ever), check_row_order=False, check_dtypes=False)
    employed = ["employee_id", "hire_date"]
    begun = of_type(tables.events, "hire", "rehire").select("employee_id", hire_date="effective_date")
    known = pl.concat([staff.select(employed), begun])
    assert_frame_equal(tables.snapshots.select(employed).unique(), known, check_row_order=False)


# --- headcount --------------------------------------------------------------------------------------------------------


@any_scenario
@some_examples
def test_the_bridge_holds_and_a_closing_is_the_next_opening(scenario: Scenario) -> None:
    summary = table(simulated(scenario), "summary")
    opening = len(scenario.opening.staff)
    for row in summary.iter_rows(named=True):
        assert row["headcount_opening"] == opening
        opening += row["hires"] - row["terminations_opening_staff"] - row["terminations_new_hires"]
        assert row["headcount_closing"] == opening
        assert 0 <= row["reductions"] <= row["terminations_opening_staff"]


@any_scenario
@some_examples
def test_the_bridge_holds_by_level_with_promotions_in_and_out(scenario: Scenario) -> None:
    tables = simulated(scenario)
    heads = Counter(scenario.opening.staff["level"].cast(pl.String).to_list())
    for year in tables.summary["year"]:
        events = tables.events.filter(pl.col("year") == year)
        moves = of_type(events, "hire", "rehire", "promotion")
        heads.update(moves["level_after"].cast(pl.String).to_list())
        heads.subtract(moves["level_before"].cast(pl.String).drop_nulls().to_list())
        leavers = of_type(events, "termination").select("employee_id")
        last_levels = tables.snapshots.filter(pl.col("year") == year).join(leavers, on="employee_id")
        heads.subtract(last_levels["level"].cast(pl.String).to_list())
        assert heads == Counter(closing_of(tables, year)["level"].cast(pl.String).to_list())


@settings(max_examples=support.examples(40))
@given(scenario=strategies.scenarios(headcount="exact"))
def test_an_exact_year_closes_on_its_target(scenario: Scenario) -> None:
    growth, wished = scenario.config.simulation.target_growth_rate, Fraction(len(scenario.opening.staff))
    for row in table(simulated(scenario), "summary").iter_rows(named=True):
        wished *= 1 + Fraction(support.growth_ppm(scenario.config, row["year"], growth), PPM)
        assert row["headcount_closing"] == ((2 * wished + 1) // 2 if row["headcount_opening"] else 0)  # half up
        assert row["reductions"] == 0 or row["hires"] == 0


@any_scenario
@some_examples
def test_the_summary_counts_the_ledger(scenario: Scenario) -> None:
    tables = simulated(scenario)
    columns = {"rehire": "rehires", "leave_start": "leaves_begun"}
    columns |= {"promotion": "promotions", "cola": "cola_raises", "merit": "merit_raises"}
    for row in tables.summary.iter_rows(named=True):
        events = tables.events.filter(pl.col("year") == row["year"])
        for kind, column in columns.items():
            assert (row[column] or 0) == of_type(events, kind).height
        assert row["hires"] == of_type(events, "hire", "rehire").height
        leaving = row["terminations_opening_staff"] + row["terminations_new_hires"]
        assert leaving == of_type(events, "termination").height
        people = tables.snapshots.filter(pl.col("year") == row["year"])
        assert row["payroll_cents"] == people["earnings_cents"].sum()
        stay = people.filter(pl.col("termination_date").is_null())["salary_cents"]
        assert row["salary_roll_cents"] == stay.sum()
        average = (2 * stay.sum() + len(stay)) // (2 * len(stay)) if len(stay) else None
        assert row["average_salary_cents"] == average


# --- one employee's events --------------------------------------------------------------------------------------------


@any_scenario
@some_examples
def test_each_is_hired_and_leaves_at_most_once_and_every_date_is_in_its_year_and_employment(scenario: Scenario) -> None:
    tables = simulated(scenario)
    assert of_type(tables.events, "hire")["employee_id"].is_unique().all()
    gone, back = (Counter(of_type(tables.events, kind)["employee_id"]) for kind in ("termination", "rehire"))
    assert all(gone[who] - back[who] in (0, 1) for who in gone | back)
    assert (tables.events["effective_date"].dt.year() == tables.events["year"]).all()
    assert (tables.events["effective_date"] >= scenario.config.simulation.opening).all()
    for _, opening, people in years_walked(scenario, tables):  # reads no event after an exit
        for who, person in people.items():
            assert person.hired != (who in opening)
            assert person.dates == sorted(person.dates)
            assert (person.kinds.count("termination") == 1) == (person.left is not None)
            if person.hired:  # the hire comes first, and nobody leaves on the day of hire
                assert person.kinds[0] in ("hire", "rehire")
                assert person.left is None or person.left > person.dates[0]
                assert person.dates[0] < dt.date(person.dates[0].year, 12, 31)


@some_on_one_day
@some_examples
def test_one_day_takes_promotion_cost_of_living_and_merit_in_that_order_and_four_salaries_a_year(
    scenario: Scenario, changes: dict[str, Any]
) -> None:
    """Reading checks that each row starts from what the one before it left."""
    # rate changes of one's own, and in response to a new match; other pay by entry; cost of living and merit paid once
    several = Counter({"rate_change": 2, "other_pay": 3, "lump_sum": 2})
    changed = scenario.changed(changes)
    for _, _, people in years_walked(changed, simulated(changed)):
        for person in people.values():
            assert all(n <= max(1, several[kind]) for kind, n in Counter(person.kinds).items())  # so four salaries
            steps = [(date, EVENT_TYPES.index(kind)) for date, kind in zip(person.dates, person.kinds, strict=True)]
            assert steps == sorted(steps)


@any_scenario
@some_examples
def test_a_row_says_what_changed_and_nothing_that_changed_nothing_has_one(scenario: Scenario) -> None:
    events = simulated(scenario).events
    names = [level.name for level in scenario.opening.levels]
    up = dict(itertools.pairwise(names))
    for row in events.iter_rows(named=True):
        salaries = (row["salary_before_cents"], row["salary_after_cents"])
        levels = (row["level_before"], row["level_after"])
        match row["event_type"]:
            case "hire" | "rehire":
                assert salaries[0] is levels[0] is row["cause"] is None
                assert None not in (salaries[1], levels[1])
            case "promotion":
                assert up[levels[0]] == levels[1]
                assert salaries[0] <= salaries[1]
            case "cola" | "range_lift" | "merit":  # pay may be cut by a negative cost-of-living rate
                assert salaries[0] != salaries[1]
                assert salaries[0] < salaries[1] or row["event_type"] == "cola"
                assert levels == (None, None)
            case "eligibility" | "leave_start" | "leave_return":
                assert {*salaries, *levels, row["cause"]} == {None}
            case "enrollment" | "rate_change" | "escalation" | "stop":
                assert (row["cause"] is None) == (row["event_type"] in ("escalation", "stop"))
                assert row["deferral_before_bp"] != row["deferral_after_bp"]
                assert {*salaries, *levels} == {None}
            case "opt_out":
                assert row["deferral_after_bp"] == 0
                assert {*salaries, *levels, row["cause"], row["deferral_before_bp"]} == {None}
            case "lump_sum":
                assert row["amount_cents"] > 0
                assert {*salaries, *levels} == {None}
            case "forfeiture":
                assert row["amount_cents"] > 0
                assert {*salaries, *levels, row["cause"], row["deferral_after_bp"]} == {None}
            case "other_pay":
                assert row["amount_cents"] > 0
                assert row["cause"] in KINDS
                assert {*salaries, *levels, row["deferral_after_bp"]} == {None}
            case "termination":
                assert row["cause"] is not None
                assert {*salaries, *levels} == {None}
            case other:
                assert {row[name] for name in FILLED - {*SETS[other]}} <= {None}


@any_scenario
@some_examples
def test_nothing_is_negative(scenario: Scenario) -> None:
    tables = simulated(scenario)
    for name in support.TABLES:
        numbers = getattr(tables, name).select(pl.col(pl.Int64, pl.Int32).exclude("range_penetration_ppm"))
        lowest = [value for value in numbers.min().row(0) if value is not None]
        assert min(lowest, default=0) >= 0


# --- runs beside one another ------------------------------------------------------------------------------------------


@any_scenario
@some_examples
def test_a_longer_run_begins_with_the_shorter_one(scenario: Scenario) -> None:
    last = scenario.config.simulation.end_year
    assume(last + 2 < LAST_YEAR)  # the last year looks at limits of the next
    try:
        longer = fast(scenario.changed({"simulation.end_year": last + 2}))
    except SimulationError:
        reject()
    support.assert_same(only(longer, pl.col("year") <= last), fast(scenario))


@any_scenario
@some_examples
def test_an_opening_on_january_1_is_that_of_a_run_without_the_key(scenario: Scenario) -> None:
    first = dt.date(scenario.config.simulation.start_year, 1, 1)
    assume(scenario.config.simulation.opening == first)
    without = scenario.changed({"simulation.opening_date": None})
    support.assert_same(simulated(without), simulated(scenario.changed({"simulation.opening_date": first})))


@any_scenario
@some_examples
def test_each_replicate_of_a_batch_gets_what_it_gets_alone(scenario: Scenario) -> None:
    batch = simulated(scenario, (0, 3, 7))
    for replicate in (0, 3, 7):
        support.assert_same(only(batch, pl.col("replicate") == replicate), fast(scenario, (replicate,)))


@settings(max_examples=support.examples(40))
@given(scenario=strategies.scenarios(), order=st.integers(0, 2**32))
def test_the_order_of_the_census_changes_nothing(scenario: Scenario, order: int) -> None:
    fingerprint = ledger.fingerprint(simulated(scenario))
    shuffled = scenario.census.frame.sample(fraction=1.0, shuffle=True, seed=order)
    again = Scenario(Census(shuffled), scenario.config)
    assert support.fingerprint(again) == fingerprint
