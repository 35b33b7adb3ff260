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
    "difflib",
    "enum",
    "importlib.metadata",
    "inspect",
    "json",
    "logging",
    "multiprocessing",
    "pathlib",
    "pluggy",
    "pprint",
    "re",
    "rich",
    "rpyc",
    "shutil",
    "sqlite3",
    "sqlite_utils",
    "subprocess",
    "tempfile",
    "threading",
    "tomli",
    "traceback",
    "typing",
    "typing_extensions",
    "unittest",
}


def loaded(code: str, tmp_path: Path) -> set[str]:
    """Tell which heavy modules a fresh interpreter has loaded after some code, beyond those it starts with."""
    return modules(code, tmp_path) & HEAVY


def modules(code: str, tmp_path: Path) -> set[str]:
    """Tell which modules a fresh interpreter has loaded after some code, beyond those it starts with."""
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
    return set(done.stdout.rpartition("LOADED")[2].split())


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


PLAIN_RUN = """
    cli cli.app cli.color cli.command cli.run cli.shared_options
    config config.context config.files config.given config.options config.parsed config.settings config.sources
    config.values
    errors events quick_typing session _version
    execution execution.bus execution.deadline execution.direct execution.fixtures
    execution.handler_context execution.interrupts execution.journal execution.result
    execution.work_order execution.workdir execution.worker
    model model.links
    planning planning.collection planning.components planning.discovery planning.importing
    planning.lean_unittest planning.loading planning.plan planning.reaching planning.requesting
    planning.scan planning.selection planning.stand_ins planning.tree
    plugin plugin.cache plugin.entry_points plugin.hookspecs plugin.loader plugin.protocols
    plugin.protocols.executor plugin.registry plugin.reports
    scheduling scheduling.account scheduling.crew scheduling.lessor scheduling.run scheduling.scheduler
    scheduling.staffing scheduling.work
"""
BACKENDS_OF_A_PLAIN_RUN = """
    debugger drivers drivers.factories executors executors.factories executors.serial locks locks.factories
    outputs outputs.dots outputs.factories outputs.outcomes outputs.stream outputs.summary outputs.terminal plugin
    stores stores.factories
"""


def test_a_run_of_plain_tests_loads_what_it_uses_and_no_more(tmp_path: Path) -> None:
    """Each module costs such a run 0.2 ms: one that most runs can do without is imported where it is used."""
    (tmp_path / "rotest.toml").write_text("[run]\nname = 'nightly'", encoding="utf-8")
    test = "import unittest\nclass A(unittest.TestCase):\n    def test(self): self.assertEqual(1, 1)\n"
    (tmp_path / "test_a.py").write_text(test, encoding="utf-8")
    code = "from rotest_core.cli.app import main\nassert main([]) == 0"
    for _ in range(2):  # the first makes the directory of runs, the second keeps there what the file says
        modules(code, tmp_path)

    found = modules(code, tmp_path)

    core = {"rotest_core", *(f"rotest_core.{name}" for name in PLAIN_RUN.split())}
    backends = {"rotest_backends", *(f"rotest_backends.{name}" for name in BACKENDS_OF_A_PLAIN_RUN.split())}
    ours = {name for name in found if name.startswith(("rotest_core", "rotest_backends"))}
    assert sorted(ours - core - backends) == []
    assert found & HEAVY <= {"enum", "re", "unittest"}
