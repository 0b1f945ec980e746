"""The whole configuration."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import (
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
    model_validator,
)

from workforce_sim.config.actions import Actions, Department
from workforce_sim.config.amended import Tables, in_force, in_year, late, put, tables_of, told
from workforce_sim.config.census import CensusSection
from workforce_sim.config.eligibility import Eligibility
from workforce_sim.config.enrollment import Enrollment
from workforce_sim.config.events import Compensation, Hiring, Promotion, Terminations
from workforce_sim.config.named import names_in
from workforce_sim.config.plan import FIRST_YEAR, MatchByYear, Plan
from workforce_sim.config.returning import Leave
from workforce_sim.config.switches import ever_on, switched
from workforce_sim.config.uncertainty import Uncertainty
from workforce_sim.config.values import MAX_TOLD, ByYear, KeyPath, Name, PathText, Section, refuse, some, value_at
from workforce_sim.config.workforce import Level, Simulation, Workforce


class Output(Section):
    """Output of a run."""

    path: PathText | None = None
    """Folder of the run, relative to the configuration file; nothing is written when left out."""
    compression: Literal["zstd", "lz4", "snappy", "uncompressed"] = "zstd"
    """Compression of the Parquet files."""


class Config(Section):
    """The complete configuration. Frozen: make a changed copy with ``with_changes``."""

    simulation: Simulation
    workforce: Workforce
    census: CensusSection = CensusSection()
    terminations: Terminations = Field(default_factory=Terminations)
    hiring: Hiring = Field(default_factory=Hiring)
    promotion: Promotion = Field(default_factory=Promotion)
    compensation: Compensation = Field(default_factory=Compensation)
    actions: Actions = Actions()
    departments: dict[Name, Department] = Field(default_factory=dict)
    """Departments with assumptions of their own, by name."""
    leave: Leave = Leave()
    eligibility: Eligibility = Field(default_factory=Eligibility)
    enrollment: Enrollment = Field(default_factory=Enrollment)
    plan: Plan = Field(default_factory=Plan)
    uncertainty: Uncertainty = Uncertainty()
    output: Output = Field(default_factory=Output)
    random_seed: Annotated[int, Field(ge=0, lt=2**63)]
    """Seed of all random draws."""

    _years: dict[KeyPath, tuple[int, ...]] = PrivateAttr(default_factory=dict)
    """The years that each table by year in ``AMENDED`` names, by its place."""
    _amended: dict[int, dict[str, Section]] = PrivateAttr(default_factory=dict)
    """The sections in ``AMENDED`` from each of these years on; the fields hold those of the start year."""

    @model_validator(mode="wrap")
    @classmethod
    def _by_year(cls, data: Any, handler: ModelWrapValidatorHandler[Config]) -> Config:
        """Read the configuration of each year that changes something."""
        tables = tables_of(data, AMENDED)
        if not tables:
            return handler(data)
        years = sorted({year for table in tables.values() for year in table})
        start = _start_year(data, years[0])
        refuse(late(tables, start))
        config, found = _read(data, tables, start, years, handler)
        refuse(_not_amended(config, found))
        config._years = {path: tuple(table) for path, table in tables.items()}
        config._amended = {year: {name: getattr(one, name) for name in AMENDED} for year, one in found.items()}
        return config

    @model_serializer(mode="wrap")
    def _with_years(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Return the data with tables by year where they were written."""
        data: dict[str, Any] = handler(self)
        dumps = {year: handler(self._version(year)) for year in self._amended}
        for path, years in self._years.items():
            found = {year: value_at(dumps[year], path) for year in years}
            if ... not in found.values():
                put(data, path, found)
        return data

    @model_validator(mode="after")
    def _sections_agree(self) -> Config:
        refuse(_unknown_levels(self), "unknown_name")
        refuse(_late_tables(self, self.simulation.start_year))
        refuse(_before_limits(self))
        refuse(_planned_with_rehires(self))
        refuse(_without_ranges(self))
        return self

    def at(self, year: int) -> Config:
        """Return the configuration in force in a year: this one where nothing changes, else one without years.

        What a run has that other runs may lack, it has in all of its years: ``provisions`` are those of the run.
        """
        if not self._amended:
            return self
        found = self._version(year)
        found.__dict__["provisions"] = self.provisions
        return found

    @property
    def turns(self) -> tuple[int, ...]:
        """The start year, and each later year, also after the run, from which on something else holds."""
        start = self.simulation.start_year
        return start, *(year for year in self._amended if year > start)

    @property
    def versions(self) -> tuple[Config, ...]:
        """The configurations in force in the run, in order: this one alone where nothing changes."""
        return tuple(self.at(year) for year in self.turns if year <= self.simulation.end_year)

    @property
    def tables(self) -> dict[KeyPath, dict[int, Any]]:
        """What changes from a year on: values and sections by year, by their place."""
        versions = {year: self._version(year) for year in self._amended}
        return {path: {year: _there(versions[year], path) for year in years} for path, years in self._years.items()}

    def _version(self, year: int) -> Config:
        if not self._amended:
            return self
        found = self.model_copy(update=self._amended[in_force(self._amended, year)])
        found._years, found._amended = {}, {}
        return found

    @cached_property
    def provisions(self) -> frozenset[str]:
        """What the run has that other runs may lack; columns and events of what it lacks are left out.

        It has what any year brings, also one after the run, so that the run can be extended.
        """
        versions, start = [self._version(year) for year in self.turns], self.simulation.start_year
        on = (key for one in versions for key, section in switched(one) if ever_on(section, start))
        used = (name for name, used in PROVISIONS.items() if any(map(used, versions)))
        return frozenset({*used, *(key.rpartition(".")[2] for key in on)})

    @property
    def range_growth(self) -> ByYear:
        """Yearly growth of the pay ranges: as configured, or the cost-of-living rate."""
        return self.hiring.range_growth or self.compensation.cola_rate

    @property
    def fills_vacancies(self) -> bool:
        """Whether promotion is by vacancies, with hires filling the levels that remain vacant; else by rates."""
        given = self.promotion.base_rate is not None or self.hiring.level_mix is not None
        return self.promotion.mode == "vacancies" or (self.promotion.mode is None and not given)

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """The departments with numbers of their own, in order; all others are one group more."""
        frozen = (freeze.department for freeze in self.actions.freezes)
        return tuple(sorted({*self.departments, *(name for name in frozen if name is not None)}))

    @property
    def is_planned(self) -> bool:
        """Whether anything is known or planned about people: known exits and hires, actions, departments, seasons."""
        hiring, actions = self.hiring, self.actions
        of_hiring = hiring.known, hiring.seasonal, hiring.time_to_fill
        planned = *of_hiring, self.departments, actions.freezes, actions.layoffs, actions.acquisitions
        return self.census.known_exits == "honor" or any(planned)

    @property
    def year_effect(self) -> float:
        """Spread of the factor that a year has on all termination rates; 0 where headcount is exact."""
        return self.uncertainty.year_effects.terminations if self.workforce.headcount == "stochastic" else 0.0

    @property
    def years_vary(self) -> bool:
        """Whether a year of a replicate has anything of its own."""
        effects = self.uncertainty.year_effects
        return self.year_effect > 0 or effects.growth > 0 or effects.raises > 0

    @property
    def rates_as_given(self) -> bool:
        """Whether employees terminate at the configured rate of their age and tenure, not at a scaled one."""
        return self.workforce.headcount == "stochastic" and self.terminations.rates is not None


