"""Resources: the live things that tests use."""

from __future__ import annotations

import itertools
import logging
import os
from abc import ABCMeta
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeAlias, TypeGuard, cast

from typing_extensions import TypeVar

from rotest_core.errors import PlanError, ResourceError, RotestError
from rotest_core.model import links, locking, service
from rotest_core.model.binding import Binding
from rotest_core.model.data_argument import data_argument
from rotest_core.model.request import Request, requests_of
from rotest_core.model.resource_data import ResourceData

DataT = TypeVar("DataT", bound="ResourceData | None", default=None)

DriverT = TypeVar("DriverT")

_NO_VALUES: Mapping[str, Any] = MappingProxyType({})
_numbers = itertools.count(1)


class ResourceType(ABCMeta):
    """Make ``Calculator(...)`` in a class body a request, as Rotest 8 spelled it."""

    _changes: ClassVar[int] = 0
    """How often some resource class was changed after it was made: what is known of one holds until the next time."""

    if not TYPE_CHECKING:

        def __call__(cls, *conditions, **lookups):
            return cls.request(*conditions, **lookups)

        def __setattr__(cls, name, value):
            ResourceType._changes += 1
            super().__setattr__(name, value)

        def __delattr__(cls, name):
            ResourceType._changes += 1
            super().__delattr__(name)


