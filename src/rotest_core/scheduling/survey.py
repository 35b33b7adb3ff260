"""Look around: what a run that is kept for later should say of what it ran with."""

from __future__ import annotations

import os
import re

_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


def survey(root: str) -> tuple[tuple[str, str], ...]:
    """Return the Git commit and branch of a project, and the installed packages, as pairs of name and value.

    Args:
        root: the project's directory.
    """
    found = {**commit_of(root), "packages": _packages()}
    return tuple((name, value) for name, value in found.items() if value)


def commit_of(root: str) -> dict[str, str]:
    """Return ``commit`` and ``branch`` of the working tree around a directory, as far as they are known.

    Git itself is not asked: it need not be installed, and starting it takes longer than many a test.
    """
    git = _git_directory(os.path.abspath(root))
    if git is None:
        return {}
    head = _read(os.path.join(git, "HEAD"))
    if not head.startswith("ref: "):
        return {"commit": head} if _COMMIT.fullmatch(head) else {}
    reference = head.removeprefix("ref: ")
    shared = os.path.join(git, _read(os.path.join(git, "commondir")))
    commit = _read(os.path.join(git, reference)) or _read(os.path.join(shared, reference))
    commit = commit or _packed(os.path.join(shared, "packed-refs"), reference)
    branch = reference.removeprefix("refs/heads/")
    return {"commit": commit, "branch": branch} if _COMMIT.fullmatch(commit) else {"branch": branch}


def _git_directory(directory: str) -> str | None:
    while True:
        git = os.path.join(directory, ".git")
        if os.path.isdir(git):
            return git
        link = _read(git)  # of a worktree or a submodule
        if link.startswith("gitdir: "):
            return os.path.join(directory, link.removeprefix("gitdir: "))
        above = os.path.dirname(directory)
        if above == directory:
            return None
        directory = above


def _packed(path: str, reference: str) -> str:
    for line in _read(path).splitlines():
        commit, _, name = line.partition(" ")
        if name == reference:
            return commit
    return ""


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read().strip()
    except OSError:
        return ""


def _packages() -> str:
    from importlib.metadata import distributions

    found = {each.metadata["Name"]: each.version for each in distributions() if each.metadata["Name"]}
    return ", ".join(f"{name} {found[name]}" for name in sorted(found, key=str.casefold))
