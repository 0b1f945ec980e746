"""The record of a user's event in a run: the SHA-256 of its source."""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from textwrap import dedent
from types import CodeType, FunctionType
from typing import Any


def source(function: Callable[..., Any], after: str, adds: Mapping[str, Any], keeps: Iterable[str]) -> str:
    """Return the SHA-256 of an event: its place, its declarations, and the source of its function.

    The source includes its text, the plain values that it reads from outside (numbers, text, lists and dicts of them),
    and the functions of its own module that it calls. It does not include tables, arrays and expressions that it reads.
    """
    declared = f"{after} {[(name, str(dtype)) for name, dtype in adds.items()]} {list(keeps)}"
    return hashlib.sha256("\n".join([declared, *_pieces(function, set())]).encode()).hexdigest()


def _pieces(function: Callable[..., Any], seen: set[str]) -> Iterator[str]:
    """Yield the text of a function and the values that it reads."""
    seen.add(getattr(function, "__name__", ""))
    yield _text(function)
    for name, value in sorted(_read(function).items()):
        if not isinstance(value, FunctionType):
            yield from _plain(name, value)
        elif value.__module__ == function.__module__ and name not in seen:
            yield from _pieces(value, seen)


def _text(function: Callable[..., Any]) -> str:
    """Return the source of a function, or its code if the source is not available."""
    try:
        return dedent(inspect.getsource(function))
    except (OSError, TypeError):
        code = getattr(function, "__code__", None)
        return repr(type(function)) if code is None else _of_code(code)


def _of_code(code: CodeType) -> str:
    return f"{code.co_code.hex()} {code.co_names} {[_constant(value) for value in code.co_consts]}"


def _constant(value: object) -> str:
    if isinstance(value, CodeType):
        return _of_code(value)
    return repr(sorted(value, key=repr) if isinstance(value, frozenset) else value)


def _read(function: Callable[..., Any]) -> dict[str, Any]:
    """Return what a function reads by name from outside, and its defaults."""
    if not isinstance(function, FunctionType):
        return {}
    try:
        outside = inspect.getclosurevars(function)
    except ValueError:  # a name without a value yet
        return {}
    return {**outside.globals, **outside.nonlocals, "": [function.__defaults__, function.__kwdefaults__]}


def _plain(name: str, value: object) -> Iterator[str]:
    """Yield a value that JSON can hold."""
    try:
        yield f"{name} = {json.dumps(value, sort_keys=True)}"
    except (TypeError, ValueError):
        return
