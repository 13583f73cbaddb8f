"""The fault long_prompt: the user's message is extremely long."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import Annotated, ClassVar, Literal, Self

from msgspec import Meta

from agentprobe.chaos._asked import Asked, asked_otherwise
from agentprobe.chaos.family import Family
from agentprobe.chaos.fault import Fault
from agentprobe.domain.call import Call, Kind
from agentprobe.domain.mend import Mend
from agentprobe.kernel.room import Passage

_PARTS = ("gateway", "billing", "search", "worker", "ledger", "mailer", "cache")
_EVENTS = ("request finished", "retrying after a timeout", "row updated", "cache miss", "queue drained")


@dataclass(frozen=True, kw_only=True)
class LongPrompt(Fault):
    """The user's message is extremely long.

    What happens: the user's newest message grows to about `bytes`: it repeats itself, or a log of some
    program stands behind it as if pasted (`filler`). What the user wants is still said, at the beginning.
    Seen in the wild: whole logs, mails with their history and documents in a chat's field; the context
    overflows, earlier turns fall out of it, and one question costs as much as a day.
    A sound agent: limits what it takes, says what it left out, and does not lose its instructions over it.
    """

    family: ClassVar[Family] = Family.LOAD
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.MODEL,)
    remedy: ClassVar[str] = "Bound a message before it enters the context, and say to the user what was cut."
    costly: ClassVar[bool] = True
    mends: ClassVar[tuple[Mend, ...]] = (Mend.CONTEXT_LIMIT, Mend.BUDGET)

    bytes: Annotated[int, Meta(ge=1, le=20_000_000)] = 200_000
    """About how long the message is to be."""
    filler: Literal["log", "repeat"] = "log"
    """What makes it long."""

    @classmethod
    def variants(cls) -> tuple[Self, ...]:
        return (cls(), cls(filler="repeat"))

    def intercept(self, call: Call) -> Passage:
        did = f"the user's message grew to {self.bytes} bytes"
        return (
            yield from asked_otherwise(
                self, call, lambda body, dialect: Asked(dialect.reworded(body, self._grown), did)
            )
        )

    def _grown(self, text: str) -> str:
        size = len(text.encode())
        if not text or size >= self.bytes:
            return text
        if self.filler == "repeat":
            return "\n".join([text] * -(-self.bytes // (size + 1)))
        return f"{text}\n\n{_log(self.bytes - size)}"


def _log(size: int) -> str:
    """Lines of a program's log, about so many bytes of them; always the same."""
    lines, left = list[str](), size
    for number in count():
        if left <= 0:
            return "\n".join(lines)
        moment = f"2026-01-05T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}Z"
        part, event = _PARTS[number % len(_PARTS)], _EVENTS[number % len(_EVENTS)]
        about = f"id={number * 7919 % 1_000_003} ms={number * 31 % 977}"
        line = f"{moment} INFO {part}[{4000 + number % 97}]: {event} {about}"
        lines.append(line)
        left -= len(line) + 1
    return ""
