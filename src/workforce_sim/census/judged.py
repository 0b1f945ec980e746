"""A census sorted out: who is employed, who is not and why, what is wrong with whom; every row accounted for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from workforce_sim.census.bounds import refuse_wide
from workforce_sim.census.columns import CensusColumns, find_columns
from workforce_sim.census.layout import Outside, outside
from workforce_sim.census.people import several
from workforce_sim.census.reading import Read, read_rows
from workforce_sim.census.rules import (
    KEY,
    Finding,
    Rule,
    contradictions,
    departures,
    find,
    moved,
    notes,
    rules,
    start_rules,
)
from workforce_sim.census.sources import open_census
from workforce_sim.census.status import with_service
from workforce_sim.census.table import ROW, CensusTable
from workforce_sim.config import Config
from workforce_sim.draws import census_keys
from workforce_sim.errors import CensusError

_SAMPLE = 1_000
"""Rows whose values help to tell columns apart."""


@dataclass(frozen=True)
class Judged:
    """A census as read: every row, the staff among them, what is wrong with them, and what is worth a note.

    Attributes:
        table: where it comes from.
        columns: which column is which.
        done: the rows as read.
        outside: rows that are no people.
        total: rows of the file.
        config: what it was read for.
        timed: whether the opening date was chosen; what it decides is only a note where it was not.
        staff: who is employed.
        refused: how many of the staff break a rule.
        service: what was decided on hire dates.
        gone: why people are not employed, and how many for each reason; one reason each.
        errors: rules that staff break.
        remarks: what is worth a note.
    """

    table: CensusTable
    columns: CensusColumns
    done: Read
    outside: Outside
    total: int
    config: Config
    timed: bool
    staff: pl.DataFrame
    refused: int = 0
    service: tuple[str, ...] = ()
    gone: tuple[tuple[str, int], ...] = ()
    errors: tuple[Finding, ...] = ()
    remarks: tuple[Finding, ...] = ()

    @property
    def name(self) -> str:
        """What messages call it."""
        return self.table.name

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong, a sentence each."""
        return tuple(f"{self.name}: {self.sentence(finding)}" for finding in self.errors)

    @property
    def decisions(self) -> tuple[str, ...]:
        """What the reader decided, a sentence each."""
        return (*self.table.notes, *self.outside.notes(), *self.done.notes, *self.service)

    @property
    def notes(self) -> tuple[str, ...]:
        """What is worth knowing, a sentence each."""
        return (*self.decisions, *map(self.sentence, self.remarks), *self.columns.notes)

    def sentence(self, finding: Finding) -> str:
        """Return a finding in words."""
        return finding.sentence(self.done.rows.height, self.table.places)

    def left_out(self) -> list[tuple[str, int]]:
        """Return why rows of the file are not employed, and how many for each reason."""
        apart = [
            ("rows without any value", len(self.outside.blank)),
            ("totals or remarks", len(self.outside.total)),
            ("repeated column names", len(self.outside.header)),
            ("other rows of the same employee", self.done.merged),
        ]
        return [(why, rows) for why, rows in (*apart, *self.gone) if rows]


def read_judged(source: Any, config: Config, *, timed: bool) -> Judged:
    """Open, parse and check a census.

    Raises:
        FileNotFoundError: when there is no such file.
        CensusError: when the source is no table, a required column is missing, or rows were lost.
    """
    table = open_census(source, config.census)
    types = table.columns()
    refuse_wide(len(types), table.name)
    sample = table.collect(table.frame.head(_SAMPLE).drop(ROW))
    columns = find_columns(sample, config.census.columns, table.name)
    names = dict.fromkeys([*columns.used.values(), *columns.identity])
    raw = table.collect(table.frame.select(ROW, *names))
    beside = outside(raw, table.frame, columns.used)
    people = raw.filter(~pl.col(ROW).is_in(beside.rows.implode())) if len(beside.rows) else raw
    done = read_rows(people, columns, config, table.name)
    light = replace(table, frame=pl.LazyFrame())  # the file's own values are not kept
    return judged(Judged(light, columns, done, beside, raw.height, config, timed, done.rows), config, timed=timed)


