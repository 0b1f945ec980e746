"""The reference model, promotions: who moves up one level, when, and by how much."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from workforce_sim.config import Config
from workforce_sim.draws import Stream
from workforce_sim.money import PPM, half_up, ppm, quota, raised
from workforce_sim.reference.chance import chances_in_proportion, taking_order, whole_between
from workforce_sim.reference.growth import headcount_target
from workforce_sim.reference.records import PersonYear, Raise
from workforce_sim.reference.year import Year, day_of, milli_at

RATE_PPM = 100_000
"""The rate of promotion where none is given."""
WITHIN = 0.7
"""The share from within of a level that ``from_within`` leaves out."""


def decide_promotions(people: Sequence[PersonYear], vacancies: Vacancies | None, year: Year) -> None:
    """Promote one level up into vacancies, or without these by rates; a date out of employment is void."""
    promotion = year.config.promotion
    first = year.january_1 if vacancies is None else year.first
    day = day_of(promotion.date, promotion.month_weights, Stream.PROMOTION_DATE, year, first)
    lowest, highest = ppm(promotion.increase.lowest), ppm(promotion.increase.highest)
    for person in _by_rates(people, year) if vacancies is None else _into_vacancies(people, vacancies, year):
        date = day(person.employee)
        if person.has_tenure(promotion.minimum_tenure, date):
            increase = whole_between(year.u(person.employee, Stream.PROMOTION_INCREASE), lowest, highest)
            person.raises.append(Raise("promotion", date, increase))


def _factors(year: Year) -> Callable[[PersonYear], int]:
    """Return age factor x tenure factor x level factor of a person, each in thousandths."""
    promotion = year.config.promotion
    age_milli, tenure_milli = milli_at(promotion.age_factors), milli_at(promotion.tenure_factors)
    level_milli = [level.promotion_milli for level in year.run.levels]
    return lambda person: age_milli(person.age) * tenure_milli(person.tenure) * level_milli[person.employee.level]


# --- By rates ---


def goes_by_rates(config: Config) -> bool:
    """Return whether everybody has a chance of promotion, whatever is missing above."""
    if config.promotion.mode is not None:
        return config.promotion.mode == "rates"
    return config.promotion.base_rate is not None or config.hiring.level_mix is not None


def _by_rates(people: Sequence[PersonYear], year: Year) -> Iterator[PersonYear]:
    """Yield those whose draw is below their chance, in both modes of headcount; never from the top."""
    rate = year.config.promotion.base_rate
    base, factors, top = RATE_PPM if rate is None else rate.ppm(year.year), _factors(year), len(year.run.levels) - 1
    for person in people:
        q = min(PPM, half_up(base * factors(person), 10**9)) / PPM
        if person.employee.level != top and year.u(person.employee, Stream.PROMOTION) < q:
            yield person


# --- By vacancies ---


@dataclass(frozen=True)
class Vacancies:
    """By level, who is missing."""

    promotions: Sequence[int]
    """How many move up out of each level."""
    outside: Sequence[int]
    """How many are to come from outside."""


def find_vacancies(opening: Sequence[PersonYear], year: Year) -> Vacancies | None:
    """Return what terminations among existing employees leave to be filled; None where promotion goes by rates."""
    if goes_by_rates(year.config):
        return None
    if not opening:
        return Vacancies([0] * len(year.run.levels), [0] * len(year.run.levels))
    return vacancies_of(opening, headcount_target(year), year.run.level_counts, year)


def vacancies_of(opening: Sequence[PersonYear], target: int, census: Sequence[int], year: Year) -> Vacancies:
    """Return what is to be filled for a target, with the levels in the proportion of the census."""
    levels = year.run.levels
    staying = Counter(person.employee.level for person in opening if person.cause is None)
    candidates = Counter(person.employee.level for person, _ in _candidates(opening, year))
    return fill_levels(
        quota(target, census),
        [staying[place] for place in range(len(levels))],
        [candidates[place] for place in range(len(levels))],
        [_within_ppm(level.name, year.config) for level in levels],
    )


def fill_levels(
    targets: Sequence[int], staying: Sequence[int], candidates: Sequence[int], within_ppm: Sequence[int]
) -> Vacancies:
    """Fill levels from the top down: each from the one below as far as its share and the candidates go."""
    promotions, outside = [0] * len(targets), [0] * len(targets)
    for place in reversed(range(len(targets))):
        missing = max(0, targets[place] - staying[place] + promotions[place])
        inside = min(half_up(missing * within_ppm[place], PPM), candidates[place - 1]) if place else 0
        outside[place] = missing - inside
        if place:
            promotions[place - 1] = inside
    return Vacancies(promotions, outside)


def _within_ppm(level: str, config: Config) -> int:
    within = config.promotion.from_within
    return ppm(within.get(level, WITHIN) if isinstance(within, dict) else within)


def _candidates(people: Sequence[PersonYear], year: Year) -> Iterator[tuple[PersonYear, int]]:
    """Yield existing employees who stay, with the tenure on the first day and a weight above 0, and the weight."""
    factors, minimum = _factors(year), year.config.promotion.minimum_tenure
    for person in people:
        weight = half_up(factors(person), 1000)
        if not person.is_hire and person.cause is None and person.tenure >= minimum and weight > 0:
            yield person, weight


def _into_vacancies(people: Sequence[PersonYear], vacancies: Vacancies, year: Year) -> Iterator[PersonYear]:
    """Yield as many candidates of each level as move up out of it."""
    candidates = list(_candidates(people, year))
    for place, number in enumerate(vacancies.promotions):
        of_level = [(person, weight) for person, weight in candidates if person.employee.level == place]
        chances = chances_in_proportion([weight for _, weight in of_level], PPM * number)
        us = [year.u(person.employee, Stream.PROMOTION) for person, _ in of_level]
        order = taking_order(chances, us, [person.employee.key for person, _ in of_level])
        yield from (of_level[i][0] for i in order[:number])


# --- How much ---


def promoted_salary(
    salary: int, increase_ppm: int, minimum: int | None, max_increase_ppm: int, max_amount_cents: int
) -> int:
    """Return the salary after a promotion: at least the minimum of the new range, but the caps win."""
    wanted = max(raised(salary, increase_ppm), minimum or 0)
    return min(wanted, raised(salary, max_increase_ppm), salary + max_amount_cents)
