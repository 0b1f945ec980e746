"""A run on disk as it is read: lazily, by other programs, while it is written, damaged; and what memory it takes."""

from __future__ import annotations

import gc
import random
import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pytest
from polars.testing import assert_frame_equal

import workforce_sim as ws
from tests import support
from tests.support_store import SMALL, hashes, interrupted, run_of, strays
from workforce_sim.result.result import Result
from workforce_sim.tables.output import Tables


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of a run of four years that nobody changes."""
    folder = tmp_path_factory.mktemp("runs") / "run"
    ws.simulate(SMALL, out=folder)
    return folder


@pytest.fixture(scope="module")
def two_years(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "two"
    ws.simulate(run_of(2), out=folder)
    return folder


@pytest.fixture
def mine(two_years: Path, tmp_path: Path) -> Path:
    """Give the folder of a run of two years to be damaged."""
    return shutil.copytree(two_years, tmp_path / "run")


# --- lazily ---


def test_the_tables_are_those_in_memory_in_written_order(run: Path) -> None:
    here, there = ws.simulate(SMALL), ws.read_run(run)
    for name in support.TABLES:
        assert_frame_equal(getattr(there, name), support.table(here.tables, name), check_exact=True)
        assert_frame_equal(there.scan(name).collect(), getattr(there, name), check_exact=True)
    assert here.opening is not None
    assert there.opening is not None
    assert_frame_equal(there.opening, here.opening, check_row_order=False, check_exact=True)
    assert (there.config, there.notes, there.fingerprint) == (here.config, here.notes, here.fingerprint)
    assert repr(there) == repr(here)


def test_the_parts_are_the_years_in_order(run: Path) -> None:
    found = ws.read_run(run)
    for year, part in zip(range(2025, 2029), found.parts(), strict=True):
        for name in support.TABLES:
            assert_frame_equal(getattr(part, name), getattr(found, name).filter(pl.col("year") == year))


@pytest.mark.parametrize("name", support.TABLES)
def test_a_query_reads_the_years_and_columns_it_needs(name: str, run: Path) -> None:
    found = ws.read_run(run)
    column = "headcount_closing" if name == "summary" else "employee_id"
    query = found.scan(name).filter(pl.col("year").is_in([2026, 2027])).select(column)
    plan = query.explain()
    assert sorted(set(re.findall(r"year=(20\d\d)/", plan))) == ["2026", "2027"]
    read, of = map(int, re.findall(r"PROJECT (\d+)/(\d+) COLUMNS", plan)[0])
    assert read <= 2 < of
    expected = getattr(found, name).filter(pl.col("year").is_in([2026, 2027])).select(column)
    assert_frame_equal(query.collect(), expected)


def test_a_year_that_is_not_asked_for_need_not_even_be_whole(mine: Path) -> None:
    found = ws.read_run(mine)
    (mine / "year=2026/snapshots.parquet").write_bytes(b"")
    first = found.scan("snapshots").filter(pl.col("year") == 2025).select("employee_id").collect()
    assert first.height == ws.simulate(run_of(1)).snapshots.height


def test_a_table_that_is_not_asked_for_is_not_read(mine: Path) -> None:
    found = ws.read_run(mine)
    (mine / "year=2025/events.parquet").unlink()
    assert found.summary["year"].to_list() == [2025, 2026]
    with pytest.raises(ws.LedgerError, match=r"year=2025/events\.parquet: cannot be read"):
        _ = found.events


def test_no_table_of_another_name_is_there(run: Path) -> None:
    with pytest.raises(ValueError, match="no table is named 'carried'; there are events, snapshots, summary"):
        ws.read_run(run).scan("carried")


# --- by other programs ---


def plain(frame: pl.DataFrame) -> list[tuple[Any, ...]]:
    """Return the rows with names in place of the categories that only some programs know."""
    return frame.with_columns(pl.col(pl.Enum).cast(pl.String)).rows()


@pytest.mark.parametrize("name", support.TABLES)
@pytest.mark.filterwarnings("default")  # of other people's programs
def test_duckdb_reads_the_same_rows(name: str, run: Path) -> None:
    frame = getattr(ws.read_run(run), name)
    with duckdb.connect() as connection:
        files = f"read_parquet('{run}/*/{name}.parquet', hive_partitioning = {{}})"
        for partitioned in ("true", "false"):
            found = connection.sql(f"select * from {files.format(partitioned)}")
            assert found.columns == frame.columns
            assert found.fetchall() == plain(frame)
        pruned = connection.sql(f"explain analyze select * from {files.format('true')} where year = 2027").fetchall()
        assert re.search(r"(File Filters|Scanning Files|Total Files Read): [^\n]*(1/4|year = 2027|1 )", str(pruned))


@pytest.mark.filterwarnings("default")
def test_duckdb_adds_up_as_polars_does(run: Path) -> None:
    with duckdb.connect() as connection:
        found = connection.sql(
            "select year, level, count(*), sum(salary_cents), count(termination_date), sum(match_cents) "
            f"from read_parquet('{run}/*/snapshots.parquet') group by all order by all"
        ).fetchall()
    salary, left, match = pl.col("salary_cents").sum(), pl.col("termination_date").count(), pl.col("match_cents").sum()
    groups = ws.read_run(run).scan("snapshots").group_by("year", pl.col("level").cast(pl.String))
    assert found == groups.agg(pl.len(), salary, left, match).sort("year", "level").collect().rows()


@pytest.mark.parametrize("name", support.TABLES)
def test_pandas_reads_the_same_rows(name: str, run: Path) -> None:
    frame = getattr(ws.read_run(run), name)
    paths = [run / f"year={year}" / f"{name}.parquet" for year in range(2025, 2029)]
    found = pd.concat([pd.read_parquet(path, dtype_backend="pyarrow") for path in paths])
    assert list(found.columns) == frame.columns
    objects = found.astype(object)
    assert [tuple(row) for row in objects.where(found.notna(), None).to_numpy()] == plain(frame)


def test_polars_alone_reads_the_same_rows(run: Path) -> None:
    assert_frame_equal(pl.read_parquet(f"{run}/*/events.parquet"), ws.read_run(run).events)


# --- while it is written ---


def test_a_reader_sees_whole_years_while_a_run_is_written(tmp_path: Path) -> None:
    many, folder, seen, wrong = run_of(9), tmp_path / "run", [], []
    ended = threading.Event()

    def read() -> None:
        while not ended.is_set():
            try:
                found = ws.read_run(folder)
                years = found.summary["year"].to_list()
                tables = [set(found.events["year"]), set(found.snapshots["year"])]
                closing = (
                    found.snapshots.filter(pl.col("termination_date").is_null()).group_by("year").len().sort("year")
                )
                whole = closing["len"].to_list() == found.summary["headcount_closing"].to_list()
            except FileNotFoundError:
                continue
            except ws.LedgerError as error:
                if not re.search(r"holds no complete run|no year of this run is committed", str(error)):
                    wrong.append(str(error))
                continue
            if years != list(range(2025, 2025 + len(years))) or tables != [set(years)] * 2 or not whole:
                wrong.append(f"{years}, {tables}")
            seen.append(len(years))

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    ws.simulate(many, out=folder, progress=lambda year, done, of: seen.append(len(ws.read_run(folder).summary)))
    ended.set()
    for reader in readers:
        reader.join()
    assert wrong == []
    assert set(range(1, 10)) <= set(seen)
    assert strays(folder) == []


def test_a_result_keeps_to_the_years_it_was_read_with(tmp_path: Path) -> None:
    interrupted(SMALL, tmp_path / "run", 2)
    early = ws.read_run(tmp_path / "run")
    ws.simulate(run_of(5), out=tmp_path / "run")
    assert early.summary["year"].to_list() == sorted(set(early.events["year"])) == [2025, 2026]


def test_before_the_first_year_there_is_nothing_to_read(mine: Path, tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    begun.mkdir()
    with pytest.raises(ws.LedgerError, match="begun: holds no complete run"):
        ws.read_run(begun)
    for name in ("run.json", "opening.parquet"):
        (begun / name).write_bytes((mine / name).read_bytes())
    with pytest.raises(ws.LedgerError, match="begun: no year of this run is committed yet; simulate it again"):
        ws.read_run(begun)


# --- damaged ---


def reread(run: Path) -> Result:
    """Read everything there is to read of a run."""
    found = ws.read_run(run)
    _ = found.events, found.snapshots, found.summary, found.opening
    return found


@pytest.mark.parametrize("compression", ["zstd", "uncompressed"])
def test_any_flipped_bit_of_what_is_read_is_one_error_that_names_the_file(compression: str, tmp_path: Path) -> None:
    ws.simulate(run_of(2, output={"compression": compression}), out=tmp_path / "run")
    whole, chance = hashes(tmp_path / "run"), random.Random(1)
    for name in whole:
        if name.endswith("carried.parquet"):  # only a writer reads it
            continue
        file = tmp_path / "run" / name
        good = file.read_bytes()
        for position in (0, len(good) - 1, len(good) - 6, *chance.sample(range(len(good)), support.examples(12))):
            bad = bytearray(good)
            bad[position] ^= 1 << chance.randrange(8)
            file.write_bytes(bad)
            with pytest.raises(ws.LedgerError, match=re.escape(str(file))) as error:
                reread(tmp_path / "run")
            assert "\n" not in str(error.value)
        file.write_bytes(good)
    assert hashes(tmp_path / "run") == whole
    reread(tmp_path / "run")


@pytest.mark.parametrize("how", ["removed", "emptied", "halved", "a folder"])
@pytest.mark.parametrize("name", ["run.json", "opening.parquet", "year=2025/manifest.json", "year=2026/events.parquet"])
def test_a_file_that_is_not_whole_is_one_error(name: str, how: str, mine: Path) -> None:
    file = mine / name
    good = file.read_bytes()
    file.unlink()
    if how == "a folder":
        file.mkdir()
    elif how != "removed":
        file.write_bytes(good[: len(good) // 2 if how == "halved" else 0])
    no_run = name == "run.json" and not file.is_file()
    with pytest.raises(ws.LedgerError, match="holds no complete run" if no_run else re.escape(name)) as error:
        reread(mine)
    assert "\n" not in str(error.value)


def test_a_year_that_is_missing_swapped_or_too_many_is_one_error(tmp_path: Path) -> None:
    for number, (damage, says) in enumerate(DAMAGES.items()):
        run = tmp_path / str(number)
        ws.simulate(run_of(4), out=run)
        for old, new in damage:
            (run / old).rename(run / new)
        for use in (ws.read_run, lambda run: ws.simulate(run_of(4), out=run)):
            with pytest.raises(ws.LedgerError, match=says):
                use(run)


DAMAGES: dict[tuple[tuple[str, str], ...], str] = {
    (("year=2025", "elsewhere"),): "2025 is missing, though 2026 is there",
    (("year=2026", "elsewhere"),): "2026 is missing, though 2027 is there",
    (("year=2026", "aside"), ("year=2027", "year=2026"), ("aside", "year=2027")): "year=2026: belongs to another run",
    (("year=2028", "year=2029"),): "2028 is missing, though 2029 is there",
    (("year=2025", "year=2024"),): "2025 is missing, though 2024 is there",
}


# --- memory ---


@pytest.fixture
def _nothing_else() -> Iterator[None]:
    """Leave out of what the collector looks at whatever stood before the test."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("_nothing_else")
