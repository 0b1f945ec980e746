"""Values that change from a year on: tables by year anywhere in a section, and the data of each year.

Chapter: ``docs/model/amendments.md``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, get_args, get_origin

from pydantic import RootModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import InitErrorDetails, PydanticCustomError

from workforce_sim.config.match import Match
from workforce_sim.config.plan import MatchByYear
from workforce_sim.config.values import LAST_YEAR, TAGS, KeyPath, Section, refuse

Tables = dict[KeyPath, dict[int, Any]]
"""Tables by year by their place in a configuration, each with the values by the year from which they hold."""

_FIRST_YEAR = 1950


class _Written(NamedTuple):
    """A table by year as it is written: its place, what each year's value is read as, and the table."""

    path: KeyPath
    kind: type[Section]
    table: Mapping[Any, Any]


# --- what is written ---


def tables_of(data: Any, sections: Mapping[str, type[Section]]) -> Tables:
    """Return the tables by year in some sections of the data of a configuration.

    Raises:
        ValidationError: for keys among years that are none, a year twice, and years within years.
    """
    if not isinstance(data, Mapping):
        return {}
    written = [found for name, kind in sections.items() for found in _within(data.get(name), kind, (name,))]
    refuse(problem for found in written for problem in _wrong(found))
    return {path: {int(year): table[year] for year in sorted(table, key=int)} for path, _, table in written}


def _within(value: Any, kind: type[Section], path: KeyPath) -> Iterator[_Written]:
    """Yield the table by year in place of a section or of one value, or those within a section."""
    if _by_year(value):
        yield _Written(path, kind, value)
    elif isinstance(value, Mapping):
        for name, field in kind.model_fields.items():
            key = field.alias or name
            yield from _of_field(value.get(key), field, (*path, key))


def _of_field(value: Any, field: FieldInfo, path: KeyPath) -> Iterator[_Written]:
    """Yield the table by year at a key, or those within its value; none that the key itself takes."""
    kind, by_name = value_of(field)
    if kind is None or (kind is Match and _by_year(value)):
        return
    if not by_name:
        yield from _within(value, kind, path)
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _within(inner, kind, (*path, name))


def value_of(field: FieldInfo) -> tuple[type[Section] | None, bool]:
    """Return the section that a key holds, or holds by name; ``Section`` for one value, None for what has years itself.

    The second is whether sections are held by name.
    """
    kinds = (field.annotation, *get_args(field.annotation))
    named = next((get_args(kind)[1] for kind in kinds if get_origin(kind) is dict), None)
    if named is not None:
        return (named if _is_a(named, Section) else None), True
    if MatchByYear in kinds:
        return Match, False
    if any(_is_a(kind, RootModel) for kind in kinds):
        return None, False
    return next((kind for kind in kinds if _is_a(kind, Section)), Section), False


def _is_a(kind: Any, parent: type) -> bool:
    return isinstance(kind, type) and issubclass(kind, parent)


def _by_year(value: Any) -> bool:
    """Tell whether a value is meant as a table by year, right or wrong: no other key begins with two digits."""
    return isinstance(value, Mapping) and any(re.match("[0-9]{2}", str(key)) for key in value)


def _wrong(found: _Written) -> Iterator[tuple[KeyPath, str, Any]]:
    """List what is wrong with a table by year, but for its values."""
    path, kind, table = found
    if path[:2] == ("plan", "limits"):
        yield path, "one value for all years; a figure of one year goes into plan.limits.overrides", None
    if len({str(year) for year in table}) != len(table):
        yield path, "a table by year names a year twice", None
    for year, value in table.items():
        if not _is_year(year):
            what = f"years and other keys side by side; expected a year from {_FIRST_YEAR} to {LAST_YEAR} here"
            yield (*path, year, "[key]"), what, year
        for inner in _within(value, kind, (*path, year)):
            yield inner.path, "years within a year; write all years at one place", None


def _is_year(key: Any) -> bool:
    return bool(re.fullmatch("[0-9]{4}", str(key))) and _FIRST_YEAR <= int(key) <= LAST_YEAR


# --- the data of a year ---


def late(tables: Tables, start_year: Any) -> Iterator[tuple[KeyPath, str, Any]]:
    """List the tables that begin after the start year."""
    for path, table in tables.items():
        if isinstance(start_year, int) and min(table) > start_year:
            what = f"the table starts in {min(table)}, after start_year {start_year}; add an earlier year"
            yield path, what, None


def in_year(data: Mapping[str, Any], tables: Tables, year: int) -> dict[str, Any]:
    """Return the data with the values in force in a year."""
    found = dict(data)
    for path, table in tables.items():
        put(found, path, table[in_force(table, year)])
    return found


def in_force(years: Iterable[int], year: int) -> int:
    """Return the year whose value is in force in a year: the latest one up to it, else the first."""
    return max((since for since in years if since <= year), default=min(years))


def put(data: dict[str, Any], path: KeyPath, value: Any) -> None:
    """Put a value at a path; the outermost table is changed itself, those within are replaced by copies."""
    place: dict[Any, Any] = data
    for part in path[:-1]:
        place[part] = place = dict(place[part])
    place[path[-1]] = value


def told(errors: Mapping[int, ValidationError], tables: Tables, start: int) -> ValidationError:
    """Return what is wrong with the data of any year as one error: values by year at their years, the rest once."""
    found: dict[tuple[KeyPath, str], InitErrorDetails] = {}
    for year, error in errors.items():
        for line in error.errors(include_url=False):
            path = tuple(part for part in line["loc"] if part not in TAGS)
            loc = _located(path, tables, year)
            where = f" (in {year})" if year != start and loc == path else ""
            what = PydanticCustomError(line["type"], line["msg"] + where, line.get("ctx"))
            found.setdefault((loc, line["msg"]), InitErrorDetails(type=what, loc=loc, input=line["input"]))
    return ValidationError.from_exception_data("Config", list(found.values()))


def _located(path: KeyPath, tables: Tables, year: int) -> KeyPath:
    """Return a place in the data of one year as a place in the data by year."""
    found = next((table for table in tables if path[: len(table)] == table), None)
    return path if found is None else (*found, in_force(tables[found], year), *path[len(found) :])
