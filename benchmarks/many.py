"""``python -m benchmarks.many``: very many staff, recorded on disk; prints time, processor time and peak memory.

Not in CI: ten million staff, five years and the whole plan need two processors for some minutes, and 10 GB of disk.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from workforce_sim import load_config, simulate
from workforce_sim.config import with_changes

STAFF, YEARS = 10_000_000, 5


def recorded(staff: int, years: int, folder: Path) -> None:
    """Invent a census, simulate and record, and say after each year how far it is."""
    asked = {"census.size": staff, "simulation.end_year": load_config().simulation.start_year + years - 1}
    start = time.perf_counter()

    def tell(year: int, done: int, of: int) -> None:
        spent, peak = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        passed = time.perf_counter() - start
        print(f"{year}: {passed:,.1f} s, {spent:,.1f} s of processors, peak {peak:.2f} GiB", flush=True)

    simulate(with_changes(load_config(), asked), out=folder / "run", progress=tell)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--staff", type=int, default=STAFF)
    parser.add_argument("--years", type=int, default=YEARS)
    parser.add_argument("--folder", type=Path, help="where there is room; the folder of temporary files when left out")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
        recorded(asked.staff, asked.years, Path(folder))


if __name__ == "__main__":
    main()
