"""``python -m orchestrator_dbt.run_multi_year`` as its document describes it."""

from __future__ import annotations

import logging
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import orchestrator_dbt
from orchestrator_dbt.options import build_parser
from orchestrator_dbt.run_multi_year import main
from workforce_sim import simulate
from workforce_sim.explaining.years_text import year_table

Captured = pytest.CaptureFixture[str]
MODULE = [sys.executable, "-W", "error", "-m", "orchestrator_dbt.run_multi_year"]
YEARS = ["--start-year", "2025", "--end-year", "2026"]
SMALL = """\
simulation: {start_year: 2020, end_year: 2021, target_growth_rate: 0.03}
workforce: {total_termination_rate: 0.12}
census: {size: 200}
random_seed: 42
"""


@pytest.fixture
def config(tmp_path: Path) -> str:
    path = tmp_path / "c.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return str(path)


DOCUMENTED = {
    "start_year": None,
    "end_year": None,
    "optimization": "high",
    "max_workers": 4,
    "batch_size": 1000,
    "enable_compression": False,
    "fail_fast": False,
    "performance_mode": False,
    "foundation_only": False,
    "compare_mvp": False,
    "test_config": False,
    "benchmark": False,
    "config": None,
    "log_file": None,
    "verbose": False,
    "structured_logs": False,
}


def test_the_sixteen_options_have_the_documented_defaults() -> None:
    assert vars(build_parser().parse_args([])) == DOCUMENTED


def test_every_option_is_read() -> None:
    line = (
        "--start-year 2025 --end-year 2026 --optimization low --max-workers 8 --batch-size 2000 --enable-compression "
        "--fail-fast --performance-mode --compare-mvp --benchmark --config c.yaml --log-file a.log -v --structured-logs"
    )
    given = build_parser().parse_args(line.split())

    same = {name for name, value in vars(given).items() if value == DOCUMENTED[name]}
    assert same == {"foundation_only", "test_config"}


def test_the_documented_command_prints_the_defaults_of_10000_employees(capsys: Captured) -> None:
    assert main(["--start-year", "2025", "--end-year", "2029"]) == 0

    out, err = capsys.readouterr()
    assert out.startswith(year_table(simulate().summary.to_dicts()))
    assert "\n2025     10,000  2,000          1,200            500" in out
    assert "where the time went" in out
    assert err == ""


def test_the_years_asked_for_go_over_the_configuration(config: str, capsys: Captured) -> None:
    assert main([*YEARS, "--config", config]) == 0

    expected = simulate(config, start_year=2025, end_year=2026).summary.to_dicts()
    assert capsys.readouterr().out.startswith(year_table(expected))


def test_one_year_is_a_run(config: str) -> None:
    assert main(["--start-year", "2025", "--end-year", "2025", "--config", config]) == 0


@pytest.mark.parametrize("arguments", [[], ["--start-year", "2025"], ["--end-year", "2025"]])
def test_without_both_years_one_line_names_them_and_a_command(arguments: list[str], capsys: Captured) -> None:
    assert main(arguments) == 2

    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    needed, command = err.rstrip().split(", for example: python -m orchestrator_dbt.run_multi_year ")
    assert needed == "--start-year and --end-year are needed"
    assert build_parser().parse_args(command.split()).start_year == 2025


def test_years_out_of_order_are_usage(capsys: Captured) -> None:
    assert main(["--start-year", "2025", "--end-year", "2024"]) == 2
    assert capsys.readouterr().err == "--end-year 2024 is before --start-year 2025\n"


def test_documented_defaults_may_be_given(config: str) -> None:
    defaults = ["--optimization", "high", "--max-workers", "4", "--batch-size", "1000"]
    assert main([*YEARS, *defaults, "--config", config]) == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["--optimization", "fastest"],
        ["--max-workers", "0"],
        ["--batch-size", "-5"],
        ["--max-workers", "two"],
        ["--start-year", "2025.0"],
        ["--test-config", "--compare-mvp"],
        ["--start", "2025"],
        ["extra"],
    ],
)
def test_wrong_usage_is_exit_code_2(arguments: list[str], capsys: Captured) -> None:
    assert main([*YEARS, *arguments]) == 2

    out, err = capsys.readouterr()
    assert out == ""
    assert re.fullmatch(r"usage: .*\n(.|\n)*error: .*\n", err)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: [", "{config}:2:1: not valid YAML"),
        ("random_seed: 1", "{config}:1:1: Missing required section: simulation"),
    ],
)
def test_a_bad_configuration_is_lines_and_exit_code_1(config: str, text: str, line: str, capsys: Captured) -> None:
    Path(config).write_text(text, encoding="utf-8")

    assert main([*YEARS, "--config", config]) == 1

    out, err = capsys.readouterr()
    assert out == ""
    first, second, *_ = err.split("\n")
    assert first.startswith("Invalid configuration")
    assert second.startswith(line.format(config=config))
    assert "Traceback" not in err


def test_an_unknown_key_is_a_word_in_the_log_and_the_run_goes_on(config: str, tmp_path: Path) -> None:
    Path(config).write_text(SMALL + "colour: red\n", encoding="utf-8")
    log = tmp_path / "run.log"

    assert main([*YEARS, "--config", config, "--log-file", str(log)]) == 0
    assert "WARNING orchestrator_dbt" in log.read_text(encoding="utf-8")
    assert "colour" in log.read_text(encoding="utf-8")


