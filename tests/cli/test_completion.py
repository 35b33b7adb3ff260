"""Shells complete commands, options and names, in the shells themselves."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from rotest_core.cli.app import COMMANDS
from rotest_core.cli.completion import SHELLS
from tests.commands import clean_environment, rotest
from tests.installed import install

PLUGIN = """
from rotest_core.plugin.hookspecs import hookimpl

class Hello:
    def configure(self, parser):
        parser.add_argument("--loudly", action="store_true")
        parser.add_argument("who", choices=["moon", "world"])

@hookimpl
def rotest_register(registry):
    registry.command("hello", Hello, summary="greet somebody")
    registry.output("dotted", lambda context: None, summary="made for a test")
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    directory = tmp_path / "project"
    directory.mkdir()
    install(tmp_path / "site", "tiny", module=PLUGIN)
    return directory


def following(project: Path, *words: str, shell: str = "bash") -> list[str]:
    environment = {"PYTHONPATH": str(project.parent / "site")}
    typed = "".join(f"{word}\n" for word in words)
    answer = rotest("completion", shell, f"--for={typed}", cwd=project, environment=environment)
    assert (answer.status, answer.err) == (0, "")
    return answer.out.splitlines()


def in_shell(project: Path, script: str, *command: str) -> list[str]:
    """Run a script in a shell that finds `rotest` on its path."""
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    bin_directory = project.parent / "bin"
    bin_directory.mkdir()
    starter = bin_directory / "rotest"
    starter.write_text(f'#!/bin/sh\nexec {sys.executable} -m rotest_core "$@"\n', encoding="utf-8")
    starter.chmod(0o755)
    environment = clean_environment(
        PYTHONPATH=str(project.parent / "site"),
        XDG_CACHE_HOME=str(project.parent / "cache"),
        HOME=str(project),
    )
    environment["PATH"] = f"{bin_directory}:{environment['PATH']}"
    done = subprocess.run(
        [*command, dedent(script)], cwd=project, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["co"], ["config", "completion"]),
        ([""], [*COMMANDS, "hello", "shell"]),
        (["-c", "x.toml", "plu"], ["plugins"]),
        (["config", "--js"], ["--json"]),
        (["config", "--col"], ["--color"]),
        (["--fail"], ["--failfast"]),
        (["tests", "--fail"], ["--failfast"]),
        (["--color", ""], ["auto", "always", "never"]),
        (["--color=al"], ["always"]),
        (["-o", "dot"], ["dots", "dotted"]),
        (["-o", "dots,dot"], ["dots,dotted"]),
        (["run", "--outputs=xml,dott"], ["xml,dotted"]),
        (["-m", "proc"], ["process"]),
        (["--set", "run.fail"], ["run.failfast="]),
        (["--set", "run.failfast", "=", "t"], []),
        (["hello", "--l"], ["--loudly"]),
        (["hello", "w"], ["world"]),
        (["completion", ""], ["bash", "zsh", "fish"]),
        (["completion", "z"], ["zsh"]),
        (["tests", ""], []),
        (["-f", ""], []),
    ],
)
def test_what_may_follow_is_told(project: Path, words: list[str], expected: list[str]) -> None:
    if words[-1].startswith("--color=") or words[-1].startswith("--outputs="):
        flag, _, value = words[-1].partition("=")
        words = [*words[:-1], flag, "=", value]  # as bash hands it over
    assert following(project, *words) == expected


def test_words_that_bash_does_not_take_apart_are_completed_whole(project: Path) -> None:
    assert following(project, "--color=al", shell="zsh") == ["--color=always"]


def test_other_shells_get_explanations(project: Path) -> None:
    assert following(project, "plug", shell="fish") == [f"plugins\t{COMMANDS['plugins']}"]
    assert following(project, "hel", shell="zsh") == ["hello\tgreet somebody"]


def test_broken_configuration_completes_what_needs_none(project: Path) -> None:
    (project / "rotest.toml").write_text("broken =", encoding="utf-8")

    assert following(project, "plug") == ["plugins"]
    assert following(project, "-o", "d") == []


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_has_a_script(project: Path, shell: str) -> None:
    answer = rotest("completion", shell, cwd=project)

    assert (answer.status, answer.err) == (0, "")
    assert f"completion {shell} --for=" in answer.out


def test_unknown_shell_is_refused(project: Path) -> None:
    answer = rotest("completion", "bahs", cwd=project)

    assert answer.status == 2
    assert "invalid choice: 'bahs' (did you mean 'bash'?)" in answer.err


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("rotest co", ["config", "completion"]),
        ("rotest config --js", ["--json"]),
        ("rotest -o dots,dot", ["dots,dotted"]),
        ("rotest --color = al", ["always"]),
        ("rotest run -o xml ''", []),
    ],
)
def test_bash_completes(project: Path, words: str, expected: list[str]) -> None:
    script = f"""
        eval "$(rotest completion bash)"
        COMP_WORDS=({words})
        COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
        _rotest 2> /dev/null
        printf '%s\\n' "${{COMPREPLY[@]}}"
        complete -p rotest
    """

    *found, registered = in_shell(project, script, "bash", "--norc", "-c")

    assert [word for word in found if word] == expected
    assert registered == "complete -o bashdefault -o default -F _rotest rotest"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("rotest co", ["config", "completion"]),
        ("rotest plug", ["plugins"]),
        ("rotest --color=al", ["--color=always"]),
        ("rotest -o dott", ["dotted"]),
    ],
)
def test_fish_completes(project: Path, words: str, expected: list[str]) -> None:
    script = f"""
        rotest completion fish | source
        complete --do-complete '{words}'
    """

    found = in_shell(project, script, "fish", "--no-config", "-c")

    assert sorted(line.split("\t")[0] for line in found) == sorted(expected)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("rotest plug", ["plugins"]),
        ("rotest hel", ["hello"]),
        ("rotest --color=al", ["--color=always"]),
        ("rotest -o dott", ["dotted"]),
    ],
)
def test_zsh_completes(project: Path, words: str, expected: list[str]) -> None:
    """The script is loaded by zsh's own completion; what it adds is caught where zsh would show it."""
    script = f"""
        autoload -Uz compinit && compinit -u -D
        eval "$(rotest completion zsh)"
        [[ $_comps[rotest] = _rotest ]] || echo "not registered: $_comps[rotest]"
        _describe() {{ print -rl -- "${{(@P)2}}" }}
        words=({words})
        CURRENT=$#words
        _rotest
    """

    found = in_shell(project, script, "zsh", "-f", "-c")

    assert [line.partition(":")[0] for line in found] == expected
