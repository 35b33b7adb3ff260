"""Set up, demonstrate, test and check Rotest, with nothing but Python (3.11 or later, with venv and pip).

    python3 dev.py demo          lease a calculator, run tests on it over RPyC, write reports: the main job
    python3 dev.py test [ARGS]   run the whole test suite; ARGS go to pytest
    python3 dev.py check         lint, types, architecture, docs, demo: all of .ci/run but the tests
    python3 dev.py help          list every task

Everything is installed into .venv, once, and again when a pyproject.toml has changed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PLUGINS = sorted(path.parent for path in HERE.glob("plugins/*/pyproject.toml"))
EXAMPLES = sorted(path for path in HERE.glob("examples/*/") if path.is_dir())
ENVIRONMENT = {
    **os.environ,
    # Else pyright looks at the packages of whatever Python comes first.
    "PATH": os.pathsep.join([str(BIN), os.environ.get("PATH", "")]),
    # Else its wheel asks for its newest version at every call.
    "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1",
}


def run(*command: str | Path, directory: Path = HERE, **environment: str) -> None:
    """Run a command; leave with its status when it fails."""
    print("$", *(str(word).replace(f"{HERE}{os.sep}", "") for word in command), flush=True)
    status = subprocess.run(
        command, cwd=directory, env={**ENVIRONMENT, **environment}, check=False
    ).returncode
    if status:
        sys.exit(status)


def tool(name: str, *arguments: str | Path, directory: Path = HERE, **environment: str) -> None:
    """Run a program of .venv."""
    run(BIN / name, *arguments, directory=directory, **environment)


def install(extra: str = "") -> None:
    """Install the project and its plugins into .venv, unless that is done."""
    stamp = VENV / f".installed{extra}"
    projects = [HERE / "pyproject.toml", *(plugin / "pyproject.toml" for plugin in PLUGINS)]
    if stamp.exists() and all(stamp.stat().st_mtime > project.stat().st_mtime for project in projects):
        return
    if not (BIN / "python").exists():
        run(sys.executable, "-m", "venv", VENV)
    projects_to_install = [f".{os.sep}{project.parent.relative_to(HERE)}{extra}" for project in projects]
    editables = [word for project in projects_to_install for word in ("--editable", project)]
    tool("python", "-m", "pip", "--disable-pip-version-check", "--quiet", "install", *editables)
    tool("python", "-m", "compileall", "-q", "src", *(plugin / "src" for plugin in PLUGINS))
    stamp.touch()


def setup(_: Sequence[str]) -> None:
    """Install everything that a developer needs."""
    install("[dev]")


def demo(arguments: Sequence[str]) -> None:
    """Run the main job: the calculator example against a real RPyC server."""
    install()
    tool("python", "examples/calculator/run.py", *arguments)


def test(arguments: Sequence[str]) -> None:
    """Run the whole test suite, in random order, on all cores."""
    install("[dev]")
    tool("python", "-m", "pytest", "--numprocesses", "auto", "--dist", "worksteal", *arguments)


def lint(_: Sequence[str]) -> None:
    """Look for mistakes and check the formatting, with ruff."""
    install("[dev]")
    tool("ruff", "check")
    tool("ruff", "format", "--check")


def format_(_: Sequence[str]) -> None:
    """Let ruff mend what it can."""
    install("[dev]")
    tool("ruff", "check", "--fix")
    tool("ruff", "format")


def types(_: Sequence[str]) -> None:
    """Check all types, with mypy and pyright both strict; hold the stubs against what they describe."""
    install("[dev]")
    tool("mypy")
    # Each a project of its own, for several have a module of the same name.
    for project in (*PLUGINS, *EXAMPLES):
        options = ("--config-file", HERE / "mypy.ini", "--cache-dir", HERE / ".mypy_cache")
        tool("mypy", *options, ".", directory=project, MYPYPATH="src")
    stubs = sorted(path.name for path in HERE.glob("typings/*/"))
    tool("stubtest", "--concise", "--ignore-missing-stub", *stubs, MYPYPATH="typings")
    tool("pyright", "--warnings")
    tool("pyright", "--verifytypes", "rotest_core", "--ignoreexternal")


def architecture(_: Sequence[str]) -> None:
    """Check who imports whom, with import-linter."""
    install("[dev]")
    tool("lint-imports", "--no-logo")


def docs(_: Sequence[str]) -> None:
    """Build docs/_build/html; a warning is an error."""
    install("[dev]")
    options = ("-q", "-W", "--keep-going", "-b", "html", "-d", "docs/_build/doctrees")
    tool("sphinx-build", *options, "docs", "docs/_build/html")


def bench(arguments: Sequence[str]) -> None:
    """Measure, side by side, and print ratios; never fails because of a time."""
    install("[dev]")
    tool("python", "-m", "benchmarks", *arguments)


def check(_: Sequence[str]) -> None:
    """Do all that .ci/run does, but the tests."""
    for task in (demo, lint, types, architecture, docs):
        task(())


def clean(_: Sequence[str]) -> None:
    """Remove .venv, caches and everything built."""
    for pattern in (".venv", "build", "dist", "docs/_build", ".*_cache", ".hypothesis", "**/__pycache__"):
        for path in HERE.glob(pattern):
            shutil.rmtree(path, ignore_errors=True)


TASKS: dict[str, Callable[[Sequence[str]], None]] = {
    task.__name__.strip("_"): task
    for task in (setup, demo, test, check, lint, format_, types, architecture, docs, bench, clean)
}


def main(words: Sequence[str]) -> None:
    """Do the task that the first word names."""
    if sys.version_info < (3, 11):  # noqa: UP036 - whatever Python there is starts this file
        sys.exit("Rotest needs Python 3.11 or later; start this with another: python3.13 dev.py ...")
    name = words[0] if words else "help"
    if name not in TASKS:
        for task_name, task in TASKS.items():
            print(f"python3 dev.py {task_name:13}{(task.__doc__ or '').splitlines()[0]}")
        sys.exit(0 if name in ("help", "--help", "-h") else f"no task {name!r}")
    TASKS[name](words[1:])


if __name__ == "__main__":
    main(sys.argv[1:])
