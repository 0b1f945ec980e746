"""Replay, written order, fingerprint, and a run on disk."""

from __future__ import annotations

import datetime as dt
import json
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from tests import support
from tests.support_events import said, under
from workforce_sim import LedgerError, load_config, read_run
from workforce_sim.config import with_changes
from workforce_sim.draws import census_key, hire_key
from workforce_sim.result.result import Result
from workforce_sim.store import layout, ledger
from workforce_sim.store.header import FORMAT
from workforce_sim.tables import (
    EVENT_CAUSE,
    EVENT_TYPE,
    EVENT_TYPES,
    EVENTS,
    SCHEMA,
    SNAPSHOTS,
    TABLES,
    completed,
    schema,
)

LEVELS = pl.Enum(["A", "B"])
SECTIONS: dict[str, Any] = {
    "simulation": {"target_growth_rate": {2025: 0.1, 2026: -0.3, 2027: 0.5}},
    "hiring": {"part_time_share": 0.5, "rehires": {"share": 0.9, "within_years": 2}},
    "census": {"size": 60},
    "compensation": {
        "other_pay": [{"name": "bonus", "kind": "bonus", "share": 0.1, "date": "12-01"}],
        "range_minimum": "lift",
        "range_maximum": "lump_sum",
    },
    "plan": {"vesting": {"match": "cliff_3"}},
    "workforce": {
        "levels": [
            {"name": "Staff", "minimum": 36_000, "maximum": 46_000},
            *({"name": name} for name in ("Senior", "Manager", "Director", "Executive")),
        ]
    },
}


@pytest.fixture(scope="module")
def result() -> Result:
    """A run of three years with every kind of event, a reduction among them."""
    scenario = support.synthetic(60, support.configured(2025, 2027, **under(SECTIONS, said("HAPPENS"))))
    found = Result(support.fast(scenario), scenario.config, ("a note", "ein Hinweis über etwas"))
    assert set(found.events["event_type"].cast(pl.String)) == set(EVENT_TYPES)
    assert "reduction" in found.events["cause"].cast(pl.String)
    return found


# --- replay -----------------------------------------------------------------------------------------------------------


def events(*rows: tuple[str, str, str, int | None, str | None]) -> pl.DataFrame:
    """Ledger rows: id, type, month and day, salary after, level after."""
    columns = {
        "replicate": [0] * len(rows),
        "year": [2025] * len(rows),
        "employee_id": [row[0] for row in rows],
        "event_type": [row[1] for row in rows],
        "effective_date": [dt.date.fromisoformat(f"2025-{row[2]}") for row in rows],
        "salary_after_cents": [row[3] for row in rows],
        "level_after": [row[4] for row in rows],
    }
    dtypes: dict[str, Any] = {"replicate": pl.Int32, "year": pl.Int32, "event_type": EVENT_TYPE, "level_after": LEVELS}
    return completed(pl.DataFrame(columns, schema_overrides={**dtypes, "salary_after_cents": pl.Int64}), EVENTS)


OPENING = pl.DataFrame({"employee_id": ["p", "q"], "level": ["A", "B"], "salary_cents": [100, 200]}).with_columns(
    pl.col("level").cast(LEVELS)
)
HAPPENED = events(
    ("p", "merit", "04-01", 130, None),
    ("p", "cola", "04-01", 120, None),  # on one day promotion, cost of living, merit, whatever the order of rows
    ("p", "promotion", "04-01", 110, "B"),
    ("q", "cola", "01-01", 210, None),
    ("q", "termination", "12-31", None, None),
    ("r", "merit", "12-01", 320, None),
    ("r", "hire", "06-01", 300, "A"),
    ("s", "hire", "06-01", 400, "A"),
    ("s", "termination", "06-02", None, None),
)
OUT = (False, False, 0)  # not eligible, not enrolled, no deferral rate
CLOSING = [(0, "p", "B", 130, *OUT), (0, "r", "A", 320, *OUT)]


@given(st.permutations(range(len(HAPPENED))))
def test_replay_gives_the_closing_whatever_the_order_of_rows(order: list[int]) -> None:
    assert ledger.replay(OPENING, HAPPENED[order]).rows() == CLOSING


def test_replay_of_nothing_gives_the_opening_and_over_nobody_the_hires() -> None:
    assert ledger.replay(OPENING, HAPPENED.clear()).rows() == [(0, "p", "A", 100, *OUT), (0, "q", "B", 200, *OUT)]
    hired = HAPPENED.filter(pl.col("employee_id") == "r")
    assert ledger.replay(OPENING.clear(), hired).rows() == CLOSING[1:]