class BaseResource(Generic[DataT], metaclass=ResourceType):
    """Be the base of every resource: something that a test needs for itself while it runs.

    Derive from ``BaseResource[CalculatorData]`` for a resource with a record in the inventory, and from
    ``BaseResource`` for a *service*, which has none. Requests in the class body are its parts.

    The framework calls the steps: `connect`, `validate`, `initialize`, `store_state`, `finalize`. What a subclass
    does not need it leaves out; it need not call ``super()``, for parts are the framework's affair.

    Attributes:
        data: the typed record, None for a service; its fields are attributes of the resource as well.
        name: the record's name; one that is unique in the process for a service that was given none.
        config: the ``[config]`` table of the run.
        logger: writes to the log of the test that uses the resource.
        parent: what it is a part of, None for a whole.
        PARALLEL_INITIALIZATION: whether its parts are validated and initialized at the same time, each in a thread.
    """

    PARALLEL_INITIALIZATION: ClassVar[bool] = False

    data: DataT
    name: str
    config: Mapping[str, object]
    logger: logging.Logger
    parent: AnyResource | None

    def __init__(
        self,
        predicate: Callable[[DataT], bool] | None = None,
        /,
        *,
        exclusive: bool = True,
        force_initialize: bool = False,
        **lookups: object,
    ) -> None:
        """Request a resource (see `request`): ``Calculator(...)`` stands for ``Calculator.request(...)``."""

    @classmethod
    def request(
        cls,
        predicate: Callable[[DataT], bool] | None = None,
        /,
        *,
        exclusive: bool = True,
        force_initialize: bool = False,
        **lookups: object,
    ) -> Request[Self]:
        """Declare the need for a resource of this class.

        Args:
            predicate: a condition in Python on the typed data, asked for the records that the lookups leave.
            exclusive: whether nobody else may use it meanwhile.
            force_initialize: whether to initialize it without asking it to validate itself.
            lookups: conditions on the record, ``field=value`` or ``field__operator=value``; for a service its
                parameters. A field with the name of one of the arguments above is spelled ``exclusive__exact``.
        """
        is_service = cls.data_type() is None
        return Request(
            resource=cls,
            predicate=predicate,
            exclusive=exclusive,
            force_initialize=force_initialize,
            lookups=_NO_VALUES if is_service else lookups,
            parameters=lookups if is_service else _NO_VALUES,
        )

    @classmethod
    def lock(
        cls,
        predicate: Callable[[DataT], bool] | None = None,
        /,
        *,
        skip_init: bool = False,
        config: Mapping[str, object] | None = None,
        wait: float | None = None,
        **lookups: object,
    ) -> Self:
        """Lease and set up one resource for a script.

        Give it back with `release`, or use it as a context manager: ``with Calculator.lock() as calculator:``.

        Args:
            predicate: as for `request`.
            skip_init: whether to connect only.
            config: values over those of the project's ``[config]`` table.
            wait: seconds to wait for it, None for what the project is configured to.
            lookups: as for `request`.

        Raises:
            PlanError: the lookups are wrong.
            ClaimError: it cannot be had.
            ResourceError: a step of its set-up failed; it was given back.
        """
        request = cls.request(predicate).with_lookups(lookups)
        return locking.provider()(request, skip_init=skip_init, config=config, wait=wait)

    @classmethod
    def data_type(cls) -> type[ResourceData] | None:
        """Return the type of the resource's data, None for a service."""
        known = vars(cls).get("_rotest_data_type", BaseResource)
        if known is not BaseResource:
            return cast("type[ResourceData] | None", known)
        declared = data_argument(cls, BaseResource)
        if declared is None or (isinstance(declared, type) and issubclass(declared, ResourceData)):
            # Kept on the class, so that it lives and dies with it.
            type.__setattr__(cls, "_rotest_data_type", declared)
            return declared
        raise PlanError(f"{cls.__name__} does not say what its data is: derive from {cls.__name__}[SomeData]")

    @classmethod
    def check_parameters(
        cls, given: Mapping[str, object], parents: Sequence[type] = (), *, text: bool = False
    ) -> tuple[dict[str, object], list[str]]:
        """Convert the parameters of a service and name what is wrong with them (see `model.service`)."""
        return service.check_parameters(cls, BaseResource, given, parents, text=text)

    def connect(self) -> None:
        """Open the link to the resource; called always, before everything else."""

    def validate(self) -> bool:
        """Tell whether the resource is ready as it is; by default it is not, and is initialized each time."""
        return False

    def initialize(self) -> None:
        """Make the resource ready."""

    def finalize(self) -> None:
        """Clean up and close the link; called once for each `connect`, also when that or a later step raised."""

    def store_state(self, directory: Path) -> None:
        """Keep what helps to understand a failure; called with ``--save-state`` after a test that is not good.

        Args:
            directory: an own directory to write to, which exists.
        """

    def release(self) -> None:
        """Give back a resource that was had by `lock`.

        Raises:
            RotestError: it was leased for a test, and is given back after it.
            CleanupErrors: finalize failed; it was given back all the same.
        """
        binding = binding_of(self)
        if binding.release is None:
            raise RotestError(
                f"{self.name} is not held by lock(): the run gives it back, or it was given back"
            )
        release, binding.release = binding.release, None
        release()

    def driver(self, name: str, kind: type[DriverT], /, **values: object) -> DriverT:
        """Make a driver by its registered name; it is not open yet.

        Args:
            name: as ``rotest plugins`` lists it, or as a section ``[drivers.NAME]`` of the configuration calls it.
            kind: the class that it must be of, or a runtime-checkable protocol that it must satisfy.
            values: options over those of ``[drivers.NAME]``.

        Raises:
            UnknownPluginError: nothing registered the name.
            ConfigError: the options do not fit.
            PlanError: the driver is of another kind.
        """
        made = links.maker()(name, values)
        if not isinstance(made, kind):
            raise PlanError(
                f"{type(self).__name__}: the driver {name!r} is a {type(made).__name__}, not a {kind.__name__}; "
                f"choose another backend under [drivers.{name}]"
            )
        return made

    @property
    def work_dir(self) -> Path:
        """Return a directory of the resource's own for this test; made when it is first asked for."""
        directory = Path(binding_of(self).work_dir)
        directory.mkdir(parents=True, exist_ok=True)
        return directory

    @property
    def sub_resources(self) -> Mapping[str, AnyResource]:
        """Return the parts by name, in declared order."""
        return MappingProxyType(binding_of(self).parts)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
        /,
    ) -> None:
        if binding_of(self).release is not None:
            self.release()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {vars(self).get('name', '(not built)')}>"

    if not TYPE_CHECKING:
        # Hidden from type checkers, which would take every misspelt attribute for one of the data.
        def __getattr__(self, name):
            data = vars(self).get("data")
            if data is not None and not name.startswith("__") and hasattr(data, name):
                return getattr(data, name)
            kind = type(self).__name__
            if name in service.declared_parameters(type(self), BaseResource):
                raise AttributeError(f"{kind} was given no value for {name!r}: pass it in the request")
            raise AttributeError(f"{kind!r} has no attribute {name!r}", name=name, obj=self)


AnyResource: TypeAlias = BaseResource[Any]
"""A resource of whatever data: its data type varies neither way, so that no bound would do."""

BuiltT = TypeVar("BuiltT", bound=AnyResource)


def build(
    resource_type: type[BuiltT],
    data: ResourceData | None = None,
    *,
    work_dir: str | os.PathLike[str],
    name: str = "",
    parameters: Mapping[str, object] = _NO_VALUES,
    config: Mapping[str, object] = _NO_VALUES,
    logger: logging.Logger | None = None,
    parent: AnyResource | None = None,
    force_initialize: bool = False,
    parts: Mapping[str, Request[AnyResource]] = _NO_VALUES,
) -> BuiltT:
    """Make a live resource with its parts; nothing is connected yet.

    Args:
        resource_type: the class.
        data: the typed record, None for a service.
        work_dir: its own directory, which need not exist; parts get theirs inside.
        name: empty for the record's name, and for a service one made up.
        parameters: of a service.
        config: the ``[config]`` table of the run.
        logger: where it writes; that of its class by default.
        parent: what it is a part of.
        force_initialize: whether its request asks to initialize it in any case.
        parts: requests that take the place of those in the class body, by name.

    Raises:
        ResourceError: a part has no record, or the class's ``__init__`` raised.
    """
    values = dict(parameters)
    given = str(values.pop("name", "") or "") if values else ""
    title = name or given or (data.name if data is not None else f"{resource_type.__name__}-{next(_numbers)}")
    resource = resource_type.__new__(resource_type)
    attributes = vars(resource)
    attributes["_rotest_binding"] = Binding(os.fspath(work_dir), force_initialize=force_initialize)
    attributes["data"] = data
    attributes["name"] = title
    attributes["config"] = config
    attributes["logger"] = logger or _logger_of(resource_type)
    attributes["parent"] = parent
    try:
        if values or data is None:
            around = [above if above.data is None else above.data for above in _upwards(parent)]
            converted, _ = resource_type.check_parameters(values)
            for key, value in {**values, **converted}.items():
                setattr(resource, key, service.bind_late(value, around))
        _add_parts(resource, parts)
        cast("Any", resource).__init__()
    except RotestError:
        raise
    except Exception as error:
        raise ResourceError(title, "build", error) from error
    return resource


