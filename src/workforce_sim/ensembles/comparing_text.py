"""A comparison of scenarios as text: what differs, what it costs by year and in total, and for whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import polars as pl

from workforce_sim.config.workforce import Simulation
from workforce_sim.dates import period_label, year_label
from workforce_sim.ensembles.cards import notes
from workforce_sim.ensembles.cuts import EMPLOYER
from workforce_sim.ensembles.ensemble import any_plan
from workforce_sim.ensembles.groups_text import WIDTH, costs_table
from workforce_sim.ensembles.totals import COST, PAYROLL
from workforce_sim.ensembles.wording import SHOWN, amount, error, gaps, table, values
from workforce_sim.result.summary import HIRED
from workforce_sim.share.suppression import LEAST
from workforce_sim.wording import columns, counted

if TYPE_CHECKING:
    from workforce_sim.ensembles.comparing import Comparison

OF_GROUPS = {EMPLOYER: True, "deferral_cents": True, "participation_rate": False}
"""Measures that are shown of existing employees and future hires, and whether they add up over years."""

WITHOUT_PLAN = {PAYROLL: True}
"""The same where no scenario has a plan."""

Row = Mapping[str, Any]
Key = tuple[str, int | None]
"""A measure and a year; None of all years together."""


def readable(found: Comparison, by: str | None = None, least: int | None = LEAST) -> str:
    """Return the whole comparison as text, at most 100 columns wide unless a configuration needs more.

    Args:
        found: the comparison.
        by: the groups for which the cost is shown, besides existing employees and future hires.
        least: groups of fewer employees are hidden; None hides none.
    """
    parts = [_headline(found)]
    cuts = [cut for cut in (HIRED, *([] if by is None else [by])) if cut in found.made_by]
    groups = [found.by_group(cut, least=least) for cut in cuts]
    for name in found.others:
        parts += ["", *_configuration(found, name), "", *_answer(found, name), "", *_by_year(found, name)]
        for rows in groups:
            parts += _by_group(found, name, rows)
        parts += _per_point(found, name)
    return "\n".join([*parts, *_notes(found)])


def _headline(found: Comparison) -> str:
    count = counted(found.ensembles[found.baseline].count, "simulation")
    scenarios = counted(len(found.ensembles), "scenario")
    return f"{scenarios}, {count} of each, {span(found)}; one census, and all use the same random draws"


def span(found: Comparison) -> str:
    """Return the years of a comparison."""
    simulation = _simulation(found)
    return period_label(simulation, simulation.years)


def _last(found: Comparison) -> str:
    simulation = _simulation(found)
    return year_label(simulation, simulation.years[-1])


def _simulation(found: Comparison) -> Simulation:
    return found.ensembles[found.baseline].config.simulation


def _configuration(found: Comparison, name: str) -> Iterator[str]:
    rows = found.configurations.filter(pl.col("scenario") == name).drop("scenario").rows()
    how_many = counted(len(rows), "setting differs", "settings differ")
    yield f"{name} compared with {found.baseline}: {how_many}"
    yield from columns([("key", found.baseline, name), *rows] if rows else [], indent="  ")


def _answer(found: Comparison, name: str) -> Iterator[str]:
    """Yield what the scenario costs over all years, with its range; where no scenario has a plan, of the payroll."""
    plan = any_plan(found.ensembles.values())
    measure = COST if plan else PAYROLL
    costs = f"{name} costs the employer" if plan else f"the payroll of {name} is"
    beside = found.baseline if plan else f"that of {found.baseline}"
    row = found.totals.row(by_predicate=(pl.col("scenario") == name) & (pl.col("measure") == measure), named=True)
    more, uncertain = row["difference_mean"], row["difference_mean_error"]
    if more is None or not (more or uncertain):
        yield f"{costs} the same as {beside} over {span(found)}"
        return
    how = "more" if more > 0 else "less"
    yield f"{costs} {amount(abs(more))} {how} than {beside} over {span(found)}"
    if uncertain is not None:
        ends = " to ".join(gaps(measure, [row["difference_p5"], row["difference_p95"]]))
        unclear = "; the difference may be chance" if abs(more) <= 2 * uncertain else ""
        yield f"  90% of simulations: {ends}; standard error of the mean: {amount(uncertain)}{unclear}"


def _by_year(found: Comparison, name: str) -> Iterator[str]:
    """Yield means of both by year and in total, and the paired difference with its error and its range."""
    moved = _keyed(found.differences, name) | _keyed(_differences(found.totals), name)
    sides = [_keyed(found.bands, side) | _keyed(found.totals, side) for side in (found.baseline, name)]
    simulation = _simulation(found)
    years: dict[int | None, str] = {year: year_label(simulation, year) for year in simulation.years}
    told = [measure for measure in SHOWN if any(side[measure, year]["mean"] for side in sides for year in years)]
    same = [m for m in told if all(_is_nothing(moved[m, y]) and _both_or_none(m, y, sides) for y in years)]
    rows = [row for measure in told if measure not in same for row in _rows(measure, years, sides, moved)]
    heading = ("", "year", *(side[:WIDTH] for side in (found.baseline, name)))
    if rows:
        yield from table((*heading, "difference", "std error", "P5", "P95"), rows)
    if same:
        yield from _wrapped("the same in every simulation: ", [SHOWN[measure] for measure in same])


def _wrapped(begin: str, words: list[str]) -> Iterator[str]:
    """Yield a list of words as lines of 100 letters, the first one with what they are."""
    line = begin
    for place, word in enumerate(words):
        text = word + (", " if place + 1 < len(words) else "")
        if len(line) + len(text.rstrip()) > 100:
            yield line.rstrip()
            line = "  "
        line += text
    yield line


def _keyed(frame: pl.DataFrame, scenario: str) -> dict[Key, Row]:
    rows = frame.filter(pl.col("scenario") == scenario).to_dicts()
    return {(row["measure"], row.get("year")): row for row in rows}


def _differences(totals: pl.DataFrame) -> pl.DataFrame:
    """Return the differences of totals by the names that those of years have."""
    names = {name: name.removeprefix("difference_") for name in totals.columns if name.startswith("difference_")}
    return totals.select("scenario", "measure", *names).rename(names)


def _is_nothing(moved: Row) -> bool:
    return not any(moved[name] for name in ("mean", "p5", "p95", "mean_error"))


def _both_or_none(measure: str, year: int | None, sides: list[dict[Key, Row]]) -> bool:
    """Return whether a measure has a value on both sides or on neither: nobody's deferral rate without a plan."""
    return len({side[measure, year]["mean"] is None for side in sides}) == 1


