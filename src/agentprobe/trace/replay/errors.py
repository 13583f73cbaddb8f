"""Recorded errors as errors again, of a kind that the agent's own handlers catch."""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterator

from agentprobe import errors
from agentprobe.errors import AgentStopped, CutOff, Refused, ServerError, TimedOut, WorldFailure
from agentprobe.trace.records import Failure

_SECONDS = re.compile(r"within ([0-9.e+-]+) s$")


def is_neutral(said: Failure) -> bool:
    """Is it an error of the corridor's, and not one that a provider has put into its reply?"""
    kind = getattr(errors, said.type, None)
    return isinstance(kind, type) and issubclass(kind, (WorldFailure, AgentStopped))


def world_failure(said: Failure, *, seconds: float, status: int | None) -> BaseException:
    """The failure of a model call; one that has no neutral word ends the answer or refuses it."""
    kind = getattr(errors, said.type, None)
    if isinstance(kind, type) and issubclass(kind, AgentStopped):
        return kind(said.message)
    if kind is TimedOut:
        return _timed_out(said.message, seconds)
    if kind is ServerError:
        return ServerError(status or 500, said.message)
    if isinstance(kind, type) and issubclass(kind, WorldFailure):
        return _with_message(kind, said.message)
    return Refused(said.message) if status is None else CutOff(said.message)


def tool_error(said: Failure, *, seconds: float) -> BaseException:
    """The error of a tool: of the class with the recorded name, where this process knows just one."""
    kind = getattr(errors, said.type, None)
    if isinstance(kind, type) and issubclass(kind, (WorldFailure, AgentStopped)):
        return world_failure(said, seconds=seconds, status=None)
    return _with_message(_class_named(said.type), said.message)


def _timed_out(message: str, seconds: float) -> TimedOut:
    found = _SECONDS.search(message)
    return TimedOut(float(found[1]) if found else seconds)


def _with_message(kind: type[BaseException], message: str) -> BaseException:
    """An error of this class that says this, whatever its own constructor wants."""
    try:
        error = kind.__new__(kind, message)
        error.args = (message,)
        if str(error) == message:
            return error
    except Exception:  # noqa: BLE001, S110 - somebody else's class may do anything; a class of our own follows
        pass
    spoken = type(kind.__name__, (kind,), {"__init__": lambda *_: None, "__str__": lambda _: message})
    made: BaseException = spoken()
    return made


def _class_named(name: str) -> type[BaseException]:
    """The exception class of that name; a new one where the process knows none, or several."""
    own = getattr(builtins, name, None)
    if isinstance(own, type) and issubclass(own, Exception):
        return own
    found = {kind for kind in _below(Exception) if kind.__name__ == name}
    return found.pop() if len(found) == 1 else type(name, (Exception,), {})


def _below(kind: type[BaseException]) -> Iterator[type[BaseException]]:
    for child in kind.__subclasses__():
        yield child
        yield from _below(child)
