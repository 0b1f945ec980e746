"""Which column of a census is which: recognised names, the mapping of the configuration, and columns never read.

Names are compared in lower case without anything but letters and digits, with and without a leading ``employee``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Literal

from workforce_sim.errors import CensusError
from workforce_sim.terminal import printable

Kind = Literal["id", "date", "number", "name", "flag"]


@dataclass(frozen=True)
class Field:
    """One thing a census may say about an employee.

    Attributes:
        name: what ``census.columns`` calls it.
        column: column of ``tables.CENSUS`` that holds it.
        kind: how it is read.
        names: other names it is recognised by, words apart.
        vague: names it is recognised by where no column has one of the others.
        places: decimals kept of a number: ``column`` holds units of 10^-places.
        required: whether a census must have it.
    """

    name: str
    column: str
    kind: Kind
    names: str = ""
    vague: str = ""
    places: int = 0
    required: bool = False

    @property
    def recognised(self) -> set[str]:
        """Every name it goes by, normalised; ``column`` itself holds whole units."""
        return {plain(name) for name in (self.name, self.column, *self.names.split())}

    @property
    def guessed(self) -> set[str]:
        """Its vague names, normalised."""
        return {plain(name) for name in self.vague.split()}


FIELDS = (
    Field(
        "employee_id",
        "employee_id",
        "id",
        "id employee employee_number employee_no employee_num employee_code emp emp_id emp_no emp_num emp_number "
        "emp_code emplid eeid person_id person_number person_no personnel_id personnel_number worker_id worker_number "
        "staff_id staff_no staff_number associate_id participant_id",
        required=True,
    ),
    Field(
        "hire_date",
        "hire_date",
        "date",
        "hired hired_date date_hired date_of_hire hire_dt doh original_hire_date employment_date employment_start_date "
        "date_of_employment start_date date_joined join_date joining_date date_of_joining",
        required=True,
    ),
    Field(
        "annual_salary",
        "salary_cents",
        "number",
        "salary gross_salary base_salary annual_base_salary current_salary base_pay annual_pay annual_base_pay "
        "annual_rate annual_compensation gross_compensation compensation base_compensation salary_usd "
        "annual_salary_usd base_salary_usd",
        vague="pay gross_pay total_salary",
        places=2,
        required=True,
    ),
    Field("birth_date", "birth_date", "date", "dob date_of_birth birthday birth_dt born"),
    Field(
        "level",
        "level",
        "name",
        "job_level level_name career_level grade job_grade pay_grade salary_grade pay_band band",
    ),
    Field("department", "department", "name", "dept department_name dept_name agency agency_name"),
    Field("full_time_share", "full_time_ppm", "number", "fte full_time_equivalent fte_share fte_fraction", places=6),
    Field(
        "deferral_rate",
        "deferral_bp",
        "number",
        "deferral deferral_pct deferral_percent deferral_percentage elective_deferral_rate contribution_rate "
        "contribution_pct contribution_percent",
        places=4,
    ),
    Field("opted_out", "opted_out", "flag", "opt_out is_opted_out"),
    Field("excluded", "excluded", "flag", "plan_excluded excluded_from_plan is_excluded"),
    Field("owner_share", "owner_share_ppm", "number", "ownership ownership_share", places=6),
    Field("officer", "officer", "flag", "is_officer officer_flag"),
    Field(
        "prior_year_pay",
        "prior_year_pay_cents",
        "number",
        "prior_year_compensation prior_year_comp last_year_pay",
        places=2,
    ),
    Field("match_balance", "match_balance_cents", "number", "employer_match_balance", places=2),
    Field("nonelective_balance", "nonelective_balance_cents", "number", "employer_nonelective_balance", places=2),
    Field("deferral_balance", "deferral_balance_cents", "number", "elective_deferral_balance", places=2),
    Field(
        "termination_date",
        "termination_date",
        "date",
        "term_date term_dt date_of_termination separation_date exit_date leaving_date last_day_worked",
    ),
    Field("active", "active", "flag", "is_active active_flag"),
)
BY_NAME = {field.name: field for field in FIELDS}

_PERSONAL_NAMES = """
    ssn ssnumber socialsecurity socialsecuritynumber socialsecurityno socialsec taxid tin itin nationalid passport
    name firstname lastname middlename givenname familyname surname forename fullname legalname preferredname maidenname
    initials email emailaddress workemail personalemail address homeaddress streetaddress mailingaddress address1
    address2 street phone phonenumber homephone workphone cellphone mobile mobilephone telephone bankaccount iban
