"""What participants do, where censuses have deferral rates; each share shrunk to the configured one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from workforce_sim.config import Config
from workforce_sim.fitting.linking import Interval


@dataclass(frozen=True)
class Share:
    """A share that is believed.

    Attributes:
        key: of the configuration.
        what: in words.
        count, exposure: experience.
        prior: configured share.
        value, low, high: what is believed, with its 90 % interval.
        people: that the prior is worth.
    """

    key: str
    what: str
    count: float
    exposure: float
    prior: float
    value: float
    low: float
    high: float
    people: float


@dataclass(frozen=True)
class PlanShares:
    """Shares of the plan."""

    shares: tuple[Share, ...] = ()

    def entries(self) -> Iterator[tuple[str, Any, str]]:
        """Yield the keys with their values and origins."""
        for share in self.shares:
            yield share.key, round(share.value, 6), f"{share.count:,.0f} of {share.exposure:,.0f} {share.what}"


def plan_shares(parts: Sequence[Interval], config: Config) -> PlanShares:
    """Return the shares of the plan; none without deferral rates."""
    del parts, config
    return PlanShares()
