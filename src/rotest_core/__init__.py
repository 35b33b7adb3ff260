"""Rotest: tests with shared, scarce, physical or virtual resources."""

from __future__ import annotations

from rotest_core._version import __version__

__all__ = ["__version__"]
