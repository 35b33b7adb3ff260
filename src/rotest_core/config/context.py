"""What a plugin's factory is given of the configuration."""

from __future__ import annotations

from rotest_core.config.given import Given
from rotest_core.quick_typing import TypeVar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from rotest_core.config.sources import Gathering

OptionsT = TypeVar("OptionsT")

BACKEND = "backend"
"""The key of ``[drivers.NAME]`` that says which driver NAME stands for."""

USE = "use"
"""The key of ``[monitors.NAME]`` that says which class NAME stands for."""


class SectionContext:
    """Give one plugin its own section of the configuration; see `plugin.options.PluginContext`.

    Args:
        name: the registered name that was chosen.
        root: the project's directory.
        section: the dotted name of the section.
        gathered: what all sources say.
        on_top: values that whoever asks for the plugin puts over those of the section.
    """

    def __init__(
        self, *, name: str, root: str, section: str, gathered: Gathering, on_top: Mapping[str, object]
    ) -> None:
        self._name = name
        self._root = root
        self._section = section
        self._gathered = gathered
        self._on_top = {key: Given(value, "the resource's code") for key, value in on_top.items()}

    @property
    def name(self) -> str:
        return self._name

    @property
    def root(self) -> Path:
        from pathlib import Path  # every run makes contexts; few of what they are for ask for their root

        return Path(self._root)

    @property
    def section(self) -> str:
        return self._section

    @property
    def values(self) -> Mapping[str, object]:
        return {key: value.as_toml() for key, value in self._own().items()}

    def options(self, options_type: type[OptionsT]) -> OptionsT:
        """Convert the plugin's section; see `PluginContext.options`."""
        from rotest_core.config.plugin_options import structure_options

        return structure_options(options_type, self._section, self._own(), self.root)

    def sibling(self, section: str) -> Mapping[str, object]:
        """Give what was set in another section; see `PluginContext.sibling`."""
        return {key: given.as_toml() for key, given in self._given(section).items()}

    def _own(self) -> dict[str, Given]:
        """Give what was set in the plugin's section, without what the core itself reads."""
        given = self._given(self._section) | self._on_top
        given.pop(USE if self._section.startswith("monitors.") else BACKEND, None)
        return given

    def _given(self, section: str) -> dict[str, Given]:
        given = dict(self._gathered.plugins.get(section, {}))
        group, _, name = section.partition(".")
        prefix = name.replace("-", "_").lower() + "_"
        for rest, value in self._gathered.unresolved.get(group, {}).items():
            key = rest.removeprefix(prefix)
            if rest != key and not (key in given and given[key].origin == "--set"):
                given[key] = value
        return given
