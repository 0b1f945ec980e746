"""The coverage experiment runs, counts right, and its page prints what the example says it printed."""

from __future__ import annotations

import importlib.util
import sys
import textwrap
from pathlib import Path
from types import ModuleType

import numpy as np
import polars as pl
import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def example() -> ModuleType:

    spec = importlib.util.spec_from_file_location("coverage_example", ROOT / "examples" / "coverage.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_a_band_is_held_against_a_replicate_that_it_has_not_seen(example: ModuleType) -> None:
    found = example.held(example.Size(trials=2, replicates=12, staff=40, years=1))
    assert found.height == 6
    assert found["world"].to_list()[:3] == ["calm", "bad and good years", "bad and good years"]
    assert set(found.columns) == {"world", "model", *example.MEASURES}


def test_the_share_that_a_fair_band_holds_is_that_of_order_statistics(example: ModuleType) -> None:
    draws = np.random.default_rng(4).normal(size=(20_000, 21))
    low, high = np.quantile(draws[:, 1:], [0.1, 0.9], axis=1)
    held = ((low <= draws[:, 0]) & (draws[:, 0] <= high)).mean()
    assert held == pytest.approx(example.expected(20), abs=0.02)
    assert example.expected(10**6) == pytest.approx(0.8, abs=1e-4)


def test_what_is_on_an_edge_is_held(example: ModuleType) -> None:
    assert example._holds(pl.Series([3, 3, 3]), 3)
    assert not example._holds(pl.Series([3, 3, 3]), 4)


def test_the_page_prints_the_examples_output(example: ModuleType) -> None:
    page = (ROOT / "docs" / "ensembles-coverage.md").read_text(encoding="utf-8")
    text = example.__doc__ or ""
    printed = textwrap.dedent("\n".join(line for line in text.splitlines() if line.startswith("    ") or not line))
    assert printed.strip() in page
    assert "expected with 100 simulations: 78.4%" in printed
