"""An analysis to which a model may add; where it fails, the rest stands, and the analysis says so."""

from __future__ import annotations

import msgspec

from agentprobe.analyst.analysis import Analysis
from agentprobe.analyst.asking import Analyst, Unanswered
from agentprobe.analyst.briefing import briefing
from agentprobe.analyst.claims import Witness
from agentprobe.analyst.deterministic import analyse
from agentprobe.analyst.material import Material
from agentprobe.analyst.merging import Merge


def analysed(material: Material, analyst: Analyst | None = None) -> Analysis:
    """The analysis of some material, with a model's word where there is one to ask."""
    found = analyse(material)
    if analyst is None:
        return found
    prompt, told = briefing(material, found, analyst.settings.input_letters)
    try:
        answer = analyst.ask(prompt)
    except Unanswered as error:
        note = f"{analyst.model} added nothing: {error}"
        return msgspec.structs.replace(found, notes=(*found.notes, note))
    merged = Merge(Witness(material, told), analyst.model).merged(found, answer.answered)
    if answer.asked > 1:
        note = f"{analyst.model} was asked twice: its first answer was not in the form that was asked for"
        merged = msgspec.structs.replace(merged, notes=(*merged.notes, note))
    return merged
