from typing import Final

__version__: Final[str]
version: Final[tuple[str, ...]]
release_date: Final[str]
