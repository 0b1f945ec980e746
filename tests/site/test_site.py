"""The built site: it hangs together, asks no other machine, and finds words. ``nox -s site`` builds and names it."""

from __future__ import annotations

import json
import os
import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.pages.browser import Browser, needs_browser

BUILT = os.environ.get("WORKFORCE_SIM_SITE", "")
SITE = Path(BUILT).resolve()
FRONT = "docs/index.html"
SEARCH = "search.html"

WORDS = {
    "census": "docs/census",
    "employee": "docs/glossary",
    "termination": "docs/model/terminations",
    "promotion": "docs/model/promotions",
    "eligibility": "docs/model/eligibility",
    "enrollment": "docs/model/enrollment",
    "match": "docs/model/match",
    "vesting": "docs/model/vesting",
    "forfeiture": "docs/model/vesting",
    "ensemble": "docs/ensembles",
}
"""Ten main words of the glossary, and a page that must be among what each finds."""

pytestmark = [pytest.mark.site, pytest.mark.skipif(not BUILT, reason="no site: nox -s site builds one")]


class Page(HTMLParser):
    """What a page links to, loads and may be linked at.

    Attributes:
        links: addresses of its text, side bar and foot left out.
        all_links: those of the whole page.
        loads: addresses of scripts, styles, fonts and pictures.
        ids: places on it.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.all_links: list[str] = []
        self.loads: list[str] = []
        self.ids: set[str] = set()
        self._in_text = False
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        self._in_text |= tag == "article"
        self.ids.add(given.get("id", ""))
        if tag == "a" and "href" in given:
            self.all_links.append(given["href"])
            self.links += [given["href"]] * self._in_text
        elif tag == "link" and given.get("rel") not in ("canonical", "index", "search", "next", "prev"):
            self.loads.append(given["href"])
        self.loads += [given["src"]] if "src" in given else []

    def handle_endtag(self, tag: str) -> None:
        self._in_text &= tag != "article"


@cache
def pages() -> dict[str, Page]:
    found = (path for path in sorted(SITE.rglob("*.html")) if path.parent != SITE or path.name != "index.html")
    return {path.relative_to(SITE).as_posix(): Page(path.read_text(encoding="utf-8")) for path in found}


def target(page: str, link: str) -> tuple[str, str]:
    """Return the file of the site that a link leads to, and the place on it."""
    path, _, place = link.partition("#")
    file = os.path.normpath(Path(page).parent / unquote(path)) if path else page
    return file, unquote(place)


def is_elsewhere(link: str) -> bool:
    return bool(re.match(r"[a-z]+:", link))


def test_links_lead_somewhere() -> None:
    broken = [
        (page, link)
        for page, found in pages().items()
        for link in {*found.all_links, *found.loads}
        if not is_elsewhere(link) and not leads_somewhere(*target(page, link.partition("?")[0]))
    ]

    assert broken == []
    assert not leads_somewhere("docs/nowhere.html", "")
    assert not leads_somewhere(FRONT, "nowhere")


def leads_somewhere(file: str, place: str) -> bool:
    return (SITE / file).is_file() and (not place or file not in pages() or place in pages()[file].ids)


def test_every_page_is_within_two_clicks_of_the_front_page_by_its_text() -> None:
    reached = {FRONT}
    for _ in range(2):
        reached |= {target(page, link)[0] for page in reached & pages().keys() for link in pages()[page].links}

    assert pages().keys() - reached == {SEARCH}  # the box on every page leads there
    assert len(pages()) > 70


def test_the_door_leads_to_the_front_page() -> None:
    assert f"url={FRONT}" in (SITE / "index.html").read_text(encoding="utf-8")


def test_nothing_is_loaded_from_elsewhere() -> None:
    loads = [load for page in pages().values() for load in page.loads if is_elsewhere(load)]
    styles = [path.read_text(encoding="utf-8") for path in SITE.rglob("*.css")]
    asked = [address for style in styles for address in re.findall(r"(?:url\(|@import )['\"]?(https?:[^'\")]*)", style)]

    assert loads == []
    assert asked == []


def test_the_index_has_the_words_of_the_glossary() -> None:
    text = (SITE / "searchindex.js").read_text(encoding="utf-8")
    index = json.loads(text.removeprefix("Search.setIndex(").removesuffix(")"))

    def where(word: str) -> set[str]:
        both = (index["terms"], index["titleterms"])
        stem = max((term for terms in both for term in terms if word.startswith(term)), key=len)
        found = [terms.get(stem, []) for terms in both]
        numbers = [number for one in found for number in ([one] if isinstance(one, int) else one)]
        return {index["docnames"][number] for number in numbers}

    assert [word for word, page in WORDS.items() if page not in where(word)] == []


@needs_browser
def test_the_search_finds_words_from_files_and_asks_nobody(tmp_path: Path) -> None:
    browser = Browser(tmp_path)
    found = {word: browser.seen(SITE / SEARCH, f"q={word}") for word in WORDS}

    assert [word for word, page in WORDS.items() if f'href="{page}.html' not in found[word]] == []
    assert 'href="docs/' not in browser.seen(SITE / SEARCH, "q=xyzzy").partition('id="search-results"')[2]
    for page in (SITE / FRONT, SITE / SEARCH, SITE / "docs/api.html"):
        assert [address for address in browser.requests(page) if not address.startswith(("file:", "data:"))] == []
