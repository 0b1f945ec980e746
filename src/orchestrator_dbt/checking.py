"""A configuration held against its document: everything wrong at once, and what is only worth a word.

The typed models of ``workforce_sim`` say most of it. Here: the sentences that users rely on, keys that nobody knows,
which are kept and not used, and spellings of before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from orchestrator_dbt.documented import DECIMALS, DEPRECATED, RATES, REQUIRED, has, rounded, tidied, with_value, without
from workforce_sim.config import Config
from workforce_sim.config.document import Node, Place, Problem, read_yaml
from workforce_sim.config.load import MAX_LOOKS, beside, checked, content
from workforce_sim.config.problems import MAX_LINES, NOWHERE, dotted, found_in, place_of, shown
from workforce_sim.config.repair import value_at
from workforce_sim.config.values import KeyPath
from workforce_sim.errors import ConfigError
from workforce_sim.plan.legality import check_years

MANY_YEARS = 10


class Remark(NamedTuple):
    """One line about a configuration, and where in its file it belongs."""

    place: Place
    text: str


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
        lines = [*self.errors, *self.advice]
        count = f"{len(self.errors)} problem{'s' if len(self.errors) != 1 else ''}"
        heading = f"Invalid configuration: {'missing required field' if missing else count}"
        more = ["... and more"] if len(lines) > MAX_LINES else []
        raise ConfigError("\n".join([heading, *lines[:MAX_LINES], *more]))


def check_file(path: Path) -> Checked:
    """Return what is to be said about a YAML file, with its places; paths in it count from its folder.

    Raises:
        FileNotFoundError: when there is no such file.
        ConfigError: when it cannot be read.
    """
    root, problems = read_yaml(content(path))
    wrong = [_line(Remark(problem.place, _text(problem)), str(path)) for problem in problems]
    if root is None:
        return Checked(tuple(wrong), (), {}, None)
    found = check(root.value, root, str(path))
    config = None if wrong or found.config is None else beside(found.config, path.resolve().parent)
    return replace(found, errors=(*wrong, *found.errors), config=config)


def check(given: Any, root: Node | None = None, source: str | None = None) -> Checked:
    """Return what is to be said about a configuration, with places when its document and file are given."""
    if not isinstance(given, Mapping):
        what = f"expected a dictionary of sections, not {type(given).__name__}"
        return Checked((_line(Remark(Place(1, 1), what), source),), (), {}, None)
    tidy = tidied(given)
    renamed, old, clashes = _renamed(tidy, root)
    data, unknown = _known(_without_old(renamed), root)
    written = {now: path for path, now in DEPRECATED.items() if has(tidy, path) and not has(tidy, now)}
    said = [*_missing(data, root), *_years(data, root), *_rates(data, root, written), *clashes]
    exact, places = rounded(data)
    config, problems = checked(exact, root)
    found = [_as_written(problem, root, written) for problem in problems]
    errors = [*said, *_others(found, said), *(_unlawful(config) if config is not None else ())]
    advice = [*unknown, *old, *_rounded(places, root, written), *_many_years(data, root)]
    return Checked(_lines(errors, source), _lines(advice, source), renamed, None if errors else config)


def _lines(remarks: Iterable[Remark], source: str | None) -> tuple[str, ...]:
    return tuple(_line(remark, source) for remark in sorted(remarks, key=lambda remark: remark.place))


def _line(remark: Remark, source: str | None) -> str:
    if source is None:
        return remark.text
    where = "" if remark.place == NOWHERE else f":{remark.place.line}:{remark.place.column}"
    return f"{source}{where}: {remark.text}"


def _text(problem: Problem) -> str:
    return f"{dotted(problem.path)}: {problem.what}" if problem.path else problem.what


# --- what the document asks for ---


def _missing(data: Mapping[Any, Any], root: Node | None) -> Iterator[Remark]:
    for section, fields in REQUIRED.items():
        if section not in data:
            yield _remark(root, (section,), f"Missing required section: {section}")
            continue
        inside = data[section]
        for name in fields if isinstance(inside, Mapping) else ():
            if name not in inside:
                yield _remark(root, (section, name), f"Missing required field: {section}.{name}")


def _years(data: Mapping[Any, Any], root: Node | None) -> Iterator[Remark]:
    years = _range(data)
    if years is not None and years[1] <= years[0]:
        yield _remark(root, ("simulation", "end_year"), "end_year must be greater than start_year")


def _many_years(data: Mapping[Any, Any], root: Node | None) -> Iterator[Remark]:
    years = _range(data)
    if years is not None and years[1] - years[0] > MANY_YEARS:
        yield _remark(root, ("simulation", "end_year"), f"simulation.end_year: {large_range(*years)}")


def large_range(start: int, end: int) -> str:
    """Return what is said about many years."""
    return f"a large year range, {shown(start)} to {shown(end)} (over {MANY_YEARS} years)"


def _range(data: Mapping[Any, Any]) -> tuple[int, int] | None:
    start, end = (value_at(data, ("simulation", name)) for name in ("start_year", "end_year"))
    return (start, end) if type(start) is int and type(end) is int else None


def _rates(data: Mapping[Any, Any], root: Node | None, written: Mapping[KeyPath, KeyPath]) -> Iterator[Remark]:
    for path in RATES:
        value = value_at(data, path)
        values = value.values() if isinstance(value, Mapping) else [value]
        if any(isinstance(one, (int, float)) and not (isinstance(one, bool) or 0 <= one <= 1) for one in values):
            name = written.get(path, path)
            yield _remark(root, name, f"{name[-1]} must be between 0.0 and 1.0")


def _rounded(places: Iterable[KeyPath], root: Node | None, written: Mapping[KeyPath, KeyPath]) -> Iterator[Remark]:
    for path in places:
        name = written.get(path, path)
        yield _remark(root, name, f"{dotted(name)}: more than {DECIMALS} decimals; rounded to {DECIMALS}")


# --- what the typed configuration finds ---


def _as_written(problem: Problem, root: Node | None, written: Mapping[KeyPath, KeyPath]) -> Problem:
    """Return a problem with the key as its file has it, where that is a deprecated spelling."""
    for now, path in written.items():
        if problem.path[: len(now)] == now:
            full = (*path, *problem.path[len(now) :])
            return Problem(place_of(root, full, at_key=False), full, problem.what)
    return problem


def _others(problems: Iterable[Problem], said: Iterable[Remark]) -> Iterator[Remark]:
    """Yield the problems of the typed configuration, without those that the document has its own sentence for."""
    texts = {remark.text for remark in said}
    for problem in dict.fromkeys(problems):
        name = dotted(problem.path)
        missing = {f"Missing required section: {name}", f"Missing required field: {name}"} & texts
        if not (missing or problem.what.startswith("must not be before start_year")):
            yield Remark(problem.place, _text(problem))


def _unlawful(config: Config) -> Iterator[Remark]:
    try:
        check_years(config)
    except ConfigError as error:
        yield Remark(NOWHERE, str(error))


# --- keys that nobody knows, and those of before ---


def _known(data: Any, root: Node | None) -> tuple[Any, list[Remark]]:
    """Return the configuration without its unknown keys, and a line on each."""
    remarks: list[Remark] = []
    for _ in range(MAX_LOOKS):  # one wrong thing may hide another
        unknown = _unknown(data, root)
        if not unknown:
            break
        for problem in unknown:
            data = without(data, problem.path)
            remarks.append(Remark(problem.place, f"{_text(problem)}; it is not used"))
    return data, remarks


def _unknown(data: Any, root: Node | None) -> list[Problem]:
    try:
        Config.model_validate(data)
    except ValidationError as error:
        found = found_in(error, root)
        return [problem for problem in found if problem.what.startswith("unknown key") and has(data, problem.path)]
    return []


def _renamed(given: Mapping[Any, Any], root: Node | None) -> tuple[dict[Any, Any], list[Remark], list[Remark]]:
    """Return the configuration with documented spellings added, a line on each deprecated one, and contradictions."""
    data, old, clashes = dict(given), [], []
    for path, documented in DEPRECATED.items():
        if not has(data, path):
            continue
        name, now = dotted(path), dotted(documented)
        old.append(_remark(root, path, f"{name}: a deprecated spelling; write {now}"))
        if not has(data, documented):
            data = with_value(data, documented, value_at(data, path))
        elif value_at(data, documented) != value_at(data, path):
            clashes.append(_remark(root, path, f"{name}: differs from {now}, which it stands for; keep {now} alone"))
    return data, old, clashes


def _without_old(data: Any) -> Any:
    for path in DEPRECATED:
        if has(data, path):
            data = without(data, path)
    return data


# --- places in a nested configuration ---


def _remark(root: Node | None, path: KeyPath, text: str) -> Remark:
    return Remark(place_of(root, path, at_key=False), text)
