"""``rotest completion``: the scripts that let a shell complete ``rotest``, and the candidates that they ask for.

A script hands over the words typed so far, each with a line's end after it; what may follow comes from the same
parsers and catalogues that the commands use, so that plugins' commands and outputs are completed as well.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rotest_core.cli.candidates import candidates
from rotest_core.errors import RotestError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

SHELLS = ("bash", "zsh", "fish")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("shell", choices=SHELLS, metavar="SHELL", help=f"one of {', '.join(SHELLS)}")
    parser.add_argument(
        "--for",
        dest="typed",
        metavar="WORDS",
        help="print what may follow these words, one in a line, instead",
    )
    parser.epilog = (
        'bash: eval "$(rotest completion bash)"; zsh likewise; fish: rotest completion fish | source'
    )


def execute(arguments: argparse.Namespace) -> int:
    """Print a script, or what may follow the words that a script hands over."""
    if arguments.typed is None:
        script = Path(__file__).parent / "shells" / f"rotest.{arguments.shell}"
        print(script.read_text(encoding="utf-8"), end="")
        return 0
    in_bash = arguments.shell == "bash"
    pieces = arguments.typed.split("\n")[:-1] or [""]
    words, taken = _without_breaks(pieces) if in_bash else (pieces, 0)
    try:
        for word, description in candidates(words):
            print(word[taken:] if in_bash or not description else f"{word}\t{description}")
    except RotestError:  # nobody wants to read about the configuration while typing
        return 0
    return 0


def _without_breaks(pieces: Sequence[str]) -> tuple[list[str], int]:
    """Join what bash takes apart at ``=``, and tell how much of the last word lies before what bash replaces."""
    words: list[str] = []
    taken = 0
    for piece in pieces:
        if words and (piece == "=" or words[-1].endswith("=")) and words[-1].startswith("--"):
            words[-1] += piece
            taken = len(words[-1]) if piece == "=" else len(words[-1]) - len(piece)
        else:
            words.append(piece)
            taken = 0
    return words, taken
