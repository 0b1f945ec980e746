"""One person's timeline: every event in written order, the assumption behind each, and a line for each year.

Of a run on disk only that person's rows are read: the id is looked for while the files are scanned.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from textwrap import wrap
from typing import Any

import polars as pl

from workforce_sim.census.opening import present
from workforce_sim.config.effect.live import Live, live
from workforce_sim.dates import date_of, plan_year
from workforce_sim.display.card import Card, CardTable, cells
from workforce_sim.display.displayed import Displayed
from workforce_sim.engine.assumptions import Assumptions
from workforce_sim.errors import RequestError, asked
from workforce_sim.explaining.absent import Absence, absences, merged
from workforce_sim.explaining.census_words import census_reason
from workforce_sim.explaining.queries import collected, levels_of, run_of
from workforce_sim.explaining.reasons import Moment, Reason, contributions, reasons
from workforce_sim.result.result import Result
from workforce_sim.tables import EMPLOYER_MONEY, EVENT_KINDS, DataType, EventType
from workforce_sim.wording import bp_percent, columns, counted, dollars, percent

Row = Mapping[str, Any]

UNKNOWN = (
    "no employee of this run has the id asked for; ids are those of the census, with census.id_prefix before them "
    "where it is set, and those of hires read NH-2027-000001"
)

WIDTH = 120

SCHEMA: dict[str, DataType] = {
    "replicate": pl.Int32,
    "year": pl.Int32,
    "date": pl.Date,
    "event": pl.String,
    "cause": pl.String,
    "change": pl.String,
    "assumption": pl.String,
    "keys": pl.List(pl.String),
}


@dataclass(frozen=True)
class Line:
    """One line of a timeline: an event, or what a year came to (``event`` is opening or year then).

    ``event`` is ``not eligible``, ``past opt-out`` or ``no catch-up`` of what did not happen in the plan.
    """

    replicate: int
    year: int
    date: dt.date
    event: str
    cause: str | None
    change: str
    assumptions: Sequence[Reason]

    @property
    def because(self) -> str | None:
        """The assumptions in words; None without any."""
        return "; ".join(map(str, self.assumptions)) or None

    def row(self) -> tuple[Any, ...]:
        """Return the line as a row of the frame."""
        keys = [found.key for found in self.assumptions]
        return self.replicate, self.year, self.date, self.event, self.cause, self.change, self.because, keys

    def text(self, width: int) -> list[str]:
        """Return the line as text, its assumptions below it."""
        what = f"{self.event}, {self.cause}" if self.cause else self.event
        rows = [(found.key, found.value, found.note) for found in self.assumptions]
        head = f"{self.date}  {what:<{width}}  {self.change}".rstrip()
        return [*wrap(head, WIDTH, subsequent_indent=" " * (width + 14)), *columns(rows, indent=" " * 14)]


@dataclass(frozen=True, repr=False)
class Timeline(Displayed):
    """One person's timeline; ``print`` it, or take ``frame``.

    Attributes:
        employee_id: whose timeline.
        lines: in written order; the opening first, the line of a year after its events.
        events: the person's rows of the ledger.
        snapshots: the person's snapshots.
    """

    employee_id: str
    lines: tuple[Line, ...]
    events: pl.DataFrame
    snapshots: pl.DataFrame

    @property
    def frame(self) -> pl.DataFrame:
        """One row a line: replicate, year, date, event, cause, change, assumption, and the keys in it as a list."""
        return pl.DataFrame([line.row() for line in self.lines], schema=SCHEMA, orient="row")

    def __repr__(self) -> str:
        return f"<Timeline of one employee: {self.snapshots.height} years, {self.events.height} events>"

    def _card(self) -> Card:
        rows = [(line.date, line.event, line.cause, line.change, line.because) for line in self.lines]
        heading = ("Date", "Event", "Cause", "What changed", "Assumption")
        return Card(f"Employee {self.employee_id}", (CardTable(heading, cells(rows), left=5),))

    def __str__(self) -> str:
        width = max((len(f"{line.event}, {line.cause}") for line in self.lines if line.cause), default=0)
        found = [f"employee {self.employee_id}", ""]
        for line, after in zip(self.lines, (*self.lines[1:], None), strict=True):
            ends = after is not None and (after.year != line.year or line.event == "year")
            found += [*line.text(max(width, 11)), *([""] if ends else [])]
        return "\n".join(found).rstrip()


def timeline(run: Result | str | Path, employee_id: str | int, *, replicate: int | None = None) -> Timeline:
    """Return one person's timeline, with the assumption behind each event.

    Args:
        run: a result, in memory or on disk, or the folder of a run.
        employee_id: as in the tables.
        replicate: which one, where the tables hold several.

    Returns:
        A ``Timeline``: ``print`` it to read it, ``.frame`` for the same as a table.

    Raises:
        RequestError: when nobody has the id, or the person is not in the replicate that is chosen, or in several
            and none is.
        FileNotFoundError, LedgerError: as ``read_run``, for a path.
    """
    result, wanted = run_of(run), str(employee_id).strip()
    people = _one_replicate(_rows(result, "snapshots", wanted).sort("replicate", "year"), replicate)
    number = people["replicate"][0]
    events = _rows(result, "events", wanted, number).sort("replicate", "year", "effective_date", "event_type", "cause")
    totals = collected(result.scan("summary").filter(pl.col("replicate") == number))
    levels = levels_of(result.config, people.schema["level"])
    rows = PersonRows(Assumptions(result.config, levels), events.to_dicts(), people.to_dicts(), totals.to_dicts())
    lines = [*_opening(result, wanted, number), *rows.lines()]
    absent = [(found, _absent_line(number, found)) for found in absences(result, people, events)]
    return Timeline(wanted, tuple(merged(lines, absent)), events, people)


def _rows(result: Result, table: str, employee_id: str, replicate: int | None = None) -> pl.DataFrame:
    """Return the rows of one person; other rows are dropped while the table is scanned."""
    return collected(scanned(result, table, employee_id, replicate))


def scanned(result: Result, table: str, employee_id: str, replicate: int | None = None) -> pl.LazyFrame:
    """Return the query for one person's rows of a table."""
    rows = result.scan(table).filter(pl.col("employee_id") == employee_id)
    return rows if replicate is None else rows.filter(pl.col("replicate") == replicate)


