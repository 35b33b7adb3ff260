"""Starts the real command, as a user does."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import attrs


@attrs.frozen
class Answer:
    """What a command printed, and its exit status."""

    status: int
    out: str
    err: str


def clean_environment(**extra: str) -> dict[str, str]:
    """Return this process's environment without what would change the command's behaviour."""
    ours = ("ROTEST_", "XDG_CACHE_HOME", "NO_COLOR", "PYTHONPATH", "COLUMNS")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)} | extra


def rotest(*words: str, cwd: Path, environment: Mapping[str, str] | None = None, typed: str = "") -> Answer:
    """Run ``python -m rotest_core`` in a directory.

    Args:
        words: its arguments.
        cwd: the working directory; the cache of entry points is kept beside it unless `environment` says otherwise.
        environment: variables to add.
        typed: standard input.
    """
    variables = clean_environment(XDG_CACHE_HOME=str(cwd.parent / "cache")) | dict(environment or {})
    done = subprocess.run(
        [sys.executable, "-m", "rotest_core", *words],
        cwd=cwd,
        env=variables,
        input=typed,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    return Answer(done.returncode, done.stdout, done.stderr)
