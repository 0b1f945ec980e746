"""Where chance comes from: keyed uniforms.

A draw is a pure function of seed, replicate, year, stream and person. Nothing is drawn in sequence, so
order, threads, partitions and machines change nothing, and scenarios have the same random draws. The mixer is
the finaliser of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators",
OOPSLA 2014). Arithmetic is modulo 2^64, in arrays and in their scalar twins alike; the constants and
stream numbers are fixed for ever, and golden values pin them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import polars as pl
from numpy.typing import NDArray

G = 0x9E3779B97F4A7C15
_M1 = 0xBF58476D1CE4E5B9
_M2 = 0x94D049BB133111EB
_MASK = 2**64 - 1
FIRST_CENSUS_KEY = 1 << 63
_FNV_OFFSET = 0xCBF29CE484222325
_FNV_PRIME = 0x100000001B3
_BLOCK = 1 << 15  # rows mixed at a time, so the work stays in the cache

Keys = NDArray[np.uint64]
Uniforms = NDArray[np.float64]


class Stream(IntEnum):
    """One number per kind of decision, fixed for ever."""

    TERMINATION = 1
    CAUSE = 2
    LEAVING_DATE = 3
    HIRE_LEVEL = 4
    HIRE_AGE = 5
    BIRTHDAY = 6
    HIRE_DATE = 7
    HIRE_DEPARTMENT = 8
    HIRE_PAY = 9
    HIRE_TERMINATION = 10
    HIRE_LEAVING_DATE = 11
    PROMOTION = 12
    PROMOTION_DATE = 13
    PROMOTION_INCREASE = 14
    RATING = 15
    MERIT_DATE = 16
    EXCLUDED = 17
    ELECTION = 18
    ELECTION_DATE = 19
    RESERVED = 20
    MATCH_SEEKING = 21
    OPT_OUT = 22
    CONVERSION = 23
    CONVERSION_DATE = 24
    STOP = 25
    CHANGE = 26
    CHANGE_DIRECTION = 27
    CHANGE_OR_STOP_DATE = 28
    DECLINES_ESCALATION = 29
    IMPUTED_BIRTH = 30
    HIRE_PART_TIME = 31
    MATCH_RESPONSE = 32
    OPENING_PARTICIPATION = 33
    IMPUTED_BIRTHDAY = 34
    OTHER_PAY_RECEIVER = 35
    OTHER_PAY_AMOUNT = 36
    UNION = 37
    RETURN = 38
    RETURN_DATE = 39
    YEAR_EFFECT = 40
    ASSUMPTION = 41
    HIRES = 42
    YEAR_GROWTH = 43
    YEAR_RAISES = 44
    LEAVE = 45
    LEAVE_DATE = 46
    LEAVE_LENGTH = 47
    LAYOFF = 48
    BACKFILL_DELAY = 51
    SYNTHETIC_AGE = 60
    SYNTHETIC_TENURE = 61
    SYNTHETIC_LEVEL = 62
    SYNTHETIC_PAY = 63
    SYNTHETIC_BIRTHDAY = 64
    SYNTHETIC_HIRE_DAY = 65
    SYNTHETIC_DEPARTMENT = 66
    SYNTHETIC_PARTICIPATION = 67
    SYNTHETIC_DEFERRAL = 68

    @staticmethod
    def user(name: str) -> int:
        """Return the stream of a user's own kind of decision: the same for the same name, and none of the model's."""
        return USER_STREAMS + (fnv1a(name) >> 16)


USER_STREAMS = 1 << 48
"""The streams of users begin here."""

ONCE = frozenset(
    {
        Stream.EXCLUDED,
        Stream.DECLINES_ESCALATION,
        Stream.IMPUTED_BIRTH,
        Stream.IMPUTED_BIRTHDAY,
        Stream.OPENING_PARTICIPATION,
        Stream.UNION,
    }
)
"""Streams that are drawn once per person, not once a year."""


def mix(z: int) -> int:
    """Return the SplitMix64 finaliser of one 64-bit number."""
    z ^= z >> 30
    z = z * _M1 & _MASK
    z ^= z >> 27
    z = z * _M2 & _MASK
    return z ^ z >> 31


def person_number(seed: int, replicate: int, key: int) -> int:
    """Return the number that stands for one person in one replicate."""
    return mix(key * G + mix(_seeded(seed) + (replicate + 1) * G & _MASK) & _MASK)


def decision(seed: int, year: int, stream: int) -> int:
    """Return the scalar K of one decision in one year."""
    return mix(mix(_seeded(seed) + year * G & _MASK) + stream * G & _MASK)


def named(k: int, name: str) -> int:
    """Return the scalar of one of several decisions of a kind, told apart by their names."""
    return mix(k + fnv1a(name) & _MASK)


def bits(person: int, k: int) -> int:
    """Return the 64 bits behind one draw."""
    return mix(person * G + k & _MASK)


def uniform(person: int, k: int) -> float:
    """Return the draw in [0, 1) of one person for one decision: the scalar twin of ``uniforms``."""
    return (bits(person, k) >> 11) * 2.0**-53


def shared_draw(seed: int, replicate: int, year: int, stream: Stream, key: int = 0) -> float:
    """Return a draw in [0, 1) that belongs to no person: key 0, or that of a name; year 0 for a whole run."""
    return uniform(person_number(seed, replicate, key), decision(seed, year, stream))


def _seeded(seed: int) -> int:
    return mix(seed + G & _MASK)


def person_numbers(seed: int, replicate: int, keys: Keys) -> Keys:
    """Return one number per key; uint64 in, uint64 out, same length."""
    offset = mix(_seeded(seed) + (replicate + 1) * G & _MASK)
    out = np.empty_like(keys)
    for some in _blocks(len(keys)):
        out[some] = _mixed(keys[some], offset)
    return out


def uniforms(persons: Keys, k: int) -> Uniforms:
    """Return one draw in [0, 1) per person for the decision with scalar ``k``."""
    out = np.empty(len(persons), dtype=np.float64)
    for some in _blocks(len(persons)):
        z = _mixed(persons[some], k)
        z >>= np.uint64(11)
        np.multiply(z.view(np.int64), 2.0**-53, out=out[some])  # signed numbers become doubles faster
    return out


def _blocks(rows: int) -> Iterator[slice]:
    return (slice(start, start + _BLOCK) for start in range(0, rows, _BLOCK))


def _mixed(numbers: Keys, offset: int) -> Keys:
    """Return mix(number x G + offset) for every number."""
    z = numbers * np.uint64(G)
    z += np.uint64(offset)
    _finish(z)
    return z


def _finish(z: Keys) -> None:
    """Mix the bits of every number in its place."""
    z ^= z >> np.uint64(30)
    z *= np.uint64(_M1)
    z ^= z >> np.uint64(27)
    z *= np.uint64(_M2)
    z ^= z >> np.uint64(31)


def fnv1a(text: str) -> int:
    """Return the FNV-1a-64 hash of the UTF-8 bytes of a text."""
    h = _FNV_OFFSET
    for byte in text.encode():
        h = (h ^ byte) * _FNV_PRIME & _MASK
    return h


def census_key(employee_id: str) -> int:
    """Return the key of a census employee: the mixed hash of the id, with the top bit set."""
    return mix(fnv1a(employee_id)) | FIRST_CENSUS_KEY


def census_keys(employee_ids: pl.Series) -> Keys:
    """Return one key per id (a String series without nulls), as ``census_key`` gives it."""
    starts, raw = _utf8(employee_ids)
    h = np.full(len(employee_ids), _FNV_OFFSET, dtype=np.uint64)
    for some in _blocks(len(h)):
        _hash(h[some], starts[some.start : some.stop + 1], raw)
        _finish(h[some])
    return h | np.uint64(FIRST_CENSUS_KEY)


def _utf8(texts: pl.Series) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Return where each text starts (and the last ends) in the bytes of all of them, as views of Arrow's buffers."""
    array = texts.to_arrow(compat_level=pl.CompatLevel.oldest())  # large_string: 64-bit offsets, then the bytes
    _, offsets, data = array.buffers()
    if not len(array):
        return np.zeros(1, dtype=np.int64), np.zeros(0, dtype=np.uint8)
    starts = np.frombuffer(offsets, dtype=np.int64, count=len(array) + 1, offset=8 * array.offset)
    return starts, np.frombuffer(data or b"", dtype=np.uint8)


