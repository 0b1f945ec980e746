"""What the figures rest on: differences of the scenarios, compliance warnings, assumptions, how they were made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from workforce_sim.config.keys import about
from workforce_sim.display.markup.elements import Child, Element, element
from workforce_sim.ensembles.comparing import changed
from workforce_sim.explaining.census_words import census_words
from workforce_sim.explaining.choices import Choice, choices
from workforce_sim.reporting.pages.design import design_table
from workforce_sim.reporting.pages.parts import PageSection, key, listing, note, prose, sentences
from workforce_sim.reporting.pages.scenario import Scenario
from workforce_sim.reporting.pages.sources import source_of
from workforce_sim.store.ledger import summary_digest
from workforce_sim.wording import with_names

WARNING = "Warning: "
OFF = ("left out", "none")


def differences_section(base: Scenario, others: Sequence[Scenario]) -> PageSection:
    """Return the keys in which scenarios differ from the first one."""
    content: list[Child] = [design_table([base, *others])]
    for other in others:
        rows = [
            [key(name), prose(about(name)), key(one), key(two)] for name, one, two in changed(base.config, other.config)
        ]
        if rows:
            heading = ["Key", "What it is", base.name, other.name]
            content.append(listing(f"{other.name} compared with {base.name}", heading, rows, text=True))
        else:
            content.append(note(f"{other.name} has the same assumptions as {base.name}."))
    return PageSection("differences", "What differs between the scenarios", content)


def warnings_section(scenarios: Sequence[Scenario]) -> PageSection:
    """Return the compliance warnings of each plan, and the notes about the census and of settings."""
    warned = with_names({each.name: each.warnings for each in scenarios})
    content: list[Child] = [element("p", element("b", WARNING), line, class_="warning") for line in warned]
    if not content:
        content.append(element("p", "No compliance warning for the plan design."))
    noted = sentences(with_names({each.name: each.notes for each in scenarios}))
    if noted is not None:
        content += [element("h3", "Notes on the census and the settings"), noted]
    return PageSection("warnings", "Compliance warnings and notes", content)


# --- assumptions ---


def assumptions_section(each: Scenario, *, design: bool = True) -> PageSection:
    """Return the assumptions with their sources: the plan, those that were set, and below them the defaults."""
    found = choices(each.header)
    chosen = [choice for choice in found if choice.is_set]
    defaults = [choice for choice in found if not choice.is_set and _assumes(choice)]
    heading = ["Key", "What it is", "Value", "Source"]
    plan = [design_table([each])] if design else []
    first = listing("Set in the configuration", heading, map(_assumed, chosen), text=True)
    rest = listing("", heading, map(_assumed, defaults), text=True)
    more = element("details", element("summary", f"{len(defaults)} assumptions at their defaults"), rest)
    return PageSection("assumptions", "Assumptions and their sources", [*plan, first, more])


def _assumes(found: Choice) -> bool:
    """Return whether a default assumes anything: one that is off, or says how a file is read or written, does not."""
    return found.value not in OFF and not found.key.startswith(("census.", "output."))


def _assumed(found: Choice) -> list[Child]:
    source = "your configuration" if found.is_set else source_of(found.key)
    return [key(found.key), prose(about(found.key)), key(found.value), source]


# --- how it was made ---


def made_section(scenarios: Sequence[Scenario], more: Iterable[tuple[str, str]] = ()) -> PageSection:
    """Return how the figures were made: by what, from what, and the hashes that tell whether another has the same."""
    rows = [*_made(scenarios[0]), *more]
    rows += [(_of("Assumptions", each), _code(each.header.asked())) for each in scenarios]
    rows += [(_of("Results", each), _code(summary_digest(each.replicates))) for each in scenarios]
    about_it = "Hashes are SHA-256. The same hash of the assumptions gives the same results, to the cent."
    return PageSection("made", "How this was made", [listing("", ["What", "Value"], rows, text=True), note(about_it)])


def _of(what: str, each: Scenario) -> str:
    return f"{what}, hash" + (f": {each.name}" if each.name else "")


def _made(base: Scenario) -> Iterator[tuple[str, Child]]:
    header = base.header
    yield "Software", header.software
    yield "Years", base.span
    yield "Simulations", f"{base.count:,}"
    yield "Random seed", str(header.configuration["random_seed"])
    yield "Census", census_words(header.config, header.source)
    yield "Census, hash", _code(header.census)
    yield from ((f"Event of your own: {name}", _code(source)) for name, source in header.own.items())


def _code(text: str) -> Element:
    return element("code", text)
