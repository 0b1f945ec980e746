"""Employers whose rates are known: intervals hold them as often as they say, and nothing is high or low on average."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

import workforce_sim as ws
from tests.support_fit import RATES, world
from workforce_sim.fitting.exposure import exposure

WORLDS = 40
pytestmark = pytest.mark.slow


def truth(fit: ws.Fit) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return everybody's true rate, exposure and tenure."""
    people = exposure(fit.parts)
    rates = np.array(list(RATES.values()))[np.searchsorted(list(RATES), people.tenure, side="right") - 1]
    return rates, people.years, people.tenure


@pytest.mark.parametrize("size", [300, 1_000])
def test_intervals_hold_the_truth_and_the_mean_is_right(size: int) -> None:
    ratios, held, held_cells = [], [], []
    for seed in range(WORLDS):
        fit = ws.fit(world(seed, size))
        rates, years, tenure = truth(fit)
        true = float(rates @ years / years.sum())
        level = fit.table.filter(pl.col("what") == "exit level").row(0, named=True)
        ratios.append(level["estimate"] / true)
        held.append(level["low"] <= true <= level["high"])
        starts = fit.estimates.exits.directions["tenure"].starts
        cells = np.searchsorted(starts, tenure, side="right") - 1
        for i, row in enumerate(fit.table.filter(pl.col("what") == "exits by tenure").to_dicts()):
            inside = cells == i
            held_cells.append(row["low"] <= rates[inside] @ years[inside] / years[inside].sum() <= row["high"])

    assert abs(np.mean(ratios) - 1) < 4 * np.std(ratios) / np.sqrt(WORLDS)
    assert abs(np.mean(ratios) - 1) < 0.04
    assert 0.80 <= np.mean(held) <= 1.0
    assert 0.83 <= np.mean(held_cells) <= 0.96
