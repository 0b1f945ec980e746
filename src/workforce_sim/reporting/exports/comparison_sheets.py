"""The sheets of a comparison: scenarios side by side, differences with their ranges, what differs in what was asked."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from workforce_sim.dates import period_label
from workforce_sim.ensembles.comparing import Comparison, stacked
from workforce_sim.ensembles.ensemble import any_plan
from workforce_sim.ensembles.groups_text import TITLES
from workforce_sim.reporting.exports.background import assumptions, made, notes
from workforce_sim.reporting.exports.band_rows import (
    ABOUT,
    bands_sheet,
    groups_sheet,
    simulations_sheet,
    total_differences,
    totals,
)
from workforce_sim.reporting.exports.comparison_summary import comparison_summary
from workforce_sim.reporting.exports.ensemble_sheets import spread_words
from workforce_sim.reporting.exports.sheet import CellKind, Row, Sheet
from workforce_sim.reporting.exports.table_sheet import table_sheet
from workforce_sim.result.summary import HIRED
from workforce_sim.share.suppression import LEAST
from workforce_sim.wording import counted

HIDDEN = f"Groups of fewer than {LEAST} employees are left empty, and others that would give them away."
SAME_DRAWS = "All scenarios use the same random draws: differences come from the assumptions alone."


def comparison_sheets(found: Comparison) -> Iterator[Sheet]:
    """Yield the sheets of a comparison."""
    base = found.ensembles[found.baseline]
    years = found.bands["year"].unique().sort().to_list()
    simulations = counted(base.count, "simulation")
    when = period_label(base.config.simulation, years)
    title = f"Comparison of {' and '.join(found.ensembles)}, {when}"
    about = [f"Means over {simulations} of each. {SAME_DRAWS}", spread_words(base.config)]
    first = _of(found, found.baseline)
    span = f"all years together, {when}"
    whole = stacked((name, totals(_of(found, name))) for name in found.ensembles)
    apart = stacked((name, total_differences(first, _of(found, name))) for name in found.others)
    yield comparison_summary(found, whole, apart, title, about)
    beside = f"Each scenario less {found.baseline}, in the same simulation."
    yield bands_sheet("Differences", "Differences by year", found.differences, (beside, ABOUT), differences=True)
    yield bands_sheet("Total differences", f"Differences, {span}", apart, (beside, ABOUT), differences=True)
    yield from _groups(found, (beside, HIDDEN))
    yield scenarios_sheet(found)
    yield bands_sheet("Bands", "Mean and percentiles by year", found.bands)
    yield bands_sheet("Totals", f"Mean and percentiles, {span}", whole)
    if any_plan(found.ensembles.values()):
        yield table_sheet("Cost of participation", "Net cost of a point of participation", found.cost_per_point)
    yield simulations_sheet(found.replicates)
    yield assumptions(base.header, found.baseline)
    yield notes({name: ensemble.notes for name, ensemble in found.ensembles.items()})
    results = {name: ensemble.replicates for name, ensemble in found.ensembles.items()}
    yield made(found.headers, [("Simulations of each", f"{base.count:,}")], results)


def _of(found: Comparison, name: str) -> pl.DataFrame:
    return found.replicates.filter(pl.col("scenario") == name).drop("scenario")


def _groups(found: Comparison, about: tuple[str, ...]) -> Iterator[Sheet]:
    """Yield existing employees apart from future hires, and the groups that were asked for."""
    for by in found.made_by:
        name = "Existing and future" if by == HIRED else f"By {TITLES[by]}"
        yield groups_sheet(name, TITLES[by].capitalize(), found.by_group(by, least=LEAST), about)


def scenarios_sheet(found: Comparison) -> Sheet:
    """Return the keys in which scenarios differ, a column for each scenario."""
    asked = {
        name: dict(found.configurations.filter(pl.col("scenario") == name).select("key", "value").rows())
        for name in found.others
    }
    of_base = dict(found.configurations.select("key", "baseline").rows())
    rows = [
        Row([key, value, *(asked[name].get(key, value) for name in found.others)]) for key, value in of_base.items()
    ]
    about = [f"Settings in which a scenario differs from {found.baseline}; all others are the same."]
    kinds = [CellKind.TEXT, *(CellKind.WRAPPED for _ in found.ensembles)]
    return Sheet("Scenarios", "What differs between the scenarios", ["Key", *found.ensembles], kinds, rows, about)
