"""Another seed, replicate or year gives other draws in every stream of the events.

Each stream is watched through one thing that it alone decides, or nearly so: a draw that did not follow the seed would
give almost everybody the same again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import cache
from typing import Any

import polars as pl
import pytest

from tests import support
from tests.support import Scenario, fast, of_type
from tests.support_events import Watch, has, months, said, staff, under
from workforce_sim.census import Census
from workforce_sim.census.synthetic import synthetic_census
from workforce_sim.draws import ONCE, Stream
from workforce_sim.tables.output import Tables

EVEN = [{"from": 0, "factor": 1.0}]
HALVES: dict[str, Any] = {
    "simulation": {"target_growth_rate": 0.1},
    "workforce": {"total_termination_rate": 0.5, "new_hire_termination_rate": 0.5},
    "terminations": {"age_factors": EVEN, "causes": [{"from": 0, "voluntary": 0.5, "retirement": 0.5}]},
    "hiring": {"month_weights": [1, *[0] * 11], "level_mix": dict.fromkeys(("Staff", "Senior"), 0.5) | {"Manager": 0}},
    "promotion": {
        "base_rate": 0.5,
        "age_factors": EVEN,
        "tenure_factors": EVEN,
        "increase": {"lowest": 0.0, "highest": 0.3},
    },
    "compensation": {
        "merit_pool": 0.1,
        "merit_month_weights": [1] * 12,
        "ratings": {"good": {"share": 0.5, "factor": 2}, "fair": {"share": 0.5, "factor": 0}},
        "other_pay": [
            {"name": "fees", "kind": "commission", "share": 0.1, "receivers": 0.5},
            {"name": "hours", "kind": "overtime", "share": 0.5, "spread": 1.0},
        ],
    },
}
"""Half of everybody leaves, is promoted, is rated good; merit is for the good alone; hires come in January."""
ONE_PAY = {"minimum": 50_000, "maximum": 50_000}
PART_TIME = {
    **HALVES,
    "workforce": {**HALVES["workforce"], "levels": [{"name": "Staff", **ONE_PAY}, {"name": "Senior", **ONE_PAY}]},
    "hiring": {"part_time_share": 0.5, "pay": "uniform"},
}
"""Hires are paid alike but for part-time."""
FEW_LEAVE: dict[str, Any] = {
    "simulation": {"target_growth_rate": 0.4},
    "workforce": {"total_termination_rate": 0.05, "new_hire_termination_rate": 0.05},
    "hiring": {"month_weights": [1, *[0] * 11]},
}
CHOICES = {
    **FEW_LEAVE,
    "eligibility": {"waiting_period_days": 0, "minimum_age": 0},
    "enrollment": {
        "auto_enrollment": {"enabled": False},
        "election": 0.5,
        "deferral_rates": 0.02,
        "match_seeking": 0.5,
        "conversion": 0.5,
        "stop": 0.5,
    },
}
"""Half of the hires enroll, of those who are out convert, of participants stop; half of who enrolls seeks the match."""
UNION: dict[str, Any] = {**FEW_LEAVE, "eligibility": {"excluded_classes": [{"reason": "union"}]}}
"""About half of the census, and of the hires, are union employees."""
DRAWN = {**FEW_LEAVE, "enrollment": {"election": 0.5, "conversion": 0.0, "stop": 0.0}}
COME_AND_GO: dict[str, Any] = {
    **HALVES,
    "hiring": {"rehires": {"share": 0.6, "within_years": 1, "causes": ["voluntary", "retirement"]}},
}
"""Most of those who leave will come back in the year after."""
DEFAULTS = {
    **FEW_LEAVE,
    "eligibility": {"waiting_period_days": 0, "minimum_age": 0, "excluded_share": 0.5},
    "enrollment": {
        "auto_enrollment": {"scope": "all_eligible", "opt_out": 0.5},
        "election": 0.0,
        "change": {"probability": 0.5, "step": 0.003},
        "stop": 0.0,
        "escalation": {"date": "07-01", "scope": "all", "cap": 1.0, "declining_share": 0.5},
        "match_response": {"below": 0.5, "above": 0.5},
    },
}
"""Half of those who are out are excluded; of the others half opt out, and half are enrolled automatically."""


def hires(tables: Tables) -> pl.DataFrame:
    return tables.snapshots.filter(pl.col("opening_salary_cents").is_null())


def leavers(people: pl.DataFrame) -> pl.DataFrame:
    return people.select("employee_id", pl.col("termination_date").is_not_null())


def days_since_birthday(tables: Tables) -> pl.DataFrame:
    birthday = pl.col("hire_date").dt.offset_by(pl.format("-{}y", "age"))
    return hires(tables).select("employee_id", (birthday - pl.col("birth_date")).dt.total_days())


def rise(tables: Tables) -> pl.DataFrame:
    by = pl.col("salary_after_cents") / pl.col("salary_before_cents")
    return of_type(tables.events, "promotion").select("employee_id", by.round(3))


def first_year(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.filter(pl.col("year") == pl.col("year").min())


def takes_part(which: str, tables: Tables) -> pl.DataFrame:
    """Return who of the census defers, or is out, and stays; some columns of those who left in the year are theirs."""
    rate = pl.col("deferral_bp") > 0
    known = census().frame.filter(rate if which == "in" else ~rate).select("employee_id")
    stayed = first_year(staff(tables)).filter(pl.col("termination_date").is_null())
    return stayed.join(known, on="employee_id", how="semi")


def have(kind: str, people: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Return whether people have an event in the first year."""
    having = of_type(first_year(tables.events), kind)["employee_id"].implode()
    return people.select("employee_id", has=pl.col("employee_id").is_in(having))


