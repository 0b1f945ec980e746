"""An adviser's afternoon: three yearly censuses of a client become a decision, a report and evidence.

Run it with ``python examples/advisers_afternoon.py FOLDER``. It writes the client's files into FOLDER and works there:

    fitted: 3 censuses, 437 employees at the last
    backtest: 7 measures forecast and compared
    compared: today, safe harbor, automatic at 6%
    highest Participation: eligible employees: automatic enrollment at 3%, match simple
    evidence: good
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import polars as pl

import workforce_sim as ws

PLAN: dict[str, Any] = {
    "simulation": {"start_year": 2025, "end_year": 2027, "target_growth_rate": 0.02},
    "workforce": {"total_termination_rate": 0.12},
    "plan": {"match": {"preset": "simple"}},
    "random_seed": 42,
}
"""What the adviser knows of the client besides the censuses."""

DESIGNS = """\
extends: fitted.yaml
scenarios:
  today: {}
  safe harbor:
    plan.match: {preset: safe_harbor_basic}
  automatic at 6%:
    enrollment.auto_enrollment: {enabled: true, default_deferral_rate: 0.06}
"""
LEVERS = {
    "automatic enrollment": {
        "none": {"enrollment.auto_enrollment.enabled": False},
        "at 3%": {"enrollment.auto_enrollment": {"enabled": True, "default_deferral_rate": 0.03}},
        "at 6%": {"enrollment.auto_enrollment": {"enabled": True, "default_deferral_rate": 0.06}},
    },
    "plan.match": ["simple", "stretch", "safe_harbor_basic"],
}
GOAL, BOUND = "maximize participation_rate", "employer_cost_share_of_payroll<=3% in 9 of 10"


def client_files(folder: Path) -> list[Path]:
    """Write the censuses of three year ends, as a payroll system would."""
    history = ws.simulate(
        {
            "simulation": {"start_year": 2022, "end_year": 2024, "target_growth_rate": 0.03},
            "workforce": {"total_termination_rate": 0.14},
            "census": {"size": 400},
            "random_seed": 7,
        }
    )
    there = history.snapshots.filter(pl.col("status").cast(pl.String).is_in(["continuing", "new_hire"]))
    files = []
    for year in (2022, 2023, 2024):
        rows = there.filter(pl.col("year") == year).select(
            employee_id="W-" + pl.col("employee_id").cast(pl.String),
            hire_date="hire_date",
            birth_date="birth_date",
            annual_salary=pl.col("salary_cents") / 100,
            level=pl.col("level").cast(pl.String),
            department=pl.col("department").cast(pl.String),
            deferral_rate=pl.col("deferral_bp") / 10_000,
        )
        files.append(folder / f"client_{year}-12-31.csv")
        rows.write_csv(files[-1])
    return files


def afternoon(folder: Path, simulations: int = 20) -> ws.EvidenceVerification:
    """Go from the client's files to evidence of the design that is proposed."""
    files = client_files(folder)
    fit = ws.fit(files, PLAN)
    fit.write(folder / "fitted.yaml")
    print(f"fitted: {len(files)} censuses, {fit.census.frame.height} employees at the last")
    tried = ws.backtest(files, PLAN, horizons=(1,), replicates=simulations, progress=False)
    print(f"backtest: {tried.scores.height} measures forecast and compared")

    (folder / "designs.yaml").write_text(DESIGNS, encoding="utf-8")
    compared = ws.compare(folder / "designs.yaml", census=fit.census, replicates=simulations, progress=False)
    compared.report(folder / "designs.html")
    print(f"compared: {', '.join([compared.baseline, *compared.others])}")

    asked = {"subject_to": BOUND, "census": fit.census, "replicates": simulations // 2, "progress": False}
    found = ws.optimize(fit.config, LEVERS, GOAL, **asked)
    print(str(found).splitlines()[0])

    run = folder / "proposed"
    ws.simulate(found.config, census=fit.census, out=run).report(folder / "proposed.html")
    ws.evidence(run, folder / "evidence.zip", progress=False)
    verified = ws.verify_evidence(folder / "evidence.zip")
    print(f"evidence: {', '.join(verified.problems) or 'good'}")
    return verified


if __name__ == "__main__":
    afternoon(Path(sys.argv[1]))
