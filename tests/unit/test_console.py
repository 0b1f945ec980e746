"""What is printed about a run, and how problems end a command."""

from __future__ import annotations

import argparse
import io
import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from pydantic import TypeAdapter, ValidationError

from workforce_sim.cli import console, printed
from workforce_sim.config.values import Year
from workforce_sim.errors import CensusError, ConfigError
from workforce_sim.explaining.years_text import mix_table, plan_table, year_table
from workforce_sim.wording import terminal

YEARS: list[dict[str, Any]] = [
    {
        "year": 2025,
        "headcount_opening": 10_000,
        "hires": 2_000,
        "terminations_opening_staff": 1_200,
        "terminations_new_hires": 500,
        "reductions": 0,
        "promotions": 628,
        "cola_raises": 10_000,
        "merit_raises": 7_923,
        "headcount_closing": 10_300,
        "payroll_cents": 82_760_000_000,
        "average_salary_cents": 8_172_449,
        "eligible": 8_114,
        "participants": 5_517,
        "participation_rate": 5_517 / 8_114,
        "average_deferral_rate": 0.0704,
        "deferral_cents": 4_012_345_678,
        "match_cents": 1_923_456_789,
        "nonelective_cents": 0,
        "forfeitures_used_cents": 0,
        "net_employer_cost_cents": 1_923_456_789,
        "employer_cost_share_of_payroll": 0.02324,
    },
    {
        "year": 2026,
        "headcount_opening": 10_300,
        "hires": 0,
        "terminations_opening_staff": 10_300,
        "terminations_new_hires": 0,
        "reductions": 0,
        "promotions": 0,
        "cola_raises": 0,
        "merit_raises": 0,
        "headcount_closing": 0,
        "payroll_cents": 104_866_000_000,
        "average_salary_cents": None,
        "eligible": 0,
        "participants": 0,
        "participation_rate": None,
        "average_deferral_rate": None,
        "deferral_cents": 90_000_000,
        "match_cents": 0,
        "nonelective_cents": 0,
        "forfeitures_used_cents": 0,
        "net_employer_cost_cents": 0,
        "employer_cost_share_of_payroll": 0.0,
    },
]
PLAN = (
    *("eligible", "participants", "participation_rate", "average_deferral_rate", "deferral_cents", "match_cents"),
    *("nonelective_cents", "forfeitures_used_cents", "net_employer_cost_cents", "employer_cost_share_of_payroll"),
)
NO_PLAN = [{**year, **dict.fromkeys(PLAN, None), "eligible": 0} for year in YEARS]


TABLE = """\
        opening         terminations:  terminations:                COLA   merit    closing             average
year  headcount  hires       existing      new hires  promotions  raises  raises  headcount    payroll   salary
────  ─────────  ─────  ─────────────  ─────────────  ──────────  ──────  ──────  ─────────  ─────────  ───────
2025     10,000  2,000          1,200            500         628  10,000   7,923     10,300    $827.6M  $81,724
2026     10,300      0         10,300              0           0       0       0          0  $1,048.7M        -"""


def test_the_years_are_a_right_aligned_table() -> None:
    assert year_table(YEARS) == TABLE


def test_reductions_have_a_column_where_there_are_any() -> None:
    table = year_table([YEARS[0], {**YEARS[1], "reductions": 9_064}]).split("\n")

    assert "of them" not in year_table(YEARS)
    assert [line[39:49].strip() for line in table] == ["of them", "reductions", "──────────", "0", "9,064"]


def test_rehires_and_leave_have_columns_where_there_are_any() -> None:
    first, second = YEARS[:2]
    table = year_table([{**first, "rehires": 0, "on_leave": 3}, {**second, "rehires": 12, "on_leave": 0}])
    rows = [line.split() for line in table.split("\n")]

    assert rows[0].count("of") == 2
    assert [row[3] for row in rows[3:]] == ["0", "12"]
    assert "rehires" not in year_table([{**first, "rehires": 0, "on_leave": None}])


def test_a_small_payroll_is_in_whole_dollars() -> None:
    table = year_table([{**YEARS[0], "payroll_cents": 9_999_999_950}])
    small = year_table([{**YEARS[0], "payroll_cents": 12_345_678}])

    assert "$100.0M" in table
    assert "$123,457" in small


def test_no_years_are_headings_only() -> None:
    assert len(year_table([]).split("\n")) == 3


MIX = [
    {"year": year, "level": level, "headcount": count, "share": count / 1000}
    for year, counts in ((2024, (700, 300)), (2025, (690, 310)), (2026, (705, 295)), (2027, (1000, 0)))
    for level, count in zip(("Staff", "Head"), counts, strict=True)
    if count
]


