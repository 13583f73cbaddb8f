"""Keeps a caller running: carries out the task for every line on standard input, and says what became of it.

Run: python _serving.py NAME

A caller is a program that one library's users would write: `ask(url, streamed)` carries out the task with the
model at `url` and gives the answer; `LIBRARIES` are the distributions whose versions matter, `OWN` the
packages whose exceptions a user of the library has to expect.
"""

from __future__ import annotations

import _hurried  # isort: skip  # first of all: before any library has looked at the clock
import json
import os
import signal
import sys
import threading
import time
import traceback
import warnings
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

from _task import ToldOfError, executed

_QUIET = {
    "OPENAI_AGENTS_DISABLE_TRACING": "1",
    "CREWAI_DISABLE_TELEMETRY": "true",
    "CREWAI_TRACING_ENABLED": "false",
    "OTEL_SDK_DISABLED": "true",
    "LANGSMITH_TRACING": "false",
    "OPENAI_API_KEY": "simulated",
    "GOOGLE_API_KEY": "simulated",
    "NO_PROXY": "127.0.0.1",
}


_asking = threading.Event()


class CalledOff(BaseException):
    """Raised wherever the program is when nobody waits for it any longer."""


def _call_off(_: int, __: object) -> None:
    if _asking.is_set():
        _asking.clear()
        raise CalledOff


def serve(name: str) -> None:
    """Carry out the task for every line that comes, until there are no more."""
    signal.signal(signal.SIGUSR1, _call_off)
    out = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what a library prints is no answer
    os.environ.update(_QUIET)
    caller = import_module(name)
    warnings.simplefilter("ignore")
    print(json.dumps({"libraries": {name: version(name) for name in caller.LIBRARIES}}), file=out)
    for line in sys.stdin:
        told = json.loads(line)
        _hurried.longest = told["longest"]
        print(json.dumps(_told(caller, told["url"], told["streamed"])), file=out)


def _told(caller: Any, url: str, streamed: bool) -> dict[str, Any]:
    """What reached the program."""
    executed.clear()
    _hurried.slept.clear()
    _asking.set()
    began = time.perf_counter()
    answer = error = None
    try:
        answer = caller.ask(url, streamed)
        _asking.clear()
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as raised:  # noqa: BLE001 - whatever comes is what reached the program
        _asking.clear()
        error = _described(raised, frozenset(caller.OWN))
    return {
        "answer": None if answer is None else _clean(str(answer)[:400]),
        "error": error,
        "executed": [{name: _plain(value) for name, value in call.items()} for call in executed],
        "slept": round(sum(_hurried.slept), 1),
        "seconds": round(time.perf_counter() - began, 2),
    }


def _described(error: BaseException, own: frozenset[str]) -> dict[str, Any]:
    kind = type(error)
    homes = {base.__module__.partition(".")[0] for base in kind.__mro__}
    return {
        "type": f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins."),
        "own": isinstance(error, ToldOfError) or bool(homes & own),
        "here": not isinstance(error, ToldOfError) and _rose_here(error),
        "said": _clean(" ".join(str(error).split())[:200]),
    }


def _rose_here(error: BaseException) -> bool:
    """Did the program's own lines meet it, and not the library's?"""
    files = [frame.filename for frame in traceback.extract_tb(error.__traceback__)]
    others = [name for name in files if f"{os.sep}json{os.sep}" not in name]
    return bool(others) and Path(others[-1]).parent == Path(__file__).parent


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool | None) else repr(value)[:100]


def _clean(text: str) -> str:
    """A text that can be written down, whatever the wire has made of it."""
    return text.encode("utf-8", "replace").decode()


if __name__ == "__main__":
    serve(sys.argv[1])
