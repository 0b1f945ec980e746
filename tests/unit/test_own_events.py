"""A user's own events: what they add, what is refused, and that every way to run them gives the same."""

from __future__ import annotations

import functools
import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import workforce_sim as ws
from tests.support import few
from tests.support_store import hashes, through_disk
from workforce_sim.dates import NEVER
from workforce_sim.draws import census_key, decision, person_number, uniform
from workforce_sim.engine.clock import Clock
from workforce_sim.engine.partitions import parted
from workforce_sim.engine.start import prepared
from workforce_sim.simulation.run import begin, joined, stepped
from workforce_sim.store.ledger import fingerprint
from workforce_sim.tables import EVENT_TYPES, EVENTS, SNAPSHOTS, SUMMARY, names

CONFIG = {
    "random_seed": 7,
    "census": {"size": 120},
    "simulation": {"start_year": 2025, "end_year": 2027, "target_growth_rate": 0.03},
    "workforce": {"total_termination_rate": 0.12, "new_hire_termination_rate": 0.25},
}
PAID = pl.col("bonus_cents") > 0
LUCK = ws.Stream.user("bonus")


@ws.event(
    after="compensation",
    adds={"bonus_date": pl.Int32, "bonus_cents": pl.Int64},
    ledger=ws.ledger_rows(when=PAID, date="bonus_date", amount_cents=pl.col("bonus_cents")),
    measures={"bonuses": PAID, "bonus_paid_cents": pl.col("bonus_cents")},
)
def bonus(staff: pl.LazyFrame, year: ws.Year) -> pl.LazyFrame:
    """Pay 5% of salary on 15 March to half of those who were there on 1 January and still are."""
    day = year.day("03-15")
    wins = (pl.col("hire_date") <= year.first) & (pl.col("last_day") >= day) & (pl.col("_u") < 0.5)
    return year.draws(staff, _u=LUCK).with_columns(
        bonus_date=pl.lit(day, dtype=pl.Int32),
        bonus_cents=pl.when(wins).then((pl.col("salary_cents") * 5 + 50) // 100).otherwise(0),
    )


@ws.event(after="risk", adds={"years_seen": pl.Int32}, keeps=["years_seen"])
def seen(staff: pl.LazyFrame, year: ws.Year) -> pl.LazyFrame:
    """Count the openings of everybody."""
    return staff.with_columns(pl.col("years_seen").fill_null(0) + 1)


@ws.event(after="risk")
def safe(staff: pl.LazyFrame, year: ws.Year) -> pl.LazyFrame:
    """Let almost nobody under 40 leave."""
    return staff.with_columns(weight=pl.when(pl.col("age") < 40).then(1).otherwise("weight").cast(pl.Int64))


OWN = [bonus, seen]


@pytest.fixture(scope="module")
def result() -> ws.Result:
    return ws.simulate(CONFIG, events=OWN)


def bonuses(run: ws.Result) -> pl.DataFrame:
    return run.events.filter(pl.col("event_type").cast(pl.String) == "bonus")


def failing(change: Callable[[pl.LazyFrame], Any], **declared: Any) -> ws.OwnEvent:
    """Return an event that does one thing to the staff."""

    def broken(staff: pl.LazyFrame, year: ws.Year) -> Any:
        return change(staff)

    return ws.event(**{"after": "compensation", **declared})(broken)


# --- what they add ---


def test_columns_ledger_and_measures_come_after_those_of_the_model(result: ws.Result) -> None:
    assert result.snapshots.columns == [*names(SNAPSHOTS), "years_seen", "bonus_date", "bonus_cents"]
    assert result.summary.columns == [*names(SUMMARY), "bonuses", "bonus_paid_cents"]
    assert result.events.columns == names(EVENTS)
    assert result.events["event_type"].to_list().count("bonus") == bonuses(result).height
    assert bonuses(result).height == result.summary["bonuses"].sum() > 0
    assert bonuses(result)["amount_cents"].sum() == result.summary["bonus_paid_cents"].sum()


def test_a_bonus_by_hand(result: ws.Result) -> None:
    """Whoever of the census is there from 1 January to 15 March 2026 gets it by the draw of id, year and name."""
    people = result.snapshots.filter(pl.col("year") == 2026, ~pl.col("employee_id").str.starts_with("NH-"))
    paid = dict(bonuses(result).filter(year=2026).select("employee_id", "amount_cents").iter_rows())
    last = people["termination_date"].to_physical().fill_null(int(NEVER)).to_list()
    rows = zip(people["employee_id"], people["opening_salary_cents"], last, strict=True)
    day = (2026 - 1970) * 365 + 14 + 31 + 28 + 14  # 14 leap days since 1970
    k = decision(7, 2026, LUCK)
    wins = {
        who: (salary * 5 + 50) // 100
        for who, salary, gone in rows
        if gone >= day and uniform(person_number(7, 0, census_key(who)), k) < 0.5
    }

    assert wins == {who: cents for who, cents in paid.items() if not who.startswith("NH-")} != {}
    assert bonuses(result).filter(year=2026)["effective_date"].cast(pl.Int32).unique().to_list() == [day]


def test_columns_that_begin_with_an_underscore_are_dropped(result: ws.Result) -> None:
    assert [name for name in result.snapshots.columns if name.startswith("_")] == []


def test_what_is_kept_goes_on_and_is_null_for_hires(result: ws.Result) -> None:
    found = result.snapshots.sort("employee_id", "year").with_columns(
        before=pl.col("years_seen").shift().over("employee_id", order_by="year")
    )
    hired = pl.col("hire_date").dt.year() == pl.col("year")
    later = found.filter(~hired, pl.col("year") > 2025)

    assert found.filter(hired)["years_seen"].null_count() == found.filter(hired).height > 0
    assert found.filter(~hired, pl.col("year") == 2025)["years_seen"].unique().to_list() == [1]
    assert (later["years_seen"] == later["before"].fill_null(0) + 1).all()
    assert later["years_seen"].max() == 3


def test_a_lower_weight_makes_others_leave() -> None:
    base, kept = ws.simulate(CONFIG), ws.simulate(CONFIG, events=[safe])
    young = pl.col("status").cast(pl.String).is_in(["terminated"]) & (pl.col("age") < 40)

    assert kept.snapshots.filter(young).height < base.snapshots.filter(young).height
    assert_frame_equal(
        base.summary.select("terminations_opening_staff", "hires"),
        kept.summary.select("terminations_opening_staff", "hires"),
    )


def test_an_event_that_adds_nothing_changes_nothing_of_the_model(result: ws.Result) -> None:
    base = ws.simulate(CONFIG)

    assert ws.simulate(CONFIG, events=[]).fingerprint == base.fingerprint
    assert ws.simulate(CONFIG, events=[failing(lambda staff: staff)]).fingerprint == base.fingerprint
    assert_frame_equal(result.snapshots.select(names(SNAPSHOTS)), base.snapshots, check_row_order=False)
    assert_frame_equal(result.summary.select(names(SUMMARY)), base.summary)


def test_events_after_one_come_in_the_order_of_the_list() -> None:
    def first(staff: pl.LazyFrame, year: ws.Year) -> pl.LazyFrame:
        return staff.with_columns(step=pl.lit(1, dtype=pl.Int64))

    def second(staff: pl.LazyFrame, year: ws.Year) -> pl.LazyFrame:
        return staff.with_columns(pl.col("step") * 10, twice=pl.col("step") + 1)

    one = ws.event(after="hire", adds={"step": pl.Int64})(first)
    two = ws.event(after="hire", adds={"twice": pl.Int64})(second)
    after_one = ws.event(after="first", adds={"twice": pl.Int64})(second)

    for own in ([one, two], [one, after_one]):
        found = ws.simulate(CONFIG, end_year=2025, events=own).snapshots
        assert found.select("step", "twice").unique().rows() == [(10, 2)]
    with pytest.raises(ws.SimulationError, match=r"event second in 2025: ColumnNotFoundError: .*step"):
        ws.simulate(CONFIG, events=[two, one])
    with pytest.raises(ws.RequestError, match="event second: after 'first', which is no event"):
        ws.simulate(CONFIG, events=[after_one, one])


def test_levels_and_departments_have_their_positions() -> None:
    found: dict[str, int] = {}

    def asks(staff: pl.LazyFrame, year: ws.Year) -> pl.LazyFrame:
        found.update({name: year.level(name) for name in year.world.levels.to_list()})
        found["department"] = year.department("Nowhere")
        return staff

    with pytest.raises(ws.RequestError, match="no department is named 'Nowhere'; there are "):
        ws.simulate(CONFIG, events=[ws.event(after="hire")(asks)])
    assert list(found.values()) == list(range(len(found))) != []


# --- every way to run them ---


def test_the_order_of_the_census_changes_nothing(result: ws.Result) -> None:
    census = begin(CONFIG).opening.staff
    straight, turned = (ws.simulate(CONFIG, census=rows, events=OWN) for rows in (census, census.reverse()))

    assert straight.fingerprint == turned.fingerprint


@pytest.mark.parametrize("rows", few([50, 7], 2))
def test_partitions_change_nothing(result: ws.Result, rows: int) -> None:
    run = begin(CONFIG)
    state, world = prepared(run.config, run.opening, (0,), own=tuple(OWN))
    several = replace(state, parts=parted(state.staff, rows))
    years = stepped(several, run.config.simulation.years, world, Clock())

    assert len(several.parts) > 1
    assert fingerprint(joined([year.tables for year in years])) == result.fingerprint


@pytest.mark.parametrize("rows", few([50, 7], 2))
def test_a_run_through_the_disk_is_the_same_to_the_byte(rows: int, tmp_path: Path) -> None:
    ws.simulate(CONFIG, out=tmp_path / "whole", events=OWN)
    through_disk(CONFIG, tmp_path / "stopped", rows, after=1, own=OWN)
    through_disk(CONFIG, tmp_path / "stopped", rows, own=OWN)

    assert hashes(tmp_path / "stopped") == hashes(tmp_path / "whole")


def test_a_replicate_of_an_ensemble_is_the_run_of_that_replicate() -> None:
    ensemble = ws.simulate_ensemble(CONFIG, replicates=4, own_events=OWN, events=[2], progress=None)

    for r in range(4):
        alone = ws.simulate(CONFIG, replicate=r, events=OWN)
        assert_frame_equal(ensemble.replicates.filter(replicate=r), alone.summary)
    assert ensemble.kept[2].fingerprint == ws.simulate(CONFIG, replicate=2, events=OWN).fingerprint
    assert {"bonuses", "bonus_paid_cents"} <= {*ensemble.bands["measure"]}


def test_an_event_goes_to_other_processes_by_its_name() -> None:
    unnamed = ws.event(after="hire")(plain)

    assert pickle.loads(pickle.dumps(bonus)) is bonus
    assert pickle.loads(pickle.dumps(unnamed)).source == unnamed.source


def plain(staff: pl.LazyFrame, year: ws.Year) -> pl.LazyFrame:
    return staff


def test_comparisons_and_sweeps_have_measures_of_their_own() -> None:
    larger = {**CONFIG, "compensation": {"merit_pool": 0.06}}
    comparison = ws.compare({"a": CONFIG, "b": larger}, replicates=2, own_events=[bonus], progress=None)
    found = comparison.differences.filter(measure="bonus_paid_cents")
    grid = {"compensation.merit_pool": [0.03, 0.06]}
    swept = ws.sweep(CONFIG, grid, replicates=2, own_events=[bonus], progress=None).summary

    assert found["mean"].to_list()[0] == 0
    assert (found["mean"][1:] > 0).all()
    assert swept.filter(measure="bonus_paid_cents").height == 2 * 3


def test_until_takes_a_measure_of_an_own_event() -> None:
    until = {"bonus_paid": 0.5}
    found = ws.simulate_ensemble(CONFIG, replicates=60, until=until, own_events=[bonus], progress=None)

    assert found.count == 30
    assert 0 < found.sure["bonus_paid_cents"] <= 0.5


# --- on disk ---


def test_a_run_on_disk_is_the_run_in_memory_and_goes_on(tmp_path: Path) -> None:
    short = ws.simulate(CONFIG, end_year=2025, events=OWN, out=tmp_path / "run")
    assert short.fingerprint == ws.simulate(CONFIG, end_year=2025, events=OWN).fingerprint

    longer = ws.simulate(CONFIG, events=OWN, out=tmp_path / "run")
    whole = ws.simulate(CONFIG, events=OWN, out=tmp_path / "whole")

    assert longer.fingerprint == whole.fingerprint == ws.simulate(CONFIG, events=OWN).fingerprint
    assert hashes(tmp_path / "run") == hashes(tmp_path / "whole")


def test_another_event_is_refused_by_name(tmp_path: Path) -> None:
    def changed(rate: int) -> ws.OwnEvent:
        def rated(staff: pl.LazyFrame, year: ws.Year) -> pl.LazyFrame:
            return staff.with_columns(rated=pl.lit(rate, dtype=pl.Int32))

        return ws.event(after="hire", adds={"rated": pl.Int32})(rated)

    ws.simulate(CONFIG, end_year=2025, events=[changed(5)], out=tmp_path)

    for own in ([changed(6)], [], [bonus]):
        with pytest.raises(ws.LedgerError, match=r"holds another run(.|\n)*own\.rated: "):
            ws.simulate(CONFIG, end_year=2026, events=own, out=tmp_path)
    assert ws.simulate(CONFIG, end_year=2026, events=[changed(5)], out=tmp_path).snapshots["rated"].max() == 5


def test_an_event_is_known_by_what_it_reads_and_where_it_stands() -> None:
    def made(rate: int, **declared: Any) -> str:
        def rated(staff: pl.LazyFrame, year: ws.Year) -> pl.LazyFrame:
            return staff.with_columns(_rate=rate).pipe(helped)

        return ws.event(**{"after": "hire", **declared})(rated).source

    others = [made(2), made(1, after="promotion"), made(1, adds={"x": pl.Int64})]

    assert made(1) == made(1)
    assert len({made(1), *others}) == 4


def test_a_helper_may_be_defined_after_the_event() -> None:
    def made(rate: int) -> str:
        @ws.event(after="hire")
        def early(staff: pl.LazyFrame, year: ws.Year) -> pl.LazyFrame:
            return later(staff)

        def later(staff: pl.LazyFrame) -> pl.LazyFrame:
            return staff.with_columns(_rate=rate)

        return early.source

    assert made(1) == made(1) != made(2)


def test_a_name_without_a_value_yet_is_no_error() -> None:
    @ws.event(after="hire")
    def early(staff: pl.LazyFrame, year: ws.Year) -> pl.LazyFrame:
        return staff.with_columns(_x=rate)

    assert len(early.source) == 64
    rate = 5


def helped(staff: pl.LazyFrame) -> pl.LazyFrame:
    return staff


def test_code_without_a_text_is_known_by_its_constants() -> None:
    def typed(line: str) -> str:
        names: dict[str, Any] = {}
        exec(f"def typed(staff, year):\n    {line}", names)
        return ws.event(after="hire")(names["typed"]).source

    assert typed("return staff.limit(5)") == typed("return staff.limit(5)")
    assert len({typed(f"return staff.{what}") for what in ("limit(5)", "limit(6)", "head(5)")}) == 3


# --- what reads a run ---


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("own") / "run"
    ws.simulate(CONFIG, events=OWN, out=folder)
    return folder


def test_a_timeline_has_its_events(result: ws.Result) -> None:
    who = bonuses(result)["employee_id"][0]

    assert "bonus" in str(ws.timeline(result, who))


def test_two_runs_of_the_same_events_do_not_differ(result: ws.Result) -> None:
    assert len(ws.diff_runs(result, ws.simulate(CONFIG, events=OWN)).persons) == 0


def test_a_run_without_the_event_differs_in_it(result: ws.Result) -> None:
    found = ws.diff_runs(ws.simulate(CONFIG, events=[seen]), result)

    assert {*found.persons["kind"]} == {"bonus only in b"}


def test_groups_add_up_to_the_summary(result: ws.Result) -> None:
    by_level = ws.summary_by(result, "level").group_by("year").agg(pl.col("promotions", "payroll_cents").sum())

    assert_frame_equal(by_level.sort("year"), result.summary.select("year", "promotions", "payroll_cents"))


def test_the_replay_gives_the_closing(result: ws.Result) -> None:
    assert result.opening is not None
    closing = ws.replay(result.opening, result.events.filter(year=2025))
    stay = result.snapshots.filter(pl.col("year") == 2025, pl.col("termination_date").is_null())

    assert_frame_equal(
        closing.select("employee_id", "salary_cents"),
        stay.select("employee_id", "salary_cents").sort("employee_id"),
    )


def test_a_run_is_read_back(folder: Path, result: ws.Result) -> None:
    assert ws.read_run(folder).fingerprint == result.fingerprint


def test_a_finished_run_is_returned_as_it_is(folder: Path, result: ws.Result) -> None:
    assert ws.simulate(CONFIG, events=OWN, out=folder).fingerprint == result.fingerprint


def test_a_run_is_verified(folder: Path) -> None:
    assert ws.verify_run(folder).problems == ()


def test_a_run_simulated_again_says_that_its_events_are_needed(folder: Path) -> None:
    assert any("bonus" in problem for problem in ws.verify_run(folder, deep=True).problems)


def test_provenance_names_the_events(folder: Path) -> None:
    assert "bonus" in str(ws.provenance(folder))


# --- what is refused ---

ADDED = {"x": pl.Int64}
X = pl.lit(1, dtype=pl.Int64).alias("x")


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ({"adds": {"salary_cents": pl.Int64}}, "have a column salary_cents; choose another name"),
        ({"adds": {"hires": pl.Int64}}, "have a column hires"),
        ({"adds": {"person": pl.Int64}}, "have a column person"),
        ({"adds": {"new_owner": pl.UInt8}}, "have a column new_owner"),
        ({"adds": {"number": pl.Int64}}, "have a column number"),
        ({"adds": {"_x": pl.Int64}}, "adds _x, but columns that begin with _ are dropped"),
        (
            {"adds": {"x": pl.List(pl.Int64)}},
            r"x cannot be List\(Int64\); use Int8, .*, Float64, Boolean, Date, String",
        ),
        ({"adds": {"x": pl.UInt64}}, "x cannot be UInt64"),
        ({"adds": {"x": int}}, "x cannot be <class 'int'>"),
        ({"measures": {"payroll_cents": X}}, "no measure can be named payroll_cents"),
        ({"measures": {"_x": X}}, "no measure can be named _x"),
        ({"measures": {"spent": "x"}}, "measure spent must be an expression"),
        ({"keeps": ["x"]}, "keeps x, which adds does not have"),
    ],
)
def test_what_no_run_could_have_is_refused_at_once(declared: dict[str, Any], message: str) -> None:
    with pytest.raises(ws.RequestError, match=f"event broken: .*{message}"):
        failing(lambda staff: staff, **declared)


