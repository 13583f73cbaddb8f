"""A scan's findings as JUnit XML: a suite for each file, a failure for each finding."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree

from agentprobe.scan.finding import Finding
from agentprobe.scan.project import Skipped

_UNSAYABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def scan_junit(findings: Sequence[Finding], skipped: Sequence[Skipped], *, files: int) -> str:
    """The document; files without findings are one passed case, files not scanned are skipped ones."""
    by_path: dict[str, list[Finding]] = {}
    for one in findings:
        by_path.setdefault(one.place.path, []).append(one)
    clean = max(files - len(by_path) - len(skipped), 0)
    root = ElementTree.Element(
        "testsuites",
        name="agentprobe scan",
        tests=str(len(findings) + len(skipped) + (1 if clean else 0)),
        failures=str(len(findings)),
        skipped=str(len(skipped)),
    )
    for path, found in by_path.items():
        suite = ElementTree.SubElement(
            root, "testsuite", name=_sayable(path), tests=str(len(found)), failures=str(len(found))
        )
        for one in found:
            _failure(suite, one)
    _others(root, skipped, clean)
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _failure(suite: ElementTree.Element, one: Finding) -> None:
    case = ElementTree.SubElement(
        suite,
        "testcase",
        classname=_sayable(one.place.path),
        name=_sayable(f"{one.code} {one.rule} at line {one.place.line}"),
        file=_sayable(one.place.path),
        line=str(one.place.line),
    )
    failure = ElementTree.SubElement(case, "failure", type=one.severity.value, message=_sayable(one.message))
    failure.text = _sayable("\n".join(part for part in (str(one.place), one.consequence, one.advice) if part))


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