def test_replay_keeps_replicates_apart() -> None:
    two = pl.concat(
        [HAPPENED, HAPPENED.filter(pl.col("employee_id") == "q").with_columns(replicate=pl.lit(3, pl.Int32))]
    )
    opening = pl.concat(OPENING.with_columns(replicate=pl.lit(r, pl.Int32)) for r in (0, 3))
    assert ledger.replay(opening, two).rows() == [*CLOSING, (3, "p", "A", 100, *OUT)]


def of_plan(*rows: tuple[str, str, str, int | None, str | None]) -> pl.DataFrame:
    """Ledger rows of the plan: id, type, month and day, deferral rate after, cause."""
    found = events(*((who, kind, date, None, None) for who, kind, date, _, _ in rows))
    return found.with_columns(
        pl.Series("deferral_after_bp", [row[3] for row in rows], dtype=pl.Int32),
        pl.Series("cause", [row[4] for row in rows], dtype=EVENT_CAUSE),
    )


IN_PLAN = of_plan(
    ("p", "eligibility", "02-01", None, None),
    ("p", "enrollment", "03-01", 400, "automatic"),
    ("p", "escalation", "07-01", 600, None),  # on one day: own change, match response, escalation
    ("p", "rate_change", "07-01", 500, "match_response"),
    ("p", "rate_change", "07-01", 300, "own"),
    ("q", "escalation", "07-01", 700, None),
    ("q", "stop", "07-01", 0, None),  # a stop comes last
    ("r", "eligibility", "07-01", None, None),
    ("r", "opt_out", "07-01", 0, None),
)
MEMBERS = pl.concat([OPENING, OPENING.head(1).with_columns(employee_id=pl.lit("r"))]).with_columns(
    eligible=pl.Series([False, True, False]), deferral_bp=pl.Series([None, 600, None], dtype=pl.Int32)
)


@given(st.permutations(range(len(IN_PLAN))))
def test_replay_follows_who_is_in_the_plan_whatever_the_order_of_rows(order: list[int]) -> None:
    assert ledger.replay(MEMBERS, IN_PLAN[order]).rows() == [
        (0, "p", "A", 100, True, True, 600),
        (0, "q", "B", 200, True, False, 0),
        (0, "r", "A", 100, True, False, 0),
    ]


def test_replay_of_the_last_of_two_rate_changes_on_a_day_is_the_response_to_the_match() -> None:
    both = IN_PLAN.filter(pl.col("event_type") == pl.lit("rate_change", dtype=EVENT_TYPE))
    assert ledger.replay(MEMBERS.head(1), both)["deferral_bp"].to_list() == [500]
    assert ledger.ordered(both, "events")["cause"].cast(pl.String).to_list() == ["own", "match_response"]


def test_replay_starts_from_a_snapshot_as_from_an_opening() -> None:
    dated = MEMBERS.drop("eligible").with_columns(eligibility_date=pl.Series([None, dt.date(2020, 1, 1), None]))
    expected = [(0, "p", "A", 100, *OUT), (0, "q", "B", 200, True, True, 600), (0, "r", "A", 100, *OUT)]
    assert ledger.replay(dated, IN_PLAN.clear()).rows() == expected
    assert ledger.replay(MEMBERS, IN_PLAN.clear()).rows() == expected


def test_replay_of_every_year_of_a_run_gives_its_closings(result: Result) -> None:
    state = ["replicate", "employee_id", "level", "salary_cents", "eligible", "enrolled", "deferral_bp"]
    stays = result.snapshots.filter(pl.col("termination_date").is_null())
    closing = stays.with_columns(eligible=pl.col("eligibility_date").is_not_null()).select("year", *state)
    for year in (2026, 2027):
        before, after = (closing.filter(pl.col("year") == at).drop("year") for at in (year - 1, year))
        happened = result.events.filter(pl.col("year") == year)
        assert_frame_equal(ledger.replay(before, happened), after.sort("employee_id"))


# --- order and fingerprint --------------------------------------------------------------------------------------------


