"""What ``python -m benchmarks`` accepts, the table of ``--against``, and the revisions that it refuses."""

import shutil
import subprocess
from pathlib import Path

import pytest

from benchmarks import __main__ as command
from benchmarks import against, job
from benchmarks.against import Case

BEFORE = [{"seconds": s, "cpu": c, "mib": m} for s, c, m in [(0.5, 0.6, 200.0), (0.4, 0.8, 210.0), (0.9, 0.7, 190.0)]]
AFTER = [{"seconds": s, "cpu": c, "mib": m} for s, c, m in [(0.25, 0.7, 100.0), (0.3, 0.7, 100.0), (0.2, 0.7, 100.0)]]

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a checkout with two commits, the second tagged ``bare``, without the library."""
    module = tmp_path / "src/workforce_sim/__init__.py"
    module.parent.mkdir(parents=True)
    module.write_text('"""First."""\n', encoding="utf-8")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    commit(tmp_path, "First")
    git(tmp_path, "tag", "first")
    git(tmp_path, "rm", "-rq", "src")
    commit(tmp_path, "Bare")
    git(tmp_path, "tag", "bare")
    git(tmp_path, "checkout", "-q", "first")
    return tmp_path


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(folder), *arguments], check=True)


def commit(folder: Path, message: str) -> None:
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    git(folder, *who, "commit", "-q", "-m", message)


@pytest.mark.parametrize("sizes", [["1000,20000"], ["1000", "20000"]])
def test_sizes_are_divided_by_commas_or_spaces(sizes: list[str]) -> None:
    options = command.parsed(["--against", "HEAD", "--sizes", *sizes, "--what", "run,startup", "--rounds", "2"])

    assert (options.against, options.sizes, options.what, options.rounds) == (
        "HEAD",
        [1_000, 20_000],
        ["run", "startup"],
        2,
    )


def test_what_is_left_out_is_filled_in() -> None:
    options = command.parsed(["--against", "HEAD"])

    assert (options.sizes, options.what, options.rounds) == ([1_000, 10_000, 100_000], list(against.WHAT), 5)
    assert command.parsed([]).sizes == [1_000, 10_000, 100_000, 1_000_000]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--against", "HEAD", "--what", "run,walk"], "'walk': there are run, out, ensemble, startup, first"),
        (["--against", "HEAD", "--sizes", "1000,x"], "'x' is not a whole number above 0"),
        (["--against", "HEAD", "--rounds", "0"], "'0' is not a whole number above 0"),
        (["--against", "HEAD", "--check"], "--against goes with --sizes, --rounds and --what alone"),
        (["--rounds", "3"], "--rounds and --what go with --against"),
        (["--sizes", "20000"], "--sizes without --against: 1000, 10000, 100000, 1000000"),
    ],
)
def test_arguments_that_make_no_sense_end_in_a_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    with pytest.raises(SystemExit):
        command.parsed(arguments)

    assert said in capsys.readouterr().err


def test_the_start_up_is_measured_once_whatever_the_sizes() -> None:
    found = against.cases(["startup", "run", "out"], [1_000, 2_000])

    assert [str(case) for case in found] == [
        "run of 1,000 staff",
        "out of 1,000 staff",
        "run of 2,000 staff",
        "out of 2,000 staff",
        "startup",
    ]


def test_everything_that_can_be_asked_for_has_a_job() -> None:
    assert {*job.JOBS, *job.STARTED} == set(against.WHAT)


def test_the_table_has_both_sides_and_the_second_over_the_first() -> None:
    table = [against.HEADER, *against.lines(Case("run", 10_000), {"v1": BEFORE, "working tree": AFTER})]

    assert [line.split() for line in table] == [
        ["staff", "what", "revision", "median", "s", "best", "s", "CPU", "s", "peak", "MiB"],
        ["10,000", "run", "v1", "0.500", "0.400", "0.700", "200"],
        ["10,000", "run", "working", "tree", "0.250", "0.200", "0.700", "100"],
        ["ratio", "0.50", "0.50", "1.00", "0.50"],
    ]
    assert len({len(line) for line in table}) == 1


def test_an_ensemble_is_smaller_the_more_staff_it_has() -> None:
    assert [job.replicates(staff) for staff in (1_000, 10_000, 100_000, 1_000_000)] == [100, 40, 4, 2]


@needs_git
def test_a_folder_that_is_no_checkout_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="needs a git checkout"):
        against.commit_of("HEAD", tmp_path)


@needs_git
@pytest.mark.parametrize(
    ("revision", "said"),
    [("nowhere", "no such revision"), ("--all", "no such revision"), ("bare", "nothing to measure")],
)
def test_a_revision_that_cannot_be_measured_is_refused(checkout: Path, revision: str, said: str) -> None:
    with pytest.raises(SystemExit, match=said):
        against.commit_of(revision, checkout)


@needs_git
def test_changes_that_are_not_committed_are_said(checkout: Path) -> None:
    assert against.state_of(checkout).endswith("nothing changed in src")
    (checkout / "src/workforce_sim/more.py").write_text("", encoding="utf-8")
    assert against.state_of(checkout).endswith("with changes in src that are not committed")


@needs_git
def test_the_other_revision_is_removed_afterwards_whatever_happened(checkout: Path) -> None:
    trees: list[Path] = []

    def interrupted() -> None:
        with against.checked_out(against.commit_of("first", checkout), checkout) as tree:
            trees.append(tree)
            assert (tree / "src/workforce_sim/__init__.py").is_file()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()

    assert [tree.exists() for tree in trees] == [False]
    assert against.git(checkout, "worktree", "list").stdout.count("\n") == 1


def test_a_side_that_fails_is_named_with_the_last_line_of_its_trouble(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"^v1: unheard of 10 staff failed: KeyError: 'unheard'$"):
        against.measured(Case("unheard", 10), against.Side("v1", tmp_path))
