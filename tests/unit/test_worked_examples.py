"""The worked examples of ``docs/model`` are what the code computes: the firm of its first page, run by both engines."""

import datetime as dt
import io
import re
from functools import cache
from pathlib import Path
from statistics import fmean
from typing import Any

import polars as pl
import pytest
import yaml

from tests.support import of_type
from workforce_sim import Result, hires_needed, load_config, simulate
from workforce_sim.census import read_census
from workforce_sim.census.completion import complete
from workforce_sim.config import Config
from workforce_sim.draws import Stream, bits, census_key, decision, fnv1a, person_number, uniform
from workforce_sim.money import half_up, percentile, quota, raised
from workforce_sim.store.ledger import ordered

MODEL = Path(__file__).parents[2] / "docs" / "model"
SALARIES = [4_500_000, 5_234_567, 5_800_000, 7_100_000, 7_999_999, 8_800_000, 9_750_000, 12_000_000]


def blocks(page: str, kind: str) -> list[str]:
    """Return the fenced blocks of one kind on a page of the model."""
    text = (MODEL / page).read_text(encoding="utf-8")
    return re.findall(rf"```{kind}\n(.*?)```", text, flags=re.DOTALL)


def config() -> dict[str, Any]:
    chosen: dict[str, Any] = yaml.safe_load(blocks("index.md", "yaml")[0])
    return chosen


@cache
def census() -> pl.DataFrame:
    return pl.read_csv(io.StringIO(blocks("index.md", "csv")[0]), try_parse_dates=True)


@cache
def firm(engine: Any = "fast") -> Result:
    return simulate(config(), census=census(), engine=engine)


def u(who: str, stream: Stream, year: int = 2025, replicate: int = 0) -> float:
    key = (2025 << 32) + int(who[-6:]) if who.startswith("NH-") else census_key(who)
    return uniform(person_number(42, replicate, key), decision(42, year, stream))


def rows(kind: str, year: int) -> dict[str, dict[str, Any]]:
    of_kind = (pl.col("event_type").cast(pl.String) == kind) & (pl.col("year") == year)
    return {row["employee_id"]: row for row in firm().events.filter(of_kind).iter_rows(named=True)}


def in_page(found: pl.DataFrame, columns: list[str]) -> str:
    return found.select(columns).write_csv()


@pytest.mark.parametrize(("place", "table"), [(0, "events"), (1, "snapshots"), (2, "snapshots")])
@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_the_tables_of_the_firm(engine: str, place: int, table: str) -> None:
    page = blocks("tables.md", "csv")[place]
    found = ordered(getattr(firm(engine), table), table).filter(pl.col("year") == 2025)

    assert in_page(found, page.splitlines()[0].split(",")) == page


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_the_summary_and_fingerprint_of_the_firm(engine: str) -> None:
    text = (MODEL / "tables.md").read_text(encoding="utf-8")
    bridge = ("headcount_opening", "hires", "terminations_opening_staff", "terminations_new_hires", "headcount_closing")
    others = ("promotions", "cola_raises", "merit_raises", "payroll_cents", "average_salary_cents")
    summary = firm(engine).summary

    assert summary.select(bridge).rows() == [(8, 4, 2, 1, 9), (9, 4, 2, 1, 10)]
    assert summary.select(others).row(0) == (2, 8, 7, 71_335_158, 8_005_720)
    assert summary["average_salary_growth_continuing"][0] == 47_036_361 / 43_949_999 - 1
    assert summary.select("eligible", "participants", "participation_rate").row(0) == (6, 5, 5 / 6)
    assert summary.select("average_deferral_rate", "deferral_cents", "match_cents").row(0) == (
        0.068,
        2_982_816,
        1_558_791,
    )
    assert summary["employer_cost_share_of_payroll"][0] == 1_558_791 / 71_335_158
    assert f"`{firm(engine).fingerprint}`" in text


