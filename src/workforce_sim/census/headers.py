"""What the name of a column says: a name, a unit, the form of its dates, the period of its pay.

Names are compared in lower case without anything but letters and digits, with and without what stands in parentheses
and a leading word such as ``employee``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from workforce_sim.wording.terminal import printable

_SHOWN, _LONG = 20, 60
LONGEST = 200
"""Characters of a name that are compared."""

_WHOSE = ("employees", "employee", "participant", "emp", "ee", "worker", "associate", "staff", "member")
_UNITS = ("in", "inpercent", "inusd", "indollars", "usd", "yn")
_PERIODS = (
    ("semimonthly", ("semimonth", "twicemonthly", "bimonth")),
    ("biweekly", ("biweek", "fortnight", "everytwoweeks", "every2weeks")),
    ("monthly", ("month",)),
    ("weekly", ("week",)),
    ("hourly", ("hour", "hrly", "perhr")),
    ("daily", ("daily", "perday", "perdiem")),
    ("annual", ("annual", "year", "perannum")),
)
_DATE_PARTS = {"yyyy": "%Y", "yy": "%y", "mmm": "%b", "mon": "%b", "mm": "%m", "m": "%m", "dd": "%d", "d": "%d"}
_DATE_HINT = re.compile(r"(?<![a-z])(yyyy|yy|mmm|mon|mm|m|dd|d)([-/. ]?)(mmm|mon|mm|m|dd|d)\2(yyyy|yy|dd|d)(?![a-z])")


@lru_cache(4096)
def plain(name: str) -> str:
    """Return a column name in lower case, letters and digits only."""
    return "".join(letter for letter in name[:LONGEST].lower() if letter.isalnum())


@lru_cache(4096)
def forms(column: str) -> frozenset[str]:
    """Return the normalized names that a column may be meant by."""
    name = re.sub(r"_duplicated_\d+$", "", column[:LONGEST])  # the second of two equal headers in a text file
    bare = re.sub(r"\([^)]*\)|\[[^\]]*\]", " ", name)
    dateless = re.sub(r"(?i)[ _]as[ _]of.*$|(?<![0-9a-z])(fy|cy|py)?[ _]?(19|20)[0-9]{2}(?![0-9])", " ", bare)
    wholes = {plain(name), plain(dateless), plain(bare), plain(re.sub(_DATE_HINT, " ", bare.lower()))} - {""}
    wholes |= {whole.removesuffix(unit) for whole in wholes for unit in _UNITS} - {""}
    return frozenset(wholes | {whole.removeprefix(who) for whole in wholes for who in _WHOSE} - {""})


@lru_cache(4096)
def unit(column: str) -> str | None:
    """Return ``percent`` or ``money`` where a name says so."""
    text = column[:LONGEST].lower()
    if "%" in text or re.search(r"pct|percent|prozent", text):
        return "percent"
    return "money" if re.search(r"[$€£]|dollar|amount|(?<![a-z])(usd|amt)(?![a-z])", text) else None


@lru_cache(4096)
def date_hint(column: str) -> str | None:
    """Return the form of dates that a name gives, such as ``(mm/dd/yyyy)``, as strptime has it."""
    found = _DATE_HINT.search(column[:LONGEST].lower())
    if not found:
        return None
    first, mark, second, third = found.groups()
    parts = [_DATE_PARTS[first], _DATE_PARTS[second], _DATE_PARTS[third]]
    return mark.join(parts).replace("%y", "%Y") if len(set(map(str.lower, parts))) == 3 else None


@lru_cache(4096)
def period(column: str) -> str | None:
    """Return what pay under this name is for: ``hourly``, ``monthly`` and so on."""
    text = plain(column)
    return next((period for period, words in _PERIODS if any(word in text for word in words)), None)


def shown(name: str) -> str:
    """Return a name on one line in at most 60 characters: a quotation mark left open takes in rows of the census."""
    first = (name.strip().splitlines() or [""])[0]
    return printable(name if name == first and len(name) <= _LONG else f"{first[: _LONG - 3]}...")


def listed(names: Iterable[str]) -> str:
    """Return names in a row, the first 20 of them."""
    every = list(names)
    more = f" and {len(every) - _SHOWN} more" if len(every) > _SHOWN else ""
    return ", ".join(map(shown, every[:_SHOWN])) + more


def told(names: Sequence[str], every: Iterable[str]) -> str:
    """Return names in a row, or how many there are where one of ``every`` name of the header looks like data."""
    if any(map(looks_like_data, every)):
        return f"{len(names):,} (not named here, as some names look like data)"
    return listed(names)


_DATA = re.compile(
    r"\d{4}-\d\d?-\d\d?.*|\d\d?[/.]\d\d?[/.]\d+.*|\d\d?\W*(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec).*"
    r"|column_\d+|true|false|yes|no|null|nan|n/a"
)
_LETTERS, _YEAR = re.compile(r"[A-Za-z]{3}"), re.compile(r"(?<![^\s_])(19|20)\d\d(?![^\s_])")


def looks_like_data(column: str) -> bool:
    """Tell whether a name, or a part of one where another separator is used, is rather a value of somebody."""
    return any(map(_is_data, re.split(r"[,;|\t\n]", column[: 10 * LONGEST])))


def _is_data(part: str) -> bool:
    bare = _DATE_HINT.sub("", part)
    bare = bare if _LETTERS.search(bare) is None else _YEAR.sub("", bare)  # pay of a year, by name
    digits, letters = (sum(map(is_one, bare)) for is_one in (str.isdigit, str.isalpha))
    return digits > letters or "@" in bare or bool(_DATA.fullmatch(bare.strip().lower()))