@pytest.mark.parametrize("name", EVENT_TYPES)
def test_names_of_events_of_the_ledger_are_taken(name: str) -> None:
    def other(staff: pl.LazyFrame, year: ws.Year) -> pl.LazyFrame:
        return staff

    other.__name__ = name
    with pytest.raises(ws.RequestError, match=f"event {name}: the model has an event of this name"):
        ws.event(after="hire")(other)


@pytest.mark.parametrize("function", [lambda staff, year: staff, functools.partial(plain)])
def test_a_function_without_a_name_is_refused(function: Any) -> None:
    with pytest.raises(ws.RequestError, match="a function with a name: write it with def"):
        ws.event(after="hire")(function)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"salary_cents": X}, "salary_cents cannot be set; choose of cause, salary_before_cents, .*, amount_cents"),
        ({"event_type": X}, "event_type cannot be set"),
        ({"amount_cents": "bonus_cents"}, r"amount_cents must be an expression; write pl.col\(...\)"),
        ({"amount_cents": 5}, "amount_cents must be an expression"),
        ({"cause": "whim"}, "no cause is named 'whim'; choose of voluntary"),
        ({"when": "bonus_cents"}, "when must be an expression"),
        ({"date": pl.col("bonus_date")}, "date must be the name of a column"),
    ],
)
def test_ledger_rows_that_cannot_be_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ws.RequestError, match=f"ledger_rows: {message}"):
        ws.ledger_rows(**{"when": PAID, "date": "bonus_date", **arguments})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda staff: staff.select("key"), "column person is missing; return the staff with it"),
        (lambda staff: staff, "column x is missing"),
        (lambda staff: staff.with_columns(x=pl.lit(1)), "column x is Int32, not Int64; cast it"),
        (lambda staff: staff.with_columns(X, weight=pl.lit(1.0)), "column weight is Float64, not Int64; cast it"),
        (lambda staff: staff.with_columns(X, level=None), "column level is Null, not Int16"),
        (
            lambda staff: staff.with_columns(X, weight=pl.when(pl.col("age") > 40).then("weight")),
            "column weight has nulls; fill them",
        ),
        (lambda staff: staff.with_columns(X, y=X), "column y is not declared; name it in adds, or begin"),
        (lambda staff: staff.with_columns(X).filter(pl.col("age") > 40), "rows for .* it must keep everybody, once"),
        (lambda staff: pl.concat([staff, staff]).with_columns(X), "gives .* rows for"),
        (lambda staff: staff.with_columns(X).reverse(), "the rows are others, or in another order; do not sort"),
        (lambda staff: staff.with_columns(X, pl.col("person").shift().fill_null(0)), "the rows are others"),
        (lambda staff: staff.with_columns(x=pl.col("nowhere")), "ColumnNotFoundError: .*nowhere"),
        (lambda staff: CONFIG["no"], "KeyError: 'no'"),
        (lambda staff: None, "TypeError: gives a NoneType; return the staff as a lazy frame"),
        (lambda staff: staff.collect(), "TypeError: gives a DataFrame"),
        (lambda staff: staff.no_such(), "AttributeError: .*no_such"),
    ],
)
def test_what_breaks_the_staff_is_said(change: Callable[[pl.LazyFrame], Any], message: str) -> None:
    with pytest.raises(ws.SimulationError, match=f"^event broken in 2025: .*{message}"):
        ws.simulate(CONFIG, events=[failing(change, adds=ADDED)])


