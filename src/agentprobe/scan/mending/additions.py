"""What a fix needs at the top of a file: an import, once, and a function of its own."""

from __future__ import annotations

import ast
import sys

from agentprobe.scan.finding import Edit
from agentprobe.scan.mending.lines import line_end, stands_alone
from agentprobe.scan.module import FUNCTIONS, Module


def importing(module: Module, statement: str) -> tuple[Edit, ...] | None:
    """The edits that import a name, none where it is imported; None where the name means something else."""
    wanted = ast.parse(statement).body[0]
    assert isinstance(wanted, ast.Import | ast.ImportFrom)
    [alias] = wanted.names
    name = alias.asname or alias.name
    dotted = f"{_home(wanted)}.{alias.name}" if isinstance(wanted, ast.ImportFrom) else alias.name
    if _means(module, name) not in ("", dotted):
        return None
    if any(name == local for one in _at_top(module) for local in _locals(one)):
        return ()
    for one in _at_top(module) if isinstance(wanted, ast.ImportFrom) else ():
        if isinstance(one, ast.ImportFrom) and (one.module, one.level) == (_home(wanted), 0):
            last = one.names[-1]
            if last.name == "*" or last.end_lineno is None or last.end_col_offset is None:
                continue
            return (module.inserted(module.text.offset(last.end_lineno, last.end_col_offset), f", {name}"),)
    return (_placed(module, wanted, statement),)


def joined(one: tuple[Edit, ...], other: tuple[Edit, ...]) -> tuple[Edit, ...]:
    """New imports that go to the same byte, as one edit."""
    if one and other and one[0].start == other[0].start:
        first = one[0]
        return (Edit(path=first.path, start=first.start, end=first.end, text=first.text + other[0].text),)
    return (*one, *other)


def defining(module: Module, name: str, source: str) -> tuple[Edit, ...] | None:
    """The edits that define a function, none where it stands there; None where the name is taken."""
    wanted = ast.dump(ast.parse(source).body[0])
    for one in module.tree.body:
        if isinstance(one, FUNCTIONS) and one.name == name:
            return () if ast.dump(one) == wanted else None
    if _is_bound(module, name):
        return None
    leading = _leading(module)
    if not leading:
        return (module.inserted(_first(module), f"{source}\n\n"),)
    raw = module.text.raw
    end = module.span(leading[-1])[1]
    line_end = raw.find(b"\n", end)
    at = len(raw) if line_end < 0 else line_end - (raw[line_end - 1 : line_end] == b"\r")
    rest = raw[at : at + 8].replace(b"\r", b"")
    blank = len(rest) - len(rest.lstrip(b"\n"))
    return (module.inserted(at, "\n\n\n" + source.rstrip() + "\n" * max(0, 3 - blank)),)


def _means(module: Module, name: str) -> str:
    """What a name stands for: its import, "?" where it is anything else as well; "" where it is free."""
    return "?" if _is_bound(module, name) else module.imports.get(name, "")


def _is_bound(module: Module, name: str) -> bool:
    """Is a name bound in this file by anything but an import?"""
    return (
        any(one.id == name and not isinstance(one.ctx, ast.Load) for one in module.of(ast.Name))
        or any(one.arg == name for one in module.of(ast.arg))
        or any(one.name == name for one in (*module.functions, *module.of(ast.ClassDef)))
        or any(one.name == name for one in module.of(ast.ExceptHandler))
    )


def _at_top(module: Module) -> list[ast.Import | ast.ImportFrom]:
    return [one for one in module.tree.body if isinstance(one, ast.Import | ast.ImportFrom)]


def _home(node: ast.Import | ast.ImportFrom) -> str:
    return (node.module or "") if isinstance(node, ast.ImportFrom) else ""


def _locals(node: ast.Import | ast.ImportFrom) -> list[str]:
    return [one.asname or one.name for one in node.names]


def _leading(module: Module) -> list[ast.stmt]:
    """The docstring and the imports that a file begins with."""
    found: list[ast.stmt] = []
    for one in module.tree.body:
        is_text = isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant)
        if not (is_text or isinstance(one, ast.Import | ast.ImportFrom)):
            break
        found.append(one)
    return found


def _placed(module: Module, wanted: ast.stmt, statement: str) -> Edit:
    """A new import among those of its kind: the library's own, others', the package's."""
    every = [one for one in _at_top(module) if stands_alone(module, one)]
    kind = _order(wanted)
    before = [one for one in every if _order(one)[0] == kind[0] and _order(one) < kind]
    same = [one for one in every if _order(one)[0] == kind[0]]
    later = [one for one in every if _order(one)[0] > kind[0]]
    if before:
        return module.inserted(line_end(module, before[-1]), f"\n{statement}")
    if same or later:
        return module.inserted(module.span((same or later)[0])[0], statement + ("\n" if same else "\n\n"))
    if every:
        return module.inserted(line_end(module, every[-1]), f"\n\n{statement}")
    return module.inserted(_first(module), f"{statement}\n\n\n")


def _order(node: ast.stmt) -> tuple[int, int, str]:
    """Where an import stands among others: its kind, then `import` before `from`, then its name."""
    name = (node.module or "") if isinstance(node, ast.ImportFrom) else ""
    if isinstance(node, ast.Import):
        name = node.names[0].name
    level = node.level if isinstance(node, ast.ImportFrom) else 0
    root = name.partition(".")[0]
    kind = 0 if root == "__future__" else 3 if level else 1 if root in sys.stdlib_module_names else 2
    return kind, int(isinstance(node, ast.ImportFrom)), name.lower()


def _first(module: Module) -> int:
    """The byte at which the first statement of a file without imports begins."""
    body = [one for one in module.tree.body if one not in _leading(module)]
    if not body:
        return len(module.text.raw)
    first = body[0]
    heads = [first, *getattr(first, "decorator_list", ())]
    return min(module.span(one)[0] for one in heads) - _at_sign(first)


def _at_sign(node: ast.stmt) -> int:
    """A decorator's node begins after its `@`."""
    return 1 if getattr(node, "decorator_list", ()) else 0
