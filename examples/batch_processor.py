"""Several scenarios, a few at a time, and a table of their results.

The class is that of the API reference. Needs pandas. Run it with ``python examples/batch_processor.py``:

                  scenario  staff participants match $ m net cost $ m                                       note
            three_thousand  3,278        2,323       7.7          7.7
    integrated_nonelective 10,927        5,913      11.1         49.7
               safe_harbor 10,927        7,475      25.4         25.4
           qaca_escalation 10,927        9,492      24.6         24.0
                 not_there                                            not_there.yaml: no such configuration file
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pandas as pd

from orchestrator_dbt.run_multi_year import Dict, List, OptimizationLevel, run_enhanced_multi_year_simulation

ROOT = Path(__file__).parents[1]
DESIGNS = ("integrated_nonelective", "safe_harbor", "qaca_escalation")
SCENARIOS: list[dict[str, Any]] = [
    {"name": "three_thousand", "config_path": str(ROOT / "examples/three_thousand.yaml")},
    *({"name": name, "config_path": str(ROOT / f"config/plan_designs/{name}.yaml")} for name in DESIGNS),
    {"name": "not_there", "config_path": "not_there.yaml"},
]


class BatchSimulationProcessor:
    """Batch processing for multiple simulation scenarios."""

    def __init__(self, max_concurrent: int = 4):
        self.max_concurrent = max_concurrent

    async def process_scenarios(self, scenarios: List[Dict[str, Any]]) -> List[Any]:
        """Process scenarios concurrently; one that fails has its exception in place of a result."""
        semaphore = asyncio.Semaphore(self.max_concurrent)

        async def bounded_scenario(scenario: dict[str, Any]) -> dict[str, Any]:
            async with semaphore:
                return await run_enhanced_multi_year_simulation(
                    start_year=scenario["start_year"],
                    end_year=scenario["end_year"],
                    optimization_level=OptimizationLevel.HIGH,
                    max_workers=2,  # reduced, as several run at once
                    batch_size=1000,
                    enable_compression=True,
                    fail_fast=True,
                    performance_mode=False,
                    config_path=scenario.get("config_path"),
                )

        return await asyncio.gather(*map(bounded_scenario, scenarios), return_exceptions=True)


def row(name: str, result: Any) -> dict[str, str]:
    """Return a line of the table: the last year of a scenario, or what went wrong."""
    if isinstance(result, BaseException):
        return {"scenario": name, "note": str(result)}
    if not result["success"]:
        return {"scenario": name, "note": result["error"]}
    last = result["yearly_results"][-1]
    return {
        "scenario": name,
        "staff": f"{last['ending_headcount']:,}",
        "participants": f"{last['participants']:,}",
        "match $ m": f"{last['match_cents'] / 1e8:.1f}",
        "net cost $ m": f"{last['net_employer_cost_cents'] / 1e8:.1f}",
    }


def table(start_year: int = 2025, end_year: int = 2027) -> str:
    """Run all scenarios and return the table."""
    scenarios = [{**scenario, "start_year": start_year, "end_year": end_year} for scenario in SCENARIOS]
    results = asyncio.run(BatchSimulationProcessor(max_concurrent=2).process_scenarios(scenarios))
    rows = [row(scenario["name"], result) for scenario, result in zip(scenarios, results, strict=True)]
    lines = pd.DataFrame(rows).fillna("").to_string(index=False).splitlines()
    return "\n".join(line.rstrip() for line in lines)


if __name__ == "__main__":
    print(table())