def test_messages_quote_no_values() -> None:
    spent = failing(lambda staff: staff.with_columns(x=pl.col("salary_cents").cast(pl.Int8).cast(pl.Int64)), adds=ADDED)

    with pytest.raises(
        ws.SimulationError, match="InvalidOperationError: conversion from `i64` to `i8` failed"
    ) as caught:
        ws.simulate(CONFIG, events=[spent])
    assert str(caught.value).endswith("values")
    assert "[" not in str(caught.value)


@pytest.mark.parametrize(
    ("date", "when"),
    [
        (lambda year: pl.lit(0, dtype=pl.Int64), pl.col("age") > 0),
        (lambda year: pl.lit(None, dtype=pl.Int64), pl.col("age") > 0),
        (lambda year: pl.col("last_day").cast(pl.Int64) + 1, pl.col("leaves") == 1),
        (lambda year: pl.col("hire_date").cast(pl.Int64) - 1, pl.col("is_hire") == 1),
    ],
)
def test_ledger_rows_outside_the_employment_are_said(date: Any, when: pl.Expr) -> None:
    rows = ws.ledger_rows(when=when, date="x")
    broken = failing(lambda staff: staff.with_columns(x=date(2025)), adds=ADDED, ledger=rows)

    with pytest.raises(ws.SimulationError, match=r"in 2025: [\d,]+ ledger rows are dated outside the year"):
        ws.simulate(CONFIG, events=[broken])


