"""A configuration as YAML: the keys that were set, with others laid over them, each with a comment."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import yaml

from workforce_sim.config.changing import changed_data
from workforce_sim.config.root import Config

_YEAR = re.compile(r"\.[0-9]{4}(?=\.|$)")


def yaml_text(
    base: Config, changes: Mapping[str, Any], head: Sequence[str], why: Mapping[str, str] | None = None
) -> str:
    """Return a configuration file: the keys set in ``base``, with changes at dotted keys.

    Args:
        base: the configuration that they change.
        changes: values by dotted key, as for ``changed_data``.
        head: lines of a comment at the top.
        why: comments by key, each above it.
    """
    data = _kept(changed_data(base, changes), base.model_dump(by_alias=True, exclude_unset=True), changes)
    return "\n".join([*(f"# {line}".rstrip() for line in head), "", *_lines(data, why or {}, "", 0), ""])


def _kept(data: Mapping[Any, Any], written: Any, changes: Collection[str], path: str = "") -> dict[Any, Any]:
    """Return what was written or changed, in the order of the models; a change without a year is one of each year."""
    found = {}
    for name, value in data.items():
        key = f"{path}.{name}".strip(".")
        keys = key, _YEAR.sub("", key)
        within = any(change.startswith((f"{one}.", f"{one}[")) for change in changes for one in keys)
        there = isinstance(written, Mapping) and name in written
        if any(one in changes for one in keys):
            found[name] = value
        elif isinstance(value, Mapping) and (within or (there and isinstance(written[name], Mapping))):
            found[name] = _kept(value, written[name] if there else {}, changes, key)
        elif within or there:
            found[name] = value if within else written[name]
    return found


def _lines(data: Mapping[str, Any], why: Mapping[str, str], path: str, depth: int) -> Iterator[str]:
    """Yield the lines of a section: a comment above each key with a reason."""
    pad = "  " * depth
    for name, value in data.items():
        key = f"{path}.{name}".strip(".")
        if key in why:
            yield f"{pad}# {why[key]}"
        if isinstance(value, dict) and value and key not in why:
            yield f"{pad}{name}:"
            yield from _lines(value, why, key, depth + 1)
        elif isinstance(value, (list, tuple)) and value and isinstance(value[0], dict):
            yield f"{pad}{name}:"
            yield from (f"{pad}  - {_flow(item)}" for item in value)
        else:
            yield f"{pad}{name}: {_flow(value)}"


def _flow(value: Any) -> str:
    """Return a value on one line."""
    plain = list(value) if isinstance(value, tuple) else value
    text: str = yaml.safe_dump(plain, default_flow_style=True, width=10**6, sort_keys=False, allow_unicode=True)
    return text.removesuffix("\n").removesuffix("\n...")
