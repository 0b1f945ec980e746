"""The shipped schema and the shipped example: current, complete, and in agreement with the models."""

from __future__ import annotations

import json
import re
import typing
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import RootModel

from workforce_sim import load_config
from workforce_sim.config import Config
from workforce_sim.config.document import PARSER
from workforce_sim.config.schema import descriptions, json_schema, schema_text
from workforce_sim.config.values import Section
from workforce_sim.errors import ConfigError

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "src/workforce_sim/config"
EXAMPLE = ROOT / "config/simulation_config.yaml"
LINES = EXAMPLE.read_text(encoding="utf-8").splitlines()
_ALTERNATIVE = re.compile(r"^( *)#(?! \S|$)(.*)$")
"""A commented-out line of YAML: no single space after the sign, as prose has."""


def keys(model: type[Section] = Config, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield the dotted key and the description of every field of every model."""
    said = descriptions(model)
    for name, field in model.model_fields.items():
        key = f"{prefix}{field.alias or name}"
        yield key, said.get(name, "")
        for section in sections_in(field.annotation):
            yield from keys(section, f"{key}.")


def sections_in(annotation: Any) -> Iterator[type[Section]]:
    if isinstance(annotation, type) and issubclass(annotation, Section):
        yield annotation
    if isinstance(annotation, type) and issubclass(annotation, RootModel):
        yield from sections_in(annotation.model_fields["root"].annotation)
    for argument in typing.get_args(annotation):
        yield from sections_in(argument)


def names_in(value: Any, prefix: str = "") -> Iterator[str]:
    """Yield the dotted keys of nested data; list items share their list's key, and free names stand for nothing."""
    if isinstance(value, dict):
        for key, inside in value.items():
            yield f"{prefix}{key}"
            yield from names_in(inside, f"{prefix}{key}.")
            if prefix in ("compensation.ratings.", "departments."):
                yield from names_in(inside, prefix)
    elif isinstance(value, list):
        for item in value:
            yield from names_in(item, prefix)


def alternatives() -> Iterator[tuple[int, list[str]]]:
    """Yield each commented-out example: the position of the live line that it replaces, and its own lines.

    Where there are several for a line, each begins with its key.
    """
    number = 0
    while number < len(LINES):
        live = number
        block: list[str] = []
        while number + 1 < len(LINES) and _ALTERNATIVE.match(LINES[number + 1]):
            number += 1
            line = _ALTERNATIVE.sub(r"\1\2", LINES[number])
            if block and line.startswith(f"{LINES[live].split(':')[0]}:"):
                yield live, block
                block = []
            block.append(line)
        if block:
            yield live, block
        number += 1


ALTERNATIVES = list(alternatives())


def parsed(text: str) -> Any:
    return yaml.load(text, Loader=PARSER)  # as configurations are: many times quicker than the one in Python


def replaced(live: int, block: list[str]) -> str:
    return "\n".join([*LINES[:live], *block, *LINES[live + 1 :]])


# --- schema -----------------------------------------------------------------------------------------------------------


def test_the_shipped_schema_is_current() -> None:
    """Write it anew with ``workforce-sim config schema``."""
    shipped = (CONFIG / "schema.json").read_text(encoding="utf-8")

    assert shipped == schema_text()


def test_every_field_says_what_it_is() -> None:
    sections = {section for section, _ in keys() if any(key.startswith(f"{section}.") for key, _ in keys())}

    assert [key for key, about in keys() if not about and key not in sections] == []


@cache
def definitions() -> dict[str, Any]:
    found: dict[str, Any] = json_schema()["$defs"]
    return found


def resolved(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "$ref" in schema:
        schema = definitions()[schema["$ref"].rsplit("/", 1)[-1]]
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
    assert set(schema_keys(json_schema())) == {key for key, _ in keys()}


@pytest.fixture(scope="module")
def errors() -> Callable[[str], list[str]]:
    """Return a function that gives what the schema has against a configuration; skip where nothing can read one."""
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft202012Validator.check_schema(json_schema())
    validator = jsonschema.Draft202012Validator(json_schema())

    def errors(text: str) -> list[str]:
        data = json.loads(json.dumps(parsed(text), default=str))
        return [error.message for error in validator.iter_errors(data)]

    return errors


def test_the_schema_accepts_the_example(errors: Callable[[str], list[str]]) -> None:
    assert errors("\n".join(LINES)) == []
    assert [line for line, block in ALTERNATIVES if errors(replaced(line, block))] == []


SMALLEST = yaml.safe_dump(load_config().model_dump(exclude_unset=True))
RIGHT = [
    "",
    "plan: {match: {2025: {preset: simple}, 2027: {tiers: [{up_to: 0.06, rate: 0.5}]}}}",
    "plan: {vesting: {match: graded_6, nonelective: [0, 0.5, 1]}}",
    "plan: {limits: {overrides: {wage_base: {2026: 184500}}}}",
    "plan: {annual_return: {2025: -0.05}}",
    "plan: {catch_up: {2025: false, 2027: true}, match: {preset: simple, last_day: {2025: true, 2026: false}}}",
    "plan: {2025: {}, 2027: {nonelective: {kind: flat, rate: 0.03}}}",
    "enrollment: {auto_enrollment: {2025: {enabled: false}, 2027: {}}, election: {2025: 0.5, 2026: 0.6}}",
    "eligibility: {2025: {minimum_age: 18}, 2026: {entry: monthly}}",
    "enrollment: {election: 0.5, deferral_rates: [{age_from: 0, pay_from: 0, value: 0.05}]}",
]
WRONG = [
    "colour: red",
    "output: {compression: zip}",
    "compensation: {cola_rate: {20x5: 0.1}}",
    "hiring: 5",
    "plan: {match: simple}",
    "plan: {match: {prest: simple}}",
    "plan: {match: {2025: {prest: simple}}}",
    "plan: {match: {2025: {preset: simple}, preset: none}}",
    "plan: {match: {tiers: [{up_to: 6, rate: 0.5}]}}",
    "plan: {nonelective: {kind: flatt}}",
    "plan: {vesting: {match: graded6}}",
    "plan: {vesting: {match: [0, 50, 100]}}",
    "plan: {limits: {overrides: {wage_bas: {2026: 184500}}}}",
    "plan: {limits: {overrides: {wage_base: 184500}}}",
    "plan: {limits: {overrides: {wage_base: {}}}}",
    "plan: {catch_up: {2025: false, late: true}}",
    "plan: {catch_up: {}}",
    "plan: {limits: {inflation: {2025: 0.02}}}",
    "plan: {2025: {}, 2027: {match: {preset: simpel}}}",
    "eligibility: {2025: {minimum_age: 18}, entry: monthly}",
    "enrollment: {stop: {2025: 2}}",
    "enrollment: {opt_out: 0.1}",
    "enrollment: {auto_enrollment: {default_deferral_rate: 1}}",
    "enrollment: {deferral_rates: 0}",
    "enrollment: {escalation: {date: 1 January}}",
]


@pytest.mark.parametrize("text", RIGHT)
def test_the_schema_accepts_what_the_loader_accepts(text: str, errors: Callable[[str], list[str]]) -> None:
    assert load_config(parsed(SMALLEST + text)).random_seed == 42
    assert errors(SMALLEST + text) == []


@pytest.mark.parametrize("text", WRONG)
def test_the_schema_refuses_what_the_loader_refuses(text: str, errors: Callable[[str], list[str]]) -> None:
    with pytest.raises(ConfigError):
        load_config(parsed(SMALLEST + text))
    assert len(errors(SMALLEST + text)) == 1


# --- example ----------------------------------------------------------------------------------------------------------


def test_the_example_spells_out_the_defaults() -> None:
    assert load_config(EXAMPLE) == load_config()


def test_the_example_names_its_schema() -> None:
    path = LINES[0].removeprefix("# yaml-language-server: $schema=")

    assert (EXAMPLE.resolve().parent / path).resolve() == (CONFIG / "schema.json").resolve()


def test_the_example_at_the_root_is_the_one_that_ships() -> None:
    assert EXAMPLE.resolve() == (CONFIG / "simulation_config.yaml").resolve()


def test_the_example_has_every_key() -> None:
    live = set(names_in(parsed("\n".join(LINES))))
    optional = {name for place, block in ALTERNATIVES for name in names_in(parsed(replaced(place, block)))}
    every = {key for key, _ in keys()}

    assert every - live - optional == set()
    by_name = {key for key in every if key.startswith("departments.")}  # a table by names that are the user's
    assert {key for key in every if key.count(".") <= 1} - by_name - live == set()


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
