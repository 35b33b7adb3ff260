"""Answer a command line that lists tests as it was answered before, without reading it again.

``rotest --list`` is what people and editors wait for. What the same words in the same directory meant the last time is
kept beside the listing index: while no configuration has changed, they mean it again, and neither argparse nor a TOML
parser is loaded. Whether the *tests* are the same is the index's affair.
"""

from __future__ import annotations

import os
import sys
import time

from rotest_core._version import __version__
from rotest_core.cli.color import use_color
from rotest_core.planning.evidence import is_settled, stamp
from rotest_core.planning.index import DIRECTORY
from rotest_core.planning.listing import list_tests
from rotest_core.planning.sealed import Draft, name_of, unseal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Final

    from rotest_core.config.settings import Settings

_WORK_DIR: Final = ".rotest"
_CONFIGURATIONS: Final = ("rotest.toml", "pyproject.toml")
_OURS: Final = ("rotest_core.cli.", "rotest_core.config.")
_began = time.monotonic_ns()


def recall(words: Sequence[str]) -> int | None:
    """List what these words listed before.

    Args:
        words: the arguments after the program's name.

    Returns:
        The exit status; None when it is not certain what the words mean.
    """
    directory = os.getcwd()
    key = _key(words, directory)
    for place in _upwards(directory):
        stored = unseal(_path(os.path.join(place, _WORK_DIR), key))
        if stored is None or stored[0] != key:
            continue
        _, stamps, color, (paths, root, exclude, chosen) = stored
        if any(stamp(path) != stamped for path, stamped in stamps.items()):
            return None
        return list_tests(
            paths,
            root=root,
            stream=sys.stdout,
            work_dir=os.path.join(place, _WORK_DIR),
            exclude=exclude,
            filter=chosen,
            color=use_color(color, sys.stdout),
        )
    return None


def remember(words: Sequence[str], settings: Settings) -> None:
    """Keep what words mean, where it can be found without reading the configuration.

    Args:
        words: the arguments after the program's name; `recall` did not know them.
        settings: what they and the configuration came to.
    """
    run = settings.run
    directory = os.getcwd()
    work_dir = os.path.join(settings.root, _WORK_DIR)
    if os.path.abspath(run.work_dir) != work_dir or settings.root not in _upwards(directory):
        return
    if "-l" not in words and "--list" not in words:
        return  # `recall` is not asked for such words, and this module did not see the configuration being read
    key = _key(words, directory)
    try:
        draft = Draft(_path(work_dir, key))
    except OSError:
        return
    try:
        stamps = {path: stamp(path) for path in _read(directory, settings.file)}
        began = draft.started - (time.monotonic_ns() - _began)
        if all(is_settled(stamped, began) for stamped in stamps.values()):
            meant = (run.paths, settings.root, run.exclude, run.filter)
            draft.save((key, stamps, settings.terminal.color, meant))
    finally:
        draft.close()


def _key(words: Sequence[str], directory: str) -> tuple[object, ...]:
    variables = sorted(item for item in os.environ.items() if item[0].startswith("ROTEST_"))
    return __version__, sys.version, tuple(words), directory, tuple(variables)


def _path(work_dir: str, key: tuple[object, ...]) -> str:
    return os.path.join(work_dir, DIRECTORY, name_of(key))


def _upwards(directory: str) -> Iterator[str]:
    """Give a directory and all above it."""
    while True:
        yield directory
        above = os.path.dirname(directory)
        if above == directory:
            return
        directory = above


def _read(directory: str, file: str | None) -> Iterator[str]:
    """Give the configurations that were looked for, and our own modules that read them."""
    for place in _upwards(directory):
        for name in _CONFIGURATIONS:
            yield os.path.join(place, name)
    if file is not None:
        yield file
    for name, module in list(sys.modules.items()):
        if name.startswith(_OURS) and module.__file__:
            yield module.__file__
