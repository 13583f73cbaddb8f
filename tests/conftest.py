"""What holds for all tests: no time limits of their own for property tests, and Ctrl-C works.

A shell that starts the tests in the background has them, and whatever they start, ignore the interrupt; nohup
has them ignore that the terminal is gone.
"""

from __future__ import annotations

import os
import signal
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings

settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

os.environ.setdefault("OPENAI_AGENTS_DISABLE_TRACING", "1")  # its exporter would look for its maker's host
os.environ.setdefault("AGENTPROBE_KEY_FILE", str(Path(tempfile.gettempdir()) / "agentprobe-tests.key"))

pytest_plugins = ["postgres_server", "mariadb_server"]
