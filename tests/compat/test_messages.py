"""What the command line tells on standard error and in its log: plain lines for people, JSON for programs."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_args

import pytest
import yaml

from orchestrator_dbt import interrupts
from orchestrator_dbt.run_multi_year import main
from tests.compat.conftest import SMALL
from tests.compat.test_robustness import TOO_MANY
from workforce_sim.cli.console import FIRST_YEAR, LAST_YEAR
from workforce_sim.config.values import Year

Captured = pytest.CaptureFixture[str]
YEARS = ["--start-year", "2025", "--end-year", "2026"]
MODES = {
    "simulation": YEARS,
    "foundation": ["--foundation-only"],
    "comparison": [*YEARS, "--compare-mvp"],
    "test": ["--test-config"],
}
modes = pytest.mark.parametrize("mode", MODES.values(), ids=MODES)


def config(folder: Path, **sections: Any) -> str:
    path = folder / "c.yaml"
    path.write_text(yaml.safe_dump(SMALL | sections), encoding="utf-8")
    return str(path)


def objects(text: str) -> list[dict[str, Any]]:
    """Return lines of JSON; each has the four keys."""
    found = [json.loads(line) for line in text.splitlines()]
    assert all(one.keys() >= {"timestamp", "level", "logger", "message"} for one in found)
    return found


def logged(folder: Path) -> list[str]:
    """Return the lines of the log, without the time."""
    return [line.split(" ", 2)[2] for line in (folder / "a.log").read_text(encoding="utf-8").splitlines()]


# --- JSON -------------------------------------------------------------------------------------------------------------


@modes
def test_structured_logs_alone_are_json_on_standard_error(mode: list[str], tmp_path: Path, capsys: Captured) -> None:
    assert main([*mode, "--config", config(tmp_path), "--structured-logs"]) == 0

    out, err = capsys.readouterr()
    assert out
    assert {one["level"] for one in objects(err)} == {"INFO"}


@pytest.mark.parametrize("verbose", [[], ["--verbose"]])
@pytest.mark.parametrize(
    ("mode", "name", "kind"),
    [
        ("simulation", "none.yaml", "FileNotFoundError"),
        ("comparison", "none.yaml", "FileNotFoundError"),
        ("foundation", "none.yaml", "FileNotFoundError"),
        ("simulation", "many", "SimulationError"),
        ("comparison", "many", "SimulationError"),
        ("simulation", "bad", "ConfigError"),
    ],
)
def test_a_structured_failure_is_one_object(
    mode: str, name: str, kind: str, verbose: list[str], tmp_path: Path, capsys: Captured
) -> None:
    sections = {"many": TOO_MANY, "bad": {"workforce": {"total_termination_rate": 2}, "random_seed": "x"}}
    path = config(tmp_path, **sections[name]) if name in sections else name
    log = tmp_path / "a.log"

    arguments = [*MODES[mode], "--config", path, "--structured-logs", *verbose, "--log-file", str(log)]
    assert main(arguments) == 1

    _, err = capsys.readouterr()
    (failure,) = (one for one in objects(err) if one["level"] == "ERROR")
    assert {"none.yaml": "none.yaml: no such", "many": "max_hires_ratio", "bad": "random_seed: "}[name] in failure[
        "message"
    ]
    assert ("exception" in failure) == bool(verbose)
    if verbose:
        assert failure["exception"].startswith("Traceback (most recent call last)")
        assert kind in failure["exception"]
    assert failure in objects(log.read_text(encoding="utf-8"))


def test_a_structured_failure_has_its_advice_and_years(tmp_path: Path, capsys: Captured) -> None:
    assert main([*YEARS, "--config", config(tmp_path, **TOO_MANY), "--structured-logs"]) == 1

    (failure,) = (one for one in objects(capsys.readouterr().err) if one["level"] == "ERROR")
    assert failure["error_type"] == "SimulationError"
    assert failure["advice"] == ["years that failed: 2026; completed: 1"]


@pytest.mark.parametrize("arguments", [[], ["--start-year", "2026", "--end-year", "2025"]])
def test_wrong_usage_is_one_object_too(arguments: list[str], capsys: Captured) -> None:
    assert main([*arguments, "--structured-logs"]) == 2

    out, err = capsys.readouterr()
    assert out == ""
    (failure,) = objects(err)
    assert "--end-year" in failure["message"]


def test_a_log_that_cannot_be_made_is_one_object_too(tmp_path: Path, capsys: Captured) -> None:
    assert main([*YEARS, "--structured-logs", "--log-file", str(tmp_path)]) == 1

    (failure,) = objects(capsys.readouterr().err)
    assert failure["message"] == f"{tmp_path}: Is a directory"


# --- warnings ---------------------------------------------------------------------------------------------------------


def odd(folder: Path) -> str:
    """Return a configuration that is valid, with three words to be said about it."""
    years = SMALL["simulation"] | {"end_year": 2045, "target_growth_rate": 1 / 30}
    return config(folder, simulation=years, colour="red")


@modes
def test_warnings_are_plain_lines_on_standard_error(mode: list[str], tmp_path: Path, capsys: Captured) -> None:
    path = odd(tmp_path)
    assert main([*mode, "--config", path]) == 0

    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 3
    assert all(line.startswith(f"warning: {path}:") for line in lines)
    for part in ("colour: unknown key", "year range", "target_growth_rate: more than 6 decimals"):
        assert len([line for line in lines if part in line]) == 1


def test_warnings_stand_once_in_verbose_logs(tmp_path: Path, capsys: Captured) -> None:
    assert main([*YEARS, "--config", odd(tmp_path), "--verbose"]) == 0

    err = capsys.readouterr().err
    assert err.count("colour: unknown key") == err.count("year range") == 1
    assert err.count(" WARNING orchestrator_dbt: ") == 3
    assert "warning: " not in err


# --- usage ------------------------------------------------------------------------------------------------------------


def test_missing_years_are_in_the_log_too(tmp_path: Path, capsys: Captured) -> None:
    assert main(["--log-file", str(tmp_path / "a.log")]) == 2

    (line,) = logged(tmp_path)
    assert line == f"ERROR orchestrator_dbt: {capsys.readouterr().err.rstrip()}"


@modes
def test_years_out_of_order_are_refused_in_every_mode(mode: list[str], tmp_path: Path, capsys: Captured) -> None:
    arguments = [*mode, "--start-year", "2026", "--end-year", "2025", "--log-file", str(tmp_path / "a.log")]
    assert main(arguments) == 2

    assert capsys.readouterr() == ("", "--end-year 2025 is before --start-year 2026\n")
    assert logged(tmp_path) == ["ERROR orchestrator_dbt: --end-year 2025 is before --start-year 2026"]


@pytest.mark.parametrize("year", ["1949", "2201", "0", "-5", "99999999999999999999999"])
@pytest.mark.parametrize("option", ["--start-year", "--end-year"])
def test_years_that_no_configuration_may_have_are_usage(option: str, year: str, capsys: Captured) -> None:
    assert main(["--start-year", "2025", "--end-year", "2026", option, year]) == 2
    assert f"argument {option}: expected a year from 1950 to 2200, got {year}" in capsys.readouterr().err


def test_years_of_the_command_line_are_those_of_a_configuration() -> None:
    bounds = {key: value for part in get_args(Year)[1].metadata for key, value in vars_of(part)}
    assert bounds == {"ge": FIRST_YEAR, "le": LAST_YEAR}


def vars_of(part: Any) -> list[tuple[str, int]]:
    return [(name, getattr(part, name)) for name in ("ge", "le") if hasattr(part, name)]


@pytest.mark.parametrize("option", ["--config", "--log-file"])
def test_an_empty_name_is_usage(option: str, capsys: Captured) -> None:
    assert main([*YEARS, option, ""]) == 2
    assert f"argument {option}: expected the name of a file" in capsys.readouterr().err


# --- what each mode logs ----------------------------------------------------------------------------------------------


def test_a_tested_configuration_is_in_the_log(tmp_path: Path) -> None:
    path = config(tmp_path)
    assert main(["--test-config", "--config", path, "--log-file", str(tmp_path / "a.log")]) == 0

    assert logged(tmp_path) == [
        f"INFO orchestrator_dbt: testing {path}",
        "INFO orchestrator_dbt: the configuration is valid",
    ]


def test_every_issue_of_a_tested_configuration_is_in_the_log(tmp_path: Path, capsys: Captured) -> None:
    path = config(tmp_path, workforce={}, random_seed="x")
    assert main(["--test-config", "--config", path, "--log-file", str(tmp_path / "a.log")]) == 1

    first, *issues = logged(tmp_path)
    assert first == f"INFO orchestrator_dbt: testing {path}"
    assert len(issues) == 3
    out, err = capsys.readouterr()
    assert err == ""
    for issue in issues:
        level, _, text = issue.partition(" orchestrator_dbt: ")
        assert level == "ERROR"
        assert f"  {text}\n" in out


def test_a_foundation_that_fails_says_no_success(tmp_path: Path, capsys: Captured) -> None:
    arguments = ["--foundation-only", "--config", "none.yaml", "--log-file", str(tmp_path / "a.log")]
    assert main(arguments) == 1

    assert capsys.readouterr() == ("", "none.yaml: no such configuration file\n")
    assert logged(tmp_path) == [
        "INFO orchestrator_dbt: foundation setup of none.yaml",
        "ERROR orchestrator_dbt: none.yaml: no such configuration file",
    ]


@modes
def test_verbose_shows_where_it_failed(mode: list[str], capsys: Captured) -> None:
    if mode == ["--test-config"]:
        pytest.skip("an invalid configuration is an answer")
    assert main([*mode, "--config", "none.yaml", "--verbose"]) == 1

    err = capsys.readouterr().err
    assert err.count("Traceback (most recent call last)") == 1
    assert err.endswith("\nnone.yaml: no such configuration file\n")


def test_the_repeats_of_a_foundation_benchmark_are_printed(tmp_path: Path, capsys: Captured) -> None:
    path = config(tmp_path)
    assert main(["--foundation-only", "--config", path]) == 0
    assert "median" not in capsys.readouterr().out
    assert main(["--foundation-only", "--config", path, "--benchmark"]) == 0

    out = capsys.readouterr().out
    assert re.search(r"^set-up, median of 3 +\d\.\d{4} s$", out, re.MULTILINE)
    assert re.search(r"^reference set-up, median of 3 +\d\.\d{4} s$", out, re.MULTILINE)


@pytest.mark.parametrize("mode", ["simulation", "comparison"])
def test_too_much_for_memory_says_why_and_no_more(
    mode: str, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("psutil.virtual_memory", lambda: SimpleNamespace(available=100_000))
    assert main([*MODES[mode], "--config", config(tmp_path)]) == 1

    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("a projected headcount of ")


# --- interrupts at the start and the end ------------------------------------------------------------------------------

AT_ONCE = """
import os, signal, sys
from orchestrator_dbt import interrupts
interrupts.leave_at_once()
{then}
os.kill(os.getpid(), signal.SIGINT)
print("went on")
"""
IMPORTING = """
import builtins, os, signal, sys
from orchestrator_dbt import interrupts, program
real = builtins.__import__

