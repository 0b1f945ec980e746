"""The JSON schema of the configuration, for editors; ``schema.json`` beside this file is what ships.

``workforce-sim config schema`` prints it; write the file anew with that after a change of the models.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from inspect import cleandoc, getsource
from itertools import pairwise
from textwrap import dedent
from typing import Any, get_args

from pydantic import RootModel

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
    for section in set(_sections_in(Config)):
        _describe((schema if section is Config else schema["$defs"][section.__name__])["properties"], section)
    properties = schema["properties"]
    properties.update({name: _or_by_year(properties[name]) for name in AMENDED})
    for section in dict.fromkeys(inner for kind in AMENDED.values() for inner in _amended_within(kind)):
        _with_years(schema["$defs"][section.__name__]["properties"], section)
    return schema


def _sections_in(annotation: Any) -> Iterator[type[Section]]:
    """Yield the sections that an annotation names, and those within them."""
    if isinstance(annotation, type) and issubclass(annotation, (Section, RootModel)):
        if issubclass(annotation, Section):
            yield annotation
        for field in annotation.model_fields.values():
            yield from _sections_in(field.annotation)
    for part in get_args(annotation):
        yield from _sections_in(part)


def _describe(properties: dict[str, Any], section: type[Section]) -> None:
    """Give each key the description below its field."""
    for name, text in descriptions(section).items():
        key = section.model_fields[name].alias or name
        properties[key] = dict(sorted({**properties[key], "description": text}.items()))


def descriptions(section: type[Section]) -> dict[str, str]:
    """Return what the source says below each field, if it is there: read here only, as it takes long."""
    kinds = (kind for kind in reversed(section.__mro__) if issubclass(kind, Section) and kind is not Section)
    return {name: text for kind in kinds for name, text in _below_fields(kind) if name in section.model_fields}


def _below_fields(kind: type[Section]) -> Iterator[tuple[str, str]]:
    try:
        written = ast.parse(dedent(getsource(kind))).body[0]
    except OSError:  # only compiled modules are installed
        return
    for field, below in pairwise(written.body if isinstance(written, ast.ClassDef) else ()):
        match field, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                yield name, cleandoc(text)


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
