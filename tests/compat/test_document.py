"""The document that users hold against the code: names, parameters, defaults, options, values."""

from __future__ import annotations

import argparse
import ast
import inspect
import re
from collections.abc import Iterator
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

import orchestrator_dbt
from orchestrator_dbt import run_multi_year
from orchestrator_dbt.options import build_parser
from orchestrator_dbt.run_multi_year import load_and_validate_config

DOCUMENT = Path(__file__).parents[2].parent / "shared/api_reference.md"
pytestmark = pytest.mark.skipif(not DOCUMENT.exists(), reason="the document is not beside this project")


@cache
def document() -> str:
    return DOCUMENT.read_text(encoding="utf-8") if DOCUMENT.exists() else ""


def blocks(language: str) -> list[str]:
    """Return the blocks of the document in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", document(), re.MULTILINE | re.DOTALL)


def outlines() -> Iterator[ast.stmt]:
    """Yield the functions and classes that have a heading, from the blocks that outline them."""
    names = re.findall(r"^### (\w+)(?:\(\))?$", document(), re.MULTILINE)
    for block in blocks("python"):
        if re.search(rf"^((async )?def|class) ({'|'.join(names)})\b", block, re.MULTILINE):
            yield from ast.parse(block if _is_whole(block) else block.rstrip() + ": ...\n").body


def _is_whole(block: str) -> bool:
    try:
        ast.parse(block)
    except SyntaxError:
        return False
    return True


def functions() -> dict[str, ast.FunctionDef | ast.AsyncFunctionDef]:
    return {node.name: node for node in outlines() if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))}


def classes() -> dict[str, ast.ClassDef]:
    return {node.name: node for node in outlines() if isinstance(node, ast.ClassDef)}


def printed(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[tuple[str, Any]]:
    """Return the parameters of an outline with their defaults, in order."""
    names = [argument.arg for argument in node.args.args]
    defaults = [ast.literal_eval(value) for value in node.args.defaults]
    return list(zip(names, [inspect.Parameter.empty] * (len(names) - len(defaults)) + defaults, strict=True))


def written(function: Any) -> list[tuple[str, Any]]:
    parameters = inspect.signature(function).parameters.values()
    assert {parameter.kind for parameter in parameters} <= {inspect.Parameter.POSITIONAL_OR_KEYWORD}
    return [(parameter.name, parameter.default) for parameter in parameters]


FUNCTIONS = list(functions())
STAR: dict[str, Any] = {}
exec("from orchestrator_dbt.run_multi_year import *", STAR)


def test_the_document_is_read_to_its_end() -> None:
    headings = re.findall(r"^### (\w+)\(\)$", document(), re.MULTILINE)

    assert len(headings) == 7
    assert sorted(functions()) == sorted(headings)
    assert sorted(classes()) == ["OptimizationLevel", "PerformanceMonitor"]
    assert len(_options()) == 16


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_has_the_printed_parameters_in_order(name: str) -> None:
    function, outline = getattr(run_multi_year, name), functions()[name]

    assert written(function) == printed(outline)
    assert inspect.iscoroutinefunction(function) == isinstance(outline, ast.AsyncFunctionDef)
    assert inspect.getdoc(function)


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if name != "error_context"])
def test_a_function_has_the_printed_annotations(name: str) -> None:
    outline, function = functions()[name], getattr(run_multi_year, name)
    found = inspect.signature(function)

    assert found.return_annotation == function.__annotations__["return"] == meaning(outline.returns)
    assert [parameter.annotation for parameter in found.parameters.values()] == [
        meaning(argument.annotation) for argument in outline.args.args
    ]


def test_the_error_context_has_the_printed_annotations() -> None:
    found = inspect.signature(run_multi_year.error_context)
    expected = [meaning(argument.annotation) for argument in functions()["error_context"].args.args]

    assert [parameter.annotation for parameter in found.parameters.values()] == expected


def meaning(annotation: ast.expr | None) -> Any:
    """Return the type that an annotation of an outline stands for."""
    return eval(ast.unparse(annotation or ast.Constant(None)), STAR)


@pytest.mark.parametrize("name", [*FUNCTIONS, "PerformanceMonitor", "OptimizationLevel"])
def test_a_docstring_begins_with_the_printed_sentence(name: str) -> None:
    assert (inspect.getdoc(getattr(run_multi_year, name)) or "").split("\n")[0] == first_sentence(name)


def first_sentence(name: str) -> str:
    """Return the document's own docstring of a name; without one, the first sentence under its heading."""
    written = [ast.get_docstring(node) for node in outlines() if getattr(node, "name", "") == name]
    under = re.findall(rf"^### {name}(?:\(\))?\n\n(.*)", document(), re.MULTILINE)
    return next(text for text in (*written, *under) if text)


def test_the_package_has_the_printed_version_and_every_name() -> None:
    (version,) = re.findall(r"^\*\*Version:\*\* (.*)$", document(), re.MULTILINE)

    assert orchestrator_dbt.__version__ == version
    for name in (*FUNCTIONS, *classes()):
        assert getattr(orchestrator_dbt, name) is getattr(run_multi_year, name)
    assert {*FUNCTIONS, *classes()} <= {*dir(orchestrator_dbt)}
    with pytest.raises(AttributeError, match="'orchestrator_dbt' has no attribute 'run_everything'"):
        _ = orchestrator_dbt.run_everything  # type: ignore[attr-defined]


