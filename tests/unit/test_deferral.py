"""Deferral rates through the year: own changes, stops, the response to a new match, escalation; by both engines."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.small_plans import drawing, laid_over, leaving_on, lived, on, person, rates, snapshots
from workforce_sim.draws import Stream

UP, DOWN = (0.0, 0.75), (0.75, 1.0)
IN_SCOPE = "2024-01-01"


def changing(share: float = 1.0, step: float = 0.02, **enrollment: Any) -> dict[str, Any]:
    return {"enrollment": {"change": {"probability": share, "step": step}, **enrollment}}


def rising(**rule: Any) -> dict[str, Any]:
    """Sections of a plan that escalates all participants of the census by 1%, on 1 January unless told."""
    escalation = {"enabled": True, "declining_share": 0.0, "census_source": "all", **rule}
    return {"enrollment": {"auto_enrollment": {"enabled": True}, "escalation": escalation}}


def moving(date: str, direction: tuple[float, float] = UP) -> str:
    """Return somebody whose own change or stop falls on a day."""
    year = int(date[:4])
    (who,) = drawing({(Stream.CHANGE_OR_STOP_DATE, year): on(date), (Stream.CHANGE_DIRECTION, year): direction})
    return who


# --- own changes and stops --------------------------------------------------------------------------------------------


def test_an_own_change_moves_the_rate_by_a_step_on_a_date_of_chance() -> None:
    up, down = moving("2025-05-10"), moving("2025-11-30", DOWN)
    tables = lived(*(person(employee_id=who, deferral_bp=600) for who in (up, down)), **changing())
    assert rates(tables) == [
        ("2025-05-10", "rate_change", "own", 600, 800),
        ("2025-11-30", "rate_change", "own", 600, 400),
    ]
    assert dict(tables.snapshots.select("employee_id", "deferral_bp").rows()) == {up: 800, down: 400}


def test_three_in_four_changes_go_up() -> None:
    ups = [(0.74, 0.75), (0.75, 0.76)]
    ids = [drawing({(Stream.CHANGE_DIRECTION, 2025): edge})[0] for edge in ups]
    tables = lived(*(person(employee_id=who, deferral_bp=600) for who in ids), **changing())
    assert [dict(tables.snapshots.select("employee_id", "deferral_bp").rows())[who] for who in ids] == [800, 400]


@pytest.mark.parametrize(
    ("direction", "old", "new"),
    [
        (DOWN, 350, 150),
        (DOWN, 300, 100),
        (DOWN, 299, 100),  # never below 1%
        (DOWN, 101, 100),
        (DOWN, 100, None),  # nothing changes, so there is no row
        (DOWN, 60, None),  # below 1% already
        (UP, 60, 260),
        (UP, 800, 1000),
        (UP, 801, 1000),  # at most the maximum
        (UP, 1000, None),
        (UP, 1300, 1000),  # set anew, a rate of the census above it comes down to it
        (DOWN, 1300, 1000),
        (DOWN, 1100, 900),
    ],
)
def test_an_own_change_stays_between_1_percent_and_the_maximum(
    direction: tuple[float, float], old: int, new: int | None
) -> None:
    row = person(employee_id=moving("2025-06-01", direction), deferral_bp=old)
    tables = lived(row, **changing(max_deferral=0.10))
    assert rates(tables) == ([] if new is None else [("2025-06-01", "rate_change", "own", old, new)])
    assert snapshots(tables, "deferral_bp") == [(old if new is None else new,)]


def test_a_stop_sets_the_rate_to_0_and_comes_before_a_change() -> None:
    both = moving("2025-03-01")
    tables = lived(person(employee_id=both, deferral_bp=600), end=2026, **changing(stop=1.0))
    assert rates(tables) == [("2025-03-01", "stop", None, 600, 0)]
    assert snapshots(tables, "enrolled", "deferral_bp") == [(False, 0), (False, 0)]


def test_shares_are_compared_below() -> None:
    for stream, sections in ((Stream.STOP, {"enrollment": {"stop": 0.5}}), (Stream.CHANGE, changing(0.5))):
        below, above = (drawing({(stream, 2025): edge})[0] for edge in ((0.45, 0.5), (0.5, 0.55)))
        tables = lived(*(person(employee_id=who, deferral_bp=600) for who in (below, above)), **sections)
        assert tables.events["employee_id"].to_list() == [below]


def test_who_enrolls_in_the_year_neither_changes_nor_stops_in_it() -> None:
    converting = {"conversion": 1.0, "deferral_rates": 0.06}
    tables = lived(person(), end=2026, **changing(stop=1.0, **converting))
    assert [(row[0][:4], row[1]) for row in rates(tables)] == [("2025", "enrollment"), ("2026", "stop")]


@pytest.mark.parametrize(("sections", "kind"), [(changing(), "rate_change"), ({"enrollment": {"stop": 1.0}}, "stop")])
def test_on_the_last_day_a_rate_still_moves_and_after_it_nothing_does(sections: dict[str, Any], kind: str) -> None:
    for last, moves in (("2025-09-09", [kind]), ("2025-09-08", [])):
        date = {(Stream.CHANGE_OR_STOP_DATE, 2025): on("2025-09-09")}
        (who,) = drawing({**date, (Stream.LEAVING_DATE, 2025): on(last)})
        leaver = {**leaving_on(last, deferral_bp=500), "employee_id": who}
        assert [row[1] for row in rates(lived(leaver, person(), **sections))] == moves


# --- escalation -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "rule", "new"),
    [
        (300, {}, 400),
        (300, {"increment": 0.025}, 550),
        (300, {"increment": 0.0}, None),
        (950, {}, 1000),  # at most the cap
        (1000, {}, None),
        (1200, {}, None),  # beyond the cap nobody comes down
        (500, {"cap": 0.055}, 550),
    ],
)
def test_escalation_raises_rates_up_to_the_cap(old: int, rule: dict[str, Any], new: int | None) -> None:
    tables = lived(person(deferral_bp=old), **rising(**rule))
    assert rates(tables) == ([] if new is None else [("2025-01-01", "escalation", None, old, new)])
    assert tables.summary["escalations"].to_list() == [new is not None]


def test_escalation_stays_within_the_maximum_as_well() -> None:
    tables = lived(
        *(person(deferral_bp=rate) for rate in (500, 550, 700)),
        **laid_over(rising(), {"enrollment": {"max_deferral": 0.055}}),
    )
    assert rates(tables) == [("2025-01-01", "escalation", None, 500, 550)]


def test_escalation_is_on_its_day_every_year_on_1_march_without_a_29_february() -> None:
    tables = lived(person(deferral_bp=100), start=2027, end=2029, **rising(date="02-29"))
    assert [(row[0], row[-1]) for row in rates(tables)] == [
        ("2027-03-01", 200),
        ("2028-02-29", 300),
        ("2029-03-01", 400),
    ]


@pytest.mark.parametrize(("last", "comes"), [("2025-06-30", False), ("2025-07-01", True)])
def test_who_has_left_is_not_escalated(last: str, comes: bool) -> None:
    tables = lived(leaving_on(last, deferral_bp=500), person(), **rising(date="07-01"))
    assert [row[1] for row in rates(tables)] == ["escalation"] * comes


def test_those_who_decline_do_so_every_year() -> None:
    declines, takes_part = (drawing({(Stream.DECLINES_ESCALATION, 0): edge})[0] for edge in ((0.45, 0.5), (0.5, 0.55)))
    people = [person(employee_id=who, deferral_bp=200) for who in (declines, takes_part)]
    tables = lived(*people, end=2028, **rising(declining_share=0.5))
    assert tables.events["employee_id"].to_list() == [takes_part] * 4


@pytest.mark.parametrize(
    ("delay", "first"), [(0, "2025-01-01"), (1, "2025-01-01"), (2, "2026-01-01"), (3, "2027-01-01")]
)
def test_participants_of_the_census_count_as_enrolled_the_year_before_the_start(delay: int, first: str) -> None:
    tables = lived(person(deferral_bp=200), end=2027, **rising(delay_years=delay))
    assert rates(tables)[0][:2] == (first, "escalation")


@pytest.mark.parametrize(("delay", "year"), [(0, 2026), (1, 2026), (2, 2027)])
def test_who_is_enrolled_in_the_run_is_escalated_so_many_calendar_years_later(delay: int, year: int) -> None:
    # Enrolled on 15 January 2025; without delay in that year already, were the day later than 15 January.
    auto = {"enrollment": {"auto_enrollment": {"enabled": True, "opt_out": 0.0}}}
    tables = lived(person(hire_date="2024-12-01"), end=2027, **laid_over(rising(delay_years=delay, date="01-15"), auto))
    enrolled, risen, *_ = rates(tables)
    assert enrolled[:2] == ("2025-01-15", "enrollment")
    assert risen[:2] == (f"{year}-01-15", "escalation")


@pytest.mark.parametrize(("date", "comes"), [("01-14", False), ("01-15", False), ("01-16", True)])
def test_without_delay_the_enrollment_must_lie_strictly_before_the_day(date: str, comes: bool) -> None:
    auto = {"enrollment": {"auto_enrollment": {"enabled": True, "opt_out": 0.0}}}
    tables = lived(person(hire_date="2024-12-01"), **laid_over(rising(delay_years=0, date=date), auto))
    assert [row[1] for row in rates(tables)] == ["enrollment"] + ["escalation"] * comes


@pytest.mark.parametrize(
    ("source", "enabled", "risen"),
    [
        ("all", True, [True, True]),
        ("in_scope", True, [False, True]),
        ("none", True, [False, False]),
        ("all", False, [False, False]),
    ],
)
def test_which_participants_of_the_census_follow_the_escalation(source: str, enabled: bool, risen: list[bool]) -> None:
    people = [person(hire_date=date, deferral_bp=300) for date in ("2023-12-31", IN_SCOPE)]
    sections = laid_over(rising(census_source=source), {"enrollment": {"auto_enrollment": {"enabled": enabled}}})
    assert snapshots(lived(*people, **sections), "deferral_bp") == [(400,) if up else (300,) for up in risen]
    everybody = laid_over(sections, {"enrollment": {"escalation": {"scope": "all"}}})
    assert snapshots(lived(*people, **everybody), "deferral_bp") == [(400,), (400,)]


def test_an_own_change_ends_following_from_its_day_on() -> None:
    """Before the day of escalation, on it, and after it: on one day the own change comes first."""
    sections = laid_over(rising(date="07-01"), changing(0.5))
    for date, expected in (
        ("2025-06-30", ["rate_change"]),
        ("2025-07-01", ["rate_change"]),
        ("2025-07-02", ["escalation", "rate_change"]),
    ):
        who = drawing(
            {
                (Stream.CHANGE_OR_STOP_DATE, 2025): on(date),
                (Stream.CHANGE, 2025): (0.0, 0.5),
                **{(Stream.CHANGE, year): (0.5, 1.0) for year in (2026, 2027)},
            }
        )[0]
        tables = lived(person(employee_id=who, deferral_bp=500), end=2027, **sections)
        assert [row[1] for row in rates(tables)] == expected  # and none in the years after
        everybody = laid_over(sections, {"enrollment": {"escalation": {"scope": "all"}}})
        escalated = [
            row[0]
            for row in rates(lived(person(employee_id=who, deferral_bp=500), end=2027, **everybody))
            if row[1] == "escalation"
        ]
        assert escalated == ["2025-07-01", "2026-07-01", "2027-07-01"]


def test_on_one_day_escalation_starts_from_the_rate_after_the_own_change() -> None:
    sections = laid_over(rising(date="07-01", scope="all"), changing())
    tables = lived(person(employee_id=moving("2025-07-01"), deferral_bp=500), **sections)
    assert rates(tables) == [
        ("2025-07-01", "rate_change", "own", 500, 700),
        ("2025-07-01", "escalation", None, 700, 800),
    ]


def test_an_own_change_that_changes_nothing_does_not_end_following() -> None:
    sections = laid_over(rising(date="07-01", cap=0.5), changing())
    tables = lived(person(employee_id=moving("2025-03-01", DOWN), deferral_bp=100), **sections)
    assert rates(tables) == [("2025-07-01", "escalation", None, 100, 200)]


@pytest.mark.parametrize("scope", ["automatic", "all"])
def test_a_stop_on_the_day_of_escalation_comes_after_it_and_before_the_day_nothing_is_left_to_raise(
    scope: str,
) -> None:
    sections = laid_over(rising(date="07-01", scope=scope), {"enrollment": {"stop": 1.0}})
    for date, expected in (
        ("2025-06-30", [("stop", 500, 0)]),
        ("2025-07-01", [("escalation", 500, 600), ("stop", 600, 0)]),
        ("2025-07-02", [("escalation", 500, 600), ("stop", 600, 0)]),
    ):
        tables = lived(person(employee_id=moving(date), deferral_bp=500), **sections)
        assert [(row[1], *row[3:]) for row in rates(tables)] == expected


def test_a_stop_and_a_conversion_end_following() -> None:
    sections = laid_over(rising(), {"enrollment": {"stop": 0.5, "conversion": 1.0, "deferral_rates": 0.03}})
    later = {(Stream.STOP, year): (0.5, 1.0) for year in (2026, 2027, 2028)}
    (who,) = drawing({(Stream.STOP, 2025): (0.0, 0.5), **later})
    tables = lived(person(employee_id=who, deferral_bp=500), end=2028, **sections)
    assert [row[1] for row in rates(tables)] == ["escalation", "stop", "enrollment"]


def test_who_elects_or_converts_does_not_follow_and_rises_where_all_do() -> None:
    converts = {"enrollment": {"conversion": 1.0, "deferral_rates": 0.03}}
    for scope, kinds in (("automatic", ["enrollment"]), ("all", ["enrollment", "escalation", "escalation"])):
        tables = lived(person(), end=2027, **laid_over(rising(scope=scope), converts))
        assert [row[1] for row in rates(tables)] == kinds


# --- response to a new match ------------------------------------------------------------------------------------------

BASIC, ENHANCED = {"preset": "safe_harbor_basic"}, {"preset": "safe_harbor_enhanced"}  # full at 5% and at 4%


BANDED = [{"from": 0, "rate": 0.5, "max": 0.06}, {"from": 8, "rate": 1.0, "max": 0.04}]


def responding(match: dict[int, Any], below: float = 1.0, above: float = 1.0, **enrollment: Any) -> dict[str, Any]:
    return {"plan": {"match": match}, "enrollment": {"match_response": {"below": below, "above": above}, **enrollment}}


def test_participants_move_to_the_full_match_rate_of_a_new_formula_on_1_january() -> None:
    people = [person(deferral_bp=rate) for rate in (300, 400, 600, 0)]
    tables = lived(*people, end=2027, **responding({2025: BASIC, 2026: ENHANCED}))
    assert rates(tables) == [
        ("2026-01-01", "rate_change", "match_response", 300, 400),
        ("2026-01-01", "rate_change", "match_response", 600, 400),
    ]


def test_shares_of_those_below_and_above() -> None:
    ids = [
        drawing({(Stream.MATCH_RESPONSE, 2026): edge})[0]
        for edge in ((0.25, 0.3), (0.3, 0.35), (0.55, 0.6), (0.6, 0.65))
    ]
    people = [person(employee_id=who, deferral_bp=rate) for who, rate in zip(ids, (300, 300, 600, 600), strict=True)]
    tables = lived(*people, end=2026, **responding({2025: BASIC, 2026: ENHANCED}, 0.3, 0.6))
    assert set(tables.events["employee_id"]) == {ids[0], ids[2]}


@pytest.mark.parametrize(
    ("before", "after", "moves"),
    [
        (BASIC, {"preset": "tiered"}, 0),  # the same tiers by another name
        (BASIC, {**BASIC, "last_day": True}, 0),
        (BASIC, {"preset": "none"}, 0),  # nothing to seek
        ({"preset": "none"}, BASIC, 1),
        (BASIC, {"tiers": [{"up_to": 0.03, "rate": 1.0}, {"up_to": 0.05, "rate": 0.6}]}, 1),  # richer at the same rates
        (BASIC, {"by_tenure": [{"from": 0, "tiers": [{"up_to": 0.03, "rate": 1.0}, {"up_to": 0.05, "rate": 0.5}]}]}, 0),
        ({"tiers": [{"up_to": 0.05, "rate": 1.0}]}, {"dollar_tiers": [{"up_to": 5, "rate": 1.0}]}, 1),  # 500 bp, cents
        ({"by_service": BANDED}, {"by_points": BANDED}, 1),
    ],
)
def test_the_tiers_must_differ_and_the_new_match_be_worth_something(before: Any, after: Any, moves: int) -> None:
    tables = lived(person(deferral_bp=300), end=2026, **responding({2025: before, 2026: after}))
    assert len(rates(tables)) == moves


def test_nobody_responds_in_the_start_year() -> None:
    assert rates(lived(person(deferral_bp=300), **responding({2024: BASIC, 2025: ENHANCED}))) == []


def test_the_response_is_at_most_the_maximum_and_by_salary_where_tiers_are_in_dollars() -> None:
    people = [person(deferral_bp=100, salary_cents=salary) for salary in (5_000_000, 10_000_000)]
    dollars = {2025: {"preset": "none"}, 2026: {"dollar_tiers": [{"up_to": 2_000, "rate": 1.0}]}}
    assert [row[-1] for row in rates(lived(*people, end=2026, **responding(dollars)))] == [400, 200]
    low = responding(dollars, max_deferral=0.035)
    assert [row[-1] for row in rates(lived(*people, end=2026, **low))] == [350, 200]
    raised = {"compensation": {"cola_rate": 0.25, "merit_pool": 0.0}}  # 10,000,000 x 1.25^2 = 15,625,000 on that day
    assert [row[-1] for row in rates(lived(people[1], end=2026, **responding(dollars), **raised))] == [128]


def test_on_one_day_the_order_is_own_change_match_response_escalation() -> None:
    plan = laid_over(rising(scope="all", delay_years=2), responding({2025: BASIC, 2026: ENHANCED}))
    (who,) = drawing(
        {
            (Stream.CHANGE, 2025): (0.5, 1.0),
            (Stream.CHANGE, 2026): (0.0, 0.5),
            (Stream.CHANGE_OR_STOP_DATE, 2026): on("2026-01-01"),
            (Stream.CHANGE_DIRECTION, 2026): UP,
        }
    )
    new_year = rates(lived(person(employee_id=who, deferral_bp=500), end=2026, **laid_over(plan, changing(0.5))))
    assert new_year == [
        ("2026-01-01", "rate_change", "own", 500, 700),
        ("2026-01-01", "rate_change", "match_response", 700, 400),
        ("2026-01-01", "escalation", None, 400, 500),
    ]


def test_a_response_does_not_end_following() -> None:
    tables = lived(
        person(deferral_bp=300), end=2027, **laid_over(rising(delay_years=2), responding({2025: BASIC, 2026: ENHANCED}))
    )
    assert [row[1:3] for row in rates(tables)] == [
        ("rate_change", "match_response"),
        ("escalation", None),
        ("escalation", None),
    ]
