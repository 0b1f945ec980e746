"""The project's chores. ``nox -l`` lists them; ``.ci/run`` needs none of this."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import nox

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.sessions = ["lint", "typing", "tests", "docs"]

PYTHONS = ["3.11", "3.12", "3.13"]
FINGERPRINT = "from workforce_sim import simulate; print(simulate().fingerprint)"
MAIN_JOB = ["--start-year", "2025", "--end-year", "2029"]
FROM_THE_WHEEL = ["analyst", "actuary", "data-scientist", "hr-planner"]
LARGEST = 1_500_000
HEADER = "# Written by `nox -s requirements`; edit pyproject.toml instead."


@nox.session
def lint(session: nox.Session) -> None:
    session.install("-q", "-r", "requirements-dev.txt")
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("lint-imports")


@nox.session
def typing(session: nox.Session) -> None:
    session.install("-q", "-r", "requirements-dev.txt")
    session.run("mypy", *session.posargs)


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    session.install("-q", "-r", "requirements.txt")
    session.run("python", "-m", "pytest", "-q", *session.posargs)


@nox.session(python=PYTHONS[0])
def thorough(session: nox.Session) -> None:
    """Run all tests, the long trials too."""
    session.install("-q", "-r", "requirements.txt")
    more = {"HYPOTHESIS_PROFILE": "thorough", "WORKFORCE_SIM_FAULTS": "50"}
    session.run("python", "-m", "pytest", "-q", "-m", "slow or not slow", *session.posargs, env=more)


THREADS = {"POLARS_MAX_THREADS": "2"}
"""At every change a worker has one thread; Polars 1 leaves what several have made in pieces."""


@nox.session(python=PYTHONS[0], venv_backend="uv")
def tests_lowest(session: nox.Session) -> None:
    """Run the tests on the oldest versions that pyproject.toml allows."""
    session.install("-q", "--resolution", "lowest-direct", "-e", ".[test]")
    session.run("python", "-m", "pytest", "-q", *session.posargs, env=THREADS)


@nox.session(python=PYTHONS[0])
def polars_pair(session: nox.Session) -> None:
    """Run the tests on both ends of the allowed Polars versions; one run must have one fingerprint on both."""
    session.install("-q", "-e", ".[test]")
    found = {}
    for version in ("1.44", "2"):
        session.install("-q", f"polars=={version}.*")
        session.run("python", "-m", "pytest", "-q", *session.posargs, env=THREADS)
        found[version] = session.run("python", "-c", FINGERPRINT, silent=True)
    if len(set(found.values())) != 1:
        session.error(f"fingerprints differ: {found}")


@nox.session(python=PYTHONS[0])
def gpu(session: nox.Session) -> None:
    """Run the golden files where a GPU is, with the GPU engine and the Polars that it needs installed.

    A year names the engine in memory, whatever is installed: this shows that the two get on, not that the GPU works.
    """
    if not _has_gpu():
        session.skip("no GPU here: nvidia-smi is missing or lists none")
    session.install("-q", "-e", ".[test]", "polars==1.44.*", "cudf-polars-cu12")
    session.run("python", "-m", "pytest", "-q", "tests/golden", *session.posargs)


def _has_gpu() -> bool:
    command = shutil.which("nvidia-smi")
    if command is None:
        return False
    return b"GPU " in subprocess.run([command, "-L"], check=False, capture_output=True).stdout


@nox.session
def bench(session: nox.Session) -> None:
    session.install("-q", "-r", "requirements.txt")
    session.run("python", "-m", "pytest", "-q", "benchmarks", *session.posargs)


@nox.session
def many(session: nox.Session) -> None:
    """Record five years of ten million staff; print time and peak memory. Needs minutes, and 10 GB of disk."""
    session.install("-q", "-r", "requirements.txt")
    session.run("python", "-m", "benchmarks.many", *session.posargs)


@nox.session
def pages(session: nox.Session) -> None:
    """Open reports in headless Chromium, where it is installed; pictures and PDF stay in build/pages."""
    session.install("-q", "-r", "requirements.txt")
    session.run("python", "-m", "pytest", "-q", "-m", "pages", "tests/pages", *session.posargs)


@nox.session
def fuzz(session: nox.Session) -> None:
    """Examine 20,000 damaged inputs, or as many as WORKFORCE_SIM_FUZZ says."""
    session.install("-q", "-r", "requirements.txt")
    inputs = os.environ.get("WORKFORCE_SIM_FUZZ", "20000")
    command = ["python", "-m", "pytest", "-q", "-n", "2", "tests/faults/test_hostile_input.py"]
    session.run(*command, *session.posargs, env={"WORKFORCE_SIM_FUZZ": inputs})


@nox.session
def api(session: nox.Session) -> None:
    """Let schemathesis ask a service whatever its description allows, and what it does not."""
    session.install("-q", "-e", ".[api]", "httpx", "schemathesis>=4")
    session.run("python", "-m", "tests.faults.any_request", *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """Check that docs/data-model.md is current and that links resolve."""
    session.install("-q", "-r", "requirements.txt")
    session.run("python", "-m", "pytest", "-q", "tests/unit/test_data_model.py", "tests/unit/test_docs.py")


@nox.session
def site(session: nox.Session) -> None:
    """Build the documentation as a site in build/site, where a warning ends the build, and look at what was built."""
    session.install("-q", "-r", "requirements-site.txt")
    built = Path("build/site").resolve()
    shutil.rmtree(built, ignore_errors=True)
    strict = ["--fail-on-warning", "--keep-going", "--fresh-env"]
    session.run("sphinx-build", "-q", *strict, "-c", "docs", "-d", session.create_tmp(), ".", str(built))
    session.run("python", "-m", "pytest", "-q", "-m", "site", "tests/site", env={"WORKFORCE_SIM_SITE": str(built)})


@nox.session
def release(session: nox.Session) -> None:
    """Build wheel and source archive into dist/, check them, follow docs/installing.md on each Python that is there."""
    session.install("-q", "build", "twine")
    shutil.rmtree("dist", ignore_errors=True)
    session.run("python", "-m", "build", "--outdir", "dist", silent=True)
    built = sorted(Path("dist").resolve().iterdir())
    session.run("twine", "check", "--strict", *map(str, built))
    for path in built:
        session.log(f"{path.name}: {path.stat().st_size:,} bytes")
        if path.stat().st_size > LARGEST:
            session.error(f"{path.name} has more than {LARGEST:,} bytes")
    (wheel,) = (path for path in built if path.suffix == ".whl")
    for python in filter(_runs, (f"python{version}" for version in PYTHONS)):
        _try_out(session, wheel, python)


def _runs(python: str) -> bool:
    """Tell whether there is such a Python; a name alone may be that of a version manager, which has none."""
    return shutil.which(python) is not None and subprocess.run([python, "-c", ""], check=False).returncode == 0


def _try_out(session: nox.Session, wheel: Path, python: str) -> None:
    """Install a wheel into an empty environment, run the README's main job from it, and follow the tutorials."""
    place = Path(session.create_tmp()).resolve() / python
    shutil.rmtree(place, ignore_errors=True)
    session.run(python, "-m", "venv", str(place), external=True)
    programs = place / ("Scripts" if os.name == "nt" else "bin")
    tutorials = Path("tests/tutorials.py").resolve()
    with session.chdir(place):  # away from the working tree
        started = time.monotonic()
        _run(session, programs / "pip", "install", "-q", wheel)
        installed = time.monotonic()
        _run(session, programs / "python", "-m", "orchestrator_dbt.run_multi_year", *MAIN_JOB)
        done = time.monotonic()
        session.log(f"{python}: installed in {installed - started:.0f} s, main job in {done - installed:.1f} s")
        if done - installed > 60:
            session.error("the main job took more than a minute")
        said = str(_run(session, programs / "workforce-sim", "--version", silent=True)).split()[-1]
        if wheel.name.split("-")[1] != said:
            session.error(f"{wheel.name} says that it is {said}")
        _run(session, programs / "pip", "install", "-q", f"{wheel}[excel]")
        _run(session, programs / "python", tutorials, "--check", *FROM_THE_WHEEL)


