"""Arguments of the documented functions, held against what the document says of them."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from workforce_sim.errors import RequestError
from workforce_sim.errors.asked import whole

MOST = 2**31 - 1  # workers, and rows of a batch


def number_of(name: str, value: Any, least: int | None = None) -> int:
    """Return a whole number; ``ValueError`` for anything else, and where there is a least, for what is out of range."""
    number = whole(value)
    if number is None:
        raise RequestError(f"{name} must be a whole number (got {value!r:.40})")
    if least is not None and not least <= number <= MOST:
        raise RequestError(f"{name} must be {least} or more, at most {MOST:,} (got {number})")
    return number


def years_of(start_year: Any, end_year: Any) -> tuple[int, int]:
    """Return first and last year; ``ValueError`` unless they are whole numbers in order."""
    start, end = number_of("start_year", start_year), number_of("end_year", end_year)
    if end < start:
        raise RequestError(f"end_year must not be before start_year (got {start} to {end})")
    return start, end


def flag_of(name: str, value: Any) -> bool:
    """Return a truth value, of Python or NumPy; ``ValueError`` for anything else, such as the text "false"."""
    if not isinstance(value, (bool, np.bool_)):
        raise ValueError(f"{name} must be True or False (got {value!r:.40})")
    return bool(value)


def check_path(config_path: Any) -> None:
    """Raise ``ValueError`` for what is no path; whether there is such a file is seen when it is read."""
    if config_path is not None and not isinstance(config_path, (str, os.PathLike)):
        what = type(config_path).__name__
        raise ValueError(f"config_path must be the path of a file, as text or as a Path (got {what})")
