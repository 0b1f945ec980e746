"""Which column of a census is which: recognized names, the mapping of the configuration, and columns never read.

A better name beats a worse one; among equal names the values decide; nothing optional blocks a file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import polars as pl

from workforce_sim.census.fields import BY_NAME, FIELDS, REDUCED, Field, recognised
from workforce_sim.census.headers import forms, listed, looks_like_data, plain, shown, told, unit
from workforce_sim.census.likeness import (
    fits,
    in_dollars,
    is_blank,
    like_names,
    like_numbers_of_people,
    like_status,
    tells_of_work,
)
from workforce_sim.census.periods import pay_of_a_period
from workforce_sim.census.personal import PERSONAL, PERSONAL_FULL, PERSONAL_KEYS, PERSONAL_PARTS
from workforce_sim.errors import CensusError

_LIKE = 0.6
_TELLING = re.compile(
    r"^(?!determin|marital)(.*term(inat|date|dt|reason|code)|term$|.*separat|.*leav|.*exit|.*retire|.*death|.*resign"
    r"|.*status"
    r"|.*end$|.*enddate$|.*hours|.*hrs$|fte|.*fulltime|.*parttime|.*basis|.*frequency|.*inactive|.*rehire)"
)
_OF_DEFERRALS = re.compile(r".*(deferral|pretax|roth|401k)(?!.*balance)")
_Found = dict[str, list[str]]


@dataclass(frozen=True)
class CensusColumns:
    """The columns of one census.

    Attributes:
        used: field name to column name.
        identity: personal columns that pseudonyms are made from, where nothing else tells people apart.
        personal: columns that are never read.
        ignored: columns that nothing is known about.
        doubts: what a person should look at, a sentence each.
    """

    used: dict[str, str]
    identity: tuple[str, ...]
    personal: tuple[str, ...]
    ignored: tuple[str, ...]
    doubts: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What was not read, in words."""
        said = (("dropped as personal", self.personal), ("not used", self.ignored))
        every = (*self.used.values(), *self.personal, *self.ignored)
        return (*self.doubts, *(f"columns {how}: {told(columns, every)}" for how, columns in said if columns))


def find_columns(sample: pl.DataFrame, mapping: Mapping[str, str], source: str) -> CensusColumns:
    """Tell which column holds what.

    Args:
        sample: the first rows of the census.
        mapping: ``census.columns`` of the configuration: our name to the census's; overrides what is recognized.
        source: how messages call the census.

    Raises:
        CensusError: when a required column is missing, two look like the same thing, or a mapped one is not there.
    """
    columns = sample.columns
    free = [column for column in columns if column not in mapping.values()]
    numbered = [column for column in free if like_numbers_of_people(sample[column])]
    personal = [column for column in free if column in numbered or _is_personal(column)]
    found = _recognised([column for column in free if column not in personal], set(mapping), sample)
    personal += [column for column in found.get("employee_id", []) if like_names(sample[column], vague=False)]
    identity = _identity(found, mapping, personal, numbered, sample)
    if identity or "employee_id" in mapping:
        found.pop("employee_id", None)
    for other in ("original_hire_date", "service_date"):
        if "hire_date" not in {*found, *mapping} and other in found:
            found["hire_date"] = found.pop(other)
    chosen, doubts = _chosen(found, sample)
    used = dict(mapping) | {name: matches[0] for name, matches in chosen.items()}
    used |= {"employee_id": identity[0]} if identity else {}
    problems = [
        *_not_there(columns, mapping, used),
        *_twofold(chosen),
        *_missing(columns, used, [name for name in personal if name not in identity], sample),
    ]
    if problems:
        raise CensusError("\n".join(f"{source}: {problem}" for problem in problems))
    return _told(sample, used, identity, personal, doubts)


