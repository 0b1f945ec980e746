"""What a benefits analyst asks about cost, answered by the command line alone: every answer in a few lines of shell."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from workforce_sim.wording import short_dollars

ROOT = Path(__file__).parents[2]
PLAN = """\
simulation: {start_year: 2025, end_year: 2029, target_growth_rate: 0.03}
workforce: {total_termination_rate: 0.12, headcount: stochastic}
census: {size: 300}
plan: {match: {tiers: [{up_to: 0.06, rate: 0.5}]}, vesting: {match: graded_6}}
random_seed: 42
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with today's plan and a safe-harbor match, five years of 300 employees."""
    (tmp_path / "today.yaml").write_text(PLAN, encoding="utf-8")
    (tmp_path / "safe.yaml").write_text(PLAN.replace("tiers: [{up_to: 0.06, rate: 0.5}]", "preset: safe_harbor_basic"))
    return tmp_path


def shell(folder: Path, script: str) -> str:
    """Run a script that calls ``workforce-sim``, and return what it prints."""
    assert len(script.strip().splitlines()) < 10
    command = f"{shlex.quote(sys.executable)} -m workforce_sim"
    lines = f'set -eu\nworkforce-sim() {{ {command} "$@"; }}\n{script}'
    told = subprocess.run(
        ["bash", "-c", lines], cwd=folder, capture_output=True, text=True, check=False, env={**os.environ}
    )
    assert told.returncode == 0, told.stderr
    return told.stdout


def test_what_a_design_change_costs_by_year_in_total_and_by_group_with_a_range(folder: Path) -> None:
    said = shell(
        folder,
        """
        workforce-sim compare today=today.yaml safe=safe.yaml --replicates 20 --by department --out answer
        workforce-sim run show answer > again.txt
        """,
    )
    totals = pl.read_parquet(folder / "answer/totals.parquet")
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
    assert (folder / "again.txt").read_text().startswith(said)


def test_why_cost_rose(folder: Path) -> None:
    said = shell(
        folder,
        """
        workforce-sim simulate today.yaml --out base > years.txt
        workforce-sim run why base net_employer_cost 2025 2026
        """,
    )
    first, *_ = said.splitlines()
    told = re.match(r"Net employer cost, 2025 to 2026: \$([0-9,]+) to \$([0-9,]+), ([+-])\$([0-9,]+) ", first)
    assert told is not None
    before, after, sign, change = (told[place].replace(",", "") for place in (1, 2, 3, 4))
    steps = re.findall(r"^  ([a-z ]+?) +([+-])\$([0-9,]+)", said, flags=re.MULTILINE)

    assert {"headcount", "pay", "forfeitures"} <= {name for name, _, _ in steps}
    moved = sum(int(f"{up}{amount.replace(',', '')}") for _, up, amount in steps)
    assert abs(int(after) - int(before) - moved) <= len(steps)  # each is rounded to the dollar
    assert abs(moved - int(f"{sign}{change}")) <= len(steps)


def test_why_one_design_costs_more_than_another(folder: Path) -> None:
    said = shell(
        folder,
        """
        for plan in today safe; do workforce-sim simulate $plan.yaml --out $plan > $plan.txt; done
        workforce-sim run why today match 2029 --beside safe
        """,
    )

    assert said.startswith("Employer match, today 2029 to safe 2029: $")
    assert "\n  match formula " in said


def test_which_designs_stay_within_a_budget(folder: Path) -> None:
    said = shell(
        folder,
        """
        workforce-sim sweep today.yaml --replicates 5 --set 'plan.match.tiers[0].rate=[0.3,0.5,0.8]' \
          --filter 'employer_cost_share_of_payroll<=2.2%' --sort=-net_employer_cost
        """,
    )

    assert said.startswith("3 combinations (2 shown), 5 simulations of each")
    assert [line.split()[:2] for line in said.splitlines() if re.match(r"[0-9] +0", line)][:2] == [
        ["1", "0.5"],
        ["0", "0.3"],
    ]
