"""Fixtures for the tests of the semantics."""

from tests.execution.conftest import project

__all__ = ["project"]
