"""A census as read: its columns, who is staff, what is said, and two files from life."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tests.censuses import HIRED, config, data, found, people
from workforce_sim import load_config
from workforce_sim.census import Census, check_census, read_census
from workforce_sim.census.synthetic import synthetic_census
from workforce_sim.errors import CensusError, ConfigError
from workforce_sim.simulation.simulate import simulate
from workforce_sim.tables import CENSUS, names


def test_a_read_census_has_the_columns_and_types_of_the_table() -> None:
    census = read_census(people(3))

    assert census.frame.columns == names(CENSUS)
    assert census.frame["salary_cents"].to_list() == [5_000_000] * 3
    assert census.frame["birth_date"].null_count() == 3
    assert census.notes == ()
    assert census.source == "frame"


def test_a_configuration_is_a_path_a_dict_or_a_loaded_one(tmp_path: Path) -> None:
    frame = people(2, termination_date=[None, date(2025, 6, 30)])
    settings = {
        "simulation": {"start_year": 2026, "end_year": 2027, "target_growth_rate": 0.03},
        "workforce": {"total_termination_rate": 0.12},
        "random_seed": 42,
    }
    path = tmp_path / "config.yaml"
    path.write_text(json.dumps(settings), encoding="utf-8")  # JSON is YAML

    for config_ in (settings, str(path), path, load_config(settings)):
        assert read_census(frame, config_).frame["employee_id"].to_list() == ["E0"]
        assert check_census(frame, config_)["rule"].to_list() == ["termination_date before 2026-01-01"]
    for check in (read_census, check_census):
        with pytest.raises(ConfigError, match="start_year"):
            check(frame, settings | {"simulation": {"start_year": "soon"}})


def test_every_optional_column_is_read() -> None:
    frame = people(
        dob=date(1980, 2, 29),
        grade=3,
        dept="Ops",
        fte=0.5,
        deferral_rate=0.06,
        opted_out=True,
        excluded=False,
        owner_share=0.051,
        officer=True,
        prior_year_pay=49_000,
        match_balance=1.5,
        nonelective_balance=0.0,
        profit_sharing_balance=3.25,
        discretionary_match_balance=4,
        deferral_balance=2,
        union_member="yes",
        nonresident_alien=False,
    )

    row = read_census(frame).frame.row(0, named=True)

    assert row == {
        "employee_id": "E0",
        "hire_date": HIRED,
        "salary_cents": 5_000_000,
        "birth_date": date(1980, 2, 29),
        "level": "3",
        "department": "Ops",
        "full_time_ppm": 500_000,
        "deferral_bp": 600,
        "opted_out": True,
        "excluded": False,
        "owner_share_ppm": 51_000,
        "officer": True,
        "prior_year_pay_cents": 4_900_000,
        "match_balance_cents": 150,
        "nonelective_balance_cents": 0,
        "profit_sharing_balance_cents": 325,
        "discretionary_match_balance_cents": 400,
        "deferral_balance_cents": 200,
        "union": True,
        "nonresident": False,
        "leaves_on": None,
        "joins_on": None,
    }


def test_types_are_those_of_the_table_whatever_the_census_holds() -> None:
    frame = people(fte="0.5", deferral_rate="0.06", owner_share=1, officer="yes", match_balance="$1.50")

    types = read_census(frame).frame.schema

    declared = {column.name: column.dtype for column in CENSUS if column.dtype is not pl.Enum}
    assert {name: types[name] for name in declared} == declared


def test_a_census_already_read_is_returned_as_it_is() -> None:
    census = read_census(people())

    assert read_census(census) is census
    assert check_census(census).is_empty()


def test_a_census_frame_reads_back_unchanged() -> None:
    census = synthetic_census(50)

    assert_frame_equal(read_census(census.frame).frame, census.frame)


def test_those_who_have_left_are_not_staff_and_are_counted() -> None:
    left = [None, None, date(2024, 12, 31), None, date(2025, 1, 1)]
    frame = people(5, active=[True, False, True, None, True], termination_date=left)

    census = read_census(frame)

    assert census.frame["employee_id"].to_list() == ["E0", "E3", "E4"]
    assert census.notes == (
        "1 of 5 rows has active false (first: row 2); left out: not employed",
        "1 of 5 rows has termination_date before 2025-01-01 (first: row 3); left out: not employed",
        "1 of 5 rows has active true and an earlier termination_date (first: row 3); left out: correct one of them",
        (
            "1 of 5 rows has termination_date on or after 2025-01-01 (first: row 5); "
            "ignored: the run simulates terminations"
        ),
    )


def test_known_exits_can_be_an_error() -> None:
    frame = people(2, termination_date=[None, date(2025, 6, 30)])

    assert found(frame, config(known_exits="error")) == {"termination_date on or after 2025-01-01": [2]}


def test_rules_hold_for_staff_alone_and_row_numbers_are_those_of_the_file() -> None:
    active, salary = [False, False, True, True], [None, -1.0, 5e4, None]
    frame = people(4, active=active, annual_salary=salary, employee_id=["a", "a", "a", "b"])

    assert found(frame) == {"no annual_salary": [4]}
    with pytest.raises(CensusError, match="1 of 4 rows has no annual_salary"):
        read_census(frame)


@pytest.mark.parametrize(
    ("frame", "rule"),
    [(people().clear(), "has no rows"), (people(active=False), "has nobody employed on 2025-01-01")],
)
def test_a_census_without_staff_is_an_error(frame: pl.DataFrame, rule: str) -> None:
    with pytest.raises(CensusError, match=f"^frame: {rule}; "):
        read_census(frame, config())
    assert found(frame, config()) == {rule: []}


def test_very_low_salaries_are_a_note_where_the_configuration_says_that_they_are_of_a_year() -> None:
    frame, settings = people(3, annual_salary=[25.5, 999.99, 1_000.0]), config(pay_basis="annual")

    assert found(frame, settings, severity="note") == {"annual_salary below $1,000": [1, 2]}
    assert "check that these are annual amounts" in read_census(frame, settings).notes[0]


def test_one_error_lists_every_broken_rule_with_counts_and_first_rows() -> None:
    hired = [date(2025, 3, 1) if n in (1, 3, 4, 5, 6, 7) else HIRED for n in range(9)]
    frame = people(9, hire_date=hired, annual_salary=[0.0, *[5e4] * 8])

    with pytest.raises(CensusError) as caught:
        read_census(frame, config())

    late, unpaid = "hire_date on or after 2025-01-01", "annual_salary of zero or less"
    assert str(caught.value).splitlines() == [
        f"frame: 1 of 9 rows has {unpaid} (first: row 1); correct them, or leave out unpaid employees",
        f"frame: 6 of 9 rows have {late} (first: rows 2, 4, 5, 6, 7); remove future hires or move the start year",
    ]


def test_check_gives_the_same_as_a_frame_and_does_not_raise() -> None:
    frame = people(3, annual_salary=[0.0, 500.0, -1.0], first_name="x")

    report = check_census(frame, config(pay_basis="annual"))

    assert report.to_dicts() == [
        {
            "rule": "annual_salary of zero or less",
            "severity": "error",
            "rows": 2,
            "first_rows": [1, 3],
            "remedy": "correct them, or leave out unpaid employees",
        },
        {
            "rule": "annual_salary below $1,000",
            "severity": "note",
            "rows": 1,
            "first_rows": [2],
            "remedy": "check that these are annual amounts",
        },
    ]


def test_check_of_a_clean_census_is_empty() -> None:
    assert check_census(people(3)).is_empty()


def test_messages_hold_no_value_of_the_census() -> None:
    frame = people(
        2,
        employee_id="Secret-Id",
        hire_date="31/31/1931",
        annual_salary="4321x",
        birth_date="05.06.1907.",
        level="Secret",
        deferral_rate="0;0777",
        name="Secret Name",
    )

    with pytest.raises(CensusError) as caught:
        read_census(frame, config(levels=[{"name": "A"}]))

    message = str(caught.value)
    assert len(message.splitlines()) == 6
    assert not any(secret in message for secret in ("Secret", "1931", "4321", "1907", "0777"))


def test_a_recordkeeper_file_is_read_without_a_mapping() -> None:
    census = read_census(data("recordkeeper_census_10k.parquet"))

    assert census.frame.height == 10_000
    assert census.notes[0] == "columns dropped as personal: employee_ssn"
    assert census.frame.select("birth_date", "deferral_bp").null_count().row(0) == (0, 0)
    assert "SSN" not in str(census.frame.head(100).rows())


def baltimore() -> pl.LazyFrame:
    panel = pl.scan_parquet(data("baltimore/baltimore_panel_2011_2016.parquet"))
    return panel.filter(pl.col("fiscal_year") == 2016, "regular")


def test_a_city_payroll_with_one_person_twice_is_refused_by_row() -> None:
    with pytest.raises(
        CensusError, match=r"^frame: 2 of 11881 rows have an employee_id that another row has too"
    ) as caught:
        read_census(baltimore(), config(start_year=2017))
    assert "\n" not in str(caught.value)


def test_a_city_payroll_is_read_once_everybody_is_in_it_once() -> None:
    census = read_census(baltimore().unique("person_id", keep="first", maintain_order=True), config(start_year=2017))

    assert isinstance(census, Census)
    assert census.frame.height == 11_880
    assert census.frame["birth_date"].null_count() == 11_880
    assert census.frame["department"].n_unique() > 10
    assert "job_title" in census.notes[0]


# --- the start year that counts is the one simulated ------------------------------------------------------------------

EXITS = [date(2022, 3, 1)] * 2 + [date(2025, 6, 1)] * 4 + [None] * 4
LATE = "remove future hires or move the start year"


@pytest.mark.parametrize("start_year", [2021, 2022, 2023, 2025, 2026])
@pytest.mark.parametrize("read_for", [None, 2021, 2025, 2030])
def test_a_read_census_is_simulated_as_its_rows_are(start_year: int, read_for: int | None) -> None:
    frame = people(10, termination_date=EXITS)
    census = read_census(frame, None if read_for is None else config(read_for))

    result, whole = (simulate(config(start_year), census=source) for source in (census, frame))

    staff = sum(left is None or left.year >= start_year for left in EXITS)
    assert result.summary["headcount_opening"].to_list() == [staff]
    assert result.fingerprint == whole.fingerprint
    assert result.notes == whole.notes


def test_the_notes_of_a_run_are_those_of_its_start_year() -> None:
    census = read_census(people(10, termination_date=EXITS))

    assert census.frame.height == 8
    assert [note.split(";")[0] for note in simulate(config(2026), census=census).notes][:1] == [
        "6 of 10 rows have termination_date before 2026-01-01 (first: rows 1, 2, 3, 4, 5)"
    ]


def test_hires_after_the_default_start_year_are_a_note_until_one_is_given() -> None:
    frame = people(3, hire_date=[HIRED, date(2025, 3, 1), date(2026, 3, 1)])
    late = "hire_date on or after"

    census = read_census(frame)

    assert census.frame.height == 3
    assert census.notes == (f"2 of 3 rows have {late} 2025-01-01 (first: rows 2, 3); {LATE}",)
    assert simulate(config(2027), census=census).summary["headcount_opening"].to_list() == [3]
    with pytest.raises(CensusError, match=rf"^frame: 1 of 3 rows has {late} 2026-01-01 \(first: row 3\); {LATE}$"):
        simulate(config(2026), census=census)
    assert found(census, config(2026)) == {f"{late} 2026-01-01": [3]}
    assert found(census) == {}
    with pytest.raises(CensusError, match=late):
        read_census(census, config(2026))


def test_a_census_that_everybody_has_left_can_be_simulated_from_before() -> None:
    census = read_census(people(2, termination_date=date(2022, 5, 5)))

    assert census.frame.is_empty()
    assert simulate(config(2022), census=census).summary["headcount_opening"].to_list() == [2]
    with pytest.raises(CensusError, match="nobody employed on 2023-01-01"):
        simulate(config(2023), census=census)


def test_known_exits_are_those_of_the_configuration_simulated() -> None:
    census = read_census(people(2, termination_date=[None, date(2025, 6, 30)]))
    strict = {"known_exits": "error"}

    with pytest.raises(CensusError, match="1 of 2 rows has termination_date on or after 2025-01-01"):
        simulate(config(2025, **strict), census=census)
    assert simulate(config(2026, **strict), census=census).summary["headcount_opening"].to_list() == [1]


def test_what_is_wrong_with_those_who_had_left_counts_once_they_are_staff() -> None:
    frame = people(2, hire_date=["01/02/2020", "2 Jan 2020"], termination_date=["", "12/31/2022"])
    census = read_census(frame, config(2025, date_format="%m/%d/%Y"))

    assert census.frame.height == 1
    with pytest.raises(CensusError, match="1 of 2 rows has hire_date that is not a date written %m/%d/%Y"):
        simulate(config(2022), census=census)


def test_a_census_with_another_frame_is_that_frame() -> None:
    census = read_census(people(10, termination_date=EXITS))
    fewer = replace(census, frame=census.frame.head(3))

    assert simulate(config(2021), census=fewer).summary["headcount_opening"].to_list() == [3]
    assert read_census(fewer, config(2021)) is fewer
    assert check_census(fewer, config(2021)).is_empty()