def test_a_missing_configuration_is_named_and_in_the_log(tmp_path: Path, capsys: Captured) -> None:
    log = tmp_path / "new/folder/run.log"

    assert main([*YEARS, "--config", "none.yaml", "--log-file", str(log)]) == 1

    assert capsys.readouterr().err == "none.yaml: no such configuration file\n"
    assert "ERROR orchestrator_dbt: none.yaml: no such configuration file" in log.read_text(encoding="utf-8")


def test_a_failure_is_printed_once() -> None:
    done = subprocess.run(
        [*MODULE, *YEARS, "--config", "none.yaml"], capture_output=True, text=True, timeout=300, check=False
    )

    assert (done.returncode, done.stdout, done.stderr) == (1, "", "none.yaml: no such configuration file\n")


def test_the_log_file_tells_the_run(config: str, tmp_path: Path, capsys: Captured) -> None:
    log = tmp_path / "run.log"

    assert main([*YEARS, "--config", config, "--log-file", str(log)]) == 0
    assert main([*YEARS, "--config", config, "--log-file", str(log)]) == 0

    text = log.read_text(encoding="utf-8")
    assert text.count("INFO orchestrator_dbt: simulating 2025 to 2026") == 2
    assert text.count("2026 done, 2 of 2") == 2
    assert capsys.readouterr().err == ""


def test_verbose_logs_on_standard_error_and_says_an_error_once(config: str, capsys: Captured) -> None:
    assert main([*YEARS, "--config", config, "--verbose"]) == 0
    assert "INFO orchestrator_dbt: 2026 done, 2 of 2" in capsys.readouterr().err

    Path(config).write_text("a: [", encoding="utf-8")
    assert main([*YEARS, "--config", config, "-v"]) == 1
    err = capsys.readouterr().err
    assert "Traceback (most recent call last)" in err
    *_, last = err.rstrip().split("\n")
    assert last.startswith(f"{config}:2:1: not valid YAML")
    assert err.count("Invalid configuration") == 2  # in the traceback, and once for itself


def test_logging_is_left_as_it_was(config: str, tmp_path: Path) -> None:
    root = logging.getLogger()
    before = (root.level, list(root.handlers))

    main([*YEARS, "--config", config, "--log-file", str(tmp_path / "a.log"), "-v"])

    assert (root.level, root.handlers) == before


def test_a_log_file_that_cannot_be_made_is_one_line(config: str, tmp_path: Path, capsys: Captured) -> None:
    assert main([*YEARS, "--config", config, "--log-file", str(tmp_path)]) == 1
    assert capsys.readouterr() == ("", f"{tmp_path}: Is a directory\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_under_the_log_is_told_once_and_the_run_goes_on(config: str, capsys: Captured) -> None:
    assert main([*YEARS, "--config", config, "--log-file", "/dev/full"]) == 0

    out, err = capsys.readouterr()
    assert "where the time went" in out
    assert err == "/dev/full: cannot be written; logging ends here\n"


def test_help_imports_no_engine_and_warns_of_nothing() -> None:
    done = subprocess.run([*MODULE, "--help"], capture_output=True, text=True, timeout=300, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("usage: python -m orchestrator_dbt.run_multi_year [OPTIONS]")
    assert all(f"--{name.replace('_', '-')}" in done.stdout for name in DOCUMENTED)

    code = (
        "import sys; from orchestrator_dbt.run_multi_year import main; main(['--help']);"
        "sys.exit(bool({'polars', 'numpy', 'pydantic', 'yaml'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=300, check=False).returncode == 0


def test_it_runs_on_a_terminal_without_unicode(config: str) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(
        [*MODULE, *YEARS, "--config", config], capture_output=True, env=environment, timeout=300, check=False
    )

    assert (done.returncode, done.stderr) == (0, b"")
    assert b"\n----  -" in done.stdout


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")
def test_an_interrupt_is_130_and_in_the_log(config: str, tmp_path: Path) -> None:
    log = tmp_path / "run.log"
    arguments = ["--start-year", "2025", "--end-year", "2199", "--config", config, "-v", "--log-file", str(log)]
    with subprocess.Popen([*MODULE, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        while b"2025 done" not in process.stderr.readline():
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=300)

    assert process.returncode == 130
    assert log.read_text(encoding="utf-8").endswith("ERROR orchestrator_dbt: interrupted\n")


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0

    assert capsys.readouterr().out == f"python -m orchestrator_dbt.run_multi_year {orchestrator_dbt.__version__}\n"


def test_a_comparison_tells_whether_results_agree_apart_from_how_fast_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of 20 people the fast engine may miss the speed target; the results agree all the same."""
    path = tmp_path / "c.yaml"
    path.write_text(
        "simulation: {start_year: 2025, end_year: 2026, target_growth_rate: 0.03}\n"
        "workforce: {total_termination_rate: 0.12}\ncensus: {size: 20}\nrandom_seed: 4\n"
    )

    assert main(["--compare-mvp", "--start-year", "2025", "--end-year", "2026", "--config", str(path)]) == 0

    rows = dict(line.split("  ", 1) for line in capsys.readouterr().out.strip().splitlines())
    found = {name: value.strip() for name, value in rows.items()}
    assert (found["results"], found["regression test"]) == ("identical, row for row", "passed")
    assert found["speed target of 82%"] in {"met", "not met"}