def test_a_run_into_a_folder_holds_about_two_years_at_a_time_not_all(tmp_path: Path) -> None:
    def held() -> int:
        gc.collect()
        return sum(isinstance(thing, Tables) for thing in gc.get_objects())

    before, seen = held(), []
    result = ws.simulate(run_of(12), out=tmp_path / "run", progress=lambda *_: seen.append(held() - before))
    assert len(seen) == len(list(result.parts())) == 12
    assert max(seen[1:]) <= 2  # the one that was written, and the next
    assert max(seen[6:]) == max(seen[:6])
    assert held() == before


@pytest.mark.usefixtures("_nothing_else")
def test_the_bytes_held_of_a_run_into_a_folder_do_not_grow_with_its_years(tmp_path: Path) -> None:
    def held() -> int:
        gc.collect()
        frames = [thing for thing in gc.get_objects() if isinstance(thing, pl.DataFrame)]
        return int(sum(frame.estimated_size() for frame in frames if "replicate" in frame.columns))

    before, seen = held(), []
    config = run_of(12, census={"size": 500}, simulation={"target_growth_rate": 0.0})
    result = ws.simulate(config, out=tmp_path / "run", progress=lambda *_: seen.append(held() - before))
    everything = sum(getattr(result, name).estimated_size() for name in support.TABLES)
    assert max(seen) < 3.5 * everything / 12
