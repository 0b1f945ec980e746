"""A configuration read leniently: what is wrong, what was passed over, and what is simulated."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

import workforce_sim as ws
from workforce_sim.config.problems import as_line

GOOD: dict[str, Any] = {
    "simulation": {"start_year": 2025, "end_year": 2026, "target_growth_rate": 0.03},
    "workforce": {"total_termination_rate": 0.12},
    "random_seed": 42,
}
FILE = """\
simulation: {start_year: 2025, end_year: 2026, target_growth_rate: 0.03}
workforce: {total_termination_rate: 0.12}
random_seed: 42
colour: red
census: {path: a}
"""
SEED = {("simulation", "seed"): ("random_seed",)}
GROWTH = ("simulation", "target_growth_rate")


def with_(**simulation: Any) -> dict[str, Any]:
    return {**GOOD, "simulation": GOOD["simulation"] | simulation}


def lines(problems: tuple[Any, ...], file: str | None = None) -> list[str]:
    return [as_line(problem, file) for problem in problems]


def test_what_load_config_takes_is_read_the_same() -> None:
    found = ws.read_leniently(GOOD)

    assert found.config == ws.load_config(GOOD)
    assert (found.problems, found.remarks, found.given, found.read) == ((), (), GOOD, GOOD)


def test_unknown_keys_are_told_and_not_used() -> None:
    given = {**with_(colour="red"), "enrolment": {}}
    before = deepcopy(given)
    found = ws.read_leniently(given)

    assert found.config == ws.load_config(GOOD)
    assert sorted(line.partition("(")[0] for line in lines(found.remarks)) == [
        "enrolment: unknown key ",
        "simulation.colour: unknown key ",
    ]
    assert all(line.endswith("; it is not used") for line in lines(found.remarks))
    assert (given, found.read) == (before, GOOD)
    assert found.given == given


def test_a_spelling_of_before_is_read_and_told() -> None:
    given = {key: value for key, value in with_(seed=7).items() if key != "random_seed"}
    found = ws.read_leniently(given, spellings=SEED)

    assert found.config is not None
    assert found.config.random_seed == 7
    assert lines(found.remarks) == ["simulation.seed: a deprecated spelling; write random_seed"]
    assert found.given == {**given, "random_seed": 7}
    assert found.written == {("random_seed",): ("simulation", "seed")}


def test_what_is_wrong_with_a_spelling_of_before_is_said_of_it() -> None:
    given = {key: value for key, value in with_(seed="x").items() if key != "random_seed"}

    assert lines(ws.read_leniently(given, spellings=SEED).problems) == [
        "simulation.seed: expected a whole number (got 'x')"
    ]


def test_both_spellings_must_agree() -> None:
    assert ws.read_leniently(with_(seed=42), spellings=SEED).problems == ()
    assert lines(ws.read_leniently(with_(seed=43), spellings=SEED).problems) == [
        "simulation.seed: differs from random_seed, which it stands for; keep random_seed alone"
    ]


def test_empty_keys_are_as_good_as_left_out_where_that_is_asked_for() -> None:
    given = {**GOOD, "compensation": {"cola_rate": None}}

    assert ws.read_leniently(given).config is None
    found = ws.read_leniently(given, empty=[("compensation", "cola_rate")])
    assert found.config == ws.load_config(GOOD)
    assert found.given == {**GOOD, "compensation": {}}


@pytest.mark.parametrize(
    ("value", "read"), [(1 / 30, 0.033333), ({2025: 0.1, 2026: 1 / 7}, {2025: 0.1, 2026: 0.142857})]
)
def test_long_rates_are_rounded_where_that_is_asked_for(value: Any, read: Any) -> None:
    given = with_(target_growth_rate=value)

    assert ws.read_leniently(given).config is None
    found = ws.read_leniently(given, rates=[GROWTH])
    assert found.config is not None
    assert lines(found.remarks) == ["simulation.target_growth_rate: more than 6 decimals; rounded to 6"]
    assert (found.read["simulation"]["target_growth_rate"], found.given) == (read, given)


def test_everything_wrong_is_told_at_once_the_law_too() -> None:
    found = ws.read_leniently({"simulation": {"start_year": "soon", "end_year": 2026}, "random_seed": -1})
    assert [line.partition(":")[0] for line in lines(found.problems)] == [
        "simulation.start_year",
        "simulation.target_growth_rate",
        "workforce",
        "random_seed",
    ]
    assert found.config is None

    integrated = {"base_rate": 0.06, "excess_rate": 0.057, "level": 100_000}
    beyond = {**GOOD, "plan": {"nonelective": {"kind": "integrated", "integrated": integrated}}}
    (line,) = lines(ws.read_leniently(beyond).problems)
    assert line.startswith("plan.nonelective.integrated: in 2025")


@pytest.mark.parametrize("given", [None, [], "c.yaml", 3])
def test_what_is_no_dictionary_is_told(given: Any) -> None:
    found = ws.read_leniently(given)
    assert lines(found.problems) == [f"expected a dictionary of sections, not {type(given).__name__}"]


def test_a_file_has_its_places_and_its_paths_count_from_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    text = "simulation: {start_year: 2025, end_year: 2026, target_growth_rate: 0.03}\n"
    path.write_text(
        text + "workforce: {total_termination_rate: 0.12}\nrandom_seed: 42\ncolour: red\ncensus: {path: a}\n"
    )
    found = ws.read_leniently(path)

    assert found.config is not None
    assert found.config.census.path == str(tmp_path / "a")
    assert lines(found.remarks, "c.yaml")[0].startswith("c.yaml:4:1: colour: unknown key")
    assert found.place(("random_seed",)) == (3, 14)


@pytest.mark.parametrize("text", ["a: [", "random_seed: 1\nrandom_seed: 2\n"])
def test_a_file_that_is_malformed_has_no_configuration(text: str, tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(text, encoding="utf-8")
    found = ws.read_leniently(path)

    assert (len(found.malformed), found.config) == (1, None)


def test_a_file_that_is_not_there_is_raised(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        ws.read_leniently(tmp_path / "none.yaml")
    with pytest.raises(ws.ConfigError, match="a folder"):
        ws.read_leniently(tmp_path)
