"""Stories of single employees under pseudonyms: what happened, in order, by which assumptions.

A story tells no pay, age, date or amount: plan years, kinds of events, changes in percent and keys. Dates are not
shifted: cost-of-living adjustments, merit increases and limits fall on days that the configuration names, so that a
shift could be read off, and ages and service at a date would be wrong. An exact story is the timeline as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from workforce_sim.errors import RequestError
from workforce_sim.explaining.absent import ABSENT
from workforce_sim.explaining.queries import collected
from workforce_sim.explaining.timeline import Line, Timeline, timeline
from workforce_sim.result.result import Result
from workforce_sim.share.pseudonyms import ID, KeySource, pseudonyms
from workforce_sim.wording import bp_percent, columns, percent

MOST = 100
"""Most stories of an archive."""


def chosen(result: Result, asked: int | Sequence[str], key: KeySource | None) -> list[str]:
    """Return the ids of whom a story is told: those named, or as many as asked for.

    Whom depends on the key, as anybody who knows the ids could else tell whose stories they are.

    Raises:
        RequestError: for more than ``MOST``, or no key.
    """
    count = asked if isinstance(asked, int) else len(asked)
    if not 0 <= count <= MOST:
        raise RequestError(f"stories: expected 0 to {MOST} (got {count})")
    if not count:
        return []
    if key is None:
        raise RequestError("stories are told under pseudonyms; give their key (key, --key-file or --key-env)")
    if not isinstance(asked, int):
        return list(dict.fromkeys(asked))
    ids = collected(result.scan("snapshots").select(pl.col(ID).unique()))
    asked_of = pl.lit(f"{result.header.root()} ") + pl.col(ID)
    by_key = pseudonyms(ids.select(asked_of.alias(ID), of=pl.col(ID)), key)
    return by_key["of"].head(count).to_list()


def stories(result: Result, ids: Sequence[str], key: KeySource, *, exact: bool) -> dict[str, bytes]:
    """Return the stories of some employees, by the name of the member, in the order of their pseudonyms.

    Raises:
        RequestError: for a key that is none, or an id that nobody has.
    """
    found = {}
    for name in ids:
        pseudonym = pseudonyms(pl.DataFrame({ID: [name]}), key)[ID][0]
        life = replace(timeline(result, name), employee_id=pseudonym)
        text = str(life) if exact else "\n".join(_story(life))
        found[f"stories/{pseudonym}.txt"] = f"{text}\n".encode()
    return dict(sorted(found.items()))


def _story(life: Timeline) -> Iterator[str]:
    """Yield the lines of a story: a row for each event, its keys below it."""
    yield f"employee {life.employee_id}"
    happened = [line for line in life.lines if line.event not in ("opening", "year", *ABSENT)]
    for line, event in zip(happened, life.events.iter_rows(named=True), strict=True):
        yield from ("", *columns([(str(line.year), _what(line), _change(event))]))
        yield from (f"      {key}" for key in dict.fromkeys(_plain(reason.key) for reason in line.assumptions))


def _what(line: Line) -> str:
    return f"{line.event}, {line.cause}" if line.cause else line.event


def _plain(key: str) -> str:
    """Return a key without the place in a list, which may tell an age or a kind of people."""
    return re.sub(r"\[\d+\]", "", key)


def _change(event: Mapping[str, Any]) -> str:
    """Return a change of pay in percent, and deferral rates."""
    before, after = event["salary_before_cents"], event["salary_after_cents"]
    rates = event["deferral_before_bp"], event["deferral_after_bp"]
    pay = f"salary {percent(after / before - 1, 2)}" if before and after else ""
    rate = f"deferral rate {bp_percent(rates[0] or 0)} -> {bp_percent(rates[1])}" if rates[1] is not None else ""
    return ", ".join(filter(None, (pay, rate)))
