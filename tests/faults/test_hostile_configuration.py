"""Hostile configurations, and paths in them: refused in a line each, without harm, or read as what they say."""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.faults.hostile import apart, called, refused, unclear
from tests.support import few
from workforce_sim import load_config
from workforce_sim.config.document import MAX_VALUES
from workforce_sim.config.migrate import migrated
from workforce_sim.config.workforce import MAX_LEVELS

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs POSIX limits, pipes and devices")

YEARS = "simulation: {start_year: 2025, end_year: 2025, target_growth_rate: 0.03}\n"
REST = "workforce: {total_termination_rate: 0.12}\nrandom_seed: 42\n"
SMALLEST = YEARS + REST


# --- configurations ---------------------------------------------------------------------------------------------------

LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{after}: &{after} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, after in zip("abcdefgh", "bcdefghi", strict=True)
)
NAMES = ", ".join(f"{{name: {'L' * 90}{n}}}" for n in range(4_000))
FACTORS = ", ".join(f"M{n}: 1" for n in range(4_000))
CONFIGURATIONS: dict[str, tuple[str | bytes, str]] = {
    "aliases in aliases": (LAUGHS, "aliases repeat more than 10,000 values"),
    "aliases": (f"{SMALLEST}x: [&a 1{', *a' * 200_000}]", "aliases repeat more than 10,000 values"),
    "lists in lists": ("[" * 10_000, "nested deeper than 50 levels"),
    "tables in tables": ("{a: " * 10_000, "nested deeper than 50 levels"),
    "keys in keys": ("? " * 10_000, "nested deeper than 50 levels"),
    "indented": ("".join(f"{' ' * n}a:\n" for n in range(1_000)), "nested deeper than 50 levels"),
    "values": (f"{SMALLEST}x: [{'1,' * 300_000}]", f"the file holds more than {MAX_VALUES:,} keys and values"),
    "anchors": (SMALLEST + "".join(f"k{n}: &a{n} 1\n" for n in range(30_000)), "more than 50,000 keys and values"),
    "keys twice": (SMALLEST + "census: {size: 1}\n" * 3, "census: the key stands twice (first at 4:1); keep one"),
    "1e400": (SMALLEST.replace("0.12", "1e400"), "must be a finite number (got 1e400)"),
    "nan": (SMALLEST.replace("0.12", ".nan"), "must be a finite number (got .nan)"),
    "digits": (SMALLEST.replace("42", "9" * 100_000), "random_seed: expected a whole number (got 999"),
    "decimals": (SMALLEST.replace("0.12", "0." + "1" * 100_000), "has more than 6 decimals (got 0.111"),
    "exponent": (SMALLEST.replace("0.12", "1e" + "9" * 100_000), "must be a finite number (got 1e999"),
    "year 0": (SMALLEST.replace("start_year: 2025", "start_year: 0"), "start_year: must be at least 1950 (got 0)"),
    "date 0": (f"{SMALLEST}enrollment: {{auto_enrollment: {{hire_date_cutoff: 0000-00-00}}}}", "expected a date"),
    "long text": (SMALLEST.replace("0.12", "x" * 900_000), "expected a number (got xxx"),
    "long key": (f"{SMALLEST}? {'x' * 900_000}\n: 1\n", "unknown key"),
    "long path": (f"{SMALLEST}census: {{path: {'x' * 900_000}}}", "must not be longer than 1000 characters"),
    "long output": (f"{SMALLEST}output: {{path: {'x' * 900_000}}}", "must not be longer than 1000 characters"),
    "long format": (
        f"{SMALLEST}census: {{date_format: '%Y{'%m' * 90_000}'}}",
        "must not be longer than 100 characters",
    ),
    "long column": (f"{SMALLEST}census: {{columns: {{level: {'x' * 90_000}}}}}", "not be longer than 1000 characters"),
    "NUL in a path": (f'{SMALLEST}census: {{path: "a\\0.csv"}}', "census.path: must not hold line breaks"),
    "line in a path": (f'{SMALLEST}output: {{path: "a\\n.csv"}}', "output.path: must not hold line breaks"),
    "line in a format": (
        f'{SMALLEST}census: {{date_format: "%Y\\n"}}',
        "census.date_format: must not hold line breaks",
    ),
    "nobody's home": (
        f"{SMALLEST}census: {{path: ~nobody_at_all/x.csv}}",
        "census.path: no home folder is known for '~nobody",
    ),
    "nobody's output": (
        f"{SMALLEST}output: {{path: ~nobody_at_all/x}}",
        "output.path: no home folder is known for '~nobody",
    ),
    "UTF-16": (SMALLEST.encode("utf-16"), "not UTF-8 text; save the file as UTF-8"),
    "UTF-32": (SMALLEST.encode("utf-32"), "not UTF-8 text; save the file as UTF-8"),
    "Latin-1": (f"{SMALLEST}# \xe9".encode("latin-1"), "4:3: not UTF-8 text; save the file as UTF-8"),
    "NUL": (SMALLEST + "\0", "the control character U+0000; remove it"),
    "a tag": (f"{SMALLEST}census: !!python/object/apply:os.system [ls]", "tags are not supported"),
    "other columns": (
        f"{SMALLEST}census: {{columns: {{{', '.join(f'a{n}: b' for n in range(20_000))}}}}}",
        "census.columns.a0: not a census column; did you mean",
    ),
    "other levels": (
        (
            f"{YEARS}random_seed: 42\nworkforce: {{total_termination_rate: 0.12, levels: [{NAMES}]}}\n"
            f"compensation: {{merit_factors: {{{FACTORS}}}}}\n"
        ),
        "no such level in workforce.levels (LLL",
    ),
    "many levels": (
        (
            f"{YEARS}random_seed: 42\nworkforce: {{total_termination_rate: 0.12, levels: "
            f"[{', '.join(f'{{name: L{n}}}' for n in range(MAX_LEVELS + 1))}]}}"
        ),
        "workforce.levels: at most 5,000 levels (there are 5,001)",
    ),
}


