"""A configuration held against its document, in the sentences that users rely on; the library's own are beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestrator_dbt.documented import DEPRECATED, EMPTY, RATES, plain
from workforce_sim.config import Config
from workforce_sim.config.document import Problem
from workforce_sim.config.problems import MISSING, as_line, dotted, listed, shown
from workforce_sim.config.values import KeyPath, value_at
from workforce_sim.errors import ConfigError
from workforce_sim.plan.lenient import Reading, read_leniently

MANY_YEARS = 10
_END = ("simulation", "end_year")


@dataclass(frozen=True)
class Checked:
    """What was found in a configuration.

    Attributes:
        errors: everything wrong with it, a line each.
        advice: unknown keys, deprecated spellings, rounded rates, a large range of years; a line each.
        renamed: the configuration as given, without nulls of optional keys, and with the documented spelling added
            beside a deprecated one.
        config: the typed configuration; None when anything is wrong.
    """

    errors: tuple[str, ...]
    advice: tuple[str, ...]
    renamed: Mapping[Any, Any]
    config: Config | None

    def usable(self) -> Config:
        """Return the typed configuration.

        Raises:
            ConfigError: when anything is wrong, with all of it; unknown keys too, for one may be a slip of a known one.
        """
        if self.config is not None:
            return self.config
        missing = any("Missing required " in line for line in self.errors)
        count = f"{len(self.errors)} problem{'s' if len(self.errors) != 1 else ''}"
        heading = f"Invalid configuration: {'missing required field' if missing else count}"
        raise ConfigError(f"{heading}\n{listed([*self.errors, *self.advice])}")


def check(source: Path | Any, years: Mapping[KeyPath, int] | None = None) -> Checked:
    """Return what is to be said about a YAML file or a dictionary; years that are given are judged for its own."""
    given = plain(source) if isinstance(source, Mapping) else source
    found = read_leniently(given, spellings=DEPRECATED, empty=EMPTY, rates=RATES, over=years)
    problems = [
        one
        for one in dict.fromkeys(found.problems)
        if years or not one.what.startswith("must not be before start_year")
    ]
    missing = [problem for problem in problems if problem.what.startswith(MISSING) and len(problem.path) <= 2]
    others = [problem for problem in problems if problem not in missing]
    wrong_years, many_years = _years(found)
    errors = [
        *(_missing(problem, found) for problem in missing),
        *([] if years else wrong_years),
        *_rates(found),
        *others,
    ]
    file = str(source) if isinstance(source, Path) else None
    wrong = (*(as_line(problem, file) for problem in found.malformed), *_lines(errors, file))
    advice = _lines([*found.remarks, *many_years], file)
    return Checked(wrong, advice, found.given, None if wrong else found.config)


def _lines(problems: Iterable[Problem], file: str | None) -> tuple[str, ...]:
    return tuple(as_line(problem, file) for problem in sorted(problems, key=lambda problem: problem.place))


def _missing(problem: Problem, found: Reading) -> Problem:
    kind = "section" if len(problem.path) == 1 else "field"
    return Problem(found.place(problem.path), (), f"Missing required {kind}: {dotted(problem.path)}")


def _years(found: Reading) -> tuple[list[Problem], list[Problem]]:
    """Return what is wrong with the years, and what is worth a word."""
    start, end = (value_at(found.given, ("simulation", name)) for name in ("start_year", "end_year"))
    if not (type(start) is type(end) is int):
        return [], []
    wrong = Problem(found.place(_END), (), "end_year must be greater than start_year")
    many = Problem(found.place(_END), _END, large_range(start, end))
    return [wrong] * (end <= start), [many] * (end - start > MANY_YEARS)


def large_range(start: int, end: int) -> str:
    """Return what is said about many years."""
    return f"a large year range, {shown(start)} to {shown(end)} (over {MANY_YEARS} years)"


def _rates(found: Reading) -> Iterator[Problem]:
    for path in RATES:
        value = value_at(found.read, path)
        values = value.values() if isinstance(value, Mapping) else [value]
        if any(isinstance(one, (int, float)) and not (isinstance(one, bool) or 0 <= one <= 1) for one in values):
            name = found.written.get(path, path)
            yield Problem(found.place(name), (), f"{name[-1]} must be between 0.0 and 1.0")
