"""Find the plugins that are installed, without asking importlib.metadata at every start.

What a scan found is kept in the user's cache directory together with everything it depends on: the names
of the metadata directories on the search path, and the state of the entry points in each. Where one of these is
different the cache is not used, so it is never stale.
"""

from __future__ import annotations

import os
import sys

from rotest_core.plugin.cache import cache_path, file_state, read_table, write_table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

GROUP = "rotest"
_FORMAT = "rotest entry points 1\n"
_METADATA = (".dist-info", ".egg-info", "EGG-INFO")


class PluginEntry:
    """Name one installed plugin.

    No named tuple: ``rotest --help`` looks for plugins too, and goes without the import of typing.

    Args:
        name: of the entry point.
        target: the module that implements the hooks, or ``module:attribute``.
        distribution: the package it came with.
        version: of that package.
        summary: the package's own one-line description.
    """

    __slots__ = ("distribution", "name", "summary", "target", "version")

    def __init__(self, name: str, target: str, distribution: str, version: str, summary: str) -> None:
        self.name: str = name
        self.target: str = target
        self.distribution: str = distribution
        self.version: str = version
        self.summary: str = summary

    @property
    def fields(self) -> tuple[str, str, str, str, str]:
        """Give the arguments that make an equal entry."""
        return self.name, self.target, self.distribution, self.version, self.summary

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PluginEntry) and self.fields == other.fields

    def __hash__(self) -> int:
        return hash(self.fields)

    def __repr__(self) -> str:
        return f"PluginEntry{self.fields!r}"


def find_plugins(
    search_path: Sequence[str] | None = None, cache_directory: str | None = None
) -> tuple[PluginEntry, ...]:
    """Find every entry point of the group ``rotest``, in the order of distribution and name.

    Args:
        search_path: directories and archives to look in; `sys.path` when None.
        cache_directory: where results are kept; the user's cache directory when None.
    """
    places = _absolute(sys.path if search_path is None else search_path)
    states = {place: lines for place in places if (lines := _state(place))}
    state = "".join((_FORMAT, *states.values()))
    # Places without metadata do not count: one of them is the working directory, and each would have its own file.
    path = cache_path("plugins", (sys.prefix, *states), cache_directory)
    rows = read_table(path, state)
    if rows is not None and all(len(row) == 5 for row in rows):
        return tuple(PluginEntry(*row) for row in rows)
    entries = _scan(places)
    write_table(path, state, (entry.fields for entry in entries))
    return entries


def _absolute(places: Sequence[str]) -> list[str]:
    try:
        here = os.getcwd()
    except OSError:  # somebody removed it
        here = ""
    return [os.path.join(here, place) for place in dict.fromkeys(places) if here or place]


def _scan(places: list[str]) -> tuple[PluginEntry, ...]:
    from importlib.metadata import distributions

    found: dict[tuple[str, str], PluginEntry] = {}
    seen: set[str] = set()
    for distribution in distributions(path=places):
        try:
            metadata = distribution.metadata
            name = metadata["Name"] if "Name" in metadata else ""  # noqa: SIM401 - it has no get() in 3.11
            points = [point for point in distribution.entry_points if point.group == GROUP]
        except Exception:  # somebody else's broken metadata
            continue
        if not name or _normal(name) in seen:  # an earlier place hides what a later one has of the same name
            continue
        seen.add(_normal(name))
        summary = metadata["Summary"] if "Summary" in metadata else ""  # noqa: SIM401
        for point in points:
            found[name, point.name] = PluginEntry(
                point.name, point.value, name, distribution.version, summary
            )
    return tuple(found[key] for key in sorted(found))


def _normal(name: str) -> str:
    return name.lower().replace("-", "_").replace(".", "_")


def _state(place: str) -> str:
    """Describe what a scan would see in one place: a line for each set of metadata, or for an archive."""
    try:
        with os.scandir(place) as directory:
            names = sorted(item.name for item in directory if item.name.endswith(_METADATA))
    except NotADirectoryError:
        return f"{place!r} {file_state(place)}\n"
    except OSError:
        return ""
    points = (os.path.join(place, name, "entry_points.txt") for name in names)
    return "".join(f"{point!r} {file_state(point)}\n" for point in points)
