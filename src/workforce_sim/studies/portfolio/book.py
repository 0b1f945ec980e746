"""A book of clients: who they are, where each one's census and configuration are, and how to group them.

A folder of censuses, or a table: CSV, Parquet, YAML or a frame. A column with a dot in its name, and ``random_seed``,
is a key of the configuration that an employer has of its own. Every other column that is none of ``COLUMNS`` groups.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from workforce_sim.config.document import read_yaml
from workforce_sim.config.load import content
from workforce_sim.ensembles.scenario_file import by_key
from workforce_sim.errors import RequestError
from workforce_sim.tables import SUMMARY, names
from workforce_sim.wording.terminal import printable

COLUMNS = ("name", "census", "configuration", "scenario", "overrides")
BOOKS = ("book.yaml", "book.yml", "book.csv", "book.parquet")
"""A table of employers within a folder, looked for in this order."""

CENSUSES = (".parquet", ".csv", ".xlsx", ".tsv", ".txt")
USUAL = ("configuration.yaml", "simulation_config.yaml")
"""The configuration of a folder's employers without one of their own."""

LONGEST = 100
OPENS = "opens"
"""The day on which the first plan year of an employer begins."""
OF_EMPLOYERS: dict[str, Any] = {
    "result": pl.String,
    "census": pl.String,
    OPENS: pl.Date,
    "employees": pl.Int64,
    "notes": pl.Int64,
    "first": pl.Int64,
    "stage": pl.String,
    "problem": pl.String,
}
"""Columns of the table of employers beside name and groups, with their types."""
TAKEN = frozenset({*names(SUMMARY), *OF_EMPLOYERS, "employers", "employer", "short"})
"""Names of other columns of the totals and of the table of employers."""


@dataclass(frozen=True)
class EmployerRow:
    """An employer as the book has it, nothing looked up yet.

    Attributes:
        name: unique in the book, and the name of its folder of results.
        census: a path, ``*`` allowed; None for the configuration's.
        configuration: path of a configuration, or of a file of scenarios; None for the book's.
        scenario: name of one of the scenarios.
        overrides: values by dotted key.
        groups: values of the grouping columns, in their order.
    """

    name: str
    census: Path | None
    configuration: Path | None
    scenario: str | None
    overrides: Mapping[str, Any]
    groups: tuple[str | None, ...]


@dataclass(frozen=True)
class Book:
    """Employers in the order of the book; names of the grouping columns; what is wrong with rows, by their name."""

    employers: tuple[EmployerRow, ...]
    groups: tuple[str, ...]
    problems: tuple[tuple[str, str], ...] = ()


def read_book(source: Any) -> Book:
    """Read a book.

    Args:
        source: path of a folder or a table, or a frame; relative paths in it count from its folder.

    Raises:
        FileNotFoundError: when there is no such file or folder.
        RequestError: for what is no book: no employers, unknown columns, or groups named as measures are.
    """
    if not isinstance(source, (str, os.PathLike)):
        frame = source if isinstance(source, pl.DataFrame) else pl.DataFrame(source)
        return _of_rows(frame.to_dicts(), frame.columns, Path(), "book")
    path = Path(source)
    if path.is_dir():
        table = next((path / name for name in BOOKS if (path / name).is_file()), None)
        return _folder(path) if table is None else read_book(table)
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such file or folder")
    return _of_rows(*_table(path), path.parent, path.name)


def _folder(folder: Path) -> Book:
    """Return the censuses of a folder as employers; NAME.yaml beside a census is its configuration."""
    usual = next((folder / name for name in USUAL if (folder / name).is_file()), None)
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in CENSUSES and path.name[0] not in ".~")
    if not found:
        raise RequestError(f"{folder}: holds no census ({', '.join(CENSUSES)}) and no table of employers ({BOOKS[0]})")
    own = [path.with_suffix(".yaml") for path in found]
    rows = [
        {"name": path.stem, "census": path, "configuration": config if config.is_file() else usual}
        for path, config in zip(found, own, strict=True)
    ]
    return _of_rows(rows, ["name", "census", "configuration"], Path(), folder.name)


# --- tables ---


def _table(path: Path) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the rows of a file and the names of its columns."""
    if path.suffix.lower() in (".yaml", ".yml"):
        return _of_yaml(path)
    try:
        if path.suffix.lower() == ".parquet":
            frame = pl.read_parquet(path, glob=False)
        else:
            frame = pl.read_csv(path, infer_schema=False, encoding="utf8", glob=False)
            frame = frame.rename({name: name.strip() for name in frame.columns})
    except (pl.exceptions.PolarsError, OSError) as error:
        why = str(error).partition("\n")[0][:120]
        raise RequestError(f"{path}: cannot be read as a table of employers ({why})") from None
    rows = frame.to_dicts()
    return ([_of_text(row) for row in rows] if path.suffix.lower() != ".parquet" else rows), frame.columns


def _of_text(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row of texts with the values of keys as a configuration has them."""
    return {name: _scalar(text) if _is_key(name) else text for name, text in row.items()}