"""
_PERSONAL = frozenset(_PERSONAL_NAMES.split())
_SHOWN, _LONG = 20, 60
_LONGEST = 200  # characters of a name that are compared
_LIKE = 0.6
_LOOKS_LIKE_DATA = re.compile(
    r"\d{4}-\d\d?-\d\d?.*|\d\d?[/.]\d\d?[/.]\d+.*|\d\d?\W*(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec).*"
    r"|column_\d+|true|false|yes|no|null|nan|n/a"
)
_LETTERS, _YEAR = re.compile(r"[A-Za-z]{3}"), re.compile(r"(?<![^\s_])(19|20)\d\d(?![^\s_])")


@dataclass(frozen=True)
class CensusColumns:
    """The columns of one census.

    Attributes:
        used: field name to column name.
        personal: columns that are never read.
        ignored: columns that nothing is known about.
    """

    used: dict[str, str]
    personal: tuple[str, ...]
    ignored: tuple[str, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        """What was not read, in words."""
        said = (("dropped as personal", self.personal), ("not used", self.ignored))
        every = (*self.used.values(), *self.personal, *self.ignored)
        tell = _counted if any(map(_looks_like_data, every)) else listed
        return tuple(f"columns {how}: {tell(columns)}" for how, columns in said if columns)


@lru_cache(4096)
def plain(name: str) -> str:
    """Return a column name in lower case, letters and digits only."""
    return "".join(letter for letter in name[:_LONGEST].lower() if letter.isalnum())


def shown(name: str) -> str:
    """Return a name on one line in at most 60 characters: a quotation mark left open takes in rows of the census."""
    first = (name.strip().splitlines() or [""])[0]
    return printable(name if name == first and len(name) <= _LONG else f"{first[: _LONG - 3]}...")


def listed(names: Iterable[str]) -> str:
    """Return names in a row, the first 20 of them."""
    every = list(names)
    more = f" and {len(every) - _SHOWN} more" if len(every) > _SHOWN else ""
    return ", ".join(map(shown, every[:_SHOWN])) + more


def _counted(names: Sequence[str]) -> str:
    return f"{len(names):,} (not named here, as some names look like data)"


def find_columns(columns: list[str], mapping: Mapping[str, str], secret: Iterable[str], source: str) -> CensusColumns:
    """Tell which column holds what.

    Args:
        columns: the census's column names.
        mapping: ``census.columns`` of the configuration: our name to the census's; overrides what is recognised.
        secret: columns whose values look personal; not read unless mapped.
        source: how messages call the census.

    Raises:
        ConfigError: when ``mapping`` has a name that is not ours.
        CensusError: when a required column is missing, two look like the same thing, or a mapped one is not there.
    """
    free = [column for column in columns if column not in mapping.values()]
    personal = [column for column in free if column in set(secret) or _is_personal(column)]
    found = _recognised([column for column in free if column not in personal], set(mapping))
    used = dict(mapping) | {name: matches[0] for name, matches in found.items()}
    why = _why_not_repeated(columns, used)
    there = f"{len(columns):,} columns found, {why}" if why else f"columns found: {listed(columns)}"
    problems = [*_not_there(columns, mapping, there), *_twofold(found)]
    problems += _not_named(columns, used, there) if why else _missing(columns, used, personal, there)
    if problems:
        raise CensusError("\n".join(f"{source}: {problem}" for problem in problems))
    taken = {*used.values(), *personal}
    return CensusColumns(used, tuple(personal), tuple(column for column in columns if column not in taken))


def _forms(column: str) -> set[str]:
    """Return a column's normalised name, with and without a leading ``employee``."""
    whole = plain(re.sub(r"_duplicated_\d+$", "", column[:_LONGEST]))  # the second of two equal headers in a CSV file
    return {whole, whole.removeprefix("employee") or whole}


