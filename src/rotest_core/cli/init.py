"""``rotest init``: write a small working project to start from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rotest_core.errors import UsageError

if TYPE_CHECKING:
    import argparse

_TEMPLATE = Path(__file__).parent / "project"
_SUFFIX = ".template"  # keeps Python files of the project from being taken for a part of Rotest


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument(
        "directory", metavar="DIR", type=Path, help="where to write it; made when it is not there"
    )


def execute(arguments: argparse.Namespace) -> int:
    """Write the project, whole or not at all."""
    directory: Path = arguments.directory
    written = write_project(directory)
    for path in written:
        print(f"wrote {path}")
    print(f"\nRun the tests:\n  cd {directory}\n  rotest")
    return 0


def write_project(directory: Path) -> list[Path]:
    """Copy the template.

    Returns:
        The files written.

    Raises:
        UsageError: a file of the project is there already, or the directory cannot be written; nothing is left behind.
    """
    sources = sorted(path for path in _TEMPLATE.rglob("*") if path.is_file())
    targets = [directory / str(path.relative_to(_TEMPLATE)).removesuffix(_SUFFIX) for path in sources]
    taken = [str(target) for target in targets if target.exists()]
    if taken:
        raise UsageError(
            f"nothing was written, because it would overwrite {', '.join(taken)}; name another directory"
        )
    written: list[Path] = []
    made: list[Path] = []
    try:
        for source, target in zip(sources, targets, strict=True):
            _make_directory(target.parent, made)
            with target.open("xb") as stream:
                written.append(target)
                stream.write(source.read_bytes())
    except OSError as error:
        for path in written:
            path.unlink(missing_ok=True)
        for path in reversed(made):
            path.rmdir()
        raise UsageError(f"cannot write {error.filename or directory}: {error.strerror}") from error
    return written


def _make_directory(directory: Path, made: list[Path]) -> None:
    """Make a directory and those above it, and remember which were made."""
    missing = [path for path in (directory, *directory.parents) if not path.exists()]
    for path in reversed(missing):
        path.mkdir()
        made.append(path)
