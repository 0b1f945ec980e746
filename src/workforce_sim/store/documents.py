"""The contents of the JSON files of runs and ensembles, and how to read them.

A file may be damaged or hostile: it is read whole and checked before use, and any error is a ``LedgerError`` that names
the file and repeats none of its values.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from workforce_sim.errors import LedgerError
from workforce_sim.store.files import RESTORE, changed, content_of, is_there, readable
from workforce_sim.store.layout import CARRIED, sealed
from workforce_sim.wording.terminal import printable

MOST_BYTES = 1 << 25
"""Most bytes of a JSON file; the largest configuration or an ensemble of a million replicates needs less."""

Count = Annotated[int, Field(ge=0, lt=2**63)]
Replicate = Annotated[int, Field(ge=0, lt=2**31)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}\z")]
Table = Annotated[str, Field(pattern=r"^(events|snapshots|summary|carried|former)\.parquet\z")]


class Document(BaseModel):
    """Plain data of a JSON file, or a part of it: nothing is converted, and other keys are refused."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False, defer_build=True)


D = TypeVar("D", bound=Document)

Source = Literal["synthetic", "configured", "given"]
"""Where a census comes from: synthetic, read from ``census.path``, or given to the run directly."""


class WrittenTable(Document):
    """The record of a table: its rows, its bytes and their SHA-256."""

    rows: Count
    bytes: Count
    sha256: Sha256


class Described(Document):
    """The identity of a run: the fields of a ``Header``."""

    configuration: dict[str, Any]
    replicate: Replicate
    engine: Literal["fast", "reference"]
    census: Sha256 | Literal["unknown"]
    opening: WrittenTable | None
    notes: list[str]
    versions: dict[str, str]
    level: Annotated[int, Field(ge=1, le=22)]
    own: dict[str, Sha256] = {}
    source: Source | None = None
    format: int | str


class RunDocument(Described):
    """``run.json``."""

    seal: Sha256


class EnsembleDocument(Document):
    """``ensemble.json``."""

    format: int
    header: Described
    seal: Sha256


class WrittenScenario(Document):
    """A scenario of a comparison, or a combination of a sweep: its name and configuration."""

    name: str
    header: Described


class ScenariosDocument(Document):
    """``asked.json`` of a comparison or a sweep: the request, and the tables of the result."""

    format: int
    kind: Literal["comparison", "sweep"]
    scenarios: Annotated[list[WrittenScenario], Field(min_length=1)]
    files: dict[Annotated[str, Field(pattern=r"^[a-z0-9_]{1,60}\.parquet\z")], WrittenTable]
    seal: Sha256


class Manifest(Document):
    """``manifest.json`` of a year: its run and year, its files, and the seal of the year before."""

    run: dict[str, Any]
    year: int
    files: dict[Table, WrittenTable]
    forfeitures_cents: list[Count] | None
    before: Sha256
    seal: Sha256

    @model_validator(mode="after")
    def _whole(self) -> Manifest:
        missing = {"events.parquet", "snapshots.parquet", "summary.parquet"} - {*self.files}
        if missing:
            raise ValueError(f"{min(missing)} is not among its files")
        if (CARRIED in self.files) != (self.forfeitures_cents is not None and len(self.forfeitures_cents) == 1):
            raise ValueError(f"{CARRIED} and the forfeitures of one replicate go together")
        return self


class MadeDocument(Document):
    """``made.json``: when and how a year was made; nothing depends on it."""

    model_config = ConfigDict(extra="ignore")

    committed: str
    python: str
    libraries: dict[str, str]
    system: str
    processors: Count | None
    threads: Count
    peak_memory_mb: float
    seconds: dict[str, float] = {}


class Batch(Document):
    """``manifest.json`` of a batch of an ensemble."""

    ensemble: Sha256
    replicates: Annotated[list[Replicate], Field(min_length=1)]
    files: Annotated[dict[Annotated[str, Field(pattern=r"^summary\.parquet\z")], WrittenTable], Field(min_length=1)]
    seal: Sha256


def read_document(path: Path, kind: type[D], form: int | str | None = None) -> D:
    """Return the content of a sealed JSON file, whose format must be ``form``.

    Raises:
        LedgerError: when it cannot be read, is of an older format, was changed after it was sealed, or has the wrong
            contents.
    """
    content, as_sealed = _parsed(path)
    if type(content.get("format")) is int:  # whatever seals were then
        _refuse_older(path, content, form)
    if not as_sealed:
        raise changed(path)
    _refuse_older(path, content, form)
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        raise LedgerError(f"{path}: is not of this format ({first_problem(error)}); {RESTORE}") from None


def _parsed(path: Path) -> tuple[dict[str, Any], bool]:
    """Return the object in a JSON file, and whether it is unchanged since it was sealed."""
    raw = _content(path)
    try:
        return unsealed(raw)
    except NO_OBJECT as error:
        raise LedgerError(f"{path}: cannot be read ({type(error).__name__}); {RESTORE}") from None


NO_OBJECT = (ValueError, AttributeError, RecursionError)
"""What JSON raises that is no object, or has numbers or letters that JSON has not."""


def unsealed(raw: bytes) -> tuple[dict[str, Any], bool]:
    """Return the object in JSON, and whether it is unchanged since it was sealed.

    Raises:
        NO_OBJECT: when it is none.
    """
    content = json.loads(raw)
    as_sealed = raw == sealed({name: value for name, value in content.items() if name != "seal"}).content
    return content, as_sealed


def _content(path: Path) -> bytes:
    with readable(path):
        if not is_there(path):
            raise LedgerError(f"{path}: missing; {RESTORE}")
    raw = content_of(path, MOST_BYTES)
    if raw is None:
        raise LedgerError(f"{path}: cannot be read (more than {MOST_BYTES:,} bytes); {RESTORE}")
    return raw


def _refuse_older(path: Path, content: Mapping[str, Any], form: int | str | None) -> None:
    found = content.get("format")
    if form is not None and isinstance(found, int | str) and found != form:
        raise older(path, content, form)


def older(path: Path, content: Mapping[str, Any], read: int | str) -> LedgerError:
    """Return the error for a run or an ensemble in a format that this version cannot read."""
    found = printable(str(content["format"]))[:60]
    what = f"is of an older format ({found}; this version reads {read})"
    return LedgerError(f"{path}: {what}; {way_on(content.get('versions'))}")


def way_on(versions: object) -> str:
    """Return the advice for a run of another version."""
    version = versions.get("workforce_sim") if isinstance(versions, Mapping) else None
    known = f"workforce_sim {version[:60]}, which" if isinstance(version, str) and version.isprintable() else ""
    wrote = f"{known} wrote it" if known else "the version that wrote it"
    return f"simulate it again elsewhere, or read it with {wrote}"


def first_problem(error: ValidationError) -> str:
    """Return the place of the first error, without the value."""
    places = [".".join(map(str, problem["loc"])) for problem in error.errors(include_input=False, include_url=False)]
    first, more = printable(places[0])[:60] or "all of it", len(places) - 1
    return f"{first} and {more:,} more" if more else first
