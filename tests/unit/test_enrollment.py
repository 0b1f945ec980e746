"""Who comes into the plan, when, by which way and at which rate: each rule at its edges, by both engines."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from tests.support import assert_same, configured, fast, of_type, slow, synthetic
from tests.unit.small_plans import (
    day,
    drawing,
    laid_over,
    leaving_on,
    lived,
    on,
    person,
    rates,
    scenario,
    snapshot,
    snapshots,
)
from workforce_sim import simulate
from workforce_sim.draws import Stream

RECENT = "2024-12-01"
CELLS = [(0, 0, 0.01), (0, 50_000, 0.02), (40, 0, 0.03), (40, 50_000.01, 0.04)]
TABLE = [{"age_from": age, "pay_from": pay, "value": value} for age, pay, value in CELLS]


def automatic(**auto: Any) -> dict[str, Any]:
    """Sections of a plan that enrolls automatically, and nobody opts out unless told."""
    return {"enrollment": {"auto_enrollment": {"enabled": True, "opt_out": 0.0, **auto}}}


def electing(share: float = 1.0, **enrollment: Any) -> dict[str, Any]:
    """Sections of a plan whose newly eligible enroll by themselves, 90 days after the hire."""
    waiting = {"waiting_period_days": 90, "minimum_age": 0}
    return {"eligibility": waiting, "enrollment": {"election": share, "deferral_rates": 0.05, **enrollment}}


# --- the automatic date -----------------------------------------------------------------------------------------------


def test_the_automatic_date_is_the_window_after_entry_and_may_lie_in_the_next_year() -> None:
    waiting = {"eligibility": {"waiting_period_days": 365, "minimum_age": 0}}
    hired = ["2024-02-20", "2024-11-16", "2024-11-17", "2024-12-31"]  # entry: a year later to the day
    tables = lived(*(person(hire_date=date) for date in hired), end=2026, **waiting, **automatic(window_days=45))
    assert rates(tables) == [
        ("2025-04-05", "enrollment", "automatic", 0, 400),  # 19 February + 45 days
        ("2025-12-31", "enrollment", "automatic", 0, 400),
        ("2026-01-01", "enrollment", "automatic", 0, 400),
        ("2026-02-14", "enrollment", "automatic", 0, 400),
    ]
    enrolled = snapshots(tables, "year", "eligibility_date", "enrollment_date", "enrolled")
    assert enrolled[2] == (2025, day("2025-11-17"), None, False)
    assert enrolled[6] == (2026, day("2025-11-17"), day("2026-01-01"), True)


def test_a_window_of_0_days_enrolls_on_entry() -> None:
    tables = lived(person(hire_date="2024-12-31"), **automatic(window_days=0), eligibility={"waiting_period_days": 1})
    assert rates(tables) == [("2025-01-01", "enrollment", "automatic", 0, 400)]


def test_in_scope_are_those_hired_on_or_after_the_cutoff() -> None:
    cutoff = {"hire_date_cutoff": day("2024-12-02"), "window_days": 45}
    people = [person(hire_date=date) for date in ("2024-12-01", "2024-12-02")]
    assert rates(lived(*people, **automatic(**cutoff))) == [("2025-01-16", "enrollment", "automatic", 0, 400)]


@pytest.mark.parametrize(
    ("hired", "window", "date"),
    [
        ("2024-11-17", 45, "2025-01-01"),
        ("2024-11-16", 45, None),  # 31 December 2024: a past opt-out
        ("2024-12-31", 0, None),
        ("2024-12-31", 1, "2025-01-01"),
    ],
)
def test_a_date_before_the_start_is_a_past_opt_out(hired: str, window: int, date: str | None) -> None:
    tables = lived(person(hire_date=hired), end=2026, **automatic(window_days=window))
    assert rates(tables) == ([] if date is None else [(date, "enrollment", "automatic", 0, 400)])


@pytest.mark.parametrize("scope", ["all_eligible", "all_eligible_employees"])
def test_a_plan_that_covers_everybody_sweeps_its_old_staff_once(scope: str) -> None:
    old, entering, recent, late = "2010-05-01", "2023-12-31", "2024-11-01", "2024-12-01"
    people = [person(hire_date=date) for date in (old, entering, recent, late)]
    waiting = {"eligibility": {"waiting_period_days": 400, "minimum_age": 0}}
    tables = lived(*people, **waiting, **automatic(scope=scope, window_days=30))
    # Long eligible: 1 January + 30 days. 31 December 2023 + 400 days = 3 February 2025, + 30. In scope by hire date:
    # 1 November 2024 + 430 days and 1 December + 430 days lie in 2026.
    assert rates(tables) == [
        ("2025-01-31", "enrollment", "automatic", 0, 400),
        ("2025-03-05", "enrollment", "automatic", 0, 400),
    ]


def test_the_sweep_begins_at_the_start_however_long_ago_the_entry_was() -> None:
    # Hired before the cutoff: the later of entry + window, which is past, and 1 January + window. After it: past.
    people = [person(hire_date=date) for date in ("2023-12-31", "2024-01-01")]
    tables = lived(*people, **automatic(scope="all_eligible", window_days=10))
    assert rates(tables) == [("2025-01-11", "enrollment", "automatic", 0, 400)]
    assert lived(*people, **automatic(scope="all_eligible", enabled=False)).events.is_empty()


THREE = ("2015-06-01", "2020-01-01", "2021-03-01")
"""Hired before the cutoff of 1 January 2020, on it and after it; long eligible, and out of the plan."""


@pytest.mark.parametrize(
    ("scope", "unknown", "opted_out", "enrolled"),
    [
        ("all_eligible", "opted_out", False, [1, 2, 3]),  # false is a fact: nobody has asked them yet
        ("all_eligible", "enroll", False, [1, 2, 3]),
        ("all_eligible", "opted_out", True, []),
        ("all_eligible", "enroll", True, []),
        ("all_eligible", "opted_out", None, [1]),  # the plan did not cover the first, who cannot have opted out
        ("all_eligible", "enroll", None, [1, 2, 3]),
        ("new_hires_only", "opted_out", False, [2, 3]),
        ("new_hires_only", "enroll", True, []),
        ("new_hires_only", "opted_out", None, []),
        ("new_hires_only", "enroll", None, [2, 3]),
    ],
)
def test_who_did_not_opt_out_is_enrolled_and_a_key_says_what_unknown_means(
    scope: str, unknown: str, opted_out: bool | None, enrolled: list[int]
) -> None:
    people = [person(hire_date=date, opted_out=opted_out) for date in THREE]
    auto = automatic(scope=scope, unknown_opt_outs=unknown, hire_date_cutoff=day("2020-01-01"), window_days=45)
    tables = fast(scenario(*people, end=2026, **auto))
    assert rates(tables) == [("2025-02-15", "enrollment", "automatic", 0, 400)] * len(enrolled)
    assert of_type(tables.events, "enrollment")["employee_id"].to_list() == [f"E-{n}" for n in enrolled]


def test_one_census_may_know_of_some_and_not_of_others() -> None:
    people = [person(hire_date="2024-02-01", opted_out=mark) for mark in (False, None, True, False)]
    people[3] |= {"excluded": True}
    assert of_type(fast(scenario(*people, **automatic())).events, "enrollment")["employee_id"].to_list() == ["E-1"]


def test_a_due_date_at_the_start_is_kept_and_one_before_it_is_swept() -> None:
    people = [person(hire_date=date, opted_out=False) for date in ("2024-11-16", "2024-11-17")]
    tables = fast(scenario(*people, **automatic(window_days=45)))
    assert rates(tables) == [
        ("2025-01-01", "enrollment", "automatic", 0, 400),  # 17 November + 45 days
        ("2025-02-15", "enrollment", "automatic", 0, 400),  # 31 December is past; 1 January + 45 days
    ]


@pytest.mark.parametrize(
    ("unknown", "went", "other"),
    [
        ("opted_out", "counted as opted out", "enroll"),
        ("enroll", "enrolled automatically unless they elect otherwise", "opted_out"),
    ],
)
def test_the_notes_tell_of_how_many_the_census_does_not_say(unknown: str, went: str, other: str) -> None:
    marks: list[dict[str, Any]] = [{"opted_out": False}, {"opted_out": True}, {}, {}, {"deferral_bp": 200}]
    people = [person(hire_date="2024-02-01", **mark) for mark in marks]
    people += [person(hire_date="2010-02-01"), person(hire_date="2024-12-01")]
    firm = scenario(*people, **automatic(unknown_opt_outs=unknown))
    notes = simulate(firm.config, census=firm.census).notes
    what = "2 employees due for automatic enrollment before 2025 do not participate, and the census does not say who"
    how = f"opted out (opted_out): {went}; to change this, set enrollment.auto_enrollment.unknown_opt_outs to {other}"
    assert [note for note in notes if "automatic" in note] == [f"{what} {how}"]
    without = firm.changed({"plan.enabled": False})
    assert not any("automatic" in note for note in simulate(without.config, census=firm.census).notes)


@pytest.mark.parametrize(("unknown", "enrolled"), [("opted_out", 0), ("enroll", 1)])
def test_a_census_without_the_column_says_of_nobody_who_opted_out(unknown: str, enrolled: int) -> None:
    columns = {"hire_date": [day("2024-02-01")], "annual_salary": [50_000.0], "deferral_rate": [0.0]}
    frame = pl.DataFrame({"employee_id": ["A"], **columns, "birth_date": [day("1990-01-01")]})
    firm = scenario(person(), **automatic(unknown_opt_outs=unknown), workforce={"levels": None})
    assert simulate(firm.config, census=frame).summary["enrollments"].to_list() == [enrolled]


def test_participants_those_marked_and_the_excluded_are_never_enrolled_automatically() -> None:
    columns: list[dict[str, Any]] = [{"deferral_bp": 300}, {"opted_out": True}, {"excluded": True}, {}]
    people = [person(hire_date=RECENT, **more) for more in columns]
    tables = lived(*people, end=2026, **automatic())
    assert rates(tables) == [("2025-01-15", "enrollment", "automatic", 0, 400)]
    assert of_type(tables.events, "enrollment")["employee_id"].to_list() == ["E-4"]
    marked, excluded = snapshots(tables, "eligibility_date", "deferral_bp")[1:3]
    assert (marked, excluded) == ((day(RECENT), 0), (None, 0))


def test_the_excluded_by_chance_are_out_for_good_but_participants_of_the_census_stay() -> None:
    below, above = (drawing({(Stream.EXCLUDED, 0): edge})[0] for edge in ((0.35, 0.4), (0.4, 0.45)))
    people = [person(employee_id=who, hire_date=RECENT) for who in (below, above)]
    tables = lived(*people, end=2026, eligibility={"excluded_share": 0.4}, **automatic())
    assert of_type(tables.events, "enrollment")["employee_id"].to_list() == [above]
    dates = dict(tables.snapshots.filter(pl.col("year") == 2026).select("employee_id", "eligibility_date").rows())
    assert dates == {below: None, above: day(RECENT)}
    takes_part = lived(person(employee_id=below, deferral_bp=300), eligibility={"excluded_share": 0.4})
    assert snapshot(takes_part, "eligibility_date", "deferral_bp") == (day("2015-06-01"), 300)


def test_where_a_share_of_hires_is_excluded_nobody_of_the_census_is() -> None:
    config = configured(2025, 2026, eligibility={"waiting_period_days": 0, "minimum_age": 0, "excluded_share": 0.5})
    firm = synthetic(60, config).changed({"simulation.target_growth_rate": 0.5})
    hires_alone = firm.changed({"eligibility.excluded_scope": "hires"})
    kept = [fast(one).snapshots.filter(year=2026) for one in (firm, hires_alone)]
    hired = pl.col("employee_id").str.starts_with("NH-")
    counts = [people.filter(who)["eligibility_date"].null_count() for people in kept for who in (hired, ~hired)]
    assert counts[0] == counts[2] > 0
    assert counts[1] > 0
    assert counts[3] == 0
    assert_same(fast(hires_alone), slow(hires_alone))


def test_the_default_rate_is_at_most_the_maximum() -> None:
    auto = automatic(default_deferral_rate=0.07)
    assert rates(lived(person(hire_date=RECENT), **auto))[0][-1] == 700
    assert (
        rates(lived(person(hire_date=RECENT), **laid_over(auto, {"enrollment": {"max_deferral": 0.06}})))[0][-1] == 600
    )


def test_the_years_hires_are_in_scope_from_their_hire_date() -> None:
    december = {"month_weights": [0.0] * 11 + [1.0]}
    growing = {"target_growth_rate": {2025: 1.0, 2026: 0.0}}
    tables = lived(person(deferral_bp=300), end=2026, simulation=growing, hiring=december, **automatic(window_days=45))
    [(hired, enrolled)] = (
        of_type(tables.events, "enrollment")
        .join(of_type(tables.events, "hire").select("employee_id", hired="effective_date"), on="employee_id")
        .select("hired", "effective_date")
        .rows()
    )
    assert hired.month == 12
    assert enrolled == hired + dt.timedelta(days=45)


# --- opting out -------------------------------------------------------------------------------------------------------


def test_who_opts_out_does_so_on_the_automatic_date_and_has_none_any_more() -> None:
    tables = lived(person(hire_date=RECENT), end=2028, **automatic(opt_out=1.0))
    assert rates(tables) == [("2025-01-15", "opt_out", None, None, 0)]
    assert tables.summary.sort("year")["opt_outs"].to_list() == [1, 0, 0, 0]
    assert snapshots(tables, "enrolled", "deferral_bp", "enrollment_date") == [(False, 0, None)] * 4


def test_opting_out_is_read_at_the_age_and_pay_of_the_automatic_date() -> None:
    """Who turns 40 on the automatic date, 15 January, and who does a day later; at 60,000 dollars."""
    # By the table 2% of those under 40 opt out and 4% of the others; both draw between.
    between = drawing({(Stream.OPT_OUT, 2025): (0.02, 0.04)}, 2)
    people = [
        person(employee_id=who, hire_date=RECENT, birth_date=born, salary_cents=6_000_000)
        for who, born in zip(between, ("1985-01-15", "1985-01-16"), strict=True)
    ]
    kinds = dict(
        of_type(lived(*people, **automatic(opt_out=TABLE)).events, "opt_out", "enrollment")
        .select("employee_id", "event_type")
        .rows()
    )
    assert kinds == {between[0]: "opt_out", between[1]: "enrollment"}


def test_an_opt_out_is_void_after_the_last_day_and_happens_on_it() -> None:
    def found(last: str) -> list[Any]:
        return [row[:2] for row in rates(lived(leaving_on(last, hire_date=RECENT), person(), **automatic(opt_out=1.0)))]

    assert found("2025-01-14") == []
    assert found("2025-01-15") == [("2025-01-15", "opt_out")]


# --- election ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("hired", "comes"), [("2024-10-02", False), ("2024-10-03", True)])
def test_an_election_is_in_the_year_of_entry_only(hired: str, comes: bool) -> None:
    # 90 days after 3 October 2024 is 1 January 2025; a day earlier the entry was in the year before the start.
    tables = lived(person(hire_date=hired), end=2026, **electing())
    assert [row[1:3] for row in rates(tables)] == [("enrollment", "election")] * comes


def test_an_election_lies_between_entry_and_the_day_before_the_automatic_date() -> None:
    def dates(window: int) -> set[str]:
        people = [person(hire_date="2024-12-01") for _ in range(60)]  # + 90 days = 1 March
        auto = {"enabled": True, "opt_out": 1.0, "window_days": window}
        tables = lived(*people, **electing(auto_enrollment=auto))
        assert {row[1:] for row in rates(tables)} == {("enrollment", "election", 0, 500)}
        assert len(rates(tables)) == 60
        return {row[0] for row in rates(tables)}

    assert dates(0) == {"2025-03-01"}
    assert dates(1) == {"2025-03-01"}
    assert dates(2) == {"2025-03-01", "2025-03-02"}
    assert dates(4) == {"2025-03-01", "2025-03-02", "2025-03-03", "2025-03-04"}


def test_an_election_ends_on_31_december_where_the_automatic_date_comes_later_or_never() -> None:
    # Entry on 30 December: that day or the next, whether the automatic date is in January or there is none.
    people = [person(hire_date="2024-12-01") for _ in range(20)]
    waiting = {"eligibility": {"waiting_period_days": 394, "minimum_age": 0}}
    auto = {"enabled": True, "opt_out": 1.0, "window_days": 45}
    for sections in (electing(), electing(auto_enrollment=auto)):
        tables = lived(*people, end=2026, **(sections | waiting))
        assert {row[0] for row in rates(tables)} == {"2025-12-30", "2025-12-31"}
        assert {row[2] for row in rates(tables)} == {"election"}


def test_the_date_of_an_election_is_uniform() -> None:
    # Entry on 1 March, automatic on 11 March: 10 days, so u = 0.7 is the 8th.
    (who,) = drawing({(Stream.ELECTION_DATE, 2025): (0.7, 0.79)})
    auto = {"enabled": True, "window_days": 10}
    tables = lived(person(employee_id=who, hire_date="2024-12-01"), **electing(auto_enrollment=auto))
    assert rates(tables) == [("2025-03-08", "enrollment", "election", 0, 500)]


def test_who_enters_on_the_last_day_of_employment_may_elect_on_it() -> None:
    for last, comes in (("2025-03-01", True), ("2025-02-28", False)):  # entry on 1 March
        (who,) = drawing({(Stream.ELECTION_DATE, 2025): (0.0, 0.003), (Stream.LEAVING_DATE, 2025): on(last)})
        leaver = {**leaving_on(last, hire_date="2024-12-01"), "employee_id": who}
        expected = [("2025-03-01", "enrollment", "election", 0, 500)] * comes
        assert rates(lived(leaver, person(), **electing())) == expected


def test_those_marked_as_opted_out_elect_too_and_participants_do_not() -> None:
    marked, defers = (person(hire_date="2024-12-01", **more) for more in ({"opted_out": True}, {"deferral_bp": 200}))
    tables = lived(marked, defers, **electing())
    assert of_type(tables.events, "enrollment").select("employee_id", "cause").rows() == [("E-1", "election")]
    assert snapshots(tables, "deferral_bp") == [(500,), (200,)]


@pytest.mark.parametrize(
    ("born", "salary", "elects"),
    [
        ("1985-03-02", 4_999_999, 100),  # 39 on the entry date, 1 March
        ("1985-03-02", 5_000_000, 200),
        ("1985-03-01", 5_000_000, 300),
        ("1985-03-01", 5_000_001, 400),
        ("1984-02-29", 5_000_001, 400),
    ],
)
def test_tables_are_read_by_age_and_pay_at_their_edges(born: str, salary: int, elects: int) -> None:
    """The largest age at or below, then the largest pay at or below: who draws just below the share elects."""
    share = elects / 10_000
    for (low, high), comes in (((share - 0.01, share), True), ((share, share + 0.01), False)):
        (who,) = drawing({(Stream.ELECTION, 2025): (low, high), (Stream.ELECTION_DATE, 2025): (0.0, 0.003)})
        row = person(employee_id=who, hire_date="2024-12-01", birth_date=born, salary_cents=salary)
        sections = electing(deferral_rates=TABLE)
        tables = lived(row, **laid_over(sections, {"enrollment": {"election": TABLE}}))
        # The election falls on the entry date, so that the rate is read there too.
        assert rates(tables) == [("2025-03-01", "enrollment", "election", 0, elects)] * comes


@pytest.mark.parametrize(("date", "rate"), [("2025-02-28", 200), ("2025-03-01", 400)])
def test_who_was_born_on_29_february_is_a_year_older_on_1_march(date: str, rate: int) -> None:
    # Entry on 1 January + 58 or 59 days; 29 February 1984 was 41 years ago: 40 edges moved to 41.
    cells = [{**cell, "age_from": 41 if cell["age_from"] else 0} for cell in TABLE]
    (who,) = drawing({(Stream.ELECTION_DATE, 2025): (0.0, 0.003)})
    row = person(employee_id=who, hire_date="2024-12-01", birth_date="1984-02-29", salary_cents=6_000_000)
    waiting = {"waiting_period_days": (day(date) - day("2024-12-01")).days, "minimum_age": 0}
    tables = lived(row, **(electing(deferral_rates=cells) | {"eligibility": waiting}))
    assert rates(tables) == [(date, "enrollment", "election", 0, rate)]


def test_the_salary_of_a_day_is_that_after_its_raises() -> None:
    # 48,000 dollars, 4.2% more on 1 March: 50,016.
    (who,) = drawing({(Stream.ELECTION_DATE, 2025): (0.0, 0.003)})
    row = person(employee_id=who, hire_date="2024-12-01", salary_cents=4_800_000, birth_date="1990-01-01")
    for cola, rate in (("03-01", 200), ("03-02", 100)):
        raises = {"cola_rate": 0.042, "cola_date": cola, "merit_pool": 0.0}
        tables = lived(row, compensation=raises, **electing(deferral_rates=TABLE))
        assert rates(tables) == [("2025-03-01", "enrollment", "election", 0, rate)]


def test_an_election_that_is_void_leaves_the_automatic_date_void_too() -> None:
    """Entry on 1 March, election on 10 March by the draw, automatic on 12 March; the last day decides what happens."""
    draws = {(Stream.ELECTION_DATE, 2025): (0.83, 0.9)}  # the 10th of 11 days

    def found(last: str, share: float) -> list[Any]:
        (who,) = drawing({**draws, (Stream.LEAVING_DATE, 2025): on(last)})
        leaver = {**leaving_on(last, hire_date="2024-12-01"), "employee_id": who}
        auto = {"enabled": True, "opt_out": 0.0, "window_days": 11}
        return [row[:3] for row in rates(lived(leaver, person(), **electing(share, auto_enrollment=auto)))]

    assert found("2025-03-09", 1.0) == []
    assert found("2025-03-10", 1.0) == [("2025-03-10", "enrollment", "election")]
    assert found("2025-03-11", 0.0) == []
    assert found("2025-03-12", 0.0) == [("2025-03-12", "enrollment", "automatic")]


# --- conversion -------------------------------------------------------------------------------------------------------


def converting(**auto: Any) -> dict[str, Any]:
    """Sections of a plan in which whoever is out converts as soon as allowed, at 6 %."""
    enrollment = {"conversion": 1.0, "deferral_rates": 0.06, "auto_enrollment": {"enabled": bool(auto), **auto}}
    return {"enrollment": enrollment}


def test_who_is_out_with_an_entry_in_an_earlier_year_converts_on_a_date_of_chance() -> None:
    (who,) = drawing({(Stream.CONVERSION_DATE, 2025): on("2025-08-09")})
    tables = lived(person(employee_id=who), **converting())
    assert rates(tables) == [("2025-08-09", "enrollment", "conversion", 0, 600)]
    assert snapshot(tables, "enrollment_date") == day("2025-08-09")


def test_nobody_converts_in_the_year_of_entry() -> None:
    waiting = {"eligibility": {"waiting_period_days": 31, "minimum_age": 0}}  # 1 December + 31 days = 1 January
    tables = lived(
        *(person(hire_date=date) for date in ("2024-11-30", "2024-12-01")), end=2026, **waiting, **converting()
    )
    by_id = of_type(tables.events, "enrollment").sort("employee_id").select("employee_id", "year", "cause").rows()
    assert by_id == [("E-1", 2025, "conversion"), ("E-2", 2026, "conversion")]


def test_nobody_converts_while_an_automatic_date_is_to_come_nor_in_the_year_of_an_opt_out() -> None:
    for opt_out, expected in (
        (1.0, [("opt_out", None), ("enrollment", "conversion")]),
        (0.0, [("enrollment", "automatic")]),
    ):
        tables = lived(person(hire_date=RECENT), end=2026, **converting(window_days=45, opt_out=opt_out))
        assert [row[1:3] for row in rates(tables)] == expected
    assert [row[0][:4] for row in rates(lived(person(hire_date=RECENT), end=2026, **converting(opt_out=1.0)))] == [
        "2025",
        "2026",
    ]


def test_who_opted_out_before_the_start_converts_from_the_start_on() -> None:
    past = person(hire_date="2024-03-01")  # in scope, with a window that ended in 2024
    marked = person(opted_out=True, hire_date="2024-03-01")
    tables = lived(past, marked, **converting(opt_out=1.0))
    assert [row[1:3] for row in rates(tables)] == [("enrollment", "conversion")] * 2


def test_who_stopped_converts_in_a_later_year() -> None:
    tables = lived(person(deferral_bp=500), end=2026, **laid_over(converting(), {"enrollment": {"stop": 1.0}}))
    assert [(row[0][:4], row[1], row[-1]) for row in rates(tables)] == [
        ("2025", "stop", 0),
        ("2026", "enrollment", 600),
    ]


def test_a_conversion_after_the_last_day_is_void() -> None:
    def found(last: str) -> list[Any]:
        (who,) = drawing({(Stream.LEAVING_DATE, 2025): on(last), (Stream.CONVERSION_DATE, 2025): on("2025-05-05")})
        leaver = {**leaving_on(last), "employee_id": who}
        return rates(lived(leaver, person(deferral_bp=100), **converting()))

    assert found("2025-05-04") == []
    assert found("2025-05-05") == [("2025-05-05", "enrollment", "conversion", 0, 600)]


def test_shares_are_compared_below() -> None:
    """Who draws less than the share converts, whose draw is the share or more does not."""
    below, above = (drawing({(Stream.CONVERSION, 2025): edge})[0] for edge in ((0.2, 0.25), (0.25, 0.3)))
    half = laid_over(converting(), {"enrollment": {"conversion": 0.25}})
    tables = lived(person(employee_id=below), person(employee_id=above), **half)
    assert of_type(tables.events, "enrollment")["employee_id"].to_list() == [below]


# --- rates ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("match", "rate"),
    [
        ({"preset": "safe_harbor_basic"}, 500),
        ({"preset": "none"}, 300),
        ({"preset": "stretch"}, 1100),  # 12%, but at most 11% can be set
        ({"tiers": [{"up_to": 0.02, "rate": 1.0}, {"up_to": 0.09, "rate": 0.0}]}, 300),  # full from 2% on
        ({"dollar_tiers": [{"up_to": 4_000.00, "rate": 1.0}]}, 400),  # of 100,000 dollars
        ({"dollar_tiers": [{"up_to": 4_000.01, "rate": 1.0}]}, 401),
        (
            {
                "by_tenure": [
                    {"from": 0, "tiers": [{"up_to": 0.05, "rate": 1.0}]},
                    {"from": 10, "tiers": [{"up_to": 0.06, "rate": 1.0}]},
                ]
            },
            500,
        ),
        ({"by_points": [{"from": 0, "rate": 1.0, "max": 0.05}, {"from": 48, "rate": 1.0, "max": 0.07}]}, 700),
    ],
)
def test_who_seeks_the_match_defers_at_least_what_earns_all_of_it(match: dict[str, Any], rate: int) -> None:
    # Hired on 1 June 2015 and 39 on 1 January 2025: 9 years of tenure, 48 points.
    seeking = {"match_seeking": 1.0, "deferral_rates": 0.03, "max_deferral": 0.11}
    tables = lived(person(), **laid_over(converting(), {"enrollment": seeking, "plan": {"match": match}}))
    assert [row[-1] for row in rates(tables)] == [rate]


def test_who_does_not_seek_the_match_defers_what_the_table_says() -> None:
    seeks, other = (drawing({(Stream.MATCH_SEEKING, 2025): edge})[0] for edge in ((0.3, 0.35), (0.35, 0.4)))
    some = {"match_seeking": 0.35, "deferral_rates": 0.03}
    tables = lived(
        person(employee_id=seeks), person(employee_id=other), **laid_over(converting(), {"enrollment": some})
    )
    assert dict(tables.snapshots.select("employee_id", "deferral_bp").rows()) == {seeks: 500, other: 300}


def test_tiers_in_dollars_count_salary_up_to_the_pay_limit() -> None:
    # 7,000 dollars are 2% of 350,000 dollars, the limit of 2025, whatever is earned beyond it.
    dollars = {"plan": {"match": {"dollar_tiers": [{"up_to": 7_000, "rate": 1.0}]}}}
    seeking = {"enrollment": {"match_seeking": 1.0, "deferral_rates": 0.01}}
    tables = lived(person(salary_cents=70_000_000), **laid_over(converting(), dollars | seeking))
    assert [row[-1] for row in rates(tables)] == [200]


# --- a census without deferral rates ----------------------------------------------------------------------------------


def test_without_any_rate_in_the_census_participation_is_drawn_once_before_the_start() -> None:
    low, high = (drawing({(Stream.OPENING_PARTICIPATION, 0): edge})[0] for edge in ((0.35, 0.4), (0.4, 0.45)))
    unknown = [
        person(employee_id=low, deferral_bp=None),
        person(employee_id=high, deferral_bp=None),
        person(employee_id="X-1", deferral_bp=None, opted_out=True),
        person(employee_id="X-2", deferral_bp=None, excluded=True),
        person(employee_id="X-3", deferral_bp=None, hire_date="2024-12-31"),  # enters on 1 January
    ]
    drawn = {"election": 0.4, "deferral_rates": 0.08, "max_deferral": 0.07, "match_seeking": 1.0}
    tables = lived(*unknown[:2], enrollment=drawn)
    assert dict(tables.snapshots.select("employee_id", "deferral_bp").rows()) == {low: 700, high: 0}
    assert rates(tables) == []
    assert tables.snapshots["enrollment_date"].null_count() == 2
    everybody = drawn | {"election": 1.0}
    tables = lived(*unknown, enrollment=everybody, eligibility={"waiting_period_days": 1, "minimum_age": 0})
    found = tables.snapshots.filter(pl.col("employee_id").str.starts_with("X")).sort("employee_id")
    assert found["deferral_bp"].to_list() == [0, 0, 700]
    assert [(row[0][:4], row[2]) for row in rates(tables)] == [("2025", "election")]


def test_participation_is_drawn_at_the_age_on_1_january_and_the_opening_salary() -> None:
    ids = drawing({(Stream.OPENING_PARTICIPATION, 0): (0.0, 0.005)}, 3)
    born, salaries = ["1985-01-01", "1985-01-02", "1985-01-02"], [5_000_001, 5_000_000, 4_999_999]
    people = [
        person(employee_id=who, birth_date=b, salary_cents=s, deferral_bp=None)
        for who, b, s in zip(ids, born, salaries, strict=True)
    ]
    raised = {"cola_rate": 0.1, "cola_date": "01-01", "merit_pool": 0.0}
    tables = lived(*people, enrollment={"election": TABLE, "deferral_rates": TABLE}, compensation=raised)
    found = dict(tables.snapshots.select("employee_id", "deferral_bp").rows())
    assert [found[who] for who in ids] == [400, 200, 100]


def test_one_known_rate_is_enough_to_draw_nobody() -> None:
    tables = lived(person(deferral_bp=None), person(), enrollment={"election": 1.0, "deferral_rates": 0.08})
    assert tables.snapshots["deferral_bp"].to_list() == [0, 0]


# --- columns ----------------------------------------------------------------------------------------------------------


def test_the_date_of_the_latest_enrollment_stays_after_a_stop() -> None:
    sections = laid_over(converting(), {"enrollment": {"stop": 1.0}})
    tables = lived(person(), end=2027, **sections)
    kinds = [(row[0], row[1]) for row in rates(tables)]
    assert [kind for _, kind in kinds] == ["enrollment", "stop", "enrollment"]
    first, _, second = (day(date) for date, _ in kinds)
    assert snapshots(tables, "enrollment_date", "enrolled") == [(first, True), (first, False), (second, True)]


def test_the_summary_counts_who_is_there_at_the_end() -> None:
    people = [
        *(person(deferral_bp=rate) for rate in (300, 701, 0)),
        person(excluded=True),
        leaving_on("2025-07-01", deferral_bp=1000),
    ]
    tables = lived(*people)
    measures = ("eligible", "participants", "participation_rate", "participation_rate_all", "average_deferral_rate")
    assert tables.summary.select(measures).row(0) == (3, 2, 2 / 3, 2 / 4, 1001 / 20_000)
    nobody = lived(person(excluded=True)).summary
    assert nobody.select(measures).row(0) == (0, 0, None, 0.0, None)


def test_without_a_plan_nobody_is_ever_eligible_and_columns_are_null() -> None:
    tables = lived(person(deferral_bp=500), plan={"enabled": False}, **automatic())
    assert tables.events.is_empty()
    assert snapshot(tables, "eligibility_date", "deferral_bp", "enrolled", "match_cents") == (None, None, None, None)
    assert tables.summary.select("eligible", "participants", "participation_rate").row(0) == (0, None, None)
