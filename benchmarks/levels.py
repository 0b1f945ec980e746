"""``python -m benchmarks.levels``: time and peak memory of the optimization levels and the settings of a run.

Five years of the documented defaults through ``run_enhanced_multi_year_simulation``, each run in a process of its own,
in turn, round after round. Time is that of the run, census included, imports not: the fastest by the clock, and the
median of what all processors spent on it, which other work on the machine moves less. Memory is the median of the
highest of the whole process.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

SETTINGS: dict[str, dict[str, Any]] = {
    "as documented": {},
    "max_workers 1": {"max_workers": 1},
    "batch_size 100,000": {"batch_size": 100_000},
    "compression": {"enable_compression": True},
    "compression, batch_size 100,000": {"enable_compression": True, "batch_size": 100_000},
}
"""What is measured at each level; a setting left out is the documented one."""

LEVELS = ("high", "medium", "low", "fallback")
DOCUMENTED = {"max_workers": 4, "batch_size": 1000, "enable_compression": False}
YAML = """\
simulation: {{start_year: 2025, end_year: 2029, target_growth_rate: 0.03}}
workforce: {{total_termination_rate: 0.12}}
census: {{size: {size}}}
random_seed: 42
"""


def measure(size: int, level: str, setting: str) -> dict[str, Any]:
    """Run once in this process and return seconds, peak memory in MiB, and the fingerprint."""
    from orchestrator_dbt.run_multi_year import OptimizationLevel, run_enhanced_multi_year_simulation

    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "c.yaml"
        config.write_text(YAML.format(size=size), encoding="utf-8")
        chosen = {**DOCUMENTED, **SETTINGS[setting], "fail_fast": True, "config_path": str(config)}
        run = run_enhanced_multi_year_simulation(2025, 2029, OptimizationLevel(level), **chosen)
        before = time.process_time()
        answer = asyncio.run(run)
        spent = time.process_time() - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    seconds, fingerprint = answer["total_execution_time"], answer["fingerprint"]
    return {"seconds": seconds, "spent": spent, "mib": peak, "fingerprint": fingerprint}


def in_own_process(size: int, level: str, setting: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.levels", "--one", str(size), level, setting]
    answer = subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path(__file__).parent.parent)
    row: dict[str, Any] = json.loads(answer.stdout)
    return row


def measured(size: int, rounds: dict[str, int]) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Run every level with every setting in turn, as many rounds as a level has."""
    cases = [(level, setting) for level in LEVELS for setting in SETTINGS]
    found: dict[tuple[str, str], list[dict[str, Any]]] = {case: [] for case in cases}
    for number in range(max(rounds.values())):
        for case in cases:
            if number < rounds[case[0]]:
                found[case].append(in_own_process(size, *case))
    prints = {row["fingerprint"] for rows in found.values() for row in rows}
    if len(prints) != 1:
        raise SystemExit(f"results differ: {sorted(prints)}")
    return found


def main() -> int:
    """Print a table for each size."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.levels", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--rounds", type=int, default=7, help="rounds of the fast engine (default: 7)")
    parser.add_argument("--fallback-rounds", type=int, default=3, help="rounds of the reference model (default: 3)")
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        size, level, setting = options.one
        print(json.dumps(measure(int(size), level, setting)))
        return 0
    rounds = dict.fromkeys(LEVELS, options.rounds) | {"fallback": options.fallback_rounds}
    print(f"{'staff':>9}  {'level':<8}  {'setting':<31}  {'fastest':>8}  {'CPU s':>7}  {'peak MiB':>8}")
    for size in options.sizes:
        for (level, setting), rows in measured(size, rounds).items():
            fastest = min(row["seconds"] for row in rows)
            spent, mib = (statistics.median(row[name] for row in rows) for name in ("spent", "mib"))
            print(f"{size:>9,}  {level:<8}  {setting:<31}  {fastest:8.3f}  {spent:7.3f}  {mib:8.0f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
