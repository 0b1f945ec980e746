"""Shards put together are what one machine gives."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests import support
from workforce_sim import LedgerError, RequestError, simulate_ensemble, synthetic_census
from workforce_sim.cli import ensemble_commands
from workforce_sim.cli.main import main
from workforce_sim.ensembles import spread
from workforce_sim.ensembles.merging import merge, shard

CONFIG = support.configured(2025, 2026)
CENSUS = synthetic_census(60)
FILES = ("replicates.parquet", "bands.parquet", "bands.json")


def shards(folder: Path, parts: int, replicates: int = 11) -> list[Path]:
    found = []
    for part in range(1, parts + 1):
        found.append(folder / f"shard-{part}")
        simulate_ensemble(CONFIG, census=CENSUS, replicates=shard(replicates, part, parts), out=found[-1])
    return found


@pytest.mark.parametrize("parts", [1, 2, 3, 11])
def test_shards_hold_every_replicate_once(parts: int) -> None:
    numbers = [r for part in range(1, parts + 1) for r in shard(11, part, parts)]
    assert sorted(numbers) == list(range(11))


@pytest.mark.parametrize(("part", "parts"), [(0, 2), (3, 2), (1, 12), (1, 0)])
def test_a_shard_that_is_none_is_refused(part: int, parts: int) -> None:
    with pytest.raises(RequestError, match=f"^shard {part}/{parts}: expected I/N"):
        shard(11, part, parts)


def test_merged_shards_are_the_whole_byte_for_byte(tmp_path: Path) -> None:
    whole = simulate_ensemble(CONFIG, census=CENSUS, replicates=11, out=tmp_path / "whole")
    found = merge(shards(tmp_path, 3), tmp_path / "merged")
    assert found.replicates.equals(whole.replicates)
    assert found.bands.equals(whole.bands)
    for name in FILES:
        assert (tmp_path / "merged" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_a_merge_that_is_made_again_gives_the_same(tmp_path: Path) -> None:
    folders = shards(tmp_path, 2)
    first = merge(folders, tmp_path / "merged")
    assert merge(reversed(folders), tmp_path / "merged").replicates.equals(first.replicates)


def test_what_does_not_belong_together_is_refused(tmp_path: Path) -> None:
    one, two = shards(tmp_path, 2)
    simulate_ensemble(CONFIG, census=synthetic_census(61), replicates=2, out=tmp_path / "other")
    with pytest.raises(LedgerError, match=r"other: holds a different ensemble than .*shard-1\n  census: "):
        merge([one, tmp_path / "other"], tmp_path / "merged")
    simulate_ensemble(CONFIG, census=CENSUS, replicates=3, out=tmp_path / "first")
    with pytest.raises(LedgerError, match=r"^3 simulations are in more than one shard"):
        merge([one, two, tmp_path / "first"], tmp_path / "merged")
    with pytest.raises(LedgerError, match=r"ensemble\.json: missing"):
        merge([one, tmp_path], tmp_path / "merged")
    with pytest.raises(RequestError, match=r"^merge: expected at least one folder"):
        merge([], tmp_path / "merged")
    assert not (tmp_path / "merged").exists()


def test_a_shard_that_is_missing_or_not_finished_is_refused(tmp_path: Path) -> None:
    one, two, three = shards(tmp_path, 3)
    with pytest.raises(LedgerError, match=r"^3 of 11 simulations are missing \(first: 2\); add a shard"):
        merge([one, two], tmp_path / "merged")
    (three / "replicates.parquet").unlink()
    with pytest.raises(LedgerError, match="shard-3: is not finished; run its command again"):
        merge([one, two, three], tmp_path / "merged")
    simulate_ensemble(CONFIG, census=CENSUS, replicates=shard(11, 3, 3), out=three)
    assert merge([one, two, three], tmp_path / "merged").count == 11


def test_a_merge_holds_what_each_ensemble_ended_with(tmp_path: Path) -> None:
    simulate_ensemble(CONFIG, census=CENSUS, replicates=9, out=tmp_path / "one")
    simulate_ensemble(CONFIG, census=CENSUS, replicates=4, out=tmp_path / "one")
    assert merge([tmp_path / "one"], tmp_path / "merged").count == 4


def test_a_damaged_shard_is_refused(tmp_path: Path) -> None:
    one, two = shards(tmp_path, 2)
    table = two / "batch=000001" / "summary.parquet"
    table.write_bytes(table.read_bytes()[:-1])
    with pytest.raises(LedgerError, match="shard-2/batch=000001: was changed since it was written"):
        merge([one, two], tmp_path / "merged")


def test_the_command_simulates_shards_and_merges_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "c.yaml"
    years = "simulation: {start_year: 2025, end_year: 2025, target_growth_rate: 0.03}"
    file.write_text(f"{years}\nworkforce: {{total_termination_rate: 0.1}}\nrandom_seed: 1\ncensus: {{size: 40}}\n")
    shards = [str(tmp_path / f"shard-{part}") for part in (1, 2)]
    for part, folder in enumerate(shards, start=1):
        asked = ["ensemble", str(file), "--replicates", "5", "--shard", f"{part}/2", "--out", folder]
        assert main(asked) == 0
    assert main(["ensemble", str(file), "--replicates", "5", "--out", str(tmp_path / "whole")]) == 0
    whole = capsys.readouterr().out.rpartition("5 simulations, 2025")[2]
    assert main(["ensemble", "merge", *shards, "--out", str(tmp_path / "merged")]) == 0
    out, err = capsys.readouterr()
    assert (out.removeprefix("5 simulations, 2025"), err) == (whole, f"written to {tmp_path / 'merged'}\n")


def test_the_command_knows_the_sources_of_spread(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ensemble_commands.SOURCES == spread.SOURCES
    file = tmp_path / "c.yaml"
    years = "simulation: {start_year: 2025, end_year: 2025, target_growth_rate: 0.03}"
    file.write_text(f"{years}\nworkforce: {{total_termination_rate: 0.1}}\nrandom_seed: 1\ncensus: {{size: 40}}\n")
    assert main(["ensemble", str(file), "--replicates", "3", "--spread", "year", "--json"]) == 0
    still = json.loads(capsys.readouterr().out)["bands"]
    assert {row["mean_error"] for row in still if row["measure"] == "payroll_cents"} == {0.0}


def test_folders_without_merge_or_out_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    more = ["--out", "all", "--until", "net_employer_cost=1%"]
    for arguments in (["c.yaml", "shard-1"], ["merge", "shard-1"], ["merge"], ["merge", "shard-1", *more]):
        assert main(["ensemble", *arguments]) == 1
        line = "expected one CONFIG, or: workforce-sim ensemble merge SHARD... --out DIR, and no more options\n"
        assert capsys.readouterr() == ("", line)
