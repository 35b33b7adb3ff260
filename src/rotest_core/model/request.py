"""Requests: what a test, a script or another resource declares to need.

A request is a value: it never changes, two with the same content are equal, and each change makes a new one. In a
class body it is a descriptor, so that type checkers know what the attribute holds while a test runs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property
from typing import Any, Generic, Literal, Protocol, Self, TypeGuard, TypeVar, overload

import attrs

from rotest_core.errors import PlanError
from rotest_core.model.late import Parameter
from rotest_core.model.lookup import Lookup, Operator, Query
from rotest_core.model.query import make_query
from rotest_core.model.reference import Reference
from rotest_core.model.resource_data import ResourceData, data_fields, subtypes


class Requestable(Protocol):
    """What a class must tell to be requested; `BaseResource` does."""

    @classmethod
    def data_type(cls) -> type[ResourceData] | None:
        """Return the type of its data, None for a service."""
        ...

    @classmethod
    def check_parameters(
        cls, given: Mapping[str, object], parents: Sequence[type] = (), *, text: bool = False
    ) -> tuple[dict[str, object], list[str]]:
        """Convert a service's parameters and name the problems."""
        ...


ResourceT = TypeVar("ResourceT", bound=Requestable)
# A request for a kind of calculator is a request for a calculator.
ResourceT_co = TypeVar("ResourceT_co", bound=Requestable, covariant=True)


_UNPACKING = {"none": "", "parts": ".unpack()", "all": ".unpack(recursive=True)"}


def _copy(values: Mapping[str, object]) -> Mapping[str, object]:
    return dict(values)


def _copy_parts(parts: Mapping[str, Request[Any]]) -> Mapping[str, Request[Any]]:
    return dict(parts)


