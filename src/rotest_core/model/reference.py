"""References: an attribute of a resource that is not there yet.

In a class body, ``setup.pressure`` stands for what the resource of the request ``setup`` will have as ``pressure``
when the test runs::

    class Boiling(TestFlow):
        setup = Boiler.request()
        blocks = [Heat.params(sensor=setup.pressure)]
"""

from __future__ import annotations

from typing import Any


class Reference:
    """Stand for an attribute of a requested resource, or for one of that.

    Args:
        request: the request, as it stands in a class body.
        path: the attributes that lead from the resource to the value.
    """

    __slots__ = ("_path", "_request")

    def __init__(self, request: object, path: tuple[str, ...]) -> None:
        self._request = request
        self._path = path

    def __getattr__(self, name: str) -> Reference:
        if name.startswith("_"):
            raise AttributeError(name)
        return Reference(self._request, (*self._path, name))

    def __repr__(self) -> str:
        return ".".join((source_of(self) or "(a request of no class)", *self._path))


def source_of(reference: Reference) -> str:
    """Return the name of the request, empty while it stands in no class."""
    name: str = vars(reference._request).get("_stands_as", "")  # pyright: ignore[reportPrivateUsage]
    return name


def follow(reference: Reference, resource: object) -> Any:
    """Return what a reference stands for.

    Args:
        reference: the reference.
        resource: the resource of its request.

    Raises:
        AttributeError: the resource has no such attribute.
    """
    found: Any = resource
    for name in reference._path:  # pyright: ignore[reportPrivateUsage]
        found = getattr(found, name)
    return found
