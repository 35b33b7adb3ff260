"""Runs the examples of a Markdown document, so that no page promises what the code does not do.

A document is one story: its blocks are played in order, in one empty directory, sharing one Python namespace.
CONTRIBUTING.md, "Documentation", says what an author writes.
"""

import difflib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import types
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Self

import attrs
from markdown_it import MarkdownIt
from mdit_py_plugins.myst_blocks import myst_block_plugin

REPOSITORY = Path(__file__).parents[2]
COMMAND_SECONDS = 60
DIRECTIVES = ("copy", "exit", "file", "not-run")
_DIRECTIVE = re.compile(rf"({'|'.join(DIRECTIVES)}):\s*(.*?)\s*")
_INSTALLS = re.compile(r"\bpip3? (install|uninstall)\b")
_PARSER = MarkdownIt("commonmark").use(myst_block_plugin)


class ExampleFailure(AssertionError):  # noqa: N818 - a failed check, not an error of this module
    """An example of a document does not do what the document says."""


@attrs.frozen
class Block:
    """A fenced block: its language, its text, the number of its first line, and the directives before it."""

    language: str
    text: str
    line: int
    directives: Mapping[str, str]


@attrs.frozen
class Command:
    """One command of a console block, with the output that the document shows for it."""

    shell: str
    expected: str
    line: int


def blocks(markdown: str) -> Iterator[Block]:
    """Yield the fenced blocks of a document, in order."""
    directives: dict[str, str] = {}
    for token in _PARSER.parse(markdown):
        if token.type in ("myst_line_comment", "html_block"):
            directives |= _directives(token.content)
            continue
        if token.type == "fence" and token.map is not None:
            language = token.info.split()[0] if token.info.strip() else ""
            yield Block(language, token.content, token.map[0] + 2, directives)
        directives = {}


def _directives(comment: str) -> dict[str, str]:
    text = comment.replace("<!--", "").replace("-->", "")
    matches = (_DIRECTIVE.fullmatch(line.strip()) for line in text.splitlines())
    return {match[1]: match[2] for match in matches if match}


def commands(block: Block) -> Iterator[Command]:
    """Yield the commands of a console block: each begins with ``$ ``, and its output is what follows it."""
    lines = block.text.splitlines()
    if lines and not lines[0].startswith("$ "):
        raise ExampleFailure(f"line {block.line}: a console block begins with '$ ', not {lines[0]!r}")
    starts = [number for number, line in enumerate(lines) if line.startswith("$ ")]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        last = start
        while lines[last].endswith("\\"):
            last += 1
        continuation = [line.removeprefix("> ") for line in lines[start + 1 : last + 1]]
        shell = "\n".join([lines[start].removeprefix("$ "), *continuation])
        yield Command(shell, "\n".join(lines[last + 1 : end]), block.line + start)


def matches(expected: str, output: str) -> bool:
    """Tell whether an output is the expected one, in which ``...`` stands for anything.

    On a line of its own it stands for any number of lines, none included; within a line, for any text of that
    line. Blanks at the end of a line, and blank lines at the end of the output, do not count.
    """
    pattern = "".join(
        r"(?:.*\n)*"
        if line.strip() == "..."
        else ".*".join(re.escape(part) for part in line.split("...")) + r"\n"
        for line in _trimmed(expected)
    )
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in _trimmed(output))) is not None


def _trimmed(text: str) -> list[str]:
    return [line.rstrip() for line in text.rstrip().splitlines()]