def test_conventions() -> None:
    assert raised(5_234_567, 25_000) == 5_365_431
    assert raised(20, 25_000) == 21
    assert raised(8, 100_000) == 9
    assert quota(4, [3, 3, 2]) == [2, 1, 1]
    assert percentile(SALARIES, 10) == 5_014_197


def test_chance() -> None:
    person = person_number(42, 0, census_key("E-0001"))

    assert fnv1a("E-0001") == 0x5DA8581602D7ABB4
    assert census_key("E-0001") == 0xF2224B54173DFD34
    assert bits(person, decision(42, 2025, 1)) == 0x4E45DBD76C850E64
    assert u("E-0001", Stream.TERMINATION) == 0.30575346001980475
    assert u("E-0001", Stream.TERMINATION, replicate=1) == 0.41387386059470443
    assert u("E-0001", Stream.TERMINATION, year=2026) == 0.07999065969095853
    assert u("E-0001", Stream.CAUSE) == 0.17102522569945955
    assert u("E-0001", Stream.LEAVING_DATE) == 0.7750644722584367
    assert dt.date(2025, 1, 1) + dt.timedelta(days=int(0.7750644722584367 * 365)) == dt.date(2025, 10, 10)


def test_census() -> None:
    """Without births and levels."""
    chosen = config() | {"workforce": {"total_termination_rate": 0.25}, "compensation": {}}
    bare = census().drop("birth_date", "level")
    staff = complete(read_census(bare, load_config(chosen)), load_config(chosen)).staff

    assert staff["level"].cast(pl.String).to_list() == ["1", "1", "1", "2", "3", "2", "5", "4"]
    assert staff["birth_date"][7] == dt.date(1959, 2, 11)


@pytest.mark.parametrize(
    ("opening", "growth", "expected"),
    [
        (1000, 0.03, (120, 0, 200, 50, 1030)),
        (1030, 0.03, (124, 0, 207, 52, 1061)),
        (1000, 0.0, (120, 0, 160, 40, 1000)),
        (1000, -0.05, (120, 0, 94, 24, 950)),
        (1000, -0.12, (120, 0, 0, 0, 880)),
        (1000, -0.20, (200, 80, 0, 0, 800)),
    ],
)
def test_growth(opening: int, growth: float, expected: tuple[int, ...]) -> None:
    plan = hires_needed(opening, growth, 0.12, 0.25)

    assert (plan.terminations, plan.reductions, plan.hires, plan.hire_terminations, plan.target) == expected


def test_terminations() -> None:
    who = [f"E-000{n}" for n in range(1, 9)]
    weights = [222_000, 154_300, 125_100, 80_160, 70_200, 44_160, 31_600, 123_300]
    draws = [u(name, Stream.TERMINATION) for name in who]
    chances = [2 / 850_820 * w for w in weights]

    assert sum(weights) == 850_820
    assert 2 / 850_820 == 2.3506734679485674e-06
    shares = [0.52185, 0.36271, 0.29407, 0.18843, 0.16502, 0.10381, 0.07428, 0.28984]
    assert [round(q, 5) for q in chances] == shares
    assert [round(x, 5) for x in draws] == [0.30575, 0.03804, 0.64061, 0.53189, 0.87054, 0.17096, 0.02267, 0.81209]
    places = [(x * (1 - q)) / (q * (1 - x)) for x, q in zip(draws, chances, strict=True)]
    expected = [0.40353, 0.06949, 4.27901, 4.8938, 34.02616, 1.78028, 0.2891, 10.58932]
    assert [round(x, 5) for x in places] == expected
    assert [who[i] for i in sorted(range(8), key=places.__getitem__)[:2]] == ["E-0002", "E-0007"]
    assert set(rows("termination", 2025)) == {"E-0002", "E-0007", "NH-2025-000003"}
    assert {name for name, x, q in zip(who, draws, chances, strict=True) if x < q} == {"E-0001", "E-0002", "E-0007"}
    assert [round(u("E-0002", s), 5) for s in (Stream.CAUSE, Stream.LEAVING_DATE)] == [0.56419, 0.76464]
    x, q = u("NH-2025-000003", Stream.HIRE_TERMINATION), 321 / 820
    assert (round(x, 5), round((x * (1 - q)) / (q * (1 - x)), 5)) == (0.23339, 0.47326)
    assert round(u("NH-2025-000003", Stream.HIRE_LEAVING_DATE), 5) == 0.93594


