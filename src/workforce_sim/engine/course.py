"""The years of a run, carried out: each partition of the staff through the events, then the tables.

``engine/year.py`` has the events in their order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial, reduce
from itertools import groupby
from typing import Any, cast

import polars as pl

from workforce_sim.engine.allocator import keep_freed_memory
from workforce_sim.engine.clock import Clock
from workforce_sim.engine.columns import Columns
from workforce_sim.engine.context import World, Year
from workforce_sim.engine.event import Declared, Settlement
from workforce_sim.engine.forfeitures import left_over, used_forfeitures
from workforce_sim.engine.former import kept_for_later
from workforce_sim.engine.outputs import Made, outputs
from workforce_sim.engine.own import OwnEvent
from workforce_sim.engine.partitions import beside
from workforce_sim.engine.pay_scale import PayScale
from workforce_sim.engine.state import State
from workforce_sim.engine.sums import added_up
from workforce_sim.engine.written import in_written_order
from workforce_sim.engine.year import steps_of, with_own
from workforce_sim.money import refuse_growth
from workforce_sim.result.summary import summarise
from workforce_sim.tables.output import Tables


@dataclass(frozen=True)
class Part:
    """A partition within the year: its staff, and the year with the outcomes of decisions for it."""

    staff: pl.DataFrame
    year: Year

    def through(self, events: Sequence[Declared]) -> Part:
        """Apply events to the staff: those of the model in one plan, collected once, each of a user's own alone."""
        staff = self.staff
        for own, group in groupby(events, lambda event: isinstance(event, OwnEvent)):
            carry_out = self._own if own else self._planned
            staff = carry_out(staff, group)
        return replace(self, staff=staff)

    def _planned(self, staff: pl.DataFrame, events: Iterable[Declared]) -> pl.DataFrame:
        whole = staff.rechunk()  # once, not for every event
        plan = reduce(lambda staff, event: event(staff, self.year), events, whole.lazy())
        return plan.collect(engine="in-memory", optimizations=_AS_WRITTEN)

    def _own(self, staff: pl.DataFrame, events: Iterable[Declared]) -> pl.DataFrame:
        return reduce(lambda staff, event: cast("OwnEvent", event).applied(staff, self.year), events, staff)

    def given(self, name: str, value: Any) -> Part:
        """Store the outcome of a decision for the partition."""
        return replace(self, year=replace(self.year, given={**self.year.given, name: value}))


_AS_WRITTEN = pl.QueryOptFlags.none()


class Course:
    """The years of a run: its events, and the selections of its tables.

    Args:
        world: of the run.
        tables: whether ledger and snapshots are kept, or only the summary.
        in_order: whether they are sorted into written order.
    """

    def __init__(self, world: World, *, tables: bool = True, in_order: bool = False) -> None:
        keep_freed_memory()
        self.world, self._keeps, self._in_order = world, tables, in_order
        self.steps = with_own(steps_of(world.assumptions.config), world.own)
        self._measures = [name for event in world.own for name in event.measures or ()]
        events = tuple(step for step in self.steps if isinstance(step, Declared))
        self.outputs = outputs(events, world, in_order=in_order)

    def step(self, opening: State, number: int, clock: Clock) -> tuple[Tables, State]:
        """Compute one plan year: return its tables and the opening of the next."""
        year = Year(self.world, number, opening.scale, opening.forfeitures, clock, opening.former)
        refuse_growth(int(opening.scale.amounts.max()), number)
        made = self._made(*self._settled([Part(staff, year) for staff in opening.parts], year), year)
        summary, ending = self.ended([part.sums for part in made], year)
        former = kept_for_later(opening.former, (part.former for part in made), year.last)
        return self._tables(made, summary, clock), State([part.closing for part in made], *ending, former)

    def ended(self, sums: list[list[pl.DataFrame]], year: Year) -> tuple[pl.DataFrame, tuple[PayScale, list[int]]]:
        """Return the summary of a year from the sums of its partitions, and pay and forfeitures for the next."""
        with year.clock("summary"):
            rows = added_up(sums, year.replicates)
            used = used_forfeitures(rows, year) if year.config.plan.enabled else None
            summary = summarise(rows, self.world.replicates, year.number, used, year.config.provisions, self._measures)
        return summary, (year.scale.grown(year.config.range_growth.ppm(year.number + 1)), left_over(rows, used, year))

    def _settled(self, parts: list[Part], year: Year) -> tuple[list[Part], list[Declared]]:
        """Apply events up to the last decision that needs all employees; return the partitions and the later events."""
        events: list[Declared] = []
        for step in self.steps:
            if isinstance(step, Declared):
                events.append(step)
            elif step.needed(year):
                parts = _settled([part.through(events) for part in parts], step)
                events = []
        return parts, events

    def _made(self, parts: list[Part], events: Sequence[Declared], year: Year) -> list[Made]:
        """Return the results of each partition; while one is computed, the tables of the one before are made."""
        staff, start = (part.through(events).staff for part in parts), 0
        found: list[Callable[[], Made]] = []
        with beside(several=len(parts) > 1) as submit:
            for wide in staff:
                found.append(submit(partial(self._of, wide, year, start)))
                start += wide.height
            return [made() for made in found]

    def _of(self, staff: pl.DataFrame, year: Year, start: int) -> Made:
        with year.clock("tables"):
            return self.outputs.of(staff, year, tables=self._keeps, start=start)

    def _tables(self, made: list[Made], summary: pl.DataFrame, clock: Clock) -> Tables:
        if not self._keeps:
            return Tables(pl.DataFrame(), pl.DataFrame(), summary)
        with clock("tables"):
            events = pl.concat([part.events for part in made if part.events is not None])
            people = pl.concat([part.people for part in made if part.people is not None])
            if self._in_order:
                events, people = in_written_order(events, people)
        return Tables(events, people, summary, in_order=self._in_order)


def _settled(parts: list[Part], decision: Settlement) -> list[Part]:
    """Ask all partitions, decide, and give each its outcome."""
    year = parts[0].year
    with year.clock(decision.name):
        found = decision.settle([decision.ask(Columns(part.staff), part.year) for part in parts], year)
    return [part.given(decision.name, value) for part, value in zip(parts, found, strict=True)]
