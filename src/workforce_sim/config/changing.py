"""A configuration's data with other values at dotted keys, with defaults for what it leaves out, or key by key."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from workforce_sim.config.keys import keys_of
from workforce_sim.config.root import Config
from workforce_sim.errors import ConfigError
from workforce_sim.wording import counted


def changed_data(config: Config, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the data of a configuration with other values at some keys, not checked yet.

    Args:
        config: what to start from.
        changes: values by dotted key; a row of a list is named by its place from 0, as ``plan.match.tiers[0].rate``. A
            key of a section by year without a year, as ``plan.catch_up``, is changed in each of its years.

    Raises:
        ConfigError: for a key inside something that is not a table of keys, and a row that a list does not have.
    """
    data = config.model_dump(by_alias=True)
    for key, value in changes.items():
        _put(data, key, key, deepcopy(value))
    return data


def value_of(config: Config, key: str) -> Any:
    """Return the value of a configuration at a dotted key, as ``changed_data`` names it.

    Raises:
        ConfigError: for a key that it does not have.
    """
    place: Any = config.model_dump(by_alias=True)
    rest = key
    while rest:
        row = isinstance(place, (list, tuple))
        if not row and not isinstance(place, dict):
            raise ConfigError(f"{key}: cannot be looked up; {rest} is inside a single value")
        part, rest = _row([*place], rest, key) if row else _name(place, rest)
        if not row and part not in place:
            raise ConfigError(f"{key}: no such key")
        place, rest = place[part], rest.removeprefix(".")
    return place


def _put(place: Any, rest: str, key: str, value: Any) -> None:
    """Put a value into a table or a list where the rest of a key says."""
    part: Any
    if _sections_by_year(place, rest):
        for section in place.values():
            _put(section, rest, key, deepcopy(value))
        return
    part, rest = _row(place, rest, key) if isinstance(place, list) else _name(place, rest)
    if not rest:
        place[part] = value
        return
    inner = place[part] if isinstance(place, list) else place.setdefault(part, {})
    if inner is None and "[" not in rest and keys_of(tuple(key.removesuffix(rest).strip(".").split("."))):
        inner = {}  # a section that is left out
    if not isinstance(inner, (list, tuple) if rest.startswith("[") else dict):
        raise ConfigError(f"{key}: cannot be changed by itself; change {part} as a whole")
    place[part] = inner = [*inner] if isinstance(inner, tuple) else inner
    _put(inner, rest.removeprefix("."), key, value)


def _sections_by_year(place: Any, rest: str) -> bool:
    """Return whether a key goes on within each year of a section by year."""
    years = isinstance(place, dict) and place and all(isinstance(year, int) for year in place)
    return bool(years) and not rest[:1].isdigit() and all(isinstance(section, dict) for section in place.values())


def _name(place: Mapping[Any, Any], rest: str) -> tuple[str | int, str]:
    """Return the first name of a dotted key as it stands in a table, and what follows; a name may have dots itself."""
    known = [name for name in map(str, place) if rest == name or rest.startswith((f"{name}.", f"{name}["))]
    ends = r"[.\[]" if any(isinstance(value, (dict, list, tuple)) for value in place.values()) else r"$"
    name = max(known, key=len, default="") or re.split(ends, rest, maxsplit=1)[0]
    return _spelled(name, place), rest[len(name) :]


def _row(place: list[Any], rest: str, key: str) -> tuple[int, str]:
    """Return the place of a row of a list, and what follows."""
    found = re.match(r"\[([0-9]{1,9})\]", rest)
    if found is None or int(found[1]) >= len(place):
        have = f"it has {counted(len(place), 'row')}, from [0]" if place else "it has none"
        raise ConfigError(f"{key}: the list has no such row; {have}")
    return int(found[1]), rest[found.end() :]


def _spelled(name: str, place: Mapping[Any, Any]) -> str | int:
    """Return a part of a dotted key as it stands in a table: a year as a number where years are."""
    return int(name) if name.isascii() and name.isdigit() and any(isinstance(key, int) for key in place) else name


def with_defaults(given: Mapping[Any, Any], defaults: Mapping[Any, Any]) -> dict[Any, Any]:
    """Return a copy of nested data, with defaults for the keys that it leaves out, section by section."""
    result = {key: deepcopy(value) for key, value in given.items()}
    for key, default in defaults.items():
        if isinstance(default, Mapping):
            result[key] = with_defaults(given.get(key) or {}, default)
        else:
            result.setdefault(key, default)
    return result


def flattened(data: Mapping[Any, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every value of nested data with its dotted key; a list is one value."""
    for name, value in data.items():
        key = f"{path}.{name}" if path else str(name)
        if isinstance(value, Mapping) and value:
            yield from flattened(value, key)
        else:
            yield key, value
