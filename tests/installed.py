"""Installs tiny distributions into a directory, for tests of what is found on the search path."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent


def install(
    directory: Path,
    name: str,
    *,
    module: str = "",
    version: str = "1.0",
    summary: str = "a tiny plugin",
    points: Mapping[str, str] | None = None,
) -> Path:
    """Install a distribution with one module, as pip would leave it.

    Args:
        directory: what takes the place of site-packages.
        name: of the distribution; its module has the same name with underscores.
        module: source of the module.
        version: of the distribution.
        summary: of the distribution.
        points: entry points of the group ``rotest``, by name; one of the module's name when None.

    Returns:
        The directory of its metadata.
    """
    stem = name.replace("-", "_")
    directory.mkdir(parents=True, exist_ok=True)
    (directory / f"{stem}.py").write_text(dedent(module), encoding="utf-8")
    metadata = directory / f"{stem}-{version}.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nSummary: {summary}\n", encoding="utf-8"
    )
    write_points(metadata, {stem: stem} if points is None else points)
    return metadata


def write_points(metadata: Path, points: Mapping[str, str]) -> None:
    """Write the entry points of a distribution, in the group ``rotest``."""
    lines = "".join(f"{name} = {target}\n" for name, target in points.items())
    (metadata / "entry_points.txt").write_text(f"[rotest]\n{lines}", encoding="utf-8")
