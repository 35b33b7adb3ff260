"""What users import is there, cheap, and the same for type checkers as at run time."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import rotest_core
import rotest_core.plugin

FACADES = ("rotest_core", "rotest_core.plugin")


def tree(facade: str) -> ast.Module:
    source = import_module(facade).__file__
    assert source is not None
    return ast.parse(Path(source).read_text(encoding="utf-8"))


def names_for_checkers(facade: str) -> set[str]:
    """Return what a facade imports where only type checkers look, with what it defines itself."""
    (block,) = (
        node
        for node in tree(facade).body
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    )
    return {
        alias.asname or alias.name
        for node in block.body
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("rotest_core")
        for alias in node.names
    }


@pytest.mark.parametrize("facade", FACADES)
def test_every_public_name_is_there(facade: str) -> None:
    module = import_module(facade)
    assert [name for name in module.__all__ if getattr(module, name, None) is None] == []
    assert dir(module) == sorted(module.__all__)


@pytest.mark.parametrize("facade", FACADES)
def test_checkers_and_interpreter_see_the_same_names(facade: str) -> None:
    own = {"__version__", "main"}
    assert names_for_checkers(facade) - {"ResourceT"} == set(import_module(facade).__all__) - own


@pytest.mark.parametrize("facade", FACADES)
def test_unknown_name_is_an_attribute_error(facade: str) -> None:
    with pytest.raises(AttributeError, match=rf"module '{facade}' has no attribute 'Calculator'"):
        import_module(facade).Calculator  # noqa: B018


def test_names_are_those_of_the_modules_that_hold_them() -> None:
    from rotest_core.model.resource import BaseResource
    from rotest_core.plugin.registry import Registry

    assert rotest_core.BaseResource is BaseResource
    assert rotest_core.plugin.Registry is Registry


@pytest.mark.parametrize("facade", FACADES)
def test_import_loads_nothing_that_costs(facade: str) -> None:
    script = (
        f"import {facade}, sys; "
        "costly = {'attr', 'attrs', 'cattrs', 'typing', 'typing_extensions', 'pluggy', 'unittest', 'enum', 're'}; "
        "print(sorted(costly & set(sys.modules)), [name for name in sys.modules if name.startswith('rotest_core.')])"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", script],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    loaded = ["rotest_core._version", *([facade] if facade != "rotest_core" else [])]
    assert done.stdout == f"[] {loaded}\n", done.stderr
