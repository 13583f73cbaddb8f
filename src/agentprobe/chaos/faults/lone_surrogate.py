"""The fault lone_surrogate: a text ends in half a character."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, ClassVar

from agentprobe.chaos._records import Role, leaves_changed, role_of
from agentprobe.chaos._reshaping import Reshaping
from agentprobe.chaos._results import UNCHANGED
from agentprobe.chaos.family import Family
from agentprobe.domain.call import TOLD, Call
from agentprobe.domain.mend import Mend

_WHOLE = re.compile("[\U00010000-\U0010ffff]")
_HALF = "\ud83d"


@dataclass(frozen=True, kw_only=True)
class LoneSurrogate(Reshaping):
    r"""A text ends in half a character.

    What happens: names and texts end in one half of an emoji; where there is a character of that kind in
    one, it ends there. In JSON text the half stands as `\ud83d`, which is well-formed JSON and no
    Unicode: Python reads it, and fails when it writes the text on as UTF-8. A client of tool servers that
    reads strictly takes the whole message for none, and waits. In what the model is told it can only stand
    within JSON: no SDK sends it otherwise, so such a text stays as it is.
    Seen in the wild: systems that count and cut text in UTF-16, previews that end after so many characters.
    A sound agent: survives it: it replaces what cannot be written, and neither crashes nor loses the rest.
    """

    family: ClassVar[Family] = Family.DATA
    remedy: ClassVar[str] = "Replace lone surrogates where text comes in, before anything writes it on."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.SCHEMA_CHECK, Mend.ERROR_HANDLING)

    def can_be_given(self, result: Any, call: Call) -> bool:
        return call.purpose != TOLD or _HALF not in str(result)

    @property
    def did(self) -> str:
        return "the texts end in half a character"

    def changed(self, value: Any) -> Any:
        return leaves_changed(value, _halved)


def _halved(name: str, value: Any) -> Any:
    if not isinstance(value, str) or not value or role_of(name, value) not in (Role.TEXT, Role.NAME):
        return UNCHANGED
    whole = _WHOLE.search(value)
    return (value[: whole.start()] if whole else value) + _HALF
