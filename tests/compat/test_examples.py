"""The examples run and print what they say; the client of the service over a real connection."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.support_examples import EXAMPLES, example

ROOT = Path(__file__).parents[2]


def printed(name: str) -> str:
    """Return the output that an example has in its docstring."""
    text = (EXAMPLES / f"{name}.py").read_text(encoding="utf-8").split('"""')[1]
    return textwrap.dedent("\n".join(line for line in text.splitlines() if line.startswith("    ")))


def ran(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run an example as its docstring says."""
    command = [sys.executable, f"examples/{name}.py", *arguments]
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, encoding="utf-8", timeout=300, check=True
    )


def timeless(text: str) -> str:
    """Return output without what differs from run to run: times, rates, memory, measured shares."""
    return re.sub(r" *[\d,.]+( (s\b|records/s|MB)|% less)|(?<=quickest: )\w+", " #", text.rstrip())


def test_the_batch_is_processed_as_printed() -> None:
    pytest.importorskip("pandas")
    done = ran("batch_processor")

    assert (done.stdout.rstrip(), done.stderr) == (printed("batch_processor"), "")
    assert "no such configuration file" in done.stdout


def test_the_batch_keeps_its_limit_and_its_order() -> None:
    pytest.importorskip("pandas")
    processor = example("batch_processor").BatchSimulationProcessor(max_concurrent=1)
    small = str(EXAMPLES / "three_thousand.yaml")
    scenarios = [{"start_year": 2025, "end_year": 2025 + more, "config_path": small} for more in range(3)]

    results = asyncio.run(processor.process_scenarios([*scenarios, {**scenarios[0], "end_year": 2000}]))

    assert [len(result["completed_years"]) for result in results[:3]] == [1, 2, 3]
    assert isinstance(results[3], ValueError)


def test_the_workflow_logs_as_printed() -> None:
    done = ran("complete_workflow")

    assert (timeless(done.stderr), done.stdout) == (timeless(printed("complete_workflow")), "")
    assert "identical results" in done.stderr


def test_the_optimisation_comparison_prints_as_printed() -> None:
    done = ran("optimisation_comparison")

    assert (timeless(done.stdout), done.stderr) == (timeless(printed("optimisation_comparison")), "")
    assert "results: the same" in done.stdout
