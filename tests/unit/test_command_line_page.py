"""The tasks of ``docs/command-line.md`` do what the page says, in less than ten lines of shell each."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import fastexcel
import polars as pl
import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "command-line.md").read_text(encoding="utf-8")
TASKS = re.findall(r"```bash\n(.*?)```", PAGE.partition("\n## Tasks\n")[2], flags=re.DOTALL)
YAML = """\
simulation: {start_year: 2025, end_year: 2026, target_growth_rate: 0.03}
workforce: {total_termination_rate: 0.12, headcount: stochastic}
census: {path: staff.csv}
random_seed: 42
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two configurations and a census, and a ``workforce-sim`` of this very code."""
    folder = tmp_path_factory.mktemp("tasks")
    (folder / "today.yaml").write_text(YAML)
    (folder / "proposed.yaml").write_text(f"{YAML}plan: {{match: {{preset: stretch}}}}\n")
    rows = [
        f"A-{1001 + n},{2000 + n % 24}-03-0{1 + n % 9},{45_000 + 700 * n},{'Sales' if n % 2 else 'IT'}"
        for n in range(80)
    ]
    (folder / "staff.csv").write_text("\n".join(["employee_id,hire_date,annual_salary,department", *rows]))
    programs = folder / "bin"
    programs.mkdir()
    for name, arguments in (("workforce-sim", "-m workforce_sim"), ("python", "")):
        (programs / name).write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {arguments} "$@"\n')
        (programs / name).chmod(0o700)
    return folder


def carried_out(task: str, folder: Path) -> str:
    """Run the lines of a task in a new folder beside the files that it reads, and return what it prints."""
    here = folder / f"task{TASKS.index(task)}"
    here.mkdir()
    for name in ("today.yaml", "proposed.yaml", "staff.csv"):
        (here / name).symlink_to(folder / name)
    fewer = task.replace("--replicates 1000", "--replicates 30")
    path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    run, around = ["/bin/bash", "-e", "-c", fewer], {**os.environ, "PATH": path}
    done = subprocess.run(run, cwd=here, env=around, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def task(words: str) -> str:
    (found,) = (each for each in TASKS if words in each)
    return found


def test_tasks_are_short() -> None:
    assert len(TASKS) == 4
    assert all(len(each.splitlines()) < 10 for each in TASKS)


def test_a_workbook_of_a_run_and_of_a_comparison(folder: Path) -> None:
    asked = task("today.xlsx")
    carried_out(asked, folder)

    here = folder / f"task{TASKS.index(asked)}"
    assert "Tests" in fastexcel.read_excel(str(here / "today.xlsx")).sheet_names
    assert "Total differences" in fastexcel.read_excel(str(here / "proposal.xlsx")).sheet_names


def test_the_story_of_one_employee(folder: Path) -> None:
    told = carried_out(task("timeline"), folder)
    assert told.partition("employee A-1001\n")[1]
    assert "2025-" in told


def test_futures_to_plot(folder: Path) -> None:
    asked = task("futures")
    carried_out(asked, folder)

    here = folder / f"task{TASKS.index(asked)}"
    rows = pl.read_csv(here / "futures/replicates.csv")
    assert rows.height == 60
    assert rows["net_employer_cost_dollars"].n_unique() > 30
    assert (here / "cost.svg").read_text().count("<svg") == 1


def test_what_departments_were_paid(folder: Path) -> None:
    told = carried_out(task("duckdb"), folder)
    assert "Sales" in told
    assert "2026" in told
