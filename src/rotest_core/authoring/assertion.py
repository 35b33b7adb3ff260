"""The assertions of unittest, which can tell what held as well."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, AnyStr, TypeVar, overload

from rotest_core.authoring.checks import CheckedCase

if TYPE_CHECKING:
    import logging
    import types
    from collections.abc import Callable, Container, Iterable, Mapping, Sequence, Set as AbstractSet
    from contextlib import AbstractContextManager
    from re import Pattern
    from typing import ParamSpec, SupportsAbs, SupportsRound, TypeAlias
    from unittest._log import _AssertLogsContext, _LoggingWatcher  # pyright: ignore[reportPrivateUsage]
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


class AssertingCase(CheckedCase):
    """Give every assertion of unittest a ``success_msg``: recorded when the assertion holds.

    The signatures are those of unittest's own methods, with that one argument more.
    """

    def assertEqual(
        self, first: Any, second: Any, msg: Any = None, *, success_msg: str | None = None
    ) -> None:
        """Assert that two values are equal."""
        super().assertEqual(first, second, msg)
        if success_msg is not None or self._rotest_context is not None:
            self._rotest_asserted("assertEqual", (first, second), success_msg)

    def assertNotEqual(
        self, first: Any, second: Any, msg: Any = None, *, success_msg: str | None = None
    ) -> None:
        """Assert that two values differ."""
        super().assertNotEqual(first, second, msg)
        if success_msg is not None or self._rotest_context is not None:
            self._rotest_asserted("assertNotEqual", (first, second), success_msg)

    def assertTrue(self, expr: Any, msg: Any = None, *, success_msg: str | None = None) -> None:
        """Assert that a value is true."""
        super().assertTrue(expr, msg)
        if success_msg is not None or self._rotest_context is not None:
            self._rotest_asserted("assertTrue", (expr,), success_msg)

    def assertFalse(self, expr: Any, msg: Any = None, *, success_msg: str | None = None) -> None:
        """Assert that a value is false."""
        super().assertFalse(expr, msg)
        if success_msg is not None or self._rotest_context is not None:
            self._rotest_asserted("assertFalse", (expr,), success_msg)

    def assertIs(
        self, expr1: object, expr2: object, msg: Any = None, *, success_msg: str | None = None
    ) -> None:
        """Assert that two names mean one object."""
        super().assertIs(expr1, expr2, msg)
        if success_msg is not None or self._rotest_context is not None:
            self._rotest_asserted("assertIs", (expr1, expr2), success_msg)

    def assertIsNot(
        self, expr1: object, expr2: object, msg: Any = None, *, success_msg: str | None = None
    ) -> None:
        """Assert that two names mean different objects."""
        super().assertIsNot(expr1, expr2, msg)
        if success_msg is not None or self._rotest_context is not None:
            self._rotest_asserted("assertIsNot", (expr1, expr2), success_msg)

    def assertIsNone(self, obj: object, msg: Any = None, *, success_msg: str | None = None) -> None:
        """Assert that a value is None."""
        super().assertIsNone(obj, msg)
        if success_msg is not None or self._rotest_context is not None:
            self._rotest_asserted("assertIsNone", (obj,), success_msg)

    def assertIsNotNone(self, obj: object, msg: Any = None, *, success_msg: str | None = None) -> None:
        """Assert that a value is not None."""
        super().assertIsNotNone(obj, msg)
        if success_msg is not None or self._rotest_context is not None:
            self._rotest_asserted("assertIsNotNone", (obj,), success_msg)

    def assertIn(
        self,
        member: Any,
        container: Iterable[Any] | Container[Any],
        msg: Any = None,
        *,
        success_msg: str | None = None,
    ) -> None:
        """Assert that a container has a member."""
        super().assertIn(member, container, msg)
        if success_msg is not None or self._rotest_context is not None:
            self._rotest_asserted("assertIn", (member, container), success_msg)

    def assertNotIn(
        self,
        member: Any,
        container: Iterable[Any] | Container[Any],
        msg: Any = None,
        *,
        success_msg: str | None = None,
    ) -> None:
        """Assert that a container does not have a member."""
        super().assertNotIn(member, container, msg)
        if success_msg is not None or self._rotest_context is not None:
            self._rotest_asserted("assertNotIn", (member, container), success_msg)

    def assertIsInstance(
        self, obj: object, cls: ClassInfo, msg: Any = None, *, success_msg: str | None = None
    ) -> None:
        """Assert that an object is of a class."""
        super().assertIsInstance(obj, cls, msg)
        if success_msg is not None or self._rotest_context is not None:
            self._rotest_asserted("assertIsInstance", (obj, cls), success_msg)

    def assertNotIsInstance(
        self, obj: object, cls: ClassInfo, msg: Any = None, *, success_msg: str | None = None
    ) -> None:
        """Assert that an object is not of a class."""
        super().assertNotIsInstance(obj, cls, msg)
        if success_msg is not None or self._rotest_context is not None:
            self._rotest_asserted("assertNotIsInstance", (obj, cls), success_msg)

    def assertRegex(
        self,
        text: AnyStr,
        expected_regex: AnyStr | Pattern[AnyStr],
        msg: Any = None,
        *,
        success_msg: str | None = None,
    ) -> None:
        """Assert that a text has a match of a regular expression."""
        super().assertRegex(text, expected_regex, msg)
        if success_msg is not None or self._rotest_context is not None:
            self._rotest_asserted("assertRegex", (text, expected_regex), success_msg)

    def assertNotRegex(
        self,
        text: AnyStr,
        unexpected_regex: AnyStr | Pattern[AnyStr],
        msg: Any = None,
        *,
        success_msg: str | None = None,
    ) -> None:
        """Assert that a text has no match of a regular expression."""
        super().assertNotRegex(text, unexpected_regex, msg)
        if success_msg is not None or self._rotest_context is not None:
            self._rotest_asserted("assertNotRegex", (text, unexpected_regex), success_msg)

    def assertCountEqual(
        self, first: Iterable[Any], second: Iterable[Any], msg: Any = None, *, success_msg: str | None = None
    ) -> None:
        """Assert that two iterables hold the same items, in any order."""
        super().assertCountEqual(first, second, msg)
        if success_msg is not None or self._rotest_context is not None:
            self._rotest_asserted("assertCountEqual", (first, second), success_msg)

    def assertMultiLineEqual(
        self, first: str, second: str, msg: Any = None, *, success_msg: str | None = None
    ) -> None:
        """Assert that two texts are equal, and show the difference by lines."""
        super().assertMultiLineEqual(first, second, msg)
        if success_msg is not None or self._rotest_context is not None:
            self._rotest_asserted("assertMultiLineEqual", (first, second), success_msg)

    def assertListEqual(
        self, list1: list[Any], list2: list[Any], msg: Any = None, *, success_msg: str | None = None
    ) -> None:
        """Assert that two lists are equal."""
        super().assertListEqual(list1, list2, msg)
        if success_msg is not None or self._rotest_context is not None:
            self._rotest_asserted("assertListEqual", (list1, list2), success_msg)

    def assertTupleEqual(
        self,
        tuple1: tuple[Any, ...],
        tuple2: tuple[Any, ...],
        msg: Any = None,
        *,
        success_msg: str | None = None,
    ) -> None:
        """Assert that two tuples are equal."""
        super().assertTupleEqual(tuple1, tuple2, msg)
        if success_msg is not None or self._rotest_context is not None:
            self._rotest_asserted("assertTupleEqual", (tuple1, tuple2), success_msg)

    def assertSetEqual(
        self,
        set1: AbstractSet[object],
        set2: AbstractSet[object],
        msg: Any = None,
        *,
        success_msg: str | None = None,
    ) -> None:
        """Assert that two sets are equal."""
        super().assertSetEqual(set1, set2, msg)
        if success_msg is not None or self._rotest_context is not None:
            self._rotest_asserted("assertSetEqual", (set1, set2), success_msg)

    def assertDictEqual(
        self,
        d1: Mapping[Any, object],
        d2: Mapping[Any, object],
        msg: Any = None,
        *,
        success_msg: str | None = None,
    ) -> None:
        """Assert that two mappings are equal."""
        super().assertDictEqual(d1, d2, msg)
        if success_msg is not None or self._rotest_context is not None:
            self._rotest_asserted("assertDictEqual", (d1, d2), success_msg)

    @overload
    def assertGreater(
        self, a: SupportsDunderGT[T], b: T, msg: Any = None, *, success_msg: str | None = None
    ) -> None: ...
    @overload
    def assertGreater(
        self, a: T, b: SupportsDunderLT[T], msg: Any = None, *, success_msg: str | None = None
    ) -> None: ...
    def assertGreater(self, a: Any, b: Any, msg: Any = None, *, success_msg: str | None = None) -> None:
        """Assert that the first value is greater than the second."""
        super().assertGreater(a, b, msg)
        if success_msg is not None or self._rotest_context is not None:
            self._rotest_asserted("assertGreater", (a, b), success_msg)

    @overload
    def assertGreaterEqual(
        self, a: SupportsDunderGE[T], b: T, msg: Any = None, *, success_msg: str | None = None
    ) -> None: ...
    @overload
    def assertGreaterEqual(
        self, a: T, b: SupportsDunderLE[T], msg: Any = None, *, success_msg: str | None = None
    ) -> None: ...
    def assertGreaterEqual(self, a: Any, b: Any, msg: Any = None, *, success_msg: str | None = None) -> None:
        """Assert that the first value is greater than the second, or equal."""
        super().assertGreaterEqual(a, b, msg)
        if success_msg is not None or self._rotest_context is not None:
            self._rotest_asserted("assertGreaterEqual", (a, b), success_msg)

    @overload
    def assertLess(
        self, a: SupportsDunderLT[T], b: T, msg: Any = None, *, success_msg: str | None = None
    ) -> None: ...
    @overload
    def assertLess(
        self, a: T, b: SupportsDunderGT[T], msg: Any = None, *, success_msg: str | None = None
    ) -> None: ...
    def assertLess(self, a: Any, b: Any, msg: Any = None, *, success_msg: str | None = None) -> None:
        """Assert that the first value is less than the second."""
        super().assertLess(a, b, msg)
        if success_msg is not None or self._rotest_context is not None:
            self._rotest_asserted("assertLess", (a, b), success_msg)

    @overload
    def assertLessEqual(
        self, a: SupportsDunderLE[T], b: T, msg: Any = None, *, success_msg: str | None = None
    ) -> None: ...
    @overload
    def assertLessEqual(
        self, a: T, b: SupportsDunderGE[T], msg: Any = None, *, success_msg: str | None = None
    ) -> None: ...
    def assertLessEqual(self, a: Any, b: Any, msg: Any = None, *, success_msg: str | None = None) -> None:
        """Assert that the first value is less than the second, or equal."""
        super().assertLessEqual(a, b, msg)
        if success_msg is not None or self._rotest_context is not None:
            self._rotest_asserted("assertLessEqual", (a, b), success_msg)

    @overload
    def assertAlmostEqual(
        self,
        first: S,
        second: S,
        places: None,
        msg: Any,
        delta: _SupportsAbsAndDunderGE,
        *,
        success_msg: str | None = None,
    ) -> None: ...
    @overload
    def assertAlmostEqual(
        self,
        first: S,
        second: S,
        places: None = None,
        msg: Any = None,
        *,
        delta: _SupportsAbsAndDunderGE,
        success_msg: str | None = None,
    ) -> None: ...
    @overload
    def assertAlmostEqual(
        self,
        first: SupportsSub[T, SupportsAbs[SupportsRound[object]]],
        second: T,
        places: int | None = None,
        msg: Any = None,
        delta: None = None,
        *,
        success_msg: str | None = None,
    ) -> None: ...
    @overload
    def assertAlmostEqual(
        self,
        first: T,
        second: SupportsRSub[T, SupportsAbs[SupportsRound[object]]],
        places: int | None = None,
        msg: Any = None,
        delta: None = None,
        *,
        success_msg: str | None = None,
    ) -> None: ...
    def assertAlmostEqual(
        self,
        first: Any,
        second: Any,
        places: Any = None,
        msg: Any = None,
        delta: Any = None,
        *,
        success_msg: str | None = None,
    ) -> None:
        """Assert that two numbers are equal but for rounding."""
        super().assertAlmostEqual(first, second, places=places, delta=delta, msg=msg)
        if success_msg is not None or self._rotest_context is not None:
            self._rotest_asserted("assertAlmostEqual", (first, second), success_msg)

    @overload
    def assertNotAlmostEqual(
        self,
        first: S,
        second: S,
        places: None,
        msg: Any,
        delta: _SupportsAbsAndDunderGE,
        *,
        success_msg: str | None = None,
    ) -> None: ...
    @overload
    def assertNotAlmostEqual(
        self,
        first: S,
        second: S,
        places: None = None,
        msg: Any = None,
        *,
        delta: _SupportsAbsAndDunderGE,
        success_msg: str | None = None,
    ) -> None: ...
    @overload
    def assertNotAlmostEqual(
        self,
        first: SupportsSub[T, SupportsAbs[SupportsRound[object]]],
        second: T,
        places: int | None = None,
        msg: Any = None,
        delta: None = None,
        *,
        success_msg: str | None = None,
    ) -> None: ...
    @overload
    def assertNotAlmostEqual(
        self,
        first: T,
        second: SupportsRSub[T, SupportsAbs[SupportsRound[object]]],
        places: int | None = None,
        msg: Any = None,
        delta: None = None,
        *,
        success_msg: str | None = None,
    ) -> None: ...
    def assertNotAlmostEqual(
        self,
        first: Any,
        second: Any,
        places: Any = None,
        msg: Any = None,
        delta: Any = None,
        *,
        success_msg: str | None = None,
    ) -> None:
        """Assert that two numbers differ by more than rounding."""
        super().assertNotAlmostEqual(first, second, places=places, delta=delta, msg=msg)
        if success_msg is not None or self._rotest_context is not None:
            self._rotest_asserted("assertNotAlmostEqual", (first, second), success_msg)

    def assertSequenceEqual(
        self,
        seq1: Sequence[Any],
        seq2: Sequence[Any],
        msg: Any = None,
        seq_type: type[Sequence[Any]] | None = None,
        *,
        success_msg: str | None = None,
    ) -> None:
        """Assert that two sequences are equal."""
        super().assertSequenceEqual(seq1, seq2, seq_type=seq_type, msg=msg)
        if success_msg is not None or self._rotest_context is not None:
            self._rotest_asserted("assertSequenceEqual", (seq1, seq2), success_msg)

    @overload
    def assertRaises(
        self,
        expected_exception: type[BaseException] | tuple[type[BaseException], ...],
        callable: Callable[..., object],
        *args: Any,
        **kwargs: Any,
    ) -> None: ...
    @overload
    def assertRaises(
        self,
        expected_exception: type[ExceptionT] | tuple[type[ExceptionT], ...],
        *,
        msg: Any = ...,
    ) -> _AssertRaisesContext[ExceptionT]: ...
    @overload
    def assertRaises(
        self,
        expected_exception: type[ExceptionT] | tuple[type[ExceptionT], ...],
        *,
        msg: Any = ...,
        success_msg: str,
    ) -> AbstractContextManager[_AssertRaisesContext[ExceptionT], bool]: ...
    def assertRaises(self, expected_exception: Any, *args: Any, **kwargs: Any) -> Any:
        """Assert that a call or a ``with`` block raises."""
        success_msg = None if args else kwargs.pop("success_msg", None)
        inner: Any = super().assertRaises(expected_exception, *args, **kwargs)
        return self._rotest_guarded("assertRaises", inner, (expected_exception,), success_msg)

    @overload
    def assertRaisesRegex(
        self,
        expected_exception: type[BaseException] | tuple[type[BaseException], ...],
        expected_regex: str | Pattern[str],
        callable: Callable[..., object],
        *args: Any,
        **kwargs: Any,
    ) -> None: ...
    @overload
    def assertRaisesRegex(
        self,
        expected_exception: type[ExceptionT] | tuple[type[ExceptionT], ...],
        expected_regex: str | Pattern[str],
        *,
        msg: Any = ...,
    ) -> _AssertRaisesContext[ExceptionT]: ...
    @overload
    def assertRaisesRegex(
        self,
        expected_exception: type[ExceptionT] | tuple[type[ExceptionT], ...],
        expected_regex: str | Pattern[str],
        *,
        msg: Any = ...,
        success_msg: str,
    ) -> AbstractContextManager[_AssertRaisesContext[ExceptionT], bool]: ...
    def assertRaisesRegex(
        self, expected_exception: Any, expected_regex: str | Pattern[str], *args: Any, **kwargs: Any
    ) -> Any:
        """Assert that a call or a ``with`` block raises with a matching text."""
        success_msg = None if args else kwargs.pop("success_msg", None)
        inner: Any = super().assertRaisesRegex(expected_exception, expected_regex, *args, **kwargs)
        return self._rotest_guarded(
            "assertRaisesRegex", inner, (expected_exception, expected_regex), success_msg
        )

    @overload
    def assertWarns(
        self,
        expected_warning: type[Warning] | tuple[type[Warning], ...],
        callable: Callable[Params, object],
        *args: Params.args,
        **kwargs: Params.kwargs,
    ) -> None: ...
    @overload
    def assertWarns(
        self,
        expected_warning: type[Warning] | tuple[type[Warning], ...],
        *,
        msg: Any = ...,
    ) -> _AssertWarnsContext: ...
    @overload
    def assertWarns(
        self,
        expected_warning: type[Warning] | tuple[type[Warning], ...],
        *,
        msg: Any = ...,
        success_msg: str,
    ) -> AbstractContextManager[_AssertWarnsContext, bool]: ...
    def assertWarns(self, expected_warning: Any, *args: Any, **kwargs: Any) -> Any:
        """Assert that a call or a ``with`` block warns."""
        success_msg = None if args else kwargs.pop("success_msg", None)
        inner: Any = super().assertWarns(expected_warning, *args, **kwargs)
        return self._rotest_guarded("assertWarns", inner, (expected_warning,), success_msg)

    @overload
    def assertWarnsRegex(
        self,
        expected_warning: type[Warning] | tuple[type[Warning], ...],
        expected_regex: str | Pattern[str],
        callable: Callable[Params, object],
        *args: Params.args,
        **kwargs: Params.kwargs,
    ) -> None: ...
    @overload
    def assertWarnsRegex(
        self,
        expected_warning: type[Warning] | tuple[type[Warning], ...],
        expected_regex: str | Pattern[str],
        *,
        msg: Any = ...,
    ) -> _AssertWarnsContext: ...
    @overload
    def assertWarnsRegex(
        self,
        expected_warning: type[Warning] | tuple[type[Warning], ...],
        expected_regex: str | Pattern[str],
        *,
        msg: Any = ...,
        success_msg: str,
    ) -> AbstractContextManager[_AssertWarnsContext, bool]: ...
    def assertWarnsRegex(
        self, expected_warning: Any, expected_regex: str | Pattern[str], *args: Any, **kwargs: Any
    ) -> Any:
        """Assert that a call or a ``with`` block warns with a matching text."""
        success_msg = None if args else kwargs.pop("success_msg", None)
        inner: Any = super().assertWarnsRegex(expected_warning, expected_regex, *args, **kwargs)
        return self._rotest_guarded(
            "assertWarnsRegex", inner, (expected_warning, expected_regex), success_msg
        )

    @overload
    def assertLogs(
        self, logger: str | logging.Logger | None = None, level: int | str | None = None
    ) -> _AssertLogsContext[_LoggingWatcher]: ...
    @overload
    def assertLogs(
        self, logger: str | logging.Logger | None = None, level: int | str | None = None, *, success_msg: str
    ) -> AbstractContextManager[_LoggingWatcher, bool]: ...
    def assertLogs(
        self,
        logger: str | logging.Logger | None = None,
        level: int | str | None = None,
        *,
        success_msg: str | None = None,
    ) -> Any:
        """Assert that a ``with`` block writes to a log."""
        inner = super().assertLogs(logger, level)
        return self._rotest_guarded("assertLogs", inner, (logger, level), success_msg)

    @overload
    def assertNoLogs(
        self, logger: str | logging.Logger | None = None, level: int | str | None = None
    ) -> _AssertLogsContext[None]: ...
    @overload
    def assertNoLogs(
        self, logger: str | logging.Logger | None = None, level: int | str | None = None, *, success_msg: str
    ) -> AbstractContextManager[None, bool]: ...
    def assertNoLogs(
        self,
        logger: str | logging.Logger | None = None,
        level: int | str | None = None,
        *,
        success_msg: str | None = None,
    ) -> Any:
        """Assert that a ``with`` block writes nothing to a log."""
        inner = super().assertNoLogs(logger, level)
        return self._rotest_guarded("assertNoLogs", inner, (logger, level), success_msg)

    if sys.version_info >= (3, 14):

        def assertHasAttr(
            self, obj: object, name: str, msg: Any = None, *, success_msg: str | None = None
        ) -> None:
            """Assert that an object has an attribute."""
            super().assertHasAttr(obj, name, msg)
            if success_msg is not None or self._rotest_context is not None:
                self._rotest_asserted("assertHasAttr", (obj, name), success_msg)

        def assertNotHasAttr(
            self, obj: object, name: str, msg: Any = None, *, success_msg: str | None = None
        ) -> None:
            """Assert that an object does not have an attribute."""
            super().assertNotHasAttr(obj, name, msg)
            if success_msg is not None or self._rotest_context is not None:
                self._rotest_asserted("assertNotHasAttr", (obj, name), success_msg)

        def assertIsSubclass(
            self,
            cls: type,
            superclass: type | tuple[type, ...],
            msg: Any = None,
            *,
            success_msg: str | None = None,
        ) -> None:
            """Assert that a class is derived from another."""
            super().assertIsSubclass(cls, superclass, msg)
            if success_msg is not None or self._rotest_context is not None:
                self._rotest_asserted("assertIsSubclass", (cls, superclass), success_msg)

        def assertNotIsSubclass(
            self,
            cls: type,
            superclass: type | tuple[type, ...],
            msg: Any = None,
            *,
            success_msg: str | None = None,
        ) -> None:
            """Assert that a class is not derived from another."""
            super().assertNotIsSubclass(cls, superclass, msg)
            if success_msg is not None or self._rotest_context is not None:
                self._rotest_asserted("assertNotIsSubclass", (cls, superclass), success_msg)

        def assertStartsWith(
            self,
            s: TextT,
            prefix: TextT | tuple[TextT, ...],
            msg: Any = None,
            *,
            success_msg: str | None = None,
        ) -> None:
            """Assert that a text starts with another."""
            super().assertStartsWith(s, prefix, msg)
            if success_msg is not None or self._rotest_context is not None:
                self._rotest_asserted("assertStartsWith", (s, prefix), success_msg)

        def assertNotStartsWith(
            self,
            s: TextT,
            prefix: TextT | tuple[TextT, ...],
            msg: Any = None,
            *,
            success_msg: str | None = None,
        ) -> None:
            """Assert that a text does not start with another."""
            super().assertNotStartsWith(s, prefix, msg)
            if success_msg is not None or self._rotest_context is not None:
                self._rotest_asserted("assertNotStartsWith", (s, prefix), success_msg)

        def assertEndsWith(
            self,
            s: TextT,
            suffix: TextT | tuple[TextT, ...],
            msg: Any = None,
            *,
            success_msg: str | None = None,
        ) -> None:
            """Assert that a text ends with another."""
            super().assertEndsWith(s, suffix, msg)
            if success_msg is not None or self._rotest_context is not None:
                self._rotest_asserted("assertEndsWith", (s, suffix), success_msg)

        def assertNotEndsWith(
            self,
            s: TextT,
            suffix: TextT | tuple[TextT, ...],
            msg: Any = None,
            *,
            success_msg: str | None = None,
        ) -> None:
            """Assert that a text does not end with another."""
            super().assertNotEndsWith(s, suffix, msg)
            if success_msg is not None or self._rotest_context is not None:
                self._rotest_asserted("assertNotEndsWith", (s, suffix), success_msg)
