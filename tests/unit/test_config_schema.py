"""The shipped schema and the shipped example: current, complete, and in agreement with the models."""

from __future__ import annotations

import json
import re
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from workforce_sim.config import Config, load_config
from workforce_sim.config.schema import json_schema
from workforce_sim.config.values import Section

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "src/workforce_sim/config"
EXAMPLE = ROOT / "config/simulation_config.yaml"
LINES = EXAMPLE.read_text(encoding="utf-8").splitlines()
_ALTERNATIVE = re.compile(r"^( *)#(?! \S|$)(.*)$")
"""A commented-out line of YAML: no single space after the sign, as prose has."""


def keys(model: type[Section] = Config, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield the dotted key and the description of every field of every model."""
    for name, field in model.model_fields.items():
        key = f"{prefix}{field.alias or name}"
        yield key, field.description or ""
        for section in sections_in(field.annotation):
            yield from keys(section, f"{key}.")


def sections_in(annotation: Any) -> Iterator[type[Section]]:
    if isinstance(annotation, type) and issubclass(annotation, Section):
        yield annotation
    for argument in typing.get_args(annotation):
        yield from sections_in(argument)


def names_in(value: Any, prefix: str = "") -> Iterator[str]:
    """Yield the dotted keys of nested data; list items share their list's key, and free names stand for nothing."""
    if isinstance(value, dict):
        for key, inside in value.items():
            yield f"{prefix}{key}"
            yield from names_in(inside, f"{prefix}{key}.")
            if prefix == "compensation.ratings.":
                yield from names_in(inside, prefix)
    elif isinstance(value, list):
        for item in value:
            yield from names_in(item, prefix)


def alternatives() -> Iterator[tuple[int, list[str]]]:
    """Yield each commented-out example: the position of the live line that it replaces, and its own lines."""
    number = 0
    while number < len(LINES):
        block = []
        while _ALTERNATIVE.match(LINES[number]):
            block.append(_ALTERNATIVE.sub(r"\1\2", LINES[number]))
            number += 1
        if block:
            yield number - len(block) - 1, block
        number += 1


ALTERNATIVES = list(alternatives())


def replaced(live: int, block: list[str]) -> str:
    return "\n".join([*LINES[:live], *block, *LINES[live + 1 :]])


# --- schema -----------------------------------------------------------------------------------------------------------


def test_the_shipped_schema_is_current() -> None:
    """Write it anew with ``workforce-sim config schema``."""
    shipped = (CONFIG / "schema.json").read_text(encoding="utf-8")

    assert json.loads(shipped) == json_schema()
    assert shipped == json.dumps(json.loads(shipped), indent=2) + "\n"


def test_every_field_says_what_it_is() -> None:
    sections = {section for section, _ in keys() if any(key.startswith(f"{section}.") for key, _ in keys())}

    assert [key for key, about in keys() if not about and key not in sections] == []


def resolved(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "$ref" in schema:
        schema = json_schema()["$defs"][schema["$ref"].rsplit("/", 1)[-1]]
    yield schema
    for option in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        yield from resolved(option)


def schema_keys(schema: dict[str, Any], prefix: str = "") -> Iterator[str]:
    for option in resolved(schema):
        for name, inside in option.get("properties", {}).items():
            yield f"{prefix}{name}"
            yield from schema_keys(inside, f"{prefix}{name}.")
        for inside in (option.get("items"), option.get("additionalProperties")):
            if isinstance(inside, dict):
                yield from schema_keys(inside, prefix)


def test_the_schema_has_every_key_and_no_other() -> None:
    assert sorted(schema_keys(json_schema())) == sorted(key for key, _ in keys())


def test_the_schema_accepts_the_example_and_refuses_what_the_loader_refuses() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(json_schema())
    validator.check_schema(json_schema())

    def errors(text: str) -> list[str]:
        data = json.loads(json.dumps(yaml.safe_load(text), default=str))
        return [error.message for error in validator.iter_errors(data)]

    assert errors("\n".join(LINES)) == []
    assert [line for line, block in ALTERNATIVES if errors(replaced(line, block))] == []
    smallest = yaml.safe_dump(load_config().model_dump(exclude_unset=True))
    assert errors(smallest) == []
    for wrong in ("colour: red", "output: {compression: zip}", "compensation: {cola_rate: {20x5: 0.1}}", "hiring: 5"):
        assert len(errors(smallest + wrong)) == 1


# --- example ----------------------------------------------------------------------------------------------------------


def test_the_example_spells_out_the_defaults() -> None:
    assert load_config(EXAMPLE) == load_config()


def test_the_example_names_its_schema() -> None:
    path = LINES[0].removeprefix("# yaml-language-server: $schema=")

    assert (EXAMPLE.parent / path).resolve() == (CONFIG / "schema.json").resolve()


def test_the_example_that_ships_is_the_same() -> None:
    shipped = (CONFIG / "simulation_config.yaml").read_text(encoding="utf-8").splitlines()

    assert shipped[1:] == LINES[1:]
    assert shipped[0] == "# yaml-language-server: $schema=schema.json"


def test_the_example_has_every_key() -> None:
    live = set(names_in(yaml.safe_load("\n".join(LINES))))
    optional = {name for place, block in ALTERNATIVES for name in names_in(yaml.safe_load(replaced(place, block)))}
    every = {key for key, _ in keys()}

    assert every - live - optional == set()
    assert {key for key in every if key.count(".") <= 1} - live == set()


@pytest.mark.parametrize(
    ("live", "block"), ALTERNATIVES, ids=lambda value: value[0].strip()[:30] if value is list else ""
)
def test_every_alternative_in_the_example_can_replace_the_line_above_it(
    live: int, block: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(replaced(live, block), encoding="utf-8")
    key = LINES[live].split(":")[0]

    assert block[0].startswith(f"{key}:")
    assert load_config(path).model_dump() != load_config().model_dump()


def test_the_examples_lines_are_short() -> None:
    assert [line for line in LINES if len(line) > 120] == []
