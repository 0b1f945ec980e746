"""``python -m benchmarks.known_optimum``: whether a search of designs finds what is known to be best, and how soon.

500 designs are simulated so often that the best is known, and all that cannot be told from it. Then each of 20
problems is searched, several times with more simulations of the designs that stay to the end. Not in CI: it takes half
an hour of a processor. ``--known FILE`` keeps what is known: the next time only what is missing is simulated.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.npyio import NpzFile

from workforce_sim import load_config, synthetic_census
from workforce_sim.studies.searching.certainty import standard_error
from workforce_sim.studies.searching.figures import Figure, Floats, simulated
from workforce_sim.studies.searching.goals import Bound, Goal, bounds_of, goals_of
from workforce_sim.studies.searching.levers import Lever, designs_of, how_many, levers_of, placed
from workforce_sim.studies.searching.optimizing import best_of
from workforce_sim.studies.searching.racing import Contender, Race

STAFF, TRUTH, TRIED = 100, 2_000, 50
"""Employees, simulations of the truth, simulations of the designs that stay to the end of a search."""

BASE: dict[str, Any] = {
    "simulation": {"start_year": 2025, "end_year": 2026, "target_growth_rate": 0.02},
    "workforce": {"total_termination_rate": 0.12},
    "random_seed": 42,
}
LEVERS: dict[str, Any] = {
    "enrollment.auto_enrollment.default_deferral_rate": "1%:10%:1%",
    "plan.match": "none, simple, stretch, safe_harbor_basic, qaca",
    "nonelective": {
        f"{percent}%": {"plan.nonelective": {"kind": "flat", "rate": percent / 100} if percent else {"kind": "none"}}
        for percent in range(5)
    },
    "eligibility.waiting_period_days": [0, 365],
}
PROBLEMS: tuple[tuple[str, str], ...] = (
    ("minimize net_employer_cost", ""),
    ("maximize participation_rate", ""),
    ("maximize average_deferral_rate", ""),
    ("maximize saving>=6%", ""),
    ("minimize p90 of net_employer_cost", ""),
    ("maximize deferral", ""),
    ("maximize match", ""),
    ("minimize average_deferral_rate", ""),
    ("minimize net_employer_cost", "participation_rate>=70%"),
    ("minimize net_employer_cost", "average_deferral_rate>=6%"),
    ("minimize net_employer_cost", "saving>=6%>=30%"),
    ("maximize participation_rate", "employer_cost_share_of_payroll<=2%"),
    ("maximize participation_rate", "employer_cost_share_of_payroll<=4% in 9 of 10"),
    ("maximize average_deferral_rate", "employer_cost_share_of_payroll<=3%"),
    ("maximize saving>=6%", "employer_cost_share_of_payroll<=3% in 9 of 10"),
    ("maximize deferral", "employer_cost_share_of_payroll<=1%"),
    ("maximize deferral", "employer_cost_share_of_payroll<=5% in 8 of 10"),
    ("maximize match", "employer_cost_share_of_payroll<=3%"),
    ("minimize p90 of net_employer_cost", "participation_rate>=60% in 9 of 10"),
    ("maximize net_employer_cost", "employer_cost_share_of_payroll<=4% in 9 of 10"),
)

Values = dict[Figure, Floats]


class Problem(NamedTuple):
    """A problem: its words, and what they mean."""

    goal: str
    bound: str
    aim: Goal
    bounds: tuple[Bound, ...]


class Found(NamedTuple):
    """How a search went."""

    best: int | None
    allowed: frozenset[int]
    simulations: int


def problems() -> list[Problem]:
    years = load_config(BASE).simulation.years
    return [
        Problem(goal, bound, goals_of(goal, years)[0], bounds_of(bound, years)[0] if bound else ())
        for goal, bound in PROBLEMS
    ]


def truth(census: Any, asked: Sequence[Problem], replicates: int, kept: Path | None) -> list[Values]:
    """Return the figures of all problems for each design, in so many simulations."""
    figures = dict.fromkeys(figure for one in asked for figure in Race((one.aim,), one.bounds, census, TRIED).figures)
    about = _about(figures)
    table = _kept(kept, len(figures), about)
    if table.shape[2] < replicates:
        table = np.concatenate([table, _simulated(census, [*figures], range(table.shape[2], replicates))], axis=2)
        if kept is not None:
            with kept.open("wb") as file:
                np.savez(file, about=about, table=table)
    return [dict(zip(figures, values[:, :replicates], strict=True)) for values in table]


def _about(figures: Iterable[Figure]) -> str:
    """Return a hash of what a table is of: the designs, the employees, and the figures."""
    return sha256(repr((BASE, LEVERS, STAFF, [figure.name for figure in figures])).encode()).hexdigest()


def _kept(kept: Path | None, figures: int, about: str) -> Floats:
    """Return what a file knows, by design, figure and simulation; no simulation without a file.

    Raises:
        SystemExit: for a file of other designs, employees or figures.
    """
    if kept is None or not kept.exists():
        return np.empty((how_many(levers_of(LEVERS)), figures, 0))
    found = np.load(kept)
    if not isinstance(found, NpzFile) or str(found["about"]) != about:
        raise SystemExit(f"{kept}: is of other designs, employees or figures; give another file, or delete this one")
    table: Floats = found["table"]
    return table


def _simulated(census: Any, figures: Sequence[Figure], numbers: Sequence[int]) -> Floats:
    base, levers, found = load_config(BASE), levers_of(LEVERS), []
    for design in designs_of(base, levers, all_of(levers)):
        if design.config is None:
            raise AssertionError(design.problem)
        values = simulated(design.config, figures, census, numbers)
        found.append([values[figure] for figure in figures])
        if len(found) % 50 == 0:
            print(f"{len(found)} designs known", flush=True)
    return np.array(found)


def as_good_as_the_best(known: Sequence[Values], one: Problem) -> frozenset[int]:
    """Return the designs that keep the bounds and, with 95% confidence, cannot be told from the best of them.

    A bound on a mean within 1.96 standard errors of its limit counts as kept.
    """
    kept = [number for number, values in enumerate(known) if all(_nearly(bound, values) for bound in one.bounds)]
    surely = [number for number in kept if all(bound.keeps(known[number][bound.figure]) for bound in one.bounds)]
    if not surely:
        return frozenset()
    best = max(surely, key=lambda number: one.aim.sign * one.aim.of(known[number][one.aim.figure]))
    return frozenset(number for number in kept if _ties(known[number], known[best], one.aim))


def _nearly(bound: Bound, values: Values) -> bool:
    slack = bound.slack(values[bound.figure])
    return bound.keeps(values[bound.figure]) or bool(slack.mean() + 1.96 * standard_error(slack) >= 0)


def _ties(values: Values, best: Values, aim: Goal) -> bool:
    own, its = values[aim.figure], best[aim.figure]
    gap = aim.sign * (aim.of(its) - aim.of(own))
    return bool(gap <= 1.96 * standard_error(its - own) + 1e-12)


def searched(census: Any, one: Problem, known: Sequence[Values], replicates: int) -> Found:
    """Return how a search goes that takes its simulations from what is known: they are those that it would make.

    The best, and what cannot be told from it, are those of the simulations that no search has seen.
    """
    designs = [*designs_of(load_config(BASE), (levers := levers_of(LEVERS)), all_of(levers))]
    places = {id(design.config): place for place, design in enumerate(designs)}

    def simulate(config: Any, figures: Sequence[Figure], _: Any, numbers: Sequence[int]) -> Values:
        return {figure: known[places[id(config)]][figure][list(numbers)] for figure in figures}

    contenders = [*map(Contender, designs)]
    Race((one.aim,), one.bounds, census, replicates, simulate=simulate).run(contenders)
    best = best_of(contenders, (one.aim,))
    unseen = [{figure: values[replicates:] for figure, values in each.items()} for each in known]
    spent = sum(each.count for each in contenders)
    return Found(None if best is None else best.design.number, as_good_as_the_best(unseen, one), spent)


def all_of(levers: Sequence[Lever]) -> Iterator[tuple[int, ...]]:
    """Yield the places of every design."""
    yield from (placed(levers, number) for number in range(how_many(levers)))


def lines(known: Sequence[Values], found: Sequence[tuple[Problem, Found]], replicates: int) -> Iterator[str]:
    """Yield a line a problem, and one of all: simulations as a share of those that all designs to the end would take.

    Args:
        replicates: simulations of a design that stays to the end of a search.
    """
    every = len(known) * replicates
    yield f"simulations of each search, as a share of {len(known):,} designs x {replicates:,} = {every:,}"
    for one, answer in found:
        right = answer.best in answer.allowed if answer.allowed else answer.best is None
        words = f"{one.goal}{', ' if one.bound else ''}{one.bound}"
        told = "in the set" if right else f"NOT in the set (design {answer.best})"
        yield f"{answer.simulations / every:6.1%}, {told} of {len(answer.allowed)}: {words}"
    spent = sum(answer.simulations for _, answer in found) / len(found)
    of_truth = len(known) * len(next(iter(known[0].values())))
    yield f"{spent / every:6.1%} on average; of the {of_truth:,} simulations of the truth {spent / of_truth:.2%}"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--truth", type=int, default=TRUTH, help="simulations by which the best is known")
    about = "simulations of the designs that stay to the end of a search"
    parser.add_argument("--replicates", type=int, nargs="+", default=[TRIED], help=about)
    parser.add_argument("--known", type=Path, metavar="FILE", help="file that keeps what is known")
    asked = parser.parse_args(arguments)
    if max(asked.replicates) >= asked.truth:
        parser.error("--truth needs more simulations than a search: the best is that of those which it has not seen")
    census, wanted = synthetic_census(STAFF), problems()
    known = truth(census, wanted, asked.truth, asked.known)
    for replicates in asked.replicates:
        found = [(one, searched(census, one, known, replicates)) for one in wanted]
        print("\n".join(lines(known, found, replicates)), flush=True)


if __name__ == "__main__":
    main()
