"""The fault other_model: the name stands for another model by now."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from agentprobe.chaos._asked import Asked, asked_otherwise
from agentprobe.chaos._bodies import rewritten
from agentprobe.chaos._replies import good_reply, spoken_in
from agentprobe.chaos._wire import plain
from agentprobe.chaos.family import Family
from agentprobe.chaos.fault import Fault
from agentprobe.dialects import Dialect
from agentprobe.domain.call import Call, Kind
from agentprobe.domain.mend import Mend
from agentprobe.domain.wire import HttpRequest
from agentprobe.kernel.room import Passage

_DATE = re.compile(r"-\d{4}-?\d{2}-?\d{2}\Z")
_LATER = "-2026-11-02"
_FIELDS = ("model", "modelVersion")
_HOLDERS = ("response", "message")
"""In what the frames of some protocols tell their model."""


@dataclass(frozen=True, kw_only=True)
class OtherModel(Fault):
    """The name stands for another model by now.

    What happens: the answer says that it comes from `model`; without one, from a later version of the model
    that answered. With `asked` that model is asked in place of the agent's own, and says itself who it is:
    the provider must have it. All else stays.
    Seen in the wild: aliases such as "latest" that move on overnight, routers that fall back to a smaller
    model when the large one is busy, a deployment that was changed in a console.
    A sound agent: names a version and not an alias, notes with each run which model answered, and says so
    when it is not the one that it was tested with.
    """

    family: ClassVar[Family] = Family.SETTINGS
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.MODEL,)
    lasting: ClassVar[bool] = True
    remedy: ClassVar[str] = "Pin the model's version, and compare the name in each answer with it."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.PINNED_SETTINGS,)

    model: str = ""
    """The other model; empty for a later version of the same."""
    asked: bool = False
    """Is it really asked, in place of only being named in the answer? Only where `model` says which."""

    def intercept(self, call: Call) -> Passage:
        if self.asked:
            return (yield from asked_otherwise(self, call, partial(self._instead, call.request)))
        outcome = yield call.hold()
        reply, dialect = good_reply(outcome), spoken_in(call)
        readable = plain(reply) if reply is not None else None
        if readable is None or dialect is None:
            return outcome
        before = dialect.read_answer(readable).model
        name = self.model or _DATE.sub("", before) + _LATER
        if not before or name == before:
            return outcome
        changed = rewritten(readable, dialect, partial(_renamed, name=name))
        return self.answered(changed, outcome, f"{name} answered, not {before}")

    def _instead(self, request: HttpRequest, body: bytes, dialect: Dialect) -> Asked | None:
        if not self.model:
            return None
        setting = {"model": self.model}
        changed, target = dialect.adjusted(body, setting), dialect.retargeted(request.target, setting)
        return Asked(changed, f"{self.model} was asked", target)


def _renamed(told: dict[str, Any], *, name: str) -> dict[str, Any]:
    """An object of an answer with another model's name, wherever it says one."""
    changed = {
        key: name if key in _FIELDS and isinstance(value, str) else value for key, value in told.items()
    }
    for holder in _HOLDERS:
        inner = changed.get(holder)
        if isinstance(inner, dict) and isinstance(inner.get("model"), str):
            changed[holder] = {**inner, "model": name}
    return changed
