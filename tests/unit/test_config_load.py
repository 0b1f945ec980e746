"""Loading a configuration: what is accepted, and what is said about what is not."""

from __future__ import annotations

import datetime as dt
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from tests.support import few
from workforce_sim import load_config
from workforce_sim.census.fields import BY_NAME
from workforce_sim.config import Config, overridden, with_changes
from workforce_sim.config.census import CENSUS_COLUMNS
from workforce_sim.config.document import MAX_BYTES, scalar
from workforce_sim.config.plan_values import SourceEligibility
from workforce_sim.config.problems import MAX_LINES
from workforce_sim.errors import ConfigError

ROOT = Path(__file__).parents[2]
SMALLEST = """\
simulation: {start_year: 2025, end_year: 2029, target_growth_rate: 0.03}
workforce: {total_termination_rate: 0.12}
random_seed: 42
"""
LEVELS = [{"name": "A", "minimum": 30000, "maximum": 60000}, {"name": "B", "minimum": 50000, "maximum": 90000}]


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str | bytes], Path]:
    """Return a function that writes a configuration and returns its path."""

    def write(text: str | bytes) -> Path:
        path = tmp_path / "c.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def data(**sections: Any) -> dict[str, Any]:
    """Return the smallest configuration as a dict, with other sections."""
    return {**yaml.safe_load(SMALLEST), **sections}


def refusal(source: Any) -> list[str]:
    """Return the lines of the error, without the folder of the file."""
    with pytest.raises(ConfigError) as caught:
        load_config(source)
    text = str(caught.value)
    return (text.replace(f"{source}:", "c.yaml:") if isinstance(source, Path) else text).split("\n")


# --- sources ----------------------------------------------------------------------------------------------------------


def test_nothing_gives_the_documented_defaults() -> None:
    config = load_config()

    assert config == load_config(SMALLEST_AS_DOCUMENTED)
    assert config.workforce.new_hire_termination_rate.at(2025) == 0.25
    assert config.compensation.cola_rate.at(2029) == 0.025
    assert config.enrollment.auto_enrollment.hire_date_cutoff == dt.date(2024, 1, 1)


SMALLEST_AS_DOCUMENTED = {
    "simulation": {"start_year": 2025, "end_year": 2029, "target_growth_rate": 0.03},
    "workforce": {"total_termination_rate": 0.12, "new_hire_termination_rate": 0.25},
    "random_seed": 42,
}


def test_every_key_of_the_documented_schema_is_valid_as_printed(write: Callable[[str], Path]) -> None:
    path = write("""
simulation:
  start_year: 2025        # Required: int
  end_year: 2029          # Required: int
  target_growth_rate: 0.03 # Required: float (0.0-1.0)

workforce:
  total_termination_rate: 0.12      # Required: float (0.0-1.0)
  new_hire_termination_rate: 0.25   # Optional: float (0.0-1.0)

eligibility:
  waiting_period_days: 365          # Optional: int

enrollment:
  auto_enrollment:
    hire_date_cutoff: "2024-01-01"  # Optional: date string
    scope: "new_hires_only"         # Optional: string

compensation:
  cola_rate: 0.025                  # Optional: float
  merit_pool: 0.03                  # Optional: float

random_seed: 42                     # Required: int
""")

    assert load_config(path) == load_config()


def test_a_path_may_be_text_or_a_path_and_a_configuration_is_returned_as_it_is(write: Callable[[str], Path]) -> None:
    path = write(SMALLEST)
    config = load_config(path)

    assert load_config(str(path)) == config
    assert load_config(config) is config


@pytest.mark.parametrize("source", [5, b"c.yaml", ["c.yaml"], True])
def test_other_sources_are_a_type_error(source: Any) -> None:
    with pytest.raises(TypeError, match="a configuration is a path, a dict or a Config, not"):
        load_config(source)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=re.escape(f"{tmp_path / 'none.yaml'}: no such configuration file")):
        load_config(tmp_path / "none.yaml")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path) == ["c.yaml: a folder, not a configuration file"]


def test_a_file_must_hold_the_required_keys_itself(write: Callable[[str], Path]) -> None:
    assert refusal(write("simulation:\n  start_year: 2025\n")) == [
        "c.yaml:1:1: simulation.end_year: required, and missing",
        "c.yaml:1:1: simulation.target_growth_rate: required, and missing",
        "c.yaml:1:1: workforce: required, and missing (with total_termination_rate)",
        "c.yaml:1:1: random_seed: required, and missing",
    ]


