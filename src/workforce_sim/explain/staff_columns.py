"""What a user's own event may read: the columns of the staff after each event of the model, as a table.

``python -m workforce_sim.explain.staff_columns`` prints the table of ``docs/own-events.md``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import polars as pl

from workforce_sim.engine.context import Year
from workforce_sim.engine.own import OwnEvent, event
from workforce_sim.engine.state import STATE
from workforce_sim.simulation import simulate

PLACES = (
    "risk",
    "hire",
    "promotion",
    "compensation",
    "eligibility",
    "enrollment",
    "deferral",
    "contribution",
    "account",
    "look_back",
)
"""The events of the model that one of a user's own comes after, in their order."""

MEANINGS = {
    "age": "completed years on 1 January, of hires on the hire date",
    "tenure": "completed years since hire, on the same day",
    "weight": "relative chance of leaving this year; may be changed after `risk`",
    "chance": "draw that decides who leaves",
    "is_hire": "hired this year",
    "leaves": "leaves this year",
    "cause": "of those who leave: position in the list of causes",
    "last_day": "last day of employment, 31 December of those who stay",
    "promotion_date": "promotion; never without one",
    "promotion_ppm": "its increase",
    "new_level": "level at the end of the year or on leaving",
    "merit_date": "merit increase; never without one",
    "cola_before_cents": "annual salary before the cost-of-living adjustment",
    "cola_after_cents": "annual salary after it; the same where there is none",
    "promotion_before_cents": "annual salary before the promotion",
    "promotion_after_cents": "annual salary after it; the same where there is none",
    "merit_before_cents": "annual salary before the merit increase",
    "merit_after_cents": "annual salary after it; the same where there is none",
    "new_salary_cents": "annual salary at the end of the year or on leaving",
    "earnings_cents": "pay earned in the year",
    "becomes_eligible": "becomes eligible this year",
    "joining_date": "enrollment this year; never without one",
    "joining_bp": "deferral rate on enrolling",
    "joining_cause": "of those who enroll: position in the list of causes",
    "opts_out": "opts out of automatic enrollment this year",
    "new_automatic_date": "automatic enrollment to come; never without one",
    "new_enrollment_date": "latest enrollment; never before the first, and of participants of the census",
    "start_bp": "deferral rate on 1 January, or on enrolling",
    "january_bp": "after a change of their own on 1 January",
    "response_bp": "after the response to a new match",
    "before_bp": "after a change of their own or a stop before escalation",
    "escalated_bp": "after automatic escalation",
    "new_deferral_bp": "deferral rate at the end of the year or on leaving",
    "own_date": "change of their own, or stop; never without one",
    "stops": "stops deferring this year",
    "new_enrolled_year": "calendar year of the latest enrollment",
    "new_follows": "enrolled automatically, and not changed or stopped since",
    "plan_compensation_cents": "compensation that the match counts",
    "testing_compensation_cents": "pay since entry, as the plan's tests count it",
    "pre_tax_cents": "pre-tax deferrals",
    "roth_cents": "Roth deferrals",
    "catch_up_cents": "catch-up deferrals, within the two above",
    "match_cents": "employer match",
    "nonelective_cents": "nonelective contribution, reallocated forfeitures included",
    "excess_415_cents": "taken off by the limit on annual additions",
    "reallocated_cents": "reallocated forfeitures",
    "new_match_balance_cents": "balance of match at the end of the year, of leavers before the payout",
    "new_nonelective_balance_cents": "balance of nonelective money, the same",
    "vested_share_match_bp": "vested share of the balance of match",
    "vested_share_nonelective_bp": "vested share of the balance of nonelective money",
    "forfeited_cents": "forfeited on leaving",
    "new_highly_paid": "highly compensated next year, by pay of this one",
    "new_roth_catch_up": "whether catch-up must be Roth next year, by pay of this one",
}
"""What the columns hold that events add; of those of the opening, ``STATE`` says it."""

_ENDINGS = {"_cents": "cents", "_ppm": "millionths", "_bp": "basis points", "_date": "day", "_day": "day"}
_UNITS = {
    "salary_cents": "cents a year",
    "last_day": "day",
    "hire_day": "",
    "weight": "millionths",
    "chance": "0 to 1",
    "age": "years",
    "tenure": "years",
}


def table() -> str:
    """Return the table as Markdown: column, type, unit, the first event that it is there after, meaning."""
    lines = ["| column | type | unit | from | meaning |", "|---|---|---|---|---|"]
    lines += [f"| {' | '.join(cells)} |" for cells in _rows()]
    return "\n".join(lines) + "\n"


def columns() -> dict[str, dict[str, pl.DataType]]:
    """Return the columns of the staff with their types after each event of ``PLACES``, as a year with a plan has them.

    A column that is there after one event is there after all that follow it.
    """
    found: dict[str, dict[str, pl.DataType]] = {}
    simulate(census=None, end_year=2025, events=[_watching(place, found) for place in PLACES])
    return found


def _watching(place: str, found: dict[str, dict[str, pl.DataType]]) -> OwnEvent:
    """Return an event that writes down the columns of the staff, and changes nothing."""

    def watching(staff: pl.LazyFrame, year: Year) -> pl.LazyFrame:
        found[place] = dict(staff.collect_schema())
        return staff

    watching.__name__ = f"after_{place}"
    return event(after=place)(watching)


def _rows() -> Iterator[tuple[str, ...]]:
    known: set[str] = set()
    for place, there in columns().items():
        for name, dtype in there.items():
            if name not in known and name != "employee_id":
                meaning = STATE.get(name) or MEANINGS[name]
                yield f"`{name}`", str(dtype), _unit(name, dtype), "opening" if name in STATE else place, meaning
        known.update(there)


def _unit(name: str, dtype: pl.DataType) -> str:
    by_ending = next((unit for ending, unit in _ENDINGS.items() if name.endswith(ending)), "")
    flag = "0 or 1" if dtype == pl.UInt8 and "cause" not in name else ""
    return _UNITS.get(name, by_ending or flag)


if __name__ == "__main__":
    sys.stdout.write(table())
