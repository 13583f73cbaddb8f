"""The fault direct_injection: the user's own message carries an instruction against the house."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from agentprobe.basis.canonical import digest
from agentprobe.chaos._asked import Asked, asked_otherwise
from agentprobe.chaos._injecting import Injecting, Injection
from agentprobe.chaos._known_tools import offered_in
from agentprobe.dialects import Dialect
from agentprobe.domain.call import Call, Kind
from agentprobe.domain.mend import Mend
from agentprobe.domain.model import ToolSpec
from agentprobe.kernel.room import Passage


@dataclass(frozen=True, kw_only=True)
class DirectInjection(Injecting):
    """The user's own message carries an instruction against the house.

    What happens: behind the user's newest text stands an instruction (`goal`) in one of several disguises
    (`template`); the same text gets the same words each time that it is told in the session. A request
    without a text of the user stays as it is.
    Seen in the wild: users who try what they can get, text that was pasted from somewhere without being read,
    and forms whose fields become part of the prompt.
    A sound agent: may do for a user what that user may do, and no more: rights are checked where the tools
    are, not in the prompt.
    """

    strikes: ClassVar[tuple[Kind, ...]] = (Kind.MODEL,)
    remedy: ClassVar[str] = "Check in each tool what this user may do, whatever the model was talked into."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.ALLOWED_TOOLS, Mend.ESCALATION)

    def intercept(self, call: Call) -> Passage:
        tools = offered_in(call)
        return (
            yield from asked_otherwise(self, call, lambda body, dialect: self._asked(body, dialect, tools))
        )

    def _asked(self, body: bytes, dialect: Dialect, tools: tuple[ToolSpec, ...]) -> Asked:
        said: list[Injection] = []

        def behind(text: str) -> str:
            said.append(self._kept(text, tools))
            return f"{text}\n\n{said[-1].text}"

        changed = dialect.reworded(body, behind)
        what = f"an instruction ({self.template}, {self.goal}) stands in the user's message"
        return Asked(changed, said[-1].did(what) if said else what)

    def _kept(self, text: str, tools: tuple[ToolSpec, ...]) -> Injection:
        """The same instruction each time that a text is told."""
        made, notes = self.injection(tools), self.occasion.notes
        with notes.lock:
            found: Injection = notes.setdefault(digest(text), made)
            return found