@pytest.mark.parametrize("text", ["", "# nothing\n", "~"])
def test_an_empty_file_misses_what_is_required(write: Callable[[str], Path], text: str) -> None:
    assert refusal(write(text)) == [
        "c.yaml:1:1: simulation: required, and missing (with start_year, end_year, target_growth_rate)",
        "c.yaml:1:1: workforce: required, and missing (with total_termination_rate)",
        "c.yaml:1:1: random_seed: required, and missing",
    ]


def test_a_section_whose_keys_are_all_left_out_takes_its_defaults(write: Callable[[str], Path]) -> None:
    assert load_config(write(SMALLEST + "compensation:\nterminations:\n  # rates:\n")) == load_config()


@pytest.mark.parametrize("text", ["﻿" + SMALLEST, SMALLEST.replace("\n", "\r\n"), "---\n" + SMALLEST + "...\n"])
def test_byte_order_marks_and_line_ends_and_document_marks_do_not_matter(
    write: Callable[[str], Path], text: str
) -> None:
    assert load_config(write(text)) == load_config()


def test_relative_paths_count_from_the_folder_of_the_file(
    write: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(SMALLEST + "census: {path: in/census.csv, size: 5}\noutput: {path: ../runs}\n")
    monkeypatch.chdir(tmp_path)

    config = load_config("c.yaml")

    assert config.census.path == str(tmp_path / "in/census.csv")
    assert config.census.size == 5
    assert config.output.path is not None
    assert Path(config.output.path).resolve() == (tmp_path / "../runs").resolve()
    assert load_config(path) == config


def test_absolute_paths_and_paths_in_a_dict_stay_as_they_are(write: Callable[[str], Path]) -> None:
    assert load_config(write(SMALLEST + "census: {path: /data/census.csv}\n")).census.path == "/data/census.csv"
    assert load_config(data(census={"path": Path("census.csv")})).census.path == "census.csv"


def test_a_dict_is_not_changed() -> None:
    source = data(workforce={"total_termination_rate": {2025: 0.1}, "levels": LEVELS})
    before = deepcopy(source)

    load_config(source)

    assert source == before


def test_what_a_configuration_dumps_loads_again() -> None:
    config = load_config(data(workforce={"total_termination_rate": {2025: 0.1}, "levels": LEVELS}))

    assert load_config(config.model_dump(by_alias=True)) == config
    assert load_config(config.model_dump(by_alias=True, mode="json")) == config
    assert load_config(yaml.safe_load(config.model_dump_json(by_alias=True))) == config


def test_numpy_floats_are_numbers() -> None:
    assert load_config(data(compensation={"cola_rate": np.float64(0.02)})).compensation.cola_rate.at(2025) == 0.02


# --- scalars ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("On", "On"),
        ("yes", "yes"),
        ("y", "y"),
        ("true", True),
        ("False", False),
        ("tRUE", "tRUE"),
        ("", None),
        ("~", None),
        ("Null", None),
        ("42", 42),
        ("-7", -7),
        ("+7", 7),
        ("0", 0),
        ("010", "010"),
        ("0o10", "0o10"),
        ("0x1F", "0x1F"),
        ("0b1", "0b1"),
        ("1_000", "1_000"),
        ("1,000", "1,000"),
        ("12:30:00", "12:30:00"),
        ("190:20", "190:20"),
        ("01-01", "01-01"),
        ("0.5", 0.5),
        (".5", 0.5),
        ("5.", 5.0),
        ("1e5", 100_000.0),
        ("1E-2", 0.01),
        ("-1.5e+3", -1500.0),
        ("00.5", "00.5"),
        ("1e", "1e"),
        (".", "."),
        (".inf", float("inf")),
        ("-.Inf", float("-inf")),
        ("inf", "inf"),
        ("nan", "nan"),
        ("2024-01-31", dt.date(2024, 1, 31)),
        ("2024-02-30", "2024-02-30"),
        ("2024-1-1", "2024-1-1"),
        ("2024-01-01 10:00:00", "2024-01-01 10:00:00"),
        ("9" * 100, int("9" * 100)),
        ("9" * 101, float("9" * 101)),
        ("٣", "٣"),
        ("<<", "<<"),
        ("=", "="),
    ],
)
def test_scalars_hold_no_surprise(text: str, value: object) -> None:
    found = scalar(text)

    assert found == value
    assert type(found) is type(value)


def test_not_a_number_is_one() -> None:
    assert scalar(".nan") != scalar(".nan")


