"""Whether an archive of evidence is what was written, on any machine: its bytes, its signature, what it says."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING

from workforce_sim.display.card import Card, CardTable, cells
from workforce_sim.display.displayed import Displayed
from workforce_sim.errors import LedgerError
from workforce_sim.simulation.run import Engine
from workforce_sim.store.files import content_of
from workforce_sim.verify.evidence.archive import (
    MOST_BYTES,
    Member,
    contents,
    crc32_in_header,
    differing,
    end_of_contents,
    first_content,
)
from workforce_sim.verify.evidence.consistency import (
    Contents,
    header_of,
    inconsistent,
    member,
    recomputation_of,
    summary_of,
)
from workforce_sim.verify.evidence.facts import RUN_FILE, RunFacts
from workforce_sim.verify.evidence.manifest import (
    AGAIN,
    MANIFEST,
    SIGNATURE,
    SIGNATURE_BYTES,
    EvidenceManifest,
    read_manifest,
)
from workforce_sim.verify.evidence.rerun import simulated_again
from workforce_sim.verify.evidence.signing import key_hash, public_key, signed_by
from workforce_sim.wording import counted, period
from workforce_sim.wording.progress import Progress, years
from workforce_sim.wording.terminal import printable

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


WIDTH = 120
"""Letters of a line of text."""


@dataclass(frozen=True, repr=False)
class EvidenceVerification(Displayed):
    """What was found in an archive of evidence; true when nothing is wrong with it.

    Attributes:
        path: of the archive.
        problems: a line on everything wrong, naming the member.
        found: what was checked, and what it says of the run.
    """

    path: Path
    problems: tuple[str, ...]
    found: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return not self.problems

    def __repr__(self) -> str:
        told = counted(len(self.problems), "problem") if self.problems else "good"
        return f"<Verification of {printable(self.path.name)}: {told}>"

    def _card(self) -> Card:
        if not self.problems:
            return Card(f"{self.path}: good", notes=self.found)
        title = f"{self.path}: {counted(len(self.problems), 'problem')}"
        return Card(title, (CardTable(("Problem",), cells((line,) for line in self.problems)),))

    def __str__(self) -> str:
        if self.problems:
            return "\n".join(f"{self.path}: {line}" for line in self.problems)
        told = (fill(line, WIDTH, initial_indent="  ", subsequent_indent="  ") for line in self.found)
        return "\n".join([f"{self.path}: good", *told])


def verify_evidence(
    path: str | Path,
    *,
    key: str | Path | None = None,
    rerun: bool = False,
    census: str | Path | None = None,
    config: str | Path | None = None,
    engine: Engine = "fast",
    progress: Progress | bool | None = None,
) -> EvidenceVerification:
    """Verify an archive of evidence: every byte, the hashes of the run, totals and groups; the run again when asked.

    Args:
        path: the archive.
        key: PEM file of the public key of whoever must have signed it.
        rerun: simulate the run again and compare its tables.
        census: file of its census, which is read as the run read it; asks for ``rerun``.
        config: file of the whole configuration, where the archive does not have it; asks for ``rerun``.
        engine: simulates it again.
        progress: called after each year of a rerun; True shows a line.

    Raises:
        LedgerError: when the file cannot be read.
        RequestError: for a key that is none, or a census or configuration that is needed, not needed or not the run's.
    """
    archive, trusted = _content(Path(path)), None if key is None else public_key(Path(key))
    try:
        manifest, held, problems = _opened(archive)
        problems += [] if trusted is None else _unsigned(manifest, held, trusted)
        problems = problems or [*inconsistent(held, manifest)]
        found = () if problems else (*_said(held, manifest), _signed(manifest, trusted))
    except LedgerError as error:
        return EvidenceVerification(Path(path), (str(error),))
    if not problems and (rerun or census is not None or config is not None):
        with years(progress) as tell:
            problems = [*_again(held, _path(census), _path(config), engine, tell)]
        found = (
            () if problems else (*found, f"simulated again here by the {engine} engine: the same tables, row for row")
        )
    return EvidenceVerification(Path(path), tuple(problems), found)


def _again(
    held: Contents, census: Path | None, config: Path | None, engine: Engine, tell: Progress | None
) -> Iterator[str]:
    run = header_of(held), member(held, RUN_FILE, RunFacts), summary_of(held)
    return simulated_again(*run, census=census, config=config, engine=engine, tell=tell)


def _path(path: str | Path | None) -> Path | None:
    return None if path is None else Path(path)


def _content(path: Path) -> bytes:
    if not path.exists():
        raise FileNotFoundError(2, "No such file or directory", str(path))
    if not path.is_file():
        raise LedgerError(f"{path}: is no file; give the archive that evidence wrote")
    found = content_of(path, MOST_BYTES)
    if found is None:
        raise LedgerError(f"{path}: has more than {MOST_BYTES:,} bytes; no evidence has")
    return found


def _opened(archive: bytes) -> tuple[EvidenceManifest, Contents, list[str]]:
    """Return the manifest of an archive, its members, and what of its bytes is not as the manifest makes it.

    Raises:
        LedgerError: when the manifest is not there or was changed: then nothing is known of the rest.
    """
    first = first_content(archive, MANIFEST)
    if first is None:
        raise LedgerError(f"{MANIFEST}: is not the first member of the archive; {AGAIN}")
    manifest = read_manifest(first)
    members = _members(archive, first, manifest)
    held = contents(archive, members)
    return manifest, held, list(dict.fromkeys([*differing(archive, members), *_changed(held, manifest)]))


def _members(archive: bytes, first: bytes, manifest: EvidenceManifest) -> list[Member]:
    """Return all members of an archive as its manifest has them; of the signature, what its own header says."""
    found = [Member.of(MANIFEST, first), *(each.member for each in manifest.members)]
    if manifest.signer is None:
        return found
    return [*found, Member(SIGNATURE, crc32_in_header(archive, end_of_contents(found)), SIGNATURE_BYTES)]


def _changed(held: Contents, manifest: EvidenceManifest) -> Iterator[str]:
    for each in manifest.members:
        if hashlib.sha256(held[each.name]).hexdigest() != each.sha256:
            yield f"{each.name}: its content was changed"


def _unsigned(manifest: EvidenceManifest, held: Contents, key: Ed25519PublicKey) -> list[str]:
    """Return why an archive is not signed by a key."""
    if manifest.signer is None:
        return [f"{SIGNATURE}: the archive is not signed, though a key was given"]
    if manifest.signer != key_hash(key):
        return [f"{SIGNATURE}: the archive is signed by another key than the one given"]
    if not signed_by(key, held[SIGNATURE], held[MANIFEST]):
        return [f"{SIGNATURE}: is no signature of this manifest; it was changed after it was signed"]
    return []


def _signed(manifest: EvidenceManifest, key: Ed25519PublicKey | None) -> str:
    if manifest.signer is None:
        return "not signed"
    return "signed by the key given" if key else "signed; by whom was not checked, as no public key was given (--key)"


def _said(held: Contents, manifest: EvidenceManifest) -> Iterator[str]:
    facts = member(held, RUN_FILE, RunFacts)
    yield f"run of {period([year.year for year in facts.years])}, fingerprint {manifest.fingerprint}"
    whole = "" if not facts.withheld else "; the configuration is not whole, so its hash could not be checked"
    yield f"checked: every byte, the chain of years, totals, groups, tests{whole}"
    yield f"the archive says, which only --rerun checks: {recomputation_of(held)}"
