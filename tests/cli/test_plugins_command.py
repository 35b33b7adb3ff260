"""``rotest plugins`` shows what is installed, what is used, and what is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rotest_core import __version__
from tests.commands import Answer, rotest
from tests.installed import install

PLUGIN = """
from rotest_core.plugin.hookspecs import hookimpl

@hookimpl
def rotest_register(registry):
    registry.output("tiny", lambda context: None, summary="made for a test")
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    directory = tmp_path / "project"
    directory.mkdir()
    install(tmp_path / "site", "tiny-output", module=PLUGIN, version="2.5")
    return directory


def plugins(project: Path, *words: str) -> Answer:
    return rotest("plugins", *words, cwd=project, environment={"PYTHONPATH": str(project.parent / "site")})


def row(answer: Answer, name: str) -> list[str]:
    (line,) = (line for line in answer.out.splitlines() if f" {name} " in line)
    return line.split(maxsplit=4)


def test_kind_name_package_and_version_of_everything_are_shown(project: Path) -> None:
    answer = plugins(project)

    assert (answer.status, answer.err) == (0, "")
    assert answer.out.splitlines()[0].split() == ["KIND", "NAME", "PACKAGE", "VERSION", "STATE", "SUMMARY"]
    assert row(answer, "tiny") == ["output", "tiny", "tiny-output", "2.5", "made for a test"]
    assert row(answer, "dots")[:4] == ["output", "dots", "rotest-core", __version__]


def test_what_the_configuration_chose_is_marked(project: Path) -> None:
    answer = plugins(project, "--json", "--set", "run.outputs=tiny,xml")

    outputs = {entry["name"]: entry["state"] for entry in json.loads(answer.out) if entry["kind"] == "output"}
    assert {name for name, state in outputs.items() if state == "used"} == {"tiny", "xml"}


def test_disabled_plugin_is_shown_as_such(project: Path) -> None:
    answer = plugins(project, "--json", "--set", "plugins.disabled=tiny-output")

    assert [entry for entry in json.loads(answer.out) if entry["package"] == "tiny-output"] == [
        {
            "kind": "plugin",
            "name": "tiny_output",
            "package": "tiny-output",
            "version": "2.5",
            "state": "disabled",
            "summary": "a tiny plugin",
        }
    ]


def test_broken_plugin_is_shown_with_the_reason(project: Path) -> None:
    install(project.parent / "site", "tiny-broken", module="import absent_module")

    answer = plugins(project, "--color", "always")

    (line,) = (line for line in answer.out.splitlines() if "tiny-broken" in line)
    assert answer.status == 0
    assert line.startswith("\x1b[31mplugin")
    assert "cannot be loaded: ModuleNotFoundError: No module named 'absent_module'" in line


def test_two_plugins_of_one_name_are_an_error_that_names_both(project: Path) -> None:
    install(project.parent / "site", "tiny-rival", module=PLUGIN)

    answer = plugins(project)

    assert (answer.status, answer.out) == (2, "")
    assert answer.err == (
        "rotest: error: output 'tiny' is registered twice: by tiny-output and by tiny-rival; "
        "uninstall one, or name it under [plugins] disabled\n"
    )
    assert plugins(project, "--set", "plugins.disabled=tiny-rival").status == 0
