"""Monitors watch tests in the processes that run them; what one does is said by `rotest_core.Monitor`."""

from __future__ import annotations

from collections.abc import Callable

from rotest_core.authoring.monitor import Monitor
from rotest_core.plugin.options import PluginContext

MonitorFactory = Callable[[PluginContext], Monitor]
"""Makes a monitor, in the coordinator's process: what it opens for itself, it opens in `Monitor.start_test_run`."""
