"""``workforce-sim`` as a user meets it: what it prints where, and how it ends."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from tests.support_store import hashes, strays
from workforce_sim import load_config, read_run, simulate
from workforce_sim.cli.main import main
from workforce_sim.config.schema import json_schema

Captured = pytest.CaptureFixture[str]
SMALL = """\
simulation: {start_year: 2025, end_year: 2027, target_growth_rate: 0.03}
workforce: {total_termination_rate: 0.12}
census: {size: 200}
random_seed: 42
"""
CENSUS = "employee_id,hire_date,annual_salary\nA1,2020-01-01,50000\nA2,2021-06-01,60000\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with a small configuration and a census."""
    (tmp_path / "c.yaml").write_text(SMALL, encoding="utf-8")
    (tmp_path / "census.csv").write_text(CENSUS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


# --- simulate ---------------------------------------------------------------------------------------------------------


def test_simulate_prints_the_years_and_writes_the_run(folder: Path, capsys: Captured) -> None:
    assert main(["simulate", "c.yaml", "--out", "runs/base"]) == 0

    out, err = capsys.readouterr()
    assert [line[:4] for line in out.split("\n")[3:6]] == ["2025", "2026", "2027"]
    assert "where the time went" in out
    assert err == "written to runs/base\n"
    assert read_run(folder / "runs/base").fingerprint == simulate("c.yaml").fingerprint


def test_without_a_plan_there_are_no_tests_to_print(folder: Path, capsys: Captured) -> None:
    (folder / "off.yaml").write_text(SMALL + "plan: {enabled: false}\n")

    assert main(["simulate", "off.yaml", "--tests", "--out", "run"]) == 2

    assert not (folder / "run").exists()
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "--tests: plan.enabled is false in off.yaml: there is no plan to test; leave out --tests\n"


@pytest.mark.usefixtures("folder")
def test_years_and_seed_go_over_the_configuration(capsys: Captured) -> None:
    assert (
        main(["simulate", "c.yaml", "--out", "run", "--start-year", "2026", "--end-year", "2026", "--seed", "7"]) == 0
    )

    run = read_run("run")
    assert run.summary["year"].to_list() == [2026]
    assert run.fingerprint == simulate("c.yaml", start_year=2026, end_year=2026, seed=7).fingerprint
    assert "\n2025" not in capsys.readouterr().out


def test_the_configuration_may_name_the_folder(folder: Path, capsys: Captured) -> None:
    (folder / "c.yaml").write_text(SMALL + "output: {path: there, compression: snappy}\n", encoding="utf-8")

    assert main(["simulate", "c.yaml"]) == 0

    assert (folder / "there/year=2025/events.parquet").exists()
    assert capsys.readouterr().err == f"written to {folder / 'there'}\n"


def test_without_a_folder_nothing_is_written(folder: Path, capsys: Captured) -> None:
    before = sorted(folder.iterdir())

    assert main(["simulate", "c.yaml"]) == 0

    assert sorted(folder.iterdir()) == before
    assert capsys.readouterr().err == ""


def test_notes_of_the_census_are_printed(folder: Path, capsys: Captured) -> None:
    (folder / "c.yaml").write_text(SMALL.replace("size: 200", "path: census.csv"), encoding="utf-8")

    assert main(["simulate", "c.yaml"]) == 0

    assert re.search(r"\n\nnotes\n  level missing in 2 of 2 rows.*\n  birth date missing", capsys.readouterr().out)


def test_a_folder_that_is_taken_is_refused_before_the_run(folder: Path, capsys: Captured) -> None:
    assert main(["simulate", "c.yaml", "--out", str(folder)]) == 1

    out, err = capsys.readouterr()
    assert out == ""
    refused = "exists and is not an empty folder; choose another or remove it first (in it: c.yaml, census.csv)"
    assert err == f"{folder}: {refused}\n"


@pytest.mark.usefixtures("folder")
def test_verbose_shows_the_years_as_they_are_done(capsys: Captured) -> None:
    assert main(["simulate", "c.yaml", "-v"]) == 0

    told = [line.partition(", about")[0] for line in capsys.readouterr().err.splitlines()]
    assert told == ["2025 done, 1 of 3", "2026 done, 2 of 3", "2027 done, 3 of 3"]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["none.yaml"], "none.yaml: no such configuration file"),
        (["."], ".: a folder, not a configuration file"),
        (["census.csv"], "census.csv:1:1: expected a section of keys (got employee_id,hire_date,annual_salary A...)"),
        (["c.yaml", "--end-year", "2020"], "simulation.end_year: must not be before start_year, 2025 (got 2020)"),
        (["c.yaml", "--seed", "-1"], "random_seed: must be at least 0 (got -1)"),
        (["c.yaml", "--out", "census.csv"], "census.csv: exists and is not an empty folder"),
    ],
)
def test_what_goes_wrong_is_one_line_and_exit_code_1(arguments: list[str], line: str, capsys: Captured) -> None:
    assert main(["simulate", *arguments]) == 1

    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(line)
    assert err.count("\n") == 1


