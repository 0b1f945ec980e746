"""The commands of ``docs/tasks.md`` answer its ten questions, in order, in an empty folder."""

from __future__ import annotations

import re
import shlex
import subprocess
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import polars as pl
import pytest

from workforce_sim.cli.main import main

PAGE = (Path(__file__).parents[2] / "docs" / "tasks.md").read_text(encoding="utf-8")
QUESTIONS = dict(re.findall(r"^## (.+?)\n(?:.*\n)*?```bash\n((?:.*\n)*?)```", PAGE, flags=re.MULTILINE))
FEWER = {"--replicates 20": "--replicates 2", "--replicates 100": "--replicates 3"}


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return what the commands under each heading print; files stay in the folder, named under ``folder``."""
    folder = tmp_path_factory.mktemp("tasks")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        return {"folder": str(folder)} | {heading: _run(block) for heading, block in QUESTIONS.items()}


def _run(block: str) -> str:
    """Run a block: what is no command of ours in a shell, commands of ours in this process."""
    for many, few in FEWER.items():
        block = block.replace(many, few)
    lines = block.replace("\\\n", " ").splitlines()
    shell = [line for line in lines if not line.startswith("workforce-sim ")]
    subprocess.run(["bash", "-euc", "\n".join(shell)], check=True, timeout=60)
    return "\n".join(_answer(line) for line in lines if line not in shell)


def _answer(line: str) -> str:
    with redirect_stdout(StringIO()) as said:
        assert main(shlex.split(line)[1:]) == 0, line
    return said.getvalue()


def test_there_are_ten_questions_of_fewer_than_ten_lines() -> None:
    assert [heading.partition(".")[0] for heading in QUESTIONS][1:] == [str(number) for number in range(1, 11)]
    assert all(block.count("\n") < 10 for block in QUESTIONS.values())


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("1", "proposal costs the employer"),
        ("1", "90% of simulations"),
        ("2", "total"),
        ("3", "who gains and who loses"),
        ("6", "employee E-0000042"),
        ("7", "Net employer cost, 2025 to 2029"),
        ("8", "net employer cost"),
        ("9", "default_deferral_rate"),
    ],
)
def test_a_question_is_answered_in_words(answers: dict[str, str], question: str, words: str) -> None:
    told = next(text for heading, text in answers.items() if heading.startswith(f"{question}."))

    assert words in told


def test_pages_pictures_workbooks_and_tables_are_there(answers: dict[str, str]) -> None:
    folder = Path(answers["folder"])
    begins = {
        "cfo.html": b"<!DOCTYPE html>",
        "rates.html": b"<!DOCTYPE html>",
        "proposal.xlsx": b"PK",
        "futures.svg": b"<?xml",
    }

    assert {name: (folder / name).read_bytes()[: len(head)] for name, head in begins.items()} == begins
    assert b"4%" in (folder / "present-value.html").read_bytes()
    assert "payroll_dollars" in pl.read_csv(folder / "today-csv" / "summary.csv").columns
    assert pl.read_parquet(folder / "futures-parquet" / "replicates.parquet").height == 3 * 5
