"""Each event and each decision alone, the outputs, the year, and what reads it: a real second year of 1e5 staff.

The steps are those of ``engine.year``: a new event is measured here without a line of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import polars as pl
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.cases import PLANS, config, opening, planned
from workforce_sim import nondiscrimination, replay, simulate, synthetic_census
from workforce_sim.engine.clock import Clock
from workforce_sim.engine.columns import Columns
from workforce_sim.engine.context import Year
from workforce_sim.engine.course import Course, Part
from workforce_sim.engine.event import Declared, Settlement
from workforce_sim.engine.outputs import outputs
from workforce_sim.engine.start import prepared
from workforce_sim.engine.state import State
from workforce_sim.engine.year import Step
from workforce_sim.result.result import Result

SIZE, YEAR = 100_000, 2026
"""One partition: what is timed is one step of one thread."""


@cache
def second_year(plan: str, size: int = SIZE) -> tuple[Course, State]:
    """Return the course of a plan's years, and the opening of the second."""
    state, world = prepared(planned(plan, 5), opening(size), (0,))
    course = Course(world)
    return course, course.step(state, YEAR - 1, Clock())[1]


@cache
def reached(plan: str) -> tuple[dict[str, Part], Part]:
    """Return the staff as they reach each step, by its name, and as the last one leaves them."""
    course, state = second_year(plan)
    part, found = Part(state.staff, Year(course.world, YEAR, state.scale, state.forfeitures)), {}
    for step in course.steps:
        if needed(step, part.year):
            found[step.name] = part
            part = taken(part, step)
    return found, part


def needed(step: Step, year: Year) -> bool:
    return isinstance(step, Declared) or step.needed(year)


def taken(part: Part, step: Step) -> Part:
    """Take the staff through one step."""
    return part.through([step]) if isinstance(step, Declared) else part.given(step.name, settled(part, step))


def settled(part: Part, decision: Settlement) -> Any:
    return decision.settle([decision.ask(Columns(part.staff), part.year)], part.year)[0]


def cases() -> Iterator[Any]:
    """Yield the steps that a year of each plan takes."""
    for plan in PLANS:
        course, state = second_year(plan, size=1_000)
        year = Year(course.world, YEAR, state.scale, state.forfeitures)
        yield from (pytest.param(plan, step, id=f"{step.name}-{plan}") for step in course.steps if needed(step, year))


@pytest.mark.parametrize(("plan", "step"), list(cases()))
def test_step(benchmark: BenchmarkFixture, plan: str, step: Step) -> None:
    benchmark.group = f"{step.name}, one year of 100,000 staff"
    part = reached(plan)[0][step.name]
    timed(benchmark, lambda: taken(part, step), part)


@pytest.mark.parametrize("plan", PLANS)
@pytest.mark.parametrize("tables", [True, False], ids=["tables", "summary alone"])
def test_outputs(benchmark: BenchmarkFixture, plan: str, tables: bool) -> None:
    benchmark.group = "outputs, one year of 100,000 staff"
    course, part = second_year(plan)[0], reached(plan)[1]
    events = tuple(step for step in course.steps if isinstance(step, Declared))
    made = outputs(events, course.world, in_order=False)
    timed(benchmark, lambda: made.of(part.staff, part.year, tables=tables), part)


@pytest.mark.parametrize("plan", PLANS)
def test_year(benchmark: BenchmarkFixture, plan: str) -> None:
    benchmark.group = "one year of 100,000 staff"
    course, state = second_year(plan)
    timed(benchmark, lambda: course.step(state, YEAR, Clock()), reached(plan)[1])


@cache
def two_years() -> Result:
    return simulate(config(2), census=synthetic_census(SIZE))


def replayed(result: Result) -> Any:
    people, events = (table.filter(pl.col("year") == YEAR) for table in (result.snapshots, result.events))
    return replay(people.filter(pl.col("opening_salary_cents").is_not_null()), events)


def tested(result: Result) -> Any:
    return nondiscrimination(result, YEAR)


@pytest.mark.parametrize("job", [replayed, tested], ids=["replay", "tests of a year"])
def test_reading(benchmark: BenchmarkFixture, job: Callable[[Result], Any]) -> None:
    benchmark.group = "reading one year of 100,000 staff"
    result = two_years()
    timed(benchmark, lambda: job(result), reached("defaults")[1])


def timed(benchmark: BenchmarkFixture, job: Callable[[], Any], part: Part) -> None:
    assert benchmark.pedantic(job, rounds=7, warmup_rounds=1) is not None
    benchmark.extra_info["ns_per_employee"] = round(benchmark.stats.stats.median / part.staff.height * 1e9)
