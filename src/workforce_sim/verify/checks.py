"""Whether the tables of a year keep the laws: the ledger replayed over the opening, dates, the headcount bridge, money.

Chapter: ``docs/model/laws.md``. A broken law is a defect or damaged data, never a matter of assumptions.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from workforce_sim.errors import LedgerError
from workforce_sim.ledger import replay
from workforce_sim.opening import Tables
from workforce_sim.tables import TABLES, names

_STATE = ["replicate", "employee_id", "level", "salary_cents", "eligible", "enrolled", "deferral_bp"]
_ONCE = ("hire", "eligibility", "promotion", "cola", "merit", "enrollment", "termination", "forfeiture")
_NOT_NEGATIVE = (
    "salary_cents",
    "earnings_cents",
    "pre_tax_cents",
    "roth_cents",
    "match_cents",
    "nonelective_cents",
    "match_balance_cents",
    "nonelective_balance_cents",
    "forfeited_cents",
)


def check_year(opening: pl.DataFrame, tables: Tables) -> None:
    """Check one plan year against the laws.

    Args:
        opening: staff at the opening: ``result.opening``, or the snapshots of the year before (leavers are left out).
        tables: ledger, snapshots and summary of the year.

    Raises:
        LedgerError: naming every law that is broken, with how many rows break it.
    """
    broken = list(broken_laws(opening, tables))
    if broken:
        raise LedgerError("; ".join(broken))


def broken_laws(opening: pl.DataFrame, tables: Tables) -> Iterator[str]:
    """Yield what is wrong with the tables of a year; nothing when all laws hold."""
    opening, events, people = _staying(opening), tables.events, tables.snapshots
    year = int(tables.summary["year"][0])
    for name in ("events", "snapshots", "summary"):
        if getattr(tables, name).columns != names(TABLES[name]):
            yield f"{year}: the columns of {name} are not those of the model"
            return
    yield from _counted(year, "events are dated outside the year", events["effective_date"].dt.year() != year)
    yield from _counted(year, "events happen outside employment", _outside(events, people))
    once = events.filter(pl.col("event_type").cast(pl.String).is_in(_ONCE))
    twice = once.select("replicate", "employee_id", "event_type").is_duplicated()
    yield from _counted(year, "events happen twice to somebody", twice)
    for name in _NOT_NEGATIVE:
        yield from _counted(year, f"values of {name} are below 0", people[name] < 0)
    if not _closing(people).equals(_comparable(replay(opening, events), people)):
        yield f"{year}: the ledger replayed over the opening does not give the closing"
    yield from _bridge(year, tables)


def _counted(year: int, what: str, broken: pl.Series) -> Iterator[str]:
    count = int(broken.sum() or 0)
    if count:
        yield f"{year}: {count} {what}"


def _outside(events: pl.DataFrame, people: pl.DataFrame) -> pl.Series:
    spans = people.select("replicate", "employee_id", "hire_date", "termination_date")
    dated = events.select("replicate", "employee_id", "effective_date").join(
        spans, on=["replicate", "employee_id"], how="left", maintain_order="left"
    )
    day, last = dated["effective_date"], dated["termination_date"]
    return dated["hire_date"].is_null() | (day < dated["hire_date"]) | (day > last).fill_null(value=False)


def _staying(people: pl.DataFrame) -> pl.DataFrame:
    """Return the opening of the next year, of snapshots; an opening as it is."""
    return people.filter(pl.col("termination_date").is_null()) if "termination_date" in people.columns else people


def _closing(people: pl.DataFrame) -> pl.DataFrame:
    """Return what the snapshots say of the closing, as ``replay`` gives it."""
    state = _staying(people).with_columns(
        pl.col("enrolled").fill_null(value=False),
        pl.col("deferral_bp").fill_null(0),
        eligible=pl.col("eligibility_date").is_not_null(),
    )
    return state.select(_STATE).sort("replicate", "employee_id")


def _comparable(replayed: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    return replayed.select(_STATE).with_columns(pl.col("level").cast(people.schema["level"]))


def _bridge(year: int, tables: Tables) -> Iterator[str]:
    """Yield replicates whose opening + hires - terminations is not their closing."""
    gone = pl.col("terminations_opening_staff") + pl.col("terminations_new_hires")
    closing = pl.col("headcount_opening") + pl.col("hires") - gone
    broken = tables.summary.select(closing != pl.col("headcount_closing")).to_series()
    yield from _counted(year, "headcount bridges do not close", broken)