@pytest.mark.parametrize("name", few(CONFIGURATIONS, 2))
def test_a_hostile_configuration_is_refused_by_its_place(tmp_path: Path, name: str) -> None:
    content, words = CONFIGURATIONS[name]
    path = tmp_path / "c.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())

    assert words in refused(path, load_config)
    code, out, err = called("config", "check", str(path))
    assert (code, out) == (1, "")
    assert words in err
    assert [*tmp_path.iterdir()] == [path]


@pytest.mark.parametrize("name", few(["aliases in aliases", "values", "other levels"], 3))
def test_a_hostile_configuration_takes_little(tmp_path: Path, name: str) -> None:
    path = tmp_path / "c.yaml"
    path.write_bytes(str(CONFIGURATIONS[name][0]).encode())

    assert apart("config", "check", path)["code"] == 1


@pytest.mark.parametrize(
    "text", [f"\ufeff{SMALLEST}", SMALLEST.replace("\n", "\r\n"), SMALLEST.replace("0.12", "1e-400")]
)
def test_what_is_only_unusual_is_read(tmp_path: Path, text: str) -> None:
    (tmp_path / "c.yaml").write_bytes(text.encode())

    assert load_config(tmp_path / "c.yaml").random_seed == 42


def test_a_dict_as_hostile_as_a_file_is_refused() -> None:
    nested: Any = 1
    for _ in range(10_000):
        nested = {"a": nested}
    for value in (nested, 10**5000, -(10**5000), float("nan"), "\ud800", b"\0", {1: {2: ()}}, {None}, dt.datetime.max):
        data = yaml.safe_load(SMALLEST) | {"random_seed": value}
        assert refused(data, load_config).startswith("random_seed: ")


@pytest.mark.parametrize("value", ["text", [1], {"a": 1}, True, float("nan"), float("inf"), 10**400, "x" * 1000])
@pytest.mark.parametrize("key", ["dc_plan", "compensation", "employer_match", "enrollment", "random_seed"])
def test_an_old_configuration_of_other_values_is_translated_or_dropped(key: str, value: Any) -> None:
    keys = {
        "dc_plan": "default_deferral_percent",
        "compensation": "cola_rate_percent",
        "employer_match": "active_formula",
    }
    inner: Any = {keys[key]: value, "eligibility_months": value} if key in keys else value
    found = migrated({key: inner, "dc_plan.core_enabled": value})

    assert found.translated or found.dropped
    assert all(not [*unclear(problem)] for problem in found.problems())


