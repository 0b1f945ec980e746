"""What differs between two runs: nothing with itself; else everybody who differs, once, with the first difference."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.support import few
from workforce_sim import LedgerError, RequestError, Result, diff_runs, simulate
from workforce_sim.config import with_changes
from workforce_sim.explaining.differing import AT_CLOSING, AT_OPENING
from workforce_sim.store.header import Origin
from workforce_sim.tables import EVENT_CAUSE, SNAPSHOTS
from workforce_sim.tables.output import Tables

BASE: dict[str, Any] = {
    "simulation": {"start_year": 2025, "end_year": 2027, "target_growth_rate": 0.05},
    "workforce": {"total_termination_rate": 0.12},
    "census": {"size": 250},
    "plan": {"vesting": {"match": "graded_6"}},
    "random_seed": 11,
}


@pytest.fixture(scope="module")
def base() -> Result:
    return simulate(BASE)


@pytest.fixture(scope="module")
def stored(base: Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return base.write(tmp_path_factory.mktemp("runs") / "base")


def _changed(base: Result, **changes: Any) -> Result:
    """Return the run with other values at keys, given with two underscores for a dot."""
    return simulate(with_changes(base.config, {key.replace("__", "."): value for key, value in changes.items()}))


def _rows(run: Result, name: str, years: list[int]) -> dict[str, list[Any]]:
    """Return the rows of each person as plain values, without Polars' help in comparing."""
    found: dict[str, list[Any]] = {}
    frame = getattr(run, name).drop("replicate").filter(pl.col("year").is_in(years))
    for row in sorted(map(str, frame.with_columns(pl.col(pl.Enum).cast(pl.String)).iter_rows())):
        found.setdefault(row.split("'")[1], []).append(row)
    return found


def _who_differs(a: Result, b: Result) -> set[str]:
    years = sorted(set(a.summary["year"]) & set(b.summary["year"]))
    differ = set()
    for name in ("events", "snapshots"):
        of_a, of_b = _rows(a, name, years), _rows(b, name, years)
        differ |= {person for person in {*of_a, *of_b} if of_a.get(person) != of_b.get(person)}
    return differ


# --- nothing differs --------------------------------------------------------------------------------------------------


def test_a_run_does_not_differ_from_itself(base: Result, stored: Path, tmp_path: Path) -> None:
    again = simulate(BASE, out=tmp_path / "again")
    for a, b in ((base, base), (base, stored), (stored, again), (tmp_path / "again", base)):
        found = diff_runs(a, b)
        assert found.identical
        assert found.same_years == (2025, 2026, 2027)
        assert found.configuration.is_empty()
        assert found.persons.is_empty()
        assert found.counts.is_empty()
        assert set(found.summary["difference"]) <= {0.0, None}
        assert "the tables of 2025 to 2027 are identical (same hashes)" in str(found)


def test_the_same_runs_on_disk_are_told_by_their_manifests(stored: Path, tmp_path: Path) -> None:
    """Rows of persons are not read: here they could not be."""
    again = simulate(BASE, out=tmp_path / "again")
    for table in (tmp_path / "again").glob("year=*/events.parquet"):
        content = bytearray(table.read_bytes())
        content[100:200] = bytes(100)
        table.write_bytes(content)

    assert diff_runs(stored, again).identical


def test_where_a_run_lies_is_no_difference(base: Result, tmp_path: Path) -> None:
    elsewhere = simulate(with_changes(base.config, {"output.path": str(tmp_path / "there")}))

    assert diff_runs(base, elsewhere).configuration.is_empty()


# --- one assumption differs -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "first", "kinds"),
    [
        ({"plan__match__preset": "stretch"}, "match_cents", {"match formula", "enrolled at a different rate"}),
        ({"compensation__merit_pool": 0.04}, "merit.salary_after_cents", {"different merit increase"}),
        (
            {"compensation__cola_rate": 0.03},
            "cola.salary_after_cents",
            {"different cost-of-living increase", "hired at a different level or pay"},
        ),
        (
            {"enrollment__escalation__increment": 0.02},
            "escalation.deferral_after_bp",
            {"escalated to a different rate"},
        ),
        ({"enrollment__auto_enrollment__window_days": 60}, "enrollment", {"enrolled later"}),
        ({"plan__roth__share": 0.5}, "pre_tax_cents", {"deferral limits or Roth"}),
        ({"plan__vesting__match": "cliff_3"}, "vested_share_match_bp", {"vesting"}),
        ({"plan__annual_return": 0.05}, "match_balance_cents", {"balances"}),
        (
            {"hiring__ages": [{"from": 60, "to": 61, "weight": 1}]},
            "birth_date",
            {"hired with different characteristics"},
        ),
    ],
)
def test_the_first_difference_is_that_of_the_assumption(
    base: Result, changes: dict[str, Any], first: str, kinds: set[str]
) -> None:
    found = diff_runs(base, _changed(base, **changes))
    (key,) = (name.replace("__", ".") for name in changes)

    assert kinds & set(found.counts["kind"][:2])
    assert any(what.startswith(first) for what in found.persons["what"].unique())
    assert all(name.startswith(key) for name in found.configuration["key"])
    assert found.counts["keys"][0][0].startswith(key)
    assert found.persons["kind"].null_count() == 0