def joined(tables: Tables, cause: str) -> pl.DataFrame:
    return of_type(tables.events, "enrollment").filter(pl.col("cause").cast(pl.String) == cause)


def stayers(tables: Tables) -> pl.DataFrame:
    return hires(tables).filter(pl.col("termination_date").is_null())


def own_changes(tables: Tables) -> pl.DataFrame:
    changes = of_type(first_year(tables.events), "rate_change")
    return changes.with_columns(up=pl.col("deferral_after_bp") > pl.col("deferral_before_bp"))


def responses(tables: Tables) -> pl.DataFrame:
    """Return whether those who take part in the second year respond to its match; few are at its rate already."""
    second = tables.snapshots.filter(pl.col("year") == pl.col("year").max())
    there = second.join(takes_part("in", tables), on="employee_id", how="semi")
    responding = tables.events.filter(pl.col("cause").cast(pl.String) == "match_response")["employee_id"].implode()
    return there.select("employee_id", has=pl.col("employee_id").is_in(responding))


def other_pay(kind: str, tables: Tables) -> pl.DataFrame:
    """Return what existing employees are paid of a kind, as a share of salary in whole percent, or whether any."""
    paid, salary = pl.col(f"{kind}_pay_cents"), pl.col("earnings_cents") - pl.col("other_pay_cents")
    return staff(tables).select("employee_id", (100 * paid / salary).round(0) if kind == "overtime" else paid > 0)


def come_back(tables: Tables) -> pl.DataFrame:
    """Return whether those who leave in the first year come back in the second."""
    back = of_type(tables.events, "rehire")["employee_id"].implode()
    gone = of_type(first_year(tables.events), "termination")
    return gone.select("employee_id", has=pl.col("employee_id").is_in(back))


