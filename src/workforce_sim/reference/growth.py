"""The reference model, growth: how many leave and how many come in one year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod

from workforce_sim import draws
from workforce_sim.draws import Stream
from workforce_sim.errors import SimulationError
from workforce_sim.money import PPM, half_up
from workforce_sim.reference.uncertainty import growth_of, multiplied
from workforce_sim.reference.year import Year


@dataclass(frozen=True)
class Growth:
    """How many leave and how many come in one year."""

    terminations_ppm: int
    """Existing employees to leave, in millionths: whole people in exact mode, expected ones in stochastic mode."""
    ordinary: int
    """Terminations beyond these, in their ranking, leave by reduction."""
    hires: int
    hires_leaving_ppm: int
    """Hires of the year to leave in it, in millionths."""


def headcount_growth(weights: Sequence[int], year: Year) -> Growth:
    """Return the numbers of one year for an opening of ``len(weights)`` employees; nobody makes none."""
    if not weights:
        return Growth(0, 0, 0, 0)
    growth = _exact(weights, year) if year.exact else _stochastic(weights, year)
    hires_within_ratio(growth.hires, len(weights), year)
    return growth


def headcount_target(year: Year) -> int:
    """Return the census headcount grown through this year, with one rounding."""
    years = range(year.config.simulation.start_year, year.year + 1)
    growth = [PPM + growth_of(year.config, y, year.run.replicate) for y in years]
    return half_up(year.run.headcount * prod(growth), int(PPM ** len(growth)))


def _exact(weights: Sequence[int], year: Year) -> Growth:
    opening, target = len(weights), headcount_target(year)
    usual = half_up(opening * year.leaving_ppm, PPM)
    ordinary = max(usual, sum(year.is_certain(weight) for weight in weights))
    somebody_stays(PPM * (target - opening + ordinary), year)
    return exact_growth(opening, target, ordinary, year.hazard.share_ppm)


def exact_growth(opening: int, target: int, ordinary: int, hires_leaving_ppm: int) -> Growth:
    """Return the numbers that close the year on its target exactly."""
    net = target - (opening - ordinary)
    if net <= 0:
        return Growth(terminations_ppm=PPM * (ordinary - net), ordinary=ordinary, hires=0, hires_leaving_ppm=0)
    hires = _ceiling(net * PPM, PPM - hires_leaving_ppm)
    return Growth(PPM * ordinary, ordinary, hires, hires_leaving_ppm=PPM * (hires - net))


def _stochastic(weights: Sequence[int], year: Year) -> Growth:
    """Return the numbers of a year in which everybody leaves freely: hires make good what is missing to the target.

    They are planned without the year's factor, which multiplies both termination rates once they are there.
    """
    opening, leaving_ppm, as_given = len(weights), year.leaving_ppm, year.rates_as_given
    expected_ppm = sum(min(year.as_given(w), PPM) for w in weights) if as_given else opening * leaving_ppm
    missing_ppm = PPM * (headcount_target(year) - opening) + expected_ppm
    somebody_stays(missing_ppm, year)
    u = draws.shared_draw(year.config.random_seed, year.run.replicate, year.year, Stream.HIRES)
    hires = hires_by_draw(missing_ppm, year.hazard.share_ppm, u)
    terminations_ppm = opening * multiplied(leaving_ppm, year.exit_factor_ppm)
    return Growth(terminations_ppm, opening, hires, hires * multiplied(year.hazard.share_ppm, year.exit_factor_ppm))


def hires_by_draw(missing_ppm: int, hires_leaving_ppm: int, u: float) -> int:
    """Return the hires of whom as many as are missing stay on average: whole ones, and a part of one by the draw."""
    if missing_ppm <= 0:
        return 0
    whole, rest = divmod(missing_ppm, PPM - hires_leaving_ppm)
    return whole + (int(u * (PPM - hires_leaving_ppm)) < rest)


def _ceiling(numerator: int, denominator: int) -> int:
    return -(-numerator // denominator)


def somebody_stays(missing_ppm: int, year: Year) -> None:
    """Refuse a year that needs hires of whom nobody would stay."""
    if missing_ppm > 0 and year.hazard.share_ppm == PPM:
        raise SimulationError(
            f"{year.year}: {missing_ppm / PPM:g} more employees are needed, and with {year.hazard.key} 1 no hire "
            "stays; lower it, simulation.target_growth_rate or workforce.total_termination_rate"
        )


def hires_within_ratio(hires: int, opening: int, year: Year) -> None:
    """Refuse more hires than the configured multiple of the opening staff."""
    workforce, hazard = year.config.workforce, year.hazard
    if hires > Fraction(str(workforce.max_hires_ratio)) * opening:
        raise SimulationError(
            f"{year.year}: {hires} hires for an opening of {opening} are more than workforce.max_hires_ratio "
            f"({workforce.max_hires_ratio:g}) times as many; lower simulation.target_growth_rate "
            f"({year.config.simulation.target_growth_rate.at(year.year):g}), workforce.total_termination_rate "
            f"({workforce.total_termination_rate.at(year.year):g}) or {hazard.key} "
            f"({hazard.share_ppm / PPM:g}), or raise the ratio"
        )
