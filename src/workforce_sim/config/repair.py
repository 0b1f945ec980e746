"""A configuration with what is wrong taken out, so that another look finds what it hid.

A wrong key that may be left out is left out; a required one gets a value of its type. What another look says of these,
or may say because of them, is not reported.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from workforce_sim.config.document import Problem
from workforce_sim.config.keys import schema_at
from workforce_sim.config.values import TAGS, KeyPath, value_at

_UNREAD = "<unread>"


@dataclass
class Repair:
    """Data of a configuration, and what was changed in it."""

    data: Any
    changed: set[KeyPath] = field(default_factory=set)
    doubtful: set[KeyPath] = field(default_factory=set)
    words: set[str] = field(default_factory=lambda: {_UNREAD})

    def mend(self, error: ValidationError) -> None:
        """Take out, in a copy, what the error names."""
        for line in error.errors(include_url=False, include_context=False):
            found = tuple(part for part in line["loc"] if part not in TAGS and part != "[key]")
            path = _key_at(found)
            if not path or not _there(self.data, path[:-1]):
                continue
            if len(found) == len(path) + 1 and _is_section(found) and _there(self.data, found):
                self._keep_required(found)
            elif line["type"] == "extra_forbidden":
                self.data = replaced(self.data, path)
            else:
                self._replace(path)

    def explains(self, problem: Problem) -> bool:
        """Tell whether a problem is about what was changed, or may be."""
        if problem.path in self.doubtful or any(problem.path[: len(path)] == path for path in self.changed):
            return True
        said = {*re.findall(r"\w+|<\w+>", problem.what), *map(str, problem.path[-1:])}
        return not self.words.isdisjoint(said | {word.removesuffix("s") for word in said})

    def _keep_required(self, item: KeyPath) -> None:
        """Keep of a wrong item of a list or table what it must have."""
        value, needs = value_at(self.data, item), schema_at(item).get("required", ())
        if isinstance(value, Mapping):
            self.data = replaced(self.data, item, {key: value[key] for key in needs if key in value})

    def _replace(self, path: KeyPath) -> None:
        self.changed.add(path)
        if len(path) > 2:  # a section within a section, or in a list: its other checks read this value
            self.doubtful.add(path[:-1])
        if path[-1] not in schema_at(path[:-1]).get("required", ()):
            self.data = replaced(self.data, path)
            self.words.add(str(path[-1]))
            return
        value = _neutral(path, len(self.changed))
        self.data = replaced(self.data, path, value)
        if not isinstance(value, str):
            self.words |= {str(path[-1]), *(value if isinstance(value, dict) else ())}
            if not _is_section(path[:-2]):  # the list or table that holds it
                self.doubtful.add(path[:-2])


def _is_section(path: KeyPath) -> bool:
    return "properties" in schema_at(path)


def _key_at(path: KeyPath) -> KeyPath:
    """Return the nearest key of a section that holds what stands at a path; empty for none."""
    while path and not _is_section(path[:-1]):
        path = path[:-1]
    return path


def _there(data: Any, path: KeyPath) -> bool:
    """Tell whether a path leads to something that may have keys, items or nothing in it."""
    return isinstance(value_at(data, path), (Mapping, list, tuple, type(None)))


def replaced(data: Any, path: KeyPath, value: Any = ...) -> Any:
    """Return a copy with another value at a path; without the key where no value is given."""
    key, *rest = path
    copy: Any = list(data) if isinstance(data, (list, tuple)) else dict(data or {})
    if rest:
        copy[key] = replaced(copy[key], tuple(rest), value)
    elif value is ...:
        copy.pop(key, None)
    else:
        copy[key] = value
    return copy


def _neutral(path: KeyPath, number: int) -> Any:
    """Return a value that may stand at a required key."""
    schema = schema_at(path)
    if "properties" in schema:
        return {key: _neutral((*path, key), number) for key in schema.get("required", ())}
    return f"{_UNREAD} {number}" if schema.get("type") == "string" else schema.get("minimum", schema.get("maximum", 0))
