"""The fault length_cut_valid: a tool call is cut by the token limit and is still valid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, Self

from msgspec import Raw

from agentprobe.chaos._arguments import ChangedArguments, Given, Shape, raw, type_of
from agentprobe.dialects._fields import Fields, decoded
from agentprobe.domain.mend import Mend
from agentprobe.domain.model import Finish


@dataclass(frozen=True, kw_only=True)
class LengthCutValid(ChangedArguments):
    """A tool call is cut by the token limit and is still valid.

    What happens: the arguments of a tool call end before their end and are closed again, so that they are
    valid JSON: the last one written is gone, or it is `shortened` (30 becomes 3, a text its first half), gone
    where that cannot be. The model says that it stopped for length.
    Seen in the wild: servers that close what their grammar has left open, SDKs and routers that repair it.
    Schema checks pass; three well known frameworks run the tool with the default, or with the wrong amount.
    A sound agent: runs no tool from an answer that stopped for length, valid or not.
    """

    remedy: ClassVar[str] = "Treat a stop for length as an error of every tool call in that answer."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.LENGTH_IS_ERROR,)
    telling: ClassVar[bool] = True
    finish: ClassVar[Finish | None] = Finish.LENGTH

    last: Literal["gone", "shortened"] = "gone"
    """What becomes of the argument that was written last."""

    @classmethod
    def variants(cls) -> tuple[Self, ...]:
        return (cls(), cls(last="shortened"))

    def give(self, given: Fields, shape: Shape) -> Given | None:
        if not given:
            return None
        *kept, last = given
        short = _shortened(given[last]) if self.last == "shortened" else None
        if short is not None:
            return Given(given | {last: short}, f"cut at {last}={bytes(short).decode()}")
        return Given({name: given[name] for name in kept}, f"cut before {last}")


def _shortened(written: Raw) -> Raw | None:
    """The beginning of a value that is a value itself; None where there is none."""
    value = decoded(written)
    match type_of(value):
        case "integer":
            digits = bytes(written)
            kept = digits[: max(len(digits) // 2, 1 + digits.startswith(b"-"))]
            return Raw(kept) if kept != digits else None
        case "string" | "array":
            return raw(value[: len(value) // 2]) if value else None
        case _:
            return None
