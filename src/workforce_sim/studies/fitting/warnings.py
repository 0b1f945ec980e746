"""What an analyst should check before using a fit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from workforce_sim.studies.fitting.credibility import Floats, spread
from workforce_sim.studies.fitting.estimates import Estimates
from workforce_sim.studies.fitting.exposure import real_births
from workforce_sim.studies.fitting.linking import Interval, lost_divisions
from workforce_sim.studies.fitting.priors import EXIT_SPREAD, GROWTH_SPREAD, LEAST_EXITS, at_size
from workforce_sim.wording import counted, percent

FEW, UNEVEN, OLD_HIRES, BREAK = 3, 1.25, 0.1, 3.0


def warnings(parts: Sequence[Interval], found: Estimates) -> tuple[str, ...]:
    """Return the warnings of a fit."""
    return (*_intervals(parts), *_links(parts), *_births(parts), *_scope(parts, found), *_cells(found))


def _intervals(parts: Sequence[Interval]) -> Iterator[str]:
    if len(parts) < FEW:
        have = counted(len(parts), "interval")
        yield f"only {have}: how much years differ comes from the prior, and so do most means; give more censuses"
    lengths = [part.years for part in parts]
    if max(lengths) > UNEVEN * min(lengths):
        yield f"intervals are uneven, {min(lengths):.2f} to {max(lengths):.2f} years: rates are yearly; check the dates"


def _links(parts: Sequence[Interval]) -> Iterator[str]:
    relinked = sum(part.relinked for part in parts)
    if relinked:
        yield f"{counted(relinked, 'broken link')}: same hire and birth dates, another id: treated as the same employee"
    new = sum(part.entrants.height for part in parts)
    old = sum(int((part.new == "unexplained").sum()) for part in parts)
    if new and old > OLD_HIRES * new:
        yield (
            f"{old:,} of {counted(new, 'new employee')} ({percent(old / new, 0)}) were hired before the previous "
            "census, which lacks them: check whether all censuses have the same scope"
        )
    back = sum(int((part.gone == "returned later").sum()) for part in parts)
    if back:
        yield f"{counted(back, 'terminated employee')} returned later: counted as terminations, then as new hires"


def _births(parts: Sequence[Interval]) -> Iterator[str]:
    births = parts[-1].after.staff["birth_date"]
    if births.null_count() == len(births):
        yield "no birth dates: no rates by age, and the prior is averaged over ages"
    elif not real_births(births):
        yield "birth dates are missing or look imputed (few different days of the year): no rates by age"


def _scope(parts: Sequence[Interval], found: Estimates) -> Iterator[str]:
    for part in parts:
        lost = lost_divisions(part.before, part.after)
        if lost:
            people = int((part.gone == "lost division").sum())
            yield (
                f"{part.after.date}: {counted(len(lost), 'department')} with {counted(people, 'employee')} "
                f"{'is' if len(lost) == 1 else 'are'} missing: not counted as terminations, nor in growth"
            )
    x = found.exits
    rates = np.log((x.actual + 0.5) / x.expected)
    staff = float(np.mean([part.before.staff.height for part in parts]))
    exit_spread, growth_spread = (at_size(prior, staff) for prior in (EXIT_SPREAD, GROWTH_SPREAD))
    yield from _breaks("terminations", rates, exit_spread, 1 / (x.actual + 0.5), parts)
    yield from _breaks("growth", found.growth.values, growth_spread, found.growth.noise, parts)


def _breaks(what: str, values: Floats, prior: float, chance: Floats, parts: Sequence[Interval]) -> Iterator[str]:
    """Yield intervals much farther from the others than years usually are, by the others' spread and the prior."""
    for i, part in enumerate(parts):
        others = np.delete(values, i)
        if not len(others):
            return
        usual = spread(others - np.mean(others), prior, np.delete(chance, i))
        if abs(values[i] - np.median(others)) > BREAK * np.sqrt(usual**2 + chance[i]):
            yield (
                f"{what} of {part.before.date} to {part.after.date} differ from the other years by more than three "
                "standard deviations: check whether the scope of the census changed"
            )


def _cells(found: Estimates) -> Iterator[str]:
    merged = {kind: d.merged for kind, d in found.exits.directions.items() if d.merged}
    if merged:
        told = " and ".join(f"{count} of {kind}" for kind, count in merged.items())
        yield f"cells with fewer than {LEAST_EXITS} terminations are merged with their neighbors: {told}"
