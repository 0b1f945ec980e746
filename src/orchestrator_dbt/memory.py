"""How much memory a run is going to need: refused up front when the machine has not got it."""

from __future__ import annotations

from fractions import Fraction

import psutil

from workforce_sim.errors import ConfigError
from workforce_sim.run import Run


class TooLargeError(ConfigError, MemoryError):
    """More staff than fit into memory: refused before anything is simulated. A ``ValueError`` as well."""


BYTES_PER_EMPLOYEE_YEAR = 1_000
"""Tables of one employee in one year, and the year's work on them; measured, rounded up."""


def refuse_too_large(run: Run) -> None:
    """Raise ``TooLargeError`` when the headcount that growth leads to does not fit into memory."""
    heads = [projected(run, year) for year in run.config.simulation.years]
    needed, available = max(heads) * BYTES_PER_EMPLOYEE_YEAR, psutil.virtual_memory().available
    if needed > available:
        year = run.config.simulation.years[heads.index(max(heads))]
        raise TooLargeError(
            f"a projected headcount of {max(heads):,} in {year} needs about {needed / 2**30:,.0f} GiB of memory, "
            f"{available / 2**30:,.0f} are available; lower simulation.target_growth_rate, or end earlier"
        )


def projected(run: Run, year: int) -> int:
    """Return the headcount that growth leads to at the end of a year."""
    section = run.config.simulation
    rates = (section.target_growth_rate.ppm(y) for y in range(section.start_year, year + 1))
    heads = Fraction(run.opening.staff.height)
    for rate in rates:
        heads *= 1 + Fraction(rate, 10**6)
    return int(heads)
