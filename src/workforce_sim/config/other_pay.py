"""Pay other than salary, and which of it counts: bonuses, overtime, commissions."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag

from workforce_sim.config.values import (
    BY_NAME,
    MAX_NAME,
    ONE_VALUE,
    ByYear,
    MonthDay,
    OneOrByYear,
    Printed,
    Section,
    Share,
    ShareByYear,
    SomeOnce,
    decimals,
    shape_by_name,
)
from workforce_sim.money import ppm

Kind = Literal["bonus", "discretionary_bonus", "overtime", "commission"]
KINDS: tuple[Kind, ...] = get_args(Kind)

HIGHEST = 4
"""Most that an entry may pay, as a share of salary, before its spread."""

PayShare = Annotated[float, Field(ge=0, le=HIGHEST), AfterValidator(decimals(6))]
"""A share of salary from 0 to 4, at most 6 decimals."""


EntryName = Annotated[str, Field(min_length=1, max_length=MAX_NAME), Printed]


class PayShareByYear(ByYear):
    """A share of salary from 0 to 4, or a table of them by year."""

    root: OneOrByYear[PayShare]


class OtherPay(Section):
    """One kind of pay that some employees get as a share of salary."""

    name: EntryName
    """Name of the entry, unique; its draws go by it."""
    kind: Kind
    """`bonus`, `discretionary_bonus`, `overtime` or `commission`; the plan includes or excludes pay by kind."""
    share: PayShareByYear
    """Share of salary, by year; from 0 to 4."""
    by_level: dict[str, PayShare] = Field(default_factory=dict)
    """Shares by level name in place of `share`."""
    departments: SomeOnce[str] | None = None
    """Departments whose employees can get it; all employees when left out."""
    receivers: ShareByYear = ShareByYear(1.0)
    """Share of employees who get it in a year, drawn each year."""
    spread: Share = 0.0
    """Each one's share is drawn evenly from within this fraction of it, up or down."""
    date: MonthDay | None = None
    """Day on which it is paid, MM-DD; paid evenly with salary when left out."""
    prorated: bool = True
    """Whether those hired less than 365 days before the date get only the part for the days since."""

    def share_ppm(self, year: int, level: str) -> int:
        """Return the share of salary of a year and level in whole millionths, before the spread."""
        return ppm(self.by_level[level]) if level in self.by_level else self.share.ppm(year)

    def covers(self, department: str | None) -> bool:
        """Return whether employees of a department can get it."""
        return self.departments is None or department in self.departments


def named_once(entries: tuple[OtherPay, ...]) -> tuple[OtherPay, ...]:
    """Raise ``ValueError`` unless each entry has a name of its own."""
    names = [entry.name for entry in entries]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"give each entry a name of its own; {twice[0]} is there twice")
    return entries


def _of_a_definition(value: Any) -> Any:
    if value in ("all", "base") or (isinstance(value, dict) and set(value) == {"excluding"}):
        return value
    raise ValueError("expected all, base or {excluding: [kinds]}, such as {excluding: [overtime]}")


CountedPay = Annotated[
    Annotated[
        Annotated[Literal["all", "base"], Tag(ONE_VALUE)]
        | Annotated[
            dict[Literal["excluding"], SomeOnce[Kind]],
            Field(json_schema_extra={"minProperties": 1}),
            Tag(BY_NAME),
        ],
        Discriminator(shape_by_name),
    ],
    BeforeValidator(_of_a_definition),
]
"""Which pay counts: ``all``, ``base`` (salary alone), or all but some kinds of other pay."""


def kinds_in(counted: Any) -> frozenset[str]:
    """Return the kinds of other pay that a definition of pay counts beside salary."""
    if isinstance(counted, dict):
        return frozenset(KINDS) - set(counted["excluding"])
    return frozenset(KINDS if counted == "all" else ())


def left_out(counted: Any, entries: tuple[OtherPay, ...]) -> tuple[str, ...]:
    """Return the kinds of other pay among some entries that a definition of pay leaves out."""
    configured = {entry.kind for entry in entries} - kinds_in(counted)
    return tuple(kind for kind in KINDS if kind in configured)