@attrs.frozen(kw_only=True, slots=False)
class Request(Generic[ResourceT_co]):
    """Declare the need for one resource; made by `BaseResource.request`.

    Args:
        resource: the class of the resource.
        name: the attribute that will hold it, empty until the request is bound to a name.
        lookups: conditions on the record, as spelled: ``{"port__gte": 1024}``.
        parameters: values for a service, which has no record.
        predicate: a condition in Python, asked after the lookups with the typed data.
        exclusive: whether nobody else may use the resource meanwhile.
        force_initialize: whether to initialize it without asking it to validate itself.
        parts: requests that take the place of those in the class body of the resource, by name.
        unpacks: which parts reach a test under their own names: none, those of the whole, or at any depth.
    """

    resource: type[ResourceT_co]
    name: str = ""
    lookups: Mapping[str, object] = attrs.field(factory=dict[str, object], converter=_copy, hash=False)
    parameters: Mapping[str, object] = attrs.field(factory=dict[str, object], converter=_copy, hash=False)
    predicate: Callable[[Any], bool] | None = None
    exclusive: bool = True
    force_initialize: bool = False
    parts: Mapping[str, Request[Any]] = attrs.field(
        factory=dict[str, "Request[Any]"], converter=_copy_parts, hash=False
    )
    unpacks: Literal["none", "parts", "all"] = "none"

    @overload
    def __get__(self, instance: None, owner: type, /) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type | None = None, /) -> ResourceT_co: ...
    def __get__(self, instance: object | None, owner: type | None = None, /) -> Self | ResourceT_co:
        if instance is None:
            return self
        # Reached only while the instance has no attribute of its own: outside of a run, or after a release.
        raise AttributeError(
            f"{type(instance).__name__}.{self.name} holds no {self.resource.__name__} now: it is there only while "
            "Rotest runs the test. Run the file with `rotest`, or let it call rotest_core.main()"
        )

    def __set_name__(self, owner: type, name: str) -> None:
        # What refers to an attribute of its resource asks for the name; the first one counts.
        vars(self).setdefault("_stands_as", name)
        # A new request and not a changed one: the same may stand under several names.
        setattr(owner, name, self.bound(name))

    def __getattr__(self, name: str) -> Reference:
        """Refer to an attribute that the resource will have: ``sensor=setup.pressure`` in a class body."""
        if name.startswith("_"):
            raise AttributeError(f"{type(self).__name__!r} has no attribute {name!r}", name=name, obj=self)
        return Reference(self, (name,))

    def __str__(self) -> str:
        shown = [] if self.predicate is None else [getattr(self.predicate, "__name__", "predicate")]
        shown += [f"{key}={value!r}" for key, value in (*self.lookups.items(), *self.parameters.items())]
        shown += [] if self.exclusive else ["exclusive=False"]
        call = f"{self.resource.__name__}.request({', '.join(shown)}){_UNPACKING[self.unpacks]}"
        return f"{self.name} = {call}" if self.name else call

    @property
    def is_service(self) -> bool:
        """Tell whether the resource has no record: it is built and never leased."""
        return self.resource.data_type() is None

    def bound(self, name: str) -> Self:
        """Return the request under the name of an attribute."""
        return self if name == self.name else attrs.evolve(self, name=name)

    def unpack(self, *, recursive: bool = False) -> Self:
        """Return the request with its parts given to the test under their own names, too.

        ::

            class RackTest(TestCase):
                rack = Rack.request().unpack()
                supply: Supply  # is self.rack.supply

        Args:
            recursive: whether parts of parts are given as well; of several with one name the nearest to the whole.
        """
        return attrs.evolve(self, unpacks="all" if recursive else "parts")

    def with_lookups(self, extra: Mapping[str, object], *, text: bool = False) -> Self:
        """Return the request with more conditions (parameters, of a service); one of the same name is replaced.

        Args:
            extra: values by spelled lookup; a parameter of a service that is a part stands behind the part's name.
            text: texts are read as the type that is wanted (from a command line).

        Raises:
            PlanError: a text cannot be read so.
        """
        own, below = self._split(extra)
        parts = dict(self.parts)
        for part in self.part_requests():
            if part.name in below:
                parts[part.name] = part.with_lookups(below[part.name], text=text)
        return attrs.evolve(self._with_own(own, text=text), parts=parts)

    def part_requests(self) -> tuple[Request[Any], ...]:
        """Return the requests of the resource's parts, in declared order."""
        return tuple(self.parts.get(part.name, part) for part in requests_of(self.resource))

    def _split(self, extra: Mapping[str, object]) -> tuple[dict[str, object], dict[str, dict[str, object]]]:
        """Tell conditions on the record from parameters of parts, which go by the name of the part."""
        own: dict[str, object] = {}
        below: dict[str, dict[str, object]] = {}
        for spelled, value in extra.items():
            name, _, rest = spelled.partition("__")
            if rest and self._leads_to_service(spelled.split("__")):
                below.setdefault(name, {})[rest] = value
            else:
                own[spelled] = value
        return own, below

    def _leads_to_service(self, words: list[str]) -> bool:
        for part in self.part_requests():
            if part.name == words[0] and len(words) > 1:
                return part.is_service or part._leads_to_service(words[1:])
        return False

    def _with_own(self, extra: Mapping[str, object], *, text: bool) -> Self:
        data_type = self.resource.data_type()
        if data_type is None:
            values, problems = self.resource.check_parameters(extra, text=text)
            self._object(problems)
            return attrs.evolve(self, parameters={**self.parameters, **values})
        added = {key.removesuffix("__exact"): value for key, value in extra.items()}
        if text:
            query, problems = make_query(data_type, added, text=True)
            self._object(problems)
            added = {spelled: lookup.value for spelled, lookup in zip(added, query.lookups, strict=True)}
        kept = {key: value for key, value in self.lookups.items() if key.removesuffix("__exact") not in added}
        return attrs.evolve(self, lookups={**kept, **added})

    def for_config(self, config: Mapping[str, object]) -> Request[ResourceT_co]:
        """Return the request as a run's configuration wants it: an adapter's chooses its class now, for parts too.

        Args:
            config: the ``[config]`` table of the run.

        Raises:
            PlanError: the configuration leads to no class.
        """
        parts = self.part_requests()
        chosen = {part.name: part.for_config(config) for part in parts}
        if all(chosen[part.name] is part for part in parts):
            return self
        return attrs.evolve(self, parts=chosen)

    def query(self) -> Query:
        """Return what to ask the store, with every lookup checked and converted.

        What the declared parts of the resource ask of their records is part of it. The query of a service matches
        nothing; its parameters are checked.

        Raises:
            PlanError: unknown fields, with the known and the nearest ones; values of a wrong type, with what would
                be right; operators that do not fit, with those that do. One line each, all at once.
        """
        query, problems = self._checked
        self._object(problems)
        return query

    def accepts(self, data: ResourceData) -> bool:
        """Ask the predicates of the request and of its parts; lookups are the store's to answer."""
        if self.predicate is not None and not self.predicate(data):
            return False
        for part in self.part_requests():
            below = getattr(data, part.name, None)
            if not part.is_service and isinstance(below, ResourceData) and not part.accepts(below):
                return False
        return True

    def built_parameters(self) -> dict[str, object]:
        """Return the parameters of a service, converted to what it declares.

        Raises:
            PlanError: some do not fit.
        """
        self.query()
        return dict(self.parameters)

    @property
    def has_predicate(self) -> bool:
        """Tell whether `accepts` has anything to ask."""
        parts = (part for part in self.part_requests() if not part.is_service)
        return self.predicate is not None or any(part.has_predicate for part in parts)

    @cached_property
    def _checked(self) -> tuple[Query, list[str]]:
        return _check(self, ())

    def _object(self, problems: Collection[str]) -> None:
        if problems:
            raise PlanError("\n  ".join((str(self), *problems)))


