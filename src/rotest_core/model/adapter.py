"""Adapters: requests whose class depends on the configuration of the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Generic, Self, cast

import attrs

from rotest_core.errors import PlanError
from rotest_core.model.request import Request, ResourceT_co
from rotest_core.model.resource import AnyResource, BaseResource
from rotest_core.model.resource_data import ResourceData


class ResourceAdapter(Generic[ResourceT_co]):
    """Choose the class of a resource when the plan is made.

    ::

        class AnyCalculator(ResourceAdapter[Calculator]):
            @classmethod
            def get_resource_class(cls, config: Mapping[str, object]) -> type[Calculator]:
                return SimulatedCalculator if config.get("simulate") else RemoteCalculator


        class SomeTest(TestCase):
            calculator = AnyCalculator.request(port__gt=1024)  # Request[Calculator]
    """

    @classmethod
    def get_resource_class(cls, config: Mapping[str, object]) -> type[ResourceT_co]:
        """Choose a class.

        Args:
            config: the ``[config]`` table of the run.
        """
        raise NotImplementedError(f"{cls.__name__}.get_resource_class")

    @classmethod
    def request(
        cls, *, exclusive: bool = True, force_initialize: bool = False, **lookups: object
    ) -> Request[ResourceT_co]:
        """Declare the need for a resource of the class that will be chosen.

        Args:
            exclusive: whether nobody else may use it meanwhile.
            force_initialize: whether to initialize it without asking it to validate itself.
            lookups: conditions on the record, for a service its parameters.
        """
        return _AdaptedRequest(
            # Until the class is chosen the adapter stands for it: it tells who asks too early.
            resource=cast("type[ResourceT_co]", cls),
            lookups=lookups,
            exclusive=exclusive,
            force_initialize=force_initialize,
            adapter=cls,
        )

    @classmethod
    def data_type(cls) -> type[ResourceData] | None:
        """Refuse: the class is not chosen yet."""
        raise PlanError(
            f"{cls.__name__} chooses its class from the run's configuration, which is not known yet"
        )

    @classmethod
    def check_parameters(
        cls, given: Mapping[str, object], parents: Sequence[type] = (), *, text: bool = False
    ) -> tuple[dict[str, object], list[str]]:
        """Refuse: the class is not chosen yet."""
        del given, parents, text
        cls.data_type()
        return {}, []

    if not TYPE_CHECKING:

        def __new__(cls, **lookups):
            """Request a resource, as Rotest 8 spelled it."""
            return cls.request(**lookups)


@attrs.frozen(kw_only=True, slots=False)
class _AdaptedRequest(Request[ResourceT_co]):
    adapter: type[ResourceAdapter[ResourceT_co]]
    texts: Mapping[str, object] = attrs.field(factory=dict[str, object], hash=False)

    def with_lookups(self, extra: Mapping[str, object], *, text: bool = False) -> Self:
        # What the values are to be read as is known when the class is.
        if text:
            return attrs.evolve(self, texts={**self.texts, **extra})
        return attrs.evolve(self, lookups={**self.lookups, **extra})

    def for_config(self, config: Mapping[str, object]) -> Request[ResourceT_co]:
        chosen = cast("object", self.adapter.get_resource_class(config))
        if not (isinstance(chosen, type) and issubclass(chosen, BaseResource)):
            raise PlanError(f"{self}: get_resource_class returned {chosen!r}, which is no resource class")
        request = cast("AnyResource", chosen).request(
            exclusive=self.exclusive, force_initialize=self.force_initialize, **self.lookups
        )
        request = attrs.evolve(request, name=self.name, unpacks=self.unpacks)
        return cast("Request[ResourceT_co]", request.with_lookups(self.texts, text=True))
