"""A run computed once more by the other engine: all of it where it is small, else both engines on a sample.

How many are hired, promoted and terminated in a year depends on all employees, so a sample that is simulated alone is
another run: it shows that the engines agree under this configuration, not that the run is right.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal

import polars as pl

from workforce_sim import reference
from workforce_sim.census.opening import Opening
from workforce_sim.config import Config
from workforce_sim.engine.clock import Clock
from workforce_sim.engine.start import prepared
from workforce_sim.errors import WorkforceSimError
from workforce_sim.simulation.run import Engine, stepped
from workforce_sim.store.documents import Count, Document, Sha256
from workforce_sim.store.header import Header
from workforce_sim.store.ledger import year_digest
from workforce_sim.store.reading import Stored
from workforce_sim.tables.output import Tables
from workforce_sim.verify.verification import opening_of
from workforce_sim.wording import counted
from workforce_sim.wording.progress import Progress

WHOLE = 100_000
"""Most employee-years of a run that is recomputed whole; the reference model takes about 0.3 ms for each."""
SAMPLE = 1_000
"""Employees of the census in a sample."""
OTHER: dict[str, Engine] = {"fast": "reference", "reference": "fast"}


class YearDigests(Document):
    """The SHA-256 of the tables of a year: of the run, or of the fast engine, and of what they are compared with."""

    year: int
    first: Sha256
    second: Sha256


class Recomputation(Document):
    """``recomputation.json``.

    Attributes:
        extent: ``whole``: the run against the other engine; ``sample``: both engines on a sample; ``none``.
        first: what the digests are of: ``run``, or ``fast`` of a sample.
        second: the engine they are compared with.
        employees: of the census, who were simulated again.
        of: employees of the census.
        most: employee-years up to which a run is recomputed whole.
        years: digests of each year.
        why: why nothing was recomputed, or what ended it.
        checked: what else was verified of the run before.
    """

    extent: Literal["whole", "sample", "none"]
    first: Literal["run", "fast"]
    second: Literal["fast", "reference"]
    employees: Count
    of: Count
    most: Count
    years: list[YearDigests]
    why: str
    checked: str

    @property
    def equal(self) -> bool | None:
        """Whether all tables are equal, row for row; None where nothing was recomputed."""
        if self.extent == "none":
            return None
        return not self.why and bool(self.years) and all(year.first == year.second for year in self.years)

    def __str__(self) -> str:
        if self.extent == "none":
            return f"Nothing was recomputed: {self.why}."
        found = "equal, row for row and cent for cent" if self.equal else f"NOT EQUAL{self._where()}"
        if self.extent == "whole":
            engine = "the reference engine, a second and independent implementation of the model,"
            engine = engine if self.second == "reference" else "the fast engine"
            return f"The whole run was computed again by {engine} from the same opening. Its tables are {found}."
        return (
            f"The run has more than {self.most:,} employee-years, so both engines simulated a random sample of "
            f"{self.employees:,} of the {self.of:,} employees of the census under the same configuration. Their tables "
            f"are {found}. The sample is a run of its own: how many are hired and terminated depends on all employees, "
            "so none of its figures is a figure of the run. It shows that the engines agree under this configuration. "
            "That the run is what the fast engine gives was verified on all employees, row by row."
        )

    def _where(self) -> str:
        years = [str(year.year) for year in self.years if year.first != year.second]
        return f" ({self.why})" if self.why else f" in {', '.join(years)}"


def recompute(stored: Stored, digests: Sequence[bytes], most: int, sample: int, tell: Progress | None) -> Recomputation:
    """Return what recomputing a run gives; the run itself has been verified.

    Args:
        stored: the run.
        digests: SHA-256 of the tables of each year.
        most: employee-years up to which all of it is recomputed.
        sample: how many employees of the census are simulated otherwise.
        tell: told of each year that is done.
    """
    header, staff = stored.header, opening_of(stored)
    second, size = OTHER[header.engine], 0 if staff is None else staff.staff.height
    others: dict[str, Any] = {"of": size, "most": most, "checked": _CHECKED}
    if staff is None or header.own:
        why = "the run has no opening" if staff is None else f"events of the user's own ({', '.join(header.own)})"
        return Recomputation(extent="none", first="run", second=second, employees=0, years=[], why=why, **others)
    if not is_large(stored, most):
        facts = others | {"extent": "whole", "first": "run", "second": second, "employees": staff.staff.height}
        return _compared(header, staff, digests, facts, tell)
    part = sampled(staff, min(sample, most // len(header.years)), header.root())
    facts = others | {"extent": "sample", "first": "fast", "second": "reference", "employees": part.staff.height}
    fast = (year_digest(tables) for tables in computed("fast", header.config, part, header.replicate))
    return _compared(header, part, fast, facts | {"checked": f"{_CHECKED}, simulated again"}, tell)


_CHECKED = "hashes, chain, columns, laws, replay"


def is_large(stored: Stored, most: int) -> bool:
    """Return whether a run has more employee-years than are recomputed whole."""
    return int(stored.summary.select((pl.col("headcount_opening") + pl.col("hires")).sum()).item()) > most


def sampled(opening: Opening, size: int, seed: str) -> Opening:
    """Return the opening with some of its employees: those with the least SHA-256 of the seed and their id."""
    ids = opening.staff["employee_id"]
    ranks = pl.Series([hashlib.sha256(f"{seed} {name}".encode()).hexdigest() for name in ids], dtype=pl.String)
    chosen = ranks.arg_sort().head(size).sort()
    return Opening(opening.staff[chosen], opening.levels)


def computed(engine: str, config: Config, opening: Opening, replicate: int) -> Iterator[Tables]:
    """Yield the years of an opening by either engine."""
    if engine == "reference":
        return reference.years(config, opening, replicate=replicate)
    state, world = prepared(config, opening, (replicate,))
    return (year.tables for year in stepped(state, config.simulation.years, world, Clock()))


def _compared(
    header: Header, opening: Opening, first: Iterable[bytes], facts: dict[str, Any], tell: Progress | None
) -> Recomputation:
    """Return the digests of each year beside those of an engine; an assumption that cannot be carried out ends it."""
    years: list[YearDigests] = []
    why, asked = "", header.years
    try:
        second = computed(facts["second"], header.config, opening, header.replicate)
        for year, one, other in zip(asked, first, second, strict=True):
            years.append(YearDigests(year=year, first=one.hex(), second=year_digest(other).hex()))
            if tell is not None:
                tell(year, year - asked.start + 1, len(asked))
    except WorkforceSimError as error:
        why = f"{counted(len(years), 'year')} compared; then: {str(error).splitlines()[0]}"
    return Recomputation(**{**facts, "years": years, "why": why})