def requests_of(owner: type) -> tuple[Request[Any], ...]:
    """Return the requests that a class declares, bound to their names.

    Inherited ones come first, in declared order; an attribute of the same name in a subclass takes a request's place.
    """
    found: dict[str, Request[Any]] = {}
    for declaring in reversed(owner.__mro__):
        for name, value in vars(declaring).items():
            if isinstance(value, Request):
                found[name] = value.bound(name)
            elif name in found:
                del found[name]
    return tuple(found.values())


def _check(request: Request[Any], parents: tuple[type, ...]) -> tuple[Query, list[str]]:
    """Make a request's query, and name what is wrong with it and with the parts it brings."""
    resource: type[Requestable] = request.resource
    problems: list[str] = []
    abstract = getattr(resource, "__abstractmethods__", ())
    if abstract:
        problems.append(
            f"{resource.__name__} leaves {', '.join(sorted(abstract))} to its subclasses: request one"
        )
    data_type = resource.data_type()
    if data_type is None:
        problems += resource.check_parameters(request.parameters, parents)[1]
        problems += _not_passed_on(request)
        query = Query(types=(resource.__name__,))
    else:
        query, found = make_query(data_type, request.lookups)
        problems += found
    for part in request.part_requests():
        query, found = _add_part(query, part, data_type, (data_type or resource, *parents))
        problems += (f"{part.name}: {problem}" for problem in found)
    return query, problems


def _not_passed_on(request: Request[Any]) -> list[str]:
    """Name the parameters that a service shall pass on to its parts, but is not given itself."""
    return [
        f"{value.name}: not given; the part {part.name!r} takes it from here"
        for part in request.part_requests()
        for value in part.parameters.values()
        if _lacks(value, request)
    ]


def _lacks(value: object, request: Request[Any]) -> TypeGuard[Parameter]:
    if not isinstance(value, Parameter) or not value.required or value.name in request.parameters:
        return False
    # A subclass may have put a value in its place.
    return getattr(request.resource, value.name, None) is value


def _add_part(
    query: Query,
    part: Request[Any],
    data_type: type[ResourceData] | None,
    around: tuple[type, ...],
) -> tuple[Query, list[str]]:
    """Put the conditions of a part on its whole."""
    part_query, problems = _check(part, around)
    wanted = part.resource.data_type()
    if wanted is None:
        return query, problems
    field = None if data_type is None else data_fields(data_type).get(part.name)
    if data_type is None or field is None or field.reference is None:
        where = "a service" if data_type is None else data_type.__name__
        return query, [*problems, f"{where} has no field {part.name!r} that refers to a {wanted.type_name()}"]
    narrow = wanted if issubclass(wanted, field.reference) else field.reference
    if not issubclass(narrow, wanted):
        return query, [
            *problems,
            f"{data_type.__name__}.{part.name} refers to a {field.reference.type_name()}",
        ]
    added = [attrs.evolve(lookup, path=(part.name, *lookup.path)) for lookup in part_query.lookups]
    if field.optional or narrow is not field.reference:
        added.insert(0, Lookup((part.name, "name"), Operator.ISNULL, False))
    below = {(part.name, *path): types for path, types in part_query.references.items()}
    return (
        attrs.evolve(
            query,
            lookups=(*query.lookups, *added),
            references={**query.references, **below, (part.name,): subtypes(narrow)}
            if added
            else query.references,
        ),
        problems,
    )
