"""The reference model's eligibility against cases worked out by hand: the arithmetic stands beside each date."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from workforce_sim import draws, tables
from workforce_sim.census.opening import Opening
from workforce_sim.config import Config, Level
from workforce_sim.draws import Stream
from workforce_sim.reference import simulate
from workforce_sim.reference.census import census_of
from workforce_sim.reference.eligibility import enter_eligibility, find_eligibility, first_entry
from workforce_sim.reference.records import Event, PersonYear, person_year
from workforce_sim.reference.service import birthday
from workforce_sim.tables.output import Tables as Output

SEED = 42


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def configured(end_year: int = 2025, growth: float = 0.0, leaving: float = 0.0, **eligibility: Any) -> Config:
    """A configuration from 2025 on without raises or promotions, immediate entry at once at any age unless given."""
    rule = {"waiting_period_days": 0, "minimum_age": 0, "entry": "immediate", **eligibility}
    return Config.model_validate(
        {
            "simulation": {"start_year": 2025, "end_year": end_year, "target_growth_rate": growth},
            "workforce": {"total_termination_rate": leaving, "new_hire_termination_rate": leaving},
            "promotion": {"base_rate": 0.0},
            "compensation": {"cola_rate": 0.0, "merit_pool": 0.0},
            "eligibility": rule,
            "enrollment": {"auto_enrollment": {"enabled": False}, "election": 0.0, "conversion": 0.0},
            "random_seed": SEED,
        }
    )


def opened(hired: str = "2015-06-01", size: int = 1, **columns: list[Any]) -> Opening:
    """An opening of people born on 15 May 1985, without the plan's columns unless given."""
    given: dict[str, list[Any]] = {
        "employee_id": [f"E-{i:04d}" for i in range(1, size + 1)],
        "hire_date": [day(hired)] * size,
        "salary_cents": [10_000_000] * size,
        "birth_date": [day("1985-05-15")] * size,
        "level": ["A"] * size,
        "department": [None] * size,
        "full_time_ppm": [1_000_000] * size,
        **columns,
    }
    overrides = {"level": pl.Enum(["A"]), "full_time_ppm": pl.Int32, "deferral_bp": pl.Int32, "excluded": pl.Boolean}
    overrides = {name: dtype for name, dtype in overrides.items() if name in given}
    return Opening(pl.DataFrame(given, schema_overrides=overrides), (Level(name="A"),))


def rows_of(output: Output) -> list[tuple[Any, ...]]:
    """Year, employee and date of each eligibility row."""
    rows = output.events.filter(pl.col("event_type") == pl.lit("eligibility", dtype=tables.EVENT_TYPE))
    return sorted(rows.select("year", "employee_id", "effective_date").iter_rows())


def dates_of(output: Output) -> dict[str, dt.date | None]:
    """Eligibility dates in the snapshots, by employee; of one year."""
    return dict(output.snapshots.select("employee_id", "eligibility_date").iter_rows())


def date_of(config: Config, **columns: Any) -> dt.date | None:
    """The date of one census employee, reached or not."""
    employees = census_of(opened(**{name: [value] for name, value in columns.items()}), SEED, 0)
    find_eligibility(employees, config)
    return employees[0].eligibility_date


# The date


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("immediate", "2025-03-12"),
        ("monthly", "2025-04-01"),
        ("quarterly", "2025-04-01"),
        ("semiannual", "2025-07-01"),
        ("annual", "2026-01-01"),
    ],
)
def test_the_first_entry_date_after_the_waiting_period(entry: str, expected: str) -> None:
    # 2024-12-12 + 90 days: 19 left of December, 31, 28, and 12 of March.
    config = configured(waiting_period_days=90, entry=entry)
    assert date_of(config, hire_date=day("2024-12-12")) == day(expected)


@pytest.mark.parametrize(
    ("on", "entry", "expected"),
    [
        ("2025-05-01", "monthly", "2025-05-01"),
        ("2025-05-02", "monthly", "2025-06-01"),
        ("2025-12-02", "monthly", "2026-01-01"),
        ("2025-10-01", "quarterly", "2025-10-01"),
        ("2025-10-02", "quarterly", "2026-01-01"),
        ("2025-05-01", "quarterly", "2025-07-01"),
        ("2025-07-01", "semiannual", "2025-07-01"),
        ("2025-07-02", "semiannual", "2026-01-01"),
        ("2025-01-01", "annual", "2025-01-01"),
        ("2025-01-02", "annual", "2026-01-01"),
        ("2025-12-31", "immediate", "2025-12-31"),
    ],
)
def test_a_day_that_is_itself_an_entry_date_counts(on: str, entry: str, expected: str) -> None:
    assert first_entry(day(on), entry) == day(expected)


