"""Whether the members of an archive fit together: hashes of the run against each other, groups against totals."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import polars as pl
from pydantic import ValidationError

from workforce_sim.ensembles.pairing import comparable
from workforce_sim.errors import LedgerError
from workforce_sim.result.summary import recomputed
from workforce_sim.share.suppression import HIDDEN
from workforce_sim.store.documents import Described, Document, first_problem
from workforce_sim.store.header import Header
from workforce_sim.store.layout import sealed
from workforce_sim.store.ledger import chained, summary_digest
from workforce_sim.tables import SUMMARY
from workforce_sim.verify.evidence.facts import CONFIGURATION, NOTES, RECOMPUTATION, REPORT, RUN_FILE, Notes, RunFacts
from workforce_sim.verify.evidence.manifest import EvidenceManifest
from workforce_sim.verify.evidence.recomputation import Recomputation
from workforce_sim.verify.evidence.tables import (
    CENSUS_FILE,
    COUNTS,
    EVERYBODY,
    GROUPS,
    SUMMARY_FILE,
    TESTS_FILE,
    group_file,
)

D = TypeVar("D", bound=Document)
Contents = Mapping[str, bytes]


def member(contents: Contents, name: str, kind: type[D], without: tuple[str, ...] = ()) -> D:
    """Return a member as plain data.

    Raises:
        LedgerError: when it is not of this kind.
    """
    found = _plain(contents, name)
    try:
        return kind.model_validate({key: value for key, value in found.items() if key not in without})
    except ValidationError as error:
        raise LedgerError(f"{name}: has other contents than it should ({first_problem(error)})") from None


def _plain(contents: Contents, name: str) -> dict[str, Any]:
    """Return the object in a JSON file."""
    try:
        return {**json.loads(contents[name])}
    except KeyError:
        raise LedgerError(f"{name}: is missing") from None
    except (ValueError, TypeError, RecursionError):
        raise LedgerError(f"{name}: cannot be read") from None


def header_of(contents: Contents) -> Header:
    """Return the identity of the run, with its configuration as it was shared.

    Raises:
        LedgerError: when this version cannot read the configuration.
    """
    facts, notes = member(contents, RUN_FILE, RunFacts), member(contents, NOTES, Notes)
    told = {"notes": [*notes.notes, *notes.compliance_warnings], "configuration": _plain(contents, CONFIGURATION)}
    try:
        found = Described.model_validate({**facts.identity, **told})
    except ValidationError as error:
        raise LedgerError(f"{RUN_FILE}: has other contents than it should ({first_problem(error)})") from None
    return Header.of(found, Path(CONFIGURATION))


def recomputation_of(contents: Contents) -> Recomputation:
    """Return what was recomputed."""
    return member(contents, RECOMPUTATION, Recomputation, without=("equal", "says"))


def summary_of(contents: Contents) -> pl.DataFrame:
    """Return the totals of each year."""
    return _read(contents, SUMMARY_FILE, {column.name: column.dtype for column in SUMMARY})


def _read(contents: Contents, name: str, schema: Mapping[str, Any]) -> pl.DataFrame:
    """Return a table that has these columns.

    Raises:
        LedgerError: for another.
    """
    try:
        found = pl.read_csv(io.BytesIO(contents[name]), schema_overrides=schema)
    except (KeyError, pl.exceptions.PolarsError):
        raise LedgerError(f"{name}: is missing, or cannot be read") from None
    if not {*schema} <= {*found.columns}:
        raise LedgerError(f"{name}: has other columns than it should")
    return found


def inconsistent(contents: Contents, manifest: EvidenceManifest) -> Iterator[str]:
    """Yield what of an archive contradicts what else is in it.

    Raises:
        LedgerError: for a member that cannot be read.
    """
    facts, header = member(contents, RUN_FILE, RunFacts), header_of(contents)
    yield from _chain(facts, header, manifest)
    yield from _recomputed(recomputation_of(contents), facts, contents)
    summary = summary_of(contents)
    if not facts.years or summary["year"].to_list() != [year.year for year in facts.years]:
        yield f"{SUMMARY_FILE}: has other years than the run"
        return
    yield from _totals(summary, header)
    if summary_digest(comparable(summary, header.config)).encode() not in contents.get(REPORT, b""):
        yield f"{REPORT}: is the report of other totals than {SUMMARY_FILE}"
    for by in GROUPS:
        if group_file(by) in contents:
            yield from _groups(contents, by, summary)
    if CENSUS_FILE in contents:
        yield from _census(contents, summary)
    if header.config.plan.enabled:
        yield from _tests(contents, facts)


def _chain(facts: RunFacts, header: Header, manifest: EvidenceManifest) -> Iterator[str]:
    """Yield where the hashes of the run do not follow from each other."""
    whole = not facts.withheld
    if whole and header.root() != facts.root:
        yield f"{CONFIGURATION}: is not that of the run, whose hash is in {RUN_FILE}"
    if (facts.root, chained(bytes.fromhex(y.tables) for y in facts.years)) != (manifest.run, manifest.fingerprint):
        yield f"{RUN_FILE}: is of another run than the manifest"
    if [year.year for year in facts.years] != [*header.years]:
        yield f"{RUN_FILE}: has other years than {CONFIGURATION}"
    before = facts.root
    for year in facts.years:
        known = year.model_dump(exclude={"tables", "seal"}) | {"run": header.identity}
        if year.before != before or (whole and sealed(known).seal != year.seal):
            yield f"{RUN_FILE}: the seal of {year.year} does not follow from the year before and its files"
        before = year.seal


def _recomputed(found: Recomputation, facts: RunFacts, contents: Contents) -> Iterator[str]:
    """Yield where the recomputation is of another run, says other than its hashes, or is not equal."""
    told = _plain(contents, RECOMPUTATION)
    if (told.get("equal"), told.get("says")) != (found.equal, str(found)):
        yield f"{RECOMPUTATION}: says other than its hashes"
    run = [year.tables for year in facts.years]
    if found.extent == "whole" and [year.first for year in found.years] != run[: len(found.years)]:
        yield f"{RECOMPUTATION}: is of another run"
    if found.extent == "whole" and found.equal and len(found.years) != len(run):
        yield f"{RECOMPUTATION}: has not every year of the run"
    if found.equal is False:
        yield f"{RECOMPUTATION}: {str(found)[0].lower()}{str(found)[1:]}"


def _totals(summary: pl.DataFrame, header: Header) -> Iterator[str]:
    """Yield where totals do not follow from each other: headcount, from year to year, and derived measures."""
    gone = pl.col("terminations_opening_staff") + pl.col("terminations_new_hires")
    closing = summary.select(pl.col("headcount_opening") + pl.col("hires") - gone).to_series()
    if not closing.equals(summary["headcount_closing"]):
        yield f"{SUMMARY_FILE}: headcount at the start, hires and terminations do not give the headcount at the end"
    if not summary["headcount_opening"][1:].equals(summary["headcount_closing"][:-1]):
        yield f"{SUMMARY_FILE}: a year does not begin with the headcount that the one before ended with"
    config = header.config
    for name, column in recomputed(summary, config.provisions, lowers_cost=config.plan.forfeitures != "expenses"):
        if not column.equals(summary[name]):
            yield f"{SUMMARY_FILE}: {name} does not follow from the other totals"


_ADDED = (*COUNTS[1:], "payroll_cents", "deferral_cents", "match_cents", "nonelective_cents")


def _groups(contents: Contents, by: str, summary: pl.DataFrame) -> Iterator[str]:
    """Yield where groups do not add up to the total; where some are hidden, where they are more than it."""
    schema = dict.fromkeys(("year", *_ADDED), pl.Int64) | {HIDDEN: pl.String}
    hidden = pl.col(HIDDEN).eq("true").any()
    sums = _read(contents, group_file(by), schema).group_by("year").agg(pl.col(*_ADDED).sum(), hidden)
    both = summary.select(pl.col("year").cast(pl.Int64), *_ADDED).join(sums, on="year", how="left", suffix="_of_groups")
    for name in _ADDED:
        parts, whole = pl.col(f"{name}_of_groups"), pl.col(name).fill_null(0)
        wrong = (parts > whole) | (~pl.col(HIDDEN) & (parts != whole)) | parts.is_null()
        for year in both.filter(wrong)["year"]:
            yield f"{group_file(by)}: {name} of {year} does not add up to that of {SUMMARY_FILE}"


def _census(contents: Contents, summary: pl.DataFrame) -> Iterator[str]:
    """Yield where employees of the census are others than those of the first opening."""
    table = _read(contents, CENSUS_FILE, {"by": pl.String, "employees": pl.Int64, HIDDEN: pl.String})
    start = summary["headcount_opening"][0]
    for (by,), rows in table.partition_by("by", as_dict=True, maintain_order=True).items():
        hidden, found = (rows[HIDDEN] == "true").any(), rows["employees"].sum()
        if found > start or (not hidden and found != start):
            yield f"{CENSUS_FILE}: employees by {by} do not add up to the {start:,} of {SUMMARY_FILE}"
    if not (table["by"] == EVERYBODY).any():
        yield f"{CENSUS_FILE}: has no row of everybody"


def _tests(contents: Contents, facts: RunFacts) -> Iterator[str]:
    """Yield years without tests, and ADP and ACP tests whose outcome is not that of their averages."""
    schema = {"year": pl.Int64, "value": pl.Float64}
    table = _read(contents, TESTS_FILE, schema | dict.fromkeys(("test", "outcome", "figure"), pl.String))
    missing = {year.year for year in facts.years} - {*table["year"]}
    if missing:
        yield f"{TESTS_FILE}: has no tests of {min(missing)}"
    names = {"HCE average": "hce", "highest HCE average that passes": "most"}
    judged = table.filter(
        pl.col("test").is_in(["ADP", "ACP"]),
        pl.col("outcome").is_in(["passed", "failed"]),
        pl.col("figure").is_in([*names]),
    )
    for (year, test, outcome), rows in judged.partition_by("year", "test", "outcome", as_dict=True).items():
        values = {names[figure]: value for figure, value in rows.select("figure", "value").rows()}
        if len(values) == 2 and (values["hce"] <= values["most"]) != (outcome == "passed"):
            yield f"{TESTS_FILE}: the {test} test of {year} is called {outcome}, its averages say otherwise"