def test_the_written_order_is_replicate_year_date_unsigned_key_type_and_cause(result: Result) -> None:
    rows = [
        (
            r["replicate"],
            r["year"],
            r["effective_date"],
            key_of(r["employee_id"]),
            list(EVENT_TYPE.categories).index(r["event_type"]),
            -1 if r["cause"] is None else list(EVENT_CAUSE.categories).index(r["cause"]),
        )
        for r in ledger.ordered(result.events.sample(fraction=1.0, shuffle=True, seed=1), "events").iter_rows(
            named=True
        )
    ]
    assert rows == sorted(rows)
    assert {row[3] >> 63 for row in rows} == {0, 1}  # keys of hires are below, of the census above 2^63
    people = ledger.ordered(result.snapshots.reverse(), "snapshots")
    order = [(year, key_of(who)) for year, who in people.select("year", "employee_id").iter_rows()]
    assert order == sorted(order)


def key_of(employee_id: str) -> int:
    return (
        hire_key(int(employee_id[3:7]), int(employee_id[8:]))
        if employee_id.startswith("NH-")
        else census_key(employee_id)
    )


@pytest.mark.parametrize("ids", [[], ["NH-2025-000001"], ["NH-２０２５-０００００１", "NH-2025-1", "nh-2025-000001"]])
def test_keys_of_ids_are_those_of_the_draws(ids: list[str]) -> None:
    keys = ledger.employee_keys(pl.Series(ids, dtype=pl.String))
    expected = [hire_key(2025, 1) if name == "NH-2025-000001" else census_key(name) for name in ids]
    assert keys.tolist() == expected


def test_a_fingerprint_is_of_values_not_of_order_and_any_other_value_changes_it(result: Result) -> None:
    tables = result.tables
    shuffled = replace(
        tables, events=tables.events.reverse(), snapshots=tables.snapshots.sample(fraction=1, shuffle=True, seed=3)
    )
    assert ledger.fingerprint(shuffled) == result.fingerprint
    earnings, cause = pl.col("earnings_cents"), pl.col("cause")
    changes = [
        replace(
            tables,
            snapshots=tables.snapshots.with_columns(pl.when(earnings == earnings.max()).then(1).otherwise(earnings)),
        ),
        replace(tables, events=tables.events.with_columns(cause.shift(1))),
        replace(tables, events=tables.events.with_columns(pl.lit(None, pl.Int64).alias("salary_before_cents"))),
        replace(tables, summary=tables.summary.with_columns(pl.col("average_salary_growth_continuing") + 2.0**-50)),
        replace(tables, summary=tables.summary.head(1)),
        replace(tables, events=tables.events.with_columns(pl.col("salary_before_cents").fill_null(0))),
        replace(tables, events=tables.events.with_columns(pl.col("level_before").cast(pl.String).fill_null(""))),
    ]
    assert len({result.fingerprint, *map(ledger.fingerprint, changes)}) == 1 + len(changes)


# --- on disk ----------------------------------------------------------------------------------------------------------


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


YEAR = ("events.parquet", "made.json", "manifest.json", "snapshots.parquet", "summary.parquet")
YEARS = ("year=2025", "year=2026", "year=2027")
RUN = ["run.json", *(name for y in YEARS for name in (y, *(f"{y}/{file}" for file in YEAR)))]


@pytest.mark.parametrize("compression", ["zstd", "lz4", "snappy", "uncompressed"])
def test_a_run_is_read_back_as_it_was_written(compression: str, result: Result, tmp_path: Path) -> None:
    changed = with_changes(result.config, {"output.compression": compression})
    written = replace(result, config=changed)
    assert written.write(tmp_path / "deep" / "run") == tmp_path / "deep" / "run"
    assert files(tmp_path / "deep") == ["run", *(f"run/{name}" for name in RUN)]
    found = read_run(tmp_path / "deep" / "run")
    assert found.fingerprint == result.fingerprint
    assert found.config == changed
    assert found.notes == result.notes
    for name in support.TABLES:
        assert_frame_equal(getattr(found, name), support.table(result.tables, name))
    groups = [pq.read_metadata(path).row_group(0) for path in (tmp_path / "deep").rglob("*.parquet")]
    used = {group.column(at).compression for group in groups for at in range(group.num_columns)}
    assert used - {"UNCOMPRESSED"} == {compression.upper()} - {"UNCOMPRESSED"}  # numbers that seldom repeat are not


@pytest.mark.parametrize("mode", [0o700, 0o755, 0o750, 0o2770])
def test_an_empty_folder_is_filled_keeps_its_mode_and_only_its_owner_reads_what_is_in_it(
    mode: int, result: Result, tmp_path: Path
) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run").chmod(mode)
    result.write(tmp_path / "run")
    assert read_run(tmp_path / "run").fingerprint == result.fingerprint
    assert stat.S_IMODE((tmp_path / "run").stat().st_mode) == mode
    modes = {path: stat.S_IMODE(path.stat().st_mode) & 0o777 for path in (tmp_path / "run").rglob("*")}
    assert modes == {path: 0o700 if path.is_dir() else 0o600 for path in modes}


