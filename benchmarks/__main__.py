"""``python -m benchmarks``: a table of sizes with seconds, peak memory and ratios, to compare with the baseline.

Each size runs in a process of its own, so that peak memory is its own. The kernel is timed in the same process, in turn
with the runs. ``--update`` writes the ratios to ``benchmarks/baseline.json``; ``--check`` fails when one of today's
is more than ``TOLERANCE`` times the baseline's. ``--against REV`` compares with a revision of git instead:
``against.py``.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import against

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


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the sizes asked for; return 1 when a ratio is worse than the baseline allows."""
    options = parsed(arguments)
    if options.one:
        print(json.dumps(measure(options.one, options.reference)))
        return 0
    if options.against:
        against.compare(options.against, options.what, options.sizes, options.rounds)
        return 0
    print("    staff  first s  median s  ns/emp-yr  ratio  peak MiB   against the reference model")
    rows = []
    for size in options.sizes:
        rows.append(_in_own_process(size, options.reference and size <= 100_000))
        print(_line(rows[-1]), flush=True)
    ratios = {str(row["staff"]): round(row["ratio_to_kernel"], 2) for row in rows}
    if options.update:
        _write_baseline(ratios)
    return _compared(ratios) if options.check else 0


def parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return the options, what was left out filled in."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Time five simulated years.")
    parser.add_argument("--sizes", type=_sizes, nargs="+", metavar="N", help="employees; several by space or comma")
    parser.add_argument("--reference", action="store_true", help="time the reference model too (up to 100,000 staff)")
    parser.add_argument("--check", action="store_true", help="fail when a ratio to the kernel got worse")
    parser.add_argument("--update", action="store_true", help="write today's ratios as the baseline")
    parser.add_argument("--one", type=int, choices=list(ROUNDS), help=argparse.SUPPRESS)
    parser.add_argument("--against", metavar="REV", help="time the working tree and this revision of git in turn")
    parser.add_argument("--rounds", type=_whole, help=f"with --against: rounds of each (default: {against.ROUNDS})")
    what = ",".join(against.WHAT)
    parser.add_argument("--what", type=_whats, help=f"with --against: what to time (default: {what})")
    options = parser.parse_args(arguments)
    (_fill_comparison if options.against else _fill_baseline)(parser, options)
    return options


def _fill_comparison(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    if options.reference or options.check or options.update:
        parser.error("--against goes with --sizes, --rounds and --what alone")
    options.sizes = _joined(options.sizes) or list(against.SIZES)
    options.what = options.what or list(against.WHAT)
    options.rounds = options.rounds or against.ROUNDS


def _fill_baseline(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    if options.rounds or options.what:
        parser.error("--rounds and --what go with --against")
    options.sizes = _joined(options.sizes) or list(ROUNDS)
    if not ROUNDS.keys() >= set(options.sizes):
        parser.error(f"--sizes without --against: {', '.join(map(str, ROUNDS))}")


def _joined(lists: list[list[int]] | None) -> list[int]:
    return [size for sizes in lists or [] for size in sizes]


def _sizes(text: str) -> list[int]:
    return [_whole(part) for part in text.split(",")]


def _whole(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def _whats(text: str) -> list[str]:
    unknown = [name for name in text.split(",") if name not in against.WHAT]
    if unknown:
        raise argparse.ArgumentTypeError(f"{', '.join(map(repr, unknown))}: there are {', '.join(against.WHAT)}")
    return text.split(",")


def _write_baseline(ratios: dict[str, float]) -> None:
    """Write the ratios of the sizes that were measured; those of the others stay."""
    kept: dict[str, float] = json.loads(BASELINE.read_text(encoding="utf-8"))
    BASELINE.write_text(json.dumps(kept | ratios, indent=2) + "\n", encoding="utf-8")


def _compared(ratios: dict[str, float]) -> int:
    baseline: dict[str, float] = json.loads(BASELINE.read_text(encoding="utf-8"))
    worse = {size: ratio for size, ratio in ratios.items() if ratio > TOLERANCE * baseline.get(size, ratio)}
    for size, ratio in worse.items():
        print(f"{int(size):,} staff: {ratio:.2f} times the kernel, the baseline is {baseline[size]:.2f}")
    return int(bool(worse))


if __name__ == "__main__":
    sys.exit(main())
