"""Configurations as the document describes them: loading, validating, testing for both engines."""

from __future__ import annotations

import datetime as dt
import logging
import math
import re
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator_dbt.configuration import typed_config
from orchestrator_dbt.documented import DOCUMENTED
from orchestrator_dbt.levels import as_level
from orchestrator_dbt.run_multi_year import (
    OptimizationLevel,
    load_and_validate_config,
    test_configuration_compatibility,
    validate_configuration,
)
from tests.support import examples
from workforce_sim import load_config
from workforce_sim.config import Config
from workforce_sim.config.keys import keys_of
from workforce_sim.config.values import TAGS

Write = Callable[..., Path]
Log = pytest.LogCaptureFixture
REQUIRED = """\
simulation: {start_year: 2025, end_year: 2029, target_growth_rate: 0.03}
workforce: {total_termination_rate: 0.12}
random_seed: 42
"""


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Return a function that writes a configuration and returns its path."""

    def write(text: str = REQUIRED) -> Path:
        path = tmp_path / "c.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def documented(**changes: Any) -> dict[str, Any]:
    """Return the documented configuration with other values by key, such as ``simulation__end_year``; ... takes out."""
    config = deepcopy(dict(DOCUMENTED))
    for key, value in changes.items():
        put(config, tuple(key.split("__")), value)
    return config


def put(config: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for section in path[:-1]:
        config = config.setdefault(section, {})
    if value is ...:
        del config[path[-1]]
    else:
        config[path[-1]] = value


def errors(**changes: Any) -> list[str]:
    valid, found = validate_configuration(documented(**changes))
    assert valid == (not found)
    return found


def refusal(path: Path, act: Callable[[str], Any] = load_and_validate_config) -> list[str]:
    """Return the lines of the error, without the folder of the file."""
    with pytest.raises(ValueError, match=r"c\.yaml") as caught:
        act(str(path))
    return str(caught.value).replace(str(path), "c.yaml").split("\n")


def warnings(log: Log) -> list[str]:
    return [record.getMessage() for record in log.records if record.levelno == logging.WARNING]


# --- loading ----------------------------------------------------------------------------------------------------------


def test_without_a_path_the_documented_values_come_wherever_one_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config").mkdir()
    for name in ("simulation_config.yaml", "config/simulation_config.yaml", "config.yaml"):
        (tmp_path / name).write_text("random_seed: 7", encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    found = load_and_validate_config()

    assert found == DOCUMENTED
    assert validate_configuration(found) == (True, [])


def test_every_call_gives_a_copy(write: Write) -> None:
    for path in (None, str(write())):
        load_and_validate_config(path)["enrollment"]["auto_enrollment"]["scope"] = "changed"
        assert load_and_validate_config(path) == DOCUMENTED


def test_documented_defaults_are_those_of_the_library() -> None:
    assert typed_config() == load_config()
    assert typed_config(load_and_validate_config()) == load_config()


def test_optional_keys_take_defaults_section_by_section(write: Write) -> None:
    text = REQUIRED + "enrollment: {auto_enrollment: {scope: all_eligible}}\ncompensation: {cola_rate: {2025: 0.01}}\n"

    found = load_and_validate_config(str(write(text)))

    assert found == documented(enrollment__auto_enrollment__scope="all_eligible", compensation__cola_rate={2025: 0.01})


@pytest.mark.parametrize("text", ["eligibility:\n", "enrollment: {auto_enrollment: null}\n", "compensation: {}\n"])
def test_an_empty_section_is_one_left_out(write: Write, text: str) -> None:
    assert load_and_validate_config(str(write(REQUIRED + text))) == DOCUMENTED


def test_keys_beyond_the_documented_ones_are_kept(write: Write) -> None:
    text = REQUIRED + "census: {size: 50}\nplan: {match: {preset: simple}}\n"

    found = load_and_validate_config(write(text))

    assert found == {**DOCUMENTED, "census": {"size": 50}, "plan": {"match": {"preset": "simple"}}}


@pytest.mark.parametrize(("text", "value"), [("2024-05-01", dt.date(2024, 5, 1)), ('"2024-05-01"', "2024-05-01")])
def test_dates_may_be_written_with_and_without_quotes(write: Write, text: str, value: Any) -> None:
    path = write(REQUIRED + f"enrollment: {{auto_enrollment: {{hire_date_cutoff: {text}}}}}\n")

    assert load_and_validate_config(path)["enrollment"]["auto_enrollment"]["hire_date_cutoff"] == value
    assert typed_config(path).enrollment.auto_enrollment.hire_date_cutoff == dt.date(2024, 5, 1)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "none.yaml"
    with pytest.raises(FileNotFoundError, match=re.escape(str(path))):
        load_and_validate_config(str(path))


def test_a_folder_is_not_a_configuration(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=f"{re.escape(str(tmp_path))}: a folder"):
        load_and_validate_config(str(tmp_path))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: [", "c.yaml:2:1: not valid YAML at line 2, column 1"),
        ("simulation:\n\tstart_year: 2025", "c.yaml:2:1: not valid YAML at line 2, column 1: a tab"),
        ("a: 1\nb: }", "c.yaml:2:4: not valid YAML at line 2, column 4"),
        ("a: 1\n---\nb: 2", "c.yaml:3:1: a second document"),
        (REQUIRED + "random_seed: 1\n", "c.yaml:4:1: random_seed: the key stands twice"),
    ],
)
def test_malformed_yaml_has_its_line_and_column(write: Write, text: str, place: str) -> None:
    lines = refusal(write(text))

    assert lines[0].startswith("Invalid configuration: ")
    assert any(line.startswith(place) for line in lines)


def test_a_missing_field_is_said_as_printed_with_its_place(write: Write) -> None:
    assert refusal(write("simulation:\n  start_year: 2025\n  end_yaer: 2029\nworkforce:\n")) == [
        "Invalid configuration: missing required field",
        "c.yaml:1:1: Missing required field: simulation.end_year",
        "c.yaml:1:1: Missing required field: simulation.target_growth_rate",
        "c.yaml:1:1: Missing required section: random_seed",
        "c.yaml:4:11: Missing required section: workforce",
        "c.yaml:3:3: simulation.end_yaer: unknown key (did you mean end_year?); it is not used",
    ]


def test_an_empty_file_lacks_everything(write: Write) -> None:
    assert refusal(write(""))[1:] == [
        f"c.yaml:1:1: Missing required section: {name}" for name in ("simulation", "workforce", "random_seed")
    ]


def test_a_file_takes_no_required_value_from_elsewhere(write: Write) -> None:
    for line in REQUIRED.splitlines(keepends=True):
        assert refusal(write(REQUIRED.replace(line, "")))[0] == "Invalid configuration: missing required field"


def test_wrong_values_have_their_places(write: Write) -> None:
    text = REQUIRED.replace("2029", "2025").replace("0.12", "1.5") + "plan: {match: {preset: rich}}\n"

    assert [line[:50] for line in refusal(write(text))] == [
        "Invalid configuration: 4 problems",
        "c.yaml:1:42: end_year must be greater than start_y",
        "c.yaml:2:37: total_termination_rate must be betwee",
        "c.yaml:2:37: workforce.total_termination_rate: mus",
        "c.yaml:4:24: plan.match.preset: expected simple, t",
    ]


def test_a_file_that_is_no_table_says_so(write: Write) -> None:
    assert refusal(write("- 1\n- 2\n"))[1:] == ["c.yaml:1:1: expected a dictionary of sections, not list"]


# --- validating -------------------------------------------------------------------------------------------------------


def test_the_documented_configuration_is_valid() -> None:
    assert errors() == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"simulation": ...}, ["Missing required section: simulation"]),
        ({"workforce": ...}, ["Missing required section: workforce"]),
        ({"random_seed": ...}, ["Missing required section: random_seed"]),
        ({"simulation__start_year": ...}, ["Missing required field: simulation.start_year"]),
        ({"simulation__end_year": ...}, ["Missing required field: simulation.end_year"]),
        ({"simulation__target_growth_rate": ...}, ["Missing required field: simulation.target_growth_rate"]),
        ({"workforce__total_termination_rate": ...}, ["Missing required field: workforce.total_termination_rate"]),
        ({"simulation__end_year": 2025}, ["end_year must be greater than start_year"]),
        ({"simulation__end_year": 2024}, ["end_year must be greater than start_year"]),
        ({"simulation__target_growth_rate": -0.01}, ["target_growth_rate must be between 0.0 and 1.0"]),
        ({"simulation__target_growth_rate": {2025: 0, 2026: -0.5}}, ["target_growth_rate must be between 0.0 and 1.0"]),
    ],
)
def test_sentences_relied_on_are_verbatim(changes: dict[str, Any], expected: list[str]) -> None:
    assert errors(**changes) == expected


@pytest.mark.parametrize("value", [-0.1, 1.1, 3, 12.0, math.nan, math.inf, -math.inf, {2025: 0.1, 2027: 1.5}])
@pytest.mark.parametrize(
    "key",
    [
        "simulation__target_growth_rate",
        "workforce__total_termination_rate",
        "workforce__new_hire_termination_rate",
        "compensation__cola_rate",
        "compensation__merit_pool",
    ],
)
def test_every_rate_is_between_0_and_1(key: str, value: Any) -> None:
    assert errors(**{key: value})[0] == f"{key.partition('__')[2]} must be between 0.0 and 1.0"


@pytest.mark.parametrize("value", [0, 1, 0.0, 0.999999, {2025: 0.5, 2027: 0}])
def test_the_ends_are_rates_too(value: Any) -> None:
    assert errors(workforce__total_termination_rate=value, compensation__merit_pool=value) == []


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("simulation.start_year", ["2025", 2025.0, True, None, [2025], math.nan]),
        ("simulation.end_year", ["2029", 2029.5, None, dt.date(2029, 1, 1)]),
        ("simulation.target_growth_rate", ["0.03", "3%", None, True, [0.03]]),
        ("workforce.new_hire_termination_rate", ["a", [None], False]),
        ("eligibility.waiting_period_days", [-1, 1.5, "365", True, math.nan]),
        ("enrollment.auto_enrollment.hire_date_cutoff", ["2024-13-01", "01/01/2024", 2024, dt.datetime(2024, 1, 1)]),
        ("enrollment.auto_enrollment.scope", ["everybody", 1, False]),
        ("random_seed", ["42", 42.0, -1, True]),
    ],
)
def test_types_are_checked(key: str, values: list[Any]) -> None:
    for value in values:
        (line,) = errors(**{key.replace(".", "__"): value})
        assert line.startswith(f"{key}: ")


@pytest.mark.parametrize("section", ["simulation", "workforce", "eligibility", "enrollment", "compensation"])
@pytest.mark.parametrize("value", [3, "text", [1, 2], 0.5, True])
def test_a_section_is_a_table(section: str, value: Any) -> None:
    (line,) = errors(**{section: value})
    assert line.startswith(f"{section}: expected a section of keys")


@pytest.mark.parametrize("config", [None, [], "text", 3, {1}, object(), Config])
def test_what_is_no_dictionary_is_answered(config: Any) -> None:
    assert validate_configuration(config) == (
        False,
        [f"expected a dictionary of sections, not {type(config).__name__}"],
    )


def test_everything_is_reported_at_once() -> None:
    found = errors(
        simulation__end_year=2020,
        simulation__target_growth_rate=2,
        workforce__total_termination_rate=...,
        eligibility__waiting_period_days="long",
        enrollment__auto_enrollment__scope="none",
        plan={"match": {"preset": "rich"}, "roth": {"share": 2}},
        random_seed=...,
    )

    for part in (
        "end_year must be greater than start_year",
        "target_growth_rate must be between 0.0 and 1.0",
        "Missing required field: workforce.total_termination_rate",
        "Missing required section: random_seed",
        "eligibility.waiting_period_days: ",
        "enrollment.auto_enrollment.scope: ",
        "plan.match.preset: ",
        "plan.roth.share: ",
    ):
        assert [line for line in found if line.startswith(part)]


def test_the_law_of_the_years_is_part_of_it() -> None:
    integrated = {"base_rate": 0.06, "excess_rate": 0.057, "level": 100_000}
    (line,) = errors(plan={"nonelective": {"kind": "integrated", "integrated": integrated}})

    assert line.startswith("plan.nonelective.integrated: in 2025")


class Hostile:
    """A value that answers nothing."""

    def __repr__(self) -> str:
        raise RuntimeError("no")

    __str__ = __eq__ = __hash__ = __repr__  # type: ignore[assignment]


def test_nothing_a_caller_gives_raises() -> None:
    ring: dict[str, Any] = documented()
    ring["simulation"]["start_year"] = ring
    ring["plan"] = ring
    deep: Any = {}
    for _ in range(100_000):
        deep = {"plan": deep}

    class Closed(dict):  # type: ignore[type-arg]
        def __contains__(self, key: object) -> bool:
            raise KeyError(key)

    for config in (ring, {"simulation": deep}, deep, documented(random_seed=Hostile()), Closed(), {Hostile: 1}):
        valid, found = validate_configuration(config)
        assert not valid
        assert found
        assert all("\n" not in line for line in found)


# --- what the document leaves to the reader ---------------------------------------------------------------------------

LONG = {
    "simulation__target_growth_rate": 1 / 30,
    "workforce__total_termination_rate": {2025: 0.1, 2026: 1 / 7},
    "workforce__new_hire_termination_rate": 0.9999999,
    "compensation__cola_rate": 0.1 + 0.2,
    "compensation__merit_pool": 1e-9,
}
"""Rates of more than six decimals."""


def test_rates_of_more_than_six_decimals_are_rounded_for_a_run_and_kept_for_the_caller(
    write: Write, caplog: Log
) -> None:
    given_ = documented(**LONG)
    path = write(yaml.safe_dump(given_))

    assert validate_configuration(given_) == (True, [])
    caplog.clear()
    assert load_and_validate_config(path) == given_
    lines = warnings(caplog)
    assert sorted(line.partition(": ")[2] for line in lines) == sorted(
        f"{key.replace('__', '.')}: more than 6 decimals; rounded to 6" for key in LONG
    )
    assert test_configuration_compatibility(path)["recommendations"] == lines
    typed = typed_config(path)
    assert typed.simulation.target_growth_rate.at(2025) == 0.033333
    assert [typed.workforce.total_termination_rate.at(year) for year in (2025, 2026)] == [0.1, 0.142857]
    assert typed.workforce.new_hire_termination_rate.at(2025) == 1
    assert (typed.compensation.cola_rate.at(2025), typed.compensation.merit_pool.at(2025)) == (0.3, 0)


@pytest.mark.parametrize("value", [1.0000001, -0.0000001, {2025: 0.1, 2026: 1.0000001}])
@pytest.mark.parametrize("key", LONG)
def test_a_rate_is_held_against_its_range_before_it_is_rounded(key: str, value: Any) -> None:
    assert errors(**{key: value})[0] == f"{key.partition('__')[2]} must be between 0.0 and 1.0"


def test_the_library_itself_rounds_no_rate() -> None:
    with pytest.raises(ValueError, match="has more than 6 decimals"):
        load_config(documented(simulation__target_growth_rate=1 / 30))


@pytest.mark.parametrize("value", [1, 1.0, {2025: 0.5, 2027: 1.0}])
def test_all_hires_may_leave(value: Any) -> None:
    assert errors(workforce__new_hire_termination_rate=value) == []


@pytest.mark.parametrize(
    "key",
    [
        "workforce.new_hire_termination_rate",
        "eligibility.waiting_period_days",
        "enrollment.auto_enrollment.hire_date_cutoff",
        "enrollment.auto_enrollment.scope",
        "compensation.cola_rate",
        "compensation.merit_pool",
    ],
)
def test_null_for_an_optional_field_is_as_good_as_nothing(key: str, write: Write) -> None:
    given_ = documented(**{key.replace(".", "__"): None})
    path = write(yaml.safe_dump(given_))

    assert validate_configuration(given_) == (True, [])
    assert load_and_validate_config(path) == DOCUMENTED
    assert typed_config(path) == load_config()
    with pytest.raises(ValueError, match=re.escape(key)):
        load_config(given_)  # the library wants to know what is meant


@pytest.mark.parametrize("section", ["simulation", "workforce", "random_seed"])
def test_null_for_a_required_section_is_as_good_as_nothing(section: str, write: Write) -> None:
    assert errors(**{section: None}) == [f"Missing required section: {section}"]
    assert refusal(write(yaml.safe_dump(documented(**{section: None}))))[0].endswith("missing required field")


def test_a_deprecated_spelling_stands_in_for_a_null() -> None:
    assert errors(random_seed=None, simulation__random_seed=7) == []
    assert errors(random_seed=None, simulation__random_seed=None) == ["Missing required section: random_seed"]
    assert errors(compensation__merit_pool=None, compensation__merit_budget=0.02) == []


def test_whole_numbers_of_numpy_are_whole_numbers() -> None:
    years = {"simulation__start_year": np.int64(2025), "simulation__end_year": np.int32(2027)}
    config = documented(
        **years,
        random_seed=np.uint8(7),
        eligibility__waiting_period_days=np.int16(30),
        compensation__cola_rate=np.int8(0),
    )
    before = deepcopy(config)

    assert validate_configuration(config) == (True, [])
    assert config == before
    assert errors(random_seed=np.bool_(True))[0].startswith("random_seed: ")


# --- paths ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [5, {}, [], b"c.yaml", True, object()])
def test_what_is_no_path_is_said_to_be_none(path: Any) -> None:
    with pytest.raises(ValueError, match=r"^config_path must be the path of a file, as text or as a Path \(got \w+\)$"):
        load_and_validate_config(path)
    found = test_configuration_compatibility(path)
    assert not found["config_valid"]
    assert found["issues"][0].startswith("Configuration validation failed: config_path must be the path of a file")


def test_an_empty_path_is_no_file() -> None:
    with pytest.raises(FileNotFoundError, match=r"^config_path is empty: no such configuration file$"):
        load_and_validate_config("")
    assert not test_configuration_compatibility("")["config_valid"]


# --- years, unknown keys, deprecated spellings ------------------------------------------------------------------------


@pytest.mark.parametrize(("end", "warned"), [(2035, False), (2036, True), (2100, True)])
def test_more_than_ten_years_are_warned_about(end: int, warned: bool, caplog: Log) -> None:
    assert errors(simulation__end_year=end) == []

    assert ["year range" in line for line in warnings(caplog)] == [True] * warned
    assert {record.name for record in caplog.records} <= {"orchestrator_dbt"}


def test_a_long_range_in_a_file_is_warned_about_once(write: Write, caplog: Log) -> None:
    load_and_validate_config(write(REQUIRED.replace("2029", "2050")))
    assert len(warnings(caplog)) == 1


@pytest.mark.parametrize(
    ("key", "nearest"),
    [
        ("simulation__target_growth_rte", "did you mean target_growth_rate?"),
        ("workforce__termination_rate", "did you mean total_termination_rate?"),
        ("enrolment", "did you mean enrollment?"),
        ("cola_rate", "did you mean compensation.cola_rate?"),
        ("enrollment__auto_enrollment__hire_date_cut_off", "did you mean hire_date_cutoff?"),
        ("plan__match__presett", "did you mean preset?"),
        ("xyzzy", f"known here: {', '.join(keys_of(()))}"),
    ],
)
def test_unknown_keys_are_kept_and_warned_about_with_the_nearest(
    key: str, nearest: str, write: Write, caplog: Log
) -> None:
    given_, expected = yaml.safe_load(REQUIRED), documented(**{key: "v"})
    put(given_, tuple(key.split("__")), "v")
    path = write(yaml.safe_dump(given_))

    assert load_and_validate_config(path) == expected
    (line,) = warnings(caplog)
    assert f"{key.replace('__', '.')}: unknown key ({nearest})" in line
    assert test_configuration_compatibility(path)["recommendations"] == [line]
    assert errors(**{key: "v"}) == []
    assert typed_config(path) == load_config()


def test_unknown_keys_of_items_of_a_list_are_kept_too(caplog: Log) -> None:
    levels = [{"name": "A", "minimum": 1, "maximum": 2, "colour": "red", 5: 6}, {"name": "B", "names": "b"}]

    config = typed_config(documented(workforce__levels=levels))

    assert [level.name for level in config.workforce.levels or ()] == ["A", "B"]
    assert sorted(line.partition(": ")[0] for line in warnings(caplog)) == [
        "workforce.levels.0.5",
        "workforce.levels.0.colour",
        "workforce.levels.1.names",
    ]


@pytest.mark.parametrize(
    ("text", "key", "now"),
    [
        (REQUIRED.replace("random_seed: 42", "").replace("0.03}", "0.03, random_seed: 7}"), "random_seed", 7),
        (REQUIRED + "compensation: {merit_budget: 0.035}\n", "merit_pool", 0.035),
    ],
)
def test_deprecated_spellings_are_accepted(text: str, key: str, now: Any, write: Write, caplog: Log) -> None:
    path = write(text)

    found = load_and_validate_config(path)

    assert found.get(key, found["compensation"].get(key)) == now
    (line,) = warnings(caplog)
    assert re.search(rf"a deprecated spelling; write (compensation\.)?{key}$", line)
    assert test_configuration_compatibility(path)["recommendations"] == [line]
    assert validate_configuration(found) == (True, [])
    typed = typed_config(path)
    assert now in (typed.random_seed, typed.compensation.merit_pool.root)


def test_a_deprecated_spelling_may_repeat_the_documented_one_and_not_contradict_it() -> None:
    assert errors(simulation__random_seed=42) == []
    assert errors(simulation__random_seed=43) == [
        "simulation.random_seed: differs from random_seed, which it stands for; keep random_seed alone"
    ]
    (line,) = errors(compensation__merit_budget=0.01)
    assert line.startswith(
        "compensation.merit_budget: differs from compensation.merit_pool, which it stands for; keep "
    )


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (
            REQUIRED + "compensation: {merit_budget: 2}\n",
            [
                "c.yaml:4:30: merit_budget must be between 0.0 and 1.0",
                "c.yaml:4:30: compensation.merit_budget: must be at most 1; 2% is written 0.02 (got 2)",
            ],
        ),
        (
            REQUIRED.replace("random_seed: 42", "").replace("0.03}", "0.03, random_seed: x}"),
            ["c.yaml:1:87: simulation.random_seed: expected a whole number (got 'x')"],
        ),
    ],
)
def test_an_error_in_a_deprecated_spelling_names_the_key_as_it_is_written(
    text: str, lines: list[str], write: Write
) -> None:
    assert refusal(write(text))[1 : len(lines) + 1] == lines


def test_more_than_ten_years_of_the_caller_are_warned_about_once(write: Write, caplog: Log) -> None:
    typed_config(write(), start_year=2025, end_year=2036)
    assert warnings(caplog) == ["a large year range, 2025 to 2036 (over 10 years)"]
    caplog.clear()
    typed_config(write(REQUIRED.replace("2029", "2036")), start_year=2025, end_year=2036)
    assert len(warnings(caplog)) == 1
    caplog.clear()
    typed_config(write(), start_year=2025, end_year=2035)
    assert warnings(caplog) == []


def test_root_logging_is_left_alone(write: Write) -> None:
    root = logging.getLogger()
    before = (root.level, list(root.handlers))

    load_and_validate_config(write(REQUIRED + "colour: red\n"))
    test_configuration_compatibility(write("colour: red\n"))

    assert (root.level, root.handlers) == before


# --- testing for both engines -----------------------------------------------------------------------------------------


def test_the_compatibility_test_is_not_collected() -> None:
    assert test_configuration_compatibility.__test__ is False  # type: ignore[attr-defined]


def test_a_valid_configuration_suits_both(write: Write) -> None:
    expected = {
        "config_valid": True,
        "new_system_compatible": True,
        "legacy_compatible": True,
        "issues": [],
        "recommendations": [],
    }
    assert test_configuration_compatibility() == expected
    assert test_configuration_compatibility(str(write())) == expected


@pytest.mark.parametrize(
    ("text", "issue"),
    [
        (REQUIRED.replace("2029", "2025"), "c.yaml:1:42: end_year must be greater than start_year"),
        ("a: [", "c.yaml:2:1: not valid YAML"),
        ("", "c.yaml:1:1: Missing required section: simulation"),
        ("- 1", "c.yaml:1:1: expected a dictionary of sections"),
    ],
)
def test_an_invalid_configuration_suits_none(write: Write, text: str, issue: str) -> None:
    path = write(text)

    found = test_configuration_compatibility(path)

    assert not found["config_valid"] | found["new_system_compatible"] | found["legacy_compatible"]
    *wrong, last = [line.replace(str(path), "c.yaml") for line in found["issues"]]
    assert wrong[0].startswith(f"Configuration validation failed: {issue}")
    assert all(line.startswith("Configuration validation failed: ") for line in wrong)
    assert last == "Legacy compatibility issue: the configuration is not valid"


def test_a_missing_file_is_an_issue(tmp_path: Path) -> None:
    path = tmp_path / "none.yaml"
    found = test_configuration_compatibility(str(path))

    assert not found["config_valid"]
    assert found["issues"][0] == f"Configuration validation failed: {path}: no such configuration file"


def test_a_census_that_is_not_there_is_an_issue(write: Write) -> None:
    path = write(REQUIRED + "census: {path: people.csv}\n")

    found = test_configuration_compatibility(path)
    assert (found["config_valid"], found["new_system_compatible"], found["legacy_compatible"]) == (True, False, False)
    assert found["issues"] == [f"Legacy compatibility issue: census.path: no such file ({path.parent / 'people.csv'})"]

    (path.parent / "people.csv").write_text("employee_id\n", encoding="utf-8")
    assert test_configuration_compatibility(path)["legacy_compatible"]


# --- for a run --------------------------------------------------------------------------------------------------------


def test_years_of_the_caller_go_over_the_configuration(write: Write) -> None:
    section = typed_config(write(), start_year=2030, end_year=2030).simulation
    assert (section.start_year, section.end_year) == (2030, 2030)
    assert typed_config(write(), end_year=2026).simulation.end_year == 2026


def test_equal_years_are_wrong_in_a_configuration_and_smaller_ones_everywhere(write: Write) -> None:
    assert "c.yaml:1:42: end_year must be greater than start_year" in refusal(
        write(REQUIRED.replace("2029", "2025")), typed_config
    )
    with pytest.raises(ValueError, match=r"simulation\.end_year: must not be before start_year, 2025"):
        typed_config(write(), end_year=2024)


@pytest.mark.parametrize("own", ["start_year: 2025, end_year: 2025", "start_year: 2030, end_year: 2025"])
def test_years_of_the_caller_are_judged_in_place_of_those_of_the_file(own: str, write: Write) -> None:
    path = write(REQUIRED.replace("start_year: 2025, end_year: 2029", own))

    assert list(typed_config(path, start_year=2025, end_year=2027).simulation.years) == [2025, 2026, 2027]


def test_a_table_by_year_must_cover_the_years_of_the_caller(write: Write) -> None:
    path = write(REQUIRED.replace("0.12", "{2025: 0.12}"))
    with pytest.raises(ValueError, match="total_termination_rate: the table starts in 2025, after start_year 2020"):
        typed_config(path, start_year=2020)


def test_paths_count_from_the_folder_of_the_file(write: Write) -> None:
    path = write(REQUIRED + "census: {path: data/people.csv}\noutput: {path: runs}\n")
    config = typed_config(str(path))

    assert config.census.path == str(path.parent / "data/people.csv")
    assert config.output.path == str(path.parent / "runs")
    assert load_and_validate_config(path)["census"] == {"path": "data/people.csv"}


def test_a_wrong_configuration_cannot_be_run() -> None:
    with pytest.raises(
        ValueError, match="Invalid configuration: missing required field\nMissing required section: sim"
    ):
        typed_config({})
    with pytest.raises(FileNotFoundError, match=r"none\.yaml"):
        typed_config("none.yaml")


# --- two hundred wrong configurations ---------------------------------------------------------------------------------

NOT_A_NUMBER: list[Any] = [
    "a lot",
    "",
    [0.1],
    [],
    math.nan,
    math.inf,
    -math.inf,
    True,
    dt.date(2025, 1, 1),
    1e300,
]
NOT_A_RATE = [*NOT_A_NUMBER, -0.01, -5, 1.01, 12, {}, {2025: 2}, {2025: "x"}, {"soon": 0.1}, {1: 0.1}]
NO_COUNT_OF_A_YEAR = [*NOT_A_NUMBER, {}, {2025: -1}, 1.5, -1, 10**30]
NOT_A_COUNT = [*NO_COUNT_OF_A_YEAR, {2025: 1}]
WRONG: dict[tuple[str, ...], list[Any]] = {
    ("simulation",): [None, *NOT_A_NUMBER, 5, {}],
    ("workforce",): [None, *NOT_A_NUMBER, 5, {}],
    ("simulation", "start_year"): [..., None, *NOT_A_COUNT, 1900, 3000],
    ("simulation", "end_year"): [..., None, *NOT_A_COUNT, 2025, 2000, 9999],
    ("simulation", "target_growth_rate"): [..., None, *NOT_A_RATE],
    ("workforce", "total_termination_rate"): [..., None, *NOT_A_RATE],
    ("workforce", "new_hire_termination_rate"): NOT_A_RATE,
    ("workforce", "headcount"): ["about", 5, None, []],
    ("workforce", "levels"): [[], 5, "Staff", [{}], [{"name": ""}], [{"name": "A"}, {"name": "A"}], {"A": 1}],
    ("eligibility", "waiting_period_days"): NO_COUNT_OF_A_YEAR,
    ("enrollment", "auto_enrollment"): [5, "on", [], True],
    ("enrollment", "auto_enrollment", "hire_date_cutoff"): ["2024-02-30", "soon", 20240101, math.nan, [], {}],
    ("enrollment", "auto_enrollment", "scope"): ["nobody", 5, [], {}],
    ("compensation", "cola_rate"): NOT_A_RATE,
    ("compensation", "merit_pool"): NOT_A_RATE,
    ("compensation", "cola_date"): ["13-01", "01-32", 101, dt.date(2025, 1, 1), None, []],
    ("plan", "match"): [5, "simple", [], {"preset": "rich"}, {"tiers": [{"up_to": 2, "rate": -1}]}],
    ("random_seed",): [..., None, *NOT_A_COUNT],
}


def _distinct(paths: list[tuple[str, ...]]) -> bool:
    both_years = {("simulation", "start_year"), ("simulation", "end_year")} <= {
        *paths
    }  # each is held against the other
    return not both_years and not any(a != b and b[: len(a)] == a for a in paths for b in paths)


mistakes = (
    st.lists(st.sampled_from(sorted(WRONG)), min_size=1, max_size=5, unique=True)
    .filter(_distinct)
    .flatmap(lambda paths: st.tuples(*(st.tuples(st.just(path), st.sampled_from(WRONG[path])) for path in paths)))
)


@settings(max_examples=examples(200))
@given(mistakes)
def test_each_of_many_mistakes_is_answered_in_a_clear_line(mistakes: tuple[tuple[tuple[str, ...], Any], ...]) -> None:
    config = documented()
    for path, value in mistakes:
        put(config, path, value)
    before = repr(config)

    valid, found = validate_configuration(config)

    assert not valid
    assert repr(config) == before
    assert len(set(found)) == len(found)
    for line in found:
        assert line.isprintable()
        assert len(line) < 300
        assert "cannot be read" not in line
        assert "pydantic" not in line
        assert "Traceback" not in line
    for path, _ in mistakes:
        assert any(path[-1] in line for line in found), path


# Names that stand for the shape of a value in places of errors are no keys that anybody writes.
KEYS = st.sampled_from([*documented(), "start_year", "match"]) | st.text().filter(lambda key: key not in TAGS)


@settings(max_examples=examples(200))
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.dates(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
        max_leaves=20,
    )
)
def test_anything_at_all_is_answered(config: Any) -> None:
    before = repr(config)

    valid, found = validate_configuration(config)

    assert valid == (not found)
    assert repr(config) == before
    assert all(line.isprintable() and "cannot be read" not in line for line in found)


# --- levels -----------------------------------------------------------------------------------------------------------


def test_levels_are_given_as_the_enum_or_its_string() -> None:
    for level in OptimizationLevel:
        assert as_level(level) is as_level(level.value) is level


@pytest.mark.parametrize("level", ["fastest", "HIGH", "", None, 3, [], "x" * 1000])
def test_any_other_level_is_refused_with_the_choices(level: Any) -> None:
    with pytest.raises(
        ValueError, match=r"^optimization_level must be one of high, medium, low, fallback \(got .{1,40}\)$"
    ):
        as_level(level)
