"""What employees do in the plan matches what is assumed, in samples large enough that a rate a little off would fail.

Nobody is hired, leaves or gets a raise, so that every decision is seen, at the age and pay of the opening. Every run is
fixed, so a check passes always or never.
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from math import sqrt
from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from tests import support
from tests.support import Scenario, fast, of_type
from tests.support_statistics import SURE, correlations, matches, spread_as
from workforce_sim.census import Census
from workforce_sim.census.synthetic import synthetic_census
from workforce_sim.tables.output import Tables

N = 200_000
STILL: dict[str, Any] = {
    "simulation": {"target_growth_rate": 0.0},
    "workforce": {"total_termination_rate": 0.0, "new_hire_termination_rate": 0.0},
    "promotion": {"base_rate": 0.0},
    "compensation": {"cola_rate": 0.0, "merit_pool": 0.0},
}
NOTHING: dict[str, Any] = {
    "auto_enrollment": {"enabled": False},
    "election": 0.0,
    "match_seeking": 0.0,
    "conversion": 0.0,
    "change": {"probability": 0.0},
    "stop": 0.0,
    "escalation": {"enabled": False},
}
AT_ONCE = {"waiting_period_days": 0, "minimum_age": 0}
AFTER_A_YEAR = {"waiting_period_days": 365, "minimum_age": 0}
CELLS = ((0, 0, 0.2), (0, 60_000, 0.45), (40, 0, 0.35), (40, 80_000, 0.7))
BY_AGE_AND_PAY = [{"age_from": age, "pay_from": pay, "value": share} for age, pay, share in CELLS]


# --- runs -------------------------------------------------------------------------------------------------------------


@cache
def staff() -> pl.DataFrame:
    return synthetic_census(N, as_of=dt.date(2025, 1, 1)).frame


@cache
def newcomers() -> pl.DataFrame:
    """Return staff hired evenly over 2 January to 30 December 2024, so that a year's wait ends in 2025; all out."""
    days = pl.int_range(pl.len()) % 364
    hired = (pl.lit(dt.date(2024, 1, 2)) + pl.duration(days=days)).cast(pl.Date)
    return staff().with_columns(hire_date=hired, deferral_bp=pl.lit(0, dtype=pl.Int32))


def at_rates(*rates: int | None) -> pl.DataFrame:
    """Return staff at these deferral rates, in turn."""
    turn = pl.Series([rates[n % len(rates)] for n in range(N)], dtype=pl.Int32)
    return staff().with_columns(deferral_bp=turn)


def simulated(census: pl.DataFrame, last: int = 2025, **sections: Any) -> Tables:
    sections["enrollment"] = {**NOTHING, **sections["enrollment"]}
    return fast(Scenario(Census(census), support.configured(2025, last, **STILL, **sections)))


@cache
def elections() -> Tables:
    """A year's choices by age and pay; a third of those who enroll ask what earns the full match of 5 %."""
    enrollment = {"election": BY_AGE_AND_PAY, "deferral_rates": 0.02, "match_seeking": 0.35}
    return simulated(newcomers(), eligibility=AFTER_A_YEAR, enrollment=enrollment)


@cache
def automatic() -> Tables:
    """Everybody has 100 days to choose; half do, of the others some opt out."""
    auto = {"scope": "all_eligible", "window_days": 100, "opt_out": BY_AGE_AND_PAY}
    enrollment = {"auto_enrollment": auto, "election": 0.5}
    return simulated(newcomers(), eligibility=AFTER_A_YEAR, enrollment=enrollment)


@cache
def participants() -> Tables:
    """Participants at 6% stop or change for two years."""
    enrollment = {"stop": 0.1, "change": {"probability": 0.3, "step": 0.02}}
    return simulated(at_rates(600), 2026, eligibility=AT_ONCE, enrollment=enrollment)


@cache
def escalated() -> Tables:
    """Half at 3%, half at 12% are escalated in April; in the second year the match goes up to 8 %."""
    escalation = {"date": "04-01", "scope": "all", "cap": 1.0, "declining_share": 0.15}
    enrollment = {"escalation": escalation, "match_response": {"below": 0.3, "above": 0.2}}
    match = {year: {"tiers": [{"up_to": edge, "rate": 1.0}]} for year, edge in ((2025, 0.05), (2026, 0.08))}
    return simulated(at_rates(300, 1200), 2026, eligibility=AT_ONCE, enrollment=enrollment, plan={"match": match})


