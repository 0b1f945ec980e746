"""A configuration as YAML: the keys that were set, with others laid over them, each with a comment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

from workforce_sim.config.changing import changed_data, put, value_of
from workforce_sim.config.root import Config


def yaml_text(entries: Sequence[tuple[str, Any, str]], base: Config, head: Sequence[str]) -> str:
    """Return a configuration file: keys set in ``base``, overlaid with others and a reason for each.

    Args:
        entries: keys, values and reasons.
        base: the configuration that they change.
        head: lines of a comment at the top.
    """
    written = Config.model_validate(base.model_dump(by_alias=True, exclude_unset=True))
    data = changed_data(written, {})
    kept = _kept(data, written.model_dump(by_alias=True, exclude_unset=True))
    why = {}
    for key, value, reason in entries:
        if value is not None or _holds(kept, key):
            _laid(kept, key, value)
            why[key] = reason
    order = [name for name in Config.model_fields if name in kept]
    body = _lines({name: kept[name] for name in order}, why, "", 0)
    return "\n".join([*(f"# {line}".rstrip() for line in head), "", *body, ""])


def changed_text(base: Config, changes: Mapping[str, Any], head: Sequence[str]) -> str:
    """Return a configuration file: keys set in ``base`` with changes at dotted keys.

    Args:
        base: the configuration that they change.
        changes: values by dotted key, as for ``changed_data``.
        head: lines of a comment at the top.
    """
    whole = base.model_dump(by_alias=True, mode="json")
    kept = _kept(whole, base.model_dump(by_alias=True, mode="json", exclude_unset=True))
    for key, value in changes.items():
        inside = key.split("[")[0]
        if inside != key and not _holds(kept, inside):
            put(kept, inside, value_of(base, inside))
        put(kept, key, value)
    return "\n".join([*(f"# {line}".rstrip() for line in head), "", *_lines(kept, {}, "", 0), ""])


def _kept(data: Mapping[str, Any], written: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keys that were set, in the order of the models."""
    return {
        name: _kept(value, written[name])
        if isinstance(value, dict) and isinstance(written[name], dict)
        else written[name]
        for name, value in data.items()
        if name in written
    }


def _holds(data: Mapping[str, Any], key: str) -> bool:
    section, _, rest = key.partition(".")
    if not rest:
        return section in data
    inner = data.get(section)
    return isinstance(inner, Mapping) and _holds(inner, rest)


def _laid(data: dict[str, Any], key: str, value: Any) -> None:
    section, _, rest = key.partition(".")
    if rest:
        _laid(data.setdefault(section, {}), rest, value)
    else:
        data[section] = value


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
