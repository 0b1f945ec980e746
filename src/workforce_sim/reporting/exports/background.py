"""Sheets that every workbook ends with: assumptions and where they come from, notes, how it was made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from workforce_sim.config.keys import about as meaning_of
from workforce_sim.dates import period_label
from workforce_sim.ensembles.pairing import comparable
from workforce_sim.explaining.census_words import census_words
from workforce_sim.explaining.choices import choices
from workforce_sim.reporting.exports.sheet import CellKind, Row, Sheet
from workforce_sim.store.header import Header
from workforce_sim.store.ledger import summary_digest
from workforce_sim.wording import told_once

SET = "set in the configuration"
DEFAULT = "default; its source is in docs/model/assumptions.md"


def assumptions(header: Header, whose: str = "") -> Sheet:
    """Return every key that has an effect: value, default, where the value comes from, meaning.

    Args:
        header: what was asked.
        whose: scenario whose assumptions these are, where there are others.
    """
    rows = [
        Row([each.key, each.value, each.default, SET if each.is_set else DEFAULT, meaning_of(each.key)])
        for each in choices(header)
    ]
    whose = f" of {whose}" if whose else ""
    about = ["Keys without effect are left out. Rates are fractions of one, money is dollars."]
    head = ["Key", "Value", "Default", "Where the value comes from", "Meaning"]
    kinds = [CellKind.TEXT, CellKind.WRAPPED, CellKind.WRAPPED, CellKind.WRAPPED, CellKind.WRAPPED]
    return Sheet("Assumptions", f"Assumptions{whose}", head, kinds, rows, about)


def notes(found: Mapping[str, Sequence[str]]) -> Sheet:
    """Return the notes of each scenario, those of all once.

    Args:
        found: notes by name of the scenario; of a run or an ensemble one entry.
    """
    told = told_once(found).items()
    rows = [Row(["all" if len(names) == len(found) else ", ".join(names), line]) for line, names in told]
    about = ["What was imputed, ignored or dropped in the census; settings without effect; compliance warnings."]
    kinds = [CellKind.WRAPPED, CellKind.WRAPPED]
    return Sheet("Notes", "Notes", ["Scenario", "Note"], kinds, rows or [Row(["all", "None."])], about)


def made(headers: Mapping[str, Header], facts: Iterable[tuple[str, str]], results: Mapping[str, pl.DataFrame]) -> Sheet:
    """Return how a result was made: what was asked by which versions, of which census, and hashes.

    Args:
        headers: what was asked, by scenario; those of one result have one seed, years and census.
        facts: more of it: names and values.
        results: yearly totals, by scenario.
    """
    first = next(iter(headers.values()))
    config = first.config
    census = sorted({header.census for header in headers.values() if header.census != "unknown"})
    rows = [
        ("Plan years", period_label(config.simulation, first.years)),
        *facts,
        ("Random seed", str(config.random_seed)),
        ("Census", census_words(config, first.source)),
        *(("SHA-256 of the completed census", known) for known in census),
        *((f"SHA-256 of the results{_of(name)}", _digest(rows, headers[name])) for name, rows in results.items()),
        *((f"SHA-256 of the assumptions{_of(name)}", header.asked()) for name, header in headers.items()),
        *((name, version) for name, version in sorted(first.versions.items())),
    ]
    about = ["The same configuration, census and versions give the same result, to the cent."]
    return Sheet(
        "How it was made", "How it was made", ["", ""], [CellKind.TEXT, CellKind.WRAPPED], [*map(Row, rows)], about
    )


def _digest(rows: pl.DataFrame, header: Header) -> str:
    """Return the hash of yearly totals as a page has it: what a run lacks counts as 0."""
    return summary_digest(comparable(rows, header.config))


def _of(name: str) -> str:
    return f": {name}" if name else ""
