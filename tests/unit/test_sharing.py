"""Pseudonyms that only the key can make, CSV that no spreadsheet runs, totals that give no small cell away."""

from __future__ import annotations

import csv
import datetime as dt
import logging
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workforce_sim import (
    RequestError,
    Result,
    export_csv,
    pseudonyms,
    read_run,
    replay,
    simulate,
    summary_by,
    suppress_small,
    verify_run,
)
from workforce_sim.share.csv_files import FORMULA, neutral
from workforce_sim.share.pseudonyms import with_pseudonyms

SECRET = "a secret of twenty-six by."
CONFIG: dict[str, Any] = {
    "simulation": {"start_year": 2025, "end_year": 2027, "target_growth_rate": 0.03},
    "workforce": {"total_termination_rate": 0.12},
    "census": {"size": 120},
    "random_seed": 42,
}


@pytest.fixture(scope="module")
def run() -> Result:
    return simulate(CONFIG)


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("SHARING_KEY", SECRET)
    return "SHARING_KEY"


# --- pseudonyms -------------------------------------------------------------------------------------------------------


def test_a_pseudonym_is_the_published_hash(tmp_path: Path) -> None:
    """RFC 4231, test case 1: HMAC-SHA256 of "Hi There" with 20 bytes 0x0b."""
    (tmp_path / "key").write_bytes(b"\x0b" * 20)
    frame = pseudonyms(pl.DataFrame({"employee_id": ["Hi There"]}), tmp_path / "key")

    assert frame["employee_id"].to_list() == ["P-b0344c61d8db38535ca8afceaf0bf12b"]


def test_the_key_is_the_same_from_a_file_and_the_environment(tmp_path: Path, key: str) -> None:
    frame = pl.DataFrame({"employee_id": ["A-1", "A-2"], "x": [1, 2]})
    for end in ("", "\n", "\r\n"):
        (tmp_path / "key").write_bytes((SECRET + end).encode())
        assert pseudonyms(frame, tmp_path / "key").equals(pseudonyms(frame, key))


def test_pseudonyms_are_the_same_in_every_table_and_run(run: Result, key: str) -> None:
    shared = pseudonyms(run, key)
    other = pseudonyms(simulate(CONFIG, seed=7, census=None), key)
    assert set(shared.events["employee_id"]) <= set(shared.snapshots["employee_id"])
    assert shared.opening is not None
    assert set(shared.opening["employee_id"]) <= set(shared.snapshots["employee_id"])

    named = dict(zip(run.snapshots["employee_id"], _of(run.snapshots["employee_id"], key), strict=True))
    assert len(set(named.values())) == len(named)
    assert set(named.values()) == set(shared.snapshots["employee_id"])
    assert _of(pl.Series(["NH-2025-000001"]), key)[0] in set(other.snapshots["employee_id"])
    for name in ("E-", "NH-"):
        assert not any(text.startswith(name) for text in shared.snapshots["employee_id"])


def _of(ids: pl.Series, key: str) -> list[str]:
    """Return the pseudonym of each id, one at a time."""
    return [pseudonyms(pl.DataFrame({"employee_id": [text]}), key)["employee_id"][0] for text in ids]


def test_nothing_but_ids_and_order_changes(run: Result, key: str) -> None:
    shared = pseudonyms(run, key)
    ids = run.snapshots["employee_id"].unique()
    back = dict(zip(_of(ids, key), ids, strict=True))
    for name in ("events", "snapshots"):
        known, found = getattr(run, name), getattr(shared, name)
        again = found.with_columns(pl.col("employee_id").replace_strict(back))
        assert again.columns == known.columns
        assert again.sort(pl.all()).equals(known.sort(pl.all()))
    assert shared.summary.equals(run.summary)
    assert summary_by(shared, "department").equals(summary_by(run, "department"))