def test_the_mix_of_levels_is_that_of_the_census_and_of_the_first_and_last_year() -> None:
    assert mix_table(MIX).split("\n") == [
        "       end of         end of         end of",
        "level    2024  share    2025  share    2027   share",
        "─────  ──────  ─────  ──────  ─────  ──────  ──────",
        "Staff     700  70.0%     690  69.0%   1,000  100.0%",
        " Head     300  30.0%     310  31.0%       0    0.0%",
    ]
    assert "2025" not in mix_table(MIX[-1:] + MIX[:2])


@pytest.mark.parametrize("levels", [0, 1, 21])
def test_one_level_has_no_mix_and_very_many_are_no_table(levels: int) -> None:
    rows = [{"year": 2025, "level": str(n), "headcount": 1, "share": 1 / 21} for n in range(levels)]
    assert mix_table(rows) == ""


def test_the_plan_is_a_table_of_its_own() -> None:
    assert plan_table(YEARS).split("\n") == [
        "                              participation   average   employee  employer  net employer  share of",
        "year  eligible  participants           rate  deferral  deferrals     match          cost   payroll",
        "────  ────────  ────────────  ─────────────  ────────  ─────────  ────────  ────────────  ────────",
        "2025     8,114         5,517          68.0%      7.0%     $40.1M    $19.2M        $19.2M      2.3%",
        "2026         0             0              -         -      $0.9M        $0            $0      0.0%",
    ]


def test_nonelective_money_and_forfeitures_have_a_column_where_there_are_any() -> None:
    headings = [
        plan_table([YEARS[0], {**YEARS[1], **more}]).split("\n")[:2]
        for more in ({}, {"nonelective_cents": 1}, {"forfeitures_used_cents": 1})
    ]
    assert ["nonelective" in second for _, second in headings] == [False, True, False]
    assert ["forfeitures" in first for first, _ in headings] == [False, False, True]
    full = plan_table([{**YEARS[0], "nonelective_cents": 150_000_000, "forfeitures_used_cents": 50_000_000}])
    names, _, cells = (line.split() for line in full.split("\n")[1:])
    assert dict(zip(names[5:], cells[5:], strict=True)) == {
        "deferrals": "$40.1M",
        "match": "$19.2M",
        "nonelective": "$1.5M",
        "used": "$0.5M",
        "cost": "$19.2M",
        "payroll": "2.3%",
    }


def test_small_amounts_of_a_plan_are_in_whole_dollars() -> None:
    small = {"deferral_cents": 99_999_999, "match_cents": 12_345_650, "net_employer_cost_cents": 1_049}
    assert plan_table([{**YEARS[0], **small}]).split("\n")[-1].split() == [
        *("2025", "8,114", "5,517", "68.0%", "7.0%"),
        *("$1,000,000", "$123,456", "$10", "2.3%"),
    ]


def test_without_a_plan_there_is_no_table_of_it() -> None:
    assert plan_table(NO_PLAN) == ""
    assert plan_table([]).count("\n") == 2
    report = printed.run_report(NO_PLAN, [], {}, 1.0)
    assert report == year_table(YEARS)
    assert printed.run_report(YEARS, [], {}, 1.0) == report + "\n\n" + plan_table(YEARS)


def test_where_the_time_went_ends_with_the_time_from_start_to_end() -> None:
    assert printed.time_table({"census": 0.25, "raises of everybody": 0.75}, 1.125).split("\n") == [
        "where the time went  seconds",
        "census                 0.250",
        "raises of everybody    0.750",
        "start to end           1.125",
    ]
    assert printed.time_table({}, 1.0) == ""
    assert printed.time_table({"years": 0.0}, 123.456).endswith("\nstart to end           123.5")


def test_steps_that_ran_side_by_side_are_said_to_overlap() -> None:
    assert printed.time_table({"years": 0.75, "tables": 0.5}, 1.0).split("\n")[-2:] == [
        "start to end           1.000",
        "(steps that ran side by side overlap)",
    ]


def test_notes_follow_the_years_one_a_line() -> None:
    report = printed.run_report(
        YEARS, ["birth_date imputed in 12 rows", "3 exits\nignored\x1b[2J"], {"census": 1.0}, 1.0
    )

    assert "\n\nnotes\n  birth_date imputed in 12 rows\n  3 exits\\nignored\\x1b[2J\n\nwhere the time went" in report
    assert "notes" not in printed.run_report(YEARS, [], {}, 1.0)


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [("utf-8", "── Zoë … €"), ("latin-1", "-- Zoë ... \\u20ac"), ("ascii", "-- Zo\\xeb ... \\u20ac")],
)
def test_a_terminal_that_cannot_show_a_letter_gets_a_plainer_one(
    encoding: str, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding=encoding, newline="\n"))

    terminal.say("── Zoë … €")
    sys.stdout.flush()

    assert raw.getvalue().decode(encoding) == shown + "\n"