def importing(name, *rest):
    if name == "orchestrator_dbt.commands":
        os.kill(os.getpid(), signal.SIGINT)
    return real(name, *rest)

interrupts.leave_at_once()
builtins.__import__ = importing
sys.argv[1:] = ["--start-year", "2025", "--end-year", "2026", "--log-file", sys.argv[1], *sys.argv[2:]]
program.as_program()
"""
posix = pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")


def ended(code: str, *arguments: str) -> tuple[int, str, str]:
    command = [sys.executable, "-W", "error", "-c", code, *arguments]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=300, check=False)
    return done.returncode, done.stdout, done.stderr


@posix
def test_an_interrupt_at_the_very_start_is_one_line() -> None:
    assert ended(AT_ONCE.format(then="")) == (130, "", "interrupted\n")


@posix
def test_an_interrupt_while_the_engine_is_imported_is_one_line_and_in_the_log(tmp_path: Path) -> None:
    assert ended(IMPORTING, str(tmp_path / "a.log")) == (130, "", "interrupted\n")
    assert logged(tmp_path) == ["ERROR orchestrator_dbt: interrupted"]


@posix
def test_such_an_interrupt_is_json_where_logs_are(tmp_path: Path) -> None:
    code, out, err = ended(IMPORTING, str(tmp_path / "a.log"), "--structured-logs")

    assert (code, out) == (130, "")
    assert [one["message"] for one in objects(err)] == ["interrupted"]


@posix
def test_where_interrupts_are_errors_again_they_are() -> None:
    then = "interrupts.raise_as_usual()"
    code, out, err = ended(AT_ONCE.format(then=then))
    assert out == ""
    assert err.rstrip().endswith("KeyboardInterrupt")
    assert code not in (0, 130)


def test_a_program_that_calls_main_keeps_its_own_handler(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGINT)
    main([*YEARS, "--config", config(tmp_path)])
    interrupts.raise_as_usual()

    assert signal.getsignal(signal.SIGINT) is before


FIRST_OF_ALL = """
import runpy, sys
from orchestrator_dbt import interrupts
heavy = {"argparse", "asyncio", "logging", "typing", "workforce_sim"}
interrupts.leave_at_once = lambda: sys.exit(" ".join(heavy & sys.modules.keys()) or None)
runpy.run_module("orchestrator_dbt.run_multi_year", run_name="__main__")
"""


def test_interrupts_are_seen_to_before_anything_is_imported() -> None:
    assert ended(FIRST_OF_ALL) == (0, "", "")
