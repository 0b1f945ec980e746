"""Every block of code on a page runs: here, in the test of its page, or it says why not."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
import yaml

import workforce_sim as ws
from workforce_sim.cli.main import main

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"```(bash|console|python|pycon|sql|yaml)\n(.*?)```", flags=re.DOTALL)

SMALL = """
simulation: {start_year: 2025, end_year: 2026, target_growth_rate: 0.03}
workforce: {total_termination_rate: 0.12}
census: {size: 60}
random_seed: 42
plan: {match: {tiers: [{up_to: 0.06, rate: 0.5}]}}
"""
FEWER = {
    "replicates=200": "replicates=2",
    "--replicates 500": "--replicates 2",
    "--apart 200": "--apart 10",
    "--assumptions 100": "--assumptions 10 --replicates 2",
    "assumptions=100": "assumptions=10, replicates=2",
    "1_000_000": "1_000",
    "100_000": "100",
    "range(12)": "range(3)",
    "=3%:10%:1%": "=3%:4%:1%",
    '"3%:10%:1%"': '"3%:4%:1%"',
    "simple,stretch,safe_harbor_basic": "simple,stretch",
}
"""What takes long, and what a test takes in its place."""

HERE = [
    "docs/api.md",
    "docs/deciding.md",
    "docs/decisions/cents.md",
    "docs/decisions/collect-per-year.md",
    "docs/decisions/draws.md",
    "docs/decisions/order-sampling.md",
    "docs/explaining.md",
    "docs/exports.md",
    "docs/migrating.md",
    "docs/model/eligibility.md",
    "docs/model/index.md",
    "docs/model/pay-ranges.md",
    "docs/notebooks.md",
    "docs/reports.md",
    "docs/run-store.md",
]

ELSEWHERE = {
    "README.md": "tests/unit/test_examples.py",
    "docs/census.md": "tests/unit/test_census_page.py",
    "docs/ensembles.md": "tests/unit/test_ensembles_page.py",
    "docs/ensembles-coverage.md": "tests/unit/test_coverage_example.py",
    "docs/evidence.md": "tests/unit/test_evidence.py",
    "docs/fit.md": "tests/real/test_fit_page.py",
    "docs/installing.md": "noxfile.py",
    "docs/model/actions.md": "tests/unit/test_planned.py",
    "docs/model/amendments.md": "tests/unit/test_amendments.py",
    "docs/model/other-pay.md": "tests/unit/test_reference_money.py",
    "docs/model/sources.md": "tests/unit/test_reference_money.py",
    "docs/model/terminations.md": "tests/unit/test_plan_pages.py",
    "docs/model/uncertainty.md": "tests/unit/test_uncertainty.py",
    "docs/operating.md": "tests/unit/test_operating_page.py",
    "docs/own-events.md": "tests/unit/test_own_events_page.py",
    "docs/portfolio.md": "tests/unit/test_portfolio_page.py",
    "docs/service.md": "tests/unit/test_service_http.py",
    "docs/tasks.md": "tests/unit/test_tasks_page.py",
    **{
        f"docs/model/{name}.md": "tests/unit/test_plan_pages.py"
        for name in ("legality", "match", "nonelective", "testing", "vesting")
    },
    **{str(page.relative_to(ROOT)): "tests/tutorials.py" for page in ROOT.glob("docs/tutorials/*.md")},
}
"""Pages whose blocks another test runs, or their figures."""

NOT_RUN = {
    "docs/explorer.md": "a command that serves until it is interrupted; tests/unit/test_explorer.py asks its server",
    "docs/model/assumptions.md": "six runs of 20,000 employees and ten years",
    "docs/scaling.md": "many machines; tests/cluster has a scheduler and two workers on one",
    "docs/speed.md": "benchmarks, which take minutes",
}


def blocks(page: str) -> Iterator[tuple[str, str]]:
    text = (ROOT / page).read_text(encoding="utf-8")
    for many, few in FEWER.items():
        text = text.replace(many, few)
    yield from BLOCK.findall(text)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with the files that pages name."""
    monkeypatch.chdir(tmp_path)
    for name in ("config", "plan", "today"):
        Path(f"{name}.yaml").write_text(SMALL, encoding="utf-8")
    for name in ("safe", "stretch"):
        Path(f"{name}.yaml").write_text(SMALL.replace("rate: 0.5", "rate: 0.6"), encoding="utf-8")
    return tmp_path