# --- usage ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["simulate"],
        ["config"],
        ["census"],
        ["nonsense"],
        ["simulate", "c.yaml", "--sed", "1"],
        ["simulate", "c.yaml", "--seed", "1e5"],
        ["simulate", "c.yaml", "--start-year", "twenty"],
        ["config", "check"],
    ],
)
def test_wrong_usage_is_exit_code_2(arguments: list[str], capsys: Captured) -> None:
    assert main(arguments) == 2

    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("usage: workforce-sim")


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["simulate", "--help"], ["census", "check", "-h"], ["config", "init", "-h"], ["--version"]],
)
def test_help_and_version_are_results(arguments: list[str], capsys: Captured) -> None:
    assert main(arguments) == 0

    out, err = capsys.readouterr()
    assert out.startswith(("usage: workforce-sim", "workforce-sim"))
    assert err == ""


# --- census check -----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("folder")
def test_a_good_census_has_no_error(capsys: Captured) -> None:
    assert main(["census", "check", "census.csv"]) == 0

    out, err = capsys.readouterr()
    assert err == ""
    assert out.splitlines() == [
        "census.csv: 2 employees on 2025-01-01",
        "2 rows = 2 employees + 0 left out + 0 refused",
        "  employee_id    employee_id    id",
        "  hire_date      hire_date      YYYY-MM-DD",
        "  annual_salary  annual_salary  number",
        "hired: 2020 to 2021, median 2020",
        "paid: $50,000 to $60,000, median $55,000",
        "imputed in a run: birth_date of 2, level of 2, full_time_share of 2",
        "census.csv: no error",
    ]


def test_every_broken_rule_of_a_census_is_a_line(folder: Path, capsys: Captured) -> None:
    (folder / "census.csv").write_text(CENSUS + "A2,2030-01-01,-5\n", encoding="utf-8")

    assert main(["census", "check", "census.csv"]) == 1

    page = capsys.readouterr().out.splitlines()
    lines = [line for line in page if line.startswith("census.csv: error: ")]
    assert page[1] == "3 rows = 1 employee + 0 left out + 2 refused"
    assert len(lines) == 3
    assert all("; " in line for line in lines)
    assert any(": 2 rows (first: lines 3, 4); " in line for line in lines)
    assert any("hire_date" in line and ": 1 row (first: line 4); " in line for line in lines)


def test_a_census_is_checked_for_a_configuration(folder: Path, capsys: Captured) -> None:
    (folder / "c.yaml").write_text(SMALL.replace("2025", "2021"), encoding="utf-8")

    assert main(["census", "check", "census.csv", "--config", "c.yaml"]) == 1
    assert "2021-01-01" in capsys.readouterr().out