def test_the_order_of_rows_does_not_tell_the_ids(run: Result, key: str, tmp_path: Path) -> None:
    """Tables on disk stand in the order of keys that anybody can compute from ids; shared ones must not."""
    stored = read_run(run.write(tmp_path / "run"))
    for frame in (pseudonyms(stored.snapshots, key), pseudonyms(stored, key).snapshots):
        of_year = frame.filter(year=2026)["employee_id"].to_list()
        assert of_year == sorted(of_year)


def test_a_shared_run_keeps_the_laws(run: Result, key: str, tmp_path: Path) -> None:
    stored = read_run(simulate(CONFIG, replicate=2, out=tmp_path / "own").folder or "")
    path = pseudonyms(stored, key).write(tmp_path / "shared")
    first = read_run(path)

    assert verify_run(path)
    assert first.summary["replicate"].unique().to_list() == [2]
    assert first.opening is not None
    assert replay(first.opening.with_columns(replicate=pl.lit(2)), first.events.filter(year=2025)).height > 0
    assert SECRET.encode() not in b"".join(file.read_bytes() for file in path.rglob("*") if file.is_file())
    assert b"E-0000" not in b"".join(file.read_bytes() for file in path.rglob("*") if file.is_file())


@given(st.lists(st.text(max_size=12), unique=True, max_size=40), st.binary(min_size=16, max_size=64))
def test_different_ids_get_different_pseudonyms_and_the_same_one_again(ids: list[str], secret: bytes) -> None:
    frame = pl.DataFrame(
        {"employee_id": ids * 2, "row": list(range(len(ids))) * 2}, schema={"employee_id": pl.String, "row": pl.Int64}
    )
    found = with_pseudonyms(frame, secret)

    assert found["employee_id"].n_unique() == len(ids)
    assert found.group_by("row").agg(pl.col("employee_id").n_unique())["employee_id"].to_list() == [1] * len(ids)
    assert found.filter(~pl.col("employee_id").str.contains(r"^P-[0-9a-f]{32}$")).is_empty()


def test_another_key_gives_other_pseudonyms() -> None:
    frame = pl.DataFrame({"employee_id": [str(i) for i in range(100)]})
    one, other = (set(with_pseudonyms(frame, secret)["employee_id"]) for secret in (b"x" * 16, b"y" * 16))

    assert not one & other


def test_ids_may_be_numbers_or_missing(key: str) -> None:
    numbers = pseudonyms(pl.DataFrame({"employee_id": [17, None]}), key)["employee_id"].to_list()

    assert numbers == [None, *_of(pl.Series(["17"]), key)]


@pytest.mark.parametrize("secret", ["", "s3cr3t!", "x" * 15, "x" * 15 + "\n"])
def test_a_short_key_is_refused_without_a_word_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, secret: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    (tmp_path / "key").write_text(secret, encoding="utf-8")
    monkeypatch.setenv("SHARING_KEY", secret)
    frame = pl.DataFrame({"employee_id": ["A-1"]})
    for source in (tmp_path / "key", "SHARING_KEY"):
        with pytest.raises(RequestError, match="needs at least 16") as caught:
            pseudonyms(frame, source)
        assert not secret.strip() or secret.strip() not in str(caught.value)
        assert "A-1" not in str(caught.value)
    assert caplog.text == ""


def test_a_key_given_in_place_of_its_name_is_not_repeated() -> None:
    with pytest.raises(RequestError, match="never the key itself") as caught:
        pseudonyms(pl.DataFrame({"employee_id": ["A-1"]}), SECRET)

    assert SECRET not in str(caught.value)


def test_a_key_file_that_is_none(tmp_path: Path) -> None:
    frame = pl.DataFrame({"employee_id": ["A-1"]})
    (tmp_path / "large").write_bytes(bytes(1 << 17))
    for name, why in (("nowhere", "No such file"), (".", "Is a directory"), ("large", "that is no key")):
        with pytest.raises(RequestError, match=why):
            pseudonyms(frame, tmp_path / name)


def test_a_table_without_ids_is_refused(key: str) -> None:
    with pytest.raises(RequestError, match="no column employee_id"):
        pseudonyms(pl.DataFrame({"id": ["A-1"]}), key)


