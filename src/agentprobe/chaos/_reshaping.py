"""The kind of fault that lets a tool do its work and changes what it gave, in the shape that it has."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

from agentprobe.chaos._results import UNCHANGED, reshape
from agentprobe.chaos.fault import Fault
from agentprobe.domain.call import ASKED_BACK, Call, Kind
from agentprobe.kernel.room import Passage


@dataclass(frozen=True, kw_only=True)
class Reshaping(Fault):
    """A fault that changes a tool's result: a plain value, its JSON as text, or a tool server's blocks."""

    strikes: ClassVar[tuple[Kind, ...]] = (Kind.TOOL,)

    @property
    @abstractmethod
    def did(self) -> str:
        """What it does, in a few words for the receipt."""

    @abstractmethod
    def changed(self, value: Any) -> Any:
        """Another value of the same kind, or UNCHANGED; given the same, it always makes the same."""

    def intercept(self, call: Call) -> Passage:
        outcome = yield call
        if not outcome.ok or ASKED_BACK in outcome.marks:
            return outcome
        changed = self.reshaped(outcome.value)
        if changed is UNCHANGED or not self.can_be_given(changed, call):
            return outcome
        return self.answered(changed, outcome, self.did)

    def can_be_given(self, result: Any, call: Call) -> bool:
        """Could such a result have come by this call's way?"""
        return True

    def reshaped(self, result: Any) -> Any:
        """The whole result with what it says changed, or UNCHANGED."""
        return reshape(result, self.changed)
