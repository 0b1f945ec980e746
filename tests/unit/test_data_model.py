"""docs/data-model.md says what the code says."""

from pathlib import Path

import pytest

from workforce_sim.draws import Stream
from workforce_sim.explaining.datamodel import page
from workforce_sim.tables import EVENT_TYPES, TABLES

PAGE = Path(__file__).parents[2] / "docs" / "data-model.md"


def test_the_page_is_what_the_code_prints() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), (
        "run python -m workforce_sim.explaining.datamodel > docs/data-model.md"
    )


@pytest.mark.parametrize("name", TABLES)
def test_every_column_has_a_row_in_its_tables_chapter(name: str) -> None:
    chapter = page().split(f"\n## {name}\n")[1].split("\n## ")[0]
    rows = [line for line in chapter.splitlines() if line.startswith("| `")]

    assert [row.split("`")[1] for row in rows] == [column.name for column in TABLES[name]]
    assert all(column.meaning in row for row, column in zip(rows, TABLES[name], strict=True))


def test_every_stream_and_event_type_is_on_the_page() -> None:
    assert all(f"\n| {stream.value} | " in page() for stream in Stream)
    assert ", ".join(f"`{event}`" for event in EVENT_TYPES) in page()


def test_no_column_name_stands_twice_in_a_table() -> None:
    assert {name: len({c.name for c in table}) for name, table in TABLES.items()} == {
        name: len(table) for name, table in TABLES.items()
    }
