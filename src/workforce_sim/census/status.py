"""Who is staff: words of a status column, earlier employments, several hire dates."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from workforce_sim.census.values import bad
from workforce_sim.config.census import CensusSection
from workforce_sim.wording import counted

LEFT = "left by status"
SINCE = "employed since"

_STAFF = """
    a act active actv current employed employee e l leave loa lv p s w suspended working regular reg ft pt temp
    temporary seasonal probation probationary hired present rehired rehire yes y 1 true in ok permanent perm intern
    contract casual prn exempt nonexempt fulltime parttime furlough furloughed sabbatical trainee onboarding
    fmla std ltd maternity paternity secondment serving occupied filled perdiem enrolled participating eligible
"""
_LEFT = """
    t term termed terminated trm tm d dead deceased dec died r ret retired retiree q u v x i inactive inact
    resigned resignation separated sep left leaver former ex quit discharged dismissed fired ceased ended closed
    exited gone rif no n 0 false out released redundant withdrawn nonactive notactive departed c canceled
    pensioner retirement death severed onseparationleave terminalleave
"""
_STAFF_WORDS, _LEFT_WORDS = frozenset(_STAFF.split()), frozenset(_LEFT.split())
_LEFT_PART = (
    r"terminat|resign|retire[de]|deceas|\bdied\b|inactive|not active|no longer|ceased|\bformer|dismiss|discharged"
    r"|laid.?off|layoff|\bquit\b|\bleft\b|separat|\bended\b|redundan|reduction in force|\bexited"
    r"|\bfired\b|job abandon|\bterm\b|non-?active|\bex-"
)
_STAFF_PART = (
    r"\bactive|\bleave\b|\bloa\b|employed|current|\bregular|full.?time|part.?time|seasonal|tempor|probation|on duty"
    r"|suspend|furlough|working|per diem|permanent|disability|sabbatical|parental|maternity|military|fmla|non-?exempt"
    r"|\bexempt|paid|rehire|intern"
)

_NO_STATUS = (
    "the status column has no employment status (active, terminated or similar) and is NOT used; "
    "say in census.status_words what its words mean, if it tells who has left"
)


@dataclass(frozen=True)
class Statuses:
    """What a status column says: who has left, where it cannot be told, and whether it is one of employment."""

    left: pl.Series
    unknown: pl.Series
    usable: bool


def read_status(words: pl.Series, told: Mapping[str, str]) -> Statuses:
    """Return what words of employment mean.

    Args:
        words: of the status column; null where there is none.
        told: words that the configuration explains.
    """
    every = words.drop_nulls().unique(maintain_order=True)
    plain = every.str.to_lowercase().str.strip_chars(" .*-")
    known = {word.lower().strip(): meaning for word, meaning in told.items()}
    meanings = [known.get(word) or meaning_of(word) for word in plain]
    letters = plain.str.len_chars().max() == 1
    if letters and {"f", "p"} <= {*plain} and "a" not in {*plain}:
        meanings = [known.get(word) for word in plain]  # full, part, temporary: nothing about having left
    meant = words.replace_strict(every, pl.Series(meanings, dtype=pl.String), default=None, return_dtype=pl.String)
    unknown = words.is_not_null() & meant.is_null()
    return Statuses((meant == "left").fill_null(value=False), unknown, any(meanings) or every.is_empty())


def meaning_of(word: str) -> str | None:
    """Return what a word or letter of a status means: ``staff`` or ``left``; None where it is not known."""
    bare = "".join(letter for letter in word if letter.isalnum())
    if bare in _STAFF_WORDS:
        return "staff"
    if bare in _LEFT_WORDS:
        return "left"
    if word.startswith(("active", "act ", "act-")):
        return "staff"
    left, staff = re.search(_LEFT_PART, word) is not None, re.search(_STAFF_PART, word) is not None
    if left and not (staff and "leave" in word and "terminat" not in word):
        return "left"
    return "staff" if staff and not left else None


def with_status(rows: pl.DataFrame, section: CensusSection) -> tuple[pl.DataFrame, list[str]]:
    """Return rows with ``LEFT``, where there is a status column; and what was decided."""
    if "status" not in rows.columns:
        return rows, []
    found = read_status(rows["status"], section.status_words)
    if not found.usable:
        return rows.drop("status"), [_NO_STATUS]
    return rows.with_columns(found.left.alias(LEFT), found.unknown.alias(bad("status"))), []


def with_service(rows: pl.DataFrame, section: CensusSection, opening: dt.date) -> tuple[pl.DataFrame, list[str]]:
    """Return rows with the hire date that service counts from and, as ``SINCE``, that of the present employment."""
    names = [
        name for name in ("hire_date", "original_hire_date", "service_date", "rehire_date") if name in rows.columns
    ]
    start = pl.lit(opening)
    so_far = [pl.when(pl.col(name) < start).then(pl.col(name)) for name in names]
    since = pl.coalesce(pl.max_horizontal(so_far), pl.col("hire_date"))
    if len(names) == 1:
        return rows.with_columns(since.alias(SINCE)) if "termination_date" in rows.columns else rows, []
    first = pl.min_horizontal(names) if section.service_from == "first" else since
    made = rows.with_columns(since.alias(SINCE), first.alias("hire_date"))
    differ = int((made["hire_date"] != made[SINCE]).sum())
    which = "the first of them" if section.service_from == "first" else "the last of them"
    said = (
        f"{counted(differ, 'row')} with several hire dates ({', '.join(names)}): service counts from {which} "
        "(census.service_from), employment from the last"
    )
    return made, [said] if differ else []