@pytest.mark.parametrize(
    "changes",
    few(
        [
            {"plan__match__preset": "qaca"},
            {"workforce__total_termination_rate": 0.2},
            {"simulation__target_growth_rate": -0.1},
            {"random_seed": 12},
            {"plan__enabled": False},
            {"census__size": 240},
            {"hiring__level_mix": "adaptive", "promotion__base_rate": 0.5},
            {"eligibility__waiting_period_days": 0, "enrollment__stop": 0.2},
        ],
        2,
    ),
)
def test_everybody_who_differs_is_there_once_and_nobody_else(base: Result, changes: dict[str, Any]) -> None:
    other = _changed(base, **changes)
    found = diff_runs(base, other)

    assert found.people is not None
    assert sorted(found.persons["employee_id"]) == sorted(_who_differs(base, other))
    assert found.counts["persons"].sum() == found.persons.height
    both, only_a, only_b = found.people
    of_a, of_b = (set(run.snapshots["employee_id"]) for run in (base, other))
    assert (both, only_a, only_b) == (len(of_a & of_b), len(of_a - of_b), len(of_b - of_a))
    assert found.persons["kind"].null_count() == 0


def test_the_first_difference_is_the_earliest(base: Result) -> None:
    """No row of anybody differs in a year before the year of the first difference."""
    other = _changed(base, compensation__merit_pool={2025: 0.03, 2026: 0.05})
    found = diff_runs(base, other)

    assert found.same_years == (2025,)
    assert found.persons["date"].min() == dt.date(2026, 1, 1) or found.persons["year"].min() == 2026
    assert "the tables of 2025 are identical" in str(found)


def test_other_differences_are_told_to_follow(base: Result) -> None:
    ratings = {"low": {"share": 0.2, "factor": 0.5}, "high": {"share": 0.8, "factor": 1.2}}
    rated = _changed(base, compensation__ratings=ratings)
    found = diff_runs(rated, _changed(rated, workforce__total_termination_rate=0.2))
    keys = dict(found.counts.select("kind", "keys").rows())

    assert keys["terminated only in b"] == ["workforce.total_termination_rate"]
    assert keys["different merit increase"] == []
    assert "none: it follows from other differences" in str(found)


def test_the_other_way_round_later_is_earlier(base: Result) -> None:
    later = _changed(base, enrollment__auto_enrollment__window_days=60)
    there, back = (dict(found.counts.select("kind", "persons").rows()) for found in _both_ways(base, later))

    assert there["enrolled later"] == back["enrolled earlier"] > 0
    assert "enrolled earlier" not in there


def _both_ways(a: Result, b: Result) -> list[Any]:
    return [diff_runs(a, b), diff_runs(b, a)]


# --- one row differs, by hand -----------------------------------------------------------------------------------------


def _tampered(base: Result, **tables: pl.DataFrame) -> Result:
    known = {name: getattr(base, name) for name in ("events", "snapshots", "summary")}
    return Result(Tables(**{**known, **tables}), base.config, base.notes, base.opening, origin=base.origin)


def _somebody(base: Result, kind: str) -> tuple[pl.Expr, dict[str, Any]]:
    """Return the condition for one event of a type in 2026, and its row; of somebody with no other such event."""
    events = base.events.with_columns(kind=pl.col("event_type").cast(pl.String)).filter(pl.col("kind") == kind)
    alone = events.filter(pl.len().over("employee_id") == 1, pl.col("year") == 2026).sort("employee_id")
    row = alone.row(0, named=True)
    is_it = (pl.col("employee_id") == row["employee_id"]) & (pl.col("event_type").cast(pl.String) == kind)
    return is_it, row


def _moved(is_it: pl.Expr) -> list[pl.Expr]:
    return [pl.when(is_it).then(pl.date(2026, 12, 31)).otherwise("effective_date").alias("effective_date")]


def _other(column: str, value: pl.Expr) -> Callable[[pl.Expr], list[pl.Expr]]:
    return lambda is_it: [pl.when(is_it).then(value).otherwise(column).alias(column)]


