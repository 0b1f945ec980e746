"""The fitted configuration as commented YAML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

from workforce_sim.config import Config
from workforce_sim.config.changing import changed_data
from workforce_sim.fitting.configuration import Entry


def yaml_text(entries: Sequence[Entry], base: Config, head: Sequence[str]) -> str:
    """Return a configuration file: keys set in ``base``, overlaid with the fitted ones and their sources.

    Args:
        entries: fitted keys, values and sources.
        base: the configuration that the fit changes.
        head: lines of a comment at the top.
    """
    written = Config.model_validate(base.model_dump(by_alias=True, exclude_unset=True))
    data = changed_data(written, {})
    kept = _kept(data, written.model_dump(by_alias=True, exclude_unset=True))
    why = {}
    for key, value, reason in entries:
        if value is not None or _holds(kept, key):
            _put(kept, key, value)
            why[key] = reason
    order = [name for name in Config.model_fields if name in kept]
    body = _lines({name: kept[name] for name in order}, why, "", 0)
    return "\n".join([*(f"# {line}".rstrip() for line in head), "", *body, ""])


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


def _put(data: dict[str, Any], key: str, value: Any) -> None:
    section, _, rest = key.partition(".")
    if rest:
        _put(data.setdefault(section, {}), rest, value)
    else:
        data[section] = value


def _lines(data: Mapping[str, Any], why: Mapping[str, str], path: str, depth: int) -> Iterator[str]:
    """Yield the lines of a section: a comment above each fitted key."""
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
