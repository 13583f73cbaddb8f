"""An analysis as XML, in the form in which a model gives it: these elements and no others."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as Xml

from agentprobe.analyst.analysis import Analysis, Evidence, ModeFound
from agentprobe.report.words import plain


def analysis_xml(analysis: Analysis) -> bytes:
    """The whole of it; whatever text it holds, the elements stay these."""
    root = Xml.Element("analysis")
    for found in analysis.modes:
        _mode(root, found)
    _add(root, "summary", " ".join((analysis.summary, *analysis.notes, *_struck(analysis))))
    fixes = Xml.SubElement(root, "priority_fixes")
    _numbered(fixes, "fix", analysis.priority_fixes)
    Xml.indent(root, space="  ")
    told: bytes = Xml.tostring(root, encoding="utf-8")
    return told + b"\n"


def evidence_words(one: Evidence) -> str:
    """A piece of evidence in one line: who says it, where, and what."""
    where = f" [{one.where}]" if one.where else ""
    quote = f": “{one.quote}”" if one.quote else ""
    beside = "" if one.shows else " (beside)"
    return plain(f"{one.says}{where}{beside}: {one.text}{quote}")


def _mode(root: Xml.Element, found: ModeFound) -> None:
    present = "true" if found.present else "false"
    element = Xml.SubElement(root, "failure_mode", {"name": found.mode.value, "present": present})
    _add(element, "evidence", "\n".join(_evidence(found)))
    _add(element, "severity", found.severity.value if found.severity is not None else "")
    _numbered(Xml.SubElement(element, "reproduction_steps"), "step", found.steps)
    _add(element, "fix_strategy", found.fix)


def _evidence(found: ModeFound) -> Iterator[str]:
    if found.shares is not None:
        share = found.shares
        yield f"in {share.shown} of {share.runs} runs ({share.low * 100:.0f}–{share.high * 100:.0f} %)"
    yield from map(evidence_words, found.evidence)
    if not found.present:
        yield plain(f"{found.presence}: {found.why}" if found.why else found.presence.value)


def _struck(analysis: Analysis) -> Iterator[str]:
    if analysis.struck:
        yield f"{len(analysis.struck)} claims of {analysis.model} were struck out."


def _add(parent: Xml.Element, name: str, text: str) -> None:
    Xml.SubElement(parent, name).text = "\n".join(map(plain, text.splitlines()))


def _numbered(parent: Xml.Element, name: str, texts: tuple[str, ...]) -> None:
    for order, text in enumerate(texts, start=1):
        Xml.SubElement(parent, name, {"order": str(order)}).text = plain(text)