AMENDED: dict[str, type[Section]] = {"eligibility": Eligibility, "enrollment": Enrollment, "plan": Plan}
"""The sections of which any value, and any section within, may change from a year on."""

PROVISIONS: dict[str, Callable[[Config], bool]] = {
    "plan": lambda config: config.plan.enabled,
    "hours": lambda config: config.plan.enabled and (config.eligibility.counts_hours or config.plan.vesting.by_hours),
    "classes": lambda config: config.plan.enabled and config.eligibility.names_classes,
    "waivers": lambda config: config.plan.enabled and config.plan.waives,
    "planned": lambda config: config.is_planned,
    "known_exits": lambda config: config.census.known_exits == "honor",
    "known_hires": lambda config: bool(config.hiring.known),
    "seasonal": lambda config: bool(config.hiring.seasonal),
    "acquisitions": lambda config: bool(config.actions.acquisitions),
    "other_pay": lambda config: bool(config.compensation.other_pay),
    "profit_sharing": lambda config: config.plan.enabled and config.plan.profit_sharing.kind != "none",
    "discretionary_match": lambda config: config.plan.enabled and config.plan.discretionary_match is not None,
    "pay_ranges": lambda config: config.compensation.in_ranges,
    "retirement": lambda config: config.terminations.retirement is not None,
}
"""Of each provision with events or columns of its own, whether the configuration of a year uses it.

A section with a switch is a provision of its name: it is used where it is on.
"""


def _there(place: Any, path: KeyPath) -> Any:
    """Return the value at a place in a section; a table by names or the one formula of a match may be on the way."""
    for part in path:
        place = getattr(place, "root", place)
        place = place[part] if isinstance(place, dict) else getattr(place, str(part))
    return place


def _start_year(data: Any, otherwise: int) -> int:
    """Return the start year in the data of a configuration; another year where it has none that can be used."""
    found = value_at(data, ("simulation", "start_year"))
    return found if isinstance(found, int) else otherwise


