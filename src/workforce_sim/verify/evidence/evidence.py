"""Evidence of a run on disk: what an auditor asks for, in one archive, the same bytes for the same run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from workforce_sim.dates import period_label
from workforce_sim.display.card import Card, CardTable, cells
from workforce_sim.display.displayed import Displayed
from workforce_sim.errors import LedgerError, RequestError
from workforce_sim.explaining.provenance import provenance_to_share
from workforce_sim.plan.legality import COMPLIANCE
from workforce_sim.reporting.pages.run_page import run_page
from workforce_sim.result.result import Result
from workforce_sim.share.pseudonyms import KeySource
from workforce_sim.share.suppression import LEAST, refuse_least
from workforce_sim.store.files import is_there
from workforce_sim.store.header import Header, software
from workforce_sim.store.layout import json_bytes, placed_file
from workforce_sim.store.ledger import chained, year_digest
from workforce_sim.store.reading import Stored, opened
from workforce_sim.store.writer import read_manifest, writable
from workforce_sim.verify.evidence.archive import MOST_BYTES, packed
from workforce_sim.verify.evidence.facts import (
    CONFIGURATION,
    NOTES,
    PROVENANCE,
    RECOMPUTATION,
    REPORT,
    RUN_FILE,
    Notes,
    RunFacts,
    YearFacts,
)
from workforce_sim.verify.evidence.manifest import MANIFEST, SIGNATURE, People, manifest_bytes
from workforce_sim.verify.evidence.readme import README, readme
from workforce_sim.verify.evidence.recomputation import SAMPLE, WHOLE, Recomputation, is_large, recompute
from workforce_sim.verify.evidence.signing import key_hash, private_key
from workforce_sim.verify.evidence.stories import chosen, stories
from workforce_sim.verify.evidence.tables import (
    SUMMARY_FILE,
    TESTS_FILE,
    csv_bytes,
    grouped_tables,
    tests_of_years,
    tests_table,
)
from workforce_sim.verify.evidence.withheld import shared_configuration
from workforce_sim.verify.verification import verify_run
from workforce_sim.wording import counted
from workforce_sim.wording.progress import Progress, years


@dataclass(frozen=True, repr=False)
class Evidence(Displayed):
    """An archive that was written; true unless a recomputation gave other tables.

    Attributes:
        path: of the archive.
        members: their names, in order.
        recomputation: what was recomputed, and whether it is equal.
        signer: SHA-256 of the public key of the signature; None without one.
    """

    path: Path
    members: tuple[str, ...]
    recomputation: Recomputation
    signer: str | None

    def __bool__(self) -> bool:
        return self.recomputation.equal is not False

    def __repr__(self) -> str:
        return f"<Evidence: {counted(len(self.members), 'member')}>"

    def _card(self) -> Card:
        return Card(
            f"{self.path}: {counted(len(self.members), 'member')}",
            (CardTable(("Member",), cells((name,) for name in self.members)),),
            (str(self.recomputation), f"Signed by {self.signer}." if self.signer else "Not signed."),
        )


def evidence(
    run: str | Path,
    out: str | Path,
    *,
    stories_of: int | Sequence[str] = 0,
    key: KeySource | None = None,
    exact: bool = False,
    sign: str | Path | None = None,
    least: int = LEAST,
    most: int = WHOLE,
    progress: Progress | bool | None = None,
) -> Evidence:
    """Write the evidence of a run: one archive, which ``verify_evidence`` verifies on any machine.

    The run is verified first (hashes, chain, columns, laws, replay), and computed again by the other engine: the whole
    run up to ``most`` employee-years, of a larger one a sample of the census by both engines, after every row was
    simulated again by the fast engine. The same run and arguments give the same bytes.

    Args:
        run: folder of the run, finished.
        out: file to write, ending in ``.zip``.
        stories_of: employees whose events are told under pseudonyms: their ids, or how many to choose by the key.
        key: where the key of the pseudonyms is, as for ``pseudonyms``; stories need one.
        exact: whether stories have exact pay, amounts, ages and dates.
        sign: PEM file of an Ed25519 private key, to sign the manifest with.
        least: groups and figures of fewer employees are left out.
        most: employee-years up to which the whole run is recomputed.
        progress: called after each recomputed year; True shows a line.

    Returns:
        What was written; true unless the recomputation gave other tables.

    Raises:
        FileNotFoundError: when there is no such folder.
        LedgerError: when the run is not finished or not good, or the file cannot be written.
        RequestError: for a file that exists, a key that is none, an unknown employee, or a run of fewer than ``least``
            employees.
    """
    target = _target(Path(out), Path(run))
    refuse_least(least)
    if type(most) is not int or most < 0:
        raise RequestError(f"most: expected a number of employee-years, 0 or more (got {most!r})")
    signer = None if sign is None else private_key(Path(sign))
    stored = _verified(Path(run), most)
    result = Result(stored, stored.header.config, stored.header.notes, stored.opening)
    _refuse_few(result, least)
    told = _stories(result, stories_of, key, exact=exact)
    digests = [year_digest(part) for part in stored.parts()]
    with years(progress) as tell:
        found = recompute(stored, digests, most, SAMPLE, tell)
    contents = {**dict(_contents(stored, result, found, digests, least)), **told}
    people = _people(told, exact=exact)
    contents = {README: _readme(stored, contents, found, least, people), **contents}
    facts = {"run": stored.header.root(), "fingerprint": chained(digests), "people": people}
    by = None if signer is None else key_hash(signer.public_key())
    manifest = manifest_bytes({**facts, "written_by": software()["workforce_sim"]}, contents, by)
    contents = {MANIFEST: manifest, **contents, **({} if signer is None else {SIGNATURE: signer.sign(manifest)})}
    _write(target, contents)
    return Evidence(target, tuple(contents), found, by)


def _target(target: Path, run: Path) -> Path:
    if target.suffix.lower() != ".zip":
        raise RequestError(f"{target}: evidence is an archive; give a name that ends in .zip")
    if is_there(target):
        raise RequestError(f"{target}: exists already; choose another name, or remove it first")
    if not target.absolute().parent.is_dir():
        raise RequestError(f"{target.parent}: no such folder; make it first")
    if target.resolve().is_relative_to(run.resolve()):
        raise RequestError(f"{target}: lies in the folder of the run, where nothing else may be; choose another place")
    return target


def _verified(run: Path, most: int) -> Stored:
    """Return a run that is good; of a large one, every row simulated again."""
    stored = opened(run)
    deep = is_large(stored, most) and stored.header.opening is not None and not stored.header.own
    found = verify_run(run, deep=deep)
    if not found:
        more = f" (and {len(found.problems) - 1:,} more)" if len(found.problems) > 1 else ""
        raise LedgerError(f"no evidence is written of a run that is not good: {found.problems[0]}{more}")
    return stored


def _refuse_few(result: Result, least: int) -> None:
    people = result.summary.select("headcount_opening", "headcount_closing")
    fewest = int(min(people.min().row(0)))
    if fewest < least:
        raise RequestError(
            f"the run has a year that begins or ends with {counted(fewest, 'employee')}: its totals would tell of "
            f"fewer than {least}; give a lower number (least, --least) if that may be shared"
        )


def _stories(result: Result, asked: int | Sequence[str], key: KeySource | None, *, exact: bool) -> dict[str, bytes]:
    ids = chosen(result, asked, key)
    return {} if key is None else stories(result, ids, key, exact=exact)


def _people(told: Mapping[str, bytes], *, exact: bool) -> People:
    if not told:
        return "none"
    return "exact stories" if exact else "stories"


def _readme(stored: Stored, contents: Mapping[str, bytes], found: Recomputation, least: int, people: People) -> bytes:
    _, withheld = shared_configuration(stored.header.configuration)
    span = period_label(stored.header.config.simulation, stored.years)
    title = f"{span}, seed {stored.header.configuration['random_seed']}"
    return readme(title, contents, found, withheld, least=least, people=people)


def _contents(
    stored: Stored, result: Result, found: Recomputation, digests: Sequence[bytes], least: int
) -> Iterator[tuple[str, bytes]]:
    """Yield the members about the whole run, by name."""
    configuration, withheld = shared_configuration(stored.header.configuration)
    shown = replace(stored.header, configuration=configuration)
    yield CONFIGURATION, json_bytes(configuration)
    yield RUN_FILE, json_bytes(_run_facts(stored, digests, withheld, least).model_dump())
    yield NOTES, json_bytes(_notes(stored.header).model_dump())
    yield PROVENANCE, provenance_to_share(stored, shown).encode()
    yield RECOMPUTATION, json_bytes(found.model_dump() | {"equal": found.equal, "says": str(found)})
    shared = replace(result, tables=Stored(stored.folder, shown, stored.years))
    yield REPORT, run_page(shared, least=least)
    yield SUMMARY_FILE, csv_bytes(result.summary)
    yield from ((name, csv_bytes(table)) for name, table in grouped_tables(result, least).items())
    tests = tests_of_years(result, stored.years, least)
    if tests:
        yield TESTS_FILE, csv_bytes(tests_table(tests))


def _run_facts(stored: Stored, digests: Sequence[bytes], withheld: list[str], least: int) -> RunFacts:
    """Return the identity of a run but its configuration and notes, and the chain of its years."""
    identity = {key: value for key, value in asdict(stored.header).items() if key not in ("configuration", "notes")}
    chain = [_year_facts(stored, year, digest) for year, digest in zip(stored.years, digests, strict=True)]
    return RunFacts(identity=identity, root=stored.header.root(), years=chain, withheld=withheld, least=least)


def _year_facts(stored: Stored, year: int, digest: bytes) -> YearFacts:
    written = read_manifest(stored.folder, year).model_dump(exclude={"run"})
    return YearFacts.model_validate({**written, "tables": digest.hex()})


def _notes(header: Header) -> Notes:
    """Return compliance warnings, and all other notes."""
    warned = [note.removeprefix(COMPLIANCE) for note in header.notes if note.startswith(COMPLIANCE)]
    return Notes(compliance_warnings=warned, notes=[n for n in header.notes if not n.startswith(COMPLIANCE)])


def _write(target: Path, contents: dict[str, bytes]) -> None:
    if sum(map(len, contents.values())) > MOST_BYTES // 2:
        raise RequestError(f"{target}: would have more than {MOST_BYTES // 2:,} bytes; ask for fewer stories")
    with writable(target), placed_file(target) as file:
        file.write(packed(contents))
