"""Starting up loads only what is used; how long it takes is measured in benchmarks/."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands import clean_environment

HEAVY = {
    "argparse",
    "asyncio",
    "attr",
    "attrs",
    "cattrs",
    "concurrent.futures",
    "dataclasses",
    "enum",
    "importlib.metadata",
    "inspect",
    "json",
    "logging",
    "multiprocessing",
    "pathlib",
    "pluggy",
    "re",
    "rich",
    "rpyc",
    "shutil",
    "sqlite3",
    "sqlite_utils",
    "subprocess",
    "tempfile",
    "tomli",
    "typing",
    "typing_extensions",
    "unittest",
}


def loaded(code: str, tmp_path: Path) -> set[str]:
    """Tell which heavy modules a fresh interpreter has loaded after some code, beyond those it starts with."""
    environment = clean_environment(XDG_CACHE_HOME=str(tmp_path / "cache"))
    report = (
        f"import sys; before = set(sys.modules)\n{code}\nprint('LOADED', *sorted(set(sys.modules) - before))"
    )
    done = subprocess.run(
        [sys.executable, "-c", report],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.rpartition("LOADED")[2].split()) & HEAVY


@pytest.mark.parametrize("flag", ["--help", "--version"])
def test_help_and_version_load_nothing_heavy(flag: str, tmp_path: Path) -> None:
    code = f"from rotest_core.cli.app import main\nmain(['{flag}'])"
    loaded(code, tmp_path)  # fills the caches

    assert loaded(code, tmp_path) == set()


def test_defaults_need_no_toml_and_no_attrs(tmp_path: Path) -> None:
    code = "from rotest_core.config.settings import load_settings\nload_settings(environ={})"

    assert loaded(code, tmp_path) <= {"enum", "re", "typing"}


def test_file_needs_a_toml_reader_only(tmp_path: Path) -> None:
    (tmp_path / "rotest.toml").write_text("[run]\nwait = '1h'", encoding="utf-8")
    code = "from rotest_core.config.settings import load_settings\nload_settings(environ={})"

    assert loaded(code, tmp_path) <= {"enum", "re", "tomli", "typing"}


def test_loading_the_built_in_plugins_loads_no_backend(tmp_path: Path) -> None:
    code = "from rotest_core.plugin.loader import load_plugins\nload_plugins()"
    loaded(code, tmp_path)

    assert (
        loaded(code, tmp_path) & {"attr", "cattrs", "importlib.metadata", "rich", "rpyc", "sqlite_utils"}
        == set()
    )