# --- CSV --------------------------------------------------------------------------------------------------------------

RUN_BY_SPREADSHEETS = [
    "=1+1",
    "+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "\tx",
    "\rx",
    "\nx",
    "\t",
    "\r",
    "'\tx",
    "'\rx",
    " =1",
    "=cmd|'/C calc'!A0",
    "＝1",
    "\ufeff=1",
    "\x00=1",
    "'=1",
    "''=1",
    "-",
    '=HYPERLINK("http://x","y")',
]
HARMLESS = [
    "x",
    " x",
    "x\t",
    "x\r",
    "",
    "'t Hooft",
    "O'Neil",
    "a=b",
    "1-2",
    "Zoë",
    "a,b",
    'say "x"',
    "two\nlines",
    "a;=b",
    "NH-2025-000001",
]


def _read(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def _back(text: str) -> str:
    """Take the apostrophe off again, as documented."""
    return text[1:] if text.startswith("'") and re.match(_PYTHON_FORMULA, text) else text


_PYTHON_FORMULA = FORMULA.replace(r"\u{feff}", "\ufeff").replace(r"\u{200b}", "\u200b").replace(r"\u{200f}", "\u200f")


def test_what_a_spreadsheet_would_run_begins_with_an_apostrophe(tmp_path: Path) -> None:
    path = export_csv(pl.DataFrame({"text": RUN_BY_SPREADSHEETS}), tmp_path / "t.csv")

    assert [row[0] for row in _read(path)[1:]] == [f"'{text}" for text in RUN_BY_SPREADSHEETS]


def test_what_it_would_not_run_stays_as_it_is(tmp_path: Path) -> None:
    path = export_csv(pl.DataFrame({"text": HARMLESS, "n": range(len(HARMLESS))}), tmp_path / "t.csv")

    assert [row[0] for row in _read(path)[1:]] == HARMLESS


def test_names_of_columns_are_text_too(tmp_path: Path) -> None:
    columns = {"=a": [1], "*": ["b"], "^x$": ["=c"], "\tt": ["d"], "\rr": ["e"]}
    path = export_csv(pl.DataFrame(columns), tmp_path / "t.csv")

    assert _read(path) == [["'=a", "*", "^x$", "'\tt", "'\rr"], ["1", "b", "'=c", "d", "e"]]


def test_categories_are_text_too(tmp_path: Path) -> None:
    frame = pl.DataFrame({"a": pl.Series(["=x"], dtype=pl.Enum(["=x"])), "b": pl.Series(["@y"], dtype=pl.Categorical)})

    assert _read(export_csv(frame, tmp_path / "t.csv"))[1] == ["'=x", "'@y"]


def test_numbers_dates_and_flags_are_untouched(tmp_path: Path) -> None:
    frame = pl.DataFrame({"n": [-1, None], "f": [-1e-20, 1 / 3], "d": [dt.date(2025, 1, 2)] * 2, "b": [True, False]})
    path = export_csv(frame, tmp_path / "t.csv")

    assert path.read_text(encoding="utf-8").splitlines()[1:] == [
        '-1,-1e-20,"2025-01-02","true"',
        ',0.3333333333333333,"2025-01-02","false"',
    ]
    assert pl.read_csv(path, try_parse_dates=True).equals(frame)


@given(
    st.lists(
        st.tuples(
            st.one_of(
                st.none(),
                st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=8),
                st.sampled_from(RUN_BY_SPREADSHEETS),
                st.text(alphabet="'=+-@\t\r\n a", max_size=5),
            ),
            st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1)),
            st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False)),
        ),
        max_size=20,
    )
)
def test_the_table_comes_back(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[Any, ...]]) -> None:
    frame = pl.DataFrame(rows, schema={"t": pl.String, "n": pl.Int64, "f": pl.Float64}, orient="row")
    path = export_csv(frame, tmp_path_factory.getbasetemp() / "round.csv", overwrite=True)
    written = _read(path)[1:]

    assert len(written) == len(rows)
    for (text, n, f), (t_back, n_back, f_back) in zip(rows, written, strict=True):
        assert (text or "") == _back(t_back)
        assert not re.match(r"\s*[=+\-@]|[\t\r\n]", t_back)
        assert (n, f) == (int(n_back) if n_back else None, float(f_back) if f_back else None)


