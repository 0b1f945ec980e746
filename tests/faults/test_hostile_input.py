"""Thousands of damaged files and strange values: each is accepted, or refused in plain words."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.faults.hostile import PEAK_MIB, ROOT, hostile, outcome, told, unclear
from workforce_sim import load_config
from workforce_sim.errors import ConfigError

INPUTS = int(os.environ.get("WORKFORCE_SIM_FUZZ", "60"))
"""How many damaged inputs are examined, a tenth as many configurations from Hypothesis among them."""

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs POSIX limits, pipes and devices")


def test_an_input_is_its_number() -> None:
    assert hostile(77) == hostile(77)
    assert len({hostile(number)[1] for number in range(300)}) > 280


@pytest.mark.parametrize("part", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_damaged_inputs_are_accepted_or_refused_in_plain_words(tmp_path: Path, part: int) -> None:
    count = INPUTS * 9 // 20
    command = [
        sys.executable,
        "-W",
        "error",
        "-m",
        "tests.faults.hostile",
        str(part * count),
        str(count),
        str(tmp_path),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=3600 + count, check=False)

    left = [path.name for path in tmp_path.iterdir()]
    assert (done.returncode, left) == (0, [])
    assert "Traceback" not in done.stderr  # panics of Polars, caught and answered, print their own lines
    assert not [*told(done.stderr)]
    answer = json.loads(done.stdout)
    assert (answer["inputs"], answer["wrong"]) == (count, {})
    assert answer["peak_mib"] < PEAK_MIB


def _places(config: Any, *before: str) -> Iterator[tuple[str, ...]]:
    yield before
    if isinstance(config, dict):
        for name, value in config.items():
            yield from _places(value, *before, name)


EXAMPLE = yaml.safe_load((ROOT / "config/simulation_config.yaml").read_text(encoding="utf-8"))
KEYS = sorted({key for place in _places(EXAMPLE) for key in place})
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats()
    | st.dates()
    | st.text(max_size=20)
    | st.just(0).map(lambda _: 10**5000)
    | st.sampled_from(["\ud800", "\0", "x" * 5000, 2025, 0.5, "2024-01-01", "none", "uniform", "exact"])
)
WORDS = st.sampled_from(KEYS) | st.integers(1900, 2300) | st.text(max_size=5)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4))


def replaced(config: Any, place: tuple[str, ...], value: Any) -> Any:
    """Return a configuration with another value at a place, as far as the place is still there."""
    if not place or not isinstance(config, dict):
        return value
    return config | {place[0]: replaced(config.get(place[0]), place[1:], value)}


@hypothesis_settings(max_examples=max(1, INPUTS // 10))
@given(st.lists(st.tuples(st.sampled_from(sorted(_places(EXAMPLE))), VALUES), min_size=1, max_size=3))
def test_any_values_anywhere_are_accepted_or_refused_in_plain_words(changes: list[tuple[tuple[str, ...], Any]]) -> None:
    data: Any = EXAMPLE
    for place, value in changes:
        data = replaced(data, place, value)
    if not isinstance(data, dict):
        with pytest.raises((ConfigError, TypeError, FileNotFoundError)):
            load_config({"simulation": data})
        return

    message = outcome(lambda: load_config(data))

    assert not [*unclear(message)] or not message
