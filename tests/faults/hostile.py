"""Damaged and hostile inputs by the thousand: each is accepted or refused in plain words, in time and in memory.

An input is its number: the same one each time. ``python -m tests.faults.hostile FIRST COUNT FOLDER`` examines inputs
FIRST to FIRST + COUNT in a process of its own, ``python -m tests.faults.hostile COMMAND ...`` calls the command line in
one; both print what they found as JSON.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import faulthandler
import io
import json
import random
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from workforce_sim import load_config
from workforce_sim.census import check_census, read_census
from workforce_sim.cli.main import main
from workforce_sim.errors import WorkforceSimError

ROOT = Path(__file__).parents[2]
SECONDS = 10
"""Most seconds of computing that one input may take."""
BLOCKED = 120
"""Seconds after which a process that waits for something is ended, with a traceback."""
PEAK_MIB = 1024
ADDRESS_SPACE = 6 << 30

PEOPLE = 40
SECRETS = re.compile(r"Zyx|Quill|feather|[67][0-9]{4}\.[0-9]{2}|19[67][0-9]-[0-9]{2}")
"""What ids, names, salaries and birth dates of the census look like, and no message may hold."""

Mutation = Callable[[random.Random, bytes], bytes]

# --- good inputs ------------------------------------------------------------------------------------------------------


def people() -> pl.DataFrame:
    """Return a census of people whose values can be told from everything else."""
    return pl.DataFrame(
        {
            "employee_id": [f"Zyx-{n:04d}" for n in range(PEOPLE)],
            "last_name": [f"Quillfeather{n}" for n in range(PEOPLE)],
            "hire_date": [dt.date(2001 + n % 20, 1 + n % 12, 1 + n % 28) for n in range(PEOPLE)],
            "birth_date": [dt.date(1961 + n % 19, 1 + n % 12, 1 + n % 28) for n in range(PEOPLE)],
            "annual_salary": [61237.41 + 311.07 * n for n in range(PEOPLE)],
            "level": [f"L{n % 4}" for n in range(PEOPLE)],
            "deferral_rate": [0.01 * (n % 9) for n in range(PEOPLE)],
            "active": [n % 7 != 0 for n in range(PEOPLE)],
        }
    )


def _parquet(frame: pl.DataFrame, **settings: Any) -> bytes:
    file = io.BytesIO()
    frame.write_parquet(file, **settings)
    return file.getvalue()


def _arrow(frame: pl.DataFrame, **settings: Any) -> bytes:
    import pyarrow.parquet as pq

    file = io.BytesIO()
    pq.write_table(frame.to_arrow(), file, **settings)
    return file.getvalue()


@cache
def good() -> dict[str, list[bytes]]:
    """Return good inputs by the ending of their file."""
    configs = [ROOT / "config/simulation_config.yaml", *sorted((ROOT / "config/plan_designs").glob("*.yaml"))]
    frame = people()
    csv = frame.write_csv(float_precision=2)
    categories = frame.with_columns(pl.col("level").cast(pl.Categorical), pl.col("hire_date").cast(pl.Datetime("us")))
    return {
        ".yaml": [path.read_bytes() for path in configs],
        ".csv": [csv.encode(), csv.replace(",", ";").replace("\n", "\r\n").encode(), b"\xef\xbb\xbf" + csv.encode()],
        ".parquet": [
            _parquet(frame),
            _parquet(frame, compression="uncompressed", statistics=False),
            _parquet(categories, compression="snappy", row_group_size=16),
            _arrow(frame, compression="gzip", use_dictionary=False),
            _arrow(frame, compression="none", data_page_version="2.0", data_page_size=64),
            _arrow(frame, compression="none", use_dictionary=False, version="1.0"),
        ],
    }


# --- what is done to them ---------------------------------------------------------------------------------------------

TOKENS = [
    *(
        b"\0",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"\xe9",
        b"\r",
        b"\n",
        b"\t",
        b'"',
        b"'",
        b",",
        b";",
        b"|",
        b'""',
        b"\n\n\n",
    ),
    *(b"1e400", b"-1e400", b"1e-400", b"9" * 400, b"-", b"+1", b"0x10", b"nan", b".inf", b"-.inf", b"NaN", b"inf"),
    *(b"0000-01-01", b"9999-12-31", b"99999-01-01", b"-0001-01-01", b"2020-02-30", b"0000-00-00"),
    *(b"&a ", b"*a", b"<<: ", b"!!python/object:os.system ", b"? ", b"- ", b"---\n", b"...\n", b"%YAML 9.9\n", b"# "),
    *(b"[" * 60, b"{a: " * 60, b"- " * 60, b"}", b"]", b": ", b"|\n", b">\n", b'"\\0"', b'"\\u202e"', b'"\\n"'),
    *(b"~", b"null", b"true", b"no", b"010", b"1_000", b"12:30:00", b"$1,000.00", b"5%", b"=1+1", b"@x", b"`x"),
    *("\u202e".encode(), "\u2028".encode(), "😀".encode(), "\u0661".encode(), b"\x1b[31m", b"\x85", b"\xc0\x80"),
    *(b"x" * 5_000, b" " * 5_000, b"~nobody_at_all/x", b"../../x", b"/dev/zero", b"https://example.com/x.csv"),
]


def _at(rng: random.Random, content: bytes) -> int:
    """Return a place, often near an end, where headers and footers are."""
    near = min(len(content), 700)
    return rng.choice([rng.randint(0, len(content)), rng.randint(0, near), len(content) - rng.randint(0, near)])


def flipped(rng: random.Random, content: bytes) -> bytes:
    """Flip one to eight bits."""
    changed = bytearray(content or b"\0")
    for _ in range(rng.randint(1, 8)):
        changed[min(_at(rng, changed), len(changed) - 1)] ^= 1 << rng.randrange(8)
    return bytes(changed)


def cut(rng: random.Random, content: bytes) -> bytes:
    """Leave out the end, the beginning or a part."""
    start, stop = sorted((_at(rng, content), _at(rng, content)))
    return rng.choice([content[:stop], content[start:], content[:start] + content[stop:]])


def inserted(rng: random.Random, content: bytes) -> bytes:
    """Put a nasty token somewhere, perhaps over what is there."""
    at, token = _at(rng, content), rng.choice(TOKENS)
    return content[:at] + token + content[at + rng.choice([0, len(token)]) :]


def repeated(rng: random.Random, content: bytes) -> bytes:
    """Repeat a part."""
    start = _at(rng, content)
    part = content[start : start + rng.randint(1, 80)]
    return content[:start] + part * rng.choice([2, 3, 300]) + content[start:]


def noised(rng: random.Random, content: bytes) -> bytes:
    """Put random bytes, or equal ones, over a part."""
    start, length = _at(rng, content), rng.randint(1, 16)
    noise = rng.choice([rng.randbytes(length), b"\0" * length, b"\xff" * length])
    return content[:start] + noise + content[start + length :]


def lined(rng: random.Random, content: bytes) -> bytes:
    """Duplicate, swap, drop, indent or join lines."""
    lines = content.split(b"\n")
    a, b = rng.randrange(len(lines)), rng.randrange(len(lines))
    change = rng.randrange(5)
    if change == 0:
        lines.insert(b, lines[a])
    elif change == 1:
        lines[a], lines[b] = lines[b], lines[a]
    elif change == 2:
        del lines[a]
    elif change == 3:
        lines[a] = rng.choice([b" ", b"  ", b"\t"]) + lines[a]
    else:
        lines[a : a + 2] = [b"".join(lines[a : a + 2])]
    return b"\n".join(lines)


def valued(rng: random.Random, content: bytes) -> bytes:
    """Put a nasty token in place of a word or number."""
    words = list(re.finditer(rb"[\w.+-]+", content))
    if not words:
        return content
    word = rng.choice(words)
    return content[: word.start()] + rng.choice(TOKENS) + content[word.end() :]


def columned(rng: random.Random, content: bytes) -> bytes:
    """Swap, duplicate or drop columns of a text census."""
    separator = rng.choice([b",", b";"])
    rows = [line.split(separator) for line in content.split(b"\n")]
    width = max(map(len, rows))
    order = list(range(width))
    a, b = rng.randrange(width), rng.randrange(width)
    order[a] = b if rng.random() < 0.5 else order[a]
    rng.shuffle(order)
    order = order[: rng.randint(max(1, width - 1), width)]
    return b"\n".join(separator.join(row[i] for i in order if i < len(row)) for row in rows)


def sized(rng: random.Random, content: bytes) -> bytes:
    """Change the length of a Parquet footer."""
    length = rng.choice([0, 1, 2**31 - 1, 2**32 - 1, len(content), rng.randrange(2**32), rng.randrange(4000)])
    return content[:-8] + length.to_bytes(4, "little") + content[-4:]


ANY: list[Mutation] = [flipped, cut, inserted, repeated, noised]
MUTATIONS: dict[str, list[Mutation]] = {
    ".yaml": [*ANY, lined, lined, valued, valued, valued],
    ".csv": [*ANY, lined, lined, valued, valued, columned],
    ".parquet": [flipped, flipped, flipped, cut, inserted, repeated, noised, sized],
}


def hostile(number: int) -> tuple[str, bytes]:
    """Return the ending of an input's file, and its content."""
    rng = random.Random(number)
    ending = sorted(MUTATIONS)[number % 3]
    content = rng.choice(good()[ending])
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        content = rng.choice(MUTATIONS[ending])(rng, content)
    return ending, content