def test_a_parquet_census_is_read(folder: Path, capsys: Captured) -> None:
    pl.read_csv("census.csv", try_parse_dates=True).write_parquet(folder / "census.parquet")

    assert main(["census", "check", "census.parquet"]) == 0
    assert capsys.readouterr().out.endswith("\ncensus.parquet: no error\n")


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("name", ["none.csv", "c.yaml"])
def test_what_is_no_census_is_one_line(name: str, capsys: Captured) -> None:
    assert main(["census", "check", name]) == 1

    out, err = capsys.readouterr()
    assert out == ""
    assert name in err
    assert "Traceback" not in err


# --- config -----------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("folder")
def test_a_good_configuration_is_summed_up(capsys: Captured) -> None:
    assert main(["config", "check", "c.yaml"]) == 0

    line = "c.yaml: good; 2025 to 2027, seed 42, census: synthetic, 200 employees\n"
    assert capsys.readouterr() == (line, "")


def test_what_the_law_has_against_a_plan_is_a_line_each_and_no_failure(folder: Path, capsys: Captured) -> None:
    plan = "eligibility: {waiting_period_days: 730}\nplan: {vesting: {match: graded_4}}\n"
    (folder / "c.yaml").write_text(SMALL + plan, encoding="utf-8")

    assert main(["config", "check", "c.yaml"]) == 0

    out, err = capsys.readouterr()
    assert err == ""
    assert out.splitlines() == [
        (
            "c.yaml: compliance warning: eligibility.waiting_period_days: more than one year of service "
            "(IRC 410(a)(1)(A)(ii)); hired on 2025-01-01, entry on 2027-01-01; the law requires entry by 2026-01-01"
        ),
        (
            "c.yaml: compliance warning: plan.vesting.match: safe-harbor contributions must be vested immediately "
            "(IRC 401(k)(12)(E)(i))"
        ),
        "c.yaml: good; 2025 to 2027, seed 42, census: synthetic, 200 employees",
    ]

    assert main(["simulate", "c.yaml", "--end-year", "2025"]) == 0
    assert "\n  compliance warning: eligibility.waiting_period_days: more than one year" in capsys.readouterr().out


def test_a_year_in_which_an_integrated_formula_breaks_its_bounds_is_an_error(folder: Path, capsys: Captured) -> None:
    # The wage base is 176,100 dollars in 2025 and 184,500 in 2026.
    formula = (
        "plan: {nonelective: {kind: integrated, integrated: {base_rate: 0.03, excess_rate: 0.03, level: 176100.01}}}"
    )
    (folder / "c.yaml").write_text(SMALL + formula, encoding="utf-8")

    for command_line in (["config", "check", "c.yaml"], ["simulate", "c.yaml"]):
        assert main(command_line) == 1
        assert capsys.readouterr().err == (
            "c.yaml: plan.nonelective.integrated: in 2025, the integration level is above "
            "the year's Social Security wage base "
            "(IRC 401(l)(5)(A)(ii))\n"
        )


@pytest.mark.usefixtures("folder")
def test_the_plan_of_a_run_is_printed_after_its_years(capsys: Captured) -> None:
    assert main(["simulate", "c.yaml"]) == 0

    years, plan, *_ = capsys.readouterr().out.split("\n\n")
    assert [line[:4] for line in plan.split("\n")[3:]] == [line[:4] for line in years.split("\n")[3:]]
    assert re.search(r"employee +employer +net employer", plan)


def test_every_problem_of_a_configuration_is_a_line(folder: Path, capsys: Captured) -> None:
    (folder / "c.yaml").write_text(SMALL + "colour: red\noutput: {compression: zip}\n", encoding="utf-8")

    assert main(["config", "check", "c.yaml"]) == 1

    out, err = capsys.readouterr()
    assert out == ""
    assert [line.split(": ")[0] for line in err.splitlines()] == ["c.yaml:5:1", "c.yaml:6:23"]


