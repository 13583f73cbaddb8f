"""The fault wrong_entity: a tool answers with another thing of the same name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from agentprobe.chaos._records import CODE_IN_TEXT, named_alike, other_id, things_changed
from agentprobe.chaos._reshaping import Reshaping
from agentprobe.chaos._results import UNCHANGED
from agentprobe.chaos.family import Family
from agentprobe.domain.mend import Mend


@dataclass(frozen=True, kw_only=True)
class WrongEntity(Reshaping):
    """A tool answers with another thing of the same name.

    What happens: each record in the result keeps its name, its words and its state, and has another id, other
    figures and another mail address; of a sentence the ids in it are others. The same thing is always taken
    for the same other one. A result that names no id stays as it is.
    Seen in the wild: two customers of one name, a search that takes the first hit, a join over a name, an
    index whose rows have moved.
    A sound agent: compares the id that it got with the one that it asked for, and asks back before it writes
    to the account of a stranger.
    """

    family: ClassVar[Family] = Family.DATA
    remedy: ClassVar[str] = "Look things up by id, and compare the id in the result before any write."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.DISAMBIGUATION, Mend.VERIFICATION)
    telling: ClassVar[bool] = True

    @property
    def did(self) -> str:
        return "another thing of the same name was given"

    def changed(self, value: Any) -> Any:
        if isinstance(value, str):
            other = CODE_IN_TEXT.sub(lambda found: str(other_id(found[0])), value)
            return UNCHANGED if other == value else other
        return things_changed(value, named_alike)
