"""Measures as people read them."""

from __future__ import annotations

import pytest

from workforce_sim.tables import SUMMARY
from workforce_sim.tables.declared import Measure
from workforce_sim.wording import short_dollars
from workforce_sim.wording.measures import label, shown


@pytest.mark.parametrize(
    ("cents", "text"),
    [
        (0, "$0"),
        (95_050, "$950"),
        (999_999, "$10,000"),
        (1_000_000, "$10.0K"),
        (99_949_999, "$999K"),
        (99_950_000, "$1.00M"),
        (6_270_000_000, "$62.7M"),
        (-6_270_000_000, "-$62.7M"),
        (99_949_999_999, "$999M"),
        (99_950_000_000, "$1.00B"),
        (140_000_000_000, "$1.40B"),
        (None, "-"),
    ],
)
def test_an_amount_in_a_sentence_has_three_digits(cents: int | None, text: str) -> None:
    assert short_dollars(cents) == text


def test_every_measure_has_a_label_of_its_own() -> None:
    labels = [label(measure.name) for measure in SUMMARY if isinstance(measure, Measure)]

    assert len(set(labels)) == len(labels)
    assert all(measure.label for measure in SUMMARY if isinstance(measure, Measure))


def test_values_have_their_unit() -> None:
    assert shown("payroll_cents", 6_270_000_050) == "$62.7M"
    assert shown("hires", 1_234) == "1,234"
    assert shown("hires", 12.25) == "12.2"
    assert shown("hires", None) == "-"
    assert shown("participation_rate", 0.80312).startswith("80.3")


def test_a_measure_of_ones_own_is_money_by_its_name() -> None:
    assert (label("sales_bonus_cents"), shown("sales_bonus_cents", 95_000)) == ("Sales bonus", "$950")
