"""Law 16: what is true of every run in which people's coming and going is planned."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace

import polars as pl
from hypothesis import given, reject, settings
from hypothesis import strategies as st

import workforce_sim as ws
from tests import support
from tests.property import strategies
from tests.support import Scenario, assert_same, fast, of_type, only, result_of, table
from tests.support_walk import years_walked
from workforce_sim.engine.clock import Clock
from workforce_sim.engine.course import Course
from workforce_sim.engine.partitions import parted
from workforce_sim.engine.start import opening_staff, prepared
from workforce_sim.errors import SimulationError
from workforce_sim.money import PPM, half_up
from workforce_sim.simulation.run import joined
from workforce_sim.tables.output import Tables
from workforce_sim.verify.checks import broken_laws

any_plan = given(scenario=strategies.planned_scenarios())
some_examples = settings(max_examples=support.examples(20))


def simulated(scenario: Scenario, replicates: tuple[int, ...] = (0,)) -> Tables:
    """Run; assumptions that cannot be carried out are no example."""
    try:
        return fast(scenario, replicates)
    except SimulationError:
        reject()


def caused(events: pl.DataFrame, cause: str) -> pl.DataFrame:
    return events.filter(pl.col("cause").cast(pl.String) == cause)


def of_group(scenario: Scenario) -> pl.Expr:
    """Return the group of each employee: the listed department, or none."""
    return pl.when(pl.col("department").cast(pl.String).is_in(scenario.config.groups)).then(
        pl.col("department").cast(pl.String)
    )


# --- the tables fit together ------------------------------------------------------------------------------------------


@any_plan
@some_examples
def test_a_planned_run_keeps_the_laws_of_every_run(scenario: Scenario) -> None:
    tables = simulated(scenario)
    state, _ = prepared(scenario.config, scenario.opening, (0,))
    opening = opening_staff(scenario.opening, state, scenario.config.simulation)
    for year in scenario.config.simulation.years:
        part = only(tables, pl.col("year") == year)
        assert list(broken_laws(opening, part)) == []
        opening = part.snapshots


@any_plan
@some_examples
def test_the_sum_over_departments_is_the_whole(scenario: Scenario) -> None:
    tables = simulated(scenario)
    groups = ws.summary_by(result_of(scenario, tables), "department")
    names = ["headcount_opening", "hires", "terminations_opening_staff", "terminations_new_hires", "headcount_closing"]
    whole = tables.summary.sort("year").select("year", *names)
    summed = groups.group_by("year").agg(pl.col(names).sum()).sort("year")

    there = whole.filter(pl.any_horizontal(pl.col(names) > 0))
    assert summed.select("year", *names).rows() == there.rows()


# --- numbers ----------------------------------------------------------------------------------------------------------


@settings(max_examples=support.examples(20))
@given(scenario=strategies.planned_scenarios(headcount="exact"))
def test_an_exact_group_closes_on_its_path_unless_frozen_or_with_more_known_hires(scenario: Scenario) -> None:
    """The path is followed here from the tables alone, without layoffs and lags: census, growth, seasons aside."""
    scenario = scenario.changed({"actions.layoffs": [], "hiring.time_to_fill": None})
    config, tables = scenario.config, simulated(scenario)
    counts = scenario.opening.staff.group_by(of_group(scenario).alias("group")).len()
    paths = {group: PPM * count for group, count in counts.iter_rows()}
    hires = of_type(tables.events, "hire")
    seasonal, known = caused(hires, "seasonal")["employee_id"], caused(hires, "known")["employee_id"]
    people = tables.snapshots.filter(~pl.col("employee_id").is_in(seasonal.implode()))
    people = people.with_columns(group=of_group(scenario), known=pl.col("employee_id").is_in(known.implode()))
    for year in config.simulation.years:
        for group in [*config.groups, None]:
            mine = people.filter((pl.col("year") == year) & pl.col("group").eq_missing(group))
            new = mine.filter(pl.col("opening_salary_cents").is_null())
            if new.height == mine.height:
                paths[group] = PPM * new.height
                assert new["known"].all()
                continue
            own = config.departments.get(group) if group else None
            rate = (own and own.growth) or config.simulation.target_growth_rate
            paths[group] = half_up(paths[group] * (PPM + support.growth_ppm(config, year, rate)), PPM)
            target, closing = half_up(paths[group], PPM), mine["termination_date"].null_count()
            if any(freeze.year == year and freeze.department in (None, group) for freeze in config.actions.freezes):
                assert new["known"].all()
                assert new.height or closing <= target
            elif new.is_empty() or not new["known"].all():
                assert closing == target
            else:
                assert closing >= target


@any_plan
@some_examples
def test_nobody_else_is_hired_in_a_freeze(scenario: Scenario) -> None:
    tables = simulated(scenario)
    hires = of_type(tables.events, "hire").filter(pl.col("cause").is_null())
    hires = hires.join(tables.snapshots.select("year", "employee_id", "department"), on=["year", "employee_id"])
    for freeze in scenario.config.actions.freezes:
        mine = hires.filter(pl.col("year") == freeze.year)
        if freeze.department is not None:
            mine = mine.filter(pl.col("department").cast(pl.String) == freeze.department)
        assert mine.is_empty()


# --- what is known ----------------------------------------------------------------------------------------------------


@any_plan
@some_examples
def test_known_exits_leave_on_their_day_and_never_before(scenario: Scenario) -> None:
    tables = simulated(scenario)
    if scenario.config.census.known_exits != "honor":
        return
    last = dt.date(scenario.config.simulation.end_year, 12, 31)
    known = scenario.opening.staff.drop_nulls("leaves_on").select("employee_id", "leaves_on")
    left = tables.snapshots.drop_nulls("termination_date").select("employee_id", "termination_date")
    found = known.join(left, on="employee_id", how="left")
    expected = found.with_columns(termination_date=pl.when(pl.col("leaves_on") <= last).then(pl.col("leaves_on")))

    assert found.equals(expected)


@any_plan
@some_examples
def test_known_hires_come_on_their_day_as_they_are_known(scenario: Scenario) -> None:
    tables = simulated(scenario)
    years = scenario.config.simulation.years
    planned = [one for one in scenario.config.hiring.known if one.date.year in years]
    rows = caused(of_type(tables.events, "hire"), "known").join(tables.snapshots, on=["year", "employee_id"])

    assert Counter(rows["effective_date"]) == sum((Counter({one.date: one.count}) for one in planned), Counter())
    for one in planned:
        mine = rows.filter(pl.col("effective_date") == one.date)
        if one.salary_cents is not None:
            assert mine.filter(pl.col("salary_after_cents") == one.salary_cents).height >= one.count
        if one.department is not None:
            assert mine.filter(pl.col("department").cast(pl.String) == one.department).height >= one.count
        if one.level is not None:
            assert mine.filter(pl.col("level_after").cast(pl.String) == one.level).height >= one.count


@any_plan
@some_examples
def test_seasonal_employees_come_and_go_on_their_days(scenario: Scenario) -> None:
    tables = simulated(scenario)
    hired = caused(of_type(tables.events, "hire"), "seasonal")["employee_id"]
    ended = caused(tables.events, "season_end")["employee_id"]
    gone = tables.snapshots.drop_nulls("termination_date").filter(pl.col("employee_id").is_in(hired.implode()))

    assert sorted(ended) == sorted(gone["employee_id"])
    assert of_type(tables.events, "promotion")["employee_id"].is_in(hired.implode()).sum() == 0
    before = tables.snapshots.filter(pl.col("opening_salary_cents").is_not_null())
    assert before.filter(pl.col("employee_id").is_in(hired.implode()))["termination_date"].null_count() == 0


@any_plan
@some_examples
def test_a_layoff_takes_its_number_from_its_department_and_level(scenario: Scenario) -> None:
    """Each at least that many of those there on the day; all of them reductions."""
    tables = simulated(scenario)
    reduced = caused(tables.events, "reduction").join(tables.snapshots, on=["year", "employee_id"])
    for layoff in scenario.config.actions.layoffs:
        if layoff.date.year not in scenario.config.simulation.years or layoff.department is None:
            continue
        on_the_day = reduced.filter(pl.col("effective_date") == layoff.date)
        mine = on_the_day.filter(pl.col("department").cast(pl.String) == layoff.department)
        of_year = tables.snapshots.filter(
            (pl.col("year") == layoff.date.year)
            & (pl.col("department").cast(pl.String) == layoff.department)
            & pl.col("opening_salary_cents").is_not_null()
        )
        assert mine.height <= of_year.height
        if layoff.count is not None and len(scenario.config.actions.layoffs) == 1 and layoff.level is None:
            assert mine.height >= min(layoff.count, of_year.height - _spared(scenario, of_year, tables))


def _spared(scenario: Scenario, people: pl.DataFrame, tables: Tables) -> int:
    """Return how many of these are in no pool: seasonal employees, and those whose last day is known."""
    seasonal = caused(of_type(tables.events, "hire"), "seasonal")["employee_id"].implode()
    known = scenario.opening.staff.drop_nulls("leaves_on")["employee_id"].implode()
    return people.filter(pl.col("employee_id").is_in(seasonal) | pl.col("employee_id").is_in(known)).height


# --- runs beside one another ------------------------------------------------------------------------------------------


@any_plan
@some_examples
def test_the_walk_over_the_ledger_gives_each_salary_and_day(scenario: Scenario) -> None:
    tables = simulated(scenario)
    for year, _, people in years_walked(scenario, tables):
        snapshot = tables.snapshots.filter(pl.col("year") == year)
        assert len(people) == snapshot.height
        for row in snapshot.iter_rows(named=True):
            person = people[row["employee_id"]]
            assert row["earnings_cents"] - (row["other_pay_cents"] or 0) == person.earnings(year)
            assert row["termination_date"] == person.left


@settings(max_examples=support.examples(20))
@given(scenario=strategies.planned_scenarios())
def test_each_replicate_of_a_batch_gets_what_it_gets_alone(scenario: Scenario) -> None:
    together = simulated(scenario, (0, 3))
    for number in (0, 3):
        assert_same(only(together, pl.col("replicate") == number), simulated(scenario, (number,)))


@settings(max_examples=support.examples(10))
@given(scenario=strategies.planned_scenarios(), rows=st.sampled_from([1, 7, 1000]))
def test_partitions_change_nothing(scenario: Scenario, rows: int) -> None:
    whole = simulated(scenario)
    state, world = prepared(scenario.config, scenario.opening, (0,))
    state, course, parts = replace(state, parts=parted(state.staff, rows)), Course(world), []
    for number in scenario.config.simulation.years:
        tables, state = course.step(state, number, Clock())
        parts.append(tables)

    assert_same(joined(parts), whole)


@settings(max_examples=support.examples(20))
@given(scenario=strategies.planned_scenarios())
def test_a_longer_run_begins_with_the_shorter_one(scenario: Scenario) -> None:
    last = scenario.config.simulation.end_year
    if last > 2196:
        reject()
    longer = simulated(scenario.changed({"simulation.end_year": last + 1}))

    assert_same(only(longer, pl.col("year") <= last), simulated(scenario))
    assert table(longer, "summary").height == len(scenario.config.simulation.years) + 1
