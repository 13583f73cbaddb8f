"""A temperature is taken and does not arrive at the model."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from agentprobe.domain.sign import Sign
from agentprobe.scan.effective import Effective, effective_calls
from agentprobe.scan.effective.sampling import Sampling, names_a_reason, samplings, thinks
from agentprobe.scan.finding import Finding, Fix, Probe
from agentprobe.scan.model_calls import model_calls
from agentprobe.scan.module import Function, Module, argument, spreads
from agentprobe.scan.nodes import conditions
from agentprobe.scan.project import Project
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Mode, Severity, Tier

_SAMPLING = ("temperature", "top_p", "seed")


class SamplingDropped(Rule):
    """A function takes a temperature and calls a model without it, on one path or on all.

    Finds: a parameter `temperature`, `top_p` or `seed` of a function that calls a model, which is never used,
    or which goes into one call of a model and not into another one of the same function.

    Breaks: callers pin the temperature and believe it; on this path the default holds. It is mostly the path
    of streaming, of a fallback or of another provider, which is the path that tests do not take.

    Example:

        from openai import OpenAI

        client = OpenAI(timeout=30)

        def ask(messages, temperature=0.0, stream=False):
            if stream:
                return client.chat.completions.create(model="gpt-4.1", messages=messages, stream=True)
            return client.chat.completions.create(model="gpt-4.1", messages=messages, temperature=temperature)

    Instead:

        from openai import OpenAI

        client = OpenAI(timeout=30)

        def ask(messages, temperature=0.0, stream=False):
            return client.chat.completions.create(
                model="gpt-4.1", messages=messages, stream=stream, temperature=temperature
            )

    False alarms: a branch for models that take no temperature, told by its condition or by the model's name;
    `**kwargs` and dictionaries that carry it.
    """

    code = "TMP003"
    severity = Severity.HIGH
    mode = Mode.TEMPERATURE_DRIFT
    fixes = "unsafe"
    probe = Probe(
        faults=("prod_temperature",),
        expects="another answer than the caller's temperature gives",
        shows=(Sign.MISACTED, Sign.LIED, Sign.STRAYED),
    )
    triggers = _SAMPLING

    def in_project(self, project: Project) -> Iterable[Finding]:
        by_file: dict[str, list[Effective]] = {}
        for one in effective_calls(project):
            if not one.made_only and not is_test(one.facts.path):
                by_file.setdefault(one.facts.path, []).append(one)
        for path, calls in by_file.items():
            wanted = {
                function: tuple(name for name in names if name in _SAMPLING)
                for function, names in calls[0].facts.parameters.items()
            }
            asked = [
                one
                for one in calls
                if any(_may_take(one.call.function, name) for name, its in wanted.items() if its)
            ]
            module = project.module(path) if asked else None
            if module is not None:
                yield from self._in(module, asked, wanted)

    def _in(
        self, module: Module, calls: list[Effective], wanted: dict[str, tuple[str, ...]]
    ) -> Iterator[Finding]:
        nodes = {module.place(call): call for call in model_calls(module)}
        for function, names in wanted.items():
            node = module.by_qualname.get(function)
            own = [
                (one, nodes[one.call.place])
                for one in calls
                if one.call.place in nodes and _may_take(one.call.function, function)
            ]
            if node is None or not own:
                continue
            made = function.endswith(".__init__") and any(one.call.function != function for one, _ in own)
            for name in names:
                if not made:
                    yield from self._dropped(module, node, name, own)
                elif not _uses(module, node, name) and all(_loses(module, *one, name) for one in own):
                    yield from self._forgotten(module, node, name, own[0])

    def _forgotten(
        self, module: Module, function: Function, name: str, asked: tuple[Effective, ast.Call]
    ) -> Iterator[Finding]:
        """A parameter of a constructor that no call of the class's methods is given."""
        one, call = asked
        owner = module.qualname(function).rpartition(".")[0]
        yield self.found(
            module.place(call),
            f"{owner}() takes {name} and does not hand it to the model at all",
            tier=Tier.PROVED if one.call.sure else Tier.INFERRED,
            subject=f"{module.qualname(function)} {name}",
            consequence=f"callers set {name} and get the provider's default here",
            advice=f"keep it as self.{name} and hand it on, or do not take it",
            related=(module.place(function),),
        )

    def _dropped(
        self, module: Module, function: Function, name: str, own: list[tuple[Effective, ast.Call]]
    ) -> Iterator[Finding]:
        lost = [(one, call) for one, call in own if _loses(module, one, call, name)]
        if not lost:
            return
        used = _uses(module, function, name)
        if used and not any(_mentions(call, name) for _, call in own):
            return  # it is used in another way: kept, put into a dictionary, handed to a function
        for one, call in lost if used else lost[:1]:
            where = module.place(call)
            said = "on this path" if used else "at all"
            yield self.found(
                where,
                f"{function.name}() takes {name} and does not hand it to the model {said}",
                tier=Tier.PROVED if one.call.sure else Tier.INFERRED,
                subject=f"{module.qualname(function)} {name}",
                consequence=f"callers set {name} and get the provider's default here",
                advice=f"hand on {name}={name}, or do not take it",
                origins=(),
                related=(module.place(function),),
                fix=None
                if where.cell
                else Fix(what=f"hand on {name}", edits=(module.with_argument(call, f"{name}={name}"),)),
            )


def _may_take(function: str, other: str) -> bool:
    """Is what is called in one function meant to be given what another takes: itself, or its constructor?"""
    owner = other.removesuffix(".__init__")
    return function == other or (owner != other and function.rpartition(".")[0] == owner)


def _loses(module: Module, one: Effective, call: ast.Call, name: str) -> bool:
    """Does a call of a model get none of its own, from a client neither, and for no good reason?"""
    if argument(call, name) is not None or spreads(call) or _mentions(call, name):
        return False
    if name == "temperature" and not one.temperature.unset:
        return False
    if name != "temperature" and (one.call.spread or any(key.endswith(".**") for key in one.call.arguments)):
        return False
    if {Sampling.REFUSES, Sampling.NO_TEXT} & samplings(one.model) or thinks(one):
        return False
    if one.call.api.startswith(("langchain.agent", "langgraph", "crewai", "openai-agents")):
        return False
    return not any(names_a_reason(test) for test in conditions(module, call))


def _mentions(call: ast.Call, name: str) -> bool:
    given = [*call.args, *(word.value for word in call.keywords)]
    return any(isinstance(node, ast.Name) and node.id == name for one in given for node in ast.walk(one))


def _uses(module: Module, function: Function, name: str) -> bool:
    """Is a parameter read in its function, or does something read all of them?"""
    if any(isinstance(part, ast.Raise) for part in function.body[:2]) and len(function.body) < 3:
        return True
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load):
            return True
        if isinstance(node, ast.Name) and node.id in ("locals", "vars"):
            return True
        if isinstance(node, ast.Delete) and name in ast.unparse(node):
            return True
    return False
