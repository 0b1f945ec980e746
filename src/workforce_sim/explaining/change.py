"""Why a measure changed, from one year to another or between two runs, as an exact sum of named drivers.

Chapter: ``docs/model/explaining-change.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import polars as pl

from workforce_sim.dates import plan_year, year_label
from workforce_sim.display.card import Card
from workforce_sim.display.displayed import Displayed
from workforce_sim.display.picture import Picture
from workforce_sim.engine.membership import owners
from workforce_sim.errors import RequestError
from workforce_sim.errors.asked import SHORT
from workforce_sim.explaining import drivers
from workforce_sim.explaining.change_text import change_card, change_plot, readable
from workforce_sim.explaining.drivers import DRIVERS, FORMULAS, OTHER, Side, Sides
from workforce_sim.explaining.plan_people import COLUMNS, DATES, TRAITS, PlanPeople
from workforce_sim.explaining.queries import collected, run_of
from workforce_sim.explaining.shapley import rounded
from workforce_sim.result.result import Result
from workforce_sim.wording import counted
from workforce_sim.wording.terminal import printable

MONEY: Mapping[str, Callable[[Sides], drivers.Parts]] = {
    "net_employer_cost_cents": drivers.net_cost,
    "match_cents": drivers.match,
    "nonelective_cents": drivers.nonelective,
    "discretionary_match_cents": drivers.discretionary_match,
    "profit_sharing_cents": drivers.profit_sharing,
    "deferral_cents": drivers.deferrals,
    "payroll_cents": drivers.payroll,
}
HEADCOUNT, PARTICIPATION = "headcount_closing", "participation_rate"
MEASURES = (*MONEY, HEADCOUNT, PARTICIPATION)
ASKED = ("net_employer_cost", *FORMULAS, "deferrals", "payroll", "headcount", "participation")
"""The same as they are asked for."""

BRIDGE = {
    "hires": ("hires", 1),
    "terminations: existing employees": ("terminations_opening_staff", -1),
    "terminations: new hires": ("terminations_new_hires", -1),
}
"""Drivers of headcount, by measure of the summary."""


@dataclass(frozen=True, repr=False)
class MeasureChange(Displayed):
    """Why a measure changed.

    Attributes:
        measure: its name in the summary.
        names: what it changed between: two years, or two runs.
        first: its first value; cents, employees, or a fraction.
        second: its second value.
        comparable: whether both years are of one length: else no percent of an amount is told.
        drivers: one row per driver, in the order of the model: driver, and what it changed: ``cents`` of money,
            ``employees`` of headcount, ``share`` of participation. They add up to the change: to the cent of money.
    """

    measure: str
    names: tuple[str, str]
    first: float
    second: float
    comparable: bool
    drivers: pl.DataFrame

    @property
    def change(self) -> float:
        """The second value less the first."""
        return self.second - self.first

    @property
    def steps(self) -> list[tuple[str, float]]:
        """Label and amount of each driver with an effect, in order: the steps of a waterfall."""
        return [(label, amount) for label, amount in self.drivers.rows() if amount]

    def __repr__(self) -> str:
        span = printable(f"{self.names[0]} to {self.names[1]}")
        return f"<MeasureChange of {self.measure}, {span}: {self.change:+,g}>"

    def plot(self) -> Picture:
        """Return the change as a waterfall: from the first value, driver by driver, to the second."""
        return change_plot(self)

    def _card(self) -> Card:
        return change_card(self)

    def __str__(self) -> str:
        return readable(self)


def explain_change(
    run: Result | str | Path,
    measure: str,
    first: int | None = None,
    second: int | None = None,
    *,
    beside: Result | str | Path | None = None,
    replicate: int | None = None,
) -> MeasureChange:
    """Explain why a measure changed, from one year to another, or from one run to another in a year.

    ``explain_change(run, "net_employer_cost", 2025, 2026)`` is the change between two years of a run;
    ``explain_change(today, "net_employer_cost", 2026, beside=richer)`` that from ``today`` to ``richer`` in a year.

    Args:
        run: a result, in memory or on disk, or the folder of a run.
        measure: ``net_employer_cost``, ``match``, ``nonelective``, ``discretionary_match``, ``profit_sharing``,
            ``deferrals``, ``payroll``, ``headcount`` or ``participation`` (of eligible employees); names of the summary
            work too.
        first: the first plan year; of two runs, the only one. Left out, the first year of the run; of two, the last of
            both.
        second: the second plan year; the last of the run when left out. Not with ``beside``.
        beside: the run to which the measure changes.
        replicate: the number of the simulation, if a run has several.

    Returns:
        A ``MeasureChange``: ``print`` it to read it.

    Raises:
        RequestError: for another measure, missing years or years in the wrong order, or a run of several simulations
            if none is named.
        FileNotFoundError, LedgerError: as ``read_run``, for a path.
    """
    name = _measure(measure)
    one = _one(run_of(run), replicate)
    other = one if beside is None else _one(run_of(beside), replicate)
    if beside is None:
        years = _two_years(one, first, second)
        names = one.label(years[0]), one.label(years[1])
    else:
        if second is not None:
            raise RequestError("beside: two runs are compared in one year; give one year")
        year = _common_year(one, other, first)
        years, names = (year, year), _names(one, other, year)
    moments = _Moment(one, years[0]), _Moment(other, years[1])
    before, after = (each.value(name) for each in moments)
    comparable = moments[0].months == moments[1].months
    return MeasureChange(name, names, before, after, comparable, _drivers(name, moments))


@dataclass(frozen=True)
class _One:
    """A run of one replicate."""

    run: Result
    replicate: int

    @property
    def summary(self) -> pl.DataFrame:
        return self.run.summary.filter(pl.col("replicate") == self.replicate).sort("year")

    @property
    def years(self) -> list[int]:
        return self.summary["year"].to_list()

    def label(self, year: int) -> str:
        return year_label(self.run.config.simulation, year)


@dataclass(frozen=True)
class _Moment:
    """A plan year of a run."""

    of: _One
    year: int

    @property
    def row(self) -> dict[str, int | float | None]:
        return self.of.summary.row(by_predicate=pl.col("year") == self.year, named=True)

    @property
    def months(self) -> int:
        return plan_year(self.of.run.config.simulation, self.year).months

    def value(self, measure: str) -> float:
        return self.row[measure] or 0

    def side(self) -> Side:
        """Return its employees and measures; columns of a plan that is off count as 0."""
        config = self.of.run.config.at(self.year)
        snapshot = self._snapshot("employee_id", "level", "department", *COLUMNS, *TRAITS, *DATES)
        people = PlanPeople(snapshot, config, self.year, self._owners())
        return Side(people, self.row, config.plan.forfeitures)

    def _owners(self) -> pl.Series:
        """Return the ids of owners of more than 5%; nobody where the run was kept without its census."""
        opening = self.of.run.opening
        return pl.Series(dtype=pl.String) if opening is None else opening.filter(owners(opening))["employee_id"]

    def eligible(self) -> pl.DataFrame:
        """Return who is active and eligible at the end of the year, and whether each participates."""
        rows = self._snapshot("employee_id", "termination_date", "eligibility_date", "deferral_bp")
        active = pl.col("termination_date").is_null() & pl.col("eligibility_date").is_not_null()
        return rows.filter(active).select("employee_id", participates=pl.col("deferral_bp").fill_null(0) > 0)

    def _snapshot(self, *columns: str) -> pl.DataFrame:
        here = (pl.col("year") == self.year) & (pl.col("replicate") == self.of.replicate)
        return collected(self.of.run.scan("snapshots").filter(here).select(columns))

    def bridge(self, since: int) -> dict[str, int]:
        """Return the drivers of headcount after a year, or since the opening."""
        rows = self.of.summary.filter(pl.col("year").is_between(since + 1, self.year))
        moved = {label: sign * int(rows[name].sum()) for label, (name, sign) in BRIDGE.items()}
        return {"employees at the opening": int(self.of.summary["headcount_opening"][0]), **moved}


Moments = tuple[_Moment, _Moment]


def _drivers(measure: str, moments: Moments) -> pl.DataFrame:
    if measure == HEADCOUNT:
        return _table("employees", pl.Int64, _headcount(*moments))
    if measure == PARTICIPATION:
        parts = drivers.participation((moments[0].eligible(), moments[1].eligible()))
        return _table("share", pl.Float64, {name: float(part) for name, part in parts.items()})
    sides = moments[0].side(), moments[1].side()
    total = sides[1].amount(measure) - sides[0].amount(measure)
    parts = MONEY[measure](sides)
    parts[OTHER] = parts.get(OTHER, Fraction(0)) + total - sum(parts.values())
    return _table("cents", pl.Int64, rounded({name: parts[name] for name in DRIVERS if name in parts}, total))


def _table(unit: str, dtype: type[pl.DataType], parts: Mapping[str, float]) -> pl.DataFrame:
    return pl.DataFrame({"driver": list(parts), unit: list(parts.values())}, schema={"driver": pl.String, unit: dtype})


def _headcount(first: _Moment, second: _Moment) -> dict[str, int]:
    """Return the drivers of headcount between two years; between two runs, differences of hires and terminations."""
    if first.of is second.of:
        moved = second.bridge(first.year)
        return {label: moved[label] for label in BRIDGE}
    one, two = (moment.bridge(moment.of.years[0] - 1) for moment in (first, second))
    return {label: two[label] - one[label] for label in two}


# --- the request ---


def _measure(name: str) -> str:
    known = {**{long: long for long in MEASURES}, **{long.removesuffix("_cents"): long for long in MEASURES}, **SHORT}
    if name not in known:
        raise RequestError(f"measure: {name!r} cannot be explained; give one of {', '.join(ASKED)}")
    return known[name]


def _one(run: Result, replicate: int | None) -> _One:
    held = run.summary["replicate"].unique().sort().to_list()
    if replicate is None and len(held) > 1:
        raise RequestError(f"the run holds {counted(len(held), 'replicate')}; name one with replicate=")
    if replicate is not None and replicate not in held:
        raise RequestError(f"replicate: the run holds no replicate {replicate}")
    return _One(run, held[0] if replicate is None else replicate)


def _two_years(run: _One, first: int | None, second: int | None) -> tuple[int, int]:
    years = run.years
    found = years[0] if first is None else first, years[-1] if second is None else second
    if len(years) < 2:
        raise RequestError(f"the run has one plan year, {years[0]}; a change needs two years, or two runs")
    if not set(found) <= set(years):
        raise RequestError(f"years: the run has {years[0]} to {years[-1]} (asked for {found[0]} and {found[1]})")
    if found[0] >= found[1]:
        raise RequestError(f"years: give the earlier year first (got {found[0]} and {found[1]})")
    return found


def _common_year(one: _One, other: _One, year: int | None) -> int:
    both = sorted({*one.years} & {*other.years})
    if not both or (year is not None and year not in both):
        had = f"{both[0]} to {both[-1]}" if both else "no plan year"
        raise RequestError(f"year: both runs have {had}" + ("" if year is None else f" (asked for {year})"))
    return both[-1] if year is None else year


def _names(one: _One, other: _One, year: int) -> tuple[str, str]:
    found = ["" if each.run.folder is None else each.run.folder.name for each in (one, other)]
    first, second = found if all(found) and found[0] != found[1] else ("first run", "second run")
    return f"{first} {one.label(year)}", f"{second} {other.label(year)}"
