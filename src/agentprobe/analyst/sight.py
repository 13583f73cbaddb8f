"""What one look at one way of failing gave, from one run or one scan."""

from __future__ import annotations

from dataclasses import dataclass

from agentprobe.analyst.analysis import Evidence


@dataclass(frozen=True, kw_only=True)
class Sight:
    """Evidence, and whether the look could have found any."""

    evidence: tuple[Evidence, ...] = ()
    looked: bool = True
    """Could it have been seen here?"""
    why: str = ""
    """What was looked at, or why nothing could be seen."""

    @property
    def shows(self) -> bool:
        """Is the failure seen?"""
        return any(one.shows for one in self.evidence)


def unseen(why: str, *evidence: Evidence) -> Sight:
    """A look that could not have found anything."""
    return Sight(evidence=evidence, looked=False, why=why)
