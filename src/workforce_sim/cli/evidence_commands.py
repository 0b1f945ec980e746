"""``workforce-sim evidence``: what an auditor asks for of a run, in one archive; and whether an archive is unchanged.

What a command needs is imported when it runs.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from textwrap import fill
from typing import Any

from workforce_sim.cli.console import FAILURE, SUCCESS, USAGE, positive, whole_number
from workforce_sim.cli.parser import command
from workforce_sim.wording.terminal import complain, printable, say, tell

EXAMPLE = "workforce-sim evidence runs/base --out base.zip"
DETAILS = (
    "Verifies the run, has it computed again by the other engine, and writes one archive without any value of a single "
    "employee: configuration, census by group, provenance with hashes, tables, tests, warnings, the report. The same "
    "run gives the same bytes. An archive is verified on any machine by: workforce-sim evidence verify base.zip"
)
VERIFY = "verify"
WIDTH = 120
"""Letters of a line that is printed."""
_OF_WRITING = ("stories", "story", "key_file", "key_env", "exact", "sign", "least", "recompute_limit")
_OF_VERIFYING = ("key", "rerun", "census", "config", "engine")


def add_evidence(commands: Any, about: str) -> None:
    """Add the command that writes an archive of evidence, and verifies one."""
    evidence = command(commands, "evidence", about, _evidence, details=DETAILS, example=EXAMPLE)
    evidence.add_argument("run", metavar="DIR", type=Path, help=f"folder of the run; or the word {VERIFY}")
    evidence.add_argument("file", metavar="FILE.zip", type=Path, nargs="?", help=f"after {VERIFY}: the archive")
    _add_writing(evidence.add_argument_group("to write an archive"))
    _add_verifying(evidence.add_argument_group("to verify one"))


def _add_writing(group: Any) -> None:
    group.add_argument("--out", metavar="FILE.zip", type=Path, help="archive to write")
    about = "also tell the events of N employees, chosen by the key, under pseudonyms; needs a key"
    group.add_argument("--stories", metavar="N", type=positive, help=about)
    about = "also tell the events of this employee; may be given several times"
    group.add_argument("--story", metavar="ID", action="append", help=about)
    about = "stories with exact pay, amounts, ages and dates: the archive is then as confidential as the census"
    group.add_argument("--exact", action="store_true", help=about)
    key = group.add_mutually_exclusive_group()
    key.add_argument("--key-file", metavar="FILE", type=Path, help="key of the pseudonyms, in a file")
    key.add_argument("--key-env", metavar="NAME", help="the same, in an environment variable")
    about = "sign the archive with an Ed25519 key: openssl genpkey -algorithm ed25519 -out KEY.pem"
    group.add_argument("--sign", metavar="KEY.pem", type=Path, help=about)
    about = "leave out groups and figures of fewer than N employees; default: 10"
    group.add_argument("--least", metavar="N", type=whole_number, help=about)
    about = (
        "employee-years up to which the whole run is recomputed, beyond a sample; default: 100,000, about half a minute"
    )
    group.add_argument("--recompute-limit", metavar="N", type=whole_number, help=about)


def _add_verifying(group: Any) -> None:
    about = "public key of who must have signed it: openssl pkey -in KEY.pem -pubout -out PUB.pem"
    group.add_argument("--key", metavar="PUB.pem", type=Path, help=about)
    group.add_argument("--rerun", action="store_true", help="simulate the run again and compare its tables")
    group.add_argument("--census", metavar="FILE", type=Path, help="the same, with the census of the run")
    about = "the same, with the whole configuration, where the archive does not have it"
    group.add_argument("--config", metavar="FILE", type=Path, help=about)
    about = "which engine simulates it again; default: fast"
    group.add_argument("--engine", choices=("fast", "reference"), help=about)


def _evidence(options: argparse.Namespace) -> int:
    verifying = options.file is not None and str(options.run) == VERIFY
    wrong = _wrong(options, verifying=verifying)
    if wrong:
        complain(wrong)
        return USAGE
    return _verify(options) if verifying else _write(options)


def _wrong(options: argparse.Namespace, *, verifying: bool) -> str:
    """Return what is wrong with a combination of arguments."""
    others = (*_OF_WRITING, "out") if verifying else _OF_VERIFYING
    given = [f"--{name.replace('_', '-')}" for name in others if getattr(options, name) not in (None, False)]
    if verifying:
        return f"evidence verify: {given[0]} is of an archive that is written; leave it out" if given else ""
    if given:
        return (
            f"evidence: {given[0]} is of an archive that is verified: workforce-sim evidence verify FILE.zip {given[0]}"
        )
    if options.file is not None or options.out is None:
        return f"evidence: expected DIR --out FILE.zip, or {VERIFY} FILE.zip; such as {EXAMPLE}"
    return _wrong_stories(options)


def _wrong_stories(options: argparse.Namespace) -> str:
    if options.stories and options.story:
        return "evidence: expected --stories N or --story ID, one of the two"
    told = options.stories or options.story
    if not told and (options.exact or options.key_file or options.key_env):
        return "evidence: --exact, --key-file and --key-env are for stories; give --stories N or --story ID too"
    return ""


def _write(options: argparse.Namespace) -> int:
    from workforce_sim.verify.evidence.evidence import evidence  # noqa: PLC0415

    asked = {"least": options.least, "most": options.recompute_limit}
    found = evidence(
        options.run,
        options.out,
        stories_of=options.story or options.stories or 0,
        key=options.key_env if options.key_file is None else options.key_file,
        exact=options.exact,
        sign=options.sign,
        progress=True,
        **{name: value for name, value in asked.items() if value is not None},
    )
    say(fill(printable(str(found.recomputation)), WIDTH))
    complain(f"written to {found.path}{'' if found.signer is None else f', signed by {found.signer[:16]}...'}")
    return SUCCESS if found else FAILURE


def _verify(options: argparse.Namespace) -> int:
    from workforce_sim.verify.evidence.verification import verify_evidence  # noqa: PLC0415

    found = verify_evidence(
        options.file,
        key=options.key,
        rerun=options.rerun,
        census=options.census,
        config=options.config,
        engine=options.engine or "fast",
        progress=True,
    )
    tell(str(found))
    return SUCCESS if found else FAILURE