def _one_replicate(people: pl.DataFrame, wanted: int | None) -> pl.DataFrame:
    """Return the snapshots of one replicate."""
    if people.is_empty():
        raise RequestError(UNKNOWN)
    numbers = people["replicate"].unique().sort().to_list()
    if wanted is None and len(numbers) == 1:
        return people
    if asked.whole(wanted) not in numbers:
        shown = ", ".join(map(str, numbers[:10])) + (", ..." if len(numbers) > 10 else "")
        raise RequestError(f"this employee is in {counted(len(numbers), 'simulation')} ({shown}); choose one of them")
    return people.filter(pl.col("replicate") == wanted)


# --- lines ---


@dataclass(frozen=True)
class PersonRows:
    """What the run says of one person, as plain rows in written order."""

    assumptions: Assumptions
    events: Sequence[Row]
    people: Sequence[Row]
    totals: Sequence[Row]
    kinds: Sequence[EventType] = EVENT_KINDS

    @cached_property
    def _live(self) -> Live:
        return live(self.assumptions.config)

    def lines(self) -> Iterator[Line]:
        """Yield a line for each event and, after those of a year, one for the year."""
        totals = {row["year"]: row for row in self.totals}
        for person in self.people:
            year = person["year"]
            for event in (e for e in self.events if e["year"] == year):
                moment = Moment(self.assumptions.at(year), event, person, totals[year], self.events)
                yield _event_line(event, self._playing(reasons(moment, self.kinds)))
            yield _year_line(
                person, self._since(year), self._playing(contributions(self.assumptions.at(year).config, person))
            )

    def _since(self, year: int) -> str:
        """Return since when amounts of a short year are; nothing of a whole one."""
        first = plan_year(self.assumptions.config.simulation, year)
        return f" since {date_of(first.first):%B} 1" if first.short else ""

    def _playing(self, found: list[Reason]) -> list[Reason]:
        """Return the reasons whose keys have an effect."""
        return [reason for reason in found if self._live.why_not(reason.key) is None]


