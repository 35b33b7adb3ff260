"""Find and read the configuration file."""

from __future__ import annotations

import os

from rotest_core.config.given import as_table
from rotest_core.config.parsed import parse
from rotest_core.errors import ConfigError
from rotest_core.quick_typing import NamedTuple

FILE_NAME = "rotest.toml"
ALTERNATIVE = "pyproject.toml"


class ConfigFile(NamedTuple):
    """Hold what a configuration file says.

    Args:
        path: absolute path.
        tables: its top level: that of ``rotest.toml``, or ``[tool.rotest]`` of ``pyproject.toml``.
    """

    path: str
    tables: dict[str, object]


def find_file(start: str) -> ConfigFile | None:
    """Walk up from a directory to the first that holds a configuration, and read it.

    Raises:
        ConfigError: the file found cannot be read.
    """
    directory = os.path.abspath(start)
    while True:
        path = os.path.join(directory, FILE_NAME)
        if os.path.exists(path):
            return read_file(path)
        path = os.path.join(directory, ALTERNATIVE)
        if os.path.exists(path) and b"rotest" in _content(path):
            tables = _own_table(_parse(path))
            if tables is not None:
                return ConfigFile(path, tables)
        parent = os.path.dirname(directory)
        if parent == directory:
            return None
        directory = parent


def read_file(path: str) -> ConfigFile:
    """Read a file that was named, or found.

    Raises:
        ConfigError: it is missing, unreadable, not UTF-8 or not TOML; the message has the line and column.
    """
    path = os.path.abspath(path)
    document = _parse(path)
    if os.path.basename(path) != ALTERNATIVE:
        return ConfigFile(path, document)
    tables = _own_table(document)
    if tables is None:
        raise ConfigError("it has no table [tool.rotest]", origin=shown_path(path))
    return ConfigFile(path, tables)


def shown_path(path: str) -> str:
    """Shorten a path for messages: relative to the working directory where that is not longer."""
    try:
        relative = os.path.relpath(path)
    except (OSError, ValueError):  # the working directory is gone, or on another drive
        return path
    return relative if len(relative) <= len(path) else path


def _parse(path: str) -> dict[str, object]:
    content = _content(path)
    try:
        return parse(path, content.decode())
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError(
            f"not UTF-8 text: byte 0x{content[error.start]:02x} in line {line}", origin=shown_path(path)
        ) from None
    except ValueError as error:
        raise ConfigError(f"not TOML: {error}", origin=shown_path(path)) from None


def _content(path: str) -> bytes:
    try:
        with open(path, "rb") as stream:
            return stream.read()
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", origin=shown_path(path)) from None


def _own_table(document: dict[str, object]) -> dict[str, object] | None:
    tool = as_table(document.get("tool")) or {}
    return as_table(tool.get("rotest"))