def _hash(h: Keys, starts: NDArray[np.int64], raw: NDArray[np.uint8]) -> None:
    """Fold the bytes of each text into ``h``, one position of all texts at a time."""
    lengths = np.diff(starts)
    shortest = int(lengths.min())
    for at in range(shortest):
        h ^= raw[starts[:-1] + at]
        h *= np.uint64(_FNV_PRIME)
    for at in range(shortest, int(lengths.max())):
        rows = np.flatnonzero(lengths > at)
        h[rows] = (h[rows] ^ raw[starts[rows] + at]) * np.uint64(_FNV_PRIME)


def hire_key(year: int, ordinal: int) -> int:
    """Return the key of the n-th hire of a year (from 1): the same person in every scenario."""
    return (year << 32) + ordinal


HIRE_ID = r"^NH-([0-9]{4})-([0-9]{6,})$"
"""The employee ids of hires: year and number among the hires of the year."""


def hire_id(year: int, ordinal: int) -> str:
    """Return the employee id of the n-th hire of a year, such as ``NH-2027-000001``."""
    return f"NH-{year}-{ordinal:06d}"


def category(x: int, cumulative: Iterable[int]) -> int:
    """Return the first index whose cumulative millionths exceed ``x``."""
    return next(i for i, upper in enumerate(cumulative) if x < upper)


@dataclass(frozen=True)
class Draws:
    """The draws of one plan year: ask by person and stream."""

    seed: int
    year: int

    def of(self, persons: Keys, stream: int, name: str = "") -> Uniforms:
        """Return one draw in [0, 1) per person; streams drawn once per person use year 0.

        Args:
            persons: numbers of the persons.
            stream: the kind of decision.
            name: which of several decisions of the kind, where there are several.
        """
        k = decision(self.seed, 0 if stream in ONCE else self.year, stream)
        return uniforms(persons, named(k, name) if name else k)
