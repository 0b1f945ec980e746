"""From the columns of a census to rows of ours: each value in our type, each with a flag where it cannot be read."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial

import polars as pl

from workforce_sim.census.amounts import half_up, read_numbers
from workforce_sim.census.columns import CensusColumns
from workforce_sim.census.dates import read_dates
from workforce_sim.census.fields import BY_NAME, Field
from workforce_sim.census.headers import shown
from workforce_sim.census.identifiers import pseudonymous, read_ids
from workforce_sim.census.likeness import is_text
from workforce_sim.census.pay import TOO_HIGH, TOO_LOW, WrittenPay, full_time_share, read_pay, unlikely
from workforce_sim.census.people import one_each
from workforce_sim.census.rates import read_rates, with_deferrals
from workforce_sim.census.status import LEFT, with_status
from workforce_sim.census.table import ROW
from workforce_sim.census.values import Values, bad, falses, void
from workforce_sim.census.words import read_flags, read_full_time, read_names, read_words
from workforce_sim.config import Config
from workforce_sim.errors import CensusError

_PAY = ("annual_salary", "hourly_rate", "pay_basis", "pay_frequency", "scheduled_hours")
PART_TIME_PPM = 500_000
"""What part-time in words counts as, where hours and shares are not known."""
_FULL_PPM = 1_000_000
_THREADS = 4
_MANY = 100_000


@dataclass
class Read:
    """What became of the columns.

    Attributes:
        rows: one for each person, with ``ROW``, our columns and their flags.
        forms: how each field was read, in words.
        formats: of dates, as the configuration has it.
        notes: what was decided.
        questions: what only the user can decide.
        merged: rows that went into others, or were not picked.
    """

    rows: pl.DataFrame
    forms: dict[str, str] = field(default_factory=dict)
    formats: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    merged: int = 0

    def take(self, name: str, column: str, found: Values) -> None:
        """Keep a column as read."""
        empty = found.void if found.void is not None or name != "hire_date" else falses(found.values)
        flags = [found.bad.alias(bad(name))] + ([] if empty is None else [empty.alias(void(name))])
        self.rows = self.rows.with_columns(found.values.alias(column), *flags)
        self.forms[name], self.formats[name] = found.form, found.format
        self.notes += found.notes
        self.questions += found.questions


def read_rows(raw: pl.DataFrame, columns: CensusColumns, config: Config, source: str) -> Read:
    """Return the rows of a census in our columns.

    Args:
        raw: the columns that are used and ``ROW``, without rows that are no people.
        columns: which is which.
        config: for the start year, levels and the census's section.
        source: how messages call the census.

    Raises:
        CensusError: for columns of a type that cannot be read, or a key of pseudonyms that is none.
    """
    given = {BY_NAME[name]: raw[column] for name, column in columns.used.items()}
    _refuse_types(given, source)
    done = Read(raw.select(ROW))
    for one, found in _in_parallel(_plain_readers(given, columns, config), raw.height):
        done.take(one.name, one.column, found)
    _read_dates(done, given, config)
    if columns.identity:
        _take_pseudonyms(done, raw, columns, config, source)
    _take_full_time(done)
    _take_pay(done, given, config)
    return _derived(done, config)


def _derived(done: Read, config: Config) -> Read:
    """Return the rows with what several columns say together."""
    done.rows, notes = with_status(done.rows, config.census)
    done.notes += notes
    done.rows, notes, done.merged = one_each(done.rows, config.census)
    done.notes += notes
    if config.census.annualize_part_year:
        done.rows, notes = _whole_year(done.rows, config.simulation.opening)
        done.notes += notes
    done.rows, notes = with_deferrals(done.rows)
    done.notes += notes
    if LEFT in done.rows.columns and "termination_date" not in done.rows.columns:
        done.rows = done.rows.with_columns(pl.lit(None, dtype=pl.Date).alias("termination_date"))
    return done


def _in_parallel(readers: Mapping[Field, Callable[[], Values]], rows: int) -> list[tuple[Field, Values]]:
    if rows < _MANY:
        return [(one, read()) for one, read in readers.items()]
    with ThreadPoolExecutor(_THREADS) as pool:
        return list(zip(readers, pool.map(lambda read: read(), readers.values()), strict=True))


def _plain_readers(
    given: Mapping[Field, pl.Series], columns: CensusColumns, config: Config
) -> dict[Field, Callable[[], Values]]:
    """Return what reads each column that needs no other."""
    section = config.census
    levels = tuple(level.name for level in config.workforce.levels or ())
    readers: dict[Field, Callable[[], Values]] = {}
    for one, column in given.items():
        if one.name in _PAY or one.kind == "date" or (one.name == "employee_id" and columns.identity):
            continue
        readers[one] = {
            "id": partial(read_ids, column, section.id_prefix),
            "number": partial(read_numbers, column, 0 if _in_units(one, column) else one.places, one.name),
            "rate": partial(read_rates, column, one, section.rates),
            "name": partial(read_names, column, one.name, levels if one.name == "level" else ()),
            "word": partial(read_words, column),
            "flag": partial(read_flags, column),
            "full_time": partial(read_full_time, column),
        }[one.kind]
    return readers


def _in_units(one: Field, column: pl.Series) -> bool:
    """Tell whether a column is one of ours, such as match_balance_cents."""
    return column.name == one.column != one.name


def _read_dates(done: Read, given: Mapping[Field, pl.Series], config: Config) -> None:
    """Read all dates; where one fits two orders, the others decide."""
    told, year = config.census.date_format, config.simulation.start_year
    formats = told if isinstance(told, dict) else dict.fromkeys(BY_NAME, told)
    dates = {one: column for one, column in given.items() if one.kind == "date"}
    readers = {one: partial(read_dates, col, one.name, year, formats.get(one.name)) for one, col in dates.items()}
    found = dict(_in_parallel(readers, done.rows.height))
    days = any(values.form.startswith(("dd/", "dd-")) and not values.either for values in found.values())
    for one, values in found.items():
        if days and values.either:
            column, form = dates[one], formats.get(one.name)
            values = read_dates(column, one.name, year, form, day_first=True)  # noqa: PLW2901
        done.take(one.name, one.column, values)


def _take_pseudonyms(done: Read, raw: pl.DataFrame, columns: CensusColumns, config: Config, source: str) -> None:
    numbered = len(columns.identity) == 1 and raw[columns.identity[0]].cast(pl.String).str.contains(r"[0-9]{4}").any()
    hired = done.rows["hire_date"] if "hire_date" in done.rows.columns and not numbered else None
    identity = [raw[name] for name in columns.identity]
    found = pseudonymous(identity, hired, config.census.pseudonym_key, source)
    prefix = config.census.id_prefix
    done.take("employee_id", "employee_id", replace(found, values=prefix + found.values) if prefix else found)


def _take_hours(done: Read, hours: pl.Series | None, config: Config) -> None:
    """Give people a share of full-time by their scheduled hours, where nothing else says it."""
    if hours is None or "full_time_ppm" in done.rows.columns:
        return
    share = full_time_share(hours, config.census)
    flag = falses(share).alias(bad("full_time_share"))
    done.rows = done.rows.with_columns(share.alias("full_time_ppm"), flag)
    part = int((share < _FULL_PPM).sum())
    done.notes += [f"full_time_share: {part:,} part-time by column {shown(hours.name)}"] if part else []


def _take_full_time(done: Read) -> None:
    """Give who is part-time or full-time in words alone a share of full-time."""
    if "is_full_time" not in done.rows.columns:
        return
    words = done.rows["is_full_time"]
    share = pl.when(words).then(_FULL_PPM).when(~words).then(PART_TIME_PPM).cast(pl.Int64)
    known = [done.rows["full_time_ppm"]] if "full_time_ppm" in done.rows.columns else []
    filled = pl.select(pl.coalesce(*known, share).alias("full_time_ppm")).to_series()
    before = known[0].null_count() if known else len(words)
    part = int((~words.fill_null(value=True) & (known[0].is_null() if known else True)).sum())
    flag = (
        []
        if known
        else [pl.repeat(value=False, n=len(words), dtype=pl.Boolean, eager=True).alias(bad("full_time_share"))]
    )
    done.rows = done.rows.with_columns(filled, *flag)
    if before and part:
        done.notes.append(f"full_time_share: {part:,} part-time in words counted as half of full-time")


def _take_pay(done: Read, given: Mapping[Field, pl.Series], config: Config) -> None:
    columns = {one.name: column for one, column in given.items()}
    share = done.rows["full_time_ppm"] if "full_time_ppm" in done.rows.columns else None
    amount, hourly, basis, frequency, hours = (columns.get(name) for name in _PAY)
    _take_hours(done, hours, config)
    written = WrittenPay(amount, hourly, basis, frequency, hours, share)
    found, unknown = read_pay(written, config.census)
    done.take("annual_salary", "salary_cents", found)
    if unknown.any():
        done.rows = done.rows.with_columns(unknown.alias(bad("pay_basis")))
    if written.amount is None or written.amount.name != "salary_cents":
        low, high = unlikely(config.census, found.values)
        done.rows = done.rows.with_columns(low.alias(TOO_LOW), high.alias(TOO_HIGH))


def _whole_year(rows: pl.DataFrame, opening: dt.date) -> tuple[pl.DataFrame, list[str]]:
    """Return rows with pay since hire in the 12 months before the opening made a whole year's."""
    first = opening.replace(year=opening.year - 1)
    hired = pl.col("hire_date")
    late = (hired > first) & (hired < opening)
    days = (opening - first).days
    since = (pl.lit(opening) - hired).dt.total_days()
    worked = rows.select(pl.when(late).then(since).otherwise(days).alias("days")).to_series()
    flags = rows.select(late.fill_null(value=False)).to_series()
    pay = rows["salary_cents"].clip(0, 10**12)
    whole = half_up(pay * days, worked)
    made = pl.select(
        pl.when(flags & (rows["salary_cents"] > 0)).then(whole).otherwise(rows["salary_cents"])
    ).to_series()
    count = int(flags.sum())
    when = f"in {first.year}" if first.month == 1 else f"from {first + dt.timedelta(days=1)}"
    said = [f"annual_salary: pay since hire of {count:,} hired {when} annualized by days"] if count else []
    return rows.with_columns(made.alias("salary_cents")), said


