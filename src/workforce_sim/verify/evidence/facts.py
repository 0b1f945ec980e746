"""What an archive says of its run as plain data: its identity, the chain of its years, its notes."""

from __future__ import annotations

from typing import Any

from workforce_sim.store.documents import Count, Document, Sha256, WrittenTable

CONFIGURATION, RUN_FILE, NOTES, RECOMPUTATION = "configuration.json", "run.json", "notes.json", "recomputation.json"
PROVENANCE, REPORT = "provenance.md", "report.html"


class YearFacts(Document):
    """A plan year: what its manifest in the folder of the run says, and the SHA-256 of the values of its tables."""

    year: int
    before: Sha256
    seal: Sha256
    files: dict[str, WrittenTable]
    forfeitures_cents: list[Count] | None
    tables: Sha256


class RunFacts(Document):
    """``run.json``.

    Attributes:
        identity: of the run, without configuration and notes, which are members of their own.
        root: SHA-256 of the whole identity, which starts the chain of years.
        years: the chain.
        withheld: keys whose value is not whole in ``configuration.json``.
        least: fewest employees of whom figures are shown.
    """

    identity: dict[str, Any]
    root: Sha256
    years: list[YearFacts]
    withheld: list[str]
    least: int


class Notes(Document):
    """``notes.json``."""

    compliance_warnings: list[str]
    notes: list[str]
