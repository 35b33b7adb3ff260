"""The player of documents notices what a document gets wrong."""

import time
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from tests.docs.document import Block, ExampleFailure, Story, blocks, commands, matches

Play = Callable[[str], None]


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    path = tmp_path / "story"
    path.mkdir()
    return path


@pytest.fixture
def play(directory: Path, monkeypatch: pytest.MonkeyPatch) -> Play:
    """Play a document that is given as text, from beginning to end."""
    monkeypatch.chdir(directory)

    def play(markdown: str) -> None:
        with Story(Path("page.md"), directory) as story:
            for block in blocks(dedent(markdown)):
                story.play(block)

    return play


def test_blocks_know_their_language_line_and_text() -> None:
    first, second = blocks(
        "# Title\n\n```python\na = 1\n```\n\n````markdown title\n```python\nno\n```\n````\n"
    )

    assert first == Block("python", "a = 1\n", 4, {})
    assert (second.language, second.text) == ("markdown", "```python\nno\n```\n")


@pytest.mark.parametrize(
    "comment",
    ["% file: a/b.toml", "<!-- file: a/b.toml -->", "<!--\nfile: a/b.toml\n-->", "% file:   a/b.toml  "],
)
def test_directive_is_read_from_either_kind_of_comment(comment: str) -> None:
    (block,) = blocks(f"{comment}\n\n```toml\nx = 1\n```\n")

    assert block.directives == {"file": "a/b.toml"}


def test_several_directives_may_precede_one_block() -> None:
    (block,) = blocks("% copy: examples\n% exit: 2\n```console\n$ false\n```\n")

    assert block.directives == {"copy": "examples", "exit": "2"}


def test_directive_counts_for_the_next_block_only() -> None:
    _, second = blocks("% exit: 2\n```console\n$ false\n```\n\n```console\n$ true\n```\n")

    assert second.directives == {}


def test_directive_is_void_when_text_comes_between() -> None:
    (block,) = blocks("% exit: 2\n\nSome text.\n\n```console\n$ true\n```\n")

    assert block.directives == {}


def test_other_comments_are_no_directives() -> None:
    (block,) = blocks("% A note: keep this short.\n```console\n$ true\n```\n")

    assert block.directives == {}


def test_console_block_is_split_into_commands_with_their_output() -> None:
    block = Block("console", "$ one\na\nb\n$ two \\\n>   more\nc\n", 10, {})

    assert [(command.shell, command.expected, command.line) for command in commands(block)] == [
        ("one", "a\nb", 10),
        ("two \\\n  more", "c", 13),
    ]


def test_console_block_without_a_prompt_is_refused() -> None:
    with pytest.raises(ExampleFailure, match="begins with"):
        list(commands(Block("console", "rotest --help\n", 3, {})))


@pytest.mark.parametrize(
    ("expected", "output"),
    [
        ("a\nb", "a\nb\n"),
        ("a  \nb", "a\nb   \n\n"),
        ("", ""),
        ("a\n...\nd", "a\nb\nc\nd\n"),
        ("a\n...\nd", "a\nd\n"),
        ("...", ""),
        ("took ... s", "took 0.12 s\n"),
        ("(.*) [x]", "(.*) [x]\n"),
    ],
)
def test_output_matches(expected: str, output: str) -> None:
    assert matches(expected, output)


@pytest.mark.parametrize(
    ("expected", "output"),
    [
        ("", "a\n"),
        ("a", ""),
        ("a", "a\nb\n"),
        ("took ... s", "took 0.12 s\nand more s\n"),
        ("a\n...\nd", "a\nb\nc\n"),
        ("a.c", "abc\n"),
    ],
)
def test_output_does_not_match(expected: str, output: str) -> None:
    assert not matches(expected, output)


def test_python_blocks_share_a_namespace(play: Play) -> None:
    play(
        """
        ```python
        x = 1
        ```

        ```python
        assert x == 1
        ```
        """
    )


def test_failing_python_block_names_the_line_of_the_document(play: Play) -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        play("\ntext\n\n```python\nx = 1\nx / 0\n```\n")

    assert (Path(str(caught.traceback[-1].path)).name, caught.traceback[-1].lineno + 1) == ("page.md", 6)


def test_classes_of_a_python_block_resolve_their_annotations(play: Play) -> None:
    play(
        """
        ```python
        import typing

        class Board:
            left: "Board"

        assert typing.get_type_hints(Board) == {"left": Board}
        ```
        """
    )


def test_written_file_can_be_imported_and_read_by_commands(play: Play, directory: Path) -> None:
    play(
        """
        % file: pack/far.py
        ```python
        VALUE = 7
        ```

        ```python
        from pack.far import VALUE
        assert VALUE == 7
        ```

        ```console
        $ cat pack/far.py
        VALUE = 7
        ```
        """
    )

    assert (directory / "pack/far.py").read_text(encoding="utf-8") == "VALUE = 7\n"


@pytest.mark.parametrize("value", [1, 2])
def test_modules_of_one_story_are_gone_in_the_next(play: Play, value: int) -> None:
    module = f"% file: once.py\n```python\nVALUE = {value}\n```\n"
    play(f"{module}\n```python\nimport once\nassert once.VALUE == {value}\n```\n")


def test_directory_changed_by_a_command_stays_changed(play: Play, directory: Path) -> None:
    play(
        """
        ```console
        $ mkdir deep && cd deep
        $ touch here
        ```
        """
    )

    assert (directory / "deep/here").exists()


def test_wrong_output_fails_with_a_difference(play: Play) -> None:
    with pytest.raises(ExampleFailure, match=r"(?s)page\.md:3: \$ echo no.*-yes.*\+no"):
        play("\n```console\n$ echo no\nyes\n```\n")


def test_unexpected_exit_status_fails(play: Play) -> None:
    with pytest.raises(ExampleFailure, match="exit status 3, expected 0"):
        play("```console\n$ exit 3\n```\n")


def test_exit_status_can_be_promised_for_the_last_command(play: Play) -> None:
    play("% exit: 3\n```console\n$ true\n$ exit 3\n```\n")


def test_block_that_is_not_run_needs_a_reason(play: Play) -> None:
    play("% not-run: needs a board\n```python\n1 / 0\n```\n")
    with pytest.raises(ExampleFailure, match="wants a reason"):
        play("% not-run:\n```python\n1 / 0\n```\n")


@pytest.mark.parametrize("command", ["pip install attrs", "python -m pip install -e . && ls"])
def test_command_that_would_change_the_installation_is_refused(play: Play, command: str) -> None:
    with pytest.raises(ExampleFailure, match="block of sh"):
        play(f"```console\n$ {command}\n...\n```\n")


def test_other_languages_are_only_shown(play: Play) -> None:
    play("```sh\nexit 1\n```\n\n```toml\nnot = valid = toml\n```\n")


def test_copied_example_can_be_used(play: Play) -> None:
    play("% copy: tests/docs\n```console\n$ ls docs/document.py\ndocs/document.py\n```\n")


def test_server_left_in_the_background_does_not_outlive_the_story(play: Play, directory: Path) -> None:
    play("```console\n$ sleep 300 & echo $! >pid\n```\n")

    pid = int((directory / "pid").read_text(encoding="utf-8"))
    deadline = time.monotonic() + 10
    while _runs(pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not _runs(pid)


def _runs(pid: int) -> bool:
    try:
        return "sleep" in Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return False