NO_POSITION = {
    "a text": pl.when(pl.col("age") > 40).then(pl.lit("voluntary")).otherwise(pl.lit("death")),
    "a large number": pl.col("level").cast(pl.Int64) + 2**32,
    "not a number": pl.lit(float("nan")),
}


@pytest.mark.parametrize("name", ["cause", "level_after"])
@pytest.mark.parametrize("value", NO_POSITION.values(), ids=NO_POSITION)
def test_what_is_no_position_of_a_name_is_an_error(name: str, value: pl.Expr) -> None:
    rows = ws.ledger_rows(when=pl.col("leaves") == 1, date="last_day", **{name: value})
    broken = failing(lambda staff: staff, ledger=rows)

    with pytest.raises(pl.exceptions.InvalidOperationError, match="u32"):
        ws.simulate(CONFIG, events=[broken])


@pytest.mark.parametrize("measure", [pl.col("age") * 0.5, pl.col("age").cast(pl.String)])
def test_a_measure_that_is_no_whole_number_is_said(measure: pl.Expr) -> None:
    broken = failing(lambda staff: staff, measures={"spent": measure})

    with pytest.raises(ws.SimulationError, match="event broken in 2025: measure spent is no whole number or flag"):
        ws.simulate(CONFIG, events=[broken])