def test_quoted_scalars_are_text(write: Callable[[str], Path]) -> None:
    path = write(SMALLEST + "census: {id_prefix: '42'}\n")
    assert load_config(path).census.id_prefix == "42"


def test_unquoted_and_quoted_dates_are_dates(write: Callable[[str], Path]) -> None:
    for text in ("2023-05-01", '"2023-05-01"'):
        path = write(SMALLEST + f"enrollment: {{auto_enrollment: {{hire_date_cutoff: {text}}}}}\n")
        assert load_config(path).enrollment.auto_enrollment.hire_date_cutoff == dt.date(2023, 5, 1)


def test_aliases_repeat_a_value(write: Callable[[str], Path]) -> None:
    path = write(SMALLEST.replace("0.12", "&rate 0.12") + "compensation: {cola_rate: *rate}\n")
    assert load_config(path).compensation.cola_rate.at(2025) == 0.12


# --- YAML that is refused ---------------------------------------------------------------------------------------------

LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{after}: &{after} [{', '.join(['*' + before] * 9)}]\n"
    for before, after in zip("abcdefgh", "bcdefghi", strict=True)
)
CHAIN = "a0: &a0 [1]\n" + "".join(f"a{i + 1}: &a{i + 1} [*a{i}]\n" for i in range(60))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: b: c", "1:5: not valid YAML at line 1, column 5: mapping values are not allowed"),
        ("a: [1, 2\nb: 3", "2:2: not valid YAML at line 2, column 2: while parsing a flow sequence from 1:4: "),
        (
            "a: 'x",
            "1:6: not valid YAML at line 1, column 6: while scanning a quoted scalar from 1:4: found unexpected end",
        ),
        ("a:\n\tb: 1", "2:1: not valid YAML at line 2, column 1: a tab where spaces are needed; indent with spaces"),
        ("a: @b", "1:4: not valid YAML at line 1, column 4: text that begins with @ needs quotes"),
        ("a: 5\nb: %c", "2:4: not valid YAML at line 2, column 4: text that begins with % needs quotes"),
        ("a: \x00", "1:4: not valid YAML at line 1, column 4: the control character U+0000; remove it"),
        ("a:\n  \x1b[31m", "2:3: not valid YAML at line 2, column 3: the control character U+001B; remove it"),
        ("a: *b", "1:4: a: *b stands for nothing: no finished value before it is marked &b"),
        ("a: &a [*a]", "1:8: a.0: *a stands for nothing: no finished value before it is marked &a"),
        ("[" * 100_000, "1:52: nested deeper than 50 levels"),
        ("- " * 100_000, "1:103: nested deeper than 50 levels"),
        ("{a: " * 100_000, "1:202: nested deeper than 50 levels"),
        (CHAIN, "50:12: nested deeper than 50 levels"),
        (LAUGHS, "5:8: aliases repeat more than 10,000 values"),
        (SMALLEST + "---\na: 1", "5:1: a second document; a configuration is one document"),
        (b"a: 1\nb: \xe9", "2:4: not UTF-8 text; save the file as UTF-8"),
        (SMALLEST.encode("utf-16"), "1:1: not UTF-8 text; save the file as UTF-8"),
        (b"#" * (MAX_BYTES + 1), "1:1: the file is larger than 1,048,576 bytes"),
    ],
    ids=lambda value: repr(value[:12]),
)
def test_what_cannot_be_read_is_one_line_with_its_place(
    write: Callable[[str | bytes], Path], text: str | bytes, line: str
) -> None:
    lines = refusal(write(text))

    assert len(lines) == 1
    assert lines[0].startswith(f"c.yaml:{line}")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("census:\n  size: 1\n  size: 2\n", "6:3: census.size: the key stands twice (first at 5:3); keep one"),
        ('"random_seed": 1\n', "4:1: random_seed: the key stands twice (first at 3:1); keep one"),
        (
            "compensation: {cola_rate: {2025: 0.1, 2025: 0.2}}\n",
            "4:39: compensation.cola_rate.2025: the key stands twice (first at 4:28); keep one",
        ),
        ("census: {<<: {size: 5}}\n", "4:10: census: merge keys (<<) are not supported; write the keys out"),
        (
            "census: !!python/object/apply:os.system {size: 5}\n",
            "4:9: census: tags are not supported; remove it, and quote what is text",
        ),
        ("census: {size: !!int '3'}\n", "4:16: census.size: tags are not supported; remove it, and quote what is text"),
        ("[a, b]: 1\n", "4:1: a key must be text or a number, not a list or a mapping"),
        ("census: {~: 1}\n", "4:10: census: a key must not be empty or null"),
    ],
)
def test_what_is_read_but_not_allowed_has_its_place(write: Callable[[str], Path], text: str, line: str) -> None:
    assert refusal(write(SMALLEST + text)) == [f"c.yaml:{line}"]


