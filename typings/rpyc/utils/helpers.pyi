from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any, ClassVar, TypeVar

from rpyc.core.async_ import AsyncResult
from rpyc.core.protocol import Connection

_T = TypeVar("_T")

def buffiter(obj: Iterable[_T], chunk: int = 10, max_chunk: int = 1000, factor: int = 2) -> Iterator[_T]: ...
def restricted(obj: object, attrs: Collection[str], wattrs: Collection[str] | None = None) -> Any: ...

class _Async:
    proxy: Any
    def __init__(self, proxy: Any) -> None: ...
    def __call__(self, *args: object, **kwargs: object) -> AsyncResult: ...

def async_(proxy: Callable[..., object]) -> _Async: ...

class timed:
    proxy: _Async
    timeout: float | None
    def __init__(self, proxy: Callable[..., object], timeout: float | None) -> None: ...
    def __call__(self, *args: object, **kwargs: object) -> AsyncResult: ...

class BgServingThread:
    SERVE_INTERVAL: ClassVar[float]
    SLEEP_INTERVAL: ClassVar[float]
    def __init__(
        self,
        conn: Connection,
        callback: Callable[[], object] | None = None,
        serve_interval: float = 0.0,
        sleep_interval: float = 0.1,
    ) -> None: ...
    def __del__(self) -> None: ...
    def stop(self) -> None: ...

def classpartial(cls: Callable[..., _T], /, *args: object, **kwargs: object) -> type[_T]: ...