class Story:
    """Plays the blocks of one document in a directory of its own.

    Args:
        document: the file; its name and lines are named by failures and tracebacks.
        directory: an empty directory; files are written to it, commands start in it.
    """

    def __init__(self, document: Path, directory: Path) -> None:
        self._document = document
        self._directory = directory
        self._working_directory = directory
        self._module = types.ModuleType(f"story_of_{re.sub(r'[^0-9a-zA-Z]', '_', document.stem)}")
        self._groups: list[int] = []

    def __enter__(self) -> Self:
        # Annotations and pickles look a class's module up by name.
        sys.modules[self._module.__name__] = self._module
        sys.path.insert(0, str(self._directory))
        return self

    def __exit__(self, *_: object) -> None:
        sys.path.remove(str(self._directory))
        for name, module in list(sys.modules.items()):
            if module is self._module or self._is_own(module):
                del sys.modules[name]
        for group in self._groups:
            with suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)

    def _is_own(self, module: types.ModuleType) -> bool:
        file = getattr(module, "__file__", None)
        return file is not None and Path(file).is_relative_to(self._directory)

    def play(self, block: Block) -> None:
        """Do what a block shows; raise ExampleFailure when it does not come out as the document says."""
        directives = block.directives
        if "copy" in directives:
            source = REPOSITORY / directives["copy"]
            target = self._directory / source.name
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", ".rotest"))
        if "not-run" in directives:
            if not directives["not-run"]:
                raise self._failure(block.line, "not-run wants a reason")
        elif "file" in directives:
            target = self._working_directory / directives["file"]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(block.text, encoding="utf-8")
        elif block.language == "python":
            self._execute(block)
        elif block.language == "console":
            self._converse(block)

    def _execute(self, block: Block) -> None:
        # Blank lines before it give the code the line numbers of the document.
        code = compile("\n" * (block.line - 1) + block.text, str(self._document), "exec", dont_inherit=True)
        exec(code, vars(self._module))

    def _converse(self, block: Block) -> None:
        *others, last = commands(block)
        for command in others:
            self._run(command, 0)
        self._run(last, int(block.directives.get("exit", "0")))

    def _run(self, command: Command, expected_status: int) -> None:
        if _INSTALLS.search(command.shell):
            raise self._failure(
                command.line, f"$ {command.shell}\ninstalls something: show it in a block of sh"
            )
        status, output = self._shell(command)
        if not matches(command.expected, output):
            diff = difflib.unified_diff(
                _trimmed(command.expected), _trimmed(output), "in the document", "in fact", lineterm=""
            )
            raise self._failure(command.line, f"$ {command.shell}\n" + "\n".join(diff))
        if status != expected_status:
            problem = f"exit status {status}, expected {expected_status}; it said:\n{output}"
            raise self._failure(command.line, f"$ {command.shell}\n{problem}")

    def _shell(self, command: Command) -> tuple[int, str]:
        place = self._directory.with_name("place")
        # A file and not a pipe: a server left in the background would keep a pipe open.
        with tempfile.TemporaryFile() as transcript:
            process = subprocess.Popen(
                ["bash", "-c", f"trap 'pwd >\"$PLACE\"' EXIT\n{command.shell}\n"],
                cwd=self._working_directory,
                env=self._environment() | {"PLACE": str(place)},
                stdin=subprocess.DEVNULL,
                stdout=transcript,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            self._groups.append(process.pid)
            try:
                status = process.wait(COMMAND_SECONDS)
            except subprocess.TimeoutExpired:
                problem = f"$ {command.shell}\nstill runs after {COMMAND_SECONDS} s"
                raise self._failure(command.line, problem) from None
            transcript.seek(0)
            output = transcript.read().decode()
        self._working_directory = Path(place.read_text(encoding="utf-8").strip())
        return status, output

    def _environment(self) -> dict[str, str]:
        ours = ("ROTEST_", "XDG_")
        return {name: value for name, value in os.environ.items() if not name.startswith(ours)} | {
            "COLUMNS": "100",
            "HOME": str(self._directory.parent),
            "LC_ALL": "C.UTF-8",
            "NO_COLOR": "1",
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "TERM": "dumb",
        }

    def _failure(self, line: int, text: str) -> ExampleFailure:
        return ExampleFailure(f"{self._document}:{line}: {text}")


def play(document: Path, directory: Path) -> None:
    """Play a whole document in an empty directory; raise ExampleFailure where it does not keep its word."""
    os.chdir(directory)
    with Story(document, directory) as story:
        for block in blocks(document.read_text(encoding="utf-8")):
            story.play(block)


if __name__ == "__main__":
    try:
        play(Path(sys.argv[1]), Path(sys.argv[2]))
    except ExampleFailure as failure:
        sys.exit(str(failure))
