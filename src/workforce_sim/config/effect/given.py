"""The keys of a configuration with their values and defaults, down to the rows of lists, as they are written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from workforce_sim.config import Config
from workforce_sim.config.plan import MatchByYear
from workforce_sim.config.values import ByYear, Section


class Given(NamedTuple):
    """A key, ``[]`` in it for the rows of a list; its value, and its default where it has one."""

    key: str
    value: Any
    default: Any

    @property
    def is_set(self) -> bool:
        """Whether the value is another than the default; a default that was written out cannot be told."""
        return bool(self.value != self.default)


def given(config: Config) -> Iterator[Given]:
    """Yield every key of a configuration; sections, and lists of them, before what they hold."""
    tables = {".".join(map(str, path)): table for path, table in config.tables.items()}
    amended = tuple(f"{key}." for key in tables)
    for one in _of_section(config, None, ""):
        if not f"{one.key}.".startswith(amended):
            yield one
    for key, table in tables.items():
        yield Given(key, table, None)
        for value in table.values():
            yield from _of_section(value, None, f"{key}.") if isinstance(value, Section) else ()


def _of_section(section: Section, default: Any, prefix: str) -> Iterator[Given]:
    """Yield the keys of a section; the default is the one of the section that holds it, if that has one."""
    for name, field in type(section).model_fields.items():
        usual = _defaults(type(section))[name] if default is None else getattr(default, name)
        yield from _of_value(getattr(section, name), usual, prefix + (field.alias or name))


@cache
def _defaults(section: type[Section]) -> dict[str, Any]:
    """Return the default of each key of a section."""
    return {name: field.get_default(call_default_factory=True) for name, field in section.model_fields.items()}


def _of_value(value: Any, default: Any, key: str) -> Iterator[Given]:
    if isinstance(value, MatchByYear) and not isinstance(value.root, dict):
        yield from _of_value(value.root, getattr(default, "root", None), key)
    elif isinstance(value, Section):
        yield from _of_section(value, default if type(default) is type(value) else None, f"{key}.")
    else:
        yield Given(key, value, default)
        if value != default:
            yield from _inside(value, key)


def _inside(value: Any, key: str) -> Iterator[Given]:
    """Yield the keys of each row of a list of sections, and of each year or name of a table."""
    if isinstance(value, tuple):
        for row in value:
            if isinstance(row, Section):
                yield from _of_section(row, None, f"{key}[].")
    elif isinstance(value, MatchByYear) and isinstance(value.root, dict):
        for formula in value.root.values():
            yield from _of_value(formula, None, key)
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _of_value(inner, None, f"{key}.{name}")


def years_of(value: Any) -> list[int]:
    """Return the years of a table by year, in order; none of one value that holds always."""
    table = value.root if isinstance(value, (ByYear, MatchByYear)) else value
    return sorted(table) if isinstance(table, dict) and all(isinstance(year, int) for year in table) else []
