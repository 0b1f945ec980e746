"""How much memory a run is going to need: refused up front when the machine has not got it."""

from __future__ import annotations

from fractions import Fraction

import psutil

from workforce_sim.config import Config
from workforce_sim.dates import plan_year
from workforce_sim.errors import ConfigError


class TooLargeError(ConfigError, MemoryError):
    """More staff than fit into memory: refused before anything is simulated. A ``ValueError`` as well."""


BYTES_PER_EMPLOYEE_YEAR = 1_000
"""Tables of one employee in one year, and the year's work on them; measured, rounded up."""


def refuse_too_large(config: Config, headcount: int) -> None:
    """Raise ``TooLargeError`` when the headcount that growth leads to does not fit into the memory that is free.

    Args:
        config: what is to be simulated.
        headcount: of the census.
    """
    heads = {year: projected(config, headcount, year) for year in config.simulation.years}
    year = max(heads, key=heads.__getitem__)
    needed, available = heads[year] * BYTES_PER_EMPLOYEE_YEAR, psutil.virtual_memory().available
    if needed > available:
        raise TooLargeError(
            f"a projected headcount of {heads[year]:,} in {year} needs about {needed / 2**30:,.0f} GiB of memory, "
            f"{available / 2**30:,.0f} are available; lower simulation.target_growth_rate, or end earlier"
        )


def projected(config: Config, headcount: int, year: int) -> int:
    """Return the headcount that growth leads to at the end of a year."""
    section = config.simulation
    heads = Fraction(headcount)
    for earlier in range(section.start_year, year + 1):
        rate = plan_year(section, earlier).share(section.target_growth_rate.ppm(earlier))
        heads *= 1 + Fraction(rate, 10**6)
    return int(heads)
