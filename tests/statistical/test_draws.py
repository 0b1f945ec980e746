"""Draws behave as independent uniforms, and the checks that say so would see a worse mixer.

Every case is fixed, so a check passes always or never. A statistic is scaled to be about standard normal; bounds
leave room for the largest of the thousands looked at here and for nothing more. The second half of the page runs the
same checks on mixers with known faults.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from workforce_sim import draws
from workforce_sim.draws import G, Keys, Stream

Floats = NDArray[np.float64]
Draw = Callable[[Keys, int, int, int, int], Floats]
"""A draw per key, for a seed, a replicate, a year and a stream."""

N = 100_000
STREAMS = [stream.value for stream in Stream]
YEARS = range(2025, 2035)
KEYS = {
    "hires of a year": np.uint64(2025 << 32) + np.arange(1, N + 1, dtype=np.uint64),
    "sequential": np.arange(N, dtype=np.uint64),
    "strided": np.arange(N, dtype=np.uint64) * np.uint64(1_000_007),
    "high bits only": np.arange(N, dtype=np.uint64) << np.uint64(40),
    "first hires of 100,000 years": (np.arange(N, dtype=np.uint64) << np.uint64(32)) + np.uint64(1),
    "census": np.array([draws.census_key(f"E-{n:06d}") for n in range(20_000)], dtype=np.uint64),
}


def keyed(keys: Keys, seed: int, replicate: int, year: int, stream: int) -> Floats:
    return draws.uniforms(draws.person_numbers(seed, replicate, keys), draws.decision(seed, year, stream))


# --- statistics -------------------------------------------------------------------------------------------------------


def chi_square(cells: NDArray[np.int64], count: int) -> float:
    """Return how far counts by cell are from even, in standard deviations; a large negative value is too even."""
    observed = np.bincount(cells, minlength=count)
    expected = len(cells) / count
    return float((((observed - expected) ** 2).sum() / expected - (count - 1)) / np.sqrt(2 * (count - 1)))


def kolmogorov_smirnov(u: Floats) -> float:
    """Return sqrt(n) times the largest gap between observed and uniform distribution: 0.4 to 2.2 but once in 10,000."""
    ranked = np.sort(u)
    steps = np.arange(len(u) + 1) / len(u)
    return float(np.sqrt(len(u)) * max((ranked - steps[:-1]).max(), (steps[1:] - ranked).max()))


def correlations(a: Floats, b: Floats) -> Floats:
    """Return the correlations of all rows of ``a`` with all rows of ``b``, in standard deviations, when independent."""
    scaled = [(x - 0.5) * np.sqrt(12) for x in (a, b)]
    return scaled[0] @ scaled[1].T / np.sqrt(a.shape[1])


def pairs(rows: Floats) -> Floats:
    """Return each pair of different rows once."""
    z = correlations(rows, rows)
    return z[np.triu_indices(len(z), 1)]


def joint(a: Floats, b: Floats) -> float:
    """Return how far two draws are from filling 20 x 20 cells evenly."""
    return chi_square((a * 20).astype(np.int64) * 20 + (b * 20).astype(np.int64), 400)


# --- checks: each returns its worst statistic, to stay below WORST ----------------------------------------------------

WORST = 5.0


def uniformity(draw: Draw) -> float:
    """Chi-square over 1,000 bins of the top, and over 1,024 of the lowest bits."""
    found = []
    for keys in KEYS.values():
        for stream in (1, 12, 68):
            u = draw(keys, 42, 0, 2025, stream)
            lowest = (u * 2.0**53).astype(np.int64) % 1024
            found += [chi_square((u * 1000).astype(np.int64), 1000), chi_square(lowest, 1024)]
    return float(np.abs(found).max())


def distribution(draw: Draw) -> float:
    """Kolmogorov-Smirnov, turned so that both too far from uniform and too close to it are large."""
    found = [
        kolmogorov_smirnov(draw(keys, 42, 0, y, s)) for keys in KEYS.values() for y in (2025, 2034) for s in (1, 9)
    ]
    return float(max(max(found) * WORST / 2.3, 0.3 * WORST / min(found)))


def duplicates(draw: Draw) -> float:
    """Equal draws for different keys, years, streams, seeds and replicates: none among 53 bits."""
    keys = KEYS["sequential"][:500]
    cases = [
        (seed, rep, year, s) for seed in (0, 1, 42, 43) for rep in (0, 1, 2) for year in YEARS for s in STREAMS[:8]
    ]
    u = np.concatenate([draw(keys, *case) for case in cases])
    return float(len(u) - len(np.unique(u)))


def streams_and_years(draw: Draw) -> float:
    """Correlations of every pair of stream and year for the same people."""
    keys = KEYS["hires of a year"][:40_000]
    return float(np.abs(pairs(np.stack([draw(keys, 42, 0, year, s) for year in YEARS for s in STREAMS[:12]]))).max())


def all_streams(draw: Draw) -> float:
    """Correlations of every pair of streams within a year."""
    return float(np.abs(pairs(np.stack([draw(KEYS["census"], 42, 0, 2025, stream) for stream in STREAMS]))).max())


def neighbours(draw: Draw) -> float:
    """Correlations of a key's draws with those of the keys 1 to 4 places on, same and other streams and years."""
    found = []
    for name in ("sequential", "strided", "high bits only", "census"):
        keys = KEYS[name][:20_000]
        rows = np.stack([draw(keys, 42, 0, year, stream) for year in (2025, 2026, 2027) for stream in STREAMS[:6]])
        found += [np.abs(correlations(rows[:, :-lag], rows[:, lag:])).max() for lag in (1, 2, 3, 4)]
    return float(max(found))


