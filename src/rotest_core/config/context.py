"""What a plugin's factory is given of the configuration."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from rotest_core.config.given import Given
from rotest_core.config.sources import Gathering

OptionsT = TypeVar("OptionsT")


class SectionContext:
    """Give one plugin its own section of the configuration; see `plugin.options.PluginContext`."""

    def __init__(self, *, name: str, root: str, section: str, gathered: Gathering) -> None:
        self._name = name
        self._root = Path(root)
        self._section = section
        self._gathered = gathered

    @property
    def name(self) -> str:
        return self._name

    @property
    def root(self) -> Path:
        return self._root

    @property
    def section(self) -> str:
        return self._section

    @property
    def values(self) -> Mapping[str, object]:
        return self.sibling(self._section)

    def options(self, options_type: type[OptionsT]) -> OptionsT:
        from rotest_core.config.plugin_options import structure_options

        return structure_options(options_type, self._section, self._given(self._section), self._root)

    def sibling(self, section: str) -> Mapping[str, object]:
        return {key: given.as_toml() for key, given in self._given(section).items()}

    def _given(self, section: str) -> dict[str, Given]:
        given = dict(self._gathered.plugins.get(section, {}))
        group, _, name = section.partition(".")
        prefix = name.replace("-", "_").lower() + "_"
        for rest, value in self._gathered.unresolved.get(group, {}).items():
            key = rest.removeprefix(prefix)
            if rest != key and not (key in given and given[key].origin == "--set"):
                given[key] = value
        return given