# --- paths ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return a folder of pipes, devices, links and folders that look like censuses."""
    folder = tmp_path / "place"
    (folder / "folder.csv").mkdir(parents=True)
    os.mkfifo(folder / "pipe.csv")
    os.mkfifo(folder / "pipe.parquet")
    for name, target in (("zero.csv", "/dev/zero"), ("zero.parquet", "/dev/zero"), ("loop.csv", "loop.csv")):
        (folder / name).symlink_to(target)
    (folder / "kept.txt").write_text("kept", encoding="utf-8")
    return folder


CENSUS_PATHS = [
    *(
        ("pipe.csv", "is a device or a pipe"),
        ("pipe.parquet", "is a device or a pipe"),
        ("/dev/zero", "is a device or a p"),
    ),
    *(("zero.csv", "is a device or a pipe"), ("zero.parquet", "is a device or a pipe"), ("folder.csv", "is a folder")),
    *(("loop.csv", "cannot be opened"), ("../..", "is a folder"), ("/", "is a folder"), (".", "is a folder")),
    *(
        ("kept.txt/x.csv", "not found"),
        ("../../x.csv", "not found"),
        ("~/no such.csv", "not found"),
        (" ", "not found"),
    ),
    *(("https://example.com/x.csv", "not found"), ("s3://bucket/x.parquet", "not found"), ("*.csv", "not found")),
    *(
        ("file:///etc/passwd", "not found"),
        ("/etc/passwd", "passwd: "),
        ("c.yaml", "c.yaml: no column for employee_id"),
    ),
    ("x" * 300 + ".csv", "cannot be opened (File name too long)"),
]


@pytest.mark.parametrize(("path", "words"), CENSUS_PATHS)
def test_a_census_path_that_leads_to_no_census_is_refused(place: Path, path: str, words: str) -> None:
    (place / "c.yaml").write_text(f"{SMALLEST}census: {{path: {json.dumps(path)}}}\n", encoding="utf-8")
    before = sorted(place.parent.rglob("*"))

    code, out, err = called("simulate", str(place / "c.yaml"))

    assert (code, out) == (1, "")
    assert words in err
    assert err.count("\n") == 1
    assert not [*unclear(err.rstrip("\n"))]
    assert sorted(place.parent.rglob("*")) == before


@pytest.mark.parametrize(
    "path", ["kept.txt", "kept.txt/x", ".", "..", "/dev/null", "/", "pipe.csv", "loop.csv", "x" * 300]
)
def test_an_output_path_that_is_taken_or_impossible_is_refused(place: Path, path: str) -> None:
    text = f"{SMALLEST}census: {{size: 20}}\noutput: {{path: {json.dumps(path)}}}\n"
    (place / "c.yaml").write_text(text, encoding="utf-8")
    before = sorted(place.parent.rglob("*"))

    code, out, err = called("simulate", str(place / "c.yaml"))

    assert (code, out) == (1, "")
    assert not [*unclear(err.rstrip("\n"))]
    assert sorted(place.parent.rglob("*")) == before
    assert (place / "kept.txt").read_text(encoding="utf-8") == "kept"


@pytest.mark.parametrize("command", ["check", "migrate"])
@pytest.mark.parametrize("name", ["pipe.csv", "zero.csv", "folder.csv", "loop.csv", "none.yaml", "kept.txt/c.yaml"])
def test_a_configuration_that_is_no_file_is_refused(place: Path, name: str, command: str) -> None:
    before = sorted(place.rglob("*"))

    code, out, err = called("config", command, str(place / name))

    assert (code, out) == (1, "")
    assert err.count("\n") == 1
    assert not [*unclear(err.rstrip("\n"))]
    assert sorted(place.rglob("*")) == before