def seeds_and_replicates(draw: Draw) -> float:
    """Correlations between seeds and replicates, near ones and far ones, for the same decision."""
    keys = KEYS["census"]
    seeds = [0, 1, 2, 3, 42, 43, 2**32, 2**32 + 1, 2**63 - 1]
    rows = [draw(keys, seed, replicate, 2025, 1) for seed in seeds for replicate in (0, 1, 2, 3, 1000)]
    return float(np.abs(pairs(np.stack(rows))).max())


def joint_cells(draw: Draw) -> float:
    """Two draws of one person, or one draw of two neighbours, fill 20 x 20 cells evenly."""
    found = []
    for keys in KEYS.values():
        first = draw(keys, 42, 0, 2025, 1)
        others = [
            draw(keys, 42, 0, 2026, 1),
            draw(keys, 42, 0, 2025, 2),
            draw(keys, 42, 1, 2025, 1),
            draw(keys, 43, 0, 2025, 1),
        ]
        found += [joint(first, other) for other in others] + [joint(first[:-1], first[1:])]
    return float(np.abs(found).max())


def rare_together(draw: Draw) -> float:
    """Leaving at 1% in both of two years happens to 100 in a million, for each pair of years."""
    keys = np.uint64(2025 << 32) + np.arange(1, 1_000_001, dtype=np.uint64)
    rare = np.stack([draw(keys, 42, 0, year, 1) < 0.01 for year in YEARS]).astype(np.float64)
    together = (rare @ rare.T)[np.triu_indices(len(rare), 1)]
    return float(np.abs((together - 100) / np.sqrt(100)).max())


CHECKS = [
    uniformity,
    distribution,
    duplicates,
    streams_and_years,
    all_streams,
    neighbours,
    seeds_and_replicates,
    joint_cells,
    rare_together,
]


@pytest.mark.parametrize("check", CHECKS)
def test_draws_pass(check: Callable[[Draw], float]) -> None:
    assert check(keyed) < WORST


def test_correlations_spread_as_independent_ones_do() -> None:
    """Besides the largest: the whole set of pairs has mean 0 and standard deviation 1."""
    z = pairs(np.stack([keyed(KEYS["census"], 42, 0, year, stream) for year in YEARS for stream in STREAMS[:12]]))

    assert len(z) == 7140
    assert abs(z.mean()) < 4 / np.sqrt(len(z))
    assert abs(z.std() - 1) < 4 / np.sqrt(2 * len(z))


# --- avalanche --------------------------------------------------------------------------------------------------------

Bits = Callable[[int, int, int, int, int], int]
"""The 64 bits of one draw, for a key, a seed, a replicate, a year and a stream."""
SAMPLES = 1500


def keyed_bits(key: int, seed: int, replicate: int, year: int, stream: int) -> int:
    return draws.bits(draws.person_number(seed, replicate, key), draws.decision(seed, year, stream))


@dataclass(frozen=True)
class Avalanche:
    """What flipping one input bit does to the output, over all input bits and many samples."""

    means: Floats  # output bits changed, by input bit: 32 of 64
    cells: Floats  # share of changes, by input bit and output bit: a half


def avalanche(of: Bits, argument: int, width: int) -> Avalanche:
    """Flip each of the ``width`` lowest bits of one argument, one at a time."""
    rng = np.random.default_rng(2025)
    changed = np.zeros((width, 64))
    for _ in range(SAMPLES):
        seed = int(rng.integers(0, 2**63))
        key = int(rng.integers(0, 2**64, dtype=np.uint64))
        inputs = [key, seed, int(rng.integers(0, 1000)), int(rng.integers(2000, 2100)), int(rng.integers(1, 69))]
        before = of(*inputs)
        flipped = [
            of(*(value ^ 1 << bit if place == argument else value for place, value in enumerate(inputs)))
            for bit in range(width)
        ]
        difference = np.array([after ^ before for after in flipped], dtype=np.uint64)
        changed += (difference[:, None] >> np.arange(64, dtype=np.uint64)) & np.uint64(1)
    return Avalanche(means=changed.sum(axis=1) / SAMPLES, cells=changed / SAMPLES)


