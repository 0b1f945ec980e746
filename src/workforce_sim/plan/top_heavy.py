"""Key employees, and whether most of a plan is theirs. Chapter: ``docs/model/testing.md``."""

from __future__ import annotations

import numpy as np

from workforce_sim.dates import Flags, Ints
from workforce_sim.draws import Keys
from workforce_sim.money import PPM
from workforce_sim.plan.hce import FIVE_PERCENT_PPM
from workforce_sim.plan.limits import Limits

ONE_PERCENT_PPM = PPM // 100


def most_officers(employees: int) -> int:
    """Return how many officers may be key employees: 10%, rounded up, at least 3, at most 50.

    Source: IRC 416(i)(1)(A), 26 CFR 1.416-1, T-14.

    Args:
        employees: of the year, without those whom section 414(q)(5) leaves out.
    """
    return min(50, max(3, -(-employees // 10)))


def key_employees(
    pay_cents: Ints, keys: Keys, officer: Flags, owner_ppm: Ints, limits: Limits, employees: int
) -> Flags:
    """Return who is a key employee of a year, IRC 416(i)(1)(A).

    Officers paid above the limit, the highest paid first (ties to the smaller key) up to ``most_officers``; owners of
    more than 5%; owners of more than 1% paid above 150,000.

    Args:
        pay_cents: pay of the year.
        keys: permanent keys, unsigned.
        officer: who is an officer.
        owner_ppm: share of the employer owned, millionths.
        limits: of the year.
        employees: as for ``most_officers``.
    """
    paid_officers = np.flatnonzero(officer & (pay_cents > limits.key_officer_cents))
    highest = paid_officers[np.lexsort((keys[paid_officers], -pay_cents[paid_officers]))]
    key = owner_ppm > FIVE_PERCENT_PPM
    key |= (owner_ppm > ONE_PERCENT_PPM) & (pay_cents > limits.one_percent_owner_cents)
    key[highest[: most_officers(employees)]] = True
    return key


def is_top_heavy(key_cents: int, all_cents: int) -> bool:
    """Return whether key employees have more than 60% of all balances, IRC 416(g)(1)(A)(ii)."""
    return 5 * key_cents > 3 * all_cents
