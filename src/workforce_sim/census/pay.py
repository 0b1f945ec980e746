"""Pay of a year, whatever it was written for: a year, a month, an hour.

What an amount is for is said by the configuration, a column, or the column's name; where these are silent it is a year,
and amounts that no year's pay has are a question.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from workforce_sim.census.amounts import half_up, read_numbers
from workforce_sim.census.headers import period, shown
from workforce_sim.census.values import Values, falses
from workforce_sim.census.words import read_words
from workforce_sim.config.census import CensusSection
from workforce_sim.money import MAX_SALARY_CENTS
from workforce_sim.wording import counted, dollars

LOW_MEDIAN, HIGH_MEDIAN = 15_000_00, 2_000_000_00
"""Cents a year between which the median of every census lies."""
LEAST, MOST = 1_000_00, 5_000_000_00
"""Cents a year that one person hardly earns less than, or more than."""
TOO_LOW, TOO_HIGH = "pay too low", "pay too high"
"""Flags of single amounts of pay that are a question."""
_FAR = 50
"""Times the median that pay above ``MOST`` is a question from."""

PERIODS = {"annual": 1, "monthly": 12, "semimonthly": 24, "biweekly": 26, "weekly": 52, "daily": 260, "hourly": 0}
"""How many of a period a year of pay has; hours are those scheduled."""
_EACH = {
    "annual": "a year",
    "monthly": "a month",
    "semimonthly": "half a month",
    "biweekly": "two weeks",
    "weekly": "a week",
    "daily": "a day",
    "hourly": "an hour",
}
_BASIS = {
    "annual": "a y yr s sal ann annual annually annualized year yearly peryear perannum pa salary salaried exempt "
    "salariedexempt contract fixed proratedannual annualsalary annualpay",
    "monthly": "m mo mth mthly month monthly permonth 12 mon",
    "semimonthly": "sm semimonthly semimonth twicemonthly bimonthly 24 twiceamonth",
    "biweekly": "b bw biweekly biweek fortnightly everytwoweeks every2weeks 26 twoweeks perbiweek biwkly",
    "weekly": "w wk wkly week weekly perweek 52",
    "daily": "d day daily perday perdiem diem",
    "hourly": "h hr hrs hrly hour hourly perhour nonexempt salariednonexempt hourlynonexempt wage hourlyrate ph",
}
_PERIOD_OF = {word: name for name, words in _BASIS.items() for word in words.split()}
_HOURS = ((60_00, 52), (100_00, 26), (250_00, 12))
"""Hundredths of hours up to which a schedule is one of a week, two weeks, a month; more is a year's."""
_LEAST_FULL = 35 * 52 * 100
_MOST_UNITS = 10**12


@dataclass(frozen=True)
class WrittenPay:
    """What a census says about pay.

    Attributes:
        amount: the column of pay.
        hourly: the column of hourly rates beside it.
        basis: what an amount is for.
        frequency: how often somebody is paid.
        hours: those scheduled.
        full_time: millionths of full-time, where known.
    """

    amount: pl.Series | None = None
    hourly: pl.Series | None = None
    basis: pl.Series | None = None
    frequency: pl.Series | None = None
    hours: pl.Series | None = None
    full_time: pl.Series | None = None


def read_pay(written: WrittenPay, section: CensusSection) -> tuple[Values, pl.Series]:
    """Return pay of a year in cents, and where a word for the period is not known."""
    main = written.amount if written.amount is not None else written.hourly
    if main is None:
        raise ValueError("a census has pay, or its columns are refused")
    if main.name == "salary_cents":
        return read_numbers(main, 0), falses(main)
    said = "hourly" if written.amount is None else period(main.name)
    told = section.pay_basis or said or "annual"
    spoken, unknown, notes = _spoken(written, section, told)
    if spoken is None and told == "annual" and (written.hourly is None or written.amount is None):
        values = read_numbers(main, 2, "annual_salary")
        return _asked(values, values.values, section, {}), falses(main)
    periods = pl.repeat(told, len(main), dtype=pl.String, eager=True) if spoken is None else spoken.fill_null(told)
    values = _annual(main, periods, written, section, notes, explicit=said == "annual")
    return values, falses(main) if unknown is None else unknown


