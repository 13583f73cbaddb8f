"""A scan's findings as JUnit XML: a suite for each file, a failure for each finding."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree

from agentprobe.report.scan_beside import NOTHING_BESIDE, Beside, failed, over
from agentprobe.scan.finding import Finding
from agentprobe.scan.project import Skipped

_UNSAYABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def scan_junit(
    findings: Sequence[Finding],
    skipped: Sequence[Skipped],
    *,
    files: int,
    beside: Beside = NOTHING_BESIDE,
) -> str:
    """The document; files without findings are one passed case.

    Files not scanned, and findings that are allowed or in the baseline, are skipped cases.
    """
    by_path: dict[str, list[Finding]] = {}
    for one in findings:
        by_path.setdefault(one.place.path, []).append(one)
    clean = max(files - len(by_path) - len(skipped), 0)
    untold = _untold(beside)
    root = ElementTree.Element(
        "testsuites",
        name="agentprobe scan",
        tests=str(len(findings) + len(skipped) + len(untold) + (1 if clean else 0)),
        failures=str(len(findings)),
        skipped=str(len(skipped) + len(untold)),
    )
    _properties(root, beside)
    for path, found in by_path.items():
        suite = ElementTree.SubElement(
            root, "testsuite", name=_sayable(path), tests=str(len(found)), failures=str(len(found))
        )
        for one in found:
            _failure(suite, one, beside)
    _known(root, untold)
    _others(root, skipped, clean)
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _case(suite: ElementTree.Element, one: Finding) -> ElementTree.Element:
    return ElementTree.SubElement(
        suite,
        "testcase",
        classname=_sayable(one.place.path),
        name=_sayable(f"{one.code} {one.rule} at line {one.place.line}"),
        file=_sayable(one.place.path),
        line=str(one.place.line),
    )


def _failure(suite: ElementTree.Element, one: Finding, beside: Beside) -> None:
    case = _case(suite, one)
    mark = beside.mark(one)
    proof = (f"{mark.state}: {mark.reason}", mark.command) if mark is not None else ()
    failure = ElementTree.SubElement(case, "failure", type=one.severity.value, message=_sayable(one.message))
    failure.text = _sayable(
        "\n".join(part for part in (str(one.place), one.consequence, one.advice, *proof) if part)
    )


def _untold(beside: Beside) -> list[tuple[Finding, str]]:
    """What was found and is not told, with why."""
    allowed = [(one, f"allowed: {reason}") for one, reason in beside.allowed]
    known = [(one, f"in the baseline: {entry.reason or entry.owner}") for one, entry in beside.known]
    return [*allowed, *((one, why.removesuffix(": ")) for one, why in known)]


def _known(root: ElementTree.Element, untold: Sequence[tuple[Finding, str]]) -> None:
    if not untold:
        return
    number = str(len(untold))
    suite = ElementTree.SubElement(root, "testsuite", name="known findings", tests=number, skipped=number)
    for one, why in untold:
        ElementTree.SubElement(_case(suite, one), "skipped", message=_sayable(why))


def _properties(root: ElementTree.Element, beside: Beside) -> None:
    """What is to be said of the scan as a whole."""
    said = [
        *(("expired", f"{one.path}: {over(one)}") for one in beside.expired),
        *(("notice", f"{one.place}: {one.text}") for one in beside.notices),
        *(("failed", failed(one)) for one in beside.broken),
        *(("sum", one) for one in beside.sums()),
    ]
    if said:
        home = ElementTree.SubElement(root, "properties")
        for name, value in said:
            ElementTree.SubElement(home, "property", name=name, value=_sayable(value))


def _others(root: ElementTree.Element, skipped: Sequence[Skipped], clean: int) -> None:
    if not (skipped or clean):
        return
    suite = ElementTree.SubElement(
        root,
        "testsuite",
        name="files",
        tests=str(len(skipped) + (1 if clean else 0)),
        skipped=str(len(skipped)),
    )
    for one in skipped:
        case = ElementTree.SubElement(suite, "testcase", classname="files", name=_sayable(one.path))
        ElementTree.SubElement(case, "skipped", message=_sayable(one.why))
    if clean:
        ElementTree.SubElement(suite, "testcase", classname="files", name=f"{clean} files without findings")


def _sayable(text: str) -> str:
    """What XML 1.0 has no way to say is left out."""
    return _UNSAYABLE.sub("\ufffd", text)