def _read(
    data: Any, tables: Tables, start: int, years: list[int], handler: ModelWrapValidatorHandler[Config]
) -> tuple[Config, dict[int, Config]]:
    """Return the configuration of the start year, and those from each of some years on; all errors at once."""
    errors: dict[int, ValidationError] = {}
    found: dict[int, Config] = {}
    for year in dict.fromkeys((start, *years)):
        try:
            if year == start:
                found[year] = handler(in_year(data, tables, year))
            else:
                found[year] = Config.model_validate(_others(data, found.get(start)) | _amended_in(data, tables, year))
        except ValidationError as error:
            errors[year] = error
    if errors:
        raise told(errors, tables, start)
    return found[start], {year: found[year] for year in years}


def _amended_in(data: Any, tables: Tables, year: int) -> dict[str, Any]:
    """Return the data of the sections that may change, as in force in a year."""
    return {name: value for name, value in in_year(data, tables, year).items() if name in AMENDED}


def _others(data: Any, start: Config | None) -> dict[str, Any]:
    """Return the other sections: as they were read for the start year, else as little as a configuration needs."""
    if start is not None:
        return {name: getattr(start, name) for name in Config.model_fields if name not in AMENDED}
    given = {name: data[name] for name in ("simulation",) if name in data}
    return {**given, "workforce": {"total_termination_rate": 0.0}, "random_seed": 0}


def _not_amended(config: Config, found: dict[int, Config]) -> Iterator[tuple[KeyPath, str, Any]]:
    """List what no year may change."""
    for year, one in found.items():
        for name in ("enabled", "limits"):
            if getattr(one.plan, name) != getattr(config.plan, name):
                yield ("plan",), f"{name} cannot change from year to year, and does in {year}", None


NO_RANGES = (
    "compensation.merit_matrix, range_minimum and range_maximum need pay ranges; give at least one level of "
    "workforce.levels a minimum and a maximum"
)


def without_ranges(config: Config, levels: Sequence[Level]) -> bool:
    """Return whether pay depends on the ranges of levels, and none of these has one."""
    return config.compensation.in_ranges and not any(level.range_cents for level in levels)


def _planned_with_rehires(config: Config) -> Iterator[tuple[KeyPath, str, Any]]:
    """List rehires beside planned changes, whose hires have numbers of their own."""
    if config.is_planned and ever_on(config.hiring.rehires, config.simulation.start_year):
        what = "former employees cannot return in a run with planned changes (docs/model/actions.md); set it to 0"
        yield ("hiring", "rehires", "share"), what, None


def _unknown_levels(config: Config) -> Iterator[tuple[KeyPath, str, Any]]:
    """List the level names in use that ``workforce.levels`` does not have."""
    if config.workforce.levels is None:
        return
    known = [level.name for level in config.workforce.levels]
    for path, names in names_in(config, "level").items():
        unknown = [(place, name) for place, name in names.items() if name not in known]
        for place, name in unknown[:MAX_TOLD]:
            yield (*path, *place), f"no such level in workforce.levels ({some(known)})", name


def _late_tables(section: Section, start_year: int, path: KeyPath = ()) -> Iterator[tuple[KeyPath, str, Any]]:
    """List the tables by year, of this section and those within, that begin after the start year."""
    for name in type(section).model_fields:
        value: Any = getattr(section, name)
        if isinstance(value, Section):
            yield from _late_tables(value, start_year, (*path, name))
        elif isinstance(value, dict) and value and all(isinstance(one, Section) for one in value.values()):
            for key, inner in value.items():
                yield from _late_tables(inner, start_year, (*path, name, key))
        elif isinstance(value, tuple):
            for number, part in enumerate(part for part in value if isinstance(part, Section)):
                yield from _late_tables(part, start_year, (*path, name, number))
        elif (
            isinstance(value, (ByYear, MatchByYear)) and value.first_year is not None and value.first_year > start_year
        ):
            what = f"the table starts in {value.first_year}, after start_year {start_year}; add an earlier year"
            yield (*path, name), what, None


def _before_limits(config: Config) -> Iterator[tuple[KeyPath, str, Any]]:
    """List a start year whose statutory limits are not known, where there is a plan."""
    year = config.simulation.start_year
    if config.plan.enabled and year < FIRST_YEAR:
        what = f"statutory limits are known from {FIRST_YEAR} on; start then or later, or set plan.enabled to false"
        yield ("simulation", "start_year"), what, year


def _without_ranges(config: Config) -> Iterator[tuple[KeyPath, str, Any]]:
    """List the levels where pay depends on their ranges, and none has one; those of a census are known later."""
    if config.workforce.levels is not None and without_ranges(config, config.workforce.levels):
        yield ("workforce", "levels"), NO_RANGES, None
