"""The account of a census: what a person wants to see before trusting it, as data and as a page.

Counts, bounds and medians only, rounded: nothing here is a value of a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl
import yaml

from workforce_sim.census.fields import BY_NAME
from workforce_sim.census.headers import listed, shown
from workforce_sim.census.judged import Judged
from workforce_sim.census.rules import Finding
from workforce_sim.census.status import meaning_of
from workforce_sim.census.table import where
from workforce_sim.display.card import Card, CardTable, cells
from workforce_sim.wording import columns, counted
from workforce_sim.wording.terminal import printable

_TOP, _FEW = 10, 3
_DATA = re.compile(r"\d{4}-\d\d|\d+\.\d\d|\d/\d")
_YEARS = {"hire_date": "hired", "birth_date": "born"}
_ROUND = 1_000_00
_IMPUTED = ("birth_date", "level", "full_time_share")
"""Fields that a run completes where a census does not have them."""


def account(read: Judged) -> dict[str, Any]:
    """Return the account of a census that was read."""
    left = [{"why": why, "rows": rows} for why, rows in read.left_out()]
    rows = {"file": read.total, "staff": read.staff.height - read.refused, "refused": read.refused, "left_out": left}
    return {
        "source": read.name,
        "staff_on": f"{read.config.simulation.opening}",
        "rows": rows,
        "fields": [*_fields(read)],
        "dropped_as_personal": [*map(shown, read.columns.personal)],
        "not_used": [*map(shown, read.columns.ignored)],
        **_figures(read.staff),
        "status": _statuses(read.done.rows),
        "errors": [_finding(read, finding) for finding in read.errors],
        "notes": [*read.notes],
        "census": section(read),
    }


def account_of_frame(staff: pl.DataFrame, source: str, notes: Sequence[str] = ()) -> dict[str, Any]:
    """Return the account of staff that no file is known of."""
    rows = {"file": staff.height, "staff": staff.height, "refused": 0, "left_out": []}
    return {"source": source, "rows": rows, **_figures(staff), "notes": [*notes]}


def section(read: Judged) -> dict[str, Any]:
    """Return the ``census`` section of a configuration that reads the file in the same way."""
    told = read.config.census.model_dump(mode="json", exclude_defaults=True, exclude={"path", "size", "columns"})
    columns = {
        name: column for name, column in _in_order(read) if not (name == "employee_id" and read.columns.identity)
    }
    formats = {name: form for name, _ in _in_order(read) if (form := read.done.formats.get(name))}
    made = {"columns": {name: column for name, column in columns.items() if name != column}, "date_format": formats}
    return {**{key: value for key, value in made.items() if value}, **told}


def _fields(read: Judged) -> Iterator[dict[str, str]]:
    for name, column in _in_order(read):
        form = read.done.forms.get(name, "")
        yield {"field": name, "column": shown(column), "read_as": form or BY_NAME[name].kind.replace("_", " ")}


def _in_order(read: Judged) -> list[tuple[str, str]]:
    """Return the fields that are used and their columns, in the order of all fields."""
    return [(name, read.columns.used[name]) for name in BY_NAME if name in read.columns.used]


def _finding(read: Judged, finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "rows": finding.rows,
        "first": where(finding.first_rows, read.table.places) if finding.rows else "",
        "remedy": finding.remedy,
    }


def _figures(staff: pl.DataFrame) -> dict[str, Any]:
    """Return bounds, counts and what is missing of staff."""
    ranges = {word: _bounds(staff[name].dt.year()) for name, word in _YEARS.items() if _has(staff, name)}
    if _has(staff, "salary_cents"):
        ranges["paid"] = [int(cents) // _ROUND * 1_000 for cents in _bounds(staff["salary_cents"])]
    missing = {name: _missing(staff, BY_NAME[name].column) for name in _IMPUTED}
    return {
        "ranges": ranges,
        "levels": _levels(staff),
        "imputed": {name: rows for name, rows in missing.items() if rows},
    }


def _has(staff: pl.DataFrame, name: str) -> bool:
    return name in staff.columns and staff[name].null_count() < staff.height


def _missing(staff: pl.DataFrame, name: str) -> int:
    return staff[name].null_count() if name in staff.columns else staff.height


def _bounds(values: pl.Series) -> list[int]:
    return [int(x) for x in (values.min(), values.median(), values.max()) if isinstance(x, int | float)]


def _counts(rows: pl.DataFrame, name: str) -> dict[str, int]:
    """Return how many rows have each value, the ten most frequent."""
    if not _has(rows, name):
        return {}
    found = rows[name].cast(pl.String).drop_nulls().value_counts(name="rows")
    top = found.sort("rows", name, descending=[True, False]).head(_TOP)
    return {shown(str(value)): int(count) for value, count in top.iter_rows()}


def _levels(staff: pl.DataFrame) -> dict[str, int]:
    """Return how many are at each level; what few have, or what may be a value of another column, together."""
    found = _counts(staff, "level")
    shown_ = {name: rows for name, rows in found.items() if rows >= _FEW and not _DATA.search(name)}
    others = staff["level"].len() - staff["level"].null_count() - sum(shown_.values()) if found else 0
    return shown_ | ({"others": others} if others else {})


def _statuses(rows: pl.DataFrame) -> dict[str, int]:
    """Return how many rows have each known word of a status; what is no word of employment may be of a person."""
    return {word: count for word, count in _counts(rows, "status").items() if meaning_of(word.lower())}


# --- as a page --------------------------------------------------------------------------------------------------------


def page(found: Mapping[str, Any]) -> str:
    """Return an account as lines of text."""
    return "\n".join(line[:1_000] for line in map(printable, _lines(found)) if line.strip())


def account_card(found: Mapping[str, Any]) -> Card:
    """Return an account as a notebook shows it: how fields are read as a table, the rest as notes."""
    title, *notes = (line[:1_000].strip() for line in _lines({**found, "fields": ()}))
    fields = cells((f["field"], f["column"], f["read_as"]) for f in found.get("fields", ()))
    return Card(title, (CardTable(("Field", "Column", "Read as"), fields, left=3),), tuple(notes))


def _lines(found: Mapping[str, Any]) -> Iterator[str]:
    rows = found["rows"]
    day = f" on {found['staff_on']}" if "staff_on" in found else ""
    yield f"{found['source']}: {counted(rows['staff'], 'employee')}{day}"
    apart = sum(left["rows"] for left in rows["left_out"])
    parts = f"{counted(rows['staff'], 'employee')} + {apart:,} left out + {rows['refused']:,} refused"
    yield f"{counted(rows['file'], 'row')} = {parts}"
    yield from (f"  left out: {left['rows']:,} with {left['why']}" for left in rows["left_out"])
    yield from columns([(f["field"], f["column"], f["read_as"]) for f in found.get("fields", ())], indent="  ")
    for name, title in (("dropped_as_personal", "dropped as personal"), ("not_used", "not used")):
        if found.get(name):
            yield f"{title}: {listed(found[name])}"
    yield from _figure_lines(found)
    yield from (f"note: {note}" for note in found["notes"][:30] if not note.startswith("columns "))


def _figure_lines(found: Mapping[str, Any]) -> Iterator[str]:
    for word, bounds in found["ranges"].items():
        if len(bounds) == 3:
            first, middle, last = (f"${x:,}" if word == "paid" else str(x) for x in bounds)
            yield f"{word}: {first} to {last}, median {middle}"
    for name in ("levels", "status"):
        if found.get(name):
            yield f"{name}: {', '.join(f'{value} {rows:,}' for value, rows in found[name].items())}"
    if found["imputed"]:
        yield f"imputed in a run: {', '.join(f'{name} of {rows:,}' for name, rows in found['imputed'].items())}"


def section_text(found: Mapping[str, Any]) -> str:
    """Return the ``census`` section of an account as YAML to paste."""
    return str(yaml.safe_dump({"census": found["census"]}, sort_keys=False, allow_unicode=True, width=110)).rstrip()
