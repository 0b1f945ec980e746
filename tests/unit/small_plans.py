"""Small firms in which nothing happens but what a test asks for: run by both engines, with chance chosen by name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import polars as pl

from tests.support import Scenario, assert_same, census_of, fast, slow
from workforce_sim.config import Config
from workforce_sim.draws import Draws, Keys, Stream, census_keys, person_numbers
from workforce_sim.tables.output import Tables

SEED = 42
STAYS, LEAVES = "stays", "leaves"
QUIET: dict[str, Any] = {
    "random_seed": SEED,
    "workforce": {"levels": [{"name": STAYS, "termination_factor": 0}, {"name": LEAVES}]},
    "terminations": {"causes": [{"from": 0, "voluntary": 1.0}]},
    "promotion": {"base_rate": 0.0},
    "compensation": {"cola_rate": 0.0, "merit_pool": 0.0},
    "eligibility": {"waiting_period_days": 0, "minimum_age": 0},
    "enrollment": {
        "auto_enrollment": {"enabled": False},
        "election": 0.0,
        "match_seeking": 0.0,
        "conversion": 0.0,
        "change": {"probability": 0.0},
        "stop": 0.0,
        "escalation": {"enabled": False, "declining_share": 0.0},
    },
}


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def person(**columns: Any) -> dict[str, Any]:
    """A row of a census: hired on 1 June 2015, born on 15 May 1985, paid 100,000.00, out of the plan unless given.

    Dates may be text. Who is at the level ``LEAVES`` leaves in the first year, who is at ``STAYS`` never does.
    """
    row = {"hire_date": "2015-06-01", "birth_date": "1985-05-15", "salary_cents": 10_000_000, "deferral_bp": 0}
    known = {**row, "level": STAYS, **columns}
    return {name: day(value) if name.endswith("_date") else value for name, value in known.items()}


def scenario(*people: dict[str, Any], start: int = 2025, end: int | None = None, **sections: Any) -> Scenario:
    """A firm of these people; sections are laid over ``QUIET``, leavers leave in the first year, nobody is hired."""
    last = start if end is None else end
    share = round(sum(row["level"] == LEAVES for row in people) / len(people), 6)
    leaving = {
        "simulation": {"start_year": start, "end_year": last, "target_growth_rate": {start: -share, start + 1: 0.0}},
        "workforce": {"total_termination_rate": {start: share, start + 1: 0.0}, "new_hire_termination_rate": 0.0},
    }
    rows = [{"employee_id": f"E-{n}", **row} for n, row in enumerate(people, start=1)]
    names = dict.fromkeys(name for row in rows for name in row)
    census = census_of(**{name: [row.get(name) for row in rows] for name in names})
    return Scenario(census, Config.model_validate(laid_over(laid_over(QUIET, leaving), sections)))


def laid_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Return a mapping with the keys of another over it; a section within a section likewise."""
    both = {
        name: laid_over(below[name], value)
        for name, value in above.items()
        if isinstance(value, dict) and isinstance(below.get(name), dict) and not _by_year(value)
    }
    return {**below, **above, **both}


def _by_year(value: Mapping[Any, Any]) -> bool:
    return any(isinstance(key, int) for key in value)


def lived(*people: dict[str, Any], **sections: Any) -> Tables:
    """Run a firm by both engines, which must agree, and return the tables."""
    firm = scenario(*people, **sections)
    tables = fast(firm)
    assert_same(tables, slow(firm))
    return tables


def snapshots(tables: Tables, *columns: str) -> list[tuple[Any, ...]]:
    """Return columns of the snapshots in the order of year and census, one tuple each; hires come last."""
    hire = pl.col("employee_id").str.starts_with("NH")
    ordered = tables.snapshots.sort("year", hire, "employee_id")
    return ordered.select(columns).rows()


def snapshot(tables: Tables, *columns: str) -> Any:
    """Return columns of the only snapshot: a tuple, or the value of one column."""
    (row,) = snapshots(tables, *columns)
    return row[0] if len(columns) == 1 else row


RATE_ROWS = ("enrollment", "opt_out", "rate_change", "escalation", "stop")


def rates(tables: Tables) -> list[tuple[Any, ...]]:
    """Return the ledger rows that set a rate, by date: (date, type, cause, before, after)."""
    columns = ("effective_date", "event_type", "cause", "deferral_before_bp", "deferral_after_bp")
    rows = tables.events.filter(pl.col("event_type").cast(pl.String).is_in(RATE_ROWS))
    ordered = rows.sort("effective_date", "employee_id", "event_type", "cause")
    return [(date.isoformat(), *rest) for date, *rest in ordered.select(columns).iter_rows()]


@cache
def _candidates() -> tuple[pl.Series, Keys]:
    ids = pl.Series([f"E-{n}" for n in range(400_000)])
    return ids, person_numbers(SEED, 0, census_keys(ids))


def drawing(ranges: Mapping[tuple[Stream, int], tuple[float, float]], count: int = 1) -> list[str]:
    """Return ids of employees whose draws by stream and year lie in these ranges, the upper end left out."""
    ids, numbers = _candidates()
    rows = np.arange(len(numbers))
    for (stream, year), (low, high) in ranges.items():
        u = Draws(SEED, year).of(numbers[rows], stream)
        rows = rows[(u >= low) & (u < high)]
    assert len(rows) >= count, "nobody draws that; ask for less"
    return ids[rows[:count].tolist()].to_list()


def on(date: str) -> tuple[float, float]:
    """Return the range of a draw that means this day of its year."""
    first, length = day(date[:4] + "-01-01"), 366 if int(date[:4]) % 4 == 0 else 365
    offset = (day(date) - first).days
    return (offset + 0.001) / length, (offset + 0.999) / length


def leaving_on(date: str, **columns: Any) -> dict[str, Any]:
    """A person who leaves on a day of the first year."""
    (who,) = drawing({(Stream.LEAVING_DATE, int(date[:4])): on(date)})
    return person(employee_id=who, level=LEAVES, **columns)