def test_a_measure_may_look_at_what_comes_later() -> None:
    early = failing(lambda staff: staff, after="risk", measures={"saved_cents": pl.col("pre_tax_cents")})

    assert (ws.simulate(CONFIG, events=[early]).summary["saved_cents"] > 0).all()


def test_an_event_after_nothing_of_the_year_is_refused() -> None:
    lost = failing(lambda staff: staff, after="enrollment")
    without_plan = {**CONFIG, "plan": {"enabled": False}}

    with pytest.raises(
        ws.RequestError, match=r"event broken: after 'enrollment', which is no event of the year \(risk, "
    ):
        ws.simulate(without_plan, events=[lost])
    assert ws.simulate(CONFIG, end_year=2025, events=[lost]).summary.height == 1


def test_no_event_comes_after_a_decision_that_is_none() -> None:
    with pytest.raises(ws.RequestError, match="after 'merit pool', which is no event of the year"):
        ws.simulate(CONFIG, events=[failing(lambda staff: staff, after="merit pool")])


def test_an_event_named_as_one_of_the_year_is_refused() -> None:
    @ws.event(after="hire")
    def compensation(staff: pl.LazyFrame, year: ws.Year) -> pl.LazyFrame:
        return staff

    with pytest.raises(ws.RequestError, match="event compensation: the year has an event of this name"):
        ws.simulate(CONFIG, events=[compensation])


