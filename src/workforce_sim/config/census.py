"""Where the census comes from, and what its reader is told."""

from __future__ import annotations

import difflib
import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from workforce_sim.config.values import MAX_TOLD, Listed, PathText, Printed, Section, WordOrByName, refuse

CENSUS_COLUMNS = (
    "employee_id",
    "hire_date",
    "annual_salary",
    "birth_date",
    "level",
    "department",
    "full_time_share",
    "deferral_rate",
    "opted_out",
    "excluded",
    "owner_share",
    "officer",
    "prior_year_pay",
    "match_balance",
    "nonelective_balance",
    "profit_sharing_balance",
    "discretionary_match_balance",
    "deferral_balance",
    "union",
    "nonresident",
    "termination_date",
    "active",
    "status",
    "original_hire_date",
    "service_date",
    "rehire_date",
    "hourly_rate",
    "pay_basis",
    "pay_frequency",
    "scheduled_hours",
    "full_time",
    "roth_rate",
    "deferral_amount",
    "roth_amount",
    "as_of",
)
"""What `census.columns` may map: the names of ``census.fields.FIELDS``."""

DATES = ("hire_date", "birth_date", "termination_date", "original_hire_date", "service_date", "rehire_date")
"""The fields that are dates."""

Period = Literal["annual", "monthly", "semimonthly", "biweekly", "weekly", "daily", "hourly"]
Reason = Literal["rows-without-id", "rows-without-hire-date", "rows-without-pay", "rows-without-positive-pay"]

MAX_SIZE = 20_000_000
"""Most employees of a synthetic census."""


def _known(names: tuple[str, ...], columns: dict[str, str]) -> dict[str, str]:
    unknown = [name for name in columns if name not in names][:MAX_TOLD]
    refuse((((name,), _unknown(name, names), name) for name in unknown), "unknown_name")
    return columns


def _unknown(name: str, names: tuple[str, ...]) -> str:
    nearest = difflib.get_close_matches(name[:100].lower(), names, n=1, cutoff=0)[0]
    what = "a census column" if names is CENSUS_COLUMNS else "a date of the census"
    return f"not {what}; did you mean {nearest}?"


def _ours(columns: dict[str, str]) -> dict[str, str]:
    return _known(CENSUS_COLUMNS, columns)


def _dates(formats: str | dict[str, str]) -> str | dict[str, str]:
    return _known(DATES, formats) if isinstance(formats, dict) else formats


def _with_directive(text: str) -> str:
    if not re.search("%[^%]", text.replace("%%", "")):
        raise ValueError("has no part of a date, such as %Y; a format reads like %m/%d/%Y")
    return text


ColumnName = Annotated[str, Field(max_length=1000)]
DateFormat = Annotated[str, Field(min_length=1, max_length=100), Printed, AfterValidator(_with_directive)]
Short = Annotated[str, Field(min_length=1, max_length=100)]


class CensusSection(Section):
    """Where the census comes from and how to read it."""

    path: PathText | None = None
    """A Parquet, CSV or Excel file, relative to the configuration file; a synthetic census when left out."""
    size: Annotated[int, Field(ge=1, le=MAX_SIZE)] = 10_000
    """Employees in the synthetic census."""
    columns: Annotated[dict[str, ColumnName], AfterValidator(_ours)] = Field(default_factory=dict)
    """Standard column name: the file's column name; takes precedence over recognized names."""
    date_format: Annotated[WordOrByName[DateFormat, DateFormat], AfterValidator(_dates)] | None = None
    """Format of text dates (strptime), one, or one per standard column name; found from each column when left out."""
    encoding: Literal["utf-8", "cp1252", "utf-16", "latin-1"] | None = None
    """Character encoding of a text file; found from its bytes when left out."""
    sheet: Short | None = None
    """Sheet of an Excel workbook; the one most like a census when left out."""
    header_row: Annotated[int, Field(ge=1, le=1000)] | None = None
    """Line or row that holds the column names; found when left out."""
    pay_basis: Period | None = None
    """Pay period of the amounts; from a column or its name when left out, else annual."""
    hours_per_year: Annotated[float, Field(gt=0, le=8784)] = 2080.0
    """Hours a year for an hourly rate, where the census has no scheduled hours."""
    annualize_part_year: bool = False
    """Whether pay of employees hired in the year before the start year is pay since hire, to be annualized."""
    rates: Literal["percent", "share"] | None = None
    """Whether a deferral rate of 1 is 1% or all of pay; found from each column when left out."""
    several_rows: Literal["refuse", "first", "last", "latest", "highest_pay", "sum_pay"] = "refuse"
    """Which row to use when an employee has several."""
    service_from: Literal["first", "last"] = "first"
    """Which of several hire dates service counts from."""
    status_words: dict[Short, Literal["staff", "left"]] = Field(default_factory=dict)
    """Meaning of words in the status column, in addition to the known ones."""
    leave_out: Listed[Reason] = ()
    """Rows to leave out and count instead of refusing the census."""
    pseudonym_key: Short | None = None
    """Environment variable with the key of ids made from names or Social Security numbers; else one from the file."""
    known_exits: Literal["ignore", "error", "honor"] = "ignore"
    """Termination dates on or after the opening: `ignore`, `error`, or `honor`, within the year's terminations."""
    id_prefix: Annotated[str, Field(max_length=50)] | None = None
    """Text before every employee id, for example to tell two censuses apart."""
