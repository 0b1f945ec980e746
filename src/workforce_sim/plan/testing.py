"""The tests of a plan year of a run. Chapter: ``docs/model/testing.md``."""

from __future__ import annotations

from operator import index
from typing import Any, SupportsIndex

import numpy as np
import polars as pl

from workforce_sim.config import Config
from workforce_sim.dates import Flags
from workforce_sim.draws import census_keys
from workforce_sim.errors import RequestError
from workforce_sim.plan.covering import coverage
from workforce_sim.plan.findings import Nondiscrimination, PlanTest
from workforce_sim.plan.hce import counted_for_top_paid
from workforce_sim.plan.limits import Limits, limits
from workforce_sim.plan.pay_ratio import pay_ratios
from workforce_sim.plan.people import (
    People,
    RunTables,
    census_of,
    deferral_balances,
    pay_of_year_before,
    people_of,
    years_of,
)
from workforce_sim.plan.percentages import EARLY, HARBORS, Test, catch_up_room, early_entrants, percentages, safe_harbor
from workforce_sim.plan.top_heavy import is_top_heavy, key_employees

TOP_HEAVY_NEEDS = {"officer": "officer", "owner_share": "owner_share_ppm", "deferral_balance": "deferral_balance_cents"}
"""What the census must say, and its columns; unknown employer balances count as 0, as in the run."""

BOTH: tuple[Test, ...] = ("ADP", "ACP")


def nondiscrimination(result: RunTables, year: int, *, replicate: int = 0) -> Nondiscrimination:
    """Return the tests of a plan year of a run.

    ADP and ACP with what would correct them, coverage, rates of nonelective money, compensation ratios where pay is
    left out, annual additions, top-heavy. The rules and what is decided where the law leaves a choice are in
    ``docs/model/testing.md``. Sources: IRC 401(k)(3), (12) and (13), 401(m)(2), (11) and (12), 410(b), 401(a)(4),
    414(s), 415(c), 416(g).

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
    config, of_year = result.config.at(year), _limits(result.config, year)
    people = people_of(result, year, replicate)
    before = people_of(result, year - 1, replicate) if year - 1 in years else None
    prior_pay = pay_of_year_before(people, before, result.opening)
    adp = percentages("ADP", result.config, people, before, catch_up_room(config, people, of_year, prior_pay))
    acp = percentages("ACP", result.config, people, before)
    covering, top_heavy = coverage(config, people), _top_heavy(result, people, of_year, replicate)
    made, ratios = [adp[0], acp[0], *adp[1:], *acp[1:]], pay_ratios(config, people, of_year.compensation_cents)
    tests = (*(one.found for one in made), *covering, *ratios, _additions(people), top_heavy)
    refunds = pl.concat([one.refunds for one in [*adp, *acp]])
    return Nondiscrimination(year, replicate, tests, adp[0].figures, acp[0].figures, refunds)


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


def _limits(config: Config, year: int) -> Limits:
    known = config.plan.limits
    return limits(year, inflation=known.inflation, wage_growth=known.wage_growth, overrides=known.overrides)


def _additions(people: People) -> PlanTest:
    cut = people.excess_415
    figures = {
        "employees": int(np.count_nonzero(cut)),
        "excess": int(cut.sum()) / 100,
        "highest_excess": int(cut.max(initial=0)) / 100,
    }
    return PlanTest("Annual additions", "corrected" if cut.any() else "passed", "415(c)", figures)


def _top_heavy(run: RunTables, people: People, of_year: Limits, replicate: int) -> PlanTest:
    """Return whether the plan is top-heavy on December 31."""
    year, opening = people.year.year, run.opening
    lacking = _lacking(opening)
    if opening is None or lacking:
        return PlanTest("Top-heavy", "not testable", "416(g)", {}, lacking)
    key = _key_employees(people, opening, of_year)
    balances = people.employer_balance + deferral_balances(run, opening, year, replicate)
    of_key, of_all = int(balances[key].sum()), int(balances.sum())
    figures = {
        "key_percent": 100 * of_key / of_all if of_all else None,
        "key_employees": int(key.sum()),
        "key_balances": of_key / 100,
        "all_balances": of_all / 100,
    }
    note = f"on December 31, {year}; applies to {year + 1}"
    config = run.config.at(year)
    early = early_entrants(config, people) & ~people.hce
    exempt = _exempt_from_top_heavy(config, people, early)
    if early.any():
        note = f"{note}; not exempt: {EARLY} defer without safe-harbor contributions (Rev. Rul. 2004-13)"
    if exempt:
        return PlanTest("Top-heavy", "exempt", "416(g)(4)(H)", figures, f"{exempt}, {note}")
    return PlanTest(
        "Top-heavy", "top-heavy" if is_top_heavy(of_key, of_all) else "not top-heavy", "416(g)", figures, note
    )


def _exempt_from_top_heavy(config: Config, people: People, early: Flags) -> str:
    """Return why a plan is exempt: deferrals and money within a safe harbor of both tests alone; nothing where not."""
    year, plan = people.year.year, config.plan
    money = plan.safe_harbor_money(year)
    if money is None or early.any() or not all(safe_harbor(test, config, year).kind for test in BOTH):
        return ""
    beside = people.profit_sharing.any() or plan.forfeitures == "reallocate"
    more = people.nonelective.any() if money == "match" else beside
    return "" if more else f"deferrals and {HARBORS[money]} only"


def _lacking(opening: pl.DataFrame | None) -> str:
    """Return why nobody can tell whether the plan is top-heavy; nothing where one can."""
    if opening is None:
        return "the run was kept without its census, which has officers, owners and balances"
    absent = [name for name, column in TOP_HEAVY_NEEDS.items() if not _known(opening, column)]
    return f"the census has no {', '.join(absent)}" if absent else ""


def _known(opening: pl.DataFrame, column: str) -> bool:
    return column in opening.columns and opening[column].null_count() < len(opening)


def _key_employees(people: People, opening: pl.DataFrame, of_year: Limits) -> Flags:
    census = census_of(opening, people.ids)
    counted = counted_for_top_paid(people.since_in_plan, people.last_day, people.birth, people.full_time, people.year)
    keys = census_keys(people.ids)
    employees = int(np.count_nonzero(counted))
    return key_employees(people.earnings, keys, census.officer, census.owner_ppm, of_year, employees)