def test_a_census_that_is_not_there_yet_is_told(folder: Path, capsys: Captured) -> None:
    (folder / "c.yaml").write_text(SMALL.replace("size: 200", "path: later.csv"), encoding="utf-8")

    assert main(["config", "check", "c.yaml"]) == 0
    assert capsys.readouterr().err == f"c.yaml: census.path: no such file yet: {folder / 'later.csv'}\n"


def test_the_schema_is_printed(capsys: Captured) -> None:
    assert main(["config", "schema"]) == 0
    assert json.loads(capsys.readouterr().out) == json_schema()


def test_init_writes_an_example_that_runs_and_never_overwrites(folder: Path, capsys: Captured) -> None:
    assert main(["config", "init"]) == 0

    written = folder / "simulation_config.yaml"
    assert load_config(written) == load_config()
    text = written.read_text(encoding="utf-8")
    assert text.startswith("# Every key of a configuration")
    assert not re.search(r"\$schema|file:/|\.json", text)
    assert "simulate simulation_config.yaml" in capsys.readouterr().err

    assert main(["config", "init", "c.yaml"]) == 1
    assert (folder / "c.yaml").read_text(encoding="utf-8") == SMALL
    assert capsys.readouterr().err == "c.yaml: exists already; choose another name, or remove it first\n"


def test_init_into_nowhere_is_one_line(folder: Path, capsys: Captured) -> None:
    assert main(["config", "init", "none/c.yaml"]) == 1
    assert capsys.readouterr().err == "none/c.yaml: No such file or directory\n"


# --- as a process -----------------------------------------------------------------------------------------------------


def command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    run = [sys.executable, "-W", "error", "-m", "workforce_sim", *arguments]
    return subprocess.run(run, capture_output=True, env={**os.environ, **environment}, timeout=300, check=False)