def _told(
    sample: pl.DataFrame, used: dict[str, str], identity: Sequence[str], personal: Sequence[str], doubts: Sequence[str]
) -> CensusColumns:
    taken = {*used.values(), *identity}
    dropped = tuple(column for column in personal if column not in taken)
    ignored = tuple(column for column in sample.columns if column not in {*taken, *dropped})
    known = not {"deferral_rate", "deferral_amount"}.isdisjoint(used)
    patterns = (_TELLING,) if known else (_TELLING, _OF_DEFERRALS)
    telling = [c for c in ignored if not is_blank(sample[c]) and (_is_telling(c, patterns) or tells_of_work(sample[c]))]
    loud = (
        "columns NOT used, which may hold terminations, hours, deferrals or pay periods: "
        f"{told(telling, sample.columns)}; if they matter, name them in census.columns"
    )
    return CensusColumns(used, tuple(identity), dropped, ignored, (*doubts, *([loud] if telling else [])))


def _is_telling(column: str, patterns: Sequence[re.Pattern[str]]) -> bool:
    return any(pattern.match(form) for pattern in patterns for form in forms(column))


def _is_personal(column: str) -> bool:
    return not forms(column).isdisjoint(PERSONAL)


def _recognised(columns: Sequence[str], mapped: set[str], sample: pl.DataFrame) -> _Found:
    """Return the columns recognized for each field that is not mapped and has any: those of the best name alone."""
    ranked: dict[str, list[tuple[int, str]]] = {}
    for column in columns:
        best = _best(column, sample)
        if best and best[0] not in mapped:
            ranked.setdefault(best[0], []).append((best[1], column))
    return {name: [column for rank, column in some if rank == min(some)[0]] for name, some in ranked.items()}


def _best(column: str, sample: pl.DataFrame) -> tuple[str, int] | None:
    """Return the field of a column and how good its name is; its whole name counts before a part of it."""
    every = recognised()
    known = [(form != plain(column), every[form][1], every[form][0]) for form in forms(column) if form in every]
    if not known:
        return ("annual_salary", 3) if pay_of_a_period(column) else None
    _, rank, name = min(known)
    return _in_its_unit(name, rank, column, sample[column]), rank


def _in_its_unit(name: str, rank: int, column: str, values: pl.Series) -> str:
    """Return the field that holds the same as a rate or in dollars, where the name or the values say so."""
    if name == "active" and like_status(values):
        return "status"
    if rank == 0:
        return name
    said = unit(column)
    if name in REDUCED and (said == "money" or (said is None and in_dollars(values))):
        return REDUCED[name]
    rates = {amount: rate for rate, amount in REDUCED.items()}
    return rates[name] if name in rates and said == "percent" else name


# --- who is who -------------------------------------------------------------------------------------------------------


def _identity(
    found: _Found, mapping: Mapping[str, str], personal: Sequence[str], numbered: Sequence[str], sample: pl.DataFrame
) -> tuple[str, ...]:
    """Return the personal columns that stand for ids; nothing where the census has ids."""
    mapped = mapping.get("employee_id")
    if mapped is not None:
        given = mapped in sample.columns and (_is_personal(mapped) or _like_persons(mapped, sample))
        return (mapped,) if given else ()
    candidates = found.get("employee_id", [])
    ids = [column for column in candidates if not _like_persons(column, sample) and not is_blank(sample[column])]
    if ids:
        found["employee_id"] = ids
        return ()
    filled = [column for column in personal if not is_blank(sample[column])]
    numbers = [column for column in filled if column in numbered or not forms(column).isdisjoint(PERSONAL_KEYS)]
    whole = [column for column in filled if not forms(column).isdisjoint(PERSONAL_FULL)]
    named = [column for column in candidates if _like_persons(column, sample)]
    parts = tuple(sorted((c for c in filled if not forms(c).isdisjoint(PERSONAL_PARTS)), key=plain))
    return (*numbers[:1],) or (*named[:1],) or (*whole[:1],) or (parts if len(parts) > 1 else ())


def _like_persons(column: str, sample: pl.DataFrame) -> bool:
    return like_numbers_of_people(sample[column]) or like_names(sample[column], vague=plain(column) in _WHO)


_WHO = ("employee", "ee", "emp", "worker", "staff", "personnel", "participant", "member", "associate", "person")
"""Names of columns that hold names as often as numbers."""


# --- among several ----------------------------------------------------------------------------------------------------


