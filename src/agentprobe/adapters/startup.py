"""What happens first in a process that was started for a session: its ways in are made ready."""

from __future__ import annotations

import atexit
import json
import os

from agentprobe.adapters import watch
from agentprobe.adapters.coverage_log import CoverageLog
from agentprobe.adapters.coverage_words import CoverageWords
from agentprobe.adapters.post_import import WhenImported

TYPE_CHECKING = False  # every import here is paid for at the start of every process
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import ModuleType
    from typing import Any

VARIABLE = "AGENTPROBE_SESSION"
"""The environment variable by which a child process is told which session it belongs to."""
_begun = False


def begin() -> None:
    """Hook the libraries of this process as they are imported, and watch where it connects to.

    Nothing happens in a process that belongs to no session, and nothing a second time. It never raises: what
    cannot be hooked is said in the trace, and the agent runs on as if nothing were there.
    """
    global _begun
    text = os.environ.get(VARIABLE)
    if not text or _begun:
        return
    _begun = True
    told = _told(text)
    trace = told.get("trace")
    log = CoverageLog(trace, CoverageWords(told)) if isinstance(trace, str) else None
    simulated, proxied = told.get("simulated") is True, told.get("proxy") is not None
    watch.begin(log, str(told.get("door", "")), simulated=simulated, proxied=proxied)
    watch.attached("python")
    hook_libraries()
    _frameworks()
    atexit.register(watch.finish)


def hook_libraries() -> None:
    """Hook each library that can carry a model call, now or as soon as it is imported."""
    for watcher in _watchers:
        watcher.start()


def _told(text: str) -> Mapping[str, Any]:
    """As much of the session's orders as is needed now; who first needs the session says what is wrong."""
    try:
        told = json.loads(text)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _httpx(module: ModuleType) -> None:
    from agentprobe.adapters import http_hook

    http_hook.attach(module)


def _aiohttp(module: ModuleType) -> None:
    from agentprobe.adapters import aiohttp_hook

    aiohttp_hook.attach(module)


def _urllib3(module: ModuleType) -> None:
    from agentprobe.adapters import urllib3_hook

    urllib3_hook.attach(module)


def _safely(hook: Callable[[ModuleType], None]) -> Callable[[ModuleType], None]:
    def act(module: ModuleType) -> None:
        try:
            hook(module)
        except Exception as error:  # noqa: BLE001 - a library we do not know must work as it did
            watch.attached(module.__name__, why=f"{type(error).__name__}: {error}")
        else:
            watch.attached(module.__name__)

    return act


def _frameworks() -> None:
    try:
        from agentprobe.adapters import frameworks

        frameworks.install()
    except Exception as error:  # noqa: BLE001 - the same
        watch.attached("frameworks", why=f"{type(error).__name__}: {error}")


_watchers = (
    WhenImported(("httpx", "httpx2"), _safely(_httpx)),
    WhenImported(("aiohttp",), _safely(_aiohttp)),
    WhenImported(("urllib3",), _safely(_urllib3)),
)
"""Which libraries are hooked, and how; nothing of a hook is imported before its library is."""
