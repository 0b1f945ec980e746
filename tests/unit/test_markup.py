"""Elements of HTML and SVG: escaped by construction, and a page that runs nothing but its own script."""

import html
from html.parser import HTMLParser

import pytest

from workforce_sim.display.markup.elements import element, fragment, svg_file, table
from workforce_sim.display.markup.page import page

HOSTILE = (
    "<script>alert(1)</script>",
    "</style></svg><img src=x onerror=alert(1)>",
    "\" onload='alert(1)' x=\"",
    "]]><!-- & &lt; &#60;",
    "javascript:alert(1)",
    "=cmd|' /C calc'!A0",
)


class Tags(HTMLParser):
    """Keeps the tags and the text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)

    def handle_data(self, data):
        self.text += data


def read(text: str) -> Tags:
    found = Tags()
    found.feed(text)
    return found


def test_children_are_text_numbers_elements_and_iterables() -> None:
    found = element("p", "Cost: ", element("b", "$62.7M"), None, (" of ", 3), class_="answer", stroke_width=1.50)

    assert fragment(found) == '<p class="answer" stroke-width="1.5">Cost: <b>$62.7M</b> of 3</p>'


@pytest.mark.parametrize("text", HOSTILE)
def test_text_and_attributes_stay_text(text: str) -> None:
    found = read(fragment(element("div", element("p", text, title=text))))

    assert found.tags == ["div", "p"]
    assert found.text == text


def test_text_that_turns_direction_or_rings_a_bell_is_marked() -> None:
    assert fragment(element("p", "a\x07\x1b[31m\u202eb\ud800")) == "<p>a\ufffd\ufffd[31m\ufffdb\ufffd</p>"


def test_a_script_cannot_be_ended_from_within() -> None:
    with pytest.raises(ValueError, match="cannot hold"):
        fragment(element("script", "</script><p>"))


def test_a_table_has_headings_for_columns_and_rows() -> None:
    text = fragment(table(("Year", "Cost"), [(2025, "$1.2M")], caption="Cost by year"))

    assert '<caption>Cost by year</caption><thead><tr><th scope="col">Year</th>' in text
    assert '<th scope="row">2025</th><td class="figure">$1.2M</td>' in text


def test_a_picture_is_a_file_of_its_own() -> None:
    text = svg_file(element("svg", element("text", "a < b"), viewBox="0 0 1 1")).decode()

    assert text.startswith("<?xml")
    assert 'xmlns="http://www.w3.org/2000/svg"' in text
    assert html.unescape(text).count("a < b") == 1


def test_a_page_is_the_same_each_time_and_allows_only_its_own_script() -> None:
    one, other = (page("Cost & range", element("p", "Answer")) for _ in range(2))

    assert one == other
    assert b"default-src 'none'" in one
    assert b"unsafe-inline" not in one
    assert b"<title>Cost &amp; range</title>" in one
