"""The examples and the README print what they say they print."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest

from orchestrator_dbt.run_multi_year import main
from tests.support_examples import example

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_designs_compare_as_printed() -> None:
    comparison = example("compare_designs")
    text = comparison.__doc__ or ""
    printed = "\n".join(line for line in text.splitlines() if line.startswith("    "))

    assert comparison.compared() == textwrap.dedent(printed)
    assert "automatic_3_simple_match" in printed


def test_an_afternoon_goes_from_censuses_to_evidence_as_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    afternoon = example("advisers_afternoon")
    printed = "\n".join(line for line in (afternoon.__doc__ or "").splitlines() if line.startswith("    "))

    assert afternoon.afternoon(tmp_path, simulations=4).problems == ()
    assert capsys.readouterr().out == textwrap.dedent(printed) + "\n"
    assert (tmp_path / "designs.html").exists()


def test_the_readme_prints_the_years_as_its_command_does(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--start-year", "2025", "--end-year", "2029"]) == 0
    printed, _, times = capsys.readouterr().out.partition("where the time went")

    assert f"```text\n{printed.rstrip()}\n```" in README
    assert times


def test_the_readme_prints_the_tests_as_its_lines_do(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    section = README.partition("### A plan and its tests")[2]
    (lines,) = re.findall(r"```python\n(.*?)```", section, flags=re.DOTALL)
    monkeypatch.chdir(ROOT)
    exec(lines, {})

    assert f"```text\n{capsys.readouterr().out}```" in section
