"""Ids: text as it is written; names and Social Security numbers become keyed pseudonyms."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence

import polars as pl

from workforce_sim.census.keyed import LEAST_KEY, pseudonym
from workforce_sim.census.likeness import is_text
from workforce_sim.census.values import LONGEST, MISSING, Values, begun, falses, is_missing
from workforce_sim.census.words import whole_numbers
from workforce_sim.errors import CensusError
from workforce_sim.wording import counted

_SHIELDED = r"^(?:=\"([0-9A-Za-z-]+)\"|'([0-9]+))$"
"""Ids as spreadsheets keep their zeros: ="0012" or '0012."""


def read_ids(column: pl.Series, prefix: str | None) -> Values:
    """Read ids: stripped text, leading zeros kept, or whole numbers; words for nothing are none."""
    found = whole_numbers(column) if not is_text(column.dtype) else _texts(column)
    return found if not prefix else Values(prefix + found.values, found.bad)


def _texts(column: pl.Series) -> Values:
    text = begun(column)
    if text.str.contains(_SHIELDED).any():
        text = text.str.replace(_SHIELDED, "$1$2")
    missing = is_missing(text, MISSING)
    values = pl.select(pl.when(~missing).then(text)).to_series() if missing.any() else text
    return Values(values, falses(column))


def pseudonymous(columns: Sequence[pl.Series], beside: pl.Series | None, variable: str | None, source: str) -> Values:
    """Return pseudonyms for people told apart by names or Social Security numbers.

    Args:
        columns: what names somebody.
        beside: hire dates, which tell two people of one name apart; None where one number does.
        variable: the environment variable that holds the key; a key is made from the census where it is left out.
        source: how messages call the census.
    """
    texts = [_normal(column) for column in columns]
    parts = texts if beside is None else [*texts, beside.cast(pl.String).fill_null("")]
    joined = pl.DataFrame([part.alias(str(i)) for i, part in enumerate(parts)])
    whole = joined.select(pl.concat_str(pl.all().fill_null(""), separator="\x1f")).to_series()
    given = pl.DataFrame([text.alias(str(i)) for i, text in enumerate(texts)]).select(
        pl.any_horizontal(pl.all().is_not_null())
    )
    people = pl.select(pl.when(given.to_series()).then(whole)).to_series()
    known = people.drop_nulls().unique().sort()
    key, said = _key(known, variable, source)
    named = pl.Series([pseudonym(key, person) for person in known], dtype=pl.String)
    values = people.replace_strict(known, named, default=None, return_dtype=pl.String)
    what = "names and hire dates" if beside is not None else "Social Security numbers"
    note = f"employee_id: {counted(len(known), 'pseudonym')} in place of {what}, {said}"
    return Values(values, falses(people), form="pseudonyms", notes=(note,))


def _normal(column: pl.Series) -> pl.Series:
    """Return texts alike for one person: no case, no marks in numbers, single spaces."""
    text = column.cast(pl.String).str.slice(0, LONGEST)
    lower = text.str.to_lowercase().str.replace_all(r"\s+", " ").str.strip_chars()
    bare = lower.str.replace(r"^(?:ssn)?[ :#-]*([0-9]{3})[- ]?([0-9]{2})[- ]?([0-9]{4})$", "$1$2$3")
    missing = is_missing(bare)
    return pl.select(pl.when(~missing).then(bare)).to_series()


def _key(people: pl.Series, variable: str | None, source: str) -> tuple[bytes, str]:
    """Return the key of pseudonyms, and what to say of it."""
    if variable is None:
        digest = hashlib.sha256("\n".join(people).encode()).digest()
        return digest, (
            "with a key made from the census itself: another file gives the same people other ids, "
            "unless census.pseudonym_key names the variable of one key"
        )
    key = os.environ.get(variable, "").encode()
    if len(key) < LEAST_KEY:
        raise CensusError(
            f"{source}: the environment variable of census.pseudonym_key has {len(key)} bytes, it needs at least "
            f"{LEAST_KEY}; make one with: openssl rand -hex 32"
        )
    return key, "with the key of census.pseudonym_key"
