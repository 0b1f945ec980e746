"""A command with its logs: exit codes, and how problems are told."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from workforce_sim import ConfigError
from workforce_sim.cli.command import Reports, logged_command
from workforce_sim.operate.failures import failed

log = logging.getLogger("tests.command")
Captured = pytest.CaptureFixture[str]


def reports(*, verbose: bool = False, structured: bool = False) -> Reports:
    return Reports(
        log, verbose=verbose, structured=structured, advice=lambda kind, _: [f"{kind}: close other programs"]
    )


def raising(error: BaseException) -> Callable[[], int]:
    def action() -> int:
        raise error

    return action


@pytest.mark.parametrize(
    ("error", "code", "lines"),
    [
        (ConfigError("a: wrong\nb: wrong"), 1, ["a: wrong", "b: wrong"]),
        (KeyboardInterrupt(), 130, ["interrupted"]),
        (FileNotFoundError(2, "No such file", "staff.csv"), 1, ["staff.csv: No such file"]),
        (
            MemoryError(),
            1,
            [
                "not enough memory; simulate fewer years or a smaller census, or close other programs",
                "MemoryError: close other programs",
            ],
        ),
    ],
)
def test_what_ends_a_command_is_lines_and_a_code(
    error: BaseException, code: int, lines: list[str], tmp_path: Path, capsys: Captured
) -> None:
    assert logged_command(raising(error), reports(), log_file=str(tmp_path / "a.log")) == code

    assert capsys.readouterr() == ("", "".join(f"{line}\n" for line in lines))
    logged = (tmp_path / "a.log").read_text(encoding="utf-8").splitlines()
    assert [line.split(" ", 2)[2] for line in logged] == [f"ERROR tests.command: {line}" for line in lines]


def test_a_command_that_ends_well_leaves_logging_as_it_was(capsys: Captured) -> None:
    root = logging.getLogger()
    before = (root.level, list(root.handlers))

    assert logged_command(lambda: 0, reports(), log_file=None) == 0
    assert (root.level, root.handlers) == before
    assert capsys.readouterr() == ("", "")


def test_a_log_file_that_cannot_be_made_is_told(tmp_path: Path, capsys: Captured) -> None:
    assert logged_command(lambda: 0, reports(), log_file=str(tmp_path)) == 1
    assert capsys.readouterr().err == f"{tmp_path}: Is a directory\n"


def answered(told: Reports) -> int:
    """Fail as an answer does: the error is logged, and told with its words."""
    try:
        raise LookupError("no such year")
    except LookupError as error:
        failed(log, error)
        told.problem(str(error), ["look at the years"], error_type="LookupError")
    return 1


def test_a_failure_of_an_answer_is_told_once_with_where_it_was(capsys: Captured) -> None:
    told = reports(verbose=True)
    assert logged_command(lambda: answered(told), told, log_file=None) == 1

    err = capsys.readouterr().err
    assert err.startswith("Traceback (most recent call last)")
    assert err.endswith("LookupError: no such year\nno such year\nlook at the years\n")
    assert err.count("Traceback") == 1


def test_a_structured_failure_is_one_object(capsys: Captured) -> None:
    told = reports(structured=True)
    assert logged_command(lambda: answered(told), told, log_file=None) == 1

    (line,) = capsys.readouterr().err.splitlines()
    found = json.loads(line)
    assert {key: found[key] for key in ("level", "message", "advice", "error_type")} == {
        "level": "ERROR",
        "message": "no such year",
        "advice": ["look at the years"],
        "error_type": "LookupError",
    }
    assert "exception" not in found