@pytest.mark.parametrize(
    ("kind", "change", "said"),
    [
        ("termination", _moved, "terminated later"),
        ("termination", _other("cause", pl.lit("death", dtype=EVENT_CAUSE)), "terminated for a different cause"),
        ("enrollment", _moved, "enrolled later"),
        ("enrollment", _other("deferral_after_bp", pl.lit(4321, dtype=pl.Int32)), "enrolled at a different rate"),
        ("enrollment", _other("cause", pl.lit("conversion", dtype=EVENT_CAUSE)), "enrolled in a different way"),
        ("eligibility", _moved, "eligible later"),
        ("promotion", _other("salary_after_cents", pl.lit(1, dtype=pl.Int64)), "different promotion increase"),
        ("hire", _other("salary_after_cents", pl.lit(1, dtype=pl.Int64)), "hired at a different level or pay"),
        ("forfeiture", _other("amount_cents", pl.lit(1, dtype=pl.Int64)), "different forfeiture"),
    ],
)
def test_one_changed_event_is_one_person_of_its_kind(
    base: Result, kind: str, change: Callable[[pl.Expr], list[pl.Expr]], said: str
) -> None:
    is_it, row = _somebody(base, kind)
    found = diff_runs(base, _tampered(base, events=base.events.with_columns(change(is_it))))

    assert found.persons.select("employee_id", "kind", "year").rows() == [(row["employee_id"], said, 2026)]
    assert not found.identical


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("termination", "terminated only in a"),
        ("enrollment", "enrolled only in a"),
        ("promotion", "promoted only in a"),
        ("forfeiture", "forfeited only in a"),
        ("opt_out", "opted out only in a"),
    ],
)
def test_one_missing_event_is_one_person_of_its_kind(base: Result, kind: str, said: str) -> None:
    is_it, row = _somebody(base, kind)
    less = _tampered(base, events=base.events.filter(~is_it))

    assert diff_runs(base, less).persons.select("employee_id", "kind").rows() == [(row["employee_id"], said)]
    assert diff_runs(less, base).persons["kind"].to_list() == [said.replace("only in a", "only in b")]


def test_who_leaves_in_another_year_left_later_or_earlier(base: Result) -> None:
    is_it, row = _somebody(base, "termination")
    later = _tampered(
        base,
        events=base.events.with_columns(
            pl.when(is_it).then(2027).otherwise("year").cast(pl.Int32).alias("year"),
            pl.when(is_it).then(pl.date(2027, 1, 5)).otherwise("effective_date").alias("effective_date"),
        ),
    )

    assert diff_runs(base, later).persons.select("employee_id", "kind", "year").rows() == [
        (row["employee_id"], "terminated later", 2026)
    ]
    assert diff_runs(later, base).persons["kind"].to_list() == ["terminated earlier"]


@pytest.mark.parametrize("name", few([*AT_OPENING, *AT_CLOSING], 10))
def test_one_changed_value_of_a_snapshot_is_one_person(base: Result, name: str) -> None:
    person = base.snapshots.filter(pl.col("year") == 2025, pl.col("opening_salary_cents") > 0)["employee_id"].min()
    is_it = (pl.col("employee_id") == person) & (pl.col("year") == 2025)
    changed = base.snapshots.with_columns(pl.when(~is_it).then(pl.col(name)).alias(name))
    if changed[name].null_count() == base.snapshots[name].null_count():  # it was null: make it something else
        kind = base.snapshots.schema[name]
        first = kind.categories[0] if isinstance(kind, pl.Enum) else 1
        value = pl.lit(dt.date(2025, 3, 3)) if kind == pl.Date else pl.lit(first, dtype=kind)
        changed = base.snapshots.with_columns(pl.when(is_it).then(value).otherwise(pl.col(name)).alias(name))
    found = diff_runs(base, _tampered(base, snapshots=changed))

    assert found.persons.select("employee_id", "what", "year").rows() == [(person, name, 2025)]


def test_every_column_of_a_snapshot_is_compared() -> None:
    keys = {"replicate", "year", "employee_id"}

    assert {column.name for column in SNAPSHOTS} - keys == {*AT_OPENING, *AT_CLOSING}


def test_who_is_in_one_census_only(base: Result) -> None:
    person = base.snapshots.filter(pl.col("opening_salary_cents") > 0)["employee_id"].min()
    less = _tampered(
        base,
        events=base.events.filter(pl.col("employee_id") != person),
        snapshots=base.snapshots.filter(pl.col("employee_id") != person),
    )

    assert diff_runs(base, less).persons["kind"].to_list() == ["in the census only in a"]
    assert diff_runs(base, less).people == (base.snapshots["employee_id"].n_unique() - 1, 1, 0)


