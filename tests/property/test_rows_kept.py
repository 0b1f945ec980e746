"""No row is lost, whatever an unused column of a text file holds."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path
from typing import Literal

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.censuses import config
from tests.support import examples
from workforce_sim.census import read_census
from workforce_sim.errors import CensusError

TITLES = st.lists(st.text(st.sampled_from("ab \"',;\\\t|6é"), max_size=8), min_size=1, max_size=8)
BROKEN = st.lists(st.text(st.sampled_from('ab",\\\n'), max_size=8), min_size=1, max_size=8)


def people(titles: list[str], separator: str, quoting: Literal[0, 1]) -> str:
    text = io.StringIO()
    write = csv.writer(text, delimiter=separator, quoting=quoting).writerow
    write(["employee_id", "title", "hire_date", "annual_salary"])
    for number, title in enumerate(titles):
        write([number, title, "2019-03-01", 52_000 + number])
    return text.getvalue()


def read(content: str) -> dict[str, int]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "staff.csv"
        path.write_text(content, encoding="utf-8", newline="")
        frame = read_census(path, config()).frame
    return dict(frame.select("employee_id", "salary_cents").iter_rows())


def truth(titles: list[str]) -> dict[str, int]:
    return {str(number): 5_200_000 + 100 * number for number in range(len(titles))}


@settings(max_examples=examples(200))
@given(titles=TITLES, separator=st.sampled_from([",", ";", "\t", "|"]), quoting=st.sampled_from([0, 1]))
def test_quoted_texts_lose_no_row(titles: list[str], separator: str, quoting: Literal[0, 1]) -> None:
    assert read(people(titles, separator, quoting)) == truth(titles)


@settings(max_examples=examples(200))
@given(titles=BROKEN)
def test_texts_with_line_ends_lose_no_row_or_are_refused(titles: list[str]) -> None:
    try:
        found = read(people(titles, ",", 1))
    except CensusError as error:
        assert "never closed" in str(error)  # noqa: PT017 - reading is right, too
    else:
        assert found == truth(titles)


@settings(max_examples=examples(200))
@given(titles=BROKEN)
def test_texts_written_without_care_are_read_or_refused(titles: list[str]) -> None:
    """A writer that quotes nothing: each row is read as it stands, or the file is refused."""
    rows = "".join(f"{n},2019-03-01,{52_000 + n},{title}\n" for n, title in enumerate(titles))
    try:
        found = read(f"employee_id,hire_date,annual_salary,title\n{rows}")
    except CensusError:
        return
    assert found == truth(titles)
