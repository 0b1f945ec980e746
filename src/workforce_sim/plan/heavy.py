"""Whether a plan is top-heavy in a run, and the minimum contributions of a year in which it is.

Chapter: ``docs/model/testing.md``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from workforce_sim.config import Config
from workforce_sim.dates import Flags, Ints, date_of
from workforce_sim.draws import census_keys
from workforce_sim.money import half_up
from workforce_sim.plan.findings import Outcome, PlanTest
from workforce_sim.plan.hce import counted_for_top_paid
from workforce_sim.plan.left_out import parts_of
from workforce_sim.plan.limits import Limits
from workforce_sim.plan.people import (
    People,
    RunTables,
    census_of,
    deferral_balances,
    limits_of,
    pay_of_year_before,
)
from workforce_sim.plan.percentages import EARLY, HARBORS, Test, early_entrants, not_excludable, safe_harbor
from workforce_sim.plan.top_heavy import is_top_heavy, key_employees
from workforce_sim.tables import CENSUS, SOURCES, completed

TOP_HEAVY_NEEDS = {"officer": "officer", "owner_share": "owner_share_ppm", "deferral_balance": "deferral_balance_cents"}
"""What the census must say, and its columns; unknown employer balances count as 0, as in the run."""

BOTH: tuple[Test, ...] = ("ADP", "ACP")
BP = 10_000
MINIMUM_BP = 300
"""Share of pay that is the most which section 416(c)(2) asks for."""
SEPARATE_FROM = 2024
"""First year in which the otherwise excludable may be left without the minimum, IRC 416(c)(2)(C)."""

Figures = dict[str, float | int | None]


@dataclass(frozen=True)
class Balances:
    """Balances of employees at the end of a plan year, cents, and who of them is a key employee.

    Attributes:
        last: the last day of the plan year, days since 1970-01-01.
        ids: employee ids.
        key: who is a key employee.
        cents: balances of all sources.
    """

    last: int
    ids: pl.Series
    key: Flags
    cents: Ints

    @property
    def day(self) -> str:
        """The day in words: ``December 31, 2025``."""
        date = date_of(self.last)
        return f"{date:%B} {date.day}, {date.year}"

    @property
    def heavy(self) -> bool:
        """Whether the plan is top-heavy on that day."""
        return is_top_heavy(self._of_key, int(self.cents.sum()))

    @property
    def _of_key(self) -> int:
        return int(self.cents[self.key].sum())

    @property
    def figures(self) -> Figures:
        """What the test tells."""
        of_key, of_all = self._of_key, int(self.cents.sum())
        return {
            "key_percent": 100 * of_key / of_all if of_all else None,
            "key_employees": int(self.key.sum()),
            "key_balances": of_key / 100,
            "all_balances": of_all / 100,
        }


def top_heavy(run: RunTables, people: People, replicate: int) -> PlanTest:
    """Return whether the plan is top-heavy on December 31."""
    opening, lacking = run.opening, _lacking(run.opening)
    if opening is None or lacking:
        return PlanTest("Top-heavy", "not testable", "416(g)", {}, lacking)
    found = _balances(run, people, opening, replicate)
    note = f"on {found.day}; applies to {people.year.year + 1}"
    config = run.config.at(people.year.year)
    early = _early(config, people)
    exempt = _exempt(config, people, early)
    if early.any():
        note = f"{note}; not exempt: {EARLY} defer without safe-harbor contributions (Rev. Rul. 2004-13)"
    if exempt:
        return PlanTest("Top-heavy", "exempt", "416(g)(4)(H)", found.figures, f"{exempt}, {note}")
    return PlanTest("Top-heavy", "top-heavy" if found.heavy else "not top-heavy", "416(g)", found.figures, note)


def _early(config: Config, people: People) -> Flags:
    """Return the NHCEs tested who are eligible without the service that safe-harbor contributions require."""
    return early_entrants(config, people) & ~people.hce & parts_of(config, people).tested


def _balances(run: RunTables, people: People, opening: pl.DataFrame, replicate: int) -> Balances:
    """Return the balances of everybody employed in a year on its December 31."""
    cents = people.employer_balance + deferral_balances(run, opening, people.year.year, replicate)
    year = people.year
    key = _key(people, year.last, people.pay_of_calendar_year, opening, limits_of(run.config, year.year))
    return Balances(year.last, people.ids, key, cents)


def _key(people: People, last: int, pay: Ints, opening: pl.DataFrame, of_year: Limits) -> Flags:
    """Return who of some people is a key employee by pay of the year that ends on a day."""
    census = census_of(opening, people.ids)
    counted = counted_for_top_paid(
        people.since_in_plan, people.last_day, people.birth, people.full_time, people.year, last
    )
    employees = int(np.count_nonzero(counted))
    return key_employees(pay, census_keys(people.ids), census.officer, census.owner_ppm, of_year, employees)


def _exempt(config: Config, people: People, early: Flags) -> str:
    """Return why a plan is exempt: only deferrals and what is within a safe harbor of both tests; else nothing."""
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


# --- the minimum contribution of a top-heavy year ---


def minimums(
    run: RunTables, people: People, before: People | None, replicate: int
) -> tuple[list[PlanTest], pl.DataFrame]:
    """Return the test of minimum contributions of a year in which the plan is top-heavy, and who lacks how much."""
    opening, nobody = run.opening, _missing(people, np.zeros_like(people.match), np.zeros_like(people.match))
    if opening is None or _lacking(opening):
        return [], nobody
    config = run.config.at(people.year.year)
    early = _early(config, people)
    decisive = _decisive(run, people, before, opening, replicate)
    if not decisive.heavy or _exempt(config, people, early):
        return [], nobody
    key = people.ids.is_in(decisive.ids.filter(pl.Series(decisive.key)).implode()).to_numpy()
    pay = np.minimum(people.earnings, limits_of(config, people.year.year).compensation_cents)
    share = min(MINIMUM_BP, _highest_bp(people, key, pay))
    owed = np.where(_entitled(config, people) & ~key, half_up(share * pay, BP), 0)
    missing = np.maximum(owed - people.match - people.nonelective, 0)
    figures: Figures = {
        "minimum_percent": share / 100,
        "lacking": int(np.count_nonzero(missing)),
        "missing": int(missing.sum()) / 100,
    }
    note = f"top-heavy on {decisive.day}"
    outcome: Outcome = "failed" if missing.any() else "passed"
    return [PlanTest("Top-heavy minimum", outcome, "416(c)(2)", figures, note)], _missing(people, owed, missing)


def _decisive(
    run: RunTables,
    people: People,
    before: People | None,
    opening: pl.DataFrame,
    replicate: int,
) -> Balances:
    """Return the balances that decide about a year: of the day before it, of a plan's first year its own."""
    began, year = run.config.at(people.year.year).plan.established, people.year.year
    if began is not None and began.year == year:
        return _balances(run, people, opening, replicate)
    if before is not None:
        return _balances(run, before, opening, replicate)
    pay, last = pay_of_year_before(people, None, opening), people.year.first - 1
    key = _key(people, last, pay, opening, limits_of(run.config, year - 1))
    columns = [f"{source}_balance_cents" for source in (*SOURCES, "deferral")]
    known = completed(opening, CENSUS).select("employee_id", cents=pl.sum_horizontal(columns))
    rows = people.ids.to_frame().join(known, on="employee_id", how="left", maintain_order="left")
    return Balances(last, people.ids, key, rows["cents"].fill_null(0).to_numpy())


def _highest_bp(people: People, key: Flags, pay: Ints) -> int:
    """Return the highest rate of a key employee, deferrals without catch-up included, basis points, half up."""
    amounts = people.deferral + people.match + people.nonelective
    return max((half_up(BP * int(amounts[row]), int(pay[row])) for row in np.flatnonzero(key & (pay > 0))), default=0)


def _entitled(config: Config, people: People) -> Flags:
    """Return who gets a minimum if no key employee: who is in the plan and employed on December 31."""
    there = people.eligible & (people.last_day >= people.year.last) & parts_of(config, people).tested
    apart = config.plan.testing.otherwise_excludable != "together" and people.year.year >= SEPARATE_FROM
    return there & not_excludable(config, people) if apart else there


def _missing(people: People, owed: Ints, missing: Ints) -> pl.DataFrame:
    """Return one row for each employee with a minimum: what is owed, got and missing."""
    every = pl.DataFrame(
        {
            "employee_id": people.ids,
            "minimum_cents": owed,
            "contributed_cents": people.match + people.nonelective,
            "missing_cents": missing,
        }
    )
    return every.filter(pl.col("missing_cents") > 0)
