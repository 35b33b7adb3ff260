"""``rotest config`` shows what counts and where it comes from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rotest_core.config.options import OPTIONS
from tests.commands import rotest


@pytest.fixture
def project(tmp_path: Path) -> Path:
    directory = tmp_path / "project"
    directory.mkdir()
    return directory


def test_every_option_is_shown_with_value_and_origin(project: Path) -> None:
    (project / "rotest.toml").write_text("[run]\nname = 'nightly'\n[config]\nsite = 'lab'", encoding="utf-8")

    answer = rotest(
        "config", "--set", "run.keep_runs=2", cwd=project, environment={"ROTEST_RUN_FAILFAST": "yes"}
    )

    assert (answer.status, answer.err) == (0, "")
    assert answer.out.startswith(f"project: {project}\nfile:    rotest.toml\n\nKEY ")
    rows = {line.split()[0]: line.split()[1:] for line in answer.out.splitlines()[4:]}
    assert list(rows) == [*OPTIONS, "config.site"]
    assert rows["run.name"] == ['"nightly"', "rotest.toml"]
    assert rows["run.failfast"] == ["true", "ROTEST_RUN_FAILFAST"]
    assert rows["run.keep_runs"] == ["2", "--set"]
    assert rows["run.executor"] == ['"serial"', "default"]
    assert rows["config.site"] == ['"lab"', "rotest.toml"]


def test_file_found_above_is_named_from_here(project: Path) -> None:
    (project / "rotest.toml").touch()
    (project / "tests").mkdir()

    answer = rotest("config", cwd=project / "tests")

    assert answer.out.startswith(f"project: {project}\nfile:    ../rotest.toml\n")


def test_programs_get_json(project: Path) -> None:
    (project / "rotest.toml").write_text(
        "[config]\nday = 2024-05-01\n[run]\noutputs = ['xml']", encoding="utf-8"
    )

    answer = rotest("config", "--json", cwd=project)

    document = json.loads(answer.out)
    values = {value["key"]: (value["value"], value["origin"]) for value in document["values"]}
    assert (document["root"], document["file"]) == (str(project), str(project / "rotest.toml"))
    assert document["problems"] == []
    assert values["run.outputs"] == (["xml"], "rotest.toml")
    assert values["config.day"] == ("2024-05-01", "rotest.toml")


def test_section_that_nothing_reads_is_a_warning_with_the_nearest_name(project: Path) -> None:
    (project / "rotest.toml").write_text("[outputs.xlm]\npath = 'a'", encoding="utf-8")

    answer = rotest("config", cwd=project)

    assert answer.status == 0
    assert answer.err == (
        "rotest: warning: outputs.xlm: nothing of this name is installed that reads it (did you mean 'xml'?)\n"
    )


def test_secrets_are_not_shown(project: Path) -> None:
    (project / "rotest.toml").write_text(
        "[store]\npassword = 'hunter2'\n[config]\napi_token = 'hunter2'", encoding="utf-8"
    )

    answers = [rotest("config", cwd=project).out, rotest("config", "--json", cwd=project).out]

    assert "store.password" in answers[0]
    assert not any("hunter2" in answer for answer in answers)


@pytest.mark.parametrize(("when", "coloured"), [("auto", False), ("always", True), ("never", False)])
def test_color_is_for_terminals_unless_asked_for(project: Path, when: str, coloured: bool) -> None:
    assert ("\x1b[" in rotest("config", "--color", when, cwd=project).out) is coloured
