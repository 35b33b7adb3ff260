"""Take a resource and its parts through their life cycle.

Which step runs after which failure is written down, row by row, in docs/life-cycle.md.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TypeAlias

from rotest_core.errors import ResourceError
from rotest_core.execution.together import Together
from rotest_core.model.resource import AnyResource, BaseResource, binding_of

StepListener: TypeAlias = Callable[[str, str, float, BaseException | None], None]
"""Is told of each step that ended: path of the resource (``rack1.power``), step, seconds, what was raised."""

_NOTHING = {step: getattr(BaseResource, step) for step in ("connect", "validate", "initialize", "finalize")}
"""The steps of a class that has none of its own: they do nothing, and are not called."""


def ignore_step(path: str, step: str, duration: float, error: BaseException | None, /) -> None:
    """Listen to no step."""


def ignore_beginning() -> None:
    """Be ready for every step."""


def set_up(
    resource: AnyResource,
    *,
    skip_init: bool = False,
    force: bool = False,
    dirty: bool = False,
    on_step: StepListener = ignore_step,
    before: Callable[[], None] = ignore_beginning,
) -> None:
    """Connect a resource and make it ready, its parts first.

    Args:
        resource: the whole.
        skip_init: whether to connect only.
        force: whether to initialize without asking for validity; also where a request says so.
        dirty: whether its last user left it in doubt: it is validated in spite of `skip_init`.
        on_step: is told of each step, those of a clean-up after a failure included.
        before: called before each step that is the code of a class's author.

    Raises:
        ResourceError: a step raised; everything whose connect was begun is finalized, and what that raised is noted
            on the error.
    """
    try:
        for path, part in _inside_out(resource):
            binding_of(part).begun = True
            _step(part, path, "connect", on_step, before)
        _Readiness(skip_init and not dirty, force, on_step, before).make(resource, resource.name)
    except BaseException as failure:
        for error in tear_down(resource, on_step, before):
            failure.add_note(f"then {error}")
        raise


def make_ready(
    resource: AnyResource,
    *,
    skip_init: bool = False,
    on_step: StepListener = ignore_step,
    before: Callable[[], None] = ignore_beginning,
) -> None:
    """Make a resource ready that stayed connected since its last use, its parts first.

    Args:
        resource: the whole.
        skip_init: whether to leave it as it is.
        on_step: is told of each step, those of a clean-up after a failure included.
        before: called before each step that is the code of a class's author.

    Raises:
        ResourceError: a step raised; everything is finalized, and what that raised is noted on the error.
    """
    try:
        _Readiness(skip_init, force=False, on_step=on_step, before=before).make(resource, resource.name)
    except BaseException as failure:
        for error in tear_down(resource, on_step, before):
            failure.add_note(f"then {error}")
        raise


def tear_down(
    resource: AnyResource,
    on_step: StepListener = ignore_step,
    before: Callable[[], None] = ignore_beginning,
) -> list[Exception]:
    """Finalize the whole, then its parts in reverse order: each whose connect was begun.

    Returns:
        What was raised; every finalize was called all the same.
    """

    def finalizer(path: str, part: AnyResource) -> Callable[[], None]:
        def finalize() -> None:
            # Before the call: what was finalized once is not finalized again, however it went.
            binding_of(part).begun = False
            _step(part, path, "finalize", on_step, before)

        return finalize

    begun = [(path, part) for path, part in _inside_out(resource) if binding_of(part).begun]
    return _all_of([finalizer(path, part) for path, part in reversed(begun)])


def store_state(
    resource: AnyResource, directory: Path, on_step: StepListener = ignore_step
) -> list[Exception]:
    """Let a resource and its parts keep what helps to understand a failure.

    Args:
        resource: the whole.
        directory: where its state goes; that of a part goes into a directory inside, with the part's name. Made for
            those that keep any.
        on_step: is told of each step.

    Returns:
        What was raised; every store_state was called all the same.
    """
    return _all_of(
        [
            partial(_call, path, "store_state", _keeper(part, own), on_step)
            for path, part, own in _outside_in(resource, resource.name, directory)
            if type(part).store_state is not BaseResource.store_state
        ]
    )


class _Readiness:
    """Make a resource ready, its parts first."""

    def __init__(
        self, skip_init: bool, force: bool, on_step: StepListener, before: Callable[[], None]
    ) -> None:
        self._skip_init = skip_init
        self._force = force
        self._on_step = on_step
        self._before = before
        self._together = Together()

    def make(self, resource: AnyResource, path: str) -> None:
        """Validate, and if need be initialize."""
        inside = binding_of(resource).parts
        if inside:
            parts = {f"{path}.{name}": part for name, part in inside.items()}
            if resource.PARALLEL_INITIALIZATION and len(parts) > 1:
                self._together.call({way: partial(self.make, part, way) for way, part in parts.items()})
            else:
                for way, part in parts.items():
                    self.make(part, way)
        forced = self._force or _is_forced(resource)
        if not forced and (self._skip_init or self._take(resource, path, "validate")):
            return
        self._take(resource, path, "initialize")

    def _take(self, resource: AnyResource, path: str, step: str) -> object:
        """Take a step, unless something failed at the same time."""
        return self._together.halted or _step(resource, path, step, self._on_step, self._before)


def _is_forced(part: AnyResource | None) -> bool:
    """Tell whether the request of a resource, or of something around it, asks to initialize it in any case."""
    while part is not None:
        if binding_of(part).force_initialize:
            return True
        part = part.parent
    return False


def _step(
    part: AnyResource, path: str, step: str, on_step: StepListener, before: Callable[[], None]
) -> object:
    call: Callable[[], object] = getattr(part, step)
    if getattr(call, "__func__", None) is _NOTHING[step]:
        on_step(path, step, 0.0, None)
        return None
    before()
    return _call(path, step, call, on_step)


def _call(path: str, step: str, call: Callable[[], object], on_step: StepListener) -> object:
    started = time.monotonic()
    try:
        result = call()
    except BaseException as error:
        on_step(path, step, time.monotonic() - started, error)
        if isinstance(error, Exception):
            raise ResourceError(path, step, error) from error
        raise
    on_step(path, step, time.monotonic() - started, None)
    return result


def _all_of(steps: Iterable[Callable[[], object]]) -> list[Exception]:
    """Take every step, whatever the others raise; an interrupt is raised when all are done."""
    errors: list[Exception] = []
    interrupt: BaseException | None = None
    for step in steps:
        try:
            step()
        except Exception as error:
            errors.append(error)
        except BaseException as raised:
            interrupt = interrupt or raised
    if interrupt is not None:
        for failed in errors:
            interrupt.add_note(f"then {failed}")
        raise interrupt
    return errors


def _keeper(part: AnyResource, directory: Path) -> Callable[[], None]:
    def keep() -> None:
        directory.mkdir(parents=True, exist_ok=True)
        part.store_state(directory)

    return keep


def _inside_out(resource: AnyResource, path: str = "") -> list[tuple[str, AnyResource]]:
    """Return a resource after its parts, each with its path."""
    path = path or resource.name
    found: list[tuple[str, AnyResource]] = []
    for name, part in binding_of(resource).parts.items():
        found += _inside_out(part, f"{path}.{name}")
    found.append((path, resource))
    return found


def _outside_in(resource: AnyResource, path: str, directory: Path) -> Iterator[tuple[str, AnyResource, Path]]:
    """Yield a resource before its parts, each with its path and its directory."""
    yield path, resource, directory
    for name, part in binding_of(resource).parts.items():
        yield from _outside_in(part, f"{path}.{name}", directory / name)
