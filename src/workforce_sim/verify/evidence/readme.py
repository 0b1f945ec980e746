"""``README.md`` of an archive: what it is, what is in it, what is left out, and how to verify it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from workforce_sim.verify.evidence.manifest import MANIFEST, SIGNATURE
from workforce_sim.verify.evidence.recomputation import Recomputation

README = "README.md"

_ABOUT = {
    "census.csv": "employees of the census by group, with mean pay",
    "configuration.json": "every key of the configuration",
    "notes.json": "compliance warnings; notes on the census and the settings",
    "provenance.md": "how the run was made: settings, census, results, versions, hashes",
    "recomputation.json": "hashes of each year as the run has it, and as another engine computes it",
    "report.html": "the report of the run, for people to read",
    "run.json": "the identity of the run: versions, fingerprints, the chain of its years",
    "summary.csv": "totals of each year, amounts in whole cents",
    "tests.csv": "tests of each plan year, with the number of employees tested",
}
_PRIVACY = """\
Totals, groups and tests have no value of one employee: no id, name, birth date, hire date or pay. Groups and figures
of fewer than {least} employees are left out, and further groups where they could be found by subtraction. Totals of a
whole year are shown as they are; so are the numbers of employees in tests and in the totals."""
_STORIES = """\
Stories (`stories/`) are of single employees, under pseudonyms that only the holder of the key can make. They tell plan
years, events in order, changes in percent, deferral rates and configuration keys, but no pay, amount, age or date.
Whoever knows an employee well may recognize a story."""
_EXACT = """\
Stories (`stories/`) are of single employees, WITH their exact pay, amounts, dates and ages, under pseudonyms that only
the holder of the key can make. Whoever knows what an employee earns or when they were hired recognizes the story. Keep
this archive as you keep the census. Dates are not shifted: limits, cost-of-living adjustments and merit increases
fall on days that the configuration names, so that a shift could be read off."""
_VERIFY = """\
With workforce_sim, on any machine, without the run:

    workforce-sim evidence verify FILE.zip

It finds any change of any byte, adds the totals up again and checks the hashes against each other. `--key public.pem`
checks the signature, if there is one: without a key, whoever changed the archive and all its hashes would not be found.
`--rerun` simulates the run again and compares its tables; a census that is not synthetic is given as `--census FILE`.

With Python alone, the hashes:

    python3 -c 'import sys, json, zipfile, hashlib
    z = zipfile.ZipFile(sys.argv[1]); m = json.loads(z.read("manifest.json"))
    print([f["name"] for f in m["members"] if hashlib.sha256(z.read(f["name"])).hexdigest() != f["sha256"]])' FILE.zip

With openssl alone, the signature, after unpacking:

    openssl pkeyutl -verify -pubin -inkey public.pem -rawin -in manifest.json -sigfile manifest.sig"""


def readme(
    title: str, names: Iterable[str], found: Recomputation, withheld: Sequence[str], *, least: int, people: str
) -> bytes:
    """Return the page.

    Args:
        title: what run it is.
        names: of the other members.
        found: what was recomputed.
        withheld: keys whose value is not whole.
        least: fewest employees of whom figures are shown.
        people: as in the manifest.
    """
    told = {"none": [], "stories": ["", _STORIES], "exact stories": ["", _EXACT]}[people]
    parts = [
        f"# Evidence of a run of workforce_sim: {title}",
        *("", "## What is in it", "", *_members(names)),
        *("", "## Recomputed", "", str(found), "", f"Before that, the run was verified: {found.checked}."),
        *("", "## What is left out", "", _PRIVACY.format(least=least), *told, *_withheld(withheld)),
        *("", "## How to verify it", "", _VERIFY, ""),
    ]
    return "\n".join(parts).encode()


def _members(names: Iterable[str]) -> Iterator[str]:
    yield f"* `{MANIFEST}`: every other member with its size and SHA-256"
    for name in names:
        file = name.rpartition("/")[2]
        about = "years of each group" if file.startswith("by_") else "events of one employee, under a pseudonym"
        yield f"* `{name}`: {_ABOUT.get(file, about)}"
    yield f"* `{SIGNATURE}`, if it is signed: Ed25519 signature of `{MANIFEST}`"


def _withheld(keys: Sequence[str]) -> Iterator[str]:
    if keys:
        listed = ", ".join(f"`{key}`" for key in keys)
        yield ""
        yield f"The configuration has planned hires without their pay, and files without their folders: {listed}."
        yield "The run is simulated again with the whole configuration (`--config FILE`)."