def test_a_file_of_problems_stays_short_and_quick(write: Callable[[str], Path]) -> None:
    lines = refusal(write(SMALLEST + "".join(f"key{i}: &a{i} 1\n" for i in range(20_000))))

    assert len(lines) == MAX_LINES + 1
    assert lines[0].startswith("c.yaml:4:1: key0: unknown key")
    assert lines[-1] == "... and more"


@pytest.mark.parametrize("key", ['"a\\nb"', '"\\e[2J"', '"\\u202e"', '""', "? " + "x" * 5_000 + "\n"])
def test_a_key_cannot_break_the_line_or_drive_the_terminal(write: Callable[[str], Path], key: str) -> None:
    lines = refusal(write(SMALLEST + key + ": 1\n"))

    assert len(lines) == 1
    assert lines[0].isprintable()
    assert len(lines[0]) < 300


def test_all_this_holds_where_yaml_has_no_parser_in_c(write: Callable[[str], Path]) -> None:
    path = write(SMALLEST + "census:\n  size: 010\n  size: 5\n")
    code = f"""
import yaml
del yaml.CSafeLoader
from workforce_sim import load_config
try:
    load_config({str(path)!r})
except ValueError as error:
    print(error)
"""
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=300)

    assert found.stdout.replace(str(path), "c.yaml").splitlines() == refusal(path)
    assert len(refusal(path)) == 2


# --- messages ---------------------------------------------------------------------------------------------------------


def test_all_problems_come_at_once_by_position(write: Callable[[str], Path]) -> None:
    path = write("""\
random_seed: forty-two
simulation:
  start_year: 2025
  end_year: 2029.5
  target_growth_rate: {2025: 0.03, 2026: "0.04"}
workforce:
  total_termination_rate: 12
  levels:
    - {name: A}
    - {name: B, minimum: 9, maximum: 8}
    - {name: 3}
compensation:
  cola: 0.025
  cola_rate: 0.02
  cola_rate: 0.03
plan: {match: {2025: {prest: none}}}
""")

    assert refusal(path) == [
        "c.yaml:1:14: random_seed: expected a whole number (got forty-two)",
        "c.yaml:4:13: simulation.end_year: expected a whole number (got 2029.5)",
        (
            "c.yaml:5:42: simulation.target_growth_rate.2026: expected a number;"
            ' write 0.04 without quotes or separators (got "0.04")'
        ),
        "c.yaml:7:27: workforce.total_termination_rate: must be at most 1; 12% is written 0.12 (got 12)",
        (
            "c.yaml:10:7: workforce.levels.1: pay must rise: minimum, p10, p25, p50, p75, p90, maximum, with midpoint"
            " inside the range"
        ),
        'c.yaml:11:14: workforce.levels.2.name: expected text; write it in quotes, "3" (got 3)',
        "c.yaml:13:3: compensation.cola: unknown key (did you mean cola_rate?)",
        "c.yaml:15:3: compensation.cola_rate: the key stands twice (first at 14:3); keep one",
        "c.yaml:16:23: plan.match.2025.prest: unknown key (did you mean preset?)",
    ]


YEARS_BACK = {"start_year": 2029, "end_year": 2025, "target_growth_rate": 3}
BOTH_DATES = {"date": "01-01", "month_weights": [1] * 12, "base_rate": 5}
TWO_NAMED_A = [{"name": "A", "minimum": 9, "maximum": 8}, {"name": "B", "minimum": "x"}, {"name": "A"}]
LATE = {"cola_rate": {2026: 0.02}, "merit_pool": "x", "merit_factors": {"C": 1}}


@pytest.mark.parametrize(
    ("sections", "paths"),
    [
        ({"simulation": YEARS_BACK}, ["simulation.target_growth_rate", "simulation.end_year"]),
        ({"promotion": BOTH_DATES}, ["promotion.base_rate", "promotion"]),
        (
            {"workforce": {"total_termination_rate": 0.1, "levels": TWO_NAMED_A}},
            ["workforce.levels.0", "workforce.levels.1.minimum", "workforce.levels"],
        ),
        ({"compensation": LATE}, ["compensation.merit_pool", "compensation.cola_rate"]),
        (
            {"workforce": {"levels": LEVELS}, "compensation": LATE},
            [
                "compensation.merit_pool",
                "workforce.total_termination_rate",
                "compensation.merit_factors.C",
                "compensation.cola_rate",
            ],
        ),
        ({"colour": "red", "promotion": BOTH_DATES | {"base_rate": 0.1}}, ["promotion", "colour"]),
    ],
)
def test_a_wrong_key_hides_no_other_problem(sections: dict[str, Any], paths: list[str]) -> None:
    assert sorted(line.split(": ")[0] for line in refusal(data(**sections))) == sorted(paths)


