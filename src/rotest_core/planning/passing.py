"""How values reach the parts of a flow.

The wiring check and the run ask the same questions here: the one before any value is there, the other with values.
What is nearest to a part is strongest::

    its own params, its own resources, its own common
    outputs of earlier parts, those of the nearest flow first
    of each flow around it, the nearest first: params, resources, common
    the defaults of its inputs
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rotest_core.authoring.pipe import Pipe

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class NotGivenError(LookupError):
    """Report a name that nothing gives.

    Args:
        name: the name.
        pipes: the pipes that led to it, first to last; empty where it was asked for itself.
    """

    def __init__(self, name: str, pipes: tuple[Pipe, ...] = ()) -> None:
        self.name = name
        self.pipes = pipes
        super().__init__(name)


class Found:
    """A value, and the pipes that it has still to go through, in order."""

    __slots__ = ("pipes", "value")

    def __init__(self, value: object, pipes: tuple[Pipe, ...] = ()) -> None:
        self.value: object = value
        self.pipes: tuple[Pipe, ...] = pipes

    def resolve(self) -> object:
        """Send the value through the pipes."""
        value = self.value
        for pipe in self.pipes:
            value = pipe.apply(value)
        return value


class Scope:
    """Hold what one part of a flow is given, and know what the flows around it are given.

    Args:
        parameters: what `params` gave it.
        common: its ``common``.
        defaults: those of its inputs.
        around: the scope of the flow that it is in.

    Attributes:
        resources: its resources by name.
        outputs: what its own parts have given so far, for a flow.
        pipes: those that it and the flows around are given, the nearest of each name.
    """

    def __init__(
        self,
        parameters: Mapping[str, object],
        common: Mapping[str, object],
        defaults: Mapping[str, object],
        around: Scope | None = None,
    ) -> None:
        self.resources: dict[str, object] = {}
        self.outputs: dict[str, object] = {}
        pipes = {**_pipes(common), **_pipes(parameters)}
        inherited: Mapping[str, Pipe] = {} if around is None else around.pipes
        self.pipes: Mapping[str, Pipe] = {**inherited, **pipes} if pipes else inherited
        self._own: tuple[Mapping[str, object], ...] = (parameters, self.resources, common)
        self._plain: tuple[Mapping[str, object], ...] = self._own
        if pipes:
            self._plain = (_without_pipes(parameters), self.resources, _without_pipes(common))
        self._around = around
        self._for_parts: _Levels | None = None
        outside = _NO_LEVELS if around is None else around._inside()
        self._levels = (*self._own, *outside.all, defaults)
        self._plain_levels = (_without_pipes(defaults), *outside.plain_upwards, *reversed(self._plain))

    def find(self, name: str) -> Found:
        """Find what reaches the part under a name.

        Raises:
            NotGivenError: nothing does.
        """
        for level in self._levels:
            if name in level:
                value = level[name]
                return self._find(name, frozenset()) if isinstance(value, Pipe) else Found(value)
        raise NotGivenError(name)

    def names(self) -> set[str]:
        """Give every name that something reaches the part under."""
        return set[str]().union(*self._levels)

    def plain(self) -> dict[str, object]:
        """Give all values that reach the part and are no pipes, by name."""
        found: dict[str, object] = {}
        for level in self._plain_levels:
            if level:
                found.update(level)
        return found

    def held(self) -> dict[str, object]:
        """Give the resources of the flows around the part, by name; the nearest where several have one name."""
        found: dict[str, object] = {}
        for scope in reversed(tuple(self._outwards())):
            found.update(scope.resources)
        return found

    def _inside(self) -> _Levels:
        """Give what a part of this flow is given by it and the flows around."""
        if self._for_parts is None:
            scopes = (self, *self._outwards())
            outputs = tuple(scope.outputs for scope in scopes)
            own = tuple(level for scope in scopes for level in scope._own)
            plain = tuple(level for scope in scopes for level in scope._plain)
            self._for_parts = _Levels((*outputs, *own), (*reversed(plain), *reversed(outputs)))
        return self._for_parts

    def _outwards(self) -> Iterator[Scope]:
        scope = self._around
        while scope is not None:
            yield scope
            scope = scope._around

    def _find(self, name: str, passed: frozenset[tuple[int, str]]) -> Found:
        """Find a value; a pipe that was passed once already lets through to what is weaker."""
        for strength, level in enumerate(self._levels):
            if name not in level or (strength, name) in passed:
                continue
            value = level[name]
            if not isinstance(value, Pipe):
                return Found(value)
            try:
                found = self._find(value.name, passed | {(strength, name)})
            except NotGivenError as error:
                raise NotGivenError(error.name, (value, *error.pipes)) from None
            return Found(found.value, (*found.pipes, value))
        raise NotGivenError(name)


class _Levels:
    """What a part is given by the flows around it.

    Attributes:
        all: by strength, the strongest first.
        plain_upwards: the same without pipes, the weakest first.
    """

    __slots__ = ("all", "plain_upwards")

    def __init__(
        self, everything: tuple[Mapping[str, object], ...], plain_upwards: tuple[Mapping[str, object], ...]
    ) -> None:
        self.all: tuple[Mapping[str, object], ...] = everything
        self.plain_upwards: tuple[Mapping[str, object], ...] = plain_upwards


_NO_LEVELS = _Levels((), ())


def _pipes(level: Mapping[str, object]) -> dict[str, Pipe]:
    if not level:
        return {}
    return {name: value for name, value in level.items() if isinstance(value, Pipe)}


def _without_pipes(level: Mapping[str, object]) -> Mapping[str, object]:
    pipes = _pipes(level)
    return {name: value for name, value in level.items() if name not in pipes} if pipes else level