def _run(session: nox.Session, program: Path, *arguments: str | Path, silent: bool = False) -> object:
    return session.run(str(program), *map(str, arguments), external=True, silent=silent)


@nox.session(venv_backend="none")
def requirements(session: nox.Session) -> None:
    """Pin the requirements files anew; with ``-- --check``, fail where they differ."""
    run_and_test = _compiled(session, "test")
    beside = {"requirements-dev.txt": "lint", "requirements-site.txt": "site"}
    pages = {"requirements.txt": ["-e .", HEADER, *run_and_test]}
    for name, extra in beside.items():
        more = [line for line in _compiled(session, "test", extra) if line not in run_and_test]
        pages[name] = ["-r requirements.txt", HEADER, *more]
    for name, lines in pages.items():
        text = "\n".join(lines) + "\n"
        path = Path(name)
        if "--check" not in session.posargs:
            path.write_text(text, encoding="utf-8")
        elif path.read_text(encoding="utf-8") != text:
            session.error(f"{name} is not what pyproject.toml gives today; run nox -s requirements")


def _compiled(session: nox.Session, *extras: str) -> list[str]:
    """Return pins that fit every Python version, one line a package."""
    for_all = ["--universal", "--python-version", PYTHONS[0], "--fork-strategy", "fewest", "--upgrade"]
    bare = ["--no-annotate", "--no-header"]
    wanted = [argument for extra in extras for argument in ("--extra", extra)]
    command = ["uv", "pip", "compile", "-q", "pyproject.toml", *for_all, *bare, *wanted]
    text = str(session.run(*command, silent=True, external=True))
    return [line for line in text.splitlines() if line and not line.startswith(("#", "-"))]