def _is_personal(column: str) -> bool:
    return not _forms(column).isdisjoint(_PERSONAL)


def _recognised(columns: list[str], mapped: set[str]) -> dict[str, list[str]]:
    """Return the columns recognised for each field that is not mapped and has any."""
    found = {
        field.name: _named(columns, field.recognised) or _named(columns, field.guessed)
        for field in FIELDS
        if field.name not in mapped
    }
    return {name: matches for name, matches in found.items() if matches}


def _named(columns: list[str], names: set[str]) -> list[str]:
    return [column for column in columns if not names.isdisjoint(_forms(column))]


def _not_there(columns: list[str], mapping: Mapping[str, str], there: str) -> list[str]:
    absent = [(name, column) for name, column in mapping.items() if column not in columns]
    return [f"census.columns maps {name} to {shown(column)}, which is not there; {there}" for name, column in absent]


def _twofold(found: Mapping[str, list[str]]) -> list[str]:
    twice = [(name, matches) for name, matches in found.items() if len(matches) > 1]
    return [
        f"columns {' and '.join(map(shown, matches[:_SHOWN]))} look like {name}; say which in census.columns, "
        f"for example {{{name}: {shown(matches[0])}}}"
        for name, matches in twice
    ]


def _why_not_repeated(columns: list[str], used: Mapping[str, str]) -> str | None:
    """Return why the first line may hold anything but names; None where it does not."""
    if any(map(_looks_like_data, columns)):
        return "some with names that look like data"
    return None if any(column in columns for column in used.values()) else "none with the name of a census column"


def _not_named(columns: list[str], used: Mapping[str, str], there: str) -> list[str]:
    """Return what is missing where the first line may hold anything but names: nothing of it is repeated."""
    if not used and any(map(_looks_like_data, columns)):
        return ["the column names look like data; put one line of names before the data"]
    return [f"no column for {field.name}; {there}; {_advice(field, [])}" for field in _absent(used)]


def _absent(used: Mapping[str, str]) -> list[Field]:
    return [field for field in FIELDS if field.required and field.name not in used]


def _missing(columns: list[str], used: Mapping[str, str], personal: list[str], there: str) -> list[str]:
    dropped = f"; dropped as personal: {listed(personal)}" if personal else ""
    left = [column for column in columns if column not in used.values() and column not in personal]
    return [
        f"no column for {field.name}; {there}{dropped}; {_advice(field, _nearest(field, left))}"
        for field in _absent(used)
    ]


def _looks_like_data(column: str) -> bool:
    """Tell whether a name, or a part of one where another separator is used, is rather a value of somebody."""
    return any(map(_is_data, re.split(r"[,;|\t\n]", column[: 10 * _LONGEST])))


def _is_data(part: str) -> bool:
    part = part if _LETTERS.search(part) is None else _YEAR.sub("", part)  # pay of a year, by name
    digits, letters = (sum(map(is_one, part)) for is_one in (str.isdigit, str.isalpha))
    return digits > letters or "@" in part or bool(_LOOKS_LIKE_DATA.fullmatch(part.strip().lower()))


def _nearest(field: Field, columns: list[str]) -> list[str]:
    """Return up to three columns whose names come nearest to the field's."""
    names = field.recognised
    scores = {column: max(_likeness(plain(column), name) for name in names) for column in columns}
    return sorted((column for column in columns if scores[column] >= _LIKE), key=lambda column: -scores[column])[:3]


def _likeness(column: str, name: str) -> float:
    """Return how alike two names are, 0 to 1; 0 for those that a quick look tells apart."""
    match = SequenceMatcher(None, column, name)
    return match.ratio() if match.real_quick_ratio() >= _LIKE and match.quick_ratio() >= _LIKE else 0.0


def _advice(field: Field, nearest: list[str]) -> str:
    if not nearest:
        return f"name it in census.columns, for example {{{field.name}: its column}}"
    example = f"{{{field.name}: {shown(nearest[0])}}}"
    return f"nearest: {listed(nearest)}; if one of them is meant, say so in census.columns, for example {example}"
