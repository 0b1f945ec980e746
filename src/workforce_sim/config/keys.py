"""What may stand where: the schema at a path of the configuration, and which key an unknown one was meant to be."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from workforce_sim.config.values import KeyPath

MAX_COMPARED = 40
_CONTAINERS = {"properties", "items", "additionalProperties"}


def schema_at(path: KeyPath) -> dict[str, Any]:
    """Return the schema of what stands at a path: of a section, list or table where it may be one; empty for none."""
    found = options(_schema())
    for part in path:
        found = [option for one in found for option in options(_inside(one, part))]
    return next((one for one in found if one.keys() & _CONTAINERS), found[0] if found else {})


def keys_of(path: KeyPath) -> list[str]:
    """Return the keys of the section at a path; none where no section can be."""
    return list(schema_at(path).get("properties", ()))


def options(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the schemas that a value may follow, references and choices resolved."""
    if "$ref" in schema:
        schema = _schema()["$defs"][schema["$ref"].rsplit("/", 1)[-1]]
    choices = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
    return [option for choice in choices for option in options(choice)] or [schema] * bool(schema)


def meant(path: KeyPath) -> str:
    """Return the key that the unknown one at a path stands for: its name, its path when elsewhere, or nothing."""
    here = keys_of(path[:-1])
    wanted = re.sub(r"(?<=[a-z])(?=[A-Z])|[- ]", "_", str(path[-1])[:MAX_COMPARED]).lower()
    return (
        _close(wanted, here, 0.8)
        or _elsewhere(wanted, path[:-1], path[: min(1, len(path) - 1)])
        or _part_of(wanted, here)
        or _close(wanted, here, 0.6)
        or _elsewhere(wanted, path[:-1], ())
    )


@cache
def _schema() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(files("workforce_sim.config").joinpath("schema.json").read_bytes())
    return schema


def _inside(schema: dict[str, Any], part: str | int) -> dict[str, Any]:
    named = schema.get("properties", {}).get(part) if isinstance(part, str) else schema.get("items")
    other = schema.get("additionalProperties")
    fits = re.match(schema.get("propertyNames", {}).get("pattern", ""), str(part))
    return named or (other if isinstance(other, dict) and fits else {})


def _close(wanted: str, names: list[str], likeness: float) -> str:
    return next(iter(difflib.get_close_matches(wanted, names, n=1, cutoff=likeness)), "")


def _part_of(wanted: str, names: list[str]) -> str:
    """Return the name most like the wanted one among those that hold it or are held by it."""
    related = [name for name in names if min(len(name), len(wanted)) > 2 and (name in wanted or wanted in name)]
    return _close(wanted, related, 0)


def _elsewhere(wanted: str, section: KeyPath, within: KeyPath) -> str:
    """Return the path of the key of this name that is nearest to a section, among those within another."""
    found = [path for path in _all_keys() if path[-1] == wanted and path[: len(within)] == within]
    if not found or any(isinstance(part, int) for part in section):  # what stands in a list belongs there
        return ""
    nearest = min(found, key=lambda path: (-_shared(path, section), len(path)))
    return ".".join(nearest) if len(nearest) > 1 else f"{wanted} at the top level"


def _shared(path: KeyPath, other: KeyPath) -> int:
    """Return how many parts two paths begin with together."""
    same = [a == b for a, b in zip(path, other, strict=False)]
    return same.index(False) if False in same else len(same)


@cache
def _all_keys() -> tuple[tuple[str, ...], ...]:
    return tuple(_keys_within(()))


def _keys_within(path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the paths of all keys of a section, and of the tables with given names; not of what is in lists."""
    names = schema_at(path).get("propertyNames", {}).get("enum", ())
    yield from ((*path, name) for name in names)
    for name in keys_of(path):
        yield (*path, name)
        yield from _keys_within((*path, name))


def about(key: str) -> str:
    """Return what a dotted key means, as its field says: that of the key around it for a row or a year."""
    path: KeyPath = tuple(
        int(part) if part.isdigit() else part for part in re.sub(r"\[(\d+)\]", r".\1", key).split(".")
    )
    for end in range(len(path), 0, -1):
        found = schema_at(path[: end - 1]).get("properties", {}).get(path[end - 1], {})
        if "description" in found:
            return str(found["description"])
    return ""