@pytest.mark.parametrize(
    "selecting",
    [
        {"measures": {"bonuses": pl.col("bonus_cent") > 0}},
        {"ledger": ws.ledger_rows(when=pl.col("leaves") == 1, date="bonus_cent")},
        {"ledger": ws.ledger_rows(when=pl.col("bonus_cent") == 1, date="last_day")},
        {"ledger": ws.ledger_rows(when=pl.col("leaves") == 1, date="last_day", amount_cents=pl.col("bonus_cent"))},
    ],
)
def test_a_column_that_nobody_has_is_named_before_the_run(selecting: dict[str, Any]) -> None:
    with pytest.raises(ws.RequestError, match="ledger or measures use bonus_cent, which the staff do not have"):
        ws.simulate(CONFIG, events=[failing(lambda staff: staff, **selecting)])


def test_a_column_that_the_staff_have_is_refused() -> None:
    with pytest.raises(ws.RequestError, match="event broken: adds leaves, which the staff have; choose another name"):
        ws.simulate(CONFIG, events=[failing(lambda staff: staff, adds={"leaves": pl.UInt8})])


@pytest.mark.parametrize(
    ("own", "message"),
    [
        ([bonus, bonus], "events: bonus: an event is there twice"),
        (
            [seen, failing(lambda staff: staff, adds={"years_seen": pl.Int32})],
            "years_seen: an added column is there twice",
        ),
        ([bonus, failing(lambda staff: staff, measures={"bonuses": PAID})], "bonuses: a measure is there twice"),
        ([plain], "events: a function is no event; decorate the function with event"),
    ],
)
def test_events_that_cannot_be_together_are_refused(own: list[Any], message: str) -> None:
    with pytest.raises(ws.RequestError, match=message):
        ws.simulate(CONFIG, events=own)


def test_the_reference_knows_the_model_alone() -> None:
    with pytest.raises(ws.RequestError, match="your own events need the fast engine"):
        ws.simulate(CONFIG, engine="reference", events=OWN)