def test_hires() -> None:
    names = [f"NH-2025-00000{n}" for n in range(1, 5)]
    people = firm().snapshots.filter(pl.col("year") == 2025)
    hired = {row["employee_id"]: row for row in people.iter_rows(named=True) if row["employee_id"] in names}

    assert [percentile(SALARIES, p) for p in (10, 25, 50, 75, 90)] == [
        5_014_197,
        5_658_642,
        7_550_000,
        9_037_500,
        10_425_000,
    ]
    assert [round(u(name, Stream.HIRE_LEVEL), 5) for name in names] == [0.92518, 0.35489, 0.0166, 0.35148]
    assert [int(u(names[0], s) * 10**6) for s in (Stream.HIRE_AGE, Stream.HIRE_DEPARTMENT, Stream.HIRE_PAY)] == [
        352_588,
        380_228,
        600_819,
    ]
    assert [round(u(names[0], s), 5) for s in (Stream.HIRE_DATE, Stream.BIRTHDAY)] == [0.20744, 0.78713]
    assert [hired[name]["hire_date"].isoformat() for name in names] == [
        "2025-03-17",
        "2025-10-07",
        "2025-02-13",
        "2025-08-28",
    ]
    assert [hired[name]["birth_date"].isoformat() for name in names] == [
        "1997-06-03",
        "1978-11-30",
        "1991-12-03",
        "1985-12-06",
    ]
    assert [hired[name]["department"] for name in names] == ["Sales", "Sales", "Finance", "Sales"]
    assert quota(10**6, [3, 4, 1]) == [375_000, 500_000, 125_000]
    assert half_up((750_000 - 600_819) * 9_000_000 + (600_819 - 500_000) * 9_037_500, 250_000) == 9_015_123
    assert [hired[name]["salary_cents"] for name in names] == [9_015_123, 9_500_000, 6_500_000, 6_500_000]
    assert raised(9_000_000, 25_000) == 9_225_000


def test_promotions() -> None:
    increase = {
        ("E-0002", 2025): 98_789,
        ("E-0003", 2026): 66_242,
        ("E-0004", 2026): 110_661,
    }
    for (who, year), ppm in increase.items():
        assert 60_000 + int(u(who, Stream.PROMOTION_INCREASE, year) * 60_001) == ppm
    assert [round(u("E-0002", s), 5) for s in (Stream.PROMOTION, Stream.PROMOTION_DATE)] == [0.6076, 0.47896]
    assert round(u("NH-2025-000003", Stream.PROMOTION), 5) == 0.19663
    assert "NH-2025-000003" not in rows("promotion", 2025)
    pay = {(who, y): row["salary_after_cents"] for y in (2025, 2026) for who, row in rows("promotion", y).items()}
    assert pay["E-0002", 2025] == raised(5_564_081, 98_789) == 6_113_751
    assert raised(7_011_628, 66_242) == 7_476_092
    assert pay["E-0003", 2026] == raised(7_011_628, 300_000) == 9_115_116
    assert (raised(7_735_616, 110_661), raised(7_735_616, 300_000)) == (8_591_647, 10_056_301)
    assert pay["E-0004", 2026] == 9_225_000