@given(st.lists(st.text(alphabet="'=+-@\t\r\n ax＝\ufeff", max_size=6), unique=True))
def test_two_texts_never_become_one(texts: list[str]) -> None:
    assert neutral(pl.DataFrame({"t": texts}, schema={"t": pl.String}))["t"].n_unique() == len(texts)


def test_the_file_is_its_owners_alone_and_whole_or_not_there(tmp_path: Path) -> None:
    frame = pl.DataFrame({"a": ["x"]})
    path = export_csv(frame, tmp_path / "t.csv")
    assert path.stat().st_mode & 0o777 == 0o600

    with pytest.raises(RequestError, match=r"t\.csv: exists already"):
        export_csv(frame, path)
    export_csv(pl.DataFrame({"a": ["y"]}), path, overwrite=True)
    assert _read(path) == [["a"], ["y"]]
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(RequestError, match="cannot be written"):
        export_csv(frame, tmp_path / "no" / "folder.csv")
    assert os.listdir(tmp_path) == ["t.csv"]  # noqa: PTH208 - all names, hidden ones too


def test_what_csv_cannot_hold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="leave out or spread keys"):
        export_csv(pl.DataFrame({"keys": [["a"]], "n": [1]}), tmp_path / "t.csv")
    assert list(tmp_path.iterdir()) == []


# --- small cells ------------------------------------------------------------------------------------------------------


def _table(sizes: dict[str, Sequence[int]], **more: Sequence[Any]) -> pl.DataFrame:
    """Return staff by group and year, first year first."""
    rows = [(2025 + i, group, n) for group, counts in sizes.items() for i, n in enumerate(counts)]
    frame = pl.DataFrame(rows, schema={"year": pl.Int32, "group": pl.String, "staff": pl.Int64}, orient="row")
    return frame.with_columns(pay=pl.col("staff") * 1000, **{name: pl.Series(v) for name, v in more.items()})


def _hidden(frame: pl.DataFrame) -> set[str]:
    return set(frame.filter("suppressed")["group"])


def test_a_small_group_and_the_next_smallest_are_hidden() -> None:
    found = suppress_small(_table({"a": [3], "b": [50], "c": [20], "d": [30]}), count="staff")

    assert _hidden(found) == {"a", "c"}
    assert found.rows() == [
        (2025, "a", None, None, True),
        (2025, "b", 50, 50_000, False),
        (2025, "c", None, None, True),
        (2025, "d", 30, 30_000, False),
    ]


def test_two_small_groups_that_are_few_together_need_a_third() -> None:
    assert _hidden(suppress_small(_table({"a": [3], "b": [50], "c": [2], "d": [30]}), count="staff")) == {"a", "c", "d"}


def test_two_small_groups_that_are_enough_together_need_none() -> None:
    assert _hidden(suppress_small(_table({"a": [6], "b": [50], "c": [7], "d": [30]}), count="staff")) == {"a", "c"}


def test_two_small_groups_that_are_just_enough_together_need_none() -> None:
    frame = _table({"a": [4], "b": [50], "c": [6], "d": [30]})

    assert _hidden(suppress_small(frame, count="staff")) == {"a", "c"}
    assert _hidden(suppress_small(frame, count="staff", least=11)) == {"a", "c", "d"}


def test_columns_that_may_name_the_group_are_said() -> None:
    frame = _table({"a": [4]})

    with pytest.raises(RequestError, match=r"columns of text are: none$"):
        suppress_small(frame.drop("group"), count="staff")
    with pytest.raises(RequestError, match=r"columns of text are: group, site$"):
        suppress_small(frame.with_columns(site=pl.lit("x")), count="staff")


