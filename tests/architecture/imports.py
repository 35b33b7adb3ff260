"""Reads the imports of source files without importing them."""

import ast
from collections.abc import Iterator
from pathlib import Path

import attrs

REPOSITORY = Path(__file__).parents[2]


@attrs.frozen
class Import:
    """A module that some line of a file imports, as a whole or names of it."""

    file: Path
    line: int
    module: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.module}"


def imports(file: Path) -> Iterator[Import]:
    """Yield every import of a file, wherever it stands: functions and type-checking blocks included."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"), str(file))):
        if isinstance(node, ast.Import):
            yield from (Import(file, node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None and node.level == 0:
            yield Import(file, node.lineno, node.module)


def sources(*patterns: str) -> list[Path]:
    """List the Python files that match any of the patterns, which are relative to the repository."""
    return sorted(file for pattern in patterns for file in REPOSITORY.glob(pattern))
