"""A system prompt holds the time, chance or an id, so that no two calls are told the same."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from agentprobe.scan.finding import Finding
from agentprobe.scan.module import Module, last_word
from agentprobe.scan.prompt_texts import prompt_nodes
from agentprobe.scan.purpose import is_shown, is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Mode, Severity, Tier
from agentprobe.scan.values import literal

_CLOCKS = frozenset({
    "datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today", "datetime.date.today",
    "time.time", "time.strftime", "time.ctime", "time.asctime", "pendulum.now", "arrow.now", "arrow.utcnow",
})  # fmt: skip
_DATES = frozenset({"datetime.date.today"})
_CHANCE = re.compile(r"^(?:random|secrets)\.\w+$|^uuid\.uuid[14]$|^numpy\.random\.\w+$")
_TO_A_DATE = frozenset({"date", "isocalendar", "weekday"})
_OF_DAYS = re.compile(r"%-?[HIMSfpcXTRs]")
_DEEPEST = 4
_MOST_NODES = 1_000


@dataclass(frozen=True)
class _Volatile:
    what: str
    kind: str
    """One of "clock", "date", "chance"."""
    node: ast.expr


class PromptVolatile(Rule):
    """A system prompt holds the time of day, a random value or a fresh id.

    Finds: a clock with hours, `random` or `uuid4` within a system prompt, also behind a name or in
    `.format(…)`; and a clock in a prompt that is built once, when its file is imported.

    Breaks: every call is told something else, so that no answer can be had again, no digest of the prompt
    means anything, and no provider can serve the prompt from its cache. A clock that is read at import says
    for weeks what the time was when the process started.

    Example:

        import time

        from openai import OpenAI

        client = OpenAI()

        def ask(question):
            system_prompt = f"You are a helpful desk. It is {time.strftime('%H:%M')} now."
            messages = [{"role": "system", "content": system_prompt}, {"role": "user", "content": question}]
            return client.chat.completions.create(model="gpt-5", messages=messages)

    Instead:

        import time

        from openai import OpenAI

        client = OpenAI()
        SYSTEM_PROMPT = "You are a helpful desk. The user's message begins with the time."

        def ask(question):
            asked = f"[{time.strftime('%Y-%m-%d %H:%M')}] {question}"
            messages = [{"role": "system", "content": SYSTEM_PROMPT}, {"role": "user", "content": asked}]
            return client.chat.completions.create(model="gpt-5", messages=messages)

    False alarms: the date alone, in a prompt that is built for each call.
    """

    code = "PRM003"
    severity = Severity.LOW
    mode = Mode.PROMPT_DRIFT
    triggers = ("now", "today", "time", "random", "uuid", "secrets")

    def in_module(self, module: Module) -> Iterable[Finding]:
        if is_test(module.path):
            return
        for inside, name, function in _in_system_prompts(module):
            yield from self._told(module, inside, name, function)

    def _told(self, module: Module, found: _Volatile, name: str, function: str) -> Iterable[Finding]:
        frozen = _is_frozen(module, found)
        if found.kind == "date" and not frozen:
            return
        subject = f"{function}.{name}".strip(".")
        where = name or "the system prompt"
        if frozen:
            yield self.found(
                module.place(found.node),
                f"{where} reads {found.what} once, when the file is imported",
                tier=Tier.PROVED,
                severity=Severity.LOW if _is_script(module) else Severity.MEDIUM,
                subject=subject,
                consequence="a process that lives for weeks tells its model the day on which it was started",
                advice="build the text where the model is called, or put the date into the message",
            )
            return
        yield self.found(
            module.place(found.node),
            f"{where} holds {found.what}",
            tier=Tier.HINT if found.kind == "chance" and is_shown(module.path) else Tier.PROVED,
            subject=subject,
            consequence="no two calls are told the same: no cache, no replay, and every digest is new"
            + ("; and the hour is the server's, in whatever zone it stands" if _is_naive(found.node) else ""),
            advice="put it into the user's message, and keep the system prompt still",
        )


def clocks_told(module: Module) -> frozenset[ast.expr]:
    """The clocks of a module that this rule finds, so that no other finds them for the same reason."""
    if "clocks told" not in module.kept:
        module.kept["clocks told"] = frozenset(
            one.node
            for one, _, _ in _in_system_prompts(module)
            if one.kind == "clock" or (one.kind == "date" and _is_frozen(module, one))
        )
    kept: frozenset[ast.expr] = module.kept["clocks told"]
    return kept


def _in_system_prompts(module: Module) -> Iterator[tuple[_Volatile, str, str]]:
    """What changes within system prompts, with the name of the prompt and of the function."""
    formats = dict(_formats(module))
    seen: set[ast.expr] = set()
    for node, prompt in prompt_nodes(module):
        if prompt.role not in ("system", "template") or not _is_system(prompt.name, prompt.role):
            continue
        filled = _keywords(formats.pop(_last(prompt.name), ()))
        inside = next((one for part in (node, *filled) for one in _volatile(module, part)), None)
        if inside is not None and inside.node not in seen:
            seen.add(inside.node)
            yield inside, prompt.name or prompt.given_as, prompt.function
    for name, calls in formats.items():
        for part in _keywords(calls) if "system" in name.lower() else ():
            function = module.function(part)
            for inside in _volatile(module, part):
                yield inside, name, module.qualname(function or part)


def _is_frozen(module: Module, found: _Volatile) -> bool:
    """Is a clock read once, when the file is imported?"""
    return module.function(found.node) is None and found.kind != "chance"


def _is_naive(node: ast.expr) -> bool:
    """Is it a clock that does not say its zone?"""
    return (
        isinstance(node, ast.Call) and last_word(node.func) == "now" and not node.args and not node.keywords
    )


def _is_script(module: Module) -> bool:
    """Is the file run by itself, so that it is imported anew each time?"""
    return b"__main__" in module.text.raw or is_shown(module.path)


def _is_system(name: str, role: str) -> bool:
    lower = name.lower()
    return "user" not in lower and (role == "system" or "system" in lower or "instruction" in lower)


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def _keywords(calls: Iterable[ast.Call]) -> list[ast.expr]:
    return [word.value for call in calls for word in call.keywords]


def _formats(module: Module) -> dict[str, list[ast.Call]]:
    """The calls of `NAME.format(…)`, by the name."""
    if "formats" not in module.kept:
        found: dict[str, list[ast.Call]] = {}
        for call in module.calls:
            if isinstance(call.func, ast.Attribute) and call.func.attr == "format":
                name = getattr(call.func.value, "id", "") or getattr(call.func.value, "attr", "")
                found.setdefault(name, []).append(call)
        found.pop("", None)
        module.kept["formats"] = found
    kept: dict[str, list[ast.Call]] = module.kept["formats"]
    return kept


def _volatile(module: Module, node: ast.expr, depth: int = 0) -> Iterator[_Volatile]:
    """What in an expression is another thing at every call."""
    if depth > _DEEPEST:
        return
    for one in islice(ast.walk(node), _MOST_NODES):
        if isinstance(one, ast.Call):
            found = _of_call(module, one)
            if found is not None:
                yield found
        elif isinstance(one, ast.Name) and depth < _DEEPEST:
            meant = module.value(one)
            if meant is not None and meant is not one and isinstance(meant, ast.Call | ast.JoinedStr):
                yield from _volatile(module, meant, depth + 2)


def _of_call(module: Module, call: ast.Call) -> _Volatile | None:
    name = module.qualified(call.func)
    if _CHANCE.match(name):
        return _Volatile(f"{name}()", "chance", call)
    if name in _CLOCKS:
        kind = "date" if name in _DATES or _only_date(module, call) else "clock"
        return _Volatile(f"{_last(name.rpartition('.')[0])}.{_last(name)}()", kind, call)
    return None


def _only_date(module: Module, call: ast.Call) -> bool:
    """Is only the day of a clock kept: `.strftime("%Y-%m-%d")`, `.date()`, `{now:%B %d}`, `.year`?"""
    above = module.parent(call)
    if isinstance(above, ast.Attribute):
        if above.attr in (*_TO_A_DATE, "year", "month", "day"):
            return True
        asked = module.parent(above)
        if above.attr == "strftime" and isinstance(asked, ast.Call) and asked.args:
            return _is_of_days(literal(module, asked.args[0]))
    if isinstance(above, ast.FormattedValue) and isinstance(above.format_spec, ast.JoinedStr):
        spec = "".join(str(one.value) for one in above.format_spec.values if isinstance(one, ast.Constant))
        return bool(spec) and _is_of_days(spec)
    if module.qualified(call.func) == "time.strftime" and call.args:
        return _is_of_days(literal(module, call.args[0]))
    return False


def _is_of_days(form: object) -> bool:
    return isinstance(form, str) and _OF_DAYS.search(form) is None