def test_the_least_itself_is_shown_and_nobody_is_no_small_cell() -> None:
    frame = _table({"a": [10], "b": [50], "c": [0]})

    assert _hidden(suppress_small(frame, count="staff")) == set()
    assert suppress_small(frame, count="staff").drop("suppressed").equals(frame)
    assert _hidden(suppress_small(frame, count="staff", least=11)) == {"a", "b", "c"}  # c has nobody: it hides nothing


def test_a_group_small_in_one_year_is_hidden_in_all() -> None:
    found = suppress_small(_table({"a": [3, 40], "b": [50, 50], "c": [20, 20]}), count="staff")

    assert found.filter("suppressed").select("year", "group").rows() == [
        (2025, "a"),
        (2026, "a"),
        (2025, "c"),
        (2026, "c"),
    ]


def test_several_counts_each_keep_their_least() -> None:
    frame = _table({"a": [30], "b": [50], "c": [40]}, hires=[2, 20, 15])

    assert _hidden(suppress_small(frame, count="staff")) == set()
    assert _hidden(suppress_small(frame, count=["staff", "hires"])) == {"a", "c"}


@pytest.mark.parametrize(
    ("sizes", "hidden"),
    [
        ({"a": [12, 9], "b": [0, 5], "c": [50, 50]}, {"a", "b", "c"}),
        ({"a": [9, 12], "b": [5, 0], "c": [50, 50], "d": [60, 60]}, {"a", "b", "c"}),
        ({"a": [12, 9], "b": [0, 5], "c": [0, 20], "d": [60, 60]}, {"a", "b", "d"}),  # c would not help in 2025
        ({"a": [12, 9], "b": [None, 5], "c": [50, 50]}, {"a", "b", "c"}),
    ],
)
def test_a_hidden_group_of_nobody_hides_no_other(sizes: dict[str, list[int]], hidden: set[str]) -> None:
    """In 2025 of the first, 62 in all less the 50 of c would be the 12 of a, as b has nobody."""
    assert _hidden(suppress_small(_table(sizes).drop_nulls("staff"), count="staff")) == hidden


def test_each_count_needs_two_groups_with_people() -> None:
    frame = _table({"a": [30], "b": [50], "c": [40]}, hires=[2, 20, 0])

    assert _hidden(suppress_small(frame, count=["staff", "hires"])) == {"a", "b"}


def test_one_small_group_alone_is_hidden() -> None:
    assert _hidden(suppress_small(_table({"a": [3]}), count="staff")) == {"a"}


def test_a_table_without_years_has_one_total() -> None:
    frame = _table({"a": [3], "b": [50], "c": [20]}).drop("year")

    assert _hidden(suppress_small(frame, count="staff")) == {"a", "c"}


def test_each_scenario_has_totals_of_its_own() -> None:
    frame = _table({"a": [3], "b": [50], "c": [20]})
    both = pl.concat([frame.with_columns(scenario=pl.lit(name)) for name in ("base", "other")])

    assert suppress_small(both, count="staff").filter("suppressed")["group"].to_list() == ["a", "c"] * 2


def test_a_group_without_a_name_is_a_group() -> None:
    frame = _table({"a": [30], "b": [50]}).with_columns(group=pl.Series(["a", None])).vstack(_table({"c": [2]}))

    assert suppress_small(frame, count="staff")["suppressed"].to_list() == [True, False, True]


