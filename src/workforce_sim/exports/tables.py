"""The tables of a result as files of their own: CSV in dollars, safe for spreadsheets, or Parquet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import polars as pl

from workforce_sim.ensembles.comparing import Comparison
from workforce_sim.ensembles.ensemble import Ensemble
from workforce_sim.ensembles.pages import tables_of_comparison, tables_of_sweep
from workforce_sim.ensembles.saved import Results
from workforce_sim.explain.queries import collected
from workforce_sim.exports.dollars import in_dollars
from workforce_sim.result import Result
from workforce_sim.share.csv_files import export_csv
from workforce_sim.share.pseudonyms import ID, KeySource, pseudonyms
from workforce_sim.store.parquet import write_tables

Form = Literal["csv", "parquet"]
FORMS: tuple[Form, ...] = ("csv", "parquet")


def write_files(
    found: Results,
    folder: Path,
    *,
    form: Form = "csv",
    cents: bool = False,
    key: KeySource | None = None,
    more: dict[str, pl.DataFrame] | None = None,
) -> None:
    """Write each table of a result to a file, one after another.

    Args:
        found: a run, an ensemble, a comparison or a sweep.
        folder: there, and empty.
        form: of the files.
        cents: whether amounts stay whole cents, as in the tables of this package; else they are dollars.
        key: where the key of pseudonyms is; without one ids are as in the run.
        more: further tables by name, such as those of the folder of a comparison.

    Raises:
        RequestError: for a key that is none; for a file that cannot be written.
    """
    for name, table in (*tables_of(found), *(more or {}).items()):
        shown = pseudonyms(table, key) if key is not None and ID in table.columns else table
        _write(shown if cents else in_dollars(shown), folder / f"{name}.{form}", form)


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
        yield from tables_of_comparison(found).items()
    else:
        yield from tables_of_sweep(found).items()
