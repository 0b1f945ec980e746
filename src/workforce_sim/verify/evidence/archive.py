"""The bytes of an archive: a ZIP file in one form only, so that its members decide every byte of it.

Members are stored, not compressed, as compressors differ between machines; all have the same time and mode; nothing
stands before, between or after them. ``regions`` gives each piece of such a file with the name of its member, so that
any other byte is found and named.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

_HEADER = struct.Struct("<4s5H3I2H")
_ENTRY = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_CRC, _SIZE = slice(14, 18), slice(22, 26)
_VERSION, _MADE_ON_UNIX, _DAY, _MODE = 20, 3 << 8 | 20, 1 << 5 | 1, 0o100600 << 16
END = "end of the archive"

MOST_BYTES = 1 << 31
"""Most bytes of an archive; more would need another form of ZIP."""


class Member(NamedTuple):
    """What the headers of an archive say of a member: its name (ASCII), its CRC-32 and its bytes."""

    name: str
    crc32: int
    size: int

    @classmethod
    def of(cls, name: str, content: bytes) -> Member:
        """Return the member with this content."""
        return cls(name, zlib.crc32(content), len(content))


class Region(NamedTuple):
    """A piece of an archive.

    Attributes:
        name: of the member, or ``END``.
        part: ``header``, ``content`` or ``directory entry``.
        size: in bytes.
        expected: its bytes; None of a content.
    """

    name: str
    part: str
    size: int
    expected: bytes | None


def packed(contents: Mapping[str, bytes]) -> bytes:
    """Return the archive of some members, in their order."""
    members = [Member.of(name, content) for name, content in contents.items()]
    return b"".join(
        contents[region.name] if region.expected is None else region.expected for region in regions(members)
    )


def regions(members: Sequence[Member]) -> Iterator[Region]:
    """Yield the pieces of the archive of some members, from its first byte to its last."""
    entries, place = [], 0
    for member in members:
        header = _header(member)
        yield Region(member.name, "header", len(header), header)
        yield Region(member.name, "content", member.size, None)
        entries.append((member.name, _entry(member, place)))
        place += len(header) + member.size
    for name, entry in entries:
        yield Region(name, "directory entry", len(entry), entry)
    end = _END.pack(b"PK\5\6", 0, 0, len(entries), len(entries), sum(len(entry) for _, entry in entries), place, 0)
    yield Region(END, "record", len(end), end)


def _header(member: Member) -> bytes:
    name, size = member.name.encode("ascii"), member.size
    return _HEADER.pack(b"PK\3\4", _VERSION, 0, 0, 0, _DAY, member.crc32, size, size, len(name), 0) + name


def _entry(member: Member, place: int) -> bytes:
    name, size = member.name.encode("ascii"), member.size
    head = (b"PK\1\2", _MADE_ON_UNIX, _VERSION, 0, 0, 0, _DAY, member.crc32, size, size, len(name))
    return _ENTRY.pack(*head, 0, 0, 0, 0, _MODE, place) + name


def first_content(archive: bytes, name: str) -> bytes | None:
    """Return the content of the first member, if it has this name; its header says how long it is."""
    start = _HEADER.size + len(name)
    if archive[: len(b"PK\3\4")] != b"PK\3\4" or archive[_HEADER.size : start] != name.encode():
        return None
    return archive[start : start + int.from_bytes(archive[_SIZE], "little")]


def end_of_contents(members: Sequence[Member]) -> int:
    """Return where the last member ends."""
    return sum(region.size for region in regions(members) if region.part in ("header", "content"))


def crc32_in_header(archive: bytes, place: int) -> int:
    """Return the CRC-32 that the header at a place says."""
    return int.from_bytes(archive[place + _CRC.start : place + _CRC.stop], "little")


def contents(archive: bytes, members: Sequence[Member]) -> dict[str, bytes]:
    """Return the contents of an archive with these members, by name."""
    found, place = {}, 0
    for region in regions(members):
        if region.expected is None:
            found[region.name] = archive[place : place + region.size]
        place += region.size
    return found


def differing(archive: bytes, members: Sequence[Member]) -> Iterator[str]:
    """Yield what of an archive is not as these members make it, but for contents of the right length and CRC-32."""
    expected = list(regions(members))
    length, place = sum(region.size for region in expected), 0
    for region in expected:
        if not _same(archive[place : place + region.size], region, members):
            yield f"{region.name}: its {region.part} was changed"
            if len(archive) != length:
                break  # what follows lies elsewhere
        place += region.size
    if len(archive) != length:
        yield f"the archive has {len(archive):,} bytes, its manifest is of {length:,}"


def _same(found: bytes, region: Region, members: Sequence[Member]) -> bool:
    if region.expected is not None:
        return found == region.expected
    return Member.of(region.name, found) in members
