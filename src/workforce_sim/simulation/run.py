"""A prepared run, and its years one after another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, cast

import numpy as np
import polars as pl
from numpy.typing import NDArray

from workforce_sim.census import Census, read_census
from workforce_sim.census.completion import complete
from workforce_sim.census.naming import refuse_unknown
from workforce_sim.census.opening import Opening
from workforce_sim.census.synthetic import synthetic_census
from workforce_sim.config import Config
from workforce_sim.config.drawing import Drawing, drawing
from workforce_sim.config.effect.notes import effect_notes
from workforce_sim.draws import FIRST_CENSUS_KEY
from workforce_sim.engine.clock import Clock
from workforce_sim.engine.context import World
from workforce_sim.engine.course import Course
from workforce_sim.engine.membership import unknown_opt_outs
from workforce_sim.engine.notes import assumption_notes
from workforce_sim.engine.own import OwnEvent, sources
from workforce_sim.engine.partitions import Large, parted
from workforce_sim.engine.resume import carried_with, resumed
from workforce_sim.engine.start import (
    opening_of_parts,
    opening_staff,
    participants_in_excluded_classes,
    prepared,
    prepared_in_parts,
)
from workforce_sim.engine.state import Shelf, State, StateOnDisk, by_key
from workforce_sim.engine.streamed import StreamedYears, set_aside
from workforce_sim.errors import RequestError, asked
from workforce_sim.errors.forking import refuse_forked
from workforce_sim.plan.legality import COMPLIANCE, plan_warnings
from workforce_sim.plan.loading import load_config
from workforce_sim.result.result import Result
from workforce_sim.store.documents import Source
from workforce_sim.store.header import Header, Origin
from workforce_sim.store.ledger import employee_keys
from workforce_sim.store.parquet import FAST, ROW_GROUP
from workforce_sim.store.reading import Stored
from workforce_sim.store.spool import Spool
from workforce_sim.store.writer import Carried
from workforce_sim.tables.output import Tables
from workforce_sim.wording import counted

Engine = Literal["fast", "reference"]


@dataclass(frozen=True)
class SimulatedYear:
    """One simulated plan year: its tables, and the opening of the next where the engine has one to hand over."""

    number: int
    tables: Tables
    closing: State | None


@dataclass(frozen=True)
class _First:
    """What a run starts from.

    Attributes:
        state: the staff.
        world: what holds for the whole run.
        staff: the completed census as the run starts, in its own order.
        order: its rows in written order, where the staff of the state stand so.
        unknown_opt_outs: of how many the census does not say whether they opted out.
    """

    state: State | StateOnDisk
    world: World
    staff: pl.DataFrame
    order: NDArray[np.intp] | None
    unknown_opt_outs: int


@dataclass
class Run:
    """A run about to begin: everything is read, checked and prepared.

    Attributes:
        config: what is simulated.
        opening: the completed census.
        notes: what was imputed, ignored or dropped; what has no effect; compliance warnings about the plan.
        replicate: which of the seed's many worlds.
        engine: which engine computes it.
        clock: seconds by step, filled as the run goes on.
        source: where the census comes from, as ``source_of`` says.
        large: how the staff go through the disk, where they do.
    """

    config: Config
    opening: Opening
    notes: tuple[str, ...]
    replicate: int
    engine: Engine
    clock: Clock
    source: Source
    large: Large
    _first: _First

    @property
    def staff(self) -> pl.DataFrame:
        """The completed census as the run starts from it."""
        return self._first.staff

    @property
    def through_the_disk(self) -> bool:
        """Whether the staff are too many for memory."""
        return isinstance(self._first.state, StateOnDisk)

    def years(self, *, in_order: bool = False) -> Iterator[Tables]:
        """Yield the tables of one plan year after another, each computed when it is asked for."""
        return (year.tables for year in self.steps(in_order=in_order))

    def steps(self, after: Stored | None = None, *, in_order: bool = False) -> Iterator[SimulatedYear]:
        """Yield one plan year after another: all of them, or those after the years that are stored."""
        done = after.years[-1] if after and after.years else self.config.simulation.start_year - 1
        found = self._reference() if self.engine == "reference" else self._fast(after, in_order=in_order)
        return (year for year in found if year.number > done)

    def _fast(self, after: Stored | None, *, in_order: bool) -> Iterator[SimulatedYear]:
        """Yield years, from the first that what is stored does not hand an opening to."""
        years, state, world = self.config.simulation.years, self._first.state, self._first.world
        if isinstance(state, StateOnDisk):
            raise TypeError("a run whose staff go through the disk can only be recorded")
        kept = after.carried(after.years[-1]) if after and after.years else None
        if after is not None and kept is not None:
            last = after.years[-1]
            state = resumed(state.scale, world, self.opening, last, after.part(last).snapshots, kept)
            years = range(last + 1, years.stop)
        yield from stepped(state, years, world, self.clock, in_order=in_order)

    def through_disk(self, after: Stored, spools: tuple[Spool, Spool]) -> tuple[StreamedYears, range, StateOnDisk]:
        """Return what moves the staff from year to year, the years to come, and the staff set aside for the first."""
        state, world, years = self._first.state, self._first.world, self.config.simulation.years
        if not isinstance(state, StateOnDisk):
            raise TypeError("the staff of this run are in memory")
        kept = after.carried(after.years[-1]) if after.years else None
        if kept is None:
            state = replace(state, census=[set_aside(shelf.fetch(), spools[0]) for shelf in state.census])
        else:
            years = range(after.years[-1] + 1, years.stop)
            state = self._resumed(state, after, kept, spools[0])
        self._let_go()
        return StreamedYears(Course(world, in_order=True), self.large.rows, spools), years, state

    def _resumed(self, first: StateOnDisk, after: Stored, kept: Carried, spool: Spool) -> StateOnDisk:
        """Return the opening of the year after those that are stored, a row group of snapshots after another."""
        last, found = after.years[-1], first
        hired: list[Shelf] = []
        census: list[Shelf] = []
        for people, carried in carried_with(after.pieces(last, "snapshots", ROW_GROUP), kept):
            state = resumed(first.scale, self._first.world, self.opening, last, people, carried)
            hires = int(np.count_nonzero(state.staff["key"].to_numpy() < FIRST_CENSUS_KEY))
            for shelves, staff in ((hired, state.staff[:hires]), (census, state.staff[hires:])):
                shelves += [set_aside(part, spool) for part in parted(staff, self.large.rows)]
            found = replace(first, scale=state.scale, forfeitures=state.forfeitures, former=state.former)
        return replace(found, hired=hired, census=census)

    def _let_go(self) -> None:
        """Let go of the census, which is on the disk by now."""
        first = self._first
        self.opening = replace(self.opening, staff=self.opening.staff.clear())
        nobody = replace(cast("StateOnDisk", first.state), hired=[], census=[])
        self._first = replace(first, state=nobody, staff=first.staff.clear(), order=None)

    def _reference(self) -> Iterator[SimulatedYear]:
        from workforce_sim import reference  # noqa: PLC0415 - seldom needed, and an engine of its own

        found = reference.years(self.config, self.opening, replicate=self.replicate)
        for number in self.config.simulation.years:
            with self.clock("reference model"):
                part = next(found)
            yield SimulatedYear(number, part, None)

    @property
    def origin(self) -> Origin:
        """What the run comes from."""
        return Origin(
            self.replicate, self.engine, self.opening.staff, own=sources(self._first.world.own), source=self.source
        )

    def header(self, level: int = FAST) -> Header:
        """Return what the run is, to be written down; ``level`` is that of compression."""
        return replace(self.origin, order=self._written_rows()).header(self.config, self.notes, level)

    def written_staff(self) -> Iterator[pl.DataFrame]:
        """Yield the staff as the run starts, in written order."""
        order = self._written_rows()
        for start in range(0, max(len(order), 1), ROW_GROUP):
            yield self.staff[order[start : start + ROW_GROUP]]

    def _written_rows(self) -> NDArray[np.intp]:
        """Return the rows of the opening in written order."""
        first = self._first
        if first.order is None and isinstance(first.state, State):
            return by_key(first.state.staff)
        return cast("NDArray[np.intp]", first.order)

    def result(self, tables: Tables | Stored) -> Result:
        """Return the tables of the run as its result; the opening of one that went through the disk is read there."""
        if isinstance(tables, Stored) and self.through_the_disk:
            origin = replace(self.origin, census=None)
            return Result(tables, self.config, self.notes, tables.opening, self.clock.seconds, origin)
        return Result(tables, self.config, self.notes, self.staff, self.clock.seconds, self.origin)


def stepped(
    state: State, years: range, world: World, clock: Clock, *, in_order: bool = False
) -> Iterator[SimulatedYear]:
    """Yield the years that follow a state."""
    course = Course(world, in_order=in_order)
    for number in years:
        tables, state = course.step(state, number, clock)
        yield SimulatedYear(number, tables, state)


def begin(
    config: Any = None,
    *,
    census: Any = None,
    replicate: int = 0,
    engine: Engine = "fast",
    in_order: bool = False,
    own: Sequence[OwnEvent] = (),
    large: Large | None = None,
) -> Run:
    """Read, check and prepare everything; other arguments and errors as for ``simulate``, and in a forked process.

    Args:
        config: as the next ones.
        census: from the configuration when left out.
        replicate: its number.
        engine: which.
        in_order: whether the tables are wanted in written order: staff that stand so from the start take the work of a
            moment, and make putting each year in order a matter of merging.
        own: the user's own events.
        large: when the staff go through the disk; then the run can only be ``recorded``. Never when left out.
    """
    refuse_forked()
    replicate = asked.replicate(replicate)
    if own and engine == "reference":
        raise RequestError(
            "events: your own events need the fast engine; the reference engine has only the model's events"
        )
    if engine not in {"fast", "reference"}:
        raise ValueError(f"engine must be 'fast' or 'reference' (got {engine!r})")
    written = drawing(load_config(config))
    chosen = load_config(written.of(replicate))
    clock = Clock()
    with clock("census"):
        opening = complete(census_of(chosen, census), chosen)
        refuse_unknown(chosen, opening)
    source = source_of(chosen, census)
    with clock("preparation"):
        if large is not None and engine == "fast" and _is_large(opening, large):
            first = _first_in_parts(chosen, opening, replicate, tuple(own), large.rows)
        else:
            first = _first(chosen, opening, replicate, tuple(own), in_order=in_order)
    notes = (
        *opening.notes,
        *_opt_out_note(chosen, first.unknown_opt_outs),
        *_class_note(participants_in_excluded_classes(opening, first.world)),
        *written.notes(replicate),
        *configuration_notes(written, replicate, given=census is not None),
    )
    return Run(chosen, opening, notes, replicate, engine, clock, source, large or Large(), first)


def _is_large(opening: Opening, large: Large) -> bool:
    """Return whether the staff go through the disk: never where anybody joins by an acquisition."""
    return opening.staff.height > large.above and not opening.joiners.height


def _first(config: Config, opening: Opening, replicate: int, own: tuple[OwnEvent, ...], *, in_order: bool) -> _First:
    """Return the first state of a run in memory."""
    state, world = prepared(config, opening, (replicate,), own=own)
    staff = opening_staff(opening, state, config.simulation)
    unknown = unknown_opt_outs(state.staff, opening.present, config)
    order = by_key(state.staff) if in_order else None
    if order is not None:
        state = replace(state, parts=parted(state.staff[order]))
    if len(staff) > len(state.staff):
        order = np.argsort(employee_keys(staff["employee_id"]), kind="stable")
    return _First(state, world, staff, order, unknown)


def _first_in_parts(config: Config, opening: Opening, replicate: int, own: tuple[OwnEvent, ...], rows: int) -> _First:
    """Return the first state of a run whose staff go through the disk."""
    state, world, order = prepared_in_parts(config, opening, replicate, rows, own)
    staff, unknown = opening_of_parts(opening, (shelf.fetch() for shelf in state.census), order, config)
    return _First(state, world, staff, order, unknown)


def configuration_notes(written: Drawing, replicate: int = 0, *, given: bool = False) -> tuple[str, ...]:
    """Return the notes about a configuration, whatever its census holds: by a run and by a check.

    Args:
        written: the configuration, ready to be drawn.
        replicate: whose values are drawn.
        given: whether a census is given in place of the configuration's.
    """
    config = written.of(replicate)
    return (
        *assumption_notes(config),
        *effect_notes(written, replicate, census=given),
        *(f"{COMPLIANCE}{warning}" for warning in plan_warnings(config)),
    )


def _class_note(count: int) -> tuple[str, ...]:
    """Report participants of the census whom a class would exclude."""
    what = (
        f"eligibility.excluded_classes: {counted(count, 'participant')} of the census "
        f"{'is' if count == 1 else 'are'} in an excluded class, and {'stays' if count == 1 else 'stay'} in the plan"
    )
    return (what,) if count else ()


def _opt_out_note(config: Config, count: int) -> tuple[str, ...]:
    """Report employees whose opt-out the census does not say, and how they are treated."""
    section = config.enrollment.auto_enrollment
    went, other = _WENT[section.unknown_opt_outs]
    what = (
        f"{counted(count, 'employee')} due for automatic enrollment before {config.simulation.opens} "
        f"{'does' if count == 1 else 'do'} not participate, and the census does not say who opted out (opted_out): "
        f"{went}; to change this, set enrollment.auto_enrollment.unknown_opt_outs to {other}"
    )
    return (what,) if count else ()


_WENT = {
    "opted_out": ("counted as opted out", "enroll"),
    "enroll": ("enrolled automatically unless they elect otherwise", "opted_out"),
}


def run(config: Config, opening: Opening, replicates: tuple[int, ...], clock: Clock) -> Tables:
    """Run a batch of replicates in one frame; each gets exactly what it gets alone."""
    state, world = prepared(config, opening, replicates)
    return joined([year.tables for year in stepped(state, config.simulation.years, world, clock)])


def joined(parts: Sequence[Tables]) -> Tables:
    """Return the tables of several years as one."""
    return Tables(
        pl.concat([part.events for part in parts]),
        pl.concat([part.snapshots for part in parts]),
        pl.concat([part.summary for part in parts]).sort("replicate", "year"),
    )


def census_of(config: Config, census: Any) -> Census:
    """Return the census of a run: the one given, or that of the configuration, or a synthetic one."""
    if census is not None:
        return read_census(census, config)
    if config.census.path is not None:
        return read_census(config.census.path, config)
    return synthetic_census(config.census.size, seed=config.random_seed, as_of=config.simulation.opening)


def source_of(config: Config, census: Any) -> Source:
    """Return where the census of a run comes from, ``census`` being the one that is given to it."""
    if census is not None:
        return "given"
    return "synthetic" if config.census.path is None else "configured"
