"""From a place back to the call that stands there, for fixes and for what facts do not keep."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from agentprobe.scan.finding import Edit, Fix, Place
from agentprobe.scan.module import FUNCTIONS, Module
from agentprobe.scan.project import Project


def call_at(project: Project, place: Place) -> tuple[Module, ast.Call] | None:
    """The call at a place; None where it cannot be found again."""
    module = project.module(place.path) if place.path.endswith((".py", ".ipynb")) else None
    if module is None:
        return None
    if "calls by place" not in module.kept:
        module.kept["calls by place"] = {_spot(module.place(call)): call for call in module.calls}
    found = module.kept["calls by place"].get(_spot(place))
    return (module, found) if found is not None else None


def _spot(place: Place) -> tuple[int, ...]:
    return place.cell, place.line, place.column, place.end_line, place.end_column


def adding(project: Project, place: Place, text: str, what: str) -> Fix | None:
    """A fix that gives a call one more argument; None where it spreads its arguments or cannot be found."""
    found = call_at(project, place)
    if found is None or place.cell or any(word.arg is None for word in found[1].keywords):
        return None
    module, call = found
    return Fix(what=what, edits=(module.with_argument(call, text),))


def removing(project: Project, place: Place, names: tuple[str, ...], what: str, *, safe: bool) -> Fix | None:
    """A fix that takes a keyword argument out of a call."""
    found = call_at(project, place)
    if found is None or place.cell:
        return None
    module, call = found
    word = next((one for one in call.keywords if one.arg in names), None)
    return Fix(what=what, edits=(_without(module, call, word),), safe=safe) if word is not None else None


def _without(module: Module, call: ast.Call, word: ast.keyword) -> Edit:
    """Takes a keyword out with the comma after it, or the one before it where it is the last."""
    start, end = module.span(word)
    raw = module.text.raw
    line = raw.rfind(b"\n", 0, start) + 1
    line_end = raw.find(b"\n", end)
    if line_end >= 0 and not raw[line:start].strip() and raw[end:line_end].strip() == b",":
        return Edit(path=module.path, start=line, end=line_end + 1, text="")
    after = end
    while raw[after : after + 1].isspace():
        after += 1
    if raw[after : after + 1] == b",":
        after += 1
        while raw[after : after + 1] in (b" ", b"\t"):
            after += 1
        return Edit(path=module.path, start=start, end=after, text="")
    before = start
    while raw[before - 1 : before].isspace():
        before -= 1
    if raw[before - 1 : before] == b",":
        return Edit(path=module.path, start=before - 1, end=end, text="")
    return Edit(path=module.path, start=start, end=end, text="")


def conditions(module: Module, call: ast.Call) -> Iterator[str]:
    """The conditions under which a call is reached in its function, those that left it before too."""
    inner: ast.AST = call
    for above in module.ancestors(call):
        if isinstance(above, ast.If | ast.IfExp | ast.While):
            yield ast.unparse(above.test)
        if isinstance(above, ast.ExceptHandler) and above.type is not None:
            yield ast.unparse(above.type)
        body = getattr(above, "body", None)
        if isinstance(body, list) and inner in body:
            for before in body[: body.index(inner)]:
                if isinstance(before, ast.If) and isinstance(before.body[-1], ast.Return | ast.Raise):
                    yield ast.unparse(before.test)
        if isinstance(above, FUNCTIONS):
            return
        inner = above


def short(callee: str) -> str:
    """The last words of a dotted name, as people call it: `ChatOpenAI`, `completions.create`."""
    parts = callee.split(".")
    return parts[-1] if parts[-1][:1].isupper() or len(parts) < 2 else ".".join(parts[-2:])