def test_the_waiting_period_counts_calendar_days() -> None:
    config = configured(waiting_period_days=365)
    assert date_of(config, hire_date=day("2024-06-01")) == day("2025-06-01")
    # 2024 has a 29 February in between: 366 days to 1 February 2025.
    assert date_of(config, hire_date=day("2024-02-01")) == day("2025-01-31")


def test_a_birthday_of_29_february_is_1_march_in_a_year_without_it() -> None:
    assert birthday(day("2004-02-29"), 21) == day("2025-03-01")
    assert birthday(day("2004-02-29"), 20) == day("2024-02-29")
    assert birthday(day("2004-02-28"), 21) == day("2025-02-28")
    who = {"hire_date": day("2024-12-12"), "birth_date": day("2004-02-29")}
    assert date_of(configured(minimum_age=21), **who) == day("2025-03-01")
    assert date_of(configured(minimum_age=21, entry="monthly"), **who) == day("2025-03-01")


def test_the_later_of_minimum_age_and_waiting_period_decides() -> None:
    # Waiting until 2025-03-12; 21 on 10 August 2025, or on 10 March.
    config = configured(waiting_period_days=90, minimum_age=21, entry="quarterly")
    assert date_of(config, hire_date=day("2024-12-12"), birth_date=day("2004-08-10")) == day("2025-10-01")
    assert date_of(config, hire_date=day("2024-12-12"), birth_date=day("2004-03-10")) == day("2025-04-01")


# Who is left out


def test_participants_count_from_1_january_of_the_start_year_unless_eligible_before() -> None:
    config = configured(waiting_period_days=365)
    # Hired 2024-12-12: 2025-12-12. A rate of 0 and no rate are no participants.
    opening = opened("2024-12-12", 3, deferral_bp=[1, 0, None])
    output = simulate(config, opening)
    assert dates_of(output) == {"E-0001": day("2025-01-01"), "E-0002": day("2025-12-12"), "E-0003": day("2025-12-12")}
    assert rows_of(output) == [(2025, "E-0002", day("2025-12-12")), (2025, "E-0003", day("2025-12-12"))]
    assert output.summary["eligible"].item() == 3
    assert date_of(config, hire_date=day("2023-12-30"), deferral_bp=300) == day("2024-12-29")
    # Just on 1 January: no row either.
    output = simulate(configured(), opened("2025-01-01", deferral_bp=[300]))
    assert (dates_of(output), rows_of(output)) == ({"E-0001": day("2025-01-01")}, [])


def test_the_flag_excludes_and_no_flag_does_not() -> None:
    output = simulate(configured(2026), opened(size=3, excluded=[True, False, None]))
    expected = [None, day("2015-06-01"), day("2015-06-01")]
    assert output.snapshots.sort("year", "employee_id")["eligibility_date"].to_list() == expected * 2
    assert output.summary["eligible"].to_list() == [2, 2]


def test_a_share_is_excluded_by_one_draw_per_person_and_never_a_participant() -> None:
    config = configured(2026, growth=0.5, excluded_share=0.4)
    rates = [0, None, 300, 300] * 10
    output = simulate(config, opened(size=40, deferral_bp=rates))
    keys = {f"E-{i:04d}": draws.census_key(f"E-{i:04d}") for i in range(1, 41)}
    keys |= {draws.hire_id(2025, i): draws.hire_key(2025, i) for i in range(1, 21)}
    keys |= {draws.hire_id(2026, i): draws.hire_key(2026, i) for i in range(1, 31)}
    participants = {name for name, rate in zip(keys, rates, strict=False) if rate}
    k = draws.decision(SEED, 0, Stream.EXCLUDED)  # year 0: drawn once
    excluded = {who for who, key in keys.items() if draws.uniform(draws.person_number(SEED, 0, key), k) < 0.4}
    assert excluded & participants
    for year in (2025, 2026):
        snapshot = output.snapshots.filter(pl.col("year") == year)
        without = set(snapshot.filter(pl.col("eligibility_date").is_null())["employee_id"])
        assert without == (excluded - participants) & set(snapshot["employee_id"])
    assert not {who for _, who, _ in rows_of(output)} & excluded
    everybody = simulate(configured(excluded_share=1.0), opened(size=2, deferral_bp=[100, None]))
    assert dates_of(everybody) == {"E-0001": day("2015-06-01"), "E-0002": None}


# Rows and columns


def lived(last_day: str | None, entered: str = "2025-05-20") -> PersonYear:
    """The year 2025 of somebody eligible on a day, up to a last day."""
    employee = census_of(opened(), SEED, 0)[0]
    employee.eligibility_date = day(entered)
    person = person_year(employee, day("2025-01-01"), day(last_day or "2025-12-31"))
    person.cause = "voluntary" if last_day else None
    enter_eligibility([person])
    return person


