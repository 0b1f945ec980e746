"""An event type is declared in one place: checks, replay, differences, timeline and data model follow from that."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from workforce_sim import Result, replay, simulate
from workforce_sim.config import Config
from workforce_sim.config.root import PROVISIONS
from workforce_sim.config.switches import switched
from workforce_sim.engine.assumptions import Assumptions
from workforce_sim.explaining.datamodel import page
from workforce_sim.explaining.diff_text import bearing
from workforce_sim.explaining.differing import differing, first_each, with_kinds
from workforce_sim.explaining.reasons import Moment, reasons
from workforce_sim.explaining.timeline import PersonRows
from workforce_sim.result.summary import measures
from workforce_sim.tables import (
    EVENT_CAUSES,
    EVENT_KINDS,
    EVENT_TYPES,
    EVENTS,
    SNAPSHOTS,
    SUMMARY,
    TERMINATION_CAUSES,
    EventType,
    Measure,
    causes_of,
    names,
)
from workforce_sim.tables.output import Tables
from workforce_sim.verify.checks import broken_laws

DEMOTION = EventType(
    name="demotion",
    words="demoted",
    otherwise="demoted to another level or pay",
    sets=("salary_before_cents", "salary_after_cents", "level_before", "level_after"),
    causes=("performance",),
    keys=("promotion.increase",),
)
_BEHIND = EVENT_TYPES.index("promotion") + 1
KINDS = (*EVENT_KINDS[:_BEHIND], DEMOTION, *EVENT_KINDS[_BEHIND:])
TYPE, CAUSE = pl.Enum([kind.name for kind in KINDS]), pl.Enum(causes_of(KINDS))
PAY = 4_000_000
LASTING = {
    "replicate": pl.Int32,
    "employee_id": pl.String,
    "event_type": pl.String,
    "first": pl.Date,
    "first_b": pl.Date,
}
CONFIG: dict[str, Any] = {
    "simulation": {"start_year": 2025, "end_year": 2025, "target_growth_rate": 0.0},
    "workforce": {"total_termination_rate": 0.1},
    "census": {"size": 60},
    "random_seed": 42,
}


@pytest.fixture(scope="module")
def before() -> Result:
    """A year without a demotion, whose ledger could have one."""
    found = simulate(CONFIG)
    events = found.events.with_columns(pl.col("event_type").cast(TYPE), pl.col("cause").cast(CAUSE))
    return replace(found, tables=replace(found.tables, events=events, in_order=False))


@pytest.fixture(scope="module")
def person(before: Result) -> dict[str, Any]:
    """Somebody who stays and is above the lowest level, as of the end of the year."""
    lowest = lowest_level(before)
    stays = before.snapshots.filter(pl.col("termination_date").is_null() & (pl.col("level").cast(pl.String) != lowest))
    return stays.filter(pl.col("status") == "continuing").sort("employee_id").row(0, named=True)


def lowest_level(run: Result) -> str:
    levels: Any = run.snapshots["level"].dtype
    return str(levels.categories[0])


def demoted(before: Result, person: dict[str, Any], **other: Any) -> Tables:
    """The same year, at the end of which the person is at the lowest level and paid less."""
    lowest = lowest_level(before)
    row = {
        **{name: person[name] for name in ("replicate", "year", "employee_id")},
        "event_type": "demotion",
        "cause": "performance",
        "effective_date": dt.date(2025, 12, 31),
        "salary_before_cents": person["salary_cents"],
        "salary_after_cents": PAY,
        "level_before": person["level"],
        "level_after": lowest,
    }
    missing = dict.fromkeys({*names(EVENTS)} - {*row})
    new = pl.DataFrame([{**row, **missing, **other}], schema=before.events.schema)
    is_it = pl.col("employee_id") == person["employee_id"]
    level = pl.when(is_it).then(pl.lit(lowest, dtype=before.snapshots.schema["level"])).otherwise("level")
    salary = pl.when(is_it).then(PAY).otherwise("salary_cents")
    people = before.snapshots.with_columns(level.alias("level"), salary.alias("salary_cents"))
    return Tables(pl.concat([before.events, new]), people, before.summary)


def test_replay_follows_what_the_event_sets(before: Result, person: dict[str, Any]) -> None:
    closing = replay(before.opening, demoted(before, person).events).filter(employee_id=person["employee_id"])

    assert closing["salary_cents"].item() == PAY
    assert closing["level"].item() == lowest_level(before)


def test_the_laws_hold_of_it(before: Result, person: dict[str, Any]) -> None:
    assert list(broken_laws(before.opening, demoted(before, person), KINDS)) == []


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"salary_after_cents": 1}, "2025: the ledger replayed over the opening does not give the closing"),
        ({"amount_cents": 5}, "2025: 1 events have a amount_cents, which they do not set"),
        ({"cause": "own"}, "2025: 1 events have a cause of another event"),
        ({"event_type": "hire"}, "2025: 1 events have a salary_before_cents, which they do not set"),
    ],
)
def test_a_row_against_its_declaration_breaks_a_law(
    before: Result, person: dict[str, Any], other: dict[str, Any], told: str
) -> None:
    assert told in list(broken_laws(before.opening, demoted(before, person, **other), KINDS))


def test_it_happens_once_unless_it_is_declared_to_happen_often(before: Result, person: dict[str, Any]) -> None:
    once = demoted(before, person)
    twice = replace(once, events=pl.concat([once.events, once.events.tail(1)]))
    often = [replace(kind, often=kind.often or kind.name == "demotion") for kind in KINDS]

    assert list(broken_laws(before.opening, twice, KINDS)) == ["2025: 2 events happen twice to somebody"]
    assert list(broken_laws(before.opening, twice, often)) == []


def test_a_difference_has_its_words_and_its_keys(before: Result, person: dict[str, Any]) -> None:
    tables = before.tables
    assert isinstance(tables, Tables)
    rows = first_each(differing(tables, demoted(before, person), one_replicate=True, kinds=KINDS)).collect()
    found = with_kinds(rows, pl.DataFrame(schema=LASTING), KINDS)

    assert found.select("employee_id", "what", "kind").rows() == [
        (person["employee_id"], "demotion", "demoted only in b")
    ]
    assert bearing("demoted only in b", ["promotion.increase.lowest", "enrollment.stop"], KINDS) == [
        "promotion.increase.lowest"
    ]


def test_the_timeline_tells_it_with_the_keys_behind_it(before: Result, person: dict[str, Any]) -> None:
    tables = demoted(before, person)
    of_person = pl.col("employee_id") == person["employee_id"]
    events = tables.events.filter(of_person).sort("effective_date", "event_type", "cause")
    people = tables.snapshots.filter(of_person)
    assumptions = Assumptions(before.config, before.config.workforce.levels or ())
    rows = PersonRows(assumptions, events.tail(1).to_dicts(), people.to_dicts(), before.summary.to_dicts(), KINDS)
    told, _ = rows.lines()

    assert (told.event, told.cause) == ("demotion", "performance")
    assert f"{person['level']} -> " in told.change
    assert "-> $40,000.00" in told.change
    assert {reason.key for reason in told.assumptions} >= {"promotion.increase.lowest", "promotion.increase.highest"}
    assert all(reason.key.startswith("promotion.increase") for reason in told.assumptions)


def test_an_event_that_nobody_declared_goes_by_its_name(before: Result, person: dict[str, Any]) -> None:
    tables, changed = before.tables, demoted(before, person)
    assert isinstance(tables, Tables)
    paid_less = demoted(before, person, salary_after_cents=PAY - 1)
    nobody = pl.DataFrame(schema=LASTING)
    words = [
        with_kinds(first_each(differing(a, b, one_replicate=True)).collect(), nobody)["kind"].to_list()
        for a, b in ((tables, changed), (changed, paid_less))
    ]

    assert words == [["demotion only in b"], ["different demotion"]]
    assert list(broken_laws(before.opening, changed)) == []
    moment = Moment(Assumptions(before.config, ()), {"event_type": "demotion"}, person, {}, [])
    assert reasons(moment) == []


def test_the_data_model_has_its_row_and_its_place() -> None:
    assert "\n| `demotion` | demoted | `salary_before_cents`, " in page(KINDS)
    assert "`promotion`, `demotion`, `cola`" in page(KINDS)
    assert "`acquisition`, `performance`, `bonus`" in page(KINDS)


# --- what is declared today -------------------------------------------------------------------------------------------


def test_the_order_of_types_and_causes_is_that_of_every_ledger_written_so_far() -> None:
    """Types and causes that came later stand among these; docs/data-model.md has them all."""
    types = (
        *("hire", "eligibility", "promotion", "cola", "merit", "enrollment", "opt_out", "rate_change"),
        *("escalation", "stop", "termination", "forfeiture"),
    )
    causes = (*TERMINATION_CAUSES, "election", "automatic", "conversion", "own", "match_response")

    assert tuple(name for name in EVENT_TYPES if name in types) == types
    assert tuple(name for name in EVENT_CAUSES if name in causes) == causes


def test_what_an_event_sets_is_a_column_of_the_ledger() -> None:
    assert {name for kind in EVENT_KINDS for name in kind.sets} <= {*names(EVENTS)}


NEEDED = frozenset(column.needs for table in (SNAPSHOTS, SUMMARY) for column in table if column.needs)


def test_what_a_column_needs_is_a_provision_or_a_section_with_a_switch() -> None:
    switches = {name.rpartition(".")[2] for name, _ in switched(Config.model_validate(CONFIG))}

    assert {*PROVISIONS, *switches} >= NEEDED
    assert switches.isdisjoint(PROVISIONS)


@pytest.mark.parametrize("of_groups", [False, True])
@pytest.mark.parametrize("provisions", [frozenset(), frozenset({"plan"}), NEEDED | {"plan"}])
def test_every_measure_comes_about_once(provisions: frozenset[str], of_groups: bool) -> None:
    found = measures(provisions, of_groups=of_groups)
    made = [*found.of_staff, *found.of_events, *(name for step in found.derived for name in step)]
    wanted = [
        column.name
        for column in SUMMARY
        if isinstance(column, Measure)
        and column.applies(provisions)
        and not (of_groups and column.of_account)
        and column.name != "forfeitures_used_cents"
    ]

    assert len(made) == len({*made})
    assert {name for name in made if not name.startswith("_")} == {*wanted}