@pytest.mark.parametrize(
    ("sections", "path"),
    [
        ({"simulation": YEARS_BACK | {"target_growth_rate": 0, "start_year": "x"}}, "simulation.start_year"),
        ({"promotion": {"increase": {"lowest": 0.2, "highest": "x"}}}, "promotion.increase.highest"),
        (
            {"promotion": {"age_factors": [{"from": 0, "factor": 1}, {"from": "x", "factor": 1}]}},
            "promotion.age_factors.1.from",
        ),
        ({"hiring": {"ages": [{"from": "x", "to": 20, "weight": 1}]}}, "hiring.ages.0.from"),
        ({"hiring": {"level_mix": {"A": "x", "B": 0.5}}}, "hiring.level_mix.A"),
        ({"hiring": {"month_weights": [-1] + [1] * 11}}, "hiring.month_weights.0"),
        ({"terminations": {"causes": [{"from": 0, "voluntary": "x"}]}}, "terminations.causes.0.voluntary"),
        (
            {"compensation": {"ratings": {"good": {"share": "x", "factor": 1}, "bad": {"share": 0.5, "factor": 0}}}},
            "compensation.ratings.good.share",
        ),
    ],
)
def test_a_wrong_key_is_not_told_twice(sections: dict[str, Any], path: str) -> None:
    assert [line.split(": ")[0] for line in refusal(data(**sections))] == [path]