def test_a_closed_stream_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)

    terminal.say("lost")
    terminal.complain("lost")

    assert console.guarded(lambda: 0, verbose=False) == 0


def raising(error: BaseException) -> Callable[[], int]:
    def action() -> int:
        raise error

    return action


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (ConfigError("c.yaml:1:1: a: wrong\nc.yaml:2:1: b: wrong"), 1, "c.yaml:1:1: a: wrong\nc.yaml:2:1: b: wrong\n"),
        (CensusError("census\x1b[2J.csv: broken"), 1, "census\\x1b[2J.csv: broken\n"),
        (FileNotFoundError("c.yaml: no such file"), 1, "c.yaml: no such file\n"),
        (PermissionError(13, "Permission denied", "c.yaml"), 1, "c.yaml: Permission denied\n"),
        (MemoryError(), 1, "not enough memory; simulate fewer years or a smaller census, or close other programs\n"),
        (KeyboardInterrupt(), 130, "interrupted\n"),
        (
            pl.exceptions.PanicException("at the disk"),
            1,
            "an error of the program itself, please report it with what --verbose shows: PanicException: at the disk\n",
        ),
        (
            TypeError("a\nb"),
            1,
            "an error of the program itself, please report it with what --verbose shows: TypeError: a\n",
        ),
    ],
)
def test_an_error_is_a_line_and_an_exit_code(
    error: BaseException, code: int, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert console.guarded(raising(error), verbose=False) == code
    assert capsys.readouterr() == ("", text)


def test_what_is_refused_for_its_size_says_why() -> None:
    class TooLargeError(ConfigError, MemoryError):
        pass

    assert console.explained(TooLargeError("a census of 10**12")) == "a census of 10**12"


@pytest.mark.parametrize(("error", "code"), [(TypeError("a"), 1), (KeyboardInterrupt(), 130)])
def test_what_ends_a_command_may_be_told_in_another_way(
    error: BaseException, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    told: list[BaseException] = []

    assert console.guarded(raising(error), verbose=True, tell=told.append) == code
    assert told == [error]
    assert capsys.readouterr() == ("", "")


def test_verbose_shows_where_an_error_arose(capsys: pytest.CaptureFixture[str]) -> None:
    assert console.guarded(raising(TypeError("a")), verbose=True) == 1

    text = capsys.readouterr().err
    assert text.startswith("Traceback (most recent call last):")
    assert re.search(r'test_console\.py", line \d+, in action', text)


@pytest.mark.parametrize(("text", "number"), [("5", 5), ("-5", -5), ("007", 7), ("0", 0)])
def test_whole_numbers_are_read(text: str, number: int) -> None:
    assert console.whole_number(text) == number


@pytest.mark.parametrize("text", ["", "1e5", "1_000", "2025.0", "٣", "9" * 31, "+5", " 5", "\x1b"])
def test_anything_else_is_not_a_whole_number(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="expected a whole number, got") as caught:
        console.whole_number(text)

    assert str(caught.value).isprintable()


def test_the_console_imports_nothing_heavy() -> None:
    code = "import sys, workforce_sim.cli.console; print(*sorted(m for m in sys.modules if '.' in m or m[0] != '_'))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=True)
    loaded = done.stdout.split()

    assert {"polars", "numpy", "pydantic", "yaml"}.isdisjoint(loaded)
    assert {name for name in loaded if name.startswith("workforce_sim.")} == {
        "workforce_sim.cli",
        "workforce_sim.cli.console",
        "workforce_sim.errors",
        "workforce_sim.errors.forking",
        "workforce_sim.wording",
        "workforce_sim.wording.terminal",
    }


def test_an_interrupt_within_polars_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    def panic() -> int:
        raise pl.exceptions.PanicException(f"called `unwrap()` on PyErr {{ type: {KeyboardInterrupt!r} }}") from None

    assert console.guarded(panic, verbose=True) == console.INTERRUPTED
    assert capsys.readouterr() == ("", "interrupted\n")


def test_the_years_of_an_option_are_those_of_a_configuration() -> None:
    year = TypeAdapter(Year)
    for number in (console.FIRST_YEAR, console.LAST_YEAR):
        assert year.validate_python(number) == number
    for beyond in (console.FIRST_YEAR - 1, console.LAST_YEAR + 1):
        with pytest.raises(ValidationError):
            year.validate_python(beyond)
