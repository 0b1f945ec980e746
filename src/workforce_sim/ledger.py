"""The ledger: replay, order, fingerprint, and a run on disk."""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import polars as pl

from workforce_sim.config import Config
from workforce_sim.draws import census_keys
from workforce_sim.errors import LedgerError
from workforce_sim.opening import Tables
from workforce_sim.tables import EVENT_TYPE, TABLES, names

FORMAT = 1
_ORDER = {
    "events": ["replicate", "year", "effective_date", "_key", "event_type", "cause"],
    "snapshots": ["replicate", "year", "_key"],
    "summary": ["replicate", "year"],
}
_HIRE_ID = r"^NH-([0-9]{4})-([0-9]{6,})$"


def replay(opening: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """Fold a year's ledger over its opening and return its closing.

    Args:
        opening: staff at the opening, such as ``result.opening`` or who stays of a snapshot: employee_id, level,
            salary_cents; replicate when there are several; for the plan deferral_bp, and eligible or eligibility_date.
        events: ledger rows of one year.

    Returns:
        One row per employee at the closing: replicate, employee_id, level, salary_cents, eligible, enrolled,
        deferral_bp; sorted.
    """
    keys, level = ["replicate", "employee_id"], opening.schema["level"]
    happened = events.lazy().sort("effective_date", "event_type", "cause")
    after = happened.select(
        *keys,
        level=pl.col("level_after").cast(pl.String),
        salary_cents="salary_after_cents",
        eligible=pl.when(_is("hire")).then(statement=False).when(_is("eligibility")).then(statement=True),
        deferral_bp=pl.when(_is("hire")).then(0).otherwise("deferral_after_bp"),
    )
    rows = pl.concat([_opening_state(opening), after]).group_by(keys)
    closing = rows.agg(pl.exclude(keys).drop_nulls().last()).with_columns(enrolled=pl.col("deferral_bp") > 0)
    stays = closing.join(happened.filter(_is("termination")), on=keys, how="anti").sort(keys)
    found = stays.select(*keys, "level", "salary_cents", "eligible", "enrolled", "deferral_bp")
    return found.collect(engine="in-memory").with_columns(pl.col("level").cast(level))


def _opening_state(opening: pl.DataFrame) -> pl.LazyFrame:
    """Return what replay follows, as the opening has it: out of the plan where it does not say."""
    eligible = (
        pl.col("eligibility_date").is_not_null() if "eligibility_date" in opening.columns else pl.lit(value=False)
    )
    known = {"replicate": pl.lit(0), "eligible": eligible, "deferral_bp": pl.lit(0)}
    absent = {name: value for name, value in known.items() if name not in opening.columns}
    return (
        opening.lazy()
        .with_columns(**absent)
        .select(
            pl.col("replicate").cast(pl.Int32),
            "employee_id",
            pl.col("level").cast(pl.String),
            "salary_cents",
            "eligible",
            pl.col("deferral_bp").cast(pl.Int32).fill_null(0),
        )
    )


def _is(event_type: str) -> pl.Expr:
    return pl.col("event_type") == pl.lit(event_type, dtype=EVENT_TYPE)


def ordered(frame: pl.DataFrame, table: str) -> pl.DataFrame:
    """Return a table in its written order: replicate, year, then date, employee key (unsigned), event type."""
    if "employee_id" not in frame.columns:
        return frame.sort(_ORDER[table])
    return frame.with_columns(_key=pl.Series(employee_keys(frame["employee_id"]))).sort(_ORDER[table]).drop("_key")


def employee_keys(ids: pl.Series) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    """Return the permanent key of each employee id, of census staff and of hires."""
    distinct = ids.unique()
    parts = distinct.str.extract_groups(_HIRE_ID).struct.unnest().cast(pl.UInt64)
    hire_key = parts["1"] * pl.Series([2**32], dtype=pl.UInt64) + parts["2"]
    key = hire_key.fill_null(pl.Series(census_keys(distinct)).gather(pl.int_range(len(distinct), eager=True)))
    found = ids.replace_strict(distinct, key, return_dtype=pl.UInt64)
    return found.cast(pl.UInt64).to_numpy()  # no ids at all come back as text


def fingerprint(tables: Tables) -> str:
    """Return the SHA-256 of the digests of the years, in order; no file format takes part in it."""
    return chained(year_digest(part) for part in by_year(tables))


def by_year(tables: Tables) -> Iterator[Tables]:
    """Yield the tables of each plan year, in order."""
    years = tables.summary["year"].unique().sort().to_list()
    frames = [getattr(tables, name) for name in _ORDER]
    parts = [frame.partition_by("year", as_dict=True) for frame in frames]
    for year in years:
        yield Tables(*(part.get((year,), frame.clear()) for part, frame in zip(parts, frames, strict=True)))


def chained(digests: Iterable[bytes]) -> str:
    """Return the fingerprint of a run from the digests of its years, in order."""
    return hashlib.sha256(b"".join(digests)).hexdigest()


def year_digest(tables: Tables) -> bytes:
    """Return the SHA-256 of one year's sorted tables: names and values of their columns."""
    digest = hashlib.sha256()
    for name in _ORDER:
        for column in ordered(getattr(tables, name), name).iter_columns():
            digest.update(f"{name}.{column.name}:{len(column)}".encode())
            for part in _bytes(column):
                digest.update(part)
    return digest.digest()


def _bytes(column: pl.Series) -> Iterable[bytes]:
    """Yield the values of a column as bytes that depend on nothing but the values."""
    yield column.is_null().to_numpy().tobytes()
    if column.dtype in (pl.String, pl.Enum):
        text = column.cast(pl.String).fill_null("")
        yield text.str.len_bytes().cast(pl.Int64).to_numpy().tobytes()
        yield "".join(text).encode()
    elif column.dtype == pl.Float64:
        yield column.fill_null(0.0).to_numpy().tobytes()
    else:
        yield column.to_physical().cast(pl.Int64).fill_null(0).to_numpy().tobytes()


def refuse_taken(path: Path) -> None:
    """Raise ``LedgerError`` unless a run can be written to ``path``: nothing there yet, or an empty folder."""
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise LedgerError(f"{path}: exists and is not an empty folder; choose another or remove it first")


def write(path: Path, tables: Tables, config: Config, notes: tuple[str, ...]) -> Path:
    """Write a run beside its place and move it there in one step; only its owner may read it."""
    refuse_taken(path)
    beside = path.parent / f".{path.name}-{secrets.token_hex(8)}"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.mkdir(mode=0o700)
        _write_files(beside, tables, config, notes)
        beside.replace(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        why = getattr(error, "strerror", None) or str(error).split("\n", 1)[0]
        raise LedgerError(f"{path}: cannot be written ({why}); check space and permissions") from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return path


def _write_files(folder: Path, tables: Tables, config: Config, notes: tuple[str, ...]) -> None:
    for name in _ORDER:
        frame = ordered(getattr(tables, name), name)
        frame.write_parquet(folder / f"{name}.parquet", compression=config.output.compression)
    about = {"format": FORMAT, "config": config.model_dump(mode="json", by_alias=True), "notes": notes}
    (folder / "run.json").write_text(json.dumps(about, indent=2), encoding="utf-8")


def read(path: Path) -> tuple[Tables, Config, tuple[str, ...]]:
    """Read a run from its folder.

    Raises:
        FileNotFoundError: when there is no such folder.
        LedgerError: when the folder holds no complete run of this format.
    """
    if not path.exists():
        raise FileNotFoundError(f"{path}: no such folder")
    try:
        about = json.loads((path / "run.json").read_text(encoding="utf-8"))
        if about["format"] != FORMAT:
            raise LedgerError(f"{path}: written in format {about['format']}, this version reads {FORMAT}")
        config = Config.model_validate(about["config"], strict=False)
        frames = [_read_table(path, name) for name in _ORDER]
        return Tables(*frames), config, tuple(about["notes"])
    except (OSError, ValueError, KeyError, TypeError, pl.exceptions.PolarsError):
        raise LedgerError(f"{path}: holds no complete run; write it again") from None


def _read_table(path: Path, name: str) -> pl.DataFrame:
    frame = pl.read_parquet(path / f"{name}.parquet")
    if frame.columns != names(TABLES[name]):
        raise ValueError(f"{name} has other columns")
    return frame