@pytest.mark.parametrize(
    ("section", "keys", "line"),
    [
        ("census", {"path": ""}, "census.path: must not be empty (got '')"),
        ("census", {"date_format": ""}, "census.date_format: must not be empty (got '')"),
        (
            "census",
            {"date_format": "100%% hello"},
            "census.date_format: has no part of a date, such as %Y; a format reads like %m/%d/%Y (got '100%% hello')",
        ),
        ("census", {"size": 0}, "census.size: must be at least 1 (got 0)"),
        ("census", {"size": 10**5000}, "census.size: must be at most 20,000,000 (got int)"),
        ("census", {"size": True}, "census.size: expected a whole number (got True)"),
        ("census", {"path": "\ud800"}, "census.path: text that is not valid Unicode (got '\\ud800')"),
        (
            "census",
            {"id_prefix": "x" * 51},
            f"census.id_prefix: must not be longer than 50 characters (got '{'x' * 36}...)",
        ),
        ("census", {"columns": ["a"]}, "census.columns: expected a table of names and values (got a list of 1)"),
        ("census", {"known_exits": None}, "census.known_exits: expected ignore, error or honor (got nothing)"),
        ("census", [], "census: expected a section of keys (got a list of 0)"),
        (
            "census",
            5,
            (
                "census: expected a section of keys; its keys are path, size, columns, date_format, encoding, sheet, "
                "header_row, pay_basis, hours_per_year, annualize_part_year, rates, several_rows, service_from, "
                "status_words, leave_out, pseudonym_key, known_exits, id_prefix (got 5)"
            ),
        ),
        ("compensation", {"cola_rate": float("nan")}, "compensation.cola_rate: must be a finite number (got nan)"),
        ("compensation", {"cola_rate": -0.6}, "compensation.cola_rate: must be at least -0.5 (got -0.6)"),
        ("compensation", {"cola_rate": 0.1234567}, "compensation.cola_rate: has more than 6 decimals (got 0.1234567)"),
        ("compensation", {"cola_rate": None}, "compensation.cola_rate: expected a number (got nothing)"),
        ("compensation", {"cola_rate": [0.1]}, "compensation.cola_rate: expected a number (got a list of 1)"),
        ("compensation", {"cola_rate": "3%"}, "compensation.cola_rate: expected a number; write 0.03 (got '3%')"),
        ("compensation", {"cola_rate": {}}, "compensation.cola_rate: a table by year needs at least one year"),
        (
            "compensation",
            {"cola_rate": {2025: 0.1, "2025": 0.2}},
            "compensation.cola_rate: a table by year names a year twice",
        ),
        (
            "compensation",
            {"cola_rate": {"x": 0.1}},
            "compensation.cola_rate.x: the key must be a year from 1950 to 2200 (got 'x')",
        ),
        (
            "compensation",
            {"cola_rate": {2026: 0.1}},
            "compensation.cola_rate: the table starts in 2026, after start_year 2025; add an earlier year",
        ),
        (
            "compensation",
            {"merit_factors": {1: 1.0}},
            'compensation.merit_factors.1: the key must be text; write it in quotes, "1"',
        ),
        (
            "compensation",
            {"merit_factors": {"A": 0.12345}},
            "compensation.merit_factors.A: has more than 4 decimals (got 0.12345)",
        ),
        (
            "compensation",
            {"cola_date": "02-30"},
            "compensation.cola_date: expected a day of the year written MM-DD, in quotes (got '02-30')",
        ),
        (
            "compensation",
            {"ratings": {"good": {"share": 0.5, "factor": 1}}},
            "compensation.ratings: the shares must add up to exactly 1 (they add up to 0.500000)",
        ),
        (
            "compensation",
            {"merit_date": "04-01", "merit_month_weights": [1] * 12},
            "compensation: give merit_date or merit_month_weights, not both",
        ),
        (
            "enrollment",
            {"auto_enrollment": {"hire_date_cutoff": "20240101"}},
            "enrollment.auto_enrollment.hire_date_cutoff: expected a date written YYYY-MM-DD (got '20240101')",
        ),
        (
            "enrollment",
            {"auto_enrollment": {"hire_date_cutoff": dt.datetime(2024, 1, 1, 8)}},
            (
                "enrollment.auto_enrollment.hire_date_cutoff: expected a date written YYYY-MM-DD"
                " (got datetime.datetime(2024, 1, 1, 8, 0))"
            ),
        ),
        ("hiring", {"level_mix": "sensus"}, "hiring.level_mix: expected census or adaptive (got 'sensus')"),
        (
            "hiring",
            {"level_mix": {"A": 0.5, "B": 0.6}},
            "hiring.level_mix: the shares must add up to exactly 1 (they add up to 1.100000)",
        ),
        ("hiring", {"month_weights": [1] * 11}, "hiring.month_weights: needs 12 values, has 11"),
        ("hiring", {"month_weights": [1] * 13}, "hiring.month_weights: needs 12 values, has 13"),
        ("hiring", {"month_weights": [0] * 12}, "hiring.month_weights: at least one month needs a weight above 0"),
        ("hiring", {"month_weights": {1, 2}}, "hiring.month_weights: expected a list (got {1, 2})"),
        (
            "promotion",
            {"increase": {"lowest": 0.2, "highest": 0.1}},
            "promotion.increase: highest must not be below lowest",
        ),
        ("simulation", None, "simulation.start_year: required, and missing"),
    ],
)
def test_a_problem_in_a_dict_is_told_by_its_key_path(section: str, keys: Any, line: str) -> None:
    assert refusal(data(**{section: keys}))[0] == line


def test_years_out_of_order_are_told_at_the_later_one() -> None:
    years = {"start_year": 2025, "end_year": 2024, "target_growth_rate": 0}
    assert refusal(data(simulation=years)) == ["simulation.end_year: must not be before start_year, 2025 (got 2024)"]


def test_a_census_column_that_is_not_ours_is_told_where_it_is_named(write: Callable[[str], Path]) -> None:
    assert refusal(write(SMALLEST + "census: {columns: {emploee_id: x, level: grade, Hired: y}}\n")) == [
        "c.yaml:4:20: census.columns.emploee_id: not a census column; did you mean employee_id?",
        "c.yaml:4:49: census.columns.Hired: not a census column; did you mean hire_date?",
    ]


def test_the_names_of_census_columns_are_those_of_its_fields() -> None:
    assert tuple(BY_NAME) == CENSUS_COLUMNS


def test_levels_that_are_not_there_are_told_where_they_are_named() -> None:
    source = data(
        workforce={"total_termination_rate": 0.12, "levels": LEVELS},
        compensation={"merit_factors": {"A": 1, "C": 2}},
        hiring={"level_mix": {"A": 0.5, "D": 0.5}},
    )

    assert refusal(source) == [
        "compensation.merit_factors.C: no such level in workforce.levels (A, B)",
        "hiring.level_mix.D: no such level in workforce.levels (A, B)",
    ]