def commands(block: str) -> list[list[str]]:
    """Return the commands of ours in a block of a shell."""
    lines = block.replace("\\\n", " ").splitlines()
    ours = (line.removeprefix("$ ") for line in lines)
    return [shlex.split(line, comments=True)[1:] for line in ours if line.startswith("workforce-sim ")]


def before(page: str) -> dict[str, Any]:
    """Return the names that a page begins with, and make its folders."""
    if page == "docs/reports.md":
        config = ws.load_config("config.yaml")
        compared = ws.compare({"a": config, "b": ws.load_config("safe.yaml")}, replicates=2)
        swept = ws.sweep(config, {"compensation.cola_rate": [0.02, 0.03]}, replicates=2)
        ensemble = ws.simulate_ensemble(config, replicates=2)
        return {
            "ws": ws,
            "config": config,
            "result": ws.simulate(config),
            "ensemble": ensemble,
            "comparison": compared,
            "swept": swept,
        }
    if page == "docs/decisions/collect-per-year.md":
        return {"pl": pl, "staff": pl.DataFrame({"level": ["A", "A", "B"], "salary_cents": [100, 200, 300]})}
    if page == "docs/exports.md":
        ws.simulate("config.yaml", out="runs/base")
    if page == "docs/explaining.md":
        ws.simulate("config.yaml", census=ws.synthetic_census(300), end_year=2027, out="base")
        ws.simulate("stretch.yaml", census=ws.synthetic_census(300), end_year=2027, out="stretch")
    if page == "docs/model/index.md":
        files = re.findall(r"```(yaml|csv)\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), flags=re.DOTALL)
        for kind, text in files:
            Path(f"firm.{kind}").write_text(text, encoding="utf-8")
    return {}


SLOW = ("docs/deciding.md", "docs/reports.md")
IN_PROCESS = [pytest.param(page, marks=pytest.mark.slow) if page in SLOW else page for page in HERE]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("page", IN_PROCESS)
def test_the_blocks_of_a_page_run(page: str, capsys: pytest.CaptureFixture[str]) -> None:
    names = before(page)
    for kind, block in blocks(page):
        if kind == "python":
            exec(compile(block, page, "exec"), names)
        elif kind == "sql":
            assert duckdb.sql(block.partition("--")[0]).fetchall()
        elif kind == "yaml":
            read(page, block)
        elif page != "docs/explaining.md":  # its commands run in a test of their own
            for command in commands(block):
                assert main(command) == 0, capsys.readouterr().err
    capsys.readouterr()


def read(page: str, block: str) -> None:
    """Read a block of YAML: scenarios, or sections of a configuration."""
    if "scenarios:" in block:
        Path("scenarios.yaml").write_text(block, encoding="utf-8")
        assert main(["compare", "scenarios.yaml", "--replicates", "2"]) == 0
    else:
        Path("uncertain.yaml").write_text(SMALL + block, encoding="utf-8")
        ws.load_config(yaml.safe_load(SMALL) | yaml.safe_load(block))


def test_every_page_with_code_is_run_or_says_why_not() -> None:
    with_code = {str(page.relative_to(ROOT)) for page in PAGES if BLOCK.search(page.read_text(encoding="utf-8"))}

    assert sorted([*HERE, *ELSEWHERE, *NOT_RUN]) == sorted(with_code)


@pytest.mark.parametrize(("page", "test"), ELSEWHERE.items())
def test_another_test_names_the_page_that_it_runs(page: str, test: str) -> None:
    named = "tutorials" if "/tutorials/" in page else Path(page).name

    assert named in (ROOT / test).read_text(encoding="utf-8")
