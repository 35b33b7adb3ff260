"""Import unittest without what few tests ever use of what it imports.

unittest imports pprint, and with it dataclasses and inspect; difflib; argparse, for its own command line; traceback,
with tokenize behind it. Together they take half of what a run of one plain test takes, and they are for assertions
that fail. While unittest is imported, a stand-in is found in the place of each; afterwards unittest alone holds the
stand-ins, and each becomes the real thing when something is asked of it. Whoever else imports such a module gets the
module.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

_LATER: Final = ("argparse", "difflib", "pprint", "traceback")


class _Later(ModuleType):
    """Import the module of this name when the first of its attributes is asked for."""

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):  # the import system asks: of a module that has none of it
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:  # asked while unittest is imported
            del sys.modules[self.__name__]
        found: object = getattr(import_module(self.__name__), name)
        setattr(self, name, found)
        return found


def import_unittest() -> None:
    """Import unittest, as lean as it still can be."""
    if "unittest" in sys.modules:
        return
    stand_ins = {name: _Later(name) for name in _LATER if name not in sys.modules}
    sys.modules.update(stand_ins)
    try:
        import_module("unittest")
    finally:
        for name, stand_in in stand_ins.items():
            if sys.modules.get(name) is stand_in:
                del sys.modules[name]
