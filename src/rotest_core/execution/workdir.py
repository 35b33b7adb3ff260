"""Give every run, and every test that asks for one, a directory of its own.

::

    <work_dir>/runs/<start time>-<run name or id>/     one run
        events.jsonl                                   see `journal`
        tests/<number>-<name>/                         made when a test first uses it
    <work_dir>/runs/latest                             leads to the run that was started last
"""

from __future__ import annotations

import fcntl
import os
import re
import stat
import time

from rotest_core.errors import WorkDirError

LATEST = "latest"
_RUN_NAME = re.compile(r"\d{8}-\d{6}-.+")
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_NAME_LENGTH = 80
_SETTLING = 60.0
"""Seconds during which a directory may belong to a run that has not marked it as its own yet."""


def safe_name(text: str) -> str:
    """Make a file name that every file system takes out of any text.

    >>> safe_name("test_area[10 m²]/é")
    'test_area_10_m_'
    """
    if text.isascii() and text.isidentifier():
        return text[:_NAME_LENGTH]
    return _UNSAFE.sub("_", text).strip(".")[:_NAME_LENGTH] or "_"


def new_id() -> str:
    """Make up an identifier of a run, unique among all."""
    return os.urandom(6).hex()


class RunDirectory:
    """Hold the directory of one run.

    Args:
        work_dir: the directory of all runs; made when it is missing.
        label: the run's name or identifier; made safe.
        started: when the run started, in seconds since the epoch; named in local time.

    Raises:
        WorkDirError: it cannot be made.
    """

    def __init__(self, work_dir: str, label: str, started: float) -> None:
        runs = os.path.join(os.path.abspath(work_dir), "runs")
        name = f"{time.strftime('%Y%m%d-%H%M%S', time.localtime(started))}-{safe_name(label)}"
        try:
            os.makedirs(runs, exist_ok=True)
            self.path: str = _make_unique(runs, name)
        except OSError as error:
            raise WorkDirError(work_dir, error) from error

    def publish(self) -> None:
        """Let ``latest`` lead here."""
        _link_latest(*os.path.split(self.path))

    def discard(self) -> None:
        """Remove a directory in which no run came to pass."""
        _remove_tree(self.path)

    def join(self, *names: str) -> str:
        """Return a path in it."""
        return os.path.join(self.path, *names)

    def test_path(self, number: int, name: str) -> str:
        """Return where a test's directory is, or will be."""
        return f"{self.path}/tests/{number}-{safe_name(name)}"


def prune(work_dir: str, *, keep_runs: int, keep_days: float, now: float) -> None:
    """Remove old runs: those beyond the newest `keep_runs`, and those older than `keep_days`.

    A run that some process still writes is left alone, and so is everything that is not a run's directory.
    What cannot be removed stays: an old run is no reason to fail a new one.

    Args:
        work_dir: the directory of all runs.
        keep_runs: how many to keep; 0 for no limit.
        keep_days: age in days from which on to remove; 0 for no limit.
        now: seconds since the epoch.
    """
    runs = os.path.join(work_dir, "runs")
    try:
        names = sorted(filter(_RUN_NAME.fullmatch, os.listdir(runs)), reverse=True)
    except OSError:
        return
    oldest = time.strftime("%Y%m%d-%H%M%S", time.localtime(now - keep_days * 86400)) if keep_days > 0 else ""
    for rank, name in enumerate(names):
        if (keep_runs > 0 and rank >= keep_runs) or name < oldest:
            _remove_run(os.path.join(runs, name), now)


def _make_unique(runs: str, name: str) -> str:
    attempt = 1
    while True:
        path = os.path.join(runs, name if attempt == 1 else f"{name}-{attempt}")
        try:
            os.mkdir(path)
        except FileExistsError:
            attempt += 1
        else:
            return path


def _link_latest(runs: str, name: str) -> None:
    """Let ``latest`` lead to a run; a reader finds the old target or the new one, never none."""
    link = os.path.join(runs, f".{LATEST}-{os.getpid()}-{new_id()}")
    try:
        os.symlink(name, link, target_is_directory=True)
    except OSError:  # a file system without symbolic links: one convenience less
        return
    try:
        os.replace(link, os.path.join(runs, LATEST))
    except OSError:  # somebody keeps a real directory of that name there
        os.unlink(link)


def _remove_run(path: str, now: float) -> None:
    try:
        if now - os.stat(path).st_mtime < _SETTLING:
            return
        journal = os.open(os.path.join(path, "events.jsonl"), os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        _remove_tree(path)
        return
    except OSError:
        return
    try:
        # Refused while the process of that run holds its journal.
        fcntl.flock(journal, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _remove_tree(path)
    except OSError:
        return
    finally:
        os.close(journal)


def _remove_tree(path: str) -> None:
    """Remove a directory and what is in it, links themselves and not where they lead.

    As shutil.rmtree does, whose import would cost four milliseconds at every start: in the long run each run
    has one old run to remove.
    """
    try:
        if stat.S_ISDIR(os.lstat(path).st_mode):
            for name in os.listdir(path):
                _remove_tree(os.path.join(path, name))
            os.rmdir(path)
        else:
            os.unlink(path)
    except OSError:
        return
