"""YAML text to plain values that remember where they stand, with the surprises of YAML taken out.

Scalars read as in YAML 1.2: ``no``, ``on``, ``010``, ``12:30:00``, ``01-01`` and ``1_000`` are text; ``1e5`` is a
number; an ISO date is a date. Keys stand once; tags, merge keys, several documents, deep nesting and alias bombs are
refused.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import yaml

from workforce_sim.config.values import KeyPath

MAX_BYTES = 1 << 20
MAX_DEPTH = 50
MAX_VALUES = 50_000
"""Most keys and values that a file may hold, aliases not followed."""
MAX_REPEATED = 10_000
"""Most values that aliases may repeat in all."""

PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The parser in C, or the slower one where PyYAML was built without it."""

_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_WORDS |= {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?(0|[1-9][0-9]{0,99})")
_FLOAT = re.compile(r"[-+]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Place(NamedTuple):
    """Line and column of a file, both from 1."""

    line: int
    column: int


class Problem(NamedTuple):
    """One thing wrong: where it stands in the file, where in the configuration, and what."""

    place: Place
    path: KeyPath
    what: str


@dataclass
class Node:
    """A value, where it and its keys stand, and how a scalar is written."""

    value: Any
    place: Place
    written: str | None = None
    children: dict[str | int, Node] = field(default_factory=dict)
    keys: dict[str | int, Place] = field(default_factory=dict)
    size: int = 1
    height: int = 0

    def add(self, key: str | int, child: Node) -> None:
        """Take in a value of a list or mapping."""
        self.children[key] = child
        self.size += child.size
        self.height = max(self.height, child.height + 1)


def read_yaml(content: bytes) -> tuple[Node | None, list[Problem]]:
    """Return the document and what is wrong with it as YAML; None for what cannot be read to its end."""
    reader = _Reader(_events(content))
    try:
        return reader.document(), reader.problems
    except _FatalError as error:
        return None, [*reader.problems, error.problem]


def scalar(text: str) -> Any:
    """Return the value of an unquoted scalar."""
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _NOT_FINITE.fullmatch(text):
        return float(text.replace(".", ""))
    return _date(text) if _DATE.fullmatch(text) else text


def _date(text: str) -> dt.date | str:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return text


class _FatalError(Exception):
    def __init__(self, place: Place, what: str, path: KeyPath = ()) -> None:
        super().__init__(what)
        self.problem = Problem(place, path, what)


def _decoded(content: bytes) -> str:
    if len(content) > MAX_BYTES:
        raise _FatalError(Place(1, 1), f"the file is larger than {MAX_BYTES:,} bytes")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8", "replace")
        raise _FatalError(_place_after(before), "not UTF-8 text; save the file as UTF-8") from None
    bad = _UNPRINTABLE.search(text)
    if bad:
        place = _place_after(text[: bad.start()])
        raise _FatalError(place, _malformed(place, f"the control character U+{ord(bad[0]):04X}; remove it"))
    return text


def _place_after(text: str) -> Place:
    return Place(text.count("\n") + 1, len(text) - (text.rfind("\n") + 1) + 1)


def _events(content: bytes) -> Iterator[Any]:
    """Yield the events of the parser; what is not YAML is a fatal problem."""
    text = _decoded(content)
    try:
        yield from yaml.parse(text, Loader=PARSER)
    except yaml.MarkedYAMLError as error:
        place = _place(error.problem_mark or error.context_mark)
        raise _FatalError(place, _malformed(place, _explained(error, text, place))) from None
    except yaml.YAMLError as error:
        raise _FatalError(Place(1, 1), _malformed(Place(1, 1), str(error).split("\n", 1)[0])) from None


def _malformed(place: Place, what: str) -> str:
    return f"not valid YAML at line {place.line}, column {place.column}: {what}"


def _explained(error: yaml.MarkedYAMLError, text: str, place: Place) -> str:
    line = [*re.split(r"\r\n|[\n\r\x85\u2028\u2029]", text), ""][place.line - 1]
    character = line[place.column - 1 : place.column]
    if character == "\t":
        return "a tab where spaces are needed; indent with spaces"
    if character and character in "@`%&*!|>" and "cannot start" in str(error.problem):
        return f"text that begins with {character} needs quotes"
    if not error.context:
        return str(error.problem)
    start = _place(error.context_mark)
    return f"{error.context} from {start.line}:{start.column}: {error.problem}"


def _place(mark: Any) -> Place:
    return Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)


class _Reader:
    """Builds nodes from the events of a parser, one event at a time, so that limits hold while reading."""

    def __init__(self, events: Iterator[Any]) -> None:
        self.events = events
        self.problems: list[Problem] = []
        self._anchors: dict[str, Node | None] = {}
        self._repeated = 0
        self._read = 0

    def document(self) -> Node:
        """Return the one document; an empty file is an empty mapping."""
        root = None
        for event in self.events:
            if isinstance(event, yaml.NodeEvent):
                if root is not None:
                    raise _FatalError(_place(event.start_mark), "a second document; a configuration is one document")
                root = self._node(event, ())
        return root or Node({}, Place(1, 1))

    def _node(self, event: Any, path: KeyPath) -> Node:
        place = _place(event.start_mark)
        self._read += 1
        if self._read > MAX_VALUES:
            raise _FatalError(place, f"the file holds more than {MAX_VALUES:,} keys and values")
        if isinstance(event, yaml.AliasEvent):
            return self._alias(str(event.anchor), place, path)
        if len(path) > MAX_DEPTH:
            raise _FatalError(place, f"nested deeper than {MAX_DEPTH} levels")
        if event.tag not in (None, "!"):
            self.problems.append(Problem(place, path, "tags are not supported; remove it, and quote what is text"))
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        node = self._filled(event, Node(None, place), path)
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def _filled(self, event: Any, node: Node, path: KeyPath) -> Node:
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(node, path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(node, path)
        plain = event.implicit[0]
        node.value = scalar(event.value) if plain else event.value
        node.written = event.value if plain else f'"{event.value}"'
        return node

    def _alias(self, name: str, place: Place, path: KeyPath) -> Node:
        node = self._anchors.get(name)
        if node is None:
            raise _FatalError(place, f"*{name} stands for nothing: no finished value before it is marked &{name}", path)
        self._repeated += node.size
        if self._repeated > MAX_REPEATED:
            raise _FatalError(place, f"aliases repeat more than {MAX_REPEATED:,} values")
        if len(path) + node.height > MAX_DEPTH:
            raise _FatalError(place, f"nested deeper than {MAX_DEPTH} levels")
        return node

    def _sequence(self, node: Node, path: KeyPath) -> Node:
        node.value = []
        for index, event in enumerate(self.events):
            if isinstance(event, yaml.SequenceEndEvent):
                break
            child = self._node(event, (*path, index))
            node.add(index, child)
            node.value.append(child.value)
        return node

    def _mapping(self, node: Node, path: KeyPath) -> Node:
        node.value = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self._node(event, (*path, "?"))
            name = _name(key)
            child = self._node(next(self.events), (*path, name))
            if self._usable(key, name, node, path):
                node.keys[name] = key.place
                node.add(name, child)
                node.value[name] = child.value
        return node

    def _usable(self, key: Node, name: str | int, node: Node, path: KeyPath) -> bool:
        what = None
        if key.written is None:
            what = "a key must be text or a number, not a list or a mapping"
        elif key.value is None:
            what = "a key must not be empty or null"
        elif key.written == "<<":
            what = "merge keys (<<) are not supported; write the keys out"
        elif name in node.keys:
            first = node.keys[name]
            what = f"the key stands twice (first at {first.line}:{first.column}); keep one"
            path = (*path, name)
        if what is not None:
            self.problems.append(Problem(key.place, path, what))
        return what is None


def _name(key: Node) -> str | int:
    """Return a key: text and whole numbers as they are, anything else as it is written."""
    return key.value if type(key.value) in (str, int) else str(key.written)
