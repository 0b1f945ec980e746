"""A figure of the summary explained: what it is, its parts by group, the formula behind it, and one employee's part.

Chapters: ``docs/explaining.md``; the formulas are those of ``docs/model``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from workforce_sim.config import Config
from workforce_sim.dates import PlanYear, plan_year
from workforce_sim.display.card import Card
from workforce_sim.display.displayed import Displayed
from workforce_sim.errors import RequestError, asked
from workforce_sim.explaining.figure_text import figure_card, readable
from workforce_sim.explaining.measured import COST_SHARE, GROUPS, NET_COST, USED, account, of_person, parts, rule, terms
from workforce_sim.explaining.queries import collected, run_of
from workforce_sim.explaining.rebuilt import Rebuilt, is_shared, rebuilt, records, shared
from workforce_sim.explaining.timeline import UNKNOWN
from workforce_sim.explaining.worked.formula import formula
from workforce_sim.explaining.worked.person import Worked, worked
from workforce_sim.explaining.worked.steps import Passage, Step, day, passage
from workforce_sim.explaining.worked.typical import example
from workforce_sim.plan.people import limits_of
from workforce_sim.plan.short_year import plan_of_months
from workforce_sim.result.result import Result
from workforce_sim.wording import counted, dollars, percent

USES = {
    "offset": "at most the employer contributions of the year; lowers the net cost (plan.forfeitures: offset)",
    "reallocate": "shared among employees, as part of nonelective contributions (plan.forfeitures: reallocate)",
    "expenses": "all of it, for expenses of the plan; lowers no cost here (plan.forfeitures: expenses)",
}


@dataclass(frozen=True, repr=False)
class Explanation(Displayed):
    """How a figure of the summary comes about; ``print`` it to read it.

    Attributes:
        measure: its name in the summary.
        year: the plan year.
        label: the same as people read it: of a short one with the day on which it begins.
        value: the figure; cents, a count, or a fraction. None where the run has none.
        rule: what it adds up, counts or divides, and over whom.
        totals: the sums behind it, by name: they give the figure.
        parts: by way of grouping, the same sums by group: group, employees, and a column for each sum. The columns add
            up to ``totals``.
        formula: how each employee's amount comes about.
        worked: one employee's part, step by step; None unless somebody was asked for.
        example: the same of a constructed employee; None where somebody was asked for, and of other measures.
    """

    measure: str
    year: int
    label: str
    value: float | None
    rule: str
    totals: Mapping[str, int]
    parts: Mapping[str, pl.DataFrame]
    formula: tuple[Passage, ...]
    worked: Worked | None = None
    example: Worked | None = None

    def __repr__(self) -> str:
        return f"<Explanation of {self.measure}, {self.year}>"

    def _card(self) -> Card:
        return figure_card(self)

    def __str__(self) -> str:
        return readable(self)


def explain(
    run: Result | str | Path,
    measure: str,
    year: int | None = None,
    *,
    by: str | Sequence[str] | None = None,
    employee: str | int | None = None,
    replicate: int | None = None,
) -> Explanation:
    """Explain a figure: its rule, its parts by group, the formula behind it, and one employee's part step by step.

    ``print(explain(run, "match", 2026))`` shows where the match of 2026 comes from;
    ``explain(run, "match", 2026, employee="E-000123")`` works out that employee's match to the cent.

    Args:
        run: a result, in memory or on disk, or the folder of a run.
        measure: a measure of the summary; ``_cents`` may be left out.
        year: the plan year; the last one when left out.
        by: ways of grouping, as for ``summary_by``, one each; level, department, ``hired`` and age band when left out.
        employee: id of the employee to work out, as in the tables; only that employee's rows are read, unless the plan
            shares an amount among all.
        replicate: the number of the simulation, if a run has several.

    Returns:
        An ``Explanation``: ``print`` it to read it.

    Raises:
        RequestError: for an unknown measure, year, group or employee; for several simulations if none is named.
        FileNotFoundError, LedgerError: as ``read_run``, for a path.
    """
    found = run_of(run)
    name = asked.measure_name(measure, found.summary.columns[2:])
    row = _row(found, _replicate(found, replicate), year)
    return _Question(found, name, row).answer(by, employee)


@dataclass(frozen=True)
class _Question:
    """A measure of a year of a run, with the summary's row."""

    run: Result
    measure: str
    row: Mapping[str, Any]

    @property
    def at(self) -> tuple[int, int]:
        """Replicate and year."""
        return self.row["replicate"], self.row["year"]

    def answer(self, by: str | Sequence[str] | None, employee: str | int | None) -> Explanation:
        """Return the explanation."""
        groups = [*GROUPS] if by is None else [by] if isinstance(by, str) else [*by]
        value, names = self.row[self.measure], terms(self.measure, self.run)
        there = [] if value is None else names
        grouped = {group: parts(self.run, *self.at, group, there) for group in groups} if there else {}
        return Explanation(
            self.measure,
            self.at[1],
            self._year.label,
            value,
            rule(self.measure),
            self._totals(there),
            grouped,
            () if value is None else tuple(self._formula()),
            None if employee is None or value is None else self._worked(str(employee).strip(), there),
            example(self.measure, self.run, self.row) if employee is None and value is not None else None,
        )

    def _totals(self, names: Sequence[str]) -> dict[str, int]:
        """Return the sums behind the figure."""
        if not names:
            return {}
        whole = parts(self.run, *self.at, "hired", names)
        return {name: int(whole[name].sum()) for name in names}

    def _formula(self) -> list[Passage]:
        year = self.at[1]
        config = self.run.config.at(year)
        plan = plan_of_months(config.plan, self._year)
        return [
            *formula(self.measure, plan, self._year, self._year.label, limits_of(config, year)),
            *self._account(config),
        ]

    @property
    def _year(self) -> PlanYear:
        return plan_year(self.run.config.simulation, self.at[1])

    def _account(self, config: Config) -> list[Passage]:
        """Return what the year used of the account of forfeitures, where the measure has to do with it."""
        if self.measure not in (USED, NET_COST, COST_SHARE) or not config.plan.enabled:
            return []
        opening, used = dollars(account(self.run, *self.at)), self.row[USED]
        steps = [
            Step(f"account on {day(self._year.first)}", "forfeitures of earlier years, less what they used", opening),
            Step("used in the year", USES[config.plan.forfeitures], dollars(used)),
            Step("forfeited in the year", "for later years", dollars(self.row["forfeitures_cents"])),
        ]
        found = passage("Forfeitures used, from one account for all", steps)
        return [found, *self._of_payroll()] if self.measure == COST_SHARE else [found]

    def _of_payroll(self) -> Iterator[Passage]:
        """Yield the net cost over payroll."""
        net, payroll, share = (self.row[name] for name in (NET_COST, "payroll_cents", COST_SHARE))
        divided = Step("share of payroll", f"{dollars(net)} / {dollars(payroll)}", percent(share, 2))
        yield passage("Net employer cost over payroll", [divided])

    def _worked(self, employee: str, names: Sequence[str]) -> Worked:
        whole, place = self._staff(employee)
        people = whole.records.people[place : place + 1]
        events = whole.records.events.filter(pl.col("employee_id") == employee)
        return worked(self.measure, whole, place, of_person(self.run, people, events, names))

    def _staff(self, employee: str) -> tuple[Rebuilt, int]:
        """Return the staff with the employee; everybody where the plan shares an amount among all."""
        opening = account(self.run, *self.at)
        own = records(self.run, *self.at, employee)
        if own.people.is_empty():
            raise RequestError(self._nobody(employee))
        alone = rebuilt(self.run, *self.at, own, opening)
        if not is_shared(alone.year):
            return alone, 0
        whole = shared(rebuilt(self.run, *self.at, records(self.run, *self.at), opening))
        return whole, whole.records.people["employee_id"].to_list().index(employee)

    def _nobody(self, employee: str) -> str:
        """Return why nobody of the year has an id, without the id."""
        replicate, year = self.at
        rows = self.run.scan("snapshots").filter(pl.col("employee_id") == employee, pl.col("replicate") == replicate)
        years = sorted(collected(rows.select("year"))["year"].to_list())
        if not years:
            return UNKNOWN
        return (
            f"this employee is not employed in {year}, but in {', '.join(map(str, years))}; ask for one of these years"
        )


def _replicate(run: Result, wanted: int | None) -> int:
    held = run.summary["replicate"].unique().sort().to_list()
    if wanted is None and len(held) == 1:
        return int(held[0])
    number = asked.whole(wanted)
    if number is None or number not in held:
        shown = ", ".join(map(str, held[:10])) + (", ..." if len(held) > 10 else "")
        raise RequestError(f"replicate: the run holds {counted(len(held), 'simulation')} ({shown}); choose one of them")
    return number


def _row(run: Result, replicate: int, year: int | None) -> dict[str, Any]:
    rows = run.summary.filter(pl.col("replicate") == replicate).sort("year")
    years = rows["year"].to_list()
    number = years[-1] if year is None else asked.whole(year)
    if number not in years:
        raise RequestError(f"year: the run has {years[0]} to {years[-1]} (asked for {year!r:.40})")
    return rows.row(by_predicate=pl.col("year") == number, named=True)