# --- what must hold ---------------------------------------------------------------------------------------------------


def unclear(message: str) -> Iterator[str]:
    """Yield what is wrong with a message of an error."""
    lines = message.split("\n")
    if len(lines) > 101:
        yield f"{len(lines)} lines"
    yield from (f"not printable: {line[:200]!r}" for line in lines if not line.isprintable())
    yield from (f"{len(line)} characters: {line[:200]!r}" for line in lines if len(line) > 1_000)
    yield from (f"empty line in {message[:200]!r}" for line in lines if not line.strip())
    inside = r"Traceback|pydantic|polars|\.py\b|\.rs\b|error of the program|0x[0-9a-f]{6}"
    yield from (f"the inside shows: {line[:300]}" for line in lines if re.search(inside, line))


def told(message: str) -> Iterator[str]:
    """Yield what a message about a census gives away."""
    yield from (f"a personal value: {found[0]} in {message[:300]!r}" for found in SECRETS.finditer(message))


@contextlib.contextmanager
def watched() -> Iterator[None]:
    """End the process, with a traceback, where it waits for ever."""
    faulthandler.dump_traceback_later(BLOCKED, exit=True, file=sys.__stderr__ or 2)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()


def outcome(action: Callable[[], object]) -> str:
    """Return the message of an error on purpose; nothing where there is none."""
    try:
        with watched():
            action()
    except (WorkforceSimError, FileNotFoundError) as error:
        return str(error)
    return ""


