"""What a benefits analyst asks about cost, answered by the command line: the figures are those of the tables."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from workforce_sim.cli.main import main
from workforce_sim.wording import short_dollars

PLAN = """\
simulation: {start_year: 2025, end_year: 2029, target_growth_rate: 0.03}
workforce: {total_termination_rate: 0.12, headcount: stochastic}
census: {size: 300}
plan: {match: {tiers: [{up_to: 0.06, rate: 0.5}]}, vesting: {match: graded_6}}
random_seed: 42
"""
Asked = Callable[[str], str]


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Asked:
    """Give what runs a command in a folder with today's plan and a safe-harbor match, and returns what it prints."""
    monkeypatch.chdir(tmp_path)
    Path("today.yaml").write_text(PLAN, encoding="utf-8")
    safe = PLAN.replace("tiers: [{up_to: 0.06, rate: 0.5}]", "preset: safe_harbor_basic")
    Path("safe.yaml").write_text(safe, encoding="utf-8")

    def run(command: str) -> str:
        assert main(shlex.split(command)) == 0
        return capsys.readouterr().out

    return run


def test_what_a_design_change_costs_by_year_in_total_and_by_group_with_a_range(asked: Asked) -> None:
    said = asked("compare today=today.yaml safe=safe.yaml --replicates 20 --by department --out answer")
    totals = pl.read_parquet("answer/totals.parquet")
    cost = totals.row(
        by_predicate=(pl.col("scenario") == "safe") & (pl.col("measure") == "net_employer_cost_cents"), named=True
    )

    line, range_ = (line for line in said.splitlines() if "costs the employer" in line or "90% of simulations" in line)
    assert re.fullmatch(r"safe costs the employer \$[0-9.,]+[KM] more than today over 2025 to 2029", line)
    assert re.fullmatch(r"  90% of simulations: \+\$.* to \+\$.*; standard error of the mean: \$.*", range_)
    assert short_dollars(cost["difference_mean"])[:3] in line
    rows = [row.split() for row in said[said.index("net employer cost ") :].splitlines()[:6]]
    assert [row[-7] for row in rows] == ["2025", "2026", "2027", "2028", "2029", "total"]
    assert all(row[-4].startswith("+$") for row in rows)
    assert "safe: existing employees and future hires; 2025 to 2029" in said
    assert "safe: by department; 2025 to 2029" in said
    assert "safe: who gains and who loses employer contributions" in said
    assert asked("run show answer").startswith(said)


def test_why_cost_rose(asked: Asked) -> None:
    asked("simulate today.yaml --out base")
    said = asked("run why base net_employer_cost 2025 2026")
    first, *_ = said.splitlines()
    told = re.match(r"Net employer cost, 2025 to 2026: \$([0-9,]+) to \$([0-9,]+), ([+-])\$([0-9,]+) ", first)
    assert told is not None
    before, after, sign, change = (told[place].replace(",", "") for place in (1, 2, 3, 4))
    steps = re.findall(r"^  ([a-z ]+?) +([+-])\$([0-9,]+)", said, flags=re.MULTILINE)

    assert {"headcount", "pay", "forfeitures"} <= {name for name, _, _ in steps}
    moved = sum(int(f"{up}{amount.replace(',', '')}") for _, up, amount in steps)
    assert abs(int(after) - int(before) - moved) <= len(steps)  # each is rounded to the dollar
    assert abs(moved - int(f"{sign}{change}")) <= len(steps)


def test_why_one_design_costs_more_than_another(asked: Asked) -> None:
    for plan in ("today", "safe"):
        asked(f"simulate {plan}.yaml --out {plan}")
    said = asked("run why today match 2029 --beside safe")

    assert said.startswith("Employer match, today 2029 to safe 2029: $")
    assert "\n  match formula " in said


def test_which_designs_stay_within_a_budget(asked: Asked) -> None:
    grid = "--set plan.match.tiers[0].rate=[0.3,0.5,0.8]"
    picked = "--filter employer_cost_share_of_payroll<=2.2% --sort=-net_employer_cost"
    said = asked(f"sweep today.yaml --replicates 5 {grid} {picked}")

    assert said.startswith("3 combinations (2 shown), 5 simulations of each")
    assert [line.split()[:2] for line in said.splitlines() if re.match(r"[0-9] +0", line)][:2] == [
        ["1", "0.5"],
        ["0", "0.3"],
    ]
