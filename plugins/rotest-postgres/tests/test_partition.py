"""What holds between two hosts when the wire between them is cut: real packets, in network name spaces of their own.

To make name spaces takes root's rights and Linux. Where they are missing, test_outage.py still shows the same behind a
relay that lets nothing through.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TTL = 1.5

CAN_CUT = sys.platform == "linux" and os.geteuid() == 0 and all(map(shutil.which, ("ip", "unshare")))


@pytest.mark.skipif(
    not CAN_CUT, reason="only root can make network name spaces, with the commands ip and unshare"
)
def test_a_host_that_is_cut_off_is_told_in_time_and_replaced_not_before() -> None:
    """Its holder learns it by itself, before anybody else can have what it held; when it is back it can do no harm."""
    command = [
        "unshare",
        "--net",
        sys.executable,
        str(Path(__file__).with_name("two_hosts.py")),
        "near",
        str(TTL),
    ]
    finished = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=60)
    seen = json.loads(finished.stdout)
    assert seen["tokens"] == sorted(set(seen["tokens"]))
    assert len(seen["tokens"]) == 3
    assert seen["told"] < seen["replaced"] < TTL + 1
    assert seen["dirty"]
    assert seen["stale release"] == "refused"
    assert seen["violations"] == []
    assert seen["held"] == 0
