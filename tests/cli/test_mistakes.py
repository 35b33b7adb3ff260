"""What bad input gets: one clear message, exit status 2, no traceback, and nothing left behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands import Answer, rotest


@pytest.fixture
def project(tmp_path: Path) -> Path:
    directory = tmp_path / "project"
    directory.mkdir()
    return directory


def write(project: Path, text: str) -> None:
    (project / "rotest.toml").write_text(text, encoding="utf-8")


def check_refused(answer: Answer, message: str, project: Path) -> None:
    assert (answer.status, answer.out, answer.err) == (2, "", f"rotest: error: {message}\n")
    assert [path.name for path in project.iterdir()] in ([], ["rotest.toml"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "[run\n",
            "rotest.toml: not TOML: Expected ']' at the end of a table declaration (at line 1, column 5)",
        ),
        ("[run]\nname = a", "rotest.toml: not TOML: Invalid value (at line 2, column 8)"),
        ("[rnu]", "rnu (rotest.toml): unknown section (did you mean 'run'?)"),
        ("[run]\nouput = ['xml']", "run.ouput (rotest.toml): unknown key (did you mean 'outputs'?)"),
        ("[run]\noutputs = 'xml'", 'run.outputs (rotest.toml): expected a list of texts, got "xml"'),
        (
            "[locks]\nttl = 'soon'",
            'locks.ttl (rotest.toml): expected a number of seconds, or text such as "90s", "15m", "1h30m", got "soon"',
        ),
        (
            "[rnu]\n[run]\nkeep_runs = 1.5",
            (
                "2 errors in the configuration:\n"
                "  rnu (rotest.toml): unknown section (did you mean 'run'?)\n"
                "  run.keep_runs (rotest.toml): expected a whole number, got 1.5"
            ),
        ),
    ],
)
def test_broken_configuration_is_refused(project: Path, text: str, message: str) -> None:
    write(project, text)

    check_refused(rotest("config", cwd=project), message, project)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["config", "-c", "lab.toml"], "lab.toml: cannot be read: No such file or directory"),
        (["config", "--set", "run.nmae=x"], "run.nmae (--set): unknown key (did you mean 'name'?)"),
        (["config", "--set", "run.name"], "--set: expected section.key=value, got 'run.name'"),
        (
            ["config", "--color", "red"],
            'terminal.color (--color): expected auto, always or never, got "red"',
        ),
        (["config", "--jsno"], "unknown option '--jsno' (did you mean '--json'?); see rotest config --help"),
        (["config", "extra"], "unexpected argument 'extra'; see rotest config --help"),
        (["confg"], "no such command or path: 'confg' (did you mean 'config'?)"),
        (["init"], "the following arguments are required: DIR; see rotest init --help"),
    ],
)
def test_mistaken_command_line_is_refused(project: Path, words: list[str], message: str) -> None:
    check_refused(rotest(*words, cwd=project), message, project)


def test_mistaken_variable_is_refused(project: Path) -> None:
    answer = rotest("config", cwd=project, environment={"ROTEST_RUN_FALFAST": "1"})

    check_refused(answer, "run.falfast (ROTEST_RUN_FALFAST): unknown key (did you mean 'failfast'?)", project)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("run.outputs=dots,xlm", "unknown output 'xlm' (did you mean 'xml'?); installed: "),
        ("run.executor=seral", "unknown executor 'seral' (did you mean 'serial'?); installed: "),
        ("store.backend=sqlit", "unknown store 'sqlit' (did you mean 'sqlite'?); installed: "),
        ("locks.backend=memry", "unknown lock strategy 'memry' (did you mean 'memory'?); installed: "),
    ],
)
def test_unknown_plugin_is_refused_before_any_test_is_imported(
    project: Path, text: str, message: str
) -> None:
    (project / "test_file.py").write_text("raise AssertionError('imported')", encoding="utf-8")

    answer = rotest("--set", text, cwd=project)

    assert (answer.status, answer.out) == (2, "")
    assert answer.err.startswith(f"rotest: error: {message}")
    assert answer.err.count("\n") == 1
    assert [path.name for path in project.iterdir()] == ["test_file.py"]


def test_word_that_is_neither_command_nor_path_is_refused(project: Path) -> None:
    check_refused(rotest("tset_power", cwd=project), "no such command or path: 'tset_power'", project)


@pytest.mark.parametrize("words", [["nope.py"], ["run", "nope.py"], ["below/nope"]])
def test_path_that_is_not_there_is_refused(project: Path, words: list[str]) -> None:
    answer = rotest(*words, cwd=project)

    assert (answer.status, answer.out) == (2, "")
    assert f"no such file or directory: {words[-1]}" in answer.err


def test_unknown_flag_of_run_is_refused_without_a_command(project: Path) -> None:
    answer = rotest("--failfats", cwd=project)

    assert (answer.status, answer.out) == (2, "")
    assert answer.err.startswith("rotest: error: unknown option '--failfats' (did you mean '--failfast'")
