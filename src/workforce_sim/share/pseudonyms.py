"""Pseudonyms for ids.

A pseudonym is the keyed hash of an id: without the key nobody can tell whose it is or make the same one, with it the
same person has the same one in every table and run. Birth dates, hire dates and pay can still tell who somebody is.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import overload

import polars as pl

from workforce_sim.census.keyed import LEAST_KEY, pseudonym
from workforce_sim.errors import RequestError
from workforce_sim.result.result import Result
from workforce_sim.store.header import Origin
from workforce_sim.store.reading import Stored
from workforce_sim.tables.output import Tables
from workforce_sim.wording import counted

MOST_KEY = 1 << 16
ID = "employee_id"
_ORDER = ("replicate", "year", ID, "effective_date", "event_type")

KeySource = Path | str
"""Where a key is: a ``Path`` is a file, text is the name of an environment variable."""


@overload
def pseudonyms(data: pl.DataFrame, key: KeySource) -> pl.DataFrame: ...


@overload
def pseudonyms(data: Result, key: KeySource) -> Result: ...


def pseudonyms(data: pl.DataFrame | Result, key: KeySource) -> pl.DataFrame | Result:
    """Put keyed pseudonyms in place of employee ids: ``P-`` and 32 digits of HMAC-SHA256(key, id).

    Args:
        data: a frame with a column ``employee_id``, or a result: its events, snapshots and opening.
        key: a ``Path`` to the file that holds the key, or the name of the environment variable that does; at least 16
            bytes, one line end after it is not part of it. The key itself is no argument, and is kept nowhere.

    Returns:
        The same with other ids, rows in the order of the pseudonyms, as the order of the ids would tell them; of a
        result a new one in memory.

    Raises:
        RequestError: when there is no key, or it is too short; when the frame has no ``employee_id``; when two ids get
            one pseudonym.
    """
    secret = _secret(key)
    if isinstance(data, pl.DataFrame):
        return with_pseudonyms(data, secret)
    tables = Tables(with_pseudonyms(data.events, secret), with_pseudonyms(data.snapshots, secret), data.summary)
    opening = None if data.opening is None else with_pseudonyms(data.opening, secret)
    known = data.tables.header if isinstance(data.tables, Stored) else data.origin
    origin = Origin(known.replicate, known.engine, source=known.source)
    return replace(data, tables=tables, opening=opening, origin=origin)


def with_pseudonyms(frame: pl.DataFrame, secret: bytes) -> pl.DataFrame:
    """Return a frame with pseudonyms in place of its ids."""
    if ID not in frame.columns:
        raise RequestError(f"the table has no column {ID}; there are no ids to replace")
    ids = frame[ID].cast(pl.String)
    known = ids.drop_nulls().unique()
    named = pl.Series(ID, [pseudonym(secret, text) for text in known], dtype=pl.String)
    alike = len(named) - named.n_unique()
    if alike:
        raise RequestError(f"{counted(alike, 'pseudonym')} would stand for two employees; use another key")
    replaced = frame.with_columns(ids.replace_strict(known, named, return_dtype=pl.String).alias(ID))
    return replaced.sort([name for name in _ORDER if name in frame.columns], maintain_order=True)


def _secret(source: KeySource) -> bytes:
    """Return a key; no message says what it or the environment variable asked for is."""
    found, where = (_of_file(source), str(source)) if isinstance(source, Path) else (_of_environment(source), _VARIABLE)
    secret = found.removesuffix(b"\n").removesuffix(b"\r")
    if len(secret) < LEAST_KEY:
        raise RequestError(f"{where}: the key has {len(secret)} bytes, it needs at least {LEAST_KEY}; {_HOW}")
    return secret


_VARIABLE = "the environment variable of the key"
_HOW = "make one with: openssl rand -hex 32"


def _of_environment(name: str) -> bytes:
    found = os.environ.get(name)
    if found is None:
        raise RequestError(
            "no environment variable has the name given for the key; give its name, never the key itself, or a file "
            "(--key-file, in Python a pathlib.Path)"
        )
    return os.fsencode(found)


def _of_file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            found = file.read(MOST_KEY + 1)
    except OSError as error:
        raise RequestError(f"{path}: the key cannot be read ({error.strerror})") from None
    if len(found) > MOST_KEY:
        raise RequestError(f"{path}: longer than {MOST_KEY:,} bytes; that is no key")
    return found
