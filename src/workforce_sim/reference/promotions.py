"""The reference model, promotions: who moves up one level, when, and by how much."""

from __future__ import annotations

from collections.abc import Sequence

from workforce_sim.draws import Stream
from workforce_sim.money import PPM, half_up, ppm, raised
from workforce_sim.reference.chance import whole_between
from workforce_sim.reference.records import PersonYear, Raise
from workforce_sim.reference.year import Year, day_of, milli_at


def decide_promotions(people: Sequence[PersonYear], year: Year) -> None:
    """Promote freely in both modes, one level up and never from the top; a date out of employment is void."""
    promotion = year.config.promotion
    base = promotion.base_rate.ppm(year.year)
    age_milli, tenure_milli = milli_at(promotion.age_factors), milli_at(promotion.tenure_factors)
    level_milli = [level.promotion_milli for level in year.run.levels]
    day = day_of(promotion.date, promotion.month_weights, Stream.PROMOTION_DATE, year)
    lowest, highest = ppm(promotion.increase.lowest), ppm(promotion.increase.highest)
    top = len(year.run.levels) - 1
    for person in people:
        employee = person.employee
        product = base * age_milli(person.age) * tenure_milli(person.tenure) * level_milli[employee.level]
        q = min(PPM, half_up(product, 10**9)) / PPM
        if employee.level == top or not year.u(employee, Stream.PROMOTION) < q:
            continue
        date = day(employee)
        if person.has_tenure(promotion.minimum_tenure, date):
            increase = whole_between(year.u(employee, Stream.PROMOTION_INCREASE), lowest, highest)
            person.raises.append(Raise("promotion", date, increase))


def promoted_salary(
    salary: int, increase_ppm: int, minimum: int | None, max_increase_ppm: int, max_amount_cents: int
) -> int:
    """Return the salary after a promotion: at least the minimum of the new range, but the caps win."""
    wanted = max(raised(salary, increase_ppm), minimum or 0)
    return min(wanted, raised(salary, max_increase_ppm), salary + max_amount_cents)
