"""Dates as they are written: one form per column, found from the whole column.

Years before 1900 are not read, but of dates written YYYY-MM-DD, which rules judge. A year of two digits is the latest
that fits the field. Placeholders, such as 1900-01-01, are no dates.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace

import polars as pl

from workforce_sim.census.headers import date_hint, shown
from workforce_sim.census.likeness import is_text
from workforce_sim.census.values import Values, begun, falses, is_missing, too_long
from workforce_sim.wording import counted

ISO = "%Y-%m-%d"
_TIME = (
    r"(?i)[T ] ?[0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)? ?([ap]\.?m\.?)?"
    r" ?(Z|UTC|GMT|[A-Z]{3,4}|[+-][0-9]{2}(:?[0-9]{2})?)?( ?\[?[A-Z][a-z]+/[A-Za-z_]+\]?)?$"
)
_SHORT_YEAR = (
    r"^([0-9]{1,2}[-/. ](?:[0-9]{1,2}|[A-Za-z]{3,9})[-/. ,]+|[A-Za-z]{3,9}[. ]+[0-9]{1,2},? +|[0-9]{1,2}[A-Za-z]{3})"
    r"([0-9]{2})$"
)
_NOTHING = (
    r"^(0000[-/.]?00[-/.]?00|00?[-/.]00?[-/.]0000|00?[-/.]00?[-/.]00|0+|1/0/(19)?00|1900-01-00|9999-99-99|99/99/9999)$"
)
_VOID = (dt.date(1900, 1, 1), dt.date(1899, 12, 30), dt.date(1899, 12, 31), dt.date(1753, 1, 1), dt.date(2999, 12, 31))
_NO_END = (*_VOID, dt.date(1, 1, 1))
_LAST_BUT, _LAST = dt.date(9999, 1, 1), dt.date(9999, 12, 31)
_PRESENT = ("present", "current", "active", "ongoing", "now", "open", "none yet")
_FIRST_YEAR, _LAST_YEAR = dt.date(1900, 1, 1), dt.date(2200, 1, 1)
_SERIAL_ZERO = dt.date(1899, 12, 30)
_WORDS = {"%Y": "yyyy", "%m": "mm", "%d": "dd", "%b": "mon", "%B": "month"}
_MOST_TOLD = 3


@dataclass(frozen=True)
class _Form:
    """A way to write a date: how texts of it look, and what reads them."""

    shape: str
    read: str
    order: str = ""

    @property
    def told(self) -> str:
        """What the configuration may say of it."""
        return "" if self.read in (ISO, "serial") or "%B" in self.read else self.read

    @property
    def words(self) -> str:
        return "YYYY-MM-DD" if self.read == ISO else in_words(self.read)


def _marked(mark: str) -> list[_Form]:
    shape = f"^[0-9]{{1,2}}{re.escape(mark)}[0-9]{{1,2}}{re.escape(mark)}[0-9]{{4}}$"
    two = [_Form(shape, f"%m{mark}%d{mark}%Y", "month"), _Form(shape, f"%d{mark}%m{mark}%Y", "day")]
    return two[::-1] if mark == "." else two


_SERIAL = _Form(r"^[0-9]{5}(\.[0-9]+)?$", "serial")
_FORMS = (
    *(_Form(f"^[0-9]{{4}}{re.escape(m)}[0-9]{{1,2}}{re.escape(m)}[0-9]{{1,2}}$", f"%Y{m}%m{m}%d") for m in "-/."),
    *(form for mark in ("/", "-", ".", " ") for form in _marked(mark)),
    _Form(r"^[0-9]{8}$", "%Y%m%d"),
    _Form(r"^[0-9]{8}$", "%m%d%Y", "month"),
    _Form(r"^[0-9]{8}$", "%d%m%Y", "day"),
    _SERIAL,
    _Form(r"^[0-9]{1,2} [A-Za-z]{3,9} [0-9]{4}$", "%d %B %Y"),
    _Form(r"^[A-Za-z]{3,9} [0-9]{1,2} [0-9]{4}$", "%B %d %Y"),
    _Form(r"^[0-9]{4} [A-Za-z]{3,9} [0-9]{1,2}$", "%Y %B %d"),
    _Form(r"^[0-9]{1,2}[A-Za-z]{3}[0-9]{4}$", "%d%b%Y"),
)


def in_words(form: str) -> str:
    """Return a form as people write it: ``mm/dd/yyyy``."""
    if form == "serial":
        return "days of a workbook"
    return re.sub("%[A-Za-z]", lambda part: _WORDS.get(part[0], part[0]), form)


def latest(name: str, start_year: int) -> dt.date:
    """Return the latest date that a year of two digits may mean."""
    ahead = {"birth_date": -14, "termination_date": 10}.get(name, 1)
    return dt.date(start_year + ahead, 12, 31)


def read_dates(
    column: pl.Series, name: str, start_year: int, told: str | None = None, *, day_first: bool = False
) -> Values:
    """Read a column of dates.

    Args:
        column: as the census has it, under its own name.
        name: the field.
        start_year: of the run; years of two digits lie around it.
        told: form that the configuration gives.
        day_first: whether the other columns show the day first.
    """
    if column.dtype == pl.Date or isinstance(column.dtype, pl.Datetime):
        return _voided(column.dt.date() if column.dtype != pl.Date else column, falses(column), name, "dates")
    text = begun(column) if is_text(column.dtype) else _of_numbers(column)
    long = too_long(text)
    lacks = is_missing(text)
    if name == "termination_date":
        lacks |= text.str.to_lowercase().is_in(_PRESENT).fill_null(value=False)
    given = ~lacks & ~long
    if told is None:
        quick = _iso(text)
        if not (given & quick.is_null()).any():
            return _voided(quick, long, name, "YYYY-MM-DD")
    return _found(text, given, long, name, start_year, told or "", date_hint(column.name), day_first)


def _of_numbers(column: pl.Series) -> pl.Series:
    """Return numbers, such as 43831 or 20240131, as text."""
    whole = column.cast(pl.Float64).fill_nan(None).cast(pl.Int64, strict=False)
    return whole.cast(pl.String) if column.dtype.is_numeric() else column.cast(pl.String)


def _iso(text: pl.Series) -> pl.Series:
    read = text.str.to_date(ISO, strict=False)
    return (
        read
        if text.str.contains(r"^[0-9]{4}-").all()
        else pl.select(pl.when(text.str.contains(r"^[0-9]{4}-")).then(read)).to_series()
    )


def _found(
    text: pl.Series,
    given: pl.Series,
    long: pl.Series,
    name: str,
    start_year: int,
    told: str,
    hint: str | None,
    day_first: bool,
) -> Values:
    """Read texts in the form that fits most of them, each different text once."""
    every = text.filter(given).unique(maintain_order=True)
    nothing = every.str.contains(_NOTHING)
    texts = every.filter(~nothing)
    limit = latest(name, start_year)
    tidy, short = _tidy(texts, told)
    dates, chosen, either = _best(tidy, short, limit, told, hint, day_first)
    dates = _past(dates, short, limit)
    known = pl.Series(dates).rename("date")
    read = text.replace_strict(texts, known, default=None, return_dtype=pl.Date)
    empty = given & text.is_in(every.filter(nothing).implode())
    bad = long | (given & read.is_null() & ~empty)
    form = told or (chosen.words if chosen else "YYYY-MM-DD")
    found = _voided(read, bad, name, form, empty)
    notes = [*found.notes]
    if not told and form != "YYYY-MM-DD":
        notes.append(_read_as(name, form, either))
    years = int((short & dates.is_not_null()).sum())
    if years:
        notes.append(f"{name}: years of two digits read as the latest that fit, none after {limit}")
    return replace(found, format=told or (chosen.told if chosen else ""), notes=tuple(notes), either=either)


def _read_as(name: str, form: str, either: bool) -> str:
    if not either:
        return f"{name} read as {form}"
    order = "month" if form.startswith("m") else "day"
    return (
        f"{name} read as {form}, {order} first; every date fits the other order too: "
        f"if that is meant, set census.date_format for {name}"
    )


def _tidy(texts: pl.Series, told: str) -> tuple[pl.Series, pl.Series]:
    """Return texts without times, names of months apart by a space, years in four digits; and whose had two."""
    bare = texts if re.search("%[HIMSTRpfzZ]", told) else texts.str.replace(_TIME, "")
    short = bare.str.contains(_SHORT_YEAR).fill_null(value=False)
    if told and not re.search(r"%[mdbBej][-/. ,]*%[yY]$", told):
        short &= False
    years = bare.str.replace(_SHORT_YEAR, "${1}20${2}") if short.any() else bare
    if told:
        return years, short
    months = years.str.replace(r"(?i)\bsept\b", "Sep")
    lettered = months.str.contains(r"[A-Za-z]{3}").fill_null(value=False)
    spaced = months.str.replace_all(r"[-/., ]+", " ")
    return pl.select(pl.when(lettered).then(spaced).otherwise(months)).to_series(), short


def _best(
    tidy: pl.Series, short: pl.Series, limit: dt.date, told: str, hint: str | None, day_first: bool
) -> tuple[pl.Series, _Form | None, bool]:
    """Return the dates in the form that reads most, that form, and whether the other order reads all too."""
    if told:
        read = told.replace("%y", "%Y") if short.any() and short.all() else told
        return _within(tidy, read, strict=told != ISO), None, False
    shapes = [form for form in _FORMS if tidy.str.contains(form.shape).any()]
    tried = {form: _within(tidy, form.read, strict=form.read != ISO, shape=form.shape) for form in shapes}
    if not tried:
        return pl.Series(tidy.name, [None] * len(tidy), dtype=pl.Date), None, False
    most = max(len(dates) - dates.null_count() for dates in tried.values())
    best = [form for form, dates in tried.items() if len(dates) - dates.null_count() == most]
    orders = {form.order for form in best[:2]} if len(best) > 1 and best[0].order else set()
    order = {"%d": "day", "%m": "month"}.get((hint or "")[:2], "none")
    hinted = [form for form in best if form.read == hint] or [form for form in best if form.order == order]
    preferred = [form for form in best if form.order == "day"] if day_first else []
    chosen = (hinted or preferred or best)[0]
    either = orders == {"month", "day"} and not hinted and not preferred
    return tried[chosen], chosen, either


def _within(tidy: pl.Series, form: str, *, strict: bool, shape: str | None = None) -> pl.Series:
    """Return the dates of a form; those of no year that a census has are none."""
    fits = tidy if shape is None else pl.select(pl.when(tidy.str.contains(shape)).then(tidy)).to_series()
    if form == "serial":
        days = fits.cast(pl.Float64, strict=False).floor().cast(pl.Int32)
        plausible = pl.select(pl.when(days.is_between(3_000, 80_000)).then(days)).to_series()
        return (plausible + (_SERIAL_ZERO - dt.date(1970, 1, 1)).days).cast(pl.Date)
    try:
        dates = fits.str.to_date(form, strict=False)
    except pl.exceptions.PolarsError:
        return pl.Series(tidy.name, [None] * len(tidy), dtype=pl.Date)
    if not strict:
        return dates
    known = dates.is_between(_FIRST_YEAR, _LAST_YEAR) | dates.is_in([*_NO_END]) | (dates >= _LAST_BUT)
    return pl.select(pl.when(known).then(dates)).to_series()


def _past(dates: pl.Series, short: pl.Series, limit: dt.date) -> pl.Series:
    """Return dates with years of two digits in the century before where they would be too late."""
    late = short & (dates > limit)
    return (
        dates
        if not late.any()
        else pl.select(pl.when(late).then(dates.dt.offset_by("-100y")).otherwise(dates)).to_series()
    )


def _voided(dates: pl.Series, bad: pl.Series, name: str, form: str, empty: pl.Series | None = None) -> Values:
    """Return dates without those that stand for none."""
    marked = dates.is_in([*_VOID]) | dates.is_between(_LAST_BUT, _LAST)
    if name in ("termination_date", "rehire_date"):
        marked |= dates.is_between(_NO_END[-1], _FIRST_YEAR)
    marked = marked.fill_null(value=False)
    empty = falses(dates) if empty is None else empty
    if not (marked.any() or empty.any()):
        return Values(dates, bad, form)
    kept = pl.select(pl.when(~marked).then(dates)).to_series()
    which = [str(date) for date in sorted(set(dates.filter(marked).to_list()))] + (
        ["0000-00-00"] if empty.any() else []
    )
    count = counted(int((marked | empty).sum()), "placeholder")
    note = f"{shown(name)}: {count} ({', '.join(which[:_MOST_TOLD])}) read as no date"
    return Values(kept, bad, form, notes=(note,), void=marked | empty)
