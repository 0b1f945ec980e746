"""The JSON schema of the configuration, for editors; ``schema.json`` beside this file is what ships.

``workforce-sim config schema`` prints it; write the file anew with that after a change of the models.
"""

from __future__ import annotations

import json
from typing import Any

from workforce_sim.config.root import Config

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, Any]:
    """Return the JSON schema of a configuration file."""
    schema: dict[str, Any] = _untitled(
        {"$schema": DIALECT, **Config.model_json_schema(), "title": "workforce_sim configuration"}
    )
    return schema


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