@cache
def conversions() -> Tables:
    return simulated(at_rates(0), 2026, eligibility=AT_ONCE, enrollment={"conversion": 0.2})


# --- helpers ----------------------------------------------------------------------------------------------------------


def rows(tables: Tables, kind: str, cause: str | None = None, year: int = 2025) -> pl.DataFrame:
    found = of_type(tables.events, kind).filter(pl.col("year") == year)
    return found if cause is None else found.filter(pl.col("cause").cast(pl.String) == cause)


def ids(frame: pl.DataFrame) -> set[str]:
    return set(frame["employee_id"])


def flags(among: pl.DataFrame, chosen: pl.DataFrame) -> NDArray[np.bool_]:
    return among["employee_id"].is_in(chosen["employee_id"].implode()).to_numpy()


def by_cell(people: pl.DataFrame) -> list[tuple[pl.DataFrame, float]]:
    """Return people with ``on``, a date each, by the cells that hold for them on it, with their shares."""
    old, pay = pl.col("birth_date").dt.offset_by("40y") <= pl.col("on"), pl.col("salary_cents")
    cells = (~old & (pay < 6_000_000), ~old & (pay >= 6_000_000), old & (pay < 8_000_000), old & (pay >= 8_000_000))
    return [(people.filter(cell), share) for cell, (*_, share) in zip(cells, CELLS, strict=True)]


def on_days(dates: pl.Series) -> NDArray[np.int64]:
    """Return how many dates fall on each day of a year of 365."""
    return np.bincount(dates.dt.ordinal_day().to_numpy() - 1, minlength=365)


# --- ways in ----------------------------------------------------------------------------------------------------------


def test_elections_follow_age_and_pay_on_the_day_of_entry() -> None:
    tables = elections()
    entrants = tables.snapshots.with_columns(on="eligibility_date")
    assert entrants["on"].dt.year().unique().to_list() == [2025]
    for group, share in by_cell(entrants):
        assert matches(flags(group, rows(tables, "enrollment", "election")).sum(), group.height, share, off=0.08)


def test_who_seeks_the_match_defers_what_earns_it() -> None:
    rates = rows(elections(), "enrollment")["deferral_after_bp"]
    assert set(rates) == {200, 500}
    assert matches((rates == 500).sum(), len(rates), 0.35)


