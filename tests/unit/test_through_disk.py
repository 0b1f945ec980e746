"""Runs of very many staff, which go through the disk in partitions: the same files, and nothing left beside them."""

from __future__ import annotations

import gc
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

import workforce_sim as ws
from tests import support
from tests.support_store import hashes, interrupted, run_of, strays, through_disk, year_folders
from workforce_sim.census.synthetic import LEVELS
from workforce_sim.engine.partitions import Large
from workforce_sim.engine.resume import carried_with, resumed
from workforce_sim.engine.start import prepared
from workforce_sim.simulation.run import begin
from workforce_sim.simulation.simulate import recorded
from workforce_sim.store import parquet
from workforce_sim.store.parquet import ROW_GROUP, encoded
from workforce_sim.store.reading import opened
from workforce_sim.store.spool import spooling

MANY = Large().above
pytestmark = pytest.mark.filterwarnings("error")
THREE_YEARS = run_of(3)
EVERY_DECISION = run_of(
    3,
    compensation={
        "merit_factors": {"Senior": 1.5, "Manager": 0.8},
        "other_pay": [{"name": "bonus", "kind": "bonus", "share": 0.1, "receivers": 0.7, "date": "03-15"}],
    },
    hiring={"level_mix": "adaptive"},
    plan={
        "forfeitures": "reallocate",
        "nonelective": {"kind": "flat", "rate": 0.02},
        "profit_sharing": {"kind": "pool", "pool": {"payroll_share": 0.03, "allocation": "age_weighted"}},
        "discretionary_match": {"preset": "stretch", "eligibility": {"waiting_period_years": 2}},
        "vesting": {"match": "cliff_3", "nonelective": "graded_6", "profit_sharing": "cliff_2"},
        "testing": {"top_paid_group": True},
    },
)
MOST_COME_BACK = run_of(
    5,
    workforce={"total_termination_rate": 0.4},
    hiring={"rehires": {"share": 0.9, "within_years": 2}},
    plan={"vesting": {"match": "graded_6"}},
)

RANGED = run_of(
    3,
    workforce={"levels": [{"name": name, "minimum": 40_000, "maximum": 80_000} for name in LEVELS]},
    terminations={"retirement": {"eligible": [{"age": 50}], "rates": [{"from": 50, "rate": 0.5}], "combine": "add"}},
    compensation={
        "merit_minimum_tenure": 0,
        "merit_proration": "months",
        "merit_matrix": {"edges": [0.8, 1.0], "increases": {"all": [0.06, 0.04, 0.01]}, "pool": True},
        "range_minimum": "lift",
        "range_maximum": "lump_sum",
    },
)
CONFIGS = {
    "defaults": THREE_YEARS,
    "every decision": EVERY_DECISION,
    "pay ranges and retirement": RANGED,
    "most come back": MOST_COME_BACK,
}


@pytest.mark.parametrize("cut", support.few([(13, 5_000), (1, 0), (1_000, 0), (7, 1_000_000)], 4), ids=str)
@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
def test_the_files_are_those_of_a_run_in_memory(
    config: dict[str, object], cut: tuple[int, int], tmp_path: Path
) -> None:
    rows, room = cut
    ws.simulate(config, out=tmp_path / "whole")
    through_disk(config, tmp_path / "parts", rows, room=room)

    assert (hashes(tmp_path / "parts"), strays(tmp_path / "parts")) == (hashes(tmp_path / "whole"), [])
    assert ws.verify_run(tmp_path / "parts", deep=True).problems == ()


def test_many_staff_go_through_the_disk_and_few_do_not(tmp_path: Path) -> None:
    one_year = run_of(1, census={"size": MANY + 1})
    many, few = (begin(run_of(1, census={"size": size}), in_order=True, large=Large()) for size in (MANY + 1, MANY))

    assert (many.through_the_disk, few.through_the_disk) == (True, False)
    assert_frame_equal(ws.simulate(one_year, out=tmp_path / "run").summary, ws.simulate(one_year).summary)
    assert strays(tmp_path / "run") == []


def test_the_result_has_its_opening_and_notes(tmp_path: Path) -> None:
    whole = ws.simulate(THREE_YEARS, out=tmp_path / "whole")
    found = recorded(begin(THREE_YEARS, in_order=True, large=Large(0, 7)), tmp_path / "parts", lambda year: None)

    assert (found.fingerprint, found.notes, found.source) == (whole.fingerprint, whole.notes, whole.source)
    assert found.opening is not None
    assert_frame_equal(found.opening, whole.opening, check_row_order=False)


@pytest.mark.parametrize(("first", "then"), support.few([(13, 50), (50, 7)], 2, arguments=2))
def test_it_goes_on_in_other_partitions_or_in_memory(first: int, then: int, tmp_path: Path) -> None:
    ws.simulate(THREE_YEARS, out=tmp_path / "whole")
    for name in ("disk", "memory"):
        through_disk(THREE_YEARS, tmp_path / name, first, after=1)
        assert (year_folders(tmp_path / name), strays(tmp_path / name)) == (["year=2025"], [])
    through_disk(THREE_YEARS, tmp_path / "disk", then)
    ws.simulate(THREE_YEARS, out=tmp_path / "memory")
    interrupted(THREE_YEARS, tmp_path / "from memory", after=2)
    through_disk(THREE_YEARS, tmp_path / "from memory", then)

    for name in ("disk", "memory", "from memory"):
        assert (hashes(tmp_path / name), strays(tmp_path / name)) == (hashes(tmp_path / "whole"), [])


