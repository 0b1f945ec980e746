"""The year's contributions of one employee: before section 415, the limit on annual additions, and after it.

Chapter: ``docs/model/contributions.md``.
"""

from __future__ import annotations

from functools import cached_property

from workforce_sim.dates import Ints
from workforce_sim.engine.columns import Columns
from workforce_sim.engine.deferral_limit import catch_up_of
from workforce_sim.engine.event import with_arrays
from workforce_sim.engine.events.contribution import roth_of
from workforce_sim.engine.events.further import excess_of
from workforce_sim.explaining.worked import shares
from workforce_sim.explaining.worked.deferrals import deferred
from workforce_sim.explaining.worked.match import matched
from workforce_sim.explaining.worked.one import ONLY, One, row_of
from workforce_sim.explaining.worked.steps import Reckoned, Step
from workforce_sim.money import PPM, half_up, ppm
from workforce_sim.plan.additions import Additions, reduced
from workforce_sim.tables import OPTIONAL_SOURCES
from workforce_sim.wording import dollars, percent
from workforce_sim.wording.measures import label

FURTHER = ("discretionary_match", "profit_sharing")
"""Optional sources in the order in which they are added; the last is cut first."""


class Contributions:
    """What one employee defers and gets in a year, with its steps.

    Attributes:
        one: the employee.
        deferrals: before section 415.
    """

    def __init__(self, one: One) -> None:
        self.one = one
        self.deferral_steps, self.deferrals = deferred(one)

    @cached_property
    def match(self) -> Reckoned:
        """The match before section 415."""
        return matched(self.one, self.one.year.plan.match.at(self.one.year.number), self.deferrals, "employer match")

    @cached_property
    def nonelective(self) -> Reckoned:
        """The nonelective contribution before section 415, without forfeitures."""
        return shares.nonelective(self.one)

    @cached_property
    def reallocated(self) -> Reckoned:
        """The share of reallocated forfeitures before section 415."""
        return shares.reallocated(self.one)

    @cached_property
    def discretionary_match(self) -> Reckoned:
        """The discretionary match before section 415."""
        formulas, name = self.one.year.plan.discretionary_match, "discretionary match"
        if formulas is None:
            return [Step(name, "the plan has none in the year", dollars(0))], 0
        return matched(self.one, formulas.at(self.one.year.number), self.deferrals, name)

    @cached_property
    def profit_sharing(self) -> Reckoned:
        """Profit sharing before section 415."""
        return shares.profit_sharing(self.one)

    @cached_property
    def wished(self) -> dict[str, int]:
        """What the formulas give before section 415; cents by source, deferrals without catch-up."""
        free, sources = self.deferrals.total - self.deferrals.catch_up, ("match", "nonelective", "reallocated")
        there = [source for source in FURTHER if source in self.one.config.provisions]
        amounts = {source: getattr(self, source)[1] for source in (*sources, *there)}
        return {"deferral": free, "catch_up": self.deferrals.catch_up, **amounts}

    @cached_property
    def final(self) -> dict[str, int]:
        """The columns of the snapshot after section 415, cents."""
        one, wished = self.one, self.wished
        names = ("deferral", "catch_up", "match", "nonelective", "reallocated")
        kept = self._reduced(Additions(**{name: row_of(wished[name]) for name in names}))
        deferral = int(kept.deferral[0] + kept.catch_up[0])
        found = {
            "catch_up_cents": int(kept.catch_up[0]),
            "roth_cents": self._roth(self.deferrals.total, int(kept.catch_up[0]), deferral),
            "match_cents": int(kept.match[0]),
            "nonelective_cents": int(kept.nonelective[0] + kept.reallocated[0]),
        }
        found["pre_tax_cents"] = deferral - found["roth_cents"]
        found["excess_415_cents"] = sum(wished[name] for name in names) - int(kept.everything[0])
        for source in FURTHER:
            if source in one.config.provisions:
                self._add(source, found)
        return found

    def _reduced(self, wished: Additions) -> Additions:
        one, most = self.one, self.limit
        if int(wished.whole[0]) <= most:
            return wished
        room = catch_up_of(ONLY, one.staff, one.year) - wished.catch_up
        return reduced(wished, row_of(most), room, one.config.plan.safe_harbor_money(one.year.number))

    @property
    def limit(self) -> int:
        """The limit on annual additions: the year's dollars, or all pay where that is less; cents."""
        return min(self.one["earnings_cents"], self.one.year.limits.annual_additions_cents)

    def _roth(self, total: int, catch_up: int, kept: int) -> int:
        must, section = self.one.staff.flags("roth_catch_up"), self.one.config.plan.roth
        found: Ints = roth_of(row_of(total), row_of(catch_up), row_of(kept), must, section)
        return int(found[0])

    def _add(self, source: str, found: dict[str, int]) -> None:
        """Add a source to the columns found so far: what is beyond section 415 becomes catch-up, or is cut."""
        frame = with_arrays(self.one.staff.frame, {name: row_of(cents) for name, cents in found.items()})
        before = tuple(
            name for name in ("match_cents", "nonelective_cents", "discretionary_match_cents") if name in found
        )
        moved, cut = excess_of(row_of(self.wished[source]), before, Columns(frame), self.one.year)
        found[f"{source}_cents"] = self.wished[source] - int(cut[0])
        found["excess_415_cents"] += int(cut[0])
        if moved[0]:
            deferral = found["pre_tax_cents"] + found["roth_cents"]
            found["catch_up_cents"] += int(moved[0])
            found["roth_cents"] = self._roth(deferral, found["catch_up_cents"], deferral)
            found["pre_tax_cents"] = deferral - found["roth_cents"]

    # --- in words ---

    def section_415(self) -> list[Step]:
        """Return the steps of the limit on annual additions."""
        one, wished = self.one, {name: cents for name, cents in self.wished.items() if name != "catch_up"}
        total, law = sum(wished.values()), one.year.limits.annual_additions_cents
        names = {"deferral": "deferrals without catch-up", "reallocated": "forfeitures"}
        listed = [
            f"{dollars(cents)} {names.get(name, name).replace('_', ' ')}" for name, cents in wished.items() if cents
        ]
        limit = "all pay of the year" if self.limit < law else f"section 415(c), {one.label}"
        added = Step("annual additions", " + ".join(listed) or "none", dollars(total))
        steps = [added, Step("limit", limit, dollars(self.limit))]
        if total <= self.limit:
            return [*steps, Step("within the limit", "nothing is cut")]
        moved = self.final["catch_up_cents"] - self.deferrals.catch_up
        if moved:
            how = "as far as there is room for catch-up (26 CFR 1.414(v)-1(c))"
            steps.append(Step("excess that becomes catch-up", how, dollars(moved)))
        return [*steps, *self._cuts()]

    def _cuts(self) -> list[Step]:
        final = self.final
        paid = {"nonelective": self.wished["nonelective"] + self.wished["reallocated"]}
        sources = ["match", "nonelective", *(s for s in OPTIONAL_SOURCES if s in self.wished)]
        cuts = {source: paid.get(source, self.wished[source]) - final[f"{source}_cents"] for source in sources}
        cuts["deferral"] = self.deferrals.total - final["pre_tax_cents"] - final["roth_cents"]
        steps = [
            Step(f"cut off {label(f'{source}_cents').lower()}", "", dollars(cents))
            for source, cents in cuts.items()
            if cents
        ]
        order = "profit sharing, discretionary match, forfeitures, nonelective, match, deferrals; safe harbor last"
        return [*steps, Step("cut in all", f"in this order: {order}", dollars(final["excess_415_cents"]))]

    def split(self) -> list[Step]:
        """Return the steps of the split of deferrals into pre-tax and Roth."""
        section, final = self.one.config.plan.roth, self.final
        deferral = final["pre_tax_cents"] + final["roth_cents"]
        if not deferral:
            return []
        share = section.share if section.available else 0.0
        must = final["catch_up_cents"] if self.one["roth_catch_up"] else 0
        free = self.deferrals.total - must
        how = f"{percent(share)} x {dollars(free)} = {dollars(half_up(free * ppm(share), PPM))}, half up"
        how += f", and {dollars(must)} of catch-up that must be Roth" if must else ""
        return [
            Step("of it Roth", how, dollars(final["roth_cents"])),
            Step("of it pre-tax", "the rest", dollars(final["pre_tax_cents"])),
        ]