def _chosen(found: _Found, sample: pl.DataFrame) -> tuple[_Found, list[str]]:
    """Return the columns of each field that are still meant, and what was decided where nothing was clear."""
    chosen, doubts = {}, []
    for name, matches in found.items():
        field = BY_NAME[name]
        left = [column for column in matches if fits(field.kind, sample[column])] or matches
        if len(left) > 1 and (not field.required or name == "employee_id"):
            doubts.append(f"columns {' and '.join(map(shown, left[:20]))} look like {name}; {shown(left[0])} is used")
            left = left[:1]
        chosen[name] = left
    return chosen, doubts


def _not_there(columns: Sequence[str], mapping: Mapping[str, str], used: Mapping[str, str]) -> list[str]:
    known = any(column in columns for column in used.values())
    absent = [(name, column) for name, column in mapping.items() if column not in columns]
    return [
        f"census.columns maps {name} to {shown(column)}, which is not there{_shown(columns, known=known)}"
        for name, column in absent
    ]


def _twofold(found: Mapping[str, list[str]]) -> list[str]:
    twice = [(name, matches) for name, matches in found.items() if len(matches) > 1]
    return [
        f"columns {' and '.join(map(shown, matches[:20]))} look like {name}; say which in census.columns, "
        f"for example {{{name}: {shown(matches[0])}}}"
        for name, matches in twice
    ]


def _missing(
    columns: Sequence[str], used: Mapping[str, str], personal: Sequence[str], sample: pl.DataFrame
) -> Iterator[str]:
    if not used and any(map(looks_like_data, columns)):
        yield "the column names look like data; put one line of names before the data"
        return
    if not used:
        absent = ", ".join(f"no column for {field.name}" for field in FIELDS if field.required)
        dropped = f"; {len(personal)} dropped as personal" if personal else ""
        yield f"{absent}{_shown(columns, known=False)}{dropped}; name them in census.columns"
        return
    has = {*used, *(["annual_salary"] if "hourly_rate" in used else [])}
    dropped = f"; dropped as personal: {told(personal, columns)}" if personal else ""
    hidden = any(map(looks_like_data, columns))
    known = _surely({name: column for name, column in used.items() if column in columns})
    left = [
        column for column in columns if known and not hidden and column not in used.values() and column not in personal
    ]
    for field in FIELDS:
        if field.required and field.name not in has:
            advice = _advice(field, _nearest(field, left, sample))
            yield f"no column for {field.name}{_shown(columns, known=known)}{dropped}; {advice}"


def _surely(used: Mapping[str, str]) -> bool:
    """Tell whether a line is one of names, rather than a row of data in which one word is a name by chance."""
    return len(used) > 1 or any(BY_NAME[name].required for name in used)


def _shown(columns: Sequence[str], *, known: bool) -> str:
    """Return the columns found, or how many there are where the names may be a row of data."""
    if any(map(looks_like_data, columns)):
        return f"; {len(columns):,} columns found, some with names that look like data"
    if not known:
        return f"; {len(columns):,} columns found, none with the name of a census column"
    return f"; columns found: {listed(columns)}"


def _nearest(field: Field, columns: Sequence[str], sample: pl.DataFrame) -> list[str]:
    """Return up to three columns whose values fit the field and whose names come nearest to it."""
    names = [name for name, rank in field.ranks.items() if rank < 2]
    scores = {column: max(_likeness(plain(column), name) for name in names) for column in columns}
    near = sorted((column for column in columns if scores[column] >= _LIKE), key=lambda column: -scores[column])
    return [column for column in near[:20] if fits(field.kind, sample[column])][:3]


def _likeness(column: str, name: str) -> float:
    """Return how alike two names are, 0 to 1; 0 for those that a quick look tells apart."""
    match = SequenceMatcher(None, column, name)
    return match.ratio() if match.real_quick_ratio() >= _LIKE and match.quick_ratio() >= _LIKE else 0.0


def _advice(field: Field, nearest: list[str]) -> str:
    if not nearest:
        return f"name it in census.columns, for example {{{field.name}: its column}}"
    example = f"{{{field.name}: {shown(nearest[0])}}}"
    return f"nearest: {listed(nearest)}; if one of them is meant, say so in census.columns, for example {example}"