def test_a_result_that_was_written_is_extended(tmp_path: Path) -> None:
    ws.simulate(run_of(2)).write(tmp_path / "run")
    before = hashes(tmp_path / "run")
    through_disk(THREE_YEARS, tmp_path / "run", 7)

    after = hashes(tmp_path / "run")
    assert {name: after[name] for name in before if name != "run.json"} == {
        name: value for name, value in before.items() if name != "run.json"
    }
    assert ws.read_run(tmp_path / "run").fingerprint == ws.simulate(THREE_YEARS).fingerprint


def test_a_year_that_fails_keeps_the_years_before_it_and_leaves_nothing(tmp_path: Path) -> None:
    @ws.event(after="hire")
    def fails(staff: pl.LazyFrame, year: ws.Year) -> pl.LazyFrame:
        if year.number == 2027:
            raise ValueError("not this year")
        return staff

    with pytest.raises(ws.SimulationError, match="event fails in 2027: ValueError: not this year"):
        through_disk(THREE_YEARS, tmp_path / "run", 7, own=[fails])

    assert strays(tmp_path / "run") == []
    assert year_folders(tmp_path / "run") in (["year=2025"], ["year=2025", "year=2026"])


def test_files_of_a_year_that_fails_after_some_row_groups_are_let_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "ROW_GROUP", 10)
    partitions: list[int] = []

    @ws.event(after="hire")
    def fails(staff: pl.LazyFrame, year: ws.Year) -> pl.LazyFrame:
        partitions.append(year.number)
        if partitions.count(2026) == 8:
            raise ValueError("not this partition")
        return staff

    with pytest.raises(ws.SimulationError, match="not this partition"):
        through_disk(THREE_YEARS, tmp_path / "run", 7, own=[fails])
    gc.collect()  # what an abandoned file says of itself would be an error here

    assert strays(tmp_path / "run") == []


def test_a_note_on_opt_outs_is_the_same_wherever_a_run_goes() -> None:
    config = run_of(1, enrollment={"auto_enrollment": {"hire_date_cutoff": "2015-01-01"}})
    told = pl.when(pl.col("hire_date").dt.year() < 2015).then(pl.lit(value=False))
    rows = begin(config).opening.staff.with_columns(deferral_bp=pl.lit(0, dtype=pl.Int32), opted_out=told)
    notes = [
        begin(config, census=rows).notes,
        begin(config, census=rows, in_order=True).notes,
        begin(config, census=rows, in_order=True, large=Large(0, 7)).notes,
    ]

    assert any("the census does not say who opted out" in note for note in notes[0])
    assert notes[1:] == notes[:1] * 2


def test_what_was_carried_goes_with_the_snapshots_in_pieces(tmp_path: Path) -> None:
    ws.simulate(THREE_YEARS, out=tmp_path / "run")
    run, stored = begin(THREE_YEARS), opened(tmp_path / "run")
    state, world = prepared(run.config, run.opening, (0,))
    kept = stored.carried(2026)
    assert kept is not None

    def after(rows: int) -> pl.DataFrame:
        parts = carried_with(stored.pieces(2026, "snapshots", rows), kept)
        return pl.concat([resumed(state.scale, world, run.opening, 2026, *part).staff for part in parts])

    assert_frame_equal(after(7), after(1_000))
    kept = replace(kept, staff=pl.concat([kept.staff, kept.staff[:1]]))
    with pytest.raises(ws.LedgerError, match="2026: carried has other rows than the"):
        after(7)


@pytest.mark.parametrize("cuts", [[1], [ROW_GROUP - 1, ROW_GROUP + 1], [ROW_GROUP, 2 * ROW_GROUP], [0, 17, 17]])
def test_a_file_has_the_same_bytes_in_whatever_pieces_its_rows_come(cuts: list[int]) -> None:
    number = np.arange(2 * ROW_GROUP + 5)
    kinds = pl.Series(["a", "b", None], dtype=pl.Enum(["a", "b"])).gather(number % 3)
    frame = pl.DataFrame({"number": number, "kind": kinds, "text": pl.Series(number % 7).cast(pl.String)})
    ends = [*cuts, frame.height]
    pieces = [frame[start:end] for start, end in zip([0, *cuts], ends, strict=True)]

    assert encoded(pieces, "zstd") == encoded([frame], "zstd")


def test_frames_that_are_set_aside_come_back_and_leave_no_file(tmp_path: Path) -> None:
    frames = [pl.DataFrame({"a": [1, None], "b": ["x", "y" * 40]}), pl.DataFrame({"a": [0.5]}).clear()]
    with spooling(tmp_path, 0) as spool:
        kept = [spool.put(frame) for frame in frames]
        assert list(tmp_path.iterdir()) == []
        assert [spool.get(one).equals(frame) for one, frame in zip(kept, frames, strict=True)] == [True, True]
        assert spool.get(kept[1]).schema == frames[1].schema
        spool.clear()
        with pytest.raises(OSError, match="what was set aside is not there"):
            spool.get(kept[0])


def test_there_is_room_where_all_of_an_opening_fits() -> None:
    large = Large(room=100_000)

    assert (large.room_for(1_000), large.room_for(1_001)) == (100_000, 0)


def test_what_there_is_room_for_stays_in_memory(tmp_path: Path) -> None:
    frame = pl.DataFrame({"a": np.arange(1_000)})
    with spooling(tmp_path, 3 * 8_000) as spool:
        kept = [spool.put(frame) for _ in range(4)]
        assert [one.size == 0 for one in kept] == [True, True, True, False]
        assert all(spool.get(one).equals(frame) for one in kept)
        spool.clear()
        assert spool.put(frame).size == 0
