"""Killed at any moment, a portfolio keeps the employers that are done, and run again it ends with the same bytes.

``WORKFORCE_SIM_FAULTS=300`` kills about so many times in the slow trial; without it 50 times.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
from pathlib import Path

import psutil
import pytest

import workforce_sim as ws
from tests.faults.children import Writer
from tests.support_portfolio import book, contents

KILLS = int(os.environ.get("WORKFORCE_SIM_FAULTS", "50"))
SIZES = (3, 8, 2, 5, 9, 4)
MOST = 2
"""Employers of a load, so that there are several."""

pytestmark = pytest.mark.skipif(os.name == "nt", reason="runs are written on POSIX systems")


def employers(out: Path) -> set[str]:
    """Return the names of the employers whose folders stand."""
    return {path.name for path in (out / "employers").glob("[!.]*")}


def trial(place: Path, kills: int) -> None:
    """Kill a portfolio at random calls of the operating system, go on each time, and compare the bytes."""
    table, chance = book(place / "book", SIZES), random.Random(kills)
    ws.simulate_portfolio(table, out=place / "whole", progress=None)
    expected = contents(place / "whole")
    with Writer(book=str(table), most=MOST, kill_at=0) as counting:
        outcome = counting.run(out=place / "counted")
    assert outcome is not None
    assert contents(place / "counted") == expected
    kept = set()
    for number in range(kills):
        out = place / f"out {number}"
        with Writer(book=str(table), most=MOST, kill_at=chance.randint(2, 2 * outcome["calls"]) / 2) as writer:
            assert writer.run(out=out) is None
        kept.add(len(employers(out)))
        for name in employers(out):
            whole = {f: h for f, h in expected.items() if f.startswith(f"employers/{name}/")}
            assert {f: h for f, h in contents(out).items() if f.startswith(f"employers/{name}/")} == whole
        ws.simulate_portfolio(table, out=out, progress=None)
        assert contents(out) == expected
        shutil.rmtree(out)
    assert len(kept) > 1 or kills < 3


def test_killed_at_a_few_moments_a_portfolio_ends_with_the_same_bytes(place: Path) -> None:
    trial(place, 2)


@pytest.mark.slow
def test_killed_at_many_moments_a_portfolio_ends_with_the_same_bytes(place: Path) -> None:
    trial(place, KILLS)


@pytest.mark.slow
def test_a_worker_killed_in_the_middle_changes_nothing(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = book(place / "book", SIZES * 3)
    ws.simulate_portfolio(table, out=place / "whole", progress=None)
    monkeypatch.setattr("workforce_sim.studies.portfolio.loads.MOST", MOST)
    killed: list[int] = []

    def kill_one(done: int, total: int) -> None:
        if not killed and done < total:
            killed.extend(children())
            os.kill(killed[0], signal.SIGKILL)

    ws.simulate_portfolio(table, out=place / "out", workers=2, progress=kill_one)
    assert killed
    assert contents(place / "out") == contents(place / "whole")


def children() -> list[int]:
    """Return the processes of this one that carry out loads."""
    found = [child for child in psutil.Process().children() if "spawn_main" in " ".join(child.cmdline())]
    return [child.pid for child in found]