# --- years, replicates, summaries -------------------------------------------------------------------------------------


def test_a_longer_run_is_compared_in_the_years_of_both(base: Result) -> None:
    longer = simulate(BASE, end_year=2028)
    found = diff_runs(base, longer)

    assert found.years == ((2025, 2026, 2027), (), (2028,))
    assert not found.identical
    assert found.persons.is_empty()
    assert "only run b has 2028" in str(found)
    assert found.configuration.rows() == [("simulation.end_year", "2027", "2028")]


def test_runs_without_a_common_year_are_refused(base: Result) -> None:
    with pytest.raises(RequestError, match=r"no plan year in common \(2025 to 2027 and 2030 to 2030\)"):
        diff_runs(base, simulate(BASE, start_year=2030, end_year=2030))


def test_two_replicates_of_one_seed_are_compared_person_by_person(base: Result) -> None:
    found = diff_runs(base, simulate(BASE, replicate=1))

    assert ("replicate", "0", "1") in found.configuration.rows()
    assert found.persons["replicate"].unique().to_list() == [0]
    assert found.counts["keys"].list.contains("replicate").all()


def test_other_numbers_of_replicates_are_refused(base: Result) -> None:
    second = {n: getattr(base, n).with_columns(replicate=pl.lit(1, dtype=pl.Int32)) for n in ("events", "snapshots")}
    summary = base.summary.with_columns(replicate=pl.lit(1, dtype=pl.Int32))
    both = _tampered(
        base,
        **{name: pl.concat([getattr(base, name), frame]) for name, frame in second.items()},
        summary=pl.concat([base.summary, summary]),
    )

    with pytest.raises(RequestError, match="one run has 1 simulation, the other 2"):
        diff_runs(base, both)
    assert diff_runs(both, both).identical
    changed = both.events.with_columns(
        pl.when((pl.col("replicate") == 1) & pl.col("amount_cents").is_not_null())
        .then(pl.col("amount_cents") + 1)
        .otherwise("amount_cents")
        .alias("amount_cents")
    )
    found = diff_runs(both, _tampered(both, events=changed))
    assert found.persons["replicate"].unique().to_list() == [1]


def test_the_summary_is_compared_measure_by_measure(base: Result) -> None:
    other = _changed(base, workforce__total_termination_rate=0.2)
    found = diff_runs(base, other)
    rows = found.summary

    assert rows.height == 3 * (len(base.summary.columns) - 2)
    for row in rows.filter(measure="payroll_cents").iter_rows(named=True):
        a, b = (run.summary.filter(year=row["year"])["payroll_cents"][0] for run in (base, other))
        assert (row["a"], row["b"], row["difference"]) == (a, b, b - a)
        assert row["percent"] == pytest.approx(100 * (b - a) / a)
    shares = [line.split() for line in str(found).splitlines() if line.strip().startswith("employer_cost_share")]
    assert [line[4] for line in shares] == ["pt"]


def test_configurations_are_compared_key_by_key(base: Result) -> None:
    tiers = [{"up_to": 0.03, "rate": 1.0}, {"up_to": 0.05, "rate": 0.5}]
    a = _changed(base, plan__match={"tiers": tiers}, compensation__cola_rate={2025: 0.02, 2026: 0.03})
    b = _changed(base, plan__match={"tiers": [tiers[0], {"up_to": 0.06, "rate": 0.5}]}, compensation__cola_rate=0.02)

    assert diff_runs(a, b).configuration.rows() == [
        ("compensation.cola_rate", "2025: 0.02, 2026: 0.03", "0.02"),
        ("plan.match.tiers[1].up_to", "0.05", "0.06"),
    ]


def test_a_run_of_unknown_census_is_told(base: Result) -> None:
    unknown = Result(base.tables, base.config, origin=Origin())
    rows = {row[0]: row[2] for row in diff_runs(base, unknown).configuration.rows()}

    assert rows == {"census.fingerprint": "unknown"}


# --- as text ----------------------------------------------------------------------------------------------------------


def test_the_text_names_nobody_and_no_folder(base: Result, stored: Path) -> None:
    found = diff_runs(stored, _changed(base, workforce__total_termination_rate=0.2))
    text = str(found)

    assert not any(person in text for person in base.snapshots["employee_id"].unique())
    assert str(stored.parent) not in text
    assert text.startswith("a: base; b: a run in memory\n")
    assert repr(found).startswith("<RunDifference: ")


def test_what_is_wrong_with_a_folder_is_told(base: Result, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        diff_runs(base, tmp_path / "nowhere")
    with pytest.raises(LedgerError):
        diff_runs(tmp_path, base)
