"""Employers whose rates are known: intervals hold them as often as they say, and nothing is high or low on average."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import polars as pl
import pytest

import workforce_sim as ws
from tests.support_fit import RATES, simulated_from, world
from workforce_sim.studies.fitting.exposure import exposure

WORLDS, TRIPS = 100, 10
pytestmark = pytest.mark.slow


def truth(fit: ws.Fit) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return everybody's true rate, exposure and tenure."""
    people = exposure(fit.parts)
    rates = np.array(list(RATES.values()))[np.searchsorted(list(RATES), people.tenure, side="right") - 1]
    return rates, people.years, people.tenure


@pytest.mark.parametrize("size", [300, 1_000, 5_000])
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

    assert abs(np.mean(ratios) - 1) < 0.01
    assert 0.83 <= np.mean(held) <= 0.96
    assert 0.85 <= np.mean(held_cells) <= 0.95


def test_what_is_simulated_from_a_fit_is_fitted_with_its_values() -> None:
    """Rates, growth and raises of the configuration lie within the 90% intervals of the censuses that it gives."""
    held: dict[str, list[bool]] = defaultdict(list)
    shares = []
    for seed in range(TRIPS):
        first = ws.fit(world(100 + seed, 1_500))
        again = ws.fit(simulated_from(first, seed))
        held["exit level"].append(_holds(again, "exit level", _rate(first)))
        shares.append(again.estimates.entrants.relative / first.estimates.entrants.relative)
        for row in first.table.filter(pl.col("what") != "exit level", pl.col("low").is_not_null()).to_dicts():
            same = again.table.filter(pl.col("what") == row["what"], pl.col("cell") == row["cell"])
            held[row["what"]] += [
                low <= row["estimate"] <= high for low, high in same.select("low", "high").iter_rows()
            ]

    assert {"growth", "raise", "exits by tenure", "exits by department"} <= set(held)
    assert all(np.mean(inside) >= 0.75 for inside in held.values()), {kind: np.mean(v) for kind, v in held.items()}
    assert np.mean(np.concatenate(list(held.values()))) >= 0.85
    assert np.mean(shares) == pytest.approx(1, abs=0.05)


def _rate(fit: ws.Fit) -> float:
    return fit.config.workforce.total_termination_rate.at(fit.config.simulation.start_year)


def _holds(fit: ws.Fit, what: str, value: float) -> bool:
    row = fit.table.filter(pl.col("what") == what).row(0, named=True)
    return bool(row["low"] <= value <= row["high"])
