"""What a framework's adapter is: which module it waits for, and what it puts in place there."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from types import ModuleType
from typing import Any, ClassVar

from agentprobe.adapters import watch
from agentprobe.adapters.post_import import WhenImported
from agentprobe.trace.body import said
from agentprobe.trace.records import Way

Function = Callable[..., Any]


class Framework:
    """One framework's own hooks, put in place when its modules are imported, and only then.

    `attach` is called with each of `modules` once it is there. What goes wrong in it leaves the agent as it
    is and is said by `way`.
    """

    title: ClassVar[str]
    """What people call it."""
    modules: ClassVar[tuple[str, ...]]
    """The modules that hold what is patched."""
    tools: ClassVar[str] = "where they run"
    """Which tool calls are seen, and where."""
    refs: ClassVar[bool] = True
    """Does it tell the provider's id of a tool call?"""
    state: ClassVar[str] = ""
    """What of the agent's state is kept in the trace; empty for nothing."""
    limits: ClassVar[str] = ""
    """What it does not see."""

    def __init__(self) -> None:
        self.watch = WhenImported(self.modules, self._came)
        self._replaced: list[tuple[Any, str, Any, Any]] = []
        self._met = False
        self._why = ""

    def attach(self, module: Any) -> None:
        """Put the hooks in place in a module that has just been imported."""
        raise NotImplementedError

    @property
    def way(self) -> Way | None:
        """Whether it stands open; None where the framework is not there."""
        if not self._met:
            return None
        return Way(name=self.title, attached=not self._why, why=self._why)

    def install(self) -> None:
        """Begin to watch for the framework's modules; a second time does nothing."""
        self.watch.start()

    def uninstall(self) -> None:
        """Give everything back."""
        self.watch.stop()
        while self._replaced:
            owner, name, own, ours = self._replaced.pop()
            if vars(owner).get(name) is ours:
                setattr(owner, name, own)
        self._met, self._why = False, ""

    def _came(self, module: ModuleType) -> None:
        self._met = True
        try:
            self.attach(module)
        except Exception as error:  # noqa: BLE001 - whatever a framework has become, its user's agent must run
            self._why = f"{module.__name__} is not what it was: {type(error).__name__}: {said(error)}"
        if self.tools or self._why:  # where only state is kept no call goes by, and none can get past
            watch.attached(self.title, self._why)

    def replace(self, owner: Any, name: str, make: Callable[[Function], Function]) -> None:
        """Put a function of ours in the place of a class's or a module's own, once.

        Raises AttributeError where the owner has none of that name itself.
        """
        if any(owner is other and name == known for other, known, _, _ in self._replaced):
            return
        if name not in vars(owner):
            raise AttributeError(f"{getattr(owner, '__qualname__', owner)} has no '{name}' of its own")
        own = vars(owner)[name]
        ours = wraps(own)(make(own))
        setattr(owner, name, ours)
        self._replaced.append((owner, name, own, ours))
