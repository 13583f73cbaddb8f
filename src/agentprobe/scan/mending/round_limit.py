"""A number of rounds for a loop that only the model's own words end."""

from __future__ import annotations

import ast

from agentprobe.scan.finding import Edit, Fix, Place
from agentprobe.scan.mending.lines import indent_of, line_end, step_of
from agentprobe.scan.module import Module
from agentprobe.scan.project import Project

_ROUNDS = 50


def counting_rounds(project: Project, place: Place) -> Fix | None:
    """`while True` becomes `for _ in range(50)`, with an error after the last; None for any other loop."""
    module = project.module(place.path)
    if module is None:
        return None
    loop = next(
        (one for one in module.of(ast.While) if module.text.place(one.lineno, one.col_offset) == place), None
    )
    if loop is None or loop.orelse or not _is_always(loop.test):
        return None
    last = loop.body[-1]
    start, _ = module.span(loop)
    if indent_of(module, start).strip() or not _ends_its_line(module, last):
        return None
    head = module.span(loop.test)[1]
    if module.text.raw[head : head + 1] != b":":
        return None
    indent = indent_of(module, start)
    name = "_" if not _reads_underscore(module) else "_round"
    text = f'\n{indent}else:\n{indent}{step_of(indent)}raise RuntimeError("no end after {_ROUNDS} rounds")'
    return Fix(
        what=f"stop after {_ROUNDS} rounds",
        edits=(
            Edit(path=module.path, start=start, end=head, text=f"for {name} in range({_ROUNDS})"),
            module.inserted(line_end(module, last), text),
        ),
    )


def _is_always(test: ast.expr) -> bool:
    return isinstance(test, ast.Constant) and test.value in (True, 1)


def _ends_its_line(module: Module, last: ast.stmt) -> bool:
    """Is a block's last statement on a line of its own, with nothing but a comment behind it?"""
    begins = not indent_of(module, module.span(last)[0]).strip()
    raw = module.text.raw
    behind = raw[module.span(last)[1] : line_end(module, last)].strip()
    return begins and (not behind or behind.startswith(b"#"))


def _reads_underscore(module: Module) -> bool:
    """Does the file mean something by `_`, such as a translation?"""
    return any(one.id == "_" and isinstance(one.ctx, ast.Load) for one in module.of(ast.Name)) or (
        "_" in module.imports
    )