def test_help_imports_no_engine_and_no_command() -> None:
    code = (
        "import sys; from workforce_sim.cli.main import main; code = main(['--help']);"
        "sys.exit(code or any(name in {'polars', 'numpy', 'pydantic', 'yaml'} or 'command' in name.removesuffix("
        "'cli.commands') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=300, check=False).returncode == 0


@pytest.mark.usefixtures("folder")
def test_the_module_runs_on_a_terminal_without_unicode() -> None:
    done = command("simulate", "c.yaml", PYTHONIOENCODING="ascii")

    assert done.returncode == 0
    assert b"\n----  ----" in done.stdout
    assert done.stderr == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.usefixtures("folder")
def test_a_full_disk_under_standard_output_is_one_line() -> None:
    with Path("/dev/full").open("wb") as full:
        run = [sys.executable, "-m", "workforce_sim", "config", "check", "c.yaml"]
        done = subprocess.run(run, stdout=full, stderr=subprocess.PIPE, timeout=300, check=False)

    assert (done.returncode, done.stderr) == (1, b"standard output: No space left on device\n")


@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX pipe")
def test_a_reader_that_leaves_early_is_no_noise() -> None:
    read, write = os.pipe()
    os.close(read)
    run = [sys.executable, "-m", "workforce_sim", "config", "schema"]
    done = subprocess.run(run, stdout=write, stderr=subprocess.PIPE, timeout=300, check=False)
    os.close(write)

    assert (done.returncode, done.stderr) == (1, b"")


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")
def test_an_interrupt_ends_the_run_with_130_and_keeps_the_years_that_are_done(folder: Path) -> None:
    arguments = ["simulate", "c.yaml", "--end-year", "2039", "--out", "run", "-v"]
    run = [sys.executable, "-u", "-m", "workforce_sim", *arguments]
    with subprocess.Popen(run, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith(b"2025 done, 1 of 15")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=300)

    assert process.returncode == 130
    assert out == b""
    assert strays(folder / "run") == []
    done = len(read_run("run").summary)
    assert 1 <= done < 15
    span = "2025 is" if done == 1 else f"2025 to {2024 + done} are"
    told = f"interrupted; {span} kept in run: give the same command again to go on"
    assert err.decode().splitlines()[-1] == told

    again = command(*arguments)
    assert again.returncode == 0
    assert again.stderr.startswith(f"{2025 + done} done, {done + 1} of 15".encode())
    simulate("c.yaml", end_year=2039, out="whole")
    assert (hashes(folder / "run"), strays(folder / "run")) == (hashes(folder / "whole"), [])


# --- census fields and template ---------------------------------------------------------------------------------------


def test_the_fields_of_a_census_are_listed(capsys: Captured) -> None:
    assert main(["census", "fields"]) == 0
    assert "\ntermination_date: last day of employment\n    " in capsys.readouterr().out
    assert main(["census", "fields", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0] | {"names": []} == {
        "field": "employee_id",
        "holds": "identifier, one per employee",
        "required": True,
        "names": [],
    }


def test_a_template_is_an_empty_census_and_never_written_over(folder: Path, capsys: Captured) -> None:
    assert main(["census", "template", "new.csv"]) == 0
    assert main(["census", "template", "new.csv"]) == 1
    assert "exists already" in capsys.readouterr().err

    header = (folder / "new.csv").read_text(encoding="utf-8")
    assert header.count("\n") == 1
    assert main(["census", "check", "new.csv"]) == 1
    assert "new.csv: error: has no rows" in capsys.readouterr().out


def test_options_of_a_check_need_no_configuration(folder: Path, capsys: Captured) -> None:
    (folder / "a.csv").write_text("No;Begin;Money\n1;03.04.2019;25,50\n2;05.06.2018;31\n", encoding="utf-8")
    columns = [f"--column={pair}" for pair in ("employee_id=No", "hire_date=Begin", "annual_salary=Money")]

    code = main(["census", "check", "a.csv", *columns, "--date-format", "%d.%m.%Y", "--pay-basis", "hourly", "--json"])

    account = json.loads(capsys.readouterr().out)
    assert code == 0
    assert account["rows"] == {"file": 2, "staff": 2, "refused": 0, "left_out": []}
    assert account["ranges"]["paid"] == [53_000, 58_000, 64_000]
    assert account["census"]["columns"] == {"employee_id": "No", "hire_date": "Begin", "annual_salary": "Money"}


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("--column=annual_salary", "expected NAME=VALUE on the command line"),
        ("--column=wages=x", "not a census column"),
        ("--pay-basis=yearly", "census.pay_basis"),
        ("--leave-out=everybody", "census.leave_out"),
        ("--set=nothing=1", "census.nothing"),
        ("--column=hire_date=Begun", "census.columns maps hire_date to Begun, which is not there"),
    ],
)
def test_wrong_options_of_a_check_are_told(option: str, words: str, capsys: Captured) -> None:
    assert main(["census", "check", "census.csv", option]) == 1
    assert words in capsys.readouterr().err


@pytest.mark.usefixtures("folder")
def test_a_check_may_ask_for_another_start_year(capsys: Captured) -> None:
    assert main(["census", "check", "census.csv", "--start-year", "2021"]) == 1
    assert "hire_date on or after 2021-01-01: 1 row (first: line 3)" in capsys.readouterr().out


@pytest.mark.usefixtures("folder")
def test_a_check_for_another_start_year_keeps_an_opening_date_as_a_run_does(capsys: Captured) -> None:
    july = Path("c.yaml").read_text().replace("end_year", "opening_date: 2025-07-01, end_year")
    Path("july.yaml").write_text(july)
    assert main(["census", "check", "census.csv", "--config", "july.yaml", "--start-year", "2026"]) == 1
    assert "must be in start_year, 2026; change it" in capsys.readouterr().err


def test_a_run_in_memory_imports_nothing_for_files_and_no_second_engine() -> None:
    code = (
        "import sys; from workforce_sim import simulate, synthetic_census; simulate(census=synthetic_census(100));"
        "print(*{'pyarrow.parquet', 'pyarrow.compute', 'pyarrow.csv', 'workforce_sim.reference'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=True)
    assert done.stdout == "\n"
