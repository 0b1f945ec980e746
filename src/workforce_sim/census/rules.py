"""What a census must keep: a table of rules, each a Polars expression that is true where a row breaks it.

All counts come from one lazy select; only broken rules are looked up for their first rows. No message holds a value of
the census, only counts and row numbers.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from workforce_sim.census.fields import BY_NAME
from workforce_sim.census.headers import listed
from workforce_sim.census.pay import LEAST, MOST, TOO_HIGH, TOO_LOW
from workforce_sim.census.status import LEFT, SINCE
from workforce_sim.census.table import ROW, FilePlace, where
from workforce_sim.census.values import LONGEST, bad, void
from workforce_sim.config import Config
from workforce_sim.config.census import DATES
from workforce_sim.draws import HIRE_ID
from workforce_sim.money import MAX_SALARY_CENTS, PPM
from workforce_sim.wording import dollars

KEY = "key of the employee"
_SHOWN = 5
_LONGEST_NAME = 100
_CENTURY = pl.lit(dt.date(1900, 1, 1))
_OLDEST = pl.lit(dt.date(1800, 1, 1))  # dates may go back to years whose numbers cannot be computed with
_PREFIX = "set census.id_prefix"
_SAY = "Correct them, or set census.pay_basis to annual if they are right"
_NUMBER = ("not a number", "write numbers")
_NAMES = ("not a whole number", "write names as text or whole numbers")


@dataclass(frozen=True)
class Rule:
    """One rule: what broken rows have, the expression that finds them, and what to do or what was done."""

    name: str
    broken: pl.Expr
    remedy: str


@dataclass(frozen=True)
class Finding:
    """A rule that some rows break: how many, and the first of them (1-based)."""

    rule: str
    rows: int
    first_rows: tuple[int, ...]
    remedy: str

    def sentence(self, total: int, places: Sequence[FilePlace]) -> str:
        """Return the finding in words, with its places in the file."""
        if not self.rows:
            return f"{self.rule}; {self.remedy}" if self.remedy else self.rule
        have = "has" if self.rows == 1 else "have"
        first = where(self.first_rows, places)
        return f"{self.rows} of {total} rows {have} {self.rule} (first: {first}); {self.remedy}"


def find(frame: pl.DataFrame, rules: Iterable[Rule]) -> list[Finding]:
    """Return the rules that rows of ``frame`` break, in the order of the rules."""
    rules = [rule for rule in rules if set(rule.broken.meta.root_names()) <= set(frame.columns)]
    counts = frame.lazy().select(rule.broken.sum().alias(rule.name) for rule in rules).collect(engine="in-memory")
    broken = [(rule, int(count.item())) for rule, count in zip(rules, counts, strict=True) if count.item()]
    return [Finding(rule.name, count, _first_rows(frame, rule), rule.remedy) for rule, count in broken]


def _first_rows(frame: pl.DataFrame, rule: Rule) -> tuple[int, ...]:
    first = frame.lazy().filter(rule.broken).select(pl.col(ROW).head(_SHOWN)).collect(engine="in-memory")
    return tuple(first[ROW].to_list())


def rules(config: Config, forms: Mapping[str, str], several: str) -> list[Rule]:
    """Return what every row of the staff must keep, whatever the opening date.

    Args:
        config: for the levels.
        forms: how dates are written, by field.
        several: what to do about several rows for one person.
    """
    return [
        *_id_rules(several),
        *_date_rules(forms),
        *_salary_rules(),
        *_birth_rules(),
        *_level_rules(config),
        *_share_rules(),
        *_plan_rules(config),
    ]


def start_rules(config: Config) -> list[Rule]:
    """Return what the staff of the opening date must keep."""
    late = f"hire_date on or after {_opening(config)}"
    hires = Rule(late, pl.col("hire_date") >= _start(config), f"remove future hires or move the {moved(config)}")
    return [hires, *_exit_rules(config)]


def notes(config: Config) -> list[Rule]:
    """Return what is worth knowing about staff without being an error."""
    honored = config.census.known_exits == "honor"
    remedy = "honored: they leave on that day" if honored else "ignored: the run simulates terminations"
    known = Rule(f"termination_date on or after {_opening(config)}", exits(config), remedy)
    salary = pl.col("salary_cents")
    pay = Rule("annual_salary below $1,000", (salary > 0) & (salary < 100_000), "check that these are annual amounts")
    earlier = Rule(
        "termination_date before the last hire date", _earlier(), "an earlier employment; they count as employed"
    )
    return [earlier, pay] if config.census.known_exits == "error" else [earlier, known, pay]


def contradictions(config: Config) -> list[Rule]:
    """Return what two columns say that cannot both be true, of all rows."""
    gone, active = _gone(config), pl.col("active")
    remedy = "left out: correct one of them"
    status = ~pl.col(LEFT) & pl.col("status").is_not_null()
    return [
        Rule("active true and an earlier termination_date", active & gone, remedy),
        Rule("an active status and an earlier termination_date", status & gone, remedy),
    ]


def departures(config: Config) -> list[Rule]:
    """Return who is not employed, in the order in which the reasons are given."""
    return [
        Rule("active false", ~pl.col("active"), "left out: not employed"),
        Rule(f"termination_date before {_opening(config)}", _gone(config), "left out: not employed"),
        Rule("a terminated status", _left(config), "left out: not employed"),
        *_left_out(config),
    ]


def _gone(config: Config) -> pl.Expr:
    """Tell who left before the opening date, and was not hired again."""
    ended = pl.col("termination_date")
    return (ended < _start(config)) & ~_earlier().fill_null(value=False)


def _earlier() -> pl.Expr:
    """Tell whose termination date is of an earlier employment; one before 1900 is of none."""
    ended = pl.col("termination_date")
    return (ended < pl.col(SINCE)) & (ended >= _CENTURY)


def _left(config: Config) -> pl.Expr:
    """Tell who has left by status, unless a date says that it was in the simulated years."""
    return pl.col(LEFT) & ~exits(config).fill_null(value=False)


def _left_out(config: Config) -> list[Rule]:
    """Return the rows that the configuration leaves out."""
    salary, asked = pl.col("salary_cents"), {*config.census.leave_out}
    every = {
        "rows-without-id": _missing("employee_id", ""),
        "rows-without-hire-date": _missing("hire_date", ""),
        "rows-without-pay": _missing("annual_salary", ""),
        "rows-without-positive-pay": Rule("annual_salary of zero or less", salary <= 0, ""),
    }
    chosen = [(reason, rule) for reason, rule in every.items() if reason in asked]
    return [Rule(rule.name, rule.broken, f"left out: census.leave_out has {reason}") for reason, rule in chosen]


def _id_rules(several: str) -> list[Rule]:
    id_ = pl.col("employee_id")
    twice, same_key = id_.is_duplicated() & id_.is_not_null(), pl.col(KEY).is_duplicated() & id_.is_not_null()
    return [
        _missing("employee_id", "give every employee one"),
        _unreadable("employee_id", "not a whole number", "write ids as text or whole numbers"),
        Rule("an employee_id that another row has too", twice & pl.col(KEY).is_not_null(), several),
        Rule(
            "an employee_id whose hash equals another's",
            same_key & ~twice,
            f"their hashes are equal by coincidence; {_PREFIX}",
        ),
        _short("an employee_id", id_, LONGEST),
        Rule("an employee_id of the form NH-YYYY-NNNNNN, which hires get", id_.str.contains(HIRE_ID), _PREFIX),
    ]


def _date_rules(forms: Mapping[str, str]) -> list[Rule]:
    hired = pl.col("hire_date")
    remedy = "correct them, or set census.date_format"
    empty = pl.col(void("hire_date"))
    none = _missing("hire_date", "give every employee one")
    return [
        Rule(none.name, none.broken & ~empty, none.remedy),
        Rule("hire_date 1900-01-01 or similar, a placeholder", empty, "give every employee one"),
        *(_unreadable(name, f"not a date written {forms.get(name) or 'YYYY-MM-DD'}", remedy) for name in DATES),
        Rule("hire_date before 1900-01-01", hired < _CENTURY, "correct them"),
    ]


def _salary_rules() -> list[Rule]:
    salary = pl.col("salary_cents")
    return [
        _missing("annual_salary", "give every employee one"),
        _unreadable("annual_salary", "not a number", "write dollars, such as 52250.00 or $52,250.00"),
        _unreadable("pay_basis", "no known word for a period", "write annual, monthly, hourly or similar"),
        Rule("annual_salary of zero or less", salary <= 0, "correct them, or leave out unpaid employees"),
        Rule(f"annual_salary below {dollars(LEAST)[:-3]}", pl.col(TOO_LOW), f"too low for annual pay, hourly? {_SAY}"),
        Rule(f"annual_salary above {dollars(MOST)[:-3]}", pl.col(TOO_HIGH), f"far above the others, in cents? {_SAY}"),
        Rule("annual_salary above $100,000,000", _absurd("annual_salary"), "write dollars a year"),
    ]


def _birth_rules() -> list[Rule]:
    born, hired = pl.col("birth_date"), pl.col("hire_date")
    age = _day_number(hired) - _day_number(born)
    check = "correct hire_date or birth_date"
    return [
        Rule("birth_date after hire_date", born > hired, check),
        Rule("birth_date less than 14 years before hire_date", (born <= hired) & (age < 14_00_00), check),
        Rule("birth_date more than 100 years before hire_date", (age > 100_00_00) | (born < _OLDEST), check),
    ]


def _day_number(date: pl.Expr) -> pl.Expr:
    """Return YYYYMMDD: 14 years apart is a difference of 140,000 or more; a February 29 counts as March 1."""
    return date.dt.year() * 10_000 + date.dt.month().cast(pl.Int32) * 100 + date.dt.day().cast(pl.Int32)


def _level_rules(config: Config) -> list[Rule]:
    level, department = pl.col("level").cast(pl.String), pl.col("department").cast(pl.String)
    either = [
        _unreadable("level", *_NAMES),
        _unreadable("department", *_NAMES),
        _short("a department", department, _LONGEST_NAME),
    ]
    if config.workforce.levels is None:
        return [*either, _short("a level", level, _LONGEST_NAME)]
    names = [configured.name for configured in config.workforce.levels]
    remedy = f"use {listed(names)}, or add the others there"
    unknown = Rule("level that workforce.levels does not name", level.is_not_null() & ~level.is_in(names), remedy)
    return [*either, unknown]


def _share_rules() -> list[Rule]:
    time, rate, owned = pl.col("full_time_ppm"), pl.col("deferral_bp"), pl.col("owner_share_ppm")
    return [
        _unreadable("full_time_share", *_NUMBER),
        Rule("full_time_share outside (0, 1]", (time <= 0) | (time > PPM), "write a share of full-time, 0.5 for half"),
        _unreadable("deferral_rate", *_NUMBER),
        Rule("deferral_rate below 0", rate < 0, "correct them"),
        Rule(
            "deferral_rate above 1", rate > 10_000, "nobody defers more than all pay; set census.rates, or correct them"
        ),
        Rule("excluded but deferring", pl.col("excluded") & (rate > 0), "excluded employees cannot participate"),
        _unreadable("owner_share", *_NUMBER),
        Rule("owner_share outside [0, 1]", (owned < 0) | (owned > PPM), "write a share, 0.05 for 5%"),
    ]


def _plan_rules(config: Config) -> list[Rule]:
    classes = ("union", "nonresident") if config.eligibility.names_classes else ()
    flags = ("opted_out", "excluded", "officer", "active", *classes)
    amounts = ("prior_year_pay", *(name for name in BY_NAME if name.endswith("_balance")))
    return [
        _unreadable("status", "no known word for employed or terminated", "explain it in census.status_words"),
        *(_unreadable(name, "neither true nor false", "write true or false") for name in flags),
        *(_unreadable(name, *_NUMBER) for name in amounts),
        *(Rule(f"{name} below 0", pl.col(BY_NAME[name].column) < 0, "correct them") for name in amounts),
        *(Rule(f"{name} above $100,000,000", _absurd(name), "write dollars") for name in amounts),
    ]


def _absurd(name: str) -> pl.Expr:
    return pl.col(BY_NAME[name].column) > MAX_SALARY_CENTS


def _exit_rules(config: Config) -> list[Rule]:
    if config.census.known_exits != "error":
        return []
    remedy = "remove them, or set census.known_exits to ignore or honor"
    return [Rule(f"termination_date on or after {_opening(config)}", exits(config), remedy)]


def _short(what: str, text: pl.Expr, longest: int) -> Rule:
    return Rule(f"{what} of more than {longest} characters", text.str.len_chars() > longest, "shorten them")


def _missing(name: str, remedy: str) -> Rule:
    return Rule(f"no {name}", pl.col(BY_NAME[name].column).is_null() & ~pl.col(bad(name)), remedy)


def _unreadable(name: str, what: str, remedy: str) -> Rule:
    return Rule(f"{name} that is {what}", pl.col(bad(name)), remedy)


def _start(config: Config) -> pl.Expr:
    return pl.lit(config.simulation.opening)


def _opening(config: Config) -> str:
    return f"{config.simulation.opening}"


def moved(config: Config) -> str:
    """Return what of the years decides who is employed, in words."""
    return "opening date" if config.simulation.opening.month > 1 else "start year"


def exits(config: Config) -> pl.Expr:
    """Tell whose termination date is in the simulated years."""
    return pl.col("termination_date") >= _start(config)
