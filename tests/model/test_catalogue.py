"""The loaded modules' data types are found by name."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import attrs
import pytest

from rotest_core.errors import PlanError
from rotest_core.model.catalogue import data_type, data_types
from rotest_core.model.resource_data import ResourceData
from tests.model.lab import RackData, SupplyData


@pytest.fixture
def _forgotten() -> Iterator[None]:
    """Let the classes that a test makes be gone after it: other tests list all there are."""
    yield
    gc.collect()


def test_every_data_type_is_known_by_its_name() -> None:
    assert data_type("Rack") is RackData
    assert data_type("Supply") is SupplyData


def test_unknown_type_is_named_with_the_nearest() -> None:
    with pytest.raises(PlanError, match=r"^unknown resource type 'Suply' \(did you mean 'Supply'"):
        data_type("Suply")


@pytest.mark.usefixtures("_forgotten")
def test_two_types_of_one_name_are_both_named() -> None:
    first, second = _twin(), _other_twin()
    with pytest.raises(PlanError) as caught:
        data_types()
    assert str(caught.value) == (
        "the resource type 'Twin' is declared more than once: "
        f"{__name__}._twin.<locals>.TwinData and {__name__}._other_twin.<locals>.TwinData; rename one"
    )
    with pytest.raises(PlanError, match="'Twin' is declared more than once"):
        data_type("Twin")
    del first, second


@pytest.mark.usefixtures("_forgotten")
def test_type_that_is_declared_anew_replaces_the_old_one() -> None:
    first, second = _twin(), _twin()
    assert data_type("Twin") is second
    del first, second


def _twin() -> type[ResourceData]:
    @attrs.frozen(kw_only=True)
    class TwinData(ResourceData):
        pass

    return TwinData


def _other_twin() -> type[ResourceData]:
    @attrs.frozen(kw_only=True)
    class TwinData(ResourceData):
        pass

    return TwinData