def test_raises() -> None:
    merit = rows("merit", 2025)
    payroll = sum(row["salary_before_cents"] for row in merit.values())
    leads = sum(merit[who]["salary_before_cents"] for who in ("E-0007", "E-0008"))
    spent = sum(row["salary_after_cents"] - row["salary_before_cents"] for row in merit.values())
    weighted = leads * 5_000 + (payroll - leads) * 10_000

    assert (payroll, leads, payroll - leads, weighted) == (58_753_068, 22_293_750, 36_459_318, 476_061_930_000)
    assert [half_up(30_000 * f * payroll, weighted) for f in (10_000, 5_000)] == [37_024, 18_512]
    assert (half_up(payroll * 3, 100), spent) == (1_762_592, 1_762_572)
    assert 5_945_000 * 7 + 6_596_388 * 83 + 6_840_613 * 275 == 2_470_283_779
    assert half_up(2_470_283_779, 365) == 6_767_901
    assert 5_365_431 * 90 + 5_564_081 * 84 + 6_113_751 * 106 == 1_598_329_200
    assert half_up(1_598_329_200, 365) == 4_378_984


def test_contributions_of_the_firm() -> None:
    """The arithmetic beside the tables."""
    assert dt.date(2025, 10, 15) + dt.timedelta(days=45) == dt.date(2025, 11, 29)
    of_days = [half_up(4_612_500 * days, 365) for days in (287, 332)]  # through 14 October, through 28 November
    assert [4_612_500 - pay for pay in of_days] == [985_685, 417_021]
    assert (half_up(417_021 * 400, 10_000), half_up(16_681 * 15, 100)) == (16_681, 2_502)
    assert round(16_681 / 985_685, 4) == 0.0169
    assert (half_up(9_271_611 * 7, 100), half_up(9_271_611 * 4, 100)) == (551_661 + 97_352, 370_864)


def test_enrollment() -> None:
    """Opening, automatic, election and change of the firm."""
    once = {who: round(u(who, Stream.OPENING_PARTICIPATION, 0), 5) for who in ("E-0003", "E-0004")}
    hire, change = "NH-2025-000004", (Stream.STOP, Stream.CHANGE, Stream.CHANGE_DIRECTION)
    in_2025 = {row["employee_id"]: row for row in firm().snapshots.filter(pl.col("year") == 2025).iter_rows(named=True)}

    assert once == {"E-0003": 0.93305, "E-0004": 0.19235}
    assert (in_2025["E-0003"]["enrolled"], in_2025["E-0004"]["deferral_bp"]) == (False, 700)
    assert [round(u("E-0003", Stream.CONVERSION, year), 5) for year in (2025, 2026)] == [0.35271, 0.80698]
    assert [round(u("E-0001", s), 5) for s in (Stream.ELECTION, Stream.OPT_OUT)] == [0.79558, 0.20672]
    assert round(u("E-0001", Stream.DECLINES_ESCALATION, 0), 5) == 0.12353
    assert rows("enrollment", 2025)["E-0001"]["effective_date"] == dt.date(2025, 10, 15) + dt.timedelta(days=45)
    assert not rows("escalation", 2026)
    chosen = [round(u(hire, s, 2026), 5) for s in (Stream.ELECTION, Stream.ELECTION_DATE, Stream.MATCH_SEEKING)]
    assert chosen == [0.21417, 0.39186, 0.34906]
    assert (dt.date(2026, 10, 12) - dt.date(2026, 8, 28)).days == 45
    elected = rows("enrollment", 2026)[hire]
    assert (elected["cause"], elected["deferral_after_bp"]) == ("election", 700)
    assert elected["effective_date"] == dt.date(2026, 8, 28) + dt.timedelta(days=int(0.39186 * 45))
    assert [round(u("E-0006", s, 2026), 5) for s in change] == [0.9674, 0.12221, 0.81977]
    changed, day = rows("rate_change", 2026)["E-0006"], int(u("E-0006", Stream.CHANGE_OR_STOP_DATE, 2026) * 365)
    assert changed["effective_date"] == dt.date(2026, 1, 1) + dt.timedelta(days=day) == dt.date(2026, 2, 20)
    assert (changed["deferral_before_bp"], changed["deferral_after_bp"]) == (700, 500)