SEEN: dict[Stream, Callable[[Tables], pl.DataFrame]] = {
    # what is watched: whose it is, and what; columns before the last must agree for a pair to count
    Stream.TERMINATION: lambda tables: leavers(staff(tables)),
    Stream.CAUSE: lambda tables: of_type(tables.events, "termination")["employee_id", "cause"],
    Stream.LEAVING_DATE: lambda tables: months(staff(tables).drop_nulls("termination_date"), "termination_date"),
    Stream.HIRE_LEVEL: lambda tables: of_type(tables.events, "hire")["employee_id", "level_after"],
    Stream.HIRE_AGE: lambda tables: hires(tables)["employee_id", "age"],
    Stream.BIRTHDAY: days_since_birthday,
    Stream.HIRE_DATE: lambda tables: hires(tables).select("employee_id", pl.col("hire_date").dt.day()),
    Stream.HIRE_DEPARTMENT: lambda tables: hires(tables)["employee_id", "department"],
    Stream.HIRE_PAY: lambda tables: of_type(tables.events, "hire")["employee_id", "level_after", "salary_after_cents"],
    Stream.HIRE_TERMINATION: lambda tables: leavers(hires(tables)),
    Stream.HIRE_LEAVING_DATE: lambda tables: months(hires(tables).drop_nulls("termination_date"), "termination_date"),
    Stream.PROMOTION: lambda tables: has("promotion", tables),
    Stream.PROMOTION_DATE: lambda tables: months(of_type(tables.events, "promotion"), "effective_date"),
    Stream.PROMOTION_INCREASE: rise,
    Stream.RATING: lambda tables: has("merit", tables),
    Stream.MERIT_DATE: lambda tables: months(of_type(tables.events, "merit"), "effective_date"),
    Stream.OTHER_PAY_RECEIVER: lambda tables: other_pay("commission", tables),
    Stream.OTHER_PAY_AMOUNT: lambda tables: other_pay("overtime", tables),
    Stream.HIRE_PART_TIME: lambda tables: of_type(tables.events, "hire")["employee_id", "salary_after_cents"],
    Stream.EXCLUDED: lambda tables: takes_part("out", tables).select(
        "employee_id", pl.col("eligibility_date").is_null()
    ),
    Stream.ELECTION: lambda tables: have("enrollment", stayers(tables), tables),
    Stream.ELECTION_DATE: lambda tables: joined(tables, "election").select(
        "employee_id", pl.col("effective_date").dt.quarter()
    ),
    Stream.MATCH_SEEKING: lambda tables: of_type(tables.events, "enrollment")["employee_id", "deferral_after_bp"],
    Stream.OPT_OUT: lambda tables: have("opt_out", takes_part("out", tables).drop_nulls("eligibility_date"), tables),
    Stream.CONVERSION: lambda tables: have("enrollment", takes_part("out", tables), tables),
    Stream.CONVERSION_DATE: lambda tables: months(joined(tables, "conversion"), "effective_date"),
    Stream.STOP: lambda tables: have("stop", takes_part("in", tables), tables),
    Stream.CHANGE: lambda tables: have("rate_change", takes_part("in", tables), tables),
    Stream.CHANGE_DIRECTION: lambda tables: own_changes(tables)["employee_id", "up"],
    Stream.CHANGE_OR_STOP_DATE: lambda tables: months(own_changes(tables), "effective_date"),
    Stream.DECLINES_ESCALATION: lambda tables: have("escalation", takes_part("in", tables), tables),
    Stream.MATCH_RESPONSE: responses,
    Stream.RETURN: come_back,
    Stream.RETURN_DATE: lambda tables: months(of_type(tables.events, "rehire"), "effective_date"),
    Stream.OPENING_PARTICIPATION: lambda tables: staff(tables)["employee_id", "enrolled"],
    Stream.UNION: lambda tables: hires(tables)["employee_id", "union"],
    Stream.LAYOFF: lambda tables: leavers(staff(tables)),
    Stream.BACKFILL_DELAY: lambda tables: months(hires(tables), "hire_date"),
}


OF_CENSUS = ONCE - {Stream.UNION}
"""Streams that are drawn once for employees of the census; that of hires, who are others in each year, is not."""
SECTIONS: dict[str, Any] = {
    "halves": HALVES,
    "union": UNION,
    "part time": PART_TIME,
    "choices": CHOICES,
    "defaults": DEFAULTS,
    "drawn": DRAWN,
    "come and go": COME_AND_GO,
    "waiting": {"hiring": {"time_to_fill": {"shortest_days": 1, "longest_days": 364}}},
    "layoffs": {"workforce": {"total_termination_rate": 0.0, "new_hire_termination_rate": 0.0}},
}
OF = {
    Stream.HIRE_PART_TIME: "part time",
    Stream.OPENING_PARTICIPATION: "drawn",
    Stream.UNION: "union",
    Stream.LAYOFF: "layoffs",
    Stream.BACKFILL_DELAY: "waiting",
}
OF |= dict.fromkeys(
    (
        *(Stream.ELECTION, Stream.ELECTION_DATE, Stream.MATCH_SEEKING),
        *(Stream.CONVERSION, Stream.CONVERSION_DATE, Stream.STOP),
    ),
    "choices",
)
OF |= dict.fromkeys(
    (
        *(Stream.EXCLUDED, Stream.OPT_OUT, Stream.CHANGE, Stream.CHANGE_DIRECTION, Stream.CHANGE_OR_STOP_DATE),
        *(Stream.DECLINES_ESCALATION, Stream.MATCH_RESPONSE),
    ),
    "defaults",
)
OF |= dict.fromkeys((Stream.RETURN, Stream.RETURN_DATE), "come and go")
"""In which run a stream is watched, where it is not that of halves."""

SAID: dict[Stream, Watch] = said("WATCH")
SECTIONS |= {stream.name: under(HALVES, watch.under) for stream, watch in SAID.items()}
OF |= {stream: stream.name for stream in SAID}
WATCH = SEEN | {stream: watch.seen for stream, watch in SAID.items()}


@cache
def census() -> Census:
    return synthetic_census(800, as_of=dt.date(2020, 1, 1))


