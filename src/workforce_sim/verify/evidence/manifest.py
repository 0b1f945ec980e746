"""The manifest of an archive of evidence: its members with their hashes, the run they are about, and who signed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, ValidationError, model_validator

from workforce_sim.errors import LedgerError
from workforce_sim.store.documents import NO_OBJECT, Count, Document, Sha256, first_problem, unsealed
from workforce_sim.store.layout import sealed
from workforce_sim.verify.evidence.archive import Member

MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
"""The first member, and the last one where there is a signature: 64 bytes of Ed25519 over the manifest."""
KIND: Literal["workforce_sim evidence"] = "workforce_sim evidence"
FORMAT = 1
SIGNATURE_BYTES = 64
AGAIN = "ask for the archive again"

People: TypeAlias = Literal["none", "stories", "exact stories"]
MemberName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)?\.[a-z]{2,4}\z", max_length=100)]


class WrittenMember(Document):
    """The record of a member: its size in bytes, their SHA-256 and their CRC-32, which the archive repeats."""

    name: MemberName
    size: Count
    sha256: Sha256
    crc32: Annotated[int, Field(ge=0, lt=2**32)]

    @classmethod
    def of(cls, name: str, content: bytes) -> WrittenMember:
        """Return the record of a content."""
        member = Member.of(name, content)
        return cls(name=name, size=member.size, sha256=hashlib.sha256(content).hexdigest(), crc32=member.crc32)

    @property
    def member(self) -> Member:
        """What the headers of the archive say."""
        return Member(self.name, self.crc32, self.size)


class EvidenceManifest(Document):
    """``manifest.json``.

    Attributes:
        kind: says what the archive is.
        format: of the archive.
        written_by: version of workforce_sim.
        run: SHA-256 of the identity of the run.
        fingerprint: of its tables.
        people: whether anything about a single employee is in the archive.
        members: all others but the signature, in their order.
        signer: SHA-256 of the public key of the signature; None without one.
        seal: SHA-256 of the manifest without it.
    """

    kind: Literal["workforce_sim evidence"]
    format: int
    written_by: str
    run: Sha256
    fingerprint: Sha256
    people: People
    members: Annotated[list[WrittenMember], Field(min_length=1)]
    signer: Sha256 | None
    seal: Sha256

    @model_validator(mode="after")
    def _once(self) -> EvidenceManifest:
        names = [member.name for member in self.members]
        if len({*names, MANIFEST, SIGNATURE}) != len(names) + 2:
            raise ValueError("members have one name")
        return self


def manifest_bytes(facts: Mapping[str, object], contents: Mapping[str, bytes], signer: str | None) -> bytes:
    """Return the manifest of some members."""
    members = [WrittenMember.of(name, content).model_dump() for name, content in contents.items()]
    return sealed({**facts, "kind": KIND, "format": FORMAT, "members": members, "signer": signer}).content


def read_manifest(content: bytes) -> EvidenceManifest:
    """Return a manifest.

    Raises:
        LedgerError: when it was changed since it was sealed, or is of another format.
    """
    try:
        found, as_sealed = unsealed(content)
    except NO_OBJECT:
        raise LedgerError(f"{MANIFEST}: was changed: it cannot be read; {AGAIN}") from None
    if not as_sealed:
        raise LedgerError(f"{MANIFEST}: was changed since it was written; {AGAIN}")
    if found.get("kind") == KIND and found.get("format") != FORMAT:
        raise LedgerError(
            f"{MANIFEST}: is of another format; verify it with the version of workforce_sim that wrote it"
        )
    try:
        return EvidenceManifest.model_validate(found)
    except ValidationError as error:
        raise LedgerError(f"{MANIFEST}: is no manifest of evidence ({first_problem(error)}); {AGAIN}") from None
