"""Find the plugins that are installed, without asking importlib.metadata at every start.

What a scan found is kept in the user's cache directory together with a signature of everything it depends on:
the metadata directories on the search path and the state of the entry points in each. A cache with another
signature is not used, so it is never stale; a cache that cannot be read or written only costs the scan.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

GROUP = "rotest"
_FORMAT = "rotest entry points 1\n"
_METADATA = (".dist-info", ".egg-info", "EGG-INFO")
_END = "end\n"
_PRIME = 2**59 - 55  # a name for the cache file needs no better hash, and this one no import


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
        self.name = name
        self.target = target
        self.distribution = distribution
        self.version = version
        self.summary = summary

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
    places = [place or os.getcwd() for place in (sys.path if search_path is None else search_path)]
    signature = "".join(_signature(places))
    path = _cache_path(signature, cache_directory or _user_cache())
    cached = _read(path, signature)
    if cached is not None:
        return cached
    entries = _scan(places)
    _write(path, signature, entries)
    return entries


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


def _signature(places: list[str]) -> Iterator[str]:
    """Describe what a scan would see: one line for each set of metadata, and for each archive."""
    for place in places:
        try:
            with os.scandir(place) as directory:
                names = sorted(item.name for item in directory if item.name.endswith(_METADATA))
        except NotADirectoryError:
            yield f"{place!r} {_state(place)}\n"
        except OSError:
            continue
        else:
            for name in names:
                yield f"{place!r} {name!r} {_state(os.path.join(place, name, 'entry_points.txt'))}\n"


def _state(path: str) -> str:
    try:
        status = os.stat(path)
    except OSError:
        return "-"
    return f"{status.st_mtime_ns} {status.st_size} {status.st_ino}"


def _user_cache() -> str:
    base = os.environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(base):
        base = os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(base, "rotest")


def _cache_path(signature: str, directory: str) -> str:
    """Give each interpreter and search path a file of its own, so that they do not overwrite each other's."""
    places = dict.fromkeys(line.partition(" ")[0] for line in signature.splitlines())
    key = "\n".join((sys.prefix, *places)).encode(errors="surrogateescape")
    return os.path.join(directory, f"plugins-{int.from_bytes(key, 'big') % _PRIME:015x}.txt")


def _read(path: str, signature: str) -> tuple[PluginEntry, ...] | None:
    try:
        with open(path, encoding="utf-8", errors="surrogateescape", newline="") as stream:
            text = stream.read()
    except OSError:
        return None
    head = _FORMAT + signature
    if not text.startswith(head) or not text.endswith(_END):
        return None
    rows = [line.split("\t") for line in text[len(head) : -len(_END)].splitlines()]
    return tuple(PluginEntry(*row) for row in rows) if all(len(row) == 5 for row in rows) else None


def _write(path: str, signature: str, entries: tuple[PluginEntry, ...]) -> None:
    lines = ["\t".join(" ".join(field.split()) for field in entry.fields) + "\n" for entry in entries]
    temporary = f"{path}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(temporary, "w", encoding="utf-8", errors="surrogateescape", newline="") as stream:
            stream.write(_FORMAT + signature + "".join(lines) + _END)
        os.replace(temporary, path)
    except OSError:
        _discard(temporary)


def _discard(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return
