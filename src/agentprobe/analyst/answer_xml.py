"""A model's XML read strictly: exactly the form that was asked for, or a list of what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree as Xml

from agentprobe.analyst.analysis import SIX
from agentprobe.scan.severity import Mode, Severity

LARGEST = 256 * 1024
"""Letters of an answer that are read."""
_MOST_TAGS = 4_000
_MOST_ERRORS = 12
_SIX = {mode.value: mode for mode in SIX}
_SEVERITIES = ("critical", "high", "medium", "low")
_BEGIN, _END = "<analysis", "</analysis>"
_IN_MODE = ("evidence", "severity", "reproduction_steps", "fix_strategy")


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What a model says of one way of failing."""

    mode: Mode
    present: bool
    evidence: str
    severity: Severity | None
    steps: tuple[str, ...]
    fix: str


@dataclass(frozen=True, kw_only=True)
class Answered:
    """A whole answer in the right form."""

    claims: tuple[Claim, ...]
    summary: str
    fixes: tuple[str, ...]


def read_answer(text: str) -> Answered | tuple[str, ...]:
    """The answer, or what is wrong with it in sentences."""
    if len(text) > LARGEST:
        return (f"it is longer than {LARGEST} characters",)
    begin, end = text.find(_BEGIN), text.rfind(_END)
    if not 0 <= begin < end:
        return ("there is no <analysis>…</analysis>",)
    told = text[begin : end + len(_END)]
    if "<!" in told or "<?" in told:  # declarations are the way to entities, and nobody needs them
        return ("declarations, comments and processing instructions are not allowed",)
    if told.count("<") > _MOST_TAGS:
        return (f"it has more than {_MOST_TAGS} tags",)
    try:
        root = Xml.fromstring(told)  # noqa: S314 - no declarations, few tags: nothing can expand
    except Xml.ParseError as error:
        return (f"it is not well-formed XML: {error}",)
    if root.tag != "analysis":
        return (f"it begins with <{root.tag}>, not with <analysis>",)
    errors = tuple(_errors(root))
    return errors[:_MOST_ERRORS] or _read(root)


def _errors(root: Xml.Element) -> Iterator[str]:
    yield from _only(root, ("failure_mode", "summary", "priority_fixes"), ())
    seen: set[str] = set()
    for element in root.iterfind("failure_mode"):
        name = element.get("name", "")
        if name in seen:
            yield f"failure_mode '{name}' stands there twice"
        seen.add(name)
        yield from _in_mode(element, name)
    if not seen:
        yield "there is no failure_mode"
    yield from _once(root, ("summary", "priority_fixes"))
    yield from _ordered(root.find("priority_fixes"), "fix", "priority_fixes")


def _in_mode(element: Xml.Element, name: str) -> Iterator[str]:
    where = f"failure_mode '{name}'"
    if name not in _SIX:
        yield f"'{name}' is none of the six names {', '.join(_SIX)}"
    present = element.get("present")
    if present not in ("true", "false"):
        yield f"{where}: present is '{present}', not true or false"
    yield from _only(element, _IN_MODE, ("name", "present"))
    yield from (f"{where}: {error}" for error in _once(element, _IN_MODE if present == "true" else ()))
    severity = _text(element.find("severity"))
    if severity not in _SEVERITIES and (present == "true" or severity):
        yield f"{where}: severity is '{severity}', not one of {', '.join(_SEVERITIES)}"
    if present == "true" and not _text(element.find("evidence")):
        yield f"{where}: evidence is empty"
    yield from _ordered(element.find("reproduction_steps"), "step", where)


def _only(element: Xml.Element, children: tuple[str, ...], attributes: tuple[str, ...]) -> Iterator[str]:
    yield from (
        f"<{element.tag}> has an unknown attribute '{name}'"
        for name in element.keys()  # noqa: SIM118 - an element's children are what iterating over it gives
        if name not in attributes
    )
    yield from (
        f"<{child.tag}> does not belong into <{element.tag}>"
        for child in element
        if child.tag not in children
    )
    if any((text or "").strip() for text in (element.text, *(child.tail for child in element))):
        yield f"<{element.tag}> has text beside its elements"


def _once(element: Xml.Element, names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        times = sum(child.tag == name for child in element)
        if times != 1:
            yield f"<{name}> stands there {times} times, not once"


def _ordered(element: Xml.Element | None, name: str, where: str) -> Iterator[str]:
    if element is None:
        return
    yield from _only(element, (name,), ())
    orders = [child.get("order") for child in element]
    if orders != [str(number) for number in range(1, len(orders) + 1)]:
        yield f"{where}: the order of <{name}> is not 1, 2, 3 …"
    if any(set(child.keys()) - {"order"} or len(child) for child in element):
        yield f"{where}: <{name}> has text and 'order', and nothing else"


def _read(root: Xml.Element) -> Answered:
    return Answered(
        claims=tuple(_claim(element) for element in root.iterfind("failure_mode")),
        summary=_text(root.find("summary")),
        fixes=tuple(filter(None, (_text(fix) for fix in root.iterfind("priority_fixes/fix")))),
    )


def _claim(element: Xml.Element) -> Claim:
    severity = _text(element.find("severity"))
    return Claim(
        mode=_SIX[element.get("name", "")],
        present=element.get("present") == "true",
        evidence=_text(element.find("evidence")),
        severity=Severity(severity) if severity else None,
        steps=tuple(filter(None, (_text(step) for step in element.iterfind("reproduction_steps/step")))),
        fix=_text(element.find("fix_strategy")),
    )


def _text(element: Xml.Element | None) -> str:
    return " ".join("".join(element.itertext()).split()) if element is not None else ""
