"""How a run was made: a page of Markdown from what its folder says, the same whenever and wherever it is read.

It holds counts, hashes and assumptions, and nobody's row: tables of employees are not opened.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from workforce_sim.census.account import account_of_frame, page
from workforce_sim.dates import period_label
from workforce_sim.explaining.census_words import census_words
from workforce_sim.explaining.choices import choices
from workforce_sim.explaining.years_text import plan_table, year_table
from workforce_sim.result.summary import labelled_years
from workforce_sim.store.documents import MadeDocument, Manifest, read_document
from workforce_sim.store.header import Header
from workforce_sim.store.layout import MADE, year_folder
from workforce_sim.store.reading import Stored, opened
from workforce_sim.store.writer import read_manifest
from workforce_sim.wording import counted, period


def provenance(run: str | Path) -> str:
    """Return a page on a run on disk: what was asked, of which census, by what, when, and what came out.

    Args:
        run: folder of the run.

    Returns:
        Markdown, ending in a newline; it depends on nothing but the folder's content.

    Raises:
        FileNotFoundError: when there is no such folder.
        LedgerError: when it holds no run, or one that is damaged.
    """
    stored = opened(Path(run))
    years = [_Committed.read(stored, year) for year in stored.years]
    made = [*_software(stored.header), *_machines(years)]
    return _page(stored, stored.header, years, [*_census(stored, years[0]), *_account(stored)], made)


def provenance_to_share(stored: Stored, shown: Header) -> str:
    """Return the page without bounds of the census, which may be of one person, and without times and machines.

    The same run gives the same page, whenever and wherever it was computed.

    Args:
        stored: the run.
        shown: its header, with the configuration that is shown.
    """
    years = [_Committed.read(stored, year) for year in stored.years]
    return _page(stored, shown, years, _census(stored, years[0]), _software(stored.header))


def _page(
    stored: Stored, shown: Header, years: Sequence[_Committed], census: Iterable[str], made: Iterable[str]
) -> str:
    parts = [
        _head(stored),
        _section("Settings", _asked(shown)),
        _section("Census", census),
        _section("Results", _summary(stored)),
        _section("Notes", [f"* {_cell(note)}" for note in stored.header.notes] or ["None."]),
        _section("Made by", made),
        _section("Hashes", _hashes(stored.header, years)),
        _section("Full configuration", _configuration(shown)),
    ]
    return "\n\n".join(parts) + "\n"


@dataclass(frozen=True)
class _Committed:
    """What the folder of one year says: its manifest, and when and by what it was made."""

    year: int
    manifest: Manifest
    made: MadeDocument

    @classmethod
    def read(cls, stored: Stored, year: int) -> _Committed:
        made = read_document(year_folder(stored.folder, year) / MADE, MadeDocument)
        return cls(year, read_manifest(stored.folder, year), made)


def _section(title: str, lines: Iterable[str]) -> str:
    return "\n".join([f"## {title}", "", *lines])


def _head(stored: Stored) -> str:
    header, done = stored.header, stored.years
    asked = header.years
    missing = len(asked) - len(done)
    state = "complete" if not missing else f"{counted(missing, 'year')} not written yet"
    years, written = (period_label(header.config.simulation, each) for each in (asked, done))
    what = f"{years}, seed {header.configuration['random_seed']}, replicate {header.replicate}"
    return f"# A run of workforce_sim: {what}\n\nWritten: {written}, {state}. Engine: {header.engine}."


# --- settings ---


def _asked(header: Header) -> Iterator[str]:
    yield "Keys without a default, or set to another value. All others have their defaults, or no effect."
    yield ""
    rows = [(f"`{found.key}`", found.value, found.default) for found in choices(header) if found.is_set]
    yield from _table(("key", "value", "default"), rows)


def _configuration(header: Header) -> Iterator[str]:
    rows = [(f"`{found.key}`", found.value, "set" if found.is_set else "default") for found in choices(header)]
    yield "Keys without effect are left out. `run.json` holds every key, and full tables."
    yield ""
    yield from _table(("key", "value", ""), rows)


# --- the census and what came out ---


def _census(stored: Stored, first: _Committed) -> Iterator[str]:
    header = stored.header
    start = stored.summary.filter(year=first.year)["headcount_opening"][0]
    yield f"* from: {_cell(census_words(header.config, header.source))}"
    yield f"* employees at the opening: {start:,}"
    yield f"* fingerprint of its values: `{header.census}`"
    if header.opening is not None:
        yield f"* `opening.parquet`: {header.opening['rows']:,} rows, SHA-256 `{header.opening['sha256']}`"


def _account(stored: Stored) -> Iterator[str]:
    if stored.opening is not None:
        yield from ("", "```text", *_lines(page(account_of_frame(stored.opening, "opening"))), "```")


def _summary(stored: Stored) -> Iterator[str]:
    rows = labelled_years(stored.summary.to_dicts(), stored.header.config.simulation.opening)
    yield from ("```text", *_lines(year_table(rows)), "```")
    of_plan = plan_table(rows)
    if of_plan:
        yield from ("", "```text", *_lines(of_plan), "```")


def _lines(text: str) -> list[str]:
    return text.split("\n")


# --- by what, and when ---


def _software(header: Header) -> Iterator[str]:
    yield f"* versions that affect the files: {_cell(header.software)}; format {header.format} of the folder"
    for name, source in header.own.items():
        yield f"* event of the user's own: {_cell(name)}, SHA-256 of its source `{source}`"


def _machines(years: Sequence[_Committed]) -> Iterator[str]:
    for machine, made in _by_machine(years).items():
        yield f"* {period(made)}: {_cell(machine)}"
    yield ""
    yield from _table(("year", "committed", "seconds", "peak MB"), map(_when, years))


def _when(year: _Committed) -> tuple[str, ...]:
    seconds = year.made.seconds
    took = f"{sum(seconds.values()):.3f}" if seconds else "-"
    return str(year.year), year.made.committed, took, f"{year.made.peak_memory_mb:,.0f}"


def _by_machine(years: Sequence[_Committed]) -> dict[str, list[int]]:
    """Return the years by what computed them, as words."""
    found: dict[str, list[int]] = {}
    for year in years:
        made = year.made
        words = [f"python {made.python}", f"system {made.system}"]
        words += [f"processors {made.processors}", f"threads {made.threads}"]
        libraries = [f"{name} {number}" for name, number in sorted(made.libraries.items())]
        found.setdefault(", ".join([*words, *libraries]), []).append(year.year)
    return found


# --- hashes ---


def _hashes(header: Header, years: Sequence[_Committed]) -> Iterator[str]:
    yield "Each year includes the hash of the year before; `workforce-sim run verify` checks them all."
    yield ""
    chain = [("(what the run is)", f"`{header.root()}`", "")]
    chain += [(str(y.year), f"`{y.manifest.seal}`", f"`{y.manifest.before[:12]}...`") for y in years]
    yield from _table(("year", "seal", "hangs on"), chain)
    yield ""
    rows = [
        (f"year={y.year}/{name}", f"{file.rows:,}", f"{file.bytes:,}", f"`{file.sha256}`")
        for y in years
        for name, file in sorted(y.manifest.files.items())
    ]
    yield from _table(("file", "rows", "bytes", "SHA-256"), rows)


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    for row in (header, ["---"] * len(header), *rows):
        yield f"| {' | '.join(map(_cell, row))} |"


def _cell(text: str) -> str:
    """Return text that stays within one cell or line of Markdown."""
    plain = "".join(c if c.isprintable() else " " for c in text)
    return plain.replace("|", "\\|").replace("<", "&lt;")
