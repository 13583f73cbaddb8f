"""How loud a finding is once a run has confirmed it: what was seen need not whisper any more."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from agentprobe.lab.proving.mark import Marks, State
from agentprobe.scan.finding import Finding
from agentprobe.scan.rule import RULES
from agentprobe.scan.severity import Severity


def raised(findings: Sequence[Finding], marks: Marks) -> tuple[tuple[Finding, ...], Marks]:
    """The findings with those that were confirmed as bad as their rule says, and their marks.

    Only what its tier had capped rises: where a rule itself says less of a place, that stands.
    """
    usual = {rule.code: rule.severity for rule in RULES}
    made = {one: _risen(one, usual) if _confirmed(one, marks) else one for one in findings}
    return tuple(made[one] for one in findings), {
        made[one]: mark for one, mark in marks.items() if one in made
    }


def _confirmed(finding: Finding, marks: Marks) -> bool:
    mark = marks.get(finding)
    return mark is not None and mark.state is State.CONFIRMED


def _risen(finding: Finding, usual: dict[str, Severity]) -> Finding:
    most = usual[finding.code]
    if finding.severity is not finding.tier.most or most.rank <= finding.severity.rank:
        return finding
    return msgspec.structs.replace(finding, severity=most)
