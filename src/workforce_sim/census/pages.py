"""How large the pages of a Parquet file are once unpacked, as their own headers say: its footer may say otherwise.

A page's header is a struct of Thrift's compact protocol: for each field a byte, how far its number is from the one
before and of which kind it is, then its value. Field 2 is the size unpacked, field 3 the size in the file.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

MAX_PAGES, MAX_HEADER, MAX_HEADERS = 200_000, 1 << 14, 1 << 24
"""Most pages of a file, bytes of one header and bytes of all."""

_UNPACKED, _PACKED = 2, 3
_WHOLE, _BYTES, _STRUCT = (4, 5, 6), 8, 12
_FIXED = {1: 0, 2: 0, 3: 1, 7: 8}
"""Bytes of a value by its kind: true, false, a byte, a double."""


def unpacked_size(source: Path | bytes, about: Any) -> int:
    """Return how many bytes all pages of a file unpack to.

    Args:
        source: the file, or its content.
        about: its footer, as PyArrow reads it.

    Raises:
        ValueError: for headers that cannot be read, are too long or too many.
    """
    with _content(source) as data:
        try:
            sizes = [*islice(_sizes(data, about), MAX_PAGES + 1)]
        except (IndexError, KeyError, RecursionError) as error:
            raise ValueError("no header of a page") from error
    if len(sizes) > MAX_PAGES:
        raise ValueError("too many pages")
    return sum(sizes)


@contextmanager
def _content(source: Path | bytes) -> Iterator[mmap.mmap | bytes]:
    if isinstance(source, bytes):
        yield source
        return
    with source.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        yield data


def _sizes(data: mmap.mmap | bytes, about: Any) -> Iterator[int]:
    """Yield the unpacked size of every page."""
    read = 0
    for start, stop in _parts(about):
        at = start
        while at < stop:
            fields, length = _struct(data[at : at + MAX_HEADER], 0)
            read += length
            if min(fields[_UNPACKED], fields[_PACKED]) < 0 or read > MAX_HEADERS:
                raise ValueError("a page of less than nothing, or too many headers")
            yield fields[_UNPACKED]
            at += length + fields[_PACKED]


def _parts(about: Any) -> Iterator[tuple[int, int]]:
    """Yield where each part of each column begins and ends."""
    for group in map(about.row_group, range(about.num_row_groups)):
        for part in map(group.column, range(about.num_columns)):
            start = (part.dictionary_page_offset if part.has_dictionary_page else 0) or part.data_page_offset
            yield max(0, start), start + part.total_compressed_size


def _struct(header: bytes, at: int) -> tuple[dict[int, int], int]:
    """Return the whole numbers of a struct by field, and where it ends."""
    fields: dict[int, int] = {}
    number = 0
    while kind := header[at] & 15:
        step, at = header[at] >> 4, at + 1
        number, at = (number + step, at) if step else _whole(header, at)
        if kind in _WHOLE:
            fields[number], at = _whole(header, at)
        else:
            at = _after(header, at, kind)
    return fields, at + 1


def _after(header: bytes, at: int, kind: int) -> int:
    """Return where a value of a kind ends; lists and tables, which no header has, are a ``KeyError``."""
    if kind == _STRUCT:
        return _struct(header, at)[1]
    if kind == _BYTES:
        length, at = _varint(header, at)
        return at + length
    return at + _FIXED[kind]


def _whole(header: bytes, at: int) -> tuple[int, int]:
    """Return a number whose last bit is its sign, and where it ends."""
    value, at = _varint(header, at)
    return (value >> 1) ^ -(value & 1), at


def _varint(header: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        byte, at = header[at], at + 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
    raise ValueError("a number without end")
