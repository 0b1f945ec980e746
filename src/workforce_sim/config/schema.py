"""The JSON schema of the configuration, for editors; ``schema.json`` beside this file is what ships.

``workforce-sim config schema`` prints it; write the file anew with that after a change of the models.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from workforce_sim.config.amended import value_of
from workforce_sim.config.match import Match
from workforce_sim.config.plan import PlanLimits
from workforce_sim.config.root import AMENDED, Config
from workforce_sim.config.values import Section

DIALECT = "https://json-schema.org/draft/2020-12/schema"


YEAR = "^[0-9]{4}$"
"""How a year is written as a key."""


def json_schema() -> dict[str, Any]:
    """Return the JSON schema of a configuration file."""
    schema: dict[str, Any] = _untitled(
        {"$schema": DIALECT, **Config.model_json_schema(), "title": "workforce_sim configuration"}
    )
    properties = schema["properties"]
    properties.update({name: _or_by_year(properties[name]) for name in AMENDED})
    for section in dict.fromkeys(inner for kind in AMENDED.values() for inner in _amended_within(kind)):
        _with_years(schema["$defs"][section.__name__]["properties"], section)
    return schema


def _amended_within(kind: type[Section]) -> Iterator[type[Section]]:
    """Yield a section whose values may change from a year on, and those within it."""
    yield kind
    for field in kind.model_fields.values():
        inner, _ = value_of(field)
        if inner not in (None, Section):
            yield from _amended_within(inner)


def _with_years(properties: dict[str, Any], section: type[Section]) -> None:
    """Let each key of a section have a table by year, but for those that have years themselves, and limits."""
    for name, field in section.model_fields.items():
        kind, by_name = value_of(field)
        key = field.alias or name
        if kind not in (None, Match, PlanLimits) and not by_name and section is not PlanLimits:
            properties[key] = _or_by_year(properties[key])


def _or_by_year(value: dict[str, Any]) -> dict[str, Any]:
    said: dict[str, Any] = {key: value[key] for key in ("description", "default") if key in value}
    one = {key: part for key, part in value.items() if key not in said}
    table = {"type": "object", "additionalProperties": one, "minProperties": 1, "propertyNames": {"pattern": YEAR}}
    return {"anyOf": [one, table], **said}


def schema_text() -> str:
    """Return the schema as ``schema.json`` holds it."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def _untitled(part: Any) -> Any:
    """Leave out the titles that pydantic makes from names, and the lists of one that old versions wrap around."""
    if isinstance(part, list):
        return [_untitled(item) for item in part]
    if not isinstance(part, dict):
        return part
    if len(part.get("allOf", ())) == 1:
        part = {**part["allOf"][0], **{key: value for key, value in part.items() if key != "allOf"}}
    return {key: _untitled(value) for key, value in part.items() if key != "title" or part.get("$schema")}
