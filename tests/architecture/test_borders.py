"""Rules of the tree that import-linter cannot express. The others stand in .importlinter."""

import inspect
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from textwrap import dedent

import pytest

from tests.architecture.imports import REPOSITORY, imports, sources

PUBLIC = (
    "rotest_core",
    "rotest_core.events",
    "rotest_core.leasing",
    "rotest_core.plugin",
    "rotest_core.results",
    "rotest_core.testing",
)
VAGUE = {"common", "helper", "helpers", "manager", "misc", "util", "utils"}


def test_imports_are_found_wherever_they_stand(tmp_path: Path) -> None:
    file = tmp_path / "module.py"
    file.write_text(
        dedent(
            """\
            import one.part, two
            from typing import TYPE_CHECKING
            if TYPE_CHECKING:
                from three import name
            def function():
                from four.part import name
            """
        ),
        encoding="utf-8",
    )

    assert [str(found) for found in imports(file)] == [
        f"{file}:1: one.part",
        f"{file}:1: two",
        f"{file}:2: typing",
        f"{file}:4: three",
        f"{file}:6: four.part",
    ]


def test_plugins_use_public_modules_of_the_core_only() -> None:
    theirs = sources("plugins/*/src/**/*.py", "examples/plugin-template/**/*.py")
    used = [
        found for file in theirs for found in imports(file) if found.module.split(".")[0] == "rotest_core"
    ]

    assert [str(found) for found in used if found.module not in PUBLIC] == []


def test_our_plugins_stand_on_the_core_alone() -> None:
    """Others may build on a backend, as the template's lock strategy does; ours prove that nobody needs to."""
    ours = sources("plugins/*/src/**/*.py")
    used = [
        found for file in ours for found in imports(file) if found.module.split(".")[0] == "rotest_backends"
    ]

    assert [str(found) for found in used] == []


def test_core_imports_from_the_module_that_defines_a_name() -> None:
    """A module that comes in by the package's front door brings everything along, and soon a circle."""
    inside = [file for file in sources("src/rotest_core/**/*.py") if file.parent.name != "rotest_core"]

    assert [str(found) for file in inside for found in imports(file) if found.module == "rotest_core"] == []


def test_modules_have_telling_names() -> None:
    assert [str(file) for file in sources("src/**/*.py", "plugins/*/src/**/*.py") if file.stem in VAGUE] == []


@pytest.mark.parametrize("module", PUBLIC)
def test_public_names_are_documented(module: str) -> None:
    """An implementation may inherit its docstrings; somebody has to have written them."""
    assert list(_undocumented(module)) == []


def _undocumented(module_name: str) -> Iterator[str]:
    module = import_module(module_name)
    for name in getattr(module, "__all__", ()):
        value = getattr(module, name)
        if not (inspect.isclass(value) or inspect.isroutine(value)):
            continue
        if not inspect.getdoc(value):
            yield f"{module_name}.{name}"
        for method, function in inspect.getmembers(value, inspect.isfunction):
            ours = function.__module__.startswith("rotest_core")
            if ours and not method.startswith("_") and not inspect.getdoc(getattr(value, method)):
                yield f"{module_name}.{name}.{method}"


def test_every_layer_is_required() -> None:
    """An optional layer, written in parentheses, would let a misspelt wing slip through."""
    text = (REPOSITORY / ".importlinter").read_text(encoding="utf-8")
    layers = text.partition("layers =\n")[2].partition("\n\n")[0]

    assert "rotest_core" not in layers
    assert "(" not in layers
