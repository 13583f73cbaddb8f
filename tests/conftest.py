"""What holds for all tests: no time limits of their own for property tests, Ctrl-C works, few are trusted.

A shell that starts the tests in the background has them, and whatever they start, ignore the interrupt; nohup
has them ignore that the terminal is gone.
"""

from __future__ import annotations

import os
import signal
import tempfile
from pathlib import Path

import certifi
import pytest
from hypothesis import HealthCheck, settings

from agentprobe.basis.files import write_whole

settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

os.environ.setdefault("OPENAI_AGENTS_DISABLE_TRACING", "1")  # its exporter would look for its maker's host
os.environ.setdefault("AGENTPROBE_KEY_FILE", str(Path(tempfile.gettempdir()) / "agentprobe-tests.key"))

_ONE = Path(tempfile.gettempdir()) / f"agentprobe-tests-{os.getuid()}.pem"
"""One of the world's authorities: all of them are 40 ms of work for each client, and thousands are made."""
_END = "-----END CERTIFICATE-----"

write_whole(_ONE, Path(certifi.where()).read_text().partition(_END)[0] + _END + "\n")
os.environ["SSL_CERT_FILE"] = str(_ONE)

pytest_plugins = ["postgres_server", "mariadb_server"]

_LONG = ("tests/house/test_docs.py", "tests/frameworks/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest tests first, so that no processor waits at the end for one that began last."""
    items.sort(key=lambda item: not item.nodeid.startswith(_LONG))
