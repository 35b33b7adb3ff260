"""What a plugin's factory is given: its own section of the configuration, and where the project stands."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol, TypeVar

OptionsT = TypeVar("OptionsT")


class PluginContext(Protocol):
    """Give a factory its options.

    Attributes:
        name: the registered name that was chosen.
        root: the project's directory: where rotest.toml is, else the working directory.
        section: the dotted name of the plugin's own section (``outputs.excel``).
        values: the raw values of that section, without those that the core itself reads (``backend``).
    """

    @property
    def name(self) -> str: ...
    @property
    def root(self) -> Path: ...
    @property
    def section(self) -> str: ...
    @property
    def values(self) -> Mapping[str, object]: ...

    def options(self, options_type: type[OptionsT]) -> OptionsT:
        """Convert the section to an attrs class.

        Args:
            options_type: a frozen attrs class; a field's type converts the value, a field's default stands in for a
                missing one, ``attrs.field(metadata={"help": ...})`` is quoted where it is missing.

        Raises:
            ConfigError: an unknown key (with the nearest known one) or a value that does not fit, by its full key.
        """
        ...

    def sibling(self, section: str) -> Mapping[str, object]:
        """Read the raw values of another section (a lock strategy that lives in the store's file)."""
        ...
