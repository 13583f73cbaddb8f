"""What a model adds to an analysis, after its claims were checked; each item says who says it."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from agentprobe.analyst.analysis import Analysis, Evidence, ModeFound, Presence, Speaker, Struck
from agentprobe.analyst.answer_xml import Answered, Claim
from agentprobe.analyst.claims import Witness
from agentprobe.analyst.deterministic import summed_up
from agentprobe.scan.severity import Severity

MOST_BY_MODEL = Severity.HIGH
"""The worst that a model's word alone can make of it."""
UNSUPPORTED = "it cites nothing that can be looked up"


@dataclass
class Merge:
    """One model's answer on its way into an analysis."""

    witness: Witness
    model: str
    struck: list[Struck] = field(default_factory=list)

    def merged(self, found: Analysis, answered: Answered) -> Analysis:
        """The analysis with what the model adds; nothing that stands without it is taken back."""
        claims = {claim.mode: claim for claim in answered.claims}
        modes = tuple(self._mode(one, claims[one.mode]) if one.mode in claims else one for one in found.modes)
        own = summed_up(modes)
        said = self._left("summary", answered.summary)
        fixes = [fix for fix in answered.fixes if self._may_stand("priority_fixes", fix)]
        there = bool(own.present)
        return msgspec.structs.replace(
            own,
            summary=own.summary + (f" {self.model} adds: {said}" if said else ""),
            priority_fixes=(*own.priority_fixes, *(self._by(fix) for fix in fixes if there)),
            model=self.model,
            struck=tuple(self.struck),
            notes=found.notes,
        )

    def _mode(self, one: ModeFound, claim: Claim) -> ModeFound:
        name = claim.mode.value
        if not claim.present:
            if one.present:
                self.struck.append(
                    Struck(mode=name, text="not present", why="the evidence that was found says otherwise")
                )
            return one
        checked = self.witness.checked(claim.evidence)
        self.struck += [Struck(mode=name, text=text, why=why) for text, why in checked.struck]
        if not checked.text:
            return one
        if not checked.cited:
            self.struck.append(Struck(mode=name, text=checked.text, why=UNSUPPORTED))
            return one
        severity = (claim.severity or Severity.LOW).capped(MOST_BY_MODEL)
        steps = tuple(self._by(step) for step in claim.steps if self._may_stand(name, step))
        fix = claim.fix if claim.fix and self._may_stand(name, claim.fix) else ""
        evidence = Evidence(
            says=Speaker.MODEL,
            text=checked.text,
            severity=severity,
            where=checked.cited[0],
            steps=steps,
            fix=fix,
        )
        return msgspec.structs.replace(
            one,
            presence=Presence.PRESENT,
            severity=one.severity or severity,
            evidence=(*one.evidence, evidence),
            why="",
            steps=(*one.steps, *steps),
            fix=" ".join(filter(None, (one.fix, self._by(fix) if fix else ""))),
        )

    def _left(self, where: str, text: str) -> str:
        checked = self.witness.checked(text)
        self.struck += [Struck(mode=where, text=sentence, why=why) for sentence, why in checked.struck]
        return checked.text if self._may_stand(where, checked.text) else ""

    def _may_stand(self, where: str, text: str) -> bool:
        why = self.witness.safe(text)
        if why:
            self.struck.append(Struck(mode=where, text=text, why=why))
        return not why

    def _by(self, text: str) -> str:
        return f"{text} [says {self.model}]"
