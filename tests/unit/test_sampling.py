"""Exact choices: all groups at once as each alone, and in nearly equal batches as many for each worker."""

from __future__ import annotations

from functools import partial
from threading import Event
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workforce_sim import SimulationError
from workforce_sim.dates import Flags
from workforce_sim.engine import sampling
from workforce_sim.engine.columns import reached
from workforce_sim.engine.partitions import in_turn
from workforce_sim.engine.sampling import Groups, ranking, scaled_risks, smallest
from workforce_sim.ensembles.batch import batches, rows_of
from workforce_sim.money import PPM

GROUPS = st.lists(
    st.lists(st.tuples(st.sampled_from([0, 1, 5, 10**6, 10**15]), st.sampled_from([0.0, 0.25, 0.5, 0.75])), max_size=9),
    min_size=1,
    max_size=6,
)


@given(GROUPS, st.data())
def test_groups_are_chosen_as_each_would_be_alone(groups: list[list[tuple[int, float]]], data: st.DataObject) -> None:
    sizes = [len(group) for group in groups]
    counts = [data.draw(st.integers(0, sum(weight > 0 for weight, _ in group))) for group in groups]
    rows = [row for group in groups for row in group]
    weights, u = np.array([w for w, _ in rows], dtype=np.int64), np.array([u for _, u in rows], dtype=np.float64)
    keys = np.array(data.draw(st.permutations(range(len(rows)))), dtype=np.uint64)
    ends = np.cumsum(sizes)
    alone: list[Flags] = []
    for count, end, size in zip(counts, ends, sizes, strict=True):
        part = slice(end - size, end)
        order = ranking(scaled_risks(weights[part], count * PPM), u[part])
        alone.append(smallest(order, keys[part], count, "promotions"))

    together = Groups(sizes, counts).chosen(weights, u, keys, "promotions")

    assert together.tolist() == np.concatenate(alone).tolist()
    assert [int(part.sum()) for part in np.split(together, ends[:-1])] == counts


ORDERS = st.lists(
    st.sampled_from([-1.0, 0.0, 0.5, 1.5, 2.0, 2.5, 7.0, np.inf]) | st.floats(0, 9), min_size=1, max_size=30
)


@given(ORDERS, st.data())
def test_the_smallest_are_chosen_ties_by_key(order: list[float], data: st.DataObject) -> None:
    count = data.draw(st.integers(0, sum(value < np.inf for value in order)))
    keys = data.draw(st.permutations(range(len(order))))
    expected = sorted(range(len(order)), key=lambda at: (order[at], keys[at]))[:count]

    with patch.object(sampling, "_MANY", data.draw(st.sampled_from([0, sampling._MANY]))):
        chosen = smallest(np.array(order), np.array(keys, dtype=np.uint64), count, "terminations")

    assert np.flatnonzero(chosen).tolist() == sorted(expected)


@given(st.lists(st.integers(-5, 60), max_size=20).map(sorted), st.lists(st.integers(-9, 70) | st.floats(-9, 70)))
def test_few_edges_are_counted_as_many_are(edges: list[int], values: list[float]) -> None:
    found = reached(np.array(edges, dtype=np.int64), np.array(values, dtype=np.float64))

    assert found.tolist() == [sum(edge <= value for edge in edges) for value in values]


def test_a_group_with_too_few_people_is_an_error_that_says_how_many() -> None:
    weights, u, keys = np.array([1, 1, 1, 0]), np.full(4, 0.5), np.arange(4, dtype=np.uint64)
    told = "terminations: 2 must be chosen but only 1 have a risk above 0; lower the rate or widen the factors"
    with pytest.raises(SimulationError, match=told):
        Groups([2, 2], [1, 2]).chosen(weights, u, keys, "terminations")


@given(st.integers(0, 200), st.integers(1, 400_000), st.integers(1, 9))
def test_every_replicate_is_in_one_batch_and_every_worker_gets_as_many(count: int, staff: int, workers: int) -> None:
    found = batches(range(count), staff, workers)
    sizes = [len(part) for part in found]

    assert [number for part in found for number in part] == list(range(count))
    assert all(size == 1 or size * staff <= rows_of(workers) for size in sizes)
    assert max(sizes, default=0) - min(sizes, default=0) <= 1
    assert len(found) in (count, *range(0, count, workers))


@pytest.mark.parametrize(("workers", "rows"), [(1, 450_000), (2, 450_000), (3, 300_000), (64, 300_000)])
def test_many_workers_have_smaller_batches_as_they_share_the_memory(workers: int, rows: int) -> None:
    assert rows_of(workers) == rows


def test_work_is_done_in_turn_and_not_after_an_error() -> None:
    done: list[int] = []
    held = Event()

    def fails() -> None:
        held.wait()
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space left"), in_turn(3) as put:  # noqa: PT012 - where it comes is what is tested
        put(lambda: done.append(1))
        put(fails)
        put(lambda: done.append(2))
        held.set()
    assert done == [1]

    with in_turn(1) as put:
        for number in range(20):
            put(partial(done.append, number))
    assert done == [1, *range(20)]