def judged(read: Judged, config: Config, *, timed: bool) -> Judged:
    """Split and check the rows; what the opening date decides is an error only where one was chosen."""
    config = _as_read(config, read.config)
    rows, service = with_service(read.done.rows, config.census, config.simulation.opening)
    staff, gone, counts = _split(rows, departures(config))
    nobody, remarks = _nobody(rows.height, staff, config), notes(config)
    broken, late = rules(config, read.done.forms, several(rows)), start_rules(config)
    if timed:
        broken = [*broken, *late]
    elif rows.height:
        gone, nobody, remarks = [*gone, *nobody], [], [*late, *remarks]
    asked = [Finding(question, 0, (), "") for question in read.done.questions]
    keyed = _keyed(staff)
    errors = nobody or [*asked, *find(keyed, broken)]
    found = [*gone, *find(rows, contradictions(config)), *find(staff, remarks)]
    return _accounted(
        replace(
            read,
            config=config,
            timed=timed,
            staff=staff,
            refused=_refused(keyed, broken) if errors and not nobody else 0,
            service=tuple(service),
            gone=counts,
            errors=tuple(errors),
            remarks=tuple(found),
        )
    )


def _as_read(config: Config, read: Config) -> Config:
    """Return a configuration that leaves out the rows that were left out when the census was read."""
    left = dict.fromkeys((*config.census.leave_out, *read.census.leave_out))
    section = config.census.model_copy(update={"leave_out": tuple(left), "service_from": read.census.service_from})
    return config.model_copy(update={"census": section})


def _accounted(read: Judged) -> Judged:
    """Return what was read if every row of the file is accounted for.

    Raises:
        CensusError: where rows were lost.
    """
    known = read.staff.height + sum(rows for _, rows in read.left_out())
    if known != read.total:
        raise CensusError(f"{read.name}: has {read.total:,} rows, {known:,} are accounted for; please report it")
    return read


def _refused(staff: pl.DataFrame, broken: list[Rule]) -> int:
    """Return how many rows break any rule."""
    kept = [rule.broken for rule in broken if set(rule.broken.meta.root_names()) <= set(staff.columns)]
    return staff.filter(pl.any_horizontal(kept).fill_null(value=False)).height if kept else 0


def _split(rows: pl.DataFrame, reasons: list[Rule]) -> tuple[pl.DataFrame, list[Finding], tuple[tuple[str, int], ...]]:
    """Return the staff among the rows, why the others are not, and how many are left out for each reason first."""
    gone, staff, counts = find(rows, reasons), rows, []
    named = {finding.rule for finding in gone}
    for reason in reasons:
        if reason.name in named:
            stays = staff.filter(~reason.broken.fill_null(value=False))
            counts.append((reason.name, staff.height - stays.height))
            staff = stays
    return staff, gone, tuple(counts)


def _keyed(staff: pl.DataFrame) -> pl.DataFrame:
    """Return the staff, with their keys if two are equal: the rules about equal ids need looking at only then."""
    given = staff["employee_id"].drop_nulls()
    if pl.Series(census_keys(given)).n_unique() == len(given):
        return staff
    keys = pl.Series(KEY, census_keys(staff["employee_id"].fill_null("")))
    return staff.with_columns(keys)


def _nobody(total: int, staff: pl.DataFrame, config: Config) -> list[Finding]:
    if total == 0:
        return [Finding("has no rows", 0, (), "give one row per employee")]
    if staff.is_empty():
        return [
            Finding(
                f"has nobody employed on {config.simulation.opening}",
                0,
                (),
                f"check termination dates and the {moved(config)}",
            )
        ]
    return []