def _event_line(event: Row, because: list[Reason]) -> Line:
    kind = str(event["event_type"])
    place = event["replicate"], event["year"], event["effective_date"]
    return Line(*place, kind, event["cause"] and str(event["cause"]), change_text(event), because)


def change_text(event: Row) -> str:
    """Return what an event changed, before -> after."""
    level = _moved(event["level_before"], event["level_after"], str)
    salary = _moved(event["salary_before_cents"], event["salary_after_cents"], dollars)
    if event["salary_before_cents"]:
        growth = event["salary_after_cents"] / event["salary_before_cents"] - 1
        salary += f" ({percent(growth, 2) if growth < 0 else '+' + percent(growth, 2)})"
    rate = _moved(event["deferral_before_bp"], event["deferral_after_bp"], bp_percent)
    amount = "" if event["amount_cents"] is None else dollars(event["amount_cents"])
    return ", ".join(filter(None, (level, salary, rate and f"deferral {rate}", amount)))


def _moved(before: Any, after: Any, text: Any) -> str:
    if after is None:
        return ""
    return str(text(after)) if before is None else f"{text(before)} -> {text(after)}"


def _absent_line(replicate: int, found: Absence) -> Line:
    """Return the line of something that did not happen."""
    return Line(replicate, found.date.year, found.date, found.event, None, found.change, found.because)


def _year_line(person: Row, since: str, because: list[Reason]) -> Line:
    last = person["termination_date"] or dt.date(person["year"], 12, 31)
    text = "; ".join(filter(None, _of_year(person, since)))
    return Line(person["replicate"], person["year"], last, "year", None, text, because)


def _of_year(person: Row, since: str) -> Iterator[str]:
    status = str(person["status"]).replace("_", " ")
    yield f"{status}, {person['level']} at {dollars(person['salary_cents'])}"
    other = f", {dollars(person['other_pay_cents'])} of it beside salary" if person["other_pay_cents"] else ""
    yield f"earned {dollars(person['earnings_cents'])}{since}{other}"
    if person["pre_tax_cents"] is not None:
        yield f"deferred {_deferred(person)}"
        yield _employer_money(person)
        yield _balances(person)


def _deferred(person: Row) -> str:
    total = person["pre_tax_cents"] + person["roth_cents"]
    parts = {"Roth": person["roth_cents"], "catch-up": person["catch_up_cents"]}
    within = ", ".join(f"{dollars(cents)} {name}" for name, cents in parts.items() if cents)
    return f"{dollars(total)}" + (f" ({within})" if within else "")


def _employer_money(person: Row) -> str:
    amounts = {name.removesuffix("_cents").replace("_", " "): person.get(name) for name in EMPLOYER_MONEY}
    paid = ", ".join(f"{name} {dollars(cents)}" for name, cents in amounts.items() if cents)
    return paid or "no employer contributions"


def _balances(person: Row) -> str:
    parts = []
    for source in (name.removesuffix("_cents") for name in EMPLOYER_MONEY):
        cents, share = person.get(f"{source}_balance_cents"), person.get(f"vested_share_{source}_bp")
        if cents:
            parts.append(f"{source.replace('_', ' ')} balance {dollars(cents)}, {bp_percent(share)} vested")
    return ", ".join(parts)


def _opening(result: Result, employee_id: str, replicate: int) -> Iterable[Line]:
    """Return the line of the census, of those who are in it."""
    if result.opening is None:
        return
    found = present(result.opening).filter(pl.col("employee_id") == employee_id).to_dicts()
    date = result.config.simulation.opening - dt.timedelta(days=1)
    for row in found:
        rate = row.get("deferral_bp")
        saves = f"; defers {bp_percent(rate)}" if rate else ""
        text = f"{row['level']} at {dollars(row['salary_cents'])}, hired {row['hire_date']}{saves}"
        because = census_reason(result.config, result.source)
        yield Line(replicate, date.year, date, "opening", None, text, because)
