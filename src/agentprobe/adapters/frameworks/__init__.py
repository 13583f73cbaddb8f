"""Agent frameworks by their own hooks, with no change to the agent: tools where they run, state as kept.

One file a framework, named as its package is imported, with `_` for the dots. Nothing of a framework's file
is read before that import, because every process of an agent pays for what is imported at its start.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

    from agentprobe.adapters.frameworks._framework import Framework
    from agentprobe.trace.records import Way


def install() -> None:
    """Have every framework that is imported, now or later, lead its tools through the current session.

    Without a session its tools do what they always did. A second time does nothing.
    """
    _lookout.start()


def uninstall() -> None:
    """Give the frameworks their own functions back."""
    _lookout.stop()


def ways() -> tuple[Way, ...]:
    """Of every framework that was imported, whether its hooks are in place, and if not, why."""
    return tuple(way for framework in _lookout.found.values() if (way := framework.way) is not None)


def names() -> tuple[str, ...]:
    """Every framework that is known, by the name of its file."""
    return tuple(sorted(entry[:-3] for entry in os.listdir(__path__[0]) if _is_framework(entry)))  # noqa: PTH208 - pathlib costs milliseconds


def framework(name: str) -> type[Framework]:
    """The adapter in the file of this name."""
    from agentprobe.adapters.frameworks._framework import Framework

    module = import_module(f"{__name__}.{name}")
    kinds = [kind for kind in vars(module).values() if isinstance(kind, type) and issubclass(kind, Framework)]
    return next(kind for kind in kinds if kind.__module__ == module.__name__)


def _is_framework(entry: str) -> bool:
    return entry.endswith(".py") and entry[0] != "_"


class _Lookout:
    """Sees a framework's import begin, and has its adapter ready before the first of its modules has run."""

    def __init__(self) -> None:
        self.found: dict[str, Framework] = {}
        self._names = frozenset(names())

    def start(self) -> None:
        for framework in self.found.values():
            framework.install()
        if self in sys.meta_path:
            return
        sys.meta_path.insert(0, self)
        for fullname in tuple(sys.modules):
            self._meet(fullname)

    def stop(self) -> None:
        if self in sys.meta_path:
            sys.meta_path.remove(self)
        for framework in self.found.values():
            framework.uninstall()

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Look who comes; a package that is patched itself is found here, the rest by the other finders."""
        met = self._meet(fullname)
        return met.watch.find_spec(fullname, path, target) if met is not None else None

    def _meet(self, fullname: str) -> Framework | None:
        name = fullname.replace(".", "_")
        if name not in self._names or name in self.found:
            return None
        try:
            self.found[name] = met = framework(name)()
            met.install()
            return met
        except Exception as error:  # noqa: BLE001 - the agent's own import must go on
            from agentprobe.adapters import watch

            watch.attached(fullname, why=f"{type(error).__name__}: {error}")
            return None


_lookout = _Lookout()
