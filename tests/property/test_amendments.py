"""Laws of what changes from a year on: random plans of which some sections become others in the second year."""

from __future__ import annotations

from typing import Any

import polars as pl
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from tests import support
from tests.property import plans
from tests.support import Scenario, fast
from workforce_sim.errors import ConfigError, SimulationError
from workforce_sim.tables import SNAPSHOTS, SUMMARY
from workforce_sim.tables.output import Tables

some_examples = settings(max_examples=support.examples(30))
SECTIONS = ("eligibility", "enrollment", "plan")


@st.composite
def amended(draw: st.DrawFn, *, same: bool = False) -> tuple[Scenario, Scenario]:
    """Return a plan of two years or more, and the same with other sections from the second year on."""
    before = draw(plans.plans())
    start = before.config.simulation.start_year
    assume(before.config.simulation.end_year > start)
    now = before.config.model_dump(by_alias=True)
    drawn = plans.sections(start)
    chosen = draw(st.lists(st.sampled_from(SECTIONS), min_size=1, unique=True))
    then = {name: now[name] if same else draw(drawn[name]) for name in chosen}
    if "plan" in then:
        then["plan"] = {**then["plan"], "limits": now["plan"]["limits"]}
    try:
        return before, before.changed({name: {start: now[name], start + 1: value} for name, value in then.items()})
    except ConfigError:  # sections that do not go together
        reject()


def run(scenario: Scenario) -> Tables:
    """Run; assumptions that cannot be carried out are no example."""
    try:
        return fast(scenario)
    except SimulationError:
        reject()


def of_year(tables: Tables, year: int, without: frozenset[str]) -> list[pl.DataFrame]:
    """Return the tables of a year, without the columns of some provisions: never null where there are any."""
    frames = (tables.events, tables.snapshots, tables.summary)
    unlike = [column.name for column in (*SNAPSHOTS, *SUMMARY) if column.needs in without]
    return [frame.filter(pl.col("year") == year).drop(unlike, strict=False) for frame in frames]


def same(one: list[pl.DataFrame], other: list[pl.DataFrame]) -> None:
    for left, right in zip(one, other, strict=True):
        assert_frame_equal(left, right, check_row_order=False)


@some_examples
@given(both=amended())
def test_a_change_moves_nothing_before_its_year(both: tuple[Scenario, Scenario]) -> None:
    start = both[0].config.simulation.start_year
    before, after = map(run, both)
    begun_later = both[1].config.provisions - both[0].config.provisions

    same(of_year(before, start, begun_later), of_year(after, start, begun_later))


@some_examples
@given(both=amended(same=True))
def test_years_with_one_value_are_that_value(both: tuple[Scenario, Scenario]) -> None:
    before, after = map(run, both)

    same([before.events, before.snapshots, before.summary], [after.events, after.snapshots, after.summary])


@some_examples
@given(both=amended())
def test_nobody_loses_eligibility_or_a_vested_share(both: tuple[Scenario, Scenario]) -> None:
    """Of those who stay: who comes back is eligible anew."""
    tables = run(both[1])
    back = tables.events.filter(pl.col("event_type").cast(pl.String) == "rehire")["employee_id"].implode()
    found = tables.snapshots.filter(~pl.col("employee_id").is_in(back)).sort("employee_id", "year")
    before: Any = {name: pl.col(name).shift(1).over("employee_id") for name in ("eligibility_date", *SHARES)}
    seen = found.select(
        kept=before["eligibility_date"].is_null() | (before["eligibility_date"] == pl.col("eligibility_date")),
        **{name: before[name].is_null() | (before[name] <= pl.col(name)) for name in SHARES},
    )

    assert all(seen.fill_null(False).select(pl.all().all()).row(0))


SHARES = ("vested_share_match_bp", "vested_share_nonelective_bp")


@some_examples
@given(both=amended())
def test_nobody_is_asked_twice(both: tuple[Scenario, Scenario]) -> None:
    events = run(both[1]).events.sort("employee_id", "effective_date")
    back = events.filter(pl.col("event_type").cast(pl.String) == "rehire")  # who comes back is asked like a new hire
    rows = events.join(back, on="employee_id", how="anti", maintain_order="left")
    automatic = (pl.col("event_type") == "opt_out") | (pl.col("cause") == "automatic")
    ways_in = rows.filter(pl.col("event_type").cast(pl.String).is_in(["enrollment", "opt_out", "stop"]))
    known = ways_in.with_columns(automatic=automatic, place=pl.int_range(pl.len()).over("employee_id"))

    assert known.filter(pl.col("automatic").fill_null(False), pl.col("place") > 0).is_empty()