def called(*arguments: str) -> tuple[int, str, str]:
    """Call the command line and return its exit code and what it printed."""
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as err, watched():
        code = main(arguments)
    return code, out.getvalue(), err.getvalue()


def refused(source: Any, read: Callable[[Any], object]) -> str:
    """Return the message of a refusal, which must be clear."""
    message = outcome(lambda: read(source))
    assert message
    assert not [*unclear(message)]
    return message.replace(f"{source}", "FILE") if isinstance(source, Path) else message


def apart(*arguments: str | Path) -> dict[str, Any]:
    """Call the command line in a process of its own; its answer must be clear, and it must stay small and quick."""
    command = [sys.executable, "-W", "error", "-m", "tests.faults.hostile", *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=3 * BLOCKED, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    answer: dict[str, Any] = json.loads(done.stdout)
    assert answer["peak_mib"] < PEAK_MIB
    assert answer["seconds"] < SECONDS
    assert not [*unclear((answer["out"] + answer["err"]).rstrip("\n"))]
    return answer


def problems_of(path: Path) -> Iterator[str]:
    """Yield what is wrong with how an input is answered."""
    if path.suffix == ".yaml":
        messages = [outcome(lambda: load_config(path))]
        code, out, err = called("config", "check", str(path))
    else:
        messages = [outcome(lambda: check_census(path)), outcome(lambda: read_census(path))]
        code, out, err = called("census", "check", str(path))
        for text in (*messages, out, err):
            yield from told(text.replace(str(path.parent), ""))
    if code not in {0, 1} or (code == 1 and not (out + err).strip()):
        yield f"exit code {code} with {out[:200]!r}, {err[:200]!r}"
    for text in (*messages, out.rstrip("\n"), err.rstrip("\n")):
        yield from unclear(text) if text else ()


def examined(path: Path) -> list[str]:
    """Return what is wrong with how an input is answered, errors of the program and slowness among it."""
    files, start = sorted(path.parent.rglob("*")), time.process_time()
    try:
        found = list(problems_of(path))
    except Exception as error:  # whatever is raised that is no error on purpose
        found = [f"{type(error).__name__}: {str(error)[:300]}"]
    spent = time.process_time() - start
    found += [f"{spent:.1f} s of computing"] if spent > SECONDS else []
    return found + ([] if sorted(path.parent.rglob("*")) == files else ["files were written"])


def run(first: int, count: int, folder: Path) -> dict[str, Any]:
    """Examine inputs by number and return what was found."""
    wrong = {}
    for number in range(first, first + count):
        ending, content = hostile(number)
        path = folder / f"input{ending}"  # it stays there if the process ends
        path.write_bytes(content)
        found = examined(path)
        path.unlink()
        if found:
            wrong[number] = found
    return {"inputs": count, "wrong": wrong, "peak_mib": peak_mib()}


def asked(*arguments: str) -> dict[str, Any]:
    """Call the command line and return its exit code, what it printed and what it took."""
    code, out, err = called(*arguments)
    return {"code": code, "out": out, "err": err, "peak_mib": peak_mib(), "seconds": time.process_time()}


def peak_mib() -> int:
    """Return the most memory that this process has had, in MiB."""
    status = Path("/proc/self/status")
    if status.exists():  # where a process begins with the peak of the one that started it
        return int(re.findall(r"VmHWM:\s+([0-9]+) kB", status.read_text(encoding="ascii"))[0]) >> 10
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most >> (20 if sys.platform == "darwin" else 10)


def _answer(arguments: list[str]) -> dict[str, Any]:
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    if arguments[0].isdigit():
        return run(int(arguments[0]), int(arguments[1]), Path(arguments[2]))
    return asked(*arguments)


if __name__ == "__main__":
    print(json.dumps(_answer(sys.argv[1:])))
