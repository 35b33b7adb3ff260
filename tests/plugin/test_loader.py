"""Plugins fill the catalogues; one that does not work is named and leaves the others alone."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rotest_core.errors import DuplicatePluginError, UnknownPluginError
from rotest_core.plugin.entry_points import find_plugins
from rotest_core.plugin.loader import Plugins, load_plugins
from tests.installed import install

REGISTER = """
from rotest_core.plugin.hookspecs import hookimpl

@hookimpl
def rotest_register(registry):
    registry.output("{output}", lambda context: None, summary="made for a test")
"""


class Site:
    """A search path with plugins that are imported for one test only."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def install(self, name: str, module: str, **points: str) -> None:
        install(self._directory, name, module=module, points=points or None)

    def load(self, *disabled: str) -> Plugins:
        entries = find_plugins([str(self._directory)], str(self._directory.parent / "cache"))
        return load_plugins(disabled, entries=entries)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    before = set(sys.modules)
    monkeypatch.syspath_prepend(tmp_path / "site")
    yield Site(tmp_path / "site")
    for name in set(sys.modules) - before:
        if getattr(sys.modules[name], "__file__", None) and str(tmp_path) in str(sys.modules[name].__file__):
            del sys.modules[name]


def outputs(plugins: Plugins) -> list[tuple[str, str, str]]:
    return [(entry.name, entry.owner, entry.summary) for entry in plugins.catalogues.outputs]


def test_what_a_plugin_registers_is_in_the_catalogue_with_its_owner(site: Site) -> None:
    site.install("tiny-one", REGISTER.format(output="one"))

    plugins = site.load()

    assert outputs(plugins) == [("one", "tiny-one", "made for a test")]
    assert [entry.name for entry in plugins.loaded] == ["tiny_one"]
    assert plugins.distributions == {"tiny-one": "1.0"}


def test_entry_point_may_name_an_object_of_a_module(site: Site) -> None:
    module = REGISTER.format(output="one").replace("@hookimpl", "class Hooks:\n  @hookimpl")
    module = module.replace("def rotest_register(registry)", "  def rotest_register(self, registry)")
    site.install(
        "tiny-one",
        module.replace("    registry.output", "      registry.output") + "\nhooks = Hooks()",
        one="tiny_one:hooks",
    )

    assert outputs(site.load()) == [("one", "tiny-one", "made for a test")]


def test_disabled_plugin_is_not_imported(site: Site) -> None:
    site.install("tiny-one", "raise AssertionError('imported')")

    for disabled in ("tiny-one", "tiny_one"):
        plugins = site.load(disabled)
        assert [entry.name for entry in plugins.disabled] == ["tiny_one"]
        assert plugins.problems == []


def test_two_plugins_of_one_name_are_both_named(site: Site) -> None:
    site.install("tiny-one", REGISTER.format(output="same"))
    site.install("tiny-two", REGISTER.format(output="same"))

    with pytest.raises(DuplicatePluginError) as caught:
        site.load()

    assert caught.value.owners == ("tiny-one", "tiny-two")
    assert str(caught.value) == (
        "output 'same' is registered twice: by tiny-one and by tiny-two; "
        "uninstall one, or name it under [plugins] disabled"
    )
    assert [entry.distribution for entry in site.load("tiny-one").loaded] == ["tiny-two"]


@pytest.mark.parametrize(
    ("module", "error"),
    [
        ("import absent_module", "ModuleNotFoundError: No module named 'absent_module'"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("raise SystemExit('bye')", "SystemExit: bye"),
        ("def broken(", "SyntaxError: '(' was never closed (tiny_broken.py, line 1)"),
        (
            REGISTER.format(output="x").replace("rotest_register", "rotest_regster"),
            "it implements an unknown hook, rotest_regster (did you mean 'rotest_register'?)",
        ),
        (
            REGISTER.format(output="x").replace("registry.output", "registry.outputs"),
            "AttributeError: 'Registry' object has no attribute 'outputs'",
        ),
    ],
)
def test_plugin_that_does_not_load_is_named_and_the_others_work(site: Site, module: str, error: str) -> None:
    site.install("tiny-broken", module)
    site.install("tiny-one", REGISTER.format(output="one"))

    plugins = site.load()

    assert outputs(plugins) == [("one", "tiny-one", "made for a test")]
    assert [str(problem) for problem in plugins.problems] == [
        f"plugin 'tiny_broken' of tiny-broken 1.0 cannot be loaded: {error}"
    ]


def test_hook_with_an_unknown_argument_is_a_problem_of_its_plugin(site: Site) -> None:
    site.install("tiny-broken", REGISTER.format(output="x").replace("(registry)", "(register)"))

    (problem,) = site.load().problems

    assert "PluginValidationError" in problem.error
    assert "register" in problem.error


def test_missing_attribute_of_an_entry_point_is_a_problem_of_its_plugin(site: Site) -> None:
    site.install("tiny-broken", "", broken="tiny_broken:hooks")

    (problem,) = site.load().problems

    assert problem.error == "cannot be loaded: AttributeError: module 'tiny_broken' has no attribute 'hooks'"


def test_unknown_name_tells_why_a_broken_plugin_may_not_supply_it(site: Site) -> None:
    site.install("tiny-broken", "import absent_module")
    site.install("tiny-one", REGISTER.format(output="one"))

    with pytest.raises(UnknownPluginError) as caught:
        site.load().catalogues.outputs.get("ones")

    assert str(caught.value) == (
        "unknown output 'ones' (did you mean 'one'?); installed: one; plugin 'tiny_broken' of tiny-broken 1.0 "
        "cannot be loaded: ModuleNotFoundError: No module named 'absent_module'"
    )


def test_unknown_name_of_a_known_package_tells_how_to_get_it(site: Site) -> None:
    with pytest.raises(UnknownPluginError, match="it comes with rotest-excel: pip install rotest-excel"):
        site.load().catalogues.outputs.get("excel")


def test_unknown_name_of_a_known_package_that_is_broken_tells_only_that(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Its own tests may have imported the real one before.
    monkeypatch.delitem(sys.modules, "rotest_excel", raising=False)
    site.install("rotest-excel", "import absent_module")
    site.install("tiny-broken", "import absent_module")

    with pytest.raises(UnknownPluginError) as caught:
        site.load().catalogues.outputs.get("excel")

    assert str(caught.value) == (
        "unknown output 'excel'; installed: none; plugin 'rotest_excel' of rotest-excel 1.0 cannot be loaded: "
        "ModuleNotFoundError: No module named 'absent_module'"
    )


def test_unknown_name_of_a_disabled_package_says_so(site: Site) -> None:
    site.install("rotest-excel", REGISTER.format(output="excel"))

    with pytest.raises(UnknownPluginError, match=r"of rotest-excel is disabled by \[plugins\] disabled"):
        site.load("rotest-excel").catalogues.outputs.get("excel")


def test_built_in_backends_come_in_as_anybody_s() -> None:
    entries = [entry for entry in find_plugins() if entry.distribution == "rotest-core"]

    plugins = load_plugins(entries=entries)

    assert plugins.problems == []
    assert "dots" in plugins.catalogues.outputs
    assert {entry.owner for entry in plugins.catalogues.outputs} == {"rotest-core"}


def test_a_command_of_a_known_package_says_how_to_install_it(site: Site) -> None:
    with pytest.raises(UnknownPluginError, match="it comes with rotest-shell: pip install rotest-shell"):
        site.load().catalogues.commands.get("shell")
