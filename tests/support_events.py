"""What the unit test of an event says of it, for the tests that look at every key, stream and type of event.

``tests/unit/test_leave.py`` is the pattern. At its top a unit test may say:

* ``HAPPENS``: keys with values under which the event happens, where the defaults turn it off;
* ``LIVE``: by key, changes under which it acts, and another value of it;
* ``WATCH``: by stream, what shows it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import polars as pl

from tests.support import of_type
from workforce_sim.tables.output import Tables

UNIT = Path(__file__).with_name("unit")


@dataclass(frozen=True)
class Watch:
    """What shows a stream in one year.

    Attributes:
        seen: whose it is, and what; columns before the last must agree for a pair to count.
        under: keys with values of the configuration.
    """

    seen: Callable[[Tables], pl.DataFrame]
    under: Mapping[str, Any] = field(default_factory=dict)


@cache
def said(name: str) -> dict[Any, Any]:
    """Return what the unit tests say under a name, together; nothing may be said twice."""
    found: dict[Any, Any] = {}
    for path in sorted(UNIT.glob("test_*.py")):
        if re.search(rf"^{name}\b.* = ", path.read_text(encoding="utf-8"), re.MULTILINE):
            more = getattr(import_module(f"tests.unit.{path.stem}"), name)
            assert found.keys().isdisjoint(more), f"{path.name}: {name} says again what another test says"
            found |= more
    return found


def under(sections: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return sections of a configuration in which some keys, written with dots, have these values."""
    found = dict(sections)
    for key, value in changes.items():
        first, _, rest = key.partition(".")
        found[first] = under(found.get(first, {}), {rest: value}) if rest else value
    return found


def staff(tables: Tables) -> pl.DataFrame:
    """Return the snapshots of those who were there at the opening."""
    return tables.snapshots.filter(pl.col("opening_salary_cents").is_not_null())


def months(people: pl.DataFrame, column: str) -> pl.DataFrame:
    """Return the month of a date of each one."""
    return people.select("employee_id", pl.col(column).dt.month())


def has(kind: str, tables: Tables) -> pl.DataFrame:
    """Return whether those who stay have an event."""
    having = of_type(tables.events, kind).select("employee_id", has=pl.lit(value=True))
    stayed = staff(tables).filter(pl.col("termination_date").is_null()).select("employee_id")
    return stayed.join(having, on="employee_id", how="left").with_columns(pl.col("has").fill_null(value=False))
