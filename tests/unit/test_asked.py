"""Whole numbers that a caller asks with: what is refused says the range, whatever it is asked of."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import workforce_sim as ws
from tests.support import few
from workforce_sim.cli.main import main
from workforce_sim.errors import asked

CONFIG: dict[str, Any] = {
    "simulation": {"start_year": 2025, "end_year": 2025, "target_growth_rate": 0.03},
    "workforce": {"total_termination_rate": 0.12},
    "census": {"size": 20},
    "random_seed": 3,
}
NO_NUMBERS = [1.0, 1.5, float("inf"), float("nan"), True, np.True_, np.float64(1), "1", b"1", None, 2j]
TOO_LARGE = [2**31, 2**63, 10**20, -1]
REPLICATE = r"replicate must be a whole number from 0 to 2,147,483,647 \(got "
REPLICATES = r"replicates must be 1 or more, at most 1,000,000, or their numbers, from 0 to 2,147,483,647 \(got "


@pytest.mark.parametrize("value", [*NO_NUMBERS, *TOO_LARGE, [1]])
def test_a_replicate_that_is_none_is_refused(value: Any) -> None:
    with pytest.raises(ws.RequestError, match=REPLICATE):
        ws.simulate(CONFIG, replicate=value)


@pytest.mark.parametrize("value", few([*NO_NUMBERS, *TOO_LARGE], 3))
def test_a_replicate_of_a_comparison_that_is_none_is_refused(value: Any) -> None:
    found = ws.compare({"a": CONFIG, "b": CONFIG}, replicates=1)

    for ask in (found.persons, lambda number: found.gains("level", number)):
        with pytest.raises(ws.RequestError, match=REPLICATE):
            ask(value)


def test_the_last_replicate_is_simulated() -> None:
    assert ws.simulate(CONFIG, replicate=2**31 - 1).summary["replicate"].to_list() == [2**31 - 1]
    one, other = (ws.simulate(CONFIG, replicate=number) for number in (3, np.int64(3)))
    assert one.fingerprint == other.fingerprint


@pytest.mark.parametrize(
    "value", [*NO_NUMBERS, *TOO_LARGE, 0, 1_000_001, [], [0.5], [True], [2**31], [[1]], range(2_000_000)]
)
def test_replicates_that_are_none_are_refused(value: Any) -> None:
    asks: list[Callable[[], Any]] = [
        lambda: ws.simulate_ensemble(CONFIG, replicates=value),
        lambda: ws.compare({"a": CONFIG, "b": CONFIG}, replicates=value),
        lambda: ws.sweep(CONFIG, {"plan.enabled": [True]}, replicates=value),
    ]
    for ask in asks:
        with pytest.raises(ws.RequestError, match=REPLICATES):
            ask()


def test_numbers_without_end_are_too_many() -> None:
    with pytest.raises(ws.RequestError, match=REPLICATES):
        asked.replicates(itertools.count())


def test_replicates_are_so_many_or_their_numbers() -> None:
    assert asked.replicates(3) == asked.replicates(np.int64(3)) == [0, 1, 2]
    assert asked.replicates([5, 2**31 - 1, 5, np.int8(2)]) == [2, 5, 2**31 - 1]


@pytest.mark.parametrize("value", few([*NO_NUMBERS, *TOO_LARGE], 3))
def test_events_of_a_replicate_that_is_none_are_refused(value: Any) -> None:
    with pytest.raises(ws.RequestError, match="events: expected numbers of replicates from 0 to 2,147,483,647"):
        ws.simulate_ensemble(CONFIG, replicates=1, events=[value])


@pytest.mark.parametrize("value", [*NO_NUMBERS, *TOO_LARGE, 9])
def test_attribution_says_how_many_replicates_it_takes(value: Any) -> None:
    with pytest.raises(ws.RequestError, match=r"replicates must be a whole number from 10 to 1,000,000 \(got "):
        ws.attribution(CONFIG, replicates=value)


@pytest.mark.parametrize("value", [1.0, True, float("inf"), 2**63, -1])
@pytest.mark.parametrize("name", ["seed", "start_year", "end_year"])
def test_a_seed_and_years_that_are_none_are_errors_of_the_configuration(name: str, value: Any) -> None:
    with pytest.raises(ws.ConfigError, match=r"(random_seed|_year): (expected a whole number|must be )"):
        ws.simulate(CONFIG, **{name: value})


@pytest.mark.parametrize("size", [0, 20_000_001, 2**63, 10**20])
def test_a_synthetic_census_says_how_large_it_may_be(size: int) -> None:
    with pytest.raises(ValueError, match="size must be at least 1 and at most 20,000,000"):
        ws.synthetic_census(size)


def test_a_truth_value_is_no_size() -> None:
    with pytest.raises(TypeError, match="size must be a whole number, not bool"):
        ws.synthetic_census(True)


@pytest.mark.parametrize("text", ["99999999999999999999", "2147483648", "0", "-3"])
@pytest.mark.parametrize(
    "command",
    [["ensemble", "c.yaml"], ["compare", "a=c.yaml", "b=c.yaml"], ["sweep", "c.yaml", "--set", "plan.enabled=[true]"]],
)
def test_the_command_line_says_the_same(
    command: list[str], text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("c.yaml").write_text(str(CONFIG).replace("'", ""))

    assert main([*command, "--replicates", text]) == 1

    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith("replicates must be 1 or more, at most 1,000,000, or their numbers, from 0 to 2,147,483,647")
