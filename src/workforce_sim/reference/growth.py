"""The reference model, growth: how many leave and how many come in one year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod

from workforce_sim.errors import SimulationError
from workforce_sim.money import PPM, half_up, raised
from workforce_sim.reference.uncertainty import multiplied
from workforce_sim.reference.year import Year


@dataclass(frozen=True)
class Growth:
    """How many leave and how many come in one year."""

    leavers_ppm: int
    """Opening staff to leave, in millionths: whole people in exact mode, expected ones in stochastic mode."""
    ordinary: int
    """Leavers beyond these, in their ranking, leave by reduction."""
    hires: int
    hires_leaving_ppm: int
    """Hires of the year to leave in it, in millionths."""


def headcount_growth(weights: Sequence[int], year: Year) -> Growth:
    """Return the numbers of one year for an opening of ``len(weights)`` employees; nobody makes none."""
    if not weights:
        return Growth(0, 0, 0, 0)
    rates = year.config.workforce
    growth_ppm = year.config.simulation.target_growth_rate.ppm(year.year)
    leaving_ppm = rates.total_termination_rate.ppm(year.year)
    hires_leaving_ppm = rates.new_hire_termination_rate.ppm(year.year)
    if year.exact:
        growth = exact_growth(len(weights), growth_ppm, leaving_ppm, hires_leaving_ppm, year.year)
    else:
        target = half_up(*_target_path(year))
        expected = _expected_leavers(weights, leaving_ppm, year)
        factor_ppm = year.exit_factor_ppm
        growth = stochastic_growth(
            len(weights), target, expected, leaving_ppm, hires_leaving_ppm, year.year, factor_ppm
        )
    _hires_within_ratio(growth.hires, len(weights), year)
    return growth


def exact_growth(
    opening: int, growth_ppm: int, leaving_ppm: int, hires_leaving_ppm: int, year: int | None = None
) -> Growth:
    """Return the numbers that close the year on its target exactly."""
    target = raised(opening, growth_ppm)
    ordinary = half_up(opening * leaving_ppm, PPM)
    net = target - (opening - ordinary)
    if net <= 0:
        return Growth(leavers_ppm=PPM * (ordinary - net), ordinary=ordinary, hires=0, hires_leaving_ppm=0)
    hires = _hires_of_whom_stay(net, hires_leaving_ppm, year)
    return Growth(PPM * ordinary, ordinary, hires, hires_leaving_ppm=PPM * (hires - net))


def stochastic_growth(
    opening: int,
    target: int,
    expected: int,
    leaving_ppm: int,
    hires_leaving_ppm: int,
    year: int | None = None,
    factor_ppm: int = PPM,
) -> Growth:
    """Return the numbers of a year in which everybody leaves freely: hires make good what is missing to the target.

    They are planned without the year's factor, which multiplies both rates of leaving once they are there.
    """
    missing = target - opening + expected
    hires = 0 if missing <= 0 else _hires_of_whom_stay(missing, hires_leaving_ppm, year)
    leavers_ppm = opening * multiplied(leaving_ppm, factor_ppm)
    return Growth(leavers_ppm, opening, hires, hires * multiplied(hires_leaving_ppm, factor_ppm))


def _hires_of_whom_stay(staying: int, hires_leaving_ppm: int, year: int | None) -> int:
    """Return the hires of whom so many stay to the end of the year."""
    if hires_leaving_ppm == PPM:
        when = "" if year is None else f"{year}: "
        raise SimulationError(
            f"{when}{staying} more staff are needed, and with workforce.new_hire_termination_rate 1 no hire stays; "
            "lower it, simulation.target_growth_rate or workforce.total_termination_rate"
        )
    return _ceiling(staying * PPM, PPM - hires_leaving_ppm)


def _target_path(year: Year) -> tuple[int, int]:
    """Return numerator and denominator of the census headcount grown through this year."""
    rates = year.config.simulation.target_growth_rate
    growth = [PPM + rates.ppm(y) for y in range(year.config.simulation.start_year, year.year + 1)]
    return year.run.headcount * prod(growth), int(PPM ** len(growth))


def _expected_leavers(weights: Sequence[int], leaving_ppm: int, year: Year) -> int:
    if year.rates_as_given:
        return half_up(sum(min(weight, PPM) for weight in weights), PPM)
    return half_up(len(weights) * leaving_ppm, PPM)


def _ceiling(numerator: int, denominator: int) -> int:
    return -(-numerator // denominator)


def _hires_within_ratio(hires: int, opening: int, year: Year) -> None:
    ratio = year.config.workforce.max_hires_ratio
    if hires > Fraction(str(ratio)) * opening:
        workforce = year.config.workforce
        raise SimulationError(
            f"{year.year}: {hires} hires for an opening of {opening} are more than workforce.max_hires_ratio "
            f"({ratio:g}) times as many; lower simulation.target_growth_rate "
            f"({year.config.simulation.target_growth_rate.at(year.year):g}), workforce.total_termination_rate "
            f"({workforce.total_termination_rate.at(year.year):g}) or workforce.new_hire_termination_rate "
            f"({workforce.new_hire_termination_rate.at(year.year):g}), or raise the ratio"
        )
