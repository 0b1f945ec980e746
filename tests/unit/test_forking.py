"""Processes that were forked from one in which Polars had begun: refused, never waited for."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.support import few

SCRIPT = """
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
import workforce_sim as ws

CONFIG = {{
    "simulation": {{"start_year": 2025, "end_year": 2025, "target_growth_rate": 0.03}},
    "workforce": {{"total_termination_rate": 0.12}},
    "census": {{"size": 20}},
    "random_seed": 3,
}}

def staff(config):
    return ws.simulate(config).summary["headcount_closing"].to_list()

if __name__ == "__main__":
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        if {early}:
            pool.submit(int).result()  # the process is made now
        {before}
        try:
            {ask}
        except ws.RequestError as error:
            print("refused:", error)
"""
ENSEMBLE = "print(ws.simulate_ensemble(CONFIG, replicates=2, executor=pool).count)"
RUN = "print(pool.submit(staff, CONFIG).result())"
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


def printed(ask: str, *, before: str = "ws.simulate(CONFIG)", early: bool = False) -> str:
    """Return what a program prints that asks a process of its pool."""
    text = SCRIPT.format(before=before, ask=ask, early=early)
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-"]
    return subprocess.run(command, input=text, capture_output=True, text=True, timeout=120, check=True).stdout


@pytest.mark.parametrize("ask", few([RUN, ENSEMBLE], 2))
@pytest.mark.parametrize(
    "before", few(["ws.synthetic_census(5)", "ws.simulate(CONFIG)", "ws.simulate_ensemble(CONFIG, replicates=2)"], 3)
)
def test_a_process_forked_after_a_run_is_refused_and_told_of_spawn(ask: str, before: str) -> None:
    found = printed(ask, before=before)

    assert found.startswith("refused: this process was forked after Polars started its threads")
    assert "spawn" in found


def test_a_process_forked_before_any_run_computes() -> None:
    assert printed(RUN, before="pass") == printed(RUN, before="pass", early=True) == "[21]\n"
