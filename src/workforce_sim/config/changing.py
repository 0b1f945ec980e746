"""A configuration's data with other values at dotted keys."""

from __future__ import annotations

from collections.abc import Mapping
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
        place[_spelled(name, place)] = value
    return data


def _spelled(name: str, place: Mapping[Any, Any]) -> str | int:
    """Return a part of a dotted key as it stands in a table: a year as a number where years are."""
    return int(name) if name.isascii() and name.isdigit() and any(isinstance(key, int) for key in place) else name