def test_a_level_name_that_no_census_can_hold_is_refused() -> None:
    source = data(workforce={"total_termination_rate": 0.12, "levels": [{"name": " A"}]})
    assert refusal(source) == [
        "workforce.levels.0.name: must not begin or end with a space, as names in a census do not (got ' A')"
    ]


def test_a_list_that_contains_itself_is_refused() -> None:
    endless: list[Any] = []
    endless.append(endless)
    assert refusal(data(terminations={"causes": endless})) == [
        "terminations.causes.0: expected a section of keys (got a list of 1)"
    ]


@pytest.mark.parametrize(
    ("path", "guess"),
    [
        ("compensation.colarate", "did you mean cola_rate?"),
        ("compensation.colaRate", "did you mean cola_rate?"),
        ("compensation.COLA-RATE", "did you mean cola_rate?"),
        ("simulation.growth_rate", "did you mean target_growth_rate?"),
        ("simulation.random_seed", "did you mean random_seed at the top level?"),
        ("merit_pool", "did you mean compensation.merit_pool?"),
        ("enrollment.auto_enrollment.scpoe", "did you mean scope?"),
        ("output.zzz", "known here: path, compression"),
        ("preset", "did you mean plan.match.preset?"),
        ("escalation", "did you mean enrollment.escalation?"),
        ("eligibility.opt_out", "did you mean enrollment.auto_enrollment.opt_out?"),
        ("enrollment.opt_out", "did you mean enrollment.auto_enrollment.opt_out?"),
        ("enrollment.date", "did you mean enrollment.escalation.date?"),
        ("enrollment.auto_enrollment.default_rate", "did you mean default_deferral_rate?"),
        ("enrollment.auto_enrollment.escalation", "did you mean enrollment.escalation?"),
        ("plan.employer_match", "did you mean match?"),
        ("plan.match.prest", "did you mean preset?"),
        ("plan.match.match", "did you mean plan.match?"),
        ("plan.vesting.matching", "did you mean match?"),
        ("plan.limits.wage_base", "did you mean plan.limits.overrides.wage_base?"),
        ("plan.roth.zzz", "known here: available, share"),
    ],
)
def test_an_unknown_key_comes_with_the_nearest_name(path: str, guess: str) -> None:
    source = data()
    *sections, key = path.split(".")
    place = source
    for section in sections:
        place = place.setdefault(section, {})
    place[key] = 1

    assert refusal(source) == [f"{path}: unknown key ({guess})"]


