"""What a run that is kept says of what it ran with."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from rotest_core.scheduling.survey import commit_of, survey

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_a_branch_and_its_commit_are_found_from_below(tmp_path: Path) -> None:
    write(tmp_path / ".git" / "HEAD", "ref: refs/heads/topic/a\n")
    write(tmp_path / ".git" / "refs" / "heads" / "topic" / "a", f"{COMMIT}\n")
    (tmp_path / "tests" / "deep").mkdir(parents=True)

    assert commit_of(str(tmp_path / "tests" / "deep")) == {"commit": COMMIT, "branch": "topic/a"}


def test_a_packed_reference_is_found(tmp_path: Path) -> None:
    write(tmp_path / ".git" / "HEAD", "ref: refs/heads/main\n")
    write(
        tmp_path / ".git" / "packed-refs",
        f"# pack-refs\n{'f' * 40} refs/heads/other\n{COMMIT} refs/heads/main\n",
    )

    assert commit_of(str(tmp_path)) == {"commit": COMMIT, "branch": "main"}


def test_a_detached_head_is_a_commit_without_branch(tmp_path: Path) -> None:
    write(tmp_path / ".git" / "HEAD", f"{COMMIT}\n")

    assert commit_of(str(tmp_path)) == {"commit": COMMIT}


@pytest.mark.parametrize("head", ["", "nonsense", "ref: refs/heads/empty"])
def test_what_cannot_be_read_is_left_out(tmp_path: Path, head: str) -> None:
    write(tmp_path / ".git" / "HEAD", head)

    assert "commit" not in commit_of(str(tmp_path))


def test_packages_are_named_with_their_versions(tmp_path: Path) -> None:
    assert "rotest-core " in dict(survey(str(tmp_path)))["packages"]


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_a_worktree_says_what_git_says(tmp_path: Path) -> None:
    def git(*words: str, cwd: Path) -> str:
        identity = ("-c", "user.name=x", "-c", "user.email=x@x.example", "-c", "commit.gpgsign=false")
        done = subprocess.run(["git", *identity, *words], cwd=cwd, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    main, tree = tmp_path / "main", tmp_path / "tree"
    main.mkdir()
    git("init", "-q", cwd=main)
    git("commit", "-q", "--allow-empty", "-m", "first", cwd=main)
    git("worktree", "add", "-q", "-b", "side", str(tree), cwd=main)

    assert commit_of(str(tree)) == {"commit": git("rev-parse", "HEAD", cwd=tree), "branch": "side"}
