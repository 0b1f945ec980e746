"""The tables of a result as files of their own: CSV in dollars, safe for spreadsheets, or Parquet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

import polars as pl

from workforce_sim.ensembles.comparing import Comparison
from workforce_sim.ensembles.ensemble import Ensemble
from workforce_sim.ensembles.folder import refuse_existing, refuse_within
from workforce_sim.ensembles.pages import tables_of_comparison, tables_of_sweep
from workforce_sim.ensembles.saved import Results, idle_tables, other_tables, read_results
from workforce_sim.errors import RequestError
from workforce_sim.explaining.queries import collected
from workforce_sim.reporting.exports.dollars import in_dollars
from workforce_sim.result.result import Result
from workforce_sim.share.csv_files import export_csv
from workforce_sim.share.pseudonyms import ID, KeySource, pseudonyms
from workforce_sim.store.layout import placed_folder
from workforce_sim.store.parquet import write_tables

Form = Literal["csv", "parquet"]
FORMS: tuple[Form, ...] = ("csv", "parquet")


def export_tables(
    found: Results | str | Path,
    folder: str | Path,
    *,
    form: Form = "csv",
    cents: bool = False,
    key: KeySource | None = None,
) -> Path:
    """Write each table of a result to a file of a new folder, for its owner alone.

    Args:
        found: a run, an ensemble, a comparison or a sweep, or its folder: then other tables there are written too.
        folder: new folder; it appears whole or not at all.
        form: ``csv``, safe for spreadsheets (see ``export_csv``), or ``parquet``.
        cents: whether amounts stay whole cents, under the names that tables of this package have; else they are
            dollars, and ``cents`` in names of columns and measures is ``dollars``.
        key: where the key of pseudonyms is, as for ``pseudonyms``; left out, ids are as in the run.

    Returns:
        The folder.

    Raises:
        FileNotFoundError: when there is no such result.
        RequestError: for another form, or a key that is none.
        LedgerError: when the result cannot be read, or the folder exists, lies in that of the result or cannot be
            written.
    """
    if form not in FORMS:
        raise RequestError(f"form must be {' or '.join(FORMS)} (got {form!r:.40})")
    target = Path(folder)
    refuse_existing(target)
    if not isinstance(found, str | Path):
        return _exported(tables_of(found), target, form, cents=cents, key=key)
    refuse_within(target, Path(found))
    return _exported(_saved(Path(found)), target, form, cents=cents, key=key)


def _exported(
    tables: Iterable[tuple[str, pl.DataFrame]], target: Path, form: Form, *, cents: bool, key: KeySource | None
) -> Path:
    with placed_folder(target) as part:
        for name, table in tables:
            shown = pseudonyms(table, key) if key is not None and ID in table.columns else table
            _write(shown if cents else in_dollars(shown), part / f"{name}.{form}", form)
    return target


def _write(table: pl.DataFrame, path: Path, form: Form) -> None:
    if form == "csv":
        export_csv(table, path)
    else:
        write_tables({path: table}, "zstd")


def tables_of(found: Results) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield the tables of a result by name; those of a run are read one after another."""
    if isinstance(found, Result):
        yield from ((name, collected(found.scan(name))) for name in ("events", "snapshots", "summary"))
    elif isinstance(found, Ensemble):
        yield from (("bands", found.bands), ("replicates", found.replicates))
    elif isinstance(found, Comparison):
        idle = idle_tables(found)
        yield from ((name, table) for name, table in tables_of_comparison(found).items() if name not in idle)
    else:
        yield from tables_of_sweep(found).items()


def _saved(folder: Path) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield the tables of a result, and those of its folder that it cannot make again."""
    found = read_results(folder)
    known = {*idle_tables(found)}
    for name, table in tables_of(found):
        known.add(name)
        yield name, table
    yield from other_tables(folder, known)
