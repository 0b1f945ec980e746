"""A configuration read leniently: what is wrong with it and what was passed over, all at once, and nothing raised.

For readers of files that other programs read too, or that were written for an earlier version: keys that nobody knows,
spellings of before, empty keys and long rates are told and do no harm. ``load_config`` refuses all of these.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from workforce_sim.config import Config
from workforce_sim.config.document import Node, Place, Problem, read_yaml
from workforce_sim.config.load import MAX_LOOKS, beside, checked, content
from workforce_sim.config.problems import NOWHERE, UNKNOWN, dotted, found_in, place_of
from workforce_sim.config.repair import replaced
from workforce_sim.config.values import KeyPath, value_at
from workforce_sim.errors import ConfigError
from workforce_sim.plan.legality import check_years

DECIMALS = 6
"""Decimals of a rate."""

_ROUNDED = f"more than {DECIMALS} decimals; rounded to {DECIMALS}"

Spellings = Mapping[KeyPath, KeyPath]
"""Keys, and other keys that stand for the same."""


@dataclass(frozen=True)
class Reading:
    """What a lenient reading gives.

    Attributes:
        config: the configuration, which can be simulated; None when anything is wrong.
        malformed: what is wrong with the file as YAML.
        problems: what is wrong with the configuration.
        remarks: what is not used, is spelled as before, or was rounded.
        given: what was given, without empty keys, and with today's spelling added beside one of before.
        read: the same as it was understood: no key but those of the models, all spelled as today, rates rounded.
        written: for keys of ``read`` that are spelled as before, how.
        root: the document, for the places of more problems.
    """

    config: Config | None = None
    malformed: tuple[Problem, ...] = ()
    problems: tuple[Problem, ...] = ()
    remarks: tuple[Problem, ...] = ()
    given: Mapping[Any, Any] = field(default_factory=dict)
    read: Mapping[Any, Any] = field(default_factory=dict)
    written: Spellings = field(default_factory=dict)
    root: Node | None = None

    def place(self, path: KeyPath) -> Place:
        """Return where a key stands in the file, or the section that lacks it."""
        return place_of(self.root, path, at_key=False)


def read_leniently(
    source: Path | Any,
    *,
    spellings: Spellings | None = None,
    empty: Collection[KeyPath] = (),
    rates: Collection[KeyPath] = (),
    over: Mapping[KeyPath, int] | None = None,
) -> Reading:
    """Read a configuration, and tell everything that is wrong with it or was passed over, unknown keys before all.

    Args:
        source: path of a YAML file, whose paths count from its folder; or nested dictionaries, left as they are.
        spellings: keys of before, and those of today that they stand for. Where both stand, they must agree.
        empty: keys whose null is as good as left out.
        rates: keys whose values from 0 to 1 are rounded to six decimals, alone or in a table by year.
        over: whole numbers that go over those of the source, and are judged in their place.

    Raises:
        FileNotFoundError: when there is no such file.
        ConfigError: when it cannot be opened.
    """
    if not isinstance(source, Path):
        return _read(source, None, spellings or {}, empty, rates, over or {})
    root, malformed = read_yaml(content(source))
    if root is None:
        return Reading(malformed=tuple(malformed))
    found = _read(root.value, root, spellings or {}, empty, rates, over or {})
    config = None if malformed or found.config is None else beside(found.config, source.resolve().parent)
    return replace(found, malformed=tuple(malformed), config=config)


def _read(
    source: Any,
    root: Node | None,
    spellings: Spellings,
    empty: Collection[KeyPath],
    rates: Collection[KeyPath],
    over: Mapping[KeyPath, int],
) -> Reading:
    if not isinstance(source, Mapping):
        what = f"expected a dictionary of sections, not {type(source).__name__}"
        return Reading(problems=(Problem(Place(1, 1), (), what),), root=root)
    given = _without(source, [path for path in empty if value_at(source, path) is None])
    old = {path: now for path, now in spellings.items() if _has(given, path)}
    written = {now: path for path, now in old.items() if not _has(given, now)}
    renamed = given
    for now, path in written.items():
        renamed = replaced(renamed, now, value_at(given, path))
    known, unknown = _without_unknown(_without(renamed, old), root)
    read, rounded = _rounded(known, rates)
    for path, number in over.items():
        read = replaced(read, path, number) if type(value_at(read, path)) is int else read
    config, found = checked(read, root)
    problems = [*_clashes(given, old, root), *(_as_written(one, root, written) for one in found), *_unlawful(config)]
    remarks = [
        *(problem._replace(what=f"{problem.what}; it is not used") for problem in unknown),
        *(_at(path, f"a deprecated spelling; write {dotted(now)}", root) for path, now in old.items()),
        *(_at(written.get(path, path), _ROUNDED, root) for path in rounded),
    ]
    return Reading(None if problems else config, (), tuple(problems), tuple(remarks), renamed, read, written, root)


def _unlawful(config: Config | None) -> list[Problem]:
    try:
        if config is not None:
            check_years(config)
    except ConfigError as error:
        return [Problem(NOWHERE, (), str(error))]
    return []


def _without(data: Mapping[Any, Any], keys: Collection[KeyPath]) -> dict[Any, Any]:
    less: Any = dict(data)
    for path in keys:
        less = replaced(less, path)
    return dict(less)


def _has(data: Any, path: KeyPath) -> bool:
    return value_at(data, path) is not ...


def _at(path: KeyPath, what: str, root: Node | None) -> Problem:
    return Problem(place_of(root, path, at_key=False), path, what)


def _clashes(given: Mapping[Any, Any], old: Spellings, root: Node | None) -> list[Problem]:
    """Return a problem for each spelling of before that contradicts that of today."""
    clashing = [path for path, now in old.items() if _has(given, now) and value_at(given, now) != value_at(given, path)]
    what = "differs from {0}, which it stands for; keep {0} alone"
    return [_at(path, what.format(dotted(old[path])), root) for path in clashing]


def _as_written(problem: Problem, root: Node | None, written: Spellings) -> Problem:
    """Return a problem with its key as the file has it."""
    for now, path in written.items():
        if problem.path[: len(now)] == now:
            return _at((*path, *problem.path[len(now) :]), problem.what, root)
    return problem


def _without_unknown(data: Any, root: Node | None) -> tuple[Any, list[Problem]]:
    """Return the data without the keys that no section has, and a problem for each."""
    problems: list[Problem] = []
    for _ in range(MAX_LOOKS):  # one wrong thing may hide another
        unknown = _unknown(data, root)
        if not unknown:
            break
        for problem in unknown:
            data = replaced(data, problem.path)
        problems += unknown
    return data, problems


def _unknown(data: Any, root: Node | None) -> list[Problem]:
    try:
        Config.model_validate(data)
    except ValidationError as error:
        return [one for one in found_in(error, root) if one.what.startswith(UNKNOWN) and _has(data, one.path)]
    return []


def _rounded(data: Any, rates: Collection[KeyPath]) -> tuple[Any, list[KeyPath]]:
    """Return the data with rates at six decimals, and the keys of those that had more."""
    places = []
    for path in rates:
        value = value_at(data, path)
        table = value if isinstance(value, Mapping) else {None: value}
        near = {year: round(one, DECIMALS) for year, one in table.items() if _is_long(one)}
        if near:
            data = replaced(data, path, {**value, **near} if table is value else near[None])
            places.append(path)
    return data, places


def _is_long(value: Any) -> bool:
    return isinstance(value, float) and 0 <= value <= 1 and round(value, DECIMALS) != value
