"""What pydantic finds wrong, said plainly: where in the file, where in the configuration, what, and what to do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from workforce_sim.config.document import Node, Place, Problem, scalar
from workforce_sim.config.keys import keys_of, meant, options, schema_at
from workforce_sim.config.values import TAGS, KeyPath
from workforce_sim.wording import counted

MAX_SHOWN = 40
MAX_LINES = 100
MAX_READ = 1000
NOWHERE = Place(0, 0)
MISSING, UNKNOWN = "required, and missing", "unknown key"
"""How these two kinds of problem begin."""

_AT_A_KEY = {"missing", "extra_forbidden", "invalid_key", "unknown_name"}
_WITHOUT_VALUE = {*_AT_A_KEY, "too_short", "too_long", "recursion_loop"}


def _number(bound: float) -> str:
    whole = int(bound) if bound == int(bound) else bound
    return f"{whole:,}" if whole >= 10_000 else str(whole)


_WHAT: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "bool_type": lambda _: "expected true or false",
    "date_type": lambda _: "expected a date written YYYY-MM-DD",
    "dict_type": lambda _: "expected a table of names and values",
    "finite_number": lambda _: "must be a finite number",
    "float_type": lambda _: "expected a number",
    "greater_than": lambda c: f"must be above {_number(c['gt'])}",
    "greater_than_equal": lambda c: f"must be at least {_number(c['ge'])}",
    "int_type": lambda _: "expected a whole number",
    "less_than": lambda c: f"must be below {_number(c['lt'])}",
    "less_than_equal": lambda c: f"must be at most {_number(c['le'])}",
    "literal_error": lambda c: f"expected {str(c['expected']).replace(chr(39), '')}",
    "model_attributes_type": lambda _: "expected a section of keys",
    "model_type": lambda _: "expected a section of keys",
    "recursion_loop": lambda _: "contains itself",
    "string_too_long": lambda c: f"must not be longer than {c['max_length']} characters",
    "string_too_short": lambda _: "must not be empty",
    "string_type": lambda _: "expected text",
    "string_unicode": lambda _: "text that is not valid Unicode",
    "too_long": lambda c: f"needs {c['max_length']} values, has {c['actual_length']}",
    "too_short": lambda c: f"needs {counted(c['min_length'], 'value')}, has {c['actual_length']}",
    "tuple_type": lambda _: "expected a list",
}
"""How each kind of error reads; kinds not listed carry their own sentence."""


def found_in(error: ValidationError, root: Node | None) -> list[Problem]:
    """Return the problems of a validation, with their places when the document is given."""
    lines = error.errors(include_url=False)[:MAX_READ]
    return [_problem(line, root) for line in lines if not _counts_the_valid(line)]


def _counts_the_valid(line: ErrorDetails) -> bool:
    """Tell whether a list is called too short only because pydantic leaves out its wrong values."""
    return line["type"] == "too_short" and len(line["input"]) >= line["ctx"]["min_length"]


def report(problems: Iterable[Problem], source: str | None) -> str:
    """Return the problems one a line, by position in a file; one problem a place."""
    first: dict[tuple[KeyPath, Place], Problem] = {}
    for problem in problems:
        first.setdefault((problem.path, problem.place), problem)
    lines = sorted(first.values(), key=lambda problem: problem.place)
    return listed([as_line(problem, source) for problem in lines])


def listed(lines: Sequence[str]) -> str:
    """Return lines as text, the first 100 of them."""
    return "\n".join([*lines[:MAX_LINES], *(["... and more"] if len(lines) > MAX_LINES else [])])


def as_line(problem: Problem, source: str | None) -> str:
    """Return a problem as a line: with its file and its place in it, where it has them, and its key."""
    place = "" if problem.place == NOWHERE else f":{problem.place.line}:{problem.place.column}"
    where = f"{source}{place}: " if source is not None else ""
    return where + (f"{dotted(problem.path)}: " if problem.path else "") + problem.what


def dotted(path: KeyPath) -> str:
    """Return a path as text, such as ``workforce.levels.2.name``."""
    parts = [str(part) for part in path]
    return ".".join(part if part and part.isprintable() and len(part) <= MAX_SHOWN else shown(part) for part in parts)


def shown(value: Any, written: str | None = None) -> str:
    """Return a value on one line in at most 40 characters."""
    try:
        text = repr(value) if written is None else written
    except Exception:  # the value is the caller's, and so is its repr
        text = type(value).__name__
    text = text if text.isprintable() else ascii(text)[1:-1]
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 3] + "..."


def _problem(line: ErrorDetails, root: Node | None) -> Problem:
    of_key = line["loc"][-1:] == ("[key]",)
    path = tuple(part for part in line["loc"] if part not in TAGS and part != "[key]")
    node = _walked(root, path)
    what = _key_problem(path, line) if of_key else _sentence(path, line, node)
    return Problem(place_of(root, path, at_key=of_key or line["type"] in _AT_A_KEY), path, what)


def _walked(root: Node | None, path: KeyPath) -> Node | None:
    """Return the node at a path; None where there is none."""
    for part in path:
        root = None if root is None else root.children.get(part)
    return root


def place_of(root: Node | None, path: KeyPath, *, at_key: bool) -> Place:
    """Return where a problem stands: a scalar at its value, everything else at its key."""
    if root is None or not path:
        return NOWHERE if root is None else root.place
    parent, node = _walked(root, path[:-1]), _walked(root, path)
    if parent is None or node is None:
        return place_of(root, path[:-1], at_key=True)
    key = parent.keys.get(path[-1])
    return key if key and (at_key or node.written is None) else node.place


def _sentence(path: KeyPath, line: ErrorDetails, node: Node | None) -> str:
    kind = line["type"]
    if kind == "missing":
        return _missing(path)
    if kind in ("extra_forbidden", "invalid_key"):
        return _unknown_key(path)
    say = _WHAT.get(kind)
    what = say(line.get("ctx", {})) if say else line["msg"].removeprefix("Value error, ")
    if kind in ("model_type", "model_attributes_type"):
        return what + _section_hint(path, line["input"]) + _got(kind, line["input"], node)
    return what + _hint(kind, line["input"], line.get("ctx", {})) + _got(kind, line["input"], node)


def _got(kind: str, value: Any, node: Node | None) -> str:
    size = len(value) if isinstance(value, (list, tuple, dict)) else 0
    if kind in _WITHOUT_VALUE or (kind == "value_error" and (value is None or isinstance(value, (list, tuple, dict)))):
        return ""
    if isinstance(value, dict):
        return f" (got a table of {size})"
    if isinstance(value, (list, tuple)):
        return f" (got a list of {size})"
    return " (got nothing)" if value is None else f" (got {shown(value, node.written if node else None)})"


def _hint(kind: str, value: Any, context: Mapping[str, Any]) -> str:
    """Return what to do about a common slip."""
    if kind == "string_type" and isinstance(value, (int, float)):
        return f'; write it in quotes, "{shown(value)}"'
    most = context.get("le", context.get("lt", 0))
    if 1 <= most <= 4 and isinstance(value, (int, float)) and most <= value <= 100:
        return f"; {value:g}% is written {value / 100:g}"
    if kind in ("int_type", "float_type") and isinstance(value, str):
        return _number_hint(value)
    return ""


def _section_hint(path: KeyPath, value: Any) -> str:
    """Return which key of a section one value is for, or which keys the section has."""
    known = keys_of(path)
    if isinstance(value, (list, tuple, dict)) or not known or not path:
        return ""
    inside = {key: options(schema_at(path)["properties"][key]) for key in known}
    switches = [key for key in ("enabled", "available") if key in known and isinstance(value, bool)]
    words = [key for key, choices in inside.items() if any(value in choice.get("enum", ()) for choice in choices)]
    for key in switches + words:
        return f"; write {{{key}: {str(value).lower()}}}"
    return f"; its keys are {_listed(path)}"


def _number_hint(text: str) -> str:
    """Return how a number written as text, with separators or a sign of percent or money, is to be written."""
    bare = re.sub(r"[_,$\s]|^0+(?=[0-9])", "", text)
    number = scalar(bare.removesuffix("%"))
    if not bare or not isinstance(number, (int, float)) or isinstance(number, bool):
        return ""
    return (
        f"; write {number / 100:g}" if bare.endswith("%") else f"; write {shown(number)} without quotes or separators"
    )


def _key_problem(path: KeyPath, line: ErrorDetails) -> str:
    if line["type"] == "string_type":
        return f'the key must be text; write it in quotes, "{shown(line["input"])}"'
    if line["type"] == "value_error":
        return line["msg"].removeprefix("Value error, ")
    return f"the key must be a year from 1950 to 2200 (got {shown(line['input'])})"


def _missing(path: KeyPath) -> str:
    """Say that a required key is missing; of a section, name the keys that it needs."""
    needs = schema_at(path).get("required", [])
    return f"{MISSING} (with {', '.join(needs)})" if needs else MISSING


def _unknown_key(path: KeyPath) -> str:
    guess = meant(path)
    return f"{UNKNOWN} (did you mean {guess}?)" if guess else f"{UNKNOWN} (known here: {_listed(path[:-1])})"


def _listed(path: KeyPath) -> str:
    return ", ".join(keys_of(path))
