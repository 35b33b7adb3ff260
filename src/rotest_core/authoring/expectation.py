"""Expectations: assertions that do not stop the test."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, AnyStr, TypeVar, cast, overload

from rotest_core.authoring.assertion import AssertingCase

if TYPE_CHECKING:
    import logging
    import types
    from collections.abc import Callable, Container, Iterable, Mapping, Sequence, Set as AbstractSet
    from contextlib import AbstractContextManager
    from re import Pattern
    from typing import ParamSpec, SupportsAbs, SupportsRound, TypeAlias
    from unittest._log import _LoggingWatcher  # pyright: ignore[reportPrivateUsage]
    from unittest.case import (
        _AssertRaisesContext,  # pyright: ignore[reportPrivateUsage]
        _AssertWarnsContext,  # pyright: ignore[reportPrivateUsage]
        _SupportsAbsAndDunderGE,  # pyright: ignore[reportPrivateUsage]
    )

    from _typeshed import (
        SupportsDunderGE,
        SupportsDunderGT,
        SupportsDunderLE,
        SupportsDunderLT,
        SupportsRSub,
        SupportsSub,
    )

    Params = ParamSpec("Params")
    ClassInfo: TypeAlias = "type | types.UnionType | tuple[ClassInfo, ...]"

T = TypeVar("T")
S = TypeVar("S", bound="SupportsSub[Any, Any]")
ExceptionT = TypeVar("ExceptionT", bound=BaseException)
TextT = TypeVar("TextT", str, bytes, bytearray)

# Tells unittest, and our tracebacks, to leave the frames of this module out.
__unittest = True


class ExpectingCase(AssertingCase):
    """Give every assertion of unittest a counterpart that records the verdict and goes on.

    The signatures are those of the assertions. Each returns whether it held; those that judge a ``with`` block return
    a context manager. A test in which some failed fails when its method is over, with the texts of all of them.
    """

    def expect(self, condition: object, msg: Any = None, *, success_msg: str | None = None) -> bool:
        """Check that a condition is true and go on in any case."""
        return self._rotest_expect(
            "expect", lambda: self.assertTrue(condition, msg=msg), (condition,), success_msg
        )

    def expectEqual(
        self, first: Any, second: Any, msg: Any = None, *, success_msg: str | None = None
    ) -> bool:
        """Check that two values are equal and go on in any case."""
        return self._rotest_expect(
            "expectEqual", lambda: self.assertEqual(first, second, msg=msg), (first, second), success_msg
        )

    def expectNotEqual(
        self, first: Any, second: Any, msg: Any = None, *, success_msg: str | None = None
    ) -> bool:
        """Check that two values differ and go on in any case."""
        return self._rotest_expect(
            "expectNotEqual",
            lambda: self.assertNotEqual(first, second, msg=msg),
            (first, second),
            success_msg,
        )

    def expectTrue(self, expr: Any, msg: Any = None, *, success_msg: str | None = None) -> bool:
        """Check that a value is true and go on in any case."""
        return self._rotest_expect("expectTrue", lambda: self.assertTrue(expr, msg=msg), (expr,), success_msg)

    def expectFalse(self, expr: Any, msg: Any = None, *, success_msg: str | None = None) -> bool:
        """Check that a value is false and go on in any case."""
        return self._rotest_expect(
            "expectFalse", lambda: self.assertFalse(expr, msg=msg), (expr,), success_msg
        )

    def expectIs(
        self, expr1: object, expr2: object, msg: Any = None, *, success_msg: str | None = None
    ) -> bool:
        """Check that two names mean one object and go on in any case."""
        return self._rotest_expect(
            "expectIs", lambda: self.assertIs(expr1, expr2, msg=msg), (expr1, expr2), success_msg
        )

    def expectIsNot(
        self, expr1: object, expr2: object, msg: Any = None, *, success_msg: str | None = None
    ) -> bool:
        """Check that two names mean different objects and go on in any case."""
        return self._rotest_expect(
            "expectIsNot", lambda: self.assertIsNot(expr1, expr2, msg=msg), (expr1, expr2), success_msg
        )

    def expectIsNone(self, obj: object, msg: Any = None, *, success_msg: str | None = None) -> bool:
        """Check that a value is None and go on in any case."""
        return self._rotest_expect(
            "expectIsNone", lambda: self.assertIsNone(obj, msg=msg), (obj,), success_msg
        )

    def expectIsNotNone(self, obj: object, msg: Any = None, *, success_msg: str | None = None) -> bool:
        """Check that a value is not None and go on in any case."""
        return self._rotest_expect(
            "expectIsNotNone", lambda: self.assertIsNotNone(obj, msg=msg), (obj,), success_msg
        )

    def expectIn(
        self,
        member: Any,
        container: Iterable[Any] | Container[Any],
        msg: Any = None,
        *,
        success_msg: str | None = None,
    ) -> bool:
        """Check that a container has a member and go on in any case."""
        return self._rotest_expect(
            "expectIn", lambda: self.assertIn(member, container, msg=msg), (member, container), success_msg
        )

    def expectNotIn(
        self,
        member: Any,
        container: Iterable[Any] | Container[Any],
        msg: Any = None,
        *,
        success_msg: str | None = None,
    ) -> bool:
        """Check that a container does not have a member and go on in any case."""
        return self._rotest_expect(
            "expectNotIn",
            lambda: self.assertNotIn(member, container, msg=msg),
            (member, container),
            success_msg,
        )

    def expectIsInstance(
        self, obj: object, cls: ClassInfo, msg: Any = None, *, success_msg: str | None = None
    ) -> bool:
        """Check that an object is of a class and go on in any case."""
        return self._rotest_expect(
            "expectIsInstance", lambda: self.assertIsInstance(obj, cls, msg=msg), (obj, cls), success_msg
        )

    def expectNotIsInstance(
        self, obj: object, cls: ClassInfo, msg: Any = None, *, success_msg: str | None = None
    ) -> bool:
        """Check that an object is not of a class and go on in any case."""
        return self._rotest_expect(
            "expectNotIsInstance",
            lambda: self.assertNotIsInstance(obj, cls, msg=msg),
            (obj, cls),
            success_msg,
        )

    def expectRegex(
        self,
        text: AnyStr,
        expected_regex: AnyStr | Pattern[AnyStr],
        msg: Any = None,
        *,
        success_msg: str | None = None,
    ) -> bool:
        """Check that a text has a match of a regular expression and go on in any case."""
        return self._rotest_expect(
            "expectRegex",
            lambda: self.assertRegex(text, expected_regex, msg=msg),
            (text, expected_regex),
            success_msg,
        )

    def expectNotRegex(
        self,
        text: AnyStr,
        unexpected_regex: AnyStr | Pattern[AnyStr],
        msg: Any = None,
        *,
        success_msg: str | None = None,
    ) -> bool:
        """Check that a text has no match of a regular expression and go on in any case."""
        return self._rotest_expect(
            "expectNotRegex",
            lambda: self.assertNotRegex(text, unexpected_regex, msg=msg),
            (text, unexpected_regex),
            success_msg,
        )

    def expectCountEqual(
        self, first: Iterable[Any], second: Iterable[Any], msg: Any = None, *, success_msg: str | None = None
    ) -> bool:
        """Check that two iterables hold the same items, in any order and go on in any case."""
        return self._rotest_expect(
            "expectCountEqual",
            lambda: self.assertCountEqual(first, second, msg=msg),
            (first, second),
            success_msg,
        )

    def expectMultiLineEqual(
        self, first: str, second: str, msg: Any = None, *, success_msg: str | None = None
    ) -> bool:
        """Check that two texts are equal, and show the difference by lines and go on in any case."""
        return self._rotest_expect(
            "expectMultiLineEqual",
            lambda: self.assertMultiLineEqual(first, second, msg=msg),
            (first, second),
            success_msg,
        )

    def expectListEqual(
        self, list1: list[Any], list2: list[Any], msg: Any = None, *, success_msg: str | None = None
    ) -> bool:
        """Check that two lists are equal and go on in any case."""
        return self._rotest_expect(
            "expectListEqual",
            lambda: self.assertListEqual(list1, list2, msg=msg),
            (list1, list2),
            success_msg,
        )

    def expectTupleEqual(
        self,
        tuple1: tuple[Any, ...],
        tuple2: tuple[Any, ...],
        msg: Any = None,
        *,
        success_msg: str | None = None,
    ) -> bool:
        """Check that two tuples are equal and go on in any case."""
        return self._rotest_expect(
            "expectTupleEqual",
            lambda: self.assertTupleEqual(tuple1, tuple2, msg=msg),
            (tuple1, tuple2),
            success_msg,
        )

    def expectSetEqual(
        self,
        set1: AbstractSet[object],
        set2: AbstractSet[object],
        msg: Any = None,
        *,
        success_msg: str | None = None,
    ) -> bool:
        """Check that two sets are equal and go on in any case."""
        return self._rotest_expect(
            "expectSetEqual", lambda: self.assertSetEqual(set1, set2, msg=msg), (set1, set2), success_msg
        )

    def expectDictEqual(
        self,
        d1: Mapping[Any, object],
        d2: Mapping[Any, object],
        msg: Any = None,
        *,
        success_msg: str | None = None,
    ) -> bool:
        """Check that two mappings are equal and go on in any case."""
        return self._rotest_expect(
            "expectDictEqual", lambda: self.assertDictEqual(d1, d2, msg=msg), (d1, d2), success_msg
        )

    @overload
    def expectGreater(
        self, a: SupportsDunderGT[T], b: T, msg: Any = None, *, success_msg: str | None = None
    ) -> bool: ...
    @overload
    def expectGreater(
        self, a: T, b: SupportsDunderLT[T], msg: Any = None, *, success_msg: str | None = None
    ) -> bool: ...
    def expectGreater(self, a: Any, b: Any, msg: Any = None, *, success_msg: str | None = None) -> bool:
        """Check that the first value is greater than the second and go on in any case."""
        return self._rotest_expect(
            "expectGreater", lambda: self.assertGreater(a, b, msg=msg), (a, b), success_msg
        )

    @overload
    def expectGreaterEqual(
        self, a: SupportsDunderGE[T], b: T, msg: Any = None, *, success_msg: str | None = None
    ) -> bool: ...
    @overload
    def expectGreaterEqual(
        self, a: T, b: SupportsDunderLE[T], msg: Any = None, *, success_msg: str | None = None
    ) -> bool: ...
    def expectGreaterEqual(self, a: Any, b: Any, msg: Any = None, *, success_msg: str | None = None) -> bool:
        """Check that the first value is greater than the second, or equal and go on in any case."""
        return self._rotest_expect(
            "expectGreaterEqual", lambda: self.assertGreaterEqual(a, b, msg=msg), (a, b), success_msg
        )

    @overload
    def expectLess(
        self, a: SupportsDunderLT[T], b: T, msg: Any = None, *, success_msg: str | None = None
    ) -> bool: ...
    @overload
    def expectLess(
        self, a: T, b: SupportsDunderGT[T], msg: Any = None, *, success_msg: str | None = None
    ) -> bool: ...
    def expectLess(self, a: Any, b: Any, msg: Any = None, *, success_msg: str | None = None) -> bool:
        """Check that the first value is less than the second and go on in any case."""
        return self._rotest_expect("expectLess", lambda: self.assertLess(a, b, msg=msg), (a, b), success_msg)

    @overload
    def expectLessEqual(
        self, a: SupportsDunderLE[T], b: T, msg: Any = None, *, success_msg: str | None = None
    ) -> bool: ...
    @overload
    def expectLessEqual(
        self, a: T, b: SupportsDunderGE[T], msg: Any = None, *, success_msg: str | None = None
    ) -> bool: ...
    def expectLessEqual(self, a: Any, b: Any, msg: Any = None, *, success_msg: str | None = None) -> bool:
        """Check that the first value is less than the second, or equal and go on in any case."""
        return self._rotest_expect(
            "expectLessEqual", lambda: self.assertLessEqual(a, b, msg=msg), (a, b), success_msg
        )

    @overload
    def expectAlmostEqual(
        self,
        first: S,
        second: S,
        places: None,
        msg: Any,
        delta: _SupportsAbsAndDunderGE,
        *,
        success_msg: str | None = None,
    ) -> bool: ...
    @overload
    def expectAlmostEqual(
        self,
        first: S,
        second: S,
        places: None = None,
        msg: Any = None,
        *,
        delta: _SupportsAbsAndDunderGE,
        success_msg: str | None = None,
    ) -> bool: ...
    @overload
    def expectAlmostEqual(
        self,
        first: SupportsSub[T, SupportsAbs[SupportsRound[object]]],
        second: T,
        places: int | None = None,
        msg: Any = None,
        delta: None = None,
        *,
        success_msg: str | None = None,
    ) -> bool: ...
    @overload
    def expectAlmostEqual(
        self,
        first: T,
        second: SupportsRSub[T, SupportsAbs[SupportsRound[object]]],
        places: int | None = None,
        msg: Any = None,
        delta: None = None,
        *,
        success_msg: str | None = None,
    ) -> bool: ...
    def expectAlmostEqual(
        self,
        first: Any,
        second: Any,
        places: Any = None,
        msg: Any = None,
        delta: Any = None,
        *,
        success_msg: str | None = None,
    ) -> bool:
        """Check that two numbers are equal but for rounding and go on in any case."""
        return self._rotest_expect(
            "expectAlmostEqual",
            lambda: self.assertAlmostEqual(first, second, places=places, delta=delta, msg=msg),
            (first, second),
            success_msg,
        )

    @overload
    def expectNotAlmostEqual(
        self,
        first: S,
        second: S,
        places: None,
        msg: Any,
        delta: _SupportsAbsAndDunderGE,
        *,
        success_msg: str | None = None,
    ) -> bool: ...
    @overload
    def expectNotAlmostEqual(
        self,
        first: S,
        second: S,
        places: None = None,
        msg: Any = None,
        *,
        delta: _SupportsAbsAndDunderGE,
        success_msg: str | None = None,
    ) -> bool: ...
    @overload
    def expectNotAlmostEqual(
        self,
        first: SupportsSub[T, SupportsAbs[SupportsRound[object]]],
        second: T,
        places: int | None = None,
        msg: Any = None,
        delta: None = None,
        *,
        success_msg: str | None = None,
    ) -> bool: ...
    @overload
    def expectNotAlmostEqual(
        self,
        first: T,
        second: SupportsRSub[T, SupportsAbs[SupportsRound[object]]],
        places: int | None = None,
        msg: Any = None,
        delta: None = None,
        *,
        success_msg: str | None = None,
    ) -> bool: ...
    def expectNotAlmostEqual(
        self,
        first: Any,
        second: Any,
        places: Any = None,
        msg: Any = None,
        delta: Any = None,
        *,
        success_msg: str | None = None,
    ) -> bool:
        """Check that two numbers differ by more than rounding and go on in any case."""
        return self._rotest_expect(
            "expectNotAlmostEqual",
            lambda: self.assertNotAlmostEqual(first, second, places=places, delta=delta, msg=msg),
            (first, second),
            success_msg,
        )

    def expectSequenceEqual(
        self,
        seq1: Sequence[Any],
        seq2: Sequence[Any],
        msg: Any = None,
        seq_type: type[Sequence[Any]] | None = None,
        *,
        success_msg: str | None = None,
    ) -> bool:
        """Check that two sequences are equal and go on in any case."""
        return self._rotest_expect(
            "expectSequenceEqual",
            lambda: self.assertSequenceEqual(seq1, seq2, seq_type=seq_type, msg=msg),
            (seq1, seq2),
            success_msg,
        )

    @overload
    def expectRaises(
        self,
        expected_exception: type[BaseException] | tuple[type[BaseException], ...],
        callable: Callable[..., object],
        *args: Any,
        **kwargs: Any,
    ) -> bool: ...
    @overload
    def expectRaises(
        self,
        expected_exception: type[ExceptionT] | tuple[type[ExceptionT], ...],
        *,
        msg: Any = ...,
        success_msg: str | None = ...,
    ) -> AbstractContextManager[_AssertRaisesContext[ExceptionT], bool]: ...
    def expectRaises(self, expected_exception: Any, *args: Any, **kwargs: Any) -> Any:
        """Check that a call or a ``with`` block raises and go on in any case."""
        if args:
            return self._rotest_expect(
                "expectRaises",
                lambda: self.assertRaises(expected_exception, *args, **kwargs),
                (expected_exception,),
                None,
            )
        success_msg = kwargs.pop("success_msg", None)
        inner: Any = self.assertRaises(expected_exception, **kwargs)
        return self._rotest_checked("expectRaises", inner, (expected_exception,), success_msg)

    @overload
    def expectRaisesRegex(
        self,
        expected_exception: type[BaseException] | tuple[type[BaseException], ...],
        expected_regex: str | Pattern[str],
        callable: Callable[..., object],
        *args: Any,
        **kwargs: Any,
    ) -> bool: ...
    @overload
    def expectRaisesRegex(
        self,
        expected_exception: type[ExceptionT] | tuple[type[ExceptionT], ...],
        expected_regex: str | Pattern[str],
        *,
        msg: Any = ...,
        success_msg: str | None = ...,
    ) -> AbstractContextManager[_AssertRaisesContext[ExceptionT], bool]: ...
    def expectRaisesRegex(
        self, expected_exception: Any, expected_regex: str | Pattern[str], *args: Any, **kwargs: Any
    ) -> Any:
        """Check that a call or a ``with`` block raises with a matching text and go on in any case."""
        if args:
            return self._rotest_expect(
                "expectRaisesRegex",
                lambda: self.assertRaisesRegex(expected_exception, expected_regex, *args, **kwargs),
                (expected_exception, expected_regex),
                None,
            )
        success_msg = kwargs.pop("success_msg", None)
        inner: Any = self.assertRaisesRegex(expected_exception, expected_regex, **kwargs)
        return self._rotest_checked(
            "expectRaisesRegex", inner, (expected_exception, expected_regex), success_msg
        )

    @overload
    def expectWarns(
        self,
        expected_warning: type[Warning] | tuple[type[Warning], ...],
        callable: Callable[Params, object],
        *args: Params.args,
        **kwargs: Params.kwargs,
    ) -> bool: ...
    @overload
    def expectWarns(
        self,
        expected_warning: type[Warning] | tuple[type[Warning], ...],
        *,
        msg: Any = ...,
        success_msg: str | None = ...,
    ) -> AbstractContextManager[_AssertWarnsContext, bool]: ...
    def expectWarns(self, expected_warning: Any, *args: Any, **kwargs: Any) -> Any:
        """Check that a call or a ``with`` block warns and go on in any case."""
        if args:
            return self._rotest_expect(
                "expectWarns",
                lambda: self.assertWarns(expected_warning, *args, **kwargs),
                (expected_warning,),
                None,
            )
        success_msg = kwargs.pop("success_msg", None)
        inner = cast("Any", self).assertWarns(expected_warning, **kwargs)
        return self._rotest_checked("expectWarns", inner, (expected_warning,), success_msg)

    @overload
    def expectWarnsRegex(
        self,
        expected_warning: type[Warning] | tuple[type[Warning], ...],
        expected_regex: str | Pattern[str],
        callable: Callable[Params, object],
        *args: Params.args,
        **kwargs: Params.kwargs,
    ) -> bool: ...
    @overload
    def expectWarnsRegex(
        self,
        expected_warning: type[Warning] | tuple[type[Warning], ...],
        expected_regex: str | Pattern[str],
        *,
        msg: Any = ...,
        success_msg: str | None = ...,
    ) -> AbstractContextManager[_AssertWarnsContext, bool]: ...
    def expectWarnsRegex(
        self, expected_warning: Any, expected_regex: str | Pattern[str], *args: Any, **kwargs: Any
    ) -> Any:
        """Check that a call or a ``with`` block warns with a matching text and go on in any case."""
        if args:
            return self._rotest_expect(
                "expectWarnsRegex",
                lambda: self.assertWarnsRegex(expected_warning, expected_regex, *args, **kwargs),
                (expected_warning, expected_regex),
                None,
            )
        success_msg = kwargs.pop("success_msg", None)
        inner = cast("Any", self).assertWarnsRegex(expected_warning, expected_regex, **kwargs)
        return self._rotest_checked(
            "expectWarnsRegex", inner, (expected_warning, expected_regex), success_msg
        )

    def expectLogs(
        self,
        logger: str | logging.Logger | None = None,
        level: int | str | None = None,
        *,
        success_msg: str | None = None,
    ) -> AbstractContextManager[_LoggingWatcher, bool]:
        """Check that a ``with`` block writes to a log and go on in any case."""
        return self._rotest_checked(
            "expectLogs", self.assertLogs(logger, level), (logger, level), success_msg
        )

    def expectNoLogs(
        self,
        logger: str | logging.Logger | None = None,
        level: int | str | None = None,
        *,
        success_msg: str | None = None,
    ) -> AbstractContextManager[None, bool]:
        """Check that a ``with`` block writes nothing to a log and go on in any case."""
        return self._rotest_checked(
            "expectNoLogs", self.assertNoLogs(logger, level), (logger, level), success_msg
        )

    if sys.version_info >= (3, 14):

        def expectHasAttr(
            self, obj: object, name: str, msg: Any = None, *, success_msg: str | None = None
        ) -> bool:
            """Check that an object has an attribute and go on in any case."""
            return self._rotest_expect(
                "expectHasAttr", lambda: self.assertHasAttr(obj, name, msg=msg), (obj, name), success_msg
            )

        def expectNotHasAttr(
            self, obj: object, name: str, msg: Any = None, *, success_msg: str | None = None
        ) -> bool:
            """Check that an object does not have an attribute and go on in any case."""
            return self._rotest_expect(
                "expectNotHasAttr",
                lambda: self.assertNotHasAttr(obj, name, msg=msg),
                (obj, name),
                success_msg,
            )

        def expectIsSubclass(
            self,
            cls: type,
            superclass: type | tuple[type, ...],
            msg: Any = None,
            *,
            success_msg: str | None = None,
        ) -> bool:
            """Check that a class is derived from another and go on in any case."""
            return self._rotest_expect(
                "expectIsSubclass",
                lambda: self.assertIsSubclass(cls, superclass, msg=msg),
                (cls, superclass),
                success_msg,
            )

        def expectNotIsSubclass(
            self,
            cls: type,
            superclass: type | tuple[type, ...],
            msg: Any = None,
            *,
            success_msg: str | None = None,
        ) -> bool:
            """Check that a class is not derived from another and go on in any case."""
            return self._rotest_expect(
                "expectNotIsSubclass",
                lambda: self.assertNotIsSubclass(cls, superclass, msg=msg),
                (cls, superclass),
                success_msg,
            )

        def expectStartsWith(
            self,
            s: TextT,
            prefix: TextT | tuple[TextT, ...],
            msg: Any = None,
            *,
            success_msg: str | None = None,
        ) -> bool:
            """Check that a text starts with another and go on in any case."""
            return self._rotest_expect(
                "expectStartsWith",
                lambda: self.assertStartsWith(s, prefix, msg=msg),
                (s, prefix),
                success_msg,
            )

        def expectNotStartsWith(
            self,
            s: TextT,
            prefix: TextT | tuple[TextT, ...],
            msg: Any = None,
            *,
            success_msg: str | None = None,
        ) -> bool:
            """Check that a text does not start with another and go on in any case."""
            return self._rotest_expect(
                "expectNotStartsWith",
                lambda: self.assertNotStartsWith(s, prefix, msg=msg),
                (s, prefix),
                success_msg,
            )

        def expectEndsWith(
            self,
            s: TextT,
            suffix: TextT | tuple[TextT, ...],
            msg: Any = None,
            *,
            success_msg: str | None = None,
        ) -> bool:
            """Check that a text ends with another and go on in any case."""
            return self._rotest_expect(
                "expectEndsWith", lambda: self.assertEndsWith(s, suffix, msg=msg), (s, suffix), success_msg
            )

        def expectNotEndsWith(
            self,
            s: TextT,
            suffix: TextT | tuple[TextT, ...],
            msg: Any = None,
            *,
            success_msg: str | None = None,
        ) -> bool:
            """Check that a text does not end with another and go on in any case."""
            return self._rotest_expect(
                "expectNotEndsWith",
                lambda: self.assertNotEndsWith(s, suffix, msg=msg),
                (s, suffix),
                success_msg,
            )
