"""Runs first in every Python process of an agent that agentprobe has started; elsewhere it does nothing.

Python itself looks for a module of this name when it starts. It is written with the standard library alone,
in words that older Pythons read too, because nobody knows which interpreter an agent brings. Whatever goes
wrong here must not be felt by the agent, and must not be kept from the trace.
"""

import json
import os
import re
import sys
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from zlib import crc32

TYPE_CHECKING = False  # every import here is paid for at the start of every process
if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any, Sequence  # noqa: UP035 - the agent's Python may be an old one

_FOLDER = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - pathlib costs milliseconds


class _Lender:
    """Finds agentprobe, and the little it stands on, where the agent's environment lacks it.

    It lends those names only, asked last, so that nothing else of our environment reaches the agent.
    """

    def __init__(self, homes: "dict[str, str]") -> None:
        self._homes = homes

    def find_spec(
        self, fullname: str, path: "Sequence[str] | None" = None, target: "ModuleType | None" = None
    ) -> "ModuleSpec | None":
        home = self._homes.get(fullname)
        return PathFinder.find_spec(fullname, [home]) if home else None


def _begin() -> None:
    try:
        if find_spec("agentprobe") is None:
            _borrow()
        from agentprobe.adapters import startup
    except Exception as error:  # noqa: BLE001 - the agent runs on as if nothing were there
        _tell("%s: %s" % (type(error).__name__, error))  # noqa: UP031 - the same
    else:
        startup.begin()


def _borrow() -> None:
    lent = json.loads(os.environ["AGENTPROBE_LENT"])
    ours = sys.implementation.cache_tag
    if lent["python"] != ours:
        raise ImportError(
            "the agent's Python is %s and lacks agentprobe, which is installed for %s only; "  # noqa: UP031
            "install agentprobe-prod in the agent's environment" % (ours, lent["python"])
        )
    sys.meta_path.append(_Lender(lent["homes"]))


def _tell(why: str) -> None:
    """Write into the trace that nothing in this process is hooked."""
    try:
        told = json.loads(os.environ["AGENTPROBE_SESSION"])
        process = " ".join([os.path.basename(word) for word in _words()])  # noqa: PTH119 - the same
        if _may_tell(process + "\n" + why, told):
            process, why = os.path.basename(sys.executable), "[redacted]"  # noqa: PTH119 - the same
        way = {"name": "python", "attached": False, "why": why}
        record = {"record": "coverage", "order": 1, "by": "watch:%d" % os.getpid(), "at": 0.0}  # noqa: UP031
        record.update(process=process, ways=[way])
        file = os.open(told["trace"], os.O_WRONLY | os.O_APPEND)
        try:
            line = json.dumps(record).encode()
            os.write(file, b'%b,"sum":"%08x"}\n' % (line[:-1], crc32(line)))
        finally:
            os.close(file)
    except Exception:  # noqa: BLE001, S110 - there is nobody left to tell; the outside view still is
        pass


def _words() -> "list[str]":
    return [sys.executable, *[word for word in getattr(sys, "orig_argv", ())[1:2] if word.endswith(".py")]]


def _may_tell(said: str, told: "dict[str, Any]") -> bool:
    """May there be in it what must not be kept? Nothing that could take it out is at hand here."""
    low = said.lower()
    rules = [str(rule) for rule in (*(told.get("redact") or ()), *(told.get("redact_keys") or ()))]
    return (
        told.get("content") is False
        or any(word in low for word in ("key", "token", "secret", "pass", "pwd", "sk-", "://"))
        or any(len(value) > 7 and value in said for name, value in os.environ.items() if _TELLING(name))
        or any(re.search(rule, said) for rule in rules)
    )


_TELLING = re.compile("(?i)key|token|secret|pass|pwd|cred|dsn|pat$").search


def _next_one() -> None:
    """Run the `sitecustomize` that would have run without us, just as Python would."""
    spec = PathFinder.find_spec("sitecustomize", [path for path in sys.path if path != _FOLDER])
    if spec is not None and spec.loader is not None:
        module = sys.modules["sitecustomize"] = module_from_spec(spec)
        spec.loader.exec_module(module)


if os.environ.get("AGENTPROBE_SESSION"):
    _begin()
_next_one()
