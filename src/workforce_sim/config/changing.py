"""A configuration's data with other values at dotted keys, with defaults for what it leaves out, or key by key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from workforce_sim.config.root import Config
from workforce_sim.errors import ConfigError


def changed_data(config: Config, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the data of a configuration with other values at some keys, not checked yet.

    Raises:
        ConfigError: for a key inside something that is not a table of keys.
    """
    data = config.model_dump(by_alias=True)
    for key, value in changes.items():
        *sections, name = key.split(".")
        place: dict[Any, Any] = data
        for section in sections:
            place = place.setdefault(_spelled(section, place), {})
            if not isinstance(place, dict):
                raise ConfigError(f"{key}: cannot be changed by itself; change {section} as a whole")
        place[_spelled(name, place)] = deepcopy(value)
    return data


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