def test_who_leaves_before_the_date_has_no_row_and_no_date_and_who_leaves_on_it_has_both() -> None:
    row = [Event("eligibility", day("2025-05-20"))]
    assert (lived("2025-05-19").eligibility_date, lived("2025-05-19").events) == (None, [])
    assert (lived("2025-05-20").eligibility_date, lived("2025-05-20").events) == (day("2025-05-20"), row)
    assert lived(None).events == row


def test_the_first_and_the_last_day_of_a_year_count_and_those_around_it_do_not() -> None:
    dates = ["2024-12-31", "2025-01-01", "2025-12-31", "2026-01-01"]
    assert [len(lived(None, date).events) for date in dates] == [0, 1, 1, 0]
    assert [lived(None, date).eligibility_date for date in dates] == [*map(day, dates[:3]), None]


def test_terminated_employees_of_a_run_keep_a_date_that_they_reached_and_do_not_count_at_the_closing() -> None:
    output = simulate(configured(leaving=0.5, waiting_period_days=200), opened("2024-12-12", 40))
    # 2024-12-12 + 200 days = 2025-06-30: 19, 31, 28, 31, 30, 31 and 30 days.
    date, reached = day("2025-06-30"), set()
    census = output.snapshots.filter(pl.col("employee_id").str.starts_with("E-"))
    for who, last, found in census.select("employee_id", "termination_date", "eligibility_date").iter_rows():
        assert found == (date if last is None or last >= date else None)
        reached |= {who} if found else set()
    assert {who for _, who, _ in rows_of(output) if who.startswith("E-")} == reached
    staying = output.snapshots.filter(pl.col("termination_date").is_null())
    with_a_date = output.snapshots["eligibility_date"].count()
    assert 0 < output.summary["eligible"].item() == staying["eligibility_date"].count() < with_a_date
    assert 0 < len(reached) < 40


def test_hires_without_a_waiting_period_are_eligible_on_the_hire_date() -> None:
    output = simulate(configured(growth=0.5), opened(size=10))
    hires = output.snapshots.filter(pl.col("employee_id").str.starts_with("NH-")).sort("employee_id")
    assert hires.height == 5
    assert rows_of(output) == [(2025, *row) for row in hires.select("employee_id", "hire_date").iter_rows()]
    assert hires["eligibility_date"].equals(hires["hire_date"])
    assert output.summary["eligible"].item() == 15


def test_hires_become_eligible_in_a_later_year_by_their_own_hire_date() -> None:
    output = simulate(configured(2027, growth=0.2, waiting_period_days=365, entry="quarterly"), opened(size=20))
    hires = output.snapshots.filter(pl.col("employee_id").str.starts_with("NH-2025-"))
    assert hires.filter(pl.col("year") == 2025)["eligibility_date"].null_count() == 4
    expected = []
    for who, hired in hires.filter(pl.col("year") == 2027).select("employee_id", "hire_date").iter_rows():
        date = first_entry(hired + dt.timedelta(days=365), "quarterly")
        expected.append((date.year, who, date))
    assert [row for row in rows_of(output) if row[1].startswith("NH-2025-")] == sorted(expected)


def test_a_date_before_the_start_year_has_no_row() -> None:
    assert rows_of(simulate(configured(2027), opened("2024-12-31"))) == []
    assert rows_of(simulate(configured(waiting_period_days=1), opened("2024-12-31"))) == [
        (2025, "E-0001", day("2025-01-01"))
    ]


def test_a_row_comes_once_sets_nothing_and_the_date_shows_from_its_year_on() -> None:
    # 2024-09-10 + 365 days = 2025-09-10, then 1 January.
    output = simulate(configured(2027, waiting_period_days=365, entry="annual"), opened("2024-09-10"))
    [row] = output.events.rows(named=True)
    assert {name: value for name, value in row.items() if value is not None} == {
        "replicate": 0,
        "year": 2026,
        "employee_id": "E-0001",
        "event_type": "eligibility",
        "effective_date": day("2026-01-01"),
    }
    dates = output.snapshots.sort("year")["eligibility_date"].to_list()
    assert dates == [None, day("2026-01-01"), day("2026-01-01")]
    assert output.summary.sort("year")["eligible"].to_list() == [0, 1, 1]


def test_an_opening_without_anybody_has_nobody_eligible() -> None:
    assert simulate(configured(), opened(size=0)).summary["eligible"].to_list() == [0]


def test_eligibility_changes_no_hire_raise_promotion_or_termination() -> None:
    def others(config: Config) -> pl.DataFrame:
        events = simulate(config, opened(size=20)).events
        kept = events.filter(pl.col("event_type") != pl.lit("eligibility", dtype=tables.EVENT_TYPE))
        return kept.sort("year", "employee_id", "event_type")

    slow = {"waiting_period_days": 400, "minimum_age": 30, "entry": "annual", "excluded_share": 0.5}
    assert others(configured(2027, 0.2, 0.2)).equals(others(configured(2027, 0.2, 0.2, **slow)))
