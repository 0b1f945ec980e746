"""What a search may change: keys with their values, or named sets of keys; and the designs that they make together."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import yaml

from workforce_sim.config import Config
from workforce_sim.config.document import PARSER
from workforce_sim.ensembles.scenario_file import scenario_file
from workforce_sim.ensembles.sweeping import (
    MATCHES,
    are_numbers,
    is_within,
    laid_over,
    refuse_fixed,
    refuse_uncertain,
    words,
)
from workforce_sim.errors import ConfigError, RequestError
from workforce_sim.wording import in_percent, percent

MOST = 1_000
"""Designs that are tried one by one; of more, a spread-out part is tried, then what lies around the best."""

MOST_POSSIBLE = 10**12

_RANGE = re.compile(r"([-+0-9.]+%?):([-+0-9.]+%?):([-+0-9.]+%?)")
_WORD_OF = {f"plan.{match}": "preset" for match in MATCHES} | {
    "plan.nonelective": "kind",
    "plan.profit_sharing": "kind",
}
"""The key that a word is for, where a lever is a section."""


@dataclass(frozen=True)
class Lever:
    """Something that a search may change.

    Attributes:
        name: a key, or what its choices have in common.
        choices: changes by dotted key, by the words for each choice, in order.
    """

    name: str
    choices: tuple[tuple[str, Mapping[str, Any]], ...]

    @property
    def keys(self) -> set[str]:
        """The keys that it changes."""
        return {key for _, changes in self.choices for key in changes}


@dataclass(frozen=True)
class Design:
    """One choice of each lever.

    Attributes:
        number: its place among all designs, from 0.
        places: the place of each lever's choice.
        labels: the words for each.
        config: the configuration; None where it cannot be.
        changes: what it changes, by dotted key.
        problem: why it cannot be.
    """

    number: int
    places: tuple[int, ...]
    labels: tuple[str, ...]
    config: Config | None
    changes: Mapping[str, Any] = field(default_factory=dict, compare=False)
    problem: str = ""


def levers_of(asked: Mapping[str, Any]) -> tuple[Lever, ...]:
    """Return levers from values by key, ranges such as ``3%:10%:1%``, or named sets of keys.

    Raises:
        RequestError: for none, for values that cannot be read, or two levers that change one key.
    """
    if not asked or not isinstance(asked, Mapping):
        raise RequestError("levers: give at least one key with its values, such as {'plan.match': 'simple,stretch'}")
    found = tuple(_lever(name, values) for name, values in asked.items())
    for one, other in itertools.combinations(found, 2):
        both = [key for key in one.keys for also in other.keys if is_within(key, also) or is_within(also, key)]
        if both:
            raise RequestError(f"levers: {one.name} and {other.name} both change {both[0]}; make one lever of them")
    return found


def _lever(name: str, values: Any) -> Lever:
    if isinstance(values, str) and values.endswith((".yaml", ".yml")):
        values = _of_file(name, Path(values))
    if isinstance(values, Mapping):
        choices = tuple((str(label), _changes(name, label, changes)) for label, changes in values.items())
    else:
        listed = _listed(name, values) if isinstance(values, str) else _iterable(name, values)
        percents = in_percent(value for value in listed if are_numbers([value]))
        choices = tuple((_words(value, percents), {name: _formula(name, value)}) for value in listed)
    if not choices:
        raise RequestError(f"{name}: a lever needs at least one value")
    if len({label for label, _ in choices}) < len(choices):
        raise RequestError(f"{name}: has a value twice; give each once")
    for key in (found := Lever(name, choices)).keys:
        refuse_fixed(key, "cannot be a lever; all designs have")
    return found


def _changes(name: str, label: Any, changes: Any) -> dict[str, Any]:
    """Return a named set of keys, whose words are those of levers by key."""
    if not isinstance(changes, Mapping | None):
        raise RequestError(f"{name}: {label!s:.40}: expected keys with their values (got {changes!r:.40})")
    return {key: _formula(key, value) for key, value in (changes or {}).items()}


def _of_file(name: str, path: Path) -> Mapping[str, Mapping[str, Any]]:
    """Return the scenarios of a file, whose differences are sets of keys."""
    found = scenario_file(path)
    if found is None:
        raise RequestError(f"{name}: {path}: has no scenarios; a file of scenarios has extends and scenarios")
    return found.changes


def _iterable(name: str, values: Any) -> list[Any]:
    if not isinstance(values, Iterable):
        raise RequestError(f"{name}: give a list of values, a range such as 3%:10%:1%, or sets of keys by name")
    return list(values)


def _words(value: Any, percents: bool) -> str:
    if percents and are_numbers([value]):
        return percent(value)
    return value if isinstance(value, str) else words(value)


def _formula(name: str, value: Any) -> Any:
    """Return a value; a word for an employer contribution is its preset or kind."""
    return {_WORD_OF[name]: value} if name in _WORD_OF and isinstance(value, str) else value


def _listed(name: str, text: str) -> list[Any]:
    """Return the values of ``low:high:step`` or of a list between commas; ``%`` is a hundredth."""
    said = _RANGE.fullmatch(text.strip())
    if said is None:
        return [_value(name, part) for part in _split(text)]
    low, high, step = (_decimal(name, part) for part in said.groups())
    if step <= 0 or high < low:
        raise RequestError(f"{name}: {text}: expected low:high:step with low up to high and a step above 0")
    count = int((high - low) / step) + 1
    if count > MOST:
        raise RequestError(f"{name}: {text}: {count:,} values; at most {MOST:,}")
    return [_number(low + place * step) for place in range(count)]


def _split(text: str) -> list[str]:
    """Return the parts between commas outside brackets."""
    parts, depth = [""], 0
    for sign in text:
        depth += (sign in "[{(") - (sign in "]})")
        if sign == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return [part.strip() for part in parts]


def _value(name: str, text: str) -> Any:
    if re.fullmatch(r"[-+0-9.]+%", text):
        return _number(_decimal(name, text))
    if ":" in text and re.fullmatch(r"[-+0-9.%:]+", text):
        raise RequestError(f"{name}: {text:.40}: expected low:high:step, such as 3%:10%:1%")
    if not text:
        raise RequestError(f"{name}: has nothing between two commas; null is a value, nothing is none")
    try:
        return yaml.load(text, Loader=PARSER)
    except yaml.YAMLError:
        raise RequestError(f"{name}: cannot read the value {text!r:.60}; write it as in a YAML file") from None


def _decimal(name: str, text: str) -> Decimal:
    try:
        return Decimal(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except InvalidOperation:
        raise RequestError(f"{name}: {text!r:.40} is no number; give one such as 3% or 0.03") from None


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def designs_of(base: Config, levers: Sequence[Lever], wanted: Iterable[tuple[int, ...]]) -> Iterator[Design]:
    """Yield designs by the places of their choices; one that cannot be says why.

    Raises:
        RequestError: for a lever that replicates draw.
    """
    refuse_uncertain(base, [key for lever in levers for key in lever.keys])
    for places in wanted:
        picked = [lever.choices[place] for lever, place in zip(levers, places, strict=True)]
        labels = tuple(label for label, _ in picked)
        changes = {key: value for _, some in picked for key, value in some.items()}
        number = numbered(levers, places)
        try:
            yield Design(number, places, labels, laid_over(base, changes), changes)
        except ConfigError as error:
            yield Design(number, places, labels, None, changes, str(error).split("\n", maxsplit=1)[0])


def how_many(levers: Sequence[Lever]) -> int:
    """Return how many designs there are.

    Raises:
        RequestError: for more than anybody can search.
    """
    count = math.prod(len(lever.choices) for lever in levers)
    if count > MOST_POSSIBLE:
        raise RequestError(f"levers: {count:,} designs; give fewer values")
    return count


def numbered(levers: Sequence[Lever], places: Sequence[int]) -> int:
    """Return the place of a design among all, the last lever changing fastest."""
    number = 0
    for lever, place in zip(levers, places, strict=True):
        number = number * len(lever.choices) + place
    return number


def placed(levers: Sequence[Lever], number: int) -> tuple[int, ...]:
    """Return the places of the choices of a design."""
    found = []
    for lever in reversed(levers):
        number, place = divmod(number, len(lever.choices))
        found.append(place)
    return tuple(reversed(found))


def spread_out(levers: Sequence[Lever], count: int) -> list[tuple[int, ...]]:
    """Return designs far from each other: every choice of each lever about equally often, and the ends of each.

    A Kronecker sequence of the square roots of primes: the same for the same levers, without chance.
    """
    total = how_many(levers)
    ends = itertools.islice(itertools.product(*({0, len(lever.choices) - 1} for lever in levers)), count // 4)
    found = dict.fromkeys(tuple(end) for end in ends)
    steps = [math.sqrt(prime) % 1 for prime in _primes(len(levers))]
    for n in itertools.count(1):
        if len(found) >= min(count, total) or n > 50 * count:
            return list(found)
        found[tuple(int(n * step % 1 * len(lever.choices)) for step, lever in zip(steps, levers, strict=True))] = None
    raise AssertionError  # pragma: no cover


def _primes(count: int) -> list[int]:
    found: list[int] = []
    for number in itertools.count(2):
        if len(found) == count:
            break
        if all(number % prime for prime in found):
            found.append(number)
    return found


def around(levers: Sequence[Lever], places: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Return the designs that differ from one in the neighboring choice of one lever, or any of a few choices."""
    found = []
    for at, lever in enumerate(levers):
        near = range(len(lever.choices)) if len(lever.choices) <= 5 else (places[at] - 1, places[at] + 1)
        for place in near:
            if 0 <= place < len(lever.choices) and place != places[at]:
                found.append((*places[:at], place, *places[at + 1 :]))
    return found