def test_elections_are_even_from_the_day_of_entry_to_the_end_of_the_year() -> None:
    people = rows(elections(), "enrollment").join(elections().snapshots, on="employee_id")
    room = (dt.date(2025, 12, 31) - people["eligibility_date"]).dt.total_days().to_numpy() + 1
    chosen = (people["effective_date"] - people["eligibility_date"]).dt.total_days().to_numpy()
    assert (chosen.min(), (room - chosen).min()) == (0, 1)
    enough = room >= 100
    assert spread_as(np.bincount((20 * chosen[enough] + 10) // room[enough], minlength=20), np.ones(20))


def test_elections_are_even_over_the_window_before_the_automatic_date() -> None:
    people = rows(automatic(), "enrollment", "election").join(automatic().snapshots, on="employee_id")
    early = people.filter(pl.col("eligibility_date") <= dt.date(2025, 9, 1))
    chosen = (early["effective_date"] - early["eligibility_date"]).dt.total_days()
    assert spread_as(np.bincount(chosen.to_numpy()), np.ones(100))
    entrants = automatic().snapshots.filter(pl.col("eligibility_date") <= dt.date(2025, 9, 1))
    assert matches(early.height, entrants.height, 0.5)


def test_opting_out_follows_age_and_pay_on_the_automatic_date() -> None:
    out, joined = rows(automatic(), "opt_out"), rows(automatic(), "enrollment", "automatic")
    asked = pl.concat([out, joined]).select("employee_id", on="effective_date")
    people = automatic().snapshots.join(asked, on="employee_id")
    assert (people["on"] - people["eligibility_date"]).unique().to_list() == [dt.timedelta(days=100)]
    for group, share in by_cell(people):
        assert matches(flags(group, out).sum(), group.height, share, off=0.1)


def test_conversions_follow_their_share_year_after_year_and_are_even_over_the_year() -> None:
    first, second = (rows(conversions(), "enrollment", "conversion", year) for year in (2025, 2026))
    assert matches(first.height, N, 0.2)
    assert matches(second.height, N - first.height, 0.2)
    for of_year in (first, second):
        assert spread_as(on_days(of_year["effective_date"]), np.ones(365))


def test_participation_of_a_census_without_rates_is_drawn_by_age_and_pay_of_the_opening() -> None:
    tables = simulated(at_rates(None), eligibility=AT_ONCE, enrollment={"election": BY_AGE_AND_PAY})
    people = tables.snapshots.with_columns(on=pl.date(2025, 1, 1))
    for group, share in by_cell(people):
        assert matches(group["enrolled"].sum(), group.height, share, off=0.08)


def test_the_excluded_by_chance_follow_their_share() -> None:
    tables = simulated(newcomers(), eligibility={**AFTER_A_YEAR, "excluded_share": 0.25}, enrollment={})
    assert matches(tables.snapshots["eligibility_date"].null_count(), N, 0.25, off=0.04)


# --- rates ------------------------------------------------------------------------------------------------------------


def test_participants_stop_at_their_rate_and_of_the_others_change_at_theirs() -> None:
    for year, participating in ((2025, N), (2026, N - rows(participants(), "stop").height)):
        stops = rows(participants(), "stop", year=year)
        changes = rows(participants(), "rate_change", "own", year)
        assert matches(stops.height, participating, 0.1)
        assert matches(changes.height, participating - stops.height, 0.3)


def test_three_changes_in_four_are_increases() -> None:
    changes = rows(participants(), "rate_change")
    moved = changes["deferral_after_bp"] - changes["deferral_before_bp"]
    assert set(moved) == {200, -200}
    assert matches((moved > 0).sum(), len(moved), 0.75)


@pytest.mark.parametrize("kind", ["stop", "rate_change"])
def test_stops_and_changes_are_even_over_the_year(kind: str) -> None:
    assert spread_as(on_days(rows(participants(), kind)["effective_date"]), np.ones(365), tilt=0.15)


def test_who_declines_escalation_is_drawn_once() -> None:
    first, second = (ids(rows(escalated(), "escalation", year=year)) for year in (2025, 2026))
    assert matches(N - len(first), N, 0.15)
    assert first == second


def test_who_is_below_or_above_the_new_match_responds_by_their_shares() -> None:
    moved = rows(escalated(), "rate_change", "match_response", 2026)
    assert set(moved["deferral_after_bp"]) == {800}
    below = moved["deferral_before_bp"] < 800
    assert matches(below.sum(), N // 2, 0.3)
    assert matches((~below).sum(), N // 2, 0.2)


# --- independence -----------------------------------------------------------------------------------------------------


def enough(pairs: dict[tuple[str, str], float], n: int) -> bool:
    """Whether all pairs look independent, in a sample that would show a correlation of 0.04."""
    return sqrt(n) * 0.04 > 2 * SURE and max(map(abs, pairs.values())) < SURE


def test_who_changes_when_and_which_way_is_independent_of_the_year_before() -> None:
    changed = rows(participants(), "rate_change", year=2026)
    columns: dict[str, NDArray[Any]] = {
        "date": changed["effective_date"].dt.ordinal_day().to_numpy(),
        "up": (changed["deferral_after_bp"] > changed["deferral_before_bp"]).to_numpy(),
        "changed before": flags(changed, rows(participants(), "rate_change")),
    }
    assert enough(correlations(columns), changed.height)
    again = changed.join(rows(participants(), "rate_change"), on="employee_id")
    dates = {"date": again["effective_date"], "date before": again["effective_date_right"]}
    days = {name: column.dt.ordinal_day().to_numpy() for name, column in dates.items()}
    assert abs(correlations(days)["date", "date before"]) < SURE


def test_whether_when_and_how_much_to_enroll_is_independent() -> None:
    people = rows(elections(), "enrollment").join(elections().snapshots, on="employee_id")
    room = (dt.date(2025, 12, 31) - people["eligibility_date"]).dt.total_days().to_numpy() + 1
    waited = (people["effective_date"] - people["eligibility_date"]).dt.total_days().to_numpy()
    seeks = (people["deferral_after_bp"] == 500).to_numpy()
    columns = {"date": waited / room, "seeks": seeks, "pay": people["salary_cents"].rank().to_numpy()}
    assert enough(correlations(columns), people.height)


def test_who_responds_to_a_new_match_is_independent_of_declining_escalation() -> None:
    people = escalated().snapshots.filter(pl.col("year") == 2026)
    columns = {
        "escalated": flags(people, rows(escalated(), "escalation")),
        "responded": flags(people, rows(escalated(), "rate_change", year=2026)),
    }
    assert enough(correlations(columns), people.height)