@cache
def simulated(run: str, seed: int = 42, replicate: int = 0, year: int = 2025) -> Tables:
    """Run a year; of the run with defaults another, in which the match has changed, or in which people come back."""
    staff, last = census(), year
    sections: dict[str, Any] = {}
    if run == "drawn":
        staff = Census(staff.frame.with_columns(deferral_bp=pl.lit(None, dtype=pl.Int32)))
    if run == "union":
        staff = Census(staff.frame.with_columns(union=pl.int_range(pl.len()) % 2 == 0))
    if run == "defaults":
        match = {year + n: {"tiers": [{"up_to": edge, "rate": 1.0}]} for n, edge in enumerate((0.05, 0.08))}
        last, sections = year + 1, {"plan": {"match": match}}
    if run == "layoffs":
        sections = {"actions": {"layoffs": [{"date": f"{year}-06-30", "share": 0.5}]}}
    if run == "waiting":  # the positions of a year without hires are filled in the next
        last, sections = year + 1, {"actions": {"freezes": [{"year": year}]}}
    if run == "come and go":
        last = year + 1
    config = support.configured(year, last, random_seed=seed, **SECTIONS[run], **sections)
    return fast(Scenario(staff, config), (replicate,))


def watched(stream: Stream, **world: int) -> pl.DataFrame:
    """Return what is watched; the n-th hires of two years count as one."""
    found = WATCH[stream](simulated(OF.get(stream, "halves"), **world))
    nth = pl.col("employee_id").str.replace(r"^NH-\d+-", "")
    return found.with_columns(pl.Series(found[name].cast(pl.String)) for name in found.columns).with_columns(nth)


def alike(stream: Stream, world: dict[str, int]) -> float:
    """Return the share of pairs that are alike in two worlds."""
    here, there = watched(stream), watched(stream, **world)
    *whose, what = here.columns
    pairs = here.join(there, on=whose)
    assert pairs.height >= 40
    return float((pairs[what] == pairs[f"{what}_right"]).sum() / pairs.height)


@pytest.mark.parametrize("world", [{"seed": 43}, {"replicate": 1}, {"year": 2026}], ids=str)
@pytest.mark.parametrize("stream", support.few([stream for stream in WATCH if stream not in OF_CENSUS], 3))
def test_another_world_draws_anew_in_every_stream(stream: Stream, world: dict[str, int]) -> None:
    assert alike(stream, world) < 0.7  # at most half would agree by chance


@pytest.mark.parametrize("stream", [stream for stream in WATCH if stream in OF_CENSUS])
def test_what_is_drawn_once_follows_seed_and_replicate_and_is_the_same_in_every_year(stream: Stream) -> None:
    assert alike(stream, {"seed": 43}) < 0.7
    assert alike(stream, {"replicate": 1}) < 0.7
    assert alike(stream, {"year": 2026}) == 1


def test_every_stream_of_the_events_is_watched() -> None:
    elsewhere = {Stream.RESERVED, Stream.IMPUTED_BIRTH, Stream.IMPUTED_BIRTHDAY}  # nobody's, and the census's
    no_person = {
        Stream.YEAR_EFFECT,
        Stream.YEAR_GROWTH,
        Stream.YEAR_RAISES,
        Stream.ASSUMPTION,
    }  # in tests/unit/test_uncertainty.py
    no_person.add(Stream.HIRES)  # in the next test
    assert set(WATCH) == {stream for stream in Stream if stream < Stream.SYNTHETIC_AGE} - elsewhere - no_person


@pytest.mark.parametrize("world", [{"seed": 43}, {"replicate": 1}, {"year": 2026}], ids=str)
def test_another_world_draws_anew_the_part_of_a_hire(world: dict[str, int]) -> None:
    here, there = parts_of_a_hire(), parts_of_a_hire(**world)
    assert set(here) == {0, 1}
    assert 15 < sum(one == other for one, other in zip(here, there, strict=True)) < 45


def parts_of_a_hire(seed: int = 42, replicate: int = 0, year: int = 2025) -> list[int]:
    """Return the hires of a year in which half of one is missing: a quarter of two are expected to leave.

    Of sixty replicates, every other one.
    """
    workforce = {"headcount": "stochastic", "total_termination_rate": 0.25, "new_hire_termination_rate": 0.0}
    still = {"simulation": {"target_growth_rate": 0.0}, "plan": {"enabled": False}}
    config = support.configured(year, random_seed=seed, workforce=workforce, **still)
    pair = Census(census().frame[:2])
    return fast(Scenario(pair, config), tuple(range(replicate, 120, 2))).summary["hires"].to_list()