def build_requested(
    request: Request[BuiltT],
    data: ResourceData | None = None,
    *,
    work_dir: str | os.PathLike[str],
    config: Mapping[str, object] = _NO_VALUES,
    logger: logging.Logger | None = None,
) -> BuiltT:
    """Make the live resource that a request asks for (see `build`)."""
    return build(
        request.resource,
        data,
        work_dir=work_dir,
        parameters=request.parameters,
        config=config,
        logger=logger,
        force_initialize=request.force_initialize,
        parts=request.parts,
    )


def rebind(resource: AnyResource, request: Request[AnyResource], *, work_dir: str) -> None:
    """Let a live resource serve another request, which differs in nothing that it was built of (see `build`)."""
    binding = binding_of(resource)
    binding.force_initialize = request.force_initialize
    _move(resource, work_dir)


def _move(resource: AnyResource, work_dir: str) -> None:
    binding = binding_of(resource)
    binding.work_dir = work_dir
    for name, part in binding.parts.items():
        _move(part, f"{work_dir}/{name}")


def binding_of(resource: AnyResource) -> Binding[AnyResource]:
    """Return what the framework knows of a live resource."""
    return cast("Binding[AnyResource]", vars(resource)["_rotest_binding"])


def attach_release(resource: AnyResource, release: Callable[[], None]) -> None:
    """Say how a locked resource is given back."""
    binding_of(resource).release = release


def is_resource(value: object) -> TypeGuard[AnyResource]:
    """Tell whether something is a live resource, of whatever data."""
    return isinstance(value, BaseResource)


def whole_of(resource: AnyResource) -> AnyResource:
    """Return what a resource is in the end a part of; itself if it is part of nothing."""
    return _upwards(resource)[-1]


def _logger_of(resource_type: type[AnyResource]) -> logging.Logger:
    """Return the logger of a class's module; to look one up takes longer than all else about most resources."""
    known: logging.Logger | None = vars(resource_type).get("_rotest_logger")
    if known is None:
        known = logging.getLogger(resource_type.__module__)
        type.__setattr__(resource_type, "_rotest_logger", known)
    return known


def declared_parts(resource_type: type[AnyResource]) -> tuple[Request[AnyResource], ...]:
    """Return the requests in the class body of a resource, which are looked for once."""
    changes = ResourceType._changes  # pyright: ignore[reportPrivateUsage]
    known: tuple[int, tuple[Request[AnyResource], ...]] = vars(resource_type).get("_rotest_parts", (-1, ()))
    if known[0] != changes:
        known = (changes, requests_of(resource_type))
        type.__setattr__(resource_type, "_rotest_parts", known)
    return known[1]


def _add_parts(resource: AnyResource, parts: Mapping[str, Request[AnyResource]]) -> None:
    binding = binding_of(resource)
    for declared in declared_parts(type(resource)):
        request = parts.get(declared.name, declared)
        part_type: type[AnyResource] = request.resource
        data = None if part_type.data_type() is None else _part_data(resource, request.name)
        part = build(
            part_type,
            data,
            work_dir=f"{binding.work_dir}/{request.name}",
            name=""
            if data is not None or "name" in request.parameters
            else f"{resource.name}.{request.name}",
            parameters=request.parameters,
            config=resource.config,
            logger=resource.logger.getChild(request.name),
            parent=resource,
            force_initialize=request.force_initialize,
            parts=request.parts,
        )
        binding.parts[request.name] = part
        vars(resource)[request.name] = part


def _part_data(resource: AnyResource, name: str) -> ResourceData:
    data = getattr(resource.data, name, None)
    if isinstance(data, ResourceData):
        return data
    missing = LookupError(f"its record refers to no {name}")
    raise ResourceError(resource.name, "build", missing) from missing


def _upwards(resource: AnyResource | None) -> list[AnyResource]:
    above: list[AnyResource] = []
    while resource is not None:
        above.append(resource)
        resource = resource.parent
    return above
