"""The reference model's returns and leave against the examples of their chapters."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from workforce_sim.config import Config
from workforce_sim.config.vesting import Vesting, VestingService
from workforce_sim.reference.contributions import PlanYear, meets_conditions
from workforce_sim.reference.enrollment import settle_participants
from workforce_sim.reference.leave import decide_leave
from workforce_sim.reference.records import Employee, Former, From, Leave, PaidOut, PersonYear, person_year
from workforce_sim.reference.returns import (
    come_back,
    former_employees,
    less_returning,
    service_after,
    who_returns,
)
from workforce_sim.reference.vesting import years_of_vesting
from workforce_sim.reference.year import Run, Year

BORN = dt.date(1980, 1, 1)
LEFT = dt.date(2025, 6, 30)
NOTHING = PaidOut(0, 0)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def year_of(number: int, **sections: Any) -> Year:
    """A year of a run from 2025 on, with pay ranges that grow 2.5% a year."""
    config = Config.model_validate(
        {
            "simulation": {"start_year": 2025, "end_year": 2032, "target_growth_rate": 0.0},
            "workforce": {"total_termination_rate": 0.1, "new_hire_termination_rate": 0.1},
            "random_seed": 42,
            "hiring": {"range_growth": 0.025, "rehires": {"share": 1.0}},
            "eligibility": {"waiting_period_days": 0, "minimum_age": 0},
            **sections,
        }
    )
    return Year(Run(config, [], [], 0), number)


def employee(hired: str, key: int = 1, level: int = 0, **more: Any) -> Employee:
    return Employee(f"E-{key}", key, key, BORN, day(hired), None, 1_000_000, level, 6_000_000, **more)


def left(who: Employee, back: str, match: PaidOut = NOTHING, on: dt.date = LEFT, vesting_years: int = 0) -> Former:
    return Former(who, on, day(back), {"match": match, "nonelective": NOTHING}, vesting_years)


RETURNS = {
    "Ann": ("2020-03-10", "2026-02-01", "2020-03-10", 6_150_000, PaidOut(1_000_001, 800_001), (200_000, 800_001)),
    "Bo": ("2020-03-10", "2027-02-01", "2021-10-11", 6_303_750, PaidOut(1_000_001, 800_001), (200_000, 800_001)),
    "Cy": ("2024-05-01", "2030-07-15", "2029-05-15", 6_788_450, PaidOut(50_000, 0), (0, 0)),
    "Di": ("2022-02-28", "2026-06-30", "2023-02-27", 6_150_000, PaidOut(300_003, 120_001), (180_002, 120_001)),
}


@pytest.mark.parametrize(("hired", "back", "service", "salary", "match", "given"), RETURNS.values(), ids=RETURNS)
def test_the_example_of_the_chapter(
    hired: str, back: str, service: str, salary: int, match: PaidOut, given: tuple[int, int]
) -> None:
    person = come_back(left(employee(hired), back, match), year_of(day(back).year))

    assert person.is_hire
    assert person.first_day == day(back)
    assert person.service_date == person.employee.plan_service_date == day(service)
    assert person.employee.salary_cents == salary
    assert (person.money.restored, person.money.repaid) == given
    assert person.money.brought == ({"match": sum(given)} if sum(given) else {})


@pytest.mark.parametrize("name", RETURNS)
def test_nothing_is_restored_of_what_was_partly_paid_without_buy_back(name: str) -> None:
    hired, back, _, _, match, _ = RETURNS[name]
    year = year_of(day(back).year, plan={"breaks": {"buy_back": False}})

    assert come_back(left(employee(hired), back, match), year).money.restored == 0


def test_what_was_never_paid_is_restored_without_buy_back() -> None:
    year = year_of(2028, plan={"breaks": {"buy_back": False}})
    money = come_back(left(employee("2024-05-01"), "2028-07-15", PaidOut(50_000, 0)), year).money

    assert (money.restored, money.repaid, money.brought) == (50_000, 0, {"match": 50_000})


@pytest.mark.parametrize(
    ("hired", "rate", "vested", "disregarded"),
    [
        ("2024-05-01", 0, 0, True),  # five breaks, at least max(5, 1)
        ("2019-05-01", 0, 0, False),  # fewer than the six years served
        ("2024-05-01", 300, 0, False),
        ("2024-05-01", 0, 1, False),
    ],
)
def test_the_rule_of_parity(hired: str, rate: int, vested: int, disregarded: bool) -> None:
    year = year_of(2030, plan={"breaks": {"rule_of_parity": True}})
    person = come_back(left(employee(hired, deferral_bp=rate), "2030-07-15", PaidOut(50_000, vested)), year)

    assert (person.employee.plan_service_date == day("2030-07-15")) is disregarded
    assert person.service_date < person.employee.plan_service_date or not disregarded


BY_HOURS = [
    # (from which hire or return, through which day, years by plan years, by anniversaries); 176 days have 1,003 hours.
    # 2023: 205 days, 2024, 2025: 181 days, each with 1,000 hours; the 21 days since the second anniversary have 120.
    ("2023-06-10", "2025-06-30", 3, 2),
    ("2026-02-01", "2026-02-01", 3, 2),
    ("2026-02-01", "2026-07-25", 3, 2),  # 175 days: 997 hours
    ("2026-02-01", "2026-07-26", 4, 3),
    ("2026-02-01", "2027-03-31", 4, 3),  # 2027: 90 days, 513 hours; since February 1 59 days, 336
    ("2028-07-01", "2028-12-22", 4, 3),  # 175 days, of 366: 995 hours; of 365: 997
    ("2028-07-01", "2028-12-23", 5, 4),  # 176 days, of 366: 1,000 hours
    ("2028-07-01", "2029-12-31", 6, 5),
]


@pytest.mark.parametrize(("periods", "column"), [("plan_year", 2), ("anniversary", 3)])
def test_years_by_hours_are_kept_and_counted_anew_from_each_return(periods: str, column: int) -> None:
    rule = Vesting(service=VestingService(method="hours", periods=periods))
    who, through, kept = employee("2023-06-10"), LEFT, 0
    for row in BY_HOURS:
        begun, on = day(row[0]), day(row[1])
        if begun != who.hire_date:
            come_back(left(who, row[0], on=through, vesting_years=kept), year_of(begun.year))
        through, kept = on, years_of_vesting(person_year(who, dt.date(on.year, 1, 1), on), rule, on)
        assert kept == row[column], row


@pytest.mark.parametrize("returns", [("2030-07-15",), ("2026-02-01", "2031-07-15")], ids=["once", "twice"])
@pytest.mark.parametrize("participates", [False, True])
def test_a_participant_of_the_census_who_stopped_is_no_nonvested_employee(
    returns: tuple[str, ...], participates: bool
) -> None:
    who, last = employee("2024-05-01", participates=participates), LEFT
    settle_participants([who], year_of(2025).config)
    for back in returns:
        year = year_of(day(back).year, plan={"breaks": {"rule_of_parity": True}})
        come_back(left(who, back, on=last), year)
        last = dt.date(day(back).year, 6, 30)

    # five breaks, at least max(5, 1), of an employee who has no balance and a rate of 0
    assert (who.plan_service_date == day(returns[-1])) is not participates


def test_an_absence_counts_by_elapsed_time_alone() -> None:
    person = come_back(left(employee("2023-06-10"), "2026-02-01", vesting_years=2), year_of(2026))

    assert years_of_vesting(person, Vesting(), day("2026-06-09")) == 2
    assert years_of_vesting(person, Vesting(), day("2026-06-10")) == 3


def test_no_years_are_kept_of_service_that_is_disregarded() -> None:
    by_hours = {"vesting": {"service": {"method": "hours"}}}
    year = year_of(2030, plan={"breaks": {"rule_of_parity": True}, **by_hours})
    cy = come_back(left(employee("2024-05-01"), "2030-07-15", PaidOut(50_000, 0), vesting_years=1), year)
    ed = come_back(left(employee("2019-05-01"), "2030-07-15", PaidOut(50_000, 0), vesting_years=7), year)

    # from July 15 through December 31: 170 days, 969 hours; a year later 1 more
    for day_of, years in (("2030-12-31", 0), ("2031-12-31", 1)):
        assert years_of_vesting(cy, year.config.plan.vesting, day(day_of)) == years
        assert years_of_vesting(ed, year.config.plan.vesting, day(day_of)) == 7 + years


def test_the_years_at_termination_go_with_who_will_return() -> None:
    person = person_year(employee("2023-06-10"), day("2025-01-01"), LEFT)
    person.cause, person.money.vesting_years = "voluntary", 3

    assert [one.vesting_years for one in former_employees([person], year_of(2025))] == [3]


def test_service_from_29_february_on() -> None:
    # through 28 February no anniversary, which is 1 March: 0 years and 366 days
    assert service_after(day("2024-02-29"), day("2025-02-28"), day("2026-03-01")) == day("2025-02-28")
    # from 1 March on: 1 year and 1 day, both ends counted; 29 February 2028 less a year is 28 February 2027
    assert service_after(day("2024-02-29"), day("2025-03-01"), day("2028-02-29")) == day("2027-02-27")


def test_former_participants_enter_at_once_and_are_asked_again() -> None:
    who = employee("2020-03-10", eligibility_date=day("2021-01-01"), deferral_bp=600, participates=True)
    ann = come_back(left(who, "2026-02-01"), year_of(2026)).employee

    assert ann.eligibility_date == day("2026-02-01")
    assert ann.automatic_date == day("2026-02-01") + dt.timedelta(days=45)
    assert (ann.deferral_bp, ann.participates) == (0, False)


@pytest.mark.parametrize(
    ("date", "days", "expected"),
    [
        (None, 0, None),  # excluded stays excluded
        ("2026-01-01", 3000, "2029-12-28"),  # not yet in: 3,000 days from the plan's service date, 2021-10-11
        ("2026-01-01", 1000, "2027-02-01"),  # over before the return
    ],
)
def test_who_had_not_entered_waits_from_the_service_date(date: str | None, days: int, expected: str | None) -> None:
    year = year_of(2027, eligibility={"waiting_period_days": days, "minimum_age": 0})
    who = employee("2020-03-10", eligibility_date=date and day(date))
    bo = come_back(left(who, "2027-02-01"), year).employee

    assert bo.eligibility_date == (expected and day(expected))


def test_the_first_in_order_of_date_and_key_return_and_the_others_never() -> None:
    year = year_of(2026)
    backs = ((3, "2026-05-01"), (1, "2026-05-01"), (2, "2026-04-30"), (4, "2027-01-01"))
    year.run.former = [left(employee("2020-01-01", key), back) for key, back in backs]

    assert [one.employee.key for one in who_returns(2, year)] == [2, 1]
    assert [one.employee.key for one in year.run.former] == [4]


def test_levels_that_are_returned_to_need_fewer_new_people() -> None:
    returning = [left(employee("2020-01-01", level=level), "2026-05-01") for level in (0, 1, 1)]

    assert less_returning([4, 1, 0], returning) == [3, 0, 0]
    assert less_returning([1, 2, 0], returning) == [1, 2, 0]


# --- Leave ---

LEAVES = {
    "Eve": ("2025-03-01", 90, "2025-12-31", 90, 5_500_000, False, 1567),
    "Fay": ("2025-12-02", 60, "2025-12-31", 30, 6_700_000, True, 1909),
    "Gil": ("2025-11-01", 61, "2025-11-30", 30, 6_080_000, False, 1732),
}


def on_leave(first: str, days: int, last_day: str) -> PersonYear:
    """Return somebody with 73,000 dollars in 2025, 20,000 cents a day, on that leave."""
    person = person_year(employee("2020-01-01"), day("2025-01-01"), day(last_day))
    person.cause = None if last_day == "2025-12-31" else "voluntary"
    person.salaries.append(From(person.first_day, 7_300_000))
    person.leave = Leave(day(first), day(first) + dt.timedelta(days=days - 1))
    return person


@pytest.mark.parametrize(("first", "days", "last", "away", "earned", "closing", "hours"), LEAVES.values(), ids=LEAVES)
def test_days_of_leave_are_neither_paid_nor_worked(
    first: str, days: int, last: str, away: int, earned: int, closing: bool, hours: int
) -> None:
    person = on_leave(first, days, last)
    plan = {
        "match": {"minimum_hours": hours},
        "nonelective": {"kind": "flat", "rate": 0.01, "minimum_hours": hours + 1},
    }
    conditions = PlanYear(year_of(2025, plan=plan))

    assert (person.leave_days, person.on_leave) == (away, closing)
    assert person.day_cents(person.last_day) == earned * 365
    assert meets_conditions(conditions.match, person, conditions)
    assert not meets_conditions(conditions.nonelective, person, conditions)


def test_a_leave_of_the_year_before_goes_on_and_ends() -> None:
    fay = employee("2020-01-01", leave=Leave(day("2025-12-02"), day("2026-01-30")))
    year = year_of(2026, leave={"share": 1.0})
    person = person_year(fay, year.first, year.last)
    decide_leave([person], year)

    assert person.leave_days == 30
    assert [(event.kind, event.day) for event in person.events] == [("leave_return", day("2026-01-31"))]


def test_a_leave_that_ended_on_31_december_returns_on_1_january_and_no_other_begins() -> None:
    gil = employee("2020-01-01", leave=Leave(day("2025-11-01"), day("2025-12-31")))
    year = year_of(2026, leave={"share": 1.0})
    person = person_year(gil, year.first, year.last)
    decide_leave([person], year)

    assert person.leave_days == 0
    assert [(event.kind, event.day) for event in person.events] == [("leave_return", day("2026-01-01"))]


@pytest.mark.parametrize(("month", "begun"), [(5, 0), (7, 1)])
def test_leave_begins_after_the_hire_date(month: int, begun: int) -> None:
    weights = [float(n == month) for n in range(1, 13)]
    year = year_of(2026, leave={"share": 1.0, "month_weights": weights, "shortest_days": 10, "longest_days": 10})
    person = person_year(employee("2026-06-10"), year.first, year.last)
    decide_leave([person], year)

    assert [event.kind for event in person.events] == ["leave_start", "leave_return"] * begun
    assert person.leave_days == 10 * begun
