"""Years of staff who do not fit into memory: partitions come from the disk and go back there, one by one.

Partitions hold the staff in the order of their keys: hires year by year, then the census. So their results are
joined end to end: snapshots as they come, the ledger day by day at the end of the year.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from typing import Any

import polars as pl

from workforce_sim.engine.clock import Clock
from workforce_sim.engine.columns import Columns
from workforce_sim.engine.context import Year
from workforce_sim.engine.course import Course, Part
from workforce_sim.engine.employment import NAME, Employment, settled_as_one
from workforce_sim.engine.event import Declared, Settlement
from workforce_sim.engine.former import kept_for_later
from workforce_sim.engine.partitions import beside, in_turn
from workforce_sim.engine.resume import carried_staff
from workforce_sim.engine.state import Shelf, StateOnDisk, in_key_order
from workforce_sim.engine.written import in_written_order, merged
from workforce_sim.money import refuse_growth
from workforce_sim.store.growing import GrowingYear
from workforce_sim.store.parquet import as_parquet_has_it
from workforce_sim.store.spool import Kept, Spool

PIECE = 16_384
"""Ledger rows of a spooled piece: one piece of each partition is in memory while they are merged."""


BEHIND = 2
"""Partitions that may wait to be written: a row group is written at once, after partitions that only wait."""

TOGETHER = 512
"""Stretches of the ledger that are added at a time."""


@dataclass(frozen=True)
class _Waiting:
    """A partition at the opening of a year, with the outcomes of decisions for it."""

    fetch: Callable[[], pl.DataFrame]
    year: Year
    hires: Callable[[], pl.DataFrame] | None = None

    def through(self, events: Sequence[Declared]) -> pl.DataFrame:
        """Fetch the staff and apply events, from the first."""
        waiting = self if self.hires is None else self._with(self.hires())
        return Part(waiting.fetch(), waiting.year).through(events).staff

    def _with(self, hires: pl.DataFrame) -> _Waiting:
        return self.given(NAME, replace(self.year.given[NAME], hires=hires))

    def given(self, name: str, value: Any) -> _Waiting:
        """Store the outcome of a decision for the partition."""
        return replace(self, year=replace(self.year, given={**self.year.given, name: value}))


@dataclass
class _Places:
    """Where the results of a year go: growing tables, ledger pieces by partition, and the next opening."""

    files: GrowingYear
    aside: Spool
    closing: Spool
    ledgers: list[list[Kept]] = field(default_factory=list)
    closed: list[Kept] = field(default_factory=list)
    former: list[pl.DataFrame | None] = field(default_factory=list)

    def write(self, nothing: pl.DataFrame, people: pl.DataFrame, closing: pl.DataFrame, clock: Clock) -> None:
        """Add the results of a partition to the files; a ledger without rows has a file with columns too."""
        with clock("writing"):
            self.files.add("events", nothing)
            self.files.add("snapshots", people)
            self.files.add("carried", carried_staff(in_key_order(closing)))
        with clock("spooling"):
            self.closed.append(self.closing.put(closing))


class StreamedYears:
    """The years of a run whose staff are on the disk.

    Args:
        course: of the run, its tables kept and in written order.
        rows: employees of a partition.
        spools: the spool of the first opening, and a second one.
    """

    def __init__(self, course: Course, rows: int, spools: tuple[Spool, Spool]) -> None:
        self._course, self._rows, self._spools = course, rows, spools

    def step(
        self, opening: StateOnDisk, number: int, clock: Clock, files: GrowingYear, aside: Spool
    ) -> tuple[StateOnDisk, list[list[Kept]]]:
        """Compute one plan year: write everything to its files except the ledger, which ``merge`` adds.

        Args:
            opening: of the year.
            number: the calendar year.
            clock: filled.
            files: of the year.
            aside: the spool of its ledger.

        Returns:
            The next opening, and the ledger by partition.
        """
        year = Year(self._course.world, number, opening.scale, opening.forfeitures, clock, opening.former)
        refuse_growth(int(opening.scale.amounts.max()), number)
        parts, events = self._settled(opening, year)
        before, closing = self._spools
        places = _Places(files, aside, closing)
        summary, (scale, forfeitures) = self._course.ended(list(self._made(parts, events, year, places)), year)
        files.add("summary", summary)
        files.forfeitures_cents = forfeitures
        files.former = kept_for_later(opening.former, places.former, year.last)
        before.clear()
        self._spools = closing, before
        split = len(parts) - len(opening.census)
        hired, census = (self._shelved(closing, kept) for kept in (places.closed[:split], places.closed[split:]))
        return StateOnDisk(hired, census, opening.nobody, scale, forfeitures, files.former), places.ledgers

    def _settled(self, opening: StateOnDisk, year: Year) -> tuple[list[_Waiting], list[Declared]]:
        """Return every partition with the outcomes for it, and the events of the year.

        A decision needs partitions after the events before it; each is computed again from the opening.
        """
        events: list[Declared] = []
        parts = [_Waiting(shelf.fetch, year) for shelf in (*opening.hired, *opening.census)]
        for step in self._course.steps:
            if isinstance(step, Declared):
                events.append(step)
            elif step.name == NAME:
                parts = self._employed(step, parts, events, opening)
            elif step.needed(year):
                parts = _given(parts, step, events, year)
        return parts, events

    def _employed(
        self, decision: Settlement, parts: list[_Waiting], events: list[Declared], opening: StateOnDisk
    ) -> list[_Waiting]:
        """Decide who is employed; hires follow those of earlier years, in partitions of their own."""
        year = parts[0].year
        with year.clock(NAME):
            sizes = [shelf.rows for shelf in (*opening.hired, *opening.census)]
            asked = _asked(parts, decision, events)
            found, new = settled_as_one(decision, asked, sizes, year, self._rows, len(opening.hired))
        old = [part.given(NAME, value) for part, value in zip(parts, found, strict=True)]
        hires = [self._entrants(value, opening.nobody, year) for value in new]
        before = len(opening.hired)
        return [*old[:before], *hires, *old[before:]]

    def _entrants(self, found: Employment, nobody: pl.DataFrame, year: Year) -> _Waiting:
        """Return a partition of hires, who are set aside where the next opening goes."""
        waiting = _Waiting(lambda: nobody, year, set_aside(found.hires, self._spools[1]).fetch)
        return waiting.given(NAME, replace(found, hires=found.hires.clear()))

    def _made(
        self, parts: list[_Waiting], events: list[Declared], year: Year, places: _Places
    ) -> Iterator[list[pl.DataFrame]]:
        """Yield the sums of each partition; while one is computed, the one before is tabulated, others are written."""
        with in_turn(BEHIND) as write, beside(several=True) as submit:
            waiting: Callable[[], list[pl.DataFrame]] | None = None
            for part in parts:
                staff = part.through(events)
                if waiting is not None:
                    yield waiting()
                waiting = submit(partial(self._put, staff, year, places, write))
            if waiting is not None:
                yield waiting()

    def _put(
        self, staff: pl.DataFrame, year: Year, places: _Places, write: Callable[[Callable[[], object]], None]
    ) -> list[pl.DataFrame]:
        """Make the tables of a partition, have them written, set aside what waits, and return its sums."""
        with year.clock("tables"):
            made = self._course.outputs.of(staff, year, tables=True)
            assert made.events is not None
            assert made.people is not None
            events, people = in_written_order(made.events, made.people)
        write(partial(places.write, events.clear(), people, made.closing, year.clock))
        with year.clock("spooling"):
            pieces = as_parquet_has_it(events).to_batches(max_chunksize=PIECE)
            places.ledgers.append([places.aside.put_rows(piece) for piece in pieces])
        places.former.append(made.former)
        return made.sums

    def _shelved(self, spool: Spool, kept: Sequence[Kept]) -> list[Shelf]:
        """Return frames as partitions of about equal size; small neighbors are joined."""
        groups: list[list[Kept]] = []
        for one in kept:
            if groups and sum(part.rows for part in groups[-1]) + one.rows <= self._rows:
                groups[-1].append(one)
            else:
                groups.append([one])
        return [Shelf(partial(_fetched, spool, group), sum(part.rows for part in group)) for group in groups]


def merge(files: GrowingYear, aside: Spool, ledgers: Sequence[Sequence[Kept]]) -> None:
    """Add the ledger of a year to its files, from that of its partitions."""
    rows = merged([map(aside.get_rows, pieces) for pieces in ledgers])
    while some := list(islice(rows, TOGETHER)):
        files.add_ledger(some)


def _given(parts: list[_Waiting], decision: Settlement, events: list[Declared], year: Year) -> list[_Waiting]:
    with year.clock(decision.name):
        found = decision.settle(list(_asked(parts, decision, events)), year)
    return [part.given(decision.name, value) for part, value in zip(parts, found, strict=True)]


def _asked(parts: Sequence[_Waiting], decision: Settlement, events: list[Declared]) -> Iterator[Any]:
    return (decision.ask(Columns(part.through(events)), part.year) for part in parts)


def set_aside(staff: pl.DataFrame, spool: Spool) -> Shelf:
    """Spool a partition of the staff."""
    return Shelf(partial(spool.get, spool.put(staff)), staff.height)


def _fetched(spool: Spool, kept: Sequence[Kept]) -> pl.DataFrame:
    found = [spool.get(one) for one in kept]
    return found[0] if len(found) == 1 else pl.concat(found, rechunk=True)
