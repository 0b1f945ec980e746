"""``python -m benchmarks``: a table of sizes with seconds, peak memory and ratios, to compare with the baseline.

Each size runs in a process of its own, so that peak memory is its own. The kernel is timed in the same process, in turn
with the runs. ``--update`` writes the ratios to ``benchmarks/baseline.json``; ``--check`` fails when one of today's
is more than ``TOLERANCE`` times the baseline's.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

BASELINE = Path(__file__).with_name("baseline.json")
TOLERANCE = 1.5
ROUNDS = {1_000: 21, 10_000: 15, 100_000: 9, 1_000_000: 3}
YEARS = 5


def measure(size: int, with_reference: bool) -> dict[str, Any]:
    """Time one size in this process: medians over interleaved rounds."""
    from benchmarks.cases import config, employee_years, opening, simulated
    from benchmarks.kernel import calibrate, memory
    from workforce_sim import reference

    opening(size)
    first = _timed(simulated, size, YEARS)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    runs, kernels, block = [], [], memory(size)
    for _ in range(ROUNDS[size]):
        runs.append(_timed(simulated, size, YEARS))
        kernels.append(_timed(calibrate, block, YEARS))
    count = employee_years(simulated(size, YEARS))
    took, kernel = statistics.median(runs), statistics.median(kernels)
    row = {
        "staff": size,
        "first_s": first,
        "median_s": took,
        "peak_mib": peak,
        "ns_per_employee_year": took / count * 1e9,
        "ratio_to_kernel": took / kernel,
    }
    if with_reference:
        slow = _timed(reference.simulate, config(YEARS), opening(size))
        row |= {"reference_us_per_employee_year": slow / count * 1e6, "times_faster_than_reference": slow / took}
    return row


def _timed(job: Any, *arguments: Any) -> float:
    start = time.perf_counter()
    job(*arguments)
    return time.perf_counter() - start


def _in_own_process(size: int, reference: bool) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks", "--one", str(size), *(["--reference"] if reference else [])]
    answer = subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path(__file__).parent.parent)
    row: dict[str, Any] = json.loads(answer.stdout)
    return row


def _line(row: dict[str, Any]) -> str:
    faster = row.get("times_faster_than_reference")
    tail = f"{faster:7.0f} x {row['reference_us_per_employee_year']:9.1f} us" if faster else ""
    return (
        f"{row['staff']:>9,} {row['first_s']:8.3f} {row['median_s']:9.3f} {row['ns_per_employee_year']:9.0f} "
        f"{row['ratio_to_kernel']:7.2f} {row['peak_mib']:9.0f} {tail}"
    )


def main() -> int:
    """Run the sizes asked for; return 1 when a ratio is worse than the baseline allows."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Time five simulated years.")
    parser.add_argument("--sizes", type=int, nargs="+", default=list(ROUNDS), choices=list(ROUNDS))
    parser.add_argument("--reference", action="store_true", help="time the reference model too (up to 100,000 staff)")
    parser.add_argument("--check", action="store_true", help="fail when a ratio to the kernel got worse")
    parser.add_argument("--update", action="store_true", help="write today's ratios as the baseline")
    parser.add_argument("--one", type=int, choices=list(ROUNDS), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(options.one, options.reference)))
        return 0
    print("    staff  first s  median s  ns/emp-yr  ratio  peak MiB   against the reference model")
    rows = []
    for size in options.sizes:
        rows.append(_in_own_process(size, options.reference and size <= 100_000))
        print(_line(rows[-1]), flush=True)
    ratios = {str(row["staff"]): round(row["ratio_to_kernel"], 2) for row in rows}
    if options.update:
        BASELINE.write_text(json.dumps(ratios, indent=2) + "\n", encoding="utf-8")
    return _compared(ratios) if options.check else 0


def _compared(ratios: dict[str, float]) -> int:
    baseline: dict[str, float] = json.loads(BASELINE.read_text(encoding="utf-8"))
    worse = {size: ratio for size, ratio in ratios.items() if ratio > TOLERANCE * baseline.get(size, ratio)}
    for size, ratio in worse.items():
        print(f"{int(size):,} staff: {ratio:.2f} times the kernel, the baseline is {baseline[size]:.2f}")
    return int(bool(worse))


if __name__ == "__main__":
    sys.exit(main())
