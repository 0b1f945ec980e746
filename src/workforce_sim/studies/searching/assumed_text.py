"""How far an answer depends on uncertain assumptions, as people read it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from workforce_sim.display.card import CardTable
from workforce_sim.studies.searching.assumed import Assumed
from workforce_sim.wording import counted, in_percent, number, percent


def assumed_tables(found: Assumed) -> Iterator[CardTable]:
    """Yield what moves the goal and the lead of the best, and the lead in parts of each assumption's values."""
    yield CardTable(*_indices(found))
    if found.runner_up is not None:
        yield CardTable(*_leads(found), left=2)


def _indices(found: Assumed) -> tuple[list[str], list[list[str]], str]:
    by_name: dict[str, list[str]] = {}
    for row in found.indices.filter(found.indices["of"] != "runner-up").iter_rows(named=True):
        by_name.setdefault(row["assumption"], []).extend(_share(row, name) for name in ("first", "total"))
    leads = ["lead, by itself", "in all"] if found.runner_up is not None else []
    caption = f"What moves {found.goal.figure.name}: share of the spread over {counted(found.count, 'simulation')}"
    rows = [[name, *cells] for name, cells in by_name.items()]
    return ["assumption", f"design {found.designs[0].number}, by itself", "in all", *leads], rows, caption


def _share(row: Mapping[str, Any], name: str) -> str:
    share, error = row[name], row[f"{name}_error"]
    return "-" if share is None else f"{percent(round(share, 2) + 0.0, 0)} +- {percent(error, 0)}"


def _leads(found: Assumed) -> tuple[list[str], list[list[str]], str]:
    figure, (best, other, *_) = found.goal.figure, found.designs
    percents = {name: in_percent(drawn) for name, drawn in zip(found.assumptions, found.drawn, strict=True)}
    rows = [
        [
            row["assumption"],
            _span(row["low"], row["high"], percent if percents[row["assumption"]] else number),
            figure.moved(row["lead"] * figure.unit),
            "-" if row["lead_error"] is None else figure.moved(row["lead_error"] * figure.unit).lstrip("+"),
            percent(row["best_in"], 0),
        ]
        for row in found.leads.iter_rows(named=True)
    ]
    caption = f"By how much design {best.number} is better than design {other.number}"
    return ["assumption", "values", "lead", "std error", "best in"], rows, caption


def _span(low: float, high: float, text: Callable[[float], str]) -> str:
    ends = dict.fromkeys(text(round(value, 4) + 0.0) for value in (low, high))
    return " to ".join(ends)


def assumed_notes(found: Assumed) -> Iterator[str]:
    """Yield whether the winner changes with chance and assumptions."""
    if len(found.designs) == 1:
        return
    ways = [
        f"design {number} in {percent(share, 0)}"
        for number, share in found.winners.select("number", "best_in").iter_rows()
        if share
    ]
    among = f"of {len(found.designs)} designs, with the same draws in {counted(found.count, 'simulation')}"
    yield f"{among}, the best is {', '.join(ways)}"
