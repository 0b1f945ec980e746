"""One column of a census as it was read, and what all kinds of values share."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

LONGEST = 200
"""Most characters of an id, and bytes of a date, number or flag, that are read."""

_NOTHING = ("", "n/a", "#n/a", "nan", "nat", "null", "none", "nil", "-", "--", "---", ".", "?", "<na>")
_UNKNOWN = ("unknown", "unk", "tbd", "missing", "not available", "blank")
_ERRORS = ("#ref!", "#value!", "#name?", "#num!", "#div/0!", "#null!")
NAMELESS = (*_NOTHING, *_UNKNOWN, *_ERRORS)
"""Words for nothing, in lower case, of departments; of levels also ``na``."""

MISSING = (*NAMELESS, "na", "$-", "$ -")
"""Words for nothing, in lower case, of all else."""

_LONGEST_WORD = max(map(len, MISSING))


@dataclass(frozen=True)
class Values:
    """A column as it was read.

    Attributes:
        values: in our type; null where there is none.
        bad: where something is given that cannot be read.
        form: how it was read, for people.
        format: of dates, as the configuration has it; nothing where it has none.
        notes: what was decided.
        questions: what only the user can decide.
        void: where a placeholder stands for nothing.
        either: whether dates fit two orders.
    """

    values: pl.Series
    bad: pl.Series
    form: str = ""
    format: str = ""
    notes: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    void: pl.Series | None = None
    either: bool = False


def bad(name: str) -> str:
    """Return the name of the flag for what cannot be read in a field."""
    return f"bad {name}"


def void(name: str) -> str:
    """Return the name of the flag for a placeholder in a field."""
    return f"void {name}"


def begun(values: pl.Series) -> pl.Series:
    """Return texts stripped, without what stands beyond the longest that is read and one character of it."""
    text = values.cast(pl.String)
    longest = text.str.len_bytes().max()
    short = longest is None or (isinstance(longest, int) and longest <= LONGEST)
    return (text if short else text.str.slice(0, LONGEST + 1)).str.strip_chars()


def too_long(values: pl.Series) -> pl.Series:
    """Tell which texts are longer than is read."""
    return (values.str.len_bytes() > LONGEST).fill_null(value=False)


def is_missing(text: pl.Series, words: tuple[str, ...] = MISSING) -> pl.Series:
    """Tell which texts stand for nothing."""
    short = text.str.len_bytes() <= _LONGEST_WORD
    if not short.any() and not text.null_count():
        return short.fill_null(value=True)
    return (short & text.str.to_lowercase().is_in(words)).fill_null(value=True)


def falses(like: pl.Series) -> pl.Series:
    """Return a flag that is nowhere true."""
    return pl.repeat(value=False, n=len(like), dtype=pl.Boolean, eager=True)
