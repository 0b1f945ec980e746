"""The tests of a plan year of a run. Chapter: ``docs/model/testing.md``."""

from __future__ import annotations

from operator import index
from typing import Any, SupportsIndex

import numpy as np
import polars as pl

from workforce_sim.config import Config
from workforce_sim.dates import Ints
from workforce_sim.errors import RequestError
from workforce_sim.plan.automatic import automatic_enrollment
from workforce_sim.plan.covering import coverage
from workforce_sim.plan.deadline import forfeitures_in_time
from workforce_sim.plan.findings import Nondiscrimination, PlanTest
from workforce_sim.plan.heavy import minimums, top_heavy
from workforce_sim.plan.left_out import parts_of
from workforce_sim.plan.partial_termination import partial_termination
from workforce_sim.plan.pay_ratio import pay_ratios
from workforce_sim.plan.people import People, RunTables, limits_of, pay_of_year_before, people_of, years_of
from workforce_sim.plan.percentages import BARGAINED, Percentages, catch_up_room, percentages, with_shift


def nondiscrimination(result: RunTables, year: int, *, replicate: int = 0) -> Nondiscrimination:
    """Return the tests of a plan year of a run.

    ADP and ACP with what would correct them, coverage, rates of nonelective contributions and match, ratios of pay
    where some is left out, annual additions, forfeitures in time, partial termination, automatic enrollment, top-heavy
    and what is owed then. The rules and what is decided where the law leaves a choice are in ``docs/model/testing.md``.
    Sources: IRC 401(k)(3), (12) and (13), 401(m)(2), (11) and (12), 410(b), 401(a)(4), 411(d)(3), 414(s), 414A, 415(c),
    416.

    Args:
        result: what ``simulate`` or ``read_run`` gave. Without its ``opening`` the plan cannot be tested for top-heavy.
        year: a plan year of the run.
        replicate: number of the replicate; each is a plan of its own.

    Raises:
        TypeError: for anything but a run, or a year or replicate that is not a whole number.
        RequestError: for a year or replicate that the run does not have, or a run without a plan.
        SimulationError: when somebody's deferrals have grown to more than 100 million dollars.
    """
    _check_run(result)
    year, replicate = _whole("year", year, "2025"), _whole("replicate", replicate, "0")
    years = _years(result, year, replicate)
    people = people_of(result, year, replicate)
    before = people_of(result, year - 1, replicate) if year - 1 in years else None
    config = result.config.at(year)
    parts = parts_of(config, people)
    tested = people.of(parts.tested)
    adp, bargained, acp = _percentages(result, people, before)
    minimum, lacking = minimums(result, people, before, replicate)
    tests = (
        *parts.noted(one.found for one in (adp[0], acp[0], *adp[1:], *acp[1:])),
        *(one.found for one in bargained),
        *parts.noted(coverage(config, tested)),
        *parts.noted(pay_ratios(config, tested, limits_of(config, year).compensation_cents)),
        _additions(people),
        *forfeitures_in_time(result, year, replicate),
        partial_termination(result, people, replicate),
        *automatic_enrollment(result, year, replicate),
        *minimum,
        top_heavy(result, people, replicate),
    )
    made = [*adp, *bargained, *acp]
    refunds, qnecs = (pl.concat([getattr(one, name) for one in made]) for name in ("refunds", "qnecs"))
    label = people.year.label
    return Nondiscrimination(year, label, replicate, tests, adp[0].figures, acp[0].figures, refunds, qnecs, lacking)


def _percentages(
    run: RunTables, people: People, before: People | None
) -> tuple[list[Percentages], list[Percentages], list[Percentages]]:
    """Return the ADP test, that of union employees, and the ACP test, which says what a shift would do if it fails."""
    year = people.year.year
    config = run.config.at(year)
    prior_pay = pay_of_year_before(people, before, run.opening)
    room = catch_up_room(config, people, limits_of(config, year), prior_pay)
    part = parts_of(config, people).tested
    tested = people.of(part)
    earlier = None if before is None else before.of(parts_of(run.config.at(year - 1), before).tested)
    adp = percentages("ADP", run.config, tested, earlier, room[part])
    acp = percentages("ACP", run.config, tested, earlier)
    return adp, _bargained(run.config, people, before, room), [with_shift(adp[0], acp[0], config), *acp[1:]]


def _bargained(config: Config, people: People, before: People | None, room: Ints) -> list[Percentages]:
    """Return the ADP test of union employees, a plan of their own; nothing where none is eligible."""
    union = people.union
    if not (people.eligible & union).any():
        return []
    found = percentages(
        "ADP", config, people.of(union), None if before is None else before.of(before.union), room[union]
    )
    return [one.named(BARGAINED) for one in found]


def _check_run(result: Any) -> None:
    if not all(hasattr(result, name) for name in ("snapshots", "config", "opening")):
        raise TypeError(f"result: expected what simulate or read_run gave, not {type(result).__name__}")


def _whole(name: str, value: Any, example: str) -> int:
    if isinstance(value, bool) or not isinstance(value, SupportsIndex):
        raise TypeError(f"{name}: expected a whole number such as {example}, not {type(value).__name__}")
    return index(value)


def _years(run: RunTables, year: int, replicate: int) -> list[int]:
    """Return the years of a replicate; refuse what cannot be tested."""
    if not run.config.plan.enabled:
        raise RequestError("plan.enabled is false: there is no plan to test")
    years = years_of(run, replicate)
    if not years:
        raise RequestError(f"the run has no replicate {replicate}")
    if year not in years:
        raise RequestError(f"the run has no plan year {year}; it has {years[0]} to {years[-1]}")
    return years


def _additions(people: People) -> PlanTest:
    cut = people.excess_415
    figures = {
        "employees": int(np.count_nonzero(cut)),
        "excess": int(cut.sum()) / 100,
        "highest_excess": int(cut.max(initial=0)) / 100,
    }
    return PlanTest("Annual additions", "corrected" if cut.any() else "passed", "415(c)", figures)
