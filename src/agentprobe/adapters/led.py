"""A model request on its way through the corridor: what is the same in every HTTP library."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from agentprobe.adapters.active import Active
from agentprobe.dialects import Dialect
from agentprobe.domain.call import Call
from agentprobe.domain.wire import HttpReply, HttpRequest
from agentprobe.errors import AgentStopped, Malformed, RateLimited, ServerError, WorldFailure

NO_MODEL = (
    "this session is simulated but was given no simulated model; open it with one"
    " (agentprobe.session(model=...), Orders.open(answer=...)) or without simulated=True"
)


@dataclass(kw_only=True)
class Led:
    """One request that is led; a library's own kind of it adds how that library names what fails."""

    active: Active
    call: Call
    dialect: Dialect

    def __post_init__(self) -> None:
        self.clock = self.active.session.clock
        self.began = self.clock.now()
        self._met: tuple[BaseException, BaseException] | None = None
        """The real error that ended the world's answer: as the rooms see it, and as it was."""

    def word(self, failure: WorldFailure, *, begun: bool) -> Exception:
        """The error that the library raises when this happens on the wire, before or after the head."""
        raise NotImplementedError

    def neutral(self, error: Exception, patience: float | None) -> WorldFailure | None:
        """What an error of the library means to the rooms; None for what has no neutral word."""
        raise NotImplementedError

    def refuse_without_model(self) -> None:
        """Fail closed: a simulated session never reaches the network."""
        if self.active.simulated:
            raise AgentStopped(NO_MODEL)

    @contextmanager
    def asking_the_model(self) -> Iterator[None]:
        """Have the model of this process, unless it means to fail, break loudly."""
        try:
            yield
        except WorldFailure:
            raise
        except Exception as error:
            raise AgentStopped(f"the simulated model broke: {type(error).__name__}: {error}") from error

    @contextmanager
    def meeting_the_world(self) -> Iterator[None]:
        """Turn the library's errors into neutral ones for the rooms; the real one is kept for the agent."""
        try:
            yield
        except Exception as error:
            request: HttpRequest = self.call.request
            seen = self.neutral(error, request.patience) or error
            self._met = seen, error
            if seen is error:
                raise
            raise seen from error

    def failing_reply(self, failure: BaseException) -> HttpReply | None:
        """The provider's own reply to a failure that has one."""
        if isinstance(failure, (RateLimited, ServerError, Malformed)):
            return self.dialect.write_failure(failure)
        return None

    def native(self, error: Exception, *, begun: bool) -> BaseException:
        """The error that the agent meets: the real one, the library's word for it, or a loud stop."""
        if self._met is not None and error is self._met[0]:
            return self._met[1]
        word = self.word(error, begun=begun) if isinstance(error, WorldFailure) else self.active.broken(error)
        word.__cause__ = error
        return word
