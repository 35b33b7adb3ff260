from collections.abc import Callable
from typing import TypeVar, overload

_T = TypeVar("_T")
_ClassT = TypeVar("_ClassT", bound=type)

def service(cls: _ClassT) -> _ClassT: ...
@overload
def exposed(arg: str) -> Callable[[_T], _T]: ...
@overload
def exposed(arg: _T) -> _T: ...