def test_contributions() -> None:
    (found,) = firm().snapshots.filter(pl.col("year") == 2026, pl.col("employee_id") == "E-0006").iter_rows(named=True)
    before = half_up(8_716_186 * 50, 365)
    deferral = half_up(700 * before + 500 * (8_997_844 - before), 10_000)

    assert (before, 8_997_844 - before, deferral) == (1_193_998, 7_803_846, 473_772)
    assert (found["earnings_cents"], found["plan_compensation_cents"]) == (8_997_844, 8_997_844)
    assert (found["pre_tax_cents"], found["roth_cents"]) == (deferral - 71_066, half_up(deferral * 15, 100))
    assert found["match_cents"] == half_up(8_997_844 * 4, 100) == 359_914
    assert round(deferral / 8_997_844, 4) == 0.0527


def test_promotions_by_vacancies() -> None:
    by_vacancies = config() | {"promotion": {"mode": "vacancies"}}
    found = simulate(by_vacancies, census=census(), end_year=2025).events
    moved = of_type(found, "promotion").select("employee_id", pl.col("level_after").cast(pl.String)).sort("employee_id")
    assert moved.rows() == [("E-0003", "Senior"), ("E-0004", "Lead")]
    assert of_type(found, "hire")["level_after"].cast(pl.String).to_list() == ["Analyst"] * 4
    weights = {"E-0004": 1_000_000, "E-0005": 1_000_000, "E-0006": 490_000}
    draws = [u(who, Stream.PROMOTION) for who in weights]
    chances = [1 / 2_490_000 * w for w in weights.values()]
    places = [x * (1 - q) / (q * (1 - x)) for x, q in zip(draws, chances, strict=True)]
    assert [round(q, 5) for q in chances] == [0.40161, 0.40161, 0.19679]
    assert [round(x, 5) for x in draws] == [0.50162, 0.83456, 0.98793]
    assert [round(x, 5) for x in places] == [1.49969, 7.5163, 334.09502]


def test_laws() -> None:
    shorter = simulate(config(), census=census(), end_year=2025)
    freer = config() | {"promotion": {"base_rate": 1.0}}
    other = simulate(freer, census=census(), end_year=2025).events
    kinds = pl.col("event_type").cast(pl.String)
    moves = ["employee_id", "event_type", "effective_date"]

    first = ordered(firm().events, "events").filter(pl.col("year") == 2025)
    assert ordered(shorter.events, "events").equals(first)
    for kind, chosen in (("hire", 4), ("termination", 3), ("promotion", 2)):
        before = set(shorter.events.filter(kinds == kind).select(moves).rows())
        after = set(other.filter(kinds == kind).select(moves).rows())
        assert len(before) == chosen
        assert before < after if kind == "promotion" else before == after
    assert other.filter(kinds == "promotion").height == 4


def test_assumptions() -> None:
    defaults = Config.model_validate(
        {
            "simulation": {"start_year": 2025, "end_year": 2025, "target_growth_rate": 0.03},
            "workforce": {"total_termination_rate": 0.12},
            "random_seed": 42,
        }
    ).terminations
    cell = next(cell for cell in defaults.rate_table if (cell.age_from, cell.tenure_from) == (55, 5))
    causes = next(band for band in defaults.causes if band.start == 62)

    assert round(fmean([0.0259, 0.0184, 0.0154, 0.0158, 0.0192, 0.0212]), 4) + 0.02 == pytest.approx(cell.value)
    assert round(0.12 / 0.142, 3) == causes.retirement == 0.845
    assert round(0.00355 / 0.142, 3) == causes.death == 0.025
    assert (causes.voluntary, causes.involuntary, causes.disability) == (0.072, 0.043, 0.015)
