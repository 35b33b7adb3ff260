from __future__ import annotations

import copy
import pickle
import types
import typing
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import pytest

from rotest_core import quick_typing

T = TypeVar("T")


class Point(quick_typing.NamedTuple):
    """Be a point."""

    x: int
    y: int = 0
    name: str = "origin"

    @property
    def distance(self) -> int:
        return abs(self.x) + abs(self.y)


class Usual(typing.NamedTuple):
    x: int
    y: int = 0
    name: str = "origin"


class Box(quick_typing.NamedTuple, Generic[T]):
    content: T


both = pytest.mark.parametrize("kind", [Point, Usual])


@both
def test_values_come_by_position_by_name_and_by_default(kind: type[Usual]) -> None:
    made = [kind(1), kind(1, 0), kind(x=1), kind(1, name="origin"), kind(1, 0, "origin"), kind(y=0, x=1)]
    assert all(value == (1, 0, "origin") for value in made)


@both
@pytest.mark.parametrize(
    "make",
    [
        lambda kind: kind(),
        lambda kind: kind(y=1),
        lambda kind: kind(1, 2, "a", 4),
        lambda kind: kind(1, x=1),
        lambda kind: kind(1, z=1),
        lambda kind: kind(1, 2, "a", name="b"),
        lambda kind: kind._make([1]),
    ],
)
def test_wrong_arguments_are_type_errors(kind: type[Usual], make: Callable[[Any], object]) -> None:
    with pytest.raises(TypeError):
        make(kind)


@both
def test_the_named_tuple_methods_are_there(kind: type[Usual]) -> None:
    value = kind(1, 2, "a")
    assert kind._fields == ("x", "y", "name")
    assert kind._field_defaults == {"y": 0, "name": "origin"}
    assert value._asdict() == {"x": 1, "y": 2, "name": "a"}
    assert value._replace(y=3) == (1, 3, "a")
    assert kind._make((1, 2, "a")) == value
    assert (value.x, value.y, value.name) == tuple(value)
    with pytest.raises(ValueError, match="'z'"):
        value._replace(z=1)  # type: ignore[call-arg]


def test_the_text_shows_the_fields() -> None:
    assert repr(Point(1)) == "Point(x=1, y=0, name='origin')"


@both
def test_values_can_be_copied_and_pickled(kind: type[Usual]) -> None:
    value = kind(1, 2)
    for twin in (copy.deepcopy(value), pickle.loads(pickle.dumps(value))):
        assert twin == value
        assert type(twin) is kind


@both
def test_values_are_frozen_and_have_no_room_for_more(kind: type[Usual]) -> None:
    value = kind(1)
    for name in ("x", "other"):
        with pytest.raises(AttributeError):
            setattr(value, name, 2)
    assert not hasattr(value, "__dict__")


@both
def test_values_match_patterns(kind: type[Usual]) -> None:
    match kind(1, 2, "a"):
        case Usual(1, name="a") | Point(1, name="a"):
            pass
        case other:
            pytest.fail(f"{other} matches no pattern")


def test_methods_and_docstrings_stay() -> None:
    assert Point(-1, 2).distance == 3
    assert Point.__doc__ == "Be a point."


def test_a_field_without_a_default_cannot_follow_one_that_has_one() -> None:
    with pytest.raises(TypeError, match="without a default"):
        types.new_class(
            "Bad",
            (quick_typing.NamedTuple,),
            exec_body=lambda body: body.update(__annotations__={"x": int, "y": int}, x=1),
        )


def test_it_may_be_generic() -> None:
    assert Box[int](1).content == 1
    assert Box("a") == ("a",)


def test_hints_can_be_read() -> None:
    assert typing.get_type_hints(Point) == {"x": int, "y": int, "name": str}