# --- types ------------------------------------------------------------------------------------------------------------


def _kind(dtype: pl.DataType) -> str:
    """Return a type without the values or names that it may list."""
    return re.sub(r"[({].*", "", str(dtype), flags=re.DOTALL) if isinstance(dtype, pl.Enum | pl.Struct) else str(dtype)


def _refuse_types(given: Mapping[Field, pl.Series], source: str) -> None:
    """Raise ``CensusError`` for columns of a type that cannot be read at all."""
    wrong = {one: _expected(one, column.dtype) for one, column in given.items()}
    problems = [
        f"{source}: column {shown(given[one].name)} holds {_kind(given[one].dtype)}; {wanted} expected"
        for one, wanted in wrong.items()
        if wanted
    ]
    if problems:
        raise CensusError("\n".join(problems))


def _expected(one: Field, dtype: pl.DataType) -> str | None:
    if is_text(dtype):
        return None
    whole = dtype.is_integer() or dtype.is_float()
    kinds = {
        "id": (whole, "text or whole numbers"),
        "name": (whole, "text or whole numbers"),
        "word": (whole or dtype.is_temporal() or dtype == pl.Boolean, "text or whole numbers"),
        "number": (dtype.is_numeric(), "numbers"),
        "rate": (dtype.is_numeric(), "numbers"),
        "flag": (dtype == pl.Boolean or whole, "true and false"),
        "full_time": (dtype == pl.Boolean or whole, "words, or true and false"),
        "date": (dtype == pl.Date or isinstance(dtype, pl.Datetime) or whole, "dates, or text"),
    }
    fits, wanted = kinds[one.kind]
    return None if fits else wanted