def _scalar(text: str | None) -> Any:
    root, problems = read_yaml(f"value: {text or ''}".encode())
    return text if root is None or problems else root.value["value"]


def _of_yaml(path: Path) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the employers of a YAML file, each with what the file says of all."""
    root, problems = read_yaml(content(path))
    if root is None or problems:
        where = problems[0]
        raise RequestError(f"{path}:{where.place.line}:{where.place.column}: {where.what}")
    data = root.value
    employers = data.get("employers") if isinstance(data, Mapping) else None
    if not isinstance(employers, list) or not all(isinstance(one, Mapping) for one in employers):
        raise RequestError(f"{path}: employers: give a list, as - {{name: Acme, census: acme.csv}}")
    unknown = sorted({*map(str, data)} - {"employers", "configuration", "overrides"})
    if unknown:
        what = "a book has employers, and for all of them configuration and overrides"
        raise RequestError(f"{path}: {unknown[0]}: unknown; {what}")
    for_all = {name: data[name] for name in ("configuration",) if name in data}
    rows = [{**for_all, **one, "overrides": _laid(data.get("overrides"), one.get("overrides"))} for one in employers]
    return rows, list(dict.fromkeys(str(name) for row in rows for name in row))


def _laid(for_all: Any, own: Any) -> dict[str, Any]:
    return {key: value for some in (for_all, own) if isinstance(some, Mapping) for key, value in by_key(some)}


# --- rows ---


def _of_rows(rows: Sequence[Mapping[str, Any]], columns: Iterable[str], folder: Path, book: str) -> Book:
    groups = tuple(name for name in columns if name not in COLUMNS and not _is_key(name))
    _refuse(rows, columns, groups, book)
    employers, problems, seen = [], [], set[str]()
    for number, row in enumerate(rows, 1):
        wrong = _wrong_name(row.get("name"), seen)
        if wrong:
            problems.append((f"row {number}", wrong))
            continue
        seen.add(str(row["name"]).strip().casefold())
        employers.append(_employer(row, groups, folder))
    return Book(tuple(employers), groups, tuple(problems))


def _refuse(rows: Sequence[Any], columns: Iterable[str], groups: Iterable[str], book: str) -> None:
    """Raise ``RequestError`` for a table that is no book."""
    if "name" not in columns:
        raise RequestError(
            f"{book}: has no column name; its columns are {', '.join(map(printable, columns)) or 'none'}"
        )
    if not rows:
        raise RequestError(f"{book}: has no employers; give one row each")
    taken = [name for name in groups if name in TAKEN]
    if taken:
        raise RequestError(f"{book}: column {taken[0]} is named as a column of the results; rename it")


def _wrong_name(value: Any, seen: set[str]) -> str:
    """Return why a name cannot be that of an employer and its folder; nothing if it can."""
    name = "" if value is None else str(value).strip()
    if not name:
        return "has no name"
    if name[0] == "." or len(name.encode()) > LONGEST or not name.isprintable() or {*name} & {"/", "\\"}:
        return f"its name cannot be that of a folder: no / and no dot at the beginning, at most {LONGEST} bytes"
    return f"a second employer is named {name}; names differ by more than case" if name.casefold() in seen else ""


def _employer(row: Mapping[str, Any], groups: Iterable[str], folder: Path) -> EmployerRow:
    keys = {name: value for name, value in row.items() if _is_key(name) and value is not None}
    own = row.get("overrides")
    scenario = _text(row.get("scenario"))
    return EmployerRow(
        str(row["name"]).strip(),
        _path(row.get("census"), folder),
        _path(row.get("configuration"), folder),
        scenario,
        {**(dict(by_key(own)) if isinstance(own, Mapping) else {}), **keys},
        tuple(_text(row.get(name)) for name in groups),
    )


def _is_key(column: str) -> bool:
    """Return whether a column is a key of the configuration."""
    return "." in column or column == "random_seed"


def _text(value: Any) -> str | None:
    text = "" if value is None else str(value).strip()
    return text or None


def _path(value: Any, folder: Path) -> Path | None:
    text = _text(value)
    return None if text is None else folder / Path(text).expanduser()