BAD = [None, True, 5, -1, 1e300, float("nan"), "x", "", "\n\x1b", [], [None], {}, {"x": 1}, {1: {2: 3}}, object(), b"x"]


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of everything in nested data, the containers too."""
    if path:
        yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in inside:
        yield from leaves(child, (*path, key))


def changed(source: Any, path: tuple[Any, ...], value: Any) -> Any:
    source = deepcopy(source)
    place = source
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return source


EXAMPLE = yaml.safe_load((ROOT / "config/simulation_config.yaml").read_text(encoding="utf-8")) | {
    "terminations": {"rates": [{"age_from": 0, "tenure_from": 0, "value": 0.1}], "month_weights": [1] * 12}
}
EXAMPLE["workforce"]["levels"] = [{**LEVELS[0], "percentiles": {f"p{n}": 40_000 + n for n in (10, 25, 50, 75, 90)}}]


@pytest.mark.parametrize("section", few(EXAMPLE, 8))
def test_whatever_stands_anywhere_is_accepted_or_refused_in_plain_words(section: str) -> None:
    assert isinstance(load_config(EXAMPLE), Config)
    refused = 0
    for path in leaves({section: EXAMPLE[section]}):
        for bad in BAD:
            try:
                load_config(changed(EXAMPLE, path, bad))
            except ConfigError as error:
                refused += 1
                for line in str(error).split("\n"):
                    assert re.match(r"[a-z_]+(\.|: )", line), line
                    assert line.isprintable()
                    assert not re.search(r"Input should|Value error|pydantic|type=|<[a-z ]+>|\[key\]", line), line
    assert refused > len(BAD) // 2


# --- changes ----------------------------------------------------------------------------------------------------------


def test_years_and_seed_are_overridden_and_all_else_stays(write: Callable[[str], Path]) -> None:
    config = load_config(write(SMALLEST + "census: {path: census.csv}\ncompensation: {cola_rate: {2025: 0.01}}\n"))

    changed = overridden(config, start_year=2026, end_year=2030, seed=7)

    assert (changed.simulation.start_year, changed.simulation.end_year, changed.random_seed) == (2026, 2030, 7)
    assert changed.simulation.target_growth_rate == config.simulation.target_growth_rate
    same = {"simulation", "random_seed"}
    assert changed.model_dump(exclude=same) == config.model_dump(exclude=same)


def test_nothing_overridden_is_the_same_configuration() -> None:
    config = load_config()
    assert overridden(config) is config


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"start_year": 2031}, "simulation.end_year: must not be before start_year, 2031 (got 2029)"),
        ({"end_year": 2300}, "simulation.end_year: must be at most 2200 (got 2300)"),
        ({"seed": -1}, "random_seed: must be at least 0 (got -1)"),
    ],
)
def test_an_override_is_checked(change: dict[str, int], line: str) -> None:
    with pytest.raises(ConfigError) as caught:
        overridden(load_config(), **change)

    assert str(caught.value) == line


def test_an_override_before_a_table_by_year_is_refused() -> None:
    config = load_config(data(compensation={"cola_rate": {2025: 0.02}}))

    with pytest.raises(ConfigError, match=r"compensation\.cola_rate: the table starts in 2025, after start_year 2024"):
        overridden(config, start_year=2024)


def test_any_key_can_be_changed() -> None:
    changes = {"compensation.cola_rate": 0.01, "census.size": 50, "promotion.increase.lowest": 0.05}
    config = with_changes(load_config(), changes)

    assert config.compensation.cola_rate.at(2025) == 0.01
    assert (config.promotion.increase.lowest, config.promotion.increase.highest) == (0.05, 0.12)
    assert config.census.size == 50
    assert load_config().census.size == 10_000


def test_changes_within_a_section_that_is_changed_too_leave_what_was_given_alone() -> None:
    section = {"kind": "flat", "rate": 0.03}
    config = with_changes(load_config(), {"plan.nonelective": section, "plan.nonelective.rate": 0.05})
    assert config.plan.nonelective.rate == 0.05
    assert section == {"kind": "flat", "rate": 0.03}


def test_a_row_of_a_list_can_be_changed_by_its_place() -> None:
    tiers = [{"up_to": 0.03, "rate": 1}, {"up_to": 0.05, "rate": 0.5}]
    config = load_config(data(plan={"match": {"tiers": tiers}}))
    changed = with_changes(
        config, {"plan.match.tiers[1].rate": 0.25, "plan.match.tiers[0]": {"up_to": 0.02, "rate": 2}}
    )

    assert [(tier.up_to, tier.rate) for tier in changed.plan.match.at(2025).tiers] == [(0.02, 2), (0.05, 0.25)]
    assert with_changes(config, {"hiring.ages[0].weight": 3}).hiring.ages[0].weight == 3


def test_a_name_with_dots_is_one_name() -> None:
    key = "compensation.merit_factors.Sr. Analyst, Pay"
    config = with_changes(load_config(), {key: 1.5})

    assert config.compensation.merit_factors == {"Sr. Analyst, Pay": 1.5}
    assert with_changes(config, {key: 1.25}).compensation.merit_factors == {"Sr. Analyst, Pay": 1.25}


@pytest.mark.parametrize(
    ("key", "line"),
    [
        ("hiring.ages[99]", "hiring.ages[99]: the list has no such row; it has "),
        ("hiring.ages[-1].weight", "hiring.ages[-1].weight: the list has no such row; it has "),
        ("compensation[0]", "compensation[0]: cannot be changed by itself; change compensation as a whole"),
        ("compensation.colar_rate", "compensation.colar_rate: unknown key (did you mean cola_rate?)"),
        ("colour.red", "colour: unknown key (known here: simulation, workforce, census, terminations, hiring,"),
        ("workforce.levels.0", "workforce.levels.0: cannot be changed by itself; change levels as a whole"),
        ("compensation.cola_rate.2025", "compensation.cola_rate.2025: cannot be changed by itself; change cola_rate"),
    ],
)
def test_a_key_that_is_not_there_cannot_be_changed(key: str, line: str) -> None:
    with pytest.raises(ConfigError) as caught:
        with_changes(load_config(), {key: 0.5})

    assert str(caught.value).startswith(line)


def test_a_key_of_a_section_that_is_left_out_makes_the_section() -> None:
    changes = {"plan.match.eligibility.minimum_age": 25, "plan.discretionary_match.preset": "qaca"}
    found = with_changes(load_config(), changes)

    assert found.plan.match.at(2025).eligibility == SourceEligibility(minimum_age=25)
    assert found.plan.discretionary_match is not None
    assert found.plan.discretionary_match.at(2025).preset == "qaca"