@pytest.mark.parametrize("by", ["department", "level", "age_band", "tenure_band"])
def test_totals_by_group_of_a_run(run: Result, by: str) -> None:
    counts = ["headcount_opening", "headcount_closing"]
    known = summary_by(run, by)
    found = suppress_small(known, count=counts, least=20)

    assert found.columns == [*known.columns, "suppressed"]
    assert found.filter("suppressed").height > 0
    shown = found.filter(~pl.col("suppressed"))
    for name in counts:
        assert shown.filter(pl.col(name).is_between(1, 19)).is_empty()
    hidden = found.filter("suppressed").drop("replicate", "year", by, "suppressed")
    assert hidden.null_count().row(0) == (hidden.height,) * hidden.width
    assert shown.drop("suppressed").equals(known.join(shown, on=["year", by], how="semi", nulls_equal=True))


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ({"count": "nobody"}, "count: no column of whole numbers is named nobody"),
        ({"count": "group"}, "count: no column of whole numbers is named group"),
        ({"count": []}, "count: no column"),
        ({"count": "staff", "least": 1}, "least: 1 hides nothing"),
        ({"count": "staff", "by": "nothing"}, "by: the table has no column nothing"),
    ],
)
def test_what_cannot_be_suppressed_is_an_error(arguments: dict[str, Any], why: str) -> None:
    with pytest.raises(RequestError, match=why):
        suppress_small(_table({"a": [3], "b": [4]}), **arguments)


def test_groups_are_named_once_and_by_one_column() -> None:
    frame = _table({"a": [3], "b": [4]})
    with pytest.raises(RequestError, match="2 rows have the same year and group"):
        suppress_small(frame.with_columns(group=pl.lit("a")), count="staff")
    with pytest.raises(RequestError, match="name the column of the groups with by="):
        suppress_small(frame.with_columns(other=pl.lit("a")), count="staff")
    with pytest.raises(RequestError, match="suppress the whole table once"):
        suppress_small(suppress_small(frame, count="staff"), count="staff")


CROSSED = st.lists(st.lists(st.integers(0, 20), min_size=3, max_size=4), min_size=2, max_size=4)


@given(CROSSED.filter(lambda rows: len({len(row) for row in rows}) == 1))
def test_no_small_cell_of_two_columns_follows_from_their_totals(rows: list[list[int]]) -> None:
    """Where another table has the same totals and the same shown cells, and other small ones, nobody can tell."""
    cells = [(f"r{i}", f"c{j}", count) for i, row in enumerate(rows) for j, count in enumerate(row)]
    frame = pl.DataFrame(cells, schema=["level", "department", "staff"], orient="row")
    found = suppress_small(frame, count="staff", by=["level", "department"], least=5)
    hidden = {(i, j) for i, j, gone in found.select("level", "department", "suppressed").rows() if gone}
    small = {(i, j) for i, j, count in cells if 0 < count < 5}
    there = {(i, j) for i, j, count in cells if count}

    assert small <= hidden
    assert _follows(hidden & there) & small <= _follows(there)


