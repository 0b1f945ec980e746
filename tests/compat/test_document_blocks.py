"""Every block of the document that has a body is run, as its reader would; what it prints is checked by its meaning.

Python blocks come after the two lines of ``PRELUDE``, may await at the top, and find ``config/simulation_config.yaml``
in the working directory, with fewer employees. Outlines of functions and classes are compared in ``test_document.py``.
"""

from __future__ import annotations

import ast
import asyncio
import inspect
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestrator_dbt import run_multi_year
from orchestrator_dbt.run_multi_year import OptimizationLevel, PerformanceMonitor, load_and_validate_config
from tests.support import few
from tests.support_service import served

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT.parent / "shared/api_reference.md"
TEXT = DOCUMENT.read_text(encoding="utf-8") if DOCUMENT.exists() else ""
PRELUDE = "import asyncio\nfrom orchestrator_dbt.run_multi_year import *\n"
EMPLOYEES = 300
pytestmark = pytest.mark.skipif(not TEXT, reason="the document is not beside this project")

Captured = pytest.CaptureFixture[str]


def blocks(language: str) -> list[str]:
    """Return the blocks of the document in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)


def block(part: str, language: str = "python") -> str:
    """Return the only block with a body that has these words in it."""
    (found,) = (text for text in blocks(language) if part in text and not is_outline(text))
    return found


def is_outline(text: str) -> bool:
    """Tell whether a block only says what a function or class with a heading of its own looks like."""
    names = re.findall(r"^### (\w+)(?:\(\))?$", TEXT, re.MULTILINE)
    return re.search(rf"^((async )?def|class) ({'|'.join(names)})\b", text, re.MULTILINE) is not None


def run(text: str, **given: Any) -> dict[str, Any]:
    """Run a block after the prelude and return its names."""
    names: dict[str, Any] = {"__name__": "document", **given}
    exec(PRELUDE, names)
    code = compile(text, str(DOCUMENT), "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    waiting = eval(code, names)
    if inspect.iscoroutine(waiting):
        asyncio.run(waiting)
    return names


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder that has the documented configuration, with fewer employees."""
    text = (ROOT / "config/simulation_config.yaml").read_text(encoding="utf-8")
    assert text.count("size: 10000 ") == 1
    (tmp_path / "config").mkdir()
    path = tmp_path / "config/simulation_config.yaml"
    path.write_text(text.replace("size: 10000 ", f"size: {EMPLOYEES} "), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def said(captured: Captured, *patterns: str) -> None:
    """Check that these lines were printed, and nothing else."""
    lines = captured.readouterr().out.splitlines()
    assert len(lines) == len(patterns), lines
    for line, pattern in zip(lines, patterns, strict=True):
        assert re.fullmatch(pattern, line)


def plain(answer: Any) -> Any:
    """Return an answer, which JSON must be able to hold."""
    assert json.loads(json.dumps(answer, allow_nan=False)) == answer
    return answer


# --- answers, by their meaning ----------------------------------------------------------------------------------------


def is_foundation(answer: dict[str, Any]) -> None:
    plain(answer)
    assert answer["success"] is True
    assert answer["target_met"] is True
    assert 0 < answer["execution_time"] < 10
    assert answer["performance_improvement"] < 1
    assert answer["memory_metrics"].keys() == {"peak_mb", "avg_mb", "efficiency"}
    assert answer["detailed_timing"]
    assert answer["performance_grade"]


def is_simulation(answer: dict[str, Any], years: range) -> None:
    plain(answer)
    assert answer["success"] is True
    assert answer["completed_years"] == list(years)
    assert answer["failed_years"] == []
    assert answer["success_rate"] == 1.0
    assert answer["total_execution_time"] > 0
    assert answer["performance_metrics"]["records_per_second"] > 0
    assert answer["performance_metrics"]["peak_memory_mb"] > 0
    assert [year["year"] for year in answer["yearly_results"]] == list(years)
    assert re.fullmatch(r"[0-9a-f]{64}", answer["fingerprint"])


def is_comparison(answer: dict[str, Any]) -> None:
    plain(answer)
    assert answer["mvp_available"] is answer["mvp_success"] is answer["new_success"] is True
    assert answer["improvement"] == pytest.approx(1 - answer["new_time"] / answer["mvp_time"])
    assert answer["target_met"] == (answer["improvement"] >= 0.82)
    assert answer["regression_test_passed"] == answer["target_met"]  # results are identical


def is_summary(answer: dict[str, Any]) -> None:
    keys = ["total_time", "peak_memory_mb", "avg_memory_mb", "memory_efficiency", "checkpoints"]
    assert list(plain(answer)) == keys
    assert 0 < answer["memory_efficiency"] <= 1


# --- Python blocks ----------------------------------------------------------------------------------------------------

BODIES = (
    "async def quick_start",
    "Target met (<10s)",
    "Simulation ID",
    "MVP available: {",
    "Configuration valid: {",
    "operation_1()",
    'error_context("Foundation setup"',
    "# Dependency errors",
    "class WorkforceSimulationService",
    "class SimulationRequest",
    "class BatchSimulationProcessor",
    "async def complete_workflow_example",
    "async def performance_optimization_example",
)
"""What each block with a body is known by; each has a test below."""


def test_every_block_is_an_outline_or_has_a_test() -> None:
    with_bodies = [text for text in blocks("python") if not is_outline(text)]

    assert [block(part) for part in BODIES] == with_bodies
    assert len(blocks("python")) == len(BODIES) + 9
    assert sum(len(blocks(language)) for language in ("python", "bash", "yaml")) == TEXT.count("```") // 2


def test_quick_start(capsys: Captured) -> None:
    run(block("async def quick_start"))

    said(capsys, r"Foundation setup: \d+\.\d\ds")


def test_foundation_example(capsys: Captured) -> None:
    is_foundation(run(block("Target met (<10s)"))["result"])

    said(
        capsys,
        "Success: True",
        r"Execution time: \d+\.\d\ds",
        r"Target met \(<10s\): True",
        r"Performance improvement: -?\d+\.\d%",
    )


def test_simulation_example(capsys: Captured) -> None:
    result = run(block("Simulation ID"))["result"]

    is_simulation(result, range(2025, 2030))
    said(
        capsys,
        f"Simulation ID: {result['simulation_id']}",
        r"Completed years: \[2025, 2026, 2027, 2028, 2029\]",
        r"Success rate: 100\.0%",
        r"Total time: \d+\.\d\ds",
    )


def test_comparison_example(capsys: Captured) -> None:
    is_comparison(run(block("MVP available: {"))["result"])

    said(
        capsys,
        "MVP available: True",
        r"Performance improvement: -?\d+\.\d%",
        r"Target met \(82%\): (True|False)",
        "Regression test: (PASSED|FAILED)",
    )


def test_compatibility_example(folder: Path, capsys: Captured) -> None:
    run(block("Configuration valid: {"))
    said(capsys, "Configuration valid: True", "New system compatible: True", "Legacy compatible: True")

    with (folder / "config/simulation_config.yaml").open("a", encoding="utf-8") as file:
        file.write("\ncolour: red\nplan_year: 2025\n")
    run(block("Configuration valid: {"))
    said(
        capsys,
        *[r".*: True"] * 3,
        "Recommendations:",
        r"  - .*colour: unknown key.*",
        r"  - .*plan_year: unknown key.*",
    )

    (folder / "config/simulation_config.yaml").write_text("random_seed: 1", encoding="utf-8")
    run(block("Configuration valid: {"))
    expected = [f"  - Configuration validation failed: .*Missing required section: {x}" for x in ("sim.*", "work.*")]
    said(capsys, *[r".*: False"] * 3, "Issues found:", *expected, "  - Legacy compatibility issue: .*")


def test_monitor_example(capsys: Captured) -> None:
    done: list[int] = []
    names = run(block("operation_1()"), operation_1=lambda: done.append(1), operation_2=lambda: done.append(2))

    assert done == [1, 2]
    is_summary(names["summary"])
    assert list(names["summary"]["checkpoints"]) == ["operation_1_complete", "operation_2_complete"]
    said(capsys, r"Total time: \d+\.\d\ds", r"Peak memory: \d+\.\dMB", r"Memory efficiency: \d+\.\d%")


def test_error_context_example(caplog: pytest.LogCaptureFixture) -> None:
    text = block('error_context("Foundation setup"')
    result = run(text)["result"]
    assert result["success"] is True

    failing = text.replace("result = await", 'raise RuntimeError("database is locked"); result = await')
    with pytest.raises(RuntimeError, match="database is locked"):
        run(failing)
    lines = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert lines[0] == "Foundation setup failed: RuntimeError: database is locked"
    assert "1. Check database connectivity" in lines
    assert any("permissions" in line for line in lines)


def test_exceptions_are_those_of_python() -> None:
    body = ast.parse(block("# Dependency errors")).body
    made = [eval(compile(ast.Expression(node.value), "", "eval")) for node in body if isinstance(node, ast.Expr)]

    assert [type(error) for error in made] == [ValueError, RuntimeError, MemoryError, RuntimeError]
    run(block("# Dependency errors"))


def test_service_class() -> None:
    service = run(block("class WorkforceSimulationService"))["WorkforceSimulationService"]
    found = asyncio.run(service("config/simulation_config.yaml").run_simulation(2025, 2027))

    assert list(found) == ["foundation", "simulation", "performance"]
    is_foundation(found["foundation"])
    is_simulation(found["simulation"], range(2025, 2028))
    is_summary(found["performance"])
    with pytest.raises(RuntimeError, match=r"^Foundation setup failed$"):
        asyncio.run(service("config/none.yaml").run_simulation(2025, 2027))


def test_api_service() -> None:
    pytest.importorskip("fastapi")
    path, years = "/api/v1/simulation/run", {"start_year": 2025, "end_year": 2026}
    with served(run(block("class SimulationRequest"))["app"]) as client:
        for level in ({}, {"optimization_level": "medium"}):
            answer = client.post(path, json=years | level)
            assert answer.status_code == 200
            assert answer.json()["status"] == "success"
            is_simulation(answer.json()["data"], range(2025, 2027))
        assert client.post(path, json={"start_year": 2025}).status_code == 422
        for wrong, word in {
            "optimization_level": "not a valid OptimizationLevel",
            "config_path": "no such configuration file",
        }.items():
            answer = client.post(path, json={**years, wrong: "none.yaml"})
            assert answer.status_code == 500
            assert word in answer.json()["detail"]


def test_batch_processing(folder: Path) -> None:
    pytest.importorskip("pandas")
    processor = run(block("class BatchSimulationProcessor"))["BatchSimulationProcessor"]
    config = (folder / "config/simulation_config.yaml").read_text(encoding="utf-8")
    (folder / "grow.yaml").write_text(config.replace("growth_rate: 0.03", "growth_rate: 0.10"), encoding="utf-8")
    scenarios = [
        {"start_year": 2025, "end_year": 2026, "config_path": "config/simulation_config.yaml"},
        {"start_year": 2025, "end_year": 2026, "config_path": "grow.yaml"},
        {"start_year": 2025, "end_year": 2025},
        {"start_year": 2025, "end_year": 2026, "config_path": "none.yaml"},
        {"start_year": 2026, "end_year": 2025},
    ]
    found = asyncio.run(processor(max_concurrent=2).process_scenarios(scenarios))

    is_simulation(found[0], range(2025, 2027))
    is_simulation(found[1], range(2025, 2027))
    is_simulation(found[2], range(2025, 2026))
    heads = [one["yearly_results"][0]["ending_headcount"] for one in found[:3]]
    assert heads == [EMPLOYEES * 103 // 100, EMPLOYEES * 110 // 100, 10_300]
    assert [isinstance(*one) for one in zip(found[3:], [FileNotFoundError, ValueError], strict=True)] == [True, True]


def test_complete_workflow(folder: Path) -> None:
    script = folder / "workflow.py"
    tail = "    import json; print(json.dumps(result, allow_nan=False))\n"
    script.write_text(PRELUDE + block("async def complete_workflow_example") + tail, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-X", "utf8", str(script)],
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout)
    is_foundation(answers["foundation"])
    is_simulation(answers["simulation"], range(2025, 2030))
    is_comparison(answers["comparison"])
    lines = [line for line in done.stderr.splitlines() if ":__main__:" in line]
    assert [line[:4] for line in lines[:-1]] == ["INFO"] * (len(lines) - 1)
    assert "INFO:__main__:✅ Configuration valid" in lines
    assert f"INFO:__main__:✅ Simulation completed: {answers['simulation']['simulation_id']}" in lines
    assert re.search(r"Performance target (met|missed): -?\d+\.\d% improvement$", lines[-1])


def test_performance_optimization(capsys: Captured) -> None:
    example = run(block("async def performance_optimization_example"))["performance_optimization_example"]
    found = asyncio.run(example())

    assert [one["name"] for one in found] == ["Conservative", "Balanced", "High Performance"]
    assert all(one["success"] is True and one["time"] > 0 and one["rate"] > 0 for one in found)
    printed = capsys.readouterr().out
    assert printed.count("records/sec") == 4
    assert min(found, key=lambda one: one["time"])["name"] in printed.partition("Optimal configuration")[2]


@pytest.mark.parametrize("name", ["start", "checkpoint", "get_summary"])
def test_the_monitor_has_the_printed_annotations(name: str) -> None:
    (outline,) = (text for text in blocks("python") if "class PerformanceMonitor" in text)
    (method,) = (
        node for node in ast.walk(ast.parse(outline)) if isinstance(node, ast.FunctionDef) and node.name == name
    )
    found = inspect.signature(getattr(PerformanceMonitor, name))

    assert found.return_annotation == _type(method.returns)
    expected = [_type(one.annotation) for one in method.args.args if one.annotation is not None]
    assert [one.annotation for one in list(found.parameters.values())[1:]] == expected


def _type(annotation: ast.expr | None) -> Any:
    return eval(ast.unparse(annotation or ast.Constant(None)), run(""))


# --- shell blocks -----------------------------------------------------------------------------------------------------


def shell_lines() -> list[str]:
    """Return the commands of the shell blocks, each in one line."""
    joined = "\n".join(blocks("bash")).replace("\\\n", " ")
    return [" ".join(line.split()) for line in joined.splitlines() if line and not line.startswith("#")]


COMMANDS = [line.removeprefix("python ") for line in shell_lines() if line.startswith("python -m")]
NO_YEARS = [line for line in COMMANDS if "--performance-mode --verbose" in line]


def shell(captured: Captured, command: str, *more: str) -> tuple[int, str, str]:
    """Run a documented command line, its placeholders filled in; return its exit code and what it printed.

    That the module runs as a process is tested in ``test_command_line.py``.
    """
    filled = command.replace("[OPTIONS]", "--help").replace("/path/to/", "config/")
    code = run_multi_year.main([*shlex.split(filled)[2:], *more])
    return code, *captured.readouterr()


def test_every_shell_line_is_known() -> None:
    others = [line for line in shell_lines() if not line.startswith("python -m orchestrator_dbt.run_multi_year ")]

    assert others == ["pip install -r requirements.txt"]  # .ci/run does that
    assert (ROOT / "requirements.txt").exists()
    assert len(COMMANDS) == 8
    assert len(NO_YEARS) == 1


@pytest.mark.parametrize("command", few([line for line in COMMANDS if line not in NO_YEARS], 2))
def test_a_command_line_runs(command: str, capsys: Captured) -> None:
    smaller = ["--config", "config/simulation_config.yaml"] if "--compare-mvp" in command else []
    code, out, err = shell(capsys, command, *smaller)

    assert code == 0, err
    for option, words in {
        "--help": ("--structured-logs",),
        "[OPTIONS]": ("--structured-logs",),
        "--end-year 2029": ("\n2029 ", "where the time went"),
        "--performance-mode": ("peak memory", "records a second"),
        "--foundation-only": ("foundation setup", "target of 10 s"),
        "--compare-mvp": ("identical", "regression test"),
        "--test-config": ("valid", "compatible"),
    }.items():
        assert option not in command or all(word in out for word in words)
    assert bool(err) == ("--verbose" in command)


def test_the_command_line_of_monitoring_asks_for_years_and_runs_with_them(folder: Path, capsys: Captured) -> None:
    (command,) = NO_YEARS
    code, out, err = shell(capsys, command)
    assert (code, out) == (2, "")
    told = [json.loads(line) for line in err.splitlines()]
    assert re.fullmatch("--start-year and --end-year are needed, for example: python -m .*", told[0]["message"])
    assert [json.loads(line) for line in (folder / "simulation.log").read_text("utf-8").splitlines()] == told

    code, _, err = shell(capsys, command, "--start-year", "2025", "--end-year", "2026")
    assert code == 0
    logged = (folder / "simulation.log").read_text(encoding="utf-8").splitlines()
    for line in (*logged, *err.splitlines()):
        assert {"timestamp", "level", "logger", "message"} <= json.loads(line).keys()
    assert any("2026 done" in json.loads(line)["message"] for line in logged)


# --- the YAML block ---------------------------------------------------------------------------------------------------


def keys(config: Any, *before: str) -> list[tuple[str, ...]]:
    """Return the paths of the values of nested sections."""
    if not isinstance(config, dict):
        return [before]
    return [path for name, value in config.items() for path in keys(value, *before, name)]


SCHEMA = blocks("yaml")[0] if TEXT else ""
VALUES = yaml.safe_load(SCHEMA) if TEXT else {}
ABOUT = dict(zip(keys(VALUES), re.findall(r"# (Required|Optional): (.*)", SCHEMA), strict=True)) if TEXT else {}
REQUIRED = [path for path, (need, _) in ABOUT.items() if need == "Required"]
OPTIONAL = [path for path, (need, _) in ABOUT.items() if need == "Optional"]
RATES = [path for path, (_, kind) in ABOUT.items() if kind.startswith("float")]


def config_of(*paths: tuple[str, ...], **replaced: Any) -> dict[str, Any]:
    """Return the documented values at these paths, others put in by dotted path."""
    found: dict[str, Any] = {}
    for path in paths:
        section, value = found, VALUES
        for name in path[:-1]:
            section, value = section.setdefault(name, {}), value[name]
        section[path[-1]] = replaced.get(".".join(path), value[path[-1]])
    return found


def loaded(folder: Path, config: dict[str, Any] | str) -> dict[str, Any]:
    path = folder / "c.yaml"
    path.write_text(config if isinstance(config, str) else yaml.safe_dump(config), encoding="utf-8")
    return load_and_validate_config(str(path))


def test_the_block_alone_is_a_configuration(folder: Path) -> None:
    assert loaded(folder, SCHEMA) == VALUES
    assert len(REQUIRED) == 5
    assert len(OPTIONAL) == 6
    assert run_multi_year.validate_configuration(VALUES) == (True, [])


@pytest.mark.parametrize("path", OPTIONAL, ids=".".join)
def test_every_optional_key_may_stand_alone(path: tuple[str, ...], folder: Path) -> None:
    assert loaded(folder, config_of(*REQUIRED, path)) == VALUES


@pytest.mark.parametrize("path", REQUIRED, ids=".".join)
def test_every_required_key_is_missed_by_name(path: tuple[str, ...], folder: Path) -> None:
    kind = "field" if len([other for other in REQUIRED if other[0] == path[0]]) > 1 else "section"
    name = ".".join(path) if kind == "field" else path[0]
    with pytest.raises(ValueError, match=rf"Missing required {kind}: {re.escape(name)}$"):
        loaded(folder, config_of(*(other for other in REQUIRED if other != path)))


@pytest.mark.parametrize("path", REQUIRED + OPTIONAL, ids=".".join)
def test_every_key_is_named_when_its_type_is_wrong(path: tuple[str, ...], folder: Path) -> None:
    name = ".".join(path)
    config = config_of(*{*REQUIRED, path}, **{name: ["wrong"]})

    valid, errors = run_multi_year.validate_configuration(config)
    assert not valid
    assert any(error.startswith(f"{name}: ") for error in errors)
    with pytest.raises(ValueError, match=re.escape(name)):
        loaded(folder, config)


@pytest.mark.parametrize("value", [-0.01, 1.01, float("nan"), float("inf")])
@pytest.mark.parametrize("path", RATES, ids=".".join)
def test_every_rate_is_from_0_to_1(path: tuple[str, ...], value: float) -> None:
    valid, errors = run_multi_year.validate_configuration(config_of(*{*REQUIRED, path}, **{".".join(path): value}))

    assert not valid
    assert any(path[-1] in error for error in errors)


def test_levels_of_the_table_are_the_members() -> None:
    rows = re.findall(r"^\| ([A-Z]+) \| \w+ \| \w+ \| \w+ \|", TEXT, re.MULTILINE)

    assert rows == [level.name for level in OptimizationLevel]
