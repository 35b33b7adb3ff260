"""The output ``artifact``: the run's directory, with all that other outputs wrote there, as one zip.

It is registered as one of those that are given each event last, so that the files of the others are whole when the
end of the run reaches it. Links lead nowhere in an archive that is unpacked elsewhere: one that leads to a file of the
run's directory becomes that file, any other is left out. What is left out stands in ``left-out.txt`` in the archive.
"""

from __future__ import annotations

import os
import stat
import time
import zipfile
from typing import TYPE_CHECKING

from rotest_backends.outputs.files import whole_file
from rotest_core.events import RunFinished, RunStarted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import IO

    from rotest_core.events import Event
    from rotest_core.plugin import HandlerContext

FILE_NAME = "artifact.zip"
LEFT_OUT = "left-out.txt"
NO_NAME = "unnamed"
_PIECE = 1 << 20
_UNSAFE = '\\/:*?"<>|'
"""Characters that some file system forbids in names."""
_NAME_LENGTH = 120


def safe_name(text: str) -> str:
    """Make a name that can be unpacked anywhere: letters of any script, no separators, nothing unprintable."""
    name = "".join("_" if char in _UNSAFE or not char.isprintable() else char for char in text[:_NAME_LENGTH])
    # Windows drops a dot or a blank at the end; a name of dots alone leads elsewhere.
    return name.rstrip(". ") or "_"


class Artifact:
    """Pack the run's directory.

    Args:
        directory: where archives are collected, a directory for each run name; the run's own directory if empty.
    """

    def __init__(self, context: HandlerContext, directory: str = "") -> None:
        self._context = context
        self._collected_in = directory
        self._name = ""
        self._written = False

    def handle(self, event: Event) -> None:
        """Take one event."""
        if isinstance(event, RunStarted):
            self._name = event.name
        elif isinstance(event, RunFinished):
            self._write()

    def close(self) -> None:
        """Pack what a run that was cut short left."""
        if not self._written:
            self._write()

    def _write(self) -> None:
        self._written = True
        directory = self._context.directory
        path = directory / FILE_NAME
        if self._collected_in:
            place = self._context.root / self._collected_in / safe_name(self._name or NO_NAME)
            path = place / f"{safe_name(directory.name)}.zip"
        with whole_file(path) as file:
            pack(directory, file, leave_out=path)
        self._context.wrote(path)


def pack(directory: Path, target: IO[bytes], *, leave_out: Path) -> None:
    """Write a directory as a zip.

    Args:
        directory: what to pack; its name is that of the one directory in the archive.
        target: takes the archive.
        leave_out: a file that is not packed, should it be in there: the archive itself.

    Raises:
        OSError: the archive cannot be written.
    """
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        packing = _Packing(archive, directory, leave_out)
        packing.add_directory(directory, packing.name)
        packing.tell_left_out()


class _Packing:
    """Hold an archive in the making."""

    def __init__(self, archive: zipfile.ZipFile, directory: Path, leave_out: Path) -> None:
        self.name = safe_name(directory.name)
        self._archive = archive
        self._root = directory.resolve()
        self._leave_out = leave_out
        self._left_out: list[str] = []

    def add_directory(self, directory: Path, name: str) -> None:
        try:
            entries = sorted(directory.iterdir())
        except OSError as error:
            self._leave(name, error)
            return
        taken = {LEFT_OUT} if name == self.name else set[str]()
        for path in entries:
            if path != self._leave_out and not _is_draft(path.name):
                self._add(path, f"{name}/{_unique(safe_name(path.name), taken)}")

    def tell_left_out(self) -> None:
        """Write down what is not in the archive, and why."""
        if self._left_out:
            info = zipfile.ZipInfo(f"{self.name}/{LEFT_OUT}")
            info.compress_type = zipfile.ZIP_DEFLATED
            self._archive.writestr(info, "".join(f"{line}\n" for line in self._left_out))

    def _leave(self, name: str, reason: Exception | str) -> None:
        self._left_out.append(f"{name}: {getattr(reason, 'strerror', None) or reason}")

    def _add(self, path: Path, name: str) -> None:
        try:
            is_link = path.is_symlink()
            real = path.resolve(strict=True) if is_link else path
            mode = real.lstat().st_mode
        except (OSError, RuntimeError) as error:  # links in a circle are a RuntimeError before Python 3.13
            self._leave(name, error)
            return
        if is_link and not real.is_relative_to(self._root):
            self._leave(name, "a link that leads out of the run's directory")
        elif stat.S_ISREG(mode):
            self._add_file(real, name)
        elif is_link:
            self._leave(name, "a link to what is no file")
        elif stat.S_ISDIR(mode):
            self.add_directory(path, name)
        else:
            self._leave(name, "neither a file nor a directory")

    def _add_file(self, path: Path, name: str) -> None:
        # What was a file a moment ago may be a link or a pipe by now: neither is to be followed, or waited for.
        try:
            number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            self._leave(name, error)
            return
        with os.fdopen(number, "rb") as source:
            status = os.fstat(number)
            info = zipfile.ZipInfo(name, _moment(status.st_mtime))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = (stat.S_IFREG | stat.S_IMODE(status.st_mode)) << 16
            for_large = status.st_size > zipfile.ZIP64_LIMIT // 2
            with self._archive.open(info, "w", force_zip64=for_large) as target:
                for piece in self._pieces(source, status.st_size, name):
                    target.write(piece)

    def _pieces(self, source: IO[bytes], size: int, name: str) -> Iterator[bytes]:
        """Yield a file's content, as far as it went when it was opened: it may still grow, as the log of a run does."""
        while size > 0:
            try:
                piece = source.read(min(size, _PIECE))
            except OSError as error:
                self._leave(f"{name}, what follows {source.tell()} bytes", error)
                return
            if not piece:
                return
            size -= len(piece)
            yield piece


def _is_draft(name: str) -> bool:
    """Tell whether a file is one that is being written; see `files.whole_file`."""
    return name.startswith(".") and name.endswith(".partial")


def _unique(name: str, taken: set[str]) -> str:
    """Keep names apart that differed only in what is not safe, or in case."""
    number, found = 1, name
    while found.casefold() in taken:
        number += 1
        found = f"{name}-{number}"
    taken.add(found.casefold())
    return found


def _moment(seconds: float) -> tuple[int, int, int, int, int, int]:
    """Return a time as archives keep it: they know none before 1980 nor after 2107."""
    moment = time.localtime(seconds)
    if not 1980 <= moment.tm_year <= 2107:
        return (1980, 1, 1, 0, 0, 0)
    return (*moment[:5], min(moment.tm_sec, 59))


def artifact(context: HandlerContext) -> Artifact:
    """Make the handler ``artifact``."""
    if not context.values:
        return Artifact(context)
    from rotest_backends.outputs.options import ArtifactOptions

    return Artifact(context, context.options(ArtifactOptions).directory)