def _follows(unknown: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return the cells that rank says follow from the sums of rows and columns."""
    order = sorted(unknown)
    sides = sorted({name for cell in order for name in cell})
    lines = np.array([[float(side in cell) for cell in order] for side in sides])
    rank = np.linalg.matrix_rank(lines) if order else 0
    alone = np.eye(len(order))
    return {
        cell for cell, one in zip(order, alone, strict=True) if np.linalg.matrix_rank(np.vstack([lines, one])) == rank
    }


def test_two_columns_hide_a_cell_and_no_row_of_the_table() -> None:
    """One of 12 cells is small: three others keep its row, its column and the whole from telling it."""
    cells = [(i, j, 3 if (i, j) == ("a", "x") else 30) for i in "abc" for j in "wxyz"]
    frame = pl.DataFrame(cells, schema=["level", "department", "staff"], orient="row")
    found = suppress_small(frame, count="staff", by=["level", "department"])

    assert found["suppressed"].sum() == 4
    assert found.filter("suppressed")["level"].n_unique() == found.filter("suppressed")["department"].n_unique() == 2


GROUPS = st.lists(st.lists(st.one_of(st.none(), st.integers(0, 30)), min_size=3, max_size=3), min_size=1, max_size=6)


@given(GROUPS, st.integers(2, 15))
def test_beside_every_total_two_groups_of_enough_people_are_hidden(groups: list[list[int | None]], least: int) -> None:
    frame = _bridged(groups)
    if frame.is_empty():
        return
    found = suppress_small(frame, count=["opening", "closing"], least=least)
    everything_hidden = bool(found["suppressed"].all())
    for part in found.with_columns(known=frame["opening"], last=frame["closing"]).partition_by("year"):
        hidden = part.filter("suppressed")
        if hidden.height and set(part["group"]) != set(hidden["group"]) and not everything_hidden:
            assert min((hidden["known"] > 0).sum(), (hidden["last"] > 0).sum()) >= 2
            assert min(hidden["known"].sum(), hidden["last"].sum()) >= least
        small = pl.any_horizontal(pl.col("known", "last").is_between(1, least - 1))
        assert part.filter(small & ~pl.col("suppressed")).is_empty()


@given(GROUPS, st.integers(2, 15))
def test_suppression_cannot_be_undone_by_subtraction(groups: list[list[int | None]], least: int) -> None:
    """No small cell follows from what is known: totals of each year, the bridge of each row, and year after year."""
    frame = _bridged(groups)
    if frame.is_empty():
        return
    found = suppress_small(frame, count=["opening", "closing"], least=least)
    hidden = found.with_row_index("row").filter("suppressed").select("row", "year", "group").rows()
    cells = {
        (year, group, name): i for i, (year, group, name) in enumerate((y, g, n) for _, y, g in hidden for n in _CELLS)
    }
    if not cells or min(len({g for y, g, _ in cells if y == year}) for year in {y for y, _, _ in cells}) == 1:
        return  # nothing is hidden; or one group is all there is in a year, and its total is its own
    lines = [*_totals(cells), *_bridges(cells), *_years(cells)]
    rank = np.linalg.matrix_rank(np.array(lines))
    known = {(year, group): row for year, group, *row in frame.rows()}
    for (year, group, name), place in cells.items():
        one = np.zeros(len(cells))
        one[place] = 1
        people = known[year, group][_CELLS.index(name)]
        if not (name in {"opening", "closing"} and 0 < people < least):
            continue  # such as the opening of a group that was not there the year before: everybody knows it is 0
        assert np.linalg.matrix_rank(np.array([*lines, one])) == rank + 1


_CELLS = ("opening", "hires", "leavers", "closing")
Cells = dict[tuple[int, str, str], int]


def _bridged(groups: list[list[int | None]]) -> pl.DataFrame:
    """Return groups whose closing is the opening of the next year; a group of nobody may be away in a year."""
    rows: list[tuple[Any, ...]] = []
    for number, closings in enumerate(groups):
        opening = 0 if closings[0] is None else 5
        for year, wanted in enumerate(closings):
            closing = wanted or 0
            leavers = max(min(opening, 2), opening - closing)
            if wanted is not None or opening:
                rows.append((2025 + year, f"g{number}", opening, closing - opening + leavers, leavers, closing))
            opening = closing
    schema = {"year": pl.Int32, "group": pl.String, **dict.fromkeys(_CELLS, pl.Int64)}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _line(cells: Cells, weights: dict[tuple[int, str, str], float]) -> np.ndarray:
    line = np.zeros(len(cells))
    for cell, weight in weights.items():
        if cell in cells:
            line[cells[cell]] = weight
    return line


def _totals(cells: Cells) -> list[np.ndarray]:
    """The total of a column in a year is known, and all cells that are shown: so is the sum of those hidden."""
    found = {(year, name) for year, _, name in cells}
    return [_line(cells, {c: 1 for c in cells if (c[0], c[2]) == key}) for key in sorted(found)]


def _bridges(cells: Cells) -> list[np.ndarray]:
    """Opening + hires - leavers = closing in every row."""
    signs = dict(zip(_CELLS, (1, 1, -1, -1), strict=True))
    rows = sorted({(year, group) for year, group, _ in cells})
    return [_line(cells, {(*row, name): sign for name, sign in signs.items()}) for row in rows]


def _years(cells: Cells) -> list[np.ndarray]:
    """The closing of a group is its opening in the next year, hidden or shown."""
    rows = sorted({(year, group) for year, group, _ in cells})
    return [
        _line(cells, {(year, group, "closing"): 1, (year + 1, group, "opening"): -1})
        for year, group in rows
        if (year + 1, group) in rows
    ]
