"""The difference of two runs as people read it, and which keys bear on which kind of difference."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from workforce_sim.display.card import Card, CardTable, cells
from workforce_sim.tables import EVENT_KINDS, SNAPSHOTS, EventType
from workforce_sim.wording import bp_percent, columns, counted, dollars, percent, period

if TYPE_CHECKING:
    from workforce_sim.explaining.diff import RunDifference

_EVERYTHING = ("random_seed", "replicate", "engine", "census", "versions")
"""Where these differ, anything may."""

_INDIRECT = "none: it follows from other differences"


def bearing(kind: str, changed: Iterable[str], kinds: Sequence[EventType] = EVENT_KINDS) -> list[str]:
    """Return the changed keys that decide a kind of difference directly."""
    keys = _keys(kinds)
    begins = max((begin for begin in keys if kind.startswith(begin)), key=len, default="")
    known = (*keys.get(begins, ()), *_EVERYTHING)
    return [key for key in changed if key.startswith(known)]


def _keys(kinds: Sequence[EventType]) -> dict[str, tuple[str, ...]]:
    """Return the keys that decide a kind of difference directly, by how the kind begins."""
    of_columns = {column.differs: column.keys for column in SNAPSHOTS if column.keys}
    of_events = {kind.words: kind.keys for kind in kinds}
    otherwise = {kind.otherwise: (*kind.keys, *kind.amount_keys) for kind in kinds}
    return of_columns | of_events | otherwise


def readable(found: RunDifference) -> str:
    """Return the whole difference as text; nobody is named in it."""
    parts = [*_headline(found), *_configuration_text(found), *_summary_text(found), *_persons_text(found)]
    return "\n".join(parts)


def _headline(found: RunDifference) -> Iterator[str]:
    both, only_a, only_b = found.years
    yield f"a: {found.names[0]}; b: {found.names[1]}"
    for name, years in (("a", only_a), ("b", only_b)):
        if years:
            yield f"only run {name} has {_span(years)}; the years of both are compared"
    if found.same_years == both:
        yield f"the tables of {_span(both)} are identical (same hashes)"
    elif found.same_years:
        yield f"the tables of {_span(found.same_years)} are identical (same hashes)"


def _span(years: tuple[int, ...]) -> str:
    gapless = years[-1] - years[0] == len(years) - 1
    return period(years) if gapless else ", ".join(map(str, years))


def _configuration_text(found: RunDifference) -> Iterator[str]:
    rows = found.configuration.rows()
    if not rows:
        yield "the settings are the same"
        return
    yield from ("", f"settings: {counted(len(rows), 'difference')}")
    yield from columns([("key", "a", "b"), *rows], indent="  ")


def _summary_text(found: RunDifference) -> Iterator[str]:
    """Yield the measures that differ in the last year of both."""
    texts = _measures(found)
    if found.same_years == found.years[0]:
        return
    yield from ("", f"summary of {_last(found)}: {counted(len(texts), 'measure')} differ (all years: .summary)")
    yield from columns([_BESIDE, *texts] if texts else [], right=(1, 2, 3, 4), indent="  ")


def _last(found: RunDifference) -> str:
    """Return the last year of both; of different openings, that of each."""
    a, b = found.last
    return a if a == b else f"{a} in a, {b} in b"


_BESIDE = ("measure", "a", "b", "b - a", "percent")


def _measures(found: RunDifference) -> list[tuple[str, ...]]:
    """Return the measures that differ in the last year of both."""
    last = pl.col("year") == found.years[0][-1]
    rows = found.summary.filter(last & pl.col("a").ne_missing(pl.col("b")))
    comparable = found.last[0] == found.last[1]
    return [_measure(row, comparable=comparable) for row in rows.iter_rows(named=True)]


def _measure(row: Mapping[str, Any], *, comparable: bool) -> tuple[str, ...]:
    """Return a measure that differs; in percent only where the years of both are equally long."""
    name = row["measure"]
    values = [_amount(name, row[column]) for column in ("a", "b", "difference")]
    values[2] = values[2].replace("%", " pt")
    share = "-" if row["percent"] is None or not comparable else f"{row['percent']:+.2f}%"
    return name.removesuffix("_cents"), *values, share


def _amount(measure: str, value: float | None) -> str:
    if value is None:
        return "-"
    if measure.endswith("_cents"):
        return dollars(round(value))
    whole = value == int(value) and "rate" not in measure and "share" not in measure and "growth" not in measure
    return f"{value:,.0f}" if whole else percent(value, 3)


def _persons_text(found: RunDifference) -> Iterator[str]:
    if found.people is None:
        return
    both, only_a, only_b = found.people
    everybody = both + only_a + only_b
    yield ""
    yield f"employees: {found.persons.height:,} of {everybody:,} differ; {only_a:,} only in a, {only_b:,} only in b"
    rows = _kinds(found)
    if rows:
        yield from columns([_FIRST, *rows], right=(1,), indent="  ")


_FIRST = ("first difference, b compared with a", "employees", "settings behind it")


def _kinds(found: RunDifference) -> list[tuple[str, ...]]:
    return [(kind, f"{n:,}", ", ".join(keys) or _INDIRECT) for kind, n, keys in found.counts.rows()]


def difference_card(found: RunDifference) -> Card:
    """Return the difference as a notebook shows it; nobody is named in it."""
    title, *more = _headline(found)
    asked = CardTable(("Key", "a", "b"), cells(found.configuration.rows()), "Settings", left=3)
    measures = CardTable(_BESIDE, _measures(found), f"Summary of {_last(found)}")
    kinds = CardTable(_FIRST, _kinds(found), left=3)
    return Card(title, (asked, measures, kinds), tuple(more))


def some_persons(found: RunDifference, most: int) -> Iterator[str]:
    """Yield the first employees of each kind of difference, by id."""
    if most <= 0 or found.persons.is_empty():
        return
    rows = found.persons.group_by("kind", maintain_order=True).head(most)
    yield ""
    yield from columns([_PERSON, *(_person(row) for row in rows.iter_rows(named=True))], indent="  ")


_PERSON = ("kind", "employee_id", "date", "what", "a", "b")


def _person(row: Mapping[str, Any]) -> tuple[str, ...]:
    kind, employee_id, date, what, a, b = (str(row[name]) for name in _PERSON)
    return kind, employee_id, date, what, _value(what, a), _value(what, b)


def _value(what: str, text: str) -> str:
    """Return a value that differs: of cents and basis points as dollars and percents."""
    unit = {"cents": dollars, "bp": bp_percent}.get(what.rsplit("_", 1)[-1])
    return unit(int(text)) if unit is not None and text.lstrip("-").isdigit() else text