def test_an_interrupted_write_leaves_nothing(result: Result, tmp_path: Path) -> None:
    broken = replace(result, notes=(object(),))  # type: ignore[arg-type]  # cannot be written as JSON
    with pytest.raises(TypeError):
        broken.write(tmp_path / "run")
    assert files(tmp_path) == []


def test_a_place_that_cannot_be_written_is_an_error_of_the_ledger(result: Result, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LedgerError, match="cannot be written"):
        result.write(tmp_path / "file" / "run")


def test_what_is_no_run_is_an_error(result: Result, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"none: no such folder"):
        read_run(tmp_path / "none")
    with pytest.raises(LedgerError, match="holds no complete run"):
        read_run(tmp_path)
    for name in ("run.json", "year=2025/manifest.json", "year=2026/events.parquet", "year=2025/summary.parquet"):
        folder = result.write(tmp_path / name.replace("/", "-"))
        (folder / name).write_bytes((folder / name).read_bytes()[:-20])
        told = "cannot be read" if name.endswith(".json") else "was changed since it was written"
        with pytest.raises(LedgerError, match=f"{name}: {told}"):
            read_run(folder)


def test_a_run_of_an_older_format_is_refused_with_the_way_to_go_on(result: Result, tmp_path: Path) -> None:
    folder = result.write(tmp_path / "run")
    about = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert about.pop("format") == FORMAT
    about.pop("seal")
    told = (
        r"run\.json: is of an older format \({}; this version reads {}\); simulate it again elsewhere, or read it with "
    )
    for other in (1, 99):
        written = {**about, "format": other}
        for content in (layout.json_bytes(written), layout.sealed(written).content):
            (folder / "run.json").write_bytes(content)
            with pytest.raises(LedgerError, match=told.format(other, FORMAT)):
                read_run(folder)
    older = {**about, "format": "2-0123456789abcdef", "versions": {**about["versions"], "workforce_sim": "0.0.9"}}
    (folder / "run.json").write_bytes(layout.sealed(older).content)
    with pytest.raises(LedgerError, match=told.format("2-0123456789abcdef", FORMAT) + r"workforce_sim 0\.0\.9, which"):
        read_run(folder)
    (folder / "run.json").write_bytes(layout.json_bytes({**about, "format": "2-0123456789abcdef", "seal": "0" * 64}))
    with pytest.raises(LedgerError, match="was changed since it was written"):
        read_run(folder)


def test_a_changed_declaration_is_another_format() -> None:
    kinds = [pl.Int32 if column.name == "age" else column.dtype for column in SNAPSHOTS]
    changed = tuple(replace(column, dtype=dtype) for column, dtype in zip(SNAPSHOTS, kinds, strict=True))
    widened = tuple(replace(column, dtype=pl.Int64) if column.name == "age" else column for column in SNAPSHOTS)
    longer = pl.Enum([*EVENT_TYPES, "sabbatical"])
    more = tuple(replace(column, dtype=longer) if column.name == "event_type" else column for column in EVENTS)

    assert schema({**TABLES, "snapshots": changed}) == SCHEMA
    others = [{**TABLES, "snapshots": widened}, {**TABLES, "snapshots": SNAPSHOTS[::-1]}, {**TABLES, "events": more}]
    assert len({SCHEMA, *map(schema, others)}) == 4


def test_every_configuration_survives_the_disk(tmp_path: Path) -> None:
    years = {"start_year": 2025, "end_year": 2025, "target_growth_rate": {2020: 0.0, 2025: 0.1}}
    data = {
        "simulation": years,
        "workforce": {"total_termination_rate": 0.1, "levels": [{"name": "A", "minimum": 1.0, "maximum": 2.0}]},
        "hiring": {"level_mix": {"A": 1.0}, "ages": [{"from": 20, "to": 30, "weight": 1.0}]},
        "terminations": {"age_factors": [{"from": 0, "factor": 1.5}]},
        "enrollment": {"auto_enrollment": {"hire_date_cutoff": dt.date(2020, 2, 29)}},
        "random_seed": 2**63 - 1,
    }
    config = load_config(data)
    scenario = support.Scenario(
        support.census_of(employee_id=["a"], hire_date=[dt.date(2020, 1, 1)], salary_cents=[1]), config
    )
    folder = Result(support.fast(scenario), config).write(tmp_path / "run")
    assert read_run(folder).config == config
