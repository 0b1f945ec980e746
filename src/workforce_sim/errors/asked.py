"""What a caller asks with: whole numbers, each with its range, and measures; said here once for all."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from itertools import islice
from typing import Any

import numpy as np

from workforce_sim.errors import RequestError

LAST_REPLICATE = 2**31 - 1
MOST_REPLICATES = 1_000_000
"""Of one ensemble; their summaries are held in memory."""


def whole(value: Any) -> int | None:
    """Return a whole number, of Python or NumPy, as an ``int``; None for anything else, truth values included."""
    if isinstance(value, (bool, np.bool_)):
        return None
    try:
        return operator.index(value)
    except TypeError:
        return None


def within(name: str, value: Any, least: int, most: int) -> int:
    """Return a whole number in a range.

    Raises:
        RequestError: for anything else, ``True`` and ``1.0`` included.
    """
    number = whole(value)
    if number is None or not least <= number <= most:
        raise RequestError(f"{name} must be a whole number from {least:,} to {most:,} (got {value!r:.40})")
    return number


def replicate(value: Any) -> int:
    """Return the number of a replicate."""
    return within("replicate", value, 0, LAST_REPLICATE)


def replicates(asked: Any) -> list[int]:
    """Return the numbers of the replicates of an ensemble: so many from 0, or those that are given.

    Raises:
        RequestError: for none, too many, or what is no number of a replicate.
    """
    count = whole(asked)
    found = numbers(asked) if count is None else range(count) if 1 <= count <= MOST_REPLICATES else []
    if found is None or not 1 <= len(found) <= MOST_REPLICATES:
        what = f"1 or more, at most {MOST_REPLICATES:,}, or their numbers, from 0 to {LAST_REPLICATE:,}"
        raise RequestError(f"replicates must be {what} (got {asked!r:.40})")
    return list(found)


def numbers(asked: Any) -> list[int] | None:
    """Return numbers of replicates, each once, in order; None where any is none."""
    if isinstance(asked, (str, bytes)) or not isinstance(asked, Iterable):
        return None
    found = {whole(value) for value in islice(asked, MOST_REPLICATES + 1)}
    known = sorted(number for number in found if number is not None and 0 <= number <= LAST_REPLICATE)
    return known if len(known) == len(found) else None


SHORT = {"headcount": "headcount_closing", "participation": "participation_rate", "deferrals": "deferral_cents"}
"""What people say for a measure that has a longer name."""


def measure_name(asked: str, known: Sequence[str], what: str = "measure") -> str:
    """Return the full name of a measure; ``_cents`` may be left out.

    Args:
        asked: the name given.
        known: names of the measures that there are.
        what: which argument it was given for.

    Raises:
        RequestError: when there is none, with those whose names are near.
    """
    found = next((name for name in (asked, f"{asked}_cents", SHORT.get(asked)) if name in known), None)
    if found is not None:
        return found
    short = [name.removesuffix("_cents") for name in known]
    near = [name for name in short if str(asked) in name] or get_close_matches(str(asked)[:100], short, 3, 0.5)
    hint = f"did you mean {' or '.join(near[:3])}? " if near and asked else ""
    raise RequestError(f"{what}: no measure is named {asked!r:.40}; {hint}there are {', '.join(short)}")
