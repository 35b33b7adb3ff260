"""Parts reach a test under their own names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from rotest_core import BaseResource, PlanError, ResourceAdapter, TestCase
from rotest_core.model.resource import build
from rotest_core.model.unpacking import clashes, names_given, parts_given, unpack


class Bulb(BaseResource):
    pass


class Fan(BaseResource):
    bulb = Bulb.request()
    filter = Bulb.request()


class Cabin(BaseResource):
    fan = Fan.request()
    bulb = Bulb.request()


class Train(BaseResource):
    front = Cabin.request()
    rear = Cabin.request()


def test_parts_are_given_only_where_it_is_asked_for() -> None:
    request = Cabin.request().bound("cabin")
    assert names_given(request) == ("cabin",)
    assert names_given(request.unpack()) == ("cabin", "fan", "bulb")


def test_of_several_parts_with_one_name_the_nearest_to_the_whole_counts() -> None:
    assert parts_given(Cabin.request().unpack(recursive=True)) == {
        "fan": ("fan",),
        "bulb": ("bulb",),
        "filter": ("fan", "filter"),
    }


def test_two_parts_of_one_name_that_are_equally_near_are_a_mistake() -> None:
    assert list(parts_given(Train.request().unpack())) == ["front", "rear"]
    with pytest.raises(PlanError, match=r"^unpack: 'fan' stands for front\.fan and rear\.fan: leave"):
        parts_given(Train.request().unpack(recursive=True))


def test_the_live_parts_are_those_of_the_resource(tmp_path: Path) -> None:
    cabin = build(Cabin, work_dir=tmp_path)
    given = unpack(Cabin.request().bound("cabin").unpack(recursive=True), cabin)
    assert given == {"cabin": cabin, "fan": cabin.fan, "bulb": cabin.bulb, "filter": cabin.fan.filter}


def test_a_resource_of_another_kind_lacks_the_parts(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match=r"Bulb b has no part 'fan' to unpack$"):
        unpack(Cabin.request().bound("cabin").unpack(), build(Bulb, work_dir=tmp_path, name="b"))


def test_an_adapter_unpacks_what_it_chose() -> None:
    class AnyCabin(ResourceAdapter[Cabin]):
        @classmethod
        def get_resource_class(cls, config: Mapping[str, object]) -> type[Cabin]:
            return Cabin

    request = AnyCabin.request().bound("cabin").unpack()
    assert names_given(request) == ("cabin",)
    assert names_given(request.for_config({})) == ("cabin", "fan", "bulb")


def test_unpacking_is_shown_and_is_a_part_of_the_value() -> None:
    request = Cabin.request().bound("cabin")
    assert str(request.unpack()) == "cabin = Cabin.request().unpack()"
    assert str(request.unpack(recursive=True)) == "cabin = Cabin.request().unpack(recursive=True)"
    assert request.unpack() == request.unpack() != request


class Riding(TestCase):
    def fan(self) -> None: ...

    @property
    def filter(self) -> int:
        return 1


def test_what_a_part_would_hide_is_named() -> None:
    cabin = Cabin.request().bound("cabin").unpack(recursive=True)
    assert list(clashes([cabin, Bulb.request().bound("bulb")], Riding)) == [
        f"{cabin}\n  unpack: the part {name!r} would take the place of {what}"
        for name, what in (("fan", "Riding.fan"), ("bulb", "the request 'bulb'"), ("filter", "Riding.filter"))
    ]


def test_parts_of_two_resources_with_one_name_are_a_mistake() -> None:
    one, other = (Train.request().bound(name).unpack() for name in ("one", "other"))
    assert list(clashes([one, other], TestCase)) == [
        f"{other}\n  unpack: the part {name!r} would take the place of one.{name}"
        for name in ("front", "rear")
    ]