def _spoken(
    written: WrittenPay, section: CensusSection, told: str
) -> tuple[pl.Series | None, pl.Series | None, list[str]]:
    """Return the period of each row as a column says it, where it is no word for one, and what to say."""
    if section.pay_basis is not None:
        return None, None, []
    if written.basis is not None:
        words, periods = _periods(written.basis)
        if periods.null_count() < len(periods) or words.null_count() == len(words):
            return periods, words.is_not_null() & periods.is_null(), []
        return None, None, [f"pay_basis: column {shown(written.basis.name)} has no word for a period and is NOT used"]
    if written.frequency is None or written.amount is None or told != "annual" or period(written.amount.name):
        return None, None, []
    return _by_frequency(written.amount, written.frequency), None, []


def _periods(column: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Return the words of a column, and the periods that they mean."""
    words = read_words(column).values
    every = words.drop_nulls().unique()
    meant = pl.Series([_meaning(word) for word in every], dtype=pl.String)
    return words, words.replace_strict(every, meant, default=None, return_dtype=pl.String)


def _meaning(word: str) -> str | None:
    plain = "".join(letter for letter in word.lower() if letter.isalnum()).removesuffix("00")
    return _PERIOD_OF.get(plain) or _PERIOD_OF.get(plain.removeprefix("per")) or period(word)


def _by_frequency(amount: pl.Series, frequency: pl.Series) -> pl.Series | None:
    """Return how often each is paid, if amounts of that period make years' pay and the amounts themselves do not."""
    values = read_numbers(amount, 2, "annual_salary").values
    middle = values.filter(values > 0).median()
    _, periods = _periods(frequency)
    plausible = isinstance(middle, float) and middle >= LOW_MEDIAN
    return None if plausible or periods.null_count() == len(periods) else periods


def _annual(
    main: pl.Series,
    periods: pl.Series,
    written: WrittenPay,
    section: CensusSection,
    notes: list[str],
    *,
    explicit: bool,
) -> Values:
    """Return amounts times what a year has of their period."""
    exact, fine = read_numbers(main, 2, "annual_salary"), read_numbers(main, 4, "annual_salary")
    if section.pay_basis is None:
        periods = _as_year(periods, exact.values, explicit=explicit)
    hours, said_hours = _hours(written, section, len(main))
    cents = _times(fine.values, periods, hours, exact.values)
    lacking = exact.values.is_null() & ~exact.bad
    if written.hourly is not None and written.amount is not None:
        more = read_numbers(written.hourly, 4)
        by_hour = pl.repeat("hourly", len(main), dtype=pl.String, eager=True)
        filled = lacking & more.values.is_not_null()
        cents = pl.select(
            pl.when(filled).then(_times(more.values, by_hour, hours, more.values)).otherwise(cents)
        ).to_series()
        periods = pl.select(pl.when(filled).then(pl.lit("hourly")).otherwise(periods)).to_series()
    counts = dict(periods.filter(cents.is_not_null()).value_counts(sort=True).iter_rows())
    told = [*exact.notes, *notes, *_said(counts, said_hours)]
    values = Values(cents, exact.bad, notes=tuple(told))
    groups = {name: cents.filter((periods == name).fill_null(value=False)) for name in sorted(counts)}
    return _asked(values, cents, section, groups)


def _as_year(periods: pl.Series, cents: pl.Series, *, explicit: bool) -> pl.Series:
    """Return periods, a year for those whose amounts are years' pay already."""
    for name in periods.drop_nulls().unique().sort():
        group = cents.filter((periods == name).fill_null(value=False))
        middle = group.filter(group > 0).median()
        if name == "annual" or not isinstance(middle, float) or middle < LOW_MEDIAN:
            continue
        if explicit or middle * (PERIODS[name] or 2080) > HIGH_MEDIAN:
            periods = periods.replace(name, "annual")
    return periods


def _times(fine: pl.Series, periods: pl.Series, hours: pl.Series, cents: pl.Series) -> pl.Series:
    """Return cents a year from ten-thousandths of a dollar for a period."""
    units = fine.clip(-_MOST_UNITS, _MOST_UNITS)
    times = periods.replace_strict(PERIODS, default=1, return_dtype=pl.Int64)
    by_hour = half_up(units * hours, 10_000)
    by_period = half_up(units * times, 100)
    made = pl.when(periods == "annual").then(cents).when(periods == "hourly").then(by_hour).otherwise(by_period)
    return pl.select(made).to_series()


def _hours(written: WrittenPay, section: CensusSection, rows: int) -> tuple[pl.Series, str]:
    """Return hundredths of hours a year, and where they come from in words."""
    default = pl.repeat(round(section.hours_per_year * 100), rows, dtype=pl.Int64, eager=True)
    share = written.full_time
    if share is not None:
        default = half_up(default * share.fill_null(1_000_000), 1_000_000)
    words = f"{section.hours_per_year:,g} hours" + (" times the full-time share" if share is not None else "")
    if written.hours is None:
        return default, words
    scheduled = read_numbers(written.hours, 2).values
    middle = scheduled.filter(scheduled > 0).median()
    if not isinstance(middle, float):
        return default, words
    times = next((times for most, times in _HOURS if middle <= most), 1)
    usable = scheduled.is_between(1, 900_000)
    found = pl.select(pl.when(usable).then(scheduled * times).otherwise(default)).to_series()
    return found, f"the hours of column {shown(written.hours.name)} times {times}, else {words}"


def full_time_share(hours: pl.Series, section: CensusSection) -> pl.Series:
    """Return scheduled hours as millionths of full-time: of the most usual ones, where these are no fewer than 35."""
    scheduled = read_numbers(hours, 2).values
    usable = scheduled.filter(scheduled.is_between(1, 900_000))
    middle = usable.median()
    if not isinstance(middle, float):
        return pl.repeat(None, len(hours), dtype=pl.Int64, eager=True)
    times = next((times for most, times in _HOURS if middle <= most), 1)
    usual = max(usable.mode().to_list()) * times
    full = usual if usual >= _LEAST_FULL else round(section.hours_per_year * 100)
    share = half_up(scheduled.clip(0, 900_000) * times * 1_000_000, full).clip(0, 1_000_000)
    return pl.select(pl.when(share > 0).then(share)).to_series()


def _said(counts: Mapping[str, int], hours: str) -> list[str]:
    return [
        f"annual_salary: {counted(rows, 'amount')} for {_EACH[name]} ({name}) annualized, "
        + (f"times {hours}" if name == "hourly" else f"times {PERIODS[name]}")
        for name, rows in counts.items()
        if name in _EACH and name != "annual"
    ]


def _asked(values: Values, cents: pl.Series, section: CensusSection, groups: Mapping[str, pl.Series]) -> Values:
    """Return pay with the questions that it raises: none where the configuration says that amounts are a year's."""
    if section.pay_basis == "annual":
        return values
    every = groups or {"annual": cents}
    questions = [_question(name, group) for name, group in every.items()]
    return Values(values.values, values.bad, notes=values.notes, questions=tuple(filter(None, questions)))


def _question(name: str, cents: pl.Series) -> str:
    """Return what to ask about pay whose median no census has; nothing where it is usual."""
    paid, low = int((cents > 0).sum()), int(((cents > 0) & (cents < LOW_MEDIAN)).sum())
    high = int(cents.is_between(HIGH_MEDIAN, MAX_SALARY_CENTS, closed="right").sum())
    if max(low, high) * 2 <= paid:
        return ""
    how = "low" if low > high else "high"
    ends = f"{'below' if how == 'low' else 'above'} {dollars(LOW_MEDIAN if how == 'low' else HIGH_MEDIAN)[:-3]}"
    return (
        f"annual_salary is too {how} for annual pay: the median of {counted(paid, 'amount')} "
        f"{'' if name == 'annual' else f'written for {_EACH[name]} '}is {ends}; set census.pay_basis to the pay "
        "period of the amounts (annual, monthly, semimonthly, biweekly, weekly, daily or hourly)"
    )


def unlikely(section: CensusSection, cents: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Return where single amounts are too low or too high for pay of a year."""
    if section.pay_basis == "annual":
        return falses(cents), falses(cents)
    low = ((cents > 0) & (cents < LEAST)).fill_null(value=False)
    high = ((cents > MOST) & (cents <= MAX_SALARY_CENTS)).fill_null(value=False)
    if _question("annual", cents):  # that says it all
        return falses(cents), falses(cents)
    if high.any():
        middle = cents.filter(cents > 0).median()
        high &= (cents > _FAR * middle).fill_null(value=False) if isinstance(middle, float) else high
    return low, high
