"""Fixtures for tests of runs."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.project import Project


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """Give an empty project, and forget afterwards what was imported from it."""
    # Byte code is told from newer sources by whole seconds and by size, and tests are faster than that.
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    root = tmp_path.resolve() / "project"
    root.mkdir()
    path, modules = list(sys.path), set(sys.modules)
    yield Project(root)
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        if str(getattr(sys.modules[name], "__file__", None) or tmp_path).startswith(str(tmp_path)):
            del sys.modules[name]
    importlib.invalidate_caches()
