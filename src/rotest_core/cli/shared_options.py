"""The options that every command has.

Read by ``rotest --help`` and by the search for the command among the words, so it imports nothing heavy.
"""

from __future__ import annotations

from rotest_core.config.options import OPTIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

COLOR: Final = OPTIONS["terminal.color"]

SHARED_OPTIONS: Final = (
    (("-c", "--config"), "FILE", "configuration file, instead of the nearest rotest.toml or pyproject.toml"),
    (("--set",), "KEY=VALUE", "set any key of the configuration: --set outputs.xml.path=report.xml"),
    (COLOR.flags, COLOR.metavar, f"{COLOR.help}: {', '.join(COLOR.choices)} (default: {COLOR.default})"),
    (("-v", "--verbose"), "", "print more; may be repeated"),
    (("-q", "--quiet"), "", "print less; may be repeated"),
    (("-h", "--help"), "", "show the help of a command"),
)
"""Flags, name of the value (empty for none) and help."""


def width(flag: str) -> int:
    """Tell how many words a shared option takes, counting itself; 0 when `flag` is none of them."""
    for flags, metavar, _ in SHARED_OPTIONS:
        if flag in flags:
            return 2 if metavar else 1
    return 0