def spread(found: Avalanche) -> float:
    """Return the worst of the means and the cells, in standard deviations."""
    means = np.abs(found.means - 32).max() / (4 / np.sqrt(SAMPLES))
    return float(max(means, np.abs(found.cells - 0.5).max() / (0.5 / np.sqrt(SAMPLES))))


@pytest.mark.parametrize(
    ("argument", "width"),
    [
        pytest.param(0, 64, id="key"),
        pytest.param(1, 63, id="seed"),
        pytest.param(2, 10, id="replicate"),
        pytest.param(3, 11, id="year"),
        pytest.param(4, 7, id="stream"),
    ],
)
def test_one_input_bit_changes_each_output_bit_half_the_time(argument: int, width: int) -> None:
    assert spread(avalanche(keyed_bits, argument, width)) < WORST


# --- the same checks see worse mixers ---------------------------------------------------------------------------------


def mixed(z: Keys) -> Keys:
    """Return the finaliser alone, of whole arrays."""
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def as_uniforms(z: Keys) -> Floats:
    return (z >> np.uint64(11)).astype(np.float64) * 2.0**-53


def added_before_one_mix(keys: Keys, seed: int, replicate: int, year: int, stream: int) -> Floats:
    """The parts are summed, then mixed once: the neighbour's next year is one's own this year."""
    return as_uniforms(mixed(keys + np.uint64((seed + replicate + year + stream) % 2**64)))


def key_not_mixed(keys: Keys, seed: int, replicate: int, year: int, stream: int) -> Floats:
    """Seed, year and stream step the same sequence on by G, as the keys do."""
    return as_uniforms(mixed((keys + np.uint64(seed + replicate + year + stream)) * np.uint64(G)))


def rotated(keys: Keys, seed: int, replicate: int, year: int, stream: int) -> Floats:
    """The decision is added after the mix: draws of all years are one draw, turned on a circle."""
    return as_uniforms(mixed(keys * np.uint64(G)) + np.uint64((seed + replicate + year + stream) * 2**44 % 2**64))


def never_mixed(keys: Keys, seed: int, replicate: int, year: int, stream: int) -> Floats:
    """A lattice: far more even than chance."""
    return as_uniforms(keys * np.uint64(G) + np.uint64(draws.decision(seed + replicate, year, stream)))


def replicate_added_to_seed(keys: Keys, seed: int, replicate: int, year: int, stream: int) -> Floats:
    """Replicate 1 of seed 42 is replicate 0 of seed 43."""
    return keyed(keys, seed + replicate, 0, year, stream)


def stream_ignored(keys: Keys, seed: int, replicate: int, year: int, stream: int) -> Floats:
    return keyed(keys, seed, replicate, year, 0 * stream)


def top_half_of_the_key(keys: Keys, seed: int, replicate: int, year: int, stream: int) -> Floats:
    """Only 32 bits of the key count."""
    return keyed(keys >> np.uint64(32), seed, replicate, year, stream)


@pytest.mark.parametrize(
    ("check", "draw"),
    [
        (duplicates, added_before_one_mix),
        (neighbours, added_before_one_mix),
        (duplicates, key_not_mixed),
        (neighbours, key_not_mixed),
        (streams_and_years, rotated),
        (all_streams, rotated),
        (rare_together, rotated),
        (uniformity, never_mixed),
        (distribution, never_mixed),
        (joint_cells, never_mixed),
        (seeds_and_replicates, replicate_added_to_seed),
        (duplicates, replicate_added_to_seed),
        (all_streams, stream_ignored),
        (uniformity, top_half_of_the_key),
    ],
)
def test_a_worse_mixer_fails(check: Callable[[Draw], float], draw: Draw) -> None:
    assert check(draw) > 2 * WORST


def one_multiplication(key: int, seed: int, replicate: int, year: int, stream: int) -> int:
    z = key + seed + replicate + year + stream & 2**64 - 1
    return (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & 2**64 - 1


def year_added_last(key: int, seed: int, replicate: int, year: int, stream: int) -> int:
    return draws.person_number(seed, replicate, key) + (year << 40) + stream & 2**64 - 1


@pytest.mark.parametrize(("of", "argument", "width"), [(one_multiplication, 0, 64), (year_added_last, 3, 11)])
def test_a_worse_mixer_fails_the_avalanche(of: Bits, argument: int, width: int) -> None:
    assert spread(avalanche(of, argument, width)) > 2 * WORST