def test_the_monitor_has_the_printed_methods() -> None:
    outline = [node for node in classes()["PerformanceMonitor"].body if isinstance(node, ast.FunctionDef)]

    assert [node.name for node in outline] == ["__init__", "start", "checkpoint", "get_summary"]
    for node in outline:
        method = getattr(run_multi_year.PerformanceMonitor, node.name)
        assert written(method) == printed(node)
        assert (inspect.getdoc(method) or "").split("\n")[0] == ast.get_docstring(node)


def test_a_summary_has_the_printed_metrics() -> None:
    section = document().split("**Performance Metrics:**")[1].split("###")[0]

    assert re.findall(r"^- `(\w+)`", section, re.MULTILINE) == list(run_multi_year.PerformanceMonitor().get_summary())


def test_levels_are_the_printed_ones() -> None:
    outline = classes()["OptimizationLevel"]
    members = [node for node in outline.body if isinstance(node, ast.Assign)]
    expected = {ast.unparse(node.targets[0]): ast.literal_eval(node.value) for node in members}

    found = run_multi_year.OptimizationLevel
    assert [ast.unparse(base) for base in outline.bases] == ["Enum"]
    assert found.__mro__[1] is Enum
    assert {name: member.value for name, member in found.__members__.items()} == expected
    assert len(expected) == 4


def test_without_a_path_the_configuration_is_the_printed_schema() -> None:
    (schema,) = blocks("yaml")
    assert load_and_validate_config() == yaml.safe_load(schema)


@pytest.mark.parametrize("part", ["random_seed: 42", "  total_termination_rate: 0.12", "  start_year: 2025"])
def test_what_the_schema_calls_required_is(part: str, tmp_path: Path) -> None:
    (schema,) = blocks("yaml")
    path = tmp_path / "c.yaml"
    path.write_text(schema.replace(part, ""), encoding="utf-8")

    assert re.search(rf"{part} +# Required", schema)
    with pytest.raises(ValueError, match=rf"^Invalid configuration: missing required field\n(.*\n)*.*{_name(part)}"):
        load_and_validate_config(str(path))


def test_what_the_schema_calls_optional_is(tmp_path: Path) -> None:
    (schema,) = blocks("yaml")
    path = tmp_path / "c.yaml"
    path.write_text(re.sub(r"^.*# Optional.*\n", "", schema, flags=re.MULTILINE), encoding="utf-8")

    assert path.read_text(encoding="utf-8").count("\n") < schema.count("\n") - 5
    assert load_and_validate_config(str(path)) == load_and_validate_config()


def _name(part: str) -> str:
    return part.partition(":")[0].strip()


def test_a_missing_field_raises_the_printed_error(tmp_path: Path) -> None:
    (message,) = re.findall(r'ValueError\("(Invalid configuration: .*)"\)', document())
    path = tmp_path / "c.yaml"
    path.write_text("random_seed: 1", encoding="utf-8")

    with pytest.raises(ValueError, match=f"^{message}\n"):
        load_and_validate_config(str(path))


# --- the command line -------------------------------------------------------------------------------------------------

KINDS = {"int": int, "str": str, "flag": bool, "choice": str}


def _options() -> dict[str, tuple[str, str, str]]:
    """Return type, default and description of each option of the table."""
    rows = re.findall(r"^\| `(--[\w-]+)` \| (\w+) \| (.*?) \| (.*?) \|$", document(), re.MULTILINE)
    return {option: (kind, default.strip("`"), about) for option, kind, default, about in rows}


def _actions() -> dict[str, argparse.Action]:
    return {name: action for action in build_parser()._actions for name in action.option_strings}


def test_the_command_line_has_the_printed_options_and_help_version_and_v() -> None:
    assert _actions().keys() - {"-h", "--help", "--version", "-v"} == _options().keys()


@pytest.mark.parametrize("option", _options())
def test_an_option_has_the_printed_default_and_kind(option: str) -> None:
    kind, default, about = _options()[option]
    action = _actions()[option]

    assert str(action.default) == ("None" if default == "-" else default)
    assert action.dest == option.removeprefix("--").replace("-", "_")
    assert (action.nargs == 0) == (kind == "flag")
    assert list(action.choices or ()) == (re.findall(r"`(\w+)`", about) if kind == "choice" else [])
    if kind != "flag":
        value = {"int": "2025", "choice": "low", "str": "7"}[kind]
        found = getattr(build_parser().parse_args([option, value]), action.dest)
        assert found == KINDS[kind](value)


@pytest.mark.parametrize("command", re.findall(r"python -m orchestrator_dbt\.run_multi_year((?:\\\n|.)*)", document()))
def test_a_printed_command_is_understood(command: str) -> None:
    arguments = command.replace("\\\n", " ").split()
    if arguments not in (["--help"], ["[OPTIONS]"]):
        build_parser().parse_args(arguments)


# --- the star import --------------------------------------------------------------------------------------------------


def test_the_star_import_brings_every_documented_name() -> None:
    found: dict[str, Any] = {}
    exec("from orchestrator_dbt.run_multi_year import *", found)

    wanted = {*functions(), *classes(), "asyncio", "Any", "Dict", "List", "Optional", "Tuple", "Enum", "contextmanager"}
    assert wanted <= found.keys()
    assert not {"argparse", "build_parser", "log", "logging", "sys"} & found.keys()
