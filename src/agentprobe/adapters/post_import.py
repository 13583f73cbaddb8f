"""To act on a library once it is imported, without importing it oneself."""

from __future__ import annotations

import sys
from importlib.util import find_spec

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from importlib.abc import Loader, MetaPathFinder
    from importlib.machinery import ModuleSpec
    from types import ModuleType

    Act = Callable[[ModuleType], None]
else:  # what these bring is not worth 15 milliseconds at the start of every process
    Loader = MetaPathFinder = object


class WhenImported(MetaPathFinder):
    """Calls `act` with each of the named top-level modules: at once where it is there, else when it comes."""

    def __init__(self, names: Sequence[str], act: Act) -> None:
        self._names = frozenset(names)
        self._act = act
        self._asking: set[str] = set()

    @property
    def watching(self) -> bool:
        """Is it on the look-out?"""
        return self in sys.meta_path

    def start(self) -> None:
        """Begin to watch; a second time does nothing."""
        if self.watching:
            return
        sys.meta_path.insert(0, self)
        for name in self._names & sys.modules.keys():
            self._act(sys.modules[name])

    def stop(self) -> None:
        """Watch no more; what was done stays done."""
        if self.watching:
            sys.meta_path.remove(self)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Let the other finders find the module, and have its loader tell us when it is loaded."""
        if fullname not in self._names or fullname in self._asking:
            return None
        self._asking.add(fullname)
        try:
            spec = find_spec(fullname)
        finally:
            self._asking.discard(fullname)
        if spec is not None and spec.loader is not None:
            spec.loader = _Telling(spec.loader, self._act)
        return spec


class _Telling(Loader):
    """A module's own loader, which then says that the module is there."""

    def __init__(self, loader: Loader, act: Act) -> None:
        self._loader = loader
        self._act = act

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        module.__loader__ = self._loader
        self._loader.exec_module(module)
        self._act(module)