def _rows(
    measure: str, years: Mapping[int | None, str], sides: list[dict[Key, Row]], moved: Mapping[Key, Row]
) -> Iterator[tuple[str, ...]]:
    label = iter((SHOWN[measure],))
    for part in ([*years], [None] if len(years) > 1 and (measure, None) in moved else []):
        means = values(measure, [side[measure, year]["mean"] for year in part for side in sides])
        for year, one, other in zip(part, means[::2], means[1::2], strict=True):
            yield (next(label, ""), years.get(year, "total"), one, other, *_moved(measure, moved[measure, year]))


def _moved(measure: str, moved: Row) -> Iterator[str]:
    """Yield a difference with its error and its percentiles."""
    gap, *ends = gaps(measure, [moved[name] for name in ("mean", "p5", "p95")])
    yield from (gap, error(measure, moved["mean_error"]), *ends)


def _by_group(found: Comparison, name: str, rows: pl.DataFrame) -> Iterator[str]:
    """Yield employer contributions, deferrals and participation of the groups with any difference."""
    differs = rows.filter((pl.col("scenario") == name) & pl.any_horizontal(pl.col("^difference_.*$") != 0))["measure"]
    of_groups = OF_GROUPS if any_plan(found.ensembles.values()) else WITHOUT_PLAN
    measures = {measure: adds for measure, adds in of_groups.items() if measure in differs}
    if measures:
        yield from ("", *costs_table(rows, (found.baseline, name), measures, span(found), _last(found)))


def _per_point(found: Comparison, name: str) -> Iterator[str]:
    row = found.cost_per_point.filter(pl.col("scenario") == name).to_dicts()[-1:]
    if not row:
        return
    per_point, uncertain = row[0]["cents_per_point"], row[0]["cents_per_point_error"]
    if per_point is not None:
        told = f"{amount(per_point)} (standard error {amount(uncertain)})"
        year = year_label(_simulation(found), row[0]["year"])
        yield from ("", f"net cost of a point of participation in {year}: {told}")


def _notes(found: Comparison) -> Iterator[str]:
    """Yield the notes of the census and the plans under a heading."""
    told = [f"  {note}" for note in notes(found)]
    yield from ("", "notes", *told) if told else ()
