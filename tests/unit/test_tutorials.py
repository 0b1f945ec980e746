"""Each tutorial, followed in an empty folder, prints what it shows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import few
from tests.support_service import service
from tests.tutorials import PAGES, Other, followed, no_other


@pytest.fixture
def curl(tmp_path: Path) -> Iterator[Other]:
    """Answer for ``curl -s localhost:8000/PATH [--json BODY]``, of the service."""
    with service(tmp_path / "served") as client:
        yield lambda command: _asked(client, *command) + "\n"


def _asked(client: Any, curl: str, silent: str, address: str, *body: str) -> str:
    assert (curl, silent) == ("curl", "-s")
    path = address.removeprefix("localhost:8000")
    if not body:
        return str(client.get(path).text)
    option, sent = body
    assert option == "--json"
    return str(client.post(path, content=sent, headers={"Content-Type": "application/json"}).text)


@pytest.mark.parametrize("page", few(PAGES, 2), ids=[page.stem for page in PAGES])
def test_a_tutorial_prints_what_it_shows(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    text = page.read_text(encoding="utf-8")
    other = request.getfixturevalue("curl") if "$ curl" in text else no_other
    monkeypatch.chdir(tmp_path)

    assert followed(text, other) == text


def test_there_is_one_for_each_reader() -> None:
    readers = {"actuary", "analyst", "data-scientist", "hr-planner", "platform-engineer"}
    assert {page.stem for page in PAGES} == readers


PAGE = """As `a.yaml`:

```yaml
x: 1
```

```python
from pathlib import Path
print(Path("a.yaml").read_text())
```

```text
{}
```
"""


def test_what_is_printed_otherwise_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert followed(PAGE.format("x: 2")) == PAGE.format("x: 1\n")
    assert followed(PAGE.format("y...\n\n")) == PAGE.format("x: 1\n")
    assert followed(PAGE.format("x...\n")) == PAGE.format("x...\n")
