"""Draws: golden values, scalar twins, streams fixed for ever."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workforce_sim import draws
from workforce_sim.draws import Stream

KEYS = st.integers(0, 2**64 - 1)
SEEDS = st.integers(0, 2**63 - 1)
IDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)

# id, seed, replicate, year, stream, the 64 bits of the last mix, u
GOLDEN = [
    ("E-0001", 42, 0, 2025, 1, 0x4E45DBD76C850E64, 0.30575346001980475),
    ("E-0001", 42, 1, 2025, 1, 0x69F3A327EC6BBF7C, 0.41387386059470443),
    ("E-0001", 42, 0, 2026, 1, 0x147A44935BAE90AF, 0.07999065969095853),
    ("E-0001", 42, 0, 2025, 2, 0x2BC84F272B9217D3, 0.17102522569945955),
    ("E-0001", 0, 0, 0, 17, 0xAD968F87568D76F8, 0.6780786233344338),
    ("Zoë 7", 42, 0, 2025, 1, 0x01B7B512AD686C43, 0.00670940118780694),
    ("Zoë 7", 42, 1, 2025, 1, 0xC3469EED7DD8EF06, 0.7627963380635695),
    ("Zoë 7", 42, 0, 2026, 1, 0xAA0B437D7FBCBF35, 0.6642343694108942),
    ("Zoë 7", 42, 0, 2025, 2, 0xD8A41F2C5EBE87DA, 0.8462542994809557),
    ("Zoë 7", 0, 0, 0, 17, 0xE3F843A89F515850, 0.8905069624591467),
    ("NH-2027-000003", 42, 0, 2025, 1, 0xE3C2F53D7D832481, 0.8896935725329169),
    ("NH-2027-000003", 42, 1, 2025, 1, 0x76CFC5B1FCDE99F3, 0.46410785289196566),
    ("NH-2027-000003", 42, 0, 2026, 1, 0x023F936E702ECBAD, 0.008782591307119891),
    ("NH-2027-000003", 42, 0, 2025, 2, 0x217ED16A78E96887, 0.13084133958264987),
    ("NH-2027-000003", 0, 0, 0, 17, 0x3155CC03505E1F6B, 0.19271540718943247),
]

# Numbers once given out never change and are never given out again; docs/data-model.md has those that came later.
STREAMS = {
    "TERMINATION": 1,
    "CAUSE": 2,
    "LEAVING_DATE": 3,
    "HIRE_LEVEL": 4,
    "HIRE_AGE": 5,
    "BIRTHDAY": 6,
    "HIRE_DATE": 7,
    "HIRE_DEPARTMENT": 8,
    "HIRE_PAY": 9,
    "HIRE_TERMINATION": 10,
    "HIRE_LEAVING_DATE": 11,
    "PROMOTION": 12,
    "PROMOTION_DATE": 13,
    "PROMOTION_INCREASE": 14,
    "RATING": 15,
    "MERIT_DATE": 16,
    "EXCLUDED": 17,
    "ELECTION": 18,
    "ELECTION_DATE": 19,
    "RESERVED": 20,
    "MATCH_SEEKING": 21,
    "OPT_OUT": 22,
    "CONVERSION": 23,
    "CONVERSION_DATE": 24,
    "STOP": 25,
    "CHANGE": 26,
    "CHANGE_DIRECTION": 27,
    "CHANGE_OR_STOP_DATE": 28,
    "DECLINES_ESCALATION": 29,
    "IMPUTED_BIRTH": 30,
    "HIRE_PART_TIME": 31,
    "MATCH_RESPONSE": 32,
    "OPENING_PARTICIPATION": 33,
    "IMPUTED_BIRTHDAY": 34,
}


def key_of(employee_id: str) -> int:
    if employee_id.startswith("NH-"):
        _, year, ordinal = employee_id.split("-")
        return draws.hire_key(int(year), int(ordinal))
    return draws.census_key(employee_id)


def uints(*numbers: int) -> draws.Keys:
    return np.array(numbers, dtype=np.uint64)


def test_the_mixer_is_splitmix64() -> None:
    """The first is the published first output of SplitMix64 from state 0; the second follows from its definition."""
    assert draws.mix(draws.G) == 0xE220A8397B1DCDAF
    assert draws.mix(1) == 0x5692161D100B05E5
    assert draws.mix(0) == 0


def test_the_second_and_third_outputs_of_splitmix64() -> None:
    """Published outputs of SplitMix64 from state 0: the state steps by G."""
    states = [n * draws.G % 2**64 for n in (2, 3)]

    assert [draws.mix(state) for state in states] == [0x6E789E6AA1B965F4, 0x06C45D188009454F]


@pytest.mark.parametrize(
    ("text", "hashed"),
    [
        ("", 0xCBF29CE484222325),
        ("a", 0xAF63DC4C8601EC8C),
        ("foobar", 0x85944171F73967E8),
        ("E-0001", 0x5DA8581602D7ABB4),
    ],
)
def test_fnv1a_gives_published_values(text: str, hashed: int) -> None:
    assert draws.fnv1a(text) == hashed


def test_a_census_key_is_the_mixed_hash_with_the_top_bit_set() -> None:
    assert draws.mix(draws.fnv1a("E-0001")) | 2**63 == 0xF2224B54173DFD34
    assert draws.census_key("E-0001") == 0xF2224B54173DFD34


@pytest.mark.parametrize(("employee_id", "seed", "replicate", "year", "stream", "bits", "u"), GOLDEN)
def test_golden_draws(employee_id: str, seed: int, replicate: int, year: int, stream: int, bits: int, u: float) -> None:
    key = key_of(employee_id)
    k = draws.decision(seed, year, stream)
    person = draws.person_number(seed, replicate, key)

    assert draws.bits(person, k) == bits
    assert draws.uniform(person, k) == u
    assert draws.uniforms(draws.person_numbers(seed, replicate, uints(key)), k).tolist() == [u]


@given(st.lists(KEYS, max_size=20), SEEDS, st.integers(0, 10**6), st.integers(0, 2200), st.integers(0, 200))
def test_arrays_equal_their_scalar_twins(keys: list[int], seed: int, replicate: int, year: int, stream: int) -> None:
    k = draws.decision(seed, year, stream)
    persons = draws.person_numbers(seed, replicate, uints(*keys))

    assert persons.tolist() == [draws.person_number(seed, replicate, key) for key in keys]
    assert draws.uniforms(persons, k).tolist() == [draws.uniform(p, k) for p in persons.tolist()]


def test_arrays_longer_than_a_block_equal_their_scalar_twins() -> None:
    keys = np.arange(100_001, dtype=np.uint64) * np.uint64(0xDEADBEEFCAFEF00D)
    persons = draws.person_numbers(7, 3, keys)
    u = draws.uniforms(persons, 99)

    assert len(u) == len(keys)
    for row in [0, 1, 2**15 - 1, 2**15, 2**15 + 1, 2**16, 98_304, 100_000]:
        assert persons[row] == draws.person_number(7, 3, int(keys[row]))
        assert u[row] == draws.uniform(int(persons[row]), 99)


def test_a_draw_depends_on_nobody_else() -> None:
    keys = np.arange(1, 70_000, dtype=np.uint64)
    whole = draws.person_numbers(42, 0, keys)
    order = np.random.default_rng(1).permutation(len(keys))

    assert np.array_equal(draws.person_numbers(42, 0, keys[order]), whole[order])
    assert np.array_equal(draws.person_numbers(42, 0, keys[60_000:]), whole[60_000:])


def test_arguments_are_left_alone() -> None:
    keys = uints(1, 2, 2**64 - 1)
    draws.uniforms(keys, 5)
    draws.person_numbers(42, 0, keys)

    assert keys.tolist() == [1, 2, 2**64 - 1]


@given(KEYS, KEYS)
def test_a_draw_is_at_least_0_and_below_1(person: int, k: int) -> None:
    assert 0 <= draws.uniform(person, k) < 1


def test_the_largest_draw_is_below_1(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draws, "mix", lambda _: 2**64 - 1)

    assert draws.uniform(1, 1) == 1 - 2**-53


@given(st.lists(IDS, max_size=12))
def test_census_keys_equal_their_scalar_twin(employee_ids: list[str]) -> None:
    series = pl.Series("employee_id", employee_ids, dtype=pl.String)

    assert draws.census_keys(series).tolist() == [draws.census_key(text) for text in employee_ids]


@pytest.mark.parametrize("text", ["", "Zoë 7", "社員-42", "🙂", "e\u0301", "\u00e9", "x" * 5000, "\x00"])
def test_census_keys_take_any_text(text: str) -> None:
    assert draws.census_keys(pl.Series([text, "E-0001"])).tolist() == [draws.census_key(text), 0xF2224B54173DFD34]


def test_census_keys_of_a_sliced_and_of_a_chunked_series() -> None:
    ids = pl.Series([f"E-{n}" for n in range(100)])
    keys = draws.census_keys(ids)
    chunked = pl.concat([ids[:40], ids[40:]], rechunk=False)

    assert np.array_equal(draws.census_keys(ids[37:59]), keys[37:59])
    assert chunked.n_chunks() == 2
    assert np.array_equal(draws.census_keys(chunked), keys)


def test_canonically_equal_texts_are_different_people() -> None:
    """The key is of the bytes: an accent typed as one character or as two is not the same id."""
    assert draws.census_key("e\u0301") != draws.census_key("\u00e9")


def test_hires_have_their_own_keys() -> None:
    assert draws.hire_key(2027, 3) == 2027 * 2**32 + 3
    assert draws.hire_id(2027, 3) == "NH-2027-000003"
    assert draws.hire_id(2027, 1_234_567) == "NH-2027-1234567"
    assert draws.hire_key(2200, 2**32 - 1) < 2**63 <= draws.census_key("NH-2027-000003")


def test_streams_keep_their_numbers() -> None:
    named = {name: stream.value for name, stream in Stream.__members__.items()}

    assert {name: named.get(name) for name in STREAMS} == STREAMS


def test_streams_are_unique() -> None:
    """An alias would be the same decision twice: ``__members__`` counts it, iteration does not."""
    assert len(Stream.__members__) == len(list(Stream)) == len({stream.value for stream in Stream})
    assert all(60 <= stream < 80 for stream in Stream if stream.name.startswith("SYNTHETIC"))


@pytest.mark.parametrize(("x", "index"), [(0, 0), (249_999, 0), (250_000, 1), (999_999, 3), (600_000, 3), (599_999, 1)])
def test_a_category_holds_from_the_bound_before_it(x: int, index: int) -> None:
    """Shares of 25%, 35%, nothing and 40 %."""
    assert draws.category(x, [250_000, 600_000, 600_000, 1_000_000]) == index
